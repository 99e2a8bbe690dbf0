"""Volunteer activities: every row, guard and illegal item of domain rules 10.8, one test a rule."""

from datetime import date, timedelta

import pytest
from shuniu.contracts.volunteer import activities as said
from shuniu.contracts.volunteer import teams, volunteers
from shuniu.rules.lifecycle import mermaid
from shuniu_volunteer import service
from shuniu_volunteer.activities.activity import ACTIVITY
from shuniu_volunteer.activities.checking import Scan
from shuniu_volunteer.activities.lifecycles import ACTIVITY as CYCLE
from shuniu_volunteer.activities.lifecycles import PARTICIPATION
from shuniu_volunteer.teams.state import TEAM


def test_the_life_cycles_hold_together() -> None:
    CYCLE.validate()
    PARTICIPATION.validate()
    assert "NOTICED --> ARCHIVED" in mermaid(CYCLE)


def test_the_whole_way_from_draft_to_archive(crowd) -> None:
    crowd.confirmed("v1", "v2")
    assert crowd.a.status == "HOURS_CONFIRMED"
    crowd.act("lead", "notice_hours")
    crowd.tick(days=4)
    assert crowd.a.status == "NOTICED", "posted for at least five working days"
    crowd.tick(days=5)
    assert crowd.a.status == "ARCHIVED"
    assert (crowd.a.served, crowd.a.minutes) == (2, 240)
    assert crowd.measures()["volunteer.hours_personal"] == 4
    said_names = crowd.names()
    assert said_names.index("activity.hours_confirmed.v1") < said_names.index("activity.noticed.v1")


def test_nobody_reviews_the_plan_they_wrote(street) -> None:
    street.drafted("clerk")
    street.no("activity.second_person", "clerk", "review")
    street.act("clerk2", "review")
    assert street.a.status == "REVIEWED"


def test_a_leader_of_another_team_leads_nothing_here(street) -> None:
    street.drafted()
    street.no("activity.not_yours", "lead2", "amend", **street.plan())
    street.no("activity.not_yours", "neighbour", "review")


def test_dangerous_is_not_ready_without_insurance(crowd) -> None:
    crowd.recruiting(danger=2)
    crowd.apply("v1")
    crowd.no("activity.insurance_missing", "lead", "make_ready")
    crowd.act("lead", "insure", insurance="PICC-2026-0001")
    crowd.act("lead", "make_ready")
    assert crowd.a.status == "READY"


def test_under_age_takes_part_only_with_a_guardians_consent(street) -> None:
    born = date(street.today.year - 16, 1, 1)
    minor = street.register("v1", born)
    street.recruiting()
    street.no("participation.guardian", "v1", "participation.apply")
    until = (street.today + timedelta(days=30)).isoformat()
    street.do("clerk", "volunteer.record_guardian", volunteer=minor, guardian_name="张父", until=until)
    assert street.apply("v1") == "ACCEPTED"


def test_a_guardian_who_withdraws_keeps_them_from_checking_in(street) -> None:
    minor = street.register("v1", date(street.today.year - 16, 1, 1))
    until = (street.today + timedelta(days=30)).isoformat()
    street.do("clerk", "volunteer.record_guardian", volunteer=minor, guardian_name="张父", until=until)
    street.ongoing("v1")
    street.do("clerk", "volunteer.withdraw_guardian", volunteer=minor)
    street.no("participation.guardian", "v1", "participation.check_in", Scan(street.now), code="x")


def test_under_age_takes_no_part_in_danger(street) -> None:
    until = (street.today + timedelta(days=30)).isoformat()
    street.register("v1", date(street.today.year - 16, 1, 1), guardian_name="张父", guardian_until=until)
    street.recruiting(danger=1)
    street.no("participation.minor_danger", "v1", "participation.apply")


def test_skills_are_matched(street) -> None:
    street.register("v1")
    street.register("v2", skills=["FIRST_AID_SKILL"])
    street.recruiting(skills=["FIRST_AID_SKILL"])
    street.no("participation.skill", "v1", "participation.apply")
    assert street.apply("v2") == "ACCEPTED"


