"""What the parsing process may use, and what it says of a sheet."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ReadLimits:
    """memory: address space in bytes (300,000 rows by 20 columns need 0.6 GiB). cpu_seconds: of the process.
    wait_seconds: how long the reader waits for it in all, not counting its own work between rows.
    rows, columns: the most that is read. first: stop after so many rows (0 = all), for a preview.
    limit_confirmed: a person has typed the expected total of a sheet that is exactly full."""

    memory: int = 2 * 2**30
    cpu_seconds: int = 180
    wait_seconds: int = 240
    rows: int = 1_048_576
    columns: int = 300
    first: int = 0
    limit_confirmed: bool = False


@dataclass(frozen=True)
class SheetInfo:
    """rows and columns count from A1. exact: counted; else what the file says, which may include blank cells."""

    name: str
    rows: int
    columns: int
    hidden: bool = False
    exact: bool = True
