from django.apps import AppConfig


class VaccinationConfig(AppConfig):
    name = "vaccination"
    verbose_name = "Tiêm chủng"

    def ready(self) -> None:
        from vaccination import forecasts
        from vaccination.imports import national
        from wards import hooks

        hooks.resident_facts_changed.append(forecasts.refresh_residents)
        national.register()
