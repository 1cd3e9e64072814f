"""What is due and what was given."""

from vaccination.models.doses import DoseHistory, DoseRecord, DoseVoid, Infection, Screening
from vaccination.models.forecasts import Forecast
from vaccination.models.products import Product, Programme
from vaccination.models.rule_changes import RuleChange

__all__ = [
    "DoseHistory",
    "DoseRecord",
    "DoseVoid",
    "Forecast",
    "Infection",
    "Product",
    "Programme",
    "RuleChange",
    "Screening",
]
