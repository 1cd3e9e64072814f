"""A named list or file is never taken out without a purpose (DOMAIN 7): the database refuses the log's line, and so the file.

Not checked on what was written before: the log is never changed.
"""

from django.db import migrations

CONSTRAINT = """
ALTER TABLE wards_accessevent ADD CONSTRAINT access_event_taken_out_for_a_purpose
    CHECK (action NOT IN ('export', 'print') OR purpose <> '') NOT VALID;
"""


class Migration(migrations.Migration):
    dependencies = [("wards", "0012_guardian_and_school")]

    operations = [
        migrations.RunSQL(
            CONSTRAINT, "ALTER TABLE wards_accessevent DROP CONSTRAINT access_event_taken_out_for_a_purpose"
        )
    ]
