"""The desk's forms under a typing hand: the duplicate card, Vietnamese composition, and typing that nothing loses."""

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import PHONE, Site, serious_faults
from tests.browser.test_main_job import try_as

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]

OFFICER, NURSE, CENTRE = "demo-vo-cuong", "demo-tram-y-te", "demo-trung-tam"
DUPLICATES = re.compile("/trung/$")


def first_home(page: Page, site: Site) -> str:
    """The address of the first home on the walk, which is then shown."""
    page.goto(f"{site.url}/nguoi-dan/")
    if page.locator(".chip").count() > 1:
        page.locator(".chip").first.click()
    page.locator(".home h2 a").first.click()
    expect(page.get_by_role("link", name="Thêm người")).to_be_visible()
    return page.url


def open_form(page: Page, site: Site) -> None:
    first_home(page, site)
    page.get_by_role("link", name="Thêm người").click()
    expect(page.locator("#id_name")).to_be_visible()


def test_the_card_appears_while_typing_and_two_people_stay_two(page: Page, site: Site):
    try_as(page, site, OFFICER)
    first_home(page, site)
    name = page.locator("th[scope=row] a").first.inner_text()
    born = page.locator("td[data-label='Ngày sinh']").first.inner_text()
    page.get_by_role("link", name="Thêm người").click()
    page.locator("#id_name").press_sequentially(name, delay=15)
    page.locator("#id_born").press_sequentially(born, delay=15)
    card = page.locator(".duplicate-card").first
    expect(card).to_contain_text("Trùng tên")
    expect(page.locator(".understood")).to_contain_text("inh")
    card.get_by_role("button", name="Hai người khác nhau").click()
    expect(page.locator(".duplicate-card")).to_have_count(0)
    page.get_by_role("button", name="Lưu", exact=True).last.click()
    expect(page.locator(".messages")).to_contain_text(f"Đã thêm {name}")


def test_no_request_is_sent_inside_a_syllable_being_composed(page: Page, site: Site):
    """Telex and VNI keyboards compose: letters come and change before the syllable stands (API-08)."""
    try_as(page, site, OFFICER)
    open_form(page, site)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if DUPLICATES.search(request.url) else None)
    page.locator("#id_born").fill("1950")
    page.wait_for_timeout(600)
    before = len(asked)
    page.evaluate("""() => {
      const field = document.getElementById("id_name");
      field.focus();
      field.dispatchEvent(new CompositionEvent("compositionstart", {bubbles: true}));
      for (const text of ["N", "Ng", "Nguye", "Nguyê", "Nguyễ"]) {
        field.value = text;
        field.dispatchEvent(new InputEvent("input", {bubbles: true, isComposing: true}));
      }
    }""")
    page.wait_for_timeout(900)
    assert len(asked) == before
    page.evaluate("""() => {
      const field = document.getElementById("id_name");
      field.value = "Nguyễn";
      field.dispatchEvent(new CompositionEvent("compositionend", {bubbles: true}));
    }""")
    page.wait_for_timeout(900)
    assert len(asked) == before + 1
    assert page.locator("#id_name").input_value() == "Nguyễn"


def test_a_session_that_ends_loses_nothing_that_was_typed(page: Page, context: BrowserContext, site: Site):
    try_as(page, site, OFFICER)
    open_form(page, site)
    address = page.url
    page.locator("#id_name").fill("Lưu Thị Không Mất")
    page.locator("#id_born").fill("03/1949")
    page.get_by_label("Nữ").check()
    context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Lưu", exact=True).last.click()
    expect(page).to_have_url(re.compile("/accounts/login/"))
    try_as(page, site, OFFICER)
    page.goto(address)
    expect(page.get_by_text("Đã lấy lại nội dung anh/chị nhập dở trên máy này.")).to_be_visible()
    assert page.locator("#id_name").input_value() == "Lưu Thị Không Mất"
    assert page.locator("#id_born").input_value() == "03/1949"
    expect(page.get_by_label("Nữ")).to_be_checked()
    page.get_by_role("button", name="Lưu", exact=True).last.click()
    expect(page.locator(".messages")).to_contain_text("Đã thêm Lưu Thị Không Mất")
    page.get_by_role("link", name="Thêm người").click()
    assert page.locator("#id_name").input_value() == ""  # what was saved does not come back


def test_a_form_older_than_its_security_token_is_opened_again_as_it_was(
    page: Page, context: BrowserContext, site: Site
):
    try_as(page, site, OFFICER)
    open_form(page, site)
    page.locator("#id_name").fill("Lưu Thị Trang Cũ")
    page.locator("#id_born").fill("1949")
    context.clear_cookies(name="csrftoken")
    page.get_by_role("button", name="Lưu", exact=True).last.click()
    expect(page.get_by_role("heading", name="Trang này đã mở quá lâu")).to_be_visible()
    page.get_by_role("link", name="Mở lại trang").click()
    assert page.locator("#id_name").input_value() == "Lưu Thị Trang Cũ"
    page.get_by_role("button", name="Lưu", exact=True).last.click()
    expect(page.locator(".messages")).to_contain_text("Đã thêm Lưu Thị Trang Cũ")


