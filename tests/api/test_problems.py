"""Whatever is sent, the API answers in one shape, never with a page, never with an accident (TRUST API-01, 02, 15)."""

import json
import logging

import pytest
from django.core.cache import cache
from django.test import Client

from tests.api.conftest import Program, make_token, problem
from tests.factories import make_household, make_resident, make_user, make_ward
from wards.api import limits
from wards.models import AccessEvent, Resident
from wards.roles import Role
from wards.search_rate import PER_HOUR

pytestmark = pytest.mark.django_db


@pytest.fixture
def ward():
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


def raw(program: Program, path: str, body: bytes, content_type: str = "application/json"):
    return program.client.generic("POST", f"/api/v1/{path}", body, content_type, headers=program.headers)


# ---------------------------------------------------------------- bodies


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"{", "not_json"),
        (b"", None),
        (b"[" * 10_000 + b"]" * 10_000, "too_deep"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "too_deep"),
        (b'{"q": 1e400}', "not_a_number"),
        (b'{"q": NaN}', "not_a_number"),
        (b'{"q": -Infinity}', "not_a_number"),
        (b'{"q": ' + b"9" * 5000 + b"}", "not_a_number"),
        (b'{"q": "a", "q": "b"}', "twice"),
        (b'{"q": "\xff"}', "not_utf8"),
        (b"[]", None),
        (b"null", None),
        (b'"text"', None),
    ],
)
def test_a_body_that_is_no_plain_json_is_400(program, body, reason):
    answer = raw(program, "residents/search/", body)
    assert answer.status_code == 400, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert reason is None or answer.json()["reason"] == reason


def test_a_body_over_a_megabyte_is_413(program):
    problem(raw(program, "residents/search/", b'{"q": "' + b"a" * 10_000_000 + b'"}'), 413, "too_large")


@pytest.mark.parametrize(
    "kind",
    ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "application/xml"],
)
def test_other_kinds_of_body_are_415(program, kind):
    problem(raw(program, "residents/search/", b"q=a", kind), 415, "media_type")


@pytest.mark.parametrize("value", [None, 12, True, ["a"], {"a": 1}, "", "   ", "a\0b", "\ud800", "x" * 101])
def test_a_value_of_the_wrong_kind_is_400_with_its_field(program, value):
    body = problem(program.post("residents/search/", {"q": value}), 400, "validation")
    assert body["errors"]["q"][0]["message"]


def test_every_wrong_field_is_named_at_once(program, home):
    sent = {"household": str(home.pk), "name": 5, "born": "hôm qua", "sex": "X", "phones": "0912345678"}
    body = problem(program.post("residents/", sent), 400, "validation")
    assert set(body["errors"]) == {"name", "born", "sex", "phones"}


def test_a_wrong_value_inside_a_list_is_named_by_its_place(program, home):
    sent = {"household": str(home.pk), "name": "Lê Thị Mới", "born": "1950", "phones": ["0912345678", 5]}
    body = problem(program.post("residents/", sent), 400, "validation")
    assert list(body["errors"]) == ["phones.1"]


# ---------------------------------------------------------------- parameters


