"""From Vietnamese to English and back in the middle of work, without losing the place."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, Site, serious_faults
from tests.browser.test_main_job import try_as

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]


def choose(page: Page, language: str) -> None:
    page.locator(".account-menu summary").click()
    page.locator(".language-switch").get_by_role("button", name=language).click()


def test_the_filtered_list_stays_when_the_language_changes(page: Page, site: Site):
    page.set_viewport_size(DESK)
    try_as(page, site, "demo-vo-cuong")
    page.goto(f"{site.url}/chua-tiem/")
    page.locator(".worklist-tabs a[href*=booster]").click()
    expect(page).to_have_url(re.compile("group="))
    filtered = page.url
    choose(page, "English")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert page.url == filtered
    expect(page.locator(".why-line").first).to_contain_text("is due for booster 1")
    assert serious_faults(page) == []
    page.set_viewport_size(PHONE)
    page.locator(".account-menu summary").click()
    expect(page.get_by_role("button", name="Tiếng Việt")).to_be_visible()
    assert serious_faults(page) == []
    page.get_by_role("button", name="Tiếng Việt").click()
    expect(page.locator("html")).to_have_attribute("lang", "vi")
    assert page.url == filtered
