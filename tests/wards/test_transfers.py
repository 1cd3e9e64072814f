"""Transfers between wards: who asks, who answers, what is refused meanwhile, and that everything follows (TRUST AUTH-11)."""

from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, connections, transaction

from lib.dates_vn import PartialDate
from tests.factories import (
    SUOI_HOA,
    make_dose,
    make_household,
    make_neighbourhood,
    make_resident,
    make_user,
    make_ward,
)
from vaccination import actions as doses
from vaccination.models import DoseRecord, Product
from wards import actions, hooks, transfers
from wards.actions.waiting import open_transfer_of
from wards.models import Household, Organisation, Resident, Transfer, TransferPerson
from wards.roles import Role

ON, AT = date(2022, 2, 5), datetime(2022, 2, 5, 2, tzinfo=UTC)
State = Transfer.State

pytestmark = pytest.mark.django_db


def serve(*units) -> Organisation:
    """The health centre over these wards: they are the wards of the city."""
    centre = Organisation.objects.create(kind=Organisation.Kind.HEALTH_CENTRE, name="Trung tâm thử")
    centre.units.set(units)
    return centre


@pytest.fixture
def there(db):
    return make_ward(SUOI_HOA)


@pytest.fixture
def centre(ward, there):
    user = make_user(Role.HEALTH_CENTRE)
    user.assignments.create(organisation=serve(ward, there))
    return user


@pytest.fixture
def receiver(there, centre):
    return make_user(Role.WARD_OFFICER, there, full_name="Phạm Thị Tiếp Nhận")


@pytest.fixture
def person(ward, home):
    return make_resident(
        ward, household=home, name="Cao Văn Lợi", born="1950-02", sex="M", phones=["0912345678"]
    )


@pytest.fixture
def new_home(there):
    return make_household(there, neighbourhood=make_neighbourhood(there, "Niềm Xá"))


def send(what, there, by, **more):
    return actions.propose_transfer(what=what, to_ward=there, by=by, on=ON, at=AT, **more)


def accept(sent, home, by):
    return actions.accept_person(transfer=sent, household=home, by=by, on=ON, at=AT)


def stands(row):
    row.refresh_from_db()
    return row


# ---------------------------------------------------------------- sending


def test_a_person_sent_to_another_ward_stays_until_it_accepts(ward, person, there, clerk, receiver, told):
    sent = send(person, there, clerk, address=" 12  Phố Vũ ", note="Chuyển theo con")
    assert stands(person).ward == ward
    assert told == []
    assert (sent.state, sent.address, sent.proposed_by, sent.from_ward) == (
        "proposed",
        "12 Phố Vũ",
        clerk,
        ward,
    )
    told_of = sent.people.get()
    assert (told_of.full_name, told_of.born, told_of.sex) == ("Cao Văn Lợi", PartialDate(1950, 2), "M")


def test_accepting_moves_the_person_with_every_fact_and_tells_forecasts(
    person, there, clerk, receiver, new_home, told
):
    dose = make_dose(person)
    accepted = accept(send(person, there, clerk), new_home, receiver)
    assert (accepted.state, accepted.decided_by, accepted.decided_at) == ("accepted", receiver, AT)
    assert (stands(person).ward, person.household) == (there, new_home)
    assert DoseRecord.objects.get(pk=dose.pk).ward == there
    assert told == [person.pk]
    assert not Resident.objects.visible_to(clerk).exists()
    with pytest.raises(actions.OutOfScope):
        actions.set_phones(resident=person, phones=[], by=clerk)


def test_a_whole_home_moves_with_its_people_to_its_new_address(
    ward, home, person, there, clerk, receiver, told
):
    wife = make_resident(ward, household=home, name="Lê Thị Vợ", born="1952")
    quarter = make_neighbourhood(there, "Niềm Xá")
    sent = send(home, there, clerk, address="3 Phố Mới")
    assert sent.is_whole_household
    assert sent.people.count() == 2
    accepted = actions.accept_household(
        transfer=sent, neighbourhood=quarter, house_number="3", street="Phố Mới", by=receiver, on=ON, at=AT
    )
    assert accepted.state == "accepted"
    assert (stands(home).ward, home.neighbourhood, home.address) == (there, quarter, "3 Phố Mới")
    assert {stands(person).ward, stands(wife).ward} == {there}
    assert set(told) == {person.pk, wife.pk}


