"""Life cycles as data: what a move needs, what a sound life cycle is, and random walks through one."""

import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shuniu.rules.lifecycle import IllegalMove, Lifecycle, LifecycleError, Move, Status, mermaid
from shuniu.rules.refusal import Forbidden, Refusal

DUTY = ("duty_officer",)
STREET = ("street_clerk",)

# A callout of a whistle, domain rules 10.1, shortened
CALLOUT = Lifecycle(
    kind="callout",
    initial="PENDING",
    statuses=(
        Status("PENDING", True, "waiting", "sign"),
        Status("OBJECTED", True, "waiting", "sign"),
        Status("SIGNED", True, "active", "contact"),
        Status("CONTACTED", True, "active", "report"),
        Status("REPORTED", True, "active", "work"),
        Status("FINISHED", False, "done", "done"),
        Status("WITHDRAWN", False, "stopped", "done"),
    ),
    moves=(
        Move("call", (), "PENDING", (), "callout.called_once"),
        Move("sign", ("PENDING",), "SIGNED", DUTY, "callout.sign_when_pending", "sign"),
        Move("object", ("PENDING", "SIGNED"), "OBJECTED", DUTY, "callout.object_before_contact"),
        Move("uphold", ("OBJECTED",), "PENDING", ("district_coordinator",), "callout.uphold_objection"),
        Move("accept", ("OBJECTED",), "WITHDRAWN", ("district_coordinator",), "callout.accept_objection"),
        Move("contact", ("SIGNED",), "CONTACTED", DUTY, "callout.contact_after_sign", "contact"),
        Move("report", ("CONTACTED",), "REPORTED", STREET, "callout.street_confirms", "report"),
        Move("note", ("REPORTED", "FINISHED"), None, DUTY, "callout.note_when_present"),
        Move("finish", ("REPORTED",), "FINISHED", DUTY, "callout.finish_after_report"),
    ),
)


def test_a_legal_move_is_answered_with_its_target_and_limit() -> None:
    move = CALLOUT.check("PENDING", "sign")
    assert (move.target, move.limit) == ("SIGNED", "sign")
    assert CALLOUT.after("SIGNED", "object") == "OBJECTED"
    assert CALLOUT.after("REPORTED", "note") == "REPORTED"
    assert CALLOUT.after(None, "call") == "PENDING"
    assert CALLOUT.move("report") is CALLOUT.moves[6]
    assert CALLOUT.status("SIGNED").stage == "contact"


@pytest.mark.parametrize(
    ("status", "event", "rule"),
    [
        ("CONTACTED", "object", "callout.object_before_contact"),
        ("PENDING", "contact", "callout.contact_after_sign"),
        ("FINISHED", "finish", "callout.finish_after_report"),
        ("PENDING", "call", "callout.called_once"),
        (None, "sign", "callout.sign_when_pending"),
        ("PENDING", "teleport", "lifecycle.no_such_move"),
        ("NOWHERE", "sign", "callout.sign_when_pending"),
    ],
)
def test_an_illegal_move_names_status_event_and_rule(status: str | None, event: str, rule: str) -> None:
    with pytest.raises(IllegalMove) as refused:
        CALLOUT.check(status, event)
    refusal = refused.value
    assert isinstance(refusal, Refusal)
    assert (refusal.status, refusal.state, refusal.event, refusal.rule) == (409, status, event, rule)
    assert refusal.params == {"kind": "callout", "state": status or "", "event": event}


def test_a_move_is_made_by_its_roles_only() -> None:
    assert CALLOUT.check_role("sign", {"duty_officer", "operator"}).event == "sign"
    with pytest.raises(Forbidden) as refused:
        CALLOUT.check_role("report", ["duty_officer"])
    assert (refused.value.status, refused.value.rule, refused.value.event) == (403, "callout.street_confirms", "report")
    with pytest.raises(Forbidden, match=r"access\.role"):
        CALLOUT.check_role("report", [], rule="access.role")
    with pytest.raises(Forbidden):  # no person may cause what follows from another move
        CALLOUT.check_role("call", ["duty_officer", "street_clerk"])


def test_moves_offered_in_a_status() -> None:
    assert [m.event for m in CALLOUT.moves_from("PENDING")] == ["sign", "object"]
    assert [m.event for m in CALLOUT.moves_from(None)] == ["call"]
    assert [m.event for m in CALLOUT.moves_from("FINISHED")] == ["note"]


def test_a_sound_life_cycle_is_valid_and_wholly_reachable() -> None:
    CALLOUT.validate()
    assert CALLOUT.reachable() == {s.id for s in CALLOUT.statuses}


def test_unknown_names_are_errors_of_the_program() -> None:
    with pytest.raises(KeyError):
        CALLOUT.move("teleport")
    with pytest.raises(KeyError):
        CALLOUT.status("NOWHERE")


A, B, Z = Status("A", True, "active", "x"), Status("B", True, "active", "x"), Status("Z", False, "done", "x")
GO, END = Move("go", ("A",), "B", (), "r"), Move("end", ("B",), "Z", (), "r")


