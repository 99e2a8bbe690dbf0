"""Supervision and the escalation ladder (domain rules 1.8, 1.23, 1.24, 10.1)."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shuniu.rules.refusal import Refusal
from shuniu_whistle.settings import WhistleSettings
from shuniu_whistle.supervision.face import detail
from shuniu_whistle.supervision.lifecycle import SUPERVISION
from shuniu_whistle.supervision.state import SUPERVISION_CASE, Supervision
from shuniu_whistle.whistles.ladder import ladder, read_ladder

PHOTO = {"sha256": "a" * 64, "size": 1000, "media_type": "image/jpeg"}


def the(street) -> Supervision:
    """The supervision opened last."""
    found = [s.row for k, s in street.rows.items() if k.kind == "supervision_case" and s.row is not None]
    last: Supervision = max(found, key=lambda s: s.id)
    return last


def do(street, who: str, move: str, **body: Any) -> dict[str, Any]:
    return street.do(who, f"supervision.{move}", supervision=the(street).id, **body)


def refused(street, rule: str, who: str, move: str, **body: Any) -> Refusal:
    return street.refused(rule, who, f"supervision.{move}", supervision=the(street).id, **body)


def supervised(street, **body: Any) -> None:
    street.blown()
    street.do("coordinator", "supervise", reason="久拖不决", **{"callout": "", **body})


def test_the_district_supervises_a_whistle_and_the_units_owe_an_answer_in_three_working_days(street) -> None:
    supervised(street)
    s = the(street)
    assert (s.status, s.form, s.units, s.number) == ("NOTIFIED", "NOTICE", ("cg", "jj"), f"DB-{street.w.number}-1")
    assert (s.clocks[0].limit, s.automatic) == ("3wd", False)
    assert (street.w.supervision, street.w.supervised_as) == (s.id, "NOTICE")
    held = street.events[-1].data.summary
    assert "SUPERVISED" in held.matter.flags
    assert [(x.relation, x.matter) for x in held.links] == [("supervision", s.id)]
    links = street.events[-2].data.summary.links
    assert [(x.relation, x.matter) for x in links] == [("supervises", street.id)]


def test_a_supervision_of_one_callout_is_its_units(street) -> None:
    street.blown()
    street.do("coordinator", "supervise", reason="未签收", callout="jj")
    assert the(street).units == ("jj",)


@pytest.mark.parametrize("who", ["clerk", "leader", "secretary", "cg", "community"])
def test_only_the_district_supervises(street, who: str) -> None:
    street.blown()
    assert street.refused("access.role", who, "supervise", reason="久拖").status == 403


def test_one_supervision_at_a_time(street) -> None:
    supervised(street)
    refusal = street.refused("supervision.one_at_a_time", "coordinator", "supervise", reason="久拖")
    assert refusal.params["number"] == the(street).number


def test_notified_answered_reviewed_closed(street) -> None:
    supervised(street)
    do(street, "cg", "answer", unit="cg", answer="已安排", evidence=[PHOTO])
    assert the(street).status == "NOTIFIED"
    refused(street, "supervision.answerers", "cg", "answer", unit="cg", answer="再答")
    refused(street, "supervision.review_answered", "coordinator", "review")
    do(street, "jj", "answer", unit="jj", answer="已派警力")
    assert (the(street).status, the(street).clocks[-1].state) == ("ANSWERED", "met")
    refused(street, "supervision.close_reviewed", "coordinator", "close")
    do(street, "coordinator", "review", note="属实")
    do(street, "coordinator", "close")
    assert (the(street).status, street.w.supervision, street.w.supervised_as) == ("SETTLED", "", "")
    # Another one is another number.
    street.do("coordinator", "supervise", reason="反弹")
    assert the(street).number == f"DB-{street.w.number}-2"


def test_nobody_answers_for_another_unit_or_reviews_as_a_unit(street) -> None:
    supervised(street)
    assert refused(street, "supervision.answerers", "xf", "answer", unit="cg", answer="代答").status == 403
    assert refused(street, "supervision.answerers", "cg", "answer", unit="jj", answer="代答").status == 403
    for move in ("review", "close"):
        refused(street, "access.role", "cg", move)


def test_an_unsatisfying_answer_goes_back_and_the_limit_begins_anew(street) -> None:
    supervised(street)
    for unit in ("cg", "jj"):
        do(street, unit, "answer", unit=unit, answer="已阅")
    do(street, "coordinator", "send_back", reason="无实质措施")
    s = the(street)
    assert (s.status, s.rounds, s.owing()) == ("NOTIFIED", 2, ("cg", "jj"))
    assert [(c.generation, c.state) for c in s.clocks] == [(1, "met"), (2, "running")]


def test_forms_only_become_stronger_and_a_talk_says_when(street) -> None:
    supervised(street, form="LISTED")
    refused(street, "supervision.stronger", "coordinator", "raise", form="LISTED", reason="仍拖")
    refused(street, "supervision.talk_time", "coordinator", "raise", form="TALK", reason="仍拖")
    at = (street.now + timedelta(days=1)).isoformat()
    do(street, "coordinator", "raise", form="TALK", reason="仍拖", talk_at=at)
    assert (the(street).form, street.w.supervised_as) == ("TALK", "TALK")
    assert "TALK" in street.events[-1].data.summary.matter.flags
    do(street, "coordinator", "raise", form="MEETING", reason="仍拖")


def test_a_supervision_that_is_not_answered_climbs_the_ladder_by_itself(street) -> None:
    street.blown().to_working("cg").to_working("jj")  # nothing else is late
    street.do("coordinator", "supervise", reason="久拖不决", callout="")
    street.tick(days=3)
    assert the(street).form == "NOTICE"
    street.tick(days=1)
    assert (the(street).form, the(street).overdue, street.w.supervised_as) == ("LISTED", 1, "LISTED")
    assert [f["step"] for f in street.facts("supervision.raised.v1")] == ["supervision_overdue"]
    street.tick(days=7)
    assert (the(street).form, the(street).overdue) == ("TALK", 2)


def test_two_late_marks_open_a_supervision_and_say_who_is_told(street) -> None:
    street.blown()
    street.tick(minutes=61)
    s = the(street)
    assert (s.automatic, s.form, s.rungs) == (True, "NOTICE", ("late_twice",))
    assert (street.w.kind, street.w.rungs) == ("HARD", ("late_twice",))
    step = next(e for e in street.events if e.type.endswith("ladder.stepped.v1"))
    assert [n.roles for n in step.data.summary.notices] == [
        ("district_coordinator", "party_secretary", "office_director")
    ]
    street.tick(minutes=30)
    assert street.names().count("ladder.stepped.v1") == 1


def test_a_unit_that_refused_is_supervised(street) -> None:
    street.blown()
    street.do("cg", "object", instead="xf", reason="不归我管")
    street.do("coordinator", "uphold", reason="属你单位")
    assert (the(street).rungs, the(street).form, street.w.kind) == (("refused",), "NOTICE", "ROUTINE")


def test_four_late_marks_list_what_is_supervised(street) -> None:
    street.blown()
    street.tick(days=2)  # neither signed within the hour nor made contact within the day
    assert street.w.late_marks == 4
    assert (the(street).form, street.w.rungs) == ("LISTED", ("late_twice", "late_four_times"))
    assert street.names().count("supervision.opened.v1") == 1


def test_a_deployment_brings_a_ladder_of_its_own(street, tmp_path) -> None:
    own = tmp_path / "ladder.toml"
    own.write_text(
        '[[step]]\nid = "once"\non = "whistle"\nwhen = { late_marks = 1 }\nsupervise = "LISTED"\n'
        'source = "local"\nconfidence = "D"\n',
        "utf-8",
    )
    street.settings = WhistleSettings(ladder_file=str(own))
    street.blown().do("jj", "sign", callout="jj")
    street.tick(minutes=61)
    assert (the(street).form, street.w.kind) == ("LISTED", "ROUTINE")


@pytest.mark.parametrize(
    "wrong",
    [
        'id = "a"\non = "whistle"\nwhen = {}\nsource = "x"\nconfidence = "D"',
        'id = "a"\non = "whistle"\nwhen = { overdue = 1 }\nsource = "x"\nconfidence = "D"',
        'id = "a"\non = "whistle"\nwhen = { late_marks = 1 }\nconfidence = "D"',
        'id = "a"\non = "moon"\nwhen = { late_marks = 1 }\nsource = "x"\nconfidence = "D"',
    ],
)
def test_a_ladder_that_does_not_hold_together_is_refused(wrong: str) -> None:
    with pytest.raises((ValueError, msgspec.ValidationError)):
        read_ladder(f"[[step]]\n{wrong}\n")


def test_every_shipped_step_says_where_it_comes_from_and_has_a_text() -> None:
    from shuniu_whistle import service

    for step in ladder().step:
        assert step.source
        assert f"ladder.{step.id}" in service.texts


def test_the_page_shows_answers_to_the_supervised_and_the_district_alone(street) -> None:
    supervised(street)
    do(street, "cg", "answer", unit="cg", answer="已安排专人", evidence=[PHOTO])

    def texts(who: str) -> list[str]:
        page = detail(the(street), street.as_seen_by(who))
        return [f.value for s in page.sections for r in s.rows for f in r.fields if "answer" in f.label]

    assert "已安排专人" in texts("coordinator")
    assert "已安排专人" in texts("jj")
    assert "已安排专人" not in texts("xf")


MOVES: dict[str, dict[str, Any]] = {
    "answer": {"answer": "已安排"},
    "review": {},
    "send_back": {"reason": "不实"},
    "raise": {"reason": "仍拖"},
    "close": {},
    "lift": {"reason": "误发"},
}


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["cg", "jj", "coordinator", "clerk"]),
            st.sampled_from(sorted(MOVES)),
            st.sampled_from(["LISTED", "TALK", "MEETING"]),
            st.sampled_from([0, 0, 0, 30, 100]),
        ),
        min_size=10,
        max_size=30,
    )
)
def test_no_walk_leads_a_supervision_where_its_life_cycle_does_not(new_street, steps: list[Any]) -> None:
    street = new_street()
    supervised(street)
    for who, move, form, hours in steps:
        before = the(street)
        if hours:
            street.tick(hours=hours)
            after = the(street)
            assert (before.status, after.status) in {(x, x) for x in (before.status,)} | {("ANSWERED", "NOTIFIED")}
            before = after
        body = dict(MOVES[move])
        if move == "answer":
            body["unit"] = who
        if move == "raise":
            body |= {"form": form, "talk_at": street.now + timedelta(days=1)}
        try:
            do(street, who, move, **body)
        except Refusal:
            assert the(street) == before
            continue
        after = the(street)
        follows = any(m.target == after.status and before.status in m.sources for m in SUPERVISION.moves)
        assert before.status == after.status or follows
        assert after.open == SUPERVISION.status(after.status).open
        assert bool(street.w.supervision) == after.open
        if not after.open:
            assert all(c.state != "running" for c in after.clocks)
            assert not list(SUPERVISION_CASE.timers(after))
            break
