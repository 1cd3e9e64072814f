"""The technical pages of this app: units, conditions, risk groups, holidays; homes and people read-only."""

from django.contrib import admin

from wards.models import AdministrativeUnit, Condition, Holiday, Household, Resident, RiskGroup
from wards.reference_columns import COLUMNS, EDITED_HERE, HOUSEHOLD, RESIDENT
from wards.reference_files import resource
from wards.technical_admin import PersonalFactAdmin, ReferenceAdmin


@admin.register(AdministrativeUnit)
class AdministrativeUnitAdmin(ReferenceAdmin):
    columns = (*COLUMNS[AdministrativeUnit], EDITED_HERE)
    resource = resource(
        AdministrativeUnit, COLUMNS[AdministrativeUnit], ("code", "valid_from"), fixed=("code", "valid_from")
    )
    shown = ("code", "full_name", "valid_from", "valid_to", "province_name", "edited_here")
    filters = ("province_name", "kind")
    search_fields = ("code", "search_key", "full_name")
    exclude = ("search_key", "successors")


@admin.register(Condition)
class ConditionAdmin(ReferenceAdmin):
    columns = (*COLUMNS[Condition], EDITED_HERE)
    # who counts as immunosuppressed is the Ministry's list and decides forecasts: not a matter of a form here
    resource = resource(
        Condition, COLUMNS[Condition], ("number",), fixed=("number", "is_immunosuppression"), may_add=False
    )
    may_add = False
    shown = ("number", "name", "is_second_tier", "is_immunosuppression", "edited_here")
    search_fields = ("name", "name_en")


@admin.register(RiskGroup)
class RiskGroupAdmin(ReferenceAdmin):
    exclude = ("is_default",)
    columns = (*COLUMNS[RiskGroup], EDITED_HERE)
    resource = resource(RiskGroup, COLUMNS[RiskGroup], ("code",), fixed=("code",))
    shown = ("code", "name", "legal_ref", "edited_here")


@admin.register(Holiday)
class HolidayAdmin(ReferenceAdmin):
    columns = (*COLUMNS[Holiday], EDITED_HERE)
    resource = resource(Holiday, COLUMNS[Holiday], ("day",), fixed=("day",))
    may_delete = True
    shown = ("day", "name", "name_en", "edited_here")
    date_hierarchy = "day"


@admin.register(Household)
class HouseholdAdmin(PersonalFactAdmin):
    columns = HOUSEHOLD
    shown = ("id", "ward", "neighbourhood", "dwelling")
    filters = ("dwelling",)


@admin.register(Resident)
class ResidentAdmin(PersonalFactAdmin):
    columns = RESIDENT
    shown = ("id", "ward", "full_name", "birth_year", "residence")
    filters = ("residence",)
    exclude = ("phones",)