def test_a_paper_has_to_hold_on_the_day(street) -> None:
    driver = street.register("v1")
    street.recruiting(qualification="DRIVER")
    street.no("participation.qualification", "v1", "participation.apply")
    given = {"volunteer": driver, "qualification": "DRIVER"}
    street.do("clerk", "volunteer.set_profile", **given, qualified_until=street.today.isoformat())
    street.no("participation.qualification", "v1", "participation.apply")
    street.do("clerk", "volunteer.set_profile", **given, qualified_until=street.a.on.isoformat())
    assert street.apply("v1") == "ACCEPTED"


def test_the_last_place_goes_to_one_and_the_other_waits(crowd) -> None:
    crowd.recruiting(places=1)
    assert [crowd.apply("v1"), crowd.apply("v2"), crowd.apply("v3")] == ["ACCEPTED", "WAITLISTED", "WAITLISTED"]
    assert (crowd.a.accepted, crowd.a.waiting) == (1, 2)
    assert [f["position"] for f in crowd.facts("participation.waitlisted.v1")] == [1, 2]


def test_the_waiting_list_moves_up_by_itself_in_order(crowd) -> None:
    crowd.recruiting(places=1)
    for who in ("v1", "v2", "v3"):
        crowd.apply(who)
    crowd.act("v1", "participation.withdraw")
    assert [crowd.part(w).status for w in ("v1", "v2", "v3")] == ["DECLINED", "ACCEPTED", "WAITLISTED"]
    assert (crowd.a.accepted, crowd.a.waiting) == (1, 1)
    notice = crowd.events[-1].data.summary.notices[0]
    assert (notice.text, notice.accounts) == ("notice.moved_up", ("a2",))


def test_who_does_not_fit_any_more_is_passed_over(crowd) -> None:
    crowd.recruiting(places=1)
    for who in ("v1", "v2", "v3"):
        crowd.apply(who)
    crowd.do("v2", "volunteer.leave", volunteer=crowd.own("v2"))
    gone = next(p for p in crowd.facts("participation.waitlisted.v1") if p["position"] == 1)["volunteer"]
    crowd.act("lead", "participation.decline", volunteer=crowd.own("v1"), reason="NOT_REACHED")
    assert crowd.part("v3").status == "ACCEPTED"
    assert [f["volunteer"] for f in crowd.facts("participation.declined.v1")] == [crowd.own("v1"), gone]


def test_where_applications_are_approved_they_wait_for_the_leader(crowd) -> None:
    crowd.recruiting(approval=True, places=1)
    assert crowd.apply("v1") == "APPLIED"
    crowd.apply("v2")
    crowd.act("lead", "participation.accept", volunteer=crowd.own("v2"))
    crowd.act("lead", "participation.accept", volunteer=crowd.own("v1"))
    assert [crowd.part(w).status for w in ("v1", "v2")] == ["WAITLISTED", "ACCEPTED"]
    crowd.no("participation.waits_in_line", "lead", "participation.accept", volunteer=crowd.own("v1"))


def test_nobody_applies_twice(crowd) -> None:
    crowd.recruiting()
    crowd.apply("v1")
    crowd.no("participation.applied_already", "v1", "participation.apply")


def test_illegal_assigning_without_consent(crowd) -> None:
    crowd.recruiting()
    someone = crowd.own("v1")
    crowd.no("participation.consent_missing", "lead", "participation.enrol", volunteer=someone)
    crowd.act("lead", "participation.enrol", volunteer=someone, consent="PHONE")
    assert crowd.facts("participation.applied.v1")[0]["consent"] == "PHONE"


def test_cancelling_before_it_begins_tells_everybody(crowd) -> None:
    crowd.recruiting(places=1)
    paper = crowd.register()
    crowd.apply("v1")
    crowd.apply("v2")
    crowd.act("lead", "participation.enrol", volunteer=paper, consent="PAPER")
    answer = crowd.act("lead", "cancel", reason="WEATHER")
    assert (answer["told"], answer["without_account"]) == (2, 1)
    notice = crowd.events[-1].data.summary.notices[0]
    assert notice.accounts == ("a1", "a2")
    assert crowd.a.status == "CANCELLED"


