"""How a person of the street fills in an offered form: for each action how readily it is taken and what is entered.

Only what stands here is ever done by the actors; they never escalate, waive or cancel.
"""

import random
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple

from shuniu.rules.calendar import local
from shuniu.rules.shipped import calendar

from shuniu_demo.accounts import DEPARTMENTS, INSURER
from shuniu_demo.script import Picture
from shuniu_demo.words import FINDINGS, UP_ITEMS

__all__ = ("FORMS", "Desire", "Situation")

Body = dict[str, Any]


class Situation(NamedTuple):
    """What the person has before them: the matter as listed, what the form holds already, the domain's time."""

    matter: Mapping[str, Any]
    prefill: Mapping[str, Any]
    now: datetime
    rng: random.Random

    def day(self, working_days: int) -> date:
        """The date so many working days from now."""
        return calendar().add_working_days(local(self.now).date(), working_days)[0]

    @property
    def picture(self) -> str:
        """The motif that fits the matter's category."""
        category = self.matter["category"]
        found = [f.picture for f in FINDINGS if f.category == category]
        found += [i.picture for i in UP_ITEMS if i.item == category]
        return found[0] if found else "site"

    def photo(self, done: bool) -> list[Picture]:
        """One picture of the place."""
        return [Picture(self.picture, done, self.rng.randrange(3))]

    def other_unit(self) -> str:
        """A department that has nothing to do with the matter yet."""
        here = {unit["unit"] for unit in self.matter["units"]} | {self.matter["lead_unit"]}
        return self.rng.choice([unit for unit, *_ in DEPARTMENTS if unit not in here])


class Desire(NamedTuple):
    """How readily an action is taken, and what is entered; None where the person had better not."""

    weight: float
    fill: Callable[[Situation], Body | None]


def _nothing(s: Situation) -> Body | None:
    return {}


def _dispatch(s: Situation) -> Body | None:
    finding = next((f for f in FINDINGS if f.category == s.matter["category"]), None)
    return {"unit": finding.unit if finding else s.rng.choice(DEPARTMENTS)[0]}


def _classify(s: Situation) -> Body | None:
    place = {"name": s.matter["place"].get("name") or ""}
    return {"order_class": "NORMAL", "appeal": "HELP", "category": s.matter["category"] or "HL_OTHER", "place": place}


def _amend(s: Situation) -> Body | None:
    if s.prefill.get("lead") and s.prefill.get("item"):
        return None  # nothing is missing: it is to be submitted
    item = next((i for i in UP_ITEMS if i.item == s.prefill.get("item")), None) or s.rng.choice(UP_ITEMS)
    place = s.prefill.get("place") or {"name": s.matter["place"].get("name") or "现场"}
    return {"item": item.item, "lead": item.lead, "co": list(item.co), "place": place, "description": item.remark}


def _scores(s: Situation) -> Body | None:
    return {name: s.rng.choice((3, 4, 4, 5, 5, 5)) for name in ("response", "attitude", "result")}


def _phase(s: Situation) -> Body | None:
    return {"work": s.rng.choice(("SURVEY", "REPAIR", "ENFORCE", "UPKEEP")), "due_on": s.day(1)}


