from django.apps import AppConfig


class WardsConfig(AppConfig):
    name = "wards"
    verbose_name = "Địa bàn và người dân"

    def ready(self) -> None:
        from lib import clock
        from wards import installation

        clock.use_offset_from(installation.clock_offset)
