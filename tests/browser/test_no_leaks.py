"""Nobody's data in addresses or logs: a whole day's work in a real browser, then every line that the product's processes wrote
is read for the names, telephone numbers and identity numbers that were used (TRUST T25; "no personal data in URLs").

What the web server would write as an access log is switched on for this (tests/browser/conftest.py).
"""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from playwright.sync_api import Browser, Page, expect

from lib.names import search_key
from tests.browser.conftest import Site
from tests.browser.test_desk_forms import open_form
from tests.browser.test_main_job import LONG, try_as, write_it

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]

OFFICER = "demo-vo-cuong"
# Synthetic people, named as nobody else here is.
TYPED = {"name": "Quách Thị Dấu Vết", "phone": "0987654301", "number": "027150004321"}
RENAMED = "Quách Thị Vết Mờ"
IN_FILE = [
    ("Vi Văn Tệp Sạch", "0987654302"),
    ("Vi Thị Tệp Hỏng", "0987654303"),
    ("Vi Thị Sai Sinh", "0987654304"),
]
SECRETS = [
    TYPED["name"],
    RENAMED,
    TYPED["phone"],
    TYPED["number"],
    *[word for person in IN_FILE for word in person],
]


def readings(secret: str) -> set[str]:
    """How it might stand in a log: as typed, without marks, without spaces, as an escape of Python or of an address."""
    plain = search_key(secret)
    forms = {secret, secret.lower(), secret.upper(), plain, plain.replace(" ", "-"), plain.replace(" ", "+")}
    forms |= {
        repr(secret.encode())[2:-1],
        secret.encode("unicode_escape").decode(),
        secret.encode("ascii", "xmlcharrefreplace").decode(),
    }
    digits = re.sub(r"\D", "", secret)
    return forms | ({f"+84{digits[1:]}", f"84{digits[1:]}"} if len(digits) == 10 else set())


def leaks(lines: list[str]) -> list[str]:
    wanted = {form.lower() for secret in SECRETS for form in readings(secret) if len(form) > 5}
    return [
        line
        for line in lines
        if any(form in unquote(line).lower() or form in line.lower() for form in wanted)
    ]


def test_the_check_itself_finds_leaks():
    for line in (
        "GET /nguoi-dan/?q=Qu%C3%A1ch+Th%E1%BB%8B HTTP/1.1 Quách Thị Dấu Vết",
        "tìm quach thi dau vet",
        "ValueError: QUÁCH THỊ DẤU VẾT",
        "Key (phone)=(0987654301) already exists",
        "+84987654303",
        r"b'Qu\xc3\xa1ch Th\xe1\xbb\x8b D\xe1\xba\xa5u V\xe1\xba\xbft'",
        "/x/%51u%C3%A1ch%20Th%E1%BB%8B%20D%E1%BA%A5u%20V%E1%BA%BFt/",
    ):
        assert leaks([line]) == [line], line
    assert leaks(["GET /nguoi-dan/tim/ 200", "Quách Văn Khác"]) == []


def test_a_days_work_leaves_no_name_and_no_number_in_addresses_and_logs(
    site: Site, browser: Browser, tmp_path: Path
):
    context = browser.new_context(locale="vi-VN", accept_downloads=True)
    page = context.new_page()
    visited: list[str] = []
    page.on(
        "request",
        lambda request: visited.append(
            f"{request.method} {request.url} {request.headers.get('referer', '')}"
        ),
    )

    page.goto(f"{site.url}/accounts/login/")  # a name typed into the wrong box, with a wrong password
    page.locator("#id_login").fill(TYPED["name"])
    page.locator("#id_password").fill(TYPED["number"])
    page.get_by_role("button", name="Đăng nhập", exact=True).click()
    expect(page.get_by_text("Tên đăng nhập hoặc mật khẩu chưa đúng.")).to_be_visible()

    try_as(page, site, OFFICER)
    add_and_find(page, site)
    export(page, site, tmp_path)
    read_in_a_file(page, site, tmp_path)
    errors(page, site)
    page.close()
    context.close()

    assert len(visited) > 40
    assert leaks(visited) == []
    lines = [f"{path.name}: {line}" for path, line in written_lines(site.data_dir)]
    said = "\n".join(lines)
    assert "POST /nguoi-dan/tim/" in said, "the access log was not on"
    assert leaks(lines) == []


