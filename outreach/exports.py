"""A list as a file: XLSX, CSV or PDF of exactly the rows, in exactly the order, that the page shows the same reader.

Every file says who took it, when, of which part of the city and for what, and carries a code that leads back to the entry
in the access log (TRUST EXP-06). The caller asks for the right and writes the entry; nothing is handed out without both.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path

from django.utils import translation
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from lib import names
from lib.columns import Column, select
from lib.spreadsheets.write import ROWS_PER_SHEET, Document, write_csv, write_xlsx
from outreach import documents
from outreach.filters import WorklistFilters
from outreach.list_columns import FILES, PAPER
from outreach.list_rows import Row
from outreach.worklists import Figures, Selection
from wards import installation
from wards.stamps import Stamp

AT_ONCE = 2_000  # rows that are written while the reader waits; longer lists are made in the background
# Paper for people to carry. A longer list is offered as a smaller part or as a spreadsheet, which takes any number of rows.
LIMITS = {"pdf": 5_000, "print": 2_000}
FORMATS = ("xlsx", "pdf", "csv", "print")
CONTENT_TYPES = {
    "pdf": "application/pdf",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
PURPOSES: dict[str, str | Promise] = {
    "session": gettext_lazy("Tổ chức buổi tiêm"),
    "visits": gettext_lazy("Đi rà soát, vận động"),
    "report": gettext_lazy("Gửi cấp trên theo văn bản"),
    "records": gettext_lazy("Lưu hồ sơ"),
    "other": gettext_lazy("Khác"),
}


class TooLong(ValueError):
    """More rows than this format is made of at once."""

    def __init__(self, count: int, limit: int) -> None:
        super().__init__(f"{count} rows; this format takes {limit} at once")
        self.count, self.limit = count, limit


@translation.override("vi")  # an official file has one language, whoever takes it out (docs/adr/0008)
def write(
    selection: Selection,
    file_format: str,
    path: Path,
    stamp: Stamp,
    *,
    columns: Sequence[str] = (),
    progress: Callable[[int, int], None] | None = None,
) -> int:
    """Write the list to `path` and return its number of rows. Raises TooLong before anything is written.

    columns: keys of FILES, in their order; none are all of them. progress: told the rows written and their total before
    every row (it is called often, and may raise to stop).
    """
    with selection.counted_rows() as (total, rows):
        if total > LIMITS.get(file_format, total):
            raise TooLong(total, LIMITS[file_format])
        counted = _Counted(rows, total, progress)
        if file_format == "csv":
            write_csv(path, _shown(columns), counted, delimiter=";")
        elif file_format == "xlsx":
            write_xlsx(path, _shown(columns), counted, _document(selection, stamp, total, _shown(columns)))
        else:
            data = documents.with_last_row_apart(paper(selection, counted, stamp))
            path.write_bytes(documents.pdf("named_list.typ", data, made_at=stamp.at))
        return counted.count


def _shown(keys: Sequence[str]) -> Sequence[Column]:
    """The line number stands first whatever was chosen; a column that the product has no more is left out."""
    known = {column.key for column in FILES[1:]}
    return [FILES[0], *select(FILES, [key for key in keys if key in known])] if keys else FILES


class _Counted:
    def __init__(self, rows: Iterable[Row], total: int, progress: Callable[[int, int], None] | None) -> None:
        self.rows, self.total, self.count = rows, total, 0
        self.progress = progress

    def __iter__(self) -> Iterator[Row]:
        for row in self.rows:
            if self.progress:
                self.progress(self.count, self.total)
            self.count += 1
            row.number = self.count
            yield row


def access_detail(selection: Selection, stamp: Stamp, file_format: str) -> dict:
    """What the access log keeps beside the row count: which list, which filters, and the code in the file."""
    return {
        "list": selection.worklist.name,
        "filters": selection.filters.chosen,
        "code": stamp.code,
        "format": file_format,
    } | ({} if selection.picked is None else {"picked": len(selection.picked)})


def file_name(selection: Selection, file_format: str, stamp: Stamp) -> str:
    """What, where, when, and the code, which a CSV carries nowhere else; nobody's name."""
    place = names.search_key(place_of(selection)).replace(" ", "-")
    return f"danh-sach-chua-tiem_{place}_{stamp.at:%Y-%m-%d_%H%M}_{stamp.code}.{file_format}"


# ---------------------------------------------------------------- what stands around the rows


def place_of(selection: Figures) -> str:
    """The ward, or the whole city that the installation serves."""
    return _place(selection.filters)


def _place(filters: WorklistFilters) -> str:
    ward = filters.one_ward
    row = installation.current()
    return ward.full_name if ward else (row.city_name if row else "")


def scope_line(selection: Figures) -> str:
    """Which people of which places: the choices in words."""
    picked = getattr(selection, "picked", None)
    part = "" if picked is None else " · " + _("chỉ %(count)s người được chọn") % {"count": len(picked)}
    return scope_words(selection.filters) + part


def scope_words(filters: WorklistFilters) -> str:
    said = [_place(filters), filters.population_words]
    for name, value in filters.chosen.items():
        if name not in ("ward", "population", "order"):
            choices = dict(filters.filters[name].extra["choices"])
            said.append(str(choices.get(value, value)))
    return " · ".join(said)


