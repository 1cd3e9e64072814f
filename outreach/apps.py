from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OutreachConfig(AppConfig):
    name = "outreach"
    verbose_name = _("Rà soát, vận động")

    def ready(self) -> None:
        from outreach.demo import accounts, sample
        from vaccination.imports.sample import made_by
        from wards import demo_cards

        demo_cards.cards[:] = accounts.cards()
        made_by(sample.sample_workbook)
