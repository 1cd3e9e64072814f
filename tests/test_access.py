"""Who may open which address, and what of whom it may show them.

The routes come from the URLconf; what each role may do with each of them is written here by hand, from the role map of the
commission, not from `wards/roles.py`. A route without a line fails. `test_access_mutants.py` takes the guards out one by one
and expects these checks to notice.
"""

from dataclasses import replace
from datetime import date

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.urls import reverse

from lib import clock, identity
from lib.addresses import address_search_key
from outreach import export_jobs, list_exports, saved_filters
from outreach.worklists import UNVACCINATED
from tests import access_technical, access_transfers, factories
from tests.access_matrix import SUCCESS, PerRole, Route, Stage, Use, World, faults, routes
from vaccination import forecasts
from vaccination.models import Infection, Screening
from wards import api_tokens, identity_numbers
from wards.imports import batches, steps
from wards.models import (
    AccessEvent,
    Condition,
    IdentityClaim,
    Installation,
    Organisation,
    ResidentCondition,
    User,
)
from wards.roles import Role

SURVEYOR, OFFICER, STATION, WARD_LEAD, POLICE = (
    Role.SURVEYOR,
    Role.WARD_OFFICER,
    Role.STATION,
    Role.WARD_LEAD,
    Role.WARD_POLICE,
)
CENTRE, ADMIN, AUDITOR = Role.HEALTH_CENTRE, Role.ADMIN, Role.AUDITOR
EVERYBODY = tuple(Role)
SEES_PEOPLE = (SURVEYOR, OFFICER, STATION, WARD_LEAD, POLICE, CENTRE)
SEES_HEALTH = (SURVEYOR, OFFICER, STATION, WARD_LEAD, CENTRE)
EDITS_PEOPLE = (SURVEYOR, OFFICER, STATION, CENTRE)
ENTERS_DOSES = (OFFICER, STATION, CENTRE)
CLINICIANS = (STATION, CENTRE)
TAKES_LISTS_OUT = (OFFICER, STATION, WARD_LEAD, CENTRE)
IMPORTS = (OFFICER, STATION, CENTRE)
READS_LOG = (CENTRE, AUDITOR)
RECEIVES = (OFFICER, STATION, CENTRE)  # a survey team of one neighbourhood does not, whatever the id
BOTH_WAYS = ("incoming_id", "outgoing_id")
OPENS_ACCOUNTS = (WARD_LEAD, CENTRE, ADMIN)
CHOOSES_RULES = (CENTRE, Role.CDC)

# Who may read what, wherever it stands. "diagnosis" is the illness, "health" what was injected and what is due.
READERS = {
    "name": SEES_PEOPLE,
    "health": SEES_HEALTH,
    "diagnosis": CLINICIANS,
    "number": (OFFICER, STATION, POLICE, CENTRE),
    "colleague": EVERYBODY,
    "token": (),
}


def get(*by: Role, others: int = 403, succeeds=SUCCESS, **sent) -> Use:
    return Use("GET", by, others, lambda world: sent, succeeds)


def post(*by: Role, others: int = 403, succeeds=SUCCESS, **sent) -> Use:
    return Use("POST", by, others, lambda world: sent, succeeds)


def of_account(*by: Role, **sent) -> Use:
    """Something done to the account of the world, ticked in a list."""
    return Use("POST", by, 403, lambda world: {"account": world.thing("account_id"), **sent})


def page(*by: Role) -> tuple[Use, Use]:
    """A form: shown by GET; an empty POST comes back with its errors."""
    return get(*by), post(*by)


SOMEBODY_ELSES = frozenset({404})  # a colleague's token, whatever the role
ASKS_AGAIN_OR_HAS_NONE = frozenset({302, 404})  # the password first; nobody of the cast has a second factor
TOLD_IT_IS_NOT_THERE = frozenset({200, 400})  # a ward out of scope is no choice of the filter; htmx gets 200
ONLY_IN_A_DEMONSTRATION = frozenset({404})
PURPOSE = {"purpose": "session", "recipient": "Trung tâm Y tế"}

