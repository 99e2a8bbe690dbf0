"""What is left to do at the present, for every role: threads told by the clock on the wall so that they end just so.

Each is timed backwards from the present: when its last act was done, and so how close its running limit is.
"""

import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from shuniu_demo.accounts import DEPARTMENTS, duty, secretary, worker
from shuniu_demo.events import Kind, event, process_deadline
from shuniu_demo.script import Act, Office, Picture, Ref, Script
from shuniu_demo.street import COMMUNITY_CODES, Grid, grids, spot_in
from shuniu_demo.whistles import Call, Way, whistle
from shuniu_demo.words import DOWN_ITEMS, ENTERPRISE_ITEMS, FINDINGS, UP_ITEMS, Finding, Item

__all__ = ("leftovers",)

HOME = COMMUNITY_CODES[0]
"""The community whose worker and secretary are shown to visitors."""
_ALWAYS = Office(always=True)


def leftovers(rng: random.Random, end: datetime) -> list[Act]:
    """All of them, in no order."""
    told = [*_events(rng, end), *_whistles(rng, end)]
    return [act for acts in told for act in acts]


def _finding(category: str) -> Finding:
    return next(f for f in FINDINGS if f.category == category)


def _grid(rng: random.Random, community: str = "") -> Grid:
    return rng.choice([g for g in grids() if not community or g.community == community])


def _upto(acts: list[Act], last: str) -> list[Act]:
    """The acts up to and including the last one of that command."""
    index = max(i for i, act in enumerate(acts) if act.command == last)
    return acts[: index + 1]


def _timed(write: Callable[[datetime], list[Act]], last_at: datetime) -> list[Act]:
    """``write`` a thread (the same whatever the beginning, but for its times) so that it ends at ``last_at``."""
    span = write(last_at)[-1].at - last_at
    return write(last_at - span)


# --- grid events ------------------------------------------------------------------------------------------------------


def _event(
    rng: random.Random,
    thread: str,
    last_at: datetime,
    last: str,
    category: str,
    kind: Kind = "plain",
    community: str = "",
) -> list[Act]:
    seed, grid, finding = rng.getrandbits(48), _grid(rng, community), _finding(category)

    def write(at: datetime) -> list[Act]:
        return _upto(event(Script(thread, at, random.Random(seed), _ALWAYS), grid, kind, finding).acts(), last)

    return _timed(write, last_at)


def _dispatched(rng: random.Random, thread: str, at: datetime, finding: Finding, *, accepted: bool) -> list[Act]:
    """Reported and dispatched at ``at``, perhaps taken up, and nothing since."""
    script = Script(thread, at - timedelta(minutes=9), random.Random(rng.getrandbits(48)), _ALWAYS)
    grid = _grid(rng)
    script.do(
        worker(grid.community), "grid.report", place=spot_in(script.rng, grid).place(), area=grid.code,
        category=finding.category, description=finding.remarks[0], clue=finding.clue, source="GRID",
        photos=[Picture(finding.picture, False, 0)],
    )  # fmt: skip
    script.now = at
    script.do("dispatcher", "grid.dispatch", event=Ref("event"), unit=finding.unit)
    if accepted:
        script.wait(6, 20)
        script.do(duty(finding.unit), "grid.accept", event=Ref("event"))
    return script.acts()


def _so_that(end: datetime, finding: Finding, share: float) -> datetime:
    """When to dispatch so that at ``end`` that share of the limit is used up (more than 1: late)."""
    at = end - timedelta(minutes=5)
    while (
        process_deadline(at, finding) - at > timedelta() and (end - at) < (process_deadline(at, finding) - at) * share
    ):
        at -= timedelta(minutes=10)
    return at


