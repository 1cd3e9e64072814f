"""ReportLab's LongTable: the same list on the same paper, with repeated head and page numbers.

wrapped: every cell a Paragraph, so that long cells break into lines as on the product's paper. Without it the cells are plain
strings, which LongTable does not break: quicker, and the long ones run over their neighbours.
"""

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from bench.harness import NotHere

FONTS = Path(__file__).resolve().parents[2] / "outreach" / "typst" / "fonts"


def write(
    path: Path, heads: Sequence[str], rows: Sequence[Sequence[str]], shares: Sequence[float], *, wrapped: bool
) -> None:
    """shares: of the page's width, by column."""
    try:
        from reportlab.lib import colors
        from reportlab.lib.pagesizes import A4, landscape
        from reportlab.lib.styles import ParagraphStyle
        from reportlab.lib.units import mm
        from reportlab.pdfbase import pdfmetrics
        from reportlab.pdfbase.ttfonts import TTFont
        from reportlab.platypus import LongTable, Paragraph, SimpleDocTemplate
    except ImportError:
        raise NotHere("ReportLab is in requirements-bench.txt, which `make bench` installs") from None

    pdfmetrics.registerFont(TTFont("Serif", str(FONTS / "LiberationSerif-Regular.ttf")))
    style = ParagraphStyle("cell", fontName="Serif", fontSize=8.5, leading=10)

    def cell(text: str) -> Any:
        return Paragraph(escape(text), style) if wrapped and text else text

    data = [[cell(text) for text in row] for row in (heads, *rows)]
    width = 267 * mm / sum(shares)
    table = LongTable(data, colWidths=[share * width for share in shares], repeatRows=1)
    table.setStyle(
        [
            ("FONT", (0, 0), (-1, -1), "Serif", 8.5),
            ("GRID", (0, 0), (-1, -1), 0.5, colors.black),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 2),
            ("RIGHTPADDING", (0, 0), (-1, -1), 2),
            ("TOPPADDING", (0, 0), (-1, -1), 2.5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
        ]
    )

    def number(canvas: Any, document: Any) -> None:
        canvas.setFont("Serif", 8)
        canvas.drawRightString(287 * mm, 10 * mm, f"Trang {document.page}")

    margins = {"leftMargin": 20 * mm, "rightMargin": 10 * mm, "topMargin": 17 * mm, "bottomMargin": 17 * mm}
    SimpleDocTemplate(str(path), pagesize=landscape(A4), **margins).build(
        [table], onFirstPage=number, onLaterPages=number
    )
