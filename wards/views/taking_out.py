"""A list of officials or of the log as a file or on paper, once the purpose was asked and the log written."""

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from django.http import FileResponse, HttpResponse
from django.shortcuts import render

from lib.columns import Column
from lib.spreadsheets.write import Document, write_xlsx
from wards.stamps import Stamp
from wards.views.official import OfficialRequest

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def file_answer(
    columns: Sequence[Column], rows: Iterable[Any], title: str, stamp: Stamp, *, name: str
) -> FileResponse:
    """The rows as XLSX; who, when, what for and the code stand above them and at the foot of each printed page."""
    document = Document(
        title=title,
        lines=(stamp.line,),
        footer=stamp.line,
        author=stamp.user.full_name,
        keywords=stamp.code,
        made_at=stamp.at,
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.xlsx"
        write_xlsx(path, columns, rows, document)
        answer = FileResponse(
            path.open("rb"),
            as_attachment=True,
            filename=f"{name}_{stamp.at:%Y-%m-%d_%H%M}.xlsx",
            content_type=XLSX,
        )
    answer["Cache-Control"] = "no-store"
    return answer


def paper_answer(
    request: OfficialRequest, columns: Sequence[Column], rows: Iterable[Any], title: str, stamp: Stamp
) -> HttpResponse:
    """The rows as a page for the browser's own printing."""
    context = {
        "title": title,
        "stamp": stamp,
        "heads": [column.title() for column in columns],
        "lines": [[column.text(row) for column in columns] for row in rows],
    }
    answer = render(request, "wards/table_print.html", context)
    answer["Cache-Control"] = "no-store"
    return answer
