"""The parts of an XLSX workbook that stand around its rows, as text (ECMA-376, part 1, SpreadsheetML).

One style sheet serves every list. Nothing here knows a row; `lib.spreadsheets.write` streams them in between.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_A4 = 9
_HEAD_AND_FOOT = 255  # characters that Excel takes in all three parts together

# Places in `cellXfs` below. Most cells are text, whose place is 0: it need not be written.
TEXT, TITLE, HEADER, PLAIN, NUMBER, DATE, DIGITS = range(7)

_TOP = '<alignment vertical="top"/>'
STYLES = (
    f'{DECLARATION}<styleSheet xmlns="{_MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/>'
    '</numFmts><fonts count="3"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font>'
    '<font><b/><sz val="13"/><name val="Calibri"/><family val="2"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts>'
    '<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '<fill><patternFill patternType="solid"><fgColor rgb="FFE8EEF4"/><bgColor indexed="64"/></patternFill></fill></fills>'
    '<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border>'
    '<border><left style="thin"><color auto="1"/></left><right style="thin"><color auto="1"/></right>'
    '<top style="thin"><color auto="1"/></top><bottom style="thin"><color auto="1"/></bottom><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="7">'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" applyAlignment="1">'
    '<alignment vertical="top" wrapText="1"/></xf>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
    '<xf numFmtId="0" fontId="2" fillId="2" borderId="1" xfId="0" applyFont="1" applyFill="1" applyBorder="1"'
    ' applyAlignment="1"><alignment vertical="center" wrapText="1"/></xf>'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    f'<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" applyAlignment="1">{_TOP}</xf>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyAlignment="1">'
    '<alignment horizontal="left" vertical="top"/></xf>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyAlignment="1">'
    f"{_TOP}</xf></cellXfs>"
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


@dataclass(frozen=True)
class ColumnLook:
    """width in characters; `style` is a place in the style sheet; digits as text are marked as meant so."""

    letters: str
    width: float
    style: int
    is_digits: bool


@dataclass(frozen=True)
class Print:
    """A4. header, footer: beside the page number on every page. wide: pages beside each other; more than one repeat the
    first `repeated` columns. columns: how many of the first are printed at all."""

    landscape: bool
    header: str
    footer: str
    wide: int
    repeated: int
    columns: int


@dataclass(frozen=True)
class Sheet:
    """One written sheet: its columns stand over `header_row`, the last row is `last_row` (both counted from 1)."""

    name: str
    columns: Sequence[ColumnLook]
    header_row: int
    last_row: int
    print: Print

    @property
    def last_letters(self) -> str:
        return self.columns[-1].letters


def letters(place: int) -> str:
    """The column's name: 0 is A, 26 is AA."""
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(65 + rest) + name
    return name


# ---------------------------------------------------------------- a sheet, before and after its rows


def sheet_before(columns: Sequence[ColumnLook], header_row: int, *, is_first: bool) -> str:
    selected = ' tabSelected="1"' if is_first else ""
    looks = "".join(
        f'<col min="{n}" max="{n}" width="{look.width + 0.7109375}" style="{look.style}" customWidth="1"/>'
        for n, look in enumerate(columns, 1)
    )
    return (
        f'{DECLARATION}<worksheet xmlns="{_MAIN}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
        f'<sheetViews><sheetView{selected} workbookViewId="0"><pane ySplit="{header_row}" topLeftCell="A{header_row + 1}"'
        ' activePane="bottomLeft" state="frozen"/><selection pane="bottomLeft"/></sheetView></sheetViews>'
        f'<sheetFormatPr defaultRowHeight="15"/><cols>{looks}</cols><sheetData>'
    )


def sheet_after(sheet: Sheet, rows_above: Sequence[int]) -> str:
    """rows_above: the rows over the header that hold a line of text, each across the sheet."""
    last = sheet.columns[max(len(sheet.columns) - 1, 0)].letters if len(sheet.columns) > 1 else "B"
    merged = "".join(f'<mergeCell ref="A{row}:{last}{row}"/>' for row in rows_above)
    digits = " ".join(
        f"{look.letters}{sheet.header_row + 1}:{look.letters}{max(sheet.last_row, sheet.header_row + 1)}"
        for look in sheet.columns
        if look.is_digits
    )
    page = sheet.print
    return (
        f'</sheetData><autoFilter ref="A{sheet.header_row}:{sheet.last_letters}{sheet.last_row}"/>'
        + (f'<mergeCells count="{len(rows_above)}">{merged}</mergeCells>' if rows_above else "")
        + '<pageMargins left="0.4" right="0.4" top="0.6" bottom="0.6" header="0.3" footer="0.3"/>'
        f'<pageSetup paperSize="{_A4}" fitToWidth="{page.wide}" fitToHeight="0"'
        f' orientation="{"landscape" if page.landscape else "portrait"}"/>'
        f"<headerFooter>{_head(page.header)}<oddFooter>{_line(page.footer, 'Trang &P/&N')}</oddFooter></headerFooter>"
        + (
            f'<ignoredErrors><ignoredError sqref="{digits}" numberStoredAsText="1"/></ignoredErrors>'
            if digits
            else ""
        )
        + "</worksheet>"
    )


