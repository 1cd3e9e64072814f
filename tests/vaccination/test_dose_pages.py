"""The pages on which doses, infections and screenings are entered, and what the person page shows of them.

All people here are synthetic.
"""

import uuid
from datetime import date, timedelta

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from lib import clock
from tests.factories import know_history, make_dose, make_resident, make_user, make_ward
from vaccination import actions, forecasts, person
from vaccination.models import DoseHistory, DoseRecord, Forecast, Infection, Product, Screening
from vaccination.states import State
from wards.models import AccessEvent
from wards.roles import Role

pytestmark = pytest.mark.django_db

TODAY = date(2022, 2, 5)


@pytest.fixture(autouse=True)
def replayed_day(monkeypatch):
    """A training clock: today is 05/02/2022."""
    offset = timedelta(days=(TODAY - clock.vietnamese_day(clock.real_now())).days)
    monkeypatch.setattr(clock, "_offset_source", lambda: offset)


@pytest.fixture
def ward():
    return make_ward()


@pytest.fixture
def nurse(ward):
    return make_user(Role.STATION, ward)


@pytest.fixture
def officer(ward):
    return make_user(Role.WARD_OFFICER, ward)


@pytest.fixture
def resident(ward):
    found = make_resident(ward, name="Nguyễn Thị Lan", sex="F")
    know_history(found)
    return found


@pytest.fixture
def at_desk(client, officer):
    client.force_login(officer)
    return client


@pytest.fixture
def at_station(client, nurse):
    client.force_login(nurse)
    return client


def entry(**changes) -> dict:
    """What the browser sends for an AstraZeneca dose."""
    return {
        "form_id": str(uuid.uuid4()),
        "product": "AZ",
        "given": "01/06/2021",
        "remembered": "day",
        "source": "desk",
        "lot": "",
        "volume_ml": "",
        "site": "",
    } | changes


def dose_url(resident) -> str:
    return reverse("vaccination:dose-create", args=[resident.pk])


def person_url(resident) -> str:
    return reverse("outreach:resident-detail", args=[resident.pk])


# ---------------------------------------------------------------- entering a dose


def test_a_dose_is_entered_and_the_person_page_comes_back(at_desk, resident, officer):
    page = at_desk.get(dose_url(resident))
    assert "Nguyễn Thị Lan" in page.text
    assert "Chưa có mũi tiêm nào được ghi nhận" in page.text
    answer = at_desk.post(dose_url(resident), entry(lot="ABV12", volume_ml="0,5", site="Trạm Y tế"))
    assert (answer.status_code, answer["Location"]) == (302, person_url(resident))
    dose = DoseRecord.objects.get()
    assert (dose.lot, str(dose.volume_ml), dose.entered_by) == ("ABV12", "0.50", officer)
    assert Forecast.objects.get().next_ordinal == 2


def test_looking_at_the_form_is_written_down(at_desk, resident, officer):
    at_desk.get(dose_url(resident))
    event = AccessEvent.objects.get()
    assert (event.user, event.object_id, event.ward_id) == (officer, str(resident.pk), resident.ward_id)


@pytest.mark.parametrize(
    ("typed", "remembered", "kept"),
    [
        ("15/06/2021", "month", "2021-06"),
        ("15/06/2021", "year", "2021"),
        ("06/2021", "day", "2021-06"),
        ("2021", "day", "2021"),
        ("1.6.21", "day", "2021-06-01"),
    ],
)
def test_a_dose_is_kept_as_far_as_it_is_remembered(at_desk, resident, typed, remembered, kept):
    at_desk.post(dose_url(resident), entry(given=typed, remembered=remembered))
    assert DoseRecord.objects.get().given.iso() == kept


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"given": "12/02/2022"}, "Ngày tiêm 12/02/2022 sau hôm nay (05/02/2022)."),
        ({"given": "32/01/2022"}, "không có ngày 32"),
        ({"given": ""}, "Ghi ngày tiêm"),
        ({"product": ""}, "Chọn loại vắc xin"),
        ({"volume_ml": "nửa"}, "Ghi số ml"),
        ({"volume_ml": "50"}, "Ghi số ml"),
    ],
)
def test_a_mistake_is_said_in_words_and_nothing_typed_is_lost(at_desk, resident, change, words):
    answer = at_desk.post(dose_url(resident), entry(lot="ABV12", site="Nhà văn hóa") | change)
    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="ABV12"' in answer.text
    assert 'value="Nhà văn hóa"' in answer.text
    assert not DoseRecord.objects.exists()


