"""What people do to the record of doses, infections and screenings. Each verb asks whether they may, writes the fact,
and forecasts the person anew, in one transaction that holds the resident's row.

Someone else's resident is `Resident.DoesNotExist`, a verb the role does not have is PermissionDenied. The rights of
files are checked where files are read in.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pghistory
from django.db import transaction
from django.utils.translation import get_language, gettext

from lib import clock
from lib.dates_vn import PartialDate
from lib.problems import Problem, gettext_noop
from vaccination import dose_checks, forecasts, sentences
from vaccination.histories import Dose
from vaccination.intervals import PartialDate as IntervalDate
from vaccination.models import DoseHistory, DoseRecord, DoseVoid, Infection, Product, Screening
from wards.access import require
from wards.models import Resident, User
from wards.roles import Ability

_ = gettext_noop

Source = DoseRecord.Source


class Refused(ValueError):
    """What was asked cannot be done as things stand; `problem` says why in a sentence."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.message)


# ---------------------------------------------------------------- doses


@dataclass(frozen=True, kw_only=True)
class DoseFacts:
    """What is to go on record about one shot."""

    product: Product
    given: PartialDate
    lot: str = ""
    volume_ml: Decimal | None = None
    site: str = ""
    source: str = Source.DESK


def record_dose(
    *,
    resident: Resident,
    by: User,
    on: date,
    history_complete: bool | None = None,
    confirmed: bool = False,
    dose_id: UUID | None = None,
    **facts: Any,
) -> DoseRecord:
    """Put a dose on record; `facts` are the fields of DoseFacts. A claimed one (`source`) counts for nothing until
    somebody confirms it by correcting it.

    `history_complete`: whether these are now all the doses the person had; None leaves open what was said before.
    `dose_id` is chosen by who sends: sent twice, it is recorded once. Raises DoseRefused, DoseDoubtful unless `confirmed`,
    and Refused ("spent") for an id that stands for another dose.
    """
    require(by, Ability.RECORD_DOSE)
    entered = DoseFacts(**facts)
    with _about(resident, by=by, on=on, verb="record_dose") as locked:
        if dose := _sent_before(dose_id, locked, entered):
            return dose
        dose = _enter(locked, entered, by, on, confirmed, dose_id=dose_id)
        if history_complete is not None:
            _say_history(locked, history_complete, by)
    return dose


def _sent_before(dose_id: UUID | None, resident: Resident, facts: DoseFacts) -> DoseRecord | None:
    known = DoseRecord.objects.select_related("product").filter(pk=dose_id).first() if dose_id else None
    if known is None or (known.resident_id == resident.pk and facts_of(known) == facts):
        return known
    raise Refused(
        Problem(
            "spent",
            _("Trang này đã dùng để ghi mũi {product} ngày {day}. Nếu đây là một mũi khác, bấm Lưu lần nữa."),
            product=str(known.product),
            day=str(known.given),
        )
    )


def correct_dose(
    *, dose: DoseRecord, reason: str, by: User, on: date, confirmed: bool = False, **facts: Any
) -> DoseRecord:
    """Void a dose and enter it anew as it should have been; the new row says which one it replaces.

    Confirming what a family claimed is the same verb. Raises as `record_dose`, and Refused if it is voided already.
    """
    require(by, Ability.RECORD_DOSE, Ability.VOID_DOSE)
    with _about(dose.resident, by=by, on=on, verb="correct_dose") as locked:
        _void(dose, reason, by)
        return _enter(locked, DoseFacts(**facts), by, on, confirmed, replaces=dose)


def void_dose(*, dose: DoseRecord, reason: str, by: User, on: date) -> None:
    """Take a dose out of the record, keeping the row and the reason."""
    require(by, Ability.VOID_DOSE)
    with _about(dose.resident, by=by, on=on, verb="void_dose"):
        _void(dose, reason, by)


