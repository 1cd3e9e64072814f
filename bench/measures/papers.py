"""P10: a list on paper."""

import pickle
from itertools import chain, islice, repeat

from bench.anchors import reportlab_table, weasyprint_table
from bench.harness import Comparison, Subject
from bench.probe import fresh
from bench.stage import Stage

ROWS = 5_000
WEASYPRINT_ROWS = 500
# of the page's width, as in named_list.typ with its fixed columns in the same measure
SHARES = (20, 66, 43, 43, 56, 47.5, 74, 46, 50, 78, 78, 44, 37, 41, 34)


def _prepare(stage: Stage) -> None:
    """The printed list's data as the product makes it, brought to 5,000 rows by repeating them if the city is small."""
    from lib import clock
    from outreach import documents, exports
    from outreach.list_columns import PAPER
    from outreach.worklists import WORKLISTS

    now = clock.now()
    selection = WORKLISTS["unvaccinated"].select(stage.user, {"ward": "all"}, now.date())
    stamp = exports.Stamp.new(stage.user, now, "bench")
    rows = list(islice(selection.rows(), ROWS))
    wanted = min(ROWS, 20 * len(rows))
    data = exports.paper(selection, islice(chain.from_iterable(repeat(rows)), wanted), stamp)
    stage.made["cells"] = [cells for group in data["groups"] for home in group["homes"] for cells in home]
    stage.made["heads"] = ["TT", *(column.title() for column in PAPER)]
    stage.made["paper"] = stage.folder / "paper.pickle"
    stage.made["paper"].write_bytes(pickle.dumps((documents.with_last_row_apart(data), now)))


def _typst(stage: Stage) -> float:
    """Rows per CPU second from the cells to a finished PDF; so are the anchors'.

    In a fresh process: typst remembers what it laid out, and the second of two equal lists would cost a tenth.
    """
    return len(stage.made["cells"]) / fresh("paper", stage.made["paper"], stage.folder / "figure.pdf")["cpu"]


def _reportlab(wrapped: bool):
    def run(stage: Stage) -> float:
        rows, path = stage.made["cells"], stage.folder / "reportlab.pdf"
        write = reportlab_table.write
        return len(rows) / stage.meter.seconds(
            lambda: write(path, stage.made["heads"], rows, SHARES, wrapped=wrapped)
        )

    return run


def _weasyprint(stage: Stage) -> float:
    rows, path = stage.made["cells"][:WEASYPRINT_ROWS], stage.folder / "weasyprint.pdf"
    return len(rows) / stage.meter.seconds(
        lambda: weasyprint_table.write(path, stage.made["heads"], rows, SHARES)
    )


def _notes(stage: Stage) -> dict[str, dict]:
    rows = len(stage.made["cells"])
    same = {"rows": rows, "anchor_rows": rows}
    return {
        "pdf_wrapped": same,
        "pdf_plain": same,
        "pdf_weasyprint": {"rows": rows, "anchor_rows": min(WEASYPRINT_ROWS, rows)},
    }


SUBJECTS = (
    Subject(
        "paper",
        {
            "typst": _typst,
            "ReportLab LongTable, cells that wrap": _reportlab(True),
            "ReportLab LongTable, plain strings": _reportlab(False),
            "WeasyPrint": _weasyprint,
        },
        (
            # the same paper: long cells break into lines
            Comparison(
                "pdf_wrapped", "P10", "rows/CPU-s", "typst", "ReportLab LongTable, cells that wrap", at_least=0.8
            ),
            # not the same paper: long cells run over their neighbours
            Comparison(
                "pdf_plain", "P10 (cells that do not wrap)", "rows/CPU-s", "typst", "ReportLab LongTable, plain strings"
            ),
            Comparison("pdf_weasyprint", "P10", "rows/CPU-s", "typst", "WeasyPrint", at_least=10),
        ),
        before=_prepare,
        seconds=150,
        notes=_notes,
    ),
)  # fmt: skip
