"""Hold every stored forecast against the pure function, and mend what differs (CONTRACT, `rebuild_forecasts`)."""

import json
import time
from datetime import date

from django.core.management.base import BaseCommand, CommandError

from lib import clock
from vaccination import forecasts
from wards.models import AdministrativeUnit


class Command(BaseCommand):
    help = "Forecast every resident anew, rewrite the rows that differ, say how many did; 0 is the healthy number."

    def add_arguments(self, parser):
        parser.add_argument(
            "--unit", metavar="CODE", help="only this unit, as in force today, or CODE@YYYY-MM-DD"
        )
        parser.add_argument("--json", action="store_true", help='print {"checked", "differed", "seconds"}')

    def handle(self, *, unit: str | None, json: bool, **options):
        on = clock.today()
        ward_id = _unit(unit, on).pk if unit else None
        began = time.monotonic()
        checked, differed = forecasts.rebuild(on, ward_id=ward_id)
        seconds = round(time.monotonic() - began, 2)
        if json:
            self.stdout.write(_json({"checked": checked, "differed": differed, "seconds": seconds}))
        else:
            self.stdout.write(
                f"{checked} residents checked as of {on}, {differed} forecasts differed, {seconds} s"
            )


_json = json.dumps


def _unit(text: str, on: date) -> AdministrativeUnit:
    code, _, day = text.partition("@")
    try:
        return AdministrativeUnit.objects.in_force(date.fromisoformat(day) if day else on).get(code=code)
    except ValueError:
        raise CommandError(f"{text}: after @ comes a day of the form YYYY-MM-DD.") from None
    except AdministrativeUnit.DoesNotExist:
        raise CommandError(f"No administrative unit {code} is in force on {day or on}.") from None
