"""What officials of the demonstration city would send: resident lists, dose lists, a police list, messy on purpose.

`manifest.json` beside them says how many rows of which origin and which dirt each file holds, and on which rows it lies.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

from lib.dates_vn import PartialDate
from outreach.demo import dirt, sheets
from outreach.demo.figures import chance, load
from outreach.demo.lines import DoseCells, Line, Newcomers, known, mixed
from outreach.demo.sheets import Cell, Hand, Sheet
from vaccination.imports.national import DOSE_LIST_TITLES
from vaccination.models import Product
from wards.models import AdministrativeUnit

ROWS = 600  # at most, per file


@dataclass(frozen=True)
class Written:
    """A file and what is in it; `marks` tells per row its origin and its dirt."""

    name: str
    source: str
    unit: AdministrativeUnit
    sheet: Sheet
    marks: Sequence[tuple[str, set[str]]]
    content: bytes

    def entry(self) -> dict:
        origins: dict[str, int] = {}
        soiled: dict[str, list[int]] = {}
        for row, (origin, kinds) in enumerate(self.marks, start=self.sheet.first_row):
            origins[origin] = origins.get(origin, 0) + 1
            for kind in sorted(kinds):
                soiled.setdefault(kind, []).append(row)
        return {
            "file": self.name,
            "source": self.source,
            "unit": self.unit.code,
            "sheet": self.sheet.name,
            "first_data_row": self.sheet.first_row,
            "rows": len(self.marks),
            "origins": origins,
            "dirt": {kind: {"count": len(rows), "rows": rows} for kind, rows in sorted(soiled.items())},
            "sha256": hashlib.sha256(self.content).hexdigest(),
        }


def write_all(folder: Path, *, seed: int, on: date, rows: int = ROWS) -> dict:
    """Write every file and the manifest into `folder`; returns the manifest. The city must be in the database."""
    folder.mkdir(parents=True, exist_ok=True)
    codes = [ward["code"] for ward in load()["wards"]]
    units = {unit.name: unit for unit in AdministrativeUnit.objects.in_force(on).filter(code__in=codes)}
    files = []
    for number, (name, ward, make) in enumerate(FILES):
        random = Random(f"{seed}/{number}/{name}")
        written = make(random, name, units[ward], on, rows)
        (folder / name).write_bytes(written.content)
        files.append(written.entry())
    manifest = {"synthetic": True, "seed": seed, "on": on.isoformat(), "files": files}
    (folder / "manifest.json").write_text(
        json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    return manifest


# ---------------------------------------------------------------- resident lists


def _soiled(random: Random, unit: AdministrativeUnit, on: date, rows: int) -> list[Line]:
    lines = dirt.soil(random, mixed(random, unit, on, rows=rows))
    return [dirt.careless(random, line) for line in lines]


def _above(unit: AdministrativeUnit, on: date) -> list[str]:
    return [
        f"UBND {unit.full_name.upper()}",
        "DANH SÁCH NGƯỜI DÂN VÀ KẾT QUẢ TIÊM VẮC XIN PHÒNG COVID-19",
        f"(Tính đến ngày {on - timedelta(days=1):%d/%m/%Y}; số liệu giả định)",
    ]


def _national(
    *, groups: int, titled: bool, two_rows: bool, separator: str = "", encoding: str = ""
) -> Callable:
    """A list in the national platform's shape."""

    def make(random: Random, name: str, unit: AdministrativeUnit, on: date, rows: int) -> Written:
        lines = _soiled(random, unit, on, rows)
        hand = Hand(random)
        ward = (unit.code, unit.full_name)
        sheet = Sheet(
            "Danh sách",
            _above(unit, on) if titled else [],
            sheets.national_header(groups, two_rows=two_rows),
            [
                sheets.national_row(hand, order, line, ward, groups=groups)
                for order, line in enumerate(lines, start=1)
            ],
        )
        return _written(name, "residents", unit, sheet, lines, separator, encoding)

    return make


