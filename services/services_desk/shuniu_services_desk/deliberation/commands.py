"""Commands of a deliberation: agenda, roll, notice, attendance, votes, the count, the resolution (domain rules 10.10).

Nothing here decides for an assembly: attendance and votes are recorded by whoever keeps the minutes, counted exactly,
and the law's shares are compared. No vote is taken without a quorum, no proxy counts beyond the rule.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.counter import counter_key, next_number
from shuniu.chassis.decision import Decision, Emit, Private
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.chassis.terms import term_until
from shuniu.contracts.services_desk import deliberation as said
from shuniu.contracts.services_desk.deliberation import RollEntry
from shuniu.contracts.services_desk.needs import ClusterReleased, ClusterTakenUp, NeedReleased, NeedTakenUp
from shuniu.rules.calendar import local
from shuniu.rules.limits import deadline
from shuniu.rules.refusal import Conflict, FieldError, NotFound, Unprocessable

from shuniu_services_desk.deliberation import bodies as given
from shuniu_services_desk.deliberation.counting import forums, passed
from shuniu_services_desk.deliberation.kinds import DELIBERATION_ROW, ELECTOR, check
from shuniu_services_desk.deliberation.papers import PaperKind, document_key, paper
from shuniu_services_desk.deliberation.prepared import PreparedElectors, prepare_electors, prepare_paper, prepare_rules
from shuniu_services_desk.deliberation.state import Deliberation, Elector
from shuniu_services_desk.fields import Sealing, check_unit, wrong
from shuniu_services_desk.matter import may
from shuniu_services_desk.needs.clustering import needs_of, on_cluster
from shuniu_services_desk.needs.kinds import CLUSTER_ROW, NEED_ROW
from shuniu_services_desk.needs.lifecycles import CLUSTER, DECIDERS, SORTERS
from shuniu_services_desk.settings import profile_of

__all__ = ("COMMANDS", "release_events")

NUMBERS = "YS"
"""Prefix of agenda items' numbers (议事)."""
PURPOSE = "desk.deliberation"
_PART = 100
"""Electors of one event."""


def _prepared(ctx: Context) -> PreparedElectors:
    return ctx.prepared if isinstance(ctx.prepared, PreparedElectors) else PreparedElectors()


def _hash(typed: str, ctx: Context) -> str:
    return _prepared(ctx).electors.get(typed, typed)


def _elector_key(deliberation: str, typed: str, ctx: Context) -> Key:
    return ELECTOR.key(f"{deliberation}:{_hash(typed, ctx)}")


def _on(c: given.OnDeliberation, ctx: Context) -> Iterable[Key]:
    return (DELIBERATION_ROW.key(c.deliberation),)


def _need(rows: Rows, c: given.OnDeliberation, move: str, ctx: Context) -> Deliberation:
    d = rows.need(DELIBERATION_ROW, c.deliberation, c.expected_version, move)
    check(d, move, ctx)
    return d


def _say(d: Deliberation, facts: Sequence[Any], private: Sequence[Private] = (), more: Sequence[Emit] = ()) -> Decision:
    events = (*(Emit(f, (DELIBERATION_ROW.key(d.id),), d.area) for f in facts), *more)
    return Decision(events, tuple(private), {"deliberation": d.id, "number": d.number})


def _open_keys(c: given.Open, ctx: Context) -> Iterable[Key]:
    yield counter_key(NUMBERS, ctx.now)
    yield from on_cluster(c, ctx)  # type: ignore[arg-type]  # it names a cluster as those do


def open_(rows: Rows, c: given.Open, ctx: Context) -> Decision:
    """AGENDA; its needs that are sorted and not yet served stay as they are until it ends."""
    cluster = rows.need(CLUSTER_ROW, c.cluster, c.expected_version, "take_up")
    may(CLUSTER, cluster, "take_up", ctx)
    rule = (_prepared(ctx).forums or forums())[c.forum]
    if c.electorate not in rule.bodies:
        raise wrong("deliberation.body", "electorate", "value", "open", cluster.status, forum=c.forum)
    needs = [n for n in (rows.need(NEED_ROW, id_) for id_ in cluster.needs) if n.status == "CLUSTERED"]
    if not needs:
        raise Conflict("deliberation.nothing_open", state=cluster.status, event="open")
    deliberation = ctx.new_id()
    fact = said.DeliberationOpened(
        deliberation=deliberation,
        number=next_number(rows, NUMBERS, ctx.now),
        cluster=cluster.id,
        needs=tuple(n.id for n in needs),
        category=cluster.category,
        area=cluster.area,
        forum=c.forum,
        body=c.electorate,
        decision=c.decision,
        rule=str(rule),
        counted_by=rule.as_said,
    )
    on = (DELIBERATION_ROW.key(deliberation), counter_key(NUMBERS, ctx.now))
    events = [Emit(fact, on, cluster.area)]
    taken = ClusterTakenUp(cluster=cluster.id, deliberation=deliberation)
    events.append(Emit(taken, (CLUSTER_ROW.key(cluster.id),), cluster.area))
    events += [
        Emit(NeedTakenUp(need=n.id, cluster=cluster.id, deliberation=deliberation), (NEED_ROW.key(n.id),), n.area)
        for n in needs
    ]
    return Decision(tuple(events), (), {"deliberation": deliberation, "number": fact.number, "needs": len(needs)})


