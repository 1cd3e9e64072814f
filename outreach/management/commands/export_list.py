"""`export_list`: a list as a file, as the page shows it to one user (CONTRACT)."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from lib import clock
from outreach import exports
from outreach.worklists import WORKLISTS, Selection
from vaccination import forecasts
from wards import audit
from wards.access import can
from wards.models import AccessEvent, User
from wards.roles import Ability


class Command(BaseCommand):
    help = (
        "Write a list to a file: the rows, in the order, that the page shows this user with these filters. On paper (pdf)"
        " people stand by neighbourhood and home, as the page shows them with order=address, unless an order is given."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help=f"one of: {', '.join(WORKLISTS)}")
        parser.add_argument("--as", dest="username", required=True, help="whose scope and rights apply")
        parser.add_argument(
            "--filter", action="append", default=[], metavar="KEY=VALUE", help="as in the page's address"
        )
        parser.add_argument("--format", choices=sorted(exports.CONTENT_TYPES), required=True)
        parser.add_argument("--out", type=Path, required=True)
        parser.add_argument(
            "--purpose", default="export_list", help="for the access log and the file's own stamp"
        )

    def handle(self, *, name: str, username: str, out: Path, purpose: str, **options) -> None:
        user = User.objects.filter(username=username, is_active=True).first()
        if name not in WORKLISTS:
            raise CommandError(f"There is no list {name!r}; there are: {', '.join(WORKLISTS)}.", returncode=2)
        if user is None:
            raise CommandError(f"There is no active account {username!r}.", returncode=2)
        if not (can(user, Ability.SEE_HEALTH) and can(user, Ability.EXPORT_LISTS)):
            raise CommandError(f"The roles of {username!r} may not take lists out.", returncode=2)
        now = clock.now()
        forecasts.catch_up(now.date())
        selection = self._selection(name, user, options, now)
        stamp = exports.Stamp.new(user, now, purpose)
        try:
            rows = exports.write(selection, options["format"], out, stamp)
        except exports.TooLong as too_long:
            raise CommandError(
                f"{too_long.count} rows: {options['format']} takes {too_long.limit} at once; narrow it, or use xlsx.",
                returncode=2,
            ) from None
        except OSError as error:
            raise CommandError(f"{out} cannot be written: {error.strerror}.", returncode=2) from None
        audit.record_access_of(
            user, AccessEvent.Action.EXPORT, "worklist", row_count=rows, purpose=purpose,
            detail=exports.access_detail(selection, stamp, options["format"]),
        )  # fmt: skip
        self.stdout.write(f"{rows} rows: {out}")

    def _selection(self, name: str, user: User, options: dict, now) -> Selection:
        chosen = dict(_pair(text) for text in options["filter"])
        if options["format"] == "pdf":
            chosen = {"order": "address"} | chosen
        selection = WORKLISTS[name].select(user, chosen, now.date())
        unknown = sorted(set(chosen) - set(selection.filters.filters))
        if unknown:
            known = ", ".join(selection.filters.filters)
            raise CommandError(f"No filter {', '.join(unknown)}; there are: {known}.", returncode=2)
        if not selection.filters.is_valid():
            wrong = ", ".join(f"{name}={chosen[name]}" for name in selection.filters.form.errors)
            raise CommandError(f"Not a choice in this user's scope: {wrong}.", returncode=2)
        return selection


def _pair(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator:
        raise CommandError(f"--filter {text!r}: write KEY=VALUE.", returncode=2)
    return name, value
