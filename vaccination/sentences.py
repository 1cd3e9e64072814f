"""Why somebody is, or is not, on the list: the engine's reasons as Vietnamese and English sentences.

Fact, date, rule, what would change it; the first sentence alone is enough. Which sentence a reason becomes is decided
here, once; how it sounds stands in `sentence_texts`. Without health rights a disease, a pregnancy or a reaction is
replaced by "belongs to a risk group". A legal text is named only where its number is certain.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from vaccination.intervals import FOREVER, PartialDate
from vaccination.sentence_texts import LANGUAGES, English, Vietnamese
from vaccination.states import About, Forecast, Reason, State, cautions_on, reasons_on, state_on


class Subject(NamedTuple):
    """Whom a sentence speaks of. Without a name it says "this person".

    `group` is why the person is on this list (`nhóm từ 50 tuổi trở lên`), in the language of the sentence;
    `group_is_health` if it tells a disease. `on_paper`: on paper everybody grown up is addressed as ông, bà.
    """

    name: str = ""
    sex: str | None = None
    born: PartialDate | None = None
    group: str = ""
    group_is_health: bool = False
    health_rights: bool = True
    on_paper: bool = False


class Sentence(NamedTuple):
    """`code` is the rule code of the reason; OVERDUE and nothing else is added here."""

    code: str
    text: str


ANONYMOUS = Subject()


def sentences(
    forecast: Forecast, on: date, subject: Subject = ANONYMOUS, language: str = "vi"
) -> list[Sentence]:
    """Everything there is to say on the day `on`, what decides the state first. `language`: vi or en."""
    speaker = _Speaker(forecast, on, subject, LANGUAGES[language])
    said = []
    for reason in reasons_on(forecast, on):
        said.append(Sentence(reason.code, speaker.say(reason)))
        if reason.about is About.NEXT and speaker.state is State.OVERDUE and forecast.overdue_on:
            said.append(Sentence("OVERDUE", speaker.text("OVERDUE", days=(on - forecast.overdue_on).days)))
    return said


def why(forecast: Forecast, on: date, subject: Subject = ANONYMOUS, language: str = "vi") -> str:
    """The one sentence (at most three full stops) that is enough."""
    return sentences(forecast, on, subject, language)[0].text


def cautions(
    forecast: Forecast, on: date, subject: Subject = ANONYMOUS, language: str = "vi"
) -> list[Sentence]:
    """What the vaccinator must mind although the dose may be given."""
    speaker = _Speaker(forecast, on, subject, LANGUAGES[language])
    return [Sentence(reason.code, speaker.say(reason)) for reason in cautions_on(forecast, on)]


def about_reason(
    reason: Reason, forecast: Forecast, on: date, subject: Subject = ANONYMOUS, language: str = "vi"
) -> str:
    """The sentence of one reason, also of one that is not in the forecast (`eligibility.age_reason`)."""
    return _Speaker(forecast, on, subject, LANGUAGES[language]).say(reason)


def not_willing(subject: Subject, on: date, said_on: date, reason: str, language: str = "vi") -> str:
    """On the list although not willing; `reason` in the words of the reason list."""
    speaker = _Speaker(None, on, subject, LANGUAGES[language])
    return speaker.text("NOT_WILLING", said_on=speaker.words.day(said_on), reason=reason)


def said_done_elsewhere(subject: Subject, on: date, doses: int, place: str, language: str = "vi") -> str:
    """On the list although the family says that it was done elsewhere."""
    speaker = _Speaker(None, on, subject, LANGUAGES[language])
    return speaker.text("DONE_ELSEWHERE", count=doses, place=place)


def not_found(searched: str, language: str = "vi") -> str:
    """The answer to a search that finds nobody in the reader's area."""
    return LANGUAGES[language].templates["NOT_FOUND"].format(searched=searched)