def _roll_keys(c: given.EnterRoll, ctx: Context) -> Iterable[Key]:
    yield DELIBERATION_ROW.key(c.deliberation)
    yield from (_elector_key(c.deliberation, e.elector, ctx) for e in c.electors)


def enter_roll(rows: Rows, c: given.EnterRoll, ctx: Context) -> Decision:
    """Every elector once, with an area exactly where area counts; everything wrong is told at once."""
    d = _need(rows, c, "enter_roll", ctx)
    rule, seen, errors = d.rule, set(), []
    for n, e in enumerate(c.electors):
        hashed = _hash(e.elector, ctx)
        if hashed in seen or rows.find(ELECTOR, f"{d.id}:{hashed}") is not None:
            errors.append(FieldError(f"electors.{n}.elector", "twice"))
        if (e.area > 0) != rule.by_area:
            errors.append(FieldError(f"electors.{n}.area", "missing" if rule.by_area else "not_taken"))
        seen.add(hashed)
    if errors:
        raise Unprocessable("deliberation.roll", state=d.status, event="enter_roll", fields=tuple(errors))
    entries = [RollEntry(_hash(e.elector, ctx), e.area) for e in c.electors]
    events = []
    for at in range(0, len(entries), _PART):
        part = tuple(entries[at : at + _PART])
        on = (DELIBERATION_ROW.key(d.id), *(ELECTOR.key(f"{d.id}:{e.elector}") for e in part))
        events.append(Emit(said.RollEntered(deliberation=d.id, electors=part), on, d.area))
    return Decision(tuple(events), (), {"deliberation": d.id, "number": d.number, "entered": len(entries)})


def set_parties(rows: Rows, c: given.SetParties, ctx: Context) -> Decision:
    """AGENDA → PARTIES_SET: from here on nobody comes into the roll any more."""
    d = _need(rows, c, "set_parties", ctx)
    for unit in c.units:
        check_unit(unit, "units", "set_parties", ctx)
    return _say(d, [said.DeliberationPartiesSet(deliberation=d.id, units=tuple(dict.fromkeys(c.units)))])


def notify(rows: Rows, c: given.Notify, ctx: Context) -> Decision:
    """→ NOTICED; the rule's days lie between the notice and the meeting, also when the day changes."""
    d = _need(rows, c, "notice", ctx)
    profile = profile_of(ctx)
    first = deadline(ctx.now, d.rule.notice, ctx.calendar, profile.hours).due_at
    if c.meeting_at < first:
        day = local(first).date().isoformat()
        raise wrong("deliberation.notice_period", "meeting_at", "too_early", "notice", d.status, first=day)
    sealing = Sealing(ctx)
    fact = said.DeliberationNoticed(
        deliberation=d.id,
        meeting_at=c.meeting_at,
        where_ref=sealing.text(c.venue, PURPOSE, d.id),
        term=term_until(ctx, "deliberation_meet", local(c.meeting_at).date(), profile, clocks=d.clocks),
    )
    return _say(d, [fact], sealing.private)


def _there(rows: Rows, d: Deliberation, typed: str, field: str, event: str, ctx: Context) -> Elector:
    found = rows.find(ELECTOR, f"{d.id}:{_hash(typed, ctx)}")
    if found is None:
        raise wrong("deliberation.not_on_roll", field, "unknown", event, d.status)
    return found


def _attend_keys(c: given.Attend, ctx: Context) -> Iterable[Key]:
    yield DELIBERATION_ROW.key(c.deliberation)
    yield from (_elector_key(c.deliberation, typed, ctx) for typed in (c.elector, *c.proxies))