EXPECTED: dict[str, tuple[Use, ...]] = {
    "outreach:today": (get(*EVERYBODY),),
    "outreach:help": (get(*EVERYBODY),),
    "outreach:worklist": (
        get(*SEES_HEALTH),
        get(*SEES_HEALTH, succeeds=TOLD_IT_IS_NOT_THERE, ward="09187"),
        get(*SEES_HEALTH, ward="09190"),
        post(*SEES_HEALTH, q="Cacbonat"),
        post(*SEES_HEALTH, q="00222"),
    ),
    "outreach:worklist-columns": (
        post(*SEES_HEALTH, column="name"),
        post(*SEES_HEALTH, usual="1"),
    ),
    "outreach:saved-filter-list": (
        replace(get(*SEES_HEALTH), needs=("filter_id",)),
        post(*SEES_HEALTH, name="Từ 80 tuổi"),
    ),
    "outreach:saved-filter-edit": (
        get(*SEES_HEALTH),
        post(*SEES_HEALTH, name="Tên khác", share="role"),
    ),
    "outreach:saved-filter-delete": (post(*SEES_HEALTH),),
    "outreach:saved-filter-restore": (post(*SEES_HEALTH),),
    "outreach:worklist-export": (
        get(*SEES_HEALTH),
        post(*TAKES_LISTS_OUT, format="csv", **PURPOSE),
        post(SURVEYOR, *TAKES_LISTS_OUT, format="print", **PURPOSE),
    ),
    # a file is its owner's alone: even to roles that take no lists out, its address tells nothing
    "outreach:export-list": (replace(get(*TAKES_LISTS_OUT), needs=("export_id",)),),
    "outreach:export-download": (get(*TAKES_LISTS_OUT, others=404),),
    "outreach:export-delete": (post(*TAKES_LISTS_OUT, others=404),),
    "outreach:export-retry": (post(*TAKES_LISTS_OUT, others=404),),
    "outreach:resident-detail": (get(*SEES_PEOPLE),),
    "vaccination:dose-create": page(*ENTERS_DOSES),
    "vaccination:dose-history": page(*ENTERS_DOSES),
    "vaccination:dose-correct": page(*CLINICIANS),
    "vaccination:dose-void": page(*CLINICIANS),
    "vaccination:dose-restore": (post(*CLINICIANS),),
    "vaccination:infection-create": page(*ENTERS_DOSES),
    "vaccination:infection-update": page(*CLINICIANS),
    "vaccination:infection-withdraw": (post(*CLINICIANS),),
    "vaccination:screening-create": page(*CLINICIANS),
    "vaccination:screening-withdraw": (post(*CLINICIANS),),
    "vaccination:rules": page(*CHOOSES_RULES),
    "vaccination:rules-apply": (post(*CHOOSES_RULES),),
    "vaccination:rules-discard": (post(*CHOOSES_RULES),),
    "vaccination:rules-count": (post(*CHOOSES_RULES),),
    "wards:resident-list": (get(*SEES_PEOPLE), get(*SEES_PEOPLE, ward="09187")),
    # typed apart: the page repeats what was typed, and must not complete it
    "wards:resident-search": (post(*SEES_PEOPLE, q="cacbonat"), post(*SEES_PEOPLE, q="0900 000 222")),
    "wards:resident-edit": page(*EDITS_PEOPLE),
    "wards:resident-move": (
        *page(*EDITS_PEOPLE),
        post(*EDITS_PEOPLE, find="pho cacbonat", search="1"),
        post(*EDITS_PEOPLE, find="pho dolomit", search="1"),
    ),
    "wards:resident-add": page(*EDITS_PEOPLE),
    "wards:resident-duplicates": (post(*EDITS_PEOPLE, full_name="Trần Thị Cacbonat", born="1950", sex="F"),),
    "wards:household-add": page(*EDITS_PEOPLE),
    "wards:household-detail": (get(*SEES_PEOPLE),),
    "wards:household-edit": page(*EDITS_PEOPLE),
    "wards:household-move": page(*EDITS_PEOPLE),
    "wards:move-undo": (post(*EDITS_PEOPLE),),
    "wards:transfer-list": (
        replace(get(*EDITS_PEOPLE), needs=BOTH_WAYS),
        replace(get(*EDITS_PEOPLE, tab="di"), needs=BOTH_WAYS),
    ),
    "wards:transfer-accept": (
        *page(*RECEIVES),
        post(*RECEIVES, find="pho cacbonat", search="1"),
        post(*RECEIVES, where="new", address_text="9 ngõ nhỏ"),
    ),
    "wards:transfer-return": (post(*RECEIVES), post(*RECEIVES, reason="Không gặp gia đình")),
    "wards:transfer-withdraw": (post(*EDITS_PEOPLE),),
    "wards:import-list": tuple(replace(use, needs=("batch_id",)) for use in page(*IMPORTS)),
    "wards:import-sample": (post(*IMPORTS, succeeds=ONLY_IN_A_DEMONSTRATION),),
    "wards:import-detail": (
        get(*IMPORTS),
        *(get(*IMPORTS, outcome=outcome) for outcome in ("new", "duplicate_review", "errors")),
    ),
    "wards:import-columns": (post(*IMPORTS),),
    "wards:import-reopen": (post(*IMPORTS),),
    "wards:import-decide": (post(*IMPORTS, decision="later"),),
    "wards:import-take-over": (post(*IMPORTS),),
    "wards:import-write": page(*IMPORTS),
    "wards:import-discard": (post(*IMPORTS),),
    "wards:import-errors": (get(*IMPORTS),),
    "wards:access-log": (
        get(*READS_LOG),
        get(*READS_LOG, tab="changed"),
        get(*READS_LOG, tab="volume"),
        get(*READS_LOG, code="TX00000000"),
    ),
    "wards:access-log-person": (
        post(*READS_LOG, q="cacbonat"),
        # typed apart: the page repeats what was typed
        post(*READS_LOG, q="099 150 000 222"),
        post(*READS_LOG, q="099 150 000 111"),
    ),
    "wards:access-log-export": (
        *page(*READS_LOG),
        post(*READS_LOG, purpose="review", format="xlsx"),
        post(*READS_LOG, purpose="review", format="print"),
    ),
    "wards:account-list": (get(*OPENS_ACCOUNTS), post(*OPENS_ACCOUNTS, q="cacbonat")),
    "wards:account-add": page(*OPENS_ACCOUNTS),
    "wards:account-detail": page(*OPENS_ACCOUNTS),
    "wards:account-assign": (post(*OPENS_ACCOUNTS),),
    "wards:account-unassign": (post(*OPENS_ACCOUNTS),),
    "wards:account-close": (post(*OPENS_ACCOUNTS),),
    "wards:account-reopen": (post(*OPENS_ACCOUNTS),),
    "wards:account-slip": (post(*OPENS_ACCOUNTS),),
    "wards:account-stand-in": (post(*OPENS_ACCOUNTS),),
    "wards:account-paste": (
        *page(*OPENS_ACCOUNTS),
        post(*OPENS_ACCOUNTS, text="Lê Thị Mới 0900000999", role="surveyor"),
        post(
            *OPENS_ACCOUNTS, **{"rows": "1", "name-0": "Lê Thị Mới", "phone-0": "0900000999", "step": "open"}
        ),
    ),
    "wards:account-made": (get(*OPENS_ACCOUNTS),),
    "wards:account-export": (
        *page(*OPENS_ACCOUNTS),
        post(*OPENS_ACCOUNTS, purpose="review", format="xlsx"),
        post(*OPENS_ACCOUNTS, purpose="review", format="print"),
    ),
    "wards:account-slips": (of_account(*OPENS_ACCOUNTS),),
    "wards:account-close-many": (
        of_account(*OPENS_ACCOUNTS),
        of_account(*OPENS_ACCOUNTS, because="left"),
    ),
    "wards:account-factor-reset": (post(*OPENS_ACCOUNTS),),
    "my-account": (get(*EVERYBODY),),
    "session-end": (post(others=404),),  # one's own sessions only
    "session-end-others": (post(*EVERYBODY),),
    "session-lock": (post(*EVERYBODY),),
    "session-still-working": (post(*EVERYBODY),),
    "form-again": (get(*EVERYBODY),),
    "account_change_password": page(*EVERYBODY),
    "account_reauthenticate": page(*EVERYBODY),
    "account_logout": (get(*EVERYBODY),),
    "api-docs": (get(*EVERYBODY),),
    "api-token-list": (get(*EVERYBODY),),
    "api-token-add": (
        get(*EVERYBODY, succeeds=ASKS_AGAIN_OR_HAS_NONE),
        post(*EVERYBODY, succeeds=ASKS_AGAIN_OR_HAS_NONE),
    ),
    "api-token-revoke": (post(*EVERYBODY, succeeds=SOMEBODY_ELSES),),
    "mfa_index": (get(*EVERYBODY),),
    "mfa_reauthenticate": (get(*EVERYBODY),),
    "mfa_activate_totp": (get(*EVERYBODY),),
    "mfa_add_webauthn": (get(*EVERYBODY),),
    "mfa_reauthenticate_webauthn": (get(*EVERYBODY),),
    "mfa_remove_webauthn": (get(others=404), post(others=404)),  # one's own keys only
    "mfa_deactivate_totp": (get(*EVERYBODY, succeeds=ASKS_AGAIN_OR_HAS_NONE),),
    "mfa_view_recovery_codes": (get(*EVERYBODY, succeeds=ASKS_AGAIN_OR_HAS_NONE),),
    "mfa_generate_recovery_codes": (get(*EVERYBODY),),
}
EXPECTED |= access_technical.expected(
    lambda method, *by, row="": Use(method, by, 403, lambda world: {}, SUCCESS, row)
)