def test_a_second_shot_of_the_day_is_asked_about_then_taken(at_desk, resident):
    make_dose(resident, "AZ", "2021-06-01")
    asked = at_desk.post(dose_url(resident), entry())
    assert asked.status_code == 422
    assert "Đã có mũi AstraZeneca ngày 01/06/2021" in asked.text
    at_desk.post(dose_url(resident), entry(confirmed="on"))
    assert DoseRecord.objects.count() == 2


def test_a_form_sent_twice_is_recorded_once(at_desk, resident):
    sent = entry()
    at_desk.post(dose_url(resident), sent)
    again = at_desk.post(dose_url(resident), sent)
    assert again.status_code == 302
    assert DoseRecord.objects.count() == 1


def test_a_used_form_with_other_contents_is_asked_about_and_keeps_what_was_typed(at_desk, resident):
    sent = entry()
    at_desk.post(dose_url(resident), sent)
    answer = at_desk.post(dose_url(resident), sent | {"given": "10/08/2021"})
    assert "Trang này đã dùng để ghi mũi AstraZeneca ngày 01/06/2021" in answer.text
    fresh = answer.context["form"]["form_id"].value()
    assert fresh != sent["form_id"]
    at_desk.post(dose_url(resident), sent | {"given": "10/08/2021", "form_id": fresh})
    assert DoseRecord.objects.count() == 2


def test_whose_history_is_unknown_is_asked_whether_this_is_all(at_desk, ward):
    resident = make_resident(ward)
    refused = at_desk.post(dose_url(resident), entry())
    assert "Chọn một câu trả lời" in refused.text
    at_desk.post(dose_url(resident), entry(history="open"))
    assert DoseHistory.objects.get().is_known is False
    at_desk.post(dose_url(resident), entry(given="10/08/2021", history="complete"))
    assert Forecast.objects.get().valid_doses == 2


def test_a_dose_among_unknown_others_says_why_it_has_no_place(at_desk, ward, nurse):
    resident = make_resident(ward)
    at_desk.post(dose_url(resident), entry(history="open"))
    (line,) = person.vaccination_facts(resident, nurse, TODAY).doses
    assert (line.status, line.counted) == ("not_counted", "Chưa được tính")
    assert line.note == "Vì chưa rõ đã tiêm mấy mũi, chưa biết đây là mũi thứ mấy."


def test_claimed_dose_waits_on_the_page_for_its_confirmation(at_station, resident, nurse):
    at_station.post(dose_url(resident), entry(source="claimed"))
    (line,) = person.vaccination_facts(resident, nurse, TODAY).doses
    assert (line.status, line.counted) == ("claimed", "Gia đình báo, chờ xác nhận")
    url = reverse("vaccination:dose-correct", args=[line.dose.pk])
    form = at_station.get(url).context["form"]
    assert (form["reason"].value(), form["source"].value()) == ("Đã có giấy xác nhận", "desk")
    at_station.post(url, entry(reason="Đã có giấy xác nhận", reason_text=""))
    assert Forecast.objects.get().valid_doses == 1


# ---------------------------------------------------------------- correcting and voiding


def test_a_dose_is_corrected_by_the_station(at_station, resident):
    dose = make_dose(resident, "AZ", "2021-06-01", lot="L1")
    url = reverse("vaccination:dose-correct", args=[dose.pk])
    assert 'value="01/06/2021"' in at_station.get(url).text
    answer = at_station.post(
        url, entry(given="02/06/2021", lot="L1", reason="Ghi nhầm ngày tiêm", reason_text="")
    )
    assert answer["Location"] == person_url(resident)
    new = DoseRecord.objects.standing().get()
    assert (new.given.iso(), new.lot, new.replaces) == ("2021-06-02", "L1", dose)
    assert dose.void.reason == "Ghi nhầm ngày tiêm"


def test_voiding_asks_for_a_reason_and_can_be_undone(at_station, resident):
    dose = make_dose(resident, "AZ", "2021-06-01")
    url = reverse("vaccination:dose-void", args=[dose.pk])
    assert "Chọn lý do" in at_station.post(url, {}).text
    assert "Ghi lý do khác" in at_station.post(url, {"reason": "other", "reason_text": " "}).text
    at_station.post(url, {"reason": "other", "reason_text": "Trùng tên với bà ở số 5"})
    assert dose.__class__.objects.get().void.reason == "Trùng tên với bà ở số 5"
    restore = reverse("vaccination:dose-restore", args=[dose.pk])
    at_station.post(restore)
    at_station.post(restore)
    assert DoseRecord.objects.standing().count() == 1


