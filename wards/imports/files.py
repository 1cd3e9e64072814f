"""Uploaded files and error files on disk: names made by the server, in one folder that no URL reaches (IMP-43)."""

import hashlib
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from django.conf import settings

_ENDINGS = (".xlsx", ".xls", ".ods", ".csv", ".tsv", ".txt")


@dataclass(frozen=True)
class Stored:
    name: str
    sha256: str
    size: int


class TooBig(ValueError):
    """More bytes than are taken."""


def folder() -> Path:
    path = Path(settings.MEDIA_ROOT) / "imports"
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def path_of(name: str) -> Path:
    """The file of a stored name. A name that is not one of ours is refused, whatever the database says."""
    if not re.fullmatch(r"[0-9a-f]{32}(-loi)?\.[a-z]{3,4}", name):
        raise ValueError("not a name of a stored file")
    return folder() / name


def rows_of(name: str) -> Path:
    """Where the parsed rows of a stored file lie between looking at it and having read it; they may be missing."""
    return path_of(name).with_suffix(".rows")


def store(chunks: Iterable[bytes], original_name: str) -> Stored:
    """Keep an upload under a name of our own; only the ending of the original one says anything, and only to a reader.

    Raises TooBig. The file is on disk before this returns.
    """
    shown = shown_name(original_name).lower()
    name = uuid4().hex + next((ending for ending in _ENDINGS if shown.endswith(ending)), ".bin")
    digest, size = hashlib.sha256(), 0
    target = path_of(name)
    try:
        with open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > settings.IMPORT_MAX_BYTES:
                    raise TooBig(size)
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return Stored(name, digest.hexdigest(), size)


def shown_name(original: str) -> str:
    """What is shown of a file's name: its last part, without control characters, at most 300 characters."""
    name = re.split(r"[/\\]", original.replace("\0", ""))[-1]
    name = " ".join("".join(char if char.isprintable() else " " for char in name).split())
    if len(name) > 300:
        stem, dot, ending = name.rpartition(".")
        name = f"{stem[:290]}…{dot}{ending}" if dot and len(ending) <= 8 else name[:300]
    return name or "(không tên)"


def remove(*names: str) -> None:
    for name in filter(None, names):
        path_of(name).unlink(missing_ok=True)
        forget_rows(name)


def forget_rows(name: str) -> None:
    """The parsed rows of a stored file were read and are not needed any more."""
    rows_of(name).unlink(missing_ok=True)
    rows_of(name).with_suffix(".part").unlink(missing_ok=True)
