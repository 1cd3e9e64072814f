"""The form by which a place chooses what the rules leave open."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vaccination.rule_choices import ProvinceInterval, RuleChoices
from wards.forms.fields import DayField, DeskForm

WEEKS = range(4, 13)  # never below the manufacturer's minimum, never above the usual longest


def _weeks() -> list[tuple[int | str, str]]:
    """Asked for each form: a sentence with a number filled in is no longer lazy."""
    return [
        ("", gettext("Chưa có quyết định mới")),
        *((n, gettext("Ít nhất %(n)s tuần") % {"n": n}) for n in WEEKS),
    ]


class RuleChoicesForm(DeskForm):
    products_in_shortage = forms.ChoiceField(
        label=_("Vắc xin chỉ dùng khi thiếu nguồn cung"),
        choices=[("", _("Không mời tiêm (mặc định)")), ("1", _("Được mời tiêm"))],
        required=False,
        widget=forms.RadioSelect,
        help_text=_("Pfizer và Moderna thay thế nhau; Moderna sau AstraZeneca (7548/BYT-DP)."),
    )
    additional_restarts_booster = forms.ChoiceField(
        label=_("Mũi nhắc lại lần 1 tính từ"),
        choices=[("1", _("Mũi bổ sung, nếu có (mặc định)")), ("", _("Mũi cơ bản cuối"))],
        required=False,
        widget=forms.RadioSelect,
        help_text=_("Các văn bản ghi khác nhau; chọn theo hướng dẫn của tỉnh, thành phố."),
    )
    az_weeks = forms.TypedChoiceField(
        label=_("Khoảng cách hai mũi AstraZeneca do tỉnh, thành phố quyết định"),
        choices=_weeks,
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    az_from_on = DayField(label=_("Áp dụng từ ngày"))
    az_decision = forms.CharField(label=_("Số văn bản"), max_length=60, required=False)

    def __init__(self, *args: Any, now: RuleChoices, province: str, on: date, **kwargs: Any) -> None:
        self.now, self.province = now, province
        initial = {
            "products_in_shortage": "1" if now.products_in_shortage else "",
            "additional_restarts_booster": "1" if now.additional_restarts_booster else "",
        }
        super().__init__(*args, initial=initial, **kwargs)
        self.read_days(on)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("az_weeks") and not cleaned.get("az_from_on") and "az_from_on" not in self.errors:
            self.add_error("az_from_on", _("Ghi ngày bắt đầu áp dụng."))
        return cleaned

    @property
    def chosen(self) -> RuleChoices:
        cleaned = self.cleaned_data
        choices = RuleChoices(
            bool(cleaned["products_in_shortage"]),
            bool(cleaned["additional_restarts_booster"]),
            self.now.az_intervals,
        )
        if not cleaned["az_weeks"]:
            return choices
        return choices.with_az_interval(
            ProvinceInterval(
                self.province,
                f"{cleaned['az_weeks']}w",
                cleaned["az_from_on"],
                cleaned["az_decision"].strip(),
            )
        )