def source_line(selection: Figures, at: datetime) -> str:
    """Source, as-of time and denominator: without them a figure is not a figure (WORDS 9)."""
    residing, inside = (
        number_format(selection.denominator[name], force_grouping=True)
        for name in ("residing", "in_population")
    )
    said = {"place": place_of(selection), "at": f"{at:%H:%M %d/%m/%Y}", "count": residing, "inside": inside}
    if selection.filters.risk_group is None:
        return (
            _(
                "Nguồn: sổ người dân và sổ tiêm chủng của %(place)s · Tính đến %(at)s · Mẫu số: %(count)s người đang cư trú"
            )
            % said
        )
    return (
        _(
            "Nguồn: sổ người dân và sổ tiêm chủng của %(place)s · Tính đến %(at)s · Mẫu số: %(inside)s người thuộc diện, trong %(count)s người đang cư trú"
        )
        % said
    )


def _document(selection: Selection, stamp: Stamp, total: int, columns: Sequence[Column]) -> Document:
    return Document(
        title=_("DANH SÁCH %(title)s") % {"title": selection.title},
        lines=(scope_line(selection), _total_line(total), source_line(selection, stamp.at), stamp.line),
        header=scope_line(selection),
        footer=stamp.line,
        author=stamp.user.get_full_name(),
        subject=scope_line(selection),
        keywords=stamp.code,
        made_at=stamp.at,
        repeated=2,  # line number and name
        # the sentence "why" is for the screen: on paper it would take a page of its own
        printed=len(columns) - 1 if columns[-1].key == "why" else 0,
    )


def _total_line(total: int) -> str:
    """On the first sheet, of all sheets together (EXP-04)."""
    people = _("Tổng số: %(total)s người") % {"total": number_format(total, force_grouping=True)}
    sheets = -(-total // ROWS_PER_SHEET)
    return people + (
        _(", trong %(sheets)s trang tính của tệp này") % {"sheets": sheets} if sheets > 1 else ""
    )


def paper(selection: Selection, rows: Iterable[Row], stamp: Stamp) -> dict:
    """The data of the printed list. In walking order it is parted by neighbourhood and home, else it is one block."""
    walking = selection.filters.chosen_order == "address"
    numbered = enumerate(rows, 1)
    groups = []
    total = 0
    by_ward = selection.filters.one_ward is None
    for heading, members in groupby(numbered, lambda pair: _heading(pair[1], by_ward) if walking else ""):
        cells = [
            (row.values["household_id"] if walking else row.id, [str(number), *_cells(row)])
            for number, row in members
        ]
        homes = documents.in_homes(cells)
        total += len(cells)
        groups.append(
            {"heading": _with_counts(heading, len(cells), len(homes)) if walking else "", "homes": homes}
        )
    return _frame(selection, stamp) | {
        "groups": groups,
        "total": total,
        "total_text": number_format(total, force_grouping=True),
    }


def _cells(row: Row) -> list[str]:
    return [column.text(row) for column in PAPER]


def _heading(row: Row, by_ward: bool) -> str:
    neighbourhood = row.neighbourhood or _("chưa rõ %(kind)s") % {"kind": installation.word("neighbourhood")}
    heading = neighbourhood[0].upper() + neighbourhood[1:]
    return f"{row.values['ward__name']} – {heading}" if by_ward else heading


def _with_counts(heading: str, people: int, homes: int) -> str:
    counts = ngettext("%(people)s người", "%(people)s người", people) % {"people": people}
    return f"{heading}: {counts}, " + ngettext("%(homes)s hộ", "%(homes)s hộ", homes) % {"homes": homes}


def _frame(selection: Selection, stamp: Stamp) -> dict:
    """The head and foot of an official paper (Decree 30/2020/NĐ-CP, annex I): a ward's list is its committee's."""
    row = installation.current()
    city = row.city_name if row else ""
    ward = selection.filters.one_ward
    at = stamp.at
    if ward:
        issuer = (f"Ủy ban nhân dân {city}", f"Ủy ban nhân dân {ward.full_name}")
        place, signature = ward.name, ["TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"]
    else:
        issuer = (f"Ủy ban nhân dân {city}", installation.word("health_centre"))
        place, signature = _without_kind(city), ["GIÁM ĐỐC"]
    day = f"{at.day:02}", f"{at.month:02}" if at.month < 3 else str(at.month)
    return {
        "superior": issuer[0],
        "agency": issuer[1],
        "place_and_day": f"{place}, ngày {day[0]} tháng {day[1]} năm {at.year}",
        "title": selection.title,
        "subtitle": "(" + _("%(scope)s; tính đến %(hour)s giờ %(minute)s ngày %(day)s") % {
            "scope": scope_line(selection), "hour": f"{at:%H}", "minute": f"{at:%M}", "day": f"{at:%d/%m/%Y}",
        } + ")",
        "nobody": _("Không có ai trong danh sách này."),
        "source": source_line(selection, at),
        "signature": signature,
        "watermark": stamp.line,
        "author": stamp.user.get_full_name(),
        "export_id": stamp.code,
        "scope": scope_line(selection),
    }  # fmt: skip


def _without_kind(city: str) -> str:
    for kind in ("Thành phố ", "thành phố "):
        city = city.removeprefix(kind)
    return city


@translation.override("vi")
def printed(selection: Selection, stamp: Stamp) -> dict:
    """The same paper for the browser's own printing. Raises TooLong."""
    count = selection.count()
    if count > LIMITS["print"]:
        raise TooLong(count, LIMITS["print"])
    data = documents.with_last_row_apart(paper(selection, selection.rows(), stamp))
    return data | {"heads": [column.title() for column in PAPER]}
