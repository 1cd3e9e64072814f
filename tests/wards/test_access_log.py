"""The log: who viewed and who changed, inside the reader's own area, without what was seen or written."""

from datetime import timedelta

import pytest
from django.urls import reverse

from lib import clock
from tests.factories import SUOI_HOA, make_resident, make_user, make_ward
from tests.wards.test_resident_pages import text_of
from wards import access_log, actions, audit
from wards.models import AccessEvent
from wards.roles import ABILITIES, Ability, Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("told")]
URL = "wards:access-log"


def question(**more):
    now = clock.real_now()
    return access_log.Question(since=now - timedelta(days=1), until=now + timedelta(days=1), **more)


def view(signed_in, user, person):
    signed_in(user).get(reverse("wards:resident-edit", args=[person.pk]))


def change(person, by, **more):
    actions.update_resident(
        resident=person, name="Nguyễn Thị Lành", born=person.born, by=by, on=clock.today(), **more
    )


@pytest.mark.parametrize("role", [role for role in Role if Ability.SEE_AUDIT not in ABILITIES[role]])
def test_only_those_who_supervise_read_the_log(signed_in, ward, role):
    assert signed_in(make_user(role, ward)).get(reverse(URL)).status_code == 403


def test_the_log_says_who_looked_at_whom(signed_in, clerk, centre, lan):
    view(signed_in, clerk, lan)
    page = text_of(signed_in(centre).get(reverse(URL)))
    assert "Trần Thị Thư Ký Xem · Người dân Nguyễn Thị Lan Võ Cường 1" in page


def test_the_log_says_who_changed_and_not_what(signed_in, clerk, nurse, centre, lan):
    change(lan, clerk)
    actions.set_conditions(resident=lan, numbers=[1], by=nurse, on=clock.today())
    actions.set_conditions(resident=lan, numbers=[], by=nurse, on=clock.today())
    page = text_of(signed_in(centre).get(reverse(URL), {"tab": "changed"}))
    assert "Trần Thị Thư Ký Sửa · Người dân" in page
    assert "Lê Thị Y Tá Sửa · Thông tin sức khỏe" in page
    assert "tháo đường" not in page
    assert "Nguyễn Thị Lan " not in page.split("Số người")[-1]  # the former name is a content


def test_an_auditor_reads_no_names(signed_in, clerk, auditor, lan):
    view(signed_in, clerk, lan)
    change(lan, clerk)
    for tab in ("looked", "changed"):
        page = text_of(signed_in(auditor).get(reverse(URL), {"tab": tab}))
        assert "Lành" not in page
        assert str(lan.pk)[:8] in page


def test_the_doings_in_another_ward_are_not_told(signed_in, stranger, centre, ward):
    elsewhere = make_resident(make_ward(SUOI_HOA), name="Trần Văn Nơi Khác")
    view(signed_in, stranger, elsewhere)
    change(elsewhere, stranger)
    signed_in(stranger).post(reverse("wards:resident-search"), {"q": "lan"})  # an event without a ward
    page = signed_in(centre)
    for tab in ("looked", "changed"):
        answer = page.get(reverse(URL), {"tab": tab, "official": stranger.pk, "person": str(elsewhere.pk)})
        assert answer.context["lines"] == []
    assert access_log.looked(centre, question(user_id=stranger.pk)).lines == []
    assert access_log.changed(centre, question(resident_id=elsewhere.pk)).lines == []


def test_searches_of_the_own_officials_are_told_though_they_name_no_ward(signed_in, clerk, centre, lan):
    signed_in(clerk).post(reverse("wards:resident-search"), {"q": "lan"})
    (line,) = access_log.looked(centre, question()).lines
    assert (line.user_id, line.row_count, line.ward_id) == (clerk.pk, 1, None)


def test_one_official_one_person_one_day(signed_in, clerk, nurse, centre, lan, ward):
    other = make_resident(ward)
    for user, person in ((clerk, lan), (nurse, lan), (clerk, other)):
        view(signed_in, user, person)
    assert len(access_log.looked(centre, question()).lines) == 3
    assert len(access_log.looked(centre, question(user_id=clerk.pk)).lines) == 2
    assert len(access_log.looked(centre, question(resident_id=lan.pk)).lines) == 2
    AccessEvent(
        user=clerk, at=clock.real_now() - timedelta(days=3), action="view", what="resident", ward=ward
    ).save()
    day = clock.vietnamese_day(clock.real_now() - timedelta(days=3))
    page = signed_in(centre).get(reverse(URL), {"day": f"{day:%d/%m/%Y}", "until": f"{day:%d/%m/%Y}"})
    assert len(page.context["lines"]) == 1


def test_questions_that_make_no_sense_answer_with_the_ordinary_page(signed_in, centre, lan):
    for asked in (
        {"day": "32/13/2022"},
        {"official": "x"},
        {"person": "' OR 1=1"},
        {"tab": "zzz"},
        {"day": "9" * 500},
        {"ward": "x", "kind": "' OR 1=1", "code": "'", "purpose": "%"},
        {"after": "1.2.3"},
        {"after": "99999999999999999.1"},
        {"tab": "changed", "after": "resident-x.household-9"},
    ):
        assert signed_in(centre).get(reverse(URL), asked).status_code == 200


def test_reading_the_log_is_in_the_log(signed_in, centre, lan):
    signed_in(centre).get(reverse(URL), {"person": str(lan.pk)})
    event = AccessEvent.objects.get(what="access_log")
    assert (event.user, event.object_id) == (centre, str(lan.pk))


def test_a_number_held_out_of_sight_reaches_the_centre_that_sees_its_holder(
    signed_in, clerk, stranger, centre, lan
):
    today = clock.today()
    number = actions.read_number("027150001234", on=today)
    actions.add_identity_claim(resident=lan, number=number, by=clerk, on=today)
    elsewhere = make_resident(make_ward(SUOI_HOA))
    sent = {
        "name": "Trần Văn Ba", "born": "1950", "residence": "here", "registration": "unknown", "mobility": "unknown",
        "version": elsewhere.version, "number": "027150001234",
    }  # fmt: skip
    signed_in(stranger).post(reverse("wards:resident-edit", args=[elsewhere.pk]), sent)
    assert not elsewhere.identity_claims.exists()
    lines = access_log.looked(centre, question(resident_id=lan.pk)).lines
    assert [(line.user_id, line.resident_id) for line in lines] == [(stranger.pk, lan.pk)]


def test_every_history_table_with_a_ward_is_read():
    tracked = {model.pgh_tracked_model._meta.model_name for model in access_log.histories()}
    assert {
        "resident",
        "household",
        "identityclaim",
        "residentcondition",
        "pregnancy",
        "screening",
    } <= tracked
    assert tracked <= set(access_log.THINGS)


def test_the_number_of_queries_does_not_grow_with_the_lines(
    signed_in, clerk, centre, lan, django_assert_max_num_queries
):
    for _ in range(20):
        view(signed_in, clerk, lan)
    client = signed_in(centre)
    for tab in ("looked", "changed", "volume"):
        with django_assert_max_num_queries(25):
            client.get(reverse(URL), {"tab": tab})


@pytest.mark.parametrize(("proxies", "recorded"), [(0, "127.0.0.1"), (1, "203.0.113.9")])
def test_a_forwarded_address_counts_only_behind_a_declared_proxy(rf, settings, proxies, recorded):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    request = rf.get("/", headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.9"})
    assert audit.address_of(request) == recorded
