from django.urls import path

from wards.views import access_log, accounts, households, imports, moves, residents

app_name = "wards"

urlpatterns = [
    path("nguoi-dan/", residents.resident_list, name="resident-list"),
    path("nguoi-dan/tim/", residents.resident_search, name="resident-search"),
    path("nguoi-dan/<uuid:resident_id>/sua/", residents.resident_edit, name="resident-edit"),
    path("nguoi-dan/<uuid:resident_id>/chuyen/", residents.resident_move, name="resident-move"),
    path("ho/them/", households.household_add, name="household-add"),
    path("ho/<uuid:household_id>/", households.household_detail, name="household-detail"),
    path("ho/<uuid:household_id>/sua/", households.household_edit, name="household-edit"),
    path("ho/<uuid:household_id>/chuyen/", households.household_move, name="household-move"),
    path("ho/<uuid:household_id>/them-nguoi/", residents.resident_add, name="resident-add"),
    path("ho/<uuid:household_id>/trung/", residents.resident_duplicates, name="resident-duplicates"),
    path("hoan-tac-chuyen/", moves.move_undo, name="move-undo"),
    path("nhat-ky/", access_log.access_log, name="access-log"),
    path("tai-khoan/", accounts.account_list, name="account-list"),
    path("tai-khoan/mo/", accounts.account_add, name="account-add"),
    path("tai-khoan/<int:account_id>/", accounts.account_detail, name="account-detail"),
    path("tai-khoan/<int:account_id>/noi-lam-viec/", accounts.account_assign, name="account-assign"),
    path(
        "tai-khoan/<int:account_id>/noi-lam-viec/<int:assignment_id>/ket-thuc/",
        accounts.account_unassign,
        name="account-unassign",
    ),
    path("tai-khoan/<int:account_id>/khoa/", accounts.account_close, name="account-close"),
    path("tai-khoan/<int:account_id>/mo-lai/", accounts.account_reopen, name="account-reopen"),
    path("tai-khoan/<int:account_id>/mat-khau/", accounts.account_password, name="account-password"),
    path("nhap-tep/", imports.import_list, name="import-list"),
    path("nhap-tep/mau/", imports.import_sample, name="import-sample"),
    path("nhap-tep/<uuid:batch_id>/", imports.import_detail, name="import-detail"),
    path("nhap-tep/<uuid:batch_id>/cot/", imports.import_columns, name="import-columns"),
    path("nhap-tep/<uuid:batch_id>/chon-lai-cot/", imports.import_reopen, name="import-reopen"),
    path("nhap-tep/<uuid:batch_id>/dong/<int:row_no>/", imports.import_decide, name="import-decide"),
    path("nhap-tep/<uuid:batch_id>/cho/", imports.import_take_over, name="import-take-over"),
    path("nhap-tep/<uuid:batch_id>/ghi/", imports.import_write, name="import-write"),
    path("nhap-tep/<uuid:batch_id>/bo/", imports.import_discard, name="import-discard"),
    path("nhap-tep/<uuid:batch_id>/loi.xlsx", imports.import_errors, name="import-errors"),
]