def _written(
    name: str,
    source: str,
    unit: AdministrativeUnit,
    sheet: Sheet,
    lines: Sequence[Line],
    separator: str = "",
    encoding: str = "",
) -> Written:
    if separator:
        content = sheets.separated(sheet, delimiter=separator, encoding=encoding)
    else:
        content = sheets.workbook([sheet])
    return Written(name, source, unit, sheet, [(line.origin, line.dirt) for line in lines], content)


OWN_HEADER = (
    ("TT", "Họ và tên", "Ngày sinh", "", "Số CCCD/CMND", "SĐT", "Khu phố", "Số nhà", "Bệnh nền")
    + ("Mũi 1", "", "", "Mũi 2", "", "", "Mũi 3", "", ""),
    ("TT", "Họ và tên", "Nam", "Nữ", "Số CCCD/CMND", "SĐT", "Khu phố", "Số nhà", "Bệnh nền")
    + ("Tên vắc xin", "Ngày tiêm", "Số lô") * 3,
)


def _own_list(random: Random, name: str, unit: AdministrativeUnit, on: date, rows: int) -> Written:
    """A ward's own list: birth dates under "Nam" and "Nữ", a header of two rows, khu phố in a column of its own."""
    lines = _soiled(random, unit, on, rows)
    hand = Hand(random, real_dates=20)
    cells = []
    for order, line in enumerate(lines, start=1):
        born = hand.day(line.born)
        row: list[Cell] = [order, line.name, born if line.sex == "M" else "", born if line.sex != "M" else ""]
        row += [hand.number(line), line.phone, line.neighbourhood.removeprefix("khu phố ")]
        row += [line.address, line.illness]
        for dose in line.doses[:3]:
            row += [dose.product, hand.day(dose.given), dose.lot]
        cells.append(row + [""] * (len(OWN_HEADER[1]) - len(row)))
    sheet = Sheet("Trang tính 1", _above(unit, on)[:2], OWN_HEADER, cells)
    return _written(name, "residents", unit, sheet, lines)


