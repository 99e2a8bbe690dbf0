"""The full-service desk: the catalogue handed in, cases in every status, visits for a life event, ratings.

Applicants are made up: names say so, and citizen numbers are those of a division (320199) that does not exist.
"""

import csv
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from typing import Any, Final, Literal, NamedTuple

from shuniu.rules.calendar import local

from shuniu_demo.persons import person
from shuniu_demo.script import LOOKED_UP, PUBLIC, SHEET, Act, Office, Pieces, Ref, Script
from shuniu_demo.street import COMMUNITY_CODES

__all__ = ("CASES", "LEAST", "at_the_desk", "case", "left_cases", "set_up")

CaseWay = Literal[
    "plain", "settled", "corrected", "gap", "reused", "refused", "denied", "withdrawn", "paused", "extended", "joint",
    "deemed", "late", "lapsed", "online", "asked",
]  # fmt: skip
CASES: Final = 38
WAYS: Final[dict[CaseWay, float]] = {
    "plain": 20, "settled": 12, "corrected": 6, "gap": 4, "reused": 3, "refused": 3, "denied": 3, "withdrawn": 2,
    "paused": 2, "extended": 1, "joint": 4, "online": 3, "asked": 2,
}  # fmt: skip
RARE: Final[tuple[CaseWay, ...]] = (
    "corrected", "gap", "denied", "refused", "withdrawn", "paused", "joint", "settled", "late", "deemed", "lapsed",
    "reused", "online", "extended", "asked",
)  # fmt: skip
"""Ways that no past may lack, however short."""
LEAST: Final = len(RARE) + 3
"""A past shorter than this would lack something."""
FAVOURITES: Final = ("GG-SB01", "GG-MZ07", "GG-SB07")
"""What most people come for, so that ratings of an item are enough to be told."""
_QUICK: Final = ("GG-ZF03", "GG-QY02")
"""Items with three working days by law (assumed): one of them is decided late."""
_LEVELS: Final = {"VERY_SAT": 10, "SAT": 8, "BASIC": 3}
LIFE_EVENT: Final = "BIRTH"


class _Material(NamedTuple):
    code: str
    gap: bool
    when: str


class _Guide(NamedTuple):
    item: str
    questions: dict[str, tuple[str, ...]]
    materials: tuple[_Material, ...]
    online: bool
    natural: bool

    def situation(self, rng: random.Random) -> dict[str, str]:
        """An answer to every question."""
        return {code: rng.choice(answers) for code, answers in self.questions.items()}

    def needed(self, situation: dict[str, str]) -> list[_Material]:
        """What that situation calls for."""
        return [m for m in self.materials if not m.when or m.when.split("=")[1] == situation[m.when.split("=")[0]]]


@cache
def _sheet(name: str) -> tuple[dict[str, str], ...]:
    """A sheet of the catalogue that ships with the desk."""
    text = resources.files("shuniu_services_desk.catalogue").joinpath(f"data/{name}.csv").read_text("utf-8-sig")
    return tuple(csv.DictReader(text.splitlines()))


@cache
def guides() -> tuple[_Guide, ...]:
    """The catalogue as who applies has to know it."""
    found = []
    for row in _sheet("items"):
        own = [q for q in _sheet("questions") if q["item"] == row["item"]]
        questions = {q["code"]: tuple(part.split("=")[0] for part in q["choices"].split(";")) for q in own}
        materials = tuple(
            _Material(m["code"], m["gap_allowed"] == "是", m["when"])
            for m in _sheet("materials")
            if m["item"] == row["item"]
        )
        natural = row["applicants"].startswith("NATURAL_PERSON")
        found.append(_Guide(row["item"], questions, materials, "ONLINE" in row["channels"], natural))
    return tuple(found)


