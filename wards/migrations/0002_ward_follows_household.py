"""The database itself keeps a person's ward equal to the household's, and a fact's ward equal to the person's.

References to (id, ward_id) with ON UPDATE CASCADE: moving a household or a person moves everything they own in the same
statement, and no code can write a fact under another ward (TRUST T3). `app_now()` is application time for SQL (DESIGN 13).
"""

from django.db import migrations

FACTS = ("wards_identityclaim", "wards_residentcondition", "wards_pregnancy")

APP_NOW = """
CREATE FUNCTION app_now() RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT now() + COALESCE((SELECT clock_offset FROM wards_installation WHERE id = 1), interval '0')
$$;
CREATE FUNCTION app_today() RETURNS date LANGUAGE sql STABLE AS $$
    SELECT (app_now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
$$;
"""


def follow_resident(table: str) -> migrations.RunSQL:
    """A fact's (resident_id, ward_id) refers to the resident's (id, ward_id)."""
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_of_resident FOREIGN KEY (resident_id, ward_id)"
        " REFERENCES wards_resident (id, ward_id) ON UPDATE CASCADE ON DELETE CASCADE",
        f"ALTER TABLE {table} DROP CONSTRAINT {table}_of_resident",
    )


class Migration(migrations.Migration):
    dependencies = [("wards", "0001_initial")]

    operations = [
        migrations.RunSQL(APP_NOW, "DROP FUNCTION app_today(); DROP FUNCTION app_now();"),
        migrations.RunSQL(
            "ALTER TABLE wards_resident ADD CONSTRAINT wards_resident_of_household FOREIGN KEY (household_id, ward_id)"
            " REFERENCES wards_household (id, ward_id) ON UPDATE CASCADE",
            "ALTER TABLE wards_resident DROP CONSTRAINT wards_resident_of_household",
        ),
        *[follow_resident(table) for table in FACTS],
    ]
