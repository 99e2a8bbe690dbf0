"""The demonstration on real servers: a short past is loaded through the gateway, interrupted, resumed, and lived on."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from shuniu.runtime.installed import choose_services
from shuniu.runtime.state import StateFolder
from shuniu.runtime.suite import Suite, SuiteOptions
from shuniu.testing.waiting import until
from shuniu_demo import COMPLETE, NEEDED, Demonstration
from shuniu_demo.accounts import key_name
from shuniu_demo.cases import CROSSING, NEIGHBOURS
from shuniu_demo.clients import Street
from shuniu_demo.journal import Journal
from shuniu_demo.story import tell

pytestmark = pytest.mark.journey

SCALE = 0.05


@contextlib.asynccontextmanager
async def running(state: Path, *, districts: bool = False) -> AsyncIterator[tuple[Demonstration, Suite]]:
    demonstration = Demonstration(StateFolder(state), scale=SCALE, pace=0.05, districts=districts)
    options = SuiteOptions(
        state=state,
        scope=demonstration.scope,
        clock_file=demonstration.clock_file,
        registry_file=demonstration.registry_file,
    )
    async with Suite(choose_services(NEEDED), options, before=demonstration.begin) as suite:
        assert not suite.failed
        try:
            yield demonstration, suite
        finally:
            await demonstration.leave()


def street_of(demonstration: Demonstration, suite: Suite, journal: Journal) -> Street:
    return demonstration._street(suite, journal)


async def is_offered(street: Street, login: str, action: str) -> bool:
    """Whether the account may do that with one of the matters it sees."""
    desk = street.desk(login)
    service = OF_SERVICE.get(action.partition(".")[0], action.partition(".")[0])
    listed = await desk.get("/matters", open="true", service=service, limit=500)
    for matter in listed["items"]:
        offers = await desk.offers(matter["service"], matter["kind"], matter["id"])
        if any(offer["action"] == action for offer in offers):
            return True
    return False


async def test_a_street_is_loaded_interrupted_resumed_and_lives_on(tmp_path: Path) -> None:
    state = tmp_path / "state"
    async with running(state) as (demonstration, suite):
        loading = asyncio.create_task(demonstration.load(suite))
        progress = demonstration._journal
        await until(lambda: progress.read_bytes().count(b"\n") > 300 or loading.done(), within=600)
        loading.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await loading
        half = Journal(progress)
        half.close()
        assert not half.done(COMPLETE)

    async with running(state) as (demonstration, suite):
        await demonstration.load(suite)
        journal = Journal(demonstration._journal)
        assert journal.header is not None
        street = street_of(demonstration, suite, journal)
        try:
            assert journal.refused == {}
            assert half.told.items() <= journal.told.items()
            await _has_the_whole_story(street, journal)
            await _has_something_for_everybody(street)
            await _has_content_on_every_panel(street)
            _keeps_secrets(demonstration, suite)
            await _lives_on(demonstration, suite, street)
        finally:
            await street.close()
            journal.close()
        told = demonstration._journal.read_bytes()

    async with running(state, districts=True) as (demonstration, suite):
        await demonstration.load(suite)
        now = demonstration._journal.read_bytes()
        assert now.startswith(told), "what was told is not told again"
        assert all(b'"crossing' in line for line in now.removeprefix(told).splitlines())
        await _shows_the_case_of_three_districts(demonstration, suite)
        assert demonstration._districts is not None
        children = [one.deployment.child for one in demonstration._districts._neighbours]
    assert not any(child.alive for child in children)


async def _shows_the_case_of_three_districts(demonstration: Demonstration, suite: Suite) -> None:
    """黄家圩十字街: our whistle is closed with both neighbours' own answers, and their places are printed."""
    journal = Journal(demonstration._journal)
    street = street_of(demonstration, suite, journal)
    try:
        listed = await street.desk("operator").get("/matters", kind="whistle", limit=500)
        (crossing,) = (matter for matter in listed["items"] if CROSSING in matter["title"])
        assert crossing["status"] == "CLOSED"
        answered = {unit["unit"]: unit["status"] for unit in crossing["units"]}
        assert answered == {"cg": "FINISHED", **{f"@{scope}": "FINISHED" for scope in NEIGHBOURS.values()}}
    finally:
        journal.close()
        await street.close()
    printed = "\n".join(demonstration.sign_in_lines(suite))
    assert all(scope in printed for scope in NEIGHBOURS.values())


