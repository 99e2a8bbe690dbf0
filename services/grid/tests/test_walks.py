"""Random walks through the life cycle: whatever people try, what may never happen does not (domain rules 10.3)."""

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shuniu.chassis.context import Actor
from shuniu.rules.refusal import Refusal
from shuniu_grid.events.lifecycle import EVENT
from shuniu_grid.events.measures import RATES

BEFORE = {"sha256": "b" * 64, "size": 1000, "media_type": "image/jpeg"}
AFTER = {"sha256": "a" * 64, "size": 1000, "media_type": "image/jpeg"}
SCOPE = "320199001"
STATUSES = {s.id for s in EVENT.statuses}
MOVES = {m.event: m for m in EVENT.moves}
EVERY_ROLE = frozenset(role for m in EVENT.moves for role in m.roles)

# Three all-rounders, so that the same person may try to process, check and decide.
PEOPLE = [
    Actor(id="all-1", roles=EVERY_ROLE, areas=(SCOPE,), units=("cg",)),
    Actor(id="all-2", roles=EVERY_ROLE, areas=(SCOPE,), units=("water",)),
    Actor(id="all-3", roles=EVERY_ROLE, areas=(SCOPE,), units=()),
    # What concerns an enterprise is not for anybody who is a grid worker too.
    Actor(id="office", roles=EVERY_ROLE - {"grid_worker"}, areas=(SCOPE,), units=("cg",)),
    Actor(id="street", roles=EVERY_ROLE - {"grid_worker"}, areas=(SCOPE,), units=()),
]
REACTION = Actor(id="", kind="reaction")

photos = st.sampled_from([[], [AFTER]])
BODIES = {
    "verify": {},
    "file": {},
    "not_file": {"reason": st.sampled_from(["NOT_FOUND", "REPEAT"])},
    "categorise": {"category": st.sampled_from(["E0101", "E0501", "E9991"])},
    "self_handle": {"before": photos, "after": photos},
    "dispatch": {"unit": st.sampled_from(["cg", "water"])},
    "redispatch": {"unit": st.sampled_from(["cg", "water"]), "category": st.sampled_from(["", "E0104"])},
    "accept": {},
    "return": {"note": st.just("不属于本单位职责")},
    "accept_return": {},
    "refuse_return": {},
    "feed_back": {"after": photos},
    "ask_delay": {"until": st.sampled_from(["2026-11-25", "2026-12-10"]), "stamped_form": photos},
    "grant_delay": {},
    "refuse_delay": {},
    "ask_hang": {
        "reason": st.just("SEASONAL"),
        "review_on": st.sampled_from(["2026-12-01", "2027-02-01"]),
        "note": st.just("需整体改造"),
    },
    "hang": {},
    "refuse_hang": {},
    "revive": {},
    "start_check": {},
    "close": {"photos": photos},
    "send_back": {},
    "refer": {"reason": st.just("BEYOND_GRID")},
    "merge_duplicate": {"main": st.sampled_from(["twin", "elsewhere", "itself"])},
    "unmerge": {"note": st.just("并非同一处")},
}
ANSWERS = {
    "referral_taken": {"target": "/320199001/whistle", "kind": "whistle", "matter": "m", "number": "WS1"},
    "referral_settled": {},
    "referral_back": {"cause": "refused"},
}


