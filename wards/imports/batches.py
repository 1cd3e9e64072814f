"""The verbs of an import: receive a file, choose its columns, decide on a row, ask for writing, take a batch away.

Each checks ability and scope, commits what is to be done, and leaves the doing to a worker.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from lib import clock
from lib.dates_vn import DayOrder
from wards import tasks
from wards.access import require, scope_of
from wards.imports import files, layout, profiles, sources, staging, steps
from wards.imports.sources import Field
from wards.imports.writing import pending
from wards.models import AccessEvent, AdministrativeUnit, ImportBatch, User
from wards.models.imports import Outcome
from wards.roles import Ability

State = ImportBatch.State


def _safe(sentence: str, **values: str) -> str:
    """The sentence, and that nothing happened to the data."""
    return f"{sentence.format(**values)} {_('Chưa có dữ liệu nào bị thay đổi.')}"


class Refused(ValueError):
    """What was asked cannot be done with this batch as it stands; the sentence says why."""


# ---------------------------------------------------------------- receive


def receive_file(
    *,
    by: User,
    source: str,
    chunks: Iterable[bytes],
    original_name: str,
    unit: AdministrativeUnit | None = None,
    data_on: date | None = None,
    sheet: str = "",
    expected_sha256: str = "",
    address: str | None = None,
) -> ImportBatch:
    """Store an upload and put it on its way. `unit`: the ward of rows that name none, by default the user's only ward.

    `expected_sha256`: what the sender computed; another sum means that part of the file did not arrive (IMP-29).
    Raises Refused; then nothing is kept.
    """
    require(by, Ability.IMPORT_FILES)
    scope = scope_of(by).ward_ids
    if unit is None and len(scope) == 1:
        unit = AdministrativeUnit.objects.get(pk=next(iter(scope)))
    if not scope:
        raise Refused(
            _safe(_("Tài khoản {username} chưa được giao phường nào để nhập tệp."), username=by.username)
        )
    if unit is not None:
        _require_in_scope(unit, by)
    name = files.shown_name(original_name)
    try:
        stored = files.store(chunks, original_name)
    except files.TooBig:
        raise Refused(
            _safe(_("Tệp “{name}” quá lớn. Chia tệp theo phường hoặc tổ rồi tải lên từng phần."), name=name)
        ) from None
    if expected_sha256 and expected_sha256.lower() != stored.sha256:
        files.remove(stored.name)
        raise Refused(_safe(_("Tệp “{name}” chưa tải lên hết, có thể do mạng ngắt. Tải lên lại."), name=name))
    now = clock.real_now()
    with transaction.atomic():
        batch = ImportBatch.objects.create(
            source=sources.get(source).name,
            organisation=by.organisation,
            uploaded_by=by,
            uploaded_at=now,
            unit=unit,
            ward_ids=[unit.pk] if unit else [],
            data_on=data_on,
            original_name=name,
            stored_name=stored.name,
            sha256=stored.sha256,
            size=stored.size,
            sheet=sheet,
            repeat_of=_earlier(stored.sha256, source),
            state_since=now,
        )
        _note(batch, by, "received", address=address)
    return batch


def _require_in_scope(unit: AdministrativeUnit, by: User) -> None:
    if unit.pk not in scope_of(by).ward_ids:
        raise Refused(_safe(_("Phường đã chọn ngoài địa bàn được giao.")))


def _earlier(sha256: str, source: str) -> ImportBatch | None:
    """The batch that brought the same contents before. Two uploads at one instant see each other in turn."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 4120002))", [sha256])
    same = ImportBatch.objects.filter(sha256=sha256, source=source)
    same = same.exclude(state__in=(State.REFUSED, State.FAILED, State.DISCARDED))
    return (
        same.filter(state=State.DONE).order_by("finished_at").first() or same.order_by("uploaded_at").first()
    )


def start(batch: ImportBatch, *, inline: bool = False) -> None:
    """Have the batch moved on: by a worker after the commit, or here and now."""
    if inline:
        steps.work(batch.pk)
    else:
        transaction.on_commit(lambda: tasks.queue_import(batch.pk))


def _note(batch: ImportBatch, by: User, step: str, *, address: str | None = None) -> None:
    AccessEvent.objects.create(
        at=clock.real_now(),
        user=by,
        action=AccessEvent.Action.IMPORT,
        what="import",
        object_id=str(batch.pk),
        ward_id=batch.unit_id,
        row_count=batch.rows_read or 0,
        detail={"source": batch.source, "sha256": batch.sha256, "step": step},
        address=address,
    )


# ---------------------------------------------------------------- columns


def missing_columns(batch: ImportBatch, mapping: Mapping[str, str]) -> list[Field]:
    return layout.missing(sources.get(batch.source), mapping)


