"""Each rule of the order's life by its name (domain rules 1.12-1.18, 1.22, 1.23, 10.2)."""

from datetime import date, timedelta

import pytest
from shuniu.rules.clocks import find_clock
from shuniu_whistle.orders.lifecycles import ORDER, PART

from .conftest import KEY

COMMUNITY = "320199001001"


def test_the_life_cycles_hold_together() -> None:
    ORDER.validate()
    PART.validate()


def test_the_statuses_are_those_of_the_rules() -> None:
    main = "RECEIVED ANSWERED CLASSIFIED DISPATCHED SIGNED CONTACTED HANDLING FED_BACK CALLED_BACK CLOSED"
    side = "NOT_ACCEPTED OBJECTED REDISPATCHED EXTENDED HUNG REWORK WHISTLED MERGED TRANSFERRED"
    assert {s.id for s in ORDER.statuses} == set(f"{main} {side}".split())


def test_the_straight_way_from_the_call_to_the_end(hotline) -> None:
    hotline.fed_back()
    hotline.ask("operator", "call_back", means="PHONE", valid=True, solved=True, satisfaction="SAT")
    hotline.ask("operator", "close")
    statuses = [e.data.summary.matter.status for e in hotline.events]
    assert statuses == [
        "RECEIVED", "CLASSIFIED", "DISPATCHED", "SIGNED", "CONTACTED", "HANDLING", "FED_BACK", "CALLED_BACK", "CLOSED",
    ]  # fmt: skip
    assert hotline.o.outcome == "SOLVED"
    assert not [c for c in hotline.o.clocks if c.state == "running"]


def test_the_order_carries_its_limits(hotline) -> None:
    """§13 (1.14)."""
    hotline.dispatched()
    given = hotline.facts("order.dispatched.v1")[-1]["given"]
    assert [t["clock"] for t in given["terms"]] == ["sign", "contact", "handle"]
    assert given["profile"] == "sd-5wd"
    assert given["terms"][2]["limit"] == "5wd"


# --- what needs no unit -----------------------------------------------------------------------------------------------


def test_answered_on_the_call_troubles_no_unit(hotline) -> None:
    hotline.received(appeal="CONSULT")
    hotline.ask("operator", "answer", answer="周一至周五上班")
    assert hotline.o.status == "ANSWERED"
    hotline.no("order.dispatch_classified", "dispatcher", "dispatch", lead="cg")


@pytest.mark.parametrize("ground", ["LEGAL_CHANNEL", "SECRET", "OUT_OF_SCOPE", "UNLAWFUL"])
def test_not_accepted_on_a_ground_of_section_11_with_the_reason_told(hotline, ground) -> None:
    hotline.received()
    hotline.ask("operator", "not_accept", ground=ground, told="已告知途径")
    assert (hotline.o.status, hotline.o.ground) == ("NOT_ACCEPTED", ground)
    assert hotline.private[hotline.facts("order.not_accepted.v1")[-1]["told_ref"]] == {"text": "已告知途径"}


def test_there_is_no_seventh_ground(hotline) -> None:
    hotline.received()
    hotline.no("order.six_grounds", "operator", "not_accept", ground="TOO_BUSY", told="没空")


def test_an_emergency_is_transferred_not_turned_away(hotline) -> None:
    hotline.received()
    hotline.no("order.emergency_transferred", "operator", "not_accept", ground="EMERGENCY", told="请打 119")
    hotline.ask("operator", "transfer", to="119", note="起火")
    assert (hotline.o.status, hotline.o.transferred_to) == ("TRANSFERRED", "119")


def test_a_petition_goes_to_the_petition_office_even_from_a_units_hands(hotline) -> None:
    hotline.handling()
    hotline.ask("operator", "transfer", to="PETITION")
    assert hotline.o.status == "TRANSFERRED"


def test_repeated_without_new_facts_is_told_the_result(hotline) -> None:
    first = hotline.fed_back().id
    hotline.classified()
    assert hotline.o.repeat_of == first
    hotline.no("order.repeat_of_what", "operator", "not_accept", ground="REPEAT", told="结果如下")
    hotline.ask("operator", "not_accept", ground="REPEAT", told="结果如下", previous=first)
    assert (hotline.o.status, hotline.o.previous) == ("NOT_ACCEPTED", first)


