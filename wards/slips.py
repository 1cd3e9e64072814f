"""What stands on a person's sign-in slip, eight to a page of A4: name, place, the link as a QR code, the short code."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import segno
from django.db.models import Prefetch, prefetch_related_objects
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from lib import clock
from wards.actions.links import Slip
from wards.models import Assignment, User
from wards.roles import Role

PER_SHEET = 8


@dataclass(frozen=True)
class PrintedSlip:
    """One slip as the page draws it. `address` is the link, `short_address` where the code is typed."""

    account: User
    roles: list[str]
    places: list[str]
    address: str
    short_address: str
    code: str
    expires_at: datetime
    qr: SafeString


def sheets(request: HttpRequest, slips: Sequence[Slip]) -> list[list[PrintedSlip]]:
    """The slips in sheets of eight; addresses are those under which this page itself was asked for."""
    working = Assignment.objects.active(clock.real_now()).select_related(
        "unit", "neighbourhood__ward", "organisation"
    )
    prefetch_related_objects([slip.account for slip in slips], Prefetch("assignments", working, "working"))
    printed = [_printed(request, slip) for slip in slips]
    return [printed[start : start + PER_SHEET] for start in range(0, len(printed), PER_SHEET)]


def _printed(request: HttpRequest, slip: Slip) -> PrintedSlip:
    address = request.build_absolute_uri(reverse("wards:link-sign-in", args=[slip.token]))
    short = request.build_absolute_uri(reverse("wards:code-sign-in"))
    return PrintedSlip(
        slip.account,
        [str(Role(role).label) for role in slip.account.roles],
        [place_in_words(row) for row in slip.account.working],  # type: ignore[attr-defined]
        address,
        short,
        slip.code,
        slip.expires_at,
        qr_code(address),
    )


def qr_code(text: str) -> SafeString:
    """The text as an inline SVG without styles of its own."""
    code = segno.make(text, error="m", micro=False)
    return mark_safe(code.svg_inline(border=2, omitsize=True, svgclass="qr", lineclass=None))


def place_in_words(assignment) -> str:
    """ "khu phố Bò Sơn, Võ Cường", "Phường Võ Cường", or the office's name."""
    if assignment.neighbourhood:
        return f"{assignment.neighbourhood}, {assignment.neighbourhood.ward.name}"
    return str(assignment.place)