def restore_dose(*, dose: DoseRecord, by: User, on: date) -> DoseRecord:
    """Undo a voiding: the same facts as a new row that replaces the voided one."""
    require(by, Ability.RECORD_DOSE, Ability.VOID_DOSE)
    with _about(dose.resident, by=by, on=on, verb="restore_dose") as locked:
        if (
            not DoseVoid.objects.filter(dose=dose).exists()
            or DoseRecord.objects.filter(replaces=dose).exists()
        ):
            raise Refused(Problem("not_void", _("Mũi này đang được ghi nhận, không cần hoàn tác.")))
        return _enter(locked, facts_of(dose), by, on, confirmed=True, replaces=dose)


def facts_of(dose: DoseRecord) -> DoseFacts:
    """What stands on record about a dose, to be entered anew or to begin a correction with."""
    return DoseFacts(
        product=dose.product,
        given=dose.given,
        lot=dose.lot,
        volume_ml=dose.volume_ml,
        site=dose.site,
        source=dose.source,
    )


def _enter(
    resident: Resident,
    facts: DoseFacts,
    by: User,
    on: date,
    confirmed: bool,
    replaces: DoseRecord | None = None,
    dose_id: UUID | None = None,
) -> DoseRecord:
    problem = dose_checks.error(
        born=resident.born,
        given=facts.given,
        first_dose_on=forecasts.family(facts.product.programme_id).first_dose_on,
        on=on,
    )
    if problem:
        raise dose_checks.DoseRefused(problem)
    if not confirmed and (doubts := _doubts(resident, facts, on)):
        raise dose_checks.DoseDoubtful(doubts)
    return DoseRecord.objects.create(
        id=dose_id or uuid4(),
        resident=resident,
        ward_id=resident.ward_id,
        programme_id=facts.product.programme_id,
        product=facts.product,
        given_year=facts.given.year,
        given_month=facts.given.month,
        given_day=facts.given.day,
        volume_ml=facts.volume_ml,
        lot=facts.lot,
        site=facts.site,
        source=facts.source,
        stated_type=replaces.stated_type if replaces else "",
        stated_ordinal=replaces.stated_ordinal if replaces else None,
        replaces=replaces,
        entered_by=by,
    )


def _doubts(resident: Resident, facts: DoseFacts, on: date) -> list[str]:
    """What to ask before this dose is kept: is it on record already, and would the rules count it?"""
    standing = DoseRecord.objects.standing().filter(
        resident=resident, programme_id=facts.product.programme_id
    )
    same = dose_checks.on_record_already(
        product=facts.product.code,
        product_name=str(facts.product),
        given=facts.given,
        on_record=[(d.product_id, str(d.product), d.given) for d in standing.select_related("product")],
    )
    if same:
        return [same.in_words(gettext)]
    return [] if facts.source == Source.CLAIMED else _what_the_rules_say(resident, facts, on)


def _what_the_rules_say(resident: Resident, facts: DoseFacts, on: date) -> list[str]:
    """Doses that would not be counted, or counted with a warning, once this one is on record."""
    shot = Dose(
        IntervalDate(facts.given.earliest, facts.given.latest),
        facts.product.code,
        None if facts.volume_ml is None else float(facts.volume_ml),
    )
    answer, reasons = forecasts.what_if(resident.pk, facts.product.programme_id, shot, on)
    if answer is None:
        return []
    subject = sentences.Subject(
        resident.full_name, resident.sex, IntervalDate(resident.born.earliest, resident.born.latest)
    )
    asked = [reason for reason in reasons if reason.code != "PRODUCT_UNKNOWN"]
    return [sentences.about_reason(reason, answer, on, subject, get_language()[:2]) for reason in asked]


def _void(dose: DoseRecord, reason: str, by: User) -> None:
    if not reason.strip():
        raise Refused(Problem("reason_missing", _("Ghi lý do hủy ghi nhận mũi này.")))
    if DoseVoid.objects.filter(dose=dose).exists():
        raise Refused(Problem("void_already", _("Mũi này đã được hủy ghi nhận trước đó.")))
    DoseVoid.objects.create(dose=dose, reason=reason.strip(), by=by, at=clock.real_now())


# ---------------------------------------------------------------- what else the forecast depends on


def set_dose_history(*, resident: Resident, is_known: bool, by: User, on: date) -> None:
    """Say whether the doses on record, perhaps none, are all the person had."""
    require(by, Ability.RECORD_DOSE)
    with _about(resident, by=by, on=on, verb="set_dose_history") as locked:
        _say_history(locked, is_known, by)


