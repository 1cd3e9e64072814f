"""Who may be the same person: a table of evidence, and the people who must never be called the same."""

import pytest

from lib.dates_vn import PartialDate
from lib.identity import classify
from tests.factories import make_household, make_neighbourhood, make_resident, make_user
from wards import duplicates, identity_numbers
from wards.duplicates import Entry
from wards.models import Resident
from wards.roles import Role

CCCD, OTHER_CCCD = "027150001234", "027150009876"
pytestmark = pytest.mark.django_db


def entry(name="Nguyễn Thị Lan", born="1950-03-07", **more) -> Entry:
    return Entry(name=name, born=PartialDate.from_iso(born) if born else None, **more)


def found(entered: Entry) -> list[duplicates.Weighed]:
    return duplicates.probable(entered, among=Resident.objects.all())


def claim(person, number) -> None:
    values = identity_numbers.claim_values(classify(number))
    person.identity_claims.create(ward_id=person.ward_id, **values)


@pytest.fixture
def lan(ward, home):
    return make_resident(
        ward, household=home, name="Nguyễn Thị Lan", born="1950-03-07", sex="F", phones=["0912345678"]
    )


@pytest.mark.parametrize(
    ("entered", "sentence"),
    [
        (entry(), "Trùng tên và ngày sinh, số nhà 14"),
        (entry(born="1950"), "Trùng tên và năm sinh, số nhà 14"),
        (entry(born="1950-03"), "Trùng tên và năm sinh, số nhà 14"),
        (entry("nguyen thi lan"), "Trùng tên không dấu và ngày sinh, số nhà 14"),
        (entry("NGUYỄN THỊ LAN", "1950"), "Trùng tên và năm sinh, số nhà 14"),
        (entry("Nguyễn Lan"), "Trùng ngày sinh, tên gần giống, số nhà 14"),
        (entry("Ng. T. Lan"), "Trùng ngày sinh, tên gần giống, số nhà 14"),
        (entry("Nguyễn Thị Nan"), "Trùng ngày sinh, tên gần giống, số nhà 14"),
        (entry(born="1951", phones=["0912345678"]), "Trùng tên và số điện thoại, số nhà 14"),
    ],
)
def test_probable_duplicates_are_named_with_their_reason(lan, entered, sentence):
    assert [(one.resident, one.sentence, one.is_likely) for one in found(entered)] == [(lan, sentence, True)]


@pytest.mark.parametrize(
    "entered",
    [
        entry(born="1953-03-07"),  # another year
        entry("Trần Thị Hoa"),
        entry("Phạm Thị Lan"),  # given name and birth date alone
        entry("Nguyễn Thị Hồng"),
        entry(born=None),
        entry("Nguyễn Thị Lan", "1950", sex="M"),
        entry("Nguyễn Thị Lam Anh"),
    ],
)
def test_little_evidence_raises_no_card(lan, entered):
    assert found(entered) == []


def test_the_same_family_name_and_year_weigh_nothing(ward, home):
    make_resident(ward, household=home, name="Nguyễn Văn Bình", born="1950-03-07")
    assert found(entry("Nguyễn Văn An")) == []


def test_the_same_home_adds_to_a_weak_name(lan, home):
    assert found(entry("Nguyễn Lan", "1950")) == []
    (one,) = found(entry("Nguyễn Lan", "1950", household=home))
    assert one.sentence == "Trùng năm sinh, tên gần giống, cùng hộ, số nhà 14"


def test_a_citizen_number_decides(lan):
    claim(lan, CCCD)
    (one,) = found(entry("Nguyễn Thị Làn", "1950", number=classify(CCCD)))
    assert one.weight >= duplicates.CERTAIN
    assert "số CCCD" in one.sentence


def test_a_number_whose_name_and_year_both_differ_only_asks(lan):
    claim(lan, CCCD)
    (one,) = found(entry("Trần Văn Ba", "1980-01-01", number=classify(CCCD)))
    assert duplicates.LIKELY <= one.weight < duplicates.CERTAIN


def test_two_different_citizen_numbers_are_two_people(lan):
    claim(lan, CCCD)
    assert found(entry(number=classify(OTHER_CCCD))) == []


def test_an_old_number_beside_a_new_one_is_no_contradiction(lan):
    claim(lan, "123876459")
    assert len(found(entry(number=classify(CCCD)))) == 1


def test_old_and_new_insurance_cards_agree_by_their_last_ten_digits(lan):
    lan.insurance_number = "HT2270123456789"
    lan.save()
    (one,) = found(entry("Lan", None, insurance_number="0123456789"))
    assert "số thẻ BHYT" in one.sentence


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Nguyễn Minh Lân", "M"), ("Nguyễn Minh Lan", "F")),
        (("Nguyễn Văn Hùng", "M"), ("Nguyễn Văn Hưng", "M")),
        (("Nguyễn Minh Anh", "F"), ("Nguyễn Minh Ánh", "F")),
        (("Nguyễn Minh Anh", "F"), ("Nguyễn Minh Anh", "M")),
        (("Nguyễn Văn Nam", "M"), ("Nguyễn Văn Lam", "M")),
    ],
)
def test_twins_are_shown_and_never_called_the_same(ward, home, one, other):
    make_resident(ward, household=home, name=one[0], born="2010-06-01", sex=one[1])
    (shown,) = found(entry(other[0], "2010-06-01", sex=other[1], household=home))
    assert shown.is_twin
    assert not shown.is_likely


def test_a_name_typed_without_accents_is_no_twin(ward, home):
    make_resident(ward, household=home, name="Nguyễn Văn Hùng", born="2010-06-01", sex="M")
    (shown,) = found(entry("nguyen van hung", "2010-06-01", sex="M", household=home))
    assert shown.is_likely
    assert not shown.is_twin


def test_the_dead_are_not_offered(lan):
    lan.residence = Resident.Residence.DECEASED
    lan.save()
    assert found(entry()) == []


def test_only_the_readers_own_area_is_looked_at(lan, ward):
    surveyor = make_user(Role.SURVEYOR)
    surveyor.assignments.create(neighbourhood=make_neighbourhood(ward))
    assert duplicates.probable(entry(), among=Resident.objects.visible_to(surveyor)) == []


def test_the_likeliest_come_first_and_three_are_enough(ward):
    for at in range(5):
        make_resident(
            ward,
            household=make_household(ward),
            name="Nguyễn Thị Lan",
            born="1950-03-04" if at == 3 else "1950",
        )
    shown = found(entry(born="1950-03-04"))
    assert len(shown) == 3
    assert str(shown[0].resident.born) == "04/03/1950"


@pytest.mark.parametrize(
    ("left", "right", "near"),
    [
        ("nguyen thi lan", "nguyen lan", True),
        ("nguyen thi thu lan", "nguyen thu thi lan", True),
        ("nguyen van an", "ng v an", True),
        ("nguyen thi lan", "tran thi lan", False),
        ("nguyen thi thanh lan", "nguyen lan", False),
        ("tran van truong", "tran van chuong", True),
        ("le van son", "le van xon", True),
        ("nguyen van quy", "nguyen van qui", True),
        ("nguyen thi hoa", "nguyen thi hoan", True),
        ("lan", "hoa", False),
        ("", "", True),
    ],
)
def test_near_names(left, right, near):
    assert duplicates.is_near(left, right) is near
