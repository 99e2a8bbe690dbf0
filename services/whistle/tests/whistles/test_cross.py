"""Joint whistles across borders (跨区联合哨): parties in other scopes, one lead, own answers and clocks (10.1)."""

from typing import Any

import pytest

PHOTO = {"sha256": "a" * 64, "size": 1000, "media_type": "image/jpeg"}
HONGSHAN, MAIGAOQIAO = "320102005", "320113002"


@pytest.fixture
def hongshan(new_street) -> Any:
    return new_street(scope=HONGSHAN)


@pytest.fixture
def maigaoqiao(new_street) -> Any:
    return new_street(scope=MAIGAOQIAO)


def joint(street, *parties: dict[str, Any], **body: Any) -> None:
    """A CROSS draft about vendors at 黄家圩十字街."""
    given = parties or ({"scope": HONGSHAN}, {"scope": MAIGAOQIAO})
    street.draft(direction="CROSS", co=[], parties=list(given), **body)


def blown(street, *parties: dict[str, Any], **body: Any) -> None:
    joint(street, *parties, **body)
    street.do("clerk", "submit")
    street.do("leader", "blow")


def take_up(other, grid: str) -> None:
    """The other street's clerk completes the draft that came, its leader blows it: cg leads."""
    other.id = next(k.id for k, s in other.rows.items() if k.kind == "whistle" and s.row is not None)
    plan = {"item": "STREET_VENDORS", "area": grid, "place": {"name": "黄家圩十字街"}, "lead": "cg"}
    other.do("clerk", "amend", **{**other.offers("clerk")["amend"].prefill, **plan})
    other.do("clerk", "submit")
    other.do("leader", "blow")


def settle(other) -> None:
    other.do("clerk", "rate", callout="cg", response=4, attitude=4, result=4)
    other.do("clerk", "close")


def test_every_party_gets_one_referral_and_a_callout(street) -> None:
    blown(street)
    assert [(c.unit, c.scope, c.role) for c in street.w.callouts] == [
        ("cg", "", "LEAD"),
        (f"@{HONGSHAN}", HONGSHAN, "CO"),
        (f"@{MAIGAOQIAO}", MAIGAOQIAO, "CO"),
    ]
    made = street.facts("referral.made.v1")
    assert [(f["to_scope"], f["to_kind"], f["reason"]) for f in made] == [
        (HONGSHAN, "whistle", "CROSS"),
        (MAIGAOQIAO, "whistle", "CROSS"),
    ]
    assert made[0]["payload"] == {
        "role": "CO",
        "unit": "",
        "kind": "ROUTINE",
        "finish_by": street.w.finish_by.isoformat(),
        "caller": "street-office",
    }
    clocks = {(c.part, c.id) for c in street.w.clocks}
    assert {(c.id, "sign") for c in street.w.callouts} <= clocks


def test_one_lead_over_all_parties(street) -> None:
    lead = {"scope": HONGSHAN, "role": "LEAD"}
    refusal = street.refused("whistle.one_lead", "clerk", "draft", direction="CROSS", lead="cg", parties=[lead])
    assert (refusal.status, refusal.fields[0].field) == (422, "parties.0.role")
    street.refused(
        "whistle.one_lead", "clerk", "draft", direction="CROSS", parties=[lead, {**lead, "scope": MAIGAOQIAO}]
    )
    blown(street, lead, lead="")
    assert (street.w.lead_unit, street.w.leading.scope) == (f"@{HONGSHAN}", HONGSHAN)


@pytest.mark.parametrize(
    ("rule", "body"),
    [
        ("whistle.parties_cross_only", {"direction": "UP", "parties": [{"scope": HONGSHAN}]}),
        ("whistle.party_scope", {"direction": "CROSS", "parties": [{"scope": "320199001"}]}),
        ("whistle.unit_twice", {"direction": "CROSS", "parties": [{"scope": HONGSHAN}, {"scope": HONGSHAN}]}),
    ],
)
def test_parties_are_others_each_once_and_only_across_borders(street, rule: str, body: dict[str, Any]) -> None:
    assert street.refused(rule, "clerk", "draft", **body).status == 422


def test_a_joint_whistle_needs_a_lead(street) -> None:
    joint(street, lead="")
    street.refused("whistle.lead_required", "clerk", "submit")


def test_there_a_draft_of_their_own_opens_and_their_own_people_move_it_on(street, hongshan) -> None:
    blown(street, {"scope": HONGSHAN, "unit": "cg"})
    street.tell(hongshan)
    hongshan.id = hongshan.events[0].correlationid
    w = hongshan.w
    assert (w.status, w.direction, w.kind, w.lead, w.area) == ("DRAFT", "CROSS", "ROUTINE", "cg", HONGSHAN)
    assert (w.origin.scope, w.origin.number, w.origin.role) == ("320199001", street.w.number, "CO")
    assert w.wanted_on == street.w.finish_by
    links = hongshan.events[0].data.summary.links
    assert [(x.relation, x.source, x.matter) for x in links] == [("subject", "/320199001/whistle", street.id)]
    hongshan.tell(street)
    part = next(c for c in street.w.callouts if c.scope)
    assert (part.status, part.taken_as) == ("PENDING", w.number)
    assert [(x.relation, x.source, x.matter) for x in street.events[-1].data.summary.links] == [
        ("party", f"/{HONGSHAN}/whistle", w.id)
    ]


