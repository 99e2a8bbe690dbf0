"""Random walks: whatever people try, in whatever order, no order gets where the life cycle does not lead."""

from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from shuniu.rules.refusal import Refusal
from shuniu_whistle.orders.figures import sums_of
from shuniu_whistle.orders.lifecycles import ORDER as CYCLE
from shuniu_whistle.orders.lifecycles import PART
from shuniu_whistle.orders.order import ORDER

YEARS = (date(2026, 1, 1), date(2030, 1, 1))
WHO = ("operator", "dispatcher", "clerk", "leader", "coordinator", "cg", "jj", "xf", "cg_leader", "elsewhere")
MOVES: dict[str, dict[str, Any]] = {
    "classify": {"order_class": "NORMAL", "appeal": "COMPLAINT", "category": "HL_FUMES"},
    "answer": {"answer": "已答复"},
    "not_accept": {"ground": "UNLAWFUL", "told": "已告知"},
    "transfer": {"to": "110"},
    "dispatch": {"lead": "cg", "co": ["jj"]},
    "sign": {},
    "object": {"instead": "jj", "reason": "不属"},
    "hold": {},
    "redispatch": {"lead": "xf"},
    "contact": {"means": "PHONE"},
    "start": {},
    "involve": {"unit": "xf"},
    "deliver": {"unit": "jj", "note": "结果"},
    "extend": {"law": "条例", "reason": "检测", "told_by": "PHONE"},
    "sound_out": {"means": "PHONE", "leaning": "DISSATISFIED"},
    "feed_back": {"result": "已办", "told_by": "PHONE"},
    "ask_hang": {"obstacle": "SEASONAL", "reason": "冬季", "revival": "开春"},
    "hang": {},
    "decline_hang": {"reason": "可办"},
    "keep_hung": {},
    "revive": {},
    "whistle": {"reason": "多部门"},
    "refer": {},
    "call_back": {"means": "PHONE", "valid": True, "solved": False, "satisfaction": "UNSAT"},
    "decline_call_back": {},
    "rework": {"reason": "未解决"},
    "close": {"note": "说明"},
}
ENDINGS = ("answer", "not_accept", "transfer", "close")
"""Taken too readily, these end a walk before it has begun."""
ANSWERS = (("taken", ""), ("refused", ""), ("expired", ""), ("settled", "solved"), ("settled", "cancelled"))
STEP = st.tuples(
    st.sampled_from(WHO),
    st.integers(0, 11),
    st.sampled_from(sorted(MOVES)),
    st.sampled_from([0, 0, 0, 0, 0, 0, 3, 30, 400]),
    st.sampled_from(ANSWERS),
)


def _body(hotline: Any, move: str) -> dict[str, Any]:
    body = dict(MOVES[move])
    if move == "extend":
        body["until"] = (hotline.today + timedelta(days=9)).isoformat()
    if move in ("ask_hang", "keep_hung"):
        body["review_on"] = (hotline.today + timedelta(days=20)).isoformat()
    return body


def _choice(hotline: Any, who: str, pick: int, move: str) -> tuple[str, dict[str, Any]]:
    """Mostly something that is offered, sometimes anything."""
    offers = {n.removeprefix("order."): o for n, o in hotline.offers(who, ORDER, hotline.id).items()}
    offers = {n: o for n, o in offers.items() if n in MOVES and n not in ENDINGS}
    if pick < 9 and offers:
        name = sorted(offers)[pick % len(offers)]
        return name, {**_body(hotline, name), **{k: v for k, v in offers[name].prefill.items() if k == "unit"}}
    return move, _body(hotline, move)


def _follows(before: str, after: str) -> bool:
    """One move, or a call-back that goes on to rework by itself."""
    direct = before == after or any(m.target == after and before in m.sources for m in CYCLE.moves)
    return direct or (before in ("FED_BACK", "CALLED_BACK") and after == "REWORK")