async def _has_the_whole_story(street: Street, journal: Journal) -> None:
    """Every report and draft became one matter, none two, in ten working days that end now."""
    assert journal.header is not None
    story = tell(journal.header.end, scale=journal.header.scale, seed=journal.header.seed)
    opened = Counter(act.command for act in story.acts)
    operator = street.desk("operator")
    view = await operator.get("/view")
    assert view["synthetic"] is True
    assert view["rate"] == 1.0
    assert abs((datetime.now(UTC) - datetime.fromisoformat(view["as_of"])).total_seconds()) < 5
    events = await operator.get("/matters", kind="grid_event", limit=500, sort="opened")
    found = sum(len(act.body.get("findings", ())) for act in story.acts if act.command == "grid.record_visit")
    given = [act for act in story.acts if act.command == "@linked" and act.body["to"] == "grid_event"]
    assert events["total"] == opened["grid.report"] + found + len(given)
    first = min(act.at for act in story.acts if act.command in ("grid.report", "grid.record_visit"))
    assert datetime.fromisoformat(events["items"][0]["opened_at"]) < first + timedelta(hours=1)
    whistles = await street.desk("clerk").get("/matters", kind="whistle", limit=500)
    referred = [act for act in story.acts if act.command == "@linked" and act.body["to"] == "whistle"]
    drafted = opened["whistle.draft"] + len(referred) + opened["whistle.not_solved"] + opened["joint.resolve"]
    assert whistles["total"] == drafted
    orders = await operator.get("/matters", kind="hotline_order", limit=500)
    assert orders["total"] == opened["order.take_call"]
    assert {order["status"] for order in orders["items"]} >= {
        "RECEIVED", "CLASSIFIED", "DISPATCHED", "SIGNED", "CONTACTED", "HANDLING", "OBJECTED", "REDISPATCHED",
        "EXTENDED", "HUNG", "REWORK", "FED_BACK", "CALLED_BACK",
    }  # fmt: skip
    await _has_the_three(street, opened)
    for due in ("late", "soon"):
        assert (await operator.get("/matters", open="true", due=due))["total"] >= 3, due
    areas = (await operator.get("/areas"))["areas"]
    assert len(areas) == 296
    assert all(journal.told[act.key] for act in given)
    assert all(area["geometry"] for area in areas)
    assert all(journal.told[act.key] for act in referred)


async def _has_the_three(street: Street, opened: Counter[str]) -> None:
    """The desk, the insurance and the volunteers have a matter in every status that a street comes to in ten days."""
    visits = sum(opened[command] for command in ("case.submit", "case.apply"))
    for login, kind, least, statuses in (
        ("desk-leader", "desk_case", visits, {
            "CONSULTED", "SUBMITTED", "CORRECTION", "ACCEPTED", "ACCEPTED_GAP", "SPECIAL", "DECIDED", "DELIVERED",
            "REFUSED", "LAPSED", "WITHDRAWN",
        }),
        ("desk-leader", "desk_rating", 5, {"RATED_BAD", "RECTIFYING", "RATED_GOOD"}),
        ("desk-leader", "desk_home_visit", 8, {
            "REQUESTED", "APPOINTED", "HOLDING", "DONE", "UNMET", "REFUSED", "CANCELLED",
        }),
        ("desk-leader", "desk_standard", 3, {"PRACTICE", "PILOT", "PUBLISHED"}),
        ("desk-leader", "deliberation", 3, {"NOTICED", "RESOLUTION"}),
        ("desk-leader", "desk_project", 2, {"RUNNING", "PROJECT_FED_BACK"}),
        ("data-steward", "data_grant", 10, {"ASKED", "GRANTED", "REFUSED", "REVOKED"}),
        ("operator", "insurance_claim", opened["claim.report"], {
            "REPORTED", "REGISTERED", "CERTIFIED", "CERT_REFUSED", "DOCS", "ASSESSED", "AGREED", "DENIED", "DISPUTED",
            "MEDIATED", "LITIGATED", "ADVANCE_DUE", "ADVANCED", "CLOSED", "RECOURSE", "WITHDRAWN",
        }),
        ("operator", "hazard", opened["hazard.find"] + 9, {
            "FOUND", "VERIFIED", "GRADED", "ROUTED", "RECTIFYING", "INTERIM_CONTROL", "RECTIFIED", "RECHECKED",
            "CANCELLED_OFF", "REOPENED", "RISK_ACCEPTED", "UNFOUNDED",
        }),
        ("operator", "insurance_policy", 2, {"IN_FORCE", "DRAFT"}),
        ("operator", "volunteer_activity", opened["activity.draft"], {
            "DRAFT", "REVIEWED", "RECRUITING", "READY", "FINISHED", "HOURS_PENDING", "HOURS_CONFIRMED", "NOTICED",
            "CANCELLED", "ARCHIVED",
        }),
        ("operator", "time_order", opened["volunteer.request_time"], {
            "TIME_REQUESTED", "TIME_HELD", "TIME_MATCHED", "TIME_SERVING", "TIME_DONE", "TIME_DISPUTED",
            "TIME_SETTLED", "TIME_CANCELLED",
        }),
        ("operator", "award_round", 3, {"AW_VOTING", "AW_NOTICE", "AW_AWARDED"}),
    ):  # fmt: skip
        listed = await street.desk(login).get("/matters", kind=kind, limit=500)
        assert listed["total"] >= least, kind
        assert {matter["status"] for matter in listed["items"]} >= statuses, kind


