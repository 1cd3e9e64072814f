"""Named filters: one's own, one's default, shared with colleagues, and never more than the reader's own places (AUTH-05)."""

import re

import pytest

from lib import clock
from outreach import saved_filters
from outreach.models import SavedFilter
from outreach.worklists import UNVACCINATED
from tests.factories import make_neighbourhood, make_user
from tests.outreach.conftest import ON, crowd
from tests.outreach.test_worklist_pages import LIST, names_in, text_of
from wards.models import Organisation
from wards.roles import Role

KEPT = f"{LIST}bo-loc/"


def save(user, name="Từ 65 cần nhắc lại", share="", is_default=False, **choices) -> SavedFilter:
    return saved_filters.save_filter(
        by=user, name=name, choices=choices, share=share, is_default=is_default, at=clock.real_now()
    )


def shown(user) -> list[str]:
    return [one.name for one in saved_filters.of(user)]


def test_a_filter_is_kept_from_the_page_and_opens_the_same_list(signed_in, officer, people):
    client = signed_in(officer)
    there = client.get(LIST, {"group": "no_dose", "order": "name"})
    answer = client.post(f"{KEPT}?group=no_dose&order=name", {"name": "Chưa tiêm, theo tên"})
    assert answer.status_code == 302
    saved = SavedFilter.objects.get()
    assert (saved.owner, saved.choices) == (officer, {"group": "no_dose", "order": "name"})
    opened = client.get(answer["Location"])
    assert names_in(opened) == names_in(there)
    assert "Đang xem theo bộ lọc “Chưa tiêm, theo tên”." in text_of(opened)


def test_saved_filters_stand_above_the_list_and_the_address_tells_only_their_number(
    signed_in, officer, people
):
    saved = save(officer, group="booster")
    page = signed_in(officer).get(LIST, {"group": "booster"}).content.decode()
    (chip,) = re.findall(r'<a href="(\?saved=[^"]+)"[^>]* aria-current="true">Từ 65 cần nhắc lại</a>', page)
    assert chip == f"?saved={saved.pk}"


def test_what_was_searched_for_is_not_kept(signed_in, officer, people):
    signed_in(officer).post(
        f"{KEPT}?group=booster&q=Nguyễn+Thị+Lan&after=xyz", {"name": "Nhắc lại", "q": "Lan"}
    )
    assert SavedFilter.objects.get().choices == {"group": "booster"}


@pytest.mark.parametrize(
    "name", ["Nguyễn Thị Lan", "nguyen thi lan", "Bà 0912345678", "099150000017", "", " ", "x" * 61]
)
def test_a_name_that_tells_of_a_resident_or_nothing_is_refused(officer, people, name):
    with pytest.raises(saved_filters.Refused):
        save(officer, name=name)
    assert not SavedFilter.objects.exists()


def test_two_filters_of_one_person_have_two_names(officer, stranger, people):
    save(officer, name="Nhắc lại")
    save(stranger, name="Nhắc lại")
    with pytest.raises(saved_filters.Refused):
        save(officer, name="NHẮC LẠI")


def test_the_default_opens_where_nothing_is_asked_for_and_only_there(signed_in, officer, people):
    save(officer, name="Mặc định", is_default=True, group="booster")
    client = signed_in(officer)
    usual = client.get(LIST)
    assert names_in(usual) == names_in(client.get(LIST, {"group": "booster"}))
    assert "Đang xem theo bộ lọc “Mặc định”." in text_of(usual)
    everybody = client.get(f"{LIST}?saved=")
    assert len(names_in(everybody)) == 6
    assert (
        'href="?saved="' in usual.content.decode()
    )  # the tab "all" leads there, and not back to the default


def test_one_default_a_person(officer, stranger, people):
    first, other = save(officer, name="a", is_default=True), save(stranger, name="b", is_default=True)
    second = save(officer, name="c", is_default=True)
    defaults = set(SavedFilter.objects.filter(is_default=True))
    assert defaults == {second, other}
    assert first not in defaults
    assert saved_filters.default_of(officer) == second


# ---------------------------------------------------------------- sharing


@pytest.fixture
def colleague(ward_a):
    return make_user(Role.STATION, ward_a, full_name="Ngô Thị Đồng Nghiệp")


