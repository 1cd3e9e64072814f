"""The list of accounts: who is on it, in which state, in which order, and its columns as a file.

A city has a few thousand accounts at most: the filters that the database does not know (names without accents, states) are
applied to the rows that were read.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Prefetch
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lib import clock, names
from lib.columns import Column, Kind
from wards.access import scope_of
from wards.actions.accounts import accounts_of
from wards.models import Assignment, SignInLink, User
from wards.roles import Role
from wards.slips import place_in_words

PAGE = 100

# Filter on the state: value → words, in the order of the menu.
STATES: dict[str, str | Promise] = {
    "open": gettext_lazy("Đang dùng"),
    "never": gettext_lazy("Chưa đăng nhập lần nào"),
    "no_slip": gettext_lazy("Chưa có mật khẩu, chưa có phiếu còn hạn"),
    "acting": gettext_lazy("Đang làm thay"),
    "leaving": gettext_lazy("Sắp nghỉ"),
    "closed": gettext_lazy("Đã khóa"),
}


@dataclass
class Row:
    """One account as the list shows it."""

    account: User
    at: datetime
    has_link: bool
    places: list["Placed"] = field(init=False)

    def __post_init__(self) -> None:
        self.places = [placed(row, self.at) for row in self.account.assignments.all()]

    @property
    def closes_at(self) -> datetime | None:
        return shown(self.account.closes_at)

    @property
    def role_labels(self) -> list[str]:
        return [str(Role(role).label) for role in self.account.roles]

    @property
    def current(self) -> list["Placed"]:
        return [place for place in self.places if place.when != "past"]

    @property
    def acting(self) -> list[Assignment]:
        return [place.assignment for place in self.current if place.assignment.in_place_of_id]

    def may_be_changed_by(self, user: User, give: Collection[str]) -> bool:
        """As `actions.accounts.may_change`, from what was read; `give` are the roles that the user may give."""
        acting = {role for row in self.acting for role in row.acting_roles}
        return self.account.pk != user.pk and set(self.account.roles) | acting <= set(give)

    @property
    def states(self) -> set[str]:
        """Every value of STATES that holds."""
        account, at = self.account, self.at
        if not account.is_open(at):
            return {"closed"}
        found = {"open"}
        if account.closes_at is not None:
            found.add("leaving")
        if account.last_login is None:
            found.add("never")
        if not account.has_usable_password() and not self.has_link:
            found.add("no_slip")
        if any(when(row, at) == "now" for row in self.acting):
            found.add("acting")
        return found

    @property
    def state_label(self) -> str:
        """The one word that a file and the last column of the page give."""
        states = self.states
        if "closed" in states:
            return self.account.get_closed_because_display() or _("Đã khóa")
        if "leaving" in states:
            return _("Đang dùng, nghỉ từ {day}").format(day=_day(self.closes_at))
        return _("Chưa đăng nhập") if "never" in states else _("Đang dùng")


class Placed(NamedTuple):
    """A place as pages show it: `when` is "past", "future" or "now"; `since` and `until` as the application's clock tells them."""

    assignment: Assignment
    words: str
    when: str
    since: datetime | None
    until: datetime | None


def placed(assignment: Assignment, at: datetime) -> Placed:
    return Placed(
        assignment,
        place_in_words(assignment),
        when(assignment, at),
        shown(assignment.starts_at),
        shown(assignment.ends_at),
    )


def shown(instant: datetime | None) -> datetime | None:
    """An instant of real time as the screens tell it: in a training city, days are its own."""
    return instant + clock.offset() if instant else None


def when(assignment: Assignment, at: datetime) -> str:
    """ "past", "future" or "now"."""
    if assignment.ends_at and assignment.ends_at <= at:
        return "past"
    return "future" if assignment.starts_at and assignment.starts_at > at else "now"


