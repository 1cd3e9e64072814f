"""How tests read a file in: the commands, in the name of an official of Võ Cường or of the centre above it."""

import json

import pytest
from django.core.management import call_command

from tests.factories import SUOI_HOA, make_user, make_ward
from wards.roles import Role


@pytest.fixture
def ward(db):
    return make_ward()


@pytest.fixture
def next_ward(db):
    return make_ward(SUOI_HOA)


@pytest.fixture
def officer(ward):
    return make_user(Role.STATION, ward, full_name="Lê Thị Cán Bộ")


@pytest.fixture
def centre(ward, next_ward):
    """Somebody whose area holds both wards."""
    user = make_user(Role.HEALTH_CENTRE, ward, full_name="Trần Văn Trung Tâm")
    user.assignments.create(unit=next_ward)
    return user


@pytest.fixture
def read_file(capsys, officer):
    """Run a command and return (exit code, its JSON). Without --commit a dry run."""

    def run(path, *options, command="import_residents", by=officer):
        with pytest.raises(SystemExit) as ended:
            call_command(command, str(path), "--as", by.username, "--json", *options)
        return ended.value.code, json.loads(capsys.readouterr().out.splitlines()[-1])

    return run


@pytest.fixture
def commit(read_file):
    """Read a file and write it; the account."""

    def run(path, *options, **more):
        code, account = read_file(path, "--commit", *options, **more)
        assert code in (0, 3), account
        assert account["rows_read"] == sum(
            account[name]
            for name in ("new", "changed", "same", "duplicate_review", "moved", "out_of_scope", "errors")
        )
        return account

    return run
