"""Refusals that happen to honest people lead on: nobody is left on a blank page, in English, or inside half a page."""

import re
from pathlib import Path

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from tests.factories import make_user, make_ward
from wards.roles import Role

pytestmark = pytest.mark.django_db
SIGN_IN = "/accounts/login/"


@pytest.fixture
def officer(client):
    client.force_login(make_user(Role.WARD_OFFICER, make_ward()))
    return client


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/nguoi-dan/00000000-0000-0000-0000-000000000000/", 404, "Không tìm thấy hồ sơ này trong địa bàn được giao"),
        ("/khong-co-trang-nay/", 404, "Không tìm thấy"),
        ("/tai-khoan/", 403, "Tài khoản này không mở được trang này"),
        ("/nhap-tep/mau/", 405, "Trang này không mở thẳng được"),
    ],
)  # fmt: skip
def test_a_refused_page_says_so_in_vietnamese_and_leads_on(officer, address, status, words):
    answer = officer.get(address)
    page = answer.content.decode()
    assert answer.status_code == status
    assert words in page
    assert '<html lang="vi">' in page
    assert 'href="/">Về trang Hôm nay' in page


@pytest.mark.parametrize("name", ["400.html", "500.html"])
def test_a_failing_server_answers_without_asking_the_database(name, django_assert_num_queries):
    with django_assert_num_queries(0):
        page = render_to_string(name)
    assert "Về trang Hôm nay" in page
    assert not re.search(r"<style|style=|<script", page)


def test_a_fragment_asked_for_without_a_session_moves_the_whole_page_to_the_sign_in(client):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/chua-tiem/?group=booster"}
    answer = client.get(reverse("outreach:worklist"), headers=headers)
    assert answer.status_code == 401
    assert answer["HX-Redirect"] == f"{SIGN_IN}?next=/chua-tiem/%3Fgroup%3Dbooster"
    assert not answer.content


def test_a_button_pressed_without_a_session_leads_back_to_the_page_it_stood_on(client):
    answer = client.post("/nhap-tep/mau/", headers={"Referer": "http://testserver/nhap-tep/"})
    assert answer["Location"] == f"{SIGN_IN}?next=/nhap-tep/"


@pytest.mark.parametrize(
    "page", ["https://elsewhere.example/nhap-tep/", "//elsewhere.example", "", "javascript:alert(1)"]
)
def test_a_page_of_another_site_is_no_place_to_return_to(client, page):
    answer = client.post("/nhap-tep/mau/", headers={"Referer": page})
    assert answer["Location"] == f"{SIGN_IN}?next=/"


def test_a_page_asked_for_without_a_session_comes_back_after_the_sign_in(client):
    assert client.get("/nguoi-dan/?khu=1")["Location"] == f"{SIGN_IN}?next=/nguoi-dan/%3Fkhu%3D1"


def test_every_page_carries_the_words_for_an_answer_that_does_not_come(officer):
    assert 'id="not-answered"' in officer.get("/").content.decode()
    assert "not-answered" in Path("static/app.js").read_text(encoding="utf-8")
