"""People and homes through the API: read as the role may, written through the pages' forms and verbs, every look written down."""

import pytest

from lib import clock, identity
from tests.api.conftest import EVERY_SCOPE, Program, make_token, problem
from tests.factories import SUOI_HOA, make_household, make_neighbourhood, make_resident, make_user, make_ward
from wards import identity_numbers
from wards.models import AccessEvent, Household, IdentityClaim, Installation, Resident, ResidentCondition
from wards.roles import Role

pytestmark = pytest.mark.django_db
NUMBER = "099150000017"


@pytest.fixture
def ward():
    Installation.objects.create(city_name="Thành phố Thử", is_demo=True)
    return make_ward()


@pytest.fixture
def officer(ward):
    return make_user(Role.WARD_OFFICER, ward)


@pytest.fixture
def program(officer) -> Program:
    return Program(make_token(officer))


@pytest.fixture
def home(ward):
    return make_household(ward)


def claim(resident: Resident, number: str = NUMBER) -> IdentityClaim:
    values = identity_numbers.claim_values(identity.classify(number, synthetic=True))
    return IdentityClaim.objects.create(resident=resident, ward=resident.ward, **values)


def new(home, **fields) -> dict:
    return {"household": str(home.pk), "name": "Lê Thị Mới", "born": "1950-02-03"} | fields


# ---------------------------------------------------------------- reading


def test_a_person_is_shown_as_the_register_has_them(program, ward):
    resident = make_resident(ward, name="Trần Thị Lan", born="1958-03", sex="F", phones=["0912345678"])
    claim(resident)
    body = program.get(f"residents/{resident.pk}/").json()
    shown = {name: body[name] for name in ("id", "name", "born", "sex", "phones", "ward", "version")}
    assert shown == {
        "id": str(resident.pk), "name": "Trần Thị Lan", "born": "1958-03", "sex": "F",
        "phones": ["0912345678"], "ward": "09190", "version": 1,
    }  # fmt: skip
    assert [(number["number"], number["is_whole"]) for number in body["numbers"]] == [(NUMBER, True)]


def test_numbers_are_masked_for_roles_and_tokens_that_may_not_see_them_whole(ward):
    resident = make_resident(ward)
    claim(resident)
    lead = Program(make_token(make_user(Role.WARD_LEAD, ward)))
    narrow = Program(make_token(make_user(Role.STATION, ward), ["read:people"]))
    for program in (lead, narrow):
        text = program.get(f"residents/{resident.pk}/").content.decode()
        assert NUMBER not in text
        assert NUMBER[-4:] in text


def test_every_look_is_written_down_with_the_token(program, ward, home):
    resident = make_resident(ward, household=home)
    program.get("residents/")
    program.get(f"residents/{resident.pk}/")
    program.get("households/")
    program.get(f"households/{home.pk}/")
    program.post("residents/search/", {"q": "thu"})
    program.post("households/search/", {"q": home.house_number})
    rows = AccessEvent.objects.order_by("pk").values_list("action", "what", "object_id", "row_count")
    assert list(rows) == [
        ("list", "resident", "", 1),
        ("view", "resident", str(resident.pk), 1),
        ("list", "household", "", 1),
        ("view", "household", str(home.pk), 1),
        ("search", "resident", "", 1),
        ("search", "household", "", 1),
    ]
    assert all(event.detail["token"].startswith("tungnha_") for event in AccessEvent.objects.all())
    assert "thu" not in str(list(AccessEvent.objects.values_list("detail", flat=True))).replace("tungnha", "")


def test_asking_for_somebody_elses_person_is_404_and_noted(program):
    stranger = make_resident(make_ward(SUOI_HOA), name="Lý Thị Xa")
    for answer in (
        program.get(f"residents/{stranger.pk}/"),
        program.patch(f"residents/{stranger.pk}/", {"version": 1, "sex": "M"}),
        program.post(
            f"residents/{stranger.pk}/doses/", {"product": "AZ", "given": "2021-06", "history_complete": True}
        ),
    ):
        problem(answer, 404, "not_found")
    noted = AccessEvent.objects.filter(what="not_there", object_id=str(stranger.pk))
    assert noted.count() == 3


