"""The columns of a person, and the titles under which files have them (DOMAIN 4.2)."""

from collections.abc import Sequence

from django.utils.translation import gettext_noop as _

from wards.imports.sources import Field

NAME, BORN = "name", "born"  # of the fields that share such a need, one has to be there

FIELDS = (
    Field("resident_ref", _("Mã hồ sơ"), ("Mã hồ sơ", "Mã hồ sơ Từng Nhà")),
    Field(
        "full_name",
        _("Họ và tên"),
        ("Họ và tên", "Họ tên", "Họ và tên người tiêm", "Tên", "Họ và tên công dân"),
        needs=NAME,
    ),
    Field("family_name", _("Họ và tên đệm"), ("Họ và tên đệm", "Họ đệm", "Họ và đệm", "Họ"), needs=""),
    Field(
        "birth",
        _("Ngày sinh"),
        (
            "Ngày sinh",
            "Ngày tháng năm sinh",
            "Năm sinh",
            "Ngày, tháng, năm sinh",
            "NTNS",
            "Ngày sinh (dd/mm/yyyy)",
        ),
        kind="birth",
        needs=BORN,
    ),
    Field(
        "birth_male", _("Ngày sinh (Nam)"), ("Ngày sinh Nam", "Năm sinh Nam", "Nam"), kind="birth", needs=BORN
    ),
    Field(
        "birth_female", _("Ngày sinh (Nữ)"), ("Ngày sinh Nữ", "Năm sinh Nữ", "Nữ"), kind="birth", needs=BORN
    ),
    Field("sex", _("Giới tính"), ("Giới tính", "Giới", "Nam/Nữ", "Phái")),
    Field(
        "priority_group",
        _("Mã nhóm đối tượng ưu tiên"),
        (
            "Mã nhóm đối tượng ưu tiên",
            "Mã nhóm đối tượng",
            "Nhóm đối tượng ưu tiên",
            "Nhóm ưu tiên",
            "Nhóm đối tượng",
            "Mã nhóm",
        ),
    ),
    Field("employer", _("Đơn vị công tác"), ("Đơn vị công tác", "Nơi làm việc", "Cơ quan", "Nơi công tác")),
    Field(
        "phones",
        _("Số điện thoại"),
        ("Số điện thoại", "Điện thoại", "SĐT", "ĐT", "Số ĐT", "Điện thoại liên hệ", "Di động"),
    ),
    Field(
        "identity",
        _("Số CCCD/định danh"),
        (
            "CMND/CCCD/Hộ chiếu/Mã định danh",
            "Số CCCD/định danh",
            "CMND/CCCD",
            "CCCD/CMND",
            "Số CCCD",
            "Số CMND",
            "CCCD",
            "CMND",
            "Số định danh",
            "Số định danh cá nhân",
            "Mã định danh",
            "Số CMND/CCCD",
            "Số CCCD/CMND",
            "Số CMND/CCCD/Hộ chiếu",
            "CMND/CCCD/HC",
        ),
    ),
    Field(
        "insurance",
        _("Số thẻ BHYT"),
        ("Số thẻ BHYT", "Thẻ BHYT", "BHYT", "Mã thẻ BHYT", "Mã BHYT", "Số BHYT"),
    ),
    Field("province", _("Tên tỉnh"), ("Tên tỉnh", "Tỉnh/Thành phố", "Tỉnh", "Tỉnh/TP")),
    Field("ward_code", _("Mã xã"), ("Mã xã", "Mã phường/xã", "Mã xã/phường", "Mã phường")),
    Field(
        "ward_name",
        _("Tên xã"),
        (
            "Tên xã",
            "Xã/Phường",
            "Phường/Xã",
            "Phường",
            "Xã",
            "Tên phường",
            "Tên xã/phường",
            "Xã/Phường/Thị trấn",
        ),
    ),
    Field(
        "neighbourhood",
        _("Khu phố / tổ dân phố"),
        (
            "Khu phố",
            "Tổ dân phố",
            "Tổ",
            "Khu",
            "Tổ/Khu phố",
            "Khu phố/Thôn",
            "Thôn",
            "TDP",
            "Thôn/Tổ",
            "Tổ/Khu phố/Thôn",
            "Thôn/Khu phố",
            "Khu vực",
            "Ấp",
        ),
    ),
    Field(
        "address",
        _("Địa chỉ chi tiết"),
        (
            "Địa chỉ chi tiết (tổ/khu phố/thôn, số nhà)",
            "Địa chỉ chi tiết",
            "Địa chỉ",
            "Địa chỉ nơi ở",
            "Nơi ở hiện nay",
            "Số nhà",
            "Địa chỉ thường trú",
            "Chỗ ở hiện nay",
            "Địa chỉ hiện tại",
        ),
    ),
    Field(
        "conditions",
        _("Tiền sử / bệnh nền"),
        ("Tiền sử / bệnh nền", "Bệnh nền", "Tiền sử bệnh", "Tiền sử", "Bệnh lý nền", "Tiền sử bệnh tật"),
    ),
    Field(
        "registration",
        _("Thường trú / tạm trú"),
        ("Thường trú/Tạm trú", "Hình thức cư trú", "Loại cư trú", "Cư trú"),
    ),
    Field("mobility", _("Đi lại"), ("Đi lại", "Khả năng đi lại", "Không di chuyển được")),
    Field(
        "guardian",
        _("Người giám hộ"),
        (
            "Người giám hộ",
            "Họ tên người giám hộ",
            "Họ và tên người giám hộ",
            "Cha mẹ",
            "Cha/mẹ",
            "Bố mẹ",
            "Bố/mẹ",
            "Họ tên cha mẹ",
            "Họ tên cha/mẹ",
            "Họ tên bố/mẹ",
            "Họ và tên cha/mẹ",
            "Họ tên bố (mẹ)",
            "Cha mẹ/người giám hộ",
            "Họ tên cha mẹ/người giám hộ",
            "Bố mẹ/người giám hộ",
            "Phụ huynh",
            "Họ tên phụ huynh",
            "Họ và tên phụ huynh",
        ),
    ),
    Field("mother", _("Họ tên mẹ"), ("Họ tên mẹ", "Họ và tên mẹ", "Tên mẹ", "Mẹ")),
    Field(
        "father",
        _("Họ tên bố"),
        ("Họ tên bố", "Họ và tên bố", "Tên bố", "Bố", "Họ tên cha", "Họ và tên cha", "Tên cha", "Cha"),
    ),
    Field(
        "guardian_relation",
        _("Quan hệ với trẻ"),
        ("Quan hệ với trẻ", "Quan hệ với người tiêm", "Quan hệ với đối tượng", "Mối quan hệ với trẻ"),
    ),
    Field(
        "guardian_phone",
        _("Điện thoại người giám hộ"),
        (
            "Điện thoại người giám hộ",
            "Số điện thoại người giám hộ",
            "SĐT người giám hộ",
            "Điện thoại phụ huynh",
            "Số điện thoại phụ huynh",
            "SĐT phụ huynh",
            "SĐT cha mẹ",
            "SĐT cha/mẹ",
            "SĐT bố mẹ",
            "SĐT bố/mẹ",
            "Điện thoại cha/mẹ",
            "Điện thoại bố/mẹ",
            "SĐT mẹ",
            "SĐT bố",
            "Điện thoại mẹ",
            "Điện thoại bố",
        ),
    ),
    Field("school", _("Trường"), ("Trường", "Tên trường", "Trường học", "Trường đang học", "Nơi học")),
    Field("school_class", _("Lớp"), ("Lớp", "Lớp học", "Tên lớp", "Đang học lớp")),
    Field("reason", _("Lý do chưa tiêm"), ("Lý do chưa tiêm", "Lý do")),
    Field("note", _("Ghi chú"), ("Ghi chú", "Chú thích")),
    Field(
        "ignored",
        _("Không lấy cột này"),
        (
            "STT",
            "TT",
            "Số TT",
            "Dân tộc",
            "Quốc tịch",
            "Mã tỉnh",
            "Mã huyện",
            "Tên huyện",
            "Quận/Huyện",
            "Lỗi",
            "Nhóm nguy cơ",
            "Tuổi",
        ),
    ),
)


def missing_needs(fields: Sequence[Field], mapped: set[str]) -> list[Field]:
    """Of each need that no mapped column meets, its first field."""
    needs: dict[str, list[Field]] = {}
    for field in fields:
        if field.needs:
            needs.setdefault(field.needs, []).append(field)
    return [group[0] for group in needs.values() if not mapped & {field.name for field in group}]
