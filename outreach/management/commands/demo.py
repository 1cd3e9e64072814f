"""`demo`: the demonstration city (CONTRACT)."""

import json
import time
from argparse import ArgumentTypeError
from datetime import date
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from outreach.demo import city
from outreach.demo.figures import load
from outreach.demo.workbooks import write_all


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a day; write 2022-02-05.") from None


def head_count(text: str) -> int:
    if not text.isdecimal() or not 100 <= int(text) <= 1_000_000:
        raise ArgumentTypeError(f"{text!r}: a number of residents from 100 to 1000000.")
    return int(text)


class Command(BaseCommand):
    help = (
        "Make the demonstration city of synthetic people, with its training clock; replaces an earlier one."
    )

    def add_arguments(self, parser):
        parser.add_argument("--residents", type=head_count, default=30_000)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument(
            "--on", type=day, default=load()["city"]["default_day"], help="the day the clock is set to"
        )
        parser.add_argument(
            "--workbooks", type=Path, help="also write what officials would send into this folder"
        )
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing where there is an installation already"
        )
        parser.add_argument("--json", action="store_true")

    def handle(self, *, residents, seed, on, workbooks, if_empty, **options):
        started = time.monotonic()
        if if_empty and not city.is_empty():
            self._report(
                options, {"made": False}, "There is an installation here already; nothing was changed."
            )
            return
        try:
            made = city.create(residents=residents, seed=seed, on=on, say=self._progress(options))
        except city.Refused as refusal:
            raise CommandError(str(refusal), returncode=2) from None
        city.analyse()
        facts = {
            "made": True,
            "residents": made.residents,
            "seed": seed,
            "on": on.isoformat(),
            "rows": made.rows,
        }
        if workbooks:
            manifest = write_all(workbooks, seed=seed, on=on)
            facts["workbooks"] = [entry["file"] for entry in manifest["files"]]
        facts["seconds"] = round(time.monotonic() - started, 1)
        self._report(
            options,
            facts,
            f"{made.residents} synthetic residents in {len(made.wards)} wards, {facts['seconds']} s.",
        )

    def _progress(self, options):
        quiet = options["json"] or options["verbosity"] < 1
        return (lambda line: None) if quiet else (lambda line: self.stdout.write(line))

    def _report(self, options, facts: dict, sentence: str) -> None:
        self.stdout.write(json.dumps(facts) if options["json"] else sentence)