def test_a_search_finds_nobody_outside_the_area(program, ward):
    inside, outside = (
        make_resident(ward, name="Bùi Thị Na"),
        make_resident(make_ward(SUOI_HOA), name="Bùi Thị Na"),
    )
    claim(outside)
    found = program.post("residents/search/", {"q": "bui thi na"}).json()["results"]
    assert [person["id"] for person in found] == [str(inside.pk)]
    assert program.post("residents/search/", {"q": NUMBER}).json() == {"results": [], "more": False}


# ---------------------------------------------------------------- writing


def test_a_person_is_added_with_who_did_it(program, officer, home):
    sent = new(home, sex="F", phones=["0912 345 678"], number=NUMBER, mobility="cannot_travel")
    answer = program.post("residents/", sent)
    assert answer.status_code == 201, answer.content
    resident = Resident.objects.get()
    assert answer["Location"].endswith(f"/residents/{resident.pk}/")
    assert (resident.full_name, resident.phones, resident.mobility) == (
        "Lê Thị Mới",
        ["0912345678"],
        "cannot_travel",
    )
    assert (resident.entered_by, resident.ward_id) == (officer, home.ward_id)
    assert answer.json()["numbers"][0]["number"] == NUMBER


def test_the_same_key_makes_one_person_and_another_body_under_it_is_refused(program, officer, ward, home):
    key = {"Idempotency-Key": "so-tiem-2022-000123"}
    answers = [program.post("residents/", new(home, number=NUMBER), **key) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 201], answers[1].content
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert Resident.objects.count() == 1
    problem(program.post("residents/", new(home, name="Lê Thị Khác"), **key), 409, "key_reused")
    another = Program(make_token(make_user(Role.WARD_OFFICER, ward)))
    sent = new(home, name="Vũ Văn Riêng", born="1980")
    assert another.post("residents/", sent, **key).status_code == 201
    assert Resident.objects.count() == 2


