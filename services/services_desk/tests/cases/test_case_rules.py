"""Every row and guard of domain rules 10.4, and each thing it calls illegal."""

from datetime import timedelta

import pytest
from shuniu.rules.calendar import local
from shuniu.rules.clocks import find_clock
from shuniu.rules.limits import WorkingHours
from shuniu_services_desk.cases.case import CASE
from shuniu_services_desk.cases.lifecycles import CASE as CYCLE
from shuniu_services_desk.cases.lifecycles import TASK

_HOURS = WorkingHours()


def test_the_life_cycles_hold_together() -> None:
    CYCLE.validate()
    TASK.validate()


def due(desk, clock: str):
    found = find_clock(desk.c.clocks, clock)
    assert found is not None
    return local(found.due_at - timedelta(seconds=1)).date().isoformat()


def test_a_complete_application_is_accepted_decided_and_delivered(desk) -> None:
    answer = desk.submit("ID", "FORM", "PROOF")
    assert (answer["number"], answer["missing"], desk.c.status) == ("ZW261123-0001", [], "SUBMITTED")
    assert desk.c.received_at == desk.now
    desk.give_("clerk", "accept")
    assert (due(desk, "desk_promise"), due(desk, "desk_decide")) == ("2026-12-07", "2026-12-21")
    desk.give_("body", "decide", grant=True)
    assert (desk.c.status, desk.c.granted, desk.c.promise_kept) == ("DECIDED", True, True)
    assert due(desk, "desk_deliver") == "2026-12-07"
    desk.give_("clerk", "deliver", how="PICK_UP")
    assert desk.c.status == "DELIVERED"
    sums = desk.measures()
    assert (sums["desk.done"], sums["desk.done_once"], sums["desk.decided_in_time"]) == (1, 1, 1)
    assert "desk.done_unvisited" not in sums


def test_consulting_asks_for_no_id_and_shows_the_version(desk) -> None:
    answer = desk.do("nobody", "case.consult", desk.prepared(), item="SB-01", situation={"agent": "yes"}).answer
    assert answer["version"] == 1
    assert [m["code"] for m in answer["materials"]] == ["ID", "FORM", "PROOF", "PROXY"]
    assert desk.private == {}
    desk.submit("ID", consultation=answer["case"])
    assert (desk.case, desk.c.number, desk.c.status) == (answer["case"], answer["number"], "SUBMITTED")
    desk.refused("case.submitted_once", "clerk", "case.submit", desk.prepared(), items=["SB-01"],
                 situation={"agent": "no"}, applicant_name="张三丰", consultation=desk.case)  # fmt: skip


def test_a_consultation_nobody_follows_up_ends(desk) -> None:
    desk.case = desk.do("nobody", "case.consult", desk.prepared(), item="SB-01").answer["case"]
    desk.tick(days=40)
    assert (desk.c.status, desk.c.lapse) == ("LAPSED", "CONSULTATION")


def test_not_ours_is_said_at_once_with_where_to_go(desk) -> None:
    desk.submit("ID")
    desk.no("where_to_go", "clerk", "refuse", ground="NOT_OURS")
    desk.give_("clerk", "refuse", ground="NOT_OURS", where="请到区税务局二楼")
    assert desk.c.status == "REFUSED"
    desk.submit("ID")
    desk.tick(days=3)
    desk.no("refuse_at_once", "clerk", "refuse", ground="NOT_NEEDED")


def test_done_on_the_spot(desk) -> None:
    desk.submit("ID", "FORM")
    desk.no("materials_missing", "clerk", "settle")
    desk.submit("ID", "FORM", "PROOF")
    desk.give_("clerk", "settle")
    assert (desk.c.status, desk.c.on_the_spot) == ("DECIDED", True)


def test_five_days_of_silence_accept_as_of_receipt(desk) -> None:
    """行政许可法 §32 (4)."""
    desk.submit("ID")
    received = desk.now
    assert due(desk, "desk_correct") == "2026-11-30"
    desk.tick(days=7)
    assert desk.c.status == "SUBMITTED"
    desk.tick(days=1)
    assert (desk.c.status, desk.c.deemed, desk.c.accepted_at) == ("ACCEPTED", True, received)
    assert due(desk, "desk_decide") == "2026-12-21", "the limit runs from receipt"
    desk.no("correct_once", "clerk", "correct", materials=["FORM", "PROOF"])
    assert desk.measures()["desk.deemed"] == 1