def _with_arrivals(random: Random, name: str, unit: AdministrativeUnit, on: date, rows: int) -> Written:
    """A list that also holds people who are on record in another ward: they moved."""
    other = AdministrativeUnit.objects.in_force(on).get(code="09325")
    lines = _soiled(random, unit, on, rows - rows // 20)
    here = known(unit, limit=1)[0]
    for line in [line for line in known(other) if len(line.number) == 12][: rows // 20]:
        line.address, line.neighbourhood, line.origin = (
            f"{len(lines) + 1} đường Mới",
            here.neighbourhood,
            "moved",
        )
        lines.append(line)
    hand = Hand(random)
    ward = (unit.code, unit.full_name)
    sheet = Sheet(
        "DS",
        _above(unit, on),
        sheets.national_header(3, two_rows=False),
        [sheets.national_row(hand, order, line, ward, groups=3) for order, line in enumerate(lines, start=1)],
    )
    return _written(name, "residents", unit, sheet, lines)


# ---------------------------------------------------------------- dose lists, police


def _dose_list(*, separator: str = "", encoding: str = "") -> Callable:
    """A session's list, one dose a row: doses on record, doses of the last days, people whom the register does not have."""

    def make(random: Random, name: str, unit: AdministrativeUnit, on: date, rows: int) -> Written:
        shares = load()["dirt"]
        newcomers = Newcomers(random, unit, on)
        product = Product.objects.get(code="PFZ").short_name
        lines, cells = [], []
        hand = Hand(random)
        for line in [line for line in known(unit) if line.doses][:rows]:
            line.doses = [random.choice(line.doses)]
            if chance(random, 12):
                day = PartialDate.of(on - timedelta(days=random.randrange(1, 4)))
                line.doses = [DoseCells(3, "", product, day, "GDPFZ412", f"Trạm Y tế phường {unit.name}")]
                line.origin = "changed"
            if chance(random, shares["no_lot"]) and line.doses[0].lot:
                line.doses[0].lot = ""
                line.dirt.add("no_lot")
            lines.append(line)
        strangers = max(1, round(len(lines) * shares["dose_without_person"] / 100))
        for _ in range(strangers):
            stranger = newcomers.line()
            stranger.doses = [
                DoseCells(1, "", product, PartialDate.of(on - timedelta(days=3)), "GDPFZ412", "")
            ]
            stranger.origin, stranger.dirt = "stranger", {"dose_without_person"}
            lines.insert(random.randrange(len(lines)), stranger)
        for order, line in enumerate(lines, start=1):
            dose = line.doses[0]
            cells.append(
                [order, line.name, hand.day(line.born), hand.sex(line), line.number, line.phone]
                + [f"{line.address}, {line.neighbourhood}", unit.full_name, dose.product, dose.ordinal]
                + [hand.day(dose.given), dose.lot, dose.site]
            )
        above = [] if separator else [f"KẾT QUẢ TIÊM, {unit.full_name.upper()}", "(số liệu giả định)"]
        sheet = Sheet("Mũi tiêm", above, [DOSE_LIST_TITLES], cells)
        return _written(name, "doses", unit, sheet, lines, separator, encoding)

    return make


POLICE_HEADER = (
    ("STT", "Họ và tên", "Ngày sinh", "", "Số định danh cá nhân", "Địa chỉ", "Cư trú"),
    ("STT", "Họ và tên", "Nam", "Nữ", "Số định danh cá nhân", "Địa chỉ", "Cư trú"),
)


def _police_list(random: Random, name: str, unit: AdministrativeUnit, on: date, rows: int) -> Written:
    """The police's register: no renter without registration, some who left long ago, names in an old font, no health data."""
    newcomers = Newcomers(random, unit, on)
    lines = [line for line in known(unit, limit=rows) if line.registration]
    for _ in range(max(1, len(lines) // 40)):
        gone = newcomers.line()
        gone.origin, gone.registration = "new", "Thường trú"
        lines.append(gone)
    for line in random.sample(lines, max(1, len(lines) // 25)):
        line.name = dirt.to_tcvn3(line.name)
        line.dirt.add("legacy_font")
    cells: list[list[Cell]] = []
    for order, line in enumerate(lines, start=1):
        line.doses, line.illness = [], ""
        born = line.born.iso() if line.born.day is None else f"{line.born.earliest:%d/%m/%Y}"
        row: list[Cell] = [order, line.name, born if line.sex == "M" else "", born if line.sex != "M" else ""]
        cells.append([*row, line.number, f"{line.address}, {line.neighbourhood}", line.registration])
    above = [f"CÔNG AN {unit.full_name.upper()}", "DANH SÁCH NHÂN KHẨU (số liệu giả định)"]
    sheet = Sheet("Nhân khẩu", above, POLICE_HEADER, cells)
    return _written(name, "police", unit, sheet, lines)


FILES: tuple[tuple[str, str, Callable], ...] = (
    ("phuong_vo_cuong.xlsx", "Võ Cường", _national(groups=4, titled=True, two_rows=True)),
    ("phuong_dai_phuc.xlsx", "Đại Phúc", _national(groups=3, titled=False, two_rows=False)),
    ("phuong_suoi_hoa_tu_lap.xlsx", "Suối Hoa", _own_list),
    (
        "phuong_van_duong.csv",
        "Vân Dương",
        _national(groups=3, titled=True, two_rows=False, separator=";", encoding="utf-8-sig"),
    ),
    (
        "phuong_kinh_bac.csv",
        "Kinh Bắc",
        _national(groups=2, titled=False, two_rows=False, separator="\t", encoding="utf-16"),
    ),
    ("phuong_nam_son.xlsx", "Nam Sơn", _with_arrivals),
    ("mui_tiem_vo_cuong.xlsx", "Võ Cường", _dose_list()),
    ("mui_tiem_dai_phuc.csv", "Đại Phúc", _dose_list(separator=",", encoding="utf-8-sig")),
    ("cong_an_vo_cuong.xlsx", "Võ Cường", _police_list),
)
