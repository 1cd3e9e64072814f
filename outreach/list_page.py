"""How the page lays the columns of a list out: five cells a person, each a few lines (on a phone: one card a person).

A column that is named in no cell appears at the end of the fourth one with its head, so that a new column needs no line here.
Made with strings and not with templates: fifty people are some thousand template nodes, and this page is opened most.
"""

from collections.abc import Callable, Iterable, Sequence

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lib.columns import Column
from outreach.list_columns import UNVACCINATED
from outreach.list_rows import Row

Draw = Callable[[str, Row], str]


def _person(text: str, row: Row) -> str:
    return f'<a class="person" href="/nguoi-dan/{row.id}/">{text}</a>'


def _quiet(text: str, row: Row) -> str:
    return f'<span class="small-line">{text}</span>'


def _strong(text: str, row: Row) -> str:
    return f'<strong class="small-line">{text}</strong>'


def _plain(text: str, row: Row) -> str:
    return f"<span>{text}</span>"


def _mark(text: str, row: Row) -> str:
    return f'<span class="state">{text}</span>'


def _state(text: str, row: Row) -> str:
    return f'<span class="state state-{row.state_class}">{text}</span>'


def _aside(text: str, row: Row) -> str:
    return f'<span class="muted">{text}</span>'


def _call(text: str, row: Row) -> str:
    return f'<a class="small-line nowrap" href="tel:{escape(row.phone)}">{text}</a>'


def _why(text: str, row: Row) -> str:
    more = ""
    if row.more:
        ask, rest = _("Vì sao?"), escape(" ".join(row.more))
        more = f'<details class="why-more"><summary>{ask}</summary><p>{rest}</p></details>'
    return f'<p class="why-line">{text}</p>{more}'


# Per cell its lines: the keys of the columns in a line, and how the line is drawn. A man's or a woman's birth date is
# said with the sex, since there is one column for both.
CELLS: tuple[tuple[tuple[str, Draw], ...], ...] = (
    (("name", _person), ("born_man born_woman identity", _quiet), ("phone", _call), ("note", _mark)),
    (("address", _plain), ("neighbourhood ward", _quiet)),
    (("risk", _plain), ("conditions", _quiet), ("mobility", _strong)),
    (("given", _quiet), ("needed", _strong), ("proposal", _quiet)),
    (("state", _state), ("reason", _aside), ("why", _why)),
)
NOT_ON_THE_PAGE = ("household", "cannot_travel")  # the household's code is for paper; `mobility` says more
REST = 3


def heads() -> list[str]:
    return [_("Họ và tên"), _("Địa chỉ"), _("Nguy cơ"), _("Mũi tiêm"), _("Vì sao có tên")]


def drawn(
    rows: Iterable[Row], *, with_ward: bool, columns: Sequence[Column] = UNVACCINATED
) -> list[list[SafeString]]:
    """Per person the five cells as HTML, everything in them escaped."""
    by_key = {column.key: column for column in columns}
    placed = {key for cell in CELLS for keys, _draw in cell for key in keys.split()} | set(NOT_ON_THE_PAGE)
    if not with_ward:
        by_key.pop("ward", None)
    plan = [
        [([by_key[key] for key in keys.split() if key in by_key], draw) for keys, draw in cell]
        for cell in CELLS
    ]
    rest = [column for column in columns if column.key not in placed]
    return [_cells(row, plan, rest) for row in rows]


def _cells(row: Row, plan: list[list[tuple[list[Column], Draw]]], rest: list[Column]) -> list[SafeString]:
    cells = []
    for number, lines in enumerate(plan):
        html = []
        for columns, draw in lines:
            if text := " · ".join(filter(None, [_text(column, row) for column in columns])):
                html.append(draw(escape(text), row))
        if number == REST:
            said = [(column.title(get_language()), column.text(row)) for column in rest]
            html += [_quiet(escape(f"{title}: {text}"), row) for title, text in said if text]
        cells.append(mark_safe(" ".join(html)))
    return cells


def _text(column: Column, row: Row) -> str:
    text = column.text(row)
    if text and column.key in ("born_man", "born_woman"):
        return row.born_and_sex
    return row.conditions_line if column.key == "conditions" else text
