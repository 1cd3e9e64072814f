"""Accounts of officials: the list, one account, opening, closing, a new password."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from lib import clock
from wards.access import ability_required
from wards.actions import accounts as actions
from wards.audit import record_access
from wards.forms.accounts import AccountForm, AssignmentForm, NewAccountForm
from wards.models import AccessEvent, Assignment, User
from wards.roles import Ability, Role
from wards.views.official import OfficialRequest


@ability_required(Ability.MANAGE_ACCOUNTS)
def account_list(request: OfficialRequest) -> HttpResponse:
    """Every account of the user's area, with its roles and its places in force."""
    role = request.GET.get("role", "")
    accounts = _visible(request).order_by("-is_active", "full_name", "username")
    if role in Role.values:
        accounts = accounts.filter(roles__contains=[role])
    found = list(accounts)
    record_access(request, AccessEvent.Action.LIST, "account", row_count=len(found))
    context = {"accounts": [_described(account) for account in found], "roles": Role.choices, "role": role}
    return render(request, "wards/account_list.html", context)


@never_cache
@ability_required(Ability.MANAGE_ACCOUNTS)
def account_add(request: OfficialRequest) -> HttpResponse:
    """Open an account; its password is shown once, in the answer."""
    on = clock.today()
    form = NewAccountForm(request.POST or None, user=request.user)
    where = AssignmentForm(request.POST or None, user=request.user, on=on)
    if request.method == "POST" and all([form.is_valid(), where.is_valid()]):
        cleaned = form.cleaned_data
        try:
            account, password = actions.open_account(
                username=cleaned["username"],
                full_name=cleaned["full_name"],
                phone=cleaned["phone"],
                roles=cleaned["roles"],
                by=request.user,
                **where.assignment(),
            )
        except ValidationError as problem:
            form.add_error("username" if problem.code == "username_taken" else None, problem)
        else:
            return render(request, "wards/account_password.html", {"account": account, "password": password})
    return render(request, "wards/account_form.html", {"form": form, "where": where})


@ability_required(Ability.MANAGE_ACCOUNTS)
def account_detail(request: OfficialRequest, account_id: int) -> HttpResponse:
    """One account: name, telephone and roles, and the places it has, had and will have."""
    account = get_object_or_404(_visible(request), pk=account_id)
    may_change = actions.may_change(request.user, account)
    initial = {"full_name": account.full_name, "phone": account.phone, "roles": account.roles}
    form = AccountForm(request.POST or None, user=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        actions.change_account(account=account, by=request.user, **form.cleaned_data)
        messages.success(request, _("Đã lưu tài khoản {name}.").format(name=form.cleaned_data["full_name"]))
        return redirect("wards:account-detail", account.pk)
    context = _described(account) | {"form": form, "may_change": may_change}
    context |= {"where": AssignmentForm(user=request.user, on=clock.today()) if may_change else None}
    return render(request, "wards/account_detail.html", context)


@require_POST
@ability_required(Ability.MANAGE_ACCOUNTS)
def account_assign(request: OfficialRequest, account_id: int) -> HttpResponse:
    account = get_object_or_404(_visible(request), pk=account_id)
    where = AssignmentForm(request.POST, user=request.user, on=clock.today())
    if where.is_valid():
        actions.assign(account=account, by=request.user, **where.assignment())
        messages.success(request, _("Đã giao thêm nơi làm việc cho {name}.").format(name=account.full_name))
        return redirect("wards:account-detail", account.pk)
    initial = {"full_name": account.full_name, "phone": account.phone, "roles": account.roles}
    context = _described(account) | {"form": AccountForm(user=request.user, initial=initial), "where": where}
    return render(
        request,
        "wards/account_detail.html",
        context | {"may_change": actions.may_change(request.user, account)},
    )


@require_POST
@ability_required(Ability.MANAGE_ACCOUNTS)
def account_unassign(request: OfficialRequest, account_id: int, assignment_id: int) -> HttpResponse:
    account = get_object_or_404(_visible(request), pk=account_id)
    assignment = get_object_or_404(account.assignments, pk=assignment_id)
    actions.end_assignment(assignment=assignment, by=request.user, at=clock.real_now())
    messages.success(request, _("Nơi làm việc này đã hết từ bây giờ."))
    still_visible = _visible(request).filter(pk=account.pk).exists()
    return redirect("wards:account-detail", account.pk) if still_visible else redirect("wards:account-list")


@require_POST
@ability_required(Ability.MANAGE_ACCOUNTS)
def account_close(request: OfficialRequest, account_id: int) -> HttpResponse:
    account = get_object_or_404(_visible(request), pk=account_id)
    actions.close_account(account=account, by=request.user)
    messages.success(
        request, _("Đã khóa tài khoản {name}, các phiên đang mở đã kết thúc.").format(name=account.full_name)
    )
    return redirect("wards:account-detail", account.pk)


@require_POST
@ability_required(Ability.MANAGE_ACCOUNTS)
def account_reopen(request: OfficialRequest, account_id: int) -> HttpResponse:
    account = get_object_or_404(_visible(request), pk=account_id)
    actions.reopen_account(account=account, by=request.user)
    messages.success(request, _("Đã mở lại tài khoản {name}.").format(name=account.full_name))
    return redirect("wards:account-detail", account.pk)


@never_cache
@require_POST
@ability_required(Ability.MANAGE_ACCOUNTS)
def account_password(request: OfficialRequest, account_id: int) -> HttpResponse:
    """A new password, shown once, in the answer."""
    account = get_object_or_404(_visible(request), pk=account_id)
    password = actions.reset_password(account=account, by=request.user)
    return render(request, "wards/account_password.html", {"account": account, "password": password})


def _visible(request: OfficialRequest) -> QuerySet[User]:
    places = Assignment.objects.select_related("unit", "neighbourhood__ward", "organisation").order_by("pk")
    accounts = actions.accounts_of(request.user, at=clock.real_now())
    return accounts.select_related("organisation").prefetch_related(Prefetch("assignments", places))


def _described(account: User) -> dict:
    """The account as the pages read it: role labels, places and whether each is in force."""
    now = clock.real_now()
    return {
        "account": account,
        "role_labels": [Role(role).label for role in account.roles],
        "places": [
            (assignment, _place(assignment), _when(assignment, now))
            for assignment in account.assignments.all()
        ],
    }


def _place(assignment: Assignment) -> str:
    if assignment.neighbourhood:
        return f"{assignment.neighbourhood}, {assignment.neighbourhood.ward.name}"
    return str(assignment.unit or assignment.organisation)


def _when(assignment: Assignment, now) -> str:
    """ "past", "future" or "now"."""
    if assignment.ends_at and assignment.ends_at <= now:
        return "past"
    return "future" if assignment.starts_at and assignment.starts_at > now else "now"
