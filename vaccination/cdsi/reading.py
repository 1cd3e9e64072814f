"""The publisher's XML ("antigen supporting data") as a frozen schedule.

Strict: an element that is not known, and one that is known but filled with something the engine does not evaluate
(conditional skips, seasons, recurring doses, risk indications, several series groups …), is a ScheduleError with its
line. A schedule that would be half understood is not loaded.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from types import MappingProxyType
from xml.parsers import expat

from vaccination.cdsi.durations import Duration
from vaccination.cdsi.schedule import (
    AgeRule,
    Contraindication,
    Interval,
    Schedule,
    Series,
    TargetDose,
    Vaccine,
)
from vaccination.schedule_fields import ScheduleError, read
from vaccination.schedule_files import FOLDER, load_products

CDSI_FOLDER = FOLDER / "cdsi"
DESCRIPTION_FIELDS = {
    "family", "method", "programme", "jurisdiction", "status", "title_vi", "title_en", "about", "data",
}  # fmt: skip


class Node:
    """An element with its line. Each element that is asked for is crossed off; `done` complains about the rest."""

    def __init__(self, file: str, tag: str, line: int) -> None:
        self.file, self.tag, self.line = file, tag, line
        self.text = ""
        self.children: list[Node] = []
        self.asked: set[str] = set()

    def fail(self, problem: str) -> ScheduleError:
        return ScheduleError(self.file, self.line, self.tag, problem)

    def all(self, tag: str) -> "list[Node]":
        """The elements of that name that say something."""
        self.asked.add(tag)
        return [child for child in self.children if child.tag == tag and child.is_filled]

    @property
    def is_filled(self) -> bool:
        return bool(self.text.strip()) or any(child.is_filled for child in self.children)

    def one(self, tag: str) -> "Node":
        found = self.all(tag)
        if len(found) != 1:
            raise self.fail(f"{tag} must be given once, not {len(found)} times")
        return found[0]

    def value(self, tag: str) -> str:
        """The text of the element; empty if it says nothing."""
        found = self.all(tag)
        if len(found) > 1:
            raise self.fail(f"{tag} is given twice")
        return found[0].text.strip() if found else ""

    def needed(self, tag: str) -> str:
        return self.one(tag).text.strip()

    def duration(self, tag: str) -> Duration | None:
        text = self.value(tag)
        try:
            return Duration.parse(text) if text else None
        except ValueError as error:
            raise self.fail(f"{tag}: {error}") from None

    def number(self, tag: str, parse: Callable[[str], float]) -> float | None:
        text = self.value(tag)
        try:
            return parse(text) if text else None
        except ValueError:
            raise self.fail(f"{tag}: {text!r} is not a number") from None

    def flag(self, tag: str, default: str | None = None) -> bool:
        text = self.value(tag) or default
        if text not in ("Y", "Yes", "N", "No"):
            raise self.fail(f"{tag} must be Yes or No")
        return text in ("Y", "Yes")

    def unread(self, *tags: str) -> None:
        """Elements that the engine does not evaluate: they must say nothing."""
        for tag in tags:
            for child in self.all(tag):
                raise child.fail("says something that this engine does not evaluate")

    def said_to_people(self, *tags: str) -> None:
        """Elements for a reader; nothing is computed from them."""
        self.asked.update(tags)

    def done(self) -> None:
        for child in self.children:
            if child.tag not in self.asked:
                raise child.fail("is not an element known here")


def schedule_codes() -> list[str]:
    """The rule sets of this method that are shipped. They are in no menu: `eligibility.family_codes` has the others."""
    return sorted(path.stem.upper() for path in CDSI_FOLDER.glob("*.json"))


@cache
def load_schedule(code: str) -> Schedule:
    """A shipped schedule; LookupError for an unknown code, ScheduleError for a fault in its files."""
    if code not in schedule_codes():
        raise LookupError(f"there are no rules {code}")
    return read_schedule(CDSI_FOLDER / f"{code.lower()}.json")


def read_schedule(description: Path) -> Schedule:
    """The schedule that a description (JSON) and the publisher's file beside it make."""
    fields = read(description)
    fields.only(DESCRIPTION_FIELDS)
    fields.choice("method", ("cdsi",))
    for field in ("programme", "jurisdiction", "about"):
        fields.text(field)
    root = _parse(description.parent / fields.text("data"))
    products = load_products()
    series = sorted((_series(node) for node in root.all("series")), key=lambda series: series.preference)
    if not series:
        raise root.fail("there is no series")
    if sum(one.is_default for one in series) > 1:
        raise root.fail("more than one series is the default one")
    if len({(node.one("selectSeries").needed("seriesGroup")) for node in root.all("series")}) > 1:
        raise root.fail("there is more than one series group")
    root.unread("immunity")
    schedule = Schedule(
        code=fields.text("family"),
        title_vi=fields.text("title_vi"),
        title_en=fields.text("title_en"),
        status=fields.choice("status", ("draft", "active", "historic")),
        series=tuple(series),
        contraindications=tuple(_contraindications(root)),
        products=MappingProxyType(products),
        by_cvx=MappingProxyType({cvx: product.code for product in products.values() for cvx in product.cvx}),
    )
    root.done()
    return schedule


