"""Forms for accounts: who, which roles, where and how long."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lib import clock, phones
from wards.access import scope_of
from wards.actions.accounts import Place, offices_inside
from wards.forms.fields import DayField, DeskForm
from wards.models import AdministrativeUnit, Neighbourhood, User
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
        allowed = grantable(user.roles)
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
        help_text=gettext_lazy("Người làm thay: ghi ngày cuối, quyền tự hết."),
    )

    def __init__(self, *args: Any, user: User, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places, choices = _places(user)
        self.offer("place", [("", _("Chọn …")), *choices])
        self.on = on
        self.read_days(on)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        starts_on, ends_on = cleaned.get("starts_on"), cleaned.get("ends_on")
        if ends_on and ends_on < (starts_on or self.on):
            self.add_error("ends_on", _("Ngày cuối phải từ ngày bắt đầu trở đi."))
        return cleaned

    def assignment(self) -> dict[str, Any]:
        """`place`, `starts_at`, `ends_at` as the verbs take them."""
        starts_on, ends_on = self.cleaned_data["starts_on"], self.cleaned_data["ends_on"]
        return {
            "place": self.places[self.cleaned_data["place"]],
            "starts_at": _instant(starts_on) if starts_on and starts_on != self.on else clock.real_now(),
            "ends_at": _instant(ends_on + timedelta(days=1)) if ends_on else None,
        }


class NewAccountForm(AccountForm):
    username = forms.RegexField(
        r"^[a-zA-Z0-9][a-zA-Z0-9._-]{2,59}$",
        label=gettext_lazy("Tên đăng nhập"),
        help_text=gettext_lazy("Chữ không dấu, số, dấu chấm hoặc gạch, ví dụ lan.vocuong."),
        error_messages={
            "required": gettext_lazy("Ghi tên đăng nhập."),
            "invalid": gettext_lazy("Chỉ dùng chữ không dấu, số, dấu chấm, gạch; từ 3 ký tự."),
        },
    )
    field_order = ["full_name", "username", "phone", "roles"]


def _instant(day: date) -> datetime:
    """The beginning of an application day as an instant of real time, which access follows."""
    return datetime.combine(day, time(), tzinfo=clock.VIETNAM) - clock.offset()


def _places(user: User) -> tuple[dict[str, Place], list]:
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
            (ward.full_name, [(f"w{ward.pk}", _("Cả {ward}").format(ward=ward.full_name)), *inside])
        )
    return found, groups
