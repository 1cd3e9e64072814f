"""Sign-in by allauth, under our rules: nobody signs up; accounts are opened by a ward lead or the health centre."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from lib import clock, phones
from wards import installation, throttling
from wards.audit import address_of
from wards.models import User


class OfficialBackend(AuthenticationBackend):
    """An account whose last day is over is nobody's, also for a session that is still open."""

    def user_can_authenticate(self, user: User | None) -> bool:  # type: ignore[override]
        return user is not None and user.is_open(clock.real_now())


def username_of(typed: str) -> str:
    """The user name behind what was typed: a telephone number, however it is written, or the user name itself.

    A number that stands in several accounts is nobody's user name, unless it is one's own.
    """
    try:
        number = phones.parse(typed).number
    except phones.PhoneProblem:
        return typed
    if User.objects.filter(username=number).exists():
        return number
    holders = list(User.objects.filter(phone=number, is_active=True).values_list("username", flat=True)[:2])
    return holders[0] if len(holders) == 1 else typed


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
        username = username_of(credentials.get("username") or "")
        attempt = throttling.begin(username, address_of(request) or "local")
        if attempt.is_refused:
            raise self.validation_error("too_many_login_attempts")
        user = super().authenticate(request, **credentials | {"username": username})
        if user is not None:
            attempt.succeeded()
        return user

    def pre_login(self, request: HttpRequest, user: User, **kwargs) -> HttpResponse | None:
        """A right password does not open an account whose last day is over."""
        if not user.is_open(clock.real_now()):
            return self.respond_user_inactive(request, user)
        return super().pre_login(request, user, **kwargs)

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
