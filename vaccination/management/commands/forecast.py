"""The rules alone, over JSON Lines: needs neither database nor server (CONTRACT, `forecast`)."""

import sys
from argparse import ArgumentTypeError
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import IO

from django.core.management.base import BaseCommand, CommandError

from lib import clock
from vaccination import forecast_lines

LONGEST_LINE = (
    1_000_000  # bytes: no person has so many doses, and a stream without ends must not fill the memory
)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a day of the form YYYY-MM-DD") from None


class Command(BaseCommand):
    help = "Read one person a line as JSON, write one answer a line. A line that cannot be used is answered with its error."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser):
        parser.add_argument(
            "file", nargs="?", default="-", metavar="FILE", help="JSON Lines; standard input if missing or -"
        )
        parser.add_argument(
            "--rules",
            metavar="CODE",
            help="a family (VN-COVID, the default: what is in force on the day), a version of it (VN-COVID-2021-12-21),"
            " or a foreign rule set (US-2021-05)",
        )
        parser.add_argument(
            "--on",
            type=_day,
            metavar="DATE",
            help="the as-of day of lines without their own; by default today in Viet Nam, the real day: this command asks"
            " no server for a training clock",
        )

    def handle(self, *, file: str, rules: str | None, on: date | None, **options):
        on = on or clock.vietnamese_day(clock.real_now())
        try:
            forecast_lines.rules_of(rules)
        except LookupError as error:
            raise CommandError(str(error)) from None
        if hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(encoding="utf-8")
        try:
            with _opened(file) as lines:
                for line in _texts(lines):
                    self.stdout.write(_answer(line, rules, on))
                    if file == "-":  # somebody may be waiting for this answer before asking on
                        self.stdout.flush()
        except BrokenPipeError:
            sys.stderr.close()  # whoever read has enough; no traceback, and none from the closing of stdout


def _answer(line: str | None, rules: str | None, on: date) -> str:
    if line is None:
        return forecast_lines.refusal(None, "line", f"is too long (more than {LONGEST_LINE} bytes)")
    return forecast_lines.answer(line, rules, on)


def _opened(file: str):
    if file == "-":
        return nullcontext(sys.stdin.buffer)
    try:
        return Path(file).open("rb")
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}") from None


def _texts(lines: IO[bytes]) -> Iterator[str | None]:
    """Lines without their end; one that is not UTF-8 becomes one that is not JSON, one that is too long None."""
    for number, line in enumerate(iter(lambda: lines.readline(LONGEST_LINE + 1), b"")):
        if len(line) > LONGEST_LINE:
            while line and not line.endswith(b"\n"):
                line = lines.readline(LONGEST_LINE)
            yield None
            continue
        try:
            text = line.decode("utf-8-sig" if number == 0 else "utf-8")
        except UnicodeDecodeError:
            text = "not UTF-8"
        yield text.rstrip("\r\n")