class _Speaker:
    """One person, one day, one language."""

    def __init__(
        self, forecast: Forecast | None, on: date, subject: Subject, words: Vietnamese | English
    ) -> None:
        self.forecast, self.on, self.subject, self.words = forecast, on, subject, words
        self.state = state_on(forecast, on) if forecast else None

    def text(self, template: str, **facts: Any) -> str:
        subject = self.subject
        forms = self.words.address(
            subject.name, subject.sex, _oldest(subject.born, self.on), subject.on_paper
        )
        return self.words.templates[template].format(**forms, **facts)

    def say(self, reason: Reason) -> str:
        return {
            About.NEXT: self._next,
            About.AGE: self._age,
            About.WAITING: self._waiting,
            About.HISTORY: lambda reason: self.text("UNKNOWN_HISTORY"),
            About.CLOSED: self._complete,
            About.DEFERRAL: self._deferral,
            About.PRODUCT: self._product,
            About.LAST_DOSE: self._dose,
            About.DOSE: self._dose,
            About.SKIPPED: self._skipped,
            About.CAUTION: self._caution,
        }[reason.about](reason)

    # the next dose

    def _next(self, reason: Reason) -> str:
        forecast = self._forecast()
        params, words = reason.params, self.words
        facts = {"dose": words.dose(params["type"], params["ordinal"]), "due_on": words.day(forecast.due_on)}
        if self.state in (State.DEFERRED, State.CHECK_AGE):
            return self.text("NEXT.LATER" if "start_first" in params else "NEXT.LATER.FIRST", **facts)
        if "start_first" not in params:
            return self._first_dose(params, facts)
        facts["start"] = words.dose(params["start_type"], params["start_ordinal"])
        facts["start_on"] = words.when(params["start_first"], params["start_last"])
        facts["min"] = words.length(params["min"])
        facts["ref"] = words.reference(params.get("ref"), "{}")
        if self.state is State.NOT_YET_DUE:
            return self.text("NEXT.NOT_YET_DUE", **facts)
        if params["type"] == "BASIC":
            facts["product"] = words.product(params["product"])
            facts["ref"] = words.reference(params.get("ref"), "; {}") + self._rest(params)
            return self.text("NEXT.BASIC", **facts)
        return (
            self._additional(params, facts)
            if params["type"] == "ADDITIONAL"
            else self._booster(params, facts)
        )

    def _first_dose(self, params: Mapping[str, Any], facts: dict[str, str]) -> str:
        if self.state is State.NOT_YET_DUE:
            return self.text("NEXT.FIRST.NOT_YET_DUE", **facts)
        facts["age"] = self.words.age(self.subject.born, self.on)
        facts["pause"] = "," if facts["age"] else ""
        facts["group"] = self._group()
        return self.text("NEXT.FIRST.UNCOUNTED" if params["uncounted"] else "NEXT.FIRST", **facts)

    def _group(self) -> str:
        subject = self.subject
        if not subject.group:
            return ""
        shown = subject.health_rights or not subject.group_is_health
        return f" ({subject.group if shown else self.words.templates['RISK_GROUP']})"

    def _additional(self, params: Mapping[str, Any], facts: dict[str, str]) -> str:
        words, basic = self.words, params["basic"]
        facts["count"] = str(len(basic))
        facts["products"] = words.products(basic)
        facts["cause"] = ""
        if params["by_condition"]:
            facts["cause"] = words.templates["IMMUNE" if self.subject.health_rights else "RISK_GROUP"] + ", "
        facts["ref"] = words.reference(params.get("ref"), " ({})")
        return self.text("NEXT.ADDITIONAL" if len(basic) > 1 else "NEXT.ADDITIONAL.ONE", **facts)

    def _booster(self, params: Mapping[str, Any], facts: dict[str, str]) -> str:
        words = self.words
        facts["start"] = words.last_dose(params["start_type"], params["start_ordinal"])
        if "earlier" in params:
            least, until, due_on = params["earlier"]
            if (
                due_on > self.on and "rest_after" not in params
            ):  # without the change this person would still be waiting
                return self.text(
                    "NEXT.BOOSTER.CHANGED", **facts, earlier=words.length(least), until=words.day(until)
                )
        facts["ref"] = words.reference(params.get("ref"), " ({})") + self._rest(params)
        return self.text("NEXT.BOOSTER", **facts)

    def _rest(self, params: Mapping[str, Any]) -> str:
        """Why the date is later than the interval alone would have it."""
        if "rest_after" not in params:
            return ""
        return self.words.templates["REST"].format(given_on=self.words.when(*params["rest_after"]))

    # age, history, end

    def _age(self, reason: Reason) -> str:
        params, words = reason.params, self.words
        if self.on < params["possible_from"]:
            if "waiting" in params:
                low, high = params["waiting"]
                return self.text("AGE.WAITING", low=low, high=high)
            exact = params["born_first"] == params["born_last"]
            day = words.day(params["possible_from"])
            return self.text("AGE.TOO_YOUNG" if exact else "AGE.TOO_YOUNG.ABOUT", age=params["age"], day=day)
        born, ask = words.born(params["born_first"], params["born_last"])
        return self.text("AGE.CHECK", born=born, ask=ask, age=params["age"], on=words.day(self.on))

    def _waiting(self, reason: Reason) -> str:
        return self.text("WAITING", day=self.words.day(reason.params["possible_from"]))

    def _complete(self, reason: Reason) -> str:
        params, words = reason.params, self.words
        facts = {"given_on": words.when(params["first"], params["last"], bare=True), "on": words.day(self.on)}
        if params["type"] == "BASIC":
            return self.text("COMPLETE.BASIC", **facts)
        return self.text("COMPLETE", dose=words.dose(params["type"], params["ordinal"]), **facts)

    # deferrals and contraindications

    def _deferral(self, reason: Reason) -> str:
        params, words = reason.params, self.words
        if params["until"] == FOREVER:
            return self.text("DEFERRED.OPEN", cause=self._deferral_cause(reason))
        return self.text("DEFERRED", until=words.day(params["until"]), cause=self._deferral_cause(reason))

    def _deferral_cause(self, reason: Reason) -> str:
        params, words = reason.params, self.words
        if "screened_on" in params:
            return words.templates["CAUSE.SCREENED"].format(screening=self._screening(params))
        if not self.subject.health_rights:
            return words.templates["RISK_GROUP"]
        ref = words.reference(params.get("ref"), " ({})")
        if "weeks" in params:
            template = "CAUSE.PREGNANT.WHOLE" if params["whole"] else "CAUSE.PREGNANT"
            return words.templates[template].format(
                weeks=params["weeks"], as_of=words.day(params["as_of"]),
                limit=params["limit_weeks"], until=words.day(params["until"]), ref=ref,
            )  # fmt: skip
        infected_on = words.day(params["infected_on"])
        if params["start"] == "presumed":
            return words.templates["CAUSE.INFECTED.PRESUMED"].format(infected_on=infected_on)
        if params["length"] == "0d":
            recovered_on = words.day(params["start_on"])
            return words.templates["CAUSE.INFECTED.RECOVERY"].format(
                infected_on=infected_on, recovered_on=recovered_on, ref=ref
            )
        return words.templates["CAUSE.INFECTED"].format(
            infected_on=infected_on, length=words.length(params["length"]), ref=ref
        )

    def _screening(self, params: Mapping[str, Any]) -> str:
        """The brackets: what happened (with health rights), when and where it was found."""
        words = self.words
        screened = words.templates["SCREENED"].format(day=words.day(params["screened_on"]))
        place = f", {params['place']}" if params["place"] else ""
        note = f"{params['note']}; " if params["note"] and self.subject.health_rights else ""
        return f"{note}{screened}{place}"

    def _product(self, reason: Reason) -> str:
        params, words = reason.params, self.words
        if "never" in params:
            template = "NEVER.PREGNANT" if self.subject.health_rights else "NEVER"
            ref = words.reference(params.get("ref"), " ({})")
            return self.text(template, product=words.products(params["never"]), ref=ref)
        screening = self._screening(params)
        if params["product"] is None:
            return self.text("CONTRA.ALL", screening=screening)
        return self.text("CONTRA", product=words.product(params["product"]), screening=screening)

    def _caution(self, reason: Reason) -> str:
        if not self.subject.health_rights:
            return self.text("CAUTION")
        weeks = reason.params["limit_weeks"]
        return self.text(
            "CAUTION.PREGNANT", weeks=weeks, ref=self.words.reference(reason.params.get("ref"), " ({})")
        )

    # recorded doses

    def _dose(self, reason: Reason) -> str:
        params, words = reason.params, self.words
        template = f"DOSE.{reason.code}"
        if template not in words.templates:
            template = "DOSE.MIX" if "before" in params else "DOSE.PRODUCT"
        facts: dict[str, Any] = {
            "product": words.product(params["product"]),
            "given_on": words.when(params["first"], params["last"]),
        }
        if "days" in params:
            facts["days"], facts["min"] = params["days"], words.length(params["min"])
            if params["first"] != params["last"]:
                template += ".ABOUT"
        for name in ("min_age", "given_ml", "usual_ml"):
            if name in params:
                facts[name] = words.number(params[name])
        if "before" in params:
            facts["before"] = words.product(params["before"])
        for name in ("born", "first_dose_on", "latest_on"):
            if name in params:
                facts[name] = words.day(params[name])
        return self.text(template, **facts)

    def _skipped(self, reason: Reason) -> str:
        words = self.words
        latest_on, longest = words.day(reason.params["latest_on"]), words.length(reason.params["max"])
        return self.text("WINDOW_CLOSED", latest_on=latest_on, max=longest)

    def _forecast(self) -> Forecast:
        assert self.forecast is not None
        return self.forecast


def _oldest(born: PartialDate | None, on: date) -> int | None:
    """The age in years at most: who may be 50 is addressed as somebody of 50."""
    if born is None:
        return None
    first = born.first
    return on.year - first.year - ((on.month, on.day) < (first.month, first.day))


def product_names(codes: Sequence[str], language: str = "vi") -> str:
    """Products as they are said: "AstraZeneca, Pfizer"."""
    return LANGUAGES[language].products(codes)
