from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WardsConfig(AppConfig):
    name = "wards"
    verbose_name = _("Địa bàn và người dân")

    def ready(self) -> None:
        from lib import clock
        from wards import hooks, installation, sign_in_events
        from wards.imports.handing_over import unfinished_files

        clock.use_offset_from(installation.clock_offset)
        hooks.open_work.append(unfinished_files)
        sign_in_events.connect()
