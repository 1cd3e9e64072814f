"""CSV and TSV as they arrive: whichever encoding, whichever delimiter (IMP-20)."""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from lib.legacy_fonts import from_tcvn3, is_syllable
from lib.spreadsheets.check import looks_utf16
from lib.spreadsheets.formulas import without_apostrophe
from lib.spreadsheets.problems import problem

DELIMITERS = ",;\t|"
_FIELD_LIMIT = 131_072
_STRAY_SHARE = (
    0.1  # lines that are not UTF-8, against all accented lines: a damaged place, not another encoding
)


def encoding_of(path: Path, name: str) -> str:
    """The Python name of the encoding. SpreadsheetProblem("undecodable") names the first bad line."""
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith(codecs.BOM_UTF8):
        _must_decode(path, "utf-8", name)
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if found := looks_utf16(head):
        return found
    bad, accented = _lines_not_utf8(path)
    if not bad:
        return "utf-8"
    if len(bad) <= accented * _STRAY_SHARE:
        raise problem("undecodable", file=name, row=bad[0])
    return _eight_bit_encoding(path, name, bad[0])


def _must_decode(path: Path, encoding: str, name: str) -> None:
    bad, _accented = _lines_not_utf8(path)
    if bad:
        raise problem("undecodable", file=name, row=bad[0])


def _lines_not_utf8(path: Path) -> tuple[list[int], int]:
    """Numbers of the lines that are not UTF-8 (the first 1,000), and how many lines have any accent at all."""
    bad: list[int] = []
    accented = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if line.isascii():
                continue
            accented += 1
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                if len(bad) < 1000:
                    bad.append(number)
    return bad, accented


_WORDS = re.compile(r"[^\s.,;:()/\-\d\"'|]+")


def _eight_bit_encoding(path: Path, name: str, first_bad: int) -> str:
    """Windows-1258 if its words can be Vietnamese; Windows-1252 for text of the old fonts, converted later."""
    with path.open("rb") as file:
        sample = b"".join(line for line, _n in zip(file, range(5000), strict=False) if not line.isascii())[
            :500_000
        ]
    scores = {}
    with suppress(UnicodeDecodeError):
        scores["cp1258"] = _share_of_syllables(sample.decode("cp1258"))
    with suppress(UnicodeDecodeError):
        scores["cp1252"] = _share_of_syllables(from_tcvn3(sample.decode("cp1252")))
    if not scores or max(scores.values()) < 0.5:
        raise problem("undecodable", file=name, row=first_bad)
    return max(scores, key=lambda encoding: scores[encoding])


def _share_of_syllables(text: str) -> float:
    words = [word for word in _WORDS.findall(unicodedata.normalize("NFC", text)) if not word.isascii()]
    return sum(map(is_syllable, words)) / len(words) if words else 0.0


def delimiter_of(sample: str) -> str:
    """The delimiter that parts the most lines into the same number of fields; "," where none does."""
    lines = [line for line in sample.splitlines() if line.strip()][:200]
    return max(DELIMITERS, key=lambda delimiter: _evenness(lines, delimiter))


def _evenness(lines: list[str], delimiter: str) -> float:
    """Lines with the commonest number of fields (title rows and remarks differ) times that number; a mark that a
    space follows is more likely punctuation."""
    counts: dict[int, int] = {}
    for row in csv.reader(lines, delimiter=delimiter):
        if len(row) > 1:
            counts[len(row)] = counts.get(len(row), 0) + 1
    if not counts:
        return 0
    fields, rows = max(counts.items(), key=lambda item: (item[1], item[0]))
    written = "\n".join(lines)
    spaced = written.count(delimiter + " ") / max(written.count(delimiter), 1)
    return rows * fields * (1.05 - spaced)


def text_rows(path: Path, name: str) -> Iterator[list[str]]:
    """The rows of a CSV or TSV file, every cell as text; blank lines are empty rows and keep their number."""
    encoding = encoding_of(path, name)
    with path.open(encoding=encoding, newline="") as file:
        sample = file.read(65_536)
    declared = re.match(r"sep=(.)\r?\n", sample)
    delimiter = declared[1] if declared else delimiter_of(sample)
    csv.field_size_limit(_FIELD_LIMIT)
    with path.open(encoding=encoding, newline="") as file:
        yield from _parsed(file, delimiter, name, skip_first=bool(declared))


_LINES_OF_A_ROW = 25  # a cell with more line breaks is a quote that was never closed


def _parsed(file: io.TextIOBase, delimiter: str, name: str, *, skip_first: bool) -> Iterator[list[str]]:
    reader = csv.reader((line.replace("\x00", "") for line in file), delimiter=delimiter, strict=False)
    line = 0
    try:
        for row in reader:
            if reader.line_num - line > _LINES_OF_A_ROW:
                raise problem("broken_quotes", file=name, row=line + 1)
            line = reader.line_num
            if skip_first:
                skip_first = False
                row = []
            yield [without_apostrophe(unicodedata.normalize("NFC", cell)) for cell in row]
    except csv.Error as error:
        raise problem("broken_quotes", file=name, row=line + 1) from error
    except UnicodeDecodeError as error:
        raise problem("undecodable", file=name, row=reader.line_num + 1) from error
