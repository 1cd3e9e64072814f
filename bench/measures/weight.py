"""P13: how many queries a page takes, and how many bytes a phone gets first."""

import gzip
import re

from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.harness import Comparison, Subject
from bench.stage import HEALTH_CENTRE, SEED, WARD_OFFICER, Stage
from config.servers import DATABASE

FEW = 300  # residents of the small city
PAGES = {
    "the day": (WARD_OFFICER, "/"),
    "a ward's list": (WARD_OFFICER, "/chua-tiem/"),
    "the city's list": (HEALTH_CENTRE, "/chua-tiem/?ward=all"),
    "residents": (WARD_OFFICER, "/nguoi-dan/"),
    "files": (HEALTH_CENTRE, "/nhap-tep/"),
}
STATIC = re.compile(r'(?:href|src)="/static/([^"]+)"')


def _small_city(stage: Stage) -> None:
    from bench.stage import people

    stage.enter("few", DATABASE)
    people(FEW, SEED)
    stage.enter("city")


def _queries(database: str):
    """Queries of all pages together."""

    def run(stage: Stage) -> float:
        stage.enter(database)
        found = {}
        for name, (username, address) in PAGES.items():
            client = Client()
            client.force_login(stage.person(username))
            client.get(address)  # what a process asks once
            with CaptureQueriesContext(connection) as captured:
                assert client.get(address).status_code == 200, address
            found[name] = len(captured)
        stage.made.setdefault("queries", {})[database] = found
        stage.enter("city")
        return sum(found.values())

    return run


def _kilobytes(of: str):
    """kB (1,000 bytes), gzipped, that a phone without anything in its cache gets with the ward's list."""

    def run(stage: Stage) -> float:
        client = Client(HTTP_USER_AGENT="Android")
        client.force_login(stage.person(WARD_OFFICER))
        page = client.get("/chua-tiem/").content.decode()
        names = sorted(set(STATIC.findall(page)))
        sizes = {name: _gzipped(_static(name)) for name in names}
        scripts = sum(size for name, size in sizes.items() if name.endswith(".js"))
        everything = _gzipped(page.encode()) + sum(sizes.values())
        stage.made["weights"] = {
            name.rpartition("/")[2]: round(size / 1000, 1) for name, size in sizes.items()
        }
        return (scripts if of == "scripts" else everything) / 1000

    return run


def _static(name: str) -> bytes:
    path = finders.find(name)
    assert isinstance(path, str), name
    with open(path, "rb") as file:
        return file.read()


def _gzipped(content: bytes) -> int:
    return len(gzip.compress(content, 6))


SUBJECTS = (
    Subject(
        "weight",
        {
            "large city": _queries("city"),
            "city of 300": _queries("few"),
            "everything": _kilobytes("everything"),
            "scripts": _kilobytes("scripts"),
        },
        (
            Comparison("queries", "P13", "queries of 5 pages", "large city", "city of 300", "lower", at_most=1),
            Comparison("first_load", "P13", "kB gzipped", "everything", better="lower", limit=150),
            Comparison("first_load_scripts", "P13", "kB gzipped", "scripts", better="lower", limit=50),
        ),
        before=_small_city,
        notes=lambda stage: {
            "queries": stage.made["queries"],
            "first_load": {"files_kb": stage.made["weights"]},
        },
    ),
)  # fmt: skip