def test_repeated_with_new_facts_is_accepted(hotline) -> None:
    first = hotline.fed_back().id
    hotline.classified()
    body = {"ground": "REPEAT", "told": "结果", "previous": first, "new_facts": True}
    hotline.no("order.repeat_new_facts", "operator", "not_accept", **body)


def test_repeated_only_where_there_is_a_result_to_tell(hotline) -> None:
    first = hotline.handling().id
    hotline.classified()
    hotline.no("order.repeat_without_result", "operator", "not_accept", ground="REPEAT", told="在办", previous=first)


def test_repeated_is_not_what_somebody_else_asked_elsewhere(hotline) -> None:
    first = hotline.fed_back(caller_phone="13900000000", place={"name": "别处"}).id
    hotline.classified()
    hotline.no("order.repeat_other", "operator", "not_accept", ground="REPEAT", told="结果", previous=first)


# --- merged and repeated ----------------------------------------------------------------------------------------------


def test_merged_when_person_matter_and_place_are_the_same_linked_both_ways(hotline) -> None:
    first = hotline.handling().id
    hotline.classified()
    second = hotline.id
    hotline.ask("dispatcher", "merge", into=first)
    assert hotline.o.status == "MERGED"
    links = {link.relation: link.matter for e in hotline.events[-2:] for link in e.data.summary.links}
    assert links == {"merged_into": first, "joined_by": second}
    hotline.id = first
    assert len(hotline.o.joined) == 1


@pytest.mark.parametrize(
    "other", [{"caller_phone": "13900000000"}, {"place": {"name": "别处"}}, {"caller_phone": ""}], ids=str
)
def test_not_merged_when_one_of_the_three_differs(hotline, other) -> None:
    first = hotline.handling().id
    hotline.classified(**other)
    hotline.no("order.merge_same", "dispatcher", "merge", into=first)


def test_not_merged_into_one_that_has_its_result(hotline) -> None:
    first = hotline.fed_back().id
    hotline.classified()
    hotline.no("order.join_while_open", "dispatcher", "merge", into=first)
    hotline.no("order.merge_itself", "dispatcher", "merge", into=hotline.id)


@pytest.mark.parametrize(
    ("count", "flag"), [(2, None), (3, "ORDER_AT_SPOT_3"), (4, "ORDER_AT_SPOT_3"), (5, "ORDER_AT_SPOT_5")]
)
def test_three_and_five_at_one_spot_are_flagged(hotline, count, flag) -> None:
    for n in range(count):
        hotline.classified(caller_phone=f"1380000000{n}")
    assert hotline.o.at_spot == count
    flags = hotline.events[-1].data.summary.matter.flags
    assert [f for f in flags if f.startswith("ORDER_AT_SPOT")] == ([flag] if flag else [])


def test_a_spot_forgets_what_is_old(hotline) -> None:
    hotline.classified(caller_phone="13800000001")
    hotline.tick(days=91)
    hotline.classified(caller_phone="13800000002")
    assert hotline.o.at_spot == 1


def test_an_order_classified_anew_leaves_its_old_spot(hotline) -> None:
    hotline.classified(caller_phone="13800000001")
    body = {"order_class": "NORMAL", "appeal": "COMPLAINT"}
    hotline.ask("operator", "classify", category="HL_NOISE", **body)
    hotline.classified(caller_phone="13800000002")
    assert hotline.o.at_spot == 1


# --- dispatch, objection, review --------------------------------------------------------------------------------------


def test_a_community_is_never_made_to_lead(hotline) -> None:
    """§17 (1.16)."""
    hotline.classified()
    hotline.no("order.community_lead", "dispatcher", "dispatch", lead=f"c-{COMMUNITY}")
    hotline.ask("dispatcher", "dispatch", lead="cg", co=[f"c-{COMMUNITY}"])


def test_a_community_is_not_designated_either(hotline) -> None:
    hotline.dispatched()
    hotline.ask("cg", "object", instead=f"c-{COMMUNITY}", reason="属社区")
    hotline.no("order.community_lead", "leader", "redispatch", lead=f"c-{COMMUNITY}")