def test_each_party_answers_for_itself_with_its_own_clock(street, hongshan) -> None:
    """黄家圩: what the other street does moves its callout here; the caller confirms its presence."""
    blown(street, {"scope": HONGSHAN})
    street.tell(hongshan)
    take_up(hongshan, f"{HONGSHAN}001001")
    hongshan.tell(street)

    def theirs() -> Any:
        return next(c for c in street.w.callouts if c.scope)

    assert theirs().status == "SIGNED"  # by blowing a whistle of its own
    assert [(a.unit, a.status, a.late) for a in theirs().answers] == [("cg", "PENDING", False)]
    hongshan.tick(minutes=61)  # their unit is late by their own clock
    hongshan.tell(street)
    assert [(a.unit, a.late) for a in theirs().answers] == [("cg", True)]
    assert not any(c.late for c in street.w.clocks if c.part == theirs().id)
    hongshan.do("cg", "sign")
    hongshan.do("cg", "contact")
    hongshan.tell(street)
    assert theirs().status == "CONTACTED"
    street.now = hongshan.now
    street.do("clerk", "report_in", callout=theirs().id, at=street.now, where="十字街", people=6)
    assert theirs().status == "REPORTED"
    hongshan.do("clerk", "report_in", at=hongshan.now, where="十字街", people=6)
    hongshan.do("cg", "start", measures="值守", finish_on=hongshan.w.finish_by)
    hongshan.tell(street)
    assert theirs().status == "WORKING"
    hongshan.finished("cg")
    settle(hongshan)
    hongshan.tell(street)
    assert (theirs().settled, theirs().status) == ("solved", "FINISHED")
    street.to_working("cg").finished("cg")
    assert street.w.status == "RESOLVED"
    street.do("clerk", "rate", callout=theirs().id, response=5, attitude=5, result=4)
    street.do("clerk", "rate", callout="cg", response=5, attitude=5, result=4)
    street.do("clerk", "close")
    assert street.w.status == "CLOSED"


def test_work_that_began_before_presence_was_confirmed_counts_from_then_on(street, hongshan) -> None:
    blown(street, {"scope": HONGSHAN})
    street.tell(hongshan)
    take_up(hongshan, f"{HONGSHAN}001001")
    hongshan.to_working("cg")
    hongshan.tell(street)
    part = next(c for c in street.w.callouts if c.scope)
    assert part.status == "CONTACTED"
    street.do("clerk", "report_in", callout=part.id, at=street.now, where="十字街", people=6)
    assert street.callout(part.id).status == "WORKING"


def test_a_leading_party_finishes_after_its_supporters(street, hongshan) -> None:
    blown(street, {"scope": HONGSHAN, "role": "LEAD"}, lead="")
    street.do("leader", "call", unit="jj")
    street.tell(hongshan)
    take_up(hongshan, f"{HONGSHAN}001001")
    hongshan.to_working("cg").finished("cg")
    settle(hongshan)
    hongshan.tell(street)
    lead = street.w.leading
    assert (lead.settled, lead.status) == ("solved", "CONTACTED")
    street.to_working("jj").finished("jj")
    assert (street.w.leading.status, street.w.status) == ("FINISHED", "RESOLVED")


def test_a_refusal_withdraws_the_callout_and_somebody_else_is_called(street, hongshan, maigaoqiao) -> None:
    blown(street, {"scope": HONGSHAN, "role": "LEAD"}, lead="")
    street.tell(hongshan)
    hongshan.id = hongshan.events[0].correlationid
    hongshan.do("clerk", "refuse_referral", reason="NOT_WHISTLE_WORTHY")
    hongshan.tell(street)
    (part,) = street.w.callouts
    assert (part.status, part.refused_for) == ("WITHDRAWN", "NOT_WHISTLE_WORTHY")
    matter = street.events[-1].data.summary.matter
    assert (street.w.status, "LEADERLESS" in matter.flags) == ("BLOWN", True)  # nothing is solved by a refusal
    street.do("leader", "call", scope=MAIGAOQIAO, role="LEAD")
    assert street.w.leading.scope == MAIGAOQIAO
    street.tell(maigaoqiao)
    assert maigaoqiao.names()[0] == "whistle.drafted.v1"
    street.refused("whistle.one_lead", "leader", "call", unit="cg", role="LEAD")


def test_a_party_that_is_away_leaves_an_open_referral_whose_limits_run(street) -> None:
    blown(street, {"scope": HONGSHAN})
    street.do("cg", "sign")
    street.tick(minutes=61)
    part = next(c for c in street.w.callouts if c.scope)
    assert (part.status, part.taken_as) == ("PENDING", "")
    assert [c.late for c in street.w.clocks if c.part == part.id and c.id == "sign"] == [True]
    assert street.w.late_marks == 1


