"""Keyset paging: nothing skipped, nothing repeated, and no name in the address."""

import base64

from outreach.list_order import ORDERINGS
from outreach.worklists import UNVACCINATED
from tests.outreach.conftest import ON, crowd
from wards import paging
from wards.models import Resident


def walk(user, order: str, meanwhile=lambda page: None) -> list:
    seen, after = [], ""
    while True:
        page = UNVACCINATED.select(user, {"order": order, "population": "all"}, ON).page(after=after)
        seen += [row.id for row in page.rows]
        meanwhile(page)
        if not page.next:
            return seen
        after = page.next


def test_pages_joined_are_the_list_in_every_order(officer, ward_a):
    crowd([ward_a], 330)
    for order in ORDERINGS:
        whole = [
            row.id for row in UNVACCINATED.select(officer, {"order": order, "population": "all"}, ON).rows()
        ]
        assert len(whole) > 2 * paging.PAGE_SIZE
        assert walk(officer, order) == whole
        assert len(set(whole)) == len(whole)


def test_people_who_come_and_go_between_two_pages_move_nobody_else(officer, ward_a):
    crowd([ward_a], 330)
    before = [
        row.id for row in UNVACCINATED.select(officer, {"order": "name", "population": "all"}, ON).rows()
    ]
    gone = before[20:40:2] + before[80:90:2]

    def meanwhile(page):
        if Resident.objects.filter(pk__in=gone, residence="here").exists():
            crowd([ward_a], 40, seed=77)
        Resident.objects.filter(pk__in=gone).update(residence="moved")

    seen = walk(officer, "name", meanwhile)
    stayed = [pk for pk in before if pk not in gone]
    assert [pk for pk in seen if pk in set(stayed)] == stayed


def test_going_back_shows_the_page_before(officer, ward_a):
    crowd([ward_a], 330)
    selection = UNVACCINATED.select(officer, {"population": "all"}, ON)
    first = selection.page()
    second = selection.page(after=first.next)
    back = selection.page(before=second.previous)
    assert [row.id for row in back.rows] == [row.id for row in first.rows]
    assert (first.previous, back.previous) == ("", "")
    assert selection.page(after=back.next).rows[0].id == second.rows[0].id


def test_the_place_in_the_address_tells_no_name_and_takes_no_change(officer, ward_a):
    people = crowd([ward_a], 330)
    selection = UNVACCINATED.select(officer, {"order": "name", "population": "all"}, ON)
    token = selection.page().next
    opened = base64.urlsafe_b64decode(token + "==")
    assert not any(
        person.sort_key.split()[0].encode() in opened
        for person in people
        if len(person.sort_key.split()[0]) > 2
    )
    first = [row.id for row in selection.page().rows]
    turned = ("B" if token[30] == "A" else "A").join((token[:30], token[31:]))
    for spoilt in (turned, "x", "0" * 80, "ẩn"):
        assert [row.id for row in selection.page(after=spoilt).rows] == first
    other_order = UNVACCINATED.select(officer, {"order": "risk", "population": "all"}, ON)
    assert other_order.page(after=token).previous == ""


def test_a_long_list_read_by_age_classes_is_the_same_list(officer, ward_a):
    """`many` looks for a page in one age class; the pages joined are the list, whatever its length and the page's."""
    crowd([ward_a], 330)
    for chosen in (
        {},
        {"population": "all"},
        {"residence": "all", "group": "booster"},
        {"state": "deferred"},
    ):
        whole = [row.id for row in UNVACCINATED.select(officer, chosen, ON).rows()]
        for size in (1, 7, 50):
            seen, after = [], ""
            while True:
                page = UNVACCINATED.select(officer, chosen, ON).page(after=after, size=size, many=True)
                seen += [row.id for row in page.rows]
                if not page.next or len(seen) > 40 * size:
                    break
                after = page.next
            assert seen == whole[: len(seen)]
            assert page.next or len(seen) == len(whole)
