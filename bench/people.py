"""Synthetic people as rows of 20 columns: what a city's list of residents has, clean, in the national platform's order.

Invented throughout: identity numbers begin with 099, which is no province. The same number gives the same rows.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random

from lib.columns import Column, Kind

Person = tuple

FAMILY = [
    "Nguyễn",
    "Trần",
    "Lê",
    "Phạm",
    "Hoàng",
    "Vũ",
    "Ngô",
    "Đỗ",
    "Bùi",
    "Đặng",
    "Dương",
    "Lý",
    "Đào",
    "Trịnh",
]
MIDDLE = ["Thị", "Văn", "Đức", "Thanh", "Minh", "Hữu", "Ngọc", "Quang", "Xuân", "Thu"]
GIVEN = [
    "Lan",
    "Hoa",
    "Mai",
    "Bình",
    "Dũng",
    "Sơn",
    "Hải",
    "Hà",
    "Tâm",
    "Phước",
    "Quỳnh",
    "Yến",
    "Thắng",
    "Linh",
    "Hòa",
    "Tuấn",
    "Anh",
    "Nga",
    "Hạnh",
    "Khoa",
    "Lộc",
    "Nhung",
    "Phượng",
    "Trí",
]
STREETS = [
    "Lý Thái Tổ",
    "Nguyễn Trãi",
    "Trần Hưng Đạo",
    "Ngô Gia Tự",
    "Hai Bà Trưng",
    "Lê Lợi",
    "Nguyễn Văn Cừ",
    "Kinh Bắc",
]
EMPLOYERS = ("", "", "Công ty TNHH Mẫu", "Trường Tiểu học Mẫu", "Hợp tác xã Mẫu", "Tự do")
CONDITIONS = ("", "", "", "", "Tăng huyết áp", "Đái tháo đường", "Hen phế quản")

# key, title, kind, width; the titles are those of the national platform's workbook
_COLUMNS = (
    ("number", "STT", Kind.NUMBER), ("name", "Họ và tên (*)", Kind.TEXT), ("born", "Ngày sinh (*)", Kind.DATE),
    ("sex", "Giới tính (*)", Kind.TEXT), ("priority", "Mã nhóm đối tượng ưu tiên (*)", Kind.NUMBER),
    ("employer", "Đơn vị công tác", Kind.TEXT), ("phone", "Số điện thoại (*)", Kind.PHONE),
    ("identity", "CMND/CCCD/Hộ chiếu/Mã định danh (*)", Kind.ID), ("insurance", "Số thẻ BHYT", Kind.ID),
    ("people", "Dân tộc", Kind.TEXT), ("nationality", "Quốc tịch", Kind.TEXT), ("province_code", "Mã tỉnh", Kind.ID),
    ("province", "Tên tỉnh", Kind.TEXT), ("district_code", "Mã huyện", Kind.ID), ("district", "Tên huyện", Kind.TEXT),
    ("ward_code", "Mã xã", Kind.ID), ("ward", "Tên xã", Kind.TEXT),
    ("address", "Địa chỉ chi tiết (tổ/khu phố/thôn, số nhà)", Kind.TEXT), ("conditions", "Tiền sử / bệnh nền", Kind.TEXT),
    ("note", "Ghi chú", Kind.TEXT),
)  # fmt: skip
KEYS = tuple(key for key, _title, _kind in _COLUMNS)
COLUMNS = tuple(
    Column(key, title, "", lambda row, place=place: row[place], kind)
    for place, (key, title, kind) in enumerate(_COLUMNS)
)


def people(count: int, wards: list[tuple[str, str]], seed: int = 1) -> Iterator[Person]:
    """`count` rows; wards: (code, name)."""
    random = Random(seed)
    first = date(1930, 1, 1)
    for number in range(1, count + 1):
        born = first + timedelta(days=random.randrange(27_000))
        woman = random.random() < 0.51
        code, ward = wards[number % len(wards)]
        name = (
            f"{random.choice(FAMILY)} {random.choice(MIDDLE)} {random.choice(GIVEN)} {random.choice(GIVEN)}"
        )
        century = 2 if born.year >= 2000 else 0
        yield (
            number, name, born, "Nữ" if woman else "Nam", random.randint(1, 16), random.choice(EMPLOYERS),
            f"09{random.randint(10_000_000, 39_999_999)}",
            f"099{century + woman}{born.year % 100:02}{number % 1_000_000:06}", "", "Kinh", "Việt Nam", "27",
            "Tỉnh Bắc Ninh", "256", "Thành phố Bắc Ninh", code, ward,
            f"Số {random.randint(1, 400)} đường {random.choice(STREETS)}, khu phố {random.randint(1, 12)}",
            random.choice(CONDITIONS), "",
        )  # fmt: skip


def wards_of_city() -> list[tuple[str, str]]:
    """(code, name) of every ward of the city the product works in."""
    from wards.models import AdministrativeUnit, Household

    here = Household.objects.order_by().values("ward").distinct()
    found = AdministrativeUnit.objects.filter(pk__in=here).order_by("code").values_list("code", "name")
    return list(found)


def workbook(path: Path, rows: list[Person]) -> Path:
    """The rows as officials send them: an .xlsx of one sheet with a title row."""
    from lib.spreadsheets.write import write_xlsx

    write_xlsx(path, COLUMNS, rows)
    return path
