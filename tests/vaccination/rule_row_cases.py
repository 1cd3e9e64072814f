"""Cases for every row of the Vietnamese rule file: the day before its limit, the day, the day after.

Worked out by hand from the texts (the dates beside a case say how), keyed by the row that decides them. All people here are
synthetic. `test_rule_rows` asks them, and asks them again of files in which the row says something else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tests.vaccination.written_histories import counted, day, following, person
from vaccination.eligibility import Family, Infection, Person, forecast, reasons_on, state_on

SUPPRESSED = (3, 5, 10, 15, 18)  # the conditions of moderate or severe immunosuppression


@dataclass(frozen=True)
class Case:
    """What one person is told on one day; of the answer only what is named in `expected` is compared."""

    someone: Person
    on: str
    expected: Mapping[str, Any]

    def answer(self, family: Family) -> dict[str, Any]:
        on = day(self.on)
        found = forecast(self.someone, on, family)
        said = {reason.code: reason for reason in reasons_on(found, on)}
        waiting = said.get("WAITING_GUIDANCE")
        everything = {
            "state": state_on(found, on).value,
            "next": following(found),
            "due": _iso(found.due_on),
            "overdue": _iso(found.overdue_on),
            "until": _iso(found.deferred_until),
            "products": " ".join(found.products),
            "last": counted(found)[-1] if found.doses else "",
            "waiting": f"{waiting.params['min_age']}-{waiting.params['max_age']}" if waiting else "",
            "ref": next((r.params["ref"][1] for r in said.values() if "ref" in r.params), ""),
            "said": set(said),
            "rows": {row.key for row in family.at(on).rows},
        }
        return {name: everything[name] for name in self.expected}

    def holds(self, family: Family) -> bool:
        answer = self.answer(family)
        return all(
            value <= answer[name] if isinstance(value, set) else value == answer[name]
            for name, value in self.expected.items()
        )


def _iso(value: date | None) -> str | None:
    return value.isoformat() if value else None


CASES: dict[str, list[Case]] = {}


def row(name: str, *cases: "Case | list[Case]") -> None:
    flat = [one for case in cases for one in (case if isinstance(case, list) else [case])]
    CASES.setdefault(name, []).extend(flat)


def on(when: str, given: str | None = "", *, expect: dict[str, Any] | None = None, **facts: Any) -> Case:
    """One question. What is not a fact about the person is what the answer must say."""
    about = {name: facts.pop(name) for name in list(facts) if name in PERSON}
    return Case(person(given, **about), when, (expect or {}) | facts)


PERSON = {
    "born", "conditions", "pregnant", "infected", "screened", "province", "priority_group",
}  # fmt: skip


def limit(first: str, given: str | None, before: Any, after: Any, **facts: Any) -> list[Case]:
    """The same person on the day before `first`, on it, and on the day after it: `before`, then twice `after`.

    `before` and `after` are states, or what else the answer must say.
    """
    days = [(day(first) + timedelta(step)).isoformat() for step in (-1, 0, 1)]
    return [
        on(when, given, expect=said if isinstance(said, dict) else {"state": said}, **facts)
        for when, said in zip(days, (before, after, after), strict=True)
    ]


def dose(
    first: str, before: str, given: str, product: str, verdict: str, refused: str, **facts: Any
) -> list[Case]:
    """A last dose of `product` on the day before `first`, on it, and on the day after: refused, then counted twice."""
    days = [(day(first) + timedelta(step)).isoformat() for step in (-1, 0, 1)]
    verdicts = (refused, verdict, verdict)
    history = f"{given}, " if given else ""
    return [
        on(before, f"{history}{product} {when}", last=said, **facts)
        for when, said in zip(days, verdicts, strict=True)
    ]


def ill(
    case: Case, confirmed: str | None, recovered: str | None = None, discharged: str | None = None
) -> Case:
    infection = Infection(*(day(one) if one else None for one in (confirmed, recovered, discharged)))
    return Case(case.someone._replace(infections=(infection,)), case.on, case.expected)


LATER = "2022-09-01"  # a day on which every dose below has been given
NOW = "2022-02-06"

# ---------------------------------------------------------------- ages
# fmt: off

row("AGE.adult@2021-03-08",
    on("2021-03-08", state="DUE", products="AZ SPU"),
    limit("2021-09-02", "", "NOT_ELIGIBLE_AGE", "DUE", born="2003-09-02"),
    on("2021-12-01", products="AZ PFZ MOD VERO HAYAT SPU JAN ABD COV"),
    dose("2021-09-02", NOW, "", "AZ", "BASIC 1", "AGE", born="2003-09-02"))
row("AGE.teen@2021-10-14",
    limit("2021-10-14", "", "NOT_ELIGIBLE_AGE", {"state": "DUE", "products": "PFZ"}, born="2009-10-14"),
    limit("2021-11-20", "", "NOT_ELIGIBLE_AGE", {"state": "DUE", "products": "PFZ"}, born="2009-11-20"),
    dose("2021-10-14", NOW, "", "PFZ", "BASIC 1", "AGE", born="2006-01-01"),
    dose("2021-11-20", NOW, "", "PFZ", "BASIC 1", "AGE", born="2009-11-20"),
    on(NOW, "AZ 2021-12-01", born="2006-01-01", last="AGE.product"),
    limit("2021-12-10", "", {"products": "PFZ"}, {"products": "AZ PFZ MOD VERO HAYAT SPU JAN ABD COV"}, born="2003-12-10"))
row("AGE.child@2022-03-28",
    limit("2022-03-28", "", "NOT_ELIGIBLE_AGE", {"state": "DUE", "products": "PFZ-P"}, born="2017-03-28"),
    limit("2022-05-20", "", "NOT_ELIGIBLE_AGE", {"state": "DUE", "products": "PFZ-P"}, born="2017-05-20"),
    limit("2022-03-29", "", {"products": "PFZ-P"}, {"products": "PFZ-P MOD"}, born="2016-03-29"),
    limit("2022-04-01", "", {"products": "PFZ-P MOD"}, {"products": "PFZ"}, born="2010-04-01"),
    dose("2022-05-20", LATER, "", "MOD", "BASIC 1", "AGE.product", born="2016-05-20"),
    dose("2022-03-28", LATER, "", "PFZ-P", "BASIC 1", "AGE", born="2015-01-01"),
    on(LATER, "MOD 2022-04-10 0.25ml", born="2013-01-01", last="BASIC 1"),
    on(LATER, "MOD 2022-04-10 0.5ml", born="2013-01-01", last="BASIC 1 (VOLUME)"),
    on(LATER, "PFZ-P 2022-04-10 0.2ml", born="2013-01-01", last="BASIC 1"),
    on(LATER, "PFZ-P 2022-04-10 0.3ml", born="2013-01-01", last="BASIC 1 (VOLUME)"))
# 12 on 10 October 2021, 5 on that day too
row("WAIT.teen@2021-03-08",
    on("2021-03-08", born="2007-01-01", state="NOT_ELIGIBLE_AGE", waiting="12-18"),
    limit("2021-10-10", "", {"waiting": "5-12"}, {"waiting": "12-18"}, born="2009-10-10"),
    limit("2021-10-12", "", {"state": "NOT_ELIGIBLE_AGE", "waiting": "12-18"}, {"state": "DUE", "waiting": ""}, born="2003-10-12"),
    limit("2021-10-14", "", {"waiting": "12-18"}, {"state": "DUE", "waiting": ""}, born="2007-01-01"))
row("WAIT.child@2021-03-08",
    on("2021-03-08", born="2012-01-01", state="NOT_ELIGIBLE_AGE", waiting="5-12"),
    limit("2021-10-10", "", {"waiting": ""}, {"waiting": "5-12"}, born="2016-10-10"),
    limit("2022-03-28", "", {"state": "NOT_ELIGIBLE_AGE", "waiting": "5-12"}, {"state": "DUE", "waiting": ""}, born="2015-01-01"))

# ---------------------------------------------------------------- basic intervals

row("INT.basic.AZ@2021-03-08",  # 8 weeks: 1 April + 56 days = 27 May; 12 weeks: + 84 = 24 June
    on("2021-03-08", "AZ 2021-03-08", due="2021-05-03", overdue="2021-05-31"),
    dose("2021-05-27", NOW, "AZ 2021-04-01", "AZ", "BASIC 2", "TOO_EARLY"),
    limit("2021-05-27", "AZ 2021-04-01", "NOT_YET_DUE", "DUE"),
    limit("2021-06-25", "AZ 2021-04-01", "DUE", "OVERDUE"))
row("INT.basic.AZ@2021-09-20",  # 20 August + 6 weeks = 1 October, + 8 weeks = 15 October, + 12 weeks = 12 November
    dose("2021-10-01", NOW, "AZ 2021-08-20", "AZ", "BASIC 2", "TOO_EARLY", province="79"),
    dose("2021-10-15", NOW, "AZ 2021-08-20", "AZ", "BASIC 2", "TOO_EARLY", province="27"),
    dose("2021-10-15", NOW, "AZ 2021-08-20", "PFZ", "BASIC 2", "TOO_EARLY"),
    # who is six weeks from the first dose on 20 September, the day on which the province may decide
    dose("2021-09-20", NOW, "AZ 2021-08-01", "AZ", "BASIC 2", "TOO_EARLY", province="79"),
    limit("2021-10-01", "AZ 2021-08-20", "NOT_YET_DUE", "DUE", province="79"),
    limit("2021-11-13", "AZ 2021-08-20", "DUE", "OVERDUE"))
row("INT.basic.PFZ@2021-07",  # 21 days; overdue after 28
    dose("2021-08-22", NOW, "PFZ 2021-08-01", "PFZ", "BASIC 2", "TOO_EARLY"),
    dose("2021-06-26", NOW, "PFZ 2021-06-05", "PFZ", "BASIC 2", "TOO_EARLY"),  # read from a later text
    limit("2021-12-31", "PFZ 2021-12-10", "NOT_YET_DUE", "DUE"),
    limit("2022-01-08", "PFZ 2021-12-10", "DUE", "OVERDUE"))
row("INT.basic.MOD@2021-07",
    dose("2021-08-29", NOW, "MOD 2021-08-01", "MOD", "BASIC 2", "TOO_EARLY"),
    limit("2021-08-29", "MOD 2021-08-01", "NOT_YET_DUE", "DUE"),
    on("2022-08-01", "MOD 2021-08-01", state="DUE", overdue=None))
row("INT.basic.VERO@2021-07",
    dose("2021-08-22", NOW, "VERO 2021-08-01", "VERO", "BASIC 2", "TOO_EARLY"),
    dose("2021-10-22", NOW, "HAYAT 2021-10-01", "HAYAT", "BASIC 2", "TOO_EARLY"),
    dose("2021-10-22", NOW, "VERO 2021-10-01", "HAYAT", "BASIC 2", "TOO_EARLY"),
    limit("2021-08-22", "VERO 2021-08-01", "NOT_YET_DUE", "DUE"),
    limit("2021-08-30", "VERO 2021-08-01", "DUE", "OVERDUE"))
row("INT.basic.SPU@2021-04",
    dose("2021-05-22", NOW, "SPU 2021-05-01", "SPU", "BASIC 2", "TOO_EARLY"),
    limit("2021-05-22", "SPU 2021-05-01", "NOT_YET_DUE", "DUE"))
row("INT.basic.ABD@2021-09",  # three doses 14 days apart
    dose("2021-10-15", NOW, "ABD 2021-10-01", "ABD", "BASIC 2", "TOO_EARLY"),
    dose("2021-10-29", NOW, "ABD 2021-10-01, ABD 2021-10-15", "ABD", "BASIC 3", "TOO_EARLY"),
    limit("2021-10-29", "ABD 2021-10-01, ABD 2021-10-15", "NOT_YET_DUE", "DUE"))
row("INT.basic.COV@2021-07",
    dose("2021-12-03", NOW, "COV 2021-11-05", "COV", "BASIC 2", "TOO_EARLY"),
    limit("2021-12-03", "COV 2021-11-05", "NOT_YET_DUE", "DUE"))
row("INT.basic.PFZ-P@2022-04",
    dose("2022-05-01", LATER, "PFZ-P 2022-04-10", "PFZ-P", "BASIC 2", "TOO_EARLY", born="2015-05-05"),
    limit("2022-05-01", "PFZ-P 2022-04-10", "NOT_YET_DUE", "DUE", born="2015-05-05"))
row("INT.basic.MOD.child@2022-04",
    dose("2022-05-08", LATER, "MOD 2022-04-10", "MOD", "BASIC 2", "TOO_EARLY", born="2015-05-05"),
    limit("2022-05-08", "MOD 2022-04-10", "NOT_YET_DUE", "DUE", born="2015-05-05"),
    limit("2022-04-01", "MOD 2022-03-28", {"said": {"INT.basic.MOD"}}, {"said": {"INT.basic.MOD.child"}}, born="2015-05-05"),
    limit("2022-05-20", "MOD 2022-04-10", {"said": {"INT.basic.MOD.child"}}, {"said": {"INT.basic.MOD"}}, born="2010-05-20"))

# ---------------------------------------------------------------- mixing

row("MIX.basic@2021-03-08",
    on("2021-03-08", "AZ 2021-03-08", products="AZ"),
    on(NOW, "AZ 2021-04-01, PFZ 2021-06-10", last="MIX.basic"),
    on(NOW, "VERO 2021-08-01, PFZ 2021-12-20", last="MIX.basic"))
row("MIX.basic@2021-07-22",
    dose("2021-07-22", NOW, "AZ 2021-05-01", "PFZ", "BASIC 2", "MIX.basic"),
    limit("2021-07-22", "AZ 2021-05-01", {"products": "AZ"}, {"products": "AZ PFZ"}),
    on(NOW, "PFZ 2021-08-01, AZ 2021-12-20", last="MIX.basic"))
row("MIX.basic@2021-09-10",
    dose("2021-09-10", NOW, "PFZ 2021-08-01", "MOD", "BASIC 2", "MIX.basic"),
    dose("2021-09-10", NOW, "MOD 2021-08-01", "PFZ", "BASIC 2", "MIX.basic"),
    limit("2021-09-10", "PFZ 2021-08-01", {"products": "PFZ"}, {"products": "PFZ"}))  # Moderna only in shortage
row("MIX.basic@2021-12-12",
    dose("2021-12-12", NOW, "AZ 2021-10-01", "MOD", "BASIC 2", "MIX.basic"),
    dose("2021-12-22", NOW, "PFZ 2021-12-01", "MOD", "BASIC 2", "TOO_EARLY"),  # the interval of Pfizer: 21 days
    dose("2021-12-15", NOW, "AZ 2021-10-20", "MOD", "BASIC 2", "TOO_EARLY"),  # the interval of AstraZeneca: 8 weeks
    on("2021-12-20", "AZ 2021-10-01", products="AZ PFZ"))
row("MIX.child@2022-03-28",
    on(LATER, "PFZ-P 2022-03, MOD 2022-03-28", born="2013-01-01", last="MIX.child"),
    on(LATER, "PFZ-P 2022-04-10, MOD 2022-05-10", born="2013-01-01", last="MIX.child"),
    on(LATER, "PFZ-P 2022-04-10, MOD 2022-05-10", born="2011-01-01", last="MIX.child"),
    # 12 on 8 May: what was Moderna for a child may be Pfizer for a teenager in shortage
    on(LATER, "MOD 2022-04-10, PFZ 2022-05-08", born="2010-05-08", last="BASIC 2"))

# ---------------------------------------------------------------- additional dose

PFZ_NOVEMBER, VERO_NOVEMBER = "PFZ 2021-11-01, PFZ 2021-11-22", "VERO 2021-11-05, VERO 2021-11-26"
row("ADD@2021-12-01",  # 22 November + 28 days = 20 December; 8 November + 28 = 6 December
    dose("2021-12-06", NOW, "PFZ 2021-10-10, PFZ 2021-11-08", "PFZ", "ADDITIONAL 1", "TOO_EARLY", conditions=(10,)),
    dose("2021-12-01", NOW, "PFZ 2021-08-01, PFZ 2021-08-22", "PFZ", "ADDITIONAL 1", "NOT_IN_SCHEDULE", conditions=(10,)),
    limit("2021-12-01", "PFZ 2021-08-01, PFZ 2021-08-22", "COMPLETE", {"state": "DUE", "next": "ADDITIONAL 1"}, conditions=(5,)),
    limit("2021-12-06", "PFZ 2021-10-10, PFZ 2021-11-08", "NOT_YET_DUE", {"state": "DUE", "overdue": None}, conditions=(5,)),
    limit("2021-12-10", "PFZ 2021-10-15, PFZ 2021-11-05", "COMPLETE", {"next": "ADDITIONAL 1"}, conditions=(5,), born="2003-12-10"),
    [on("2021-12-10", PFZ_NOVEMBER, conditions=(one,), next="ADDITIONAL 1") for one in SUPPRESSED],
    [on("2021-12-10", PFZ_NOVEMBER, conditions=(one,), next="BOOSTER 1") for one in range(1, 21) if one not in SUPPRESSED],
    on("2021-12-10", VERO_NOVEMBER, next="BOOSTER 1"))
row("ADD@2021-12-17",  # 26 November + 28 days = 24 December, + 3 months = 26 February
    dose("2021-12-24", LATER, VERO_NOVEMBER, "VERO", "ADDITIONAL 1", "TOO_EARLY"),
    dose("2021-12-17", NOW, "VERO 2021-10-01, VERO 2021-10-22", "VERO", "ADDITIONAL 1", "TOO_EARLY"),
    limit("2021-12-17", "VERO 2021-10-01, VERO 2021-10-22", {"next": "BOOSTER 1"}, {"next": "ADDITIONAL 1"}),
    limit("2021-12-24", VERO_NOVEMBER, "NOT_YET_DUE", "DUE"),
    dose("2022-02-27", LATER, VERO_NOVEMBER, "PFZ", "BOOSTER 1", "ADDITIONAL 1"),
    limit("2022-02-27", VERO_NOVEMBER, {"next": "ADDITIONAL 1", "overdue": "2022-02-26"}, {"next": "BOOSTER 1"}),
    [on("2021-12-26", f"{one} 2021-11-05, {one} 2021-11-26", next="ADDITIONAL 1") for one in ("VERO", "HAYAT", "SPU")],
    [on("2021-12-26", f"{one} 2021-11-05, {one} 2021-12-03", next="BOOSTER 1") for one in ("PFZ", "MOD")],
    [on("2021-12-26", PFZ_NOVEMBER, conditions=(one,), next="ADDITIONAL 1") for one in SUPPRESSED],
    dose("2021-12-20", NOW, PFZ_NOVEMBER, "PFZ", "ADDITIONAL 1", "TOO_EARLY", conditions=(10,)))
row("ADD.product@2021-12-17",
    on("2021-12-26", VERO_NOVEMBER, products="PFZ MOD VERO HAYAT"),
    on("2021-12-10", PFZ_NOVEMBER, conditions=(5,), products="PFZ MOD"),
    on(NOW, f"{VERO_NOVEMBER}, AZ 2021-12-24", last="ADD.product"),
    on(NOW, f"{VERO_NOVEMBER}, MOD 2021-12-24 0.5ml", last="ADDITIONAL 1"),
    on(NOW, f"{VERO_NOVEMBER}, MOD 2021-12-24 0.25ml", last="ADDITIONAL 1 (VOLUME)"))

# ---------------------------------------------------------------- boosters

row("BST1@2021-12-01",  # 10 June + 6 months = 10 December
    dose("2021-12-10", NOW, "AZ 2021-04-10, AZ 2021-06-10", "AZ", "BOOSTER 1", "TOO_EARLY"),
    dose("2021-12-01", NOW, "AZ 2021-03-20, AZ 2021-05-20", "AZ", "BOOSTER 1", "NOT_IN_SCHEDULE"),
    limit("2021-12-01", "AZ 2021-03-20, AZ 2021-05-20", "COMPLETE", "DUE"),
    limit("2021-12-10", "AZ 2021-04-10, AZ 2021-06-10", "NOT_YET_DUE", "DUE"),
    limit("2021-12-05", "PFZ 2021-10-15, PFZ 2021-11-05", "COMPLETE", {"next": "BOOSTER 1"}, born="2003-12-05"),
    on("2021-12-16", "PFZ 2021-08-01, PFZ 2021-08-22, PFZ 2021-12-05", conditions=(10,), due="2022-06-05"))
row("BST1@2021-12-17",  # 1 October + 3 months = 1 January; 31 August + 3 months = 30 November
    dose("2022-01-01", NOW, "PFZ 2021-09-01, PFZ 2021-10-01", "PFZ", "BOOSTER 1", "TOO_EARLY"),
    dose("2021-12-17", NOW, "AZ 2021-06-01, AZ 2021-08-03", "AZ", "BOOSTER 1", "TOO_EARLY"),
    limit("2021-12-17", "AZ 2021-06-01, AZ 2021-08-31", "NOT_YET_DUE", {"state": "DUE", "due": "2021-11-30"}),
    limit("2022-02-25", "PFZ 2021-10-20, PFZ 2021-11-25", "NOT_YET_DUE", "DUE"),
    # 24 December + 3 months: the additional dose restarts the clock
    limit("2022-03-24", f"{VERO_NOVEMBER}, PFZ 2021-12-24", "NOT_YET_DUE", "DUE"))
row("BST1.priority@2021-12-01",
    limit("2021-12-01", "", {"rows": set()}, {"rows": {"BST1.priority"}}))
ABDALA = "ABD 2021-10-01, ABD 2021-10-15, ABD 2021-10-29"
row("BST1.product@2021-12-17",
    on(NOW, "AZ 2021-06-01, AZ 2021-08-03", products="AZ PFZ MOD"),
    on(NOW, "AZ 2021-06-01, PFZ 2021-08-03", products="PFZ MOD"),
    on(NOW, "PFZ 2021-08-01, PFZ 2021-08-22", products="PFZ MOD"),
    on(NOW, ABDALA, products="PFZ MOD ABD"),
    on(NOW, "VERO 2021-08-01, VERO 2021-08-22", products="AZ PFZ MOD VERO HAYAT"),
    on(NOW, "HAYAT 2021-09-11, HAYAT 2021-10-02", products="AZ PFZ MOD VERO HAYAT"),
    on(NOW, "AZ 2021-06-01, AZ 2021-08-03, VERO 2022-01-15", last="BST1.product"),
    on(NOW, "AZ 2021-06-01, PFZ 2021-08-03, AZ 2022-01-15", last="BST1.product"),
    on(NOW, "MOD 2021-08-01, MOD 2021-09-01, MOD 2022-01-15 0.5ml", last="BOOSTER 1 (VOLUME)"),
    on(NOW, "MOD 2021-08-01, MOD 2021-09-01, MOD 2022-01-15 0.25ml", last="BOOSTER 1"))
row("BST1.product@2022-03",
    limit("2022-03-01", "PFZ 2021-08-01, PFZ 2021-08-22", {"products": "PFZ MOD"}, {"products": "AZ PFZ MOD"}),
    dose("2022-03-01", LATER, "MOD 2021-08-01, MOD 2021-09-01", "AZ", "BOOSTER 1", "BST1.product"),
    on("2028-05-05", "PFZ-P 2022-04-10, PFZ-P 2022-05-01", born="2010-05-05", products="AZ PFZ MOD"))
row("BST1.teen@2022-06-17",  # 22 December + 5 months = 22 May; 1 February + 5 = 1 July; 10 May + 5 = 10 October
    limit("2022-06-17", "PFZ 2021-12-01, PFZ 2021-12-22", "COMPLETE", {"state": "DUE", "due": "2022-05-22"}, born="2008-05-05"),
    limit("2022-07-01", "PFZ 2022-01-01, PFZ 2022-02-01", "NOT_YET_DUE", "DUE", born="2008-05-05"),
    dose("2022-07-01", LATER, "PFZ 2022-01-01, PFZ 2022-02-01", "PFZ", "BOOSTER 1", "TOO_EARLY", born="2008-05-05"),
    dose("2022-06-17", LATER, "PFZ 2021-12-01, PFZ 2021-12-22", "PFZ", "BOOSTER 1", "NOT_IN_SCHEDULE", born="2008-05-05"),
    limit("2022-10-20", "PFZ-P 2022-04-10, PFZ-P 2022-05-01", "COMPLETE", {"next": "BOOSTER 1"}, born="2010-10-20"),
    limit("2022-07-10", "PFZ 2022-01-01, PFZ 2022-03-01", {"due": "2022-08-01"}, {"due": "2022-07-10"}, born="2004-07-10"))
row("BST1.teen@2022-06-23",
    limit("2022-06-23", "PFZ 2021-12-01, PFZ 2021-12-22", {"ref": "3181/BYT-DP"}, {"ref": "3309/BYT-DP"}, born="2008-05-05"))
row("BST1.teen.product@2022-06-17",
    limit("2022-06-17", "PFZ 2021-12-01, PFZ 2021-12-22", {"products": ""}, {"products": "PFZ"}, born="2008-05-05"),
    on(LATER, "PFZ 2021-12-01, PFZ 2021-12-22, MOD 2022-07-01", born="2008-05-05", last="BST1.teen.product"))
BOOSTED = "AZ 2021-06-01, AZ 2021-08-03, PFZ 2022-01-10"
EARLY = "AZ 2021-06-01, AZ 2021-08-03, PFZ 2021-12-20"
row("BST2@2022-05",  # 10 January + 4 months = 10 May; 20 December + 4 = 20 April
    limit("2022-05-10", BOOSTED, "NOT_YET_DUE", {"state": "DUE", "next": "BOOSTER 2"}, born="1960-01-01"),
    limit("2022-05-01", EARLY, "COMPLETE", {"state": "DUE", "next": "BOOSTER 2"}, born="1960-01-01"),
    dose("2022-05-10", LATER, BOOSTED, "PFZ", "BOOSTER 2", "TOO_EARLY", born="1960-01-01"),
    dose("2022-05-01", LATER, EARLY, "PFZ", "BOOSTER 2", "NOT_IN_SCHEDULE", born="1960-01-01"),
    limit("2022-06-01", BOOSTED, "COMPLETE", {"state": "DUE", "next": "BOOSTER 2"}, born="1972-06-01"),
    [on("2022-06-01", BOOSTED, conditions=(one,), next="BOOSTER 2") for one in SUPPRESSED],
    [on("2022-06-01", BOOSTED, conditions=(one,), next="") for one in range(1, 21) if one not in SUPPRESSED],
    [on("2022-06-01", BOOSTED, priority_group=one, next="BOOSTER 2") for one in (1, 2)],
    [on("2022-06-01", BOOSTED, priority_group=one, next="") for one in range(3, 17)],
    limit("2022-11-05", "PFZ 2021-12-01, PFZ 2021-12-22, PFZ 2022-06-20", "COMPLETE", {"next": "BOOSTER 2"},
          born="2004-11-05", conditions=(5,)),
    limit("2022-11-05", "PFZ 2021-12-01, PFZ 2021-12-22, PFZ 2022-06-20", "COMPLETE", {"next": "BOOSTER 2"},
          born="2004-11-05", priority_group=1))
row("BST2.product@2022-05",
    limit("2022-05-01", EARLY, {"products": ""}, {"products": "AZ PFZ MOD"}, born="1960-01-01"),
    on("2022-06-01", "VERO 2021-08-01, VERO 2021-08-22, VERO 2022-01-10", born="1960-01-01", products="AZ PFZ MOD VERO HAYAT"),
    on(LATER, f"{BOOSTED}, VERO 2022-06-01", born="1960-01-01", last="BST2.product"),
    on(LATER, f"{BOOSTED}, MOD 2022-06-01 0.5ml", born="1960-01-01", last="BOOSTER 2 (VOLUME)"),
    on(LATER, f"{BOOSTED}, MOD 2022-06-01 0.25ml", born="1960-01-01", last="BOOSTER 2"))

# ---------------------------------------------------------------- deferrals


def sick(days: tuple[str | None, ...], cases: list[Case]) -> list[Case]:
    return [ill(case, *days) for case in cases]


row("DEFER.acute@2021-06",
    sick(("2021-05-20", "2021-06-10"), limit("2021-06-01", "", {"state": "DUE", "until": None}, {"state": "DEFERRED", "until": "2021-06-10"})),
    sick(("2021-05-20", "2021-06-10"), limit("2021-06-10", "", "DEFERRED", "DUE")),
    sick(("2021-06-10", None), limit("2021-07-08", "", {"state": "DEFERRED", "until": "2021-07-08"}, "DUE")),  # 28 days
    sick(("2021-06-10", "2021-06-15", "2021-06-20"), limit("2021-06-15", "", "DEFERRED", "DUE")),
    sick(("2021-06-10", None, "2021-06-20"), limit("2021-06-20", "", "DEFERRED", "DUE")))
row("DEFER.infection@2021-08-10",  # within six months
    sick(("2021-07-20", "2021-08-01"), limit("2021-08-10", "", "DUE", {"state": "DEFERRED", "until": "2022-01-20"})),
    sick(("2021-04-10",), limit("2021-10-10", "", "DEFERRED", "DUE")),
    sick(("2021-04-10", "2021-04-20", "2021-05-01"), limit("2021-10-10", "", "DEFERRED", "DUE")),
    sick((None, "2021-04-10", "2021-05-01"), limit("2021-10-10", "", "DEFERRED", "DUE")),
    sick((None, None, "2021-04-10"), limit("2021-10-10", "", "DEFERRED", "DUE")))
row("DEFER.infection@2021-12-21",  # after recovery
    sick(("2021-07-20", "2021-08-01"), limit("2021-12-21", "", "DEFERRED", "DUE")),
    sick(("2022-01-02", "2022-01-12"), limit("2022-01-12", "", {"state": "DEFERRED", "said": {"DEFER.infection"}}, "DUE")),
    sick(("2022-01-02", "2022-01-12", "2022-01-20"), limit("2022-01-12", "", "DEFERRED", "DUE")),
    sick(("2022-01-02", None, "2022-01-20"), limit("2022-01-20", "", {"state": "DEFERRED", "said": {"DEFER.infection"}}, "DUE")),
    sick(("2022-01-02",), limit("2022-01-30", "", {"state": "DEFERRED", "said": {"DEFER.infection"}}, "DUE")),
    sick(("2022-01-02", "2022-02-12"), [on("2022-02-01", born="2003-06-01", until="2022-02-12", said={"DEFER.infection"})]))
row("DEFER.infection.teen@2021-10-14",
    sick(("2021-09-01", "2021-09-15"), limit("2022-03-01", "", {"state": "DEFERRED", "until": "2022-03-01"}, "DUE", born="2008-05-05")),
    sick(("2021-09-01", "2021-09-15"), [on("2021-10-14", born="2008-05-05", state="DEFERRED", said={"DEFER.infection.teen"})]),
    sick(("2022-03-10", "2022-03-12"), limit("2022-05-10", "", {"until": "2022-06-12"}, {"until": "2022-09-10"}, born="2010-05-10")),
    sick(("2022-01-05", "2022-01-15"), limit("2022-05-10", "", {"until": "2022-07-05"}, {"until": "2022-01-15"}, born="2004-05-10")),
    sick((None, "2022-01-05", "2022-01-15"), [on("2022-02-01", born="2008-05-05", until="2022-07-05")]))
row("DEFER.infection.child@2022-03-28",
    sick(("2022-03-01", "2022-03-15"), limit("2022-06-15", "", {"state": "DEFERRED", "until": "2022-06-15"}, "DUE", born="2015-05-05")),
    sick(("2022-03-01", "2022-03-15"), [on("2022-03-28", born="2015-05-05", state="DEFERRED", until="2022-06-15")]),
    sick(("2022-03-01", None, "2022-03-20"), limit("2022-06-20", "", "DEFERRED", "DUE", born="2015-05-05")),
    sick(("2022-03-01", "2022-03-15", "2022-03-20"), limit("2022-06-15", "", "DEFERRED", "DUE", born="2015-05-05")),
    sick(("2022-03-01",), limit("2022-06-01", "", "DEFERRED", "DUE", born="2015-05-05")),
    sick(("2022-03-01", "2022-03-15"), limit("2022-04-10", "", {"until": "2022-03-15"}, {"until": "2022-06-15"}, born="2017-04-10")),
    # from twelve on six months from the infection, however late the recovery
    sick(("2022-03-10", "2022-06-20"), limit("2022-07-10", "", {"until": "2022-09-20"}, {"until": "2022-09-10"}, born="2010-07-10")))
row("DEFER.infection.BST1.teen@2022-06-17",  # 10 April + 3 months
    sick(("2022-04-01", "2022-04-10"), limit("2022-07-10", "PFZ 2021-12-01, PFZ 2021-12-22",
         {"state": "DEFERRED", "until": "2022-07-10"}, "DUE", born="2008-05-05")),
    sick(("2022-04-01", "2022-04-10"), limit("2022-06-17", "PFZ 2021-12-01, PFZ 2021-12-22",
         "COMPLETE", {"state": "DEFERRED", "until": "2022-07-10"}, born="2008-05-05")),
    sick(("2022-04-01", None, "2022-04-10"), [on("2022-07-01", "PFZ 2021-12-01, PFZ 2021-12-22", born="2008-05-05", until="2022-07-10")]),
    sick(("2022-04-01", "2022-04-10", "2022-04-15"), [on("2022-07-01", "PFZ 2021-12-01, PFZ 2021-12-22", born="2008-05-05", until="2022-07-10")]),
    sick(("2022-04-01",), [on("2022-06-20", "PFZ 2021-12-01, PFZ 2021-12-22", born="2008-05-05", until="2022-07-01")]),
    # 12 on 1 October, five months after the second dose of a child; infected in August
    sick(("2022-08-10", "2022-08-20"), limit("2022-10-01", "PFZ-P 2022-04-10, PFZ-P 2022-05-01",
         "COMPLETE", {"until": "2022-11-20"}, born="2010-10-01")),
    sick(("2022-06-10", "2022-06-20"), limit("2022-07-20", "PFZ 2021-12-01, PFZ 2021-12-22",
         {"until": "2022-09-20"}, {"until": "2022-06-20"}, born="2004-07-20")))
row("DEFER.infection.BST2@2022-05",  # 31 March + 3 months = 30 June
    sick(("2022-03-31", "2022-04-10"), limit("2022-06-30", BOOSTED, {"state": "DEFERRED", "until": "2022-06-30"}, "DUE", born="1960-01-01")),
    sick(("2022-03-31", "2022-04-10"), limit("2022-05-01", EARLY, "COMPLETE", {"until": "2022-06-30"}, born="1960-01-01")),
    sick((None, "2022-03-31", "2022-04-10"), [on("2022-06-01", BOOSTED, born="1960-01-01", until="2022-06-30")]),
    # infected before the booster: recovery is enough; on its day: three months
    sick(("2022-01-09", "2022-01-20"), [on("2022-06-01", BOOSTED, born="1960-01-01", until="2022-01-20")]),
    sick(("2022-01-10", "2022-01-20"), [on("2022-06-01", BOOSTED, born="1960-01-01", until="2022-04-10")]))

# ---------------------------------------------------------------- pregnancy

row("PREG@2021-06",  # 20 weeks on 10 June: began on 21 January, over by itself 42 weeks later, on 11 November
    limit("2021-06-01", "", {"state": "DUE", "until": None}, {"state": "DEFERRED", "until": "2021-11-11"}, pregnant="20 2021-06-10"))
row("PREG@2021-08-10",  # 9 weeks on 30 January: 13 weeks on 27 February
    limit("2021-08-10", "", {"state": "DEFERRED", "until": "2021-11-11"}, {"state": "DUE"}, pregnant="20 2021-06-10"),
    limit("2022-02-27", "", {"state": "DEFERRED", "until": "2022-02-27"}, "DUE", pregnant="9 2022-01-30"),
    on("2022-03-10", pregnant="9 2022-01-30", products="AZ PFZ MOD VERO HAYAT JAN ABD COV"),
    on("2022-03-10", "SPU 2022-01-10", pregnant="9 2022-01-30", state="CONTRAINDICATED"))
