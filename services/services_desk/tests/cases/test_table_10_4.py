"""The table of domain rules 10.4, row by row: where each event leads, and that it leads nowhere from anywhere else."""

from datetime import timedelta

import pytest
from shuniu.rules.clocks import find_clock
from shuniu.rules.lifecycle import IllegalMove
from shuniu_services_desk.cases.case import CASE
from shuniu_services_desk.cases.lifecycles import CASE as CYCLE
from shuniu_services_desk.cases.prepared import PreparedCase

TABLE = {
    "consult": ({None}, "CONSULTED"),
    "submit": ({None}, "SUBMITTED"),
    "bring_in": ({"CONSULTED"}, "SUBMITTED"),
    "refuse": ({"SUBMITTED"}, "REFUSED"),
    "settle": ({"SUBMITTED"}, "DECIDED"),
    "correct": ({"SUBMITTED"}, "CORRECTION"),
    "deem": ({"SUBMITTED"}, "ACCEPTED"),
    "accept": ({"SUBMITTED"}, "ACCEPTED"),
    "resubmit": ({"CORRECTION"}, "ACCEPTED"),
    "accept_gap": ({"SUBMITTED", "CORRECTION"}, "ACCEPTED_GAP"),
    "fill_gap": ({"ACCEPTED_GAP"}, "ACCEPTED"),
    "lapse": ({"CONSULTED", "ACCEPTED_GAP"}, "LAPSED"),
    "pause": ({"ACCEPTED", "ACCEPTED_GAP"}, "SPECIAL"),
    "resume": ({"SPECIAL"}, "ACCEPTED"),
    "resume_gap": ({"SPECIAL"}, "ACCEPTED_GAP"),
    "extend": ({"ACCEPTED"}, "ACCEPTED"),
    "decide": ({"ACCEPTED"}, "DECIDED"),
    "deliver": ({"DECIDED"}, "DELIVERED"),
    "withdraw": ({"CONSULTED", "SUBMITTED", "CORRECTION", "ACCEPTED", "ACCEPTED_GAP", "SPECIAL"}, "WITHDRAWN"),
}
"""Event → (from, to) as the table has it; ``hand_over``, ``hand_back`` and ``bring_gap`` change no status."""


@pytest.mark.parametrize("event", sorted(TABLE))
def test_every_row_of_the_table_leads_where_it_says_and_from_nowhere_else(event) -> None:
    sources, target = TABLE[event]
    for status in (None, *(s.id for s in CYCLE.statuses)):
        if status in sources:
            assert CYCLE.after(status, event) == target
        else:
            with pytest.raises(IllegalMove) as refused:
                CYCLE.check(status, event)
            assert (refused.value.state, refused.value.event) == (status, event)
            assert refused.value.rule


def test_the_life_cycle_has_no_event_beside_the_table() -> None:
    assert {m.event for m in CYCLE.moves} - set(TABLE) == {"hand_over", "hand_back", "bring_gap"}


def test_asking_for_material_that_is_not_in_the_guides_version_is_illegal(desk) -> None:
    desk.submit("ID")
    desk.no("not_in_guide", "clerk", "correct", materials=["FORM", "PROOF", "DIPLOMA"])


def test_editing_a_guide_version_in_use_is_illegal(desk) -> None:
    desk.submit("ID")
    desk.put({**desk.guide(), "name": "改名"})
    assert desk.c.item_name == "事项SB-01"
    tomorrow = (desk.today + timedelta(days=1)).isoformat()
    desk.refused("guide.flawed", "leader", "guide.publish", item="SB-01", valid_from=desk.today.isoformat())
    desk.do("leader", "guide.publish", item="SB-01", valid_from=tomorrow)
    assert desk.c.version == 1


def test_a_result_is_delivered_within_ten_working_days_or_counts_as_late(desk) -> None:
    desk.accepted()
    desk.give_("body", "decide", grant=True)
    clock = find_clock(desk.c.clocks, "desk_deliver")
    assert clock is not None and clock.limit == "10wd"
    desk.tick(days=20)
    desk.give_("clerk", "deliver", how="POST")
    assert desk.c.delivery_late
    sums = desk.measures()
    assert sums["desk.done"] == 1 and "desk.delivered_in_time" not in sums


@pytest.mark.parametrize("level", ["VERY_SAT", "SAT", "BASIC", "UNSAT", "VERY_UNSAT"])
def test_five_levels_are_rated_and_the_last_two_are_bad(desk, level) -> None:
    desk.delivered()
    key = next(k.id for k, s in desk.rows.items() if k.kind == "desk_code" and desk.case in s.row.cases)
    desk.do("nobody", "rating.give", PreparedCase(code_key=key), code="C00000000000", number=desk.c.number, level=level)
    sums = desk.measures()
    assert sums.get("desk.rated_bad", 0) == (level in ("UNSAT", "VERY_UNSAT"))
    assert desk.c.status == "DELIVERED", "the case does not know"


# --- hand-over and back, with due times (一条龙) ----------------------------------------------------------------------


