"""Forms about doses and what else decides what is due: what officials type in, what the verbs take out.

A verb that refuses or asks is heard by `FactForm.hears`, which puts its words where they belong.
"""

import uuid
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lib.dates_vn import DateProblem, PartialDate, parse
from vaccination import actions
from vaccination.dose_checks import DoseDoubtful, DoseRefused
from vaccination.forecasts import PROGRAMME
from vaccination.models import DoseHistory, DoseRecord, Infection, Product, Screening
from vaccination.rulesets import UNKNOWN_PRODUCT
from wards.forms.fields import DeskForm
from wards.forms.residents import DayField
from wards.models import Resident, User

OTHER = "other"
MOST_ML = Decimal(2)


class FactForm(DeskForm):
    """A form about one resident on the application's day."""

    def __init__(self, *args: Any, resident: Resident, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.resident, self.on = resident, on
        for field in self.fields.values():
            if isinstance(field, DayField):
                field.on = on

    def hears(self, verb: Callable[..., object], **about: Any) -> bool:
        """Call the verb with what was entered; whether it was done. What the verb says against it stands in the form."""
        if not self.is_valid():
            return False
        try:
            verb(**about, **self.verb_values())
        except DoseRefused as refused:
            self.add_error("given", refused.problem.in_words(_))
        except DoseDoubtful as doubtful:
            self.doubts = doubtful.doubts
        except actions.Refused as refused:
            if refused.problem.code == "spent":
                data = cast(QueryDict, self.data).copy()
                data["form_id"] = str(uuid.uuid4())
                self.data = data
            self.add_error(None, refused.problem.in_words(_))
        else:
            return True
        return False

    doubts: list[str] = []

    def verb_values(self) -> dict[str, Any]:
        return dict(self.cleaned_data)

    def require_day(self, name: str, sentence: str) -> None:
        if not self.cleaned_data.get(name) and name not in self.errors:
            self.add_error(name, sentence)


# ---------------------------------------------------------------- doses


class GivenField(forms.CharField):
    """The day, month or year of a shot in one text field → PartialDate."""

    def __init__(self) -> None:
        super().__init__(
            label=gettext_lazy("Ngày tiêm"),
            help_text=gettext_lazy(
                "Ví dụ 15/06/2021. Chỉ nhớ tháng thì ghi 06/2021, chỉ nhớ năm thì ghi 2021."
            ),
            error_messages={"required": gettext_lazy("Ghi ngày tiêm; chỉ nhớ tháng thì ghi tháng.")},
        )
        self.widget.attrs |= {"autocomplete": "off", "placeholder": "dd/mm/yyyy", "maxlength": "40"}

    def prepare_value(self, value: Any) -> Any:
        return str(value) if isinstance(value, PartialDate) else value

    def to_python(self, value: Any) -> PartialDate | None:  # type: ignore[override]
        text = super().to_python(value)
        if not text:
            return None
        try:
            return parse(text)
        except DateProblem as problem:
            raise ValidationError(problem.in_words(_), code=problem.code) from None


class VolumeField(forms.CharField):
    """Millilitres with a comma or a point → Decimal."""

    def __init__(self) -> None:
        super().__init__(label=gettext_lazy("Liều lượng (ml)"), required=False)
        self.widget.attrs |= {
            "inputmode": "decimal",
            "autocomplete": "off",
            "placeholder": "0,5",
            "maxlength": "8",
        }

    def prepare_value(self, value: Any) -> Any:
        return f"{value.normalize():f}".replace(".", ",") if isinstance(value, Decimal) else value

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        text = (super().to_python(value) or "").lower().removesuffix("ml").strip().replace(",", ".")
        if not text:
            return None
        try:
            volume = Decimal(text).quantize(Decimal("0.01"))
            if not 0 < volume <= MOST_ML:
                raise InvalidOperation
            return volume
        except InvalidOperation:
            raise ValidationError(_("Ghi số ml, ví dụ 0,5."), code="volume") from None


def _product_field(**kwargs: Any) -> forms.ModelChoiceField:
    return forms.ModelChoiceField(
        Product.objects.filter(programme_id=PROGRAMME),
        label=gettext_lazy("Loại vắc xin"),
        widget=forms.RadioSelect,
        **kwargs,
    )


class DoseForm(FactForm):
    """One shot: product, day as far as it is remembered, and how we know."""

    class Remembered:
        DAY, MONTH, YEAR = "day", "month", "year"

    form_id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    product = _product_field(
        empty_label=None,
        error_messages={"required": gettext_lazy("Chọn loại vắc xin; không nhớ thì chọn “Chưa rõ loại”.")},
    )
    given = GivenField()
    remembered = forms.ChoiceField(
        label=gettext_lazy("Nhớ đến đâu"),
        choices=[
            (Remembered.DAY, gettext_lazy("Nhớ đủ ngày")),
            (Remembered.MONTH, gettext_lazy("Chỉ nhớ tháng")),
            (Remembered.YEAR, gettext_lazy("Chỉ nhớ năm")),
        ],
        initial=Remembered.DAY,
        widget=forms.RadioSelect,
    )
    source = forms.ChoiceField(
        label=gettext_lazy("Căn cứ"),
        choices=[
            (DoseRecord.Source.DESK, gettext_lazy("Có giấy xác nhận, hoặc tra cứu được")),
            (DoseRecord.Source.CLAIMED, gettext_lazy("Gia đình báo, chưa có giấy xác nhận")),
        ],
        initial=DoseRecord.Source.DESK,
        widget=forms.RadioSelect,
    )
    lot = forms.CharField(label=gettext_lazy("Số lô"), max_length=30, required=False)
    volume_ml = VolumeField()
    site = forms.CharField(label=gettext_lazy("Nơi tiêm"), max_length=200, required=False)
    history = forms.ChoiceField(
        label=gettext_lazy("Ngoài các mũi đã ghi và mũi này, còn mũi nào khác không?"),
        choices=[
            ("complete", gettext_lazy("Không, như vậy là ghi đủ")),
            ("open", gettext_lazy("Còn mũi khác, hoặc chưa rõ")),
        ],
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Chọn một câu trả lời; chưa hỏi thì chọn “Còn mũi khác, hoặc chưa rõ”.")
        },
    )
    confirmed = forms.BooleanField(label=gettext_lazy("Đã kiểm tra, đúng như đã ghi"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["form_id"].initial = uuid.uuid4
        self.fields["lot"].widget.attrs["autocomplete"] = "off"
        if DoseHistory.objects.filter(resident=self.resident, is_known=True).exists():
            del self.fields["history"]

    def verb_values(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        history = cleaned.get("history")
        return {
            "dose_id": cleaned["form_id"],
            "history_complete": None if history is None else history == "complete",
            **self.facts(),
        }

    def facts(self) -> dict[str, Any]:
        """The fields of `actions.DoseFacts`, and whether doubts were answered."""
        cleaned = self.cleaned_data
        names = ("product", "source", "lot", "volume_ml", "site", "confirmed")
        return {name: cleaned[name] for name in names} | {"given": self._as_remembered()}

    def _as_remembered(self) -> PartialDate:
        given: PartialDate = self.cleaned_data["given"]
        match self.cleaned_data["remembered"]:
            case self.Remembered.MONTH:
                return PartialDate(given.year, given.month)
            case self.Remembered.YEAR:
                return PartialDate(given.year)
        return given


class ReasonMixin(forms.Form):
    """Why a row is taken out: three common reasons, or one's own words."""

    COMMON: tuple[Any, ...] = ()

    def add_reason(self, initial: str = "") -> None:
        choices = [(str(words), words) for words in self.COMMON]
        self.fields["reason"] = forms.ChoiceField(
            label=_("Lý do"),
            choices=[*choices, (OTHER, _("Lý do khác"))],
            widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
            initial=initial or None,
            error_messages={"required": _("Chọn lý do.")},
        )
        self.fields["reason_text"] = forms.CharField(
            label=_("Ghi lý do khác"),
            max_length=300,
            required=False,
            widget=forms.TextInput(attrs={"class": "form-control"}),
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("reason") == OTHER and not cleaned.get("reason_text", "").strip():
            self.add_error("reason_text", _("Ghi lý do khác."))
        return cleaned

    @property
    def reason(self) -> str:
        cleaned = self.cleaned_data
        return cleaned["reason_text"].strip() if cleaned["reason"] == OTHER else cleaned["reason"]


class DoseCorrectionForm(ReasonMixin, DoseForm):
    """A dose as it should have been entered, and why it is entered anew."""

    CONFIRMED = gettext_lazy("Đã có giấy xác nhận")
    COMMON = (gettext_lazy("Ghi nhầm ngày tiêm"), gettext_lazy("Ghi nhầm loại vắc xin"), CONFIRMED)

    def __init__(self, *args: Any, dose: DoseRecord, **kwargs: Any) -> None:
        facts = actions.facts_of(dose)
        is_claim = dose.source == DoseRecord.Source.CLAIMED
        initial = {name: getattr(facts, name) for name in ("product", "given", "lot", "volume_ml", "site")}
        initial["source"] = DoseRecord.Source.DESK
        initial["remembered"] = facts.given.precision.value
        super().__init__(*args, initial=initial, **kwargs)
        self.fields.pop("history", None)
        self.add_reason(str(self.CONFIRMED) if is_claim else "")

    def verb_values(self) -> dict[str, Any]:
        return self.facts() | {"reason": self.reason}


class DoseVoidForm(ReasonMixin, FactForm):
    COMMON = (
        gettext_lazy("Ghi nhầm người"),
        gettext_lazy("Ghi trùng"),
        gettext_lazy("Thực tế chưa tiêm mũi này"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_reason()

    def verb_values(self) -> dict[str, Any]:
        return {"reason": self.reason}


class DoseHistoryForm(FactForm):
    """What somebody who was asked says about all doses together."""

    is_known = forms.TypedChoiceField(
        label=gettext_lazy("Đã hỏi về các mũi đã tiêm"),
        coerce=lambda value: value == "known",
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, has_doses: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = _("Các mũi đang ghi là đủ") if has_doses else _("Chưa tiêm mũi nào")
        field: Any = self.fields["is_known"]
        field.choices = [("known", known), ("unknown", _("Không rõ đã tiêm mấy mũi, cần giấy xác nhận"))]
        field.error_messages["required"] = _("Chọn một câu trả lời.")


# ---------------------------------------------------------------- infections, screenings


class InfectionForm(FactForm):
    confirmed_on = DayField(label=gettext_lazy("Ngày xác định mắc COVID-19"))
    recovered_on = DayField(label=gettext_lazy("Ngày khỏi bệnh"))
    discharged_on = DayField(label=gettext_lazy("Ngày ra viện, hết cách ly điều trị"))

    def __init__(self, *args: Any, infection: Infection | None = None, **kwargs: Any) -> None:
        if infection is not None:
            names = ("confirmed_on", "recovered_on", "discharged_on")
            kwargs["initial"] = {name: getattr(infection, name) for name in names}
        super().__init__(*args, **kwargs)
        if infection is not None:
            self.fields["confirmed_on"].disabled = True

    def clean(self) -> dict[str, Any]:
        self.require_day("confirmed_on", _("Ghi ngày xác định mắc COVID-19."))
        return self.cleaned_data


class ScreeningForm(FactForm):
    """The conclusion of who screens; "until" is asked as the day on which the person comes back to the list."""

    category = forms.ChoiceField(
        label=gettext_lazy("Kết luận khám sàng lọc"),
        choices=Screening.Category.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Chọn kết luận khám sàng lọc.")},
    )
    product = _product_field(required=False, blank=True, empty_label=gettext_lazy("Mọi loại vắc xin"))
    screened_on = DayField(label=gettext_lazy("Ngày khám sàng lọc"))
    until = DayField(
        future=True,
        label=gettext_lazy("Ngày trở lại danh sách"),
        help_text=gettext_lazy("Bắt buộc khi trì hoãn. Chống chỉ định không thời hạn thì để trống."),
    )
    reason = forms.CharField(label=gettext_lazy("Lý do"), max_length=200, required=False)
    place = forms.CharField(label=gettext_lazy("Nơi khám"), max_length=160, required=False)

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        place = by.organisation.name if by.organisation_id and by.organisation else ""
        super().__init__(
            *args, initial={"place": place, "screened_on": kwargs["on"], "product": ""}, **kwargs
        )
        product: Any = self.fields["product"]
        product.queryset = product.queryset.exclude(pk=UNKNOWN_PRODUCT)

    def clean(self) -> dict[str, Any]:
        self.require_day("screened_on", _("Ghi ngày khám sàng lọc."))
        if self.cleaned_data.get("category") == Screening.Category.DEFER:
            self.require_day("until", _("Trì hoãn tiêm thì cần ngày trở lại danh sách."))
        screened_on, until = self.cleaned_data.get("screened_on"), self.cleaned_data.get("until")
        if screened_on and until and until <= screened_on:
            self.add_error("until", _("Ngày trở lại danh sách phải sau ngày khám sàng lọc."))
        return self.cleaned_data
