"""What `make run` does: the whole product on this machine, in the foreground, until Ctrl-C.

Servers, migrations, a demonstration city if the database is empty, web, workers, scheduler. Plain HTTP on loopback, for
trying out. One thread on purpose: children are forked with a death signal, so that kill -9 of this process ends them too.
"""

import contextlib
import fcntl
import http.client
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO, NoReturn

from config import embedded
from config.server_folders import EmbeddedError
from config.servers import die_with_parent

ROOT = embedded.ROOT
MANAGE = [sys.executable, "manage.py"]
# root on a bare machine is somebody trying the product out, and is not told off for it
CELERY = [
    sys.executable,
    "-W",
    "ignore:You're running the worker",
    "-m",
    "celery",
    "--app=config.celery",
    "--quiet",
]
READY_WITHIN = 120.0
LONGEST_PAUSE = 30.0  # between two restarts of a child that keeps ending
KEEPER_CHECK = 2.0
STOP_PATIENCE = 6.0


class Stopped(BaseException):
    """Ctrl-C, TERM, or the terminal was closed."""


@dataclass
class Child:
    """One process group, started again when it ends."""

    name: str
    command: list[str]
    fds: tuple[int, ...] = ()
    process: "subprocess.Popen[bytes] | None" = None
    started_at: float = 0.0
    start_at: float = 0.0  # not before this moment
    pause: float = 1.0
    unfinished_line: bytes = b""

    def start(self, environ: dict[str, str]) -> "subprocess.Popen[bytes]":
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(
            self.command,
            cwd=ROOT,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=self.fds,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )
        return self.process

    def signal_group(self, sign: signal.Signals) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, sign)

    def plan_restart(self) -> None:
        """A child that had run for a while starts at once, one that keeps failing is given time."""
        lasted = time.monotonic() - self.started_at
        self.pause = 1.0 if lasted > 60 else min(self.pause * 2, LONGEST_PAUSE)
        self.start_at = time.monotonic() + self.pause


@dataclass
class Stage:
    """All children and their output."""

    environ: dict[str, str]
    children: list[Child] = field(default_factory=list)
    selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)

    def start(self, child: Child) -> None:
        process = child.start(self.environ)
        assert process.stdout is not None
        os.set_blocking(process.stdout.fileno(), False)
        self.selector.register(process.stdout, selectors.EVENT_READ, child)
        if child not in self.children:
            self.children.append(child)

    def pump(self, seconds: float) -> None:
        """Pass on what the children print, for at most so long."""
        for key, _ in self.selector.select(seconds):
            self._pass_on(key.data, key.fileobj)  # type: ignore[arg-type]

    def _pass_on(self, child: Child, stream: IO[bytes]) -> None:
        text: bytes | None = stream.read(65536)
        if text is None:  # nothing to read yet
            return
        *lines, child.unfinished_line = (child.unfinished_line + text).split(b"\n")
        if not text:  # the end
            lines, child.unfinished_line = [child.unfinished_line] if child.unfinished_line else [], b""
            self.selector.unregister(stream)
            stream.close()
        for line in filter(None, lines):
            say(f"{child.name:<9}| {line.decode(errors='replace')}")

    def run_step(self, name: str, command: list[str]) -> None:
        """Run a command to its end; its failure is ours."""
        step = Child(name, command)
        self.start(step)
        assert step.process is not None
        while step.process.poll() is None:
            self.pump(0.2)
        self.pump(0)
        self.children.remove(step)
        if step.process.returncode:
            raise EmbeddedError(
                f"{name} failed with exit code {step.process.returncode}; its message is above."
            )

    def revive(self) -> None:
        """Start again what has ended, with what was left of its group out of the way."""
        for child in self.children:
            ended = child.process is not None and child.process.poll() is not None
            if ended:
                assert child.process is not None
                child.signal_group(signal.SIGKILL)
                child.plan_restart()
                say(
                    f"{child.name} ended with {child.process.returncode}; starting it again in {child.pause:.0f} s"
                )
                child.process = None
            if child.process is None and time.monotonic() >= child.start_at:
                self.start(child)

    def stop(self) -> None:
        """The last started first: nothing new is scheduled, tasks end, the web server closes; nobody is left."""
        alive = [child for child in reversed(self.children) if child.process is not None]
        for sign, patience in ((signal.SIGTERM, STOP_PATIENCE), (signal.SIGQUIT, 2.0), (signal.SIGKILL, 2.0)):
            for child in alive:
                if child.process is not None and child.process.poll() is None:
                    child.process.send_signal(sign)
            deadline = time.monotonic() + patience
            while time.monotonic() < deadline and any(c.process and c.process.poll() is None for c in alive):
                self.pump(0.1)
        for child in alive:
            child.signal_group(signal.SIGKILL)


def say(line: str) -> None:
    with contextlib.suppress(BrokenPipeError, ValueError):
        print(line, flush=True)


def main() -> None:
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    for sign in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(sign, _stop)
    try:
        folder = embedded.data_dir()
        if os.environ.get("PROFILE") == "production":
            raise EmbeddedError(
                "`make run` is for trying out; production starts as docker-compose.yml shows."
            )
        with only_one(folder), loopback(port_number()) as listener, embedded.session(folder) as leases:
            perform(folder, listener, leases)
    except EmbeddedError as error:
        sys.exit(str(error))
    except Stopped:
        say("Stopped.")


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    for sign in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(sign, signal.SIG_IGN)  # stopping is not to be interrupted; it takes seconds
    raise Stopped