def test_the_correction_list_is_complete_and_of_the_guide(desk) -> None:
    desk.submit("ID")
    desk.no("list_incomplete", "clerk", "correct", materials=["FORM"])
    desk.no("not_in_guide", "clerk", "correct", materials=["FORM", "PROOF", "MARRIAGE"])
    desk.give_("clerk", "correct", materials=["FORM", "PROOF"], note="申请表请签字")
    assert (desk.c.status, desk.c.missing) == ("CORRECTION", ("FORM", "PROOF"))


def test_a_second_correction_list_is_illegal(desk) -> None:
    desk.submit("ID")
    desk.give_("clerk", "correct", materials=["FORM", "PROOF"])
    desk.no("correct_once", "clerk", "correct", materials=["FORM", "PROOF"])
    desk.give_("clerk", "resubmit", handed=["FORM", "PROOF"])
    desk.no("correct_once", "clerk", "correct", materials=["ID"])


def test_what_the_list_did_not_name_is_not_asked_for_later(desk) -> None:
    desk.submit("ID", "FORM", "PROOF")
    desk.give_("clerk", "correct", materials=["FORM"], note="表格填错")
    desk.no("list_not_met", "clerk", "resubmit", handed=["PROOF"])
    desk.give_("clerk", "resubmit", handed=["FORM"])
    assert desk.c.status == "ACCEPTED"


def test_asking_for_what_is_held_already_is_illegal(desk) -> None:
    desk.submit("ID", "FORM", "PROOF")
    desk.submit("FORM", reuse=["ID"], reuse_consent=True)
    assert desk.c.missing == ("PROOF",)
    desk.no("asked_twice", "clerk", "correct", materials=["ID", "PROOF"])


def test_materials_are_used_again_only_with_consent_and_only_of_the_same_person(desk) -> None:
    desk.submit("ID", "FORM", "PROOF")
    body = {"items": ["SB-01"], "situation": {"agent": "no"}, "applicant_name": "张三丰", "reuse": ["ID"]}
    desk.refused("case.reuse_consent", "clerk", "case.submit", desk.prepared(), **body)
    desk.refused("case.not_held", "clerk", "case.submit", desk.prepared("h-2"), **body, reuse_consent=True)
    desk.tick(days=200)
    desk.refused("case.not_held", "clerk", "case.submit", desk.prepared(), **body, reuse_consent=True)


def test_a_material_that_was_not_in_order_is_not_used_again(desk) -> None:
    desk.submit("ID", "FORM", "PROOF")
    desk.give_("clerk", "correct", materials=["ID"], note="身份证过期")
    body = {"items": ["SB-01"], "situation": {"agent": "no"}, "applicant_name": "张三丰", "reuse_consent": True}
    desk.refused("case.not_held", "clerk", "case.submit", desk.prepared(), **body, reuse=["ID"])
    desk.submit("ID", reuse=["FORM"], reuse_consent=True)
    assert desk.c.reused == ("FORM",)


def test_nothing_outside_the_guide_is_taken(desk) -> None:
    body = {"items": ["SB-01"], "situation": {"agent": "no"}, "applicant_name": "张三丰", "handed": ["HOUSEHOLD"]}
    desk.refused("case.not_in_guide", "clerk", "case.submit", desk.prepared(), **body)


def test_gaps_need_a_promise_a_flag_and_good_credit(desk) -> None:
    desk.submit("ID", "FORM")
    day = (desk.today + timedelta(days=7)).isoformat()
    desk.no("promise_needed", "clerk", "accept_gap", until=day, promise=False)
    desk.no("promise_broken_before", "clerk", "accept_gap", until=day, promise=True, good_credit=False)
    desk.no("gap_date", "clerk", "accept_gap", until=desk.today.isoformat(), promise=True)
    desk.no("gap_date", "clerk", "accept_gap", until="2027-01-20", promise=True)
    desk.give_("clerk", "accept_gap", until=day, promise=True)
    assert (desk.c.status, desk.c.gaps) == ("ACCEPTED_GAP", ("PROOF",))
    desk.no("decide_accepted", "body", "decide", grant=True)
    desk.no("not_promised", "clerk", "bring_gap", handed=["ID"])
    desk.give_("clerk", "bring_gap", handed=["PROOF"])
    assert desk.c.status == "ACCEPTED"
    desk.submit("ID")
    desk.no("not_gap_able", "clerk", "accept_gap", until=day, promise=True)


