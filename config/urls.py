"""The one map of addresses."""

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language

from config.health import healthz

urlpatterns = [
    path("healthz", login_not_required(healthz), name="healthz"),
    path("ngon-ngu/", login_not_required(set_language), name="set_language"),
    path("accounts/", include("config.account_urls")),
    path("ky-thuat/", admin.site.urls),
    path("", include("wards.urls")),
    path("", include("vaccination.urls")),
    path("", include("outreach.urls")),
]