def test_an_officer_enters_doses_but_neither_corrects_nor_voids_them(at_desk, resident):
    dose = make_dose(resident)
    assert at_desk.get(dose_url(resident)).status_code == 200
    for name in ("dose-correct", "dose-void"):
        assert at_desk.get(reverse(f"vaccination:{name}", args=[dose.pk])).status_code == 403
    assert at_desk.post(reverse("vaccination:dose-restore", args=[dose.pk])).status_code == 403
    assert at_desk.get(reverse("vaccination:screening-create", args=[resident.pk])).status_code == 403


def test_somebody_elses_people_and_doses_are_not_there(client, resident):
    client.force_login(make_user(Role.STATION, make_ward("09187")))
    dose = make_dose(resident)
    infection = Infection.objects.create(resident=resident, ward_id=resident.ward_id, confirmed_on=TODAY)
    screening = Screening.objects.create(
        resident=resident,
        ward_id=resident.ward_id,
        programme_id="COVID-19",
        category="ELIG",
        screened_on=TODAY,
    )
    for name in ("dose-create", "dose-history", "infection-create", "screening-create"):
        assert client.get(reverse(f"vaccination:{name}", args=[resident.pk])).status_code == 404
        assert client.post(reverse(f"vaccination:{name}", args=[resident.pk]), entry()).status_code == 404
    for name in ("dose-correct", "dose-void"):
        assert client.get(reverse(f"vaccination:{name}", args=[dose.pk])).status_code == 404
    assert client.post(reverse("vaccination:dose-restore", args=[dose.pk])).status_code == 404
    assert client.post(reverse("vaccination:infection-withdraw", args=[infection.pk])).status_code == 404
    assert client.get(reverse("vaccination:infection-update", args=[infection.pk])).status_code == 404
    assert client.post(reverse("vaccination:screening-withdraw", args=[screening.pk])).status_code == 404


# ---------------------------------------------------------------- history, infection, screening


def test_who_was_asked_and_had_none_is_due(at_desk, ward):
    resident = make_resident(ward)
    url = reverse("vaccination:dose-history", args=[resident.pk])
    assert "Chưa tiêm mũi nào" in at_desk.get(url).text
    assert "Chọn một câu trả lời" in at_desk.post(url, {}).text
    at_desk.post(url, {"is_known": "known"})
    assert Forecast.objects.get().valid_doses == 0
    at_desk.post(url, {"is_known": "unknown"})
    assert Forecast.objects.get().valid_doses is None


def test_an_infection_is_entered_brought_up_to_date_and_taken_back(at_station, resident):
    url = reverse("vaccination:infection-create", args=[resident.pk])
    assert "Ghi ngày xác định mắc" in at_station.post(url, {}).text
    assert "sau hôm nay" in at_station.post(url, {"confirmed_on": "06/02/2022"}).text
    at_station.post(url, {"confirmed_on": "20/01/2022"})
    infection = Infection.objects.get()
    update = reverse("vaccination:infection-update", args=[infection.pk])
    wrong = at_station.post(update, {"recovered_on": "19/01/2022"})
    assert "không thể trước ngày xác định mắc" in wrong.text
    at_station.post(update, {"recovered_on": "01/02/2022"})
    infection.refresh_from_db()
    assert (infection.confirmed_on, infection.recovered_on) == (date(2022, 1, 20), date(2022, 2, 1))
    at_station.post(reverse("vaccination:infection-withdraw", args=[infection.pk]))
    assert not Infection.objects.exists()


def test_a_screening_is_entered_with_the_day_of_return(at_station, resident, nurse):
    url = reverse("vaccination:screening-create", args=[resident.pk])
    page = at_station.get(url)
    assert "Mọi loại vắc xin" in page.text
    assert "Chưa rõ loại" not in page.text
    deferral = {"category": "DEFER", "product": "", "screened_on": "05/02/2022", "until": "", "reason": "sốt"}
    assert "cần ngày trở lại danh sách" in at_station.post(url, deferral).text
    assert "phải sau ngày khám" in at_station.post(url, deferral | {"until": "05/02/2022"}).text
    at_station.post(url, deferral | {"until": "15/02/2022"})
    assert Forecast.objects.get().deferred_until == date(2022, 2, 15)
    (line,) = person.vaccination_facts(resident, nurse, TODAY).screenings
    assert (line.label, line.product, line.reason) == ("Tạm hoãn đến 15/02/2022", "Mọi loại vắc xin", "sốt")
    at_station.post(reverse("vaccination:screening-withdraw", args=[line.screening.pk]))
    assert Forecast.objects.get().deferred_until is None