def test_the_same_key_makes_one_home(program, ward):
    sent = {"ward": "09190", "house_number": "14", "street": "Ngõ 3"}
    answers = [program.post("households/", sent, **{"Idempotency-Key": "k"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert Household.objects.count() == 1


def test_who_is_probably_there_already_is_a_question(program, ward, home):
    known = make_resident(ward, name="Lê Thị Mới", born="1950-02-03", household=home)
    body = problem(program.post("residents/", new(home)), 409, "duplicate")
    assert [one["id"] for one in body["candidates"]] == [str(known.pk)]
    assert program.post("residents/", new(home, different_from=[str(known.pk)])).status_code == 201


def test_a_number_of_somebody_else_is_refused_without_saying_whose(program, home):
    claim(make_resident(make_ward(SUOI_HOA), name="Lý Thị Xa"))
    answer = program.post("residents/", new(home, number=NUMBER))
    body = problem(answer, 409, "refused")
    assert list(body["errors"]) == ["number"]
    assert "Xa" not in answer.content.decode()
    assert AccessEvent.objects.filter(what="number_clash").count() == 1


def test_what_nobody_may_set_is_ignored_and_noted_as_an_attempt(program, officer, ward, home):
    other = make_ward(SUOI_HOA)
    extra = {
        "ward": other.code,
        "ward_id": other.pk,
        "role": "admin",
        "verified_by": 1,
        "created_at": "2001-01-01",
        "is_synthetic": True,
    }
    assert program.post("residents/", new(home, **extra)).status_code == 201
    resident = Resident.objects.get()
    assert (resident.ward_id, resident.entered_by_id, resident.is_synthetic) == (ward.pk, officer.pk, False)
    assert resident.created_at.year > 2001
    officer.refresh_from_db()
    assert officer.roles == [Role.WARD_OFFICER]
    noted = AccessEvent.objects.get(what="unexpected_fields")
    assert noted.detail["fields"] == sorted(extra)


def test_a_member_that_no_operation_knows_is_refused_and_nothing_changes(program, ward):
    resident = make_resident(ward, name="Lê Thị Cũ")
    answer = program.patch(f"residents/{resident.pk}/", {"version": 1, "full_name": "Lê Thị Mới"})
    assert problem(answer, 400, "validation")["errors"]["full_name"][0]["code"] == "unknown"
    resident.refresh_from_db()
    assert (resident.full_name, resident.version) == ("Lê Thị Cũ", 1)


def test_only_what_is_sent_changes(program, ward):
    resident = make_resident(ward, name="Lê Thị Cũ", phones=["0912345678"], note="Ở nhà sau đình", sex="F")
    answer = program.patch(f"residents/{resident.pk}/", {"version": 1, "mobility": "needs_help"})
    assert answer.status_code == 200, answer.content
    resident.refresh_from_db()
    kept = (
        resident.full_name,
        resident.phones,
        resident.note,
        resident.sex,
        resident.mobility,
        resident.version,
    )
    assert kept == ("Lê Thị Cũ", ["0912345678"], "Ở nhà sau đình", "F", "needs_help", 2)
    assert answer.json()["version"] == 2


def test_the_second_of_two_editors_gets_both_values(program, ward):
    resident = make_resident(ward, name="Lê Thị Cũ")
    path = f"residents/{resident.pk}/"
    assert program.patch(path, {"version": 1, "name": "Lê Thị Một"}).status_code == 200
    body = problem(program.patch(path, {"version": 1, "name": "Lê Thị Hai"}), 409, "stale")
    (difference,) = body["differences"]
    assert (difference["field"], difference["theirs"], difference["mine"]) == (
        "name",
        "Lê Thị Một",
        "Lê Thị Hai",
    )
    assert body["current_version"] == 2
    assert Resident.objects.get().full_name == "Lê Thị Một"


def test_the_version_may_come_by_if_match_and_must_come(program, ward):
    resident = make_resident(ward)
    path = f"residents/{resident.pk}/"
    problem(program.patch(path, {"sex": "M"}), 400, "validation")
    tag = program.get(path)["ETag"]
    assert program.patch(path, {"sex": "M"}, **{"If-Match": tag}).status_code == 200
    problem(program.patch(path, {"sex": "F"}, **{"If-Match": tag}), 409, "stale")


def test_moving_away_has_to_be_confirmed(program, ward):
    resident = make_resident(ward)
    path = f"residents/{resident.pk}/"
    body = problem(program.patch(path, {"version": 1, "residence": "moved"}), 409, "refused")
    assert list(body["errors"]) == ["residence"]
    assert program.patch(path, {"version": 1, "residence": "moved", "confirm_left": True}).status_code == 200


def test_a_person_moves_inside_the_area_only(program, ward, home):
    resident = make_resident(ward)
    elsewhere = make_household(make_ward(SUOI_HOA))
    path = f"residents/{resident.pk}/move/"
    problem(program.post(path, {"version": 1, "household": str(elsewhere.pk)}), 409, "refused")
    assert program.post(path, {"version": 1, "household": str(home.pk)}).json()["household"] == str(home.pk)
    problem(program.post(path, {"version": 1, "household": str(home.pk)}), 409, "stale")


def test_a_home_moves_inside_the_area_only(program, ward, home):
    place = make_neighbourhood(ward)
    path = f"households/{home.pk}/move/"
    problem(program.post(path, {"version": 1, "ward": SUOI_HOA}), 409, "refused")
    answer = program.post(path, {"version": 1, "ward": "09190", "neighbourhood": place.pk})
    assert answer.json()["neighbourhood"] == place.pk


def test_a_token_without_health_writes_the_rest_and_touches_no_illness(ward):
    nurse = make_user(Role.STATION, ward)
    resident = make_resident(ward)
    ResidentCondition.objects.create(resident=resident, ward=ward, condition_id=13)
    narrow = Program(make_token(nurse, ["read:people", "write:people"]))
    path = f"residents/{resident.pk}/"
    assert narrow.patch(path, {"version": 1, "sex": "M"}).status_code == 200
    assert ResidentCondition.objects.filter(resident=resident, ended_on=None).count() == 1
    problem(narrow.patch(path, {"version": 2, "conditions": []}), 403, "forbidden")
    wide = Program(make_token(nurse, EVERY_SCOPE))
    assert wide.get(path).json()["conditions"] == [13]
    assert wide.patch(path, {"version": 2, "conditions": [3]}).json()["conditions"] == [3]


def test_a_birth_date_to_come_is_refused_with_its_field(program, home):
    later = clock.today().year + 1
    body = problem(program.post("residents/", new(home, born=f"{later}-01-01")), 409, "refused")
    assert list(body["errors"]) == ["born"]
    assert not Resident.objects.exists()


def test_changes_stand_in_the_history_with_their_door(program, officer, ward):
    resident = make_resident(ward)
    program.patch(f"residents/{resident.pk}/", {"version": 1, "sex": "M"})
    context = resident.history.get().pgh_context
    assert (context["user"], context["door"], context["verb"]) == (officer.pk, "api", "update_resident")