def test_units_are_known_and_named_once(hotline) -> None:
    hotline.classified()
    hotline.no("whistle.unit_unknown", "dispatcher", "dispatch", lead="nowhere")
    hotline.no("order.unit_twice", "dispatcher", "dispatch", lead="cg", co=["cg"])
    hotline.no("order.lead_required", "dispatcher", "dispatch", lead="")


def test_an_objection_goes_to_the_review_and_the_designated_unit_may_not_return(hotline) -> None:
    hotline.dispatched()
    hotline.ask("cg", "object", instead="jj", reason="不属本单位")
    assert not [c for c in hotline.o.clocks if c.state == "running"]
    hotline.no("access.role", "dispatcher", "redispatch", lead="jj")
    hotline.ask("leader", "redispatch", lead="jj")
    assert (hotline.o.status, hotline.o.lead, hotline.o.designated) == ("REDISPATCHED", "jj", True)
    hotline.no("order.designated_may_not_return", "jj", "object", instead="cg", reason="也不是")
    hotline.ask("jj", "sign")
    hotline.no("order.designated_may_not_return", "jj", "object", instead="cg", reason="也不是")


def test_the_review_may_hold_to_the_unit(hotline) -> None:
    hotline.dispatched()
    hotline.ask("cg", "object", instead="jj", reason="不属本单位")
    hotline.ask("leader", "hold", reason="三定方案")
    assert (hotline.o.status, hotline.o.lead) == ("DISPATCHED", "cg")
    hotline.no("order.designated_may_not_return", "cg", "object", instead="jj", reason="再退")


def test_nobody_reviews_their_own_objection(hotline) -> None:
    hotline.dispatched()
    hotline.ask("cg", "object", instead="jj", reason="不属本单位")
    hotline.no("order.own_request", "cg_leader", "hold")
    hotline.no("access.area", "elsewhere", "hold")


def test_no_objection_after_contact(hotline) -> None:
    hotline.dispatched()
    hotline.ask("cg", "sign")
    hotline.ask("cg", "contact", means="PHONE")
    hotline.no("order.object_before_contact", "cg", "object", instead="jj", reason="晚了")


def test_no_objection_after_the_sign_window(hotline) -> None:
    hotline.dispatched()
    hotline.tick(hours=6)  # 4 working hours and the noon break are over
    hotline.no("order.objection_window", "cg", "object", instead="jj", reason="晚了")


def test_the_petition_profile_has_its_own_window(new_hotline) -> None:
    hotline = new_hotline(order_profile="petition-2022").dispatched()
    hotline.tick(days=4)
    hotline.ask("cg", "object", instead="jj", reason="五个工作日内")


# --- handling ---------------------------------------------------------------------------------------------------------


def test_no_feedback_without_a_contact_record(hotline) -> None:
    hotline.dispatched()
    hotline.ask("cg", "sign")
    hotline.no("order.feed_back_without_contact", "cg", "feed_back", result="已办", told_by="PHONE")


def test_the_first_unit_leads_and_waits_for_what_others_deliver(hotline) -> None:
    """首接负责 (1.14)."""
    hotline.handling(co=("jj",))
    assert hotline.o.first_unit == "cg"
    hotline.no("order.supporters_owe", "cg", "feed_back", result="已办", told_by="PHONE")
    hotline.no("order.supporters_only", "cg", "deliver", unit="jj", note="代交")
    hotline.ask("jj", "deliver", unit="jj", note="检测报告")
    hotline.ask("cg", "feed_back", result="已办", told_by="PHONE")


def test_a_supporting_unit_that_is_not_ready_explains_where_it_stands(hotline) -> None:
    hotline.handling(co=("jj",))
    hotline.ask("jj", "deliver", unit="jj", note="尚在检测，周五出结果", interim=True)
    hotline.ask("cg", "feed_back", result="先行整改", told_by="VISIT")
    assert hotline.o.part("jj").status == "INTERIM"


