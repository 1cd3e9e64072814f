"""A stranger reads the description of the API and asks whatever it allows, and much that it forbids: no answer is a surprise.

Schemathesis makes the requests, by a fixed seed, against the product's WSGI application with a small town behind it.
"""

import socket
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import pytest

from config import embedded
from lib.clock import VIETNAM, real_now
from tests.api.conftest import make_token
from tests.factories import SUOI_HOA, make_neighbourhood, make_user, make_ward
from tests.outreach.conftest import crowd
from wards import installation
from wards.models import Assignment, Installation, Organisation, User
from wards.roles import Role

pytestmark = pytest.mark.slow

EXAMPLES = 12  # per operation and phase


@pytest.fixture
def town(transactional_db):
    """Two wards on 05/02/2022 with some people, committed: the server reads them by connections of its own."""
    Installation.objects.create(
        city_name="Thành phố Thử",
        province_code="27",
        is_demo=True,
        clock_offset=datetime(2022, 2, 5, 8, tzinfo=VIETNAM) - real_now(),
    )
    installation.forget()
    wards = [make_ward(), make_ward(SUOI_HOA)]
    for ward in wards:
        make_neighbourhood(ward)
    crowd(wards, 60)
    yield wards
    installation.forget()


def centre(wards) -> User:
    office = Organisation.objects.create(kind=Organisation.Kind.HEALTH_CENTRE, name="Trung tâm thử")
    office.units.set(wards)
    user = make_user(Role.HEALTH_CENTRE)
    Assignment.objects.create(user=user, organisation=office)
    return user


def officer(wards) -> User:
    return make_user(Role.WARD_OFFICER, wards[0])


@pytest.fixture
def server(town, database_env, tmp_path):
    """The address of gunicorn with the product's own WSGI application."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "config.wsgi:application", "--bind", f"127.0.0.1:{port}"]
    log = (tmp_path / "gunicorn.log").open("wb")
    process = subprocess.Popen(
        [*command, "--log-level", "error"], cwd=embedded.ROOT, env=database_env, stderr=log
    )
    for _attempt in range(600):
        with socket.socket() as probe:
            if not probe.connect_ex(("127.0.0.1", port)):
                break
        time.sleep(0.1)
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(30)
    log.close()


@pytest.mark.parametrize("whose", [centre, officer])
def test_schemathesis_finds_no_fault(town, server, whose, tmp_path: Path):
    secret = make_token(whose(town))
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "run", f"{server}/api/v1/schema/",
        "--header", f"Authorization: Bearer {secret}", "--checks", "all", "--max-examples", str(EXAMPLES),
        "--generation-deterministic", "--workers", "1", "--no-color", "--continue-on-failure", "--warnings", "off",
        "--suppress-health-check", "all",
    ]  # fmt: skip
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout[-12_000:] + done.stderr[-2_000:]
