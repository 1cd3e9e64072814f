"""What may narrow a list, and in which order it may stand: closed lists of names and values (TRUST T2, T17, API-02).

Places and products to choose from are drawn from the reader's own scope. A name that is not listed here is ignored; a
value that is not listed is said to be wrong and gives no rows, never more of them.
"""

import copy
from collections.abc import Iterable, Mapping
from datetime import date

import django_filters
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from outreach import survey
from vaccination import labels, stored_states
from vaccination.eligibility import load_family
from vaccination.forecasts import PROGRAMME
from vaccination.models import Product, Programme
from vaccination.rulesets import RuleSet
from vaccination.states import State
from vaccination.stored_states import ON_LIST
from wards import installation, statements
from wards.access import scope_of, wards_of
from wards.models import AdministrativeUnit, Neighbourhood, Resident, RiskGroup, User
from wards.risk_groups import age_q, membership

ALL_WARDS = "all"
EVERYBODY = "all"
EVERY = _("Tất cả")
UNKNOWN_GROUP = "unknown"
CONTRAINDICATED = "contraindicated"
NOT_SURVEYED = "not_surveyed"  # on the list or not: nobody has asked at the door (`outreach.survey`)
WAITING = "waiting"  # children listed before there is guidance for their age (`stored_states.waiting`)

# `unknown` stands beside the four groups: whose history nobody knows belongs to none of them honestly.
GROUPS = {group.lower(): label for group, label in labels.GROUPS.items()} | {
    UNKNOWN_GROUP: labels.STATES[State.UNKNOWN_HISTORY]
}
STATES = {state.lower(): labels.STATES[state] for state in ON_LIST}
# From the oldest: the first age that a person has, or may have, reached.
AGE_BANDS = (80, 65, 50, 18, 12, 5)
AGES = {
    "80": _("Từ 80 tuổi"),
    "65": _("65–79 tuổi"),
    "50": _("50–64 tuổi"),
    "18": _("18–49 tuổi"),
    "12": _("12–17 tuổi"),
    "5": _("5–11 tuổi"),
}
RESIDENCE = {
    "residing": Resident.RESIDING,
    "guests": (Resident.Residence.GUEST,),
    "all": (*Resident.RESIDING, Resident.Residence.GUEST),
}
ORDERS = {
    "risk": _("Nguy cơ cao trước"),
    "name": _("Theo tên"),
    "address": _("Theo hộ, địa chỉ"),
    "age": _("Cao tuổi trước"),
    "needed": _("Ít mũi trước"),
    "due": _("Đến lịch sớm trước"),
}


def age_band(on: date) -> Case:
    """The youngest age of the band that a person has, or with an imprecise birth date may have, reached on `on`."""
    bands = (When(age_q(age, on, certain=False), then=Value(age)) for age in AGE_BANDS)
    return Case(*bands, default=Value(0), output_field=IntegerField())