def test_a_departments_part_has_a_due_time_and_is_late_by_itself(desk) -> None:
    desk.accepted()
    desk.give_("body", "hand_over", unit="civil")
    part = find_clock(desk.c.clocks, "desk_part", "civil")
    assert part is not None and part.limit == "5wd"
    shown = desk.events[-1].data.summary.matter
    assert [(u.unit, u.role, u.due_at) for u in shown.units] == [("hrss", "LEAD", None), ("civil", "CO", part.due_at)]
    assert shown.clock != "desk_part", "the case's own limit stays the one it shows"
    desk.tick(days=9)
    overdue = next(e for e in desk.events if e.type.endswith("clock.overdue.v1") and b"desk_part" in bytes(e.data.fact))
    assert [n.units for n in overdue.data.summary.notices] == [("civil", "hrss")]
    desk.give_("partner", "hand_back", unit="civil", agrees=True, opinion="同意")
    assert desk.facts("case.handed_back.v1")[0]["late"]
    sums = desk.measures()
    assert sums["desk.parts_back"] == 1 and "desk.parts_in_time" not in sums


def test_a_part_may_have_a_day_of_its_own_within_the_limit_to_decide(desk) -> None:
    desk.accepted()
    desk.no("part_date", "body", "hand_over", unit="civil", due_on="2026-11-20")
    desk.no("part_date", "body", "hand_over", unit="civil", due_on="2027-03-01")
    desk.give_("body", "hand_over", unit="civil", due_on="2026-11-26")
    desk.give_("partner", "hand_back", unit="civil", agrees=True, opinion="同意")
    assert desk.measures()["desk.parts_in_time"] == 1
    assert not [k for k in desk.c.clocks if k.part and k.state == "running"]


def test_parts_the_version_asks_for_run_from_acceptance_however_it_was_accepted(empty) -> None:
    empty.publish(empty.guide(joint=True, partners=["civil", "house"], legal_limit=45, promised_limit=45))
    empty.submit("ID", "FORM", "PROOF")
    empty.give_("clerk", "accept")
    assert {k.part for k in empty.c.clocks if k.id == "desk_part"} == {"civil", "house"}
    empty.submit("ID")
    empty.tick(days=10)
    assert empty.c.deemed
    assert {k.part for k in empty.c.clocks if k.id == "desk_part" and k.state == "running"} == {"civil", "house"}
    starts = {k.started_at for k in empty.c.clocks if k.id == "desk_part"}
    assert min(starts) > empty.c.received_at, "a department has its time from when it was asked"


# --- one visit, several items, one delivery (一门式, 一件事) ----------------------------------------------------------


@pytest.fixture
def birth(desk):
    materials = [{"code": "ID", "name": "居民身份证"}, {"code": "BANK", "name": "银行卡"}]
    desk.publish(desk.guide("SB-02", questions=[], materials=materials))
    desk.do("leader", "guide.set_life_event", life_event="BIRTH", title="新生儿一件事", items=["SB-01", "SB-02"])
    return desk


def visit(desk):
    answer = desk.submit("ID", "FORM", "PROOF", "BANK", items=["SB-01", "SB-02"], life_event="BIRTH")
    return [c["case"] for c in answer["cases"]]


def test_each_case_of_a_visit_holds_its_own_materials_of_what_was_handed_in_once(birth) -> None:
    one, two = (birth.row(CASE, c) for c in visit(birth))
    assert (one.handed, two.handed) == (("ID", "FORM", "PROOF"), ("ID", "BANK"))
    assert one.visit == two.visit != ""
    assert (one.life_event, two.life_event) == ("BIRTH", "BIRTH")
    birth.refused("case.life_event", "clerk", "case.submit", birth.prepared(), items=["SB-01"], life_event="WEDDING",
                  situation={"agent": "no"}, applicant_name="张三丰")  # fmt: skip


def test_the_results_of_a_visit_are_delivered_together_once_all_are_decided(birth) -> None:
    cases = visit(birth)
    together = PreparedCase(visit=tuple(cases))
    for case in cases:
        birth.case = case
        birth.give_("clerk", "accept")
    birth.give_("body", "decide", grant=True)
    body = {"case": cases[1], "how": "PICK_UP", "together": True}
    refusal = birth.refused("case.visit_undecided", "clerk", "case.deliver", together, **body)
    assert refusal.params == {"numbers": birth.row(CASE, cases[0]).number}
    birth.case = cases[0]
    birth.give_("body", "decide", grant=False, reason="不符合", remedy="可申请复议")
    answer = birth.do("clerk", "case.deliver", together, **body).answer
    assert len(answer["delivered"]) == 2
    assert {birth.row(CASE, c).status for c in cases} == {"DELIVERED"}
    assert birth.measures()["desk.done_once"] == 2, "one visit"


def test_a_withdrawn_case_of_a_visit_holds_nobody_up(birth) -> None:
    cases = visit(birth)
    birth.case = cases[0]
    birth.give_("clerk", "withdraw", reason="不办了")
    birth.case = cases[1]
    birth.give_("clerk", "accept")
    birth.give_("body", "decide", grant=True)
    birth.do("clerk", "case.deliver", PreparedCase(visit=tuple(cases)), case=cases[1], how="POST", together=True)
    assert birth.c.status == "DELIVERED"
