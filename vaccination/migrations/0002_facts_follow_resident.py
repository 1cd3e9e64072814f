"""The ward of a dose, a screening or a forecast is the resident's, kept by the database (see wards 0002)."""

from django.db import migrations

FACTS = ("doserecord", "dosehistory", "infection", "screening", "forecast")


def follow_resident(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_of_resident FOREIGN KEY (resident_id, ward_id)"
        " REFERENCES wards_resident (id, ward_id) ON UPDATE CASCADE ON DELETE CASCADE",
        f"ALTER TABLE {table} DROP CONSTRAINT {table}_of_resident",
    )


class Migration(migrations.Migration):
    dependencies = [("vaccination", "0001_initial"), ("wards", "0002_ward_follows_household")]

    operations = [follow_resident(f"vaccination_{table}") for table in FACTS]
