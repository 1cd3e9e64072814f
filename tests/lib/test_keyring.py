"""Identity numbers at rest: sealed with keys that can be changed, found by a keyed hash."""

import base64

import pytest

from lib.keyring import KeyRing, KeyRingError, keyed_hash, new_key

# fixed, because they stand in the names of tests, which every test process must agree on
OLD = "k1:" + base64.b64encode(b"the older key of thirty-two byte").decode()
NEW = "k2:" + base64.b64encode(b"the newer key of thirty-two byte").decode()


def test_a_new_key_makes_a_ring():
    assert KeyRing.from_env(new_key("k3")).encrypt("027085001234").startswith("k3.")


def test_what_was_sealed_opens_again():
    ring = KeyRing.from_env(NEW)
    sealed = ring.encrypt("027085001234")
    assert ring.decrypt(sealed) == "027085001234"
    assert sealed.isascii()
    assert "027085001234" not in sealed
    assert "\t" not in sealed
    assert "\\" not in sealed


def test_the_same_number_is_sealed_differently_each_time():
    ring = KeyRing.from_env(NEW)
    assert ring.encrypt("027085001234") != ring.encrypt("027085001234")


def test_a_new_first_key_still_opens_what_the_old_one_sealed():
    sealed = KeyRing.from_env(OLD).encrypt("027085001234")
    ring = KeyRing.from_env(f"{NEW},{OLD}")
    assert ring.decrypt(sealed) == "027085001234"
    assert ring.needs_rotation(sealed)
    rotated = ring.rotate(sealed)
    assert rotated.startswith("k2.")
    assert not ring.needs_rotation(rotated)
    assert ring.rotate(rotated) == rotated
    assert KeyRing.from_env(NEW).decrypt(rotated) == "027085001234"


def test_a_key_that_left_the_ring_opens_nothing():
    sealed = KeyRing.from_env(OLD).encrypt("027085001234")
    with pytest.raises(KeyRingError, match="no key with the id 'k1'"):
        KeyRing.from_env(NEW).decrypt(sealed)


@pytest.mark.parametrize("at", [5, 20, -6])
def test_an_altered_text_does_not_open(at):
    ring = KeyRing.from_env(NEW)
    sealed = ring.encrypt("027085001234")
    index = at % len(sealed)
    altered = sealed[:index] + ("A" if sealed[index] != "A" else "B") + sealed[index + 1 :]
    with pytest.raises(KeyRingError):
        ring.decrypt(altered)


def test_a_text_sealed_for_one_use_does_not_open_for_another():
    ring = KeyRing.from_env(NEW)
    sealed = ring.encrypt("027085001234", context="identity")
    with pytest.raises(KeyRingError):
        ring.decrypt(sealed, context="otp")


def test_the_same_key_under_another_name_does_not_open():
    encoded = NEW.partition(":")[2]
    sealed = KeyRing.from_env(f"a:{encoded}").encrypt("x")
    with pytest.raises(KeyRingError):
        KeyRing.from_env(f"b:{encoded}").decrypt("b" + sealed[1:])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no key given"),
        (" , ", "no key given"),
        ("nokey", "is not base64|bytes instead of 32"),
        (f":{NEW}", "needs an id"),
        (f"{NEW},{NEW}", "id of its own"),
        ("k1:" + base64.b64encode(b"short").decode(), "5 bytes instead of 32"),
        ("k1:!!!!", "not base64"),
    ],
)
def test_an_unusable_ring_fails_loudly_without_showing_a_key(text, said):
    with pytest.raises(KeyRingError, match=said) as caught:
        KeyRing.from_env(text)
    for entry in text.split(","):
        encoded = entry.partition(":")[2]
        assert not encoded or len(encoded) < 8 or encoded not in str(caught.value)


def test_the_ring_does_not_print_its_keys():
    ring = KeyRing.from_env(NEW)
    assert NEW.partition(":")[2] not in repr(ring)
    assert "AESGCM" not in repr(ring)


def test_keyed_hash_is_hmac_sha256():
    # RFC 4231 test case 6 uses a longer key; case 3 with 0xaa * 20 is too short for us.
    assert keyed_hash("Test Using Larger Than Block-Size Key - Hash Key First", b"\xaa" * 131) == (
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
    )


def test_a_short_matching_key_is_refused():
    with pytest.raises(KeyRingError, match="16 bytes"):
        keyed_hash("027085001234", b"k" * 16)