def needs_ward(batch: ImportBatch, mapping: Mapping[str, str]) -> bool:
    """Whether nothing says which ward the rows belong to: no column, and no ward for the whole file."""
    return batch.unit_id is None and not {"ward_code", "ward_name"} & set(mapping.values())


def missing_sentence(batch: ImportBatch, missing: Iterable[Field]) -> str:
    """WORDS 7: where, what, how to put it right, what is already safe."""
    labels = [str(_(field.label)) for field in missing]
    columns = _(" và ").join(
        _("cột {field}").format(field=f"{label[0].lower()}{label[1:]}") for label in labels
    )
    return _safe(
        _(
            "Tệp “{name}”, trang “{sheet}”: chưa thấy {columns}. Chọn {holding} ở bảng bên dưới rồi bấm Tiếp tục."
        ),
        name=batch.original_name,
        sheet=batch.sheet,
        columns=columns,
        holding=columns.replace("cột", "cột chứa", 1),
    )


@transaction.atomic
def choose_columns(
    *,
    batch: ImportBatch,
    mapping: Mapping[str, str],
    date_orders: Mapping[str, DayOrder],
    by: User,
    profile_name: str = "",
    unit: AdministrativeUnit | None = None,
) -> ImportBatch:
    """Say what each column is and how its dates are written; reading begins. The choice is remembered for the office.

    `unit`: the ward of rows that name none, if it was not said before. Raises Refused when a needed column is missing:
    then no row is read (IMP-23).
    """
    require(by, Ability.IMPORT_FILES)
    batch = _locked(batch, State.MAPPING)
    if unit is not None:
        _require_in_scope(unit, by)
        ImportBatch.objects.filter(pk=batch.pk).update(unit=unit, ward_ids=[unit.pk])
        batch.unit = unit
    mapping = {position: target for position, target in mapping.items() if target}
    missing = missing_columns(batch, mapping)
    if missing:
        raise Refused(missing_sentence(batch, missing))
    if needs_ward(batch, mapping):
        raise Refused(
            _safe(
                _(
                    "Tệp “{name}”, trang “{sheet}”: chưa thấy cột phường, xã. Chọn cột chứa tên hoặc mã phường, hoặc chọn"
                    " phường cho cả tệp."
                ),
                name=batch.original_name,
                sheet=batch.sheet,
            )
        )
    profile = profiles.remember(batch, mapping, date_orders, by=by, name=profile_name)
    _turn(
        batch,
        State.READING,
        mapping=mapping,
        date_orders=dict(date_orders),
        profile=profile,
        rows_seen=0,
        rows_read=None,
    )
    return batch


@transaction.atomic
def reopen_columns(*, batch: ImportBatch, by: User) -> ImportBatch:
    """Back to the choice of columns: what was read is dropped, the file stays."""
    require(by, Ability.IMPORT_FILES)
    batch = _locked(batch, State.REVIEW)
    staging.drop(batch.pk)
    files.remove(batch.error_file)
    nothing = dict.fromkeys(steps.count_columns(dict.fromkeys(Outcome.values, 0)), 0)
    _turn(batch, State.MAPPING, rows_read=None, rows_seen=0, groups=[], warnings=[], error_file="", **nothing)
    return batch


# ---------------------------------------------------------------- decide and write


