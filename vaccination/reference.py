"""Reference data of vaccination: the programme and its products. Loading twice changes nothing."""

import json
from pathlib import Path

from django.db import transaction

from lib import names
from vaccination.models import Product, Programme

HERE = Path(__file__).parent


@transaction.atomic
def load(*, using: str = "default") -> None:
    """The programme, and its products as the rule sets know them, with the words by which files name them (folded)."""
    data = json.loads((HERE / "data" / "programmes.json").read_text(encoding="utf-8"))
    programme, _ = Programme.objects.using(using).update_or_create(code=data["code"], defaults=data["fields"])
    products = json.loads((HERE / "schedules" / "products.json").read_text(encoding="utf-8"))["products"]
    changed_here = set(Product.objects.using(using).filter(edited_here=True).values_list("code", flat=True))
    for order, product in enumerate([*products, data["unknown_product"]]):
        if product["code"] in changed_here:
            continue
        own_names = [product["code"], product["name_vi"], product["name_en"]]
        fields = {
            "programme": programme,
            "name": product["name_en"],
            "short_name": product["name_vi"],
            "cvx_codes": product["cvx"],
            "words": sorted(
                {names.search_key(word) for word in [*own_names, *data["words"][product["code"]]]}
            ),
            "order": order,
        }
        Product.objects.using(using).update_or_create(code=product["code"], defaults=fields)