def test_what_takes_place_is_not_cancelled(crowd) -> None:
    crowd.ongoing("v1")
    crowd.no("activity.cancel_before_start", "lead", "cancel", reason="WEATHER")


def test_hours_are_the_time_served_in_whole_quarters(crowd) -> None:
    crowd.ongoing("v1", "v2", hours=3)
    crowd.check("v1", "check_in")
    crowd.check("v2", "check_in")
    crowd.tick(minutes=100)
    assert crowd.check("v1", "check_out", break_minutes=9)["minutes"] == 90
    crowd.tick(minutes=140)
    assert crowd.check("v2", "check_out")["minutes"] == 180, "no longer than the activity"


def test_a_day_has_eight_hours(crowd) -> None:
    begins = crowd.now + timedelta(hours=15)  # 00:00 of the next day
    crowd.served("v1", starts_at=begins, hours=6, minutes=360)
    crowd.served("v1", starts_at=begins + timedelta(hours=7), hours=6, minutes=360)
    assert [f["minutes"] for f in crowd.facts("participation.calculated.v1")] == [360, 120]


def test_overlaps_of_the_same_volunteer_are_rejected(crowd) -> None:
    begins = crowd.now + timedelta(days=1)
    crowd.recruiting(starts_at=begins)
    first = crowd.id
    crowd.apply("v1")
    crowd.act("lead", "make_ready")
    crowd.recruiting(starts_at=begins)
    crowd.apply("v1")
    crowd.act("lead", "make_ready")
    second = crowd.id
    crowd.tick(days=1)
    for activity in (first, second):
        crowd.id = activity
        crowd.check("v1", "check_in")
    crowd.tick(minutes=60)
    crowd.check("v1", "check_out")
    crowd.id = first
    crowd.no("participation.overlap", "v1", "participation.check_out", Scan(crowd.now), code="x")


def test_a_scan_counts_when_the_code_was_shown_not_when_it_arrives(crowd) -> None:
    crowd.ongoing("v1")
    scanned = crowd.now
    crowd.tick(minutes=50)
    crowd.check("v1", "check_in", scanned)
    crowd.tick(minutes=10)
    assert crowd.check("v1", "check_out")["minutes"] == 60
    assert crowd.part("v1").since == scanned


def test_a_code_that_is_not_ours_or_too_old_is_refused(crowd) -> None:
    crowd.ongoing("v1")
    crowd.no("participation.code_wrong", "v1", "participation.check_in", Scan(), code="SHN1.x.1.y")
    crowd.no("participation.code_wrong", "v1", "participation.check_in", Scan(crowd.now + timedelta(hours=1)), code="x")
    scanned = crowd.now
    crowd.tick(days=3)
    crowd.no("participation.code_late", "v1", "participation.check_in", Scan(scanned), code="x")


def test_by_place_only_near_it_and_the_point_is_not_kept(crowd) -> None:
    crowd.ongoing("v1")
    far = {"means": "PLACE", "lon": 118.95, "lat": 32.1}
    crowd.no("participation.too_far", "v1", "participation.check_in", **far)
    crowd.act("v1", "participation.check_in", means="PLACE", lon=118.9125, lat=32.1025)
    fact = crowd.facts("participation.checked_in.v1")[0]
    assert set(fact) == {"activity", "volunteer", "at", "means"}


def test_nobody_checks_themselves_in_by_their_own_word(crowd) -> None:
    crowd.register(person_name="李队长")
    crowd.do("clerk", "volunteer.link_account", volunteer=crowd.all_volunteers()[-1].id, account="l1")
    crowd.recruiting()
    crowd.act("lead", "participation.apply")
    crowd.act("lead", "make_ready")
    crowd.tick(days=1)
    crowd.no("participation.own_check", "lead", "participation.check_in", means="LEADER")
    crowd.act("clerk", "participation.check_in", volunteer=crowd.own("lead"), means="LEADER")
    assert crowd.part("lead").status == "CHECKED_IN"


def test_hours_are_confirmed_by_both_sides(crowd) -> None:
    crowd.served("v1")
    crowd.act("v1", "participation.agree")
    assert crowd.part("v1").status == "CALCULATED"
    crowd.act("lead", "participation.agree", volunteer=crowd.own("v1"))
    assert crowd.part("v1").status == "CONFIRMED"
    assert crowd.volunteer(crowd.own("v1")).personal_minutes == 120


