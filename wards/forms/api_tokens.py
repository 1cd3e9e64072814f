"""The form for a token of the API: what it is for, what it may do, until when."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wards import api_tokens
from wards.forms.fields import DeskForm
from wards.models import User


class ApiTokenForm(DeskForm):
    form_id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(
        label=gettext_lazy("Dùng cho việc gì"),
        max_length=80,
        help_text=gettext_lazy("Ví dụ: đưa mũi tiêm từ phần mềm của Trạm Y tế sang."),
        error_messages={"required": gettext_lazy("Ghi khóa này dùng cho việc gì.")},
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("Được làm gì"),
        help_text=gettext_lazy(
            "Chỉ đánh dấu những gì phần mềm đó cần. Khóa không bao giờ làm được hơn tài khoản này."
        ),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Đánh dấu ít nhất một việc.")},
    )
    days = forms.TypedChoiceField(
        label=gettext_lazy("Dùng được trong"),
        choices=[(1, gettext_lazy("1 ngày")), (7, gettext_lazy("7 ngày")), (30, gettext_lazy("30 ngày")), (90, gettext_lazy("90 ngày"))],
        coerce=int,
        initial=30,
        widget=forms.RadioSelect,
    )  # fmt: skip

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["form_id"].initial = uuid.uuid4
        self.offer("scopes", [(scope.value, scope.label) for scope in api_tokens.scopes_for(user)])

    def too_many(self) -> None:
        words = _("Đã có {most} khóa đang dùng được. Thu hồi một khóa không dùng nữa rồi tạo khóa mới.")
        self.add_error(None, words.format(most=api_tokens.MOST))
