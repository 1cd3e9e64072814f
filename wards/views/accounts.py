"""One official's account: opening, its places, standing in for somebody, leaving and coming back."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from lib import clock
from wards import account_list, hooks
from wards.access import ability_required
from wards.actions import accounts as actions
from wards.actions import leavers, stand_ins
from wards.forms.accounts import AccountForm, AssignmentForm, ClosingForm, NewAccountForm, StandInForm
from wards.models import User
from wards.roles import Ability
from wards.views.account_slips import slips_page
from wards.views.official import OfficialRequest

manages_accounts = ability_required(Ability.MANAGE_ACCOUNTS)


@never_cache
@manages_accounts
def account_add(request: OfficialRequest) -> HttpResponse:
    """Open an account; the slip with its link is shown once, in the answer."""
    on = clock.today()
    form = NewAccountForm(request.POST or None, user=request.user)
    where = AssignmentForm(request.POST or None, user=request.user, on=on)
    if request.method == "POST" and all([form.is_valid(), where.is_valid()]):
        cleaned = form.cleaned_data
        try:
            account = actions.open_account(
                username=cleaned["username"] or cleaned["phone"],
                full_name=cleaned["full_name"],
                phone=cleaned["phone"],
                roles=cleaned["roles"],
                by=request.user,
                **where.assignment(),
            )
        except ValidationError as problem:
            form.add_error("username" if problem.code == "username_taken" else None, problem)
        else:
            return slips_page(request, [account])
    return render(request, "wards/account_form.html", {"form": form, "where": where})


@manages_accounts
def account_detail(request: OfficialRequest, account_id: int) -> HttpResponse:
    """One account: name, telephone and roles, and the places it has, had and will have."""
    account = get_object_or_404(_visible(request), pk=account_id)
    form = AccountForm(request.POST or None, user=request.user, initial=_initial(account))
    if request.method == "POST" and form.is_valid():
        actions.change_account(account=account, by=request.user, **form.cleaned_data)
        messages.success(request, _("Đã lưu tài khoản {name}.").format(name=form.cleaned_data["full_name"]))
        return redirect("wards:account-detail", account.pk)
    return _page(request, account, form=form)


@require_POST
@manages_accounts
def account_assign(request: OfficialRequest, account_id: int) -> HttpResponse:
    """A further place; or, when so ticked, this place and from then on no other."""
    account = _changeable(request, account_id)
    where = AssignmentForm(request.POST, user=request.user, on=clock.today())
    if not where.is_valid():
        return _page(request, account, where=where)
    given = where.assignment()
    if where.cleaned_data["only"]:
        stand_ins.transfer(
            account=account,
            place=given["place"],
            by=request.user,
            at=clock.real_now(),
            starts_at=given["starts_at"],
        )
        messages.success(request, _("Đã chuyển nơi làm việc của {name}.").format(name=account.full_name))
    else:
        actions.assign(account=account, by=request.user, **given)
        messages.success(request, _("Đã giao thêm nơi làm việc cho {name}.").format(name=account.full_name))
    return redirect("wards:account-detail", account.pk)


@require_POST
@manages_accounts
def account_unassign(request: OfficialRequest, account_id: int, assignment_id: int) -> HttpResponse:
    account = get_object_or_404(_visible(request), pk=account_id)
    assignment = get_object_or_404(account.assignments, pk=assignment_id)
    actions.end_assignment(assignment=assignment, by=request.user, at=clock.real_now())
    messages.success(request, _("Nơi làm việc này đã hết từ bây giờ."))
    still_visible = _visible(request).filter(pk=account.pk).exists()
    return redirect("wards:account-detail", account.pk) if still_visible else redirect("wards:account-list")


@require_POST
@manages_accounts
def account_stand_in(request: OfficialRequest, account_id: int) -> HttpResponse:
    """This official works in somebody's place for some days."""
    account = _changeable(request, account_id)
    acting = StandInForm(request.POST, user=request.user, account=account, on=clock.today())
    if acting.is_valid():
        try:
            stand_ins.stand_in(account=account, by=request.user, at=clock.real_now(), **acting.term())
        except ValidationError as problem:
            acting.add_error(None, problem)
        else:
            absent = acting.cleaned_data["absent"]
            messages.success(
                request,
                _("{name} làm thay {absent} đến hết ngày {day}.").format(
                    name=account.full_name,
                    absent=absent.full_name,
                    day=f"{acting.cleaned_data['until']:%d/%m/%Y}",
                ),
            )
            return redirect("wards:account-detail", account.pk)
    return _page(request, account, acting=acting)


