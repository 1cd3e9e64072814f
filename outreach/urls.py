from django.urls import path

from outreach.views import exports, help, list_columns, residents, saved_filters, today, worklists

app_name = "outreach"

urlpatterns = [
    path("", today.today, name="today"),
    path("tro-giup/", help.help_page, name="help"),
    path("chua-tiem/", worklists.worklist, name="worklist"),
    path("chua-tiem/cot/", list_columns.worklist_columns, name="worklist-columns"),
    path("chua-tiem/bo-loc/", saved_filters.saved_filter_list, name="saved-filter-list"),
    path("chua-tiem/bo-loc/<uuid:filter_id>/", saved_filters.saved_filter_edit, name="saved-filter-edit"),
    path(
        "chua-tiem/bo-loc/<uuid:filter_id>/xoa/",
        saved_filters.saved_filter_delete,
        name="saved-filter-delete",
    ),
    path(
        "chua-tiem/bo-loc/<uuid:filter_id>/hoan-tac/",
        saved_filters.saved_filter_restore,
        name="saved-filter-restore",
    ),
    path("chua-tiem/tai-ve/", exports.worklist_export, name="worklist-export"),
    path("chua-tiem/tep/", exports.export_list, name="export-list"),
    path("chua-tiem/tep/<uuid:export_id>/tai/", exports.export_download, name="export-download"),
    path("chua-tiem/tep/<uuid:export_id>/xoa/", exports.export_delete, name="export-delete"),
    path("chua-tiem/tep/<uuid:export_id>/lam-lai/", exports.export_retry, name="export-retry"),
    path("nguoi-dan/<uuid:resident_id>/", residents.resident_detail, name="resident-detail"),
]
