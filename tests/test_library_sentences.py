"""What libraries say on Vietnamese pages is Vietnamese: locale/vi holds what they do not bring themselves."""

import gettext
from pathlib import Path

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import translation
from rest_framework import serializers

from tests.test_language import VIETNAMESE, entries, key_of, translations
from wards.api.fields import Choice, Flag, Identifier, Text, Whole

CATALOGUE = Path(__file__).resolve().parent.parent / "locale" / "vi" / "LC_MESSAGES" / "django.po"
ENTRIES = [entry for entry in entries(CATALOGUE) if entry["msgid"]]


def test_the_compiled_catalogue_is_the_one_in_words():
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    held = {key: text for key, text in compiled._catalog.items() if key}  # type: ignore[attr-defined]
    assert held == {
        (key_of(entry), 0) if "msgid_plural" in entry else key_of(entry): translations(entry)[0]
        for entry in ENTRIES
    }


@pytest.mark.parametrize("password", ["abc", "1234567890", "password12", "matkhau2026"])
def test_why_a_password_is_not_taken_is_said_in_vietnamese(password):
    with translation.override("vi"), pytest.raises(ValidationError) as refused:
        validate_password(password)
    assert [message for message in refused.value.messages if not VIETNAMESE.search(message)] == []


class Sent(serializers.Serializer):
    long = Text(max_length=3)
    no_text = Text(max_length=3)
    nothing = Text(max_length=3)
    lacking = Text(max_length=3)
    no_number = Whole()
    too_many = Whole(max_value=2)
    too_few = Whole(min_value=2)
    no_flag = Flag()
    no_choice = Choice(choices=["a"])
    no_id = Identifier()
    no_list = serializers.ListField()


def test_what_is_wrong_with_a_field_of_the_api_is_said_in_vietnamese():
    sent = {"long": "abcd", "no_text": 1, "nothing": None, "no_number": "x", "too_many": 3, "too_few": 1}
    with translation.override("vi"):
        form = Sent(data=sent | {"no_flag": 1, "no_choice": "b", "no_id": "x", "no_list": "x"})
        assert not form.is_valid()
        said = {name: str(errors[0]) for name, errors in form.errors.items()}
    assert set(said) == set(form.fields)
    assert {name: words for name, words in said.items() if not VIETNAMESE.search(words)} == {}