def test_the_first_unit_calls_others_in_and_does_not_pass_the_order_on(hotline) -> None:
    hotline.handling()
    hotline.ask("cg", "involve", unit="jj", reason="需检测")
    assert (hotline.o.lead, hotline.o.owing) == ("cg", ("jj",))
    hotline.no("order.involved_once", "cg", "involve", unit="jj")
    hotline.no("order.handlers_only", "jj", "involve", unit="xf")


def test_what_is_delivered_is_delivered_once(hotline) -> None:
    hotline.handling(co=("jj",))
    hotline.ask("jj", "deliver", unit="jj", note="结果")
    hotline.no("order.delivered_already", "jj", "deliver", unit="jj", note="又一个")
    hotline.no("order.not_involved", "xf", "deliver", unit="xf", note="路过")


def test_extended_once_by_law_with_the_person_told(hotline) -> None:
    """§15 (1.15)."""
    hotline.handling()
    body = {"law": "条例第十五条", "reason": "需检测", "told_by": "PHONE"}
    hotline.ask("cg", "extend", until="2026-12-04", **body)
    handle = find_clock(hotline.o.clocks, "handle")
    assert (hotline.o.status, handle.limit, handle.generation) == ("EXTENDED", "2026-12-04", 2)
    notice = hotline.events[-1].data.summary.notices[0]
    assert notice.roles == ("operator", "dispatcher"), "the hotline hears of it"
    hotline.no("order.one_extension", "cg", "extend", until="2026-12-07", **body)


def test_no_extension_after_the_limit_has_passed(hotline) -> None:
    hotline.handling()
    hotline.tick(days=8)
    body = {"law": "条例", "reason": "迟了", "told_by": "PHONE"}
    hotline.no("order.extension_after_limit", "cg", "extend", until="2026-12-07", **body)


@pytest.mark.parametrize("until", ["2026-11-30", "2026-12-08"])
def test_an_extension_is_later_and_at_most_as_long_again(hotline, until) -> None:
    hotline.handling()  # due at the end of Monday 11-30; five working days more end on 12-07
    body = {"law": "条例", "reason": "检测", "told_by": "PHONE"}
    hotline.no("order.extension_date", "cg", "extend", until=until, **body)
    assert hotline.may("cg", "extend", until="2026-12-07", **body)


def test_the_petition_limit_is_extended_by_thirty_days(new_hotline) -> None:
    hotline = new_hotline(order_profile="petition-2022").handling()
    body = {"law": "信访工作条例 §34", "reason": "复杂", "told_by": "LETTER"}
    due = find_clock(hotline.o.clocks, "handle").due_at
    last = (due - timedelta(microseconds=1)).date() + timedelta(days=30)
    assert not hotline.may("cg", "extend", until=last + timedelta(days=3), **body)
    assert hotline.may("cg", "extend", until=last - timedelta(days=2), **body)


# --- hanging ----------------------------------------------------------------------------------------------------------


def test_hung_for_works_season_or_ownership_only(hotline) -> None:
    hotline.handling()
    body = {"reason": "没人手", "revival": "有人手", "review_on": "2026-12-30"}
    hotline.no("order.hang_reason", "cg", "ask_hang", obstacle="NO_STAFF", **body)


def test_hung_by_somebody_one_level_up_with_review_and_revival(hotline) -> None:
    hotline.handling()
    body = {"obstacle": "SEASONAL", "reason": "冬季", "revival": "开春", "review_on": "2027-01-20"}
    hotline.ask("cg", "ask_hang", **body)
    hotline.no("access.role", "cg", "hang")
    hotline.no("order.own_request", "cg_leader", "hang")
    hotline.ask("leader", "hang")
    assert hotline.o.status == "HUNG"
    assert [c.id for c in hotline.o.clocks if c.state == "running"] == ["review"]
    hotline.ask("leader", "keep_hung", review_on="2027-02-10")
    hotline.ask("cg", "revive", note="已开春")
    assert hotline.o.status == "HANDLING"
    assert [c.id for c in hotline.o.clocks if c.state == "running"] == ["handle"]


