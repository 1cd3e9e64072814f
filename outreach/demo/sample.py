"""The sample workbook of a demonstration: a ward's list, small enough to look through, with one of every case worth seeing.

Most of its people are on record and unchanged; the new ones stand at the top, each with a story that the list then tells
(DOMAIN 2.2, WORDS 6).
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from lib.dates_vn import PartialDate
from outreach.demo import sheets
from outreach.demo.doses import add_months
from outreach.demo.lines import DoseCells, Line, Newcomers, changed, known
from vaccination.models import Product
from wards.models import AdministrativeUnit

UNCHANGED, CHANGED, DOUBTFUL, MOVED = 58, 8, 2, 2
GROUPS = 3


def sample_workbook(unit: AdministrativeUnit, on: date) -> bytes:
    """An .xlsx in the national platform's shape for this ward: about 85 rows. Works on an empty ward too."""
    return sheets.workbook([sheet(unit, on)])


def sheet(unit: AdministrativeUnit, on: date) -> sheets.Sheet:
    lines = lines_of(unit, on)
    hand = sheets.Hand(Random(f"{unit.code}/hand"), real_dates=70)
    ward = (unit.code, unit.full_name)
    rows = [
        sheets.national_row(hand, order, line, ward, groups=GROUPS)
        for order, line in enumerate(lines, start=1)
    ]
    above = [f"UBND {unit.full_name.upper()}", "DANH SÁCH NGƯỜI DÂN VÀ KẾT QUẢ TIÊM VẮC XIN PHÒNG COVID-19"]
    above.append(f"(Tệp mẫu, số liệu giả định, tính đến ngày {on - timedelta(days=1):%d/%m/%Y})")
    return sheets.Sheet("Danh sách", above, sheets.national_header(GROUPS, two_rows=False), rows)


def lines_of(unit: AdministrativeUnit, on: date) -> list[Line]:
    """The rows: newcomers with a story, then the ward as it is with some changes, then what a person has to look at."""
    random = Random(f"{unit.code}/{on.isoformat()}")
    products = dict(Product.objects.values_list("code", "short_name"))
    newcomers = Newcomers(random, unit, on)
    here = known(unit, limit=400)
    picked = random.sample(here, min(len(here), UNCHANGED + CHANGED))
    lines = _newcomers(newcomers, unit, on, products)
    lines += [changed(random, line, on, products) for line in picked[:CHANGED]]
    lines += picked[CHANGED:]
    lines += _to_look_at(random, [line for line in here if line not in picked])
    lines += _arrivals(unit, on)
    return lines + _wrong(newcomers, unit, on, products)


# ---------------------------------------------------------------- newcomers


