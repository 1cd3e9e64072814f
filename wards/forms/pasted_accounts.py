"""The preview of pasted officials: every line with what would come of it, changeable in place, opened in one go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lib import names, phones
from wards.access import roles_of
from wards.actions.accounts import Place, accounts_of, may_change
from wards.actions.pasted_accounts import Official
from wards.forms.accounts import places_to_give
from wards.forms.fields import DeskForm
from wards.models import AdministrativeUnit, Neighbourhood, User
from wards.pasted_accounts import AT_MOST, PastedLine, lines_of
from wards.roles import Role, grantable

SKIP, ADD = "skip", "add"


class PasteForm(DeskForm):
    """The pasted text, and role and place for all of its people."""

    text = forms.CharField(
        label=gettext_lazy("Dán danh sách cán bộ vào đây"),
        help_text=gettext_lazy(
            "Mỗi dòng một người: họ tên và số điện thoại, sao chép từ Excel, Word hoặc Zalo. Có thể thêm cột khu phố. "
            "Nhiều nhất 200 người."
        ),
        max_length=40_000,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false", "autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Dán ít nhất một dòng có họ tên và số điện thoại.")},
    )
    role = forms.ChoiceField(
        label=gettext_lazy("Vai trò chung"), error_messages={"required": gettext_lazy("Chọn vai trò.")}
    )
    place = forms.ChoiceField(
        label=gettext_lazy("Nơi làm việc chung"),
        error_messages={
            "required": gettext_lazy("Chọn nơi làm việc."),
            "invalid_choice": gettext_lazy("Nơi này không có trong địa bàn được giao."),
        },
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places, choices = places_to_give(user)
        self.offer("role", [("", _("Chọn …")), *roles_to_give(user)])
        self.offer("place", [("", _("Chọn …")), *choices])

    def clean_text(self) -> str:
        text = self.cleaned_data["text"]
        count = len(lines_of(text))
        if not count:
            raise forms.ValidationError(_("Chưa thấy dòng nào có họ tên và số điện thoại."))
        if count > AT_MOST:
            raise forms.ValidationError(
                _("Đang có {count} người, mỗi lần nhận nhiều nhất {limit}. Chia thành nhiều lần.").format(
                    count=count, limit=AT_MOST
                )
            )
        return text


def roles_to_give(user: User) -> list[tuple[str, Any]]:
    allowed = grantable(roles_of(user))
    return [(role.value, role.label) for role in Role if role in allowed]


@dataclass
class Row:
    """One line of the preview: what is written in it, and what would come of it."""

    line: int
    name: str
    phone: str
    role: str = ""  # empty: as for all
    place: str = ""  # empty: as for all
    what: str = SKIP  # for a number that has an account: leave it, or give it this role and place too
    problems: list[str] = field(default_factory=list)
    note: str = ""
    account: User | None = None
    choices: Sequence[tuple[str, str]] = ()
    may_add: bool = False

    @property
    def state(self) -> str:
        """ "wrong", "known" (the number has an account) or "new"."""
        if self.problems:
            return "wrong"
        return "known" if self.account else "new"

    @property
    def opens(self) -> bool:
        return self.state == "new" or (self.state == "known" and self.may_add and self.what == ADD)


class Preview:
    """All lines, checked against each other and against the accounts that there are."""

    def __init__(self, rows: list[Row], *, role: str, place: str, user: User, at: datetime) -> None:
        self.rows, self.role, self.place, self.user = rows, role, place, user
        self.places, self.place_choices = places_to_give(user)
        self.roles = roles_to_give(user)
        self.problems = self._common_problems()
        self.quarters = self._quarters()
        self._read_phones()
        self._find_accounts(at)

    @classmethod
    def of_lines(cls, lines: Sequence[PastedLine], **common: Any) -> "Preview":
        preview = cls(
            [Row(line.number, names.display_name(line.name), line.phone) for line in lines], **common
        )
        for row, line in zip(preview.rows, lines, strict=True):
            preview._read_place(row, line.place)
        return preview

    @classmethod
    def of_post(cls, sent: Mapping[str, str], *, user: User, at: datetime) -> "Preview":
        count = min(int(sent["rows"]) if sent.get("rows", "").isdecimal() else 0, AT_MOST)

        def cell(name: str, number: int, default: str = "", limit: int = 120) -> str:
            return (sent.get(f"{name}-{number}") or default)[:limit]

        rows = [
            Row(
                line=int(line) if (line := cell("line", number, limit=5)).isdecimal() else number + 1,
                name=names.display_name(cell("name", number)),
                phone=cell("phone", number),
                role=cell("role", number),
                place=cell("place", number),
                what=cell("what", number, SKIP),
            )
            for number in range(count)
            if not sent.get(f"drop-{number}")
        ]
        return cls(rows, role=sent.get("role", ""), place=sent.get("place", ""), user=user, at=at)

    # ------------------------------------------------------------ what stands for all

    def _common_problems(self) -> list[str]:
        found = []
        if self.role not in dict(self.roles):
            found.append(_("Chọn vai trò chung."))
        if self.place not in self.places:
            found.append(_("Chọn nơi làm việc chung trong địa bàn được giao."))
        return found

    def _quarters(self) -> list[tuple[str, str]]:
        """What a line may choose instead: the ward of the common place and its neighbourhoods."""
        common = self.places.get(self.place)
        ward_id = common.ward_id if isinstance(common, Neighbourhood) else getattr(common, "pk", None)
        if not isinstance(common, AdministrativeUnit | Neighbourhood):
            return []
        return [
            (key, str(place))
            for key, place in self.places.items()
            if (isinstance(place, Neighbourhood) and place.ward_id == ward_id)
            or (isinstance(place, AdministrativeUnit) and place.pk == ward_id)
        ]

    def _read_place(self, row: Row, text: str) -> None:
        """A place written in the paste: one of the common ward, else the only one of that name in the area."""
        wanted = names.search_key(text)
        if not wanted:
            return
        near = [
            key
            for key, place in self.quarters
            if names.search_key(place) == wanted or _named(self.places[key], wanted)
        ]
        far = [key for key, place in self.places.items() if _named(place, wanted)]
        found = near if len(near) == 1 else far
        if len(found) == 1:
            row.place = "" if found[0] == self.place else found[0]
            self._offer_places(row)
        else:
            row.note = _("Chưa rõ nơi “{place}”, đang lấy nơi làm việc chung.").format(place=text)

    # ------------------------------------------------------------ line by line

    def _read_phones(self) -> None:
        seen: dict[str, int] = {}
        for row in self.rows:
            if not names.search_key(row.name):
                row.problems.append(_("Chưa có họ và tên. Ghi họ và tên vào ô này."))
            found, problems = phones.parse_cell(row.phone)
            if problems:
                row.problems.append(problems[0].in_words(_))
            elif len(found) > 1:
                row.problems.append(_("Có {count} số điện thoại, giữ lại một số.").format(count=len(found)))
            elif found:
                row.phone = found[0].number
                if row.phone in seen:
                    row.problems.append(
                        _("Trùng số với dòng {line}. Sửa số hoặc bỏ một dòng.").format(line=seen[row.phone])
                    )
                seen.setdefault(row.phone, row.line)
            if row.role and row.role not in dict(self.roles):
                row.role = ""
                row.problems.append(_("Vai trò đã chọn không giao được nữa. Chọn lại."))
            if row.place and row.place not in self.places:  # never quietly the common, perhaps wider, place
                row.place = ""
                row.problems.append(_("Nơi làm việc đã chọn không còn trong địa bàn được giao. Chọn lại."))
            self._offer_places(row)

    def _offer_places(self, row: Row) -> None:
        row.choices = self.quarters
        if row.place and row.place not in dict(self.quarters):
            row.choices = [*self.quarters, (row.place, str(self.places[row.place]))]

    def _find_accounts(self, at: datetime) -> None:
        numbers = {row.phone for row in self.rows if row.phone and not row.problems}
        holders = User.objects.filter(Q(username__in=numbers) | Q(phone__in=numbers)).order_by(
            "-is_active", "pk"
        )
        by_number: dict[str, User] = {}
        for account in holders:
            for number in {account.username, account.phone} & numbers:
                by_number.setdefault(number, account)
        visible = set(accounts_of(self.user, at=at).filter(pk__in=[one.pk for one in by_number.values()]))
        for row in self.rows:
            if not row.problems and row.phone in by_number:
                self._meet(row, by_number[row.phone], visible, at)
            elif not row.problems and not row.phone and not row.note:
                row.note = _("Không có số điện thoại: máy đặt tên đăng nhập từ họ tên.")

    def _meet(self, row: Row, account: User, visible: set[User], at: datetime) -> None:
        """The number has an account: whether it may get this role and place too, and the sentence about it."""
        row.account = account
        if account not in visible:
            row.note = _(
                "Số này đã có tài khoản ngoài địa bàn được giao. Gọi Trung tâm Y tế để giao thêm nơi làm việc."
            )
        elif not may_change(self.user, account):
            row.note = _("Đã có tài khoản {name}, do cấp trên quản lý.").format(name=account.full_name)
        elif not account.is_open(at):
            row.note = _("Đã có tài khoản {name}, đang khóa. Mở lại ở trang tài khoản đó.").format(
                name=account.full_name
            )
        else:
            row.may_add = True
            row.note = _("Đã có tài khoản {name}.").format(name=account.full_name)

    # ------------------------------------------------------------ outcome

    @property
    def is_ready(self) -> bool:
        return not self.problems and not any(row.problems for row in self.rows) and self.opening > 0

    @property
    def opening(self) -> int:
        return sum(row.opens for row in self.rows)

    @property
    def wrong(self) -> int:
        return sum(bool(row.problems) for row in self.rows)

    def officials(self) -> list[Official]:
        """What the verb takes, of a preview that is ready."""
        return [
            Official(row.name, row.phone, row.role or self.role, self._place_of(row), row.account)
            for row in self.rows
            if row.opens
        ]

    def _place_of(self, row: Row) -> Place:
        return self.places[row.place or self.place]

    def as_text(self) -> str:
        """The lines as they stand now, to go back to the paste with."""
        written = [[row.name, row.phone, dict(row.choices).get(row.place, "")] for row in self.rows]
        return "\n".join("\t".join(cells).rstrip() for cells in written)


def _named(place: Place, wanted: str) -> bool:
    if isinstance(place, Neighbourhood):
        return wanted in (names.search_key(place.name), names.search_key(str(place)))
    return isinstance(place, AdministrativeUnit) and wanted in (
        names.search_key(place.name),
        names.search_key(place.full_name),
    )
