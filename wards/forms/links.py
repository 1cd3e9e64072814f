"""Forms of the way in through a slip: the short code, and the first password."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wards.forms.fields import DeskForm
from wards.models import User


class CodeForm(DeskForm):
    login = forms.CharField(
        label=gettext_lazy("Số điện thoại hoặc tên đăng nhập"),
        max_length=150,
        error_messages={"required": gettext_lazy("Ghi số điện thoại hoặc tên đăng nhập.")},
        widget=forms.TextInput(
            attrs={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "username"}
        ),
    )
    code = forms.CharField(
        label=gettext_lazy("Mã trên phiếu"),
        max_length=40,
        help_text=gettext_lazy("8 chữ và số, ví dụ abcd-2345; không phân biệt chữ hoa, chữ thường."),
        error_messages={"required": gettext_lazy("Ghi mã trên phiếu.")},
        widget=forms.TextInput(
            attrs={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "one-time-code"}
        ),
    )


class FirstPasswordForm(DeskForm):
    password1 = forms.CharField(
        label=gettext_lazy("Mật khẩu mới"),
        strip=False,
        max_length=200,
        help_text=gettext_lazy("Ít nhất 10 ký tự, không chỉ gồm chữ số, không giống tên đăng nhập."),
        error_messages={"required": gettext_lazy("Đặt mật khẩu.")},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password2 = forms.CharField(
        label=gettext_lazy("Nhập lại mật khẩu mới"),
        strip=False,
        max_length=200,
        error_messages={"required": gettext_lazy("Nhập lại mật khẩu.")},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, account: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account = account

    def clean_password1(self) -> str:
        password = self.cleaned_data["password1"]
        validate_password(password, self.account)
        return password

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, second = cleaned.get("password1"), cleaned.get("password2")
        if first and second and first != second:
            self.add_error("password2", _("Hai lần nhập mật khẩu mới chưa giống nhau."))
        return cleaned
