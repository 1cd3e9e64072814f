"""Doses in files: what a row tells, how it compares with the record, how it gets there.

What the file calls a dose ("mũi 3", "nhắc lại") is kept as it stands and decides nothing: a dose is its person, product and
day (DOMAIN D3, D4).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext_noop as _

from lib import names
from lib.dates_vn import DateProblem, PartialDate
from lib.spreadsheets.cells import as_text
from vaccination import dose_checks, forecasts
from vaccination.models import Product
from wards.imports.people import read_date, tidy
from wards.imports.sources import Cells, RowFacts
from wards.imports.staging import Tables

UNKNOWN = "UNKNOWN"
PROGRAMME = forecasts.PROGRAMME

# d: the staged dose; o: a dose on record. Voided ones count as seen, or a file read twice would bring them back.
_ON_RECORD = """EXISTS (SELECT 1 FROM vaccination_doserecord o WHERE o.resident_id = {resident}
    AND (o.product_id = d.product OR d.product = 'UNKNOWN') AND o.given_year = d.given_year
    AND (d.given_month IS NULL OR o.given_month = d.given_month) AND (d.given_day IS NULL OR o.given_day = d.given_day))"""
# The same product a day before or after: perhaps one dose, entered by two places (IMP-41). Kept, and a person is told.
_NEXT_DAY = """EXISTS (SELECT 1 FROM vaccination_doserecord o WHERE o.resident_id = v.resident_id AND o.product_id = d.product
    AND o.given_day IS NOT NULL AND d.given_day IS NOT NULL
    AND abs(make_date(o.given_year, o.given_month, o.given_day) - make_date(d.given_year, d.given_month, d.given_day)) = 1)"""
_DAY = (
    "concat_ws('/', lpad(d.given_day::text, 2, '0'), lpad(d.given_month::text, 2, '0'), d.given_year::text)"
)


@dataclass
class Doses:
    """Facts of `staging.doses`. tells_history: whether the columns hold all doses of a person, so that none is known too."""

    tells_history: bool
    part: str = "doses"
    marker: str = "dose_given"
    columns: tuple[str, ...] = (
        *("row_no", "slot", "product", "given_year", "given_month", "given_day", "lot", "site", "reaction"),
        *("stated_type", "stated_ordinal", "volume_ml"),
    )

    def clean(self, cells: Cells, row: RowFacts) -> list[tuple]:
        found = []
        for group in range(cells.groups):
            staged = self._dose(cells, row, group)
            if staged:
                found.append(staged)
        return found

    def _dose(self, cells: Cells, row: RowFacts, group: int) -> tuple | None:
        raw, product = cells.get("dose_given", group), tidy(_text(cells, "dose_product", group))
        if raw is None:
            if product or _text(cells, "dose_lot", group):
                cells.problem(
                    "dose_given",
                    "dose_day_missing",
                    _("Có vắc xin nhưng chưa có ngày tiêm. Ghi ngày, tháng hoặc năm."),
                    group=group,
                )
            return None
        given = self._given(cells, row, group, raw)
        if given is None:
            return None
        code, unknown_name = self._product(cells, product, group)
        stated = tidy(_text(cells, "dose_type", group))
        return (
            row.row_no,
            group,
            code,
            *(given.year, given.month, given.day),
            self._lot(cells, group)[:30],
            tidy(_text(cells, "dose_site", group))[:200],
            tidy(_text(cells, "dose_reaction", group))[:200],
            "; ".join(filter(None, (stated, unknown_name)))[:40],
            self._ordinal(cells, group),
            self._volume(cells, group),
        )

    def _given(self, cells: Cells, row: RowFacts, group: int, raw: Any) -> PartialDate | None:
        try:
            given = read_date(raw, cells.order("dose_given", group), row.on, births=False)
        except DateProblem as problem:
            cells.problem(
                "dose_given", problem.code, problem.message, value=raw, group=group, proposal=problem.proposal
            )
            return None
        born = row.born or PartialDate(1900)
        impossible = dose_checks.error(born=born, given=given, first_dose_on=self._first_dose_on, on=row.on)
        if impossible:
            cells.problem("dose_given", impossible.code, impossible.message, value=raw, group=group)
            return None
        return given

    @cached_property
    def _first_dose_on(self) -> date:
        return forecasts.family(PROGRAMME).first_dose_on

    @cached_property
    def _codes(self) -> dict[str, str]:
        products = Product.objects.filter(programme=PROGRAMME)
        by_word = {word: product.code for product in products for word in product.words}
        return by_word | {names.search_key(product.code): product.code for product in products}

    def _product(self, cells: Cells, name: str, group: int) -> tuple[str, str]:
        """The product's code, and its name as written where nobody knows it."""
        if not name:
            return UNKNOWN, ""
        key = names.search_key(name)
        code = self._codes.get(key) or self._named_inside(key)
        if code is None:
            cells.warn(
                "dose_product",
                "product_unknown",
                _("Chưa nhận ra tên vắc xin; mũi tiêm được ghi là chưa rõ loại."),
                value=name,
                group=group,
            )
            return UNKNOWN, name
        return code, ""

    def _named_inside(self, key: str) -> str | None:
        """ "Vắc xin AstraZeneca (Anh)": the one product whose name stands in it, if there is just one."""
        found = {
            code
            for word, code in self._codes.items()
            if len(word) > 2 and re.search(rf"\b{re.escape(word)}\b", key)
        }
        found -= {UNKNOWN}
        return found.pop() if len(found) == 1 else None

    def _lot(self, cells: Cells, group: int) -> str:
        raw = cells.get("dose_lot", group)
        if isinstance(raw, date):
            cells.warn(
                "dose_lot",
                "lot_is_date",
                _("Excel đã đổi số lô thành ngày; xem lại số lô."),
                value=raw,
                group=group,
            )
        return "" if raw is None else tidy(as_text(raw))

    def _ordinal(self, cells: Cells, group: int) -> int | None:
        found = re.search(r"\d", _text(cells, "dose_ordinal", group))
        return int(found[0]) if found else None

    def _volume(self, cells: Cells, group: int) -> Decimal | None:
        text = _text(cells, "dose_volume", group).replace(",", ".").lower().removesuffix("ml").strip()
        if not text:
            return None
        try:
            volume = Decimal(text)
        except InvalidOperation:
            volume = Decimal(0)
        if 0 < volume < 10:
            return volume
        cells.warn(
            "dose_volume",
            "not_understood",
            _("Chưa hiểu liều lượng, không được ghi."),
            value=text,
            group=group,
        )
        return None

    # -- SQL -------------------------------------------------------------------

    def changes_sql(self, tables: Tables) -> str:
        doses = tables[self.part]
        added = f"""SELECT v.row_no, jsonb_agg(jsonb_build_object('field', 'dose', 'old', '',
                'new', concat_ws(' ', p.short_name, {_DAY}), 'next_day', {_NEXT_DAY}) ORDER BY d.given_year, d.given_month, d.given_day) AS changes
            FROM {tables.verdicts} v JOIN {doses} d USING (row_no) JOIN vaccination_product p ON p.code = d.product
            WHERE v.resident_id IS NOT NULL AND NOT {_ON_RECORD.format(resident="v.resident_id")} GROUP BY v.row_no"""
        if not self.tells_history:
            return added
        return f"""{added} UNION ALL SELECT v.row_no, jsonb_build_array(jsonb_build_object('field', 'dose_history', 'old', '',
                'new', '')) FROM {tables.verdicts} v
            WHERE v.resident_id IS NOT NULL AND {self._becomes_known("v.resident_id")}"""

    def repeated_sql(self, tables: Tables, row: str, other: str) -> str:
        doses = tables[self.part]
        equal = " AND ".join(
            f"o.{column} IS NOT DISTINCT FROM d.{column}"
            for column in ("product", "given_year", "given_month", "given_day")
        )
        return f"""NOT EXISTS (SELECT 1 FROM {doses} d WHERE d.row_no = {row}
            AND NOT EXISTS (SELECT 1 FROM {doses} o WHERE o.row_no = {other} AND {equal}))"""

    def shown(self, tables: Tables, rows: Sequence[int]) -> dict[int, list[str]]:
        with connection.cursor() as cursor:
            cursor.execute(
                f"""SELECT d.row_no, concat_ws(' ', p.short_name, {_DAY}) FROM {tables[self.part]} d
                JOIN vaccination_product p ON p.code = d.product WHERE d.row_no = ANY(%s)
                ORDER BY d.row_no, d.given_year, d.given_month, d.given_day""",
                [list(rows)],
            )
            found: dict[int, list[str]] = {}
            for row_no, dose in cursor.fetchall():
                found.setdefault(row_no, []).append(dose)
        return found

    def _becomes_known(self, resident: str) -> str:
        return f"NOT EXISTS (SELECT 1 FROM vaccination_dosehistory k WHERE k.resident_id = {resident} AND k.is_known)"

    def write(self, cursor: Any, tables: Tables, context: Mapping[str, Any]) -> Sequence[UUID]:
        cursor.execute(
            f"""INSERT INTO vaccination_doserecord (id, resident_id, ward_id, programme_id, product_id, given_year, given_month,
                given_day, volume_ml, lot, site, reaction, stated_type, stated_ordinal, source, entered_by_id, created_at)
            SELECT gen_random_uuid(), d.resident_id, r.ward_id, %(programme)s, d.product, d.given_year, d.given_month,
                d.given_day, d.volume_ml, d.lot, d.site, d.reaction, d.stated_type, d.stated_ordinal, 'file', %(user)s, %(at)s
            FROM (SELECT DISTINCT ON (c.resident_id, d.product, d.given_year, d.given_month, d.given_day) c.resident_id, d.*
                FROM {tables.chunk} c JOIN {tables[self.part]} d USING (row_no)
                ORDER BY c.resident_id, d.product, d.given_year, d.given_month, d.given_day, d.row_no, d.slot) AS d
            JOIN wards_resident r ON r.id = d.resident_id
            WHERE NOT {_ON_RECORD.format(resident="d.resident_id")}
            ORDER BY d.row_no, d.slot
            RETURNING resident_id""",
            {**context, "programme": PROGRAMME},
        )
        changed = [resident for (resident,) in cursor.fetchall()]
        if self.tells_history:
            cursor.execute(
                f"""INSERT INTO vaccination_dosehistory (resident_id, ward_id, is_known, source, stated_by_id, stated_at)
                SELECT DISTINCT ON (r.id) r.id, r.ward_id, true, 'file', %(user)s, %(at)s
                FROM {tables.chunk} c JOIN wards_resident r ON r.id = c.resident_id WHERE {self._becomes_known("r.id")}
                ON CONFLICT (resident_id) DO UPDATE SET is_known = true, source = 'file', stated_by_id = %(user)s,
                    stated_at = %(at)s WHERE NOT vaccination_dosehistory.is_known""",
                dict(context),
            )
        return changed


def _text(cells: Cells, name: str, group: int) -> str:
    raw = cells.get(name, group)
    return "" if raw is None else as_text(raw).strip()
