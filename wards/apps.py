from django.apps import AppConfig


class WardsConfig(AppConfig):
    name = "wards"
    verbose_name = "Địa bàn và người dân"

    def ready(self) -> None:
        from lib import clock
        from wards import installation, sign_in_events

        clock.use_offset_from(installation.clock_offset)
        sign_in_events.connect()
