"""What a street office has besides events and whistles: registers, rosters, rounds, visits, stars, lists, meetings.

Acts like any other, told by whose job it is. The first star rating is told ahead of the ten working days, so that it
has run its course.
"""

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from shapely import Point
from shuniu.rules.calendar import local

from shuniu_demo.accounts import PROPERTY, secretary, worker
from shuniu_demo.cases import Cast, cases
from shuniu_demo.register import HOUSEHOLDS, households, key_units, organisations, places, ranking, units
from shuniu_demo.script import SHEET, Act, Office, Picture, Pieces, Ref, Script, account
from shuniu_demo.street import COMMUNITY_CODES, Grid, Spot, grids, spot_in

__all__ = ("LONG_BEFORE", "furnished", "told_cases")

LONG_BEFORE: Final = timedelta(days=735)
"""The kindergarten's eight whistles begin so long before the ten working days."""
STARS_BEFORE: Final = 16
"""Working days before them on which the star rating that is in force today was opened."""
ROUNDS_A_DAY, VISITS_A_DAY = 2, 4
_SOURCES: Final = ("SURVEY", "HOTLINE", "JOINT_CHECK", "COMMITTEE")


def told_cases(seed: int, begin: datetime) -> Iterator[list[Act]]:
    """The article's cases in the fictional street; the kindergarten's ends before the ten days begin."""
    office = Office()
    firm = next(g for g in grids() if g.code == "320199001001508")
    starts = {"case-kindergarten": begin - LONG_BEFORE + timedelta(hours=1)}

    def spot(name: str, area: str) -> Spot:
        found = spot_in(random.Random(f"{seed}{name}"), next(g for g in grids() if g.code.startswith(area)))
        return Spot(found.area, f"{name}（《群众》案例）", found.lon, found.lat)

    cast = Cast(COMMUNITY_CODES[0], secretary(COMMUNITY_CODES[0]), "enterprise", f"e-{firm.code}", firm.code, spot)
    for n, (thread, case) in enumerate(cases()):
        script = Script(thread, starts.get(thread, begin + timedelta(hours=2 + n)), random.Random(seed + n), office)
        case(script, cast)
        yield script.acts()


def furnished(seed: int, begin: datetime, end: datetime, *, scale: float) -> Iterator[list[Act]]:
    """All of it, as threads."""
    rng = random.Random(seed)
    yield from _registers(seed, begin)
    yield from _people(rng, begin, end)
    yield from _stars(rng, begin)
    yield from _governed(rng, begin, end)
    days = [d for d in _days(begin, end) if Office().calendar.is_working_day(local(d).date())]
    kept = days if scale >= 1 else days[-2:]
    yield from _rounds(rng, kept, end)
    yield from _visits(rng, seed, kept, end)


def _days(begin: datetime, end: datetime) -> list[datetime]:
    return [begin + timedelta(days=n) for n in range((end - begin).days + 1)]


def _script(thread: str, at: datetime, rng: random.Random, *, always: bool = True) -> Script:
    return Script(thread, at, random.Random(rng.getrandbits(48)), Office(always=always))


def _registers(seed: int, begin: datetime) -> Iterator[list[Act]]:
    """Spreadsheets handed in on the first morning: one command each, however many rows."""
    sheets: tuple[tuple[str, Sequence[dict[str, Any]]], ...] = (
        ("units", list(units(seed))),
        ("party_organisations", list(organisations())),
        ("service_places", list(places(seed))),
        ("series", list(ranking(seed, local(begin).date()))),
    )
    script = Script("set-registers", begin + timedelta(minutes=2), random.Random(seed), Office(always=True))
    for name, rows in sheets:
        script.do("registrar", SHEET, service="grid", sheet=name, rows=rows)
        script.wait(1, 2)
    for n, code in enumerate(COMMUNITY_CODES, 1):
        script.do("secretary", "grid.link_party", organisation=f"P3-{n:02d}", target_kind="AREA", target=code)
        script.wait(0.5, 1)
    yield script.acts()
    home = COMMUNITY_CODES[0]
    script = Script("set-households", begin + timedelta(minutes=12), random.Random(seed), Office(always=True))
    script.do(worker(home), SHEET, service="grid", sheet="households", rows=list(households(seed, home)))
    yield script.acts()


