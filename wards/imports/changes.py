"""What a row of a file changes about a person on record: one definition for the review page and for the writing.

In the SQL `s` is the staged row, `r` the resident, `h` the resident's household, `v` the verdict. An empty cell never
erases what is known, and a value less precise than the one on record changes nothing.
"""

from dataclasses import dataclass

from wards.imports.staging import Tables


@dataclass(frozen=True)
class Change:
    """A field of the resident: when it changes, what each column becomes, and how old and new are shown."""

    field: str
    when: str
    columns: dict[str, str]
    old: str
    new: str


def _birth(alias: str) -> str:
    return (
        f"concat_ws('/', lpad({alias}.birth_day::text, 2, '0'), lpad({alias}.birth_month::text, 2, '0'),"
        f" {alias}.birth_year::text)"
    )


def _plain(field: str, *, empty: str = "''") -> Change:
    """A column that takes the file's value when there is one and it is another."""
    return Change(
        field,
        f"s.{field} IS NOT NULL AND s.{field}::text <> {empty} AND s.{field} IS DISTINCT FROM r.{field}",
        {field: f"s.{field}"},
        f"r.{field}::text",
        f"s.{field}::text",
    )


_ADDED_PHONES = "ARRAY(SELECT p FROM unnest(s.phones) p WHERE p <> ALL (r.phones::text[]))"
_NOTE = "left(concat_ws('; ', nullif(r.note, ''), s.note), 500)"

CHILD = ("guardian_name", "guardian_relation", "guardian_phone", "school", "school_class")

RESIDENT = (
    Change(
        "full_name",
        # written without accents where the accents are known, or with the tone mark elsewhere: not a change
        "s.match_key <> r.match_key AND NOT (s.match_key = s.search_key AND s.search_key = r.search_key)"
        # who was called the same person by an official keeps the name on record
        " AND v.decision IS NULL",
        {name: f"s.{name}" for name in ("full_name", "search_key", "match_key", "sort_key")},
        "r.full_name",
        "s.full_name",
    ),
    Change(
        "birth",
        "(s.birth_year <> r.birth_year OR (s.birth_month IS NOT NULL AND s.birth_month IS DISTINCT FROM r.birth_month)"
        " OR (s.birth_day IS NOT NULL AND s.birth_day IS DISTINCT FROM r.birth_day))",
        {name: f"s.{name}" for name in ("birth_year", "birth_month", "birth_day")},
        _birth("r"),
        _birth("s"),
    ),
    _plain("sex"),
    Change(
        "phones",
        "NOT (s.phones <@ r.phones::text[])",
        {"phones": f"r.phones || {_ADDED_PHONES}::varchar[]"},
        "''",
        f"array_to_string({_ADDED_PHONES}, ', ')",
    ),
    Change(
        "insurance_number",
        # an old card and a new one with the same last ten digits are one number
        "s.insurance_number <> '' AND s.insurance_number <> r.insurance_number AND NOT (s.insurance_code <> ''"
        " AND r.insurance_number <> '' AND right(r.insurance_number, 10) = s.insurance_code)",
        {"insurance_number": "s.insurance_number"},
        "r.insurance_number",
        "s.insurance_number",
    ),
    _plain("employer"),
    _plain("priority_group"),
    _plain("residence"),
    _plain("registration"),
    _plain("mobility"),
    *map(_plain, CHILD),
    Change(
        "note",
        f"s.note <> '' AND position(s.note IN r.note) = 0 AND r.note <> {_NOTE}",
        {"note": _NOTE},
        "r.note",
        _NOTE,
    ),
)

# A row names another home when it gives an address or a neighbourhood that is not the household's.
OTHER_ADDRESS = "(s.address_key <> '' AND s.address_key <> h.address_key)"
OTHER_NEIGHBOURHOOD = (
    "(COALESCE(s.neighbourhood_id, 0) <> 0 AND s.neighbourhood_id IS DISTINCT FROM h.neighbourhood_id"
    " OR (s.neighbourhood_id IS NULL AND s.neighbourhood_key IS NOT NULL AND NOT EXISTS (SELECT 1"
    " FROM wards_neighbourhood n WHERE n.id = h.neighbourhood_id AND n.search_key = s.neighbourhood_key)))"
)
OTHER_WARD = "s.ward_id <> r.ward_id"
NEW_NUMBER = (
    "(s.id_hash IS NOT NULL AND NOT EXISTS (SELECT 1 FROM wards_identityclaim c WHERE c.number_hash = s.id_hash"
    " AND c.withdrawn_at IS NULL AND c.resident_id = r.id))"
)
NEW_CONDITIONS = (
    "ARRAY(SELECT number FROM unnest(s.conditions) AS number WHERE NOT EXISTS (SELECT 1 FROM wards_residentcondition k"
    " WHERE k.resident_id = r.id AND k.condition_id = number AND k.ended_on IS NULL) ORDER BY number)"
)
_ADDRESS_TEXT = "COALESCE(NULLIF(concat_ws(' ', NULLIF({0}.house_number, ''), NULLIF({0}.street, '')), ''), {0}.address_text)"


def _item(field: str, when: str, old: str, new: str) -> str:
    return f"CASE WHEN {when} THEN jsonb_build_object('field', '{field}', 'old', {old}, 'new', {new}) END"


def changes_sql(tables: Tables) -> str:
    """SQL giving (row_no, changes) for linked rows: a JSON array of {"field", "old", "new"}, empty when nothing changes.

    Conditions are given by number, never by name: who may read which is decided where they are shown.
    """
    old_place = (
        "(SELECT concat_ws(' ', n.kind, n.name) FROM wards_neighbourhood n WHERE n.id = h.neighbourhood_id)"
    )
    new_place = (
        "COALESCE((SELECT concat_ws(' ', n.kind, n.name) FROM wards_neighbourhood n WHERE n.id = s.neighbourhood_id),"
        " concat_ws(' ', NULLIF(s.neighbourhood_kind, ''), s.neighbourhood_name))"
    )
    ward_name = "(SELECT u.full_name FROM wards_administrativeunit u WHERE u.id = {}.ward_id)"
    items = [_item(change.field, change.when, change.old, change.new) for change in RESIDENT]
    items += [
        _item("ward", OTHER_WARD, ward_name.format("r"), ward_name.format("s")),
        _item("neighbourhood", OTHER_NEIGHBOURHOOD, old_place, new_place),
        _item("address", OTHER_ADDRESS, _ADDRESS_TEXT.format("h"), _ADDRESS_TEXT.format("s")),
        _item("identity", NEW_NUMBER, "''", "s.id_mask"),
        _item("conditions", f"{NEW_CONDITIONS} <> '{{}}'", "'[]'::jsonb", f"to_jsonb({NEW_CONDITIONS})"),
    ]
    return f"""SELECT v.row_no, to_jsonb(array_remove(ARRAY[{", ".join(items)}]::jsonb[], NULL)) AS changes
        FROM {tables.verdicts} v JOIN {tables.people} s USING (row_no)
        JOIN wards_resident r ON r.id = v.resident_id JOIN wards_household h ON h.id = r.household_id"""
