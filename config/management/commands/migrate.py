"""`migrate` as the owner's role, then what the application's role may do, then the reference data."""

from django.conf import settings
from django.core.management.commands import migrate

from config import grants
from vaccination import reference as vaccination_reference
from wards import reference as wards_reference


class Command(migrate.Command):
    help = "Migrate as the owner's role, grant the application's role its rights, load reference data (idempotent)."

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.set_defaults(database="owner")

    def handle(self, *args, **options):
        super().handle(*args, **options)
        partial = options["plan"] or options["check_unapplied"] or options["app_label"]
        if partial:
            return
        grants.apply(options["database"], settings.DATABASES["default"]["USER"])
        wards_reference.load(using=options["database"])
        vaccination_reference.load(using=options["database"])
