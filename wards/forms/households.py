"""Forms for homes: address, state, and where a home or a person moves to."""

import uuid
from typing import Any, TypedDict

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wards.actions.households import address_columns
from wards.forms.fields import DeskForm, PlaceField, place_key
from wards.models import Household, User


class Address(TypedDict):
    house_number: str
    street: str
    address_text: str


OTHER_WARD = "ward"  # the third answer to "where to": there somebody else has to accept


class AddressForm(DeskForm):
    """House number and street, or how to find the place."""

    house_number = forms.CharField(label=gettext_lazy("Số nhà"), max_length=40, required=False)
    street = forms.CharField(label=gettext_lazy("Đường, ngõ"), max_length=120, required=False)
    address_text = forms.CharField(
        label=gettext_lazy("Chỉ đường thêm"),
        help_text=gettext_lazy("Khi không có số nhà, ví dụ: nhà sau đình, ngõ thứ hai bên trái."),
        max_length=300,
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.needs_address(cleaned):
            try:
                address_columns(
                    **{name: cleaned.get(name, "") for name in ("house_number", "street", "address_text")}
                )
            except ValidationError as problem:
                self.add_error("house_number", problem)
        return cleaned

    def needs_address(self, cleaned: dict[str, Any]) -> bool:
        return True

    def address(self) -> Address:
        cleaned = self.cleaned_data
        return {
            "house_number": cleaned["house_number"],
            "street": cleaned["street"],
            "address_text": cleaned["address_text"],
        }


class HouseholdForm(AddressForm):
    """A new home, or corrections to one."""

    form_id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    dwelling = forms.ChoiceField(
        label=gettext_lazy("Tình trạng nhà"), choices=Household.Dwelling.choices, widget=forms.RadioSelect
    )
    walking_position = forms.IntegerField(
        label=gettext_lazy("Thứ tự đi"),
        help_text=gettext_lazy("Số nhỏ đến trước. Bỏ trống thì xếp theo số nhà."),
        min_value=0,
        max_value=2_000_000_000,
        required=False,
    )

    def __init__(self, *args: Any, user: User, household: Household | None = None, **kwargs: Any) -> None:
        initial = kwargs.pop("initial", None) or {}
        if household is not None:
            initial = initial_of(household) | initial
        else:
            initial = {"form_id": uuid.uuid4(), "dwelling": Household.Dwelling.LIVED_IN} | initial
        super().__init__(*args, initial=initial, **kwargs)
        if household is None:
            self.fields["place"] = place = PlaceField(user=user)
            place.widget.attrs["class"] = "form-select"
            self.order_fields(
                ["place", "house_number", "street", "address_text", "dwelling", "walking_position"]
            )
        else:
            self.fields["walking_position"].required = True


def initial_of(household: Household) -> dict[str, Any]:
    names = ("house_number", "street", "address_text", "dwelling", "walking_position", "version")
    return {name: getattr(household, name) for name in names}


class HouseholdMoveForm(DeskForm):
    """Where a home comes to belong."""

    IN_AREA = "area"

    version = forms.IntegerField(widget=forms.HiddenInput)
    where = forms.ChoiceField(
        label=gettext_lazy("Chuyển đến"),
        choices=[
            (IN_AREA, gettext_lazy("Nơi khác trong địa bàn được giao")),
            (OTHER_WARD, gettext_lazy("Chuyển sang phường khác")),
        ],
        widget=forms.RadioSelect,
        required=False,
    )

    def __init__(self, *args: Any, user: User, household: Household, **kwargs: Any) -> None:
        initial = {
            "version": household.version,
            "where": self.IN_AREA,
            "place": place_key(household.ward_id, household.neighbourhood_id),
        }
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["place"] = PlaceField(user=user, outside=True)
        self.fields["place"].widget.attrs["class"] = "form-select"


class ResidentMoveForm(AddressForm):
    """Which home a person moves to: one on record, found by code or address, or a new one."""

    EXISTING, NEW = "existing", "new"

    form_id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)
    where = forms.ChoiceField(
        label=gettext_lazy("Chuyển đến"),
        choices=[
            (EXISTING, gettext_lazy("Hộ đã có trong danh sách")),
            (NEW, gettext_lazy("Hộ mới, hoặc nơi khác")),
            (OTHER_WARD, gettext_lazy("Chuyển sang phường khác")),
        ],
        widget=forms.RadioSelect,
    )
    find = forms.CharField(
        label=gettext_lazy("Tìm hộ"),
        help_text=gettext_lazy("Mã hộ, số nhà hoặc tên đường"),
        max_length=100,
        required=False,
    )
    household = forms.ModelChoiceField(
        label=gettext_lazy("Chọn hộ"),
        queryset=Household.objects.none(),
        widget=forms.RadioSelect,
        empty_label=None,
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Không tìm thấy hộ này trong địa bàn được giao.")},
    )

    def __init__(self, *args: Any, user: User, homes, version: int, **kwargs: Any) -> None:
        initial = {"version": version, "where": self.EXISTING, "form_id": uuid.uuid4()}
        super().__init__(*args, initial=initial, **kwargs)
        household = self.fields["household"]
        assert isinstance(household, forms.ModelChoiceField)
        household.queryset = homes
        self.fields["place"] = PlaceField(user=user, outside=True, required=False)
        self.fields["place"].widget.attrs["class"] = "form-select"

    def needs_address(self, cleaned: dict[str, Any]) -> bool:
        return cleaned.get("where") == self.NEW and cleaned.get("place") != (None, None)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if (
            cleaned.get("where") == self.EXISTING
            and not cleaned.get("household")
            and "household" not in self.errors
        ):
            self.add_error("household", _("Tìm rồi chọn một hộ."))
        if cleaned.get("where") == self.NEW and not cleaned.get("place") and "place" not in self.errors:
            self.add_error("place", _("Chọn nơi chuyển đến."))
        return cleaned
