"""Identity numbers: sealed, found again, never told of a stranger, withdrawn."""

import pytest
from django.db import connection

from tests.factories import (
    SUOI_HOA,
    make_household,
    make_user,
    make_ward,
)
from tests.wards.verbs import CCCD, ON, add, number
from wards import actions, identity_numbers
from wards.models import Resident, ResidentCondition
from wards.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("told")]


def test_a_number_is_sealed_masked_and_found_again(home, clerk):
    person = add(home, clerk, number=number())
    claim = person.identity_claims.get()
    assert CCCD not in claim.number_encrypted
    assert identity_numbers.decrypt(claim.number_encrypted) == CCCD
    assert (claim.mask, claim.last_four, claim.source) == ("0270****1234", "1234", "desk")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t::text FROM wards_identityclaim t UNION ALL SELECT t::text FROM wards_resident t"
        )
        assert not any(CCCD in row for (row,) in cursor.fetchall())


def test_a_person_may_have_several_numbers_and_the_same_one_once(home, clerk):
    person = add(home, clerk, number=number())
    for text in ("123876459", "B1234567", CCCD):
        actions.add_identity_claim(resident=person, number=number(text), by=clerk, on=ON)
    kinds = person.identity_claims.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["cccd", "cmnd", "passport"]


def test_the_citizen_number_of_a_visible_person_is_shown_as_theirs(home, clerk):
    lan = add(home, clerk, number=number())
    with pytest.raises(actions.NumberTaken) as found:
        add(home, clerk, name="Trần Văn Ba", number=number())
    assert found.value.resident == lan
    assert Resident.objects.count() == 1


def test_the_citizen_number_of_somebody_out_of_scope_names_nobody(home, clerk):
    elsewhere = make_ward(SUOI_HOA)
    add(make_household(elsewhere), make_user(Role.WARD_OFFICER, elsewhere), number=number())
    with pytest.raises(actions.NumberTaken) as found:
        add(home, clerk, name="Trần Văn Ba", number=number())
    assert found.value.resident is None


def test_an_old_nine_digit_number_may_stand_at_two_people(home, clerk):
    add(home, clerk, number=number("123876459"))
    assert add(home, clerk, name="Trần Văn Ba", number=number("123876459")).identity_claims.exists()


def test_a_withdrawn_number_is_free_again(home, clerk):
    lan = add(home, clerk, number=number())
    actions.withdraw_identity_claim(claim=lan.identity_claims.get(), by=clerk)
    assert lan.identity_claims.get().withdrawn_at is not None
    assert add(home, clerk, name="Trần Văn Ba", number=number()).identity_claims.exists()


def test_contradictions_warn_and_do_not_block(home, clerk):
    odd = number(sex="F", birth_year=1950)
    assert {warning.value for warning in odd.warnings} == {"sex_differs", "year_differs"}
    assert add(home, clerk, number=odd).identity_claims.exists()


def test_a_failed_number_leaves_nothing_half_written(home, clerk):
    add(home, clerk, number=number())
    with pytest.raises(actions.NumberTaken):
        add(home, clerk, name="Trần Văn Ba", number=number(), health=actions.Health(conditions=[14]))
    assert not ResidentCondition.objects.exists()