def test_two_clerks_confirm_and_one_is_told_so(crowd) -> None:
    crowd.served("v1")
    crowd.act("clerk", "participation.agree", volunteer=crowd.own("v1"))
    crowd.no("participation.agreed_already", "clerk2", "participation.agree", volunteer=crowd.own("v1"))
    crowd.act("v1", "participation.agree")
    crowd.no("participation.hours_stand", "clerk2", "participation.agree", volunteer=crowd.own("v1"))
    assert crowd.volunteer(crowd.own("v1")).personal_minutes == 120


def test_illegal_confirming_ones_own_hours(crowd) -> None:
    crowd.register(person_name="李队长")
    crowd.do("clerk", "volunteer.link_account", volunteer=crowd.all_volunteers()[-1].id, account="l1")
    crowd.ongoing("v1", "lead")
    crowd.check("lead", "check_in")
    crowd.tick(minutes=60)
    crowd.check("lead", "check_out")
    crowd.act("clerk", "finish")
    crowd.act("clerk", "submit_hours")
    crowd.act("lead", "participation.agree")
    crowd.no("participation.agreed_already", "lead", "participation.agree", volunteer=crowd.own("lead"))
    assert crowd.part("lead").agreed_organiser == ""


def test_nobody_speaks_for_both_sides(crowd) -> None:
    paper = crowd.register()
    crowd.recruiting()
    crowd.act("lead", "participation.enrol", volunteer=paper, consent="PAPER")
    crowd.act("lead", "make_ready")
    crowd.tick(days=1)
    crowd.act("lead", "participation.check_in", volunteer=paper, means="LEADER")
    crowd.tick(hours=1)
    crowd.act("lead", "participation.check_out", volunteer=paper, means="LEADER")
    crowd.act("lead", "finish")
    crowd.act("lead", "submit_hours")
    crowd.act("lead", "participation.agree", volunteer=paper)
    crowd.no("participation.own_hours", "lead", "participation.agree", volunteer=paper, paper="a" * 64)
    crowd.act("clerk", "participation.agree", volunteer=paper, paper="a" * 64)
    assert crowd.volunteer(paper).personal_minutes == 60


def test_who_has_an_account_speaks_for_themselves(crowd) -> None:
    crowd.served("v1")
    body = {"volunteer": crowd.own("v1"), "paper": "a" * 64}
    crowd.no("participation.speaks_for_themselves", "clerk", "participation.agree", **body)


def test_illegal_editing_confirmed_hours(crowd) -> None:
    crowd.confirmed("v1")
    crowd.no("participation.check_out_once", "v1", "participation.check_out", Scan(crowd.now), code="x")
    crowd.no("participation.hours_stand", "lead", "participation.agree", volunteer=crowd.own("v1"))
    adjust = {"volunteer": crowd.own("v1"), "minutes": 60, "reason": "核查"}
    crowd.no("participation.adjust_disputed", "clerk", "participation.adjust", **adjust)


def test_a_second_person_adjusts_with_a_reason(crowd) -> None:
    crowd.served("v1")
    crowd.act("v1", "participation.agree")
    crowd.act("clerk", "participation.agree", volunteer=crowd.own("v1"))
    crowd.act("v1", "participation.dispute", reason="签退漏记")
    adjust = {"volunteer": crowd.own("v1"), "minutes": 90, "reason": "核查签到表"}
    crowd.no("participation.second_person", "clerk", "participation.adjust", **adjust)
    crowd.no("participation.minutes", "clerk2", "participation.adjust", **{**adjust, "minutes": 100})
    crowd.no("participation.minutes", "clerk2", "participation.adjust", **{**adjust, "minutes": 195})
    crowd.act("clerk2", "participation.adjust", **adjust)
    assert crowd.part("v1").status == "ADJUSTED"
    assert crowd.volunteer(crowd.own("v1")).personal_minutes == 90
    fact = crowd.facts("participation.adjusted.v1")[0]
    assert (fact["minutes"], fact["booked"], fact["confirmed"]) == (90, 120, True)