def _newcomers(
    newcomers: Newcomers, unit: AdministrativeUnit, on: date, products: dict[str, str]
) -> list[Line]:
    """Synthetic people with the cases of WORDS 6; dates are counted from `on`, so that they stay true on another day."""
    site = f"Trạm Y tế phường {unit.name}"

    def day(days_ago: int) -> date:
        return on - timedelta(days=days_ago)

    def doses(*given: tuple[str, date, str]) -> list[DoseCells]:
        return [
            DoseCells(number, kind, products[code], PartialDate.of(when), f"GD{code}{400 + number}", site)
            for number, (code, when, kind) in enumerate(given, start=1)
        ]

    basic, months = "", lambda count: date.fromordinal(add_months(on.toordinal(), -count))
    first_booster_day = months(3) - timedelta(days=16)
    people = [
        ("Nguyễn Thị Lan", "F", _aged(on, 72, 41), [], "", ""),
        ("Trần Văn Bình", "M", _aged(on, 55, 200), doses(("PFZ", day(57), basic)), "", ""),
        ("Lê Thị Hoa", "F", _aged(on, 63, 120), doses(("VERO", day(59), basic), ("VERO", day(31), basic)), "", ""),
        ("Phạm Văn Dũng", "M", _aged(on, 51, 77), doses(("AZ", first_booster_day - timedelta(days=63), basic), ("AZ", first_booster_day, basic)), "", ""),
        ("Hoàng Thị Tâm", "F", _aged(on, 67, 300), doses(("AZ", day(200), basic), ("AZ", day(137), basic), ("PFZ", day(21), "nhắc lại")), "", ""),
        ("Đặng Văn Hải", "M", _aged(on, 44, 15), doses(("PFZ", day(95), basic), ("PFZ", day(72), basic)), "", ""),
        ("Ngô Thị Thu", "F", _aged(on, 58, 250), doses(("PFZ", day(122), basic), ("PFZ", day(108), basic)), "", ""),
        ("Bùi Văn Sơn", "M", PartialDate(on.year - 50), [], "", ""),
        ("Vũ Thị Mai", "F", _aged(on, 36, 88), [], "Tăng huyết áp", "Báo đã tiêm nơi khác, chờ giấy xác nhận"),
        ("Đỗ Văn Minh", "M", _aged(on, 78, 10), [], "Suy tim, Đái tháo đường", "Chưa đồng ý tiêm: sợ phản ứng sau tiêm"),
        ("Trịnh Thị Nga", "F", _aged(on, 83, 150), doses(("AZ", day(150), basic)), "Tai biến", ""),
        ("Cao Văn Lợi", "M", _aged(on, 29, 33), doses(("PFZ", day(170), basic), ("PFZ", day(148), basic), ("PFZ", day(40), "nhắc lại")), "", ""),
    ]  # fmt: skip
    home = "15 ngõ 8 đường Mới"
    lines = []
    for order, (name, sex, born, given, illness, reason) in enumerate(people):
        lines.append(
            Line(
                name=name,
                born=born,
                sex=sex,
                address=home if order in (1, 2) else f"{20 + order} ngõ 8 đường Mới",
                neighbourhood=newcomers.neighbourhoods[
                    0 if order in (1, 2) else order % len(newcomers.neighbourhoods)
                ],
                number=newcomers.number(born.earliest, sex),
                phone=f"0900000{100 + order}",
                group=9 if illness or on.year - born.year >= 65 else 15,
                registration="Tạm trú" if on.year - born.year < 40 else "Thường trú",
                illness=illness,
                doses=given,
                reason=reason,
                origin="new",
            )
        )
    return lines


def _aged(on: date, years: int, days: int) -> PartialDate:
    """The birthday of somebody who became so old so many days ago."""
    birthday = on - timedelta(days=days)
    return PartialDate(birthday.year - years, birthday.month, min(birthday.day, 28))


# ---------------------------------------------------------------- rows that need a person


def _to_look_at(random: Random, others: Sequence[Line]) -> list[Line]:
    """Known people described nearly: "Thị" or "Văn" left out, no number."""
    near = [line for line in others if line.born.day and (" Thị " in line.name or " Văn " in line.name)]
    lines = []
    for line in random.sample(near, min(len(near), DOUBTFUL)):
        shorter = line.name.replace(" Thị ", " ").replace(" Văn ", " ")
        lines.append(replace(line, name=shorter, number="", insurance="", origin="doubtful"))
    return lines


def _arrivals(unit: AdministrativeUnit, on: date) -> list[Line]:
    """People on record in another ward of the city who live here now."""
    other = (
        AdministrativeUnit.objects.in_force(on)
        .filter(district_code=unit.district_code, residents__isnull=False)
        .exclude(pk=unit.pk)
        .order_by("code")
        .first()
    )
    found = [line for line in known(other, limit=60) if len(line.number) == 12] if other else []
    here = known(unit, limit=1)
    neighbourhood = here[0].neighbourhood if here else ""
    return [
        replace(line, address=f"{order} ngõ 12 đường Mới", neighbourhood=neighbourhood, origin="moved")
        for order, line in enumerate(found[-MOVED:], start=1)
    ]


def _wrong(newcomers: Newcomers, unit: AdministrativeUnit, on: date, products: dict[str, str]) -> list[Line]:
    """Three rows with one mistake each: digits lost to Excel, a dose in the future, no name."""
    lines = [newcomers.line() for _ in range(3)]
    for line in lines:
        line.dirt, line.origin = {"wrong"}, "error"
    lines[0].number = "9,9E+10"
    future = PartialDate.of(on + timedelta(days=7))
    lines[1].doses = [DoseCells(1, "", products["PFZ"], future, "GDPFZ401", f"Trạm Y tế phường {unit.name}")]
    lines[2].name = ""
    return lines
