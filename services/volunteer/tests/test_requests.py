"""Requests of others: taken, refused, run out, taken back, settled (architecture idea 7)."""

from .walk import refer, withdraw_request


def answers(street, name):
    return street.facts(f"referral.{name}.v1")


def test_a_request_opens_a_draft_once(crowd) -> None:
    activity = refer(crowd)
    assert crowd.a.status == "DRAFT"
    assert crowd.a.plan.category == "VA_ACCOMPANY"
    assert refer(crowd) == "", "asked twice it is opened once"
    assert crowd.id == activity
    assert [(t["referral"], t["kind"], t["matter"]) for t in answers(crowd, "taken")] == [
        ("r1", "volunteer_activity", activity)
    ]
    link = next(e for e in crowd.events if e.type.endswith("activity.drafted.v1")).data.summary.links[0]
    assert (link.relation, link.kind, link.matter) == ("asked_by", "claim", "m1")


def test_requests_of_other_kinds_and_scopes_are_none_of_ours(crowd) -> None:
    assert refer(crowd, "r9", kind="whistle") == ""
    assert refer(crowd, "r9", scope="320102005") == ""


def test_its_plan_is_completed_before_it_is_reviewed(crowd) -> None:
    refer(crowd)
    crowd.no("activity.plan_first", "clerk", "review")
    crowd.act("clerk", "amend", **crowd.plan(category="VA_ACCOMPANY"))
    crowd.no("activity.second_person", "clerk", "review")
    crowd.act("clerk2", "review")


def test_a_refused_request_is_answered_with_a_code(crowd) -> None:
    refer(crowd)
    crowd.act("clerk", "refuse_request", reason="TOO_DANGEROUS")
    assert crowd.a.status == "CANCELLED"
    assert answers(crowd, "refused")[0]["reason"] == "TOO_DANGEROUS"


def test_what_nobody_takes_up_runs_out(crowd) -> None:
    refer(crowd)
    crowd.tick(days=7)
    assert crowd.a.status == "CANCELLED"
    assert len(answers(crowd, "expired")) == 1


def test_a_request_taken_back_cancels_what_has_not_begun(crowd) -> None:
    refer(crowd)
    crowd.act("clerk", "amend", **crowd.plan())
    crowd.act("clerk2", "review")
    crowd.act("lead", "open")
    crowd.apply("v1")
    withdraw_request(crowd, "r1")
    assert crowd.facts("activity.cancelled.v1")[0]["told"] == ["a1"]
    assert answers(crowd, "settled")[0]["outcome"] == "cancelled"


def test_a_request_served_is_settled_and_counted(crowd) -> None:
    refer(crowd)
    crowd.act("clerk", "amend", **crowd.plan(category="VA_ACCOMPANY"))
    crowd.act("clerk2", "review")
    crowd.act("lead", "open")
    crowd.apply("v1")
    crowd.act("lead", "make_ready")
    crowd.tick(seconds=(crowd.a.plan.starts_at - crowd.now).total_seconds())
    crowd.check("v1", "check_in")
    crowd.tick(hours=2)
    crowd.check("v1", "check_out")
    crowd.act("lead", "finish")
    crowd.act("lead", "submit_hours")
    crowd.act("v1", "participation.agree")
    crowd.act("lead", "participation.agree", volunteer=crowd.own("v1"))
    assert answers(crowd, "settled")[0]["outcome"] == "solved"
    sums = crowd.measures()
    assert (sums["volunteer.requests"], sums["volunteer.requests_served"]) == (1, 1)
