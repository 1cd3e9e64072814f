"""WeasyPrint: the same list as an HTML table, with a repeated head and page numbers."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

from bench.harness import NotHere

FONTS = Path(__file__).resolve().parents[2] / "outreach" / "typst" / "fonts"
STYLE = """
@font-face { font-family: Serif8; src: url(%s) }
@page { size: A4 landscape; margin: 17mm 10mm 17mm 20mm;
  @bottom-right { content: "Trang " counter(page) "/" counter(pages); font: 8pt Serif8 } }
body { font: 8.5pt Serif8 } table { border-collapse: collapse; table-layout: fixed; width: 100%% }
th, td { border: 0.5pt solid black; padding: 2.5pt 2pt; vertical-align: top; text-align: left }
tr { break-inside: avoid }
"""


def write(path: Path, heads: Sequence[str], rows: Sequence[Sequence[str]], shares: Sequence[float]) -> None:
    try:
        from weasyprint import HTML
    except (ImportError, OSError):  # without Pango it cannot be imported
        raise NotHere(
            "WeasyPrint is in requirements-bench.txt, which `make bench` installs, and needs Pango:"
            " apt-get install libpango-1.0-0 libpangoft2-1.0-0"
        ) from None
    columns = "".join(f'<col style="width:{100 * share / sum(shares):.2f}%">' for share in shares)
    lines = "".join(f"<tr>{''.join(f'<td>{escape(text)}</td>' for text in row)}</tr>" for row in rows)
    head = "".join(f"<th>{escape(text)}</th>" for text in heads)
    style = STYLE % (FONTS / "LiberationSerif-Regular.ttf").as_uri()
    HTML(
        string=f"<style>{style}</style><table><colgroup>{columns}</colgroup><thead><tr>{head}</tr></thead>"
        f"<tbody>{lines}</tbody></table>"
    ).write_pdf(path)
