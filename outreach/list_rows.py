"""One person as a list shows them: facts of the row, with what the reader may not see already taken out.

Whatever a page, a file or a paper says about a person comes from here, so that masking is decided once (TRUST T4, WORDS 1.11).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from functools import cache, lru_cache
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django.utils.functional import cached_property
from django.utils.translation import get_language, override

from lib.dates_vn import PartialDate
from outreach import said, survey
from outreach.filters import GROUPS
from outreach.sight import AT_RISK, Sight, conditions_of, identities_of
from vaccination import labels, sentences, states, stored_forecasts
from vaccination.day_json import DayDecoder
from vaccination.eligibility import age_check, age_reason
from vaccination.intervals import FOREVER
from vaccination.intervals import PartialDate as IntervalDate
from vaccination.models import Product
from vaccination.states import State
from vaccination.stored_states import ON_LIST
from wards import statements
from wards.models import Resident, User

ELDERLY = 50  # the age group that sentences name
FORECAST_FIELDS = ("forecast__id", *(f"forecast__{name}" for name in states.Forecast._fields))


@dataclass
class Row:
    """A person on a list: `values` as stored, by the names in FIELDS; what is said of them by the properties."""

    values: dict[str, Any]
    on: date
    sight: Sight
    products_by_code: dict[str, Product]
    identities: list[str] = field(default_factory=list)
    conditions: list[str] = field(default_factory=list)
    number: int | None = None  # its line in a file
    language: str = "vi"
    names_by_code: dict[str, str] = field(default_factory=dict)

    FIELDS = (
        "id",
        "full_name",
        "birth_year",
        "birth_month",
        "birth_day",
        "sex",
        "phones",
        "residence",
        "residence_until",
        "mobility",
        "guardian_name",
        "guardian_relation",
        "guardian_phone",
        "school",
        "school_class",
        "ward_id",
        "ward__name",
        "household_id",
        "household__code",
        "household__house_number",
        "household__street",
        "household__address_text",
        "household__neighbourhood__kind",
        "household__neighbourhood__name",
        "state",
        "group",
        "age_band",
        *FORECAST_FIELDS,
    )

    @cached_property
    def say(self) -> Callable[[str], str]:
        """gettext in the language of the list."""
        return said.words_in(self.language)

    # ---------------------------------------------------------------- who and where

    @property
    def id(self) -> UUID:
        return self.values["id"]

    @property
    def name(self) -> str:
        return self.values["full_name"]

    @cached_property
    def born(self) -> PartialDate:
        return PartialDate(self.values["birth_year"], self.values["birth_month"], self.values["birth_day"])

    @property
    def born_and_sex(self) -> str:
        sex = self.values["sex"]
        return (
            f"{self.born}, {self._label(Resident.Sex, sex).lower()}"
            if sex != _UNKNOWN_SEX
            else str(self.born)
        )

    @property
    def identity_line(self) -> str:
        return ", ".join(self.identities)

    @property
    def phone(self) -> str:
        return self.values["phones"][0] if self.values["phones"] else ""

    @property
    def phones_line(self) -> str:
        return ", ".join(self.values["phones"])

    @property
    def conditions_line(self) -> str:
        """What was not already said by `risk`."""
        return "" if self.conditions == [AT_RISK] else ", ".join(map(str, self.conditions))

    @property
    def ward(self) -> str:
        return self.values["ward__name"]

    @property
    def state_class(self) -> str:
        return self.values["state"].lower()

    @property
    def address(self) -> str:
        number_and_street = " ".join(
            filter(None, (self.values["household__house_number"], self.values["household__street"]))
        )
        return number_and_street or self.values["household__address_text"] or ""

    @property
    def neighbourhood(self) -> str:
        kind, name = (
            self.values["household__neighbourhood__kind"],
            self.values["household__neighbourhood__name"],
        )
        return f"{kind} {name}" if name else ""

    @property
    def is_guest(self) -> bool:
        return self.values["residence"] == Resident.Residence.GUEST

    @property
    def residence(self) -> str:
        """Said only where it is not simply "lives here"."""
        _ = self.say
        if self.values["residence"] == Resident.Residence.AWAY and self.values["residence_until"]:
            return _("Đi vắng đến %(day)s") % {"day": labels.day(self.values["residence_until"])}
        here = self.values["residence"] == Resident.Residence.HERE
        return "" if here else self._label(Resident.Residence, self.values["residence"])

    @property
    def mobility(self) -> str:
        known = (Resident.Mobility.CANNOT_TRAVEL, Resident.Mobility.NEEDS_HELP)
        mobility = self.values["mobility"]
        return self._label(Resident.Mobility, mobility) if mobility in known else ""

    @property
    def guardian_relation(self) -> str:
        relation = self.values["guardian_relation"]
        return self._label(Resident.Relation, relation) if relation else ""

    @property
    def cannot_travel(self) -> bool:
        return self.values["mobility"] == Resident.Mobility.CANNOT_TRAVEL

    # ---------------------------------------------------------------- what is due and why

    def _label(self, choices: type[Enum], value: str) -> str:
        return said.label(choices, value, self.language)

    @cached_property
    def state(self) -> State:
        return State(self.values["state"])

    @cached_property
    def is_waiting(self) -> bool:
        """A child of an age that is listed before there is guidance for it."""
        if self.state != State.NOT_ELIGIBLE_AGE or self.answer is None:
            return False
        return states.is_waiting(self.answer, self.on)

    @property
    def state_label(self) -> str:
        if self.is_waiting:
            return said.text(labels.WAITING, self.language)
        return said.text(labels.STATES[self.state], self.language)

    @property
    def state_line(self) -> str:
        _ = self.say
        if self.values["forecast__id"] is None:
            return _("chưa có dữ liệu tiêm")
        if self.is_waiting:
            return ""
        if self.state == State.DUE and (
            self.values["forecast__next_type"],
            self.values["forecast__next_ordinal"],
        ) == (
            "BASIC",
            1,
        ):
            return ""  # due since the birthday that reached the age, perhaps long before there was a vaccine
        if self.state == State.CONTRAINDICATED:
            return ", ".join(self.product_names)
        dates = (self.possible_from, self.due_on, self.overdue_on, self.deferred_until)
        born = self.born if self.state == State.CHECK_AGE else None
        return _short_line(self.state, dates, born, self.on, self.language)

    @property
    def state_text(self) -> str:
        """Đến lịch từ 20/01/2022; Chưa đến lịch, đến lịch từ 25/02/2022."""
        runs_on = (State.DUE, State.OVERDUE, State.DEFERRED)
        joint = " " if self.state in runs_on else ", "
        return joint.join(filter(None, (self.state_label, self.state_line)))

    @property
    def group_label(self) -> str:
        return said.text(GROUPS[self.values["group"]], self.language)

    @property
    def products(self) -> list[Product]:
        return [self.products_by_code[code] for code in self.values["forecast__products"] or ()]

    @property
    def product_names(self) -> list[str]:
        """In the language of the list, by which one may be given next."""
        names = self.names_by_code
        return [names[code] for code in self.values["forecast__products"] or ()]

    @cached_property
    def answer(self) -> states.Forecast | None:
        """The stored forecast as the engine gave it; None when there is none yet."""
        if self.values["forecast__id"] is None:
            return None
        stored = {name: self.values[stored_as] for name, stored_as in _STORED}
        return stored_forecasts.answer_of(SimpleNamespace(**stored))  # type: ignore[arg-type]

    @cached_property
    def explanation(self) -> list[str]:
        """Why this person is, or is not, on the list: what decides first."""
        if self.answer is None:
            return [sentences.about_reason(_UNKNOWN, _NO_ANSWER, self.on, self.subject, self.language)]
        said = sentences.sentences(self.answer, self.on, self.subject, self.language)
        return [sentence.text for sentence in said] + self._age_to_ask

    @property
    def why(self) -> str:
        return self.explanation[0]

    @property
    def more(self) -> list[str]:
        """What else there is to say after the first sentence."""
        return self.explanation[1:]

    @property
    def _age_to_ask(self) -> list[str]:
        """Who may be, and may not be, old enough for the age group stands on the list, and is asked (WORDS 6, row 8)."""
        doubt = age_reason(self._born, ELDERLY, self.on)
        if doubt is None or self.answer is None or self.state not in ON_LIST:
            return []
        return [sentences.about_reason(doubt, self.answer, self.on, self.subject, self.language)]

    @cached_property
    def _born(self) -> IntervalDate:
        return IntervalDate(self.born.earliest, self.born.latest)

    @cached_property
    def subject(self) -> sentences.Subject:
        _ = self.say
        is_elderly = age_check(self._born, ELDERLY, self.on)
        group = _("nhóm từ %(age)s tuổi trở lên") % {"age": ELDERLY} if is_elderly else ""
        is_health = not group and bool(self.conditions)
        return sentences.Subject(
            name=self.name,
            sex=self.values["sex"] if self.values["sex"] in ("M", "F") else None,
            born=self._born,
            group=_("nhóm có bệnh nền") if is_health else group,
            group_is_health=is_health,
            health_rights=self.sight.diagnosis,
        )

    @cached_property
    def doses(self) -> tuple[states.DoseResult, ...]:
        return self.answer.doses if self.answer else ()

    @property
    def doses_given(self) -> str:
        """2 mũi, mũi cuối Vero Cell 05/01/2022; doses that were not counted are said to be so."""
        _ = self.say
        if not self.doses:
            unknown = self.answer is None or self.answer.valid_doses is None
            return _("Chưa rõ") if unknown else _("Chưa tiêm mũi nào")
        last = max(self.doses, key=lambda dose: dose.given_last)
        text = _("%(count)s mũi, mũi cuối %(product)s %(day)s") % {
            "count": len(self.doses),
            "product": self.names_by_code.get(last.product, last.product),
            "day": day_between(last.given_first, last.given_last),
        }
        uncounted = sum(not dose.valid for dose in self.doses)
        return text + (_("; %(count)s mũi chưa được tính") % {"count": uncounted} if uncounted else "")

    @property
    def reason(self) -> str:
        """Why not vaccinated, in the words of the reason list; nobody has asked yet is a reason too."""
        _ = self.say
        if self.state == State.CONTRAINDICATED:
            return _("Chống chỉ định")
        if self.is_waiting:
            return _("Lứa tuổi chưa có hướng dẫn")
        if self.state != State.DEFERRED or self.answer is None:
            return (
                ""
                if survey.is_surveyed(self.values, self.on)
                else said.text(survey.NOT_SURVEYED, self.language)
            )
        cause = next((r for r in self.answer.reasons if r.about is states.About.DEFERRAL), None)
        if cause is None or not self.sight.diagnosis:
            return _("Tạm hoãn")
        if "weeks" in cause.params:
            return _("Tạm hoãn: mang thai dưới 13 tuần")
        if "infected_on" in cause.params:
            return _("Tạm hoãn: mắc COVID-19 (theo quy định)")
        return _("Trì hoãn tiêm (đã khám sàng lọc)")

    @property
    def possible_from(self) -> date | None:
        return self.values["forecast__possible_from"]

    @property
    def due_on(self) -> date | None:
        return self.values["forecast__due_on"]

    @property
    def overdue_on(self) -> date | None:
        return self.values["forecast__overdue_on"]

    @property
    def deferred_until(self) -> date | None:
        return self.values["forecast__deferred_until"]

    @property
    def doses_needed(self) -> str:
        """Mũi 2: Pfizer, Moderna."""
        _ = self.say
        if self.is_waiting:
            return _("Theo hướng dẫn")  # which product and when is what guidance will say
        name = _dose_name(
            self.values["forecast__next_type"], self.values["forecast__next_ordinal"], self.language
        )
        if self.state == State.COMPLETE:
            return _("Không còn mũi nào phải tiêm")
        if not name:
            return _("Chưa rõ")
        names = self.product_names
        listed = ", ".join(names)
        if len(names) > 4:
            listed = _("%(names)s và %(count)s loại khác") % {
                "names": ", ".join(names[:2]),
                "count": len(names) - 2,
            }
        return f"{name[0].upper()}{name[1:]}" + (f": {listed}" if names else "")

    @property
    def risk(self) -> str:
        """Age first; an illness is named only to those who treat or screen."""
        _ = self.say
        reasons = []
        if self.values["age_band"] >= 50:
            age = _("Từ %(age)s tuổi") % {"age": self.values["age_band"]}
            is_open = age_check(self._born, self.values["age_band"], self.on) is None
            reasons.append(_("%(age)s (chưa chắc)") % {"age": age} if is_open else age)
        if self.conditions:
            reasons.append(_("bệnh nền") if self.conditions != [AT_RISK] else _("thuộc nhóm nguy cơ"))
        text = ", ".join(reasons)
        return text[:1].upper() + text[1:]

    @property
    def proposal(self) -> str:
        _ = self.say
        match self.state:
            case State.CONTRAINDICATED:
                return _("Bác sĩ kết luận")
            case State.UNKNOWN_HISTORY:
                return _("Xác nhận mũi đã tiêm")
            case State.CHECK_AGE:
                return _("Hỏi lại ngày sinh")
            case (
                State.COMPLETE | State.NOT_YET_DUE
            ):  # found by search, or on the list of who was not surveyed
                return ""
            case State.NOT_ELIGIBLE_AGE if not self.is_waiting:
                return ""
            case State.NOT_ELIGIBLE_AGE:
                return _("Tiêm khi có hướng dẫn")
            case State.DEFERRED if self.deferred_until and self.deferred_until != FOREVER:
                return _("Tiêm từ %(day)s") % {"day": labels.day(self.deferred_until)}
            case State.DEFERRED:
                return _("Khám sàng lọc lại")
        return _("Tại nhà") if self.cannot_travel else _("Điểm tiêm")


_UNKNOWN_SEX = Resident.Sex.UNKNOWN.value
_STORED = [(name.removeprefix("forecast__"), name) for name in FORECAST_FIELDS]


@cache
def _dose_name(dose_type: str, ordinal: int | None, language: str) -> str:
    with override(language):
        return labels.dose_name(dose_type, ordinal)


@lru_cache(4096)
def _short_line(state: State, dates: tuple, born: PartialDate | None, on: date, language: str) -> str:
    """`labels.short_line` for these days: fifty people share a few of them. Nobody's name is in it."""
    possible_from, due_on, overdue_on, deferred_until = dates
    days = SimpleNamespace(
        possible_from=possible_from,
        due_on=due_on,
        overdue_on=overdue_on,
        deferred_until=deferred_until,
        born=born,
    )
    with override(language):
        return labels.short_line(state, days, days, on)  # type: ignore[arg-type]