def _people(rng: random.Random, begin: datetime, end: datetime) -> Iterator[list[Act]]:
    """Rosters, the public posting of posts, a leave, appointments."""
    office = Office()
    for n, code in enumerate(COMMUNITY_CODES):
        script = _script(f"set-people-{n}", begin + timedelta(minutes=15), rng)
        grid = next(g for g in grids() if g.community == code and not g.type)
        post = Pieces((f"{grid.code}-full-", account(worker(code))))
        first = local(begin).date()
        shifts = [
            {"day": office.working_day(first, day).isoformat(), "start": "08:30", "end": "17:30"} for day in range(18)
        ]
        script.do("registrar", "grid.plan_shifts", post=post, shifts=shifts)
        script.wait(1, 2)
        script.do("registrar", "grid.publish_post", post=post, display_name=f"{grid.zh}网格员（虚构）",
                  phone=f"025-0000{2000 + n}", supervision_phone="025-00009999", basis="STATUTORY_DUTY")  # fmt: skip
        yield script.acts()
    script = _script("set-appointments", begin + timedelta(minutes=20), rng)
    first, last = local(begin).date(), local(end).date() + timedelta(days=20)
    for login, kind, body, position in (
        (secretary(COMMUNITY_CODES[0]), "UNIT", PROPERTY[0][0], "SUPERVISOR"),
        (secretary(COMMUNITY_CODES[1]), "ORGANISATION", "P3", "MEMBER"),
        ("enterprise", "ORGANISATION", "P4-2", "MEMBER"),
    ):
        script.do("secretary", "grid.appoint", account=account(login), body_kind=kind, body=body, position=position,
                  first=first, last=last)  # fmt: skip
        script.wait(1, 2)
    yield script.acts()


def _stars(rng: random.Random, begin: datetime) -> Iterator[list[Act]]:
    """星级物业评比: last half year's rating in force; this one's data being collected."""
    office = Office()
    estates = [g for g in grids() if g.type == "RESIDENTIAL"][:8]
    firms = [unit for unit, *_ in PROPERTY]
    opened = office.days_back(local(begin).date(), STARS_BEFORE)
    at = begin - (local(begin).date() - opened)
    script = Script("stars-1", at, random.Random(rng.getrandbits(48)), office)
    _collected(script, estates, firms, opened)
    cycle: dict[str, Any] = {"cycle": Ref("cycle")}
    script.work(30, 60)
    script.do("clerk", "grid.freeze_star_data", **cycle)
    script.wait(10, 20)
    script.do("clerk", "grid.score_stars", **cycle)
    script.work(60, 90)
    script.do("clerk", "grid.publish_stars", **cycle)
    script.work(400, 500)
    script.do("property", "grid.appeal_stars", **cycle, area=estates[0].code, reason="联合检查得分有误，请复核")
    script.work(300, 400)
    script.do("leader", "grid.rule_star_appeal", **cycle, area=estates[0].code, upheld=True, star_source="JOINT_CHECK",
              value=88, sample=0, reason="经复核更正")  # fmt: skip
    # Appeals stand open for five working days from publishing; so does the notice after that.
    script.now = script.office.later(script.now, 6 * 8 * 60)
    script.do("leader", "grid.notice_stars", **cycle)
    yield script.acts()
    script = Script("stars-2", begin + timedelta(days=2, hours=2), random.Random(rng.getrandbits(48)), office)
    _collected(script, estates[:5], firms, local(begin).date())
    yield script.acts()


def _collected(script: Script, estates: Sequence[Grid], firms: Sequence[str], day: Any) -> None:
    given = [
        {"area": grid.code, "firm": firms[n % len(firms)], "households": 300 + 90 * n} for n, grid in enumerate(estates)
    ]
    script.do("clerk", "grid.open_star_cycle", area="320199001", estates=given,
              since=day - timedelta(days=182), until=day - timedelta(days=1))  # fmt: skip
    script.work(20, 40)
    script.do("clerk", "grid.start_collecting", cycle=Ref("cycle"))
    for n, grid in enumerate(estates):
        for source in _SOURCES[: 4 if n < 6 else 1]:
            script.wait(1, 3)
            sample = script.rng.randrange(40, 140) if source == "SURVEY" and n != 4 else 0
            script.do("clerk", "grid.collect_star_data", cycle=Ref("cycle"), area=grid.code, star_source=source,
                      value=round(script.rng.uniform(62, 97), 1), sample=sample)  # fmt: skip


