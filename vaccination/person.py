"""What a person's page says about vaccination, with what this reader may not see already taken out (WORDS 1.11, 6)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext as _

from lib.dates_vn import PartialDate
from vaccination import forecasts, labels, sentences, states, stored_forecasts
from vaccination.intervals import PartialDate as IntervalDate
from vaccination.models import DoseHistory, DoseRecord, Forecast, Infection, Product, Screening
from vaccination.states import State
from wards import installation
from wards.access import can
from wards.models import Resident, User
from wards.roles import Ability

Abilities = Collection[Ability]


@dataclass(frozen=True)
class DoseLine:
    """One dose on record. `counted` is the label of WORDS 4.3, `note` the sentence about it if there is one.

    `status`: counted, not_counted, claimed, voided, later (dated after the day asked about).
    """

    dose: DoseRecord
    status: str
    counted: str
    note: str
    entered_by: str
    entered_at: datetime
    voided_by: str = ""
    voided_at: datetime | None = None
    may_correct: bool = False
    may_void: bool = False
    may_restore: bool = False


@dataclass(frozen=True)
class ScreeningLine:
    """A health worker's conclusion; `reason` is empty for readers who may not see diagnoses."""

    screening: Screening
    label: str
    product: str
    reason: str
    entered_by: str
    may_withdraw: bool


@dataclass(frozen=True)
class Answer:
    """What is due and why, on one day. The first of `sentences` is enough; `cautions` are for who vaccinates."""

    state: State
    label: str
    line: str
    next_dose: str
    products: str
    sentences: list[str]
    cautions: list[str]
    rules: str

    @property
    def why(self) -> str:
        return self.sentences[0] if self.sentences else ""


@dataclass(frozen=True)
class VaccinationFacts:
    """Everything the page shows; `answer` is None for who moved away or died. `infections` only for readers who may
    see diagnoses (None otherwise), `history` is what was said of all doses together.
    """

    doses: list[DoseLine] = field(default_factory=list)
    answer: Answer | None = None
    screenings: list[ScreeningLine] = field(default_factory=list)
    infections: list[Infection] | None = None
    history: DoseHistory | None = None
    may_record: bool = False
    may_screen: bool = False


def abilities_of(user: User) -> frozenset[Ability]:
    return frozenset(ability for ability in Ability if can(user, ability))


# ---------------------------------------------------------------- why


def subject_of(
    resident: Resident, abilities: Abilities, *, group: str = "", group_is_health: bool = False
) -> sentences.Subject:
    """Whom a sentence speaks of, and what it may tell. `group` is why they are on the list at hand."""
    return sentences.Subject(
        name=resident.full_name,
        sex=resident.sex if resident.sex in ("M", "F") else None,
        born=IntervalDate(resident.born.earliest, resident.born.latest),
        group=group,
        group_is_health=group_is_health,
        health_rights=Ability.SEE_DIAGNOSIS in abilities,
    )


def why(
    row: Forecast, resident: Resident, abilities: Abilities, on: date, language: str | None = None
) -> str:
    """The sentence that is enough, from the stored row and the resident alone: no query, so good for a line of a list."""
    answer = stored_forecasts.answer_of(row)
    return sentences.why(answer, on, subject_of(resident, abilities), _language(language))


def answer_on(
    row: Forecast, resident: Resident, abilities: Abilities, on: date, products: Sequence[Product]
) -> Answer:
    """All that is said about a forecast that holds on day `on`. `products`: the programme's, to name them."""
    answer, language = stored_forecasts.answer_of(row), _language()
    state, subject = states.state_on(answer, on), subject_of(resident, abilities)
    named = [product for product in products if product.code in answer.products]
    return Answer(
        state=state,
        label=str(labels.STATES[state]),
        line=labels.short_line(state, row, resident, on, _shown(state, answer, products, named)),
        next_dose=labels.dose_name(answer.next_type, answer.next_ordinal)
        if state is not State.NOT_ELIGIBLE_AGE
        else "",
        products=", ".join(map(str, named)),
        sentences=[sentence.text for sentence in sentences.sentences(answer, on, subject, language)],
        cautions=[sentence.text for sentence in sentences.cautions(answer, on, subject, language)],
        rules=row.rules,
    )


def _shown(
    state: State, answer: states.Forecast, products: Sequence[Product], named: list[Product]
) -> list[Product]:
    """Beside "contraindicated" stand the products that are, elsewhere those that may be given."""
    if state is not State.CONTRAINDICATED:
        return named
    barred = {
        reason.params.get("product") for reason in answer.reasons if reason.about is states.About.PRODUCT
    }
    return [product for product in products if product.code in barred]


def _language(language: str | None = None) -> str:
    return (language or get_language() or "vi")[:2]


# ---------------------------------------------------------------- the page


def vaccination_facts(resident: Resident, user: User, on: date) -> VaccinationFacts:
    """The vaccination part of a person's page, in a number of queries that does not grow with the doses."""
    abilities = abilities_of(user)
    if Ability.SEE_HEALTH not in abilities:
        return VaccinationFacts()
    row = _forecast(resident, on)
    products = list(Product.objects.filter(programme_id=forecasts.PROGRAMME))
    sees_diagnosis = Ability.SEE_DIAGNOSIS in abilities
    return VaccinationFacts(
        doses=_dose_lines(resident, row, abilities, on),
        answer=answer_on(row, resident, abilities, on, products) if row else None,
        screenings=_screening_lines(resident, abilities),
        infections=list(resident.infections.order_by("-confirmed_on")) if sees_diagnosis else None,
        history=DoseHistory.objects.filter(resident=resident).select_related("stated_by").first(),
        may_record=Ability.RECORD_DOSE in abilities,
        may_screen=Ability.SCREEN in abilities,
    )


