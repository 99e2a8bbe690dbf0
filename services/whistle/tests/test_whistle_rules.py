"""The table of domain rules 10.1, row by row, and everything it calls illegal."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

PHOTO = {"sha256": "a" * 64, "size": 1000, "media_type": "image/jpeg"}
COMMUNITY = "320199001001"
GRID = "320199001001001"


def statuses(street) -> dict[str, str]:
    return {c.unit: c.status for c in street.w.callouts}


# --- the way through, row by row -------------------------------------------------------------------------------------


def test_a_whistle_goes_its_whole_way(street) -> None:
    street.draft()
    assert (street.w.status, street.w.number) == ("DRAFT", "WS261123-0001")
    street.do("clerk", "submit")
    assert street.w.status == "SUBMITTED"
    answer = street.do("leader", "blow")
    assert (street.w.status, statuses(street)) == ("BLOWN", {"cg": "PENDING", "jj": "PENDING"})
    assert answer["callouts"] == {c.unit: c.id for c in street.w.callouts}
    for unit in ("jj", "cg"):
        street.do(unit, "sign", callout=unit)
        assert statuses(street)[unit] == "SIGNED"
        street.do(unit, "contact", callout=unit, note="已联系")
        assert statuses(street)[unit] == "CONTACTED"
        street.do("clerk", "report_in", callout=unit, at=street.now, where="路口", people=4)
        assert statuses(street)[unit] == "REPORTED"
        street.do(unit, "start", callout=unit, measures="定点值守", finish_on=street.w.finish_by)
        assert statuses(street)[unit] == "WORKING"
        street.do(unit, "finish", callout=unit, evidence=[PHOTO])
        assert statuses(street)[unit] == "FINISHED"
    assert street.w.status == "RESOLVED"
    street.do("clerk", "rate", callout="cg", response=5, attitude=5, result=4)
    assert street.w.status == "RESOLVED"
    street.do("clerk", "rate", callout="jj", response=3, attitude=3, result=3)
    assert street.w.status == "EVALUATED"
    street.do("clerk", "close")
    assert (street.w.status, street.w.open, street.open_rows) == ("CLOSED", False, [])


def test_numbers_count_through_the_day(street) -> None:
    for place in ("一", "二", "三"):
        street.draft(place={"name": place})
    assert street.w.number == "WS261123-0003"


def test_submitted_whistle_may_be_sent_back_with_a_reason(street) -> None:
    street.draft().do("clerk", "submit")
    street.do("leader", "return", reason="材料不足")
    assert street.w.status == "DRAFT"
    street.do("clerk", "submit")
    assert street.w.status == "SUBMITTED"


def test_profile_limits_start_with_the_whistle(street) -> None:
    street.blown()
    clocks = {c.id: c for c in street.w.clocks if c.part == street.callout("cg").id}
    assert clocks["sign"].due_at == street.now + timedelta(hours=1)
    assert clocks["contact"].due_at == street.now + timedelta(hours=24)
    # Three working days after Monday 23rd: 24:00 of Thursday 26th, Shanghai.
    assert clocks["report"].due_at == datetime(2026, 11, 26, 16, 0, tzinfo=UTC)
    assert street.w.finish_by == date(2026, 12, 7)


def test_hard_whistle_has_five_working_days_to_report(street) -> None:
    street.blown(kind="HARD")
    report = next(c for c in street.w.clocks if c.id == "report")
    assert report.due_at == datetime(2026, 11, 30, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "due"),
    [
        # The four acceptance dates of domain rules 8, as far as whistles have such limits.
        (datetime(2026, 2, 13, 8, 0, tzinfo=UTC), datetime(2026, 2, 25, 16, 0, tzinfo=UTC)),
        (datetime(2026, 12, 30, 2, 0, tzinfo=UTC), datetime(2027, 1, 5, 16, 0, tzinfo=UTC)),
    ],
)
def test_report_limit_counts_working_days_of_the_calendar(new_street: Callable, start: datetime, due: datetime) -> None:
    street = new_street(start).blown()
    report = next(c for c in street.w.clocks if c.id == "report")
    assert report.due_at == due
    assert report.provisional == (due.year == 2027)


def test_street_sets_the_finish_date_when_it_blows(street) -> None:
    street.draft(wanted_on="2026-12-01").do("clerk", "submit")
    street.do("leader", "blow", finish_by="2026-12-03")
    assert street.w.finish_by == date(2026, 12, 3)
    street.refused("callout.start_after_report", "cg", "start", measures="值守", finish_on="2026-12-03")
    street.do("cg", "sign")
    street.do("cg", "contact")
    street.do("clerk", "report_in", at=street.now, where="路口", people=1)
    street.refused("callout.finish_date", "cg", "start", measures="值守", finish_on="2026-12-04")
    street.do("cg", "start", measures="值守", finish_on="2026-12-03")
    finish = next(c for c in street.w.clocks if c.id == "finish")
    assert finish.due_at == datetime(2026, 12, 3, 16, 0, tzinfo=UTC)


# --- illegal: who ----------------------------------------------------------------------------------------------------


def test_routine_whistle_may_not_be_blown_by_a_clerk(street) -> None:
    street.draft().do("clerk", "submit")
    refusal = street.refused("whistle.routine_blowers", "clerk", "blow")
    assert (refusal.status, refusal.state, refusal.event) == (403, "SUBMITTED", "blow")


def test_hard_whistle_may_only_be_blown_by_secretary_or_director(street) -> None:
    street.draft(kind="HARD").do("clerk", "submit")
    refusal = street.refused("whistle.hard_blowers", "leader", "blow")
    assert (refusal.status, refusal.state, refusal.event) == (403, "SUBMITTED", "blow")
    assert street.allowed("director", "blow")
    assert street.allowed("secretary", "blow")


def test_routine_whistle_may_be_blown_by_any_leading_group_member(street) -> None:
    street.draft().do("clerk", "submit")
    assert all(street.allowed(who, "blow") for who in ("leader", "secretary", "director"))


def test_whistle_may_not_be_blown_from_another_area(street) -> None:
    street.draft().do("clerk", "submit")
    assert street.refused("access.area", "elsewhere", "blow").status == 403


def test_department_may_not_confirm_its_own_presence(street) -> None:
    street.blown().do("cg", "sign")
    street.do("cg", "contact")
    body = {"at": street.now, "where": "路口", "people": 2}
    refusal = street.refused("callout.own_presence", "cg", "report_in", **body)
    assert (refusal.status, refusal.state, refusal.event) == (403, "CONTACTED", "report_in")
    # Nor may a clerk of the street who belongs to the department as well.
    street.refused("callout.own_presence", "both", "report_in", **body)
    street.refused("callout.caller_confirms", "jj", "report_in", **body)


def test_rating_by_a_member_of_the_rated_unit_is_refused(street) -> None:
    street.resolved()
    scores = {"response": 5, "attitude": 5, "result": 5}
    refusal = street.refused("callout.own_rating", "cg", "rate", **scores)
    assert (refusal.status, refusal.state, refusal.event) == (403, "FINISHED", "rate")
    street.refused("callout.own_rating", "both", "rate", **scores)
    street.do("both", "rate", callout="jj", **scores)


def test_only_the_called_units_duty_officer_signs(street) -> None:
    street.blown()
    assert street.refused("access.unit", "jj", "sign", callout="cg").status == 403
    assert street.refused("callout.duty_officers", "clerk", "sign", callout="cg").status == 403
    assert street.refused("access.role", "worker", "sign", callout="cg").status == 403


def test_community_may_not_be_given_the_lead_of_an_up_whistle(street) -> None:
    refusal = street.refused("whistle.community_lead", "clerk", "draft", lead=f"c-{COMMUNITY}", area=GRID)
    assert (refusal.status, refusal.fields[0].field) == (422, "lead")
    # By the directory's word too, whatever the code looks like.
    street.refused("whistle.community_lead", "clerk", "draft", lead="elders", area=GRID)
    street.draft(co=[f"c-{COMMUNITY}"])


# --- illegal: when ---------------------------------------------------------------------------------------------------


def test_lead_may_not_finish_before_its_supporters(street) -> None:
    street.blown().to_working("cg")
    refusal = street.refused("callout.lead_finishes_last", "cg", "finish", evidence=[PHOTO])
    assert (refusal.status, refusal.state, refusal.event) == (409, "WORKING", "finish")
    street.to_working("jj").finished("jj").finished("cg")
    assert street.w.status == "RESOLVED"


def test_lead_may_finish_when_its_supporters_are_waived_with_reason(street) -> None:
    street.blown().to_working("cg")
    street.refused("callout.lead_not_waived", "leader", "waive", callout="cg", reason="不需要")
    street.refused("callout.waive_roles", "clerk", "waive", callout="jj", reason="不需要")
    street.do("leader", "waive", callout="jj", reason="现场无需交警")
    street.finished("cg")
    assert (street.w.status, statuses(street)["jj"]) == ("RESOLVED", "WAIVED")
    street.refused("callout.rate_finished", "clerk", "rate", callout="jj", response=1, attitude=1, result=1)


def test_second_objection_is_refused(street) -> None:
    street.blown().do("cg", "object", instead="xf", reason="属消防职责")
    assert statuses(street)["cg"] == "OBJECTED"
    street.do("coordinator", "uphold", reason="维持")
    assert statuses(street)["cg"] == "PENDING"
    refusal = street.refused("callout.second_objection", "cg", "object", instead="xf", reason="再次异议")
    assert (refusal.status, refusal.state, refusal.event) == (409, "PENDING", "object")


def test_designated_unit_may_not_return_the_callout(street) -> None:
    street.blown().do("cg", "object", instead="xf", reason="属消防职责")
    street.do("coordinator", "accept_objection", reason="同意")
    assert statuses(street) == {"cg": "WITHDRAWN", "jj": "PENDING", "xf": "PENDING"}
    lead = [c.unit for c in street.w.callouts if c.role == "LEAD" and c.status != "WITHDRAWN"]
    assert lead == ["xf"] == [street.w.lead_unit]
    street.refused("callout.designated_may_not_return", "xf", "object", callout="xf", instead="cg", reason="推回")


def test_objection_only_before_contact(street) -> None:
    street.blown().do("cg", "sign")
    assert street.allowed("cg", "object", instead="xf", reason="属消防")
    street.do("cg", "contact")
    refusal = street.refused("callout.object_before_contact", "cg", "object", instead="xf", reason="属消防")
    assert (refusal.status, refusal.state, refusal.event) == (409, "CONTACTED", "object")


def test_objection_names_another_unit(street) -> None:
    street.blown()
    street.refused("whistle.unit_unknown", "cg", "object", instead="nobody", reason="属其他")
    street.refused("callout.instead_is_called", "cg", "object", instead="jj", reason="属交警")
    street.refused("whistle.community_lead", "cg", "object", instead=f"c-{COMMUNITY}", reason="属社区")


def test_objection_is_ruled_on_by_the_district_only(street) -> None:
    street.blown().do("cg", "object", instead="xf", reason="属消防职责")
    assert street.refused("callout.district_rules", "leader", "uphold").status == 403
    street.refused("callout.district_rules", "cg", "accept_objection")
    street.refused("callout.no_objection", "coordinator", "uphold", callout="jj")


def test_ruling_starts_the_limits_anew(street) -> None:
    street.blown()
    street.tick(minutes=50)
    street.do("cg", "object", instead="xf", reason="属消防职责")
    running = [c for c in street.w.clocks if c.part == street.callout("cg").id and c.state == "running"]
    assert running == []
    street.tick(hours=20)
    street.do("coordinator", "uphold")
    sign = max(
        (c for c in street.w.clocks if c.id == "sign" and c.part == street.callout("cg").id), key=lambda c: c.generation
    )
    assert (sign.generation, sign.due_at) == (2, street.now + timedelta(hours=1))


def test_closing_without_rating_is_refused(street) -> None:
    street.resolved()
    refusal = street.refused("whistle.close_without_rating", "clerk", "close")
    assert (refusal.status, refusal.state, refusal.event) == (409, "RESOLVED", "close")
    street.do("clerk", "rate", callout="cg", response=5, attitude=5, result=5)
    street.refused("whistle.close_without_rating", "clerk", "close")
    street.refused("whistle.reblow_without_rating", "clerk", "not_solved", reason="没有解决")


def test_new_whistle_on_the_same_matter_is_refused_while_one_is_open(street) -> None:
    street.draft()
    first = street.w.number
    refusal = street.refused(
        "whistle.already_open",
        "clerk",
        "draft",
        item="STREET_VENDORS",
        area=GRID,
        place={"name": " 黄家圩 十字街"},
        lead="xf",
    )
    assert (refusal.status, refusal.params["number"]) == (409, first)
    # Cancelled, the way is free; so it is at another place.
    street.do("leader", "cancel", reason="误报")
    assert street.open_rows == []
    street.draft()
    street.draft(place={"name": "红山公园"})
    assert len(street.open_rows) == 2


def test_amending_a_draft_into_an_open_matter_is_refused(street) -> None:
    street.draft()
    street.draft(place={"name": "红山公园"})
    plan = {"item": "STREET_VENDORS", "area": GRID, "lead": "cg"}
    street.refused("whistle.already_open", "clerk", "amend", **plan, place={"name": "黄家圩十字街"})
    street.do("clerk", "amend", **plan, place={"name": "小市地铁站"})
    assert {r.open_key.split("|")[2] for r in street.open_rows} == {"黄家圩十字街", "小市地铁站"}


def test_drafts_that_do_not_name_their_matter_yet_do_not_collide(street) -> None:
    street.do("clerk", "draft", area=GRID)
    street.do("clerk", "draft", area=GRID)
    assert street.open_rows == []


def test_submission_needs_lead_item_place_and_reason_off_the_list(street) -> None:
    street.do("clerk", "draft", area=GRID)
    street.refused("whistle.lead_required", "clerk", "submit")
    street.do("clerk", "amend", area=GRID, lead="cg")
    street.refused("whistle.item_required", "clerk", "submit")
    street.do("clerk", "amend", area=GRID, lead="cg", item="OTHER_URBAN")
    street.refused("whistle.off_list_reason", "clerk", "submit")
    street.do("clerk", "amend", area=GRID, lead="cg", item="OTHER_URBAN", off_list_reason="清单没有此类")
    street.refused("whistle.place_required", "clerk", "submit")
    street.do("clerk", "amend", area=GRID, lead="cg", item="OTHER_URBAN", place={"name": "桥下"})
    street.do("clerk", "submit")
    assert street.w.off_list


@pytest.mark.parametrize(
    ("rule", "body"),
    [
        ("whistle.item_unknown", {"item": "NOTHING"}),
        ("whistle.item_direction", {"item": "MOVING_IN"}),
        ("whistle.unit_unknown", {"lead": "nobody"}),
        ("whistle.unit_twice", {"lead": "cg", "co": ["cg"]}),
        ("whistle.caller_called", {"lead": "street-office"}),
        ("whistle.area_outside", {"area": "320199"}),
        ("whistle.area_unknown", {"area": "320199001009"}),
        ("whistle.date_past", {"wanted_on": "2026-11-22"}),
        ("whistle.parties_cross_only", {"parties": [{"scope": "320102005"}]}),
    ],
)
def test_content_no_whistle_may_have(street, rule: str, body: dict[str, object]) -> None:
    given = {"area": GRID, "item": "WASTE", "lead": "cg", **body}
    if body.get("area") == "320199":
        refusal = street.refused("access.area", "clerk", "draft", **given)
        assert refusal.status == 403
    else:
        refusal = street.refused(rule, "clerk", "draft", **given)
        assert refusal.status == 422
        assert refusal.fields


def test_work_does_not_begin_before_the_whistle_is_blown(street) -> None:
    street.draft()
    street.refused("whistle.blow_submitted", "leader", "blow")
    street.refused("callout.unknown", "cg", "sign")


def test_signing_contact_reporting_and_work_come_in_this_order(street) -> None:
    street.blown()
    body = {"at": street.now, "where": "路口", "people": 2}
    street.refused("callout.contact_after_signing", "cg", "contact")
    street.refused("callout.report_after_contact", "clerk", "report_in", **body)
    street.do("cg", "sign")
    street.refused("callout.sign_pending", "cg", "sign")
    street.refused("callout.report_after_contact", "clerk", "report_in", **body)
    street.do("cg", "contact")
    street.refused("callout.start_after_report", "cg", "start", measures="值守", finish_on=street.w.finish_by)
    street.do("clerk", "report_in", **body)
    street.refused("callout.finish_while_working", "cg", "finish", evidence=[PHOTO])


def test_reporting_in_lies_between_the_whistle_and_now(street) -> None:
    street.blown().do("cg", "sign")
    street.do("cg", "contact")
    for at in (street.now + timedelta(hours=1), street.now - timedelta(days=1)):
        refusal = street.refused("callout.report_time", "clerk", "report_in", at=at, where="路口", people=2)
        assert (refusal.status, refusal.fields[0].field) == (422, "at")


def test_finishing_needs_evidence(street) -> None:
    street.blown().to_working("jj")
    refusal = street.refused("evidence.missing", "jj", "finish", callout="jj", evidence=[])
    assert refusal.status == 422


# --- extension -------------------------------------------------------------------------------------------------------


def test_extension_once_with_reason_and_a_later_date(street) -> None:
    street.blown().to_working("cg")
    street.refused("callout.extension_later", "cg", "request_extension", finish_on="2026-12-07", reason="需延期")
    street.do("cg", "request_extension", finish_on="2026-12-10", reason="需延期")
    street.refused("callout.own_extension", "both", "approve_extension")
    street.do("clerk", "approve_extension")
    assert street.callout("cg").finish_on == date(2026, 12, 10)
    running = [c for c in street.w.clocks if c.id == "finish" and c.state == "running"]
    assert [c.due_at for c in running] == [datetime(2026, 12, 10, 16, 0, tzinfo=UTC)]
    street.refused("callout.one_extension", "cg", "request_extension", finish_on="2026-12-20", reason="再延")


def test_extension_of_a_hard_whistle_is_up_to_the_district(street) -> None:
    street.blown(kind="HARD").to_working("cg")
    street.do("cg", "request_extension", finish_on="2026-12-20", reason="需延期")
    assert street.refused("callout.district_rules", "secretary", "approve_extension").status == 403
    street.do("coordinator", "approve_extension")


def test_declined_extension_leaves_the_agreed_date(street) -> None:
    street.blown().to_working("cg")
    street.refused("callout.no_extension_asked", "clerk", "decline_extension")
    street.do("cg", "request_extension", finish_on="2026-12-20", reason="需延期")
    street.do("clerk", "decline_extension", reason="工期足够")
    assert street.callout("cg").finish_on == date(2026, 12, 7)
    street.refused("callout.no_extension_asked", "clerk", "approve_extension")


# --- escalation, cancelling ------------------------------------------------------------------------------------------


def test_two_late_marks_escalate_the_whistle_by_themselves(street) -> None:
    street.blown()
    street.tick(minutes=61)  # both units fail to sign within the hour
    assert (street.w.late_marks, street.w.escalated, street.w.kind) == (2, True, "HARD")
    said = street.facts("whistle.escalated.v1")
    assert [(f["automatic"], f["was"]) for f in said] == [(True, "ROUTINE")]
    assert street.names().count("clock.overdue.v1") == 2
    street.tick(days=2)
    assert len(street.facts("whistle.escalated.v1")) == 1


def test_one_late_mark_does_not_escalate(street) -> None:
    street.blown().do("jj", "sign", callout="jj")
    street.tick(minutes=61)
    assert (street.w.late_marks, street.w.escalated) == (1, False)
    street.do("cg", "sign")  # late, but signed: a flag, not a state change
    assert statuses(street)["cg"] == "SIGNED"
    assert street.w.late_marks == 1


def test_escalation_is_up_to_those_who_may_blow_hard_whistles(street) -> None:
    street.draft()
    street.refused("whistle.escalate_while_blown", "secretary", "escalate", reason="久拖不决")
    street.do("clerk", "submit")
    street.do("leader", "blow")
    assert street.refused("whistle.escalate_roles", "leader", "escalate", reason="久拖不决").status == 403
    street.do("secretary", "escalate", reason="久拖不决")
    assert (street.w.kind, street.w.escalated) == ("HARD", True)
    street.refused("whistle.escalated_already", "secretary", "escalate", reason="久拖不决")


def test_cancelling_names_the_units_that_signed(street) -> None:
    street.blown().do("jj", "sign", callout="jj")
    assert street.refused("whistle.routine_blowers", "clerk", "cancel", reason="误报").status == 403
    street.do("leader", "cancel", reason="已自行解决")
    assert (street.w.status, street.facts("whistle.cancelled.v1")[0]["told"]) == ("CANCELLED", ["jj"])
    assert all(c.state != "running" for c in street.w.clocks)
    street.refused("whistle.not_blown", "cg", "sign")


def test_cancelling_only_before_it_is_resolved(street) -> None:
    street.resolved()
    refusal = street.refused("whistle.cancel_before_resolved", "leader", "cancel", reason="不要了")
    assert (refusal.status, refusal.state, refusal.event) == (409, "RESOLVED", "cancel")


# --- chains ----------------------------------------------------------------------------------------------------------


def test_not_solved_opens_the_next_link_with_everything_carried(street) -> None:
    street.evaluated()
    old = street.w
    street.do("clerk", "not_solved", reason="反弹")
    new = street.w
    assert (new.status, new.previous, new.chain, new.lead, new.co) == ("DRAFT", old.id, 2, "cg", ("jj",))
    before = street.rows[("whistle", old.id)].row
    assert (before.status, before.next) == ("RE_BLOWN", new.id)
    description = next(n.ref for n in new.notes if n.label == "description")
    assert street.private[description]["text"] == "流动摊贩乱摆卖"
    # The matter is still guarded, by the new link.
    assert [r.whistle for r in street.open_rows] == [new.id]
    street.do("clerk", "submit")
    street.do("leader", "blow")


def test_eight_links_as_in_the_case_of_the_kindergarten_wall(street) -> None:
    street.evaluated()
    for link in range(2, 9):
        street.do("clerk", "not_solved", reason="仍未解决")
        street.do("clerk", "submit")
        street.do("secretary", "blow")  # from the third on the ladder has made it HARD
        for unit in ("jj", "cg"):
            street.to_working(unit).finished(unit)
        for unit in ("cg", "jj"):
            street.do("clerk", "rate", callout=unit, response=2, attitude=3, result=1)
        assert street.w.chain == link
    street.do("clerk", "close")
    assert street.facts("whistle.closed.v1")[-1]["chain"] == 8


def test_a_closed_matter_that_comes_back_links_to_its_whistle(street) -> None:
    street.evaluated()
    first = street.w.id
    body = {"item": "STREET_VENDORS", "area": GRID, "place": {"name": "黄家圩十字街"}, "lead": "cg"}
    street.refused("whistle.previous_not_closed", "clerk", "draft", previous=first, **body)
    street.do("clerk", "close")
    street.tick(days=30)
    street.do("clerk", "draft", previous=first, **body)
    assert (street.w.previous, street.w.chain) == (first, 2)
    assert street.facts("whistle.followed.v1")[0]["within_90_days"] is True
    street.refused("whistle.previous_not_closed", "clerk", "draft", previous=first, **{**body, "place": {"name": "桥"}})


# --- versions --------------------------------------------------------------------------------------------------------


def test_a_command_on_an_older_version_is_told_that_the_matter_moved_on(street) -> None:
    street.draft()
    street.do("clerk", "submit", expected_version=1)
    refusal = street.refused("matter.moved_on", "leader", "blow", expected_version=1)
    assert (refusal.status, refusal.params) == (409, {"expected": 1, "version": 2})
    street.do("leader", "blow", expected_version=2)
