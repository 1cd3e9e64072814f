"""Staging tables of imports: ordinary logged tables, one set per batch, made and dropped by functions of the owner.

The application's role may not create tables. These functions, which run with the owner's rights, let it have exactly those
that an import needs: copies of the owner's templates in the schema `staging`, named after a batch that exists, with rights
for the role that asked. Arguments are a uuid and the name of a template, and nothing of them reaches a statement unquoted.
"""

from django.db import migrations

TEMPLATES = """
CREATE SCHEMA staging;

CREATE TABLE staging.people (
    row_no integer PRIMARY KEY,
    outside boolean NOT NULL,
    problems text,
    warnings text,
    ward_id bigint,
    neighbourhood_id bigint,
    neighbourhood_kind text,
    neighbourhood_name text,
    neighbourhood_key text,
    house_number text,
    street text,
    address_text text,
    address_key text,
    number_sort_key text,
    full_name text,
    search_key text,
    match_key text,
    sort_key text,
    birth_year smallint,
    birth_month smallint,
    birth_day smallint,
    sex text,
    phones text[],
    insurance_number text,
    insurance_code text,
    id_kind text,
    id_hash text,
    id_encrypted text,
    id_last_four text,
    id_mask text,
    id_repaired boolean,
    employer text,
    priority_group smallint,
    residence text,
    registration text,
    mobility text,
    conditions smallint[],
    condition_notes text[],
    note text,
    resident_ref uuid
);
COMMENT ON TABLE staging.people IS 'Template: one row per row of a file, cleaned; not changed after COPY.';

CREATE TABLE staging.pairs (
    row_no integer,
    resident_id uuid,
    ward_id bigint NOT NULL,
    by_ref boolean NOT NULL,
    by_id boolean NOT NULL,
    by_insurance boolean NOT NULL,
    ids_differ boolean NOT NULL,
    name smallint NOT NULL,
    birth smallint NOT NULL,
    address smallint NOT NULL,
    same_phone boolean NOT NULL,
    sex_differs boolean NOT NULL,
    rank smallint NOT NULL DEFAULT 0,
    PRIMARY KEY (row_no, resident_id)
);
COMMENT ON TABLE staging.pairs IS 'Template: residents that a row may be, with the evidence (wards.imports.matching).';

CREATE TABLE staging.verdicts (
    row_no integer PRIMARY KEY,
    outcome text NOT NULL,
    evidence text NOT NULL DEFAULT '',
    resident_id uuid,
    resident_version integer,
    rival_id uuid,
    rival_row integer,
    waits boolean NOT NULL DEFAULT false,
    changes jsonb NOT NULL DEFAULT '[]',
    problem text,
    decision text,
    decided_by bigint,
    written_at timestamptz
);
COMMENT ON TABLE staging.verdicts IS 'Template: what each row would do, what a person decided, when it was written.';

CREATE TABLE staging.chunk (
    row_no integer PRIMARY KEY,
    mode text NOT NULL,
    resident_id uuid,
    ward_id bigint,
    household_id uuid,
    neighbourhood_id bigint,
    address_key text
);
COMMENT ON TABLE staging.chunk IS 'Template: the rows being written in one transaction; emptied before each.';
"""

FUNCTIONS = """
CREATE FUNCTION import_staging_create(batch uuid, part text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    made text := part || '_' || replace(batch::text, '-', '');
BEGIN
    IF NOT has_table_privilege(session_user, 'public.wards_importbatch', 'INSERT')
       OR NOT EXISTS (SELECT 1 FROM public.wards_importbatch WHERE id = batch) THEN
        RAISE EXCEPTION 'import_staging_create: no such batch' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF part !~ '^[a-z]{1,20}$' OR to_regclass(format('staging.%I', part)) IS NULL THEN
        RAISE EXCEPTION 'import_staging_create: no such template' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    EXECUTE format('DROP TABLE IF EXISTS staging.%I', made);
    EXECUTE format('CREATE TABLE staging.%I (LIKE staging.%I INCLUDING DEFAULTS INCLUDING INDEXES)', made, part);
    EXECUTE format('GRANT USAGE ON SCHEMA staging TO %I', session_user);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON staging.%I TO %I', made, session_user);
END $$;

CREATE FUNCTION import_staging_analyze(batch uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    found name;
BEGIN
    IF NOT has_table_privilege(session_user, 'public.wards_importbatch', 'INSERT') THEN
        RAISE EXCEPTION 'import_staging_analyze: not allowed' USING ERRCODE = 'insufficient_privilege';
    END IF;
    FOR found IN SELECT tablename FROM pg_tables
        WHERE schemaname = 'staging' AND tablename ~ ('^[a-z]{1,20}_' || replace(batch::text, '-', '') || '$')
    LOOP
        EXECUTE format('ANALYZE staging.%I', found);
    END LOOP;
END $$;

CREATE FUNCTION import_staging_drop(batch uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    found name;
BEGIN
    IF NOT has_table_privilege(session_user, 'public.wards_importbatch', 'INSERT') THEN
        RAISE EXCEPTION 'import_staging_drop: not allowed' USING ERRCODE = 'insufficient_privilege';
    END IF;
    FOR found IN SELECT tablename FROM pg_tables
        WHERE schemaname = 'staging' AND tablename ~ ('^[a-z]{1,20}_' || replace(batch::text, '-', '') || '$')
    LOOP
        EXECUTE format('DROP TABLE staging.%I', found);
    END LOOP;
END $$;
"""

# Blocks of matching: by insurance code, and by the day of birth within a ward.
INDEXES = """
CREATE INDEX resident_insurance_code ON wards_resident (right(insurance_number, 10)) WHERE insurance_number <> '';
"""


class Migration(migrations.Migration):
    dependencies = [("wards", "0003_import_batches")]

    operations = [
        migrations.RunSQL(TEMPLATES, "DROP SCHEMA staging CASCADE"),
        migrations.RunSQL(
            FUNCTIONS,
            "DROP FUNCTION import_staging_create(uuid, text);"
            " DROP FUNCTION import_staging_analyze(uuid);"
            " DROP FUNCTION import_staging_drop(uuid);",
        ),
        migrations.RunSQL(INDEXES, "DROP INDEX resident_insurance_code"),
    ]
