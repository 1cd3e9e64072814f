"""Transfers in the worlds of `test_access.py`: one on its way into each, one on its way out of each."""

from functools import partial

from lib import clock
from tests import factories
from tests.access_matrix import World
from wards.models import Resident, Transfer, TransferPerson


def put_into(own: World, foreign: World, neighbour: World, third) -> None:
    """Makers of `incoming_id` and `outgoing_id`. Nothing goes from the foreign world to the own one or back under its mark."""
    for world, mark in ((own, "Bromua"), (neighbour, "Dolomit"), (foreign, "Cacbonat")):
        other = third if world is foreign else foreign.ward
        world.makers["incoming_id"] = partial(_coming, world, mark, other)
        world.makers["outgoing_id"] = partial(_going, world, other)


def _coming(world: World, mark: str, from_ward):
    person = factories.make_resident(from_ward, name=f"Phạm Thị {mark}", phones=["0900000777"])
    return _sent(person, world.ward, address=f"9 Phố {mark}")


def _going(world: World, to_ward):
    return _sent(Resident.objects.get(pk=str(world.objects["resident_id"])), to_ward, address="chưa rõ")


def _sent(person: Resident, to_ward, address: str):
    sent = Transfer.objects.create(
        from_ward_id=person.ward_id,
        from_neighbourhood_id=person.household.neighbourhood_id,
        to_ward=to_ward,
        address=address,
        proposed_by=factories.make_user("ward_officer", full_name="Người gửi"),
        proposed_at=clock.now(),
    )
    TransferPerson.objects.create(
        transfer=sent,
        resident=person,
        ward_id=person.ward_id,
        full_name=person.full_name,
        birth_year=person.birth_year,
        sex=person.sex,
    )
    return sent.pk
