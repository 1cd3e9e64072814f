"""Finished lists on disk: sealed with the key ring, under names made by the server, in a folder that no URL reaches (P15).

While a list is being written, its plain text lies in a file without a name, which ends with the process that writes it.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings

from lib import sealed_files
from lib.sealed_files import Sealed
from wards import identity_numbers

_NAME = re.compile(r"[0-9a-f]{32}\.sealed")


@dataclass(frozen=True)
class Kept:
    """A finished file: the name under which it lies, and size and SHA-256 of what the reader gets."""

    name: str
    plain: Sealed


def folder() -> Path:
    path = Path(settings.MEDIA_ROOT) / "exports"
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def path_of(name: str) -> Path:
    """The file of a stored name. A name that is not one of ours is refused, whatever the database says."""
    if not _NAME.fullmatch(name):
        raise ValueError("not a name of a stored file")
    return folder() / name


@contextmanager
def nameless() -> Iterator[Path]:
    """A path to write plain text to and to read it from, of a file that nobody else can open and that no kill leaves behind."""
    descriptor = os.open(folder(), os.O_TMPFILE | os.O_RDWR, 0o600)
    try:
        yield Path(f"/proc/self/fd/{descriptor}")
    finally:
        os.close(descriptor)


def keep(plain: Path, export_id: UUID) -> Kept:
    """Seal what was written for this export; it is on disk before this returns."""
    name = f"{uuid4().hex}.sealed"
    target = path_of(name)
    try:
        with (
            plain.open("rb") as source,
            open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file,
        ):
            sealed = sealed_files.seal(source, file, identity_numbers.ring(), context=_context(export_id))
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return Kept(name, sealed)


def opened(name: str, export_id: UUID) -> Iterator[bytes]:
    """The plain text of a kept file, block by block. FileNotFoundError at once if it is gone."""
    file = path_of(name).open("rb")

    def blocks() -> Iterator[bytes]:
        with file:
            yield from sealed_files.opened(file, identity_numbers.ring(), context=_context(export_id))

    return blocks()


def _context(export_id: UUID) -> str:
    return f"list export {export_id}"


def remove(name: str) -> None:
    if name:
        path_of(name).unlink(missing_ok=True)


def older_than(instant: datetime) -> list[str]:
    """Names of files in the folder last written before `instant` (real time), known to the database or not."""
    return sorted(
        path.name
        for path in folder().iterdir()
        if _NAME.fullmatch(path.name) and path.stat().st_mtime < instant.timestamp()
    )
