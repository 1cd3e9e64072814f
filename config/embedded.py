"""The embedded PostgreSQL and Valkey of a data folder: their addresses, who uses them, how long they live.

Each server has a keeper, a small process that starts it, restarts it, and stops it when nobody uses it any more. Using a
server means holding a shared lock on `servers/<name>.users`: the kernel drops it with the process, however that ends.
So commands and `make run` share one server, the last one out turns off the light, and kill -9 leaves nothing behind.

    python -m config.embedded start | stop | status | env          for developing: servers that stay until `stop`
"""

import argparse
import base64
import contextlib
import fcntl
import json
import os
import secrets as random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

from config.server_folders import EmbeddedError
from config.servers import APP_ROLE, OWNER_ROLE, SUPERUSER, Postgres, Server, Valkey

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 120.0  # seconds; recovery after a crash takes some
LOG_LIMIT = 2 * 1024 * 1024


def data_dir(environ: Mapping[str, str] = os.environ) -> Path:
    return Path(environ.get("DATA_DIR") or ROOT / "var").absolute()


def environment(folder: Path) -> dict[str, str]:
    """The variables that a try-out installation in `folder` does not have to be given.

    The same whether or not the servers run. A server that the environment names keeps out its embedded twin, so both
    roles of one database always come from the same place.
    """
    secrets = installation_secrets(folder)
    variables = {name: secrets[name] for name in ("SECRET_KEY", "IDENTITY_KEYS", "IDENTITY_HASH_KEY")}
    if not os.environ.get("DATABASE_URL"):
        postgres = Postgres(folder, secrets)
        variables |= {"DATABASE_URL": postgres.url(APP_ROLE), "DATABASE_OWNER_URL": postgres.url(OWNER_ROLE)}
    if not os.environ.get("REDIS_URL"):
        variables["REDIS_URL"] = Valkey(folder, secrets).url()
    return variables


def superuser_url(folder: Path, database: str = "postgres") -> str:
    """For tests, which clone databases."""
    return Postgres(folder, installation_secrets(folder)).url(SUPERUSER, database)


def installation_secrets(folder: Path) -> dict[str, str]:
    """Made once per data folder, readable by its user alone; production never comes here."""
    path = folder / "secrets.json"
    with explained(folder):
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            descriptor, unfinished = tempfile.mkstemp(prefix="secrets.", dir=folder)  # mode 0600
            with open(descriptor, "w") as file:
                json.dump(_new_secrets(), file, indent=1)
            with contextlib.suppress(FileExistsError):  # of two that begin together, the first one's stay
                os.link(unfinished, path)
            os.unlink(unfinished)
        found: dict[str, str] = json.loads(path.read_text())
        return found


def _new_secrets() -> dict[str, str]:
    def key() -> str:
        return base64.b64encode(random.token_bytes(32)).decode()

    passwords = {role: random.token_hex(24) for role in (SUPERUSER, OWNER_ROLE, APP_ROLE)}
    return passwords | {
        "SECRET_KEY": random.token_urlsafe(60),
        "IDENTITY_KEYS": f"k1:{key()}",
        "IDENTITY_HASH_KEY": key(),
    }


@contextlib.contextmanager
def explained(folder: Path) -> Iterator[None]:
    try:
        yield
    except PermissionError as error:
        raise EmbeddedError(
            f"{error.filename or folder} belongs to another user; set DATA_DIR to a folder of your own."
        ) from None


