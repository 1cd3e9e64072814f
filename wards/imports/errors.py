"""Problems as a person reads them: grouped by column, and as a file with the same columns plus "Lỗi" (IMP-39, IMP-40)."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_noop as _

from lib.columns import Column
from lib.spreadsheets.cells import Cell, as_text
from lib.spreadsheets.write import Document, write_xlsx
from wards.imports.staging import Tables

ERROR_TITLE = "Lỗi"
ROW_PROBLEMS = {
    "no_person": _("Chưa có người này trong danh sách. Nhập danh sách người dân trước, hoặc thêm người.")
}


# What a group of equal problems is called; a row's own sentence has the value in it and stays with the row.
GROUP_TEXTS = {
    "name_missing": _("chưa có họ tên"),
    "old_font": _("tên gõ bằng phông chữ cũ"),
    "birth_missing": _("chưa có ngày sinh"),
    "not_a_date": _("không phải ngày"),
    "no_such_day": _("ngày không có trong lịch"),
    "month_over_12": _("tháng lớn hơn 12"),
    "run_together": _("ngày không có dấu ngăn"),
    "too_early": _("năm quá xa"),
    "in_future": _("ngày sau hôm nay"),
    "before_birth": _("ngày tiêm trước ngày sinh"),
    "before_programme": _("ngày tiêm trước khi có vắc xin"),
    "dose_day_missing": _("có vắc xin, chưa có ngày tiêm"),
    "digits_lost": _("số giấy tờ bị Excel làm mất chữ số"),
    "wrong_length": _("số giấy tờ sai số chữ số"),
    "not_a_number": _("không phải số giấy tờ"),
    "dummy": _("số giấy tờ điền cho đủ, không ghi số"),
    "repaired": _("số giấy tờ mất số 0 ở đầu, đã thêm lại"),
    "sex_differs": _("số giấy tờ cho biết giới tính khác"),
    "year_differs": _("số giấy tờ cho biết năm sinh khác"),
    "unknown_province": _("số giấy tờ có mã tỉnh lạ"),
    "ward_missing": _("chưa rõ phường, xã"),
    "ward_unknown": _("phường, xã không có trong danh mục"),
    "ward_ambiguous": _("có nhiều phường, xã cùng tên"),
    "cell_error": _("ô là lỗi công thức"),
    "no_person": _("chưa có người này trong danh sách"),
    "product_unknown": _("chưa nhận ra tên vắc xin"),
    "lot_is_date": _("số lô bị đổi thành ngày"),
    "condition_unknown": _("bệnh chưa nhận ra"),
    "not_a_phone": _("không phải số điện thoại, không ghi số"),
    "sex_unknown": _("không rõ Nam hay Nữ"),
    "not_1_to_16": _("mã nhóm ưu tiên không từ 1 đến 16"),
    "not_understood": _("chưa hiểu, không ghi ô này"),
}


def in_words(finding: Mapping[str, Any]) -> str:
    """The sentence of a problem in the reader's language.

    The check wrote it in Vietnamese. A sentence that quotes the cell is not in the catalogue: its kind stands for it,
    and the page shows the value beside it.
    """
    written = finding["text"]
    said = gettext(written) if written else ""
    if said != written or get_language() == "vi":
        return said
    kind = GROUP_TEXTS.get(finding.get("code", ""), "")
    return gettext(kind).capitalize() if kind else said


class Groups:
    """Problems counted by column and kind while rows stream by: 10,000 equal ones are one line."""

    def __init__(self) -> None:
        self._groups: dict[tuple[str, str], dict[str, Any]] = {}

    def note(self, row_no: int, findings: Iterable[dict[str, Any]]) -> None:
        for finding in findings:
            group = self._groups.setdefault((finding["column"], finding["code"]), _empty(row_no, finding))
            group["rows"] += 1

    def as_list(self) -> list[dict[str, Any]]:
        return sorted(self._groups.values(), key=lambda group: -group["rows"])


def _empty(row_no: int, finding: dict[str, Any]) -> dict[str, Any]:
    return {
        "column": finding["column"],
        "title": finding["title"],
        "problem": finding["code"],
        "text": GROUP_TEXTS.get(finding["code"], finding["text"]),
        "rows": 0,
        "example_row": row_no,
    }


def groups_of_rows(tables: Tables) -> list[dict[str, Any]]:
    """Problems of whole rows that the comparison with the register found."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT problem, count(*), min(row_no) FROM {tables.verdicts}
            WHERE outcome = 'errors' AND problem IS NOT NULL GROUP BY problem ORDER BY 2 DESC"""
        )
        return [
            {
                "column": "",
                "title": "",
                "problem": code,
                "text": GROUP_TEXTS[code],
                "rows": rows,
                "example_row": first,
            }
            for code, rows, first in cursor.fetchall()
        ]


def texts_of_rows(tables: Tables) -> dict[int, str]:
    """Row number → everything wrong with it, in sentences, each with its column and what would be right."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT v.row_no, s.problems, v.problem FROM {tables.verdicts} v JOIN {tables.people} s USING (row_no)
            WHERE v.outcome = 'errors' ORDER BY v.row_no"""
        )
        return {
            row_no: " ".join(_sentences(problems, problem)) for row_no, problems, problem in cursor.fetchall()
        }


def _sentences(problems: str | None, problem: str | None) -> Iterator[str]:
    for finding in json.loads(problems or "[]"):
        where = f"Cột {finding['column']} ({finding['title']}): " if finding["column"] else ""
        proposal = f" Đề xuất: {finding['proposal']}." if finding.get("proposal") else ""
        yield f"{where}{finding['text']}{proposal}"
    if problem:
        yield ROW_PROBLEMS[problem]


def write_file(
    target: Path, rows: Iterator[list[Cell]], *, titles: Sequence[str], first_row: int, texts: dict[int, str]
) -> int:
    """Of all rows of a file those with errors, as they were, and what is wrong with each; it can be corrected and sent again."""
    width = len(titles) + (ERROR_TITLE not in titles)
    at = titles.index(ERROR_TITLE) if ERROR_TITLE in titles else len(titles)
    columns = [
        Column(str(n), title, title, _cell(n, at)) for n, title in enumerate([*titles, ERROR_TITLE][:width])
    ]
    return write_xlsx(target, columns, _failed_rows(rows, first_row, texts), Document(sheet="Dòng lỗi"))


def _cell(position: int, at: int) -> Any:
    def value(row: tuple[list[Cell], str]) -> str:
        cells, text = row
        if position == at:
            return text
        return as_text(cells[position]) if position < len(cells) else ""

    return value


def _failed_rows(
    rows: Iterator[list[Cell]], first_row: int, texts: dict[int, str]
) -> Iterator[tuple[list[Cell], str]]:
    left = len(texts)
    for row_no, row in enumerate(rows, 1):
        if row_no >= first_row and row_no in texts:
            yield row, texts[row_no]
            left -= 1
            if not left:
                break
    rows.close()  # type: ignore[attr-defined]
