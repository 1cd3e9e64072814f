"""The help page tells each role what it is for and how to do what it may do, and offers nothing that it may not."""

import pytest
from django.test import Client
from django.urls import reverse

from outreach import help as topics
from tests import factories
from vaccination.labels import STATES
from wards.access import can
from wards.roles import Role


@pytest.mark.parametrize("role", Role)
def test_each_role_reads_what_it_is_for_and_only_its_own_tasks(role: Role, db: None) -> None:
    user = factories.make_user(role, factories.make_ward())
    client = Client()
    client.force_login(user)
    shown = client.get(reverse("outreach:help")).content.decode()
    assert str(topics.ABOUT[role]) in shown.replace("&quot;", '"')
    for task in topics.TASKS:
        assert (f'id="{task.slug}"' in shown) == (task.ability is None or can(user, task.ability))


@pytest.mark.parametrize("role", Role)
def test_every_page_that_the_help_opens_is_open_to_that_role(role: Role, db: None) -> None:
    user = factories.make_user(role, factories.make_ward())
    client = Client()
    client.force_login(user)
    for task in topics.tasks_of(user):
        if task.url_name:
            assert client.get(reverse(task.url_name)).status_code == 200, task.slug


def test_every_state_of_a_list_is_explained_to_those_who_have_lists(db: None) -> None:
    assert not topics.meanings(factories.make_user(Role.CITY_LEAD))
    station = factories.make_user(Role.STATION)
    assert {state for state, _label, _text in topics.meanings(station)} == set(STATES)
