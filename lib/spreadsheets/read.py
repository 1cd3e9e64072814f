"""Sheets and rows of an uploaded file, parsed in a process of its own.

    for number, row in enumerate(rows(path, "Tổ 5", name="ds_vocuong.xlsx"), 1): …

The file is never parsed in this process and never held in it: rows stream through a pipe, so the memory of a
web process stays flat. Whatever is wrong with the file comes as SpreadsheetProblem, also half-way through.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, BinaryIO

from lib.spreadsheets.cells import Cell, decode_row
from lib.spreadsheets.check import Kind, check
from lib.spreadsheets.limits import ReadLimits, SheetInfo
from lib.spreadsheets.problems import SpreadsheetProblem, problem

__all__ = ["ReadLimits", "SheetInfo", "SpreadsheetProblem", "kept_rows", "rows", "sheets"]

_WORKER = Path(__file__).with_name("worker.py")
LIMITS = ReadLimits()


def sheets(path: str | Path, *, name: str | None = None, limits: ReadLimits = LIMITS) -> list[SheetInfo]:
    """Every worksheet, hidden ones too, in the order of the file; a text file has one. Checks the file first.

    name: as the user called the file. Raises SpreadsheetProblem.
    """
    with _Worker("sheets", path, "", name, limits) as lines:
        found: list[SheetInfo] = []
        for line in lines:
            found = [SheetInfo(**sheet) for sheet in json.loads(line)["sheets"]]
    return found


def rows(
    path: str | Path,
    sheet: str | None = None,
    *,
    name: str | None = None,
    first: int = 0,
    limit_confirmed: bool = False,
    limits: ReadLimits = LIMITS,
    keep: Path | None = None,
) -> Iterator[list[Cell]]:
    """The rows of a sheet from its row 1, blank ones included, so that counting from 1 gives the row's number.

    sheet: its name; without it the first visible one that has rows. first: only so many rows. limit_confirmed:
    somebody typed the expected total of a sheet whose row count equals the limit of its format (IMP-02). keep: a file
    that gets the parsed rows as they come, for `kept_rows`; it is there only once all of them are in it.
    Raises SpreadsheetProblem, possibly after some rows: what was taken from them has to be undone.
    Closing the iterator early ends the process.
    """
    limits = replace(limits, first=first, limit_confirmed=limit_confirmed)
    with _Worker("rows", path, sheet or "", name, limits) as lines, _kept(keep) as kept:
        for line in lines:
            if line.startswith(b"["):
                if kept:
                    kept.write(line + b"\n")
                yield decode_row(line.decode())


def kept_rows(path: Path) -> Iterator[list[Cell]]:
    """The rows that `rows(…, keep=path)` left behind: no parsing process, a tenth of its time."""
    with path.open("rb") as file:
        for line in file:
            yield decode_row(line.decode())


@contextmanager
def _kept(path: Path | None) -> Iterator[BinaryIO | None]:
    """Where the rows are kept: under another name until the last one is there."""
    if path is None:
        yield None
        return
    unfinished = path.with_suffix(".part")
    try:
        with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            yield file
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


class _Worker:
    """One parsing process: started on entry, gone on exit whatever happened."""

    def __init__(self, mode: str, path: str | Path, sheet: str, name: str | None, limits: ReadLimits) -> None:
        self.path = Path(path)
        self.name = name or self.path.name
        self.mode, self.sheet, self.limits = mode, sheet, limits
        self.kind: Kind = check(self.path, self.name).kind
        if "\x00" in sheet:
            raise problem("no_such_sheet", file=self.name, sheet=sheet.replace("\x00", ""))

    def __enter__(self) -> Iterator[bytes]:
        limits = json.dumps(asdict(self.limits))
        arguments = [self.mode, str(self.path.resolve()), self.kind.value, self.sheet, limits]
        self.process = subprocess.Popen(
            # Isolated: no environment variables, no user site, not the current directory.
            [sys.executable, "-I", "-B", "-X", "utf8", str(_WORKER), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"LANG": "C.UTF-8"},
            cwd="/",
            start_new_session=True,
        )
        return self._answer()

    def __exit__(self, *_: object) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        if self.process.stdout:
            self.process.stdout.close()
        self.process.wait()

    def _answer(self) -> Iterator[bytes]:
        for line in self._lines():
            if line.startswith(b'{"problem"'):
                raise self._said(json.loads(line))
            if line.startswith(b'{"end"'):
                return
            yield line
        raise self._died()

    def _lines(self) -> Iterator[bytes]:
        """Whole lines as they come; the time spent waiting for them is limited."""
        assert self.process.stdout is not None
        descriptor = self.process.stdout.fileno()
        patience = float(self.limits.wait_seconds)
        rest = b""
        with selectors.DefaultSelector() as selector:
            selector.register(descriptor, selectors.EVENT_READ)
            while True:
                began = time.monotonic()
                if not selector.select(patience):
                    raise problem("took_too_long", file=self.name, limit=self.limits.wait_seconds)
                patience = max(0.001, patience - (time.monotonic() - began))
                chunk = os.read(descriptor, 1 << 18)
                if not chunk:
                    return
                *lines, rest = (rest + chunk).split(b"\n")
                yield from lines

    def _said(self, answer: dict[str, Any]) -> SpreadsheetProblem:
        return problem(answer["problem"], file=self.name, **answer["params"])

    def _died(self) -> SpreadsheetProblem:
        """Why the process ended without its last line: its limits end it by signal."""
        ended_by = -self.process.wait()
        if ended_by == signal.SIGABRT:  # Rust aborts when memory is refused
            return problem("too_much_memory", file=self.name)
        if ended_by in (signal.SIGXCPU, signal.SIGKILL):
            return problem("took_too_long", file=self.name, limit=self.limits.cpu_seconds)
        return problem("reader_failed", file=self.name)
