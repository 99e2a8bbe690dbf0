"""How grid events go in the demonstration: found, dispatched, done, checked, and the ways aside (domain rules 10.3)."""

import random
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from shuniu.rules.limits import deadline
from shuniu.rules.shipped import profile

from shuniu_demo.accounts import duty, worker
from shuniu_demo.script import LINKED, REACHED, Office, Picture, Ref, Script
from shuniu_demo.street import Grid, spot_in
from shuniu_demo.words import FINDINGS, Finding

__all__ = ("KINDS", "Kind", "event", "process_deadline", "referred", "settled")

Kind = Literal[
    "plain", "self", "late", "rework", "returned", "delayed", "hung", "public", "not_found", "office", "refer"
]
KINDS: Final[dict[Kind, float]] = {
    "plain": 50, "self": 15, "late": 8, "rework": 5, "returned": 4, "delayed": 3, "hung": 2, "public": 6,
    "not_found": 2, "office": 3,
}  # fmt: skip
"""How often each goes which way; "refer" is told apart, because a whistle grows out of it."""

_DONE_NOTES = ("已清理完毕", "已现场处置", "已修复", "已劝离并恢复原状", "当事人已自行整改", "已通知责任方完成整改")
_WORKERS_OF_CHECK = ("checker", "checker", "checker-02")


def process_deadline(start: datetime, finding: Finding) -> datetime:
    """When an event of this category dispatched at ``start`` has to be fed back."""
    limits = profile("grid-event-local")
    office = Office()
    limit = limits.limit(finding.limit, "default")
    return deadline(start, limit, office.calendar, limits.hours, limits.soon_fraction).due_at


def event(script: Script, grid: Grid, kind: Kind, finding: Finding | None = None) -> Script:
    """Write a whole grid event from where the script stands, to its end."""
    rng = script.rng
    if finding is None:
        finding = _finding(rng, kind)
    _report(script, grid, kind, finding)
    if kind in ("public", "not_found"):
        _verified(script, grid, found=kind == "public")
        if kind == "not_found":
            return script
    if kind == "office":
        script.wait(5, 40)
        script.do("operator", "grid.file", event=Ref("event"))
    if kind == "self":
        _checked(script, finding, first=False)
        return script
    if kind == "refer":
        referred(script)
        return script
    _dispatched(script, finding, kind)
    _processed(script, finding, kind)
    _checked(script, finding, first=True, rework=kind == "rework")
    return script


def _finding(rng: random.Random, kind: Kind) -> Finding:
    # What a worker solves on the spot is small, and a clue is never solved by a worker (domain rules 0.2).
    small = {"E0102", "E0104", "E0106", "E0201", "E0202", "E0505", "E9901", "E9902"}
    pool = [f for f in FINDINGS if kind != "self" or f.category in small]
    if kind in ("public", "not_found"):
        pool = [f for f in pool if not f.clue]
    if kind == "late":
        pool = [f for f in pool if f.limit not in ("ILLEGAL_BUILDING", "DAMAGED_GREEN")]
    if kind in ("delayed", "hung"):
        pool = [f for f in pool if f.limit == "default" and not f.clue]
    return rng.choices(pool, [f.weight for f in pool])[0]


def _report(script: Script, grid: Grid, kind: Kind, finding: Finding) -> None:
    rng = script.rng
    spot = spot_in(rng, grid)
    own = kind not in ("public", "not_found", "office")
    body: dict[str, Any] = {
        "place": spot.place(),
        "area": grid.code,
        "category": finding.category,
        "description": rng.choice(finding.remarks),
        "clue": finding.clue,
        "source": "GRID" if own else rng.choice(("12345", "PUBLIC")) if kind != "office" else "VIDEO",
        "photos": [Picture(finding.picture, False, rng.randrange(3))] if own else [],
    }
    if kind == "self":
        body["after_photos"] = [Picture(finding.picture, True, rng.randrange(3))]
    if kind in ("public", "not_found") and rng.random() < 0.5:
        body |= {"caller_name": "来电居民", "caller_phone": f"025-0000{rng.randrange(10000):04d}"}
    script.do(worker(grid.community) if own else "operator", "grid.report", **body)


def _verified(script: Script, grid: Grid, *, found: bool) -> None:
    script.work(20, 150)
    by = worker(grid.community)
    if found:
        script.do(by, "grid.verify", event=Ref("event"), photos=[Picture("site", False, script.rng.randrange(3))])
    else:
        script.do(by, "grid.not_file", event=Ref("event"), reason="NOT_FOUND", note="现场查看未发现所反映情况")


