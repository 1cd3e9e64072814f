"""Forms of transfers between wards: sending, accepting, returning."""

import uuid
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wards.forms.fields import DeskForm, PlaceField
from wards.forms.households import AddressForm, ResidentMoveForm
from wards.models import AdministrativeUnit, Transfer, User
from wards.models.transfers import wards_of_the_city


class SendForm(DeskForm):
    """To which ward, and what it is told. Its fields stand in the form of a move, behind one of its answers."""

    to_ward = forms.ModelChoiceField(
        label=gettext_lazy("Phường tiếp nhận"),
        queryset=AdministrativeUnit.objects.none(),
        empty_label=gettext_lazy("Chọn …"),
        error_messages={
            "required": gettext_lazy("Chọn phường tiếp nhận."),
            "invalid_choice": gettext_lazy("Chọn một phường của thành phố, khác phường đang ở."),
        },
    )
    new_address = forms.CharField(
        label=gettext_lazy("Địa chỉ mới"),
        help_text=gettext_lazy("Như gia đình báo; phường tiếp nhận dùng để tìm nhà."),
        max_length=300,
        required=False,
    )
    transfer_note = forms.CharField(
        label=gettext_lazy("Lời nhắn cho phường tiếp nhận"),
        help_text=gettext_lazy("Không ghi số giấy tờ, số điện thoại hay thông tin sức khỏe."),
        max_length=500,
        required=False,
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, leaving: int, version: int, on: date, **kwargs: Any) -> None:
        super().__init__(*args, initial={"version": version}, **kwargs)
        to_ward = self.fields["to_ward"]
        assert isinstance(to_ward, forms.ModelChoiceField)
        to_ward.queryset = wards_of_the_city(on).exclude(pk=leaving)


class AcceptPersonForm(ResidentMoveForm):
    """Which home of the receiving ward takes the person in: one on record or a new one there."""

    def __init__(self, *args: Any, user: User, homes, transfer: Transfer, **kwargs: Any) -> None:
        super().__init__(*args, user=user, homes=homes, version=0, **kwargs)
        self.fields["place"] = PlaceField(user=user, within=transfer.to_ward_id, required=False)
        self.fields["place"].widget.attrs["class"] = "form-select"
        self.offer("where", [(self.EXISTING, _("Hộ đã có trong danh sách")), (self.NEW, _("Hộ mới"))])
        self.fields["where"].label = _("Vào ở")
        self.fields["version"].required = False  # the transfer is decided once; who comes second is told
        self.initial.update({"where": self.NEW, "address_text": transfer.address, "form_id": uuid.uuid4()})


class AcceptHouseholdForm(AddressForm):
    """Under which neighbourhood of the receiving ward the home comes, and at which address."""

    def __init__(self, *args: Any, user: User, transfer: Transfer, **kwargs: Any) -> None:
        super().__init__(*args, initial={"address_text": transfer.address}, **kwargs)
        self.fields["place"] = PlaceField(user=user, within=transfer.to_ward_id)
        self.fields["place"].widget.attrs["class"] = "form-select"
        self.order_fields(["place", "house_number", "street", "address_text"])


class ReturnForm(DeskForm):
    """Why a transfer is not accepted."""

    reason = forms.CharField(
        label=gettext_lazy("Lý do trả lại"),
        help_text=gettext_lazy(
            "Phường gửi sẽ đọc lời này, ví dụ: đã đến địa chỉ này nhưng không gặp gia đình."
        ),
        max_length=300,
        error_messages={"required": gettext_lazy("Ghi lý do trả lại để phường gửi biết cần làm gì.")},
    )
