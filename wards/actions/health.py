"""What makes a person vulnerable, as reported or established: conditions, pregnancy, getting about.

Nobody can take away what they cannot see. Each role manages a set of conditions (`managed_conditions`); a verb ends only
those inside it, and adding one that is already there, unseen, changes nothing and tells nothing.
"""

from collections.abc import Collection
from datetime import date, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lib import clock
from wards import hooks
from wards.access import can, require
from wards.actions.verb import locked, verb, write
from wards.models import Condition, Pregnancy, Resident, ResidentCondition, User
from wards.models.conditions import FULL_TERM
from wards.roles import Ability

REPORTED = "reported"  # said by the family, written by somebody who does not see diagnoses
MAY_TAKE_BACK = timedelta(days=1)


def recordable_conditions(by: User) -> QuerySet[Condition]:
    """The conditions this user may put on record: second-tier ones only by those who see them as such."""
    conditions = Condition.objects.all()
    return conditions if can(by, Ability.SEE_SECOND_TIER) else conditions.filter(is_second_tier=False)


def managed_conditions(resident: Resident, *, by: User) -> set[int]:
    """The person's present conditions that this user sees by name, and may therefore end.

    Who treats or screens sees them all (the second tier only with its ability). Anybody else sees only what they
    themselves wrote down within a day, so that a slip of the finger can be put right.
    """
    if not can(by, Ability.SEE_HEALTH):
        return set()
    present = ResidentCondition.objects.filter(resident=resident, ended_on=None)
    if not can(by, Ability.SEE_SECOND_TIER):
        present = present.filter(condition__is_second_tier=False)
    if not can(by, Ability.SEE_DIAGNOSIS):
        present = present.filter(
            entered_by=by, source=REPORTED, created_at__gt=clock.real_now() - MAY_TAKE_BACK
        )
    return set(present.values_list("condition_id", flat=True))


@verb
def set_conditions(
    *,
    resident: Resident,
    numbers: Collection[int],
    by: User,
    on: date,
    shown: Collection[int] | None = None,
    version: int | None = None,
) -> Resident:
    """Make the person's conditions `numbers`, as far as the user may decide that.

    `shown`: those the form showed as present; only they can end, so that a form opened earlier does not end what somebody
    added since. A condition that ends keeps its row with `ended_on`.
    """
    resident = locked(resident, by=by, version=version)
    if replace_conditions(resident, numbers, by=by, on=on, shown=shown):
        touch(resident)
        hooks.residents_changed([resident.pk], on=on)
    return resident


def replace_conditions(
    resident: Resident, numbers: Collection[int], *, by: User, on: date, shown: Collection[int] | None = None
) -> bool:
    """`set_conditions` inside another verb: no lock, no hooks. True if anything changed."""
    require(by, Ability.SEE_HEALTH)
    wanted = set(numbers)
    forbidden = wanted - {condition.number for condition in recordable_conditions(by)}
    managed = managed_conditions(resident, by=by)
    if forbidden:
        raise PermissionDenied("This role may not record these conditions.")
    present = set(resident.conditions.filter(ended_on=None).values_list("condition_id", flat=True))
    ended = (managed & set(managed if shown is None else shown)) - wanted
    added = wanted - present
    resident.conditions.filter(ended_on=None, condition_id__in=ended).update(ended_on=on)
    source = "desk" if can(by, Ability.SEE_DIAGNOSIS) else REPORTED
    ResidentCondition.objects.bulk_create(
        ResidentCondition(
            resident=resident, ward_id=resident.ward_id, condition_id=number, source=source, entered_by=by
        )
        for number in sorted(added)
    )
    return bool(added or ended)


@verb
def record_pregnancy(
    *, resident: Resident, weeks: int, stated_on: date, by: User, on: date, version: int | None = None
) -> Pregnancy:
    """Weeks of pregnancy as stated on a day. A later statement about the same pregnancy corrects it."""
    resident = locked(resident, by=by, version=version)
    pregnancy = state_pregnancy(resident, weeks, stated_on, by=by, on=on)
    touch(resident)
    hooks.residents_changed([resident.pk], on=on)
    return pregnancy


def state_pregnancy(resident: Resident, weeks: int, stated_on: date, *, by: User, on: date) -> Pregnancy:
    """`record_pregnancy` inside another verb: no lock, no hooks."""
    require(by, Ability.SEE_HEALTH)
    check_pregnancy(sex=resident.sex, weeks=weeks, stated_on=stated_on, on=on)
    stated = {"began_on": stated_on - timedelta(weeks=weeks), "stated_weeks": weeks, "stated_on": stated_on}
    present = Pregnancy.objects.filter(resident=resident).current(on).first()
    if present is None:
        return Pregnancy.objects.create(resident=resident, ward_id=resident.ward_id, entered_by=by, **stated)
    for name, value in stated.items():
        setattr(present, name, value)
    present.save(update_fields=list(stated))
    return present


def check_pregnancy(*, sex: str, weeks: int, stated_on: date, on: date) -> None:
    """Raise ValidationError with a sentence when the statement cannot be of this person on this day."""
    if sex == Resident.Sex.MALE:
        raise ValidationError(
            _("Hồ sơ ghi giới tính Nam. Sửa giới tính trước khi ghi số tuần thai."), code="not_female"
        )
    if not 1 <= weeks <= 42:
        raise ValidationError(_("Số tuần thai từ 1 đến 42."), code="weeks")
    if stated_on > on:
        raise ValidationError(_("Ngày hỏi số tuần thai sau hôm nay."), code="in_future")
    if stated_on - timedelta(weeks=weeks) + FULL_TERM <= on:
        raise ValidationError(
            _("Tính từ ngày đó thì đã quá 42 tuần. Hỏi lại đã sinh chưa."), code="over_term"
        )


@verb
def end_pregnancy(
    *, resident: Resident, ended_on: date, by: User, on: date, version: int | None = None
) -> None:
    """The present pregnancy ended on that day (birth or otherwise; the register does not ask which)."""
    resident = locked(resident, by=by, version=version)
    if close_pregnancy(resident, ended_on, by=by, on=on):
        touch(resident)
        hooks.residents_changed([resident.pk], on=on)


def close_pregnancy(resident: Resident, ended_on: date, *, by: User, on: date) -> bool:
    """`end_pregnancy` inside another verb: no lock, no hooks. True if there was one."""
    require(by, Ability.SEE_HEALTH)
    if ended_on > on:
        raise ValidationError(_("Ngày kết thúc thai kỳ sau hôm nay."), code="in_future")
    present = Pregnancy.objects.filter(resident=resident).current(on).first()
    if present is None:
        return False
    present.ended_on = max(ended_on, present.began_on)
    present.save(update_fields=["ended_on"])
    return True


@verb
def set_mobility(
    *, resident: Resident, mobility: str, by: User, on: date, version: int | None = None
) -> Resident:
    """How the person gets about: walks, needs help, cannot travel, unknown."""
    resident = locked(resident, by=by, version=version)
    write(resident, {"mobility": Resident.Mobility(mobility).value})
    return resident


def touch(resident: Resident) -> None:
    """A fact beside the row changed: forms opened before are stale."""
    resident.version += 1
    resident.save(update_fields=["version", "updated_at"])