def test_a_home_without_a_new_address_keeps_its_own(home, person, there, clerk, receiver, told):
    accepted = actions.accept_household(
        transfer=send(home, there, clerk), neighbourhood=None, by=receiver, on=ON, at=AT
    )
    assert accepted.state == "accepted"
    assert stands(home).address == "14 Phố Thử"


@pytest.mark.parametrize("role", [Role.WARD_LEAD, Role.WARD_POLICE])
def test_only_who_edits_people_sends_or_answers(ward, person, there, clerk, receiver, new_home, role):
    with pytest.raises(PermissionDenied):
        send(person, there, make_user(role, ward))
    sent = send(person, there, clerk)
    reader = make_user(role, there)
    with pytest.raises(PermissionDenied):
        accept(sent, new_home, reader)
    with pytest.raises(PermissionDenied):
        actions.return_transfer(transfer=sent, reason="Không gặp", by=reader, at=AT)
    assert stands(sent).is_open


def test_nobody_sends_what_is_not_theirs(person, there, receiver):
    with pytest.raises(actions.OutOfScope):
        send(person, there, receiver)


def test_only_to_another_ward_of_the_city(ward, person, there, clerk, centre):
    village = make_ward("09214")
    for place, code in ((ward, "same_ward"), (village, "not_here")):
        with pytest.raises(ValidationError) as refused:
            send(person, place, clerk)
        assert refused.value.code == code
    there.valid_to = ON - timedelta(days=1)
    there.save()
    with pytest.raises(ValidationError, match="hết hiệu lực"):
        send(person, there, clerk)


def test_a_form_opened_before_somebody_edited_is_stale(person, there, clerk, receiver):
    actions.set_phones(resident=person, phones=["0987654321"], by=clerk)
    with pytest.raises(actions.Stale):
        send(person, there, clerk, version=1)


@pytest.mark.parametrize("residence", ["moved", "deceased"])
def test_who_has_left_is_not_sent(person, there, clerk, receiver, residence):
    actions.set_residence(resident=person, residence=residence, by=clerk, on=ON, confirmed=True)
    for what in (person, person.household):
        with pytest.raises(ValidationError, match="Không còn ai"):
            send(stands(what), there, clerk)


def test_a_person_waits_for_one_ward_at_a_time(home, person, there, clerk, receiver):
    send(person, there, clerk)
    for what in (person, home):
        with pytest.raises(actions.Waiting, match="Đang chờ Phường Suối Hoa tiếp nhận Cao Văn Lợi"):
            send(what, there, clerk)


def test_the_database_itself_refuses_a_second_open_transfer(ward, person, there, clerk, receiver):
    sent = send(person, there, clerk)
    again = Transfer.objects.create(from_ward=ward, to_ward=there, proposed_by=clerk, proposed_at=AT)
    values = TransferPerson.objects.filter(transfer=sent).values().get() | {
        "id": None,
        "transfer_id": again.pk,
    }
    with pytest.raises(IntegrityError, match="transfer_one_open_per_resident"), transaction.atomic():
        TransferPerson.objects.create(**values)


def test_a_survey_team_sends_and_takes_back_in_its_neighbourhood_and_receives_nothing(
    ward, person, there, quarter, surveyor, receiver, clerk
):
    other = make_resident(ward, household=make_household(ward, neighbourhood=make_neighbourhood(ward)))
    with pytest.raises(actions.OutOfScope):
        send(other, there, surveyor)
    hidden = send(other, there, clerk)
    with pytest.raises(actions.OutOfScope):
        actions.withdraw_transfer(transfer=hidden, by=surveyor, at=AT)
    sent = send(person, there, surveyor)
    assert actions.withdraw_transfer(transfer=sent, by=surveyor, at=AT).state == "withdrawn"
    team = make_user(Role.SURVEYOR)
    team.assignments.create(neighbourhood=make_neighbourhood(there))
    again = send(stands(person), there, surveyor)
    assert transfers.waiting_for(team).people == 0
    assert transfers.incoming(team, AT).waiting == []
    with pytest.raises(actions.OutOfScope):
        actions.return_transfer(transfer=again, reason="x", by=team, at=AT)


# ---------------------------------------------------------------- while it waits