PASSWORD = make_password("một mật khẩu dài")  # made once: it is slow on purpose

# Open without signing in: they show nobody.
PUBLIC = {
    "no-api",
    "healthz",
    "set_language",
    "account_login",
    "account_inactive",
    "mfa_authenticate",
    "demo-sign-in",
}
# Somebody comes in through a slip: without its secret they show nobody (tests/wards/test_account_slips.py).
PUBLIC |= {"wards:link-sign-in", "wards:link-password", "wards:code-sign-in"}


def make_world(ward, neighbourhood_name: str, mark: str, phone: str, number: str) -> World:
    """A neighbourhood with one home, one person of 72 without the second dose, and every fact a route can name."""
    neighbourhood = factories.make_neighbourhood(ward, neighbourhood_name)
    household = factories.make_household(
        ward, neighbourhood=neighbourhood, street=f"Phố {mark}", address_key=address_search_key(f"Phố {mark}")
    )
    resident = factories.make_resident(
        ward, name=f"Trần Thị {mark}", born="1950-02-03", sex="F", household=household, phones=[phone]
    )
    dose = factories.make_dose(resident, "AZ", "2021-06-01", lot=f"LO{mark.upper()}", site=f"Điểm {mark}")
    ResidentCondition.objects.create(
        resident=resident, ward=ward, condition=Condition.objects.get(number=13), noted=f"Bệnh {mark}"
    )
    claim = identity_numbers.claim_values(identity.classify(number, synthetic=True))
    IdentityClaim.objects.create(resident=resident, ward=ward, **claim)
    infection = Infection.objects.create(resident=resident, ward=ward, confirmed_on=date(2021, 11, 1))
    screening = Screening.objects.create(
        resident=resident,
        ward=ward,
        programme_id="COVID-19",
        category="CAUT",
        screened_on=date(2022, 1, 3),
        reason=f"Lý do {mark}",
    )
    account = factories.make_user(SURVEYOR, full_name=f"Cán bộ {mark}")
    assignment = account.assignments.create(neighbourhood=neighbourhood)
    token, _secret = api_tokens.issue(
        user=account, name=f"Khóa {mark}", scopes=["read:people"], days=7, at=clock.real_now()
    )
    objects = {
        "row_no": 2,
        "account_id": account.pk,
        "assignment_id": assignment.pk,
        "resident_id": resident.pk,
        "household_id": household.pk,
        "dose_id": dose.pk,
        "infection_id": infection.pk,
        "screening_id": screening.pk,
        "neighbourhood": neighbourhood,
        "token_id": token.pk,
        "session_id": account.open_sessions.create(
            session_key=f"of {mark}", began_at=clock.real_now(), seen_at=clock.real_now()
        ).pk,
        "pk": 0,  # of a passkey
        "object_id": resident.pk,
        "app_label": "wards",
        access_technical.SHARED + "app": "wards",
    } | access_technical.things(ward)
    texts = {
        "name": (f"Thị {mark}", f"Phố {mark}", phone),
        "health": (f"LO{mark.upper()}", f"Điểm {mark}"),
        "diagnosis": (f"Bệnh {mark}", f"Lý do {mark}"),
        "number": (number,),
        "colleague": (f"Cán bộ {mark}", f"Bộ lọc {mark}", f"Tải cho {mark}"),
        "token": (f"Khóa {mark}",),
    }
    return World(ward, objects, texts, {"batch_id": lambda: file_under_review(ward, mark)})


