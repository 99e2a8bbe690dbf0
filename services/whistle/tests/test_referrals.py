"""Referrals from other services: taken, joined, refused, lapsed, settled."""

GRID = "320199001001001"
PLAN = {"item": "WASTE", "area": GRID, "place": {"name": "双安巷"}, "lead": "cg"}
REFERRAL = {"referral": "r1", "made_by": "/320199001/grid"}


def last(street, name: str) -> dict[str, object]:
    return street.facts(name)[-1]


def test_a_referral_opens_a_draft_and_is_answered(street) -> None:
    street.refer()
    assert (street.w.status, street.w.direction, street.w.kind) == ("DRAFT", "UP", "ROUTINE")
    assert (street.w.area, street.w.place.name, street.w.title) == (GRID, "双安巷", "暴露垃圾 · 双安巷")
    taken = last(street, "referral.taken.v1")
    assert taken == {**REFERRAL, "kind": "whistle", "matter": street.id, "number": street.w.number}
    links = street.events[0].data.summary.links
    assert [(x.relation, x.source, x.kind, x.matter) for x in links] == [
        ("subject", "/320199001/grid", "grid_event", "m1")
    ]


def test_referrals_to_other_scopes_or_kinds_are_none_of_ours(street) -> None:
    assert street.refer(scope="320199002").answer == {}
    assert street.refer(kind="desk_case").answer == {}
    assert street.events == []


def test_a_second_referral_of_an_open_matter_hangs_on_to_its_whistle(street) -> None:
    street.refer()
    first = street.id
    street.refer(referral="r2")
    assert street.id == first
    assert [r.referral for r in street.w.referrals] == ["r1", "r2"]
    assert last(street, "referral.taken.v1")["matter"] == first
    # The same referral told twice changes nothing.
    assert street.refer(referral="r2").answer == {}


def test_the_clerk_completes_the_draft(street) -> None:
    street.refer()
    street.refused("whistle.lead_required", "clerk", "submit")
    street.do("clerk", "amend", **PLAN)
    street.do("clerk", "submit")
    assert street.w.subject is not None
    assert [r.open_key for r in street.open_rows] == ["/320199001/grid|grid_event|m1"]


def test_a_refused_draft_answers_referral_refused(street) -> None:
    street.refer()
    street.do("clerk", "refuse_referral", reason="STREET_CAN_SOLVE")
    assert street.w.status == "CANCELLED"
    assert last(street, "referral.refused.v1") == {**REFERRAL, "reason": "STREET_CAN_SOLVE"}
    assert street.open_rows == []
    assert street.facts("referral.settled.v1") == []


def test_only_referred_drafts_can_be_refused(street) -> None:
    street.draft()
    street.refused("whistle.no_referral", "clerk", "refuse_referral", reason="INCOMPLETE")
    street.refer(matter="m2")
    street.do("clerk", "amend", **{**PLAN, "place": {"name": "别处"}})
    street.do("clerk", "submit")
    refusal = street.refused("whistle.refuse_drafts", "clerk", "refuse_referral", reason="INCOMPLETE")
    assert (refusal.status, refusal.state) == (409, "SUBMITTED")


def test_an_untouched_draft_lapses_after_three_working_days(street) -> None:
    street.refer()
    street.tick(days=3)
    assert street.w.status == "DRAFT"
    street.tick(days=1)  # 24:00 of Thursday has passed
    assert (street.w.status, street.w.cancelled) == ("CANCELLED", "REFERRAL_EXPIRED")
    assert last(street, "referral.expired.v1") == REFERRAL
    assert street.open_rows == []
    # The same matter may be referred again.
    street.refer(referral="r3")
    assert street.w.status == "DRAFT"


def test_a_touched_draft_gets_its_time_anew(street) -> None:
    street.refer()
    street.tick(days=3)
    street.do("clerk", "amend", **PLAN)
    street.tick(days=3)
    assert street.w.status == "DRAFT"
    street.tick(days=3)
    assert street.w.status == "CANCELLED"


def test_a_submitted_draft_does_not_lapse(street) -> None:
    street.refer()
    street.do("clerk", "amend", **PLAN)
    street.do("clerk", "submit")
    street.tick(days=10)
    assert street.w.status == "SUBMITTED"


def go_through(street) -> None:
    street.do("clerk", "submit")
    street.do("leader", "blow")
    street.to_working("cg").finished("cg")
    street.do("clerk", "rate", callout="cg", response=4, attitude=4, result=4)


def test_closing_settles_the_referral_as_solved(street) -> None:
    street.refer()
    street.do("clerk", "amend", **PLAN)
    go_through(street)
    street.do("clerk", "close")
    settled = last(street, "referral.settled.v1")
    assert settled == {**REFERRAL, "kind": "whistle", "matter": street.id, "outcome": "solved"}


def test_cancelling_settles_the_referral_as_cancelled(street) -> None:
    street.refer()
    street.do("clerk", "cancel", reason="重复")
    assert last(street, "referral.settled.v1")["outcome"] == "cancelled"


def test_blowing_again_settles_nothing_until_the_chain_ends(street) -> None:
    street.refer()
    street.do("clerk", "amend", **PLAN)
    go_through(street)
    first = street.id
    street.do("clerk", "not_solved", reason="反弹")
    assert street.facts("referral.settled.v1") == []
    assert street.rows[("whistle", first)].row.referrals == ()
    assert last(street, "referral.taken.v1")["matter"] == street.id
    street.do("clerk", "cancel", reason="另案处理")
    assert [f["outcome"] for f in street.facts("referral.settled.v1")] == ["unsolved"]
