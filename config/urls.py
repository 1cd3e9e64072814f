"""The one map of addresses."""

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path, re_path
from django.views.i18n import set_language

from config.api_urls import leaf_through, nothing_here
from config.health import healthz

urlpatterns = [
    path("healthz", login_not_required(healthz), name="healthz"),
    path("ngon-ngu/", login_not_required(set_language), name="set_language"),
    path("accounts/", include("config.account_urls")),
    path("api/v1/docs/", leaf_through, name="api-docs"),
    path("api/v1/", include("config.api_urls")),
    re_path(r"^api(?:/|$)", nothing_here, name="no-api"),
    path("ky-thuat/", admin.site.urls),
    path("", include("wards.urls")),
    path("", include("vaccination.urls")),
    path("", include("outreach.urls")),
]
