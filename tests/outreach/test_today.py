"""The first page: figures for those who may see figures, names for nobody."""

import re

from tests.factories import make_user
from wards.models import Resident


def text_of(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def links(response) -> set[str]:
    return set(re.findall(r'href="(/chua-tiem/[^"]*)"', response.content.decode()))


def test_a_ward_sees_its_own_groups_and_opens_them(signed_in, officer, people):
    response = signed_in(officer).get("/")
    assert "6 Tất cả" in text_of(response)
    assert "3 Chưa tiêm mũi nào" in text_of(response)
    assert "/chua-tiem/?ward=09190&amp;group=no_dose" in links(response)
    assert "Suối Hoa" not in text_of(response)


def test_the_centre_sees_counts_per_ward(signed_in, centre, people):
    assert "Phường Võ Cường 6 3 1 0 1 1 1" in text_of(signed_in(centre).get("/"))


def test_leadership_sees_the_same_counts_without_names_and_without_links_to_them(signed_in, lead, people):
    response = signed_in(lead).get("/")
    text = text_of(response)
    assert "Phường Võ Cường 6 3 1 0 1 1 1" in text
    assert "Phường Suối Hoa 1 1 0 0 0 0 0" in text
    assert links(response) == set()
    assert not any(person.full_name in text for person in Resident.objects.all())


def test_roles_without_people_get_a_plain_page_with_what_they_can_open(signed_in, police, people):
    response = signed_in(police).get("/")
    assert response.status_code == 200
    assert "Hộ và người dân" in text_of(response)
    assert "Chưa tiêm mũi nào" not in text_of(response)
    nobody = signed_in(make_user("facility")).get("/")
    assert nobody.status_code == 200


def test_every_role_has_a_first_page(signed_in, ward_a, people):
    from wards.roles import Role

    for role in Role:
        assert signed_in(make_user(role, ward_a)).get("/").status_code == 200
    assert signed_in(make_user([])).get("/").status_code == 200
