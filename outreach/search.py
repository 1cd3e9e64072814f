"""The list's search box: anyone in the reader's scope, on the list or not, why they matched, and why they are, or are not, on
it ("Vì sao không có tên?").

What was typed is understood by `wards.search`, as everywhere. Outside the scope nothing is looked at, so nothing can be
told (TRUST AUTH-04).
"""

import re
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from lib import names
from outreach.filters import RESIDENCE, WorklistFilters
from outreach.list_rows import Row
from outreach.worklists import Selection
from vaccination import sentences
from vaccination.sentence_texts import LANGUAGES
from vaccination.stored_states import ON_LIST
from wards.models import Resident
from wards.search import LONGEST, Kind, asked
from wards.search_rate import PER_HOUR as PER_HOUR
from wards.search_rate import searches_left as searches_left

MOST = 50


@dataclass(frozen=True)
class Match:
    row: Row
    matched: str
    is_listed: bool
    in_filters: bool
    reason: str


@dataclass(frozen=True)
class Answer:
    """`text` as it was cleaned; `kind` says for the access log how it was looked for, never what."""

    text: str
    matches: list[Match]
    kind: str
    more: bool
    nobody: str


def find(text: str, selection: Selection) -> Answer:
    """Who in the scope of the selection's reader matches; accents exactly as typed come first."""
    text = names.clean(text[:LONGEST])
    question = asked(text)
    nobody = sentences.not_found(text)
    if question is None:
        return Answer(text, [], "", False, nobody)
    at_large = everywhere(selection)
    found = at_large.people().filter(question.q).annotate(nearness=question.nearness)
    order = found.order_by("nearness", "sort_key", "id")
    values = list(
        order.values_list("id", "nearness", "sort_key")[: MOST + 1]
    )  # narrow; the rest for those shown
    nearness = {pk: near for pk, near, _key in values}
    rows = at_large.whole([pk for pk, _near, _key in values[:MOST]])
    for row in rows:
        row.values["nearness"] = nearness[row.id]
    listed, in_filters = _listed(rows, selection)
    matches = [
        Match(
            row,
            _matched_by(question.kind, text, row),
            row.id in listed,
            row.id in in_filters,
            why_listed(row, row.id in listed, selection),
        )
        for row in rows
    ]
    return Answer(text, matches, question.kind.value, len(values) > MOST, nobody)


def everywhere(selection: Selection) -> Selection:
    """The same list in all of the reader's places, under no narrowing filter: who is on it at all."""
    kept = {name: value for name, value in selection.data.items() if name not in WorklistFilters.NARROWING}
    return selection.worklist.select(selection.user, kept, selection.on)


def _matched_by(kind: Kind, text: str, row: Row) -> str:
    """What of the person it was that matched."""
    digits = re.sub(r"[\s.\-+]", "", text)
    if kind is Kind.CODE:
        return _("mã trên bản in")
    if kind is Kind.ADDRESS:
        return _("địa chỉ")
    if kind is Kind.NAME:
        if row.values["nearness"] in (0, 2):
            return _("đúng tên")
        return _("chữ cái đầu của tên") if row.values["nearness"] == 5 else _("tên")
    if kind is Kind.NUMBER and row.values["nearness"] == 0:
        return _("số nhà")
    national = re.sub("^84(?=.{9}$)", "0", digits)
    if any(phone.endswith(national) for phone in row.values["phones"]):
        return _("số cuối điện thoại")
    if row.values["guardian_phone"].endswith(national):
        return _("số cuối điện thoại người giám hộ")
    return _("đúng số định danh")


# ---------------------------------------------------------------- on the list or not, and why


def _listed(rows: list[Row], selection: Selection) -> tuple[set, set]:
    """Of these people: who is on the list of the chosen population at all, and who also passes the other filters."""
    ids = [row.id for row in rows]
    at_all = everywhere(selection).listed().filter(pk__in=ids)
    chosen = selection.listed().filter(pk__in=ids)
    return set(at_all.values_list("pk", flat=True)), set(chosen.values_list("pk", flat=True))


def why_listed(row: Row, is_listed: bool, selection: Selection) -> str:
    """The sentence why somebody is, or is not, on the list."""
    if is_listed:
        return row.why
    who = _address(row, selection.on)
    residence = row.values["residence"]
    if residence == Resident.Residence.DECEASED:
        return _("%(who)s đã mất, không còn trong diện rà soát.") % {"who": who}
    if residence == Resident.Residence.MOVED:
        since = row.values["residence_until"]
        day = _(" ngày %(day)s") % {"day": f"{since:%d/%m/%Y}"} if since else ""
        return _("%(who)s đã chuyển đi%(day)s, không còn tính vào danh sách ở đây.") % {
            "who": who,
            "day": day,
        }
    if row.state not in ON_LIST:
        return row.why
    chosen = RESIDENCE[selection.filters.chosen.get("residence", "residing")]
    if residence not in chosen:
        outside = _(
            "%(who)s không thuộc cách chọn cư trú hiện tại (%(residence)s). Đổi mục Cư trú để thấy tên."
        )
        return outside % {"who": who, "residence": Resident.Residence(residence).label.lower()}
    group = selection.population
    return _(
        "%(who)s không thuộc nhóm nguy cơ đang chọn (%(group)s). Chọn “Tất cả người trong diện tiêm” để thấy tên. %(why)s"
    ) % {"who": who, "group": (str(group)[:1].lower() + str(group)[1:]) if group else "", "why": row.why}


def _address(row: Row, on: date) -> str:
    earliest = row.born.earliest
    age = on.year - earliest.year - ((on.month, on.day) < (earliest.month, earliest.day))
    sex = row.values["sex"] if row.values["sex"] in ("M", "F") else None
    return LANGUAGES["vi"].address(row.name, sex, age, False)["Who"]
