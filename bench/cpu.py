"""CPU seconds of everything that works on a task: this process, its ended children, and all of the database server.

Wall time on a busy machine says more about the neighbours; CPU seconds stay.
"""

import os
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


class Meter:
    """`postmaster`: the database server's first process; its CPU is that of its children too, ended or not."""

    def __init__(self, postmaster: int) -> None:
        self.postmaster = postmaster

    def seconds(self, work: Callable[[], object]) -> float:
        """CPU seconds, user and system, from before to after `work`."""
        before = self._now()
        work()
        return self._now() - before

    def server_seconds(self, work: Callable[[], object]) -> float:
        """CPU seconds of the database server alone."""
        before = self._of_server()
        work()
        return self._of_server() - before

    def _now(self) -> float:
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        own = time.process_time() + children.ru_utime + children.ru_stime
        return own + self._of_server()

    def _of_server(self) -> float:
        """Read again if a child ended meanwhile: its seconds pass from its own account to its parent's."""
        while True:
            _parent, own, ended = _stat(self.postmaster)
            living = sum(self._of_children())
            if _stat(self.postmaster)[2] == ended:
                return own + ended + living

    def _of_children(self) -> Iterator[float]:
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with suppress(OSError):
                    parent, own, _ended = _stat(int(entry.name))
                    if parent == self.postmaster:
                        yield own


def _stat(pid: int) -> tuple[int, float, float]:
    """Parent, own CPU seconds, those of ended children."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    user, system, children_user, children_system = map(int, fields[11:15])
    return int(fields[1]), (user + system) / TICK, (children_user + children_system) / TICK