FORMS: Final[dict[str, Desire]] = {
    "grid.verify": Desire(8, lambda s: {"photos": s.photo(False)}),
    "grid.not_file": Desire(1, lambda s: {"reason": "NOT_FOUND", "note": "现场查看未发现所反映情况"}),
    "grid.file": Desire(8, _nothing),
    "grid.dispatch": Desire(10, _dispatch),
    "grid.self_handle": Desire(1, lambda s: {"before": s.photo(False), "after": s.photo(True), "note": "已随手处置"}),
    "grid.accept": Desire(9, _nothing),
    "grid.return": Desire(0.3, lambda s: {"note": "经核不属本单位职责", "proposed": s.other_unit()}),
    "grid.accept_return": Desire(6, _nothing),
    "grid.refuse_return": Desire(1, _nothing),
    "grid.feed_back": Desire(8, lambda s: {"after": s.photo(True), "note": "已处置完毕"}),
    "grid.ask_delay": Desire(0.3, lambda s: {"until": s.day(4), "note": "需采购配件，申请延期"}),
    "grid.grant_delay": Desire(6, _nothing),
    "grid.refuse_delay": Desire(1, lambda s: {"note": "请按期完成"}),
    "grid.ask_hang": Desire(0.1, lambda s: {"reason": "ENGINEERING", "review_on": s.day(15), "note": "涉及工程改造"}),
    "grid.hang": Desire(5, _nothing),
    "grid.refuse_hang": Desire(1, lambda s: {"note": "条件具备，请继续办理"}),
    "grid.revive": Desire(0.1, _nothing),
    "grid.refer": Desire(0.2, lambda s: {"reason": "SEVERAL_UNITS", "note": "需多部门联合处置"}),
    "grid.start_check": Desire(8, _nothing),
    "grid.close": Desire(8, lambda s: {"photos": s.photo(True)}),
    "grid.send_back": Desire(0.5, lambda s: {"photos": s.photo(False), "note": "现场仍有残留"}),
    "order.classify": Desire(9, _classify),
    "order.dispatch": Desire(9, lambda s: {"lead": s.rng.choice(DEPARTMENTS)[0]}),
    "order.sign": Desire(10, _nothing),
    "order.contact": Desire(9, lambda s: {"means": "PHONE", "note": "已电话联系"}),
    "order.start": Desire(9, lambda s: {"measures": "安排人员现场核实处置"}),
    "order.hold": Desire(4, lambda s: {"reason": "按权责清单维持派单"}),
    "order.hang": Desire(4, _nothing),
    "order.feed_back": Desire(
        6, lambda s: {"result": "已现场处置，并向来电人说明", "told_by": "PHONE", "evidence": s.photo(True)}
    ),
    "order.call_back": Desire(
        8, lambda s: {"means": "PHONE", "valid": True, "solved": True, "satisfaction": s.rng.choice(("SAT", "BASIC"))}
    ),
    "order.close": Desire(8, lambda s: {"note": "回访已完成"}),
    "case.accept": Desire(8, _nothing),
    "case.settle": Desire(4, _nothing),
    "case.correct": Desire(2, lambda s: {"note": "请补交所列材料（演示）"} if s.prefill.get("materials") else None),
    "case.resubmit": Desire(5, lambda s: {} if s.prefill.get("handed") else None),
    "case.bring_gap": Desire(5, lambda s: {} if s.prefill.get("handed") else None),
    "case.decide": Desire(7, lambda s: {"grant": True}),
    "case.hand_back": Desire(8, lambda s: {"agrees": True, "opinion": "信息一致（演示）"}),
    "case.resume": Desire(0.3, lambda s: {"outcome": "评审通过（演示）"}),
    "case.deliver": Desire(8, _nothing),
    "claim.register": Desire(9, lambda s: {"insurer_number": f"DEMO-C-{s.rng.randrange(10**6):06d}"}),
    "claim.survey": Desire(7, lambda s: {"found": "现场与报案一致（演示）"}),
    "claim.complete_documents": Desire(6, _nothing),
    "claim.assess": Desire(6, lambda s: {"items": [{"item": "MEDICAL", "amount": s.rng.randrange(60, 400) * 1000}]}),
    "claim.pay": Desire(8, lambda s: {"reference": f"DEMO-B-{s.rng.randrange(10**6):06d}"}),
    "certificate.sign": Desire(7, lambda s: {"no_relation": True}),
    "hazard.verify": Desire(6, _nothing),
    "hazard.grade": Desire(7, lambda s: {"grade": "GENERAL", "colour": s.rng.choice(("YELLOW", "BLUE"))}),
    "hazard.route": Desire(7, lambda s: {"way": "INSURER", "unit": INSURER[0], "order": "请限期整改（演示）"}),
    "hazard.start": Desire(7, _nothing),
    "hazard.rectify": Desire(5, lambda s: {"evidence": s.photo(True), "note": "已整改（演示）"}),
    "hazard.recheck": Desire(6, lambda s: {"evidence": s.photo(True)}),
    "hazard.cancel_off": Desire(6, _nothing),
    "activity.review": Desire(7, _nothing),
    "activity.open": Desire(7, _nothing),
    "activity.make_ready": Desire(0.5, _nothing),
    "activity.finish": Desire(1, _nothing),
    "activity.submit_hours": Desire(6, _nothing),
    "activity.notice_hours": Desire(6, _nothing),
    "participation.apply": Desire(5, _nothing),
    "volunteer.hold_time": Desire(6, _nothing),
    "grid.end_patrol": Desire(4, _nothing),
    "whistle.amend": Desire(4, _amend),
    "whistle.submit": Desire(8, _nothing),
    "whistle.return": Desire(0.3, lambda s: {"reason": "请补充现场照片"}),
    "whistle.blow": Desire(8, lambda s: {"finish_by": s.day(6)}),
    "whistle.sign": Desire(10, _nothing),
    "whistle.object": Desire(0.3, lambda s: {"instead": s.other_unit(), "reason": "该事项主责不在本单位"}),
    "whistle.uphold": Desire(4, lambda s: {"reason": "按权责清单维持指派"}),
    "whistle.accept_objection": Desire(4, lambda s: {"reason": "同意改派"}),
    "whistle.contact": Desire(8, lambda s: {"note": "已与联系人对接"}),
    "whistle.report_in": Desire(
        8, lambda s: {"at": s.now, "where": s.matter["place"].get("name") or "现场", "people": s.rng.randrange(2, 8)}
    ),
    "whistle.start": Desire(8, lambda s: {"measures": "联合现场整治，定人值守", "finish_on": s.day(2)}),
    "whistle.plan_phase": Desire(0.4, _phase),
    "whistle.start_phase": Desire(8, _nothing),
    "whistle.submit_phase": Desire(8, lambda s: {"evidence": s.photo(True)}),
    "whistle.accept_phase": Desire(8, _nothing),
    "whistle.send_back_phase": Desire(0.6, lambda s: {"reason": "现场仍有遗留，请整改后再报"}),
    "whistle.finish": Desire(3, lambda s: {"evidence": s.photo(True), "note": "已按约定完成"}),
    "whistle.request_extension": Desire(
        0.2, lambda s: {"finish_on": s.day(6) + timedelta(days=1), "reason": "涉及居民意见征询，需延长工期"}
    ),
    "whistle.approve_extension": Desire(5, _nothing),
    "whistle.decline_extension": Desire(1, lambda s: {"reason": "请按期完成"}),
    "whistle.rate": Desire(8, _scores),
    "whistle.close": Desire(8, _nothing),
    "whistle.not_solved": Desire(0.1, lambda s: {"reason": "现象反弹，再次吹哨"}),
}
