"""What the review page shows of a batch: one page of rows of one outcome, with what each would change and why.

Everything is read within the scope of who looks; a resident elsewhere is never shown, whatever the staging tables know.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wards.access import can, scope_of
from wards.imports import sources
from wards.imports.errors import ROW_PROBLEMS, in_words
from wards.imports.staging import Tables
from wards.models import Condition, ImportBatch, Resident
from wards.models.imports import Outcome
from wards.roles import Ability

PAGE = 50
WARNINGS = "warnings"  # a further filter beside the outcomes

LABELS = {
    "full_name": gettext_lazy("Họ và tên"),
    "birth": gettext_lazy("Ngày sinh"),
    "sex": gettext_lazy("Giới tính"),
    "phones": gettext_lazy("Thêm số điện thoại"),
    "insurance_number": gettext_lazy("Số thẻ BHYT"),
    "employer": gettext_lazy("Đơn vị công tác"),
    "priority_group": gettext_lazy("Nhóm ưu tiên"),
    "residence": gettext_lazy("Tình trạng cư trú"),
    "registration": gettext_lazy("Thường trú / tạm trú"),
    "mobility": gettext_lazy("Đi lại"),
    "note": gettext_lazy("Ghi chú"),
    "guardian_name": gettext_lazy("Người giám hộ"),
    "guardian_relation": gettext_lazy("Quan hệ với trẻ"),
    "guardian_phone": gettext_lazy("Điện thoại người giám hộ"),
    "school": gettext_lazy("Trường"),
    "school_class": gettext_lazy("Lớp"),
    "ward": gettext_lazy("Phường, xã"),
    "neighbourhood": gettext_lazy("Khu phố / tổ dân phố"),
    "address": gettext_lazy("Địa chỉ"),
    "identity": gettext_lazy("Thêm số giấy tờ"),
    "conditions": gettext_lazy("Thêm bệnh nền"),
    "dose": gettext_lazy("Thêm mũi tiêm"),
    "dose_history": gettext_lazy("Tiền sử tiêm"),
}
_CHOICES: dict[str, Mapping[str, Any]] = {
    "sex": dict(Resident.Sex.choices),
    "residence": dict(Resident.Residence.choices),
    "registration": dict(Resident.Registration.choices),
    "mobility": dict(Resident.Mobility.choices),
    "guardian_relation": dict(Resident.Relation.choices),
}
EVIDENCE = {
    "number": gettext_lazy("Cùng số giấy tờ."),
    "insurance": gettext_lazy("Cùng số BHYT, tên và ngày sinh khớp."),
    "name": gettext_lazy("Cùng tên, ngày sinh và địa chỉ hoặc điện thoại."),
    "several": gettext_lazy("Giống nhiều người đã có trong danh sách."),
    "unsure": gettext_lazy("Giống một người đã có, chưa đủ chắc chắn."),
    "twice_in_file": gettext_lazy("Giống một dòng khác trong cùng tệp."),
    "listed_twice": gettext_lazy("Lặp lại một dòng khác trong cùng tệp."),
    "like_another": gettext_lazy(
        "Tên gần giống, cùng ngày sinh, cùng nơi ở với một người khác: có thể là sinh đôi. Được ghi là hai người."
    ),
    "stale": gettext_lazy("Hồ sơ đã được sửa sau khi so tệp này với danh sách. Xem lại rồi chọn."),
}


@dataclass
class Row:
    """One row as shown. rival: the person on record, or the other row of the file, it is compared with."""

    row_no: int
    outcome: str
    person: dict[str, Any]
    changes: list[dict[str, Any]] = field(default_factory=list)
    findings: list[dict[str, Any]] = field(default_factory=list)
    evidence: str = ""
    reasons: list[str] = field(default_factory=list)
    waits: bool = False
    decision: str = ""
    is_written: bool = False
    rival: dict[str, Any] | None = None
    facts: list[str] = field(default_factory=list)
    resident_id: str = ""


@dataclass(frozen=True)
class Page:
    rows: list[Row]
    next_after: int | None


_PERSON = """s.full_name, s.birth_year, s.birth_month, s.birth_day, s.sex, s.phones, s.id_mask, s.insurance_number,
    s.house_number, s.street, s.neighbourhood_id, s.neighbourhood_kind, s.neighbourhood_name,
    (SELECT concat_ws(' ', n.kind, n.name) FROM wards_neighbourhood n WHERE n.id = s.neighbourhood_id) AS known_neighbourhood,
    (SELECT u.full_name FROM wards_administrativeunit u WHERE u.id = s.ward_id) AS ward"""


def page(batch: ImportBatch, viewer: Any, *, outcome: str, after: int = 0, size: int = PAGE) -> Page:
    """Rows of one outcome (or with warnings), in the order of the file, after row `after`."""
    if outcome == Outcome.OUT_OF_SCOPE:
        return Page([], None)  # counted, never shown
    tables = Tables(batch.pk)
    chosen = "v.outcome = %(outcome)s"
    if outcome == WARNINGS:
        chosen = "(s.warnings IS NOT NULL AND v.outcome <> 'errors' OR v.evidence = 'like_another')"
    scope = sorted(scope_of(viewer).ward_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT v.row_no, v.outcome, v.changes, v.evidence, v.waits, v.decision, v.written_at IS NOT NULL AS is_written,
                v.rival_id, v.rival_row, v.resident_id, v.problem, s.problems, s.warnings, {_PERSON}
            FROM {tables.verdicts} v JOIN {tables.people} s USING (row_no)
            WHERE v.row_no > %(after)s AND {chosen} AND (s.ward_id IS NULL OR s.ward_id = ANY(%(scope)s))
            ORDER BY v.row_no LIMIT %(size)s""",
            {"outcome": outcome, "after": after, "scope": scope, "size": size + 1},
        )
        found = _dicts(cursor)
    shown = found[:size]
    rows = [_row(record, viewer) for record in shown]
    _add_rivals(rows, shown, tables, viewer)
    _add_facts(rows, batch, tables)
    return Page(rows, shown[-1]["row_no"] if len(found) > size else None)