def _governed(rng: random.Random, begin: datetime, end: datetime) -> Iterator[list[Act]]:
    """The whistle list's next version, a duty zone, joint governance with a session held and resolved upon."""
    script = _script("set-list", begin + timedelta(hours=1), rng)
    script.do("registrar", "catalogue.open_draft", group="LIVELIHOOD")
    script.wait(5, 9)
    script.do("registrar", "catalogue.put_entry", group="LIVELIHOOD", code="LIFT_REPAIR", title_zh="电梯久修不复",
              title_en="Lifts long out of order", directions=["UP", "DOWN"], basis="演示")  # fmt: skip
    script.wait(20, 30)
    script.do("registrar", "catalogue.publish", group="LIVELIHOOD", valid_from=local(begin).date() + timedelta(days=1))
    yield script.acts()
    script = _script("set-zone", begin + timedelta(hours=1, minutes=5), rng)
    zone = next(g for g in grids() if g.type == "MARKET")
    script.do("leader", "duty_zone.agree", zone_name=f"{zone.zh}周边责任田", ring=_ring(zone),
              groups=["ENFORCEMENT"], lead_by={"unit": "cg"}, supported_by=[{"unit": "jj"}],
              valid_from=local(begin).date(), basis="街道与部门会商（演示）")  # fmt: skip
    yield script.acts()
    office = Office()
    first = office.working_day(local(begin).date(), 2)
    script = Script("set-joint", begin + timedelta(hours=3), random.Random(rng.getrandbits(48)), Office(always=True))
    script.do("clerk", "joint.plan_series", {"sessions.0": "session"}, item="STREET_VENDORS", area=zone.community,
              place={"name": zone.zh}, recurrence="FREQ=WEEKLY", first_on=first, units=["cg", "jj", "scjg"],
              note="每周会商（演示）")  # fmt: skip
    script.now = begin + (first - local(begin).date()) + timedelta(hours=4)
    for unit in ("cg", "jj", "scjg"):
        script.do(
            "clerk", "joint.note_attendance", session=Ref("session"), unit=unit, people=script.rng.randrange(1, 4)
        )
        script.wait(1, 2)
    script.do("clerk", "joint.hold", session=Ref("session"), minutes="错时值守，划定疏导点")
    script.wait(5, 9)
    script.do(
        "clerk", "joint.resolve", session=Ref("session"), resolution="增设早市疏导点", becomes="WHISTLE", lead="cg"
    )
    script.wait(5, 9)
    script.do("clerk", "joint.archive", session=Ref("session"))
    yield script.acts()


def _ring(grid: Grid) -> list[tuple[float, float]]:
    """A grid's ground and a little around it, as corners."""
    around = grid.ground.buffer(0.0006).simplify(0.0001)
    return [(round(lon, 6), round(lat, 6)) for lon, lat in list(around.exterior.coords)[:-1]]


def _track(rng: random.Random, grid: Grid, start: datetime, end: datetime) -> list[dict[str, Any]]:
    """A walk through a grid: a point every two minutes."""
    west, south, east, north = grid.ground.bounds
    here = grid.ground.representative_point()
    found = []
    at = start
    while at < end:
        for _ in range(8):
            there = Point(
                here.x + rng.uniform(-0.12, 0.12) * (east - west), here.y + rng.uniform(-0.12, 0.12) * (north - south)
            )
            if grid.ground.contains(there):
                here = there
                break
        found.append({"at": int(at.timestamp()), "lon": round(here.x, 6), "lat": round(here.y, 6)})
        at += timedelta(minutes=2)
    return found