def set_up(begin: datetime) -> Iterator[list[Act]]:
    """The catalogue on the first morning, by three sheets; a life event."""
    script = Script("set-desk", begin + timedelta(minutes=1), random.Random(0), Office(always=True))
    for name in ("items", "questions", "materials"):
        rows = [dict(row) for row in _sheet(name)]
        script.do("desk-leader", SHEET, service="services_desk", sheet=f"desk_{name}", rows=rows)
        script.wait(1, 1)
    script.do("desk-leader", "guide.publish_drafts", valid_from=local(begin).date())
    script.wait(1, 1)
    script.do("desk-leader", "guide.set_life_event", life_event=LIFE_EVENT, title="新生儿出生一件事",
              items=["GG-JS01", "GG-SB04", "GG-SB07"])  # fmt: skip
    yield script.acts()


def _guide(rng: random.Random, way: CaseWay) -> _Guide:
    if way == "late":
        return next(g for g in guides() if g.item == _QUICK[0])
    pool = [g for g in guides() if g.natural]
    if way in ("gap", "lapsed", "corrected"):
        pool = [g for g in pool if any(m.gap and not m.when for m in g.materials)]
    if way == "online":
        pool = [g for g in pool if g.online]
    if way in ("plain", "settled", "reused") and rng.random() < 0.75:
        pool = [g for g in pool if g.item in FAVOURITES]
    return rng.choice(pool)


def _who(rng: random.Random) -> dict[str, Any]:
    own = person(rng)
    given = {"applicant_name": own.name, "applicant_id": own.citizen_id, "applicant_phone": own.phone}
    return {**given, "area": rng.choice(COMMUNITY_CODES)}


def case(script: Script, way: CaseWay, *, rated: bool = False) -> Script:
    """Write a case from the counter to its end. ``rated``: whoever gets a result says how it was."""
    rng = script.rng
    guide, who = _guide(rng, way), _who(rng)
    clerk = rng.choice(("desk-clerk", "desk-clerk", "desk-clerk-02"))
    situation = guide.situation(rng)
    needed = guide.needed(situation)
    gap = next((m.code for m in needed if m.gap and not m.when), "")
    short = way in ("corrected", "gap", "lapsed") and bool(gap)
    handed = [m.code for m in needed if not (short and m.code == gap)]
    given: dict[str, Any] = {"items": [guide.item], "situation": situation, "handed": handed, **who}
    if way == "asked":
        script.do(PUBLIC, "case.consult", item=guide.item, situation=situation, area=who["area"])
        script.work(60, 900)
        script.do(clerk, "case.submit", **given, consultation=Ref("case"))
    elif way == "online":
        script.do(PUBLIC, "case.apply", **given)
    elif way == "reused":
        script.do(clerk, "case.submit", {"case": "first", "code": "first.code", "number": "first.number"}, **given)
        script.wait(9, 20)
        script.do(clerk, "case.settle", case=Ref("first"))
        script.work(200, 900)
        again = next(g for g in guides() if g.item == ("GG-MZ11" if guide.item == "GG-MZ07" else "GG-MZ07"))
        own = again.situation(rng)
        codes = [m.code for m in again.needed(own)]
        held = [code for code in codes if code in handed]
        given |= {"items": [again.item], "situation": own, "handed": [c for c in codes if c not in held]}
        script.do(clerk, "case.submit", **given, reuse=held, reuse_consent=bool(held))
    else:
        script.do(clerk, "case.submit", **given)
    _on_its_way(script, way, clerk, gap, rated)
    return script


