"""The verbs of this app: whatever writes about people and places, called alike by page, file and interface.

Each is keyword-only and says who did it (`by`), checks ability and area, is atomic, leaves the row history its author,
and calls `wards.hooks.residents_changed` where forecasts depend on what changed.
"""

from wards.actions.health import (
    end_pregnancy,
    managed_conditions,
    record_pregnancy,
    recordable_conditions,
    set_conditions,
    set_mobility,
)
from wards.actions.households import add_household, move_household, update_household
from wards.actions.identity import (
    NumberTaken,
    add_identity_claim,
    clash_of,
    read_number,
    withdraw_identity_claim,
)
from wards.actions.residents import (
    Details,
    Health,
    add_resident,
    move_resident,
    set_phones,
    set_residence,
    update_resident,
)
from wards.actions.transfers import (
    Decided,
    accept_household,
    accept_person,
    propose_transfer,
    return_transfer,
    withdraw_transfer,
)
from wards.actions.verb import OutOfScope, Spent, Stale
from wards.actions.waiting import Waiting

__all__ = [
    "Decided",
    "Details",
    "Health",
    "NumberTaken",
    "OutOfScope",
    "Spent",
    "Stale",
    "Waiting",
    "accept_household",
    "accept_person",
    "add_household",
    "add_identity_claim",
    "add_resident",
    "clash_of",
    "end_pregnancy",
    "managed_conditions",
    "move_household",
    "move_resident",
    "propose_transfer",
    "read_number",
    "record_pregnancy",
    "recordable_conditions",
    "return_transfer",
    "set_conditions",
    "set_mobility",
    "set_phones",
    "set_residence",
    "update_household",
    "update_resident",
    "withdraw_identity_claim",
    "withdraw_transfer",
]
