"""The rule files that are shipped, in `schedules/`, and any other file of their form."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from vaccination import rulesets
from vaccination.freezing import freeze
from vaccination.schedule_fields import PLATFORMS, Fields, ScheduleError, read

__all__ = ["ScheduleError", "family_codes", "load_decided", "load_family", "load_products", "read_family"]

FOLDER = Path(__file__).parent / "schedules"
PRODUCTS_FILE = FOLDER / "products.json"


@cache
def load_products(path: Path = PRODUCTS_FILE) -> dict[str, rulesets.Product]:
    """The products by code, in the order of the file, which is the order of every list of products."""
    products: dict[str, rulesets.Product] = {}
    for fields in read(path).objects("products"):
        product = _product(fields, rank=len(products))
        if product.code in products or product.code == rulesets.UNKNOWN_PRODUCT:
            raise fields.fail("code", f"{product.code} is taken")
        if any(set(product.cvx) & set(other.cvx) for other in products.values()):
            raise fields.fail("cvx", "a CVX code of this product is taken")
        products[product.code] = product
    return products


def _product(fields: Fields, rank: int) -> rulesets.Product:
    fields.only({
        "code", "name_vi", "name_en", "group", "platform", "basic_doses", "volume_ml", "approved", "cvx", "confidence",
    })  # fmt: skip
    doses = fields.get("basic_doses", int)
    if not 1 <= doses <= 9:
        raise fields.fail("basic_doses", "must be between 1 and 9")
    return rulesets.Product(
        code=fields.text("code"),
        name_vi=fields.text("name_vi"),
        name_en=fields.text("name_en"),
        group=fields.text("group"),
        platform=fields.choice("platform", PLATFORMS),
        basic_doses=doses,
        volume_ml=fields.get("volume_ml", float),
        approved=fields.day("approved").first,
        cvx=tuple(fields.items("cvx", str)),
        confidence=fields.choice("confidence", "HML"),
        rank=rank,
    )


def family_codes() -> list[str]:
    """The families that are shipped, by code."""
    return sorted(path.stem.upper() for path in FOLDER.glob("*.json") if path != PRODUCTS_FILE)


@cache
def load_family(code: str = "VN-COVID", **parameters: Any) -> rulesets.Family:
    """A shipped family by code, with some of its `parameters` set otherwise; LookupError for an unknown code."""
    if code not in family_codes():
        raise LookupError(f"there is no rule family {code}")
    return read_family(FOLDER / f"{code.lower()}.json", **parameters)


def load_decided(code: str, rows: Sequence[Any], **parameters: Any) -> rulesets.Family:
    """A shipped family with further rows (`rule_choices`); ScheduleError where they do not fit it."""
    if code not in family_codes():
        raise LookupError(f"there is no rule family {code}")
    file = read(FOLDER / f"{code.lower()}.json")
    file.value["rows"] = [*file.value["rows"], *rows]
    return freeze(file, load_products(), parameters)


def read_family(path: Path, **parameters: Any) -> rulesets.Family:
    """A family from any file (a draft for an impact preview, a test); ScheduleError for a fault."""
    return freeze(read(path), load_products(), parameters)