@st.composite
def tries(draw):
    """One thing somebody tries: (actor, move, body, minutes that pass before)."""
    minutes = draw(st.sampled_from([0, 0, 5, 200, 2000]))
    if draw(st.integers(0, 9)) == 0:
        move = draw(st.sampled_from(sorted(ANSWERS)))
        return REACTION, move, ANSWERS[move], minutes
    move = draw(st.sampled_from(sorted(BODIES)))
    return draw(st.sampled_from(PEOPLE)), move, {k: draw(v) for k, v in BODIES[move].items()}, minutes


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    source=st.sampled_from(["GRID", "PUBLIC", "VIDEO"]),
    category=st.sampled_from(["E0102", "E9991"]),
    walk=st.lists(tries(), max_size=40),
)
def test_walks_stay_lawful(streets, source, category, walk):
    street = streets()
    event = street.reported(PEOPLE[0], source=source, category=category, clue=category == "E9991", photos=[BEFORE])
    twin, elsewhere = street.reported(category="E0102"), street.dispatched(category="C0101")
    mains = {"twin": twin, "elsewhere": elsewhere, "itself": event}
    for actor, move, body, minutes in walk:
        if move == "merge_duplicate":
            body = {"main": mains[body["main"]]}
        street.later(minutes=minutes)
        before, seen = street.event(event), len(street.events)
        target = {"event": event}
        if actor is REACTION:
            target = {"referral": f"{event}.{max(1, len(before.referrals))}", "made_by": "/320199001/grid"}
        try:
            street.do(actor, move, **target, **body)
        except Refusal as refusal:
            assert refusal.status in (403, 409, 422)
            assert msgspec.json.encode(street.event(event)) == msgspec.json.encode(before)
            assert len(street.events) == seen
            continue
        _lawful(street, event, before, move)
    _counted_once(street, event)
    _rates_stay_between_0_and_1(street)


def _lawful(street, event, before, move):
    row = street.event(event)
    assert row.status in STATUSES, "never an undeclared status"
    told = [e for e in street.types()[-3:] if e.startswith("event.")]
    if row.status != before.status:
        assert before.status in MOVES[move].sources
        begins_again = {"FILED", "VERIFYING", "REPORTED"} if move == "unmerge" else set()
        assert row.status in {MOVES[move].target} | begins_again
        assert told
    if row.status == "MERGED":
        main = street.event(row.merged_into)
        assert main.open or main.status in ("CLOSED", "NOT_FILED")
        assert main.id != row.id and main.status != "MERGED", "never into itself, never in a chain"
        assert [d.id for d in main.duplicates] == [row.id], "links both ways"
        assert not row.unit and not any(c.state == "running" for c in row.clocks), "nobody works on it any more"
    else:
        assert not row.merged_into
    if row.status == "CLOSED":
        assert row.after, "closing needs a photo after"
        assert row.steps[-1].actor not in row.processors, "the processor never checks"
        assert not any(c.state == "running" for c in row.clocks), "nothing runs on when it is over"
    if row.clue:
        assert not row.self_handled or before.self_handled, "a clue is never self-handled"
    assert row.delays <= 2
    running = [c.id for c in row.clocks if c.state == "running"]
    assert len(running) == len(set(running)) <= 1, "one limit at a time"
    if row.status == "FILED":
        assert "process" not in running, "the clock starts at dispatch"
    generations = [(c.id, c.generation) for c in row.clocks]
    assert len(generations) == len(set(generations))
    summaries = [e.data.summary.matter for e in street.events if e.correlationid == event]
    summary = summaries[-1]
    if summary is not None:
        assert summary.version == street.version(event)
        assert (summary.status, summary.open) == (row.status, row.open)


def _counted_once(street, event):
    """The ledger of the row is the sum of what its events told; a merged event counts as a report and nothing else."""
    row, told = street.event(event), {}
    for e in street.events:
        if e.correlationid == event:
            for m in e.data.summary.measures:
                told[m.name, m.on] = told.get((m.name, m.on), 0) + m.value
    kept = {}
    for c in row.counted:
        kept[c.name, c.on] = kept.get((c.name, c.on), 0) + c.value
    assert {k: v for k, v in told.items() if v} == {k: v for k, v in kept.items() if v}
    if row.status == "MERGED":
        assert {c.name for c in row.counted} <= {"grid.reported", "grid.clues", "grid.returned", "grid.merged"}


def _rates_stay_between_0_and_1(street):
    sums = {}
    for e in street.events:
        for m in e.data.summary.measures:
            for place in ("", m.dimensions["area"], m.dimensions.get("unit", "")):
                sums[m.name, m.on, place] = sums.get((m.name, m.on, place), 0) + m.value
    for on, place in {(on, place) for _, on, place in sums}:
        for name, rate in RATES.items():
            over = sum(sums.get((n, on, place), 0) for n in rate.numerator)
            under = sum(sums.get((n, on, place), 0) for n in rate.denominator)
            assert 0 <= over <= under, (name, on, place)


def test_every_status_can_be_reached_by_people(streets):
    for status in sorted(STATUSES):
        street = streets()
        assert street.event(street.in_status(status)).status == status