def test_a_promise_that_is_not_kept_ends_the_case(desk) -> None:
    desk.submit("ID", "FORM")
    desk.give_("clerk", "accept_gap", until=(desk.today + timedelta(days=7)).isoformat(), promise=True)
    desk.tick(days=8)
    assert (desk.c.status, desk.c.lapse) == ("LAPSED", "GAP")
    assert not [c for c in desk.c.clocks if c.state == "running"]


def test_pausing_without_a_written_notice_is_illegal(desk) -> None:
    desk.accepted()
    desk.no("notice_needed", "body", "pause", procedure="HEARING", days=10)


def test_a_site_is_checked_by_two_different_people(desk) -> None:
    desk.accepted()
    desk.no("two_on_site", "body", "pause", procedure="SITE_CHECK", days=3, notice="实地核查", staff=["b1", "b1"])
    desk.give_("body", "pause", procedure="SITE_CHECK", days=3, notice="实地核查需三个工作日", staff=["b1", "b2"])
    assert desk.c.status == "SPECIAL"


def test_the_limits_stand_still_while_a_procedure_runs(desk) -> None:
    desk.accepted()
    desk.tick(days=1)
    desk.give_("body", "pause", procedure="HEARING", days=10, notice="听证需十个工作日")
    desk.tick(days=14)
    assert not any(c.late for c in desk.c.clocks)
    desk.no("decide_accepted", "body", "decide", grant=True)
    desk.give_("body", "resume", outcome="听证笔录")
    assert desk.c.status == "ACCEPTED"
    # Ten working days from 24 November to 8 December are added to both limits.
    assert (due(desk, "desk_promise"), due(desk, "desk_decide")) == ("2026-12-21", "2027-01-05")


def test_extending_once_by_the_leader_with_the_reason_told(desk) -> None:
    desk.accepted()
    desk.refused("access.role", "clerk", "case.extend", desk.prepared(), case=desk.case, reason="复杂", told=True)
    desk.no("reason_told", "leader", "extend", reason="案情复杂", told=False)
    desk.give_("leader", "extend", reason="案情复杂", told=True)
    assert due(desk, "desk_decide") == "2027-01-05", "30 working days"
    desk.no("extend_once", "leader", "extend", reason="仍然复杂", told=True)


def test_joint_items_are_extended_from_45_to_60(empty) -> None:
    empty.publish(empty.guide(joint=True, partners=["civil"], legal_limit=45, promised_limit=45))
    empty.submit("ID", "FORM", "PROOF")
    empty.give_("clerk", "accept")
    empty.give_("leader", "extend", reason="案情复杂", told=True)
    clock = find_clock(empty.c.clocks, "desk_decide")
    assert clock is not None and clock.limit == "60wd"


def test_deciding_an_unaccepted_case_is_illegal(desk) -> None:
    desk.submit("ID", "FORM", "PROOF")
    desk.no("decide_accepted", "body", "decide", grant=True)


def test_only_the_body_or_the_leader_decides(desk) -> None:
    desk.accepted()
    desk.no("body_decides", "partner", "decide", grant=True)
    desk.no("body_decides", "clerk", "decide", grant=True)
    desk.give_("leader", "decide", grant=True)


def test_a_denial_has_reasons_and_a_remedy(desk) -> None:
    desk.accepted()
    desk.no("denial_reasons", "body", "decide", grant=False)
    desk.no("denial_remedy", "body", "decide", grant=False, reason="不符合条件")
    desk.give_("body", "decide", grant=False, reason="不符合条件", remedy="六十日内可申请行政复议")
    assert desk.c.granted is False


def test_a_late_decision_says_why(desk) -> None:
    desk.accepted()
    desk.tick(days=60)
    desk.no("late_reason", "body", "decide", grant=True)
    desk.no("pause_after_limit", "body", "pause", procedure="HEARING", days=3, notice="听证")
    desk.no("extend_in_time", "leader", "extend", reason="案情复杂", told=True)
    desk.give_("body", "decide", grant=True, late_reason="系统故障")
    assert (desk.c.late, desk.c.promise_kept) == (True, False)