@pytest.mark.parametrize(
    "query",
    [
        "_connector=OR", "_negated=1", "ward__name=a", "ordering=ward__users__password", "order=ward__users__password",
        "fields=*", "page_size=1000000", "page_size=0", "page_size=-1", "page_size=1e3", "page_size=", "ward=",
        "ward=09190&ward=09187", "limit=5", "format=json", "residence=here'--", "household=1", "neighbourhood=x",
        "search=Nguyen", "order=name%00",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "path", ["residents/", "households/", "doses/", "forecasts/", "worklists/unvaccinated/"]
)
def test_parameters_are_a_closed_list(program, ward, path, query):
    make_resident(ward)
    assert program.get(f"{path}?{query}").status_code == 400


def test_a_place_in_the_list_that_somebody_made_up_is_not_found(program):
    problem(program.get("residents/?after=AAAA"), 404, "not_found")


# ---------------------------------------------------------------- addresses and methods


@pytest.mark.parametrize(
    "path",
    [
        "/api/",
        "/api",
        "/api/v1/",
        "/api/v1/nothing/",
        "/api/v1/residents/1/",
        "/api/v2/units/",
        "/api/v1/units",
    ],
)
def test_an_address_that_is_not_there_is_404_in_the_one_shape(path):
    for answer in (Client().get(path), Client().post(path)):
        problem(answer, 404, "not_found")


@pytest.mark.parametrize("method", ["DELETE", "PUT", "TRACE", "CONNECT", "PATCH", "FOO"])
def test_other_methods_are_405_and_say_which_there_are(program, method):
    answer = program.ask(method, "residents/search/")
    problem(answer, 405, "method")
    assert "POST" in answer["Allow"]


def test_a_method_cannot_be_put_on_by_header_or_parameter(program, ward):
    resident = make_resident(ward, name="Lê Thị Cũ")
    sent = {"version": 1, "name": "Lê Thị Đổi", "_method": "PATCH"}
    for headers in ({"X-HTTP-Method-Override": "PATCH"}, {"X-Method-Override": "PATCH"}):
        problem(program.ask("POST", f"residents/{resident.pk}/", sent, **headers), 405, "method")
    problem(program.ask("GET", f"residents/{resident.pk}/?_method=PATCH"), 400, "parameter")
    assert Resident.objects.get(pk=resident.pk).full_name == "Lê Thị Cũ"


def test_a_reader_who_takes_no_json_hears_406(program):
    problem(program.get("units/", Accept="text/html"), 406, "not_acceptable")


def test_a_forged_forwarding_header_never_reaches_the_log(program, ward):
    resident = make_resident(ward)
    forged = {
        "X-Forwarded-For": "203.0.113.9, 10.0.0.1",
        "X-Real-IP": "203.0.113.9",
        "Forwarded": "for=203.0.113.9",
    }
    program.get(f"residents/{resident.pk}/", **forged)
    assert AccessEvent.objects.get(what="resident").address == "127.0.0.1"


def test_a_wrong_host_name_is_a_problem_too(program):
    answer = program.client.get("/api/v1/units/", headers=program.headers | {"Host": "evil.example"})
    problem(answer, 400, "bad_request")


def test_an_accident_tells_nothing_of_itself(program, monkeypatch, caplog):
    def broken(*args):
        raise RuntimeError("Bí mật của máy chủ")

    monkeypatch.setattr("wards.api.places.wards_of", broken)
    caplog.set_level(logging.CRITICAL)
    answer = program.get("units/")
    problem(answer, 500, "server_error")
    assert "Bí mật" not in json.dumps(answer.json(), ensure_ascii=False)


# ---------------------------------------------------------------- languages


def test_sentences_come_in_the_language_asked_for_and_codes_stay(program):
    said = {}
    for wanted in ("vi", "en-GB,en;q=0.8", "fr", ""):
        answer = program.get("nowhere/", **{"Accept-Language": wanted})
        said[wanted] = (answer["Content-Language"], answer.json()["code"])
    assert said == {
        "vi": ("vi", "not_found"),
        "en-GB,en;q=0.8": ("en", "not_found"),
        "fr": ("vi", "not_found"),
        "": ("vi", "not_found"),
    }


# ---------------------------------------------------------------- too much


def test_a_token_that_asks_too_fast_is_told_to_wait(program, monkeypatch):
    monkeypatch.setattr(limits, "REQUESTS", (3, 300))
    answers = [program.get("units/") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    problem(answers[-1], 429, "throttled")
    assert int(answers[-1]["Retry-After"]) > 0


def test_whoever_reads_too_many_rows_in_an_hour_waits(program, ward, monkeypatch):
    monkeypatch.setattr(limits, "ROWS", (2, 3600))
    for _ in range(2):
        make_resident(ward)
    assert program.get("residents/").status_code == 200
    problem(program.get("residents/"), 429, "throttled")


def test_searches_are_counted_with_those_of_the_pages(program, officer, monkeypatch):
    from lib import clock

    AccessEvent.objects.bulk_create(
        AccessEvent(at=clock.real_now(), user=officer, action="search", what="worklist")
        for _ in range(PER_HOUR)
    )
    for path in ("residents/search/", "households/search/", "worklists/unvaccinated/search/"):
        problem(program.post(path, {"q": "lan"}), 429, "throttled")


def test_guessing_tokens_is_slowed_by_address_and_keeps_nobody_out(program, monkeypatch):
    monkeypatch.setattr(limits, "FAILURES", (2, 300))
    guesses = [Program("tungnha_wrong").get("units/").status_code for _ in range(4)]
    assert guesses == [401, 401, 429, 429]
    assert program.get("units/").status_code == 200


def test_counters_that_cannot_be_reached_let_people_work(program, ward, monkeypatch, caplog):
    def down(*args, **kwargs):
        raise ConnectionError("no broker")

    monkeypatch.setattr(cache, "add", down)
    monkeypatch.setattr(cache, "incr", down)
    make_resident(ward)
    assert program.get("residents/").status_code == 200
    problem(Program("tungnha_wrong").get("units/"), 401, "unauthenticated")
