"""The columns of a person, and one row of a file as it is staged. What cleans a value is in `lib`."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_noop as _

from lib import dates_vn, identity, insurance, names, phones
from lib.dates_vn import DateProblem, PartialDate
from wards import identity_numbers
from wards.imports.changes import CHILD
from wards.imports.condition_words import ConditionWords
from wards.imports.places import Home, Place, Places
from wards.imports.rows import RowCells
from wards.models import Resident

STAGED = (
    *[
        "row_no",
        "outside",
        "problems",
        "warnings",
        "ward_id",
        "neighbourhood_id",
        "neighbourhood_kind",
        "neighbourhood_name",
    ],
    *["neighbourhood_key", "house_number", "street", "address_text", "address_key", "number_sort_key"],
    *[
        "full_name",
        "search_key",
        "match_key",
        "sort_key",
        "birth_year",
        "birth_month",
        "birth_day",
        "sex",
        "phones",
    ],
    *[
        "insurance_number",
        "insurance_code",
        "id_kind",
        "id_hash",
        "id_encrypted",
        "id_last_four",
        "id_mask",
        "id_repaired",
    ],
    *[
        "employer",
        "priority_group",
        "residence",
        "registration",
        "mobility",
        "conditions",
        "condition_notes",
        "note",
        "resident_ref",
    ],
    *CHILD,
)

_SEXES = {
    "nam": "M",
    "nu": "F",
    "m": "M",
    "f": "F",
    "1": "M",
    "0": "F",
    "male": "M",
    "female": "F",
    "trai": "M",
    "gai": "F",
    "1 nam": "M",
    "0 nu": "F",
}
_REGISTRATIONS = {
    "thuong tru": "permanent",
    "tam tru": "temporary",
    "kt1": "permanent",
    "kt2": "permanent",
    "kt3": "temporary",
    "kt4": "temporary",
    "chua dang ky": "none",
}
_MOBILITIES = {
    "di lai duoc": Resident.Mobility.WALKS,
    "binh thuong": Resident.Mobility.WALKS,
    "can nguoi giup": Resident.Mobility.NEEDS_HELP,
    "kho khan": Resident.Mobility.NEEDS_HELP,
    "di lai kho khan": Resident.Mobility.NEEDS_HELP,
    "khong di chuyen duoc": Resident.Mobility.CANNOT_TRAVEL,
    "khong di lai duoc": Resident.Mobility.CANNOT_TRAVEL,
    "nam lien giuong": Resident.Mobility.CANNOT_TRAVEL,
    "co": Resident.Mobility.CANNOT_TRAVEL,  # "x" or "có" under the heading "Không di chuyển được"
}


_RELATIONS = {
    "me": Resident.Relation.MOTHER,
    "me de": Resident.Relation.MOTHER,
    "ma": Resident.Relation.MOTHER,
    "bo": Resident.Relation.FATHER,
    "cha": Resident.Relation.FATHER,
    "ba": Resident.Relation.FATHER,
    "bo de": Resident.Relation.FATHER,
    "ong": Resident.Relation.GRANDPARENT,
    "ong ba": Resident.Relation.GRANDPARENT,
    "ong noi": Resident.Relation.GRANDPARENT,
    "ong ngoai": Resident.Relation.GRANDPARENT,
    "ba noi": Resident.Relation.GRANDPARENT,
    "ba ngoai": Resident.Relation.GRANDPARENT,
    "anh": Resident.Relation.OTHER,
    "chi": Resident.Relation.OTHER,
    "co": Resident.Relation.OTHER,
    "chu": Resident.Relation.OTHER,
    "bac": Resident.Relation.OTHER,
    "khac": Resident.Relation.OTHER,
    "nguoi giam ho": Resident.Relation.OTHER,
    "nguoi giam ho khac": Resident.Relation.OTHER,
}


class PersonReader:
    """Turns rows of a file into rows of `staging.people`. `on` is the application's day; `synthetic`: a demo installation,
    where numbers of invented people are taken for what they are."""

    def __init__(self, places: Places, *, on: date, synthetic: bool) -> None:
        self.places = places
        self.on = on
        self.synthetic = synthetic
        self.conditions = ConditionWords()

    def read(
        self, row_no: int, cells: RowCells, further: Callable[[PartialDate | None], None]
    ) -> tuple[tuple, Place]:
        """The staged row and its place. `further` cleans the facts beside the person, given the birth date.

        Of a row out of scope nothing is kept but its number.
        """
        place = self._place(cells)
        if place.outside:
            return (row_no, True, *[None] * (len(STAGED) - 2)), place
        born, sex = self._birth(cells)
        person = self._person(cells, born, sex)
        home = self._home(cells, place)
        further(born)
        findings = cells.findings
        return (
            row_no,
            False,
            json.dumps(findings.problems, ensure_ascii=False) if findings.problems else None,
            json.dumps(findings.warnings, ensure_ascii=False) if findings.warnings else None,
            place.ward_id,
            *home,
            *person,
        ), place

    # -- where -----------------------------------------------------------------

    def _place(self, cells: RowCells) -> Place:
        place = self.places.place(cells.text("ward_code"), cells.text("ward_name"), cells.text("province"))
        if place.problem:
            name = "ward_name" if cells.columns.has("ward_name") else "ward_code"
            cells.problem(
                name,
                place.problem,
                _PLACE_TEXTS[place.problem],
                value=cells.get("ward_name") or cells.get("ward_code"),
            )
        return place

    def _home(self, cells: RowCells, place: Place) -> Home:
        return self.places.home(place.ward_id, cells.text("neighbourhood"), cells.text("address"))

    # -- who -------------------------------------------------------------------

    def _person(self, cells: RowCells, born: PartialDate | None, sex: str | None) -> tuple:
        keys = self._name(cells)
        code = self._insurance(cells)
        noted = self._conditions(cells)
        return (
            *(
                (keys.display[:120], keys.search[:120], keys.match[:120], keys.sort[:400])
                if keys
                else (None,) * 4
            ),
            *((born.year, born.month, born.day) if born else (None,) * 3),
            sex,
            self._phones(cells),
            *((code.number[:15], code.code) if code else ("", "")),
            *self._identity(cells, sex, born),
            tidy(cells.text("employer"))[:200],
            self._priority_group(cells),
            None,
            self._one_of(cells, "registration", _REGISTRATIONS),
            self._one_of(cells, "mobility", _MOBILITIES),
            list(noted),
            list(noted.values()),
            self._note(cells),
            self._reference(cells),
            *self._child(cells),
        )

    def _name(self, cells: RowCells) -> names.NameKeys | None:
        text = " ".join(filter(None, (cells.text("family_name"), cells.text("full_name"))))
        if not any(map(str.isalpha, text)):
            cells.problem(
                "full_name",
                "name_missing",
                _("Chưa có họ tên. Ghi họ và tên rồi nhập lại dòng này."),
                value=text or None,
            )
            return None
        if old_font := names.looks_legacy(text):
            proposal = names.repair_legacy(text, old_font)
            cells.problem(
                "full_name",
                "old_font",
                f"Tên gõ bằng phông chữ cũ. Có phải là “{proposal}”? Chuyển tệp sang Unicode rồi nhập lại.",
                value=text,
                proposal=proposal,
            )
            return None
        return names.keys(text)

    def _birth(self, cells: RowCells) -> tuple[PartialDate | None, str | None]:
        sex = self._sex(cells)
        for name, means in (("birth", None), ("birth_male", "M"), ("birth_female", "F")):
            raw = cells.get(name)
            if raw is None:
                continue
            return self._day(cells, name, raw), sex or means
        name = "birth" if cells.columns.has("birth") else "birth_male"
        if not cells.findings.problems or cells.findings.problems[-1]["field"] != name:
            cells.problem(
                name,
                "birth_missing",
                _("Chưa có ngày sinh. Ghi ngày sinh, hoặc chỉ năm sinh, rồi nhập lại dòng này."),
            )
        return None, sex

    def _day(self, cells: RowCells, name: str, raw: Any) -> PartialDate | None:
        try:
            return read_date(raw, cells.order(name), self.on, births=True)
        except DateProblem as problem:
            cells.problem(name, problem.code, problem.message, value=raw, proposal=problem.proposal)
            return None

    def _sex(self, cells: RowCells) -> str | None:
        text = cells.text("sex")
        if not text:
            return None
        sex = _SEXES.get(names.search_key(text))
        if sex is None:
            cells.warn("sex", "sex_unknown", _("Không rõ là Nam hay Nữ, ghi là chưa rõ."), value=text)
        return sex

    def _identity(self, cells: RowCells, sex: Any, born: PartialDate | None) -> tuple:
        raw = cells.get("identity")
        if raw is None:
            return (None, None, None, None, None, None)
        try:
            number = identity.classify(
                raw,
                sex=sex,
                birth_year=born.year if born else None,
                year=self.on.year,
                synthetic=self.synthetic,
            )
        except identity.IdentityProblem as problem:
            if problem.code == "dummy":
                cells.warn("identity", problem.code, f"{problem.message} Người này được ghi, không ghi số.")
            elif problem.code != "empty":
                cells.problem("identity", problem.code, _masked_message(problem))
            return (None, None, None, None, None, None)
        for warning in number.warnings:
            cells.warn("identity", warning.value, identity.WARNING_TEXTS[warning], value=number.masked)
        claim = identity_numbers.claim_values(number)
        return tuple(
            claim[name]
            for name in ("kind", "number_hash", "number_encrypted", "last_four", "mask", "is_repaired")
        )

    def _insurance(self, cells: RowCells) -> insurance.Insurance | None:
        raw = cells.get("insurance")
        return (
            None if raw is None else insurance.parse(raw if isinstance(raw, (str, int, float)) else str(raw))
        )

    def _phones(self, cells: RowCells) -> list[str]:
        raw = cells.get("phones")
        if raw is None:
            return []
        found, problems = phones.parse_cell(raw if isinstance(raw, (str, int, float)) else str(raw))
        for problem in problems:
            cells.warn(
                "phones", problem.code, f"{problem.message} Người này được ghi, không ghi số.", value=raw
            )
        return [phone.number for phone in found]

    # -- what else -------------------------------------------------------------

    def _priority_group(self, cells: RowCells) -> int | None:
        text = cells.text("priority_group")
        if not text:
            return None
        found = re.match(r"\D{0,8}(\d{1,2})(?!\d)", text)
        if found and 1 <= int(found[1]) <= 16:
            return int(found[1])
        cells.warn(
            "priority_group",
            "not_1_to_16",
            _("Mã nhóm ưu tiên từ 1 đến 16; ô này không được ghi."),
            value=text,
        )
        return None

    def _one_of(self, cells: RowCells, name: str, words: Mapping[str, str]) -> str | None:
        text = cells.text(name)
        if not text:
            return None
        found = words.get(names.search_key(text))
        if found is None:
            cells.warn(name, "not_understood", _("Chưa hiểu ô này, không được ghi."), value=text)
        return found

    def _conditions(self, cells: RowCells) -> dict[int, str]:
        text = cells.text("conditions")
        if not text:
            return {}
        noted, unknown = self.conditions.find(text)
        if unknown:
            cells.warn(
                "conditions",
                "condition_unknown",
                _("Có bệnh chưa nhận ra trong danh mục; ghi thêm tại hồ sơ."),
                value=unknown,
            )
        return noted

    def _child(self, cells: RowCells) -> tuple[str, str, str, str, str]:
        """Guardian, relation, the guardian's phone, school and class; a column of mothers or fathers names the guardian."""
        name, relation = self._guardian(cells)
        return (
            name,
            relation,
            self._guardian_phone(cells),
            tidy(cells.text("school"))[:200],
            tidy(cells.text("school_class"))[:30],
        )

    def _guardian(self, cells: RowCells) -> tuple[str, str]:
        relation = self._one_of(cells, "guardian_relation", _RELATIONS) or ""
        if text := cells.text("guardian"):
            return names.keys(text).display[:120], relation
        for field, means in (("mother", Resident.Relation.MOTHER), ("father", Resident.Relation.FATHER)):
            if text := cells.text(field):
                return names.keys(text).display[:120], means.value
        return "", relation

    def _guardian_phone(self, cells: RowCells) -> str:
        raw = cells.get("guardian_phone")
        if raw is None:
            return ""
        found, problems = phones.parse_cell(raw if isinstance(raw, (str, int, float)) else str(raw))
        for problem in problems:
            cells.warn(
                "guardian_phone",
                problem.code,
                f"{problem.message} Người này được ghi, không ghi số.",
                value=raw,
            )
        return found[0].number if found else ""

    def _note(self, cells: RowCells) -> str:
        reason, note = tidy(cells.text("reason")), tidy(cells.text("note"))
        return "; ".join(filter(None, (f"Lý do chưa tiêm: {reason}" if reason else "", note)))[:500]

    def _reference(self, cells: RowCells) -> str | None:
        text = cells.text("resident_ref")
        try:
            return str(UUID(text)) if text else None
        except ValueError:
            cells.warn(
                "resident_ref",
                "not_understood",
                _("Mã hồ sơ không đúng dạng, không dùng để đối chiếu."),
                value=text,
            )
            return None