def test_what_waits_is_neither_edited_nor_moved(ward, home, person, there, clerk, receiver, told):
    other = make_household(ward)
    send(person, there, clerk)
    refused = (
        lambda: actions.update_resident(
            resident=person, name="Tên Khác", born=PartialDate(1950), by=clerk, on=ON
        ),
        lambda: actions.move_resident(resident=person, household=other, by=clerk, on=ON),
        lambda: actions.set_phones(resident=person, phones=[], by=clerk),
        lambda: actions.set_residence(resident=person, residence="away", by=clerk, on=ON),
        lambda: actions.move_household(household=home, ward=ward, neighbourhood=None, by=clerk, on=ON),
    )
    for attempt in refused:
        with pytest.raises(actions.Waiting, match="Rút lại"):
            attempt()
    assert stands(person).full_name == "Cao Văn Lợi"
    assert person.version == 1


def test_a_home_that_waits_takes_nobody_in(ward, home, person, there, clerk, receiver, told):
    guest = make_resident(ward, name="Người Khác")
    send(home, there, clerk)
    with pytest.raises(actions.Waiting):
        actions.add_resident(household=home, name="Bé Mới", born=PartialDate(2022), by=clerk, on=ON)
    with pytest.raises(actions.Waiting):
        actions.move_resident(resident=guest, household=home, by=clerk, on=ON)
    with pytest.raises(actions.Waiting):
        actions.update_household(
            household=home, by=clerk, house_number="1", street="x", dwelling="empty", walking_position=0
        )


def test_a_dose_is_never_refused_while_waiting(person, there, nurse, receiver, new_home):
    sent = send(person, there, nurse)
    dose = doses.record_dose(
        resident=person,
        by=nurse,
        on=ON,
        product=Product.objects.get(pk="AZ"),
        given=PartialDate(2022, 1, 20),
        confirmed=True,
    )
    actions.set_conditions(resident=person, numbers=[3], by=nurse, on=ON)
    assert dose.ward_id == sent.from_ward_id
    accept(sent, new_home, receiver)
    assert stands(dose).ward == there
    assert person.conditions.get().ward == there


def test_taken_back_it_may_be_edited_and_the_other_ward_sees_it_no_more(person, there, clerk, receiver, told):
    sent = send(person, there, clerk)
    actions.withdraw_transfer(transfer=sent, by=clerk, at=AT)
    actions.set_phones(resident=person, phones=["0987654321"], by=clerk)
    assert transfers.waiting_for(receiver).people == 0
    page = transfers.incoming(receiver, AT)
    assert (page.waiting, page.decided) == ([], [])


def test_the_receiving_ward_does_not_see_the_person_before(person, there, clerk, receiver):
    send(person, there, clerk)
    assert not Resident.objects.visible_to(receiver).exists()
    assert not Household.objects.visible_to(receiver).exists()


def test_returned_with_a_reason_it_comes_back_as_a_message(person, there, clerk, receiver, told):
    sent = send(person, there, clerk)
    with pytest.raises(ValidationError, match="Ghi lý do"):
        actions.return_transfer(transfer=sent, reason="  ", by=receiver, at=AT)
    actions.return_transfer(transfer=sent, reason="Không gặp gia đình", by=receiver, at=AT)
    notice = transfers.notice_of(stands(person), clerk, AT)
    assert notice.transfer.reason == "Không gặp gia đình"
    assert not notice.may_withdraw
    actions.set_phones(resident=person, phones=[], by=clerk)
    assert transfers.notice_of(person, clerk, AT + transfers.TOLD_FOR) is None
    send(stands(person), there, clerk)
    assert transfers.notice_of(person, clerk, AT).may_withdraw


# ---------------------------------------------------------------- the receiving ward


def test_only_a_home_of_the_receiving_ward_takes_them_in(
    ward, person, there, clerk, receiver, centre, new_home
):
    sent = send(person, there, clerk)
    with pytest.raises(actions.OutOfScope):
        accept(sent, make_household(ward), centre)
    elsewhere = make_user(Role.WARD_OFFICER, make_ward("09163"))
    for attempt in (
        lambda: accept(sent, new_home, elsewhere),
        lambda: accept(sent, new_home, clerk),
        lambda: actions.return_transfer(transfer=sent, reason="x", by=clerk, at=AT),
        lambda: actions.withdraw_transfer(transfer=sent, by=receiver, at=AT),
    ):
        with pytest.raises(actions.OutOfScope):
            attempt()
    assert stands(person).ward == ward
    assert stands(sent).is_open


def test_the_health_centre_sees_both_sides_and_may_answer_for_either(
    ward, person, there, clerk, centre, new_home
):
    sent = send(person, there, clerk)
    assert transfers.incoming(centre, AT).waiting == transfers.outgoing(centre, AT).waiting == [sent]
    assert transfers.waiting_for(centre) == transfers.Waiting(1, 1)
    actions.withdraw_transfer(transfer=sent, by=centre, at=AT)
    accept(send(stands(person), there, centre), new_home, centre)
    assert stands(person).ward == there


