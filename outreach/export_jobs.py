"""What a worker does with an export: writes the list with its owner's rights as they are now, and keeps the file for a day.

`make_next` may be called by anybody at any time and any number of times: who gets no lease does nothing. An attempt that was
cut off leaves no file behind and is made again from the first row.
"""

import logging
from datetime import timedelta
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext_noop

from lib import clock
from outreach import export_files, export_leases, exports
from outreach.export_leases import MOST_ATTEMPTS, Lease, LeaseLost
from outreach.models import ListExport
from outreach.worklists import WORKLISTS, Selection
from vaccination import forecasts
from wards import audit
from wards.access import can, scope_of
from wards.models import AccessEvent, Neighbourhood, User
from wards.roles import Ability

log = logging.getLogger(__name__)

KEPT = timedelta(hours=24)  # after the file was ready (TRUST P15, T5)
TELL_EVERY = timedelta(seconds=1)
RIGHTS = (
    Ability.SEE_PEOPLE,
    Ability.SEE_HEALTH,
    Ability.EXPORT_LISTS,
    Ability.SEE_FULL_ID,
    Ability.SEE_DIAGNOSIS,
    Ability.SEE_SECOND_TIER,
)

State = ListExport.State

# Shown through `translate` on the page.
NOT_ALLOWED = gettext_noop("Tài khoản không còn quyền tải danh sách này. Chưa có tệp nào được lập.")
PLACE_CHANGED = gettext_noop(
    "Địa bàn được giao đã thay đổi từ khi yêu cầu. Chưa có tệp nào được lập; mở danh sách và chọn lại."
)
TOO_LONG = gettext_noop(
    "Danh sách dài quá 5.000 người, không lập được PDF. Chọn Excel, hoặc lọc theo phường."
)
GAVE_UP = gettext_noop(
    "Máy chủ chưa lập được tệp sau 3 lần thử. Bấm Làm lại; nếu vẫn chưa được, gọi hỗ trợ và cho biết mã ghi ở trên."
)


class Refused(Exception):
    """There will be no file; the sentence says why."""


def make_next() -> bool:
    """Make the export whose turn it is; False if there was none to take."""
    lease = export_leases.claim_next(clock.real_now())
    if lease is None:
        return False
    try:
        with lease.kept_alive():
            _make(lease)
    except LeaseLost:
        log.warning("export %s: the lease was lost", lease.export_id)
    except Refused as refusal:
        lease.end(State.FAILED, reason=str(refusal), rows_written=0)
    except Exception:
        log.exception("export %s failed", lease.export_id)
        _give_back(lease)
        raise
    return True


def _give_back(lease: Lease) -> None:
    export = ListExport.objects.get(pk=lease.export_id)
    try:
        if export.attempts >= MOST_ATTEMPTS:
            lease.end(State.FAILED, reason=GAVE_UP, rows_written=0)
        else:
            lease.end(State.QUEUED, rows_written=0)
    except LeaseLost:
        log.warning("export %s: the lease was lost", lease.export_id)


def _make(lease: Lease) -> None:
    export = ListExport.objects.get(pk=lease.export_id)
    now = clock.now()
    user = _owner(export)
    forecasts.catch_up(now.date())
    selection = _selection(export, user, now.date())
    limits(export, selection)
    stamp = exports.Stamp(user, now, export.purpose, export.code)
    with export_files.nameless() as plain:
        rows = _write(export, lease, selection, plain, stamp)
        kept = export_files.keep(plain, export.pk)
    try:
        _finish(export, lease, selection, stamp, kept, rows)
    except BaseException:
        export_files.remove(kept.name)
        raise


def _owner(export: ListExport) -> User:
    """Whoever asked, as the account is now (AUTH-19); Refused if it may not see what it asked for any more."""
    user = User.objects.get(pk=export.user_id)
    if not (can(user, Ability.SEE_HEALTH) and can(user, Ability.EXPORT_LISTS)):
        raise Refused(NOT_ALLOWED)
    if not export.is_within_rights_of(user):
        raise Refused(PLACE_CHANGED)
    return user


def _selection(export: ListExport, user: User, on) -> Selection:
    selection = WORKLISTS[export.list_name].select(user, export.chosen, on)
    if not selection.filters.is_valid():
        raise Refused(PLACE_CHANGED)
    return selection


def limits(export: ListExport, selection: Selection) -> None:
    """Note on the export which part of the register it shows, and by which rights, as they are now."""
    scope = scope_of(selection.user)
    asked = set(selection.filters.ward_ids)
    whole = asked & scope.ward_ids
    single = Neighbourhood.objects.filter(pk__in=scope.neighbourhood_ids, ward__in=asked - whole)
    export.ward_ids = sorted(whole)
    export.neighbourhood_ids = sorted(single.values_list("pk", flat=True))
    export.abilities = [ability.name for ability in RIGHTS if can(selection.user, ability)]


def _write(export: ListExport, lease: Lease, selection: Selection, plain: Path, stamp: exports.Stamp) -> int:
    told = clock.real_now() - TELL_EVERY

    def progress(written: int, total: int) -> None:
        nonlocal told
        if written % 100 == 0 and clock.real_now() - told >= TELL_EVERY:
            told = clock.real_now()
            lease.prolong(rows_written=written, rows_total=total)

    try:
        return exports.write(
            selection, export.format, plain, stamp, columns=export.columns, progress=progress
        )
    except exports.TooLong:
        raise Refused(TOO_LONG) from None


def _finish(
    export: ListExport, lease: Lease, selection: Selection, stamp, kept: export_files.Kept, rows: int
) -> None:
    """The file is announced and written down in one transaction, if its owner may still have it."""
    _owner(export)
    ready_at = clock.real_now()
    with transaction.atomic():
        lease.end(
            State.READY,
            reason="",
            rows_total=rows,
            rows_written=rows,
            ward_ids=export.ward_ids,
            neighbourhood_ids=export.neighbourhood_ids,
            abilities=export.abilities,
            stored_name=kept.name,
            file_name=exports.file_name(selection, export.format, stamp),
            size=kept.plain.size,
            sha256=kept.plain.sha256,
            ready_at=ready_at,
            expires_at=ready_at + KEPT,
        )
        note(export, "make_export", rows=rows)


def note(export: ListExport, verb: str, *, rows: int, address: str | None = None) -> None:
    """One line in the access log: asked for, made, or downloaded; with the row count, the purpose and the code."""
    audit.record_access_of(
        export.user,
        AccessEvent.Action.EXPORT,
        "worklist",
        object_id=export.pk,
        ward_id=export.ward_ids[0] if len(export.ward_ids) == 1 and not export.neighbourhood_ids else None,
        row_count=rows,
        purpose=export.purpose,
        detail={
            "verb": verb,
            "list": export.list_name,
            "filters": export.chosen,
            "code": export.code,
            "format": export.format,
        },
        address=address,
    )
