"""The upload form, and the choice of columns."""

import re
from datetime import date
from typing import cast

from django import forms
from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from wards.access import wards_of
from wards.imports import layout, sources
from wards.models import AdministrativeUnit, ImportBatch

DATE_ORDERS = (("dmy", _("ngày / tháng / năm")), ("mdy", _("tháng / ngày / năm")))


class UploadForm(forms.Form):
    """A file and what cannot be read from it. The wards offered are the user's own."""

    source = forms.ChoiceField(label=_("Loại danh sách"), widget=forms.RadioSelect)
    file = forms.FileField(
        label=_("Tệp Excel"),
        help_text=_("Tệp .xlsx, .xls, .ods hoặc .csv, đúng như phường đang có: chưa cần sửa lại cột."),
        widget=forms.FileInput(
            attrs={
                "class": "form-control",
                "accept": ".xlsx,.xls,.ods,.csv,.tsv,.txt",
                "data-checksum": "sha256",
            }
        ),
    )
    unit = forms.ModelChoiceField(
        AdministrativeUnit.objects.none(),
        label=_("Phường, xã"),
        required=False,
        empty_label=_("Theo cột phường, xã trong tệp"),
        help_text=_("Dùng cho các dòng không ghi phường, xã."),
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    data_on = forms.DateField(
        label=_("Số liệu tính đến ngày"),
        required=False,
        input_formats=["%d/%m/%Y", "%Y-%m-%d"],
        widget=forms.TextInput(
            attrs={"class": "form-control", "inputmode": "numeric", "placeholder": "dd/mm/yyyy"}
        ),
    )
    sha256 = forms.RegexField(r"^[0-9a-fA-F]{64}$", required=False, widget=forms.HiddenInput)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        source_field = cast(forms.ChoiceField, self.fields["source"])
        source_field.choices = [(source.name, _(source.label)) for source in sources.everything()]
        source_field.initial = next(iter(sources.everything())).name
        source_field.widget.attrs = {"class": "form-check-input"}
        units = wards_of(user).order_by("search_key")
        cast(forms.ModelChoiceField, self.fields["unit"]).queryset = units
        if len(units) == 1:
            self.fields["unit"].initial = units[0].pk


class ColumnsForm:
    """What each column of a file is, and how its dates are written. Not a Django form: its fields are the file's columns.

    After `is_valid()`: `mapping` and `date_orders` as a batch keeps them, or `errors` as sentences.
    """

    def __init__(self, batch: ImportBatch, wards: QuerySet[AdministrativeUnit], data=None) -> None:
        self.batch = batch
        self.wards = wards
        self.unit: AdministrativeUnit | None = None
        self.source = sources.get(batch.source)
        self.mapping: dict[str, str] = dict(batch.mapping)
        self.date_orders: dict = dict(batch.date_orders)
        self.errors: list[str] = []
        self.data = data
        if data is not None:
            self._read(data)

    def _read(self, data) -> None:
        allowed = {value for value, _label in self.choices}
        self.mapping = {}
        taken: dict[str, int] = {}
        for position in range(len(self.batch.layout["titles"])):
            target = data.get(f"column-{position}", "")
            if target not in allowed or not target:
                continue
            if target in taken and target != layout.IGNORED:
                letters = (layout.column_letter(taken[target]), layout.column_letter(position))
                self.errors.append(
                    str(_("Cột {0} và cột {1} được chọn cùng một nội dung. Bỏ một trong hai.")).format(
                        *letters
                    )
                )
            taken[target] = position
            self.mapping[str(position)] = target
        chosen = data.get("unit", "")
        self.unit = self.wards.filter(pk=chosen).first() if chosen.isdecimal() else None
        self.date_orders = {}
        for key in layout.date_positions(self.source, self.mapping):
            order = data.get(f"order-{key}", "")
            self.date_orders[key] = order if order in ("dmy", "mdy") else self._default(key)

    def _default(self, position: str) -> str:
        return self.batch.layout["dates"].get(position, {}).get("order", "dmy")

    @property
    def groups(self) -> int:
        """How many groups of repeated columns may be chosen: those there are and one more."""
        found = [
            int(target.partition("#")[2] or 0)
            for target in self.batch.layout["suggested"].values()
            if "#" in target
        ]
        return max(found, default=0) + 2

    @property
    def choices(self) -> list[tuple[str, str]]:
        chosen = []
        for one in self.source.fields:
            if one.name == layout.IGNORED:
                continue
            if one.repeated:
                chosen += [
                    (
                        f"{one.name}#{group}",
                        str(_("{field}, mũi thứ {n} trong dòng")).format(field=_(one.label), n=group + 1),
                    )
                    for group in range(self.groups)
                ]
            else:
                chosen.append((one.name, str(_(one.label))))
        return [("", str(_("Không lấy cột này"))), *chosen]

    def columns(self) -> list[dict]:
        """One entry per column of the file, as the page shows it."""
        dates = layout.date_positions(self.source, self.mapping)
        found = self.batch.layout
        shown = []
        for position, title in enumerate(found["titles"]):
            key = str(position)
            target = self.mapping.get(key, "")
            seen = found["dates"].get(key)
            shown.append(
                {
                    "position": position,
                    "letter": layout.column_letter(position),
                    "title": title,
                    "samples": found["samples"][position] if position < len(found["samples"]) else [],
                    "target": "" if target == layout.IGNORED else target,
                    "is_date": key in dates,
                    "is_birth": target.startswith("born"),
                    "order": self.date_orders.get(key, self._default(key)),
                    "dates": seen and seen | {"samples": [_reading(*sample) for sample in seen["samples"]]},
                    "asks": key in dates and bool(seen is None or seen["needs_answer"]),
                }
            )
        return shown

    def missing(self):
        return layout.missing(self.source, self.mapping)


_DATE_IN_WORDS = re.compile(r"(?:ngày (\d+) )?(?:tháng (\d+) )?năm (\d+)")


def _reading(cell: str, *readings: str) -> list[str]:
    """A cell and how each order reads it; kept in Vietnamese words, said in the reader's language."""
    return [cell, *readings] if get_language() == "vi" else [cell, *map(_in_english, readings)]


def _in_english(words: str) -> str:
    found = _DATE_IN_WORDS.fullmatch(words)
    if found is None:
        return gettext("không phải ngày")
    day, month, year = found.groups()
    shape = "j F Y" if day else "F Y" if month else "Y"
    return date_format(date(int(year), int(month or 1), int(day or 1)), shape)