def _head(text: str) -> str:
    return f"<oddHeader>{_line(text, '')}</oddHeader>" if text else ""


def _line(left: str, right: str) -> str:
    """Small, on the left, beside the page number; an ampersand is written twice, and too long is cut."""
    end = f"&R&8{right}" if right else ""
    text = left.replace("&", "&&")
    room = _HEAD_AND_FOOT - len(end) - 4
    if len(text) > room:
        text = re.sub(r"(?<!&)(&&)*&$", r"\1", text[: room - 1]) + "…"
    return escape(f"&L&8{text}{end}")


# ---------------------------------------------------------------- the package


def workbook(sheets: Sequence[Sheet]) -> str:
    listed = "".join(
        f'<sheet name={quoteattr(sheet.name)} sheetId="{n}" r:id="rId{n}"/>'
        for n, sheet in enumerate(sheets, 1)
    )
    names = "".join(_names(n, sheet) for n, sheet in enumerate(sheets))
    return (
        f'{DECLARATION}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}/relationships"><bookViews><workbookView/></bookViews>'
        f"<sheets>{listed}</sheets><definedNames>{names}</definedNames></workbook>"
    )


def _names(place: int, sheet: Sheet) -> str:
    """Names by which Excel knows the filter's range, what is printed, and what is repeated on every page."""
    here = f"'{sheet.name}'!"
    head = sheet.header_row
    rows, page = f"{here}${head}:${head}", sheet.print
    repeated = f"{here}$A:${letters(page.repeated - 1)},{rows}" if page.wide > 1 and page.repeated else rows
    ranges = [
        ("_xlnm._FilterDatabase", f"{here}$A${head}:${sheet.last_letters}${sheet.last_row}", ' hidden="1"')
    ]
    if page.columns < len(sheet.columns):
        ranges.append(("_xlnm.Print_Area", f"{here}$A$1:${letters(page.columns - 1)}${sheet.last_row}", ""))
    ranges.append(("_xlnm.Print_Titles", repeated, ""))
    return "".join(
        f'<definedName name="{name}" localSheetId="{place}"{hidden}>{escape(found)}</definedName>'
        for name, found, hidden in ranges
    )


def workbook_relations(sheets: int) -> str:
    each = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/relationships/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, sheets + 1)
    )
    return (
        f'{DECLARATION}<Relationships xmlns="{_PACKAGE}/relationships">{each}'
        f'<Relationship Id="rId{sheets + 1}" Type="{_OFFICE}/relationships/styles" Target="styles.xml"/></Relationships>'
    )


def relations() -> str:
    return (
        f'{DECLARATION}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/relationships/officeDocument" Target="xl/workbook.xml"/>'
        f'<Relationship Id="rId2" Type="{_PACKAGE}/relationships/metadata/core-properties" Target="docProps/core.xml"/>'
        "</Relationships>"
    )


def content_types(sheets: int) -> str:
    each = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        for n in range(1, sheets + 1)
    )
    return (
        f'{DECLARATION}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Override PartName="/docProps/core.xml"'
        ' ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>{each}</Types>'
    )


def core_properties(*, title: str, subject: str, author: str, keywords: str, made_at: datetime | None) -> str:
    stamp = f"{(made_at or datetime(2000, 1, 1, tzinfo=UTC)).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    texts = {
        "dc:title": title,
        "dc:subject": subject,
        "dc:creator": author,
        "cp:keywords": keywords,
        "cp:lastModifiedBy": author,
    }
    elements = "".join(f"<{tag}>{escape(text)}</{tag}>" for tag, text in texts.items() if text)
    return (
        f'{DECLARATION}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f'{elements}<dcterms:created xsi:type="dcterms:W3CDTF">{stamp}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{stamp}</dcterms:modified></cp:coreProperties>'
    )
