"""What can be wrong with a file as a whole: where, what, how to put it right, what is already safe."""

from __future__ import annotations

from lib.problems import Problem, gettext_noop

_ = gettext_noop

SAFE = _("Chưa có dữ liệu nào bị thay đổi.")


class SpreadsheetProblem(Problem):
    """A file that cannot be taken in as it is. `params["file"]` is the name the user gave it."""


TEXTS = {
    "empty": _("Tệp “{file}” rỗng. Kiểm tra lại tệp rồi tải lên lần nữa."),
    "too_big": _("Tệp “{file}” nặng {size} MB, tối đa {limit} MB. Chia tệp theo phường hoặc tổ rồi tải lên từng phần."),
    "not_a_spreadsheet": _("Tệp “{file}” không phải bảng tính. Tải lên tệp .xlsx, .xls, .ods hoặc .csv."),
    "html": _("Tệp “{file}” là trang web mang đuôi bảng tính. Mở bằng Excel và lưu thành .xlsx rồi tải lên lại."),
    "xml_2003": _("Tệp “{file}” là XML của Excel 2003. Mở bằng Excel và lưu thành .xlsx rồi tải lên lại."),
    "macro": _("Tệp “{file}” có macro nên không nhận. Mở bằng Excel và lưu thành .xlsx (không macro) rồi tải lên lại."),
    "embedded_object": _(
        "Tệp “{file}” có đối tượng nhúng bên trong. Chép riêng bảng dữ liệu sang tệp .xlsx mới rồi tải lên lại."
    ),
    "nested_zip": _("Tệp “{file}” chứa tệp nén khác bên trong. Chép riêng bảng dữ liệu sang tệp .xlsx mới."),
    "encrypted": _("Tệp “{file}” được đặt mật khẩu. Bỏ mật khẩu (Tệp, Thông tin, Bảo vệ sổ làm việc) rồi tải lên lại."),
    "zip_bomb": _("Tệp “{file}” bung ra quá lớn so với kích thước nên không mở. Lưu lại bằng Excel rồi tải lên."),
    "xml_entities": _("Tệp “{file}” có khai báo lạ trong XML nên không mở. Mở bằng Excel và lưu thành .xlsx."),
    "truncated": _("Tệp “{file}” bị thiếu phần cuối, có thể do mạng ngắt khi tải. Tải lên lại từ đầu."),
    "damaged": _("Tệp “{file}” bị hỏng, không đọc được. Mở bằng Excel, lưu thành .xlsx rồi tải lên lại."),
    "no_such_sheet": _("Tệp “{file}” không có trang “{sheet}”. Chọn lại trang."),
    "row_limit": _(
        "Tệp “{file}”, trang “{sheet}” có đúng {rows} dòng, bằng giới hạn của định dạng: có thể đã bị cắt. "
        "Nhập tổng số dòng phải có để xác nhận."
    ),
    "too_many_rows": _("Tệp “{file}” có hơn {limit} dòng. Chia tệp theo phường rồi tải lên từng phần."),
    "too_wide": _("Tệp “{file}”, trang “{sheet}” có hơn {limit} cột. Xóa các cột thừa rồi tải lên lại."),
    "took_too_long": _("Đọc tệp “{file}” quá {limit} giây nên đã dừng. Lưu lại bằng Excel hoặc chia nhỏ tệp."),
    "too_much_memory": _("Tệp “{file}” cần quá nhiều bộ nhớ nên đã dừng. Xóa ô trống có định dạng hoặc chia nhỏ tệp."),
    "undecodable": _(
        "Tệp “{file}”, dòng {row}: có ký tự không đọc được. Mở bằng Excel, lưu thành “CSV UTF-8” hoặc .xlsx."
    ),
    "broken_quotes": _("Tệp “{file}”, dòng {row}: dấu nháy kép không khép. Sửa dòng này hoặc lưu thành .xlsx."),
    "reader_failed": _("Tệp “{file}” làm chương trình đọc dừng giữa chừng. Mở bằng Excel, lưu thành .xlsx."),
}  # fmt: skip


def problem(code: str, *, file: str, **params: object) -> SpreadsheetProblem:
    """The problem with its sentence; the message also says that nothing was changed."""
    return SpreadsheetProblem(code, f"{TEXTS[code]} {SAFE}", file=file, **params)
