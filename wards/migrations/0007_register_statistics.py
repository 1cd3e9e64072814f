"""Lets the application refresh the planner's statistics of the register, which only a table's owner may do.

After a first big import the planner still believes that the tables are empty, until autovacuum comes by.
"""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION analyze_register(tables text[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
DECLARE found text;
BEGIN
    FOREACH found IN ARRAY tables LOOP
        IF to_regclass(format('public.%I', found)) IS NULL THEN
            RAISE EXCEPTION 'no table % in the register', found;
        END IF;
        EXECUTE format('ANALYZE public.%I', found);
    END LOOP;
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("wards", "0006_keys_sort_by_bytes")]

    operations = [migrations.RunSQL(FUNCTION, "DROP FUNCTION analyze_register(text[])")]
