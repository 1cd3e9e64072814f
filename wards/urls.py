from django.urls import path

from wards.views import households, moves, residents

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
]