def _say_history(resident: Resident, is_known: bool, by: User) -> None:
    DoseHistory.objects.update_or_create(
        resident=resident,
        defaults={"ward_id": resident.ward_id, "is_known": is_known, "source": "desk", "stated_by": by},
    )


def record_infection(
    *,
    resident: Resident,
    confirmed_on: date,
    by: User,
    on: date,
    recovered_on: date | None = None,
    discharged_on: date | None = None,
) -> Infection:
    """Put an infection on record; one confirmed on the same day is the same infection, and is brought up to date."""
    require(by, Ability.RECORD_DOSE)
    for day in (confirmed_on, recovered_on, discharged_on):
        if day is not None and day > on:
            raise Refused(_in_future(day, on))
    if any(day is not None and day < confirmed_on for day in (recovered_on, discharged_on)):
        raise Refused(Problem("order", _("Ngày khỏi, ngày ra viện không thể trước ngày xác định mắc.")))
    with _about(resident, by=by, on=on, verb="record_infection") as locked:
        infection, _made = Infection.objects.update_or_create(
            resident=locked,
            confirmed_on=confirmed_on,
            defaults={
                "recovered_on": recovered_on,
                "discharged_on": discharged_on,
                "ward_id": locked.ward_id,
            },
            create_defaults={
                "recovered_on": recovered_on,
                "discharged_on": discharged_on,
                "ward_id": locked.ward_id,
                "entered_by": by,
            },
        )
    return infection


def record_screening(
    *,
    resident: Resident,
    category: str,
    screened_on: date,
    by: User,
    on: date,
    programme_id: str = forecasts.PROGRAMME,
    product: Product | None = None,
    until: date | None = None,
    reason: str = "",
    place: str = "",
) -> Screening:
    """A health worker's conclusion; `product` None is about every product, `until` the first day it holds no more."""
    require(by, Ability.SCREEN)
    if screened_on > on:
        raise Refused(_in_future(screened_on, on))
    if category == Screening.Category.DEFER and until is None:
        raise Refused(Problem("until_missing", _("Trì hoãn tiêm thì cần ngày trở lại danh sách.")))
    if until is not None and until <= screened_on:
        raise Refused(Problem("until_order", _("Ngày trở lại danh sách phải sau ngày khám sàng lọc.")))
    with _about(resident, by=by, on=on, verb="record_screening") as locked:
        return Screening.objects.create(
            resident=locked,
            ward_id=locked.ward_id,
            programme_id=programme_id,
            category=category,
            product=product,
            screened_on=screened_on,
            until=until,
            reason=reason,
            place=place,
            entered_by=by,
        )


def withdraw_screening(*, screening: Screening, by: User, on: date) -> None:
    """Take back a conclusion entered by mistake; the row's history keeps it."""
    require(by, Ability.SCREEN)
    with _about(screening.resident, by=by, on=on, verb="withdraw_screening"):
        Screening.objects.filter(pk=screening.pk).delete()


def withdraw_infection(*, infection: Infection, by: User, on: date) -> None:
    """Take back an infection entered by mistake; the row's history keeps it."""
    require(by, Ability.RECORD_DOSE)
    with _about(infection.resident, by=by, on=on, verb="withdraw_infection"):
        Infection.objects.filter(pk=infection.pk).delete()


def _in_future(day: date, on: date) -> Problem:
    return Problem(
        "in_future",
        _("Ngày {day} sau hôm nay ({today}). Kiểm tra lại ngày."),
        day=str(PartialDate.of(day)),
        today=str(PartialDate.of(on)),
    )


@contextmanager
def _about(resident: Resident, *, by: User, on: date, verb: str) -> Iterator[Resident]:
    """A transaction about one resident within the user's scope, with their row held, and the forecast at its end."""
    with transaction.atomic(), pghistory.context(user=by.pk, verb=verb):
        mine = Resident.objects.visible_to(by)
        locked = mine.select_for_update(of=("self",), no_key=True).get(pk=resident.pk)
        yield locked
        forecasts.refresh_residents([locked.pk], on)