def test_the_streets_own_order_is_hung_by_the_district(hotline) -> None:
    hotline.classified()
    hotline.ask("dispatcher", "dispatch", lead="street-office")
    for move, body in (("sign", {}), ("contact", {"means": "PHONE"}), ("start", {})):
        hotline.ask("clerk", move, **body)
    body = {"obstacle": "OWNERSHIP", "reason": "权属", "revival": "确权", "review_on": "2026-12-20"}
    hotline.ask("clerk", "ask_hang", **body)
    hotline.no("order.one_level_up", "secretary", "hang")
    hotline.ask("coordinator", "hang")


@pytest.mark.parametrize("days", [0, 91])
def test_a_hung_order_is_looked_at_again_within_ninety_days(hotline, days) -> None:
    hotline.handling()
    day = hotline.today + timedelta(days=days)
    body = {"obstacle": "ENGINEERING", "reason": "管线", "revival": "迁改"}
    hotline.no("order.review_date", "cg", "ask_hang", review_on=day, **body)
    hotline.hung(days=90)
    hotline.no("order.review_date", "leader", "keep_hung", review_on=hotline.today + timedelta(days=91))


def test_a_declined_wish_leaves_the_limit_running(hotline) -> None:
    hotline.handling()
    due = find_clock(hotline.o.clocks, "handle").due_at
    body = {"obstacle": "ENGINEERING", "reason": "管线", "revival": "迁改", "review_on": "2026-12-20"}
    hotline.ask("cg", "ask_hang", **body)
    hotline.no("order.hang_asked_already", "cg", "ask_hang", **body)
    hotline.ask("leader", "decline_hang", reason="可以办")
    hotline.no("order.no_hang_asked", "leader", "hang")
    clock = find_clock(hotline.o.clocks, "handle")
    assert (clock.state, clock.due_at) == ("running", due)


# --- the end ----------------------------------------------------------------------------------------------------------


def test_not_closed_before_the_call_back(hotline) -> None:
    hotline.fed_back()
    hotline.no("order.close_before_call_back", "operator", "close")


def test_closed_without_a_call_back_where_the_person_explicitly_wants_none(hotline) -> None:
    hotline.fed_back()
    hotline.ask("operator", "decline_call_back", note="明确表示无需")
    hotline.ask("operator", "close")
    assert hotline.o.outcome == "UNKNOWN"


def test_said_at_intake_counts_as_well(hotline) -> None:
    hotline.fed_back(call_back=False)
    hotline.ask("operator", "close")


def test_not_solved_is_handled_again_within_three_working_days(hotline) -> None:
    hotline.fed_back()
    hotline.ask("operator", "call_back", means="PHONE", valid=True, solved=False, satisfaction="UNSAT")
    assert (hotline.o.status, hotline.o.rounds) == ("REWORK", 1)
    assert find_clock(hotline.o.clocks, "rework").limit == "3wd"
    hotline.ask("cg", "feed_back", result="再次整改", told_by="VISIT")
    hotline.ask("operator", "call_back", means="PHONE", valid=True, solved=False, satisfaction="UNSAT")
    assert hotline.o.status == "CALLED_BACK", "then a person decides"
    hotline.no("order.unsolved_why", "operator", "close")
    hotline.ask("operator", "rework", reason="仍未解决")
    assert hotline.o.rounds == 2


def test_nobody_reached_is_no_answer_and_may_be_tried_again(hotline) -> None:
    hotline.fed_back()
    hotline.no("order.satisfaction_required", "operator", "call_back", means="PHONE", valid=True, solved=True)
    hotline.no("order.nobody_answered", "operator", "call_back", means="PHONE", valid=False, solved=True)
    hotline.ask("operator", "call_back", means="PHONE", valid=False)
    hotline.no("order.rework_unsolved", "operator", "rework", reason="不知道")
    hotline.ask("operator", "call_back", means="PHONE", valid=True, solved=True, satisfaction="VERY_SAT")
    hotline.no("order.called_back_already", "operator", "call_back", means="PHONE", valid=False)


