from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VaccinationConfig(AppConfig):
    name = "vaccination"
    verbose_name = _("Tiêm chủng")

    def ready(self) -> None:
        from vaccination import forecasts
        from vaccination.imports import national
        from wards import hooks

        hooks.resident_facts_changed.append(forecasts.refresh_residents)
        national.register()