# ---------------------------------------------------------------- the person page


def test_the_person_page_says_how_each_dose_was_counted(resident, nurse):
    make_dose(resident, "PFZ", "2021-10-06", entered_by=nurse)
    make_dose(resident, "PFZ", "2021-10-20")
    voided = make_dose(resident, "AZ", "2021-11-01")
    actions.void_dose(dose=voided, reason="Ghi nhầm người", by=nurse, on=TODAY)
    facts = person.vaccination_facts(resident, nurse, TODAY)
    assert [(line.status, line.counted) for line in facts.doses] == [
        ("counted", "Được tính: mũi 1 cơ bản"),
        ("not_counted", "Chưa được tính"),
        ("voided", "Đã hủy ghi nhận (vì Ghi nhầm người)"),
    ]
    assert "cách mũi trước 14 ngày" in facts.doses[1].note
    assert facts.doses[0].entered_by == str(nurse)
    assert [line.may_restore for line in facts.doses] == [False, False, True]
    html = render_to_string("vaccination/_person_doses.html", {"resident": resident, "facts": facts})
    assert "Được tính: mũi 1 cơ bản" in html
    assert reverse("vaccination:dose-restore", args=[voided.pk]) in html


def test_the_answer_carries_state_line_and_reason(resident, nurse):
    make_dose(resident, "AZ", "2021-06-01")
    make_dose(resident, "AZ", "2021-08-03")
    answer = person.vaccination_facts(resident, nurse, TODAY).answer
    assert (answer.state, answer.label, answer.line) == (State.DUE, "Đến lịch", "từ 03/11/2021")
    assert answer.next_dose == "mũi nhắc lại lần 1"
    assert answer.products.startswith("AstraZeneca, Pfizer")
    assert "03/08/2021" in answer.why


def test_a_reason_costs_no_query(resident, nurse, django_assert_num_queries):
    make_dose(resident, "AZ", "2021-06-01")
    forecasts.refresh_residents([resident.pk], TODAY)
    row, abilities = Forecast.objects.get(), person.abilities_of(nurse)
    with django_assert_num_queries(0):
        sentence = person.why(row, resident, abilities, TODAY)
    assert sentence.startswith("Bà Nguyễn Thị Lan đã tiêm mũi 1 AstraZeneca ngày 01/06/2021")


def test_illness_is_told_only_to_who_treats_or_screens(resident, nurse, officer):
    actions.record_infection(resident=resident, confirmed_on=date(2022, 2, 1), by=nurse, on=TODAY)
    actions.record_screening(
        resident=resident,
        category="CONTRA",
        product=Product.objects.get(pk="AZ"),
        screened_on=date(2022, 1, 20),
        reason="phản vệ",
        by=nurse,
        on=TODAY,
    )
    told = person.vaccination_facts(resident, nurse, TODAY)
    assert "COVID-19 ngày 01/02/2022" in told.answer.why
    assert len(told.infections) == 1
    assert told.screenings[0].reason == "phản vệ"
    hidden = person.vaccination_facts(resident, officer, TODAY)
    assert "COVID-19 ngày" not in " ".join(hidden.answer.sentences)
    assert "thuộc nhóm nguy cơ" in hidden.answer.why
    assert hidden.infections is None
    assert hidden.screenings[0].reason == ""
    html = render_to_string("vaccination/_person_doses.html", {"resident": resident, "facts": hidden})
    assert "phản vệ" not in html
    assert "01/02/2022" not in html


def test_the_police_see_no_health_facts(resident, ward):
    make_dose(resident)
    facts = person.vaccination_facts(resident, make_user(Role.WARD_POLICE, ward), TODAY)
    assert (facts.doses, facts.answer, facts.screenings, facts.infections) == ([], None, [], None)


def test_who_left_has_doses_but_nothing_due(resident, nurse):
    make_dose(resident)
    resident.residence = "moved"
    resident.save()
    facts = person.vaccination_facts(resident, nurse, TODAY)
    assert facts.answer is None
    assert len(facts.doses) == 1


def test_queries_do_not_grow_with_doses(resident, nurse, django_assert_max_num_queries):
    for month in range(3, 11):
        make_dose(resident, "AZ", f"2021-{month:02}-15")
    forecasts.refresh_residents([resident.pk], TODAY)
    nurse.assignments.count()
    with django_assert_max_num_queries(8):
        facts = person.vaccination_facts(resident, nurse, TODAY)
        render_to_string("vaccination/_person_doses.html", {"resident": resident, "facts": facts})
