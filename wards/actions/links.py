"""One-time links: how somebody without a password, or who forgot it, gets in and sets their own.

A link is made by whoever manages the account, printed on a slip as a QR code with a short code to read out, and dies when it
is used, after 72 hours, when another is made, or when the account is closed. Its secrets are returned once and only their
digests are kept. Whoever comes in through it goes on through the second factor where one is asked for.
"""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from lib import names
from wards import hooks
from wards.actions.accounts import changeable, record
from wards.actions.verb import verb
from wards.models import SignInLink, User

LIVES = timedelta(hours=72)
LETTERS = "abcdefghjkmnpqrstvwxyz23456789"  # none is mistaken for another when read out over the telephone
CODE_LENGTH = 8  # 39 bits; tries are counted per account and address (wards.throttling)
AT_MOST = 200  # slips made at once


@dataclass(frozen=True)
class Slip:
    """What is printed for one person, once. `token` ends the link's address, `code` is "abcd-efgh"."""

    account: User
    token: str
    code: str
    expires_at: datetime


class Spent(ValidationError):
    """The link was used, taken back or is too old."""

    def __init__(self) -> None:
        super().__init__(
            _("Liên kết hoặc mã này đã dùng, đã hết hạn hoặc đã được thay bằng phiếu mới. Xin phiếu mới."),
            code="spent",
        )


@verb
def make_links(*, accounts: Collection[User], by: User, at: datetime) -> list[Slip]:
    """A new link for each account, in order of given names. Former links, passwords and open sessions end at once."""
    if len(accounts) > AT_MOST:
        raise ValidationError(
            _("Mỗi lần tạo nhiều nhất {count} phiếu.").format(count=AT_MOST), code="too_many"
        )
    in_order = sorted(accounts, key=lambda account: (names.sort_key(account.full_name), account.pk))
    return [_make_link(changeable(account, by=by), by=by, at=at) for account in in_order]


def _make_link(account: User, *, by: User, at: datetime) -> Slip:
    if not account.is_open(at):
        raise ValidationError(
            _("Tài khoản {name} đã khóa; mở lại trước khi tạo phiếu.").format(name=account.full_name),
            code="closed",
        )
    end_links(account, at=at)
    account.set_unusable_password()
    account.save(update_fields=["password"])
    hooks.withdraw_access(account.pk)
    token = secrets.token_urlsafe(24)
    code = "".join(secrets.choice(LETTERS) for _letter in range(CODE_LENGTH))
    link = SignInLink.objects.create(
        user=account,
        token_hash=_token_hash(token),
        code_hash=_code_hash(account.pk, code),
        made_at=at,
        made_by=by,
        expires_at=at + LIVES,
    )
    record(by, account, "make_link", link=link.pk)
    return Slip(account, token, f"{code[:4]}-{code[4:]}", link.expires_at)


def end_links(account: User, *, at: datetime) -> None:
    """Take back whatever link of this account is still alive."""
    account.sign_in_links.filter(used_at=None, ended_at=None).update(ended_at=at)


def link_of_token(token: str, *, at: datetime) -> SignInLink | None:
    """The living link behind the address of a slip."""
    links = SignInLink.objects.select_related("user").filter(token_hash=_token_hash(token))
    return next((link for link in links if is_alive(link, at)), None)


def link_of_code(account: User | None, code: str, *, at: datetime) -> SignInLink | None:
    """The living link of this account, if this is its short code, however it was typed."""
    typed = "".join(letter for letter in code.casefold() if letter.isalnum())[: CODE_LENGTH + 1]
    wanted = _code_hash(account.pk if account else 0, typed)
    if account is None:
        return None
    links = account.sign_in_links.select_related("user").filter(used_at=None, ended_at=None)
    return next(
        (link for link in links if is_alive(link, at) and constant_time_compare(link.code_hash, wanted)), None
    )


@verb
def use_link(*, link: SignInLink, password: str, by: User, at: datetime) -> User:
    """Set the first password through a link; `by` is the account itself. Raises Spent, or what is wrong with the password."""
    found = SignInLink.objects.select_for_update().get(pk=link.pk)
    account = User.objects.select_for_update().get(pk=found.user_id)
    found.user = account
    if account != by or not is_alive(found, at):
        raise Spent
    validate_password(password, account)
    account.set_password(password)
    account.must_change_password = False
    account.save(update_fields=["password", "must_change_password"])
    hooks.withdraw_access(account.pk)
    found.used_at = at
    found.save(update_fields=["used_at"])
    record(by, account, "use_link", link=found.pk)
    return account


def is_alive(link: SignInLink, at: datetime) -> bool:
    """Not used, not taken back, not too old, and its account open."""
    return link.used_at is None and link.ended_at is None and at < link.expires_at and link.user.is_open(at)


def _token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _code_hash(account_id: int, code: str) -> str:
    """Keyed, because the code is short: whoever has only the database cannot try codes."""
    return salted_hmac("wards.sign-in-code", f"{account_id}:{code}", algorithm="sha256").hexdigest()