def _on_its_way(script: Script, way: CaseWay, clerk: str, gap: str, rated: bool) -> None:
    one: dict[str, Any] = {"case": Ref("case")}
    if way == "deemed":
        # Nobody says anything for five working days: it is accepted as of receipt by law.
        script.work(5.2 * 480, 5.6 * 480)
    elif way == "refused":
        script.wait(6, 15)
        script.do(clerk, "case.refuse", **one, ground="NOT_OURS", where_unit="pcs", where="户籍窗口（演示）")
        return
    elif way == "settled":
        script.wait(6, 20)
        script.do(clerk, "case.settle", **one)
        script.wait(3, 9)
        _delivered(script, clerk, rated)
        return
    elif way == "corrected" and gap:
        script.wait(8, 25)
        script.do(clerk, "case.correct", **one, materials=[gap], note="请补交所列材料（演示）")
        script.work(400, 1100)
        script.do(clerk, "case.resubmit", **one, handed=[gap])
    elif way in ("gap", "lapsed") and gap:
        script.wait(8, 25)
        until = script.office.working_day(script.now, 1 if way == "lapsed" else 4)
        script.do(clerk, "case.accept_gap", **one, until=until, promise=True)
        if way == "lapsed":
            return
        script.work(300, 900)
        script.do(clerk, "case.bring_gap", **one, handed=[gap])
    else:
        script.wait(5, 25) if way != "online" else script.work(20, 200)
        script.do(clerk, "case.accept", **one)
    if way == "withdrawn":
        script.work(200, 900)
        script.do(clerk, "case.withdraw", **one, reason="申请人另作安排，自愿撤回（演示）")
        return
    if way == "paused":
        script.work(200, 500)
        script.do("back-office", "case.pause", **one, procedure="EXPERT_REVIEW", days=5, notice="需专家评审（演示）")
        script.work(3 * 480, 5 * 480)
        script.do("back-office", "case.resume", **one, outcome="评审通过（演示）")
    if way == "joint":
        script.work(60, 300)
        script.do("back-office", "case.hand_over", **one, unit="pcs", note="请核对户籍信息（演示）")
        script.work(200, 900)
        script.do("back-office-02", "case.hand_back", **one, unit="pcs", agrees=True, opinion="户籍信息一致（演示）")
    if way == "extended":
        script.work(300, 900)
        script.do("desk-leader", "case.extend", **one, reason="需补充核查，依法延长一次（演示）", told=True)
    script.work(4 * 480, 4.8 * 480) if way == "late" else script.work(120, 1300)
    grant: dict[str, Any] = {"grant": way != "denied"}
    if way == "denied":
        grant |= {"reason": "经核查不符合条件（演示）", "remedy": "可在六十日内申请行政复议"}
    if way == "late":
        grant["late_reason"] = "跨部门核查耗时较长（演示）"
    script.do("back-office", "case.decide", **one, **grant)
    script.work(30, 600)
    _delivered(script, clerk, rated, sad=way == "late")


def _delivered(script: Script, clerk: str, rated: bool, *, sad: bool = False) -> None:
    rng = script.rng
    script.do(clerk, "case.deliver", case=Ref("case"), how="PICK_UP")
    if not sad and not rated and rng.random() > 0.62:
        return
    script.wait(5, 240)
    level = "VERY_UNSAT" if sad else rng.choices(list(_LEVELS), list(_LEVELS.values()))[0]
    words = "等得太久（演示）" if sad else rng.choice(("", "", "窗口讲得清楚（演示）"))
    script.do(PUBLIC, "rating.give", code=Ref("code"), number=Ref("number"), level=level, words=words)
    if sad:
        _set_right(script)


def _bad(script: Script) -> None:
    """The rating just given, looked up by its code."""
    path = Pieces(("/ratings/mine?code=", Ref("code")))
    script.wait(1, 2)
    script.do(PUBLIC, LOOKED_UP, service="services_desk", path=path, pick="ratings.0.rating", name="rating")


def _set_right(script: Script) -> None:
    """A bad rating: called back, set right, rated once more."""
    _bad(script)
    script.work(60, 200)
    rating: dict[str, Any] = {"rating": Ref("rating")}
    script.do(
        "desk-leader", "rating.call_back", **rating, reached=True, confirmed=True, note="已致歉并了解情况（演示）"
    )
    script.work(300, 700)
    script.do("desk-leader", "rating.rectify", **rating, note="已完善跨部门核查流程（演示）")
    script.work(60, 300)
    script.do(PUBLIC, "rating.repeat", **rating, code=Ref("code"), level="SAT")