def test_shared_with_the_ward_it_is_seen_by_its_officials_and_nobody_else(
    officer, colleague, surveyor, stranger, police, ward_a, people
):
    save(officer, share=f"ward:{ward_a.pk}")
    assert shown(colleague) == shown(surveyor) == shown(officer) == ["Từ 65 cần nhắc lại"]
    assert shown(stranger) == shown(police) == []


def test_a_team_of_one_neighbourhood_belongs_to_the_ward(officer, ward_a, people):
    team = make_user(Role.SURVEYOR)
    team.assignments.create(neighbourhood=make_neighbourhood(ward_a))
    save(officer, share=f"ward:{ward_a.pk}")
    assert shown(team) == ["Từ 65 cần nhắc lại"]


def test_shared_with_the_office_or_the_role(officer, colleague, stranger, people):
    office = Organisation.objects.create(kind="station", name="Trạm thử")
    for user in (officer, colleague):
        user.organisation = office
        user.save()
    save(officer, name="Cơ quan", share="office")
    save(officer, name="Vai trò", share="role")
    assert shown(colleague) == ["Cơ quan"]
    assert shown(stranger) == ["Vai trò"]


def test_nobody_shares_with_a_ward_that_is_not_theirs(officer, ward_b, people):
    with pytest.raises(saved_filters.Refused):
        save(officer, share=f"ward:{ward_b.pk}")
    with pytest.raises(saved_filters.Refused):
        save(officer, share="office")  # of no office


def test_who_leaves_takes_their_shared_filters_along(officer, colleague, ward_a, people):
    save(officer, share=f"ward:{ward_a.pk}")
    officer.is_active = False
    officer.save()
    assert shown(colleague) == []


def test_a_shared_filter_runs_with_the_readers_scope(
    signed_in, centre, stranger, officer, ward_a, ward_b, people
):
    """AUTH-05: the centre's filter names ward A; an officer of ward B sees ward B, is told so, and nobody of ward A."""
    centre.roles = [Role.HEALTH_CENTRE, Role.WARD_OFFICER]
    centre.save()
    of_a = save(
        centre, name="Võ Cường, mọi người", share="role", ward="09190", population="all", residence="all"
    )
    all_wards = save(centre, name="Toàn thành phố", share="role", ward="all", population="all")
    for saved in (of_a, all_wards):
        page = signed_in(stranger).get(LIST, {"saved": str(saved.pk)})
        assert page.status_code == 200
        assert names_in(page) == [people.foreign.full_name]
        told = "danh sách chỉ có người trong địa bàn được giao" in text_of(page)
        assert told == (saved == of_a)
    assert people.no_dose.full_name in names_in(signed_in(officer).get(LIST, {"saved": str(of_a.pk)}))


def test_a_neighbourhood_of_another_ward_falls_out_of_a_shared_filter(centre, stranger, people):
    centre.roles = [Role.HEALTH_CENTRE, Role.WARD_OFFICER]
    centre.save()
    home = str(people.home.neighbourhood_id)
    saved = save(centre, share="role", ward="09190", neighbourhood=home, group="no_dose")
    opened = saved_filters.opened(saved, UNVACCINATED.select(stranger, {}, ON).filters)
    assert (opened.choices, opened.lost_place) == ({"group": "no_dose"}, True)


def test_whatever_is_saved_shows_each_reader_a_part_of_their_own_list(
    centre, stranger, officer, ward_a, ward_b
):
    """Whatever stands in the table, also what no form would write there."""
    crowd([ward_a, ward_b], 120)
    tries = [
        {"ward": "09187"},
        {"ward": "all", "_connector": "OR"},
        {"ward_id": str(ward_b.pk)},
        {"neighbourhood": "0"},
        {"group": "no_dose' OR 1=1"},
        {"residence": "all", "population": "all", "user": str(centre.pk)},
    ]
    for reader in (officer, stranger, centre):
        own = {
            row.id
            for row in UNVACCINATED.select(
                reader, {"ward": "all", "population": "all", "residence": "all"}, ON
            ).rows()
        }
        for choices in tries:
            saved = SavedFilter(owner=centre, name="?", choices=choices)
            opened = saved_filters.opened(saved, UNVACCINATED.select(reader, {}, ON).filters)
            rows = {row.id for row in UNVACCINATED.select(reader, opened.choices, ON).rows()}
            assert rows
            assert rows <= own


