"""The staging template of doses in files: several per row (see wards/migrations/0004_import_staging)."""

from django.db import migrations

DOSES = """
CREATE TABLE staging.doses (
    row_no integer,
    slot smallint,
    product text NOT NULL,
    given_year smallint NOT NULL,
    given_month smallint,
    given_day smallint,
    lot text NOT NULL,
    site text NOT NULL,
    reaction text NOT NULL,
    stated_type text NOT NULL,
    stated_ordinal smallint,
    volume_ml numeric(4, 2),
    PRIMARY KEY (row_no, slot)
);
COMMENT ON TABLE staging.doses IS 'Template: the doses that a row of a file tells of, cleaned.';
"""


class Migration(migrations.Migration):
    dependencies = [("vaccination", "0004_forecast_digest"), ("wards", "0004_import_staging")]

    operations = [migrations.RunSQL(DOSES, "DROP TABLE staging.doses")]