def _check(before: Any, o: Any) -> None:
    assert _follows(before.status, o.status), (before.status, o.status)
    for part in o.parts:
        PART.status(part.status)
    running = [c.id for c in o.clocks if c.state == "running"]
    assert len(running) == len(set(running)), running
    if not o.open or o.status in ("OBJECTED", "WHISTLED"):
        assert not running, (o.status, running)
    if o.status == "HUNG":
        assert running == ["review"]
    if o.status in ("SIGNED", "CONTACTED", "HANDLING", "EXTENDED"):
        assert "handle" in running
    if o.status in ("FED_BACK", "CALLED_BACK", "CLOSED", "REWORK"):
        assert o.contacted_at is not None, "no feedback without a contact record"
    if o.status == "CLOSED":
        assert o.call_backs or not o.wants_call_back
    if before.extended_to is not None:
        assert o.extended_to == before.extended_to, "extended once"
    assert not o.lead.startswith("c-"), "no community leads"


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(profile=st.sampled_from(["all-count", "postponed-leave"]), steps=st.lists(STEP, min_size=40, max_size=90))
def test_no_walk_leads_where_the_life_cycle_does_not(new_hotline, profile: str, steps: list[Any]) -> None:
    hotline = new_hotline(order_rates=profile).received()
    for who, pick, random_move, wait, (answer, outcome) in steps:
        if wait:
            hotline.tick(hours=wait)
        before, rows, events = hotline.o, dict(hotline.rows), len(hotline.events)
        if before.status == "WHISTLED":
            hotline.answered(answer, referral=before.waits_for, outcome=outcome)
            _check(before, hotline.o)
            continue
        move, body = _choice(hotline, who, pick, random_move)
        try:
            hotline.ask(who, move, **body)
        except Refusal as refusal:
            assert f"rule.{refusal.rule}" in hotline.texts, refusal.rule
            assert (hotline.rows, len(hotline.events)) == (rows, events)
            continue
        _check(before, hotline.o)
    event(hotline.o.status)
    told = hotline.sums()
    for name, value in sums_of(hotline.o, *YEARS).items():
        assert told.get(name, 0) == value, (name, "events and rows tell the same sums")
    for m in ("dispatched", "due", "called_back", "solved", "satisfied", "received"):
        assert 0 <= told.get(m, 0) <= 1


def test_people_who_take_what_they_are_offered_reach_the_end(hotline) -> None:
    """The offers alone lead an order from the call to its end."""
    hotline.received()
    willing = ("dispatch", "classify", "sign", "contact", "start", "deliver", "feed_back", "call_back", "close")
    solved = {"means": "PHONE", "valid": True, "solved": True, "satisfaction": "SAT"}
    for _ in range(20):
        for who in ("operator", "dispatcher", "cg", "jj"):
            offers = hotline.offered(who)
            move = next((m for m in willing if m in offers), None)
            if move is not None:
                hotline.ask(who, move, **(solved if move == "call_back" else MOVES[move]))
    assert hotline.o.status == "CLOSED"


def test_every_offer_is_taken_and_what_is_not_offered_is_refused(hotline) -> None:
    """At every stage of the straight way, for everybody."""
    stages = (
        ("received", {}), ("classified", {}), ("dispatched", {"co": ("jj",)}), ("handling", {"co": ("jj",)}),
        ("fed_back", {}), ("hung", {}),
    )  # fmt: skip
    for stage, body in stages:
        getattr(hotline, stage)(**body)
        for who in WHO:
            offered = hotline.offered(who)
            for move in MOVES:
                given = _body(hotline, move)
                if move == "redispatch":
                    given["lead"] = "xf"
                if move == "deliver":
                    given["unit"] = "jj"
                taken = hotline.may(who, move, **given)
                assert taken <= (move in offered), (stage, who, move)
                if move in offered and move not in ("extend", "rework"):
                    assert taken, (stage, who, move)
