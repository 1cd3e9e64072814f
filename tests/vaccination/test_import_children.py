"""A school's list of children: guardian, school and class are read, compared and never erased. All people are synthetic."""

import pytest

from tests.vaccination import workbooks
from wards.models import Resident

TITLES = (
    "STT",
    "Họ và tên",
    "Ngày sinh",
    "Trường",
    "Lớp",
    "Họ tên cha/mẹ",
    "Quan hệ với trẻ",
    "SĐT phụ huynh",
)


def write(tmp_path, *rows, titles=TITLES, name="truong.xlsx"):
    return workbooks.write(tmp_path / name, [[n, *row] for n, row in enumerate(rows, 1)], titles=titles)


BINH = ("Trần Văn Bé", "07/03/2010", "THCS Thử", "6A", "TRẦN THỊ MẸ", "Mẹ", "0912 345 678")


def child() -> Resident:
    return Resident.objects.get()


def said(resident: Resident) -> tuple[str, ...]:
    return (
        resident.guardian_name, resident.guardian_relation, resident.guardian_phone,
        resident.school, resident.school_class,
    )  # fmt: skip


def test_guardian_school_and_class_are_read_under_common_titles(tmp_path, ward, commit):
    assert commit(write(tmp_path, BINH))["new"] == 1
    assert said(child()) == ("Trần Thị Mẹ", "mother", "0912345678", "THCS Thử", "6A")
    assert (child().guardian, child().school_and_class) == ("Trần Thị Mẹ (mẹ)", "THCS Thử, lớp 6A")
    again = commit(write(tmp_path, BINH))
    assert (again["new"], again["changed"], again["same"]) == (0, 0, 1)


@pytest.mark.parametrize(
    ("titles", "cells", "guardian"),
    [
        (("Họ tên mẹ",), ("LÊ THỊ MAI",), ("Lê Thị Mai", "mother", "")),
        (("Họ tên bố", "SĐT bố"), ("Lê Văn Bố", "0987654321"), ("Lê Văn Bố", "father", "0987654321")),
        (("Họ tên mẹ", "Họ tên bố"), ("", "Lê Văn Bố"), ("Lê Văn Bố", "father", "")),
        (("Người giám hộ", "Quan hệ với trẻ"), ("Lê Thị Bà", "bà ngoại"), ("Lê Thị Bà", "grandparent", "")),
        (("Người giám hộ", "Họ tên mẹ"), ("Lê Thị Cô", "Lê Thị Mẹ"), ("Lê Thị Cô", "", "")),
        (("Phụ huynh", "SĐT phụ huynh"), ("Lê Thị Cô", "12"), ("Lê Thị Cô", "", "")),
        ((), (), ("", "", "")),
    ],
)
def test_a_column_of_mothers_or_fathers_names_the_guardian(tmp_path, ward, commit, titles, cells, guardian):
    commit(
        write(
            tmp_path, ("Trần Văn Bé", "07/03/2010", *cells), titles=("STT", "Họ và tên", "Ngày sinh", *titles)
        )
    )
    assert said(child())[:3] == guardian


def test_a_changed_class_is_a_change_and_an_empty_cell_erases_nothing(tmp_path, ward, commit):
    commit(write(tmp_path, BINH))
    account = commit(write(tmp_path, (*BINH[:3], "7A", "", "", "")))
    assert account["changed"] == 1
    assert said(child()) == ("Trần Thị Mẹ", "mother", "0912345678", "THCS Thử", "7A")
    former = child().history.get()
    assert (former.school_class, former.guardian_name) == ("6A", "Trần Thị Mẹ")


def test_two_rows_that_differ_only_in_the_guardian_are_not_one_row_said_twice(tmp_path, ward, read_file):
    other = (*BINH[:4], "Trần Văn Bố", "Bố", "0987654321")
    _code, account = read_file(write(tmp_path, BINH, other))
    assert account["same"] == 0
    _code, account = read_file(write(tmp_path, BINH, BINH))
    assert (account["new"], account["same"]) == (1, 1)
