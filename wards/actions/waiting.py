"""While another ward has not answered, what was sent to it stays as it was sent: no editing, no moving, no second sending.

Facts go on being recorded (doses, conditions, pregnancies), and a death or a departure may be written: it closes the transfer.
"""

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from wards.models import Household, Resident, Transfer


class Waiting(ValidationError):
    """Another ward has been asked to take this over; `transfer` is the open one."""

    def __init__(self, transfer: Transfer) -> None:
        self.transfer = transfer
        super().__init__(
            _(
                "Đang chờ {ward} tiếp nhận {what}. Muốn sửa, chuyển hoặc gộp hồ sơ thì bấm “Rút lại” trước."
            ).format(ward=transfer.to_ward.full_name, what=what_is_sent(transfer)),
            code="waiting",
        )


def what_is_sent(transfer: Transfer) -> str:
    """ "cả hộ (4 người)", or the person's name as it was sent."""
    people = [person for person in transfer.people.all() if not person.has_left]
    if transfer.is_whole_household:
        return _("cả hộ ({count} người)").format(count=len(people))
    return ", ".join(person.full_name for person in people)


def open_transfer_of(resident: Resident) -> Transfer | None:
    """The open transfer of this person, alone or with the home."""
    return _open().filter(people__resident=resident).first()


def open_transfer_of_home(household: Household, *, or_of_anybody_in_it: bool = False) -> Transfer | None:
    """The open transfer of the whole home; or, if asked, of anybody who lives in it."""
    about = Q(household=household)
    if or_of_anybody_in_it:
        about |= Q(people__resident__household=household)
    return _open().filter(about).first()


def refuse_while_waiting(resident: Resident) -> None:
    """Raise Waiting if another ward has been asked to take this person over; call it with the person's row locked."""
    if transfer := open_transfer_of(resident):
        raise Waiting(transfer)


def refuse_home_while_waiting(household: Household, *, or_anybody_in_it: bool = False) -> None:
    """The same for a home; call it with the home's row locked."""
    if transfer := open_transfer_of_home(household, or_of_anybody_in_it=or_anybody_in_it):
        raise Waiting(transfer)


def _open():
    return (
        Transfer.objects.open().select_related("to_ward").prefetch_related("people").order_by("proposed_at")
    )
