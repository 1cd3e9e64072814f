"""How the page draws a list: by itself five cells a person, each a few lines (on a phone: one card a person); for somebody
who chose columns, those columns.

A column that is named in no cell appears at the end of the fourth one with its head, so that a new column needs no line here.
Made with strings and not with templates: fifty people are some thousand template nodes, and this page is opened most.
Everything that comes from a row goes through `escape`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from urllib.parse import urlencode

from django.utils.formats import number_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lib.columns import Column, plain_text
from outreach import said
from outreach.filters import WorklistFilters
from outreach.list_columns import FIRST, UNVACCINATED
from outreach.list_rows import Row

Draw = Callable[[str, Row], str]


def address(chosen: Mapping[str, str], **changes: str | None) -> str:
    """The query string of the chosen filters with some changed, "" for none; "no filter" is said, it is not the default one."""
    query = urlencode([(name, value) for name, value in {**chosen, **changes}.items() if value])
    return f"?{query}" if query else "?saved="


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


def _proposed(text: str, row: Row) -> str:
    _ = row.say
    return _quiet(_("Đề nghị: %(what)s") % {"what": text}, row)


def _call(text: str, row: Row) -> str:
    return f'<a class="small-line nowrap" href="tel:{escape(row.phone)}">{text}</a>'


def _why(text: str, row: Row) -> str:
    more, _ = "", row.say
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
    (("given", _quiet), ("needed", _strong), ("proposal", _proposed)),
    (("state", _state), ("reason", _aside), ("why", _why)),
)
NOT_ON_THE_PAGE = ("household", "cannot_travel")  # the household's code is for paper; `mobility` says more
REST = 3
HEADS = ("name", "address", "risk", "needed", "due")  # the order in which the head of each cell puts the list
# How single columns are drawn for somebody who chose columns; the others as plain text.
DRAWN: dict[str, Draw] = {"name": _person, "phone": _call, "state": _state, "why": _why}
ORDER_OF = {
    "name": "name", "born_man": "age", "born_woman": "age", "address": "address", "neighbourhood": "address",
    "household": "address", "risk": "risk", "needed": "needed", "given": "needed", "state": "due", "why": "due",
}  # fmt: skip


def heads() -> list[str]:
    return [_("Họ và tên"), _("Địa chỉ"), _("Nguy cơ"), _("Mũi tiêm"), _("Vì sao có tên")]


def drawn(
    rows: Iterable[Row], *, with_ward: bool, columns: Sequence[Column] = UNVACCINATED
) -> list[list[SafeString]]:
    """Per person the five cells as HTML, everything in them escaped."""
    draw = _five_cells(columns, with_ward)
    return [[mark_safe(cell) for cell in draw(row)] for row in rows]


def _five_cells(columns: Sequence[Column], with_ward: bool) -> Callable[[Row], list[str]]:
    texts = {column.key: _text_of(column) for column in columns if with_ward or column.key != "ward"}
    placed = {key for cell in CELLS for keys, _draw in cell for key in keys.split()} | set(NOT_ON_THE_PAGE)
    plan = [
        [([texts[key] for key in keys.split() if key in texts], draw) for keys, draw in cell]
        for cell in CELLS
    ]
    plan = [[(line, draw) for line, draw in cell if line] for cell in plan]
    language = get_language()
    rest = [(column.title(language), texts[column.key]) for column in columns if column.key not in placed]

    def cells(row: Row) -> list[str]:
        made = []
        for number, lines in enumerate(plan):
            html = []
            for line, draw in lines:
                text = (
                    line[0](row) if len(line) == 1 else " · ".join(filter(None, [one(row) for one in line]))
                )
                if text:
                    html.append(draw(escape(text), row))
            if number == REST:
                said = [(title, one(row)) for title, one in rest]
                html += [_quiet(escape(f"{title}: {text}"), row) for title, text in said if text]
            made.append(" ".join(html))
        return made

    return cells


def _text_of(column: Column) -> Callable[[Row], str]:
    if column.key in ("born_man", "born_woman"):
        return lambda row: row.born_and_sex if column.value(row) is not None else ""
    if column.key == "conditions":
        return lambda row: row.conditions_line
    value = column.value

    def text(row: Row) -> str:
        found = value(row)
        return found if found.__class__ is str else column.text(row)

    return text


# ---------------------------------------------------------------- the table


def table(
    rows: Sequence[Row],
    chosen: dict[str, str],
    columns: Sequence[Column],
    *,
    own: bool,
    with_ward: bool,
    picks: bool,
) -> SafeString:
    """The whole table. own: `columns` are one person's choice, a column each; else five cells a person.

    picks: each row can be ticked, to print or take out those alone.
    """
    language = get_language()
    if own:
        titles = [(column.title(language), ORDER_OF.get(column.key, "")) for column in columns]
        draw = _own_columns(columns)
    else:
        titles = list(zip(heads(), HEADS, strict=True))
        draw = _five_cells(columns, with_ward)
    tick = _("Chọn")
    box = f'<label class="pick"><input type="checkbox" name="pick" value="%s"><span class="visually-hidden">{tick} </span></label>'
    body = []
    for row in rows:
        first, *others = draw(row)
        ticked = box % row.id if picks else ""
        body.append(f'<tr><th scope="row">{ticked}{first}</th><td>{"</td><td>".join(others)}</td></tr>')
    head = "".join(_head(title, order, chosen) for title, order in titles)
    kind = "worklist own-columns" if own else "worklist"
    lines = "\n".join(body)
    return mark_safe(
        f'<table class="table stack {kind}"><thead><tr>{head}</tr></thead>\n<tbody>{lines}</tbody></table>'
    )


def _own_columns(columns: Sequence[Column]) -> Callable[[Row], list[str]]:
    language = get_language()
    plan = [
        (
            escape(column.title(language)),
            DRAWN.get(column.key),
            column.value if column.key in ("born_man", "born_woman", "conditions") else _text_of(column),
        )
        for column in columns
    ]

    def cells(row: Row) -> list[str]:
        made = []
        for title, draw, value in plan:
            found = value(row)
            text = escape(", ".join(map(str, found)) if isinstance(found, list) else plain_text(found))
            shown = draw(text, row) if draw and text else text
            made.append(shown if draw is _person else f'<span class="own-head">{title}: </span>{shown}')
        return made

    return cells


def _head(title: str, order: str, chosen: dict[str, str]) -> str:
    if not order:
        return f'<th scope="col">{escape(title)}</th>'
    if chosen.get("order", "risk") == order:
        return f'<th scope="col" aria-sort="other">{escape(title)} <span aria-hidden="true">▾</span></th>'
    href = escape(address(chosen, order=order))
    return f'<th scope="col"><a href="{href}" hx-get="{href}">{escape(title)}</a></th>'


# ---------------------------------------------------------------- what stands above it


def _linked(href: str, label: str, count: int | None, is_current: bool) -> str:
    number = (
        "" if count is None else f' <span class="count">{number_format(count, force_grouping=True)}</span>'
    )
    current = ' aria-current="true"' if is_current else ""
    address_ = escape(href)
    return f'<a href="{address_}" hx-get="{address_}"{current}>{escape(label)}{number}</a>'


def links(entries: Iterable[tuple[str, str, int | None, bool]]) -> SafeString:
    """(address, words, count, whether it is the one shown) as links that htmx swaps; their <nav> says where to."""
    return mark_safe("".join(_linked(*entry) for entry in entries))


# ---------------------------------------------------------------- filters and columns


def filter_fields(filters: WorklistFilters) -> SafeString:
    """The drop-downs of the filter form; places only where there is something to choose."""
    made, language = [], get_language()
    for name, filter_ in filters.base_filters.items():
        if name == "neighbourhood" and not filters.neighbourhoods:
            continue
        if name == "ward" and len(filters.wards_by_code) == 1:
            continue
        now = filters.data.get(name, "")
        empty = filter_.extra["empty_label"]
        choices = [("", empty), *filters.choices(name)] if empty is not None else filters.choices(name)
        options = "".join(
            f'<option value="{escape(value)}"{" selected" if value == now else ""}>{escape(said.text(label, language))}</option>'
            for value, label in choices
        )
        title = escape(said.text(filters.label(name), language))
        made.append(
            f'<div class="field"><label class="form-label" for="id_{name}">{title}</label>'
            f'<select class="form-select" name="{name}" id="id_{name}">{options}</select></div>'
        )
    return mark_safe("".join(made))


def column_choices(offered: Sequence[Column], own: Sequence[Column]) -> SafeString:
    """A tick and a place for each column that the reader may see: their own first, in their order."""
    language = get_language()
    chosen = {column.key: place for place, column in enumerate(own, 1)}
    lines, place_word = [], escape(_("Thứ tự"))
    for column in sorted(offered, key=lambda column: chosen.get(column.key, 1000)):
        title, key = escape(column.title(language)), column.key
        ticked = " checked" if key in chosen or key == FIRST else ""
        fixed = ' data-locked="true"' if key == FIRST else ""
        lines.append(
            f'<li><label><input type="checkbox" class="form-check-input" name="column" value="{key}"{ticked}{fixed}> {title}</label>'
            f' <input type="number" class="form-control place" name="place-{key}" min="1" max="99"'
            f' value="{chosen.get(key, "")}" aria-label="{place_word}: {title}"></li>'
        )
    return mark_safe("".join(lines))
