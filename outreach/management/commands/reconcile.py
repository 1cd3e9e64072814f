"""`reconcile [--once]`: the reconciler without a broker, for cron or a systemd timer."""

import json
import time

from django.core.management.base import BaseCommand

from outreach import reconcile

INTERVAL = 30  # seconds between passes


class Command(BaseCommand):
    help = "Drive again whatever is late (imports, forecasts). With --once a single pass, else one every 30 seconds."

    def add_arguments(self, parser):
        parser.add_argument("--once", action="store_true")

    def handle(self, *args, once: bool, **options):
        while True:
            self.stdout.write(json.dumps(reconcile.run_pass()))
            if once:
                return
            time.sleep(INTERVAL)
