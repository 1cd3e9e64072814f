"""What a list of officials or of the log is taken out for, and how."""

from typing import Any

from django import forms
from django.utils import translation
from django.utils.translation import gettext_lazy

from wards.forms.fields import DeskForm
from wards.stamps import PURPOSES


class PurposeForm(DeskForm):
    """What for, and for whom; `format` is the button that was pressed."""

    purpose = forms.ChoiceField(
        label=gettext_lazy("Dùng để làm gì"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Chọn một mục."),
            "invalid_choice": gettext_lazy("Chọn một mục."),
        },
    )
    recipient = forms.CharField(label=gettext_lazy("Nơi nhận (nếu gửi đi)"), max_length=100, required=False)
    format = forms.ChoiceField(choices=[("xlsx", "xlsx"), ("print", "print")], widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("purpose", PURPOSES.items())

    @property
    def said(self) -> str:
        """In Vietnamese, as it stands in the file and in the log."""
        recipient = self.cleaned_data["recipient"]
        with translation.override("vi"):
            purpose = str(PURPOSES[self.cleaned_data["purpose"]])
        return purpose + (f", {recipient}" if recipient else "")