def _parse(path: Path) -> Node:
    parser = expat.ParserCreate()
    top = Node(path.name, "(file)", 1)
    open_nodes = [top]

    def start(tag: str, attributes: dict[str, str]) -> None:
        node = Node(path.name, tag, parser.CurrentLineNumber)
        if attributes:
            raise node.fail("attributes are not known here")
        open_nodes[-1].children.append(node)
        open_nodes.append(node)

    def end(tag: str) -> None:
        open_nodes.pop()

    def text(data: str) -> None:
        open_nodes[-1].text += data

    def entity(*_: object) -> None:
        raise ScheduleError(path.name, parser.CurrentLineNumber, "(syntax)", "entities are not expected here")

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    parser.EntityDeclHandler = entity
    try:
        parser.Parse(path.read_bytes(), True)
    except OSError:
        raise ScheduleError(path.name, 0, "(file)", "cannot be read") from None
    except expat.ExpatError as error:
        raise ScheduleError(path.name, error.lineno, "(syntax)", expat.ErrorString(error.code)) from None
    return top.one("antigenSupportingData")


def _series(node: Node) -> Series:
    node.said_to_people("targetDisease", "vaccineGroup", "seriesAdminGuidance")
    node.unread("requiredGender", "equivalentSeriesGroups", "indication")
    if node.needed("seriesType") != "Standard":
        raise node.fail("only series of the type Standard are read")
    select = node.one("selectSeries")
    select.said_to_people("seriesGroupName", "seriesGroup", "seriesPriority")
    select.unread("minAgeToStart", "maxAgeToStart")
    doses = tuple(_target_dose(child, number) for number, child in enumerate(node.all("seriesDose"), 1))
    if not doses:
        raise node.fail("there is no seriesDose")
    series = Series(
        name=node.needed("seriesName"),
        is_default=select.flag("defaultSeries"),
        product_path=select.flag("productPath"),
        preference=int(select.number("seriesPreference", int) or 0),
        doses=doses,
    )
    select.done()
    node.done()
    return series


def _target_dose(node: Node, number: int) -> TargetDose:
    if node.needed("doseNumber") != f"Dose {number}":
        raise node.fail(f"doseNumber must be 'Dose {number}'")
    if node.flag("recurringDose", "No"):
        raise node.fail("recurringDose: recurring doses are not evaluated")
    node.unread("conditionalSkip", "seasonalRecommendation")
    ages = node.all("age")
    if len(ages) > 1:
        raise ages[1].fail("is given twice")
    found = TargetDose(
        number=number,
        age=_age(ages[0]) if ages else AgeRule(),
        intervals=tuple(_interval(child, number) for child in node.all("interval")),
        allowable_intervals=tuple(
            _allowable_interval(child, number) for child in node.all("allowableInterval")
        ),
        preferable=tuple(_preferable(child) for child in node.all("preferableVaccine")),
        allowable=tuple(_vaccine(child) for child in node.all("allowableVaccine")),
        inadvertent=frozenset(_inadvertent(child) for child in node.all("inadvertentVaccine")),
    )
    if not found.preferable:
        raise node.fail("there is no preferableVaccine")
    node.done()
    return found


