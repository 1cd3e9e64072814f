"""Who and where: places, organisations, people, and who may see them."""

from wards.models.audit import AccessEvent
from wards.models.conditions import Condition, Pregnancy, ResidentCondition, RiskGroup
from wards.models.households import Household
from wards.models.imports import ColumnProfile, ImportBatch
from wards.models.installation import Installation
from wards.models.reference import Holiday
from wards.models.residents import IdentityClaim, Resident
from wards.models.sign_ins import OpenSession, SignIn
from wards.models.tokens import ApiToken, TokenScope
from wards.models.transfers import Transfer, TransferPerson
from wards.models.units import AdministrativeUnit, Neighbourhood, Organisation
from wards.models.users import Assignment, Leaving, SignInLink, User

__all__ = [
    "AccessEvent",
    "AdministrativeUnit",
    "ApiToken",
    "Assignment",
    "ColumnProfile",
    "Condition",
    "Holiday",
    "Household",
    "IdentityClaim",
    "ImportBatch",
    "Installation",
    "Leaving",
    "Neighbourhood",
    "OpenSession",
    "Organisation",
    "Pregnancy",
    "Resident",
    "ResidentCondition",
    "RiskGroup",
    "SignIn",
    "SignInLink",
    "TokenScope",
    "Transfer",
    "TransferPerson",
    "User",
]
