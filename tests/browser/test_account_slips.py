"""From a pasted list to a signed-in survey team: the ward lead at a desk, the team member on a phone, nine slips on paper."""

import re
from io import BytesIO

import pytest
from playwright.sync_api import Browser, Page
from pypdf import PdfReader

from tests.browser.conftest import PHONE, Site, serious_faults

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]

NAMES = [f"Công Tằng Tôn Nữ Thị Phương {letter} Hoàng Bảo Ngọc" for letter in "ABCDEGHIK"]
PASSWORD = "con trâu ăn cỏ ven đê"


def open_by_paste(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/accounts/login/")
    page.click('button[value="demo-lanh-dao-phuong"]')
    page.goto(f"{site.url}/tai-khoan/dan/")
    lines = [f"{number}\t{name.upper()}\t+84 900 555 {number:03}" for number, name in enumerate(NAMES, 1)]
    page.get_by_label("Dán danh sách cán bộ vào đây").fill(
        "\n".join(["STT\tHọ và tên\tSố điện thoại", *lines])
    )
    page.get_by_label("Vai trò chung").select_option("surveyor")
    page.get_by_label("Nơi làm việc chung").select_option(index=1)
    page.get_by_role("button", name="Xem trước").click()
    assert serious_faults(page) == []
    page.get_by_role("button", name="Mở 9 tài khoản").click()
    page.get_by_role("button", name="In phiếu đăng nhập").click()


def test_a_pasted_official_comes_in_by_phone_and_is_out_after_a_reset(
    page: Page, browser: Browser, site: Site
):
    open_by_paste(page, site)
    assert serious_faults(page) == []
    slip = page.locator(".slip").first
    code = slip.locator(".code").inner_text()
    for one in page.locator(".slip").all():  # nothing runs out of its slip, however long the name
        assert one.evaluate("slip => slip.scrollHeight <= slip.clientHeight + 1")

    sheets = PdfReader(BytesIO(page.pdf(prefer_css_page_size=True))).pages
    assert [len(re.findall("Dùng một lần", sheet.extract_text())) for sheet in sheets] == [8, 1]
    width, height = (float(side) / 72 * 25.4 for side in sheets[0].mediabox[2:])
    assert (round(width), round(height)) == (210, 297)

    phone = browser.new_context(viewport=PHONE, locale="vi-VN").new_page()
    phone.goto(f"{site.url}/vao/")
    phone.get_by_label("Số điện thoại hoặc tên đăng nhập").fill("0900.555.001")
    phone.get_by_label("Mã trên phiếu").fill(code.upper())
    phone.get_by_role("button", name="Tiếp tục").click()
    assert serious_faults(phone) == []
    phone.get_by_label("Mật khẩu mới", exact=True).fill(PASSWORD)
    phone.get_by_label("Nhập lại mật khẩu mới").fill(PASSWORD)
    phone.get_by_role("button", name="Đặt mật khẩu và đăng nhập").click()
    phone.goto(f"{site.url}/nguoi-dan/")
    assert phone.get_by_role("heading", level=1).inner_text().startswith("Hộ và người dân")

    page.goto(f"{site.url}/tai-khoan/")
    page.get_by_role("link", name=NAMES[0]).click()
    page.get_by_role("button", name="Đặt lại mật khẩu").click()
    phone.goto(f"{site.url}/nguoi-dan/")
    assert "/accounts/login/" in phone.url
    phone.context.close()