@require_POST
@manages_accounts
def account_close(request: OfficialRequest, account_id: int) -> HttpResponse:
    """Leaving, transfer or lock: now, or at the end of a day to come."""
    account = _changeable(request, account_id)
    closing = ClosingForm(request.POST, user=request.user, account=account, on=clock.today())
    if closing.is_valid():
        try:
            leavers.close_account(account=account, by=request.user, at=clock.real_now(), **closing.closing())
        except ValidationError as problem:
            closing.add_error("successor", problem)
        else:
            messages.success(request, _closed(account, closing))
            return redirect("wards:account-detail", account.pk)
    return _page(request, account, closing=closing)


def _closed(account: User, closing: ClosingForm) -> str:
    if day := closing.cleaned_data["last_day"]:
        return _("{name} nghỉ sau ngày {day}; tài khoản tự khóa.").format(
            name=account.full_name, day=f"{day:%d/%m/%Y}"
        )
    return _("Đã khóa tài khoản {name}, các phiên đang mở đã kết thúc.").format(name=account.full_name)


@require_POST
@manages_accounts
def account_reopen(request: OfficialRequest, account_id: int) -> HttpResponse:
    account = get_object_or_404(_visible(request), pk=account_id)
    leavers.reopen_account(account=account, by=request.user)
    messages.success(
        request, _("Đã mở lại tài khoản {name}. Tạo phiếu để đăng nhập lại.").format(name=account.full_name)
    )
    return redirect("wards:account-detail", account.pk)


def _visible(request: OfficialRequest) -> QuerySet[User]:
    return actions.accounts_of(request.user, at=clock.real_now())


def _changeable(request: OfficialRequest, account_id: int) -> User:
    """The account, before a form about it is looked at; the verb checks once more."""
    account = get_object_or_404(_visible(request), pk=account_id)
    if not actions.may_change(request.user, account):
        raise PermissionDenied("This account is not yours to change.")
    return account


def _initial(account: User) -> dict[str, Any]:
    return {"full_name": account.full_name, "phone": account.phone, "roles": account.roles}


def _page(request: OfficialRequest, account: User, **forms: Any) -> HttpResponse:
    """The account's page with whichever of its forms came back with errors, the others fresh."""
    on, user = clock.today(), request.user
    (row,) = account_list.rows_of(user, [account.pk], at=clock.real_now())
    context: dict[str, Any] = {"row": row, "account": row.account, "places": row.places}
    context["may_change"] = actions.may_change(user, account)
    if context["may_change"]:
        context |= {
            "form": AccountForm(user=user, initial=_initial(account)),
            "where": AssignmentForm(user=user, on=on),
            "acting": StandInForm(user=user, account=account, on=on),
            "closing": ClosingForm(user=user, account=account, on=on),
            "work": hooks.work_lying_with(account),
            "link": account.sign_in_links.filter(used_at=None, ended_at=None).first(),
            "now": clock.real_now(),
        }
    absences = account.stand_ins.select_related("user", "unit", "neighbourhood__ward", "organisation")
    placed = [account_list.placed(one, row.at) for one in absences.order_by("starts_at")]
    context["stood_in_by"] = [one for one in placed if one.when != "past"]
    return render(request, "wards/account_detail.html", context | forms)
