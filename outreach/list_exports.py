"""What people do with lists made in the background: ask for one, take it away, try again, throw it away."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from lib import clock
from outreach import export_files, export_jobs, export_queue, exports, list_columns
from outreach.models import ListExport
from outreach.worklists import Selection
from wards.access import require
from wards.models import AccessEvent, User
from wards.roles import Ability

MOST_UNFINISHED = 5  # of one user
PER_HOUR = 30  # files of named lists that one user may ask for (TRUST T4)

State = ListExport.State


class Refused(ValueError):
    """Not now; the sentence says why."""


def exports_left(user: User, at: datetime) -> int:
    """How many named lists the user may still take out within the hour that ends at the instant `at` (real time)."""
    handed_out, asked_for = Q(detail__verb__isnull=True), Q(detail__verb="request_export")
    taken = AccessEvent.objects.filter(
        handed_out | asked_for,
        user=user,
        action=AccessEvent.Action.EXPORT,
        what="worklist",
        at__gt=at - timedelta(hours=1),
    )
    return max(0, PER_HOUR - taken.count())


@transaction.atomic
def request_export(
    *,
    by: User,
    selection: Selection,
    file_format: str,
    purpose: str,
    recipient: str = "",
    rows: int,
    address: str | None = None,
) -> ListExport:
    """Have the list made in the background with `by`'s rights; asked for twice before it is there, it is made once.

    rows: how many the list has now. Raises Refused.
    """
    require(by, Ability.SEE_HEALTH, Ability.EXPORT_LISTS)
    User.objects.select_for_update().get(pk=by.pk)  # two clicks one after the other
    chosen = dict(selection.filters.chosen)
    order = chosen.pop("order", selection.filters.chosen_order)
    unfinished = ListExport.objects.filter(user=by).unfinished()
    columns = list_columns.own_keys(by)
    same = unfinished.filter(
        list_name=selection.worklist.name,
        filters=chosen,
        order=order,
        columns=columns,
        format=file_format,
        purpose=purpose,
    ).first()
    if same:
        return same
    if unfinished.count() >= MOST_UNFINISHED:
        raise Refused(
            _("Đang có %(count)s tệp chờ lập. Đợi các tệp đó xong rồi yêu cầu tiếp.")
            % {"count": MOST_UNFINISHED}
        )
    now = clock.real_now()
    stamp = exports.Stamp.new(by, clock.now(), purpose)
    export = ListExport(
        user=by,
        list_name=selection.worklist.name,
        filters=chosen,
        order=order,
        columns=columns,
        format=file_format,
        purpose=purpose,
        recipient=recipient,
        code=stamp.code,
        requested_at=now,
        state_since=now,
        rows_total=rows,
    )
    export_jobs.limits(export, selection)
    export.save(force_insert=True)
    export_jobs.note(export, "request_export", rows=rows, address=address)
    transaction.on_commit(export_queue.ring)
    return export


@transaction.atomic
def retry_export(*, export: ListExport, by: User) -> None:
    """Once more, from the beginning, for one that failed. Nothing happens to any other."""
    require(by, Ability.SEE_HEALTH, Ability.EXPORT_LISTS)
    failed = ListExport.objects.visible_to(by).filter(pk=export.pk, state=State.FAILED)
    if failed.update(state=State.QUEUED, state_since=clock.real_now(), attempts=0, reason="", rows_written=0):
        transaction.on_commit(export_queue.ring)


@transaction.atomic
def delete_export(*, export: ListExport, by: User) -> None:
    """Now rather than after a day. A worker that is writing it finds its lease gone and keeps nothing."""
    held = ListExport.objects.visible_to(by).select_for_update().filter(pk=export.pk).first()
    if held is None or held.state in (State.EXPIRED, State.DELETED):
        return
    put_away(held, State.DELETED)


def put_away(export: ListExport, state: str) -> None:
    """The row stays as the account of it; the file goes, after the row says so."""
    name = export.stored_name
    ListExport.objects.filter(pk=export.pk).update(
        state=state, state_since=clock.real_now(), stored_name="", lease_token=None, lease_until=None
    )
    transaction.on_commit(lambda: export_files.remove(name))


def download(*, export: ListExport, by: User, address: str | None) -> Iterator[bytes]:
    """The file's content; written down before its first byte leaves. FileNotFoundError if it is gone.

    The caller has asked for the rights as they are now: `is_within_rights_of`, `expires_at`.
    """
    require(by, Ability.SEE_HEALTH, Ability.EXPORT_LISTS)
    blocks = export_files.opened(export.stored_name, export.pk)
    with transaction.atomic():
        ListExport.objects.filter(pk=export.pk).update(downloads=F("downloads") + 1)
        export_jobs.note(export, "download_export", rows=export.rows_written, address=address)
    return blocks