_UNKNOWN = states.Reason(states.About.HISTORY, "HISTORY", {})
_NO_ANSWER = states.Forecast(
    "", None, None, (), None, None, None, None, None, "UNKNOWN_HISTORY", None, None, None, None, (), (),
    date.min, FOREVER,
)  # fmt: skip


def _language() -> str:
    return "en" if (get_language() or "vi").startswith("en") else "vi"


def day_between(first: date, last: date) -> str:
    """05/01/2022, 01/2022 or 2022, as exactly as it is known."""
    if first == last:
        return labels.day(first)
    return str(PartialDate(first.year, None if first.month != last.month else first.month))


_DECODER = DayDecoder()
_DOSES, _REASONS = "forecast__doses", "forecast__reasons"


def values_of(found: tuple) -> dict[str, Any]:
    """The values of `Row.FIELDS` as the driver gave them (JSON as text), as a dictionary of values."""
    values = dict(zip(Row.FIELDS, found, strict=True))
    for name in (_DOSES, _REASONS):
        if values[name] is not None:
            values[name] = _DECODER.decode(values[name])
    return values


def rows_of(
    found: Sequence[dict], user: User, on: date, products: Sequence[Product] | None = None
) -> list[Row]:
    """The people of these `.values()`, in the same order; as many queries for 1,000 as for one."""
    sight = Sight.of(user)
    ids = statements.array(values["id"] for values in found)
    identities = identities_of(ids, sight)
    conditions = conditions_of(ids, sight, on)
    if products is None:
        products = statements.tables("products", {"products": Product.objects.all})["products"]
    by_code = {product.code: product for product in products}
    names = {code: str(product) for code, product in by_code.items()}
    language = _language()
    return [
        Row(
            values,
            on,
            sight,
            by_code,
            identities[values["id"]],
            conditions[values["id"]],
            language=language,
            names_by_code=names,
        )
        for values in found
    ]
