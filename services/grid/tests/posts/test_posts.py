"""Grid posts (domain rules 2.11, 2.14, 12): one head, vacancies, rosters, leave, hand-over, what is posted."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shuniu.chassis.context import Actor
from shuniu.rules.refusal import Refusal
from shuniu_grid.posts.assign import POST, OpenMatter, held_on
from shuniu_grid.posts.duty import DUTY, SHIFT, Duty, Shift, overlapping
from shuniu_grid.posts.handover import HANDOVER
from shuniu_grid.posts.staffing import STAFFING, Held, Staffing, alarms, holders, required, vacancies

GRID = "320199001001001"
DEDICATED = "320199001001501"
COMMUNITY = "320199001001"


def assign(street, kind="FULL", account="a1", area=GRID, **more):
    return street.do(street.people.registrar, "assign_post", area=area, kind=kind, account=account, **more).answer[
        "post"
    ]


def shifts(*days, start="09:00", end="17:00"):
    return [{"day": f"2026-11-{d:02d}", "start": start, "end": end} for d in days]


def plan(street, post, *days, **more):
    return street.do(street.people.registrar, "plan_shifts", post=post, shifts=shifts(*days, **more))


def new_grid(street, code=GRID, **more):
    registrar = street.people.registrar
    street.do(registrar, "import_areas", areas=[{"code": code, "title": {"zh": "网格", "en": "Grid"}, **more}])


def wake(street, kind, id_):
    """What the timer of a row does."""
    from shuniu.chassis.processor import FIRE_TIMER, FireTimer
    from shuniu.contracts.envelope import CloudEvent

    batch = street._batch()
    fire = FireTimer(kind=kind.name, matter=id_, name="", generation=1)
    work = batch.decide(FIRE_TIMER, fire, street.context(Actor(id="", kind="timer")), "", "")
    with pytest.raises(StopIteration):
        work.send(None)
    street.events += [msgspec.json.decode(e.envelope, type=CloudEvent) for e in batch.events]


# One head, a full-time worker ----------------------------------------------------------------------------------------


def test_a_grid_has_one_head(street, refused):
    post = assign(street, "HEAD", "h1")
    refused("grid.head_taken", 409, assign, street, "HEAD", "h2")
    assign(street, "FULL", "f1")
    assign(street, "FULL", "f2")
    street.do(street.people.registrar, "end_post", post=post, valid_to="2026-11-30")
    refused("grid.head_taken", 409, assign, street, "HEAD", "h2", valid_from="2026-11-30")
    assign(street, "HEAD", "h2", valid_from="2026-12-01")
    row = street.rows[STAFFING.key(GRID)].row
    assert [h.account for h in holders(row, "HEAD", date(2026, 11, 30))] == ["h1"]
    assert [h.account for h in holders(row, "HEAD", date(2026, 12, 1))] == ["h2"]


def test_every_term_of_a_post_is_remembered(street):
    registrar = street.people.registrar
    post = assign(street, valid_from="2026-03-01")
    street.do(registrar, "end_post", post=post, valid_to="2026-06-30")
    assign(street, valid_from="2026-09-01")
    row = street.rows[POST.key(post)].row
    assert [held_on(row, date(2026, m, 15)) for m in (2, 5, 8, 10)] == [False, True, False, True]


def test_every_grid_needs_a_head_and_a_comprehensive_one_a_full_time_worker():
    assert required(GRID) == ("HEAD", "FULL")
    assert required(DEDICATED) == ("HEAD",)
    assert required(COMMUNITY) == ()


# Vacancies -----------------------------------------------------------------------------------------------------------


def test_a_vacancy_is_an_alarm_after_the_configured_days_and_said_once(street):
    street.settings = msgspec.structs.replace(street.settings, fill_within_days=5)
    new_grid(street)
    row = street.rows[STAFFING.key(GRID)].row
    assert {(t.name.split("/")[1], t.due_at) for t in STAFFING.timers(row)} == {
        ("HEAD", datetime(2026, 11, 27, 16, 0, tzinfo=UTC)),
        ("FULL", datetime(2026, 11, 27, 16, 0, tzinfo=UTC)),
    }, "the fifth midnight in Shanghai"
    assign(street, "HEAD", "h1")
    since = len(street.events)
    street.later(days=4)
    wake(street, STAFFING, GRID)
    assert street.types(since) == []
    street.later(days=1)
    wake(street, STAFFING, GRID)
    wake(street, STAFFING, GRID)
    assert street.types(since) == ["post.vacant.v1"]
    summary = street.events[-1].data.summary
    notice = summary.notices[0]
    assert (notice.why, notice.areas, "registrar" in notice.roles) == ("overdue", (GRID,), True)
    assert [(m.name, m.dimensions["post"]) for m in summary.measures] == [("grid.vacancy_alarms", "FULL")]
    assert STAFFING.timers(street.rows[STAFFING.key(GRID)].row) == []


def test_a_post_that_ends_begins_a_vacancy_and_a_stand_in_fills_it(street):
    new_grid(street)
    assign(street, "HEAD", "h1")
    post = assign(street, "FULL", "f1")
    registrar = street.people.registrar
    street.do(registrar, "name_stand_in", post=post, account="f2", first="2026-12-01", last="2026-12-20")
    street.do(registrar, "end_post", post=post, valid_to="2026-11-30")
    row = street.rows[STAFFING.key(GRID)].row
    assert vacancies(row) == [("FULL", date(2026, 12, 21), None)]
    assert street.events[-1].data.summary.notices[0].text == "notice.post_ended"


def test_a_grid_that_has_ended_needs_nobody(street):
    new_grid(street, valid_from="2026-01-01")
    street.do(street.people.registrar, "retire_area", code=GRID, valid_to="2026-11-25")
    row = street.rows[STAFFING.key(GRID)].row
    assert {v.until for v in vacancies(row)} == {date(2026, 11, 25)}
    assert STAFFING.timers(row) == [], "it ends before the days are over"


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["HEAD", "FULL"]), st.integers(0, 60), st.none() | st.integers(0, 30)), max_size=6
    ),
    st.none() | st.integers(0, 80),
)
def test_on_every_day_a_required_post_is_held_or_vacant(terms, closed):
    opened = date(2026, 1, 1)
    held = tuple(
        Held(
            post=f"p{n}",
            kind=kind,
            account=f"a{n}",
            first=opened + timedelta(days=first),
            last=None if length is None else opened + timedelta(days=first + length),
        )
        for n, (kind, first, length) in enumerate(terms)
    )
    end = None if closed is None else opened + timedelta(days=closed)
    row = Staffing(area=GRID, opened=opened, closed=end, held=held, days=7)
    found = vacancies(row)
    for n in range(100):
        day = opened + timedelta(days=n)
        for kind in required(GRID):
            free = [v for v in found if v.kind == kind and v.since <= day and (v.until is None or day <= v.until)]
            wanted = (end is None or day <= end) and not holders(row, kind, day)
            assert len(free) == int(wanted)
    for vacancy, on in alarms(row):
        assert on == vacancy.since + timedelta(days=7)
        assert not holders(row, vacancy.kind, on)


# Rosters -------------------------------------------------------------------------------------------------------------


def test_a_roster_is_planned_by_day_and_grid(street):
    post = assign(street)
    answer = plan(street, post, 24, 25, 26)
    rows = [street.rows[SHIFT.key(s)].row for s in answer.answer["shifts"]]
    assert [(r.day.day, r.area, r.account, r.start, r.end) for r in rows] == [
        (d, GRID, "a1", 540, 1020) for d in (24, 25, 26)
    ]
    street.do(street.people.registrar, "cancel_shift", shift=rows[0].id)
    assert len(street.rows[DUTY.key("a1")].row.shifts) == 2


def test_nobody_is_in_two_places_at_once(street, refused):
    here = assign(street)
    there = assign(street, area="320199001001002")
    plan(street, here, 24)
    refused("grid.shift_twice", 409, plan, street, there, 24, start="16:00", end="20:00")
    plan(street, there, 24, start="17:00", end="20:00")
    refused("grid.shift_twice", 409, plan, street, here, 25, 25)
    night = plan(street, here, 26, start="22:00", end="06:00")
    assert street.rows[SHIFT.key(night.answer["shifts"][0])].row.end == 30 * 60
    refused("grid.shift_twice", 409, plan, street, there, 27, start="05:00", end="09:00")
    refused("grid.shift_hours", 422, plan, street, here, 28, start="06:00", end="23:00")


def test_nobody_is_on_duty_while_away_or_without_the_post(street, refused):
    post = assign(street, valid_from="2026-11-24")
    street.do(street.people.registrar, "grant_leave", post=post, first="2026-11-26", last="2026-11-27")
    refused("grid.shift_on_leave", 409, plan, street, post, 27)
    refused("grid.shift_without_post", 409, plan, street, post, 23)
    plan(street, post, 25, 28)


def test_leave_over_planned_shifts_needs_a_stand_in_who_takes_them(street, refused):
    post = assign(street)
    planned = plan(street, post, 24, 25, 26).answer["shifts"]
    registrar = street.people.registrar
    leave = {"post": post, "first": "2026-11-25", "last": "2026-11-26"}
    refused("grid.leave_uncovered", 409, street.do, registrar, "grant_leave", **leave)
    refused("grid.stand_in_is_another", 422, street.do, registrar, "grant_leave", **leave, stand_in="a1")
    answer = street.do(registrar, "grant_leave", **leave, stand_in="a2").answer
    assert answer["passed_on"] == 2
    assert [street.rows[SHIFT.key(s)].row.account for s in planned] == ["a1", "a2", "a2"]
    assert len(street.rows[DUTY.key("a2")].row.shifts) == 2
    refused("grid.leave_twice", 409, street.do, registrar, "grant_leave", **leave, stand_in="a3")
    street.do(registrar, "withdraw_leave", post=post, leave=answer["leave"])
    assert street.rows[DUTY.key("a1")].row.leaves == ()


def test_a_stand_in_who_is_busy_or_away_is_none(street, refused):
    post = assign(street)
    other = assign(street, account="a2", area="320199001001002")
    plan(street, post, 25)
    plan(street, other, 25)
    registrar = street.people.registrar
    leave = {"post": post, "first": "2026-11-25", "last": "2026-11-25", "stand_in": "a2"}
    refused("grid.shift_twice", 409, street.do, registrar, "grant_leave", **leave)
    away = assign(street, account="a3", area="320199001001002")
    street.do(registrar, "grant_leave", post=away, first="2026-11-20", last="2026-11-30")
    refused("grid.shift_on_leave", 409, street.do, registrar, "grant_leave", **{**leave, "stand_in": "a3"})


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 1439), st.integers(1, 960)), max_size=12))
def test_whatever_is_planned_no_minute_has_two_shifts(wanted):
    duty = Duty(account="a")
    for n, (day, start, length) in enumerate(wanted):
        shift = Shift(
            id=str(n),
            post="p",
            area=GRID,
            account="a",
            day=date(2026, 11, 1) + timedelta(days=day),
            start=start,
            end=start + length,
        )
        if overlapping(duty, shift) is None:
            duty = msgspec.structs.replace(duty, shifts=(*duty.shifts, shift))
    minutes = [m for s in duty.shifts for m in range(*s.span)]
    assert len(minutes) == len(set(minutes))


# Hand-over -----------------------------------------------------------------------------------------------------------

OPEN = (OpenMatter("e-1", "WG261123-0001"), OpenMatter("e-2", "WG261123-0002"))


def hand_over(street, post, taker="a2", prepared=OPEN, **more):
    body = {"post": post, "taker": taker, "on": "2026-12-01", **more}
    return street.do(street.people.registrar, "open_handover", prepared, **body)


def as_account(account, *roles):
    return Actor(id=account, roles=frozenset(roles or ("grid_worker",)), areas=(GRID,))


def test_a_post_with_open_duties_ends_only_after_a_hand_over(street, refused):
    post = assign(street)
    registrar = street.people.registrar
    refusal = refused(
        "grid.post_hand_over_first", 409, street.do, registrar, "end_post", OPEN, post=post, valid_to="2026-11-30"
    )
    assert [f.field for f in refusal.fields] == [m.number for m in OPEN]
    order = hand_over(street, post).matter.id
    street.do(as_account("a1"), "confirm_handover", handover=order)
    refused("grid.post_hand_over_first", 409, street.do, registrar, "end_post", OPEN, post=post)
    street.do(as_account("a2"), "confirm_handover", handover=order)
    street.do(registrar, "end_post", OPEN, post=post, valid_to="2026-11-30")


def test_planned_shifts_are_open_duties_too_and_a_stand_in_is_enough(street, refused):
    post = assign(street)
    street.do(
        street.people.registrar,
        "plan_shifts",
        post=post,
        shifts=[{"day": "2026-12-02", "start": "09:00", "end": "12:00"}],
    )
    ending = {"post": post, "valid_to": "2026-11-30"}
    refused("grid.post_hand_over_first", 409, street.do, street.people.registrar, "end_post", **ending)
    street.do(street.people.registrar, "name_stand_in", post=post, account="a2", first="2026-12-01", last="2026-12-31")
    street.do(street.people.registrar, "end_post", OPEN, **ending)


def test_both_sides_confirm_and_the_taker_gets_the_shifts(street, refused):
    post = assign(street)
    registrar = street.people.registrar
    days = [{"day": f"2026-{m}", "start": "09:00", "end": "12:00"} for m in ("11-30", "12-01", "12-02")]
    planned = street.do(registrar, "plan_shifts", post=post, shifts=days).answer["shifts"]
    answer = hand_over(street, post, items="钥匙三把、巡查终端一台")
    assert answer.answer["matters"] == [m.number for m in OPEN]
    assert (answer.matter.number, answer.answer["shifts"]) == ("JJ261123-0001", 2)
    order = answer.matter.id
    refused("grid.handover_of_others", 403, street.do, as_account("a9"), "confirm_handover", handover=order)
    street.do(as_account("a2"), "confirm_handover", handover=order)
    refused("grid.handover_confirmed_once", 409, street.do, as_account("a2"), "confirm_handover", handover=order)
    street.do(as_account("a1"), "confirm_handover", handover=order)
    row = street.rows[HANDOVER.key(order)].row
    assert (row.status, row.confirmed) == ("HANDED_OVER", ("TAKER", "GIVER"))
    assert [street.rows[SHIFT.key(s)].row.account for s in planned] == ["a1", "a2", "a2"]
    refused("grid.handover_is_over", 409, street.do, registrar, "withdraw_handover", handover=order)


def test_a_hand_over_links_its_matters_and_keeps_its_list_private(street):
    post = assign(street)
    hand_over(street, post, items="张三家备用钥匙")
    event = street.events[-1]
    assert [link.matter for link in event.data.summary.links] == [m.id for m in OPEN]
    assert event.data.summary.notices[0].accounts == ("a1", "a2")
    assert "张三" not in msgspec.json.encode(event).decode()
    assert street.private[-1][1].fields == {"text": "张三家备用钥匙"}


def test_one_hands_over_ones_own_post(street, refused):
    post = assign(street)
    body = {"post": post, "taker": "a2", "on": "2026-12-01"}
    refused("grid.handover_of_own_post", 403, street.do, as_account("a9"), "open_handover", **body)
    refused("grid.stand_in_is_another", 422, street.do, as_account("a1"), "open_handover", **{**body, "taker": "a1"})
    assert street.do(as_account("a1"), "open_handover", **body).matter.kind == "post_handover"


def test_only_who_has_a_side_is_offered_to_confirm(street):
    order = hand_over(street, assign(street)).matter.id
    row = street.rows[HANDOVER.key(order)].row

    def offered(actor):
        return [o.action for o in HANDOVER.face.offers(row, street.context(actor))]

    assert offered(as_account("a1")) == ["grid.confirm_handover"]
    assert offered(as_account("a9")) == []
    assert offered(street.people.registrar) == ["grid.withdraw_handover"]


# Public posting ------------------------------------------------------------------------------------------------------

POSTING = {"display_name": "周师傅", "phone": "025-5550123", "supervision_phone": "025-5550100"}


def publish(street, post, **more):
    return street.do(
        street.people.registrar, "publish_post", post=post, **{**POSTING, "basis": "STATUTORY_DUTY", **more}
    )


def test_a_posting_carries_a_reference_and_no_person(street):
    post = assign(street)
    publish(street, post)
    event = street.events[-1]
    raw = msgspec.json.encode(event).decode()
    assert not any(value in raw for value in POSTING.values())
    (_, private) = street.private[-1]
    assert (dict(private.fields), private.purpose, private.basis) == (POSTING, "grid-public-posting", "STATUTORY_DUTY")
    assert msgspec.json.decode(event.data.fact)["ref"] == private.ref


def test_consent_names_its_version_and_may_be_withdrawn_by_the_person(street, refused):
    post = assign(street)
    refused("grid.posting_consent", 422, publish, street, post, basis="CONSENT")
    publish(street, post, basis="CONSENT", consent_version="posting-2026-1")
    with pytest.raises(Refusal):
        street.do(as_account("a9"), "unpublish_post", post=post)
    street.do(as_account("a1"), "unpublish_post", post=post)
    assert street.rows[POST.key(post)].row.posting is None
    assert msgspec.json.decode(street.events[-1].data.fact)["reason"] == "CONSENT_WITHDRAWN"
    refused("grid.posting_none", 409, street.do, street.people.registrar, "unpublish_post", post=post)


def test_what_a_statute_asks_to_post_does_not_go_by_a_withdrawn_consent(street, refused):
    post = assign(street)
    publish(street, post)
    refused("grid.posting_by_statute", 409, street.do, as_account("a1"), "unpublish_post", post=post)
    street.do(street.people.registrar, "unpublish_post", post=post)


def test_a_posting_goes_when_the_post_ends(street):
    post = assign(street)
    publish(street, post)
    street.do(street.people.registrar, "end_post", post=post)
    assert street.types()[-2:] == ["post.ended.v1", "posting.withdrawn.v1"]
    assert street.rows[POST.key(post)].row.posting is None


# Spreadsheet ---------------------------------------------------------------------------------------------------------


def test_a_sheet_of_posts_is_taken_whole_or_not_at_all(street, refused):
    registrar = street.people.registrar
    rows = [
        {"area": GRID, "kind": "HEAD", "account": "h1"},
        {"area": GRID, "kind": "FULL", "account": "f1"},
        {"area": GRID, "kind": "HEAD", "account": "h2"},
        {"area": "320199001001077", "kind": "HEAD", "account": "h3"},
    ]
    before = len(street.events)
    refusal = refused("grid.posts_import", 422, street.do, registrar, "import_posts", rows=rows)
    assert refusal.fields == (("rows.2.area", "head_taken"), ("rows.3.area", "unknown_area"))
    assert len(street.events) == before
    assert street.do(registrar, "import_posts", rows=rows[:2]).answer["outcomes"] == "nn"
    assert street.do(registrar, "import_posts", rows=rows[:2]).answer["outcomes"] == "uu"
