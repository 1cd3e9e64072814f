"""The columns of the reference tables: one definition for the technical pages' lists, files out and files in."""

import json

from django.db.models import Model

from lib.columns import Column, Kind
from wards.models import AdministrativeUnit, Condition, Holiday, RiskGroup


def field(
    name: str, title_vi: str, title_en: str, kind: Kind = Kind.TEXT, *, joined: str = "", width: float = 0
) -> Column:
    """A column that is a model's field. `joined` separates the words of a list field; a JSON field is text."""

    def value(row: object) -> object:
        found = getattr(row, name)
        if joined:
            return joined.join(found)
        return json.dumps(found, ensure_ascii=False) if isinstance(found, dict) else found

    return Column(name, title_vi, title_en, value, kind, width)


EDITED_HERE = field("edited_here", "Đã sửa tại đây", "Changed here", Kind.BOOL)

COLUMNS: dict[type[Model], tuple[Column, ...]] = {
    AdministrativeUnit: (
        field("code", "Mã", "Code", Kind.ID),
        field("valid_from", "Có hiệu lực từ", "Valid from", Kind.DATE),
        field("valid_to", "Đến hết", "Valid to", Kind.DATE),
        field("kind", "Loại", "Kind"),
        field("name", "Tên", "Name"),
        field("full_name", "Tên đầy đủ", "Full name", width=26),
        field("district_code", "Mã huyện", "District code", Kind.ID),
        field("district_name", "Tên huyện", "District"),
        field("province_code", "Mã tỉnh", "Province code", Kind.ID),
        field("province_name", "Tên tỉnh", "Province"),
        field("is_split", "Bị chia tách", "Split", Kind.BOOL),
        field("population", "Số dân", "Population", Kind.NUMBER),
        field("population_as_of", "Số dân tính đến", "Population as of"),
        field("population_ref", "Nguồn số dân", "Population source", width=30),
        field("change_ref", "Nghị quyết thay đổi", "Change resolution", width=30),
        field("note", "Ghi chú", "Note", width=30),
    ),
    Condition: (
        field("number", "Số thứ tự", "Number", Kind.NUMBER),
        field("name", "Tên bệnh nền", "Condition", width=40),
        field("name_en", "Tên tiếng Anh", "English name", width=40),
        field("icd10", "ICD-10", "ICD-10", joined="; "),
        field("is_second_tier", "Chỉ người khám đọc tên", "Named to clinicians only", Kind.BOOL),
        field("is_immunosuppression", "Suy giảm miễn dịch", "Immunosuppression", Kind.BOOL),
        field("words", "Cách viết trong tệp", "Words in files", joined="; ", width=40),
    ),
    RiskGroup: (
        field("code", "Mã", "Code", Kind.ID),
        field("name", "Tên", "Name", width=40),
        field("name_en", "Tên tiếng Anh", "English name", width=40),
        field("definition", "Định nghĩa", "Definition", width=40),
        field("legal_ref", "Căn cứ", "Legal reference", width=30),
    ),
    Holiday: (
        field("day", "Ngày", "Day", Kind.DATE),
        field("name", "Tên", "Name", width=30),
        field("name_en", "Tên tiếng Anh", "English name", width=30),
        field("legal_ref", "Căn cứ", "Legal reference", width=30),
    ),
}

# Personal facts on the technical pages: enough to find a row, no more.
HOUSEHOLD = (
    field("id", "Mã", "Id", Kind.ID),
    field("ward", "Phường", "Ward"),
    field("neighbourhood", "Tổ, khu phố", "Neighbourhood"),
    field("dwelling", "Tình trạng nhà", "Dwelling"),
)
RESIDENT = (
    field("id", "Mã", "Id", Kind.ID),
    field("ward", "Phường", "Ward"),
    field("full_name", "Họ và tên", "Name"),
    field("birth_year", "Năm sinh", "Year of birth", Kind.ID),
    field("residence", "Cư trú", "Residence"),
)
