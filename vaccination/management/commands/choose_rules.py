"""Choose otherwise what the rules leave open: says who would be affected, and with --apply does it."""

import json as json_module
import re
from dataclasses import replace
from datetime import date

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError

from lib import clock
from vaccination import forecasts, rule_changes
from vaccination.models import Programme, RuleChange
from vaccination.rule_choices import ProvinceInterval, RuleChoices
from wards.models import AdministrativeUnit, User

_AZ = re.compile(r"(\d{2})=(\d{1,2}[wd])@(\d{4}-\d{2}-\d{2})(?::(.+))?")
_SWITCH = {"on": True, "off": False}


class Command(BaseCommand):
    help = "Propose other choices, count who changes state in which ward, and with --apply forecast everybody by them."

    def add_arguments(self, parser):
        parser.add_argument("--as", dest="username", required=True, metavar="USER")
        parser.add_argument("--shortage", choices=_SWITCH, help="offer products allowed only in shortage")
        parser.add_argument(
            "--additional-restarts", choices=_SWITCH, help="an additional dose restarts the booster's clock"
        )
        parser.add_argument(
            "--az-interval",
            metavar="PROVINCE=LENGTH@DATE[:NUMBER]",
            help="the province decided on this interval of AstraZeneca, e.g. 27=6w@2021-10-05:123/QĐ-UBND",
        )
        parser.add_argument("--apply", action="store_true", help="apply it after counting")
        parser.add_argument("--json", action="store_true")

    def handle(self, *, username: str, apply: bool, json: bool, **options):
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"There is no account {username}.")
        on = clock.today()
        try:
            change = rule_changes.propose(
                programme_id=forecasts.PROGRAMME,
                choices=_chosen(options),
                by=user,
                on=on,
                at=clock.real_now(),
            )
            rule_changes.work(on)
            change.refresh_from_db()
            decide = rule_changes.apply if apply else rule_changes.discard
            more = {"on": on} if apply else {}
            change = decide(change=change, by=user, at=clock.real_now(), **more)
        except (rule_changes.Refused, PermissionDenied) as refused:
            raise CommandError(str(refused)) from None
        rule_changes.work(on)
        change.refresh_from_db()
        self._say(change, json)

    def _say(self, change: RuleChange, as_json: bool) -> None:
        together = rule_changes.totals(change.impact)
        if as_json:
            self.stdout.write(
                json_module.dumps({"state": change.state, "total": together, "wards": change.impact})
            )
            return
        names = dict(AdministrativeUnit.objects.filter(pk__in=change.impact).values_list("pk", "full_name"))
        for ward, figures in sorted(change.impact.items(), key=lambda pair: names[int(pair[0])]):
            self.stdout.write(
                f"{names[int(ward)]}: {figures.get('people', 0)} people {figures.get('states', {})}"
            )
        self.stdout.write(f"{together['people']} people affected, {change.state}")


def _chosen(options: dict) -> RuleChoices:
    now = RuleChoices.from_json(Programme.objects.get(pk=forecasts.PROGRAMME).rule_choices)
    if options["shortage"]:
        now = replace(now, products_in_shortage=_SWITCH[options["shortage"]])
    if options["additional_restarts"]:
        now = replace(now, additional_restarts_booster=_SWITCH[options["additional_restarts"]])
    if text := options["az_interval"]:
        found = _AZ.fullmatch(text)
        if not found:
            raise CommandError(f"--az-interval {text}: write PROVINCE=LENGTH@DATE, e.g. 27=6w@2021-10-05")
        province, length, day, number = found.groups()
        now = now.with_az_interval(ProvinceInterval(province, length, date.fromisoformat(day), number or ""))
    return now
