from django.apps import AppConfig


class OutreachConfig(AppConfig):
    name = "outreach"
    verbose_name = "Rà soát, vận động"

    def ready(self) -> None:
        from outreach.demo import accounts
        from wards import demo_cards

        demo_cards.cards[:] = accounts.cards()
