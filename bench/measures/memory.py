"""P4: memory while a file is read."""

import os

from bench import people
from bench.harness import Comparison, Subject
from bench.probe import fresh
from bench.stage import HEALTH_CENTRE, Stage
from config.servers import APP_ROLE

SMALL = 100  # rows of the file that shows what an upload costs anyway


def _prepare(stage: Stage) -> None:
    wards = people.wards_of_city()
    for name, count in (("small", SMALL), ("large", stage.residents)):
        path = stage.folder / f"{name}.xlsx"
        stage.made[name] = people.workbook(path, list(people.people(count, wards)))


def _parser(stage: Stage) -> float:
    """MiB of the subprocess that parses."""
    return fresh("parse", stage.made["large"])["children"]


def _calamine(stage: Stage) -> float:
    """MiB of a process that reads the file with calamine and nothing else."""
    return fresh("calamine", stage.made["large"])["peak"]


def _upload(which: str):
    """MiB of a web process that received the file."""

    def run(stage: Stage) -> float:
        environ = os.environ | {"DATABASE_URL": stage.postgres.url(APP_ROLE, "city")}
        return fresh("upload", stage.made[which], HEALTH_CENTRE, environ=environ)["peak"]

    return run


SUBJECTS = (
    Subject(
        "memory of reading",
        {
            "parsing subprocess": _parser,
            "calamine alone": _calamine,
            "web, large file": _upload("large"),
            "web, file of 100 rows": _upload("small"),
        },
        (
            Comparison(
                "parse_memory", "P4", "MiB", "parsing subprocess", "calamine alone", "lower", at_most=1.1
            ),
            # flat: what a hundred rows take, and no more than the noise of an allocator
            Comparison(
                "web_memory", "P4 (flat)", "MiB", "web, large file", "web, file of 100 rows", "lower", at_most=1.05
            ),
        ),
        before=_prepare,
        seconds=150,
    ),
)  # fmt: skip
