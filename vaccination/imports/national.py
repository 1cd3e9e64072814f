"""The two sources: which columns they have, under which titles (DOMAIN 4.2)."""

from django.utils.translation import gettext_noop as _

from vaccination.imports.doses import Doses
from vaccination.imports.sample import sample
from vaccination.imports.titles import DOSE_LIST_TITLES, DOSE_TITLES, END_TITLES, PERSON_TITLES, titles
from wards.imports import person_fields, sources
from wards.imports.sources import Field, Source

__all__ = [
    "DOSES",
    "DOSE_LIST_TITLES",
    "DOSE_TITLES",
    "END_TITLES",
    "PERSON_TITLES",
    "RESIDENTS",
    "register",
    "titles",
]


def _dose_fields(*, repeated: bool, needs: str = "") -> tuple[Field, ...]:
    return (
        Field(
            "dose_ordinal",
            _("Mũi số"),
            ("Mũi số", "Mũi thứ", "Mũi tiêm thứ", "Số mũi", "Mũi tiêm", "Mũi"),
            repeated=repeated,
        ),
        Field(
            "dose_type", _("Loại liều"), ("Loại liều", "Loại mũi", "Loại mũi tiêm", "Liều"), repeated=repeated
        ),
        Field(
            "dose_product",
            _("Tên vắc xin"),
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
            _("Ngày tiêm"),
            ("Ngày tiêm", "Ngày tiêm chủng", "Thời gian tiêm", "Ngày giờ tiêm"),
            kind="date",
            needs=f"{needs}given" if needs else "",
            repeated=repeated,
        ),
        Field("dose_lot", _("Số lô"), ("Số lô", "Lô", "Lô vắc xin", "Số lô vắc xin"), repeated=repeated),
        Field(
            "dose_site",
            _("Cơ sở tiêm"),
            ("Cơ sở tiêm", "Nơi tiêm", "Điểm tiêm", "Cơ sở tiêm chủng", "Địa điểm tiêm"),
            repeated=repeated,
        ),
        Field("dose_reaction", _("Phản ứng sau tiêm"), ("Phản ứng sau tiêm", "Phản ứng"), repeated=repeated),
        Field(
            "dose_volume",
            _("Liều lượng (ml)"),
            ("Liều lượng", "Liều lượng (ml)", "Thể tích (ml)"),
            repeated=repeated,
        ),
    )


RESIDENTS = Source(
    name="residents",
    label=_("Danh sách người dân (mẫu Nền tảng tiêm chủng)"),
    hint=_("Mỗi dòng một người, các mũi đã tiêm đứng ở các cột bên phải nếu có."),
    fields=(*person_fields.FIELDS, *_dose_fields(repeated=True)),
    facts=(Doses(tells_history=True),),
    sample=sample,
)

_FOUND_BY: tuple[str, ...] = (
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
    label=_("Danh sách mũi tiêm"),
    hint=_("Mỗi dòng một mũi tiêm của người đã có trong danh sách."),
    fields=(
        *(field for field in person_fields.FIELDS if field.name in _FOUND_BY),
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