def _age(node: Node) -> AgeRule:
    node.unread("effectiveDate", "cessationDate")
    rule = AgeRule(*map(node.duration, ("absMinAge", "minAge", "earliestRecAge", "latestRecAge", "maxAge")))
    node.done()
    return rule


def _interval(node: Node, number: int) -> Interval:
    node.unread("fromRelevantObs", "intervalPriority", "effectiveDate", "cessationDate")
    lengths = map(node.duration, ("absMinInt", "minInt", "earliestRecInt", "latestRecInt"))
    codes = frozenset(code.strip() for code in node.value("fromMostRecent").split(";") if code.strip())
    return _checked(node, Interval(node.flag("fromPrevious"), _from_target(node, number), codes, *lengths))


def _allowable_interval(node: Node, number: int) -> Interval:
    node.unread("effectiveDate", "cessationDate")
    return _checked(
        node,
        Interval(
            node.flag("fromPrevious"), _from_target(node, number), frozenset(), node.duration("absMinInt")
        ),
    )


def _checked(node: Node, interval: Interval) -> Interval:
    if sum(map(bool, (interval.from_previous, interval.from_target, interval.from_cvx))) != 1:
        raise node.fail("must count from one thing: fromPrevious, fromTargetDose or fromMostRecent")
    node.done()
    return interval


def _from_target(node: Node, number: int) -> int | None:
    found = node.number("fromTargetDose", int)
    if found is not None and not 1 <= found < number:
        raise node.fail("fromTargetDose must be an earlier dose")
    return None if found is None else int(found)


def _vaccine(node: Node, volume_ml: float | None = None) -> Vaccine:
    found = Vaccine(
        cvx=node.needed("cvx"),
        name=node.needed("vaccineType"),
        begin=node.duration("beginAge"),
        end=node.duration("endAge"),
        volume_ml=volume_ml,
    )
    node.done()
    return found


def _preferable(node: Node) -> Vaccine:
    node.unread("tradeName", "mvx")  # a history line names no trade name and no manufacturer
    node.said_to_people("forecastVaccineType")
    return _vaccine(node, node.number("volume", float))


def _inadvertent(node: Node) -> str:
    node.said_to_people("vaccineType")
    cvx = node.needed("cvx")
    node.done()
    return cvx


def _contraindications(root: Node) -> Iterator[Contraindication]:
    for top in root.all("contraindications"):
        for group in top.all("vaccineGroup"):
            yield from _of_group(group.all("contraindication"))
            group.done()
        for vaccine in top.all("vaccine"):
            yield from _of_vaccine(vaccine.all("contraindication"))
            vaccine.done()
        top.done()


def _of_group(nodes: Iterable[Node]) -> Iterator[Contraindication]:
    for node in nodes:
        node.said_to_people("contraindicationText", "contraindicationGuidance")
        begin, end = node.duration("beginAge"), node.duration("endAge")
        yield Contraindication(node.needed("observationCode"), node.needed("observationTitle"), begin, end)
        node.done()


def _of_vaccine(nodes: Iterable[Node]) -> Iterator[Contraindication]:
    for node in nodes:
        node.said_to_people("contraindicationText", "contraindicationGuidance")
        code, title = node.needed("observationCode"), node.needed("observationTitle")
        for vaccine in map(_vaccine, node.all("contraindicatedVaccine")):
            yield Contraindication(code, title, vaccine.begin, vaccine.end, vaccine.cvx)
        node.done()
