"""Forms of the sign-in pages: allauth's, with our labels."""

from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm as CodeFormOfAllauth
from allauth.mfa.base.forms import ReauthenticateForm as CodeAgainFormOfAllauth
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django.utils.translation import gettext_lazy as _

from wards import sign_in_tries


class SignInForm(LoginForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Tên đăng nhập")
        self.fields["login"].widget.attrs |= {"autocapitalize": "none", "spellcheck": "false"}
        self.fields["password"].label = _("Mật khẩu")
        for field in self.fields.values():
            _dress(field)


class PasswordChangeForm(ChangePasswordForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        labels = {
            "oldpassword": _("Mật khẩu đang dùng"),
            "password1": _("Mật khẩu mới"),
            "password2": _("Nhập lại mật khẩu mới"),
        }
        for name, label in labels.items():
            self.fields[name].label = label
            _dress(self.fields[name])
        self.fields["password1"].help_text = _(
            "Ít nhất 10 ký tự, không chỉ gồm chữ số, không giống tên đăng nhập."
        )

    def clean(self):
        """allauth's sentence about unequal passwords has no Vietnamese."""
        cleaned = super().clean()
        if cleaned.get("password1") and "password2" in self.errors and self.data.get("password2"):
            self.errors["password2"] = self.error_class([_("Hai lần nhập mật khẩu mới chưa giống nhau.")])
        return cleaned


class PasswordAgainForm(ReauthenticateForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].label = _("Mật khẩu")
        _dress(self.fields["password"])


class _CountedCode:
    """A code has six digits: tries are counted as those of a password are."""

    def clean_code(self) -> str:
        attempt = sign_in_tries.begin(context.request, self.user.username, kind=" code")  # type: ignore[attr-defined]
        code = super().clean_code()  # type: ignore[misc]
        attempt.succeeded()
        return code


class CodeForm(_CountedCode, CodeFormOfAllauth):
    pass


class CodeAgainForm(_CountedCode, CodeAgainFormOfAllauth):
    pass


class AddPasskeyForm(AddWebAuthnForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Tên gọi")
        self.fields["name"].max_length = 60
        _dress(self.fields["name"])
        self.fields["name"].help_text = _("Để nhận ra khóa này, ví dụ: máy tính ở cơ quan.")


def _dress(field) -> None:
    field.widget.attrs.pop("placeholder", None)
    field.widget.attrs["class"] = "form-control"
    field.help_text = ""