@pytest.mark.parametrize(
    ("initial", "statuses", "moves", "problem"),
    [
        ("A", (A, B, Z), (GO, END, Move("fly", ("A",), "Q", (), "r")), "fly names unknown status Q"),
        ("A", (A, B, Z), (GO, END, Move("fly", ("Q",), "A", (), "r")), "fly names unknown status Q"),
        ("Q", (A, B, Z), (GO, END), "first status Q is unknown"),
        ("A", (A, A, B, Z), (GO, END), "status A occurs twice"),
        ("A", (A, B, Z), (GO, GO, END), "event go occurs twice"),
        ("A", (A, B, Z), (GO, END, Move("open", (), None, (), "r")), "open opens the matter but leads nowhere"),
        ("A", (A, B, Z, Status("L", False, "done", "x")), (GO, END), "status L cannot be reached"),
        ("A", (A, B, Z), (GO, END, Move("back", ("Z",), "A", (), "r")), "back leads out of final status Z"),
        ("A", (A, B, Z), (GO, Move("end", ("A",), "Z", (), "r")), "status B can never end"),
        ("Z", (Z,), (), "first status Z is final"),
    ],
)
def test_an_unsound_life_cycle_says_what_is_wrong(
    initial: str, statuses: tuple[Status, ...], moves: tuple[Move, ...], problem: str
) -> None:
    with pytest.raises(LifecycleError) as refused:
        Lifecycle("k", initial, statuses, moves).validate()
    assert problem in refused.value.problems


def test_a_final_status_may_still_take_remarks() -> None:
    Lifecycle("k", "A", (A, B, Z), (GO, END, Move("remark", ("Z",), None, (), "r"))).validate()


@given(st.lists(st.sampled_from([*(m.event for m in CALLOUT.moves), "teleport"]), max_size=40))
def test_random_walks_stay_in_the_declared_statuses_and_never_leave_a_final_one(events: list[str]) -> None:
    here: str | None = None
    for event in events:
        try:
            there = CALLOUT.after(here, event)
        except IllegalMove as refusal:
            assert (refusal.state, refusal.event) == (here, event)
            assert event not in [m.event for m in CALLOUT.moves_from(here)]
            continue
        assert there in CALLOUT.reachable()
        if here is not None and not CALLOUT.status(here).open:
            assert there == here
        here = there


@st.composite
def lifecycles(draw: st.DrawFn) -> Lifecycle:
    ids = [f"S{i}" for i in range(draw(st.integers(1, 6)))]
    statuses = tuple(Status(i, draw(st.booleans()), "active", "x") for i in ids)
    moves = tuple(
        Move(
            f"e{n}",
            tuple(draw(st.lists(st.sampled_from(ids), min_size=1, max_size=3, unique=True))),
            draw(st.sampled_from([*ids, None])),
            (),
            "r",
        )
        for n in range(draw(st.integers(0, 10)))
    )
    return Lifecycle("random", ids[0], statuses, moves)


@given(lifecycles(), st.data())
def test_whatever_passes_validation_can_end_from_wherever_a_walk_gets(
    lifecycle: Lifecycle, data: st.DataObject
) -> None:
    try:
        lifecycle.validate()
    except LifecycleError as error:
        assert error.problems
        return
    here = lifecycle.initial
    for _ in range(data.draw(st.integers(0, 10))):
        moves = lifecycle.moves_from(here)
        if not moves:
            break
        here = lifecycle.after(here, data.draw(st.sampled_from(moves)).event)
    seen, frontier = {here}, [here]
    while frontier:
        at = frontier.pop()
        for move in lifecycle.moves_from(at):
            if move.target is not None and move.target not in seen:
                seen.add(move.target)
                frontier.append(move.target)
    assert any(not lifecycle.status(s).open for s in seen)


def test_a_life_cycle_travels_as_json() -> None:
    assert msgspec.json.decode(msgspec.json.encode(CALLOUT), type=Lifecycle) == CALLOUT


def test_mermaid_draws_every_move_once_per_source() -> None:
    text = mermaid(CALLOUT)
    assert text.startswith("stateDiagram-v2\n    [*] --> PENDING: call\n")
    assert "    PENDING --> SIGNED: sign [sign]\n" in text
    assert "    FINISHED --> [*]\n" in text
    assert "    note right of REPORTED: note\n" in text
    drawn = re.findall(r"^    (\w+) --> (\w+): (\w+)", text, re.M)
    declared = [(s, m.target, m.event) for m in CALLOUT.moves if m.target for s in m.sources]
    assert sorted(drawn) == sorted(declared)


def test_mermaid_starts_at_the_first_status_where_no_move_opens_the_matter() -> None:
    assert mermaid(Lifecycle("k", "A", (A, B, Z), (GO, END))).splitlines()[1] == "    [*] --> A"


def test_only_a_move_that_says_so_leads_out_of_a_final_status() -> None:
    statuses = (Status("OPEN", True, "active", "a"), Status("MERGED", False, "stopped", "b"))
    merge = Move("merge", ("OPEN",), "MERGED", (), "r")
    for reopens in (True, False):
        undone = Move("unmerge", ("MERGED",), "OPEN", (), "r", reopens=reopens)
        lifecycle = Lifecycle("k", "OPEN", statuses, (merge, undone))
        if reopens:
            lifecycle.validate()
        else:
            with pytest.raises(LifecycleError, match="unmerge leads out of final status MERGED"):
                lifecycle.validate()