def test_calling_it_off_tells_the_others(street, hongshan, maigaoqiao) -> None:
    blown(street)
    street.tell(hongshan, maigaoqiao)
    take_up(maigaoqiao, f"{MAIGAOQIAO}001001")
    street.do("leader", "cancel", reason="市里统一整治")
    assert [f["to_scope"] for f in street.facts("referral.withdrawn.v1")] == [HONGSHAN, MAIGAOQIAO]
    street.tell(hongshan, maigaoqiao)
    hongshan.id = hongshan.events[0].correlationid
    # A draft is called off; what was blown is up to their own people, who are told.
    assert (hongshan.w.status, hongshan.w.cancelled) == ("CANCELLED", "CALLER_WITHDREW")
    assert maigaoqiao.w.status == "BLOWN"
    assert maigaoqiao.names()[-1] == "caller.withdrew.v1"
    assert [n.text for n in maigaoqiao.events[-1].data.summary.notices] == ["notice.caller_withdrew"]


def test_doing_without_a_party_tells_it(street, hongshan) -> None:
    blown(street, {"scope": HONGSHAN})
    part = next(c for c in street.w.callouts if c.scope)
    street.do("leader", "waive", callout=part.id, reason="已无需要")
    assert [f["to_scope"] for f in street.facts("referral.withdrawn.v1")] == [HONGSHAN]


def test_a_lapsed_call_is_a_refusal(street, hongshan) -> None:
    blown(street, {"scope": HONGSHAN})
    street.tell(hongshan)
    hongshan.tick(days=5)
    hongshan.tell(street)
    assert next(c for c in street.w.callouts if c.scope).status == "WITHDRAWN"
    assert street.facts("party.refused.v1")[-1]["lapsed"] is True


def test_only_the_scope_that_was_asked_answers(street, hongshan, maigaoqiao) -> None:
    blown(street, {"scope": HONGSHAN})
    street.tell(hongshan)
    before = len(street.events)
    # Somebody else says the same words about that referral.
    maigaoqiao.events = [
        e.__class__(**{**{f: getattr(e, f) for f in e.__struct_fields__}, "source": f"/{MAIGAOQIAO}/whistle"})
        for e in hongshan.events
    ]
    maigaoqiao.tell(street)
    assert len(street.events) == before


def test_those_who_called_us_are_not_called_back(street, hongshan) -> None:
    blown(street, {"scope": HONGSHAN})
    street.tell(hongshan)
    hongshan.id = hongshan.events[0].correlationid
    prefill = hongshan.offers("clerk")["amend"].prefill
    hongshan.refused("whistle.party_called_us", "clerk", "amend", **{**prefill, "parties": [{"scope": "320199001"}]})


def test_blowing_again_calls_the_same_parties(street, hongshan) -> None:
    blown(street, {"scope": HONGSHAN})
    street.tell(hongshan)
    take_up(hongshan, f"{HONGSHAN}001001")
    hongshan.to_working("cg").finished("cg")
    settle(hongshan)
    hongshan.tell(street)
    street.to_working("cg").finished("cg")
    for c in street.w.callouts:
        street.do("clerk", "rate", callout=c.id, response=3, attitude=3, result=2)
    street.do("clerk", "not_solved", reason="反弹")
    assert [(p.scope, p.unit, p.role) for p in street.w.parties] == [(HONGSHAN, "", "CO")]
    assert street.w.lead == "cg"
    street.do("clerk", "submit")
    street.do("leader", "blow")
    assert [f["to_scope"] for f in street.facts("referral.made.v1")] == [HONGSHAN, HONGSHAN]


def test_a_bureaus_people_act_on_our_callout_from_their_own_deployment(street) -> None:
    """One bureau's inbox over all scopes that call it: its own people, with a foreign token, within the agreement."""
    from shuniu.chassis.context import Actor

    street.blown()
    street.people = {
        **street.people,
        "bureau": Actor(id="u7@320100", roles=frozenset({"duty_officer"}), units=("cg",), scope="320100"),
    }
    offered = set(street.offers("bureau"))
    assert offered == {"sign", "object"}
    street.do("bureau", "sign")
    street.do("bureau", "contact")
    street.do("clerk", "report_in", at=street.now, where="路口", people=2)
    street.do("bureau", "start", measures="值守", finish_on=street.w.finish_by)
    phase = street.do("bureau", "plan_phase", work="REMEDY", due_on=street.w.finish_by)["phase"]
    street.do("bureau", "start_phase", phase=phase)
    street.do("bureau", "submit_phase", phase=phase, evidence=[PHOTO])
    street.do("bureau", "request_extension", finish_on="2027-01-10", reason="天气")
    street.do("clerk", "accept_phase", phase=phase)
    street.refused("access.unit", "bureau", "sign", callout="jj")
    assert street.facts("callout.signed.v1")
    assert {e.actor for e in street.events} >= {"u7@320100"}
