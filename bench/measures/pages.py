"""P9: pages and the search box."""

from django.test import Client, override_settings

from bench.anchors import minimal_view, orm_list
from bench.harness import Comparison, Subject
from bench.stage import ON, STATION, WARD_OFFICER, Stage
from config.servers import APP_ROLE

REQUESTS = 40
ADDRESS = "/chua-tiem/"
NAMES = (
    "nguyen thi",
    "lan",
    "tran van",
    "hoa",
    "pham minh",
    "le",
    "binh an",
    "thanh hai",
    "nguyen van an",
    "ntl",
)


def _client(stage: Stage) -> Client:
    client = Client()
    client.force_login(stage.person(WARD_OFFICER))
    return client


def _product(stage: Stage) -> float:
    """Requests per CPU second: sign-in checked, scoped, filters, counts by group, sentences, masked, access written down."""
    return _requests(stage, ADDRESS)


def _plain(stage: Stage) -> float:
    with override_settings(ROOT_URLCONF=orm_list.__name__):
        return _requests(stage, f"/residents/{_ward(stage)}/")


def _requests(stage: Stage, address: str) -> float:
    client = _client(stage)

    def work(times: int = REQUESTS) -> None:
        for _ in range(times):
            answer = client.get(address)
            assert answer.status_code == 200
            assert b"/nguoi-dan/" in answer.content or b"/person/" in answer.content

    work(3)
    return REQUESTS / stage.meter.seconds(work)


def _ward(stage: Stage) -> int:
    from wards.access import scope_of

    (ward,) = scope_of(stage.person(WARD_OFFICER)).ward_ids
    return ward


def _search(stage: Stage) -> float:
    """Milliseconds of the database server's CPU for one search by name in a ward, the whole answer with its reasons."""
    from lib import clock
    from outreach import search
    from outreach.worklists import WORKLISTS

    selection = WORKLISTS["unvaccinated"].select(stage.person(WARD_OFFICER), {}, clock.today())
    for name in NAMES:
        search.find(name, selection)

    def work() -> None:
        for name in 5 * NAMES:
            search.find(name, selection)

    return 1000 * stage.meter.server_seconds(work) / (5 * len(NAMES))


def _contains(stage: Stage) -> float:
    """Milliseconds of the server's CPU for ILIKE '%…%' over the names of the whole city, most people's first attempt."""

    def work() -> None:
        with stage.plain() as cursor:
            for name in 5 * NAMES:
                cursor.execute(
                    "SELECT id, full_name FROM wards_resident WHERE search_key ILIKE %s ORDER BY full_name LIMIT 50",
                    [f"%{name}%"],
                )
                cursor.fetchall()

    return 1000 * stage.meter.server_seconds(work) / (5 * len(NAMES))


def _dose(stage: Stage) -> float:
    """Doses saved per CPU second through the page's form: rights, checks, dose, history, forecast, access."""
    client = Client()
    client.force_login(stage.person(STATION))
    with stage.clone("city"):
        people = _due_people(_ward(stage))
        form = {
            "product": "PFZ",
            "given": f"{ON:%d/%m/%Y}",
            "remembered": "day",
            "source": "desk",
            "confirmed": "on",
        }
        form["history"] = "complete"

        def save(resident) -> None:
            answer = client.post(f"/nguoi-dan/{resident}/mui-tiem/them/", form)
            assert answer.status_code == 302, answer.content.decode()

        save(people[0])
        return (len(people) - 1) / stage.meter.seconds(lambda: [save(resident) for resident in people[1:]])


def _due_people(ward: int) -> list:
    """Residents of the ward who may be given a dose of Pfizer today."""
    from vaccination.models import Forecast

    due = Forecast.objects.filter(
        ward=ward, products__contains=["PFZ"], due_on__lte=ON, deferred_until=None, closed_reason=""
    )
    return list(due.order_by("resident_id").values_list("resident_id", flat=True)[: REQUESTS + 1])


def _minimal(stage: Stage) -> float:
    from wards.models import Resident

    with stage.plain() as cursor:
        minimal_view.make_tables(cursor, APP_ROLE)
    people = list(Resident.objects.order_by("pk").values_list("pk", flat=True)[:REQUESTS])
    client = Client()
    given = ON.isoformat()

    def work() -> None:
        for resident in people:
            data = {"resident": str(resident), "product": "PFZ", "given": given}
            assert client.post("/save/", data, content_type="application/json").status_code == 200

    with override_settings(ROOT_URLCONF=minimal_view.__name__, MIDDLEWARE=[]):
        work()
        return len(people) / stage.meter.seconds(work)


SUBJECTS = (
    Subject(
        "pages",
        {"list of 50": _product, "plain ORM + template": _plain},
        (
            Comparison(
                "list_page", "P9", "requests/CPU-s", "list of 50", "plain ORM + template", at_least=3,
                recorded={"Directus requests/s": 100},
            ),
        ),
    ),
    Subject(
        "search",
        {"search in a ward": _search, "ILIKE over the city": _contains},
        (
            Comparison(
                "name_search", "P9", "ms in the database", "search in a ward", "ILIKE over the city", "lower", limit=20,
                recorded={"ODK Central ms": 4700, "Directus ms": 260},
            ),
        ),
    ),
    Subject(
        "save",
        {"a dose": _dose, "minimal view": _minimal},
        (
            Comparison("dose_save", "P1 comes with visits; here a dose", "requests/CPU-s", "a dose", "minimal view"),
        ),
    ),
)  # fmt: skip
