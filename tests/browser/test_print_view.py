"""The list on paper from the browser's own printing: forty homes on A4, read back from the PDF that Chromium makes (EXP-07)."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from pypdf import PdfReader

from config.embedded import ROOT
from outreach.list_columns import PAPER
from outreach.worklists import UNVACCINATED
from tests.browser.conftest import CHROMIUM_FLAGS
from tests.outreach.conftest import ON, city, crowd, officer, signed_in, ward_a  # noqa: F401  (fixtures)
from wards.models import Resident

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]

HOMES = 40
MILLIMETRE = 72 / 25.4  # points


@pytest.fixture
def rows(officer, ward_a):  # noqa: F811
    """The list of exactly forty homes, as it stands in the database."""
    crowd([ward_a], 200, seed=5)
    chosen = UNVACCINATED.select(officer, {"population": "all", "order": "address"}, ON)
    homes = list(dict.fromkeys(row.values["household_id"] for row in chosen.rows()))
    assert len(homes) > HOMES
    Resident.objects.filter(household__in=homes[HOMES:]).update(residence="moved")
    found = list(chosen.rows())
    assert len({row.values["household_id"] for row in found}) == HOMES
    return found


@pytest.fixture
def paper(rows, officer, signed_in, tmp_path) -> PdfReader:  # noqa: F811
    form = {"purpose": "visits", "format": "print", "order": "address"}
    response = signed_in(officer).post("/chua-tiem/tai-ve/?population=all", form)
    assert response.status_code == 200
    return PdfReader(printed(response.content.decode(), tmp_path))


def printed(html: str, folder: Path) -> Path:
    """The page as Chromium prints it, with its own style sheet and without its script."""
    style = f"<style>{(ROOT / 'static' / 'paper.css').read_text()}</style>"
    html = re.sub(r"<script.*?</script>", "", re.sub(r'<link rel="stylesheet"[^>]*>', style, html))
    page, pdf = folder / "list.html", folder / "list.pdf"
    page.write_text(html)
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert program, "No Chromium found: install it (Debian: apt-get install chromium)."
    command = [program, "--headless", *CHROMIUM_FLAGS, f"--user-data-dir={folder / 'profile'}"]
    command += ["--no-pdf-header-footer", f"--print-to-pdf={pdf}", page.as_uri()]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    return pdf


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def numbers_at(page) -> list[tuple[int, float]]:
    """(line number, height on the page) of each row that begins on it."""
    found = []

    def look(text, _matrix, text_matrix, _font, _size):
        if text.strip().isdecimal() and text_matrix[4] < 30 * MILLIMETRE:
            found.append((int(text), text_matrix[5]))

    page.extract_text(visitor_text=look)
    return found


def test_exp_07_forty_homes_on_a4(rows, paper):
    texts = [squeezed(page.extract_text()) for page in paper.pages]
    last = len(texts)
    assert last > 3
    for number, (page, text) in enumerate(zip(paper.pages, texts, strict=True), 1):
        assert [round(float(side) / MILLIMETRE) for side in page.mediabox[2:]] == [297, 210]
        for column in PAPER:  # the head stands on every page
            assert squeezed(column.title()) in text
        assert f"Trang{number}/{last}" in text
        assert re.search(r"PhườngVõCường·Tấtcảngườitrongdiệntiêm·TrầnThịCánBộtảilúc\S+·mãTX[0-9A-F]{8}", text)
    pages = [
        next(p for p, text in enumerate(texts) if _whole(row, n) in text) for n, row in enumerate(rows, 1)
    ]
    assert pages == sorted(pages)
    # no row is cut: all that is said of a person stands on the page of their line
    for number, (row, page) in enumerate(zip(rows, pages, strict=True), 1):
        for column in PAPER:
            assert squeezed(column.text(row)) in texts[page], (number, column.key)
    # the last person, the total and the signatures are not parted
    assert pages[-1] == last - 1
    assert f"Tổngsố:{len(rows)}người" in texts[-1]
    assert "TM.ỦYBANNHÂNDÂN" in texts[-1]


def _whole(row, number: int) -> str:
    return squeezed(f"{number}{row.name}")


def test_every_row_leaves_room_to_write_and_is_numbered(rows, paper):
    numbered, lowest = [], []
    for page in paper.pages:
        places = numbers_at(page)
        numbered += [number for number, _height in places]
        heights = [height for _number, height in places]
        lowest += [abs(upper - lower) for upper, lower in zip(heights, heights[1:], strict=False)]
    assert numbered == list(range(1, len(rows) + 1))
    assert min(lowest) >= 8.9 * MILLIMETRE


def test_nothing_on_paper_is_told_by_colour(paper):
    colours = set()
    for page in paper.pages:
        for found in re.findall(rb"([\d.]+) ([\d.]+) ([\d.]+) (?:rg|RG)\b", page.get_contents().get_data()):
            colours.add(found)
    assert colours
    assert all(red == green == blue for red, green, blue in colours)