def _forecast(resident: Resident, on: date) -> Forecast | None:
    """The stored row; forecast anew if it does not hold on `on`."""
    rows = Forecast.objects.filter(resident=resident, programme_id=forecasts.PROGRAMME)
    row = rows.holding(on).first()
    if row is None:
        forecasts.refresh_residents([resident.pk], on)
        row = rows.first()
    return row


def _dose_lines(resident: Resident, row: Forecast | None, abilities: Abilities, on: date) -> list[DoseLine]:
    records = (
        DoseRecord.objects.filter(resident=resident)
        .select_related("product", "entered_by", "void__by", "replaced_by")
        .order_by("given_year", "given_month", "given_day", "created_at")
    )
    results = {stored.dose_id: stored.result for stored in stored_forecasts.doses_of(row)} if row else {}
    notes = _Notes(row, resident, abilities, on)
    return [_dose_line(dose, results.get(str(dose.pk)), notes, abilities, on) for dose in records]


class _Notes:
    """The sentence about a dose, if the rules have one."""

    def __init__(self, row: Forecast | None, resident: Resident, abilities: Abilities, on: date) -> None:
        self.answer = stored_forecasts.answer_of(row) if row else None
        self.subject, self.on = subject_of(resident, abilities), on

    def of(self, result: states.DoseResult) -> str:
        answer = self.answer
        if answer is None:
            return ""
        said = (
            sentences.about_reason(reason, answer, self.on, self.subject, _language())
            for reason in answer.reasons
            if reason.about in forecasts.ABOUT_DOSES and _speaks_of(reason, result)
        )
        return next(said, "")

    def of_none(self) -> str:
        """Where nobody knows how many there were, no single dose can be given its place."""
        unknown = self.answer is not None and self.answer.closed_reason == states.ClosedReason.UNKNOWN_HISTORY
        return _("Vì chưa rõ đã tiêm mấy mũi, chưa biết đây là mũi thứ mấy.") if unknown else ""


def _speaks_of(reason: states.Reason, result: states.DoseResult) -> bool:
    params = reason.params
    about = (reason.code, params["product"], params["first"], params["last"])
    return about == (result.reason, result.product, result.given_first, result.given_last)


def _dose_line(
    dose: DoseRecord, result: states.DoseResult | None, notes: _Notes, abilities: Abilities, on: date
) -> DoseLine:
    void = getattr(dose, "void", None)
    may_take_out = Ability.VOID_DOSE in abilities and void is None
    status, counted, note = _how_counted(dose, result, notes, on)
    return DoseLine(
        dose=dose,
        status=status,
        counted=counted,
        note=note,
        entered_by=str(dose.entered_by) if dose.entered_by else "",
        entered_at=_shown_at(dose.created_at),
        voided_by=str(void.by) if void else "",
        voided_at=_shown_at(void.at) if void else None,
        may_void=may_take_out,
        may_correct=may_take_out and Ability.RECORD_DOSE in abilities,
        may_restore=void is not None
        and {Ability.VOID_DOSE, Ability.RECORD_DOSE} <= set(abilities)
        and getattr(dose, "replaced_by", None) is None,
    )


def _how_counted(
    dose: DoseRecord, result: states.DoseResult | None, notes: _Notes, on: date
) -> tuple[str, str, str]:
    void = getattr(dose, "void", None)
    if void is not None:
        return "voided", _("Đã hủy ghi nhận (vì %(reason)s)") % {"reason": void.reason}, ""
    if dose.source == DoseRecord.Source.CLAIMED:
        return "claimed", _("Gia đình báo, chờ xác nhận"), ""
    if result is None:
        if dose.given.earliest > on:
            return "later", _("Sau ngày đang xem"), ""
        return "not_counted", _("Chưa được tính"), notes.of_none()
    note = notes.of(result) if result.reason else ""
    if not result.valid:
        return "not_counted", _("Chưa được tính"), note
    counted_as = labels.dose_name(result.type, result.ordinal)
    if result.type == "BASIC":
        counted_as = _("%(dose)s cơ bản") % {"dose": counted_as}
    return "counted", _("Được tính: %(dose)s") % {"dose": counted_as}, note


def _shown_at(at: datetime) -> datetime:
    """An instant of real time as the installation's clock shows it, so that a training day stays one day."""
    return at + installation.clock_offset()


def _screening_lines(resident: Resident, abilities: Abilities) -> list[ScreeningLine]:
    rows = resident.screenings.select_related("product", "entered_by").order_by("-screened_on", "-pk")
    return [
        ScreeningLine(
            screening=screening,
            label=_conclusion(screening),
            product=str(screening.product) if screening.product else gettext("Mọi loại vắc xin"),
            reason=screening.reason if Ability.SEE_DIAGNOSIS in abilities else "",
            entered_by=str(screening.entered_by) if screening.entered_by else "",
            may_withdraw=Ability.SCREEN in abilities,
        )
        for screening in rows
    ]


def _conclusion(screening: Screening) -> str:
    """The Ministry's word; a deferral is shown as the list says it (WORDS 4.2)."""
    if screening.category == Screening.Category.DEFER and screening.until:
        return _("Tạm hoãn đến %(day)s") % {"day": PartialDate.of(screening.until)}
    return str(Screening.Category(screening.category).label)
