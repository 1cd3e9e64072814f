"""Form fields that take what officials type and give what the domain knows; errors are sentences that say what to do."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from lib import names, phones
from lib.dates_vn import DateProblem, PartialDate, Precision, parse
from wards import installation
from wards.access import scope_of, wards_of
from wards.models import AdministrativeUnit, Neighbourhood

OUTSIDE = "outside"


class DeskForm(forms.Form):
    """A form of the desk: Bootstrap's classes on every widget, errors in our words, no browser validation in the way."""

    use_required_attribute = False
    buttons: tuple[str, ...] = ()

    @property
    def known_names(self) -> set[str]:
        """Everything that a browser sends with this form; anything else was put in by hand."""
        return {self.add_prefix(name) for name in self.fields} | set(self.buttons)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            widget = field.widget
            if isinstance(widget, forms.CheckboxInput | forms.RadioSelect | forms.CheckboxSelectMultiple):
                widget.attrs.setdefault("class", "form-check-input")
            elif isinstance(widget, forms.Select):
                widget.attrs.setdefault("class", "form-select")
            else:
                widget.attrs.setdefault("class", "form-control")

    def offer(self, name: str, choices: Iterable) -> None:
        """The choices of a field, which depend on who asks."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(choices)

    def read_days(self, on: date) -> None:
        """Every date of the form is read on day `on`."""
        for field in self.fields.values():
            if isinstance(field, BirthDateField | DayField):
                field.on = on


class NameField(forms.CharField):
    """A whole name in one field → the name as it is shown."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("Họ và tên"))
        kwargs.setdefault("max_length", 120)
        super().__init__(error_messages={"required": gettext_lazy("Ghi họ và tên.")}, **kwargs)
        self.widget.attrs |= {"autocomplete": "off", "autocapitalize": "words", "spellcheck": "false"}

    def clean(self, value: Any) -> str:
        name = names.display_name(super().clean(value) or "")
        if name and not names.search_key(name):
            raise forms.ValidationError(_("Ghi họ và tên bằng chữ."), code="name_missing")
        return name


class BirthDateField(forms.CharField):
    """A birth date, month or year in one text field → PartialDate. `on` is set by the form that holds it."""

    on: date

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("Ngày sinh"))
        kwargs.setdefault(
            "help_text",
            gettext_lazy("Ví dụ 15/05/1972. Chỉ nhớ tháng thì ghi 05/1972, chỉ nhớ năm thì ghi 1972."),
        )
        required = gettext_lazy("Ghi ngày sinh; chỉ nhớ năm thì ghi năm.")
        super().__init__(error_messages={"required": required}, **kwargs)
        self.widget.attrs |= {"autocomplete": "off", "inputmode": "text", "maxlength": "40"}

    def to_python(self, value: Any) -> PartialDate | None:  # type: ignore[override]
        text = super().to_python(value)
        if not text:
            return None
        try:
            return parse(text, on=self.on, births=True)
        except DateProblem as problem:
            sentence = problem.in_words(_)
            if problem.proposal is not None and str(problem.proposal) not in sentence:
                sentence = _("{sentence} Có phải là {proposal}?").format(
                    sentence=sentence, proposal=problem.proposal
                )
            raise forms.ValidationError(sentence, code=problem.code) from None


def _in_words(born: PartialDate, shape: str) -> str:
    """The month as a word in English, with "tháng" before it in Vietnamese."""
    if get_language() == "vi":
        return born.in_words()
    return date_format(born.earliest, shape)


def understood(born: PartialDate) -> str:
    """How a birth date was understood, so that a slip is seen: "ngày 5 tháng 3 năm 1972", "chỉ có năm sinh 1972"."""
    if born.precision is Precision.DAY:
        return _("Sinh {words}").format(words=_in_words(born, "j F Y"))
    if born.precision is Precision.MONTH:
        return _("Chỉ có tháng và năm sinh: {words}").format(words=_in_words(born, "F Y"))
    return _("Chỉ có năm sinh {year}").format(year=born.year)