def file_under_review(ward, mark: str):
    """The id of a file of two people of this ward, one of them on record, that an officer there has read in."""
    officer = factories.make_user(OFFICER, ward, full_name=f"Cán bộ {mark}")
    lines = ["Họ và tên;Ngày sinh;Giới tính;Địa chỉ", f"Lê Thị {mark};07/03/1950;Nữ;9 phố {mark}"]
    lines += [f"Trần Thị {mark};03/02/1951;Nữ;9 Phố {mark}", f"Bùi Thị {mark};hôm qua;Nữ;9 phố {mark}"]
    batch = batches.receive_file(
        by=officer, source="residents", chunks=["\n".join(lines).encode()], original_name=f"{mark}.csv"
    )
    steps.work(batch.pk)
    batch.refresh_from_db()
    batches.choose_columns(batch=batch, mapping=batch.mapping, date_orders=batch.date_orders, by=officer)
    steps.work(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.rows_read, batch.error_rows) == ("review", 3, 1), batch.refusal
    return batch.pk


@pytest.fixture
def stage(db) -> Stage:
    Installation.objects.create(city_name="Thành phố Bắc Ninh", is_demo=False)
    ward, other = factories.make_ward(factories.VO_CUONG), factories.make_ward(factories.SUOI_HOA)
    own = make_world(ward, "Khu Nhà", "Bromua", "0900000111", "099150000111")
    foreign = make_world(other, "Khu Xa", "Cacbonat", "0900000222", "099150000222")
    neighbour = make_world(ward, "Khu Bên", "Dolomit", "0900000333", "099150000333")
    forecasts.refresh_residents([w.objects["resident_id"] for w in (own, foreign, neighbour)], clock.today())
    for world in (own, foreign, neighbour):
        look_at(world, world)
    look_at(
        foreign, own
    )  # somebody who has moved away since: the look belongs to this ward, the name no longer
    centre = Organisation.objects.create(kind=Organisation.Kind.HEALTH_CENTRE, name="Trung tâm thử")
    centre.units.add(ward)
    cast = {role: _at_work(role, own, centre) for role in Role}
    for world, mark in ((own, "Bromua"), (neighbour, "Dolomit")):
        world.makers["export_id"] = lambda mark=mark: PerRole(
            {role: list_made_for(cast[role], mark) for role in TAKES_LISTS_OUT}
        )
        world.makers["filter_id"] = lambda mark=mark: PerRole(
            {
                role: filter_of(cast[role], mark)
                for role in SEES_HEALTH
                if mark == "Bromua" or role != SURVEYOR
            }
            | ({SURVEYOR: filter_of(factories.make_user(SURVEYOR, ward), mark)} if mark == "Dolomit" else {})
        )
    foreign.makers["filter_id"] = lambda: filter_of(factories.make_user(OFFICER, other), "Cacbonat")
    foreign.makers["export_id"] = lambda: list_made_for(factories.make_user(OFFICER, other), "Cacbonat")
    access_transfers.put_into(own, foreign, neighbour, factories.make_ward("09163"))
    return Stage(own, foreign, neighbour, cast, READERS)


