"""One search box: a name without accents, its initials, the end of a phone number, a house number, a full identity number,
the code of a line on paper.

`asked(text)` decides what was typed; `Asked.q` narrows any queryset that can reach the resident, so that every list of the
product searches alike (TRUST API-09). What was searched for never goes into an address or a log.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Case, CharField, Exists, F, Func, IntegerField, OuterRef, Q, Value, When
from django.db.models.lookups import Contains, Regex

from lib import names, row_codes
from lib.addresses import address_search_key
from lib.identity import IdentityProblem, classify
from wards import identity_numbers
from wards.models import IdentityClaim

LONGEST = 100  # characters of a question that are looked at
_ADDRESS_WORDS = re.compile(
    r"(?:so nha|sn|so|nha|duong|pho|ngo|ngach|hem|kiet|khu|to|thon|xom|ap|tdp|kp)\b", re.IGNORECASE
)
_CODE = re.compile(r"(?=.*[A-Z])(?=.*\d)[0-9A-Z]{5}")


class Kind(StrEnum):
    NAME = "name"
    NUMBER = "number"  # digits: the end of a phone number, a house number, an identity number
    ADDRESS = "address"
    IDENTITY = "identity"
    CODE = "code"  # of a line on paper


@dataclass(frozen=True)
class Asked:
    """What was typed, understood. `q` holds for residents; `nearness` orders the best first (smaller is nearer)."""

    kind: Kind
    q: Q
    nearness: Case | Value


def asked(text: str, *, prefix: str = "", resident: str = "pk") -> Asked | None:
    """The question in `text`, None if it asks nothing. `prefix` and `resident` are the paths to a resident's fields and id.

    ("resident__" and "resident_id" for a queryset of forecasts.)
    """
    text = names.clean(text[:LONGEST])
    if ids := row_codes.ids_of(text):
        return Asked(Kind.CODE, Q(**{f"{resident}__gte": ids[0], f"{resident}__lte": ids[1]}), Value(0))
    digits = re.sub(r"[\s.\-+]", "", text)
    if digits.isdecimal() and digits.isascii():
        return _number(digits, prefix, resident)
    if identity := _identity(text, resident):
        return identity
    key = names.search_key(text)
    if not key:
        return None
    if any(map(str.isdecimal, key)) or _ADDRESS_WORDS.match(key):
        return _address(text, prefix)
    return _name(text, key, prefix)


def _name(text: str, key: str, prefix: str) -> Asked:
    pattern = "(^| )" + re.sub("[iy]", "[iy]", key)  # Quý and Quí; the last word may be its beginning only
    # The longest piece that stands as it was typed is looked for first: most names fail it, at a tenth of a pattern's cost.
    literal = max(re.split("[iy]", key), key=len)
    q = Q(**{f"{prefix}search_key__contains": literal}) & Q(**{f"{prefix}search_key__regex": pattern})
    if " " not in key and 3 <= len(key) <= 5:
        initials = "^" + " ".join(f"{letter}[^ ]*" for letter in key) + "$"
        begins = Q(
            **{f"{prefix}search_key__startswith": key[0], f"{prefix}search_key__contains": f" {key[1]}"}
        )
        q |= begins & Q(**{f"{prefix}search_key__regex": initials})
    accented = names.match_key(text)
    nearness = Case(
        When(Q(**{f"{prefix}match_key": accented}), then=0),
        When(Q(**{f"{prefix}search_key": key}), then=1),
        When(Q(**{f"{prefix}match_key__regex": f"(^| ){re.escape(accented)}( |$)"}), then=2),
        When(Q(**{f"{prefix}search_key__regex": f"(^| ){key}( |$)"}), then=3),
        When(Q(**{f"{prefix}search_key__regex": pattern}), then=4),
        default=5,
        output_field=IntegerField(),
    )
    return Asked(Kind.NAME, q, nearness)


def _number(digits: str, prefix: str, resident: str) -> Asked:
    house = Q(**{f"{prefix}household__house_number": digits}) | Q(
        **{f"{prefix}household__address_key__startswith": f"{digits.lstrip('0') or '0'} "}
    )
    q = house
    if len(digits) >= 3:
        phones = Func(F(f"{prefix}phones"), Value(" "), function="array_to_string", output_field=CharField())
        tail = re.sub("^84(?=.{9}$)", "0", digits)
        q = (
            q
            | (Q(Contains(phones, tail)) & Q(Regex(phones, Value(f"{tail}( |$)"))))
            | Q(**{f"{prefix}guardian_phone__endswith": tail})
        )
    if len(digits) >= 9 and (identity := _identity(digits, resident)):
        q = q | identity.q
    nearness = Case(When(house, then=0), default=1, output_field=IntegerField())
    return Asked(Kind.IDENTITY if len(digits) == 12 else Kind.NUMBER, q, nearness)


def _identity(text: str, resident: str) -> Asked | None:
    try:
        number = classify(text, synthetic=True).number
    except IdentityProblem:
        return None
    claims = IdentityClaim.objects.filter(
        resident_id=OuterRef(resident), number_hash=identity_numbers.hash_of(number), withdrawn_at=None
    )
    if " " in text or len(number) < 8:
        return None
    return Asked(Kind.IDENTITY, Q(Exists(claims)), Value(0))


def _address(text: str, prefix: str) -> Asked:
    key = address_search_key(text)
    path = f"{prefix}household__address_key"
    q = Q(**{path: key}) | Q(**{f"{path}__startswith": f"{key} "}) | Q(**{f"{path}__contains": f" {key}"})
    if _CODE.fullmatch(text.upper()):
        q |= Q(**{f"{prefix}household__code": text.upper()})
    nearness = Case(When(Q(**{f"{path}__startswith": key}), then=0), default=1, output_field=IntegerField())
    return Asked(Kind.ADDRESS, q, nearness)


def homes(text: str) -> Q | None:
    """Households by code, house number or address; None if nothing was asked."""
    text = names.clean(text[:LONGEST])
    key = address_search_key(text)
    if not key:
        return None
    return (
        Q(code=text.upper())
        | Q(house_number__iexact=text)
        | Q(address_key=key)
        | Q(address_key__startswith=f"{key} ")
        | Q(address_key__contains=f" {key}")
    )
