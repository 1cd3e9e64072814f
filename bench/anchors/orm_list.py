"""A ward's list of 50 as Django's tutorial would write it: a view, a paginator, model objects, a template. Its own URL conf.

It shows the same facts per person as the product's rows, inside the same middleware; it has no menu, filters, counts by
group, sentences or masking.
"""

from functools import lru_cache
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from wards.models import Resident

TEMPLATE = """<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>Danh sách</title></head><body>
<h1>{{ page.paginator.count }} người</h1>
<table><thead><tr><th>Họ và tên<th>Sinh<th>Giới<th>Số định danh<th>Điện thoại<th>Địa chỉ<th>Tổ<th>Phường<th>Bệnh nền
<th>Mũi đã tiêm<th>Mũi cần tiêm<th>Đến lịch<th>Quá hạn<th>Hoãn đến</tr></thead><tbody>
{% for resident in page %}<tr>
<td><a href="{% url 'person' resident.pk %}">{{ resident.full_name }}</a></td>
<td>{{ resident.birth_day|default:"" }}/{{ resident.birth_month|default:"" }}/{{ resident.birth_year }}</td>
<td>{{ resident.get_sex_display }}</td>
<td>{% for claim in resident.identity_claims.all %}{{ claim.mask }}{% if not forloop.last %}, {% endif %}{% endfor %}</td>
<td>{% for phone in resident.phones %}{{ phone }}{% if not forloop.last %}, {% endif %}{% endfor %}</td>
<td>{{ resident.household.house_number }} {{ resident.household.street }}</td>
<td>{{ resident.household.neighbourhood.name }}</td><td>{{ resident.ward.name }}</td>
<td>{% for one in resident.conditions.all %}{{ one.condition.name }}{% if not forloop.last %}, {% endif %}{% endfor %}</td>
<td>{% for dose in resident.doses.all %}{{ dose.product.short_name }} {{ dose.given_day }}/{{ dose.given_month }}/{{ dose.given_year }}
{% endfor %}</td>
{% with forecast=resident.forecasts.all.0 %}<td>{{ forecast.next_type }} {{ forecast.next_ordinal|default:"" }}
{% for product in forecast.products %}{{ product }} {% endfor %}</td><td>{{ forecast.due_on|date:"d/m/Y" }}</td>
<td>{{ forecast.overdue_on|date:"d/m/Y" }}</td><td>{{ forecast.deferred_until|date:"d/m/Y" }}</td>{% endwith %}
</tr>{% endfor %}</tbody></table>
{% if page.has_next %}<a href="?page={{ page.next_page_number }}">Tiếp</a>{% endif %}</body></html>"""


@login_required
def residents(request: HttpRequest, ward_id: int) -> HttpResponse:
    found = (
        Resident.objects.filter(ward_id=ward_id, forecasts__closed_reason="")
        .exclude(residence__in=("moved", "deceased"))
        .select_related("ward", "household__neighbourhood")
        .prefetch_related("identity_claims", "conditions__condition", "doses__product", "forecasts")
        .order_by("sort_key", "id")
    )
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    return HttpResponse(_template().render({"page": page}, request))


@lru_cache
def _template() -> Any:
    """Parsed once, as Django's cached loader does."""
    return engines["django"].from_string(TEMPLATE)


def person(request: HttpRequest, pk: str) -> HttpResponse:
    """Only for the links."""
    raise NotImplementedError


urlpatterns = [
    path("residents/<int:ward_id>/", residents),
    path("person/<uuid:pk>/", person, name="person"),
]
