"""`demo_accounts`: one account per role of a demonstration installation, with its password."""

import json

from django.core.management.base import BaseCommand, CommandError

from outreach.demo import accounts
from wards.models import Installation


class Command(BaseCommand):
    help = "Print the accounts of this demonstration installation."

    def add_arguments(self, parser):
        parser.add_argument("--new-passwords", action="store_true", help="make new ones first")
        parser.add_argument("--json", action="store_true")

    def handle(self, *, new_passwords, **options):
        row = Installation.objects.first()
        if row is None or not row.is_demo:
            raise CommandError(
                "This is not a demonstration installation; it has no accounts to show.", returncode=2
            )
        listed = accounts.renew_passwords() if new_passwords else accounts.listed_passwords()
        if options["json"]:
            self.stdout.write(json.dumps(listed, ensure_ascii=False))
            return
        width = max(len(account["username"]) for account in listed)
        for account in listed:
            self.stdout.write(f"  {account['username']:<{width}}  {account['password']}  {account['role']}")