def test_the_person_answers_with_the_code(hotline) -> None:
    answer = hotline.received().ask(
        "operator", "classify", order_class="NORMAL", appeal="COMPLAINT", category="HL_FUMES"
    )
    code = KEY.code_of("slip-0001")
    hotline.no("order.call_back_after_feedback", "nobody", "rate_by_code", code=code, solved=True, satisfaction="SAT")
    assert answer.answer["at_spot"] == 1
    hotline.ask("dispatcher", "dispatch", lead="cg")
    for move, body in (("sign", {}), ("contact", {"means": "PHONE"}), ("start", {})):
        hotline.ask("cg", move, **body)
    hotline.ask("cg", "feed_back", result="已整改", told_by="PHONE")
    hotline.no("order.code_unknown", "nobody", "rate_by_code", code="WRONG-CODE-99", solved=True, satisfaction="SAT")
    hotline.ask("nobody", "rate_by_code", code=code.lower().replace("-", " "), solved=True, satisfaction="SAT")
    assert hotline.o.status == "CALLED_BACK"


# --- whistles and the grid --------------------------------------------------------------------------------------------


def test_an_order_that_is_whistled_for_waits(hotline) -> None:
    hotline.handling()
    hotline.no("access.role", "operator", "whistle", reason="需多部门")
    hotline.ask("clerk", "whistle", reason="需多部门")
    assert (hotline.o.status, hotline.names(-2)) == ("WHISTLED", ["order.whistled.v1", "referral.made.v1"])
    assert not [c for c in hotline.o.clocks if c.state == "running"]
    made = hotline.facts("referral.made.v1")[-1]
    assert (made["to_kind"], made["subject"]["matter"]) == ("whistle", hotline.id)
    hotline.no("order.feed_back_while_handling", "cg", "feed_back", result="已办", told_by="PHONE")


def test_no_whistle_before_the_person_was_contacted(hotline) -> None:
    hotline.dispatched()
    hotline.ask("cg", "sign")
    hotline.no("order.whistle_while_handling", "clerk", "whistle", reason="太早")


def test_a_solved_whistle_leads_to_the_call_back(hotline) -> None:
    hotline.handling()
    hotline.ask("clerk", "whistle", reason="需多部门")
    hotline.answered("taken", kind="whistle", matter="w1", number="WS261123-0001")
    assert hotline.o.status == "WHISTLED"
    assert [link.matter for link in hotline.events[-1].data.summary.links] == ["w1"]
    hotline.answered("settled", kind="whistle", matter="w1", outcome="solved")
    assert hotline.o.status == "FED_BACK"
    assert [c.id for c in hotline.o.clocks if c.state == "running"] == ["call_back"]


@pytest.mark.parametrize(
    ("answer", "outcome", "why"),
    [("refused", "", "refused"), ("expired", "", "expired"), ("settled", "cancelled", "cancelled"),
     ("settled", "unsolved", "unsolved")],
)  # fmt: skip
def test_a_whistle_that_comes_to_nothing_gives_the_order_back(hotline, answer, outcome, why) -> None:
    hotline.handling()
    hotline.ask("clerk", "whistle", reason="需多部门")
    hotline.answered(answer, outcome=outcome)
    assert hotline.o.status == "HANDLING"
    assert hotline.facts("order.resumed.v1")[-1]["outcome"] == why
    assert [c.id for c in hotline.o.clocks if c.state == "running"] == ["handle"]


def test_the_same_answer_twice_changes_nothing(hotline) -> None:
    hotline.handling()
    hotline.ask("clerk", "whistle", reason="需多部门")
    hotline.answered("refused")
    before = len(hotline.events)
    hotline.answered("refused")
    hotline.answered("refused", referral="01900000-0000-7000-8000-000000000000:1")
    assert len(hotline.events) == before


def test_a_referral_to_the_grid_leaves_the_order_at_work(hotline) -> None:
    hotline.handling()
    hotline.ask("cg", "refer", reason="请到场核实")
    assert hotline.o.status == "HANDLING"
    assert hotline.facts("referral.made.v1")[-1]["to_kind"] == "grid_event"
    hotline.no("order.referred_already", "cg", "refer")
    hotline.answered("taken", kind="grid_event", matter="g1", number="WG1")
    hotline.answered("settled", kind="grid_event", matter="g1", outcome="solved")
    assert (hotline.o.status, hotline.o.referrals[0].outcome) == ("HANDLING", "solved")
    assert hotline.may("cg", "refer")


