"""Golden examples: what was once published is understood for ever. They are only added, never changed."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from shuniu.testing.golden import lost, naming
from shuniu_whistle import service, whistles

GOLDEN = Path(__file__).parents[3] / "shared/tests/contracts/golden/whistle"
GRID = "320199001001001"
PHOTO = {"sha256": "a" * 64, "size": 1000, "media_type": "image/jpeg"}


def say_everything(street) -> None:
    """A walk on which every fact of the service is said."""
    street.draft(inform=["xf"], contact_name="值班室", contact_phone="025-00000000")
    street.do("clerk", "amend", **street.offers("clerk")["amend"].prefill)
    street.do("clerk", "link", subject={"source": "/320199001/grid", "kind": "grid_event", "matter": "m9"})
    street.do("clerk", "submit")
    street.do("leader", "return", reason="补充")
    street.do("clerk", "submit")
    street.do("leader", "blow")
    street.do("cg", "object", instead="xf", reason="属消防")
    street.do("coordinator", "uphold", reason="维持")
    street.tick(minutes=50)
    street.to_working("cg")
    street.tick(minutes=30)  # jj has not signed
    street.do("jj", "object", callout="jj", instead="xf", reason="属消防")
    street.do("coordinator", "accept_objection", callout="jj", reason="改派")
    street.do("xf", "sign", callout="xf")
    street.do("leader", "waive", callout="xf", reason="无需")
    street.do("cg", "request_extension", finish_on="2026-12-10", reason="需延期")
    street.do("clerk", "decline_extension", reason="工期足够")
    phase = street.do("cg", "plan_phase", work="DEMOLISH", due_on="2026-12-01")["phase"]
    street.do("cg", "replan_phase", phase=phase, start_on="2026-11-24", owner="duty_officer")
    street.do("cg", "start_phase", phase=phase)
    street.do("cg", "submit_phase", phase=phase, evidence=[PHOTO], note="已拆")
    street.do("clerk", "send_back_phase", phase=phase, reason="遗留")
    street.do("cg", "start_phase", phase=phase)
    street.do("cg", "submit_phase", phase=phase, evidence=[PHOTO])
    street.do("secretary", "escalate", reason="久拖")
    street.do("clerk", "accept_phase", phase=phase)
    street.do("clerk", "rate", response=4, attitude=4, result=4, note="好")
    street.do("clerk", "not_solved", reason="反弹")
    street.do("clerk", "submit")
    street.do("secretary", "blow")
    for unit in [c.unit for c in street.w.callouts if c.role == "CO"]:
        street.do("secretary", "waive", callout=unit, reason="无需")
    street.to_working("cg")
    street.do("cg", "request_extension", finish_on="2026-12-20", reason="需延期")
    street.do("coordinator", "approve_extension")
    street.finished("cg")
    street.do("clerk", "rate", response=4, attitude=4, result=4)
    street.do("clerk", "close")
    street.draft(previous=street.id)
    street.do("clerk", "cancel", reason="误报")
    street.refer()
    street.do("clerk", "refuse_referral", reason="INCOMPLETE")
    street.refer(referral="r2")
    street.do("clerk", "cancel", reason="重复")
    street.refer(referral="r3")
    street.tick(days=5)


def say_catalogue(street) -> None:
    """A list's draft given up, another published without one of its entries."""
    entry = {"group": "URBAN", "code": "BILLBOARD", "title_zh": "户外广告牌隐患", "directions": ["UP"]}
    street.do("coordinator", "catalogue.open_draft", group="URBAN")
    street.do("coordinator", "catalogue.discard", group="URBAN")
    street.do("coordinator", "catalogue.open_draft", group="URBAN")
    street.do("coordinator", "catalogue.put_entry", **entry)
    street.do("coordinator", "catalogue.drop_entry", group="URBAN", code="ROAD_WORKS")
    street.do("coordinator", "catalogue.publish", group="URBAN", valid_from=street.today.isoformat())