def test_another_user_of_the_same_browser_finds_no_typing(page: Page, context: BrowserContext, site: Site):
    try_as(page, site, OFFICER)
    open_form(page, site)
    address = page.url
    page.locator("#id_name").fill("Lưu Thị Riêng Tư")
    context.clear_cookies()
    try_as(page, site, NURSE)
    page.goto(address)
    assert page.locator("#id_name").input_value() == ""
    assert "Riêng Tư" not in page.evaluate("JSON.stringify(sessionStorage)")


def test_parts_of_a_form_come_with_their_answer(page: Page, site: Site):
    try_as(page, site, OFFICER)
    open_form(page, site)
    expect(page.locator("#id_residence_until")).to_be_hidden()
    page.get_by_label("Đi vắng", exact=True).check()
    expect(page.locator("#id_residence_until")).to_be_visible()


def test_enter_in_a_field_saves_and_presses_no_other_button(page: Page, site: Site):
    try_as(page, site, OFFICER)
    open_form(page, site)
    page.locator("#id_name").fill("Lưu Thị Phím")
    page.locator("#id_born").fill("1949")
    page.locator("#id_born").press("Enter")
    expect(page.locator(".messages")).to_contain_text("Đã thêm Lưu Thị Phím. Chỉ có năm sinh 1949.")


def test_without_script_the_form_asks_on_saving(browser, site: Site):
    context = browser.new_context(java_script_enabled=False, locale="vi-VN")
    page = context.new_page()
    try_as(page, site, OFFICER)
    first_home(page, site)
    name = page.locator("th[scope=row] a").first.inner_text()
    page.get_by_role("link", name="Thêm người").click()
    page.locator("#id_name").fill(name)
    page.locator("#id_born").fill("03/2001")
    page.get_by_role("button", name="Lưu", exact=True).last.click()
    expect(page.locator(".messages, .error-summary").first).to_be_visible()
    if page.locator(".duplicate-card").count():
        page.get_by_role("button", name="Hai người khác nhau").first.click()
    expect(page.locator(".messages")).to_contain_text("Đã thêm")
    context.close()


@pytest.mark.parametrize("width", ["desk", "phone"])
def test_the_desks_pages_have_no_serious_fault_and_no_sideways_scroll(page: Page, site: Site, width: str):
    if width == "phone":
        page.set_viewport_size(PHONE)
    try_as(page, site, CENTRE)
    home = first_home(page, site)
    edit = page.get_by_role("link", name=re.compile("^Sửa ")).first.get_attribute("href")
    paths = ["/nguoi-dan/", home, f"{home}them-nguoi/", f"{home}sua/", f"{home}chuyen/", edit, "/ho/them/"]
    paths += [
        str(edit).replace("/sua/", "/chuyen/"),
        "/nhat-ky/",
        "/nhat-ky/?tab=changed",
        "/tai-khoan/",
        "/tai-khoan/mo/",
    ]
    for path in paths:
        page.goto(path if str(path).startswith("http") else f"{site.url}{path}")
        page.evaluate("document.querySelectorAll('main details').forEach((part) => { part.open = true; })")
        assert serious_faults(page) == [], path
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 1, path


def test_a_form_that_was_saved_opens_empty_the_next_time(page: Page, site: Site):
    """What was kept of the typing belonged to the dose that is now on record, not to the next one (API-03, API-04)."""
    try_as(page, site, CENTRE)
    page.goto(f"{site.url}/chua-tiem/?ward=all&group=no_dose")
    person = page.locator("a.person").first.get_attribute("href")
    form = f"{site.url}{person}mui-tiem/them/"
    page.goto(form)
    page.locator("input[name=product][value=PFZ]").check()
    page.locator("[name=given]").fill("10/01/2022")
    page.get_by_role("button", name="Lưu", exact=True).last.dblclick()
    expect(page.locator(".messages")).to_contain_text("Đã ghi mũi Pfizer ngày 10/01/2022")
    expect(page.locator(".dose-line")).to_have_count(1)
    page.goto(form)
    expect(page.locator("[name=given]")).to_have_value("")


def test_a_session_that_ends_moves_the_whole_page_to_the_sign_in(
    page: Page, site: Site, context: BrowserContext
):
    try_as(page, site, OFFICER)
    page.goto(f"{site.url}/chua-tiem/")
    context.clear_cookies(name="sessionid")
    page.locator(".worklist-tabs a").nth(1).click()
    page.wait_for_url(re.compile("/accounts/login/"))
    expect(page.locator("header.site-header")).to_have_count(1)
