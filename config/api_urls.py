"""The REST API, put together from the apps. What is not here is a 404 in the API's own shape."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path
from django.views.decorators.csrf import csrf_exempt

from wards.api import places, problem, residents

app_name = "api"


@login_not_required
@csrf_exempt
def nothing_here(request: HttpRequest) -> HttpResponse:
    return problem.answer("not_found")


urlpatterns = [
    path("units/", places.Units.as_view({"get": "list"}), name="unit-list"),
    path("units/<int:unit_id>/", places.Units.as_view({"get": "retrieve"}), name="unit-detail"),
    path("neighbourhoods/", places.Neighbourhoods.as_view({"get": "list"}), name="neighbourhood-list"),
    path("residents/", residents.Residents.as_view({"get": "list"}), name="resident-list"),
    path(
        "residents/<uuid:resident_id>/",
        residents.Residents.as_view({"get": "retrieve"}),
        name="resident-detail",
    ),
    re_path(r"^.*$", nothing_here, name="nothing"),
]