def _events(rng: random.Random, end: datetime) -> Iterator[list[Act]]:
    def ago(minutes: float) -> datetime:
        return end - timedelta(minutes=minutes)

    # grid worker: to be looked at on site; operator: to be filed
    for n, category in enumerate(("E0403", "E0504", "E9903")):
        community = HOME if n < 2 else ""
        yield _event(rng, f"left-verify-{n}", ago(35 + 50 * n), "grid.report", category, "public", community)
    for n, category in enumerate(("E0501", "C0118")):
        yield _event(rng, f"left-file-{n}", ago(12 + 25 * n), "grid.report", category, "office")
    # dispatcher: to be dispatched, a return and a delay to be decided
    for n, category in enumerate(("E0102", "E0505", "E9901", "E9991")):
        community = HOME if n < 2 else ""
        yield _event(rng, f"left-filed-{n}", ago(4 + 9 * n), "grid.report", category, "plain", community)
    yield _event(rng, "left-return", ago(22), "grid.return", "E0203", "returned")
    yield _event(rng, "left-delay", ago(16), "grid.ask_delay", "E9903", "delayed")
    # leading group, secretary, director: a hang to be approved
    for n, category in enumerate(("E0301", "C0102")):
        yield _event(rng, f"left-hang-{n}", ago(40 + 60 * n), "grid.ask_hang", category, "hung")
    # every department: one fresh event; the shown one: one taken up and nearly due, one late
    mine = {f.unit: f for f in FINDINGS}
    for unit, *_ in DEPARTMENTS:
        if unit in mine:
            yield _dispatched(rng, f"left-duty-{unit}", ago(rng.uniform(6, 90)), mine[unit], accepted=False)
    for n, (category, share, accepted) in enumerate(
        (("E0201", 0.9, True), ("E0501", 0.85, False), ("E0505", 1.6, True), ("E0502", 0.4, True), ("E9902", 1.3, True),
         ("E0504", 0.88, True), ("E9904", 1.2, False), ("C0402", 0.93, True), ("E0203", 0.5, True),
         ("E0504", 1.9, True), ("E0301", 2.2, True), ("C0118", 1.1, False), ("E9903", 1.05, True),
         ("E0201", 1.4, True), ("E9901", 0.95, True))
    ):  # fmt: skip
        finding = _finding(category)
        yield _dispatched(rng, f"left-due-{n}", _so_that(end, finding, share), finding, accepted=accepted)
    # checker: to be taken up, to be closed
    for n, category in enumerate(("E0102", "E0104", "E9901")):
        yield _event(rng, f"left-check-{n}", ago(18 + 35 * n), "grid.feed_back", category)
    for n, category in enumerate(("E0505", "E0502")):
        yield _event(rng, f"left-close-{n}", ago(9 + 15 * n), "grid.start_check", category)
    # the shown worker: solved once, sent back
    yield _event(rng, "left-rework", ago(30), "grid.send_back", "E0505", "rework", HOME)
    # the problem bank: hung until it can be done
    yield _event(rng, "left-hung", ago(300), "grid.hang", "C0102", "hung")


# --- whistles ---------------------------------------------------------------------------------------------------------


def _up(rng: random.Random, item: str, *, hard: bool = False) -> Call:
    own = next(i for i in UP_ITEMS if i.item == item)
    spot = spot_in(rng, _grid(rng))
    return Call("UP", "HARD" if hard else "ROUTINE", "clerk", "secretary" if hard else "leader", "clerk", own, spot)


def _down(rng: random.Random, items: tuple[Item, ...], item: str, by: str, grid: Grid, unit: str) -> Call:
    own = next(i for i in items if i.item == item)
    return Call("DOWN", "ROUTINE", by, by, by, own, spot_in(rng, grid), unit)


def _whistle(
    rng: random.Random, thread: str, last_at: datetime, last: str, call: Call, way: Way = "plain"
) -> list[Act]:
    seed = rng.getrandbits(48)

    def write(at: datetime) -> list[Act]:
        script = Script(thread, at, random.Random(seed), _ALWAYS)
        whistle(script, call, way, stop=last)
        return _upto(script.acts(), f"whistle.{last}")

    return _timed(write, last_at)