def list_made_for(user: User, mark: str):
    """The id of a list that this user had made as a file."""
    selection = UNVACCINATED.select(user, {}, clock.today())
    export = list_exports.request_export(
        by=user, selection=selection, file_format="csv", purpose=f"Tải cho {mark}", rows=selection.count()
    )
    assert export_jobs.make_next()
    export.refresh_from_db()
    assert (export.state, export.rows_written) == ("ready", selection.count()), export.reason
    return export.pk


def filter_of(user: User, mark: str):
    """The id of a filter that this user keeps for themselves."""
    saved = saved_filters.save_filter(
        by=user, name=f"Bộ lọc {mark}", choices={"age": "80"}, at=clock.real_now()
    )
    return saved.pk


def look_at(world: World, at_the_time: World) -> None:
    AccessEvent.objects.create(
        at=clock.real_now(),
        user_id=at_the_time.objects["account_id"],
        action=AccessEvent.Action.VIEW,
        what="resident",
        object_id=str(world.objects["resident_id"]),
        ward=at_the_time.ward,
    )


def _at_work(role: Role, world: World, centre: Organisation):
    user = factories.make_user(role)
    user.password = PASSWORD
    user.save(update_fields=["password"])
    if role == Role.SURVEYOR:
        user.assignments.create(neighbourhood=world.objects["neighbourhood"])
    elif role in (OFFICER, STATION, WARD_LEAD, POLICE):
        user.assignments.create(unit=world.ward)
    else:
        user.assignments.create(organisation=centre)
    return user


