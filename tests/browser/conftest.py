"""The whole product, started as a new user starts it, and a real browser in front of it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from config.embedded import ROOT

PATIENCE = 150.0  # seconds until the product is ready on a busy machine
AXE = (ROOT / "tests" / "vendor" / "axe.min.js").read_text(encoding="utf-8")
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1366, "height": 768}
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
]


@dataclass(frozen=True)
class Site:
    """A running product: its address and the folder of its data."""

    url: str
    data_dir: Path


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """What `make run` starts, with a small demonstration city, on a free port, in a folder of its own."""
    # not pytest's folder, which another run closes to the user as whom the servers run when the tests are root
    folder = Path(tempfile.mkdtemp(prefix="tung-nha-site-"))
    folder.chmod(0o711)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    keep = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "USER")
    environ = {name: os.environ[name] for name in keep if name in os.environ}
    environ |= {"DATA_DIR": str(folder), "PORT": str(port), "DEMO_RESIDENTS": "2000", "PYTHONUNBUFFERED": "1"}
    environ |= {"GUNICORN_CMD_ARGS": "--access-logfile=-"}  # test_no_leaks.py reads it
    with (folder / "run.log").open("wb") as log:
        run = subprocess.Popen(
            [sys.executable, "-m", "config.run"], cwd=ROOT, env=environ, stdout=log, stderr=log
        )
    try:
        _wait_until_ready(f"http://127.0.0.1:{port}/healthz", run, folder / "run.log")
        yield Site(f"http://127.0.0.1:{port}", folder)
    finally:
        run.send_signal(signal.SIGTERM)
        run.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def _wait_until_ready(address: str, run: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if run.poll() is not None:
            break
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    pytest.fail(f"The product did not become ready:\n{log.read_text(errors='replace')[-4000:]}")


@pytest.fixture(scope="session")
def playwright_driver() -> Iterator[Playwright]:
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(playwright_driver: Playwright) -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert chromium, "No Chromium found: install it (Debian: apt-get install chromium)."
    browser = playwright_driver.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
    yield browser
    browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A clean browser profile, Vietnamese, in which a script error or a blocked resource fails the test."""
    context = browser.new_context(
        viewport=DESK, locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh", accept_downloads=True
    )
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(f"script error: {error}"))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    yield page
    # a refusal that a test asks for is an answer, not a fault
    unexpected = [text for text in complaints if "responded with a status of 4" not in text]
    assert not unexpected, unexpected


def serious_faults(page: Page) -> list[str]:
    """What axe-core calls serious or critical on the page shown: rule, help, first places."""
    page.evaluate(AXE)  # evaluated by the driver, so the page's own content policy stays in force
    result = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{fault['id']}: {fault['help']} at {[node['target'] for node in fault['nodes'][:3]]}"
        for fault in result["violations"]
        if fault["impact"] in ("serious", "critical")
    ]