class DayField(forms.CharField):
    """A whole day as people write it → date. `on` is set by the form; `future` allows days to come."""

    on: date

    def __init__(self, *, future: bool = False, **kwargs: Any) -> None:
        self.future = future
        super().__init__(required=False, **kwargs)  # no max_length: its validator would measure the date
        self.widget.attrs |= {"autocomplete": "off", "placeholder": "dd/mm/yyyy", "maxlength": "40"}

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%d/%m/%Y}" if isinstance(value, date) else value

    def to_python(self, value: Any) -> date | None:  # type: ignore[override]
        text = super().to_python(value)
        if not text:
            return None
        try:
            day = parse(text, on=None if self.future else self.on).as_date()
        except DateProblem as problem:
            raise forms.ValidationError(problem.in_words(_), code=problem.code) from None
        if day is None:
            raise forms.ValidationError(_("Ghi đủ ngày, tháng, năm, ví dụ 15/02/2022."), code="not_a_day")
        return day


class PhonesField(forms.CharField):
    """One or several telephone numbers → a list in national form."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("Số điện thoại"))
        kwargs.setdefault("help_text", gettext_lazy("Nhiều số thì cách nhau bằng dấu phẩy."))
        kwargs.setdefault("required", False)
        super().__init__(max_length=200, **kwargs)
        self.widget.attrs |= {"inputmode": "tel", "autocomplete": "off"}

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        found, problems = phones.parse_cell(super().to_python(value))
        if problems:
            raise forms.ValidationError([problem.in_words(_) for problem in problems])
        return [phone.number for phone in found]

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value


class PlaceField(forms.ChoiceField):
    """A neighbourhood (or a ward, its neighbourhood unknown) inside the user's area → (ward, neighbourhood or None).

    With `outside` there is one more choice, for moves that the area does not cover; it comes out as (None, None).
    `within` leaves only the places of one ward.
    """

    def __init__(self, *, user, outside: bool = False, within: int | None = None, **kwargs: Any) -> None:
        self.wards: dict[int, AdministrativeUnit] = {}
        self.neighbourhoods: dict[int, Neighbourhood] = {}
        choices: list[Any] = list(self._choices_of(user, within))
        if len(choices) == 1:
            choices = choices[0][1]
        if len(choices) != 1 or isinstance(choices[0][1], list):
            choices.insert(0, ("", _("Chọn …")))
        if outside:
            choices.append((OUTSIDE, _("Phường khác, ngoài địa bàn được giao")))
        kwargs.setdefault("label", installation.word("neighbourhood").capitalize())
        super().__init__(
            choices=choices,
            error_messages={
                "required": _("Chọn {neighbourhood}.").format(
                    neighbourhood=installation.word("neighbourhood")
                ),
                "invalid_choice": _("Nơi này không có trong địa bàn được giao."),
            },
            **kwargs,
        )

    def _choices_of(self, user, within: int | None) -> Iterable[tuple[str, list]]:
        scope = scope_of(user)
        wards = wards_of(user).order_by("search_key")
        self.wards = {ward.pk: ward for ward in wards if within in (None, ward.pk)}
        found = Neighbourhood.objects.filter(scope.q(neighbourhood="pk")).order_by("walking_order", "name")
        self.neighbourhoods = {place.pk: place for place in found if place.ward_id in self.wards}
        for ward in self.wards.values():
            inside = [place for place in self.neighbourhoods.values() if place.ward_id == ward.pk]
            options = [(f"n{place.pk}", str(place)) for place in inside]
            if ward.pk in scope.ward_ids:
                unknown = _("Chưa rõ {neighbourhood}").format(
                    neighbourhood=installation.word("neighbourhood")
                )
                options.append((f"w{ward.pk}", unknown))
            yield ward.full_name, options

    def clean(self, value: Any) -> tuple[AdministrativeUnit | None, Neighbourhood | None] | None:
        chosen = super().clean(value)
        if not chosen:
            return None
        if chosen == OUTSIDE:
            return None, None
        if chosen.startswith("w"):
            return self.wards[int(chosen[1:])], None
        place = self.neighbourhoods[int(chosen[1:])]
        return self.wards[place.ward_id], place


def place_key(ward_id: int, neighbourhood_id: int | None) -> str:
    """The value of `PlaceField` for a place."""
    return f"n{neighbourhood_id}" if neighbourhood_id else f"w{ward_id}"
