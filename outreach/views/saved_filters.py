"""Named filters of the list: keep the ones being looked at, rename, share, delete and take the deletion back."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from lib import clock
from outreach import saved_filters
from outreach.filters import Offered, WorklistFilters
from outreach.list_page import address
from outreach.models import SavedFilter
from outreach.views.worklists import selection_of
from wards.access import ability_required
from wards.models import User
from wards.roles import Ability
from wards.views.official import OfficialRequest


class SavedFilterForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Tên bộ lọc"),
        help_text=gettext_lazy("Ví dụ: Từ 65 tuổi cần mũi nhắc lại. Không ghi tên người dân."),
        max_length=saved_filters.LONGEST_NAME,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )
    share = forms.ChoiceField(
        label=gettext_lazy("Ai dùng được"),
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    is_default = forms.BooleanField(
        label=gettext_lazy("Danh sách mở sẵn bằng bộ lọc này"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )

    def __init__(self, user: User, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        share = self.fields["share"]
        assert isinstance(share, forms.ChoiceField)  # the form's own field, above
        share.choices = saved_filters.sharing_choices(user)


@ability_required(Ability.SEE_HEALTH)
@require_http_methods(["GET", "HEAD", "POST"])
def saved_filter_list(request: OfficialRequest) -> HttpResponse:
    """What is kept, and a form for the filters that stand in the address; what was searched for is never among them."""
    selection = selection_of(request)
    form = SavedFilterForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid() and selection.filters.is_valid():
        try:
            saved = saved_filters.save_filter(
                by=request.user, choices=selection.filters.chosen, at=clock.real_now(), **form.cleaned_data
            )
        except saved_filters.Refused as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, _("Đã lưu bộ lọc “%(name)s”.") % {"name": saved.name})
            return redirect(f"{reverse('outreach:worklist')}?saved={saved.pk}")
    context = {
        "form": form,
        "said": words(selection.filters),
        "query": address(selection.filters.chosen),
        "saved": [(saved, *_as_read(saved, request.user)) for saved in saved_filters.of(request.user)],
        "deleted": _just_deleted(request),
    }
    return render(request, "outreach/saved_filter_list.html", context, status=422 if form.errors else 200)


@ability_required(Ability.SEE_HEALTH)
@require_http_methods(["GET", "HEAD", "POST"])
def saved_filter_edit(request: OfficialRequest, filter_id: UUID) -> HttpResponse:
    """Another name, other colleagues, the default or not; only one's own."""
    saved = get_object_or_404(SavedFilter.objects.owned_by(request.user).kept(), pk=filter_id)
    now = {"name": saved.name, "share": saved_filters.share_of(saved), "is_default": saved.is_default}
    form = SavedFilterForm(request.user, request.POST or None, initial=now)
    if request.method == "POST" and form.is_valid():
        try:
            saved_filters.change_filter(
                saved=saved, by=request.user, at=clock.real_now(), **form.cleaned_data
            )
        except saved_filters.Refused as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, _("Đã lưu thay đổi."))
            return redirect("outreach:saved-filter-list")
    context = {"form": form, "saved": saved, "said": _as_read(saved, request.user)[0]}
    return render(request, "outreach/saved_filter_edit.html", context, status=422 if form.errors else 200)


@require_POST
@ability_required(Ability.SEE_HEALTH)
def saved_filter_delete(request: OfficialRequest, filter_id: UUID) -> HttpResponse:
    saved = get_object_or_404(SavedFilter.objects.owned_by(request.user).kept(), pk=filter_id)
    saved_filters.delete_filter(saved=saved, by=request.user, at=clock.real_now())
    return redirect(f"{reverse('outreach:saved-filter-list')}?deleted={saved.pk}")


@require_POST
@ability_required(Ability.SEE_HEALTH)
def saved_filter_restore(request: OfficialRequest, filter_id: UUID) -> HttpResponse:
    """The undo of a deletion."""
    saved = get_object_or_404(SavedFilter.objects.owned_by(request.user), pk=filter_id)
    saved_filters.restore_filter(saved=saved, by=request.user)
    return redirect("outreach:saved-filter-list")


def words(filters: WorklistFilters) -> list[str]:
    """Every choice in words, "Phường, xã: …"; an empty list is the whole list."""
    return [f"{filters.label(name)}: {filters.in_words(name)}" for name in filters.chosen]


def _as_read(saved: SavedFilter | saved_filters.Kept, user: User) -> tuple[list[str], bool]:
    """The choices in words as this reader would have them, and whether a place of the author's is not theirs."""
    offered = Offered(user)
    opened = saved_filters.opened(saved, WorklistFilters({}, offered, clock.today()))
    return words(WorklistFilters(opened.choices, offered, clock.today())), opened.lost_place


def _just_deleted(request: OfficialRequest) -> SavedFilter | None:
    try:
        deleted = UUID(request.GET.get("deleted", ""))
    except ValueError:
        return None
    own = SavedFilter.objects.owned_by(request.user)
    return own.filter(pk=deleted, deleted_at__isnull=False).first()
