"""Many officials at once: paste, look over, open. Nothing is written before the last step, nothing typed is lost on the way."""

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from lib import clock
from wards import account_list
from wards.access import ability_required
from wards.actions.pasted_accounts import open_accounts
from wards.forms.pasted_accounts import PasteForm, Preview
from wards.pasted_accounts import lines_of
from wards.roles import Ability
from wards.views.official import OfficialRequest

MADE = "accounts_made"  # in the session: ids of the accounts of the last paste, for the page that follows


@never_cache
@ability_required(Ability.MANAGE_ACCOUNTS)
def account_paste(request: OfficialRequest) -> HttpResponse:
    """The paste, and after it the preview: both come by POST to the same address."""
    now = clock.real_now()
    if "rows" in request.POST:
        return _looked_over(request, Preview.of_post(request.POST, user=request.user, at=now))
    form = PasteForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        lines = lines_of(cleaned["text"])
        preview = Preview.of_lines(
            lines, role=cleaned["role"], place=cleaned["place"], user=request.user, at=now
        )
        return _shown(request, preview)
    return render(request, "wards/account_paste.html", {"form": form})


def _looked_over(request: OfficialRequest, preview: Preview) -> HttpResponse:
    step = request.POST.get("step")
    if step == "back":
        initial = {"text": preview.as_text(), "role": preview.role, "place": preview.place}
        return render(
            request, "wards/account_paste.html", {"form": PasteForm(user=request.user, initial=initial)}
        )
    if step != "open" or not preview.is_ready:
        return _shown(request, preview)
    try:
        made = open_accounts(officials=preview.officials(), by=request.user, at=clock.real_now())
    except ValidationError:  # somebody opened one of them a moment ago: look again
        return _shown(request, Preview.of_post(request.POST, user=request.user, at=clock.real_now()))
    request.session[MADE] = [account.pk for account in made]
    return redirect("wards:account-made")


def _shown(request: OfficialRequest, preview: Preview) -> HttpResponse:
    return render(request, "wards/account_preview.html", {"preview": preview})


@ability_required(Ability.MANAGE_ACCOUNTS)
def account_made(request: OfficialRequest) -> HttpResponse:
    """The accounts that the last paste opened, ready for their slips."""
    rows = account_list.rows_of(request.user, request.session.get(MADE, []), at=clock.real_now())
    return render(request, "wards/account_made.html", {"rows": rows})