def add_and_find(page: Page, site: Site) -> None:
    open_form(page, site)
    page.locator("#id_name").press_sequentially(TYPED["name"], delay=10)
    page.locator("#id_born").fill("03/1950")
    page.get_by_label("Nữ").check()
    page.locator("[name=phones]").fill(TYPED["phone"])
    page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
    page.locator("[name=number]").fill(TYPED["number"])
    page.get_by_role("button", name="Lưu", exact=True).last.click()
    expect(page.locator(".messages")).to_contain_text(TYPED["name"])
    for asked in (TYPED["name"], search_key(TYPED["name"]), TYPED["phone"], TYPED["number"]):
        page.goto(f"{site.url}/nguoi-dan/")
        box = page.locator("main input[name=q], main input[type=search]").first
        box.fill(asked)
        box.press("Enter")
        expect(page.get_by_text(TYPED["name"]).first).to_be_visible()
    page.get_by_role("link", name=re.compile(TYPED["name"])).first.click()
    expect(page.locator("h1")).to_contain_text(TYPED["name"])
    page.locator("a[href$='/sua/']").first.click()
    page.locator("#id_name").fill(RENAMED)
    page.get_by_role("button", name="Lưu", exact=True).last.click()
    expect(page.get_by_text(RENAMED).first).to_be_visible()


def export(page: Page, site: Site, folder: Path) -> None:
    page.goto(f"{site.url}/chua-tiem/tai-ve/")
    page.locator("input[name=purpose]").first.check()
    with page.expect_download(timeout=LONG) as download:
        page.locator("button[name=format][value=csv]").click()
    download.value.save_as(folder / "list.csv")
    assert RENAMED in (folder / "list.csv").read_text(encoding="utf-8-sig")


def read_in_a_file(page: Page, site: Site, folder: Path) -> None:
    """Three people of one file: a good line, one twice, one whose birth date is none."""
    (clean, clean_phone), (twice, twice_phone), (bad, bad_phone) = IN_FILE
    lines = [
        "Họ và tên;Ngày sinh;Giới tính;Số điện thoại;Địa chỉ",
        f"{clean};07/03/1950;Nam;{clean_phone};9 phố Thử",
    ]
    lines += [f"{twice};03/02/1951;Nữ;{twice_phone};9 phố Thử"] * 2 + [
        f"{bad};hôm {bad};Nữ;{bad_phone};9 phố Thử"
    ]
    path = folder / f"{clean}.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    page.goto(f"{site.url}/nhap-tep/")
    page.locator("input[type=file]").set_input_files(path)
    page.locator("form:has(input[type=file]) button").last.click()
    page.get_by_role("button", name="Tiếp tục").click(timeout=LONG)
    expect(page.get_by_text("Đã đọc")).to_be_visible(timeout=LONG)
    errors = page.request.get(re.sub(r"[?#].*", "", page.url) + "loi.xlsx")
    assert (errors.status, len(errors.body()) > 1000) == (200, True)
    write_it(page)
    page.goto(f"{site.url}/nguoi-dan/")
    expect(page.locator("h1")).to_be_visible()


def errors(page: Page, site: Site) -> None:
    """What goes wrong: an address that is none, a form whose token is old, a request that breaks."""
    page.goto(f"{site.url}/nguoi-dan/00000000-0000-0000-0000-000000000000/")
    page.goto(f"{site.url}/nguoi-dan/")
    for fields in (
        {"q": TYPED["name"]},
        {"q": TYPED["number"] + "\0"},
        {"full_name": TYPED["name"], "csrfmiddlewaretoken": "x"},
    ):
        page.request.post(
            f"{site.url}/nguoi-dan/tim/", form=fields, headers={"Referer": f"{site.url}/nguoi-dan/"}
        )
    page.request.fetch(f"{site.url}/nguoi-dan/tim/", method="PATCH", data=TYPED["name"])


def written_lines(folder: Path) -> list[tuple[Path, str]]:
    """Every line of every log under the folder of the product's data: web, workers, scheduler, PostgreSQL, Valkey."""
    logs = [path for path in folder.rglob("*.log") if path.is_file()]
    assert folder / "run.log" in logs
    return [
        (path, line)
        for path in logs
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines()
    ]