def test_an_archive_waits_for_open_disputes(crowd) -> None:
    crowd.confirmed("v1")
    crowd.act("lead", "notice_hours")
    crowd.act("v1", "participation.dispute", reason="少记")
    crowd.tick(days=20)
    assert crowd.a.status == "NOTICED"
    crowd.act("clerk2", "participation.adjust", volunteer=crowd.own("v1"), minutes=150, reason="属实")
    crowd.tick(seconds=1)
    assert crowd.a.status == "ARCHIVED"


def test_disputed_before_confirmation_the_adjustment_is_what_counts(crowd) -> None:
    crowd.served("v1")
    crowd.act("v1", "participation.dispute", reason="少记")
    crowd.act("clerk", "participation.adjust", volunteer=crowd.own("v1"), minutes=150, reason="属实")
    assert crowd.a.status == "HOURS_CONFIRMED"
    assert crowd.facts("participation.confirmed.v1") == []
    assert crowd.volunteer(crowd.own("v1")).personal_minutes == 150


def test_team_hours_are_the_teams_and_nobodys_own(crowd) -> None:
    crowd.confirmed("v1", booking="TEAM", team="vt-01")
    v = crowd.volunteer(crowd.own("v1"))
    assert (v.personal_minutes, v.team_minutes) == (0, 120)
    assert crowd.row(TEAM, "vt-01").minutes == 120
    assert "volunteer.hours_personal" not in crowd.measures()


def test_illegal_paying_there_is_no_field_for_money() -> None:
    words = ("fen", "yuan", "money", "price", "fee", "pay", "amount_fen", "wage")
    mine = ("volunteer.", "activity.", "participation.")
    structs = [c.struct for c in service.commands if c.name.startswith(mine)]
    structs += [*said.FACTS, *teams.FACTS, *volunteers.FACTS]
    fields = {f for s in structs for f in s.__struct_fields__}
    assert not {f for f in fields if any(f == w or f.endswith(f"_{w}") for w in words)}


def test_somebody_inside_keeps_hours_from_being_submitted(crowd) -> None:
    crowd.ongoing("v1")
    crowd.check("v1", "check_in")
    crowd.tick(hours=1)
    crowd.act("lead", "finish")
    crowd.no("activity.somebody_inside", "lead", "submit_hours")
    crowd.check("v1", "check_out")
    crowd.act("lead", "submit_hours")


def test_it_begins_and_ends_by_itself(crowd) -> None:
    crowd.ongoing("v1")
    crowd.tick(hours=6)
    assert crowd.a.status == "FINISHED"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"category": "NONE"}, "category"),
        ({"title": "找张三丰 13812345678"}, "title"),
        ({"hours": 20}, "ends_at"),
        ({"hours": -1}, "starts_at"),
        ({"team": "vt-99"}, "team"),
        ({"booking": "TEAM"}, "team"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(street, given, field) -> None:
    body = street.plan(**given)
    caught = street.refused("activity.plan", "clerk", "activity.draft", **body)
    assert field in {f.field for f in caught.fields}


def test_no_activity_lies_outside_the_street(street) -> None:
    caught = street.refused("activity.plan", "lead", "activity.draft", **street.plan(area="320199002001"))
    assert {f.field for f in caught.fields} == {"area"}


def test_no_person_travels(crowd) -> None:
    crowd.confirmed("v1", text="请联系张三丰 13812345678")
    log = str(crowd.facts()) + str([e.data.summary for e in crowd.events])
    for private in ("张三", "13812345678", "3201021990"):
        assert private not in log


def test_every_status_offers_only_what_would_be_taken(crowd) -> None:
    crowd.recruiting()
    assert set(crowd.offers("v1", ACTIVITY, crowd.id)) == {"participation.apply", "participation.withdraw"}
    assert set(crowd.offers("lead2", ACTIVITY, crowd.id)) == set()
    assert "activity.make_ready" not in crowd.offers("lead", ACTIVITY, crowd.id), "nobody was accepted yet"
    crowd.apply("v1")
    assert "activity.make_ready" in crowd.offers("lead", ACTIVITY, crowd.id)
