"""Forms for accounts: who, which roles, where and how long."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lib import clock, phones
from wards.access import roles_of, scope_of
from wards.actions.accounts import Place, accounts_of, offices_inside
from wards.forms.fields import DayField, DeskForm
from wards.models import AdministrativeUnit, Leaving, Neighbourhood, User
from wards.roles import Role, grantable


class AccountForm(DeskForm):
    """Name, telephone, and the roles that the user may give."""

    full_name = forms.CharField(
        label=gettext_lazy("Họ và tên"),
        max_length=120,
        error_messages={"required": gettext_lazy("Ghi họ và tên cán bộ.")},
    )
    phone = forms.CharField(label=gettext_lazy("Số điện thoại"), max_length=20, required=False)
    roles = forms.MultipleChoiceField(
        label=gettext_lazy("Vai trò"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Chọn ít nhất một vai trò.")},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        allowed = grantable(roles_of(user))
        self.offer("roles", [(role.value, role.label) for role in Role if role in allowed])

    def clean_phone(self) -> str:
        found, problems = phones.parse_cell(self.cleaned_data["phone"])
        if problems:
            raise ValidationError(problems[0].in_words(_))
        return found[0].number if found else ""


class AssignmentForm(DeskForm):
    """A place inside the user's area, from a day to a day (both inclusive)."""

    place = forms.ChoiceField(
        label=gettext_lazy("Nơi làm việc"),
        error_messages={
            "required": gettext_lazy("Chọn nơi làm việc."),
            "invalid_choice": gettext_lazy("Nơi này không có trong địa bàn được giao."),
        },
    )
    starts_on = DayField(
        label=gettext_lazy("Từ ngày"), future=True, help_text=gettext_lazy("Bỏ trống là từ bây giờ.")
    )
    ends_on = DayField(
        label=gettext_lazy("Đến hết ngày"),
        future=True,
        help_text=gettext_lazy("Bỏ trống là cho đến khi có thay đổi."),
    )
    only = forms.BooleanField(
        label=gettext_lazy("Thôi các nơi khác từ lúc đó (chuyển công tác trong địa bàn)"), required=False
    )

    def __init__(self, *args: Any, user: User, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places, choices = places_to_give(user)
        self.offer("place", [("", _("Chọn …")), *choices])
        self.on = on
        self.read_days(on)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        starts_on, ends_on = cleaned.get("starts_on"), cleaned.get("ends_on")
        if ends_on and ends_on < (starts_on or self.on):
            self.add_error("ends_on", _("Ngày cuối phải từ ngày bắt đầu trở đi."))
        if ends_on and cleaned.get("only"):
            self.add_error(
                "ends_on", _("Chuyển hẳn thì không ghi ngày cuối; làm thay thì dùng mục Làm thay.")
            )
        return cleaned

    def assignment(self) -> dict[str, Any]:
        """`place`, `starts_at`, `ends_at` as the verbs take them."""
        starts_on, ends_on = self.cleaned_data["starts_on"], self.cleaned_data["ends_on"]
        return {
            "place": self.places[self.cleaned_data["place"]],
            "starts_at": instant(starts_on) if starts_on and starts_on != self.on else clock.real_now(),
            "ends_at": instant(ends_on + timedelta(days=1)) if ends_on else None,
        }


class StandInForm(DeskForm):
    """Whose place somebody takes, from a day to a day (both inclusive)."""

    absent = forms.ModelChoiceField(
        User.objects.none(),
        label=gettext_lazy("Làm thay cho"),
        empty_label=gettext_lazy("Chọn …"),
        error_messages={
            "required": gettext_lazy("Chọn người vắng mặt."),
            "invalid_choice": gettext_lazy("Người này không có trong địa bàn được giao."),
        },
    )
    since = DayField(
        label=gettext_lazy("Từ ngày"), future=True, help_text=gettext_lazy("Bỏ trống là từ bây giờ.")
    )
    until = DayField(label=gettext_lazy("Đến hết ngày"), future=True)

    def __init__(self, *args: Any, user: User, account: User, on: date, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="id_acting_%s", **kwargs)
        give = grantable(roles_of(user))
        colleagues = accounts_of(user, at=clock.real_now()).filter(roles__contained_by=sorted(give))
        field = self.fields["absent"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = (
            colleagues.exclude(pk=account.pk).exclude(assignments=None).order_by("full_name", "pk")
        )
        self.on = on
        self.read_days(on)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since") or self.on, cleaned.get("until")
        if "until" not in self.errors and until is None:
            self.add_error("until", _("Ghi ngày cuối; hết ngày đó quyền tự hết."))
        elif until and until < max(since, self.on):
            self.add_error("until", _("Ngày cuối phải từ ngày bắt đầu trở đi."))
        return cleaned

    def term(self) -> dict[str, Any]:
        """`absent`, `starts_at`, `ends_at` as the verb takes them."""
        since, until = self.cleaned_data["since"], self.cleaned_data["until"]
        return {
            "absent": self.cleaned_data["absent"],
            "starts_at": instant(since) if since and since > self.on else clock.real_now(),
            "ends_at": instant(until + timedelta(days=1)),
        }


class ClosingForm(DeskForm):
    """Why an account closes, after which day, and who takes over what lies with the leaver."""

    because = forms.ChoiceField(
        label=gettext_lazy("Lý do"),
        choices=[("", gettext_lazy("Chọn …")), *Leaving.choices],
        error_messages={"required": gettext_lazy("Chọn lý do.")},
    )
    last_day = DayField(
        label=gettext_lazy("Ngày làm việc cuối"),
        future=True,
        help_text=gettext_lazy("Bỏ trống là khóa ngay bây giờ."),
    )
    successor = forms.ModelChoiceField(
        User.objects.none(),
        label=gettext_lazy("Bàn giao việc đang làm cho"),
        required=False,
        empty_label=gettext_lazy("Chưa bàn giao"),
        error_messages={"invalid_choice": gettext_lazy("Người này không có trong địa bàn được giao.")},
    )

    def __init__(self, *args: Any, user: User, account: User, on: date, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="id_closing_%s", **kwargs)
        field = self.fields["successor"]
        assert isinstance(field, forms.ModelChoiceField)
        colleagues = accounts_of(user, at=clock.real_now()).filter(is_active=True).exclude(pk=account.pk)
        field.queryset = colleagues.order_by("full_name", "pk")
        self.on = on
        self.read_days(on)

    def clean_last_day(self) -> date | None:
        day = self.cleaned_data["last_day"]
        if day and day < self.on:
            raise ValidationError(_("Ngày này đã qua. Bỏ trống để khóa ngay bây giờ."))
        return day

    def closing(self) -> dict[str, Any]:
        """`because`, `closes_at`, `successor` as the verb takes them."""
        day = self.cleaned_data["last_day"]
        return {
            "because": self.cleaned_data["because"],
            "closes_at": instant(day + timedelta(days=1)) if day else None,
            "successor": self.cleaned_data["successor"],
        }


class NewAccountForm(AccountForm):
    username = forms.RegexField(
        r"^[a-zA-Z0-9][a-zA-Z0-9._-]{2,59}$",
        label=gettext_lazy("Tên đăng nhập"),
        required=False,
        help_text=gettext_lazy("Bỏ trống thì số điện thoại là tên đăng nhập."),
        error_messages={
            "invalid": gettext_lazy("Chỉ dùng chữ không dấu, số, dấu chấm, gạch; từ 3 ký tự."),
        },
    )
    field_order = ["full_name", "phone", "username", "roles"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not cleaned.get("username") and not cleaned.get("phone"):
            self.add_error("phone", _("Ghi số điện thoại, hoặc đặt tên đăng nhập."))
        return cleaned


def instant(day: date) -> datetime:
    """The beginning of an application day as an instant of real time, which access follows."""
    return datetime.combine(day, time(), tzinfo=clock.VIETNAM) - clock.offset()


def _within_words(name: str) -> str:
    """A unit's name as it stands inside a phrase: “Cả phường Võ Cường”."""
    return name[:1].lower() + name[1:]


def places_to_give(user: User) -> tuple[dict[str, Place], list]:
    """Every place in the user's area by its key ("w…" ward, "n…" neighbourhood, "o…" office), and the choices of a field."""
    scope = scope_of(user)
    wards = AdministrativeUnit.objects.filter(pk__in=scope.ward_ids).order_by("search_key")
    quarters = Neighbourhood.objects.filter(scope.q(neighbourhood="pk")).order_by("walking_order", "name")
    offices = offices_inside(user).order_by("name")
    found: dict[str, Place] = {f"w{ward.pk}": ward for ward in wards}
    found |= {f"n{quarter.pk}": quarter for quarter in quarters} | {
        f"o{office.pk}": office for office in offices
    }
    groups = [(_("Cơ quan (mọi phường phụ trách)"), [(f"o{office.pk}", office.name) for office in offices])]
    for ward in wards:
        inside = [(f"n{quarter.pk}", str(quarter)) for quarter in quarters if quarter.ward_id == ward.pk]
        groups.append(
            (
                ward.full_name,
                [(f"w{ward.pk}", _("Cả {ward}").format(ward=_within_words(ward.full_name))), *inside],
            )
        )
    return found, groups