def test_a_filter_that_is_not_shared_with_the_reader_opens_nothing_of_it(
    signed_in, officer, stranger, people
):
    saved = save(officer, name="Riêng của tôi", group="booster")
    page = signed_in(stranger).get(LIST, {"saved": str(saved.pk)})
    assert names_in(page) == [people.foreign.full_name]
    assert "Riêng của tôi" not in text_of(page)
    for odd in ("x", "' OR 1=1", "0" * 36):
        assert signed_in(stranger).get(LIST, {"saved": odd}).status_code == 200


# ---------------------------------------------------------------- rename, delete, undo


def test_only_the_author_renames_shares_and_deletes(signed_in, officer, colleague, ward_a, people):
    saved = save(officer, share=f"ward:{ward_a.pk}", group="booster")
    client = signed_in(colleague)
    for address in (f"{KEPT}{saved.pk}/", f"{KEPT}{saved.pk}/xoa/", f"{KEPT}{saved.pk}/hoan-tac/"):
        assert client.post(address, {"name": "Của người khác"}).status_code == 404
    assert client.get(f"{KEPT}{saved.pk}/").status_code == 404
    saved.refresh_from_db()
    assert (saved.name, saved.deleted_at) == ("Từ 65 cần nhắc lại", None)
    assert "Trần Thị Cán Bộ chia sẻ" in text_of(client.get(KEPT))


def test_renamed_it_keeps_its_choices(signed_in, officer, ward_a, people):
    saved = save(officer, group="booster")
    changed = signed_in(officer).post(
        f"{KEPT}{saved.pk}/", {"name": "Tên mới", "share": f"ward:{ward_a.pk}", "is_default": "on"}
    )
    assert changed.status_code == 302
    saved.refresh_from_db()
    assert (saved.name, saved.sharing, saved.shared_ward, saved.is_default) == (
        "Tên mới",
        "ward",
        ward_a,
        True,
    )
    assert saved.choices == {"group": "booster"}
    refused = signed_in(officer).post(f"{KEPT}{saved.pk}/", {"name": "Nguyễn Thị Lan", "share": ""})
    assert refused.status_code == 422
    assert "không được là họ tên" in text_of(refused)


def test_a_deletion_is_taken_back(signed_in, officer, people):
    saved = save(officer, is_default=True, group="booster")
    client = signed_in(officer)
    gone = client.post(f"{KEPT}{saved.pk}/xoa/", follow=True)
    assert "Đã xóa bộ lọc “Từ 65 cần nhắc lại”." in text_of(gone)
    assert saved_filters.of(officer) == []
    assert len(names_in(client.get(LIST))) == 6  # it was the default
    client.post(f"{KEPT}{saved.pk}/hoan-tac/")
    assert [one.choices for one in saved_filters.of(officer)] == [{"group": "booster"}]


def test_nobody_is_told_what_somebody_else_deleted(signed_in, officer, colleague, ward_a, people):
    saved = save(officer, name="Của riêng tôi", share=f"ward:{ward_a.pk}")
    saved_filters.delete_filter(saved=saved, by=officer, at=clock.real_now())
    assert "Của riêng tôi" in text_of(signed_in(officer).get(f"{KEPT}?deleted={saved.pk}"))
    assert "Của riêng tôi" not in text_of(signed_in(colleague).get(f"{KEPT}?deleted={saved.pk}"))


def test_a_name_that_was_given_away_meanwhile_gets_a_number_on_undo(officer, people):
    saved = save(officer, name="Nhắc lại")
    saved_filters.delete_filter(saved=saved, by=officer, at=clock.real_now())
    save(officer, name="nhắc lại")
    saved_filters.restore_filter(saved=saved, by=officer)
    assert sorted(shown(officer)) == ["Nhắc lại (2)", "nhắc lại"]


def test_without_health_rights_nothing_is_saved_or_seen(signed_in, police, officer, ward_a, people):
    from django.core.exceptions import PermissionDenied

    save(officer, share=f"ward:{ward_a.pk}")
    with pytest.raises(PermissionDenied):
        save(police)
    assert signed_in(police).get(KEPT).status_code == 403
