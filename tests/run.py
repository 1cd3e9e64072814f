"""`make test`: what the tests need from the system, servers of their own in a fresh folder, then pytest.

Arguments are pytest's. Started by .venv/bin/python, on any machine, beside a running product or not.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from types import FrameType
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
# what is needed: one of these programs, from this Debian package
NEEDED = (
    (("chromium", "chromium-browser", "google-chrome"), "chromium"),
    (("soffice", "libreoffice"), "libreoffice-calc-nogui"),
    (("pdftoppm",), "poppler-utils"),
)


def main() -> int:
    install_system_packages()
    signal.signal(signal.SIGTERM, _stop)
    folder = Path(tempfile.mkdtemp(prefix="tungnha-test-"))
    folder.chmod(0o755)  # root's servers run as another user
    try:
        return run_pytest(folder, sys.argv[1:])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)


def run_pytest(folder: Path, arguments: list[str]) -> int:
    """Both cores unless told otherwise; one keeper lease for the whole run, so that workers find the servers up."""
    from config import embedded
    from config.servers import Postgres

    (folder / "volatile").touch()
    lease = embedded.Lease(Postgres(folder, embedded.installation_secrets(folder)))
    lease.take()
    try:
        command = [sys.executable, "-m", "pytest", "-n", "2", *arguments]
        process = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"TEST_SERVERS_DIR": str(folder)})
        try:
            return process.wait()
        except BaseException:
            process.send_signal(signal.SIGINT)  # pytest closes its fixtures
            process.wait(30)
            raise
    finally:
        lease.give_back()


def install_system_packages() -> None:
    missing = [package for programs, package in NEEDED if not any(map(shutil.which, programs))]
    if not missing:
        return
    command = f"apt-get install -y --no-install-recommends {' '.join(missing)}"
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        sys.exit(f"The tests need programs that are not on this machine; as root: {command}")
    print(f"Installing for the tests: {' '.join(missing)} …", flush=True)
    quiet = {"stdout": subprocess.DEVNULL, "stdin": subprocess.DEVNULL}
    environ = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], env=environ, **quiet)
    if subprocess.run([*command.split(), "-qq"], env=environ, **quiet).returncode:
        sys.exit(f"These packages could not be installed: {' '.join(missing)}")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main())
