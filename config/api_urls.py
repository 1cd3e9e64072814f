"""The REST API, put together from the apps. What is not here is a 404 in the API's own shape."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, re_path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from outreach.api import worklists
from vaccination.api import doses, forecasts
from wards.api import description, households, places, problem, residents

app_name = "api"


@require_safe
def leaf_through(request: HttpRequest) -> HttpResponse:
    """The description as a page, for whoever is signed in; nothing comes from elsewhere."""
    return render(request, "api_docs.html")


@login_not_required
@csrf_exempt
def nothing_here(request: HttpRequest) -> HttpResponse:
    return problem.answer("not_found")


urlpatterns = [
    path("units/", places.Units.as_view({"get": "list"}), name="unit-list"),
    path("units/<int:unit_id>/", places.Units.as_view({"get": "retrieve"}), name="unit-detail"),
    path("neighbourhoods/", places.Neighbourhoods.as_view({"get": "list"}), name="neighbourhood-list"),
    path(
        "households/", households.Households.as_view({"get": "list", "post": "create"}), name="household-list"
    ),
    path("households/search/", households.Households.as_view({"post": "search"}), name="household-search"),
    path(
        "households/<uuid:household_id>/",
        households.Households.as_view({"get": "retrieve", "patch": "partial_update"}),
        name="household-detail",
    ),
    path(
        "households/<uuid:household_id>/move/",
        households.Households.as_view({"post": "move"}),
        name="household-move",
    ),
    path("residents/", residents.Residents.as_view({"get": "list", "post": "create"}), name="resident-list"),
    path("residents/search/", residents.Residents.as_view({"post": "search"}), name="resident-search"),
    path(
        "residents/<uuid:resident_id>/",
        residents.Residents.as_view({"get": "retrieve", "patch": "partial_update"}),
        name="resident-detail",
    ),
    path(
        "residents/<uuid:resident_id>/move/",
        residents.Residents.as_view({"post": "move"}),
        name="resident-move",
    ),
    path(
        "residents/<uuid:resident_id>/doses/",
        doses.Doses.as_view({"get": "list_of_person", "post": "create"}),
        name="resident-doses",
    ),
    path(
        "residents/<uuid:resident_id>/forecast/",
        forecasts.Forecasts.as_view({"get": "of_person"}),
        name="resident-forecast",
    ),
    path("doses/", doses.Doses.as_view({"get": "list"}), name="dose-list"),
    path("doses/<uuid:dose_id>/", doses.Doses.as_view({"get": "retrieve"}), name="dose-detail"),
    path("doses/<uuid:dose_id>/correct/", doses.Doses.as_view({"post": "correct"}), name="dose-correct"),
    path("doses/<uuid:dose_id>/void/", doses.Doses.as_view({"post": "void"}), name="dose-void"),
    path("doses/<uuid:dose_id>/restore/", doses.Doses.as_view({"post": "restore"}), name="dose-restore"),
    path("forecasts/", forecasts.Forecasts.as_view({"get": "list"}), name="forecast-list"),
    path("worklists/", worklists.Worklists.as_view({"get": "names"}), name="worklist-list"),
    path("worklists/<slug:name>/", worklists.Worklists.as_view({"get": "retrieve"}), name="worklist-detail"),
    path(
        "worklists/<slug:name>/counts/",
        worklists.Worklists.as_view({"get": "counts"}),
        name="worklist-counts",
    ),
    path(
        "worklists/<slug:name>/search/",
        worklists.Worklists.as_view({"post": "search"}),
        name="worklist-search",
    ),
    path("schema/", description.Description.as_view(), name="schema"),
    re_path(r"^.*$", nothing_here, name="nothing"),
]
