from django.urls import path

from outreach.views import exports, help, residents, today, worklists

app_name = "outreach"

urlpatterns = [
    path("", today.today, name="today"),
    path("tro-giup/", help.help_page, name="help"),
    path("chua-tiem/", worklists.worklist, name="worklist"),
    path("chua-tiem/tai-ve/", exports.worklist_export, name="worklist-export"),
    path("chua-tiem/tep/", exports.export_list, name="export-list"),
    path("chua-tiem/tep/<uuid:export_id>/tai/", exports.export_download, name="export-download"),
    path("chua-tiem/tep/<uuid:export_id>/xoa/", exports.export_delete, name="export-delete"),
    path("chua-tiem/tep/<uuid:export_id>/lam-lai/", exports.export_retry, name="export-retry"),
    path("nguoi-dan/<uuid:resident_id>/", residents.resident_detail, name="resident-detail"),
]