def test_after_acceptance_the_sending_ward_reads_only_what_it_sent(
    person, there, clerk, receiver, new_home, told
):
    accept(send(person, there, clerk), new_home, receiver)
    actions.update_resident(
        resident=stands(person), name="Cao Văn Đổi Tên", born=PartialDate(1950, 2), by=receiver, on=ON
    )
    (line,) = transfers.outgoing(clerk, AT).decided
    assert [one.full_name for one in transfers.told(line)] == ["Cao Văn Lợi"]
    assert transfers.outgoing(clerk, AT + transfers.TOLD_FOR + timedelta(days=1)).decided == []


def test_who_decides_second_is_told(person, there, clerk, receiver, new_home):
    sent = send(person, there, clerk)
    accept(sent, new_home, receiver)
    for attempt in (
        lambda: accept(sent, new_home, receiver),
        lambda: actions.return_transfer(transfer=sent, reason="x", by=receiver, at=AT),
        lambda: actions.withdraw_transfer(transfer=sent, by=clerk, at=AT),
    ):
        with pytest.raises(actions.Decided) as told:
            attempt()
        assert told.value.transfer.state == "accepted"
        assert told.value.transfer.decided_by == receiver


# ---------------------------------------------------------------- nothing left to accept


@pytest.mark.parametrize(("residence", "because"), [("deceased", "deceased"), ("moved", "left")])
def test_a_death_or_a_departure_is_written_and_closes_it(
    person, there, clerk, receiver, told, residence, because
):
    sent = send(person, there, clerk)
    actions.set_residence(resident=person, residence=residence, by=clerk, on=ON, confirmed=True)
    assert (stands(sent).state, sent.closed_because, sent.is_open) == ("closed", because, False)
    assert open_transfer_of(person) is None
    assert sent.history.get().state == "proposed"


def test_a_home_goes_on_while_somebody_is_left_in_it(ward, home, person, there, clerk, receiver, told):
    wife = make_resident(ward, household=home, name="Lê Thị Vợ")
    sent = send(home, there, clerk)
    actions.set_residence(resident=person, residence="deceased", by=clerk, on=ON, confirmed=True)
    assert stands(sent).is_open
    actions.set_residence(resident=wife, residence="deceased", by=clerk, on=ON, confirmed=True)
    assert stands(sent).closed_because == "deceased"


def test_moved_by_another_door_or_deleted_it_is_closed(ward, person, there, clerk, receiver, new_home):
    """As a file of the health centre does, in bulk and past every verb."""
    sent = send(person, there, clerk)
    Resident.objects.filter(pk=person.pk).update(ward=there, household=new_home)
    assert (stands(sent).state, sent.closed_because) == ("closed", "moved")
    other = make_resident(ward)
    sent = send(other, there, clerk)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM wards_resident WHERE id = %s", [other.pk])
    assert (stands(sent).state, sent.closed_because) == ("closed", "gone")


def test_a_home_whose_people_changed_past_the_desk_is_not_taken(
    ward, home, person, there, clerk, receiver, told
):
    sent = send(home, there, clerk)
    make_resident(ward, household=home, name="Đến Sau")
    answer = actions.accept_household(transfer=sent, neighbourhood=None, by=receiver, on=ON, at=AT)
    assert (answer.state, answer.closed_because) == ("closed", "changed")
    assert stands(home).ward == ward


# ---------------------------------------------------------------- two at once


@pytest.mark.django_db(transaction=True)
def test_of_two_who_answer_at_once_the_first_wins(person, there, clerk, receiver, new_home, monkeypatch):
    monkeypatch.setattr(hooks, "resident_facts_changed", [])
    sent = send(person, there, clerk)
    start, answers = Barrier(2), []

    def answer(decide):
        try:
            start.wait(timeout=30)
            answers.append(decide().state)
        except actions.Decided as decided:
            answers.append(f"told {decided.transfer.state}")
        finally:
            connections.close_all()

    deciders = (
        lambda: accept(sent, new_home, receiver),
        lambda: actions.withdraw_transfer(transfer=sent, by=clerk, at=AT),
    )
    threads = [Thread(target=answer, args=(decide,)) for decide in deciders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    state = stands(sent).state
    assert sorted(answers) == sorted([state, f"told {state}"])
    assert stands(person).ward_id == (there.pk if state == "accepted" else sent.from_ward_id)
