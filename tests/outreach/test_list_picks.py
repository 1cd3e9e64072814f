"""Rows picked on the list, the page, or the whole filter: what is printed and taken out; codes on paper; order by column heads."""

import re

import pytest

from lib.row_codes import code_of
from outreach.worklists import UNVACCINATED
from tests.outreach.conftest import ON, crowd
from tests.outreach.test_list_columns import heads_in
from tests.outreach.test_worklist_pages import EXPORT, LIST, names_in, text_of
from wards.models import AccessEvent


def picks_in(response) -> list[str]:
    return re.findall(r'name="pick" value="([^"]+)"', response.content.decode())


def printed(client, address=EXPORT, **sent) -> str:
    return text_of(client.post(address, {"format": "print", "purpose": "visits", **sent}))


def test_only_those_ticked_are_printed(signed_in, officer, people):
    client = signed_in(officer)
    chosen = [str(people.no_dose.pk), str(people.second.pk)]
    asked = client.post(EXPORT, {"choose": "picked", "pick": chosen})
    assert asked.status_code == 200
    assert "chỉ 2 người được chọn · 2 người" in text_of(asked)
    assert sorted(picks_in(asked)) == sorted(chosen)  # carried on to the purpose
    paper = printed(client, pick=chosen)
    assert people.no_dose.full_name in paper
    assert people.second.full_name in paper
    assert people.booster.full_name not in paper
    assert "Tổng số: 2 người" in paper
    event = AccessEvent.objects.get(action="print")
    assert (event.row_count, event.detail["picked"]) == (2, 2)


def test_those_ticked_are_taken_out_as_a_file(signed_in, officer, people):
    answer = signed_in(officer).post(
        EXPORT, {"format": "csv", "purpose": "visits", "pick": [str(people.no_dose.pk)]}
    )
    rows = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert len(rows) == 2
    assert people.no_dose.full_name in rows[1]


def test_nobody_ticked_is_said_and_not_taken_for_everybody(signed_in, officer, people):
    answer = signed_in(officer).post(f"{EXPORT}?group=no_dose", {"choose": "picked"}, follow=True)
    assert answer.redirect_chain == [(f"{LIST}?group=no_dose", 302)]
    assert "Chưa chọn ai" in text_of(answer)


def test_the_page_is_the_page(signed_in, officer, ward_a):
    crowd([ward_a], 300)
    client = signed_in(officer)
    first = client.get(LIST, {"population": "all"})
    (following,) = re.findall(r'href="(\?[^"]*after=[^"]+)"', first.content.decode())
    second = client.get(LIST + following.replace("&amp;", "&"))
    after = re.search(r'name="after" value="([^"]+)"', second.content.decode())[1]
    asked = client.post(f"{EXPORT}?population=all", {"choose": "page", "after": after, "before": ""})
    assert picks_in(asked) == picks_in(second)
    assert len(picks_in(asked)) == 50
    assert picks_in(asked) != picks_in(first)


@pytest.mark.parametrize("picked", ["foreign", "complete"])
def test_who_is_not_on_the_readers_list_cannot_be_picked(signed_in, officer, people, picked):
    person = getattr(people, picked)
    client = signed_in(officer)
    for pick in ([str(person.pk)], [str(person.pk), "x"], ["x"], ["' OR 1=1"]):
        paper = printed(client, pick=pick)
        assert person.full_name not in paper
        assert people.no_dose.full_name not in paper
        assert "Tổng số: 0 người" in paper


def test_a_code_on_paper_finds_the_person_again(signed_in, officer, stranger, people):
    code = code_of(people.no_dose.pk)
    assert code in printed(signed_in(officer))
    found = text_of(signed_in(officer).post(LIST, {"q": code.lower()}))
    assert people.no_dose.full_name in found
    assert "mã trên bản in" in found
    assert people.no_dose.full_name not in text_of(signed_in(stranger).post(LIST, {"q": code}))


def test_ticks_are_shown_to_those_who_may_print_or_take_out(signed_in, surveyor, people):
    assert len(picks_in(signed_in(surveyor).get(LIST))) == 6


# ---------------------------------------------------------------- order by column heads


def test_each_head_orders_the_list_and_says_which_one_does(signed_in, officer, people):
    client = signed_in(officer)
    page = client.get(LIST).content.decode()
    links = re.findall(r'<th scope="col"><a href="([^"]+)"[^>]*>([^<]+)</a></th>', page)
    assert [label for _href, label in links] == ["Họ và tên", "Địa chỉ", "Mũi tiêm", "Vì sao có tên"]
    assert re.search(r'aria-sort="other">Nguy cơ', page)
    for href, label in links:
        ordered = client.get(LIST + href.replace("&amp;", "&"))
        order = re.search(r"order=(\w+)", href)[1]
        assert names_in(ordered) == [
            row.name for row in UNVACCINATED.select(officer, {"order": order}, ON).rows()
        ]
        assert f'aria-sort="other">{label}' in ordered.content.decode()
        assert len(heads_in(ordered)) == 5


def test_the_new_orders_say_what_they_mean(officer, ward_a):
    crowd([ward_a], 150)

    def rows(order):
        return list(UNVACCINATED.select(officer, {"order": order, "population": "all"}, ON).rows())

    ages = [row.born.earliest for row in rows("age")]
    assert ages == sorted(ages)
    due = [row.due_on for row in rows("due")]
    known = [day for day in due if day]
    assert known == sorted(known)
    assert all(day is None for day in due[len(known) :])
    groups = ["no_dose", "unknown", "basic_incomplete", "additional", "booster"]
    places = [groups.index(row.values["group"]) for row in rows("needed")]
    assert places == sorted(places)


# ---------------------------------------------------------------- weight and cost of the page


def test_the_page_weighs_little_and_costs_as_many_queries_for_fifty_as_for_five(
    signed_in, officer, ward_a, people, django_assert_max_num_queries
):
    """P13, TRUST D4: at most 20 queries; 60 kB compressed; at most 300 kB on the first visit with styles and scripts."""
    import gzip
    from pathlib import Path

    from django.conf import settings

    client = signed_in(officer)
    client.get(LIST)
    crowd([ward_a], 400)
    client = signed_in(officer)
    with django_assert_max_num_queries(20):
        page = client.get(LIST)
    assert len(names_in(page)) == 50
    weight = len(gzip.compress(page.content))
    assert weight < 60_000
    files = re.findall(r'(?:href|src)="/static/([^"]+)"', page.content.decode())
    static = Path(settings.BASE_DIR) / "static"
    assert weight + sum(len(gzip.compress((static / name).read_bytes())) for name in files) < 300_000
