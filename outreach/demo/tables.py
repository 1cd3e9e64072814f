"""Rows on their way into the database: collected per ward, written by COPY through the application's own role."""

from datetime import date, datetime
from io import StringIO
from uuid import UUID

from django.db import connection

Value = str | int | bool | date | datetime | UUID | list | None

# Name here → table and the columns written, in order. Foreign keys before those who refer to them.
COLUMNS = {
    "household": (
        "wards_household",
        "id ward_id neighbourhood_id code house_number street address_text address_key number_sort_key walking_position"
        " dwelling source entered_by_id created_at updated_at version",
    ),
    "resident": (
        "wards_resident",
        "id ward_id household_id full_name search_key match_key sort_key birth_year birth_month birth_day sex phones"
        " insurance_number residence residence_until registration mobility employer priority_group note guardian_name"
        " guardian_relation guardian_phone school school_class is_synthetic source entered_by_id created_at updated_at version",
    ),
    "identity": (
        "wards_identityclaim",
        "resident_id ward_id kind number_encrypted number_hash last_four mask is_repaired source entered_by_id created_at"
        " withdrawn_at",
    ),
    "condition": (
        "wards_residentcondition",
        "resident_id ward_id condition_id noted source entered_by_id created_at ended_on",
    ),
    "pregnancy": (
        "wards_pregnancy",
        "resident_id ward_id began_on stated_weeks stated_on ended_on source entered_by_id created_at",
    ),
    "infection": (
        "vaccination_infection",
        "resident_id ward_id confirmed_on recovered_on discharged_on source entered_by_id created_at",
    ),
    "screening": (
        "vaccination_screening",
        "resident_id ward_id programme_id category product_id screened_on until reason place entered_by_id created_at",
    ),
    "history": ("vaccination_dosehistory", "resident_id ward_id is_known source stated_by_id stated_at"),
    "dose": (
        "vaccination_doserecord",
        "id resident_id ward_id programme_id product_id given_year given_month given_day volume_ml lot site reaction stated_type"
        " stated_ordinal source replaces_id entered_by_id created_at",
    ),
}


class Rows:
    """Lines per table in COPY's text format, and the ids of the people among them."""

    def __init__(self) -> None:
        self.lines: dict[str, list[str]] = {name: [] for name in COLUMNS}
        self.residents: list[UUID] = []

    def add(self, name: str, *values: Value) -> None:
        self.lines[name].append("\t".join(map(_text, values)))

    def write(self) -> dict[str, int]:
        """Copy everything into the database; returns rows per name."""
        with connection.cursor() as cursor:
            for name, lines in self.lines.items():
                if lines:
                    table, columns = COLUMNS[name]
                    file = StringIO("\n".join(lines) + "\n")
                    cursor.copy_expert(f"COPY {table} ({', '.join(columns.split())}) FROM STDIN", file)
        return {name: len(lines) for name, lines in self.lines.items()}


_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _text(value: Value) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, str):
        return value.translate(_ESCAPES)
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, list):
        return "{" + ",".join(value) + "}"  # digits only: telephone numbers
    return str(value)