_PLACE_TEXTS = {
    "ward_missing": _(
        "Chưa rõ người này thuộc phường, xã nào. Ghi mã hoặc tên xã, hoặc chọn phường khi tải tệp lên."
    ),
    "ward_unknown": _("Không có phường, xã nào tên như vậy. Kiểm tra lại mã hoặc tên."),
    "ward_ambiguous": _("Có nhiều phường, xã cùng tên. Ghi thêm mã xã."),
}


def _masked_message(problem: identity.IdentityProblem) -> str:
    """The sentence without the number itself: a wrong number is nearly somebody's right one."""
    raw = problem.params.get("raw")
    if problem.code == "digits_lost" or raw is None:
        return problem.message
    return problem.template.format(**problem.params | {"raw": identity.mask(str(raw))})


tidy = lru_cache(32_768)(names.clean)  # the same employers, lots and sites come back on every row


def read_date(raw: Any, order: dates_vn.DayOrder, on: date, *, births: bool) -> PartialDate:
    """`lib.dates_vn.parse`, remembering what it read, since the same days come back again and again."""
    if isinstance(raw, (str, date)):
        return _read_once(raw, order, on, births)
    return dates_vn.parse(raw, order=order, on=on, births=births)


@lru_cache(65_536)
def _read_once(raw: str | date, order: dates_vn.DayOrder, on: date, births: bool) -> PartialDate:
    return dates_vn.parse(raw, order=order, on=on, births=births)
