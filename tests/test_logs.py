"""What the log says of a fault: where and of which kind, never the words that quote somebody's data (TRUST T25)."""

import logging
import sys

import pytest
from django.conf import settings
from django.db import DataError, IntegrityError, connection

from config.logs import DiscreetFormatter
from tests.factories import make_ward

NAME = "Quách Thị Dấu Vết"


def line_of(raise_it, message: str = "Task %s failed: %s") -> str:
    try:
        raise_it()
    except Exception as error:
        record = logging.LogRecord("x", logging.ERROR, __file__, 1, message, ("t", error), sys.exc_info())
        return DiscreetFormatter("%(levelname)s %(message)s").format(record)
    raise AssertionError("nothing was raised")


def test_an_exceptions_words_are_not_in_the_log_and_its_place_is():
    def inner():
        int(NAME)

    line = line_of(inner)
    assert NAME not in line
    assert "ValueError" in line
    assert "test_logs.py" in line
    assert "in inner" in line


def test_neither_are_those_of_what_caused_it():
    def inner():
        try:
            raise KeyError(NAME)
        except KeyError as error:
            raise RuntimeError(f"no person {NAME}") from error

    line = line_of(inner)
    assert NAME not in line
    assert "KeyError" in line
    assert "RuntimeError" in line


def test_a_line_that_repeats_the_exception_is_cleaned(caplog):
    line = line_of(lambda: {}[NAME], "Task %s raised unexpected: %r")
    assert NAME not in line
    assert "KeyError(…)" in line


@pytest.mark.django_db
def test_an_error_of_the_database_keeps_its_code_table_and_constraint():
    ward = make_ward()

    def twice():
        with connection.cursor() as cursor:
            for _ in range(2):
                cursor.execute(
                    "INSERT INTO wards_user (password, is_superuser, username, email, is_staff, is_active, date_joined, full_name, phone,"
                    " roles, list_columns, closed_because, must_change_password) VALUES"
                    " ('x', false, %s, '', false, true, now(), %s, '', '{}', '{}', '', false)",
                    [NAME, NAME],
                )

    from django.db import transaction

    def in_a_savepoint():
        with transaction.atomic():
            twice()

    line = line_of(in_a_savepoint)
    assert NAME not in line
    assert "23505, wards_user, wards_user_username_key" in line
    assert IntegrityError.__name__ in line

    def not_a_date():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT %s::date", [NAME])

    line = line_of(not_a_date)
    assert NAME not in line
    assert DataError.__name__ in line
    assert ward is not None


def test_every_handler_of_the_product_uses_it():
    formatters = settings.LOGGING["formatters"]
    for handler in settings.LOGGING["handlers"].values():
        assert formatters[handler["formatter"]]["()"] == "config.logs.DiscreetFormatter"


@pytest.mark.django_db
def test_a_failing_page_logs_no_value_of_its_request(client, monkeypatch, capsys):
    from tests.factories import make_user
    from wards.roles import Role
    from wards.views import account

    def broken(request):
        raise ValueError(f"cannot read {NAME}")

    monkeypatch.setattr(account.kept_forms, "kept_for", broken)
    client.force_login(make_user(Role.SURVEYOR, make_ward()))
    client.raise_request_exception = False
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(DiscreetFormatter("%(message)s"))
    logging.getLogger("django.request").addHandler(handler)
    try:
        assert client.get("/accounts/gui-lai/").status_code == 500
    finally:
        logging.getLogger("django.request").removeHandler(handler)
    told = capsys.readouterr().err
    assert "Internal Server Error: /accounts/gui-lai/" in told
    assert "builtins.ValueError" in told
    assert NAME not in told
