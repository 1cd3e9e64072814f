from django.urls import path

from vaccination.views import doses, health, rules

app_name = "vaccination"

urlpatterns = [
    path("nguoi-dan/<uuid:resident_id>/mui-tiem/them/", doses.dose_create, name="dose-create"),
    path("nguoi-dan/<uuid:resident_id>/da-hoi/", doses.dose_history, name="dose-history"),
    path("mui-tiem/<uuid:dose_id>/sua/", doses.dose_correct, name="dose-correct"),
    path("mui-tiem/<uuid:dose_id>/huy/", doses.dose_void, name="dose-void"),
    path("mui-tiem/<uuid:dose_id>/hoan-tac/", doses.dose_restore, name="dose-restore"),
    path("nguoi-dan/<uuid:resident_id>/mac-covid/them/", health.infection_create, name="infection-create"),
    path("mac-covid/<int:infection_id>/sua/", health.infection_update, name="infection-update"),
    path("mac-covid/<int:infection_id>/bo/", health.infection_withdraw, name="infection-withdraw"),
    path("nguoi-dan/<uuid:resident_id>/sang-loc/them/", health.screening_create, name="screening-create"),
    path("sang-loc/<int:screening_id>/bo/", health.screening_withdraw, name="screening-withdraw"),
    path("quy-dinh-tiem/", rules.rules, name="rules"),
    path("quy-dinh-tiem/ap-dung/", rules.rules_apply, name="rules-apply"),
    path("quy-dinh-tiem/bo/", rules.rules_discard, name="rules-discard"),
    path("quy-dinh-tiem/tinh-lai/", rules.rules_count, name="rules-count"),
]
