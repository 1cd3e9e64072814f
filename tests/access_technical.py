"""Who may use the technical pages: reference tables by administrators only, people by nobody who is only that."""

from collections.abc import Callable

from tests.access_matrix import Use
from wards.roles import Role

SHARED = "of the house: "

# table → one row of it that every installation has, and what may be done with it beside looking and changing
TABLES = {
    "wards_administrativeunit": ("unit", ("add",)),
    "wards_condition": ("condition", ()),
    "wards_riskgroup": ("group", ("add",)),
    "wards_holiday": ("holiday", ("add", "delete")),
    "vaccination_product": ("product", ()),
}
PERSONAL = {
    "wards_household": "household_id",
    "wards_resident": "resident_id",
    "vaccination_doserecord": "dose_id",
}
THINGS = {"condition": 13, "group": "RG-BN-2022", "holiday": "2022-02-01", "product": "AZ"}


def things(ward) -> dict[str, object]:
    """What the rows of `TABLES` are called in a world."""
    return {SHARED + name: pk for name, pk in (THINGS | {"unit": ward.pk}).items()}


def expected(use: Callable[..., Use]) -> dict[str, tuple[Use, ...]]:
    """An expectation per address; `use(method, *roles, row=…)` makes one use."""
    lines: dict[str, tuple[Use, ...]] = {
        "admin:index": (use("GET", Role.ADMIN),),
        "admin:app_list": (use("GET", Role.ADMIN, row=SHARED + "app"),),
        "admin:jsi18n": (use("GET", Role.ADMIN),),
    }
    for table, (name, more) in TABLES.items():
        row = SHARED + name
        for page in ("changelist", "import", "export", *({"add"} & set(more))):
            lines[f"admin:{table}_{page}"] = (use("GET", Role.ADMIN),)
        lines[f"admin:{table}_process_import"] = (use("POST", Role.ADMIN),)
        for page in ("change", "history", *({"delete"} & set(more))):
            lines[f"admin:{table}_{page}"] = (use("GET", Role.ADMIN, row=row),)
        for page in {"change", "delete"} & {"change", *more}:
            lines[f"admin:{table}_{page}"] += (use("POST", Role.ADMIN, row=row),)
        if "add" in more:
            lines[f"admin:{table}_add"] += (use("POST", Role.ADMIN),)
    for table, row in PERSONAL.items():
        lines[f"admin:{table}_changelist"] = (use("GET"), use("POST"))
        lines[f"admin:{table}_change"] = (use("GET", row=row), use("POST", row=row))
    return lines
