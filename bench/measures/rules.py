"""P8: the rules for everybody."""

from bench.anchors import live_aggregate
from bench.harness import Comparison, Subject
from bench.stage import ON, Stage

FEW = 0.009  # of the city: "under 1 %"


def _everybody(stage: Stage) -> float:
    """Residents per CPU second: load, evaluate with the full Vietnamese rules, write what changed (here about nothing)."""
    ids = _ids(stage)
    return len(ids) / stage.meter.seconds(lambda: _refresh(ids))


def _all_changed(stage: Stage) -> float:
    """The same where every row has to be written again."""
    from django.db import connection

    ids = _ids(stage)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE vaccination_forecast SET digest = digest + 1, rules = 'old'")
    stage.vacuum()
    rate = len(ids) / stage.meter.seconds(lambda: _refresh(ids))
    stage.vacuum()
    return rate


def _few(stage: Stage) -> float:
    """CPU seconds to bring the lists up to date when the rows of under 1 % of the people have gone stale."""
    from django.db import connection

    from vaccination import forecasts

    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE vaccination_forecast SET holds_until = %s, digest = digest + 1 WHERE id IN"
            " (SELECT id FROM vaccination_forecast WHERE holds_until > %s ORDER BY md5(id::text) LIMIT %s)",
            [ON, ON, max(1, int(stage.residents * FEW))],
        )
    return stage.meter.seconds(lambda: forecasts.refresh_stale(ON))


def _live(stage: Stage) -> float:
    """CPU seconds of one live count of who is due."""

    def work() -> None:
        with stage.plain() as cursor:
            live_aggregate.counts(cursor, ON)

    return stage.meter.seconds(work)


def _ids(stage: Stage) -> list[str]:
    """Everybody, ward by ward, as they came into the register and as `rebuild_forecasts` takes them up."""
    from wards.models import Resident

    return [str(pk) for pk in Resident.objects.order_by("ward_id", "id").values_list("pk", flat=True)]


def _refresh(ids: list[str]) -> None:
    """Batch by batch, each its own transaction, as whoever works through a whole city does."""
    from vaccination import forecasts

    for start in range(0, len(ids), forecasts.BATCH):
        forecasts.refresh_residents(ids[start : start + forecasts.BATCH], ON)


SUBJECTS = (
    Subject(
        "rules",
        {"everybody": _everybody, "all changed": _all_changed, "few changed": _few, "live aggregate": _live},
        (
            Comparison("rules_residents", "P8", "residents/CPU-s", "everybody", limit=20_000),
            Comparison("rules_residents_all_written", "P8 (every row written)", "residents/CPU-s", "all changed"),
            Comparison("rules_few_changed", "P8", "CPU-s", "few changed", "live aggregate", "lower", at_most=1),
        ),
    ),
)  # fmt: skip
