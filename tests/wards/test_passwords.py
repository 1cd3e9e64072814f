"""Passwords that are guessed first are refused; sentences, and passwords drawn by chance, are not."""

import secrets

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from wards import passwords
from wards.models import User


@pytest.mark.parametrize(
    "password",
    [
        "matkhau2026",
        "MatKhau@123",
        "Mật khẩu 123456",
        "m4tkh4u2026!",
        "anhyeuem123",
        "AnhYeuEm@2026",
        "Bacninh@2026",
        "BắcNinh2026!",
        "tiemchung2022",
        "TiemChung@123",
        "trungtamyte1",
        "vietnam12345",
        "qwertyuiop1",
        "1qazxsw2abcd",
        "admin@123456",
        "Covid19covid19",
        "vacxincovid19",
        "abcabcabcabc",
        "121212121212",
        "P@ssw0rd2026",
        "matkhaumoi99",
        "Congan@2026",
    ],
)
def test_what_is_guessed_first_is_refused_in_words(password):
    with pytest.raises(ValidationError) as refused:
        validate_password(password, User(username="canbo.thu", full_name="Nguyễn Thị Kiểm Thử"))
    assert all("password" not in message.lower() for message in refused.value.messages)


@pytest.mark.parametrize(
    "password",
    [
        "bèo-dạt-mây-trôi-1",
        "người-ơi-người-ở-2",
        "con trâu trắng ngoài ruộng",
        "hoa-gạo-tháng-ba-bên-sông",
        "ba con mèo vàng 7 chiếc giày",
        "Xk7mQ2wLp9",
        "7391846205xk",
    ],
)
def test_sentences_and_chance_are_taken(password):
    validate_password(password, User(username="canbo.thu", full_name="Nguyễn Thị Kiểm Thử"))


@pytest.mark.parametrize(
    "password", ["kiemthunguyen1", "Nguyễn Thị Kiểm Thử", "canbo.thu.2026", "0912345678a"]
)
def test_the_own_name_user_name_and_number_are_refused(password):
    user = User(username="canbo.thu.2026", full_name="Nguyễn Thị Kiểm Thử", phone="0912345678")
    with pytest.raises(ValidationError):
        validate_password(password, user)


def test_passwords_drawn_by_chance_are_practically_never_refused():
    letters = "abcdefghjkmnpqrstvwxyz23456789"
    drawn = [
        "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(3)) for _ in range(3000)
    ]
    assert sum(map(passwords.is_easily_guessed, drawn)) <= 3


def test_the_list_is_compact_clean_and_without_doubles():
    lines = [
        line
        for line in passwords.WORDS_FILE.read_text(encoding="utf-8").splitlines()
        if line and line[0] != "#"
    ]
    assert len(lines) == len(set(lines)) < 1000
    assert all(line == line.strip().lower() and line.isascii() for line in lines)
