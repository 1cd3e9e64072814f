"""`verify_audit [--seal] [--chain VALUE]`: whether the log and all histories are as they were when they were sealed."""

from django.core.management.base import BaseCommand, CommandError

from lib import clock
from wards import audit_chain


class Command(BaseCommand):
    help = "Compare the access log and all histories with their chain of digests under DATA_DIR/audit."

    def add_arguments(self, parser):
        parser.add_argument("--seal", action="store_true", help="first seal what came since the last line")
        parser.add_argument("--chain", default="", help="a value from the log that must be part of the chain")

    def handle(self, *args, seal: bool, chain: str, **options):
        if seal:
            audit_chain.seal(clock.real_now())
        try:
            found = audit_chain.verify(known=chain)
        except audit_chain.Broken as broken:
            raise CommandError(f"The past was changed. {broken}.") from None
        self.stdout.write(f"In order: {found['lines']} lines, {found['rows']} rows, chain {found['chain']}")
