"""Whose a case is: the least loaded on duty with the skill, a person's choice always before it."""

import pytest
from shuniu_services_desk.cases.case import CASE
from shuniu_services_desk.cases.load import LOAD


@pytest.fixture
def posts(desk):
    made = {}
    for label, who in (("1号窗口", "clerk"), ("2号窗口", "colleague")):
        made[who] = desk.do("leader", "post.set_up", label=label).answer["post"]
        desk.do(who, "post.begin", post=made[who])
    return made


def assign(desk, who="leader", **body):
    return desk.do(who, "case.assign", case=desk.case, **body).answer


def load(desk, account) -> int:
    row = desk.row(LOAD, account)
    return row.weight if row else 0


def test_the_least_loaded_on_duty_gets_it_and_the_reason_is_said(desk, posts) -> None:
    for expected in ("k1", "k2", "k1"):
        desk.submit("ID")
        answer = assign(desk)
        assert (answer["clerk"], answer["reason"]) == (expected, "LEAST_LOADED")
        assert desk.c.assignee == expected
    assert [f["load"] for f in desk.facts("case.assigned.v1")] == [0, 0, 1]
    assert (load(desk, "k1"), load(desk, "k2")) == (2, 1)


def test_a_joint_case_weighs_twice(desk, posts) -> None:
    desk.publish(desk.guide("SB-02", joint=True, partners=["civil"], legal_limit=45, promised_limit=45))
    desk.submit("ID", items=["SB-02"])
    assign(desk)
    for _ in range(2):
        desk.submit("ID")
        assert assign(desk)["clerk"] == "k2"
    assert (load(desk, "k1"), load(desk, "k2")) == (2, 2)


def test_who_is_on_a_break_or_lacks_the_skill_gets_nothing(desk, posts) -> None:
    desk.publish(desk.guide("MZ-01"))
    desk.do("leader", "post.change", post=posts["clerk"], label="1号窗口", skills=["MZ-01"])
    desk.submit("ID")
    assert assign(desk)["clerk"] == "k2"
    desk.do("colleague", "post.rest", post=posts["colleague"])
    desk.submit("ID")
    desk.refused("case.nobody_on_duty", "leader", "case.assign", case=desk.case)


def test_a_person_may_always_choose(desk, posts) -> None:
    desk.submit("ID")
    assert assign(desk, clerk="k2")["reason"] == "BY_HAND"
    desk.refused("case.assigned_already", "leader", "case.assign", case=desk.case, clerk="k2")
    desk.refused("case.assign_off_duty", "clerk", "case.assign", case=desk.case, clerk="k9")
    assert assign(desk, clerk="k9")["clerk"] == "k9", "the leader may name whoever is away"
    assert assign(desk, "clerk", clerk="k1")["clerk"] == "k1"
    assert [load(desk, k) for k in ("k1", "k2", "k9")] == [1, 0, 0]


def test_the_clerk_is_told_and_later_notices_are_theirs(desk, posts) -> None:
    desk.accepted()
    assign(desk, clerk="k2")
    told = desk.events[-1].data.summary.notices
    assert [n.accounts for n in told] == [("k2",)]
    desk.give_("body", "decide", grant=True)
    decided = next(e for e in desk.events if e.type.endswith("case.decided.v1")).data.summary.notices[0]
    assert (decided.accounts, decided.roles) == (("k2",), ())


@pytest.mark.parametrize("ending", ["deliver", "withdraw", "lapse"])
def test_what_has_ended_is_in_nobodys_hand(desk, posts, ending) -> None:
    if ending == "lapse":
        from datetime import timedelta

        desk.submit("ID", "FORM")
        desk.give_("clerk", "accept_gap", until=(desk.today + timedelta(days=2)).isoformat(), promise=True)
    else:
        desk.accepted()
    assign(desk, clerk="k1")
    assert load(desk, "k1") == 1
    if ending == "deliver":
        desk.give_("body", "decide", grant=True)
        desk.give_("clerk", "deliver", how="POST")
    elif ending == "withdraw":
        desk.give_("clerk", "withdraw", reason="不办")
    else:
        desk.tick(days=3)
        assert desk.c.status == "LAPSED"
    assert load(desk, "k1") == 0
    desk.refused("case.assign_open", "leader", "case.assign", case=desk.case, clerk="k2")


def test_a_leaving_clerks_cases_go_to_whoever_has_least(desk, posts) -> None:
    cases = []
    for _ in range(4):
        desk.submit("ID")
        assign(desk, clerk="k1")
        cases.append(desk.case)
    third = desk.do("leader", "post.set_up", label="3号窗口").answer["post"]
    desk.people = {**desk.people, "third": desk.people["clerk"].__class__("k7", roles=frozenset({"desk_clerk"}),
                   areas=desk.people["clerk"].areas)}  # fmt: skip
    desk.do("third", "post.begin", post=third)
    desk.do("clerk", "post.end", post=posts["clerk"])
    desk.refused("access.role", "colleague", "case.reassign", clerk="k1")
    answer = desk.do("leader", "case.reassign", clerk="k1").answer
    assert answer == {"moved": 4, "left": 0}
    assert [load(desk, k) for k in ("k1", "k2", "k7")] == [0, 2, 2], "load counts what was just given"
    assert {desk.row(CASE, c).assignee for c in cases} == {"k2", "k7"}
    desk.refused("case.nothing_in_hand", "leader", "case.reassign", clerk="k1")
    desk.do("leader", "case.reassign", clerk="k2", to="k7")
    assert load(desk, "k7") == 4


def test_what_comes_over_the_page_is_assigned_by_itself_once(desk, posts) -> None:
    from shuniu.chassis.context import Actor
    from shuniu_services_desk.counters.assigning import AUTO, AutoAssign

    desk.submit("ID")
    program = Actor(id="reaction", kind="reaction")
    desk.give(AUTO, AutoAssign(case=desk.case), program)
    assert desk.c.assignee == "k1"
    before = len(desk.events)
    desk.give(AUTO, AutoAssign(case=desk.case), program)
    desk.give(AUTO, AutoAssign(case="none"), program)
    assert len(desk.events) == before
