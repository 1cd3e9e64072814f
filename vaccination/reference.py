"""Reference data of vaccination: the programme and its products. Loading twice changes nothing."""

import json
from pathlib import Path

from django.db import transaction

from lib import names
from vaccination.models import Product, Programme

DATA = Path(__file__).parent / "data"


@transaction.atomic
def load(*, using: str = "default") -> None:
    """Programmes and products from `vaccination/data/`; the words by which files name a product are stored folded."""
    for row in json.loads((DATA / "programmes.json").read_text(encoding="utf-8")):
        products = row.pop("products")
        programme, _ = Programme.objects.using(using).update_or_create(code=row.pop("code"), defaults=row)
        for order, product in enumerate(products):
            product["words"] = sorted({names.search_key(word) for word in product["words"]})
            product |= {"programme": programme, "order": order}
            Product.objects.using(using).update_or_create(code=product.pop("code"), defaults=product)
