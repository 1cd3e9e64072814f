"""How a source's columns are named, remembered per office from the last time somebody said so."""

from collections.abc import Iterable, Mapping
from typing import Any

from lib import clock
from lib.dates_vn import DayOrder
from lib.spreadsheets.headers import normal_title
from wards.imports import layout, sources
from wards.imports.sources import Source
from wards.models import ColumnProfile, ImportBatch, User


def proposed_columns(batch: ImportBatch, source: Source) -> tuple[dict[str, str], dict[str, DayOrder]]:
    """Mapping and date orders for a file that was looked at: as the profile says, else as the titles do."""
    titles = batch.layout["titles"]
    profile = batch.profile or fitting_profile(batch)
    mapping = dict(batch.layout["suggested"])
    orders = layout.default_orders(batch.layout, layout.date_positions(source, mapping))
    if profile:
        mapping |= _by_profile(profile.fields, titles)
        mapping = {position: target for position, target in mapping.items() if target}
        orders = layout.default_orders(batch.layout, layout.date_positions(source, mapping))
        orders |= {
            position: order
            for position, order in _by_profile(profile.date_orders, titles).items()
            if position in orders
        }
    return mapping, orders


def _by_profile(remembered: Mapping[str, Any], titles: list[str]) -> dict[str, Any]:
    found = {}
    for position, key in enumerate(title_keys(titles)):
        if key in remembered:
            found[str(position)] = remembered[key]
    return found


def title_keys(titles: Iterable[str]) -> list[str]:
    """Titles as a profile remembers them: normalised, repeated ones counted."""
    seen: dict[str, int] = {}
    keys = []
    for title in titles:
        key = normal_title(title)
        seen[key] = seen.get(key, 0) + 1
        keys.append(f"{key}#{seen[key]}")
    return keys


def fitting_profile(batch: ImportBatch) -> ColumnProfile | None:
    """The profile of the uploader's office whose columns all stand in this file, the one used last."""
    keys = set(title_keys(batch.layout["titles"]))
    profiles = (
        ColumnProfile.objects.visible_to(batch.uploaded_by).filter(source=batch.source).order_by("-used_at")
    )
    return next((profile for profile in profiles if set(profile.fields) <= keys), None)


def remember(
    batch: ImportBatch, mapping: Mapping[str, str], orders: Mapping[str, DayOrder], *, by: User, name: str
) -> ColumnProfile:
    """Keep what somebody chose, under a name of their own or one made from the file's shape."""
    keys = title_keys(batch.layout["titles"])
    named = {keys[int(position)]: target for position, target in mapping.items()}
    left_out = {key: "" for position, key in enumerate(keys) if str(position) in batch.layout["suggested"]}
    profile, _made = ColumnProfile.objects.update_or_create(
        source=batch.source,
        organisation=by.organisation,
        name=name or _profile_name(batch),
        defaults={
            "fields": left_out | named,
            "date_orders": {keys[int(position)]: order for position, order in orders.items()},
            "saved_by": by,
            "used_at": clock.real_now(),
        },
    )
    return profile


def _profile_name(batch: ImportBatch) -> str:
    return f"{sources.get(batch.source).label}, {len(batch.layout['titles'])} cột"[:120]