# --- people -----------------------------------------------------------------------------------------------------------


def test_no_event_of_an_order_holds_a_name_a_number_or_a_word(hotline) -> None:
    """10.2: never published with name or phone."""
    hotline.fed_back()
    hotline.ask("operator", "call_back", means="PHONE", valid=True, solved=True, satisfaction="SAT", note="张三丰说好")
    import msgspec

    said = b"".join(msgspec.json.encode(e) for e in hotline.events).decode()
    rows = b"".join(msgspec.json.encode(s.row) for s in hotline.rows.values() if s.row is not None).decode()
    for private in ("张三丰", "13812345678", "油烟扰民，夜里", "已责令整改"):
        assert private not in said
        assert private not in rows
    assert any("张三丰" in str(f) for f in hotline.private.values())


def test_nothing_in_rows_or_events_is_made_of_the_number(hotline) -> None:
    """The hash is the key of a guard row and stands nowhere else."""
    import msgspec
    from shuniu_whistle.orders.order import CALLER

    hotline.fed_back()
    (key,) = [k.id for k in hotline.rows if k.kind == CALLER.name]
    said = b"".join(msgspec.json.encode(e) for e in hotline.events).decode()
    rows = b"".join(msgspec.json.encode(s.row) for s in hotline.rows.values() if s.row is not None).decode()
    assert key not in said + rows


def test_texts_are_for_those_who_have_to_do_with_the_order(hotline) -> None:
    from shuniu_whistle.orders.order import ORDER as KIND

    hotline.handling()
    labels = {f.label for f in hotline.detail("cg", KIND, hotline.id).fields}
    assert "field.order_text" in labels
    assert "field.order_text" not in {f.label for f in hotline.detail("xf", KIND, hotline.id).fields}


def test_only_the_hotline_in_its_area_and_the_unit_in_charge_act(hotline) -> None:
    hotline.dispatched()
    hotline.no("order.handlers_only", "jj", "sign")
    hotline.no("access.role", "operator", "sign")
    hotline.fed_back()
    hotline.no("access.area", "elsewhere", "close")


def test_offers_are_what_would_be_taken(hotline) -> None:
    hotline.dispatched()
    assert hotline.offered("cg") == {"sign", "object"}
    assert hotline.offered("operator") == {"transfer", "decline_call_back"}
    hotline.handling()
    assert hotline.offered("cg") == {"involve", "feed_back", "extend", "ask_hang", "refer"}
    assert hotline.offered("clerk") == {"whistle", "sound_out"}


def test_a_person_who_leans_to_dissatisfied_makes_it_a_warned_order(hotline) -> None:
    """1.25: the street calls back itself before submission; leaning dissatisfied is 预警工单."""
    hotline.handling()
    hotline.ask("clerk", "sound_out", means="PHONE", leaning="DISSATISFIED", note="嫌噪声仍在")
    told = hotline.events[-1].data.summary
    assert "ORDER_WARNING" in told.matter.flags
    assert [(n.why, n.units, n.text) for n in told.notices] == [("changed", ("cg",), "notice.order_warning")]
    assert "嫌噪声仍在" not in str(hotline.facts("order.sounded_out.v1"))
    hotline.ask("clerk", "sound_out", means="PHONE", leaning="SATISFIED")
    assert "ORDER_WARNING" not in hotline.events[-1].data.summary.matter.flags
    assert hotline.events[-1].data.summary.notices == ()


def test_only_the_street_sounds_out_and_only_before_the_result_goes_in(hotline) -> None:
    hotline.handling()
    hotline.no("access.role", "cg", "sound_out", means="PHONE", leaning="UNSURE")
    hotline.ask("cg", "feed_back", result="已办", told_by="PHONE")
    hotline.no("order.sound_out_while_handling", "clerk", "sound_out", means="PHONE", leaning="UNSURE")


