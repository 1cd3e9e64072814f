"""Make `.venv-bench`: what the anchors need besides the product's own environment, which stays as it is.

Run by the product's Python. The packages of .venv are seen from there too; nothing is installed into it.
"""

import hashlib
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv-bench"
REQUIREMENTS = ROOT / "requirements-bench.txt"
STAMP = VENV / ".installed"


def main() -> None:
    wanted = hashlib.sha256(f"{REQUIREMENTS.read_text()}{sys.version}{sys.prefix}".encode()).hexdigest()
    if STAMP.exists() and STAMP.read_text() == wanted:
        return
    print(f"Installing {REQUIREMENTS.name} into {VENV.name} …", flush=True)
    shutil.rmtree(VENV, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(VENV)], check=True)
    packages = next((VENV / "lib").glob("python*")) / "site-packages"
    (packages / "product.pth").write_text(sysconfig.get_path("purelib") + "\n")
    pip = [sys.executable, "-m", "pip", "--python", str(VENV / "bin" / "python"), "install", "-qq"]
    pip += ["--require-hashes", "--no-deps", "--no-input", "--disable-pip-version-check"]
    if subprocess.run([*pip, "--requirement", str(REQUIREMENTS)]).returncode:
        sys.exit(f"{REQUIREMENTS.name} could not be installed (pip's message is above).")
    STAMP.write_text(wanted)


if __name__ == "__main__":
    main()
