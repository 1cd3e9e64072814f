"""Workbooks as wards send them, written by XlsxWriter (the reading library never writes what it reads). All synthetic."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from vaccination.imports import national

SHORT = [
    "STT",
    "Họ và tên",
    "Ngày sinh",
    "Giới tính",
    "Số điện thoại",
    "Số CCCD",
    "Địa chỉ",
    "Khu phố",
    "Bệnh nền",
]
DOSE_COLUMNS = ["Tên vắc xin", "Ngày tiêm", "Số lô", "Cơ sở tiêm"]


def write(
    path: Path,
    rows: Sequence[Sequence[Any]],
    *,
    titles: Sequence[str] = SHORT,
    above: Sequence[str] = (),
    sheet: str = "DS",
) -> Path:
    """A sheet with title rows above the header; texts as texts, dates as true dates."""
    book = xlsxwriter.Workbook(path, {"default_date_format": "dd/mm/yyyy", "strings_to_numbers": False})
    page = book.add_worksheet(sheet)
    for number, text in enumerate(above):
        page.write_string(number, 0, text)
    page.write_row(len(above), 0, titles)
    for number, row in enumerate(rows, len(above) + 1):
        for column, value in enumerate(row):
            if isinstance(value, (date, datetime)):
                page.write_datetime(number, column, value)
            elif isinstance(value, str):
                page.write_string(number, column, value)
            elif value is not None:
                page.write(number, column, value)
    book.close()
    return path


def person(
    number: int,
    name: str,
    born: Any,
    sex: str = "Nữ",
    phone: str = "",
    cccd: str = "",
    address: str = "",
    quarter: str = "",
    illness: str = "",
) -> list[Any]:
    """A row under the titles of SHORT."""
    return [number, name, born, sex, phone, cccd, address, quarter, illness]


def national_row(
    number: int,
    name: str,
    born: Any,
    *,
    sex: str = "Nữ",
    group: Any = 9,
    phone: str = "",
    cccd: str = "",
    ward: str = "09190",
    address: str = "",
    illness: str = "",
    doses: Sequence[Sequence[Any]] = (),
    reason: str = "",
    note: str = "",
    groups: int = 4,
) -> list[Any]:
    """A row in the national platform's shape. doses: (ordinal, type, product, day, lot, site, reaction), shorter is fine."""
    row = [
        number,
        name,
        born,
        sex,
        group,
        "",
        phone,
        cccd,
        "",
        "Kinh",
        "Việt Nam",
        "27",
        "Tỉnh Bắc Ninh",
        "256",
        "Thành phố Bắc Ninh",
        ward,
        "",
        address,
        illness,
    ]
    for index in range(groups):
        dose = list(doses[index]) if index < len(doses) else []
        row += dose + [""] * (len(national.DOSE_TITLES) - len(dose))
    return [*row, reason, note]


def synthetic_cccd(number: int, *, born: int, female: bool = True) -> str:
    """An identity number that nobody can have (province 099), consistent with sex and birth year."""
    return f"099{(2 if born >= 2000 else 0) + female}{born % 100:02}{number:06}"