def test_a_warning_ends_with_the_call_back_which_alone_counts(hotline) -> None:
    hotline.handling()
    hotline.ask("clerk", "sound_out", means="PHONE", leaning="DISSATISFIED")
    hotline.ask("cg", "feed_back", result="已办", told_by="PHONE")
    assert "ORDER_WARNING" in hotline.events[-1].data.summary.matter.flags
    counted = {name for name, value in hotline.sums().items() if value}
    assert not [name for name in counted if "satisf" in name or "solved" in name]
    hotline.ask("operator", "call_back", means="PHONE", valid=True, solved=True, satisfaction="SAT")
    assert "ORDER_WARNING" not in hotline.events[-1].data.summary.matter.flags


def test_a_difficult_order_may_be_discussed_before_it_is_dispatched(hotline) -> None:
    """§12 (1.13): the dispatch says that it came of a discussion (会商)."""
    hotline.classified()
    hotline.ask("dispatcher", "dispatch", lead="cg", way="CONSULTED")
    assert hotline.facts("order.dispatched.v1")[-1]["way"] == "CONSULTED"


def test_notices_name_units_and_roles_never_people(hotline) -> None:
    hotline.dispatched(co=("jj",))
    (notice,) = hotline.events[-1].data.summary.notices
    assert (notice.why, notice.units, notice.text) == ("assigned", ("cg", "jj"), "notice.order_assigned")
    hotline.tick(days=8)
    late = [n for e in hotline.events for n in e.data.summary.notices if n.why == "overdue"]
    assert {u for n in late for u in n.units} == {"cg"}
    assert all(n.text in hotline.texts for e in hotline.events for n in e.data.summary.notices)


def test_the_district_hears_of_what_the_street_itself_is_given(hotline) -> None:
    """§12 (1.13)."""
    hotline.classified()
    hotline.ask("dispatcher", "dispatch", lead="street-office")
    told = {n.roles: n.why for n in hotline.events[-1].data.summary.notices}
    assert told == {(): "assigned", ("district_coordinator",): "changed"}


def test_the_public_page_takes_so_many_a_day(new_hotline) -> None:
    hotline = new_hotline(order_public_a_day=3, order_caller_a_day=2)
    body = {"request": "路灯不亮", "area": COMMUNITY}
    for _ in range(2):
        hotline.ask("nobody", "submit", caller_phone="13812345678", **body)
    assert hotline.no("order.caller_a_day", "nobody", "submit", caller_phone="138 1234 5678", **body).status == 429
    hotline.ask("nobody", "submit", **body)
    assert hotline.no("order.page_full", "nobody", "submit", **body).status == 429
    hotline.tick(days=1)
    hotline.ask("nobody", "submit", caller_phone="13812345678", **body)


def test_the_same_number_of_the_same_origin_is_the_same_order(hotline) -> None:
    body = {"request": "路灯不亮", "area": COMMUNITY, "external_number": "NJ-1"}
    first = hotline.ask("platform", "submit_api", **body).answer["order"]
    assert hotline.ask("platform", "submit_api", **body).answer["order"] == first
    assert hotline.ask("platform", "submit_api", **{**body, "origin": "12345"}).answer["order"] != first


def test_a_sheet_is_taken_whole_and_what_is_here_stays(hotline) -> None:
    rows = [{"request": f"第{n}件", "area": COMMUNITY, "external_number": f"NJ-{n}"} for n in range(3)]
    assert hotline.ask("dispatcher", "import", rows=rows).answer == {"outcomes": "nnn"}
    assert len({f["number"] for f in hotline.facts("order.received.v1")}) == 3
    assert hotline.ask("dispatcher", "import", rows=rows).answer == {"outcomes": "uuu"}
    bad = [
        *rows,
        {"request": "区域不对", "area": "320199999", "external_number": "NJ-9"},
        {"request": "分类不对", "category": "NONE", "external_number": "NJ-9"},
    ]
    wrong = hotline.no("order.rows_wrong", "dispatcher", "import", rows=bad)
    assert [tuple(f) for f in wrong.fields] == [
        ("rows.3.area", "area_outside"),
        ("rows.4.external_number", "twice"),
        ("rows.4.category", "unknown"),
    ]


def test_days_of_a_review_are_dates(hotline) -> None:
    hotline.hung()
    assert hotline.o.hang.review_on == date(2027, 1, 22)
