"""Make the virtual environment `.venv` with the pinned dependencies; `make env` runs this with the system's Python.

Only the standard library is used here, and nothing of the project is imported: nothing is installed yet.
"""

import argparse
import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
UNFINISHED = VENV / ".unfinished"
OLDEST_PYTHON = (3, 11)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", action="store_true", help="also what tests and checks need")
    wanted = ["requirements.txt"] + (["requirements-dev.txt"] if parser.parse_args().dev else [])
    if sys.version_info < OLDEST_PYTHON:
        sys.exit(
            f"Python {sys.version.split()[0]} is too old: 3.11 or later is needed (make PYTHON=python3.11 …)."
        )
    with only_one():
        for name in wanted:
            install(ROOT / name)


@contextlib.contextmanager
def only_one() -> Iterator[None]:
    """`make run` and `make test` may both begin on a fresh checkout: the second waits for the first."""
    with (ROOT / ".venv.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def install(requirements: Path) -> None:
    """Install one requirements file, unless its stamp says that this was done already; the stamp is written last."""
    stamp = VENV / f".installed-{requirements.stem}"
    wanted = stamp_of(requirements)
    if is_sound() and stamp.exists() and stamp.read_text() == wanted:
        return
    if not is_sound():
        create()
    print(f"Installing {requirements.name} into .venv …", flush=True)
    UNFINISHED.touch()
    command = [str(PYTHON), "-m", "pip", "install", "-qq", "--require-hashes", "--no-deps", "--no-input"]
    command += [
        "--disable-pip-version-check",
        "--root-user-action=ignore",
        "--requirement",
        str(requirements),
    ]
    if subprocess.run(command).returncode:
        sys.exit(
            f"{requirements.name} could not be installed (pip's message is above). Run the same command again."
        )
    stamp.write_text(wanted)
    UNFINISHED.unlink()


def stamp_of(requirements: Path) -> str:
    facts = [requirements.read_text(), sys.version, str(VENV)]
    return hashlib.sha256("\n".join(facts).encode()).hexdigest() + "\n"


def is_sound() -> bool:
    """Whether .venv can be built upon: pip takes a package that was cut off half-way for an installed one."""
    if UNFINISHED.exists() or not PYTHON.exists():
        return False
    probe = "import sys, pip; print(sys.version, sys.prefix, sep='|')"
    answer = subprocess.run([str(PYTHON), "-c", probe], capture_output=True, text=True)
    return answer.returncode == 0 and answer.stdout.strip() == f"{sys.version}|{VENV}"


def create() -> None:
    print(f"Making .venv with Python {sys.version.split()[0]} …", flush=True)
    if VENV.exists():
        shutil.rmtree(VENV)
    made = subprocess.run(
        [sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True, env=plain()
    )
    if made.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        sys.exit(
            f"{sys.executable} cannot make a virtual environment; on Debian or Ubuntu: apt-get install python3-venv\n"
            + (made.stderr or made.stdout).strip()
        )


def plain() -> dict[str, str]:
    """The environment without what would point Python or pip at another installation."""
    return {
        name: value
        for name, value in os.environ.items()
        if name not in ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV")
    }


if __name__ == "__main__":
    main()
