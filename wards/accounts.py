"""Sign-in by allauth, under our rules: nobody signs up; accounts are opened by a ward lead or the health centre."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from wards import installation, throttling
from wards.audit import address_of
from wards.models import User


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _("Tên đăng nhập hoặc mật khẩu chưa đúng."),
        "enter_current_password": _("Mật khẩu đang dùng chưa đúng."),
        "incorrect_password": _("Mật khẩu chưa đúng."),
        "incorrect_code": _("Mã chưa đúng. Nhập mã đang hiện trên điện thoại."),
        "rate_limited": _("Thao tác quá nhanh, thử lại sau một phút."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials) -> None:
        """allauth would count here, per account alone; `authenticate` counts our way."""

    def authenticate(self, request: HttpRequest, **credentials) -> User | None:
        attempt = throttling.begin(credentials.get("username", ""), address_of(request) or "local")
        if attempt.is_refused:
            raise self.validation_error("too_many_login_attempts")
        user = super().authenticate(request, **credentials)
        if user is not None:
            attempt.succeeded()
        return user

    def validation_error(self, code: str, *args):
        if code == "too_many_login_attempts":
            self.error_messages = self.error_messages | {code: too_many_sign_ins()}
        return super().validation_error(code, *args)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return "/"


class MFAAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("Mã chưa đúng. Nhập mã đang hiện trên điện thoại."),
        "cannot_delete_authenticator": _("Chưa tắt được xác nhận hai bước."),
        "cannot_generate_recovery_codes": _("Bật xác nhận hai bước trước, rồi tạo mã dự phòng."),
    }

    def get_totp_issuer(self) -> str:
        return "Từng Nhà"


def too_many_sign_ins() -> str:
    """What somebody reads who mistyped too often (WORDS 7), with whom to call."""
    return _("Sai mật khẩu nhiều lần, thử lại sau 5 phút, hoặc gọi {who} để đặt lại ngay.").format(
        who=whom_to_call()
    )


def whom_to_call() -> str:
    """Who opens accounts and sets passwords anew, with a number where there is one."""
    row = installation.current()
    centre = installation.word("health_centre")
    return f"{centre}, {row.support_phone}" if row is not None and row.support_phone else centre
