"""Where the embedded servers' files lie, and whom the servers run as. Imports no Django."""

import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

LONGEST_SOCKET_PATH = 100  # 107 bytes on Linux, 103 on macOS
SOCKET_NAME = ".s.PGSQL.5432"


class EmbeddedError(Exception):
    """Something that the person at the keyboard must know, in one sentence."""


@dataclass(frozen=True)
class Account:
    """Whom the servers run as; PostgreSQL refuses root, so root lends it to `nobody`."""

    uid: int
    gid: int
    switched: bool

    def may_reach(self, path: Path) -> bool:
        """Whether every folder down to path can be entered by this account."""
        if not self.switched:
            return True
        return all(self._may_enter(folder.stat()) for folder in path.resolve().parents)

    def _may_enter(self, found: os.stat_result) -> bool:
        return bool(found.st_mode & 0o001) or (found.st_uid == self.uid and bool(found.st_mode & 0o100))


def server_account() -> Account:
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), switched=False)
    try:
        nobody = pwd.getpwnam("nobody")
        return Account(nobody.pw_uid, nobody.pw_gid, switched=True)
    except KeyError:
        return Account(65534, 65534, switched=True)


def server_home(data_dir: Path) -> Path:
    """Where the servers keep their files: in data_dir, or beside it all when `nobody` cannot get in there."""
    existing = next(folder for folder in [data_dir, *data_dir.parents] if folder.exists())
    if server_account().may_reach(existing / "servers"):
        return data_dir / "servers"
    return Path("/var/tmp") / f"tungnha-{_key(data_dir)}"


def socket_dir(data_dir: Path) -> Path:
    """The folder of the sockets; a short one under /tmp where the path would be too long for a socket."""
    folder = server_home(data_dir) / "run"
    if len(os.fsencode(folder / SOCKET_NAME)) <= LONGEST_SOCKET_PATH:
        return folder
    return Path("/tmp") / f"tungnha-{_key(data_dir)}"


def _key(data_dir: Path) -> str:
    return hashlib.sha256(f"{os.geteuid()}:{data_dir}".encode()).hexdigest()[:12]


def make_private_folder(folder: Path, account: Account) -> None:
    """Make a folder for the servers alone; one that somebody else put there first is refused."""
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if folder.is_symlink() or found.st_uid not in (account.uid, os.geteuid()):
        raise EmbeddedError(f"{folder} belongs to somebody else; remove it or choose another DATA_DIR.")
    os.chown(folder, account.uid, account.gid)
    folder.chmod(0o700)


def package_folder(name: str) -> Path | None:
    spec = importlib.util.find_spec(name)  # finds, without importing: the package's own code is not wanted
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations)))


def within_reach(package: Path, home: Path, account: Account) -> Path:
    """The package's folder, or a copy (with the libraries beside it) where the servers' account can read it."""
    if account.may_reach(package / "x"):
        return package
    copy = home / "programs" / package.name
    if not copy.exists():
        unfinished = copy.with_name(f"{package.name}.new")
        shutil.rmtree(unfinished, ignore_errors=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, copy.parent / libraries.name, dirs_exist_ok=True)
        shutil.copytree(package, unfinished)
        subprocess.run(["chmod", "-R", "a+rX", str(copy.parent)], check=True)
        unfinished.rename(copy)
    return copy


def make_home_readable(home: Path) -> None:
    """The stand-in under /var/tmp: made by us, entered by `nobody`, everything below it is private."""
    found = home.lstat()
    if home.is_symlink() or found.st_uid != os.geteuid():
        raise EmbeddedError(f"{home} belongs to somebody else; remove it or choose another DATA_DIR.")
    home.chmod(0o755)
