"""Shared standards: every move, each thing that is illegal, and what is measured (issue 4: 标准化)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shuniu.contracts.services_desk.standards import StandardFigures
from shuniu.rules.shipped import calendar
from shuniu.testing.rulework import person
from shuniu_services_desk.cases.state import Case
from shuniu_services_desk.standards.commands import STANDARD, STANDARD_ITEM, Compared
from shuniu_services_desk.standards.figures import bad_share, figures_of, first_visit_rate, mean_days
from shuniu_services_desk.standards.state import CYCLE

TEXT = "一次告知、一次收件、一次送达。"


class Standards:
    """Standards of a desk; ``standard`` is the one under way."""

    def __init__(self, desk) -> None:
        self.desk = desk
        desk.people = {**desk.people, "second": person("l2", "desk_leader")}
        self.standard = ""

    def note(self, who="clerk", items=("SB-01",), **more):
        body = {"title": "养老待遇一次办", "items": list(items), "text": TEXT, **more}
        self.standard = self.desk.do(who, "standard.note", **body).answer["standard"]
        return self.standard

    def give(self, move, who="leader", prepared=None, **body):
        return self.desk.do(who, f"standard.{move}", prepared, standard=self.standard, **body).answer

    def no(self, rule, move, who="leader", prepared=None, **body):
        refusal = self.desk.refused(rule, who, f"standard.{move}", prepared, standard=self.standard, **body)
        assert refusal.event in (move, "supersede")
        return refusal

    def draft(self, who="clerk", items=("SB-01",)):
        return self.give("draft", who, title="养老待遇一次办", items=list(items), text=TEXT)

    def period(self, days=30, **more):
        day = self.desk.today
        return {
            "areas": [self.desk.scope],
            "first": day.isoformat(),
            "last": (day + timedelta(days=days)).isoformat(),
            "before_first": (day - timedelta(days=60)).isoformat(),
            "before_last": (day - timedelta(days=1)).isoformat(),
            **more,
        }

    def piloted(self, items=("SB-01",), **more):
        self.note(items=items, **more)
        self.draft(items=items)
        self.give("pilot", **self.period())
        self.desk.tick(days=31)

    def compared(self, decided=4):
        day = self.desk.today
        return Compared(
            StandardFigures(first=day, last=day, decided=4, days=40),
            StandardFigures(first=day, last=day, decided=decided, days=8),
        )

    def publish(self, **more):
        return self.give("publish", prepared=self.compared(), valid_from=self.desk.today.isoformat(), **more)

    @property
    def s(self):
        return self.desk.row(STANDARD, self.standard)


@pytest.fixture
def standards(desk) -> Standards:
    return Standards(desk)


def test_the_life_cycle_holds_together() -> None:
    CYCLE.validate()


def test_a_practice_becomes_a_draft_a_pilot_and_a_published_standard(standards) -> None:
    standards.piloted()
    assert standards.s.number == "BZ261123-0001"
    standards.publish()
    s = standards.s
    assert (s.status, s.version, s.bound) == ("PUBLISHED", 1, {"SB-01": 1})
    assert (mean_days(s.before), mean_days(s.after)) == (10, 2)
    assert standards.desk.row(STANDARD_ITEM, "SB-01").standard == s.id
    assert standards.desk.private[s.text_ref]["text"] == TEXT
    assert TEXT not in str(standards.desk.facts())


def test_nobody_approves_their_own_draft(standards) -> None:
    standards.note("leader")
    standards.draft("leader")
    standards.no("standard.own_draft", "pilot", "leader", **standards.period())
    assert "standard.pilot" not in standards.desk.offers("leader", STANDARD, standards.standard)
    standards.give("pilot", "second", **standards.period())
    standards.desk.tick(days=31)
    day = standards.desk.today.isoformat()
    refusal = standards.no("standard.own_draft", "publish", "leader", standards.compared(), valid_from=day)
    assert refusal.status == 403
    standards.give("publish", "second", standards.compared(), valid_from=day)


def test_who_rewrote_a_draft_is_an_author_too(standards) -> None:
    standards.note("clerk")
    standards.draft("leader")
    standards.no("standard.own_draft", "pilot", "leader", **standards.period())


def test_a_published_version_is_never_edited(standards) -> None:
    standards.piloted()
    body = {"title": "改写", "items": ["SB-01"], "text": TEXT}
    standards.no("standard.published_fixed", "draft", "clerk", **body)
    standards.publish()
    before = standards.s
    standards.no("standard.published_fixed", "draft", "clerk", **body)
    standards.no("standard.drop_before", "drop", reason="不要了")
    standards.desk.put({**standards.desk.guide(), "name": "改名"})
    standards.desk.tick(days=1)
    standards.desk.do("leader", "guide.publish", item="SB-01", valid_from=standards.desk.today.isoformat())
    assert standards.s == before, "bound to the version of its day"


def test_the_next_version_takes_the_place_of_the_one_it_follows(standards) -> None:
    standards.desk.publish(standards.desk.guide("SB-02"))
    standards.piloted(items=("SB-01", "SB-02"))
    standards.publish()
    first = standards.standard
    standards.piloted(follows=first)
    standards.publish()
    old = standards.desk.row(STANDARD, first)
    assert (old.status, old.superseded_by, standards.s.version) == ("SUPERSEDED", standards.standard, 2)
    assert standards.desk.row(STANDARD_ITEM, "SB-01").standard == standards.standard
    assert standards.desk.row(STANDARD_ITEM, "SB-02") is None, "what the new one leaves out is free"


def test_an_item_has_one_standard(standards) -> None:
    standards.piloted()
    standards.publish()
    standards.piloted()
    day = standards.desk.today.isoformat()
    standards.no("standard.item_bound", "publish", prepared=standards.compared(), valid_from=day)


def test_of_two_successors_one_is_published(standards) -> None:
    standards.piloted()
    standards.publish()
    first = standards.standard
    one = standards.note(follows=first)
    standards.draft()
    standards.give("pilot", **standards.period())
    standards.piloted(follows=first)
    standards.publish()
    standards.standard = one
    day = standards.desk.today.isoformat()
    refusal = standards.no("standard.not_in_force", "publish", prepared=standards.compared(), valid_from=day)
    assert refusal.status == 409
    body = {"title": "再来", "items": ["SB-01"], "text": TEXT, "follows": first}
    standards.desk.refused("standard.not_in_force", "clerk", "standard.note", **body)


def test_only_what_was_tried_is_published_and_not_before_the_pilot_is_over(standards) -> None:
    standards.note()
    day = standards.desk.today.isoformat()
    standards.no("standard.publish_piloted", "publish", prepared=standards.compared(), valid_from=day)
    standards.no("standard.pilot_drafted", "pilot", **standards.period())
    standards.draft()
    standards.give("pilot", **standards.period())
    standards.no("standard.pilot_running", "publish", prepared=standards.compared(), valid_from=day)
    standards.desk.tick(days=31)
    standards.no("standard.valid_from", "publish", prepared=standards.compared(), valid_from=day)
    day = standards.desk.today.isoformat()
    standards.no("standard.unmeasured", "publish", prepared=standards.compared(decided=0), valid_from=day)
    standards.give("publish", prepared=standards.compared(decided=0), valid_from=day, note="试点期无办件，依据来件趋势")


def test_a_pilot_has_a_period_and_one_before_it_to_compare_with(standards) -> None:
    standards.note()
    standards.draft()
    day = standards.desk.today
    standards.no("standard.pilot_period", "pilot", **standards.period(days=400))
    standards.no("standard.pilot_period", "pilot", **standards.period(days=-1))
    yesterday = (day - timedelta(days=1)).isoformat()
    standards.no("standard.pilot_period", "pilot", **standards.period(first=yesterday))
    standards.no("standard.before_period", "pilot", **standards.period(before_last=day.isoformat()))
    standards.no("case.area_unknown", "pilot", **standards.period(areas=["320199002"]))


def test_sent_back_withdrawn_dropped(standards) -> None:
    standards.note()
    standards.no("standard.no_pilot", "send_back", reason="再改")
    standards.draft()
    standards.give("pilot", **standards.period())
    standards.give("send_back", reason="再改一改")
    assert standards.s.status == "DRAFTED"
    assert [n.accounts for n in standards.desk.events[-1].data.summary.notices] == [("k1",)]
    standards.no("standard.not_in_force", "withdraw", reason="撤销")
    standards.give("drop", reason="不再推广")
    assert standards.s.status == "DROPPED"
    standards.piloted()
    standards.publish()
    standards.give("withdraw", reason="法规变化")
    assert standards.desk.row(STANDARD_ITEM, "SB-01") is None


def test_roles_areas_and_items(standards) -> None:
    body = {"title": "做法", "items": ["SB-01"], "text": TEXT}
    standards.desk.refused("access.area", "elsewhere", "standard.note", **body)
    standards.desk.refused("access.role", "body", "standard.note", **body)
    standards.desk.refused("standard.item_unknown", "clerk", "standard.note", **{**body, "items": ["NO"]})
    standards.desk.refused("case.item_twice", "clerk", "standard.note", **{**body, "items": ["SB-01", "SB-01"]})
    standards.note()
    standards.desk.refused("access.role", "clerk", "standard.drop", standard=standards.standard, reason="不要")
    standards.no("access.area", "drop", "elsewhere", reason="不要")
    standards.desk.refused("desk_standard.unknown", "leader", "standard.drop", standard="none", reason="不要")


# --- figures ---------------------------------------------------------------------------------------------------------

DAYS = st.integers(0, 60)
MONDAY = date(2026, 3, 2)


@st.composite
def ended_cases(draw):
    from datetime import UTC, datetime

    start = datetime(2026, 3, 2, 2, 0, tzinfo=UTC) + timedelta(days=draw(DAYS))
    decided = start + timedelta(days=draw(DAYS))
    delivered = decided + timedelta(days=draw(st.integers(0, 10)))
    return Case(
        id="c", number="n", status=draw(st.sampled_from(("DECIDED", "DELIVERED"))), item="SB-01", version=1,
        area="320199001", channel="WINDOW", opened_at=start, received_at=start, decided_at=decided, ended_at=delivered,
        visits=tuple(start.date() + timedelta(days=n) for n in range(draw(st.integers(0, 3)))),
    )  # fmt: skip


@given(st.lists(ended_cases(), max_size=8), DAYS, DAYS)
def test_two_periods_that_meet_add_up_to_the_whole(cases, one, more) -> None:
    middle = MONDAY + timedelta(days=one)
    last = middle + timedelta(days=more + 1)
    whole, left, right = (
        figures_of(cases, (), a, b, calendar())
        for a, b in ((MONDAY, last), (MONDAY, middle), (middle + timedelta(days=1), last))
    )
    for name in ("decided", "days", "done", "done_once"):
        assert getattr(whole, name) == getattr(left, name) + getattr(right, name)
    assert whole.done_once <= whole.done


def test_a_figure_without_a_denominator_is_null() -> None:
    empty = figures_of((), (), MONDAY, MONDAY, calendar())
    assert (mean_days(empty), first_visit_rate(empty), bad_share(empty)) == (None, None, None)
