"""The technical pages of this app: products; doses read-only."""

from django.contrib import admin

from lib.columns import Kind
from vaccination.models import DoseRecord, Product
from wards.reference_columns import EDITED_HERE, field
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
    columns = (*COLUMNS, EDITED_HERE)
    # a product and its CVX codes come with the rule set that knows them: vaccination/schedules
    resource = resource(Product, COLUMNS, ("code",), fixed=("code", "cvx_codes"), may_add=False)
    may_add = False
    shown = ("code", "short_name", "name", "order", "edited_here")
    exclude = ("programme",)


@admin.register(DoseRecord)
class DoseRecordAdmin(PersonalFactAdmin):
    ability = Ability.SEE_HEALTH
    columns = (
        field("id", "Mã", "Id", Kind.ID),
        field("ward", "Phường", "Ward"),
        field("product", "Loại vắc xin", "Product"),
        field("given_year", "Năm tiêm", "Year given", Kind.ID),
        field("given_month", "Tháng tiêm", "Month given", Kind.ID),
        field("source", "Nguồn", "Source"),
    )
    shown = ("id", "ward", "product", "given_year", "given_month", "source")
    filters = ("product",)
