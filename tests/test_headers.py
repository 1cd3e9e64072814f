"""Headers of every kind of answer under the production profile, by the rules of Mozilla's HTTP Observatory (A+ is 100 or
more) and by our own: nothing of a signed-in page is kept anywhere, cookies belong to this host alone.

The score is computed here, from httpobs/docs/scoring.md: a government's host may not be reachable from outside.
"""

import json
import re
import subprocess
import sys

import pytest
from django.test import Client

from config import embedded
from tests.factories import make_household, make_resident, make_user, make_ward
from wards.models import Installation
from wards.roles import Role

pytestmark = pytest.mark.slow
HOST = "tungnha.example"
PAGES = (
    "sign-in",
    "today",
    "people",
    "account",
    "missing",
    "forbidden",
    "wrong method",
    "broken",
    "sign-in elsewhere",
)
FILES = ("download",)
STATIC = ("static css", "static js", "static icon")


_asked: dict = {}


@pytest.fixture
def answers(transactional_db, database_env, tmp_path):
    """What the product answers, asked once for all tests of this module."""
    if not _asked:
        _asked.update(_ask(database_env, tmp_path))
    return _asked


def _ask(database_env, tmp_path) -> dict:
    Installation.objects.create(city_name="Thành phố Thử")
    ward = make_ward()
    make_resident(ward, household=make_household(ward))
    client = Client()
    client.force_login(make_user(Role.WARD_OFFICER, ward))
    user = {"__Host-sessionid": client.cookies["sessionid"].value}
    download = {"format": "csv", "purpose": "session", "recipient": "Trung tâm Y tế"}
    requests = {
        "sign-in": ("GET", "/accounts/login/", {}, {}),
        "today": ("GET", "/", user, {}),
        "people": ("GET", "/nguoi-dan/", user, {}),
        "account": ("GET", "/accounts/cua-toi/", user, {}),
        "missing": ("GET", "/khong-co/", user, {}),
        "forbidden": ("GET", "/tai-khoan/", user, {}),
        "wrong method": ("GET", "/nhap-tep/mau/", user, {}),
        "broken": ("GET", "/accounts/gui-lai/", user, {}),
        "sign-in elsewhere": ("GET", "/accounts/login/?next=//elsewhere.example", {}, {}),
        "download": ("POST", "/chua-tiem/tai-ve/", user, download),
        "static css": ("GET", "static:app.css", {}, {}),
        "static js": ("GET", "static:idle.js", {}, {}),
        "static icon": ("GET", "static:icon.svg", {}, {}),
        "healthz": ("GET", "/healthz", {}, {}),
        "language": ("POST", "/ngon-ngu/", {}, {"language": "en"}),
        "plain http": ("GET", "http:/", {}, {}),
    }
    environ = database_env | {"PROFILE": "production", "ALLOWED_HOSTS": HOST, "TRUSTED_PROXIES": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.headers_probe"],
        cwd=embedded.ROOT,
        env=environ,
        input=json.dumps({"static_root": str(tmp_path / "static"), "requests": requests}),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


# ---------------------------------------------------------------- the Observatory's rules


def score(answer: dict, http: dict) -> int:
    """Penalties from a hundred; bonuses count only from ninety on."""
    headers = answer["headers"]
    csp = directives(headers.get("content-security-policy", ""))
    parts = [
        of_csp(csp),
        of_cookies(answer["cookies"]),
        -50 if headers.get("access-control-allow-origin") == "*" else 0,
        of_hsts(headers.get("strict-transport-security", "")),
        of_redirection(http),
        of_scripts(answer["body"], headers.get("content-type", "")),
        0 if headers.get("x-content-type-options") == "nosniff" else -5,
        of_framing(csp, headers.get("x-frame-options", "")),
        of_referrer(headers.get("referrer-policy", "")),
        10 if headers.get("cross-origin-resource-policy") == "same-origin" else 0,
    ]
    penalised = 100 + sum(part for part in parts if part < 0)
    return penalised + (sum(part for part in parts if part > 0) if penalised >= 90 else 0)


def directives(header: str) -> dict[str, list[str]]:
    return {words[0]: words[1:] for part in header.split(";") if (words := part.split())}


def of_csp(csp: dict[str, list[str]]) -> int:
    if not csp:
        return -25
    scripts = csp.get("script-src", csp.get("default-src", ["*"]))
    styles = csp.get("style-src", csp.get("default-src", ["*"]))
    everything = [source for sources in csp.values() for source in sources]
    if (
        any(source in ("*", "'unsafe-inline'", "data:", "https:") for source in scripts)
        or "http:" in everything
    ):
        return -20
    if "object-src" not in csp and "default-src" not in csp:
        return -20
    if "'unsafe-eval'" in scripts:
        return -10
    if any(source.startswith("'unsafe") for source in styles):
        return 0
    return 10 if csp.get("default-src") == ["'none'"] else 5


def of_cookies(cookies: dict[str, dict]) -> int:
    worst = 0
    for name, flags in cookies.items():
        is_session = "session" in name.lower() or "login" in name.lower()
        if not flags["secure"]:
            worst = min(worst, -40 if is_session else -20)
        if is_session and not flags["httponly"]:
            worst = min(worst, -30)
        if "csrf" in name.lower() and not flags["samesite"]:
            worst = min(worst, -20)
    return worst


def of_hsts(header: str) -> int:
    found = re.search(r"max-age=(\d+)", header)
    if not found:
        return -20
    return 0 if int(found[1]) >= 15_768_000 else -10


def of_redirection(http: dict) -> int:
    location = http["headers"].get("location", "")
    if http["status"] not in (301, 302, 307, 308):
        return -20
    if not location.startswith("https://"):
        return -20
    return 0 if location.startswith(f"https://{HOST}") else -5


def of_scripts(body: str, kind: str) -> int:
    if not kind.startswith("text/html"):
        return 0
    outside = re.findall(r"<script[^>]+src=[\"'](?:https?:)?//", body)
    return -50 if outside else 0


def of_framing(csp: dict[str, list[str]], header: str) -> int:
    if "frame-ancestors" in csp:
        return 5
    return 0 if header in ("DENY", "SAMEORIGIN") else -20


def of_referrer(header: str) -> int:
    if header in ("no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"):
        return 5
    return -5 if header == "unsafe-url" else 0


def test_the_rules_themselves_find_faults():
    good = {
        "headers": {
            "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
            "strict-transport-security": "max-age=31536000",
            "x-content-type-options": "nosniff",
            "referrer-policy": "same-origin",
            "content-type": "text/html",
        },
        "cookies": {"sessionid": {"secure": True, "httponly": True, "samesite": "Lax"}},
        "body": "",
    }
    http = {"status": 301, "headers": {"location": f"https://{HOST}/"}}
    assert score(good, http) == 120
    assert score(good, {"status": 200, "headers": {}}) == 80
    for name in good["headers"]:
        if name not in ("content-type", "referrer-policy"):
            less = good | {"headers": {key: value for key, value in good["headers"].items() if key != name}}
            assert score(less, http) < 120, name
    inline = good["headers"] | {"content-security-policy": "script-src 'self' 'unsafe-inline'"}
    assert score(good | {"headers": inline}, http) == 60
    assert (
        score(good | {"cookies": {"sessionid": {"secure": "", "httponly": "", "samesite": ""}}}, http) == 60
    )


# ---------------------------------------------------------------- the product


def test_every_kind_of_answer_is_a_plus_and_nothing_of_it_is_kept(answers):
    statuses = {name: answers[name]["status"] for name in (*PAGES, *FILES, *STATIC)}
    assert statuses == {
        "sign-in": 200,
        "today": 200,
        "people": 200,
        "account": 200,
        "missing": 404,
        "forbidden": 403,
        "wrong method": 405,
        "broken": 500,
        "sign-in elsewhere": 200,
        "download": 200,
        "static css": 200,
        "static js": 200,
        "static icon": 200,
    }
    scores = {name: score(answers[name], answers["plain http"]) for name in statuses}
    assert min(scores.values()) >= 120, scores

    for name in statuses:
        headers = answers[name]["headers"]
        assert headers["cross-origin-opener-policy"] == "same-origin", name
        assert headers["x-frame-options"] == "DENY", name
        assert "camera=()" in headers["permissions-policy"], name
        assert "geolocation=()" in headers["permissions-policy"], name
        assert "includeSubDomains" in headers["strict-transport-security"], name
        if name in STATIC:
            assert "max-age=315360000" in headers["cache-control"], name
        else:
            assert "no-store" in headers["cache-control"], name


def test_the_content_policy_is_closed(answers):
    csp = directives(answers["people"]["headers"]["content-security-policy"])
    for name in ("default-src", "object-src", "frame-ancestors", "base-uri"):
        assert csp[name] == ["'none'"], name
    for name in ("script-src", "style-src", "connect-src", "form-action", "font-src"):
        assert csp[name] == ["'self'"], name
    assert csp["img-src"] == ["'self'", "data:"]  # the QR code of a second factor
    assert "unsafe" not in str(csp)
    for name in PAGES:
        body = re.sub(
            r'<script[^>]+type="application/json".*?</script>', "", answers[name]["body"], flags=re.DOTALL
        )
        assert not re.search(r"<script(?![^>]+src=)|<style|\sstyle=|\son\w+=|javascript:", body), name


def test_cookies_belong_to_this_host_alone(answers):
    cookies = {name: flags for answer in answers.values() for name, flags in answer["cookies"].items()}
    assert {"__Host-csrftoken", "__Host-language"} <= set(cookies)
    for name, flags in cookies.items():
        assert name.startswith("__Host-"), name
        assert (flags["secure"], flags["httponly"], flags["path"], flags["domain"]) == (
            True,
            True,
            "/",
            "",
        ), name
        assert flags["samesite"] in ("Lax", "Strict"), name


def test_plain_http_leads_to_https(answers):
    assert answers["plain http"]["status"] == 301
    assert answers["plain http"]["headers"]["location"] == f"https://{HOST}/"
