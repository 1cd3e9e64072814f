"""What `import_residents` and `import_doses` have in common: a file, in whose name, to the review or into the register."""

import json
from datetime import date
from pathlib import Path

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand

from lib import clock
from wards.imports import batches, steps
from wards.models import AdministrativeUnit, ColumnProfile, ImportBatch, User

DONE, REFUSED, DONE_WITH_ERRORS = 0, 2, 3
State = ImportBatch.State


class Stop(Exception):
    """The file is refused; the sentence says why."""


class ReadingCommand(BaseCommand):
    source: str

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--as", dest="username", required=True, help="user in whose name and scope the file is read"
        )
        parser.add_argument("--unit", help="CODE or CODE@YYYY-MM-DD: ward of rows that name none")
        parser.add_argument("--profile", help="saved choice of columns")
        parser.add_argument("--sheet", default="")
        parser.add_argument(
            "--commit", action="store_true", help="write into the register; without it nothing changes"
        )
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *args, **options):
        try:
            batch = self._read(options)
        except (Stop, batches.Refused, steps.Refusal) as reason:
            self._refuse(str(reason), options)
        except PermissionDenied:
            self._refuse(f"Tài khoản {options['username']} không được nhập tệp.", options)
        account = batches.account(batch)
        self.stdout.write(
            json.dumps(account, ensure_ascii=False) if options["as_json"] else _in_words(batch, account)
        )
        raise SystemExit(DONE_WITH_ERRORS if batch.error_rows else DONE)

    def _refuse(self, reason: str, options) -> None:
        reason = " ".join(reason.split())
        if options["as_json"]:
            self.stdout.write(json.dumps({"refused": reason, "committed": False}, ensure_ascii=False))
        self.stderr.write(reason)
        raise SystemExit(REFUSED)

    def _read(self, options) -> ImportBatch:
        user = User.objects.filter(username=options["username"], is_active=True).first()
        if user is None:
            raise Stop(f"Không có tài khoản {options['username']} đang hoạt động.")
        batch = self._receive(user, options)
        batch = self._choose_columns(batch, user, options)
        if not options["commit"]:
            batches.discard(
                batch=batch, by=user, keep_error_file=True
            )  # a dry run leaves its account and nothing else
            batch.refresh_from_db()
            return batch
        if batches.rows_to_write(batch):
            batches.request_writing(batch=batch, by=user)
            batch = _moved_on(batch)
        else:
            batches.close_without_writing(batch=batch, by=user)
            batch.refresh_from_db()
        return batch

    def _receive(self, user: User, options) -> ImportBatch:
        path: Path = options["file"]
        if not path.is_file():
            raise Stop(f"Không có tệp {path}.")
        with path.open("rb") as file:
            batch = batches.receive_file(
                by=user,
                source=self.source,
                chunks=iter(lambda: file.read(1 << 20), b""),
                original_name=path.name,
                unit=_unit(options["unit"]),
                sheet=options["sheet"],
            )
        if options["profile"]:
            profile = (
                ColumnProfile.objects.visible_to(user)
                .filter(source=self.source, name=options["profile"])
                .first()
            )
            if profile is None:
                raise Stop(f"Không có mẫu cột tên {options['profile']}.")
            ImportBatch.objects.filter(pk=batch.pk).update(profile=profile)
        return _moved_on(batch)

    def _choose_columns(self, batch: ImportBatch, user: User, options) -> ImportBatch:
        profile_name = options["profile"] or ""
        batches.choose_columns(
            batch=batch,
            mapping=batch.mapping,
            date_orders=batch.date_orders,
            by=user,
            profile_name=profile_name,
        )
        return _moved_on(batch)


def _moved_on(batch: ImportBatch) -> ImportBatch:
    """The batch after a worker's step, done here; Stop when the step refused it."""
    steps.work(batch.pk)
    batch.refresh_from_db()
    if batch.state in (State.REFUSED, State.FAILED):
        raise Stop(batch.refusal)
    return batch


def _unit(text: str | None) -> AdministrativeUnit | None:
    if not text:
        return None
    code, at, day = text.partition("@")
    try:
        on = date.fromisoformat(day) if at else clock.today()
    except ValueError:
        raise Stop(f"Không hiểu ngày trong --unit {text}; ghi CODE@YYYY-MM-DD.") from None
    unit = AdministrativeUnit.objects.in_force(on).filter(code=code).first()
    if unit is None:
        raise Stop(f"Không có đơn vị mã {code} có hiệu lực ngày {on:%d/%m/%Y}.")
    return unit


def _in_words(batch: ImportBatch, account: dict) -> str:
    from wards.models.imports import Outcome

    lines = [f"{batch.original_name}: đã đọc {account['rows_read']} dòng"]
    lines += [f"  {Outcome(outcome).label}: {rows}" for outcome, rows in batch.counts.items()]
    lines += [
        f"  cột {group['column'] or '-'}: {group['rows']} dòng, {group['text']} (ví dụ dòng {group['example_row']})"
        for group in batch.groups
    ]
    if account["error_file"]:
        lines.append(f"  các dòng lỗi: {account['error_file']}")
    lines.append(
        f"  {'đã ghi ' + str(batch.rows_written) + ' dòng' if account['committed'] else 'chưa ghi gì vào danh sách'}"
    )
    return "\n".join(lines)