def attend(rows: Rows, c: given.Attend, ctx: Context) -> Decision:
    """Each elector is there once, in person, in writing or by a proxy; nobody holds more proxies than the rule says."""
    d = _need(rows, c, "attend", ctx)
    rule = d.rule
    if len(c.proxies) > rule.proxies:
        params = {"most": rule.proxies}
        raise Conflict("deliberation.proxies", state=d.status, event="attend", params=params)
    if len({c.elector, *c.proxies}) != 1 + len(c.proxies):
        raise wrong("deliberation.attended", "proxies", "twice", "attend", d.status)
    who = [_there(rows, d, c.elector, "elector", "attend", ctx)]
    who += [_there(rows, d, p, f"proxies.{n}", "attend", ctx) for n, p in enumerate(c.proxies)]
    if any(e.present for e in who):
        raise Conflict("deliberation.attended", state=d.status, event="attend")
    entries = tuple(RollEntry(e.elector, e.area) for e in who)
    fact = said.ElectorAttended(deliberation=d.id, elector=entries[0], represents=entries[1:], in_writing=c.in_writing)
    # Electors' rows come first: who was there is nobody's timeline.
    on = (*(ELECTOR.key(f"{d.id}:{e.elector}") for e in entries), DELIBERATION_ROW.key(d.id))
    return Decision((Emit(fact, on, d.area),), (), {"deliberation": d.id, "present": d.present.heads + len(entries)})


def _paper_keys(c: given.OnDeliberation, ctx: Context) -> Iterable[Key]:
    yield DELIBERATION_ROW.key(c.deliberation)
    yield document_key(_prepared(ctx).code)


def _with_paper(d: Deliberation, kind: PaperKind, words: tuple[str, ...], ctx: Context) -> Any:
    return paper(d, kind, _prepared(ctx).code, words, ctx)


def hold(rows: Rows, c: given.Hold, ctx: Context) -> Decision:
    """NOTICED → DELIBERATED, not before the hour they were called for; the minutes are a document."""
    d = _need(rows, c, "hold", ctx)
    sealing = Sealing(ctx)
    options = tuple(
        said.OptionSet(str(n), sealing.text(words, PURPOSE, d.id)) for n, words in enumerate(c.options, start=1)
    )
    fact = said.DeliberationHeld(
        deliberation=d.id,
        options=options,
        minutes=_prepared(ctx).code,
        minutes_ref=sealing.text(c.minutes_text, PURPOSE, d.id),
    )
    listed = tuple(f"{n}. {words}" for n, words in enumerate(c.options, start=1))
    emits, private = _with_paper(d, "desk_minutes", (*listed, c.minutes_text), ctx)
    return _say(d, [fact], (*sealing.private, *private), emits)


def _vote_keys(c: given.Vote | given.VoidVote, ctx: Context) -> Iterable[Key]:
    return (DELIBERATION_ROW.key(c.deliberation), _elector_key(c.deliberation, c.elector, ctx))


def _cast(d: Deliberation, fact: said.VoteCast | said.VoteVoided, private: Sequence[Private] = ()) -> Decision:
    # The elector's row comes first: who voted how is nobody's timeline.
    on = (ELECTOR.key(f"{d.id}:{fact.elector.elector}"), DELIBERATION_ROW.key(d.id))
    return Decision((Emit(fact, on, d.area),), tuple(private), {"deliberation": d.id, "number": d.number})


def vote(rows: Rows, c: given.Vote, ctx: Context) -> Decision:
    """One vote for each elector who takes part, and only where enough do."""
    d = _need(rows, c, "vote", ctx)
    elector = _there(rows, d, c.elector, "elector", "vote", ctx)
    if not elector.present:
        raise Conflict("deliberation.not_there", state=d.status, event="vote")
    if elector.vote:
        raise Conflict("deliberation.voted", state=d.status, event="vote")
    if c.option.isdigit() and c.option not in {o.id for o in d.options}:
        raise wrong("deliberation.no_option", "option", "unknown", "vote", d.status)
    entry = RollEntry(elector.elector, elector.area)
    return _cast(d, said.VoteCast(deliberation=d.id, elector=entry, option=c.option))


def void_vote(rows: Rows, c: given.VoidVote, ctx: Context) -> Decision:
    """The vote stays on record with its reason and does not count."""
    d = _need(rows, c, "void_vote", ctx)
    elector = _there(rows, d, c.elector, "elector", "void_vote", ctx)
    if not elector.vote:
        raise NotFound("deliberation.no_vote", state=d.status, event="void_vote")
    sealing = Sealing(ctx)
    fact = said.VoteVoided(
        deliberation=d.id,
        elector=RollEntry(elector.elector, elector.area),
        option=elector.vote,
        reason_ref=sealing.text(c.reason, PURPOSE, d.id),
    )
    return _cast(d, fact, sealing.private)


def count(rows: Rows, c: given.OnDeliberation, ctx: Context) -> Decision:
    """DELIBERATED → VOTED: exactly, and only with a quorum."""
    d = _need(rows, c, "count", ctx)
    won = passed(d.rule, d.decision, d.present, d.tallies)
    fact = said.DeliberationCounted(
        deliberation=d.id, eligible=d.eligible, present=d.present, tallies=d.tallies, passed=won
    )
    decision = _say(d, [fact])
    return Decision(decision.events, (), {**decision.answer, "passed": won})