class Offered:
    """What one reader has to choose from: read once, however many counts are made of the same list."""

    def __init__(self, user: User) -> None:
        self.user = user
        self._neighbourhoods: dict[int, list[Neighbourhood]] = {}

    @property
    def _place(self) -> tuple:
        scope = scope_of(self.user)
        return scope.ward_ids, scope.neighbourhood_ids

    @cached_property
    def _tables(self) -> dict[str, list]:
        return statements.tables(
            self._place,
            {
                "units": lambda: wards_of(self.user).order_by("code", "valid_from"),
                "risk groups": lambda: RiskGroup.objects.order_by("code"),
                "products": Product.objects.all,
                "programmes": lambda: Programme.objects.order_by("pk"),
            },
        )

    @cached_property
    def wards_by_code(self) -> dict[str, AdministrativeUnit]:
        """The reader's own units by code; where two versions of one code are in scope, `CODE@valid_from` tells them apart."""
        units = self._tables["units"]
        codes = [unit.code for unit in units]
        return {u.code if codes.count(u.code) == 1 else f"{u.code}@{u.valid_from or ''}": u for u in units}

    @property
    def mine(self) -> Q:
        """Neighbourhoods in the reader's scope."""
        scope = scope_of(self.user)
        return Q(ward__in=scope.ward_ids) | Q(pk__in=scope.neighbourhood_ids)

    def neighbourhoods(self, unit: AdministrativeUnit) -> list[Neighbourhood]:
        """Those of the unit in which the reader works."""
        if unit.pk not in self._neighbourhoods:
            hoods = {"hoods": lambda: Neighbourhood.objects.filter(self.mine, ward=unit)}
            found = statements.tables(("neighbourhoods", unit.pk, self._place), hoods)
            self._neighbourhoods[unit.pk] = found["hoods"]
        return self._neighbourhoods[unit.pk]

    @cached_property
    def risk_groups(self) -> list[RiskGroup]:
        return sorted(self._tables["risk groups"], key=lambda group: (not group.is_default, group.code))

    @cached_property
    def all_products(self) -> list[Product]:
        return self._tables["products"]

    @property
    def products(self) -> list[Product]:
        return [product for product in self.all_products if product.code != "UNKNOWN"]

    @property
    def rule_family(self) -> str | None:
        return next((one.rule_family for one in self._tables["programmes"] if one.pk == PROGRAMME), None)


