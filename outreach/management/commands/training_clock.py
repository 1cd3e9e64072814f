"""`training_clock`: what time it is in a demonstration installation."""

from argparse import ArgumentTypeError
from datetime import datetime, time

from django.core.management.base import BaseCommand, CommandError

from lib import clock
from outreach.demo import city


def moment(text: str) -> datetime:
    """2022-02-05 (08:00) or 2022-02-06T09:45, in Vietnam."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a time; write 2022-02-05 or 2022-02-06T09:45.") from None
    if len(text) == 10:
        found = datetime.combine(found.date(), time(8, 0))
    return found if found.tzinfo else found.replace(tzinfo=clock.VIETNAM)


class Command(BaseCommand):
    help = "Show, set or stop the training clock of a demonstration installation; it always ticks."

    def add_arguments(self, parser):
        choice = parser.add_mutually_exclusive_group()
        choice.add_argument(
            "--set", type=moment, metavar="TIME", help="2022-02-05 (08:00) or 2022-02-06T09:45"
        )
        choice.add_argument("--stop", action="store_true", help="go back to real time")

    def handle(self, *, set, stop, **options):
        try:
            if stop:
                city.set_clock(clock.real_now())
            elif set:
                city.set_clock(set)
        except city.Refused as refusal:
            raise CommandError(str(refusal), returncode=2) from None
        self.stdout.write(f"{clock.now():%Y-%m-%d %H:%M} Asia/Ho_Chi_Minh")