def resolve(rows: Rows, c: given.OnDeliberation, ctx: Context) -> Decision:
    """VOTED → RESOLUTION: what the assembly decided, on paper. It is theirs; this only counted."""
    d = _need(rows, c, "resolve", ctx)
    code = _prepared(ctx).code
    fact = said.DeliberationResolved(deliberation=d.id, option=d.passed, resolution=code)
    words = (f"{d.passed}. {_prepared(ctx).texts.get(d.passed, '')}",)
    emits, private = _with_paper(d, "desk_resolution", words, ctx)
    return _say(d, [fact], private, emits)


def _released(c: given.OnDeliberation, rows: Rows, ctx: Context) -> Iterable[Key]:
    d = rows.find(DELIBERATION_ROW, c.deliberation)
    if d is not None:
        yield CLUSTER_ROW.key(d.cluster)
        yield from (NEED_ROW.key(n) for n in d.needs)


def release_events(rows: Rows, d: Deliberation) -> tuple[Emit, ...]:
    """Cluster and needs are open again and have to be answered another way."""
    events = [Emit(ClusterReleased(cluster=d.cluster), (CLUSTER_ROW.key(d.cluster),), d.area)]
    for n in (rows.need(NEED_ROW, id_) for id_ in d.needs):
        events.append(Emit(NeedReleased(need=n.id, cluster=d.cluster), (NEED_ROW.key(n.id),), n.area))
    return tuple(events)


def end_not_passed(rows: Rows, c: given.OnDeliberation, ctx: Context) -> Decision:
    """VOTED → NOT_PASSED; nobody's need ends by it without a word."""
    d = _need(rows, c, "not_passed", ctx)
    return _say(d, [said.DeliberationNotPassed(deliberation=d.id)], (), release_events(rows, d))


def adjourn(rows: Rows, c: given.OnDeliberation, ctx: Context) -> Decision:
    """→ INQUORATE (流会): too few took part, so nothing was decided."""
    d = _need(rows, c, "adjourn", ctx)
    fact = said.DeliberationAdjourned(deliberation=d.id, eligible=d.eligible, present=d.present)
    return _say(d, [fact], (), release_events(rows, d))


def cancel(rows: Rows, c: given.Cancel, ctx: Context) -> Decision:
    """→ CANCELLED, before they met."""
    d = _need(rows, c, "cancel", ctx)
    sealing = Sealing(ctx)
    fact = said.DeliberationCancelled(deliberation=d.id, reason_ref=sealing.text(c.reason, PURPOSE, d.id))
    return _say(d, [fact], sealing.private, release_events(rows, d))


def release(rows: Rows, c: given.OnDeliberation, ctx: Context) -> Decision:
    """The resolution asks for no project: its needs are answered one by one."""
    d = _need(rows, c, "release", ctx)
    return _say(d, [said.DeliberationReleased(deliberation=d.id)], (), release_events(rows, d))


def _move(name: str, struct: type[msgspec.Struct], decide: Any, order: int, **rest: Any) -> Command[Any]:
    wanted = {"keys": _on, "kind": "deliberation", "matter_field": "deliberation", "roles": DECIDERS, **rest}
    return Command(f"deliberation.{name}", struct, decide=decide, order=order, **wanted)


_PAPER: dict[str, Any] = {"keys": _paper_keys, "prepare": prepare_paper, "tone": "primary"}
COMMANDS: tuple[Command[Any], ...] = (
    Command(
        "deliberation.open", given.Open, _open_keys, open_, prepare=prepare_rules, more_keys=needs_of, roles=DECIDERS,
        kind="need_cluster", matter_field="cluster", icon="people", order=330,
    ),
    _move("enter_roll", given.EnterRoll, enter_roll, 331, keys=_roll_keys, prepare=prepare_electors),
    _move("set_parties", given.SetParties, set_parties, 332, tone="primary"),
    _move("notice", given.Notify, notify, 333, tone="primary"),
    _move("attend", given.Attend, attend, 334, keys=_attend_keys, prepare=prepare_electors, roles=SORTERS),
    _move("hold", given.Hold, hold, 335, **_PAPER),
    _move("vote", given.Vote, vote, 336, keys=_vote_keys, prepare=prepare_electors, roles=SORTERS),
    _move("void_vote", given.VoidVote, void_vote, 337, keys=_vote_keys, prepare=prepare_electors, tone="danger"),
    _move("count", given.OnDeliberation, count, 338, tone="primary"),
    _move("resolve", given.OnDeliberation, resolve, 339, **_PAPER),
    _move("not_passed", given.OnDeliberation, end_not_passed, 340, more_keys=_released),
    _move("adjourn", given.OnDeliberation, adjourn, 341, more_keys=_released, tone="danger"),
    _move("cancel", given.Cancel, cancel, 342, more_keys=_released, tone="danger"),
    _move("release", given.OnDeliberation, release, 343, more_keys=_released),
)  # fmt: skip