class WorklistFilters(django_filters.FilterSet):
    """The filter set of the list "unvaccinated, under-vaccinated"; its form is the page's, the export's and the command's."""

    ward = django_filters.ChoiceFilter(empty_label=_("Chọn phường, xã"), label=_("Phường, xã"), choices=())
    neighbourhood = django_filters.ChoiceFilter(empty_label=EVERY, choices=())
    population = django_filters.ChoiceFilter(label=_("Nhóm nguy cơ"), choices=(), empty_label=None)
    group = django_filters.ChoiceFilter(
        empty_label=EVERY,
        label=_("Cần mũi nào"),
        choices=[
            *GROUPS.items(),
            (CONTRAINDICATED, _("Chống chỉ định")),
            (NOT_SURVEYED, survey.NOT_SURVEYED),
            (WAITING, labels.WAITING),
        ],
    )
    product = django_filters.ChoiceFilter(empty_label=EVERY, label=_("Vắc xin tiêm được"), choices=())
    age = django_filters.ChoiceFilter(empty_label=EVERY, label=_("Tuổi"), choices=list(AGES.items()))
    state = django_filters.ChoiceFilter(
        empty_label=EVERY, label=_("Tình trạng"), choices=list(STATES.items())
    )
    mobility = django_filters.ChoiceFilter(
        empty_label=EVERY,
        label=_("Đi lại"),
        choices=[
            (value, label) for value, label in Resident.Mobility.choices if value != Resident.Mobility.WALKS
        ],
    )
    residence = django_filters.ChoiceFilter(
        label=_("Cư trú"),
        empty_label=_("Đang ở đây"),
        choices=[("guests", _("Khách, người về quê dịp lễ Tết")), ("all", _("Cả người ở đây và khách"))],
    )
    order = django_filters.ChoiceFilter(label=_("Sắp xếp"), empty_label=None, choices=list(ORDERS.items()))

    NARROWING = ("ward", "neighbourhood", "group", "product", "age", "state", "mobility")

    def __init__(self, data: Mapping[str, str], offered: Offered, on: date) -> None:
        # Nothing is copied and no form is made before somebody asks: most lists are asked for with choices that hold.
        self.offered, self.on = offered, on
        given = {name: str(data[name]) for name in self.base_filters if data.get(name)}
        self.data = self._without_former_neighbourhood(given)
        self.is_bound, self.form_prefix, self.request = True, None, None
        self.queryset = Resident.objects.none()

    @cached_property
    def filters(self) -> dict:
        """What the form is made of, with the choices of this reader."""
        filters = copy.deepcopy(self.base_filters)
        for name, filter_ in filters.items():
            filter_.parent, filter_.model = self, Resident
            filter_.extra["choices"] = self.choices(name)
        filters["neighbourhood"].label = self.label("neighbourhood")
        return filters

    def label(self, name: str) -> str:
        if name == "neighbourhood":
            return installation.word("neighbourhood").capitalize()
        return self.base_filters[name].label

    def choices(self, name: str) -> list[tuple]:
        """What this reader may choose, (value, label); the same for form, address and saved filters."""
        if name not in self._choices:
            match name:
                case "ward":
                    found = [(ALL_WARDS, _("Tất cả phường, xã, có tên")), *self.wards_by_code.items()]
                case "neighbourhood":
                    found = [(str(hood.pk), hood) for hood in self.neighbourhoods]
                case "population":
                    groups = [(group.code, str(group)) for group in self.offered.risk_groups]
                    found = [*groups, (EVERYBODY, _("Tất cả người trong diện tiêm"))]
                case "product":
                    found = [(product.code.lower(), str(product)) for product in self.offered.products]
                case _:
                    found = list(self.base_filters[name].extra["choices"])
            self._choices[name] = found
        return self._choices[name]

    @cached_property
    def _choices(self) -> dict[str, list[tuple]]:
        return {}

    def offers(self, name: str, value: str, among: Mapping[str, str]) -> bool:
        """Whether this reader may choose `value`; a neighbourhood, within the ward of the choices that it stands among."""
        if name not in self.base_filters:
            return False
        if name == "neighbourhood":
            unit = self.wards_by_code.get(among.get("ward", "")) or self._only_ward
            return unit is not None and value in {str(hood.pk) for hood in self.offered.neighbourhoods(unit)}
        return value in {choice for choice, _label in self.choices(name)}

    def is_valid(self) -> bool:
        return self._is_valid

    @cached_property
    def _is_valid(self) -> bool:
        return all(
            value in {choice for choice, _label in self.choices(name)} for name, value in self.data.items()
        )

    def _without_former_neighbourhood(self, given: dict[str, str]) -> dict[str, str]:
        """Who changes the ward leaves its neighbourhood behind; one outside the scope stays, and is refused."""
        hood = given.get("neighbourhood", "")
        unit = self.offered.wards_by_code.get(given.get("ward", ""))
        if unit and hood.isdecimal() and len(hood) < 10:
            elsewhere = Neighbourhood.objects.exclude(ward=unit).filter(self.offered.mine, pk=int(hood))
            if elsewhere.exists():
                return {name: value for name, value in given.items() if name != "neighbourhood"}
        return given

    @property
    def wards_by_code(self) -> dict[str, AdministrativeUnit]:
        return self.offered.wards_by_code

    @property
    def _only_ward(self) -> AdministrativeUnit | None:
        return next(iter(self.wards_by_code.values())) if len(self.wards_by_code) == 1 else None

    @cached_property
    def neighbourhoods(self) -> list[Neighbourhood]:
        """Of the chosen ward, or of the only one; a neighbourhood of another ward is nothing to choose."""
        chosen = self.data.get("ward")
        unit = (self.wards_by_code.get(chosen) if chosen else None) or self._only_ward
        return self.offered.neighbourhoods(unit) if unit else []

    # ---------------------------------------------------------------- what was chosen

    @cached_property
    def chosen(self) -> dict[str, str]:
        """The valid choices that were made, as they stand in an address; nothing personal is among them."""
        return dict(self.data) if self.is_valid() else {}

    @property
    def said(self) -> list[str]:
        """The choices in words, places and population aside."""
        quiet = ("ward", "population", "group", "order")
        return [self.in_words(name) for name in self.chosen if name not in quiet]

    def in_words(self, name: str) -> str:
        """The choice that was made for this filter, as the form calls it."""
        return str(dict(self.choices(name)).get(self.chosen[name], self.chosen[name]))

    @property
    def is_narrowed(self) -> bool:
        return any(self.data.get(name) for name in self.NARROWING)

    @property
    def one_ward(self) -> AdministrativeUnit | None:
        """The one ward that the list is about, chosen or the only one in scope."""
        return self.wards_by_code.get(self.chosen.get("ward", "")) or self._only_ward

    @property
    def ward_ids(self) -> list[int]:
        """The wards that are asked about: the chosen one, or all of the reader's."""
        return [self.one_ward.pk] if self.one_ward else [unit.pk for unit in self.wards_by_code.values()]

    @property
    def risk_group(self) -> RiskGroup | None:
        """The population's definition; None means everybody in the age for vaccination."""
        code = self.chosen.get("population")
        if code == EVERYBODY:
            return None
        return (
            next((group for group in self.offered.risk_groups if group.code == code), None)
            or self.offered.risk_groups[0]
        )

    @property
    def population_words(self) -> str:
        """Whom the list is about, in words; children who wait for guidance are of none of the risk groups."""
        if self.chosen.get("group") == WAITING:
            return gettext("Trẻ em thuộc lứa tuổi chưa có hướng dẫn")
        return str(self.risk_group or gettext("Tất cả người trong diện tiêm"))

    @property
    def chosen_order(self) -> str:
        return self.chosen.get("order", "risk")

    # ---------------------------------------------------------------- narrowing

    def narrowed(self, rows: QuerySet, *, leave_out: Iterable[str] = ()) -> QuerySet:
        """`rows` under the filters chosen, some of them left out; none while a value is wrong."""
        return rows.filter(self.condition(leave_out=leave_out)) if self.is_valid() else rows.none()

    def condition(self, *, leave_out: Iterable[str] = ()) -> Q:
        """The filters together. Without `group` people who are not on the list come too."""
        together = Q()
        waiting = "group" not in leave_out and self.chosen.get("group") == WAITING
        for name, condition in self._conditions.items():
            if name not in leave_out and not (waiting and name == "population"):
                together &= condition
        return together

    @cached_property
    def _conditions(self) -> dict[str, Q]:
        """Per filter what it asks; population, residence and group ask something even where nothing was chosen."""
        always = ("population", "residence", "group")
        asked = {}
        for name in self.base_filters:
            value = self.chosen.get(name, "")
            if value or name in always:
                asked[name] = getattr(self, f"_{name}")(value)
        return asked

    def _ward(self, value: str) -> Q:
        return Q() if value == ALL_WARDS else Q(ward=self.wards_by_code[value])

    def _neighbourhood(self, value: str) -> Q:
        return Q(household__neighbourhood_id=int(value))

    def _population(self, value: str) -> Q:
        group = self.risk_group
        return Q() if group is None else membership(group, self.on)

    def _residence(self, value: str) -> Q:
        return Q(residence__in=RESIDENCE[value or "residing"])

    def _group(self, value: str) -> Q:
        """Without a choice: everybody on the list. Contraindicated people stand on a page of their own."""
        if value == CONTRAINDICATED:
            return Q(state=State.CONTRAINDICATED)
        if value == WAITING:
            return self.waiting
        if value == NOT_SURVEYED:
            return survey.not_surveyed(self.on)
        listed = Q(state__in=ON_LIST)
        return listed & Q(group=value) if value else listed

    @cached_property
    def waiting(self) -> Q:
        """Children of an age without guidance: of every population, since none of the risk groups is about them."""
        rules = self.rules
        return stored_states.waiting(rules, self.on, forecast="forecast__") if rules else Q(pk__in=[])

    @cached_property
    def rules(self) -> RuleSet | None:
        """The rules in force on the day of the list; None before the first."""
        name = self.offered.rule_family
        return load_family(name).in_force(self.on) if name else None

    def _product(self, value: str) -> Q:
        return Q(forecast__products__contains=[value.upper()])

    def _age(self, value: str) -> Q:
        return Q(age_band=int(value))

    def _state(self, value: str) -> Q:
        return Q(state=value.upper())

    def _mobility(self, value: str) -> Q:
        return Q(mobility=value)

    def _order(self, value: str) -> Q:
        return Q()
