"""The technical pages of this app: units, conditions, risk groups, holidays; homes and people read-only."""

from django.contrib import admin

from wards.models import AdministrativeUnit, Condition, Holiday, Household, Resident, RiskGroup
from wards.reference_columns import COLUMNS
from wards.reference_files import resource
from wards.technical_admin import PersonalFactAdmin, ReferenceAdmin


@admin.register(AdministrativeUnit)
class AdministrativeUnitAdmin(ReferenceAdmin):
    columns = COLUMNS[AdministrativeUnit]
    resource = resource(AdministrativeUnit, columns, ("code", "valid_from"), fixed=("code", "valid_from"))
    list_display = ("code", "full_name", "valid_from", "valid_to", "province_name", "edited_here")
    list_filter = ("province_name", "kind")
    search_fields = ("code", "search_key", "full_name")


@admin.register(Condition)
class ConditionAdmin(ReferenceAdmin):
    columns = COLUMNS[Condition]
    # who counts as immunosuppressed is the Ministry's list and decides forecasts: not a matter of a form here
    resource = resource(
        Condition, columns, ("number",), fixed=("number", "is_immunosuppression"), may_add=False
    )
    may_add = False
    list_display = ("number", "name", "is_second_tier", "is_immunosuppression", "edited_here")
    search_fields = ("name", "name_en")


@admin.register(RiskGroup)
class RiskGroupAdmin(ReferenceAdmin):
    columns = COLUMNS[RiskGroup]
    resource = resource(RiskGroup, columns, ("code",), fixed=("code",))
    list_display = ("code", "name", "legal_ref", "is_default", "edited_here")


@admin.register(Holiday)
class HolidayAdmin(ReferenceAdmin):
    columns = COLUMNS[Holiday]
    resource = resource(Holiday, columns, ("day",), fixed=("day",))
    may_delete = True
    list_display = ("day", "name", "name_en", "edited_here")
    date_hierarchy = "day"


@admin.register(Household)
class HouseholdAdmin(PersonalFactAdmin):
    list_display = ("id", "ward", "neighbourhood", "dwelling")
    list_filter = ("dwelling",)


@admin.register(Resident)
class ResidentAdmin(PersonalFactAdmin):
    list_display = ("id", "ward", "full_name", "birth_year", "residence")
    list_filter = ("residence",)
    exclude = ("phones",)