def test_departments_give_their_parts_back_before_one_result(desk) -> None:
    desk.accepted()
    desk.give_("body", "hand_over", unit="civil")
    desk.no("task_once", "body", "hand_over", unit="civil")
    desk.no("parts_open", "body", "decide", grant=True)
    desk.no("own_part", "body", "hand_back", unit="civil", agrees=True, opinion="同意")
    desk.give_("partner", "hand_back", unit="civil", agrees=False, opinion="面积不符")
    again = {"case": desk.case, "unit": "civil", "agrees": True, "opinion": "同意"}
    desk.refused("case.task_done", "partner", "case.hand_back", desk.prepared(), **again)
    desk.no("against_opinion", "body", "decide", grant=True)
    desk.give_("body", "decide", grant=True, reason="复核面积相符")


def test_withdrawing_before_the_decision_only(desk) -> None:
    desk.submit("ID")
    desk.give_("clerk", "withdraw", reason="不办了")
    assert desk.c.status == "WITHDRAWN"
    desk.accepted()
    desk.give_("body", "decide", grant=True)
    desk.no("withdraw_undecided", "clerk", "withdraw", reason="不办了")


def test_somebody_of_another_street_does_nothing_here(desk) -> None:
    desk.submit("ID", "FORM", "PROOF")
    desk.refused("access.area", "elsewhere", "case.accept", desk.prepared(), case=desk.case)
    assert desk.offers("elsewhere", CASE, desk.case) == {}


def test_a_case_keeps_its_version(desk) -> None:
    desk.submit("ID")
    changed = desk.guide()
    desk.put({**changed, "materials": [*changed["materials"], {"code": "NEW", "name": "新增证明"}]})
    tomorrow = (desk.today + timedelta(days=1)).isoformat()
    desk.do("leader", "guide.publish", item="SB-01", valid_from=tomorrow)
    desk.tick(days=1)
    desk.no("not_in_guide", "clerk", "correct", materials=["FORM", "PROOF", "NEW"])
    desk.give_("clerk", "correct", materials=["FORM", "PROOF"])
    assert desk.c.version == 1
    desk.submit("ID")
    assert (desk.c.version, "NEW" in desk.c.missing) == (2, True)


def test_several_items_of_one_visit_take_each_material_once(desk) -> None:
    desk.publish(
        desk.guide(
            "SB-02", questions=[], materials=[{"code": "ID", "name": "居民身份证"}, {"code": "BANK", "name": "银行卡"}]
        )
    )
    desk.do("leader", "guide.set_life_event", life_event="BIRTH", title="新生儿一件事", items=["SB-01", "SB-02"])
    answer = desk.submit("ID", "FORM", "PROOF", "BANK", items=["SB-01", "SB-02"], life_event="BIRTH")
    assert [c["number"] for c in answer["cases"]] == ["ZW261123-0001", "ZW261123-0002"]
    assert all(c["missing"] == [] for c in answer["cases"])


@pytest.mark.parametrize(
    "move", ["accept", "settle", "correct", "resubmit", "accept_gap", "decide", "deliver", "withdraw"]
)
def test_nothing_happens_to_a_case_that_ended(desk, move) -> None:
    desk.delivered()
    body = {
        "correct": {"materials": ["ID"]}, "resubmit": {"handed": ["ID"]}, "decide": {"grant": True},
        "accept_gap": {"until": "2026-12-01", "promise": True}, "deliver": {"how": "POST"},
        "withdraw": {"reason": "不办了"},
    }.get(move, {})  # fmt: skip
    who = "body" if move == "decide" else "clerk"
    assert not desk.allowed(who, f"case.{move}", desk.prepared(), case=desk.case, **body)


def test_receipts_carry_numbers_and_their_content_is_sealed(desk) -> None:
    desk.delivered()
    kinds = [d.kind for d in desk.c.documents]
    assert kinds == ["desk_received", "desk_accepted", "desk_decided"]
    assert [d.number for d in desk.c.documents] == [f"{desk.c.number}-{s}" for s in ("SJ", "SL", "JD")]
    assert all("张三丰" in desk.private[d.code]["document"] for d in desk.c.documents)
    said = b"".join(bytes(e.data.fact) for e in desk.events).decode()
    assert "张三丰" not in said and "320102" not in said