ELSEWHERE = {
    "grid_redrawings": "nobody",
    "grid_party_terms": "secretary",
    "grid.household_figures": "worker-01",
    "grid.solved_levels": "nobody",
    "volunteer.award_codes": "nobody",
    "data_uses": "data-steward",
    "grid.units_unassigned": "nobody",
}
"""Panels that a leading-group member finds empty or closed, and whose they are. Borders are redrawn in no ten days,
nobody has voted by code, and a month that has just begun has solved nothing yet."""


async def _has_content_on_every_panel(street: Street) -> None:
    """Whatever a service draws by a route of its own has rows, bars, entries or shapes."""
    empty = []
    for service in (await street.desk("leader").get("/view"))["services"]:
        for panel in service["manifest"]["panels"]:
            who = ELSEWHERE.get(panel["id"], "leader")
            if not panel["route"] or who == "nobody":
                continue
            drawn = await street.desk(who).get(f"/services/{service['service']}/x{panel['route']}")
            if not any(drawn.get(name) for name in ("rows", "bars", "entries", "shapes")):
                empty.append(panel["id"])
    assert empty == []


FIRST_MOVES = {
    "operator": "grid.file",
    "dispatcher": "grid.dispatch",
    "clerk": "whistle.report_in",
    "leader": "whistle.blow",
    "secretary": "whistle.blow",
    "director": "whistle.blow",
    "coordinator": "whistle.uphold",
    "checker": "grid.start_check",
    "worker-01": "grid.verify",
    "community-01": "whistle.submit",
    "duty-cg": "whistle.sign",
    "enterprise": "whistle.submit",
    "desk-clerk": "case.accept",
    "back-office": "case.decide",
    "desk-leader": "rating.call_back",
    "insurer": "claim.assess",
    "surveyor": "claim.survey",
    "payer": "claim.pay",
    "volunteer-lead": "activity.amend",
    "volunteer": "participation.check_out",
    "time-bank": "volunteer.hold_time",
}
OF_SERVICE = {"case": "services_desk", "rating": "services_desk", "claim": "insurance", "activity": "volunteer",
              "participation": "volunteer"}  # fmt: skip


async def _has_something_for_everybody(street: Street) -> None:
    answers = await asyncio.gather(*(is_offered(street, login, action) for login, action in FIRST_MOVES.items()))
    assert not [move for move, offered in zip(FIRST_MOVES.items(), answers, strict=True) if not offered]


def _keeps_secrets(demonstration: Demonstration, suite: Suite) -> None:
    lines = "\n".join(demonstration.sign_in_lines(suite))
    for login in ("operator", "worker-01", "duty-cg", "admin"):
        assert f"  {login} " in lines
    keys = StateFolder(suite.options.state).keys
    assert keys.get(key_name("api-reader")) in lines
    assert {path.stat().st_mode & 0o777 for path in keys.folder.glob("demo-*")} == {0o600}
    written = demonstration._journal.read_text("utf-8")
    assert not any(path.read_text("ascii").strip() in written for path in keys.folder.glob("demo-*"))


async def _lives_on(demonstration: Demonstration, suite: Suite, street: Street) -> None:
    """Without a visitor the street goes on; when told to end, it ends."""
    operator = street.desk("operator")

    async def heads() -> int:
        return sum(service["head"] for service in (await operator.get("/view"))["services"])

    before = await heads()
    living = asyncio.create_task(demonstration.live(suite))

    async def moved() -> bool:
        return living.done() or await heads() >= before + 5

    await until(moved, within=90, every=0.1)
    assert not living.done()
    living.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await living
    assert living.cancelled()


def test_a_journal_cut_off_in_the_middle_of_a_line_is_read_up_to_it(tmp_path: Path) -> None:
    path = tmp_path / "progress.jsonl"
    from shuniu_demo.journal import Header

    journal = Journal(path)
    journal.start(Header(name="n", end=datetime(2026, 11, 23, tzinfo=UTC), scale=1.0, seed=1))
    journal.note("a/0", {"event": "1"})
    journal.note("a/1", {}, "409 no")
    journal.close()
    path.write_bytes(path.read_bytes() + b'{"step":"a/2","to')
    again = Journal(path)
    assert (again.told, again.refused) == ({"a/0": {"event": "1"}}, {"a/1": "409 no"})
    again.note("a/2", {})
    again.close()
    assert [msgspec.json.decode(line)["step"] for line in path.read_bytes().splitlines()[1:]] == ["a/0", "a/1", "a/2"]
