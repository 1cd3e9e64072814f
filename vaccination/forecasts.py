"""The only writer of `Forecast`: facts in, dates out, in the transaction of the fact that changed.

Who moved away or died has no row. A claimed dose (`DoseRecord.Source.CLAIMED`) counts for nothing until it is confirmed.
Without a word about a person's history the doses on record are taken as all there are, and no dose on record means that
nobody knows; a `DoseHistory` row decides otherwise.
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from lib import collector
from vaccination import eligibility, forecast_facts, rule_choices, stored_forecasts
from vaccination.models import Forecast, Programme
from wards import statements
from wards.models import Resident

PROGRAMME = "COVID-19"
ABOUT_DOSES = (eligibility.About.DOSE, eligibility.About.LAST_DOSE)
BATCH = 4000  # residents per round of queries: fast, and small enough for memory and short locks
INLINE = 2000  # residents that a page may forecast anew before it answers: a fifth of a second


def family(programme_id: str) -> eligibility.Family:
    """The rule family of a programme, with what this place chose where the texts leave it open."""
    return rules_of(Programme.objects.get(pk=programme_id))


def rules_of(programme: Programme) -> eligibility.Family:
    return rule_choices.family_with(
        programme.rule_family, rule_choices.RuleChoices.from_json(programme.rule_choices)
    )


def refresh_residents(resident_ids: Sequence[UUID | str], on: date) -> int:
    """Forecast these residents anew as of day `on`; returns the number of rows that changed.

    A few queries for any number of residents; rows that stay the same are not written. Joins the caller's transaction,
    in which the facts were changed, and holds the residents' rows until it ends.
    """
    return _refresh(resident_ids, on)


@transaction.atomic
def _refresh(resident_ids: Sequence[UUID | str], on: date, *, thorough: bool = False) -> int:
    changed = 0
    ids = sorted({str(resident_id) for resident_id in resident_ids})
    for programme in shared_programmes():
        rules = rules_of(programme)
        if on < rules.starts[0]:
            continue  # a training clock before the programme: there is nothing to say, and nothing to break
        for batch in forecast_facts.batches(ids, BATCH):
            with collector.at_rest():
                facts, left = forecast_facts.load(batch, programme.pk, on)
                answers = [(fact, answer_for(fact, rules, on)) for fact in facts]
                changed += stored_forecasts.write(answers, programme.pk, thorough=thorough)
            if left:
                changed += stored_forecasts.remove(left, programme.pk)
    return changed


def shared_programmes() -> list[Programme]:
    """Held as they are until the transaction ends: whoever chooses other rules waits for us, and we for them."""
    return list(Programme.objects.raw("SELECT * FROM vaccination_programme ORDER BY code FOR SHARE"))


def answer_for(facts: forecast_facts.Facts, rules: eligibility.Family, on: date) -> eligibility.Forecast:
    """The engine's answer, for no longer than the facts chosen for `on` are the ones in force."""
    answer = eligibility.forecast(facts.person, on, rules)
    if facts.first <= answer.holds_from and facts.until >= answer.holds_until:
        return answer
    return answer._replace(
        holds_from=max(answer.holds_from, facts.first), holds_until=min(answer.holds_until, facts.until)
    )


def stale(on: date) -> Q:
    """Rows that may not be read for day `on`: the rules, the clock or a closing window has left them behind."""
    return Q(holds_from__gt=on) | Q(holds_until__lte=on)


def refresh_stale(on: date, *, limit: int | None = None) -> int:
    """Forecast anew whoever's row does not hold on day `on`, batch by batch; returns how many residents were taken up.

    Each batch is its own transaction (unless the caller has one), so that it may be stopped, and run twice. Only one at a
    time works on a batch; whoever finds another at work leaves it to them. `limit` bounds the residents of one call.
    """
    done = 0
    waiting = Forecast.objects.filter(stale(on)).order_by("resident_id").values_list("resident_id", flat=True)
    page = waiting
    while limit is None or done < limit:
        with transaction.atomic():
            ids = list(page[: BATCH if limit is None else min(BATCH, limit - done)]) if _nobody_else() else []
            if not ids:
                break
            refresh_residents(ids, on)
        page = waiting.filter(resident_id__gt=ids[-1])
        done += len(ids)
    return done


def _nobody_else() -> bool:
    """Whether no other transaction is forecasting stale rows; true until this one ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('forecasts.refresh_stale'))")
        return cursor.fetchone()[0]


def catch_up(on: date, *, limit: int = INLINE) -> int:
    """For a door, before it shows a list: forecast anew what a moment allows; returns how many rows are still stale.

    The page says so if there are any ("đang cập nhật …"); the reconciler does the rest. Costs one query when all is well.
    """
    rows = Forecast.objects.filter(stale(on))
    if not statements.rows(("stale", on), lambda: rows.values_list("pk")[:1]):
        return 0
    refresh_stale(on, limit=limit)
    return rows.count()


@transaction.atomic
def what_if(
    resident_id: UUID, programme_id: str, dose: eligibility.Dose, on: date
) -> tuple[eligibility.Forecast | None, list[eligibility.Reason]]:
    """The answer if this dose were on record too, and what it would then say about doses that it does not say now.

    (None, []) for somebody who moved away or died.
    """
    facts, _left = forecast_facts.load([resident_id], programme_id, on)
    if not facts:
        return None, []
    rules, person = family(programme_id), facts[0].person
    before = eligibility.forecast(person, on, rules)
    after = eligibility.forecast(person._replace(doses=(*(person.doses or ()), dose)), on, rules)
    about_doses = [reason for reason in after.reasons if reason.about in ABOUT_DOSES]
    return after, [reason for reason in about_doses if reason not in before.reasons]


def rebuild(on: date, *, ward_id: int | None = None) -> tuple[int, int]:
    """Check every resident's row against the pure function, and write what differs.

    Returns (residents checked, rows that differed). Rows of people without a forecast are taken out.
    """
    residents = Resident.objects.order_by("ward_id", "id")
    if ward_id is not None:
        residents = residents.filter(ward_id=ward_id)
    ids = [str(pk) for pk in residents.values_list("pk", flat=True)]
    differed = sum(_refresh(batch, on, thorough=True) for batch in forecast_facts.batches(ids, BATCH))
    return len(ids), differed
