"""Sign-in by allauth, under our rules: nobody signs up; accounts are opened by a ward lead or the health centre."""

from io import BytesIO

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lib import clock, phones
from wards import second_factor, sign_in_tries
from wards.identity_numbers import ring
from wards.models import User
from wards.sign_in_tries import too_many_sign_ins, whom_to_call

__all__ = [
    "AccountAdapter",
    "MFAAdapter",
    "OfficialBackend",
    "too_many_sign_ins",
    "username_of",
    "whom_to_call",
]

FRESH = 10 * 60  # seconds
_SECRETS = "second factor"


class OfficialBackend(AuthenticationBackend):
    """An account whose last day is over is nobody's, also for a session that is still open."""

    def user_can_authenticate(self, user: User | None) -> bool:
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
        attempt = sign_in_tries.begin(request, username)
        user = super().authenticate(request, **credentials | {"username": username})
        if user is None:
            sign_in_tries.note_wrong_password(request, username)
        else:
            attempt.succeeded()
        return user

    def is_reauthentication_required(self, *, app: str, **kwargs) -> bool:
        """Whoever has just signed in is not asked for the same password again to make a second factor."""
        just_now = clock.real_now().timestamp() - FRESH
        records = get_authentication_records(self.request, self.request.user)
        return not any(record["at"] > just_now for record in records)

    def pre_login(self, request: HttpRequest, user: User, **kwargs) -> HttpResponse | None:
        """A right password does not open an account whose last day is over."""
        if not user.is_open(clock.real_now()):
            return self.respond_user_inactive(request, user)
        return super().pre_login(request, user, **kwargs)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("my-account")


class MFAAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("Mã chưa đúng. Nhập mã đang hiện trên điện thoại."),
        "cannot_delete_authenticator": _(
            "Tài khoản này phải có xác nhận hai bước; thêm cách khác trước khi tắt."
        ),
        "cannot_generate_recovery_codes": _("Bật xác nhận hai bước trước, rồi tạo mã dự phòng."),
    }

    def get_totp_issuer(self) -> str:
        return "Từng Nhà"

    def build_totp_svg(self, url: str) -> str:
        drawing = BytesIO()
        segno.make(url, error="m").save(drawing, kind="svg", xmldecl=False, scale=4, border=4, light="white")
        return drawing.getvalue().decode()

    def encrypt(self, text: str) -> str:
        """The secrets of apps and recovery codes lie sealed in the database, as identity numbers do."""
        return ring().encrypt(text, context=_SECRETS)

    def decrypt(self, encrypted_text: str) -> str:
        if "." not in encrypted_text:  # written before they were sealed
            return encrypted_text
        return ring().decrypt(encrypted_text, context=_SECRETS)

    def generate_authenticator_name(self, user: User, type) -> str:
        return _("Khóa {number}").format(
            number=Authenticator.objects.filter(user=user, type=type).count() + 1
        )

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return super().get_public_key_credential_rp_entity() | {"name": "Từng Nhà"}

    def can_delete_authenticator(self, authenticator) -> bool:
        """The last factor of an account that has to have one stays; a lost one is reset by who manages the account."""
        user = authenticator.user
        if not second_factor.is_required(user):
            return True
        return second_factor.factors_of(user).exclude(pk=authenticator.pk).exists()
