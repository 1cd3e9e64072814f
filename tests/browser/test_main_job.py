"""The paragraph by which the main job is judged, in a real browser against the whole running product.

A new user picks the health-centre card, uploads the sample workbook, reviews, writes it, opens the list of ward Võ Cường, reads on the
screen why the first person is on it, gets XLSX and PDF; and an officer of another ward sees none of it.
"""

import re
from pathlib import Path

import openpyxl
import pypdf
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import PHONE, Site, serious_faults

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]

CENTRE, OFFICER, OTHER_OFFICER = (
    "demo-trung-tam",
    "demo-vo-cuong",
    "demo-suoi-hoa",
)  # cards of the sign-in page
LONG = 60_000  # milliseconds: a busy machine may take its time
REVIEWED = "Đã đọc"


def try_as(page: Page, site: Site, card: str) -> None:
    """Take the card of a role on the sign-in page."""
    page.goto(site.url)
    page.locator(f"button.card-link[value={card}]").click()
    expect(page.locator(".account-menu > summary")).to_be_visible()


def read_in_the_sample(page: Page, site: Site) -> None:
    """From the start page to the review of the sample workbook."""
    page.get_by_role("link", name="Nhập từ tệp Excel").first.click()
    page.get_by_role("button", name="Dùng tệp mẫu").click()
    page.get_by_role("button", name="Tiếp tục").click(timeout=LONG)
    expect(page.get_by_text(REVIEWED)).to_be_visible(timeout=LONG)


def write_it(page: Page) -> None:
    """From the review to what was written."""
    page.get_by_role("link", name="Ghi vào danh sách").or_(
        page.get_by_role("button", name="Ghi vào danh sách")
    ).first.click()
    expect(page.get_by_role("heading", name="Ghi vào danh sách?")).to_be_visible()
    page.get_by_role("button", name="Ghi vào danh sách").click()
    expect(page.get_by_text(re.compile("Xong lúc"))).to_be_visible(timeout=LONG)


def take_out(page: Page, file_format: str, folder: Path) -> Path:
    """The list on the screen as a file."""
    page.get_by_role("link", name=re.compile("Tải Excel")).click()
    page.locator("input[name=purpose]").first.check()
    with page.expect_download(timeout=LONG) as download:
        page.locator(f"button[name=format][value={file_format}]").click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    page.go_back()
    return path


def test_from_the_wards_workbook_to_the_list_of_who_is_not_vaccinated_and_why(
    site: Site, page: Page, tmp_path
):
    try_as(page, site, CENTRE)
    read_in_the_sample(page, site)
    counted = [int(number) for number in re.findall(r"\d+", page.get_by_text(REVIEWED).inner_text())]
    assert counted[0] == sum(counted[1:8]), "every row is accounted for"
    write_it(page)

    page.get_by_role("link", name="Chưa tiêm, chưa đủ mũi").first.click()
    page.get_by_role("link", name="Phường Võ Cường").click()
    first = page.locator("tbody tr").first
    name = first.get_by_role("link").first.inner_text()
    why = first.inner_text()
    assert name in why
    assert re.search(r"(ông|bà|anh|chị) ", why, re.IGNORECASE), "the sentence says who"
    assert re.search(
        r"chưa có mũi tiêm nào|đến lịch|cần một mũi|Tạm hoãn|tạm hoãn|Chưa rõ|chỉ có năm sinh", why
    ), why

    total = int(
        re.search(
            r"\d+", page.locator("main").get_by_text(re.compile(r"^\d+ người")).first.inner_text()
        ).group()
    )
    sheet = openpyxl.load_workbook(take_out(page, "xlsx", tmp_path)).active
    rows = list(sheet.iter_rows(values_only=True))
    heads = next(number for number, row in enumerate(rows) if "Họ và tên" in row)
    assert len(rows) - heads - 1 == total, "as many rows in the file as people on the screen"
    pdf = pypdf.PdfReader(take_out(page, "pdf", tmp_path))
    width, height = pdf.pages[0].mediabox.width, pdf.pages[0].mediabox.height
    assert width > height, "A4 landscape"
    text = "\n".join(leaf.extract_text() for leaf in pdf.pages)
    assert "DANH SÁCH" in text
    assert name.split()[-1] in text


def test_an_officer_of_another_ward_sees_none_of_it(site: Site, page: Page, context: BrowserContext):
    try_as(page, site, OFFICER)
    page.get_by_role("link", name="Chưa tiêm, chưa đủ mũi").first.click()
    person = page.locator("tbody tr").first.get_by_role("link").first
    name, address = person.inner_text(), person.get_attribute("href")
    context.clear_cookies()

    try_as(page, site, OTHER_OFFICER)
    assert page.request.get(site.url + address).status == 404
    page.goto(f"{site.url}/chua-tiem/?ward=09190")
    expect(page.get_by_role("link", name=name, exact=True)).to_have_count(0)
    assert page.request.get(f"{site.url}/nhap-tep/").text().count("mau_vo_cuong") == 0


PAGES = (
    "/",
    "/chua-tiem/",
    "/chua-tiem/?ward=09190",
    "/nguoi-dan/",
    "/nhap-tep/",
    "/nhat-ky/",
    "/tai-khoan/",
    "/accounts/2fa/",
)


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_pages_are_accessible_and_fit_the_screen(site: Site, page: Page, size: str):
    if size == "phone":
        page.set_viewport_size(PHONE)
    page.goto(f"{site.url}/accounts/login/")
    problems = {"/accounts/login/": serious_faults(page)}
    try_as(page, site, CENTRE)
    addresses = list(PAGES)
    page.goto(f"{site.url}/chua-tiem/?ward=09190")
    person = page.locator("tbody tr").first.get_by_role("link").first.get_attribute("href")
    addresses += [
        person,
        f"{person}sua/",
        f"{person}mui-tiem/them/",
        f"{person}sang-loc/them/",
        f"{person}chuyen/",
    ]
    for address in addresses:
        answer = page.goto(site.url + address)
        assert answer.status == 200, f"{address}: {answer.status}"
        faults = serious_faults(page)
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1"):
            faults.append("scrolls sideways")
        problems[address] = faults
    assert not any(problems.values()), {address: faults for address, faults in problems.items() if faults}


def test_the_desk_works_by_keyboard_alone(site: Site, page: Page):
    page.goto(f"{site.url}/accounts/login/")
    card = page.locator(f"button.card-link[value={CENTRE}]")
    for _ in range(40):
        page.keyboard.press("Tab")
        if card.evaluate("element => element === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.locator(".account-menu > summary")).to_be_visible()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