def decide_row(*, batch: ImportBatch, row_no: int, decision: str, by: User) -> None:
    """Answer for a row that may be somebody on record: "same", "different" or "later". Raises Refused."""
    require(by, Ability.IMPORT_FILES)
    if decision not in ("same", "different", "later"):
        raise Refused(_("Chọn một trong ba: cùng một người, hai người khác nhau, để sau."))
    if batch.state not in (State.REVIEW, State.DONE):
        raise Refused(_("Tệp này đang được ghi, chưa đổi được lựa chọn."))
    tables = staging.Tables(batch.pk)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""UPDATE {tables.verdicts} v SET decision = NULLIF(%(decision)s, 'later'), decided_by = %(user)s
            WHERE row_no = %(row)s AND outcome = 'duplicate_review' AND written_at IS NULL
                AND (%(decision)s <> 'same' OR rival_row IS NOT NULL OR EXISTS (
                    SELECT 1 FROM wards_resident r WHERE r.id = v.rival_id AND r.ward_id = ANY(%(scope)s)))""",
            {"decision": decision, "user": by.pk, "row": row_no, "scope": sorted(scope_of(by).ward_ids)},
        )
        if not cursor.rowcount:
            raise Refused(_("Dòng này không còn chờ chọn."))


@transaction.atomic
def request_writing(*, batch: ImportBatch, by: User) -> ImportBatch:
    """Have everything that was approved written into the register, under the rights of who asks."""
    require(by, Ability.IMPORT_FILES)
    batch = _locked(batch, State.REVIEW, State.DONE)
    if not set(batch.ward_ids) <= scope_of(by).ward_ids:
        raise PermissionDenied("Not every ward of this file is in scope.")
    rows = rows_to_write(batch)
    if not rows:
        raise Refused(_("Không có dòng nào để ghi: danh sách đã có đủ như tệp này."))
    _turn(batch, State.WRITING, wanted_by=by, rows_to_write=F("rows_written") + rows, finished_at=None)
    _note(batch, by, "writing")
    return batch


@transaction.atomic
def close_without_writing(*, batch: ImportBatch, by: User) -> None:
    """The file brings nothing that is not on record: its account is closed with zero changes (IMP-30, IMP-31)."""
    require(by, Ability.IMPORT_FILES)
    batch = _locked(batch, State.REVIEW)
    _turn(batch, State.DONE, wanted_by=by, finished_at=clock.real_now())


def rows_to_write(batch: ImportBatch) -> int:
    """Approved rows that are not written yet."""
    return sum(parts_to_write(batch).values())


def parts_to_write(batch: ImportBatch) -> dict[str, int]:
    """The same by what they would do: new people, changes, moves."""
    new = "(v.outcome = 'new' OR v.decision = 'different')"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT count(*) FILTER (WHERE {new}), count(*) FILTER (WHERE NOT {new} AND v.outcome <> 'moved'),
                count(*) FILTER (WHERE v.outcome = 'moved')
            FROM (SELECT v.outcome, COALESCE(v.decision, '') AS decision FROM {staging.Tables(batch.pk).verdicts} v
                WHERE {pending(sources.get(batch.source))}) AS v"""
        )
        return dict(zip(("new", "changed", "moved"), cursor.fetchone(), strict=True))


@transaction.atomic
def take_over_waiting(*, batch: ImportBatch, by: User) -> int:
    """Rows that waited for somebody whose area holds both wards, now that such a person looks: moves to see, or questions."""
    require(by, Ability.IMPORT_FILES)
    batch = _locked(batch, State.REVIEW, State.DONE)
    tables = staging.Tables(batch.pk)
    moves = "moved" if sources.get(batch.source).creates_people else "changed"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""UPDATE {tables.verdicts} v SET waits = false,
                outcome = CASE WHEN v.evidence IN ('unsure', 'several') THEN 'duplicate_review' ELSE %(moves)s END,
                resident_id = CASE WHEN v.evidence NOT IN ('unsure', 'several') THEN r.id END, resident_version = r.version
            FROM wards_resident r WHERE r.id = v.rival_id AND v.waits AND r.ward_id = ANY(%(scope)s)""",
            {"moves": moves, "scope": sorted(scope_of(by).ward_ids)},
        )
        taken = cursor.rowcount
    if taken:
        ImportBatch.objects.filter(pk=batch.pk).update(**steps.count_columns(steps.count(tables)))
    return taken


@transaction.atomic
def discard(*, batch: ImportBatch, by: User, keep_error_file: bool = False) -> None:
    """Take a batch away before it was written: its rows and its file are gone, its account stays."""
    require(by, Ability.IMPORT_FILES)
    batch = _locked(batch, State.RECEIVED, State.MAPPING, State.READING, State.REVIEW)
    now = clock.real_now()
    error_file = batch.error_file if keep_error_file else ""
    ImportBatch.objects.filter(pk=batch.pk).update(
        state=State.DISCARDED,
        state_since=now,
        finished_at=now,
        lease_token=None,
        lease_until=None,
        layout={},
        error_file=error_file,
    )
    staging.drop(batch.pk)
    gone = [batch.stored_name, "" if keep_error_file else batch.error_file]
    transaction.on_commit(lambda: files.remove(*gone))


def _locked(batch: ImportBatch, *states: str) -> ImportBatch:
    """The batch under a row lock, if it is in one of these states. Raises Refused."""
    batch = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    if batch.state not in states:
        raise Refused(
            _("Tệp này {state}, chưa làm được việc đó.").format(state=batch.get_state_display().lower())
        )
    return batch


def _turn(batch: ImportBatch, state: str, **values) -> None:
    now = clock.real_now()
    ImportBatch.objects.filter(pk=batch.pk).update(
        state=state, state_since=now, attempts=0, refusal="", **values
    )
    batch.refresh_from_db()


# ---------------------------------------------------------------- the account of a batch


def account(batch: ImportBatch) -> dict:
    """What the commands print and the interface answers: CONTRACT.md, `import_residents`."""
    groups = [
        {key: group[key] for key in ("column", "problem", "rows", "example_row")} for group in batch.groups
    ]
    return {
        "batch": str(batch.pk),
        "sha256": batch.sha256,
        "rows_read": batch.rows_read or 0,
        **batch.counts,
        "groups": groups,
        "error_file": str(files.path_of(batch.error_file)) if batch.error_file else None,
        "committed": batch.state == State.DONE,
    }
