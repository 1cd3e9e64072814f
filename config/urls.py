"""The one map of addresses."""

from django.contrib.auth.decorators import login_not_required
from django.urls import include, path

from config.health import healthz

urlpatterns = [
    path("healthz", login_not_required(healthz), name="healthz"),
    path("accounts/", include("config.account_urls")),
    path("", include("wards.urls")),
    path("", include("vaccination.urls")),
    path("", include("outreach.urls")),
]
