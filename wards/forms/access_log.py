"""Filters of the log page. All stand in the address, so none of them takes a name or a number of a resident."""

import re
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wards.forms.fields import DayField, DeskForm
from wards.models import AccessEvent, AdministrativeUnit, User

LOOKED, CHANGED, VOLUME = "looked", "changed", "volume"


class LogFilter(DeskForm):
    day = DayField(label=gettext_lazy("Từ ngày"), help_text=gettext_lazy("Bỏ trống là 7 ngày gần đây."))
    until = DayField(label=gettext_lazy("Đến hết ngày"))
    official = forms.ChoiceField(label=gettext_lazy("Cán bộ"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Việc"), required=False)
    ward = forms.ChoiceField(label=gettext_lazy("Phường"), required=False)
    purpose = forms.CharField(
        label=gettext_lazy("Mục đích"), required=False, max_length=100, widget=forms.Select
    )
    code = forms.CharField(
        label=gettext_lazy("Mã trên tệp"),
        required=False,
        max_length=20,
        help_text=gettext_lazy("Mã TX… in trên tệp bị lộ; tìm trong mọi thời gian."),
    )
    person = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, officials: list[User], wards: list[AdministrativeUnit], on: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.read_days(on)
        everything = ("", _("Tất cả"))
        self.offer("official", [everything, *((str(user.pk), str(user)) for user in officials)])
        self.offer("ward", [everything, *((str(ward.pk), ward.name) for ward in wards)])
        self.offer("kind", [everything, *AccessEvent.Action.choices])
        self.fields["code"].widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}

    def offer_purposes(self, said: list[str]) -> None:
        """The purposes that were named in this time; known only after the other filters were read."""
        widget = self.fields["purpose"].widget
        assert isinstance(widget, forms.Select)
        widget.choices = [("", _("Tất cả")), *((one, one) for one in said)]

    def clean_code(self) -> str:
        code = self.cleaned_data["code"].strip().upper()
        return code if re.fullmatch(r"[A-Z0-9]{4,20}", code) else ""

    def clean_purpose(self) -> str:
        return self.cleaned_data["purpose"].strip()

    @property
    def chosen(self) -> dict[str, str]:
        """What is not empty and was understood, as it stands in an address."""
        found = {}
        for name in self.fields:
            value = self.cleaned_data.get(name)
            if value:
                found[name] = f"{value:%d/%m/%Y}" if isinstance(value, date) else str(value)
        return found
