"""Made-up Vietnamese names: common parts, put together by chance. Nobody in the demonstration city exists."""

from random import Random

from outreach.demo.figures import Weighted

# Nguyễn about 38 %; the order of the others as commonly given for the north (assumed weights).
FAMILIES = Weighted(
    {
        "Nguyễn": 380, "Trần": 110, "Lê": 85, "Phạm": 70, "Hoàng": 36, "Vũ": 38, "Đỗ": 30, "Ngô": 28, "Đặng": 24, "Bùi": 22,
        "Dương": 18, "Phan": 18, "Đào": 14, "Trịnh": 12, "Đinh": 10, "Lương": 9, "Tạ": 9, "Chu": 8, "Mai": 8, "Cao": 7,
        "Hà": 7, "Lưu": 6, "Tô": 5, "Đoàn": 8, "Trương": 8, "Vương": 6, "Quách": 3, "Lại": 3, "Phùng": 5, "Kiều": 3,
        "Thân": 4, "Ông": 1, "Giáp": 2, "Lý": 5, "Hồ": 3, "Võ": 2,
    }
)  # fmt: skip
MALE_MIDDLES_OLD = Weighted(
    {
        "Văn": 62,
        "Đình": 9,
        "Hữu": 8,
        "Đức": 7,
        "Xuân": 6,
        "Trọng": 4,
        "Bá": 4,
        "Quang": 4,
        "Công": 4,
        "Viết": 3,
    }
)
MALE_MIDDLES_YOUNG = Weighted(
    {
        "Văn": 26,
        "Đức": 12,
        "Minh": 10,
        "Quang": 8,
        "Anh": 6,
        "Tuấn": 6,
        "Hữu": 5,
        "Duy": 6,
        "Gia": 5,
        "Đình": 5,
        "Công": 4,
        "Tiến": 4,
        "Mạnh": 4,
        "Việt": 4,
        "Hải": 3,
        "Bảo": 3,
        "": 2,
    }
)
FEMALE_MIDDLES_OLD = Weighted({"Thị": 92, "Thúy": 2, "Kim": 2, "": 1, "Thị Kim": 2, "Thị Thu": 2})
FEMALE_MIDDLES_YOUNG = Weighted(
    {
        "Thị": 38,
        "Thu": 7,
        "Ngọc": 9,
        "Thị Thu": 6,
        "Phương": 7,
        "Khánh": 5,
        "Minh": 5,
        "Thùy": 5,
        "Thanh": 5,
        "Hà": 4,
        "Thị Ngọc": 3,
        "Quỳnh": 4,
        "Bảo": 4,
        "Thị Hồng": 3,
        "Mai": 3,
        "Thảo": 2,
    }
)
MALE_OLD = Weighted(
    {
        "Hùng": 6, "Dũng": 5, "Bình": 6, "Thành": 5, "Sơn": 5, "Hải": 5, "Minh": 4, "Thắng": 5, "Tuấn": 4, "Cường": 4, "Long": 3,
        "Lợi": 4, "Tâm": 4, "Thuận": 4, "Chiến": 4, "Khang": 2, "Quý": 3, "Phúc": 3, "Hòa": 3, "Đông": 3, "Hưng": 4, "Toàn": 3,
        "Thịnh": 3, "Bảy": 2, "Ba": 2, "Tư": 1, "Mùi": 2, "Tý": 1, "Sửu": 1, "Thủy": 2, "Lương": 2, "Nghĩa": 2, "Trường": 2, "Khoa": 1,
        "Đức": 3, "Vinh": 3, "Quang": 3, "Ngọc": 2, "Hiền": 2, "Luận": 1, "Chính": 2, "Nhân": 1, "Kỳ": 1, "Huy": 1, "Huỳnh": 1,
    }
)  # fmt: skip
MALE_YOUNG = Weighted(
    {
        "Anh": 8, "Minh": 7, "Tuấn": 5, "Hiếu": 5, "Huy": 6, "Nam": 6, "Long": 5, "Dũng": 4, "Đạt": 5, "Hoàng": 5, "Khánh": 3, "Bảo": 4,
        "Phúc": 4, "Kiên": 4, "Trung": 4, "Thành": 4, "Sơn": 3, "Hưng": 3, "Quân": 4, "Khôi": 3, "Đăng": 3, "Phong": 4, "Tùng": 4,
        "Duy": 4, "Việt": 3, "Thái": 3, "Linh": 1, "Hải": 3, "Cường": 3, "Thịnh": 2, "Quý": 1, "Thụy": 1, "Hòa": 1,
    }
)  # fmt: skip
FEMALE_OLD = Weighted(
    {
        "Lan": 5, "Hoa": 5, "Hồng": 5, "Thủy": 5, "Hương": 4, "Bình": 3, "Thanh": 4, "Nga": 4, "Tâm": 4, "Mai": 4, "Hòa": 4, "Thơm": 3,
        "Nhàn": 3, "Lý": 3, "Thoa": 3, "Thúy": 4, "Oanh": 3, "Liên": 4, "Dung": 3, "Hạnh": 4, "Loan": 3, "Yến": 3, "Tuyết": 3, "Cúc": 3,
        "Xuân": 3, "Hiền": 4, "Phượng": 2, "Vân": 3, "Chuyên": 1, "Mùi": 2, "Tý": 1, "Gái": 1, "Bé": 1, "Mỹ": 2, "Quý": 2, "Huệ": 3,
        "Thu": 4, "Hà": 4, "Ngọc": 2, "Đào": 2, "Sáu": 1, "Năm": 1, "Hòe": 1, "Toán": 1, "Khuy": 1,
    }
)  # fmt: skip
FEMALE_YOUNG = Weighted(
    {
        "Anh": 9, "Linh": 8, "Trang": 6, "Hà": 5, "Ngọc": 5, "Phương": 5, "Huyền": 5, "Thảo": 5, "Mai": 4, "Nhung": 3, "Hương": 4, "Vy": 4,
        "My": 3, "Ngân": 4, "Chi": 4, "Quỳnh": 4, "Thúy": 3, "Thùy": 2, "Hằng": 4, "Yến": 3, "Giang": 3, "Dung": 2, "Châu": 2, "Nhi": 4,
        "Diệp": 3, "An": 3, "Vân": 3, "Hòa": 1, "Tú": 1, "Oanh": 2, "Thư": 3, "Hân": 2,
    }
)  # fmt: skip
GENERATION = 40  # from this age on the older names


def family(random: Random) -> str:
    return FAMILIES.draw(random)


def person(random: Random, family_name: str, sex: str, age: int) -> str:
    """A whole name in Vietnamese order, as people of this sex and age bear it."""
    if sex == "M":
        middles, given = (
            (MALE_MIDDLES_OLD, MALE_OLD) if age >= GENERATION else (MALE_MIDDLES_YOUNG, MALE_YOUNG)
        )
    else:
        middles, given = (
            (FEMALE_MIDDLES_OLD, FEMALE_OLD) if age >= GENERATION else (FEMALE_MIDDLES_YOUNG, FEMALE_YOUNG)
        )
    middle = middles.draw(random)
    first = given.draw(random)
    while first == middle:
        first = given.draw(random)
    return f"{family_name} {middle} {first}" if middle else f"{family_name} {first}"