def visit(script: Script) -> Script:
    """Several items of one life event in one visit, each material once."""
    rng = script.rng
    own = [g for g in guides() if g.item in ("GG-JS01", "GG-SB04")]
    situation = {code: answers[0] for g in own for code, answers in g.questions.items()}
    situation |= {"marital": "married", "minor": "yes"}
    handed = list(dict.fromkeys(m.code for g in own for m in g.needed(situation)))
    keep = {f"cases.{n}.case": f"case.{n}" for n in range(2)}
    script.do("desk-clerk", "case.submit", keep, items=[g.item for g in own], life_event=LIFE_EVENT,
              situation=situation, handed=handed, **_who(rng))  # fmt: skip
    for n in range(2):
        script.wait(3, 6)
        script.do("desk-clerk", "case.settle", case=Ref(f"case.{n}"))
    script.wait(10, 30)
    for n in range(2):
        script.wait(1, 2)
        script.do("desk-clerk", "case.deliver", case=Ref(f"case.{n}"), how="PICK_UP")
    return script


def at_the_desk(rng: random.Random, moments: list[datetime]) -> Iterator[list[Act]]:
    """Cases that begin at those moments; at some of them a life event's visit."""
    rare = list(RARE)
    for n, at in enumerate(moments):
        script = Script(f"d{n + 1:03d}", at, random.Random(rng.getrandbits(48)), Office())
        if n % 13 == 5:
            yield visit(script).acts()
            continue
        first = bool(rare)
        way: CaseWay = rare.pop(0) if rare else rng.choices(list(WAYS), list(WAYS.values()))[0]
        yield case(script, way, rated=first).acts()


def left_cases(rng: random.Random, end: datetime) -> Iterator[list[Act]]:
    """What is left to do at the desk."""

    def pen(thread: str, minutes: float) -> Script:
        at = end - timedelta(minutes=minutes)
        return Script(f"left-{thread}", at, random.Random(rng.getrandbits(48)), Office(always=True))

    def upto(script: Script, last: str, way: CaseWay) -> list[Act]:
        acts = case(script, way).acts()
        index = max(i for i, act in enumerate(acts) if act.command == last)
        return acts[: index + 1]

    for n in range(3):
        yield upto(pen(f"desk-new-{n}", 14 + 16 * n), "case.submit", "plain")
    yield upto(pen("desk-apply", 70), "case.apply", "online")
    yield upto(pen("desk-asked", 50), "case.consult", "asked")
    yield upto(pen("desk-correction", 90), "case.correct", "corrected")
    yield upto(pen("desk-gap", 100), "case.accept_gap", "gap")
    for n in range(2):
        yield upto(pen(f"desk-decide-{n}", 120 + 40 * n), "case.accept", "plain")
    yield upto(pen("desk-part", 700), "case.hand_over", "joint")
    yield upto(pen("desk-paused", 900), "case.pause", "paused")
    script = pen("desk-deliver", 300)
    script.do("desk-clerk", "case.submit", **_simple(rng))
    script.wait(9, 9)
    script.do("desk-clerk", "case.settle", case=Ref("case"))
    yield script.acts()
    for n, (thread, minutes) in enumerate((("desk-bad", 240), ("desk-amends", 700))):
        script = pen(thread, minutes)
        script.do("desk-clerk-02", "case.submit", **_simple(rng))
        script.wait(9, 9)
        script.do("desk-clerk-02", "case.settle", case=Ref("case"))
        script.wait(9, 9)
        script.do("desk-clerk-02", "case.deliver", case=Ref("case"), how="PICK_UP")
        script.wait(20, 40)
        script.do(PUBLIC, "rating.give", code=Ref("code"), number=Ref("number"), level="UNSAT", words="排队久（演示）")
        if n:
            _bad(script)
            script.wait(20, 40)
            script.do("desk-leader", "rating.call_back", rating=Ref("rating"), reached=True, confirmed=True,
                      note="已联系，情况属实（演示）")  # fmt: skip
        yield script.acts()


def _simple(rng: random.Random) -> dict[str, Any]:
    guide = next(g for g in guides() if g.item == FAVOURITES[1])
    situation = {"agent": "no"}
    handed = [m.code for m in guide.needed(situation)]
    return {"items": [guide.item], "situation": situation, "handed": handed, **_who(rng)}