def _rounds(rng: random.Random, days: Sequence[datetime], end: datetime) -> Iterator[list[Act]]:
    """Key spots, and a few rounds a day with tracks; one planned for tomorrow, one under way."""
    own = [g for g in grids() if not g.type]
    spots: dict[str, str] = {}
    for n, kind in enumerate(("FIRE", "SCHOOL", "MARKET", "WATER", "CONSTRUCTION", "CROWD")):
        grid = own[n * 7]
        spot = spot_in(rng, grid)
        spots[grid.code] = f"KS-{n + 1:02d}"
        script = _script(f"set-spot-{n}", days[0] + timedelta(minutes=25), rng)
        script.do("registrar", "grid.define_key_spot", spot=spots[grid.code], area=grid.code, zh=f"{grid.zh}重点点位",
                  en=f"Key spot {n + 1}", spot_kind=kind, lon=spot.lon, lat=spot.lat, visits_per_week=3)  # fmt: skip
        yield script.acts()
    for d, day in enumerate(days):
        for n in range(ROUNDS_A_DAY):
            # One worker walks one round at a time, so each round of a day is in another community.
            community = COMMUNITY_CODES[(d * ROUNDS_A_DAY + n) % len(COMMUNITY_CODES)]
            mine = [g for g in own if g.community == community]
            grid = next((g for g in mine if g.code in spots and rng.random() < 0.7), rng.choice(mine))
            begins = day + timedelta(hours=1 + n * 2, minutes=rng.randrange(40))
            script = _script(f"round-{d:02d}-{n}", begins, rng)
            by = worker(community)
            on: dict[str, Any] = {"patrol": Ref("patrol")}
            script.do(by, "grid.begin_patrol", area=grid.code)
            ends = begins + timedelta(minutes=rng.randrange(48, 75))
            script.now = ends - timedelta(minutes=4)
            if grid.code in spots:
                script.do(by, "grid.check_spot", **on, spot=spots[grid.code], fine=rng.random() < 0.85)
                script.wait(1, 1)
            track = _track(rng, grid, begins + timedelta(minutes=16), ends - timedelta(minutes=5))
            script.do(by, "grid.upload_track", **on, chunk=0, points=track)
            script.now = ends
            script.do(by, "grid.end_patrol", **on)
            yield [act for act in script.acts() if act.at <= end]
    for n, grid in enumerate((own[3], own[41])):
        script = _script(f"left-round-{n}", end - timedelta(minutes=25 + n), rng)
        on_day = local(end).date() + timedelta(days=1)
        script.do("dispatcher", "grid.plan_patrol", area=grid.code, on=on_day, worker=account(worker(grid.community)))
        yield script.acts()
    script = _script("left-round-2", end - timedelta(minutes=18), rng)
    script.do(worker(COMMUNITY_CODES[0]), "grid.begin_patrol", area=own[0].code)
    yield script.acts()


def _visits(rng: random.Random, seed: int, days: Sequence[datetime], end: datetime) -> Iterator[list[Act]]:
    """Visits to units, key ones first; some find something, some agree on another day; households of one community."""
    lists = {code: iter(key_units(seed, code)) for code in COMMUNITY_CODES}
    for d, day in enumerate(days):
        for n in range(VISITS_A_DAY):
            community = COMMUNITY_CODES[(d * VISITS_A_DAY + n) % len(COMMUNITY_CODES)]
            unit = next(lists[community])
            script = _script(f"visit-{d:02d}-{n}", day + timedelta(hours=1, minutes=70 * n + rng.randrange(50)), rng)
            body: dict[str, Any] = {
                "visit_to": "UNIT",
                "subject": unit["number"],
                "diary": "走访了解经营情况和诉求（演示）",
            }
            if rng.random() < 0.15:
                photos = [Picture("bike", False, n % 3)]
                body["findings"] = [{"category": "E0504", "description": "门前非机动车乱停放", "photos": photos}]
            if rng.random() < 0.2:
                body["follow_up"] = local(end).date() + timedelta(days=3 + n)
            script.do(worker(community), "grid.record_visit", **body, met=rng.random() < 0.9)
            yield [act for act in script.acts() if act.at <= end]
    home = COMMUNITY_CODES[0]
    numbers = [row["number"] for row in households(seed, home)][: HOUSEHOLDS // 4]
    script = _script("visit-homes", days[-1] + timedelta(hours=1, minutes=3), rng)
    for number in numbers[: 12 if len(days) > 2 else 3]:
        script.do(worker(home), "grid.record_visit", visit_to="HOUSEHOLD", subject=number, diary="入户走访（演示）")
        script.wait(4, 9)
    yield [act for act in script.acts() if act.at <= end]
