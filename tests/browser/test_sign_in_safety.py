"""The screen lock and the passkey in a real browser."""

import json
import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import Site, serious_faults
from tests.browser.test_desk_forms import NURSE, OFFICER, open_form
from tests.browser.test_main_job import try_as

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]


def password_of(site: Site, username: str) -> str:
    listed = json.loads((site.data_dir / "demo_accounts.json").read_text(encoding="utf-8"))
    accounts = listed if isinstance(listed, list) else listed["accounts"]
    return next(one["password"] for one in accounts if one["username"] == username)


def typed_form(page: Page, site: Site, name: str) -> None:
    page.clock.install()
    try_as(page, site, OFFICER)
    open_form(page, site)
    page.locator("#id_name").fill(name)
    page.locator("#id_born").fill("03/1949")
    page.get_by_label("Nữ").check()


def test_an_idle_desk_is_covered_and_goes_on_where_it_stood(page: Page, site: Site):
    typed_form(page, site, "Lưu Thị Màn Khóa")
    page.clock.fast_forward("14:00")
    expect(page.locator("#lock-screen")).to_be_hidden()
    with page.expect_response(re.compile("/accounts/khoa/")):
        page.clock.fast_forward("01:30")
    expect(page.get_by_role("heading", name="Màn hình đã khóa")).to_be_visible()
    expect(page.locator("#id_name")).to_be_hidden()
    assert "Lưu" not in page.title()
    assert serious_faults(page) == []

    page.locator("#lock_password").fill("sai-mat-khau")
    page.get_by_role("button", name="Mở khóa").click()
    expect(page.locator("#lock_error")).to_have_text("Mật khẩu chưa đúng.")
    other = page.context.new_page()  # the server is locked too, not only this page
    other.goto(site.url)
    expect(other.get_by_role("heading", name="Màn hình đã khóa")).to_be_visible()
    other.close()

    page.locator("#lock_password").fill(password_of(site, OFFICER))
    page.get_by_role("button", name="Mở khóa").click()
    expect(page.locator("#lock-screen")).to_be_hidden()
    assert page.locator("#id_name").input_value() == "Lưu Thị Màn Khóa"
    page.get_by_role("button", name="Lưu", exact=True).last.click()
    expect(page.locator(".messages")).to_contain_text("Đã thêm Lưu Thị Màn Khóa")


def test_typing_keeps_the_screen_open(page: Page, site: Site):
    page.clock.install()
    try_as(page, site, OFFICER)
    page.goto(f"{site.url}/ho/them/")
    street = page.locator("input[name=street]")
    with page.expect_response(re.compile("/accounts/con-lam/")) as told:
        for letter in "gõ lâu":
            page.clock.fast_forward("05:00")
            street.press_sequentially(letter)
    assert told.value.status == 204
    expect(page.locator("#lock-screen")).to_be_hidden()
    assert street.input_value() == "gõ lâu"


def test_the_next_user_of_a_locked_desk_finds_nothing_of_the_first(page: Page, site: Site):
    typed_form(page, site, "Lưu Thị Người Trước")
    page.clock.fast_forward("16:00")
    page.get_by_role("button", name="Người khác dùng máy này").click()
    expect(page).to_have_url(re.compile("/accounts/login/"))
    try_as(page, site, NURSE)
    assert "Người Trước" not in page.evaluate("JSON.stringify(sessionStorage) + JSON.stringify(localStorage)")


def test_without_script_a_lost_form_is_sent_again_by_one_button(browser, site: Site):
    context = browser.new_context(java_script_enabled=False, locale="vi-VN")
    page = context.new_page()
    try_as(page, site, OFFICER)
    open_form(page, site)
    page.locator("#id_name").fill("Lưu Thị Không Kịch Bản")
    page.locator("#id_born").fill("03/1949")
    page.get_by_label("Nữ").check()
    context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Lưu", exact=True).last.click()
    expect(page).to_have_url(re.compile("/accounts/login/"))
    page.locator(f"button.card-link[value={OFFICER}]").click()
    expect(page.get_by_role("heading", name="Nội dung vừa nhập vẫn còn, chưa lưu")).to_be_visible()
    page.get_by_role("button", name="Gửi lại").click()
    expect(page.locator(".messages")).to_contain_text("Đã thêm Lưu Thị Không Kịch Bản")
    page.go_back()
    page.get_by_role("button", name="Gửi lại").click()
    expect(page.locator("body")).to_contain_text("Lưu Thị Không Kịch Bản")
    context.close()


@pytest.fixture
def localhost(site: Site) -> Site:
    """Passkeys belong to a name; an address of numbers has none."""
    return Site(site.url.replace("127.0.0.1", "localhost"), site.data_dir)


def test_a_passkey_is_made_and_asked_for_at_the_next_sign_in(
    page: Page, context: BrowserContext, localhost: Site
):
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasUserVerification": True,
        "isUserVerified": True,
    }
    options |= {"hasResidentKey": True, "automaticPresenceSimulation": True}
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})

    account = "demo-truyen-thong"
    sign_in(page, localhost, account)
    page.goto(f"{localhost.url}/accounts/2fa/khoa/them/")
    page.get_by_role("button", name="Thêm khóa").click()
    expect(page.get_by_role("heading", name="Mã dự phòng")).to_be_visible()
    page.locator(".account-menu > summary").click()
    page.get_by_role("button", name="Đăng xuất").click()

    sign_in(page, localhost, account, into=re.compile("Xác nhận hai bước"))
    page.get_by_role("button", name=re.compile("Dùng khóa bảo mật")).click()
    expect(page.locator(".account-menu > summary")).to_be_visible()
    page.goto(f"{localhost.url}/accounts/cua-toi/")
    expect(page.get_by_text("Xác nhận hai bước đang bật")).to_be_visible()
    expect(page.get_by_text("Máy này", exact=True)).to_be_visible()
    assert serious_faults(page) == []

    page.goto(f"{localhost.url}/accounts/2fa/")
    page.get_by_role("link", name="Bỏ khóa").click()
    page.get_by_role("button", name="Bỏ khóa").click()
    expect(page.get_by_text("Chưa bật").first).to_be_visible()


def sign_in(page: Page, site: Site, username: str, into: re.Pattern = re.compile(".")) -> None:
    page.goto(f"{site.url}/accounts/login/")
    page.get_by_label("Tên đăng nhập").fill(username)
    page.locator("#id_password").fill(password_of(site, username))
    page.get_by_role("button", name="Đăng nhập").click()
    expect(page.locator("h1")).to_have_text(into)