def _dicts(cursor: Any) -> list[dict[str, Any]]:
    names = [column.name for column in cursor.description]
    return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


def _row(record: dict[str, Any], viewer: Any) -> Row:
    findings = json.loads(record["problems"] or "[]") or json.loads(record["warnings"] or "[]")
    if record["problem"]:
        findings.append({"column": "", "title": "", "text": ROW_PROBLEMS[record["problem"]]})
    changes = record["changes"] if isinstance(record["changes"], list) else json.loads(record["changes"])
    return Row(
        row_no=record["row_no"],
        outcome=record["outcome"],
        person=_person(record),
        changes=[_shown(change, viewer) for change in changes],
        findings=[finding | {"text": in_words(finding)} for finding in findings],
        evidence=str(EVIDENCE.get(record["evidence"], "")) if not record["waits"] else "",
        waits=record["waits"],
        decision=record["decision"] or "",
        is_written=record["is_written"],
        resident_id=str(record["resident_id"] or "")
        if record["is_written"] or record["outcome"] == Outcome.CHANGED
        else "",
    )


def _person(record: dict[str, Any]) -> dict[str, Any]:
    neighbourhood = record["known_neighbourhood"]
    if not neighbourhood and record["neighbourhood_name"]:
        neighbourhood = " ".join(filter(None, (record["neighbourhood_kind"], record["neighbourhood_name"])))
    return {
        "name": record["full_name"] or "",
        "born": born(record["birth_year"], record["birth_month"], record["birth_day"]),
        "sex": dict(Resident.Sex.choices).get(record["sex"] or "U"),
        "phones": ", ".join(record["phones"] or ()),
        "number": record["id_mask"] or "",
        "insurance": record["insurance_number"] or "",
        "address": " ".join(filter(None, (record["house_number"], record["street"]))),
        "neighbourhood": neighbourhood or "",
        "is_new_neighbourhood": bool(record["neighbourhood_name"] and not record["known_neighbourhood"]),
        "ward": record["ward"] or "",
    }


def born(year: int | None, month: int | None, day: int | None) -> str:
    """06/02/1950, 02/1950, or that there is only the year."""
    if year is None:
        return ""
    if month is None:
        return _("chỉ có năm sinh {year}").format(year=year)
    return "/".join(f"{part:02}" for part in (day, month, year) if part is not None)


def _shown(change: dict[str, Any], viewer: Any) -> dict[str, Any]:
    name = change["field"]
    old, new = change["old"], change["new"]
    if name == "conditions":
        old, new = "", _conditions(new, viewer)
    elif name == "dose_history":
        old, new = _("chưa rõ"), _("đã rõ: các mũi trong tệp là tất cả")
    elif name in _CHOICES:
        old, new = _CHOICES[name].get(old, old), _CHOICES[name].get(new, new)
    return {
        "label": LABELS.get(name, name),
        "old": old or "",
        "new": new or "",
        "note": _("cùng loại vắc xin với một mũi trước hoặc sau một ngày: có thể là một mũi")
        if change.get("next_day")
        else "",
    }


def _conditions(numbers: Sequence[int], viewer: Any) -> str:
    """By name for those who treat or screen; the second tier only for those who see it as such (DOMAIN 3.3)."""
    if not can(viewer, Ability.SEE_DIAGNOSIS):
        return _("thuộc nhóm nguy cơ")
    conditions = Condition.objects.filter(number__in=numbers)
    second_tier = can(viewer, Ability.SEE_SECOND_TIER)
    return ", ".join(
        str(c) if second_tier or not c.is_second_tier else _("thuộc nhóm nguy cơ") for c in conditions
    )


# ---------------------------------------------------------------- side by side