def _whistles(rng: random.Random, end: datetime) -> Iterator[list[Act]]:
    def ago(minutes: float) -> datetime:
        return end - timedelta(minutes=minutes)

    def up(name: str, minutes: float, last: str, item: str, way: Way = "plain", *, hard: bool = False) -> list[Act]:
        return _whistle(rng, f"left-w-{name}", ago(minutes), last, _up(rng, item, hard=hard), way)

    # clerk: drafts to be submitted, presence to be confirmed, a phase to be accepted, ratings, closing
    yield up("draft-0", 50, "draft", "SHARED_BIKES")
    yield up("draft-1", 15, "return", "VENUE_NOISE", "returned")
    yield up("presence-0", 200, "contact", "WASTE")
    yield up("presence-1", 80, "contact", "FIRE_LANE")
    yield up("phase-0", 55, "submit_phase", "BLOCKED_PIPE")
    yield up("rate-0", 190, "finish", "WASTE")
    yield up("close-0", 25, "rate", "HOUSING_SAFETY")
    yield up("wish-0", 45, "request_extension", "ROAD_WORKS", "extended")
    # leading group; party secretary and director
    yield up("blow-0", 20, "submit", "LANE_PARKING")
    yield up("blow-1", 75, "submit", "STREET_VENDORS")
    yield up("blow-2", 35, "submit", "ILLEGAL_STRUCTURE", hard=True)
    yield up("blow-3", 95, "submit", "KINDERGARTEN_OPENING", hard=True)
    # duty officers: to be signed (one nearly due, one late), contacted, begun, worked
    yield up("sign-0", 12, "blow", "STREET_VENDORS")
    yield up("sign-1", 52, "blow", "WASTE")
    yield up("sign-2", 100, "blow", "FLYING_WIRE")
    yield up("sign-3", 8, "blow", "RETAINING_WALL", hard=True)
    yield up("contact-0", 22.5 * 60, "sign", "SHARED_BIKES")
    yield up("contact-1", 90, "sign", "DRAINAGE")
    yield up("contact-2", 27 * 60, "sign", "HOUSING_SAFETY")
    yield up("contact-3", 30 * 60, "sign", "WASTE", "late")
    yield up("sign-4", 170, "blow", "LANE_PARKING")
    yield up("start-0", 60, "report_in", "ILLEGAL_STRUCTURE")
    yield up("work-0", 240, "start_phase", "SHARED_BIKES")
    yield up("work-1", 120, "send_back_phase", "STREET_VENDORS", "sent_back")
    yield up("work-2", 300, "start", "VENUE_NOISE")
    # the district: objections, an extension of a HARD one
    yield up("object-0", 40, "object", "STATION_ORDER", "objected")
    yield up("object-1", 130, "object", "WASTE", "upheld")
    yield up("wish-1", 100, "request_extension", "RETAINING_WALL", "extended", hard=True)
    # community secretary and enterprise: drafts, presence, ratings; the street's own part in theirs
    home, own = _grid(rng, HOME), secretary(HOME)
    firm = next(g for g in grids() if g.code == "320199001001508")

    def down(name: str, minutes: float, last: str, item: str, way: Way = "plain") -> list[Act]:
        call = _down(rng, DOWN_ITEMS, item, own, home, f"c-{HOME}")
        return _whistle(rng, f"left-w-{name}", ago(minutes), last, call, way)

    def firm_calls(name: str, minutes: float, last: str, item: str) -> list[Act]:
        call = _down(rng, ENTERPRISE_ITEMS, item, "enterprise", firm, f"e-{firm.code}")
        return _whistle(rng, f"left-w-{name}", ago(minutes), last, call)

    yield down("down-0", 30, "draft", "WASTE")
    yield down("down-1", 10, "submit", "LANE_PARKING")
    yield down("down-2", 45, "blow", "BLOCKED_PIPE")
    yield down("down-3", 70, "contact", "ROAD_WORKS")
    yield down("down-4", 120, "submit_phase", "HOUSING_SAFETY")
    yield firm_calls("firm-0", 25, "draft", "POLICY")
    yield firm_calls("firm-1", 18, "blow", "PROJECT")
    yield firm_calls("firm-2", 65, "contact", "MOVING_IN")
    yield firm_calls("firm-3", 150, "finish", "MOVING_IN")
