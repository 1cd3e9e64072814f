"""The technical pages of this app: products; doses read-only."""

from django.contrib import admin

from lib.columns import Kind
from vaccination.models import DoseRecord, Product
from wards.reference_columns import field
from wards.reference_files import resource
from wards.roles import Ability
from wards.technical_admin import PersonalFactAdmin, ReferenceAdmin

COLUMNS = (
    field("code", "Mã", "Code", Kind.ID),
    field("short_name", "Tên gọi", "Short name", width=24),
    field("name", "Tên đầy đủ", "Name", width=30),
    field("cvx_codes", "Mã CVX", "CVX codes", joined="; "),
    field("words", "Cách viết trong tệp", "Words in files", joined="; ", width=40),
    field("order", "Thứ tự", "Order", Kind.NUMBER),
)


@admin.register(Product)
class ProductAdmin(ReferenceAdmin):
    columns = COLUMNS
    # a product and its CVX codes come with the rule set that knows them: vaccination/schedules
    resource = resource(Product, COLUMNS, ("code",), fixed=("code", "cvx_codes"), may_add=False)
    may_add = False
    list_display = ("code", "short_name", "name", "order", "edited_here")
    exclude = ("programme",)

    def get_exclude(self, request, obj=None):
        return self.exclude


@admin.register(DoseRecord)
class DoseRecordAdmin(PersonalFactAdmin):
    ability = Ability.SEE_HEALTH
    list_display = ("id", "ward", "product", "given_year", "given_month", "source")
    list_filter = ("product",)
