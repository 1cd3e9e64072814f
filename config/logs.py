"""Log lines without anybody's data: of an exception its kind and where it happened, never its words (TRUST T25).

`invalid literal: 'Nguyễn Thị Lan'`, `Key (number_hash)=(…) already exists`: the words of an exception quote what somebody typed.
What a reader needs to find the fault stays: file, line, kind, and for the database its code, table and constraint.
"""

import logging
import traceback
from types import TracebackType

HIDDEN = "…"


class DiscreetFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        exception = record.exc_info[1] if record.exc_info else None
        if exception is None:
            return super().format(record)
        # Celery and others put the exception's words into the line as well
        copy = logging.makeLogRecord(record.__dict__)
        copy.msg, copy.args, copy.exc_text = _without_words(record.getMessage(), exception), (), None
        return super().format(copy)

    def formatException(self, ei) -> str:
        return "\n".join(_told(ei[1], ei[2]))


def _without_words(line: str, exception: BaseException) -> str:
    for one in _chain(exception):
        for words in (repr(one), str(one)):
            if words:
                line = line.replace(words, f"{type(one).__name__}({HIDDEN})")
    return line


def _told(exception: BaseException | None, trace: TracebackType | None) -> list[str]:
    lines: list[str] = []
    for one in _chain(exception):
        frames = traceback.extract_tb(one.__traceback__ if one is not exception else trace)
        lines = [
            *[f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}' for frame in frames],
            f"{type(one).__module__}.{type(one).__qualname__}{_of_database(one)}",
            *lines,
        ]
    return ["Traceback (most recent call last):", *lines]


def _chain(exception: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while exception is not None and exception not in found:
        found.append(exception)
        exception = exception.__cause__ or exception.__context__
    return found


def _of_database(exception: BaseException) -> str:
    """Code, table, column and constraint of a database's error: names of our own, no values."""
    diag = getattr(exception, "diag", None)
    names = (
        getattr(diag, name, None) for name in ("sqlstate", "table_name", "column_name", "constraint_name")
    )
    known = ", ".join(name for name in names if name)
    return f" ({known})" if known else ""
