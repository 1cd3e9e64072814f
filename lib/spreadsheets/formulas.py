"""Text that a spreadsheet would take for a formula, made harmless in CSV (EXP-01).

CSV has no cell types, so a leading apostrophe marks text, as people type it in Excel. XLSX needs none of this:
there text is written as text.
"""

from __future__ import annotations

import re

# OWASP, "CSV injection": = + - @ tab CR LF, and their full-width forms. A NUL before them is removed anyway.
TRIGGERS = "=+-@\t\r\n＝＋－＠"
_TRIGGERED = re.compile(rf"[{re.escape(TRIGGERS)}]")

# Control characters that XML 1.0 does not allow (and that have no business in a cell), and halves of surrogates.
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def without_illegal(text: str) -> str:
    """The text without characters that XML and spreadsheets cannot hold; tabs and line breaks stay."""
    return text if text.isprintable() else ILLEGAL.sub("", text)


def formula_safe(text: str) -> str:
    """The text for a CSV cell: an apostrophe before anything that would start a formula."""
    text = without_illegal(text)
    return f"'{text}" if _TRIGGERED.match(text) else text


def without_apostrophe(text: str) -> str:
    """What `formula_safe` was given: for reading our own export again."""
    return text[1:] if text.startswith("'") and _TRIGGERED.match(text[1:2] or " ") else text
