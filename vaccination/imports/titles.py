"""The titles of the columns of both sources, in their order (DOMAIN 4.2; the platform's own template was not found)."""

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