def say_supervision(street) -> None:
    """A supervision by the ladder, one by a person that is settled, one that is lifted; a meeting."""
    street.draft(place={"name": "中央路"})
    street.do("clerk", "submit")
    street.do("leader", "blow")
    meet = (street.now + timedelta(days=2)).isoformat()
    street.do("clerk", "announce_meeting", meet_at=meet, where="会议室")
    street.do("cg", "object", instead="xf", reason="不归我管")
    street.do("coordinator", "uphold", reason="属你单位")

    def do(who: str, move: str, **body: Any) -> None:
        street.do(who, f"supervision.{move}", supervision=street.w.supervision, **body)

    talk = (street.now + timedelta(days=1)).isoformat()
    do("coordinator", "raise", form="TALK", talk_at=talk, reason="仍拖")
    for unit in ("cg", "jj"):
        do(unit, "answer", unit=unit, answer="已阅")
    do("coordinator", "send_back", reason="不实")
    for unit in ("cg", "jj"):
        do(unit, "answer", unit=unit, answer="已安排", evidence=[PHOTO])
    do("coordinator", "review", note="属实")
    do("coordinator", "close")
    street.do("coordinator", "supervise", reason="反弹")
    do("coordinator", "lift", reason="误发")


def say_across(street) -> None:
    """Two streets call each other: taken, answered, settled; refused; taken back."""
    other = type(street)(street.now, scope="320102005")
    party = {"scope": other.scope}

    def call(name: str) -> None:
        street.draft(direction="CROSS", place={"name": name}, co=[], parties=[party])
        street.do("clerk", "submit")
        street.do("leader", "blow")
        street.tell(other)
        other.id = next(e.correlationid for e in reversed(other.events) if e.type.endswith("whistle.drafted.v1"))

    def take_up() -> None:
        plan = {"item": "STREET_VENDORS", "area": f"{other.scope}001001", "place": {"name": "红山"}, "lead": "cg"}
        other.do("clerk", "amend", **plan)
        other.do("clerk", "submit")
        other.do("leader", "blow")

    call("黄家圩")
    take_up()
    other.to_working("cg").finished("cg")
    other.do("clerk", "rate", callout="cg", response=4, attitude=4, result=4)
    other.do("clerk", "close")
    other.tell(street)
    call("地铁站")
    other.do("clerk", "refuse_referral", reason="NOT_WHISTLE_WORTHY")
    other.tell(street)
    call("红山公园")
    take_up()
    street.do("leader", "cancel", reason="另行安排")
    street.tell(other)
    street.events += other.events


def say_joint(street) -> None:
    """A series: one session held with resolutions, one moved, one called off, then the end of it."""
    plan = {"item": "STREET_VENDORS", "area": GRID, "place": {"name": "红山公园"}, "units": ["cg", "jj"]}
    rule = {"recurrence": "FREQ=WEEKLY;BYDAY=TU", "guests": [{"scope": "320102005"}]}
    first = (street.today + timedelta(days=1)).isoformat()
    answer = street.do("clerk", "joint.plan_series", **plan, **rule, first_on=first)
    held, moved, off = answer["sessions"][:3]

    def do(session: str, move: str, **body: Any) -> None:
        street.do("clerk", f"joint.{move}", session=session, **body)

    do(held, "add_agenda", topic="流动摊贩")
    do(off, "call_off", reason="重大活动")
    at = next(e for e in street.facts("session.scheduled.v1") if e["session"] == moved)["starts_at"]
    later = datetime.fromisoformat(at) + timedelta(days=1)
    do(moved, "move", starts_at=later.isoformat(), reason="与会议冲突")
    street.tick(days=9)
    do(held, "hold", minutes="三方明确分工", evidence=[PHOTO])
    do(held, "resolve", resolution="固化值守", becomes="NOTE")
    for unit in ("cg", "jj", "@320102005"):
        do(held, "note_attendance", unit=unit, people=2)
    do(held, "archive")
    street.do("clerk", "joint.end_series", series=answer["series"], reason="治理完成")


def say_duty(street) -> None:
    """A duty zone, agreed and ended."""
    zone = street.do(
        "coordinator",
        "duty_zone.agree",
        zone_name="南京火车站周边责任田",
        zone_areas=[GRID],
        ring=[[118.79, 32.09], [118.8, 32.09], [118.8, 32.1]],
        groups=["ENFORCEMENT"],
        lead_by={"unit": "cg"},
        supported_by=[{"scope": "320102005"}],
        valid_from=street.today.isoformat(),
    )["zone"]
    street.do("coordinator", "duty_zone.end", zone=zone)


SAID = (say_everything, say_catalogue, say_duty, say_supervision, say_joint, say_across)


def test_what_is_said_today_has_the_golden_fields(street) -> None:
    for say in SAID:
        say(street)
    assert lost(GOLDEN, street.events, whistles.capability.facts) == []


def test_examples_hold_no_free_text() -> None:
    assert naming(GOLDEN, service.facts, "补充", "025-") == []
