from django.urls import path

from outreach.views import help, residents, today, worklists

app_name = "outreach"

urlpatterns = [
    path("", today.today, name="today"),
    path("tro-giup/", help.help_page, name="help"),
    path("chua-tiem/", worklists.worklist, name="worklist"),
    path("chua-tiem/tai-ve/", worklists.worklist_export, name="worklist-export"),
    path("nguoi-dan/<uuid:resident_id>/", residents.resident_detail, name="resident-detail"),
]