def rows(user: User, chosen: Mapping[str, str], *, at: datetime, search: str = "") -> list[Row]:
    """The accounts that the user manages, narrowed by role, ward and state, open ones first, by given name.

    Keys of `chosen`: role, ward (the id of a ward of the user's area), state; anything else narrows nothing.
    """
    accounts = accounts_of(user, at=at)
    if chosen.get("role") in Role.values:
        accounts = accounts.filter(roles__contains=[chosen["role"]])
    found = _read(accounts, at)
    ward = chosen.get("ward", "")
    if ward.isdecimal() and int(ward) in scope_of(user).ward_ids:
        found = [row for row in found if _works_in(row, int(ward))]
    if chosen.get("state") in STATES:
        found = [row for row in found if chosen["state"] in row.states]
    if search:
        found = [row for row in found if _answers(row.account, search)]
    found.sort(
        key=lambda row: (not row.account.is_open(at), names.sort_key(row.account.full_name), row.account.pk)
    )
    return found


def rows_of(user: User, account_ids: Iterable[int], *, at: datetime) -> list[Row]:
    """These of the accounts that the user manages, by given name; others are left out without a word."""
    found = _read(accounts_of(user, at=at).filter(pk__in=list(account_ids)), at)
    return sorted(found, key=lambda row: (names.sort_key(row.account.full_name), row.account.pk))


def _read(accounts: Any, at: datetime) -> list[Row]:
    places = Assignment.objects.select_related(
        "unit", "neighbourhood__ward", "organisation", "in_place_of"
    ).prefetch_related("organisation__units")
    accounts = accounts.select_related("organisation").prefetch_related(
        Prefetch("assignments", places.order_by("pk"))
    )
    linked = set(
        SignInLink.objects.filter(used_at=None, ended_at=None, expires_at__gt=at).values_list(
            "user", flat=True
        )
    )
    return [Row(account, at, account.pk in linked) for account in accounts]


def _works_in(row: Row, ward_id: int) -> bool:
    for assignment in (place.assignment for place in row.current):
        if assignment.unit_id == ward_id:
            return True
        if assignment.neighbourhood and assignment.neighbourhood.ward_id == ward_id:
            return True
        if assignment.organisation and ward_id in [unit.pk for unit in assignment.organisation.units.all()]:
            return True
    return False


def _answers(account: User, search: str) -> bool:
    """Name without accents and from any of its words, user name, or the end of the telephone number."""
    digits = "".join(filter(str.isdecimal, search))
    if len(digits) >= 3 and len(digits) >= len(search.replace(" ", "")) - 3:
        tail = digits.removeprefix("84").removeprefix("0")
        return account.phone.endswith(tail) or account.username.endswith(tail)
    key = names.search_key(search)
    return bool(key) and (
        f" {key}" in f" {names.search_key(account.full_name)}"
        or account.username.startswith(search.strip().lower())
    )


def _day(instant: datetime | None) -> str:
    return f"{instant.astimezone(clock.VIETNAM):%d/%m/%Y}" if instant else ""


def _places(row: Row) -> str:
    return "; ".join(place.words for place in row.current)


COLUMNS = (
    Column("name", "Họ và tên", "Name", lambda row: row.account.full_name, width=26),
    Column("username", "Tên đăng nhập", "User name", lambda row: row.account.username, Kind.ID, width=18),
    Column("phone", "Số điện thoại", "Telephone", lambda row: row.account.phone, Kind.PHONE),
    Column("roles", "Vai trò", "Roles", lambda row: ", ".join(row.role_labels), width=26),
    Column("places", "Nơi làm việc", "Places", _places, width=34),
    Column("state", "Tình trạng", "State", lambda row: row.state_label, width=18),
    Column(
        "last_login",
        "Đăng nhập gần nhất",
        "Last sign-in",
        lambda row: clock.vietnamese_day(row.account.last_login) if row.account.last_login else None,
        Kind.DATE,
        width=14,
    ),
)
