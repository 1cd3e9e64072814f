"""The two sources and the titles of their columns (DOMAIN 4.2; the platform's own template was not found)."""

from vaccination.imports.doses import Doses
from vaccination.imports.sample import sample
from wards.imports import people, sources
from wards.imports.sources import Field, Source

# What the national platform's workbook has above its columns: once per person, then once per dose, then at the end.
PERSON_TITLES = (
    "STT",
    "Họ và tên (*)",
    "Ngày sinh (*)",
    "Giới tính (*)",
    "Mã nhóm đối tượng ưu tiên (*)",
    "Đơn vị công tác",
    "Số điện thoại (*)",
    "CMND/CCCD/Hộ chiếu/Mã định danh (*)",
    "Số thẻ BHYT",
    "Dân tộc",
    "Quốc tịch",
    "Mã tỉnh",
    "Tên tỉnh",
    "Mã huyện",
    "Tên huyện",
    "Mã xã",
    "Tên xã",
    "Địa chỉ chi tiết (tổ/khu phố/thôn, số nhà)",
    "Tiền sử / bệnh nền",
)
DOSE_TITLES = ("Mũi số", "Loại liều", "Tên vắc xin", "Ngày tiêm", "Số lô", "Cơ sở tiêm", "Phản ứng sau tiêm")
END_TITLES = ("Lý do chưa tiêm", "Ghi chú")

# A plain list of doses: one dose per row, with what it takes to find the person.
DOSE_LIST_TITLES = (
    "STT",
    "Họ và tên",
    "Ngày sinh",
    "Giới tính",
    "Số CCCD/CMND",
    "Số điện thoại",
    "Địa chỉ",
    "Phường/Xã",
    "Tên vắc xin",
    "Mũi số",
    "Ngày tiêm",
    "Số lô",
    "Cơ sở tiêm",
)


def titles(dose_groups: int = 4) -> list[str]:
    """The titles of a resident workbook in their order, with so many groups of dose columns."""
    return [*PERSON_TITLES, *DOSE_TITLES * dose_groups, *END_TITLES]


def _dose_fields(*, repeated: bool, needs: str = "") -> tuple[Field, ...]:
    return (
        Field(
            "dose_ordinal",
            "Mũi số",
            ("Mũi số", "Mũi thứ", "Mũi tiêm thứ", "Số mũi", "Mũi tiêm", "Mũi"),
            repeated=repeated,
        ),
        Field(
            "dose_type", "Loại liều", ("Loại liều", "Loại mũi", "Loại mũi tiêm", "Liều"), repeated=repeated
        ),
        Field(
            "dose_product",
            "Tên vắc xin",
            (
                "Tên vắc xin",
                "Tên vaccine",
                "Vắc xin",
                "Vaccine",
                "Vacxin",
                "Loại vắc xin",
                "Loại vaccine",
                "Tên vắc xin/sinh phẩm",
            ),
            needs=f"{needs}product" if needs else "",
            repeated=repeated,
        ),
        Field(
            "dose_given",
            "Ngày tiêm",
            ("Ngày tiêm", "Ngày tiêm chủng", "Thời gian tiêm", "Ngày giờ tiêm"),
            kind="date",
            needs=f"{needs}given" if needs else "",
            repeated=repeated,
        ),
        Field("dose_lot", "Số lô", ("Số lô", "Lô", "Lô vắc xin", "Số lô vắc xin"), repeated=repeated),
        Field(
            "dose_site",
            "Cơ sở tiêm",
            ("Cơ sở tiêm", "Nơi tiêm", "Điểm tiêm", "Cơ sở tiêm chủng", "Địa điểm tiêm"),
            repeated=repeated,
        ),
        Field("dose_reaction", "Phản ứng sau tiêm", ("Phản ứng sau tiêm", "Phản ứng"), repeated=repeated),
        Field(
            "dose_volume",
            "Liều lượng (ml)",
            ("Liều lượng", "Liều lượng (ml)", "Thể tích (ml)"),
            repeated=repeated,
        ),
    )


RESIDENTS = Source(
    name="residents",
    label="Danh sách người dân (mẫu Nền tảng tiêm chủng)",
    hint="Mỗi dòng một người, các mũi đã tiêm đứng ở các cột bên phải nếu có.",
    fields=(*people.FIELDS, *_dose_fields(repeated=True)),
    facts=(Doses(tells_history=True),),
    sample=sample,
)

_FOUND_BY = (
    "resident_ref",
    "full_name",
    "family_name",
    "birth",
    "birth_male",
    "birth_female",
    "sex",
    "phones",
)
_FOUND_BY += (
    "identity",
    "insurance",
    "province",
    "ward_code",
    "ward_name",
    "neighbourhood",
    "address",
    "ignored",
)
DOSES = Source(
    name="doses",
    label="Danh sách mũi tiêm",
    hint="Mỗi dòng một mũi tiêm của người đã có trong danh sách.",
    fields=(
        *(field for field in people.FIELDS if field.name in _FOUND_BY),
        *_dose_fields(repeated=False, needs="dose_"),
    ),
    facts=(Doses(tells_history=False),),
    creates_people=False,
    rows_are_people=False,
)


def register() -> None:
    """Called when the app starts."""
    sources.register(RESIDENTS)
    sources.register(DOSES)