ALL_ROUTES = {route.name: route for route in routes()}
# what the API answers is in tests/api/test_api_access.py
GUARDED = {
    name: route for name, route in ALL_ROUTES.items() if name not in PUBLIC and not name.startswith("api:")
}


def test_every_route_has_its_expectation_and_no_expectation_is_without_a_route():
    assert set(GUARDED) == set(EXPECTED)


@pytest.mark.parametrize("name", sorted(set(EXPECTED) & set(GUARDED)))
def test_each_role_may_do_what_is_written_and_sees_only_its_own_people(stage: Stage, name: str):
    found = [fault for use in EXPECTED[name] for fault in faults(stage, GUARDED[name], use, EXPECTED)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", sorted(GUARDED))
def test_nobody_gets_in_without_signing_in(stage: Stage, name: str):
    route: Route = GUARDED[name]
    url = reverse(route.name, kwargs={argument: stage.own.thing(argument) for argument in route.arguments})
    for method in ("get", "post"):
        response = getattr(Client(), method)(url)
        assert response.status_code in (302, 405), f"{method} {name}: {response.status_code}"
        if response.status_code == 302:
            assert response["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_no_route_answers_other_methods_with_somebody_elses_data(stage: Stage, method: str):
    client = Client(raise_request_exception=False)
    client.force_login(stage.cast[OFFICER])
    for route in GUARDED.values():
        if not route.arguments:
            continue
        url = reverse(route.name, kwargs={name: stage.foreign.thing(name) for name in route.arguments})
        response = getattr(client, method)(url)
        assert response.status_code in (403, 404, 405), f"{method} {route.name}: {response.status_code}"
        assert "Cacbonat" not in response.content.decode()


def test_a_success_is_never_a_refusal():
    assert not SUCCESS & {403, 404, 405}