class Lease:
    """One user of one server. The server runs from `take` to `give_back`, and longer if others use it."""

    def __init__(self, server: Server) -> None:
        self.server = server
        state = server.data_dir / "servers"
        self.users_path = state / f"{server.name}.users"
        self.keeper_path = state / f"{server.name}.keeper"
        self.pin_path = state / f"{server.name}.pinned"
        self.log_path = state / f"{server.name}.log"
        self.users: IO[str] | None = None

    def take(self) -> None:
        with explained(self.server.data_dir):
            self.users_path.parent.mkdir(parents=True, exist_ok=True)
            self.users = self.users_path.open("a")
        fcntl.flock(self.users, fcntl.LOCK_SH)  # waits while the keeper is turning off the light
        try:
            self.ensure()
        except BaseException:  # Ctrl-C while it starts, too
            self.give_back()
            raise

    def ensure(self) -> None:
        """Return when the server answers; start its keeper, again if need be."""
        started, deadline = 0, time.monotonic() + PATIENCE
        while not (self.keeper_lives() and self.server.answers()):
            if not self.keeper_lives():
                if started == 3:
                    raise EmbeddedError(self._complaint("does not start"))
                self._start_keeper()
                started += 1
            if time.monotonic() > deadline:
                raise EmbeddedError(self._complaint(f"does not answer after {PATIENCE:.0f} seconds"))
            time.sleep(0.05)

    def give_back(self) -> None:
        """Stop using the server; if this was its last user, return when it has stopped."""
        assert self.users is not None
        self.users.close()
        deadline = time.monotonic() + 30
        while self.keeper_lives() and not (self.is_pinned() or self._others_use_it()):
            if time.monotonic() > deadline:
                return
            time.sleep(0.05)

    def _others_use_it(self) -> bool:
        with self.users_path.open("a") as probe:
            for mode in (fcntl.LOCK_EX, fcntl.LOCK_SH):
                with contextlib.suppress(BlockingIOError):
                    fcntl.flock(probe, mode | fcntl.LOCK_NB)
                    return mode == fcntl.LOCK_SH  # one more may share it, but nobody may have it alone
        return False  # the keeper has it alone and is stopping

    def keeper_lives(self) -> bool:
        try:
            with self.keeper_path.open("a") as probe:
                fcntl.flock(probe, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except FileNotFoundError:
            return False
        return False

    def keeper_pid(self) -> str:
        return self.keeper_path.read_text().strip() if self.keeper_lives() else ""

    def is_pinned(self) -> bool:
        """A pin names its keeper, so that one from before a restart of the machine holds nothing."""
        with contextlib.suppress(FileNotFoundError):
            return self.pin_path.read_text() == self.keeper_path.read_text()
        return False

    def _start_keeper(self) -> None:
        with self.log_path.open("a") as log:
            if log.tell() > LOG_LIMIT:
                log.truncate(0)
            command = [sys.executable, "-m", "config.embedded", "keep", self.server.name]
            environ = os.environ | {"DATA_DIR": str(self.server.data_dir)}
            subprocess.run(
                command, cwd=ROOT, env=environ, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=True
            )

    def _complaint(self, problem: str) -> str:
        lines = self.log_path.read_text(errors="replace").splitlines()[-8:]
        return f"The embedded {self.server.name} {problem}; {self.log_path} ends with:\n" + "\n".join(lines)


def leases(folder: Path, environ: Mapping[str, str] = os.environ) -> list[Lease]:
    """One per embedded server that this environment does not replace by one of its own."""
    if environ.get("PROFILE") == "production":
        return []
    wanted: list[type[Server]] = []
    wanted += [] if environ.get("DATABASE_URL") else [Postgres]
    wanted += [] if environ.get("REDIS_URL") else [Valkey]
    return [Lease(kind(folder, installation_secrets(folder))) for kind in wanted]


@contextlib.contextmanager
def session(folder: Path | None = None) -> Iterator[list[Lease]]:
    """The servers run inside this block. Started if they are not, stopped at the end unless somebody else uses them."""
    with contextlib.ExitStack() as stack:
        taken = leases(folder or data_dir())
        for lease in taken:
            lease.take()
            stack.callback(lease.give_back)
        yield taken


def keep(server: Server) -> None:
    """The keeper's life. The lock is taken before the process leaves its parent, so that the parent knows of it."""
    lease = Lease(server)
    keeper = lease.keeper_path.open("a+")
    if not _lock_within(keeper, 0.3):
        return  # there is one
    if os.fork():
        os._exit(0)
    os.setsid()
    keeper.truncate(0)
    keeper.write(f"{os.getpid()} {time.time()}")
    keeper.flush()
    try:
        server.reap()
        server.prepare()
        _watch(lease)
    except EmbeddedError as error:
        sys.exit(str(error))


def _lock_within(file: IO[str], seconds: float) -> bool:
    """Others probe this lock for a moment, so one refusal proves nothing."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        time.sleep(0.05)
    return False


def _watch(lease: Lease) -> None:
    told_to_stop: list[int] = []
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda number, frame: told_to_stop.append(number))
    users = lease.users_path.open("a")
    starts: list[float] = []
    process = None
    while not told_to_stop and not _nobody_is_left(lease, users):
        if process is None or process.poll() is not None:
            starts = [at for at in starts if time.monotonic() - at < 60] + [time.monotonic()]
            if len(starts) > 5:
                raise EmbeddedError(f"{lease.server.name} ended five times within a minute")
            if process is not None:
                print(f"{lease.server.name} ended with {process.returncode}; starting it again", flush=True)
                lease.server.reap()
                lease.server.prepare()
            process = lease.server.start()
        time.sleep(0.15)
    if process is not None and process.poll() is None:
        lease.server.stop(process)


def _nobody_is_left(lease: Lease, users: IO[str]) -> bool:
    """Takes the lock when it says yes, so that a newcomer waits until the server has stopped."""
    if lease.is_pinned():
        return False
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m config.embedded", description=__doc__)
    parser.add_argument("action", choices=["start", "stop", "status", "env", "keep"])
    parser.add_argument("server", nargs="?", choices=["postgres", "valkey"])
    arguments = parser.parse_args()
    folder = data_dir()
    try:
        if arguments.action == "keep":
            kind = Postgres if arguments.server == "postgres" else Valkey
            keep(kind(folder, installation_secrets(folder)))
        elif arguments.action == "env":
            print("\n".join(f"export {name}='{value}'" for name, value in environment(folder).items()))
        else:
            {"start": _start, "stop": _stop, "status": _status}[arguments.action](leases(folder))
    except EmbeddedError as error:
        sys.exit(str(error))


def _start(taken: list[Lease]) -> None:
    for lease in taken:
        lease.take()
        lease.pin_path.write_text(lease.keeper_path.read_text())
        lease.give_back()
    _status(taken)


def _stop(taken: list[Lease]) -> None:
    for lease in taken:
        lease.pin_path.unlink(missing_ok=True)
        with contextlib.suppress(FileNotFoundError):
            lease.users = lease.users_path.open("a")
            lease.give_back()
    _status(taken)


def _status(taken: list[Lease]) -> None:
    for lease in taken:
        running = lease.keeper_lives() and lease.server.answers()
        print(
            f"{lease.server.name}: {'runs' if running else 'does not run'}{', kept until stop' if lease.is_pinned() else ''}"
        )


if __name__ == "__main__":
    main()