def _dispatched(script: Script, finding: Finding, kind: Kind) -> None:
    rng = script.rng
    script.wait(4, 30)
    unit = finding.wrong_unit if kind == "returned" else finding.unit
    script.do("dispatcher", "grid.dispatch", event=Ref("event"), unit=unit)
    if kind != "returned":
        return
    script.wait(10, 45)
    script.do(duty(unit), "grid.return", event=Ref("event"), note="经核不属本单位职责", proposed=finding.unit)
    script.wait(5, 30)
    if rng.random() < 0.75:
        script.do("dispatcher", "grid.accept_return", event=Ref("event"))
        script.wait(1, 5)
        script.do("dispatcher", "grid.dispatch", event=Ref("event"), unit=finding.unit)
    else:
        script.do("dispatcher", "grid.refuse_return", event=Ref("event"))
        script.wait(3, 10)
        script.do("dispatcher", "grid.redispatch", event=Ref("event"), unit=finding.unit, note="改派主责单位")


def _processed(script: Script, finding: Finding, kind: Kind) -> None:
    rng, by = script.rng, duty(finding.unit)
    start = script.now
    due = process_deadline(start, finding)
    whole = due - start
    share = rng.uniform(1.05, 1.5) if kind == "late" else rng.uniform(0.3, 0.85)
    end = start + whole * share
    if whole > timedelta(days=4):
        end = start + timedelta(days=2) * share
    script.now = start + (end - start) * rng.uniform(0.05, 0.3)
    script.do(by, "grid.accept", event=Ref("event"))
    if kind == "delayed":
        script.wait(15, 60)
        until = script.office.working_day(due, 3)
        script.do(by, "grid.ask_delay", event=Ref("event"), until=until, note="需采购配件，申请延期")
        script.wait(10, 60)
        script.do("dispatcher", "grid.grant_delay", event=Ref("event"))
        script.work(200, 600)
    elif kind == "hung":
        script.wait(20, 80)
        review = script.office.working_day(script.now, 15)
        script.do(by, "grid.ask_hang", event=Ref("event"), reason=rng.choice(("ENGINEERING", "OWNERSHIP", "SEASONAL")),
                  review_on=review, note="涉及工程改造，近期无法实施")  # fmt: skip
        script.work(30, 200)
        script.do("leader", "grid.hang", event=Ref("event"))
        script.work(2100, 3000)
        script.do("dispatcher", "grid.revive", event=Ref("event"))
        script.work(60, 240)
    else:
        script.now = max(end, script.now)
    script.do(by, "grid.feed_back", event=Ref("event"), after=[Picture(finding.picture, True, rng.randrange(3))],
              note=rng.choice(_DONE_NOTES))  # fmt: skip


def _checked(script: Script, finding: Finding, *, first: bool, rework: bool = False) -> None:
    rng = script.rng
    checker = rng.choice(_WORKERS_OF_CHECK)
    if first:
        script.work(15, 180)
        script.do(checker, "grid.start_check", event=Ref("event"))
    if rework:
        script.wait(10, 40)
        script.do(checker, "grid.send_back", event=Ref("event"),
                  photos=[Picture(finding.picture, False, rng.randrange(3))],
                  note="现场仍有残留，请继续处置")  # fmt: skip
        script.work(20, 90)
        script.do(duty(finding.unit), "grid.accept", event=Ref("event"))
        script.work(40, 160)
        script.do(duty(finding.unit), "grid.feed_back", event=Ref("event"),
                  after=[Picture(finding.picture, True, rng.randrange(3))], note="已二次处置到位")  # fmt: skip
        script.work(20, 120)
        script.do(checker, "grid.start_check", event=Ref("event"))
    script.work(8, 60)
    script.do(checker, "grid.close", event=Ref("event"), photos=[Picture(finding.picture, True, 3)] * rng.randrange(2))


def referred(script: Script) -> None:
    script.wait(15, 60)
    script.do("dispatcher", "grid.refer", event=Ref("event"),
              reason=script.rng.choice(("SEVERAL_UNITS", "NO_POWERS", "BEYOND_GRID")),
              note="需多部门联合处置")  # fmt: skip
    script.wait(2, 4)
    script.do("clerk", LINKED, service="grid", kind="grid_event", id=Ref("event"), to="whistle", name="whistle")


def settled(script: Script, finding: Finding) -> None:
    """The whistle that grew out of the event is closed: the event comes back and is checked like any other."""
    script.wait(3, 6)
    script.do("checker", REACHED, service="grid", kind="grid_event", id=Ref("event"), status="FED_BACK")
    script.work(15, 120)
    script.do("checker", "grid.start_check", event=Ref("event"))
    script.work(8, 60)
    script.do("checker", "grid.close", event=Ref("event"), photos=[Picture(finding.picture, True, 3)])
