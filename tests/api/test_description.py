"""The description of the API: whole, valid, in step with what is served, and not for strangers."""

import json

import pytest
from django.core.management import call_command
from django.test import Client

from tests.api.conftest import Program, make_token, problem
from tests.factories import make_user, make_ward
from wards.api.description import described
from wards.api.problem import PROBLEMS
from wards.roles import Role

pytestmark = pytest.mark.django_db
SCHEMA = "/api/v1/schema/"


@pytest.fixture
def officer():
    return make_user(Role.WARD_OFFICER, make_ward())


def test_the_description_is_valid_and_nothing_in_it_is_guessed(tmp_path):
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "api.yaml"))


def test_it_opens_to_a_token_or_a_session_and_to_nobody_else(officer):
    problem(Client().get(SCHEMA), 401, "unauthenticated")
    assert Program(make_token(officer)).get(SCHEMA).json()["openapi"].startswith("3.")
    signed_in = Client()
    signed_in.force_login(officer)
    assert signed_in.get(SCHEMA).status_code == 200
    problem(signed_in.post(SCHEMA), 401, "unauthenticated")


def test_it_comes_as_yaml_to_who_wants_that(officer):
    answer = Program(make_token(officer)).get(SCHEMA, Accept="application/vnd.oai.openapi")
    assert answer.content.startswith(b"openapi: 3")


def test_no_person_and_no_place_stands_in_it(officer):
    text = json.dumps(described(), ensure_ascii=False)
    assert officer.full_name not in text
    assert "Võ Cường" not in text


def test_every_operation_names_its_refusals_in_the_one_shape():
    for path, methods in described()["paths"].items():
        for method, operation in methods.items():
            refused = {int(status) for status in operation["responses"] if int(status) >= 400}
            assert {400, 401, 403, 404, 406, 429} <= refused, (method, path)
            for status in refused:
                assert list(operation["responses"][str(status)]["content"]) == ["application/problem+json"]


def test_a_list_of_people_cannot_be_asked_by_name():
    """Names go by POST: no parameter of any address is a free text about a person (TRUST T25)."""
    for methods in described()["paths"].values():
        for operation in methods.values():
            names = {
                parameter["name"]
                for parameter in operation.get("parameters", ())
                if parameter["in"] == "query"
            }
            assert not names & {"q", "name", "search", "phone", "number"}


def test_every_code_has_its_status_and_title():
    assert all(400 <= status < 600 and str(title) for status, title in PROBLEMS.values())
