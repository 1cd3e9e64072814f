"""Counts by state: within the filters, equal to the rows that they open; not surveyed and unknown are states of their own."""

import re
from random import Random

from outreach.worklists import UNVACCINATED, Figures
from tests.factories import make_resident
from tests.outreach.conftest import ON, crowd
from tests.outreach.test_worklist_pages import LIST, names_in, text_of
from tests.outreach.test_worklists import CHOICES, named, select
from vaccination.stored_states import ON_LIST


def test_counts_by_state_are_the_rows_that_they_open_on_random_people(centre, officer, ward_a, ward_b):
    crowd([ward_a, ward_b], 300, seed=11)
    random = Random(4)
    groups = ["", "", "no_dose", "booster", "unknown", "not_surveyed", "contraindicated"]
    for _ in range(25):
        chosen = {name: value for name, values in CHOICES.items() if (value := random.choice(values))}
        chosen |= {"group": group} if (group := random.choice(groups)) else {}
        counts = select(centre, **chosen).state_counts
        for state in ON_LIST:
            rows = select(centre, **{**chosen, "state": state.lower()})
            assert counts[state] == len(named(rows)) == rows.count(), (chosen, state)
        if not chosen.get("state") and chosen.get("group") not in ("not_surveyed", "contraindicated"):
            assert sum(counts.values()) == len(named(select(centre, **chosen)))
    assert sum(select(officer).state_counts.values()) == len(named(select(officer))) > 0


def test_counts_stay_in_scope(officer, stranger, ward_a, ward_b):
    crowd([ward_a], 80)
    before = (select(stranger).state_counts, select(stranger).group_counts)
    assert not any(before[0].values())
    crowd([ward_b], 60, seed=3)
    mine = select(officer).state_counts
    assert mine == select(officer, ward="all").state_counts
    assert sum(mine.values()) == len(named(select(officer)))


def test_the_strip_shows_every_state_with_its_number_and_each_opens_its_rows(signed_in, officer, people):
    client = signed_in(officer)
    page = client.get(LIST).content.decode()
    strip = re.search(r'<nav class="state-strip".*?</nav>', page, re.DOTALL)[0]
    found = re.findall(r'<a href="([^"]+)"[^>]*>([^<]+) <span class="count">([\d.]+)</span>', strip)
    assert [label for _href, label, _count in found] == [
        "Đến lịch", "Quá lịch", "Tạm hoãn", "Chưa rõ đã tiêm mấy mũi", "Cần hỏi lại ngày sinh",
    ]  # fmt: skip
    for href, label, count in found:
        opened = client.get(LIST + href.replace("&amp;", "&"))
        assert len(names_in(opened)) == int(count), label
        assert 'aria-current="true">' + label in opened.content.decode()


def test_nobody_was_surveyed_yet_and_the_list_says_so(signed_in, officer, people):
    client = signed_in(officer)
    page = client.get(LIST, {"group": "not_surveyed"})
    everybody = select(officer, group="not_surveyed")
    assert len(names_in(page)) == everybody.count() == everybody.group_counts["not_surveyed"] == 9
    assert people.complete.full_name in names_in(page)
    assert "Không còn mũi nào phải tiêm" in text_of(page)
    assert {row.reason for row in everybody.rows()} >= {"Chưa rà soát"}


def test_who_was_not_surveyed_is_counted_per_ward_and_on_the_first_page(signed_in, officer, centre, people):
    (_code, _ward, counts), *_ = Figures(officer, {}, ON).ward_counts()
    assert counts["not_surveyed"] == 9
    for user in (officer, centre):
        text = text_of(signed_in(user).get("/"))
        assert "Chưa rà soát" in text
        assert "Chưa rõ đã tiêm mấy mũi" in text


def test_unknown_and_not_surveyed_are_said_in_list_file_print_and_on_the_persons_page(
    signed_in, officer, people
):
    client = signed_in(officer)
    csv = client.post(f"{LIST}tai-ve/?group=unknown", {"format": "csv", "purpose": "visits"})
    paper = client.post(f"{LIST}tai-ve/?group=unknown", {"format": "print", "purpose": "visits"})
    texts = {
        "list": text_of(client.get(LIST, {"group": "unknown"})),
        "file": b"".join(csv.streaming_content).decode(),
        "paper": text_of(paper),
    }
    for where, text in texts.items():
        assert "Chưa rà soát" in text, where
        assert "Chưa rõ" in text, where
    person = text_of(client.get(f"/nguoi-dan/{people.unknown.pk}/"))
    assert "Chưa rà soát" in person
    assert "Chưa rõ" in person


def test_an_empty_list_says_how_many_were_not_surveyed_and_opens_exactly_those(signed_in, officer, people):
    client = signed_in(officer)
    page = client.get(LIST, {"group": "additional"})
    assert "Không còn ai chưa tiêm, chưa đủ mũi trong bộ lọc này. Chưa rà soát: 9 người." in text_of(page)
    (href,) = re.findall(
        r'<a class="btn btn-outline-primary" href="([^"]+)"[^>]*>Xem người chưa rà soát',
        page.content.decode(),
    )
    assert len(names_in(client.get(LIST + href.replace("&amp;", "&")))) == 9


def test_the_counts_cost_one_query_however_many_states_there_are(officer, ward_a, django_assert_num_queries):
    make_resident(ward_a)
    warm = UNVACCINATED.select(officer, {}, ON)
    assert warm.filters.ward_ids
    with django_assert_num_queries(1):
        assert (
            sum(warm.state_counts.values()) + sum(warm.group_counts.values()) + warm.denominator["residing"]
        )
