"""Roles and what each may do: one table that a ward officer could read aloud (DOMAIN, role map)."""

from enum import Enum

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    SURVEYOR = "surveyor", _("Tổ rà soát")
    WARD_OFFICER = "ward_officer", _("Cán bộ phường")
    STATION = "station", _("Trạm Y tế phường")
    WARD_LEAD = "ward_lead", _("Lãnh đạo phường")
    WARD_POLICE = "ward_police", _("Công an phường")
    HEALTH_CENTRE = "health_centre", _("Trung tâm Y tế")
    FACILITY = "facility", _("Cơ sở thu dung, điều trị")
    COMMUNICATIONS = "communications", _("Truyền thông")
    CITY_LEAD = "city_lead", _("Lãnh đạo thành phố")
    HOTLINE = "hotline", _("Đường dây nóng")
    CDC = "cdc", _("Trung tâm Kiểm soát bệnh tật")
    ADMIN = "admin", _("Quản trị")
    AUDITOR = "auditor", _("Kiểm tra, giám sát")


class Ability(Enum):
    """What a person may do or see. Where is another question: `wards.access.scope_of`."""

    SEE_COUNTS = "see figures without names"
    SEE_PEOPLE = "see named residents and households in scope"
    SEE_HEALTH = "see doses, forecasts, risk groups: who is due and why"
    SEE_DIAGNOSIS = "see which disease, not only that there is one"
    SEE_SECOND_TIER = "see HIV and substance use as such"
    SEE_FULL_ID = "see identity numbers unmasked"
    EDIT_PEOPLE = "add, correct and move residents and households"
    RECORD_DOSE = "enter a dose"
    VOID_DOSE = "take a dose out of the record, with a reason"
    SCREEN = "record a screening result"
    IMPORT_FILES = "read in a file and write it into the register"
    EXPORT_LISTS = "take a named list out as a file"
    PRINT_LISTS = "print a named list"
    MANAGE_ACCOUNTS = "open, change and close accounts"
    SEE_AUDIT = "read who viewed, changed and exported"
    SET_RULES = "choose rule sets and allocations"
    TECHNICAL_ADMIN = "use the technical admin pages"


_A = Ability
_WARD_READING = {_A.SEE_COUNTS, _A.SEE_PEOPLE, _A.SEE_HEALTH}
_WARD_CLERK = _WARD_READING | {
    _A.EDIT_PEOPLE,
    _A.RECORD_DOSE,
    _A.IMPORT_FILES,
    _A.EXPORT_LISTS,
    _A.PRINT_LISTS,
    _A.SEE_FULL_ID,
}

ABILITIES: dict[str, set[Ability]] = {
    Role.SURVEYOR: _WARD_READING | {_A.EDIT_PEOPLE, _A.PRINT_LISTS},
    Role.WARD_OFFICER: _WARD_CLERK,
    Role.STATION: _WARD_CLERK | {_A.SEE_DIAGNOSIS, _A.SEE_SECOND_TIER, _A.SCREEN, _A.VOID_DOSE},
    Role.WARD_LEAD: _WARD_READING | {_A.EXPORT_LISTS, _A.PRINT_LISTS, _A.MANAGE_ACCOUNTS},
    Role.WARD_POLICE: {_A.SEE_PEOPLE, _A.SEE_FULL_ID},
    Role.HEALTH_CENTRE: _WARD_CLERK
    | {
        _A.SEE_DIAGNOSIS,
        _A.SEE_SECOND_TIER,
        _A.SCREEN,
        _A.VOID_DOSE,
        _A.SEE_AUDIT,
        _A.MANAGE_ACCOUNTS,
        _A.SET_RULES,
    },
    Role.FACILITY: {_A.SEE_COUNTS},
    Role.COMMUNICATIONS: {_A.SEE_COUNTS},
    Role.CITY_LEAD: {_A.SEE_COUNTS},
    Role.HOTLINE: {_A.SEE_COUNTS},
    Role.CDC: {_A.SEE_COUNTS, _A.SET_RULES},
    Role.ADMIN: {_A.MANAGE_ACCOUNTS, _A.TECHNICAL_ADMIN},
    Role.AUDITOR: {_A.SEE_AUDIT},
}

_WARD_ROLES = {Role.SURVEYOR, Role.WARD_OFFICER, Role.STATION, Role.WARD_LEAD, Role.WARD_POLICE}
_OFFICE_ROLES = {Role.FACILITY, Role.COMMUNICATIONS, Role.HOTLINE}

# Who may open, change and close accounts of which roles: nobody gives what stands above or beside them, except that
# administrators appoint each other. A ward lead appoints the ward's clerks and survey teams, a health centre its wards; who
# reads the log is appointed by administrators.
GRANTS: dict[str, set[str]] = {
    Role.WARD_LEAD: {Role.SURVEYOR, Role.WARD_OFFICER},
    Role.HEALTH_CENTRE: _WARD_ROLES | _OFFICE_ROLES,
    Role.ADMIN: set(Role),
}


def grantable(roles) -> set[str]:
    """The roles that somebody holding `roles` may give to others."""
    return set().union(*(GRANTS.get(role, set()) for role in roles))