def port_number() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isdigit() or int(text) > 65535:
        raise EmbeddedError(f"PORT={text!r} is not a port number.")
    return int(text)


@contextlib.contextmanager
def only_one(folder: Path) -> Iterator[None]:
    state = folder / "servers"
    with embedded.explained(folder):
        state.mkdir(parents=True, exist_ok=True)
        lock = (state / "run.lock").open("a+")
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise EmbeddedError(
                f"`make run` already runs on {folder} ({lock.read().strip()}); "
                "stop it, or set DATA_DIR and PORT for a second one."
            ) from None
        lock.truncate(0)
        lock.write(f"process {os.getpid()}, port {os.environ.get('PORT') or 8000}\n")
        lock.flush()
        yield


@contextlib.contextmanager
def loopback(port: int) -> Iterator[socket.socket]:
    """The web server's socket, held from the start and through its restarts; it listens once the server runs."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
            listener.set_inheritable(True)
        except PermissionError:
            raise EmbeddedError(
                f"Port {port} is not for ordinary users; choose another: make run PORT=8000"
            ) from None
        except OSError:
            message = f"Port {port} is in use by another program; choose another: make run PORT={port + 1}"
            raise EmbeddedError(message) from None
        yield listener


def perform(folder: Path, listener: socket.socket, leases: list[embedded.Lease]) -> None:
    environ = os.environ | embedded.environment(folder)
    environ |= {"PROFILE": os.environ.get("PROFILE") or "development", "DATA_DIR": str(folder)}
    environ |= {"DJANGO_SETTINGS_MODULE": "config.settings", "PYTHONUNBUFFERED": "1"}
    port = listener.getsockname()[1]
    stage = Stage(environ | {"PORT": str(port)})
    try:
        prepare(stage)
        first, later = cast(listener.fileno())
        for child in first:
            stage.start(child)
        announce(stage, port)
        for child in later:
            stage.start(child)
        while True:
            watch(stage, leases, KEEPER_CHECK)
    finally:
        stage.stop()


def prepare(stage: Stage) -> None:
    """The database as this version needs it, and somebody in it."""
    stage.run_step("migrate", [*MANAGE, "migrate", "--verbosity=0"])
    if has_command("demo"):
        residents = stage.environ.get("DEMO_RESIDENTS") or "30000"
        stage.run_step("demo", [*MANAGE, "demo", "--residents", residents, "--if-empty"])


def cast(web_socket: int) -> tuple[list[Child], list[Child]]:
    """Who is needed to be ready, and who follows, so that two cores are not asked to load everything at once.

    Three workers: neither a file read in nor a long list written out may keep a page waiting for its small task, or each
    other. The scheduler's timetable is in the code and every job may run twice, so it has nothing to remember in a file.
    """
    gunicorn = [sys.executable, "-m", "gunicorn", "config.wsgi", f"--bind=fd://{web_socket}", "--workers=2"]
    gunicorn += ["--threads=4", "--timeout=120", "--graceful-timeout=4", "--log-level=warning"]
    gunicorn += [
        "--limit-request-line=8190"
    ]  # a longer address is refused by gunicorn itself, not by the API
    worker = ["worker", "--concurrency=1", "--loglevel=warning", "--without-gossip", "--without-mingle"]
    beat = ["beat", "--scheduler=celery.beat:Scheduler", "--pidfile=", "--loglevel=warning"]
    first = [
        Child("web", gunicorn, fds=(web_socket,)),
        Child("worker", [*CELERY, *worker, "--queues=interactive", "--hostname=interactive@%h"]),
    ]
    later = [
        Child("importer", [*CELERY, *worker, "--queues=import", "--hostname=import@%h"]),
        Child("reporter", [*CELERY, *worker, "--queues=report", "--hostname=report@%h"]),
        Child("scheduler", [*CELERY, *beat]),
    ]
    return first, later


def announce(stage: Stage, port: int) -> None:
    """Wait until /healthz agrees; then say where, and as whom."""
    address = f"http://127.0.0.1:{port}/"
    with accounts(stage.environ) as known:
        deadline, healthy, answer = time.monotonic() + READY_WITHIN, False, ""
        while not healthy and time.monotonic() < deadline:
            watch(stage, [], 0.5)
            healthy, answer = health(port)
        if healthy:
            say(f"\nTừng Nhà is ready: {address}\n{known()}\nCtrl-C stops it.")
        else:
            say(f"\nNot healthy after {READY_WITHIN:.0f} seconds ({address}healthz): {answer}")


@contextlib.contextmanager
def accounts(environ: dict[str, str]) -> Iterator[Callable[[], str]]:
    """The list of accounts to try, being written while the web server starts; empty without a demonstration."""
    if not has_command("demo_accounts"):
        yield str
        return
    command = [*MANAGE, "demo_accounts"]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        try:
            yield lambda: process.communicate()[0].decode().rstrip()
        finally:
            process.kill()


def health(port: int) -> tuple[bool, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        response = connection.getresponse()
        return response.status == 200, response.read(2000).decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        return False, str(error)
    finally:
        connection.close()


def watch(stage: Stage, leases: list[embedded.Lease], seconds: float) -> None:
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        stage.pump(min(left, 0.5))
        stage.revive()
    for lease in leases:
        if not lease.keeper_lives():
            say(f"The keeper of {lease.server.name} is gone; starting another")
            lease.ensure()


def has_command(name: str) -> bool:
    return any(ROOT.glob(f"*/management/commands/{name}.py"))


if __name__ == "__main__":
    main()