def _add_rivals(rows: list[Row], records: list[dict[str, Any]], tables: Tables, viewer: Any) -> None:
    """For questions and moves: the person on record, or the other row, beside the row."""
    wanted = {
        r["row_no"]: r
        for r in records
        if r["outcome"] in (Outcome.DUPLICATE_REVIEW, Outcome.MOVED) and not r["waits"]
    }
    people = _people_on_record([r["rival_id"] for r in wanted.values() if r["rival_id"]], viewer)
    twins = _other_rows([r["rival_row"] for r in wanted.values() if r["rival_row"]], tables)
    reasons = _reasons([r["row_no"] for r in wanted.values() if r["rival_id"]], tables)
    for row in rows:
        record = wanted.get(row.row_no)
        if record is None:
            continue
        row.rival = twins.get(record["rival_row"]) or people.get(str(record["rival_id"]))
        if not record["rival_row"]:
            row.reasons = reasons.get((row.row_no, str(record["rival_id"])), [])


def _people_on_record(ids: Sequence[Any], viewer: Any) -> dict[str, dict[str, Any]]:
    residents = (
        Resident.objects.visible_to(viewer)
        .filter(pk__in=ids)
        .select_related("household__neighbourhood", "ward")
    )
    found = {}
    for resident in residents.prefetch_related("identity_claims"):
        home = resident.household
        claims = [claim.mask for claim in resident.identity_claims.all() if claim.withdrawn_at is None]
        found[str(resident.pk)] = {
            "id": str(resident.pk),
            "name": resident.full_name,
            "born": born(resident.birth_year, resident.birth_month, resident.birth_day),
            "sex": resident.get_sex_display(),
            "phones": ", ".join(resident.phones),
            "number": ", ".join(claims),
            "insurance": resident.insurance_number,
            "address": home.address,
            "neighbourhood": str(home.neighbourhood or ""),
            "ward": resident.ward.full_name,
        }
    return found


def _other_rows(numbers: Sequence[int], tables: Tables) -> dict[int, dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT row_no, {_PERSON} FROM {tables.people} s WHERE row_no = ANY(%s)", [list(numbers)]
        )
        return {record["row_no"]: _person(record) | {"row_no": record["row_no"]} for record in _dicts(cursor)}


def _reasons(numbers: Sequence[int], tables: Tables) -> dict[tuple[int, str], list[str]]:
    """Why two may be one person, and what speaks against it, in words."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {tables.pairs} WHERE row_no = ANY(%s)", [list(numbers)])
        pairs = _dicts(cursor)
    return {(pair["row_no"], str(pair["resident_id"])): list(_said(pair)) for pair in pairs}


def _said(pair: dict[str, Any]):
    if pair["by_id"]:
        yield _("cùng số giấy tờ")
    if pair["by_insurance"]:
        yield _("cùng số BHYT")
    yield {3: _("cùng tên"), 2: _("tên chỉ khác dấu"), 1: _("tên gần giống"), 0: _("khác tên")}[pair["name"]]
    yield {
        3: _("cùng ngày sinh"),
        2: _("ngày sinh không trái nhau"),
        1: _("ngày và tháng sinh đảo nhau"),
        0: _("khác ngày sinh"),
    }[pair["birth"]]
    yield {2: _("cùng địa chỉ"), 1: _("một bên chưa rõ địa chỉ"), 0: _("khác địa chỉ")}[pair["address"]]
    if pair["same_phone"]:
        yield _("cùng số điện thoại")
    if pair["ids_differ"]:
        yield _("khác số giấy tờ")
    if pair["sex_differs"]:
        yield _("khác giới tính")


def _add_facts(rows: list[Row], batch: ImportBatch, tables: Tables) -> None:
    """What the row tells beside the person (doses), in short words from the source that knows them."""
    fields = {target.partition("#")[0] for target in batch.mapping.values()}
    for facts in sources.get(batch.source).of(fields).facts:
        shown = facts.shown(tables, [row.row_no for row in rows])
        for row in rows:
            row.facts += shown.get(row.row_no, [])


def waiting(batch: ImportBatch, viewer: Any) -> dict[str, int]:
    """How many rows wait for the health centre, and how many of them this viewer may take over."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT count(*), count(*) FILTER (WHERE r.ward_id = ANY(%(scope)s)) FROM {Tables(batch.pk).verdicts} v
            LEFT JOIN wards_resident r ON r.id = v.rival_id WHERE v.waits""",
            {"scope": sorted(scope_of(viewer).ward_ids)},
        )
        rows, mine = cursor.fetchone()
    return {"rows": rows, "mine": mine}


def undecided(batch: ImportBatch) -> int:
    """Questions that nobody answered yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT count(*) FROM {Tables(batch.pk).verdicts}
            WHERE outcome = 'duplicate_review' AND decision IS NULL AND written_at IS NULL"""
        )
        return cursor.fetchone()[0]
