"""Commands of an award round (domain rules 10.11, 13: the sponsor gives the name and nothing else)."""

from collections.abc import Iterable
from typing import Any

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.counter import counter_key, next_number
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.contracts.volunteer import awards as said
from shuniu.rules.areas import within
from shuniu.rules.limits import Limit, deadline
from shuniu.rules.refusal import Conflict, Forbidden, NotFound

from shuniu_volunteer.association.units import MEMBER_UNIT
from shuniu_volunteer.awards.bodies import (
    Appoint,
    CancelAward,
    Nominate,
    Object,
    OnJuror,
    OnNominee,
    OnRound,
    PlanAward,
    Qualify,
    RuleObjection,
    Score,
    VoidVote,
    Weigh,
)
from shuniu_volunteer.awards.lifecycle import ROUND
from shuniu_volunteer.awards.state import ROUND_KIND, VOTES, AwardRound, Nominee, votes_id
from shuniu_volunteer.awards.voting import PURPOSE, voted
from shuniu_volunteer.fields import Sealing, business_day, wrong
from shuniu_volunteer.settings import profile_of, settings_of

__all__ = ("COMMANDS", "may")

NUMBERS = "ZM"
MOST_NOMINEES = 200


def may(row: AwardRound, move: str, ctx: Context) -> None:
    """Role and area where a role is asked for; the status; what the round itself asks for."""
    if ROUND.move(move).roles:
        ROUND.check_role(move, ctx.actor.roles, "access.role")
        if move != "score_nominee" and not ctx.actor.covers(row.area):
            raise Forbidden("access.area", state=row.status, event=move, params={"area": row.area})
    ROUND.check(row.status, move)
    if move == "score_nominee" and row.juror(ctx.actor.id) is None:
        raise Forbidden("award.not_in_jury", state=row.status, event=move)
    if move == "confirm_award" and (row.notice_until is None or ctx.now < row.notice_until):
        raise Conflict("award.notice_runs", state=row.status, event=move)
    if move == "object" and (row.notice_until is None or ctx.now >= row.notice_until):
        raise Conflict("award.notice_over", state=row.status, event=move)


def _on(c: Any, ctx: Context) -> Iterable[Key]:
    return (ROUND_KIND.key(c.round),)


def _need(rows: Rows, c: Any, move: str, ctx: Context) -> AwardRound:
    row = rows.need(ROUND_KIND, c.round)
    may(row, move, ctx)
    return row


def _known(row: AwardRound, nominee: str, move: str) -> Nominee:
    found = row.nominee(nominee)
    if found is None:
        raise NotFound("award.no_nominee", state=row.status, event=move)
    return found


def _say(row: AwardRound, fact: said.AwardFact, sealing: Sealing | None = None, **answer: Any) -> Decision:
    emit = Emit(fact, (ROUND_KIND.key(row.id),), row.area)
    return Decision((emit,), sealing.private if sealing else (), {"round": row.id, "number": row.number, **answer})


def _weights(votes: int, jury: int, event: str) -> said.Weights:
    if votes + jury != 100:
        raise wrong("award.weights", "jury_share", "value", event)
    return said.Weights(votes=votes, jury=jury)


def _plan_keys(c: PlanAward, ctx: Context) -> Iterable[Key]:
    yield counter_key(NUMBERS, ctx.now)
    if c.sponsor_unit:
        yield MEMBER_UNIT.key(c.sponsor_unit)


def plan(rows: Rows, c: PlanAward, ctx: Context) -> Decision:
    """AW_PLANNED; the sponsor is a member of the association that sponsors."""
    event = "plan_award"
    ctx.actor.require_area(c.area)
    if not within(c.area, ctx.scope):
        raise wrong("award.elsewhere", "area", "area_outside", event)
    if c.sponsor_unit:
        unit = rows.find(MEMBER_UNIT, c.sponsor_unit)
        if unit is None or not unit.active or not unit.sponsor:
            raise wrong("award.sponsor", "sponsor_unit", "value", event)
    new, number = ctx.new_id(), next_number(rows, NUMBERS, ctx.now)
    fact = said.AwardPlanned(
        round=new,
        number=number,
        area=c.area,
        year=c.year,
        award_name=c.award_name.strip(),
        sponsor=c.sponsor_unit,
        weights=_weights(c.vote_share, c.jury_share, event),
        winners=c.winners,
        day_votes=c.day_votes,
    )
    emit = Emit(fact, (ROUND_KIND.key(new), counter_key(NUMBERS, ctx.now)), c.area)
    return Decision((emit,), (), {"round": new, "number": number})


def weigh(rows: Rows, c: Weigh, ctx: Context) -> Decision:
    """Not once nominations have ended."""
    row = _need(rows, c, "weigh_award", ctx)
    return _say(row, said.AwardWeighted(round=row.id, weights=_weights(c.vote_share, c.jury_share, "weigh_award")))


def nominate(rows: Rows, c: Nominate, ctx: Context) -> Decision:
    """By anybody who is signed in; names and deeds are sealed until there is consent."""
    row = _need(rows, c, "nominate", ctx)
    if len(row.nominees) >= MOST_NOMINEES:
        raise Conflict("award.full", state=row.status, event="nominate")
    if c.nominee_account and any(n.account == c.nominee_account for n in row.nominees):
        raise Conflict("award.nominated_already", state=row.status, event="nominate")
    sealing, nominee = Sealing(ctx), ctx.new_id()
    person = {"nominee_name": c.nominee_name.strip(), "nominee_phone": c.nominee_phone, "deed": c.deed.strip()}
    ref = sealing.keep(person, PURPOSE, "CONSENT", 3, matter=row.id)
    fact = said.AwardNominated(
        round=row.id, nominee=nominee, person_ref=ref, employer=c.employer, account=c.nominee_account
    )
    return _say(row, fact, sealing, nominee=nominee)


def _step(move: str, fact: type[said.AwardFact], check: Any = None) -> Any:
    """A move that says no more than that it was made."""

    def decide(rows: Rows, c: OnRound, ctx: Context) -> Decision:
        row = _need(rows, c, move, ctx)
        if check is not None:
            check(row, move)
        return _say(row, fact(round=row.id))

    return decide


def _somebody(row: AwardRound, move: str) -> None:
    if not row.nominees:
        raise Conflict("award.nobody", state=row.status, event=move)


def _all_looked_at(row: AwardRound, move: str) -> None:
    if any(n.state == "NOMINATED" for n in row.nominees):
        raise Conflict("award.qualify_all", state=row.status, event=move)
    if not row.qualified:
        raise Conflict("award.nobody", state=row.status, event=move)


def _jury_sits(row: AwardRound, move: str) -> None:
    if not row.jury and row.weights.jury:
        raise Conflict("award.jury_missing", state=row.status, event=move)


def qualify(rows: Rows, c: Qualify, ctx: Context) -> Decision:
    """Nobody goes on without consent; the paper shows it."""
    row = _need(rows, c, "qualify_nominee", ctx)
    n = _known(row, c.nominee, "qualify_nominee")
    if n.account and n.account == ctx.actor.id:
        raise Forbidden("award.own", state=row.status, event="qualify_nominee")
    if c.named and not c.paper:
        raise wrong("award.consent_paper", "paper", "missing", "qualify_nominee")
    fact = said.AwardNomineeQualified(
        round=row.id, nominee=n.id, credit=c.credit, discipline=c.discipline, consent=c.named
    )
    return _say(row, fact)


def withdraw(rows: Rows, c: OnNominee, ctx: Context) -> Decision:
    """At any time, by the nominee or by a clerk they asked; their data are destroyed."""
    row = rows.need(ROUND_KIND, c.round)
    n = _known(row, c.nominee, "withdraw_nominee")
    if not (n.account and n.account == ctx.actor.id):
        ctx.actor.require_role("street_clerk")
        ctx.actor.require_area(row.area)
    if n.state == "OUT" and not n.consent:
        raise Conflict("award.withdrawn_already", state=row.status, event="withdraw_nominee")
    fact = said.AwardConsentWithdrawn(round=row.id, nominee=n.id)
    emit = Emit(fact, (ROUND_KIND.key(row.id),), row.area, forget=(n.person_ref,))
    return Decision((emit,), (), {"round": row.id, "number": row.number})


def _vote_keys(c: OnNominee, ctx: Context) -> Iterable[Key]:
    yield ROUND_KIND.key(c.round)
    yield VOTES.key(votes_id(c.round, ctx.actor.id, business_day(ctx.now)))


def vote(rows: Rows, c: OnNominee, ctx: Context) -> Decision:
    """One person, one account: so many votes a day, each nominee once, never for oneself."""
    row = _need(rows, c, "vote", ctx)
    n = _known(row, c.nominee, "vote")
    return voted(rows, row, n, ctx.actor.id, "vote", ctx)


def _void_keys(c: VoidVote, ctx: Context) -> Iterable[Key]:
    yield from (ROUND_KIND.key(c.round), VOTES.key(votes_id(c.round, c.voter, c.on)))


def void_vote(rows: Rows, c: VoidVote, ctx: Context) -> Decision:
    """The vote stays on record and does not count; it is not given back either."""
    row = _need(rows, c, "void_vote", ctx)
    key = VOTES.key(votes_id(row.id, c.voter, c.on))
    given = rows.find(VOTES, key.id)
    if given is None or c.nominee not in given.nominees or c.nominee in given.void:
        raise NotFound("award.no_vote", state=row.status, event="void_vote")
    sealing = Sealing(ctx)
    fact = said.AwardVoteVoided(
        round=row.id, voter=c.voter, on=c.on, nominee=c.nominee, reason_ref=sealing.text(c.reason, PURPOSE)
    )
    emit = Emit(fact, (key, ROUND_KIND.key(row.id)), row.area)
    return Decision((emit,), sealing.private, {"round": row.id, "number": row.number})


def appoint(rows: Rows, c: Appoint, ctx: Context) -> Decision:
    """Nobody of the sponsor's, no nominee, nobody twice."""
    row = _need(rows, c, "appoint_juror", ctx)
    if row.sponsor and c.employer == row.sponsor:
        raise Conflict("award.sponsor_in_jury", state=row.status, event="appoint_juror")
    if row.juror(c.account) is not None or any(n.account == c.account for n in row.nominees):
        raise Conflict("award.juror_twice", state=row.status, event="appoint_juror")
    return _say(row, said.AwardJurorAppointed(round=row.id, account=c.account, employer=c.employer))


def dismiss(rows: Rows, c: OnJuror, ctx: Context) -> Decision:
    """Their scores go with them."""
    row = _need(rows, c, "dismiss_juror", ctx)
    if row.juror(c.account) is None:
        raise NotFound("award.no_juror", state=row.status, event="dismiss_juror")
    return _say(row, said.AwardJurorDismissed(round=row.id, account=c.account))


def score(rows: Rows, c: Score, ctx: Context) -> Decision:
    """Never somebody of one's own unit; whoever acts for the sponsor does not score at all, whatever was recorded."""
    row = _need(rows, c, "score_nominee", ctx)
    n, juror = _known(row, c.nominee, "score_nominee"), row.juror(ctx.actor.id)
    if row.sponsor and ctx.actor.acts_for(row.sponsor):
        raise Forbidden("award.sponsor_in_jury", state=row.status, event="score_nominee")
    own = juror is not None and n.employer and (n.employer == juror.employer or ctx.actor.acts_for(n.employer))
    if own or (n.account and n.account == ctx.actor.id):
        raise Forbidden("award.own_unit", state=row.status, event="score_nominee")
    if n.state != "QUALIFIED":
        raise Conflict("award.not_qualified", state=row.status, event="score_nominee")
    return _say(row, said.AwardScored(round=row.id, nominee=n.id, score=c.score))


def post(rows: Rows, c: OnRound, ctx: Context) -> Decision:
    """AW_NOTICE: the first of the ranking, for at least five working days; everybody was scored."""
    row = _need(rows, c, "post_award", ctx)
    if not row.qualified:
        raise Conflict("award.nobody", state=row.status, event="post_award")
    if row.weights.jury and any(not n.scores for n in row.qualified):
        raise Conflict("award.score_all", state=row.status, event="post_award")
    limit = Limit.parse(settings_of(ctx).award_notice)
    until = deadline(ctx.now, limit, ctx.calendar, profile_of(ctx).hours).due_at
    winners = tuple(n.id for n in row.ranking[: row.places])
    return _say(row, said.AwardNoticed(round=row.id, winners=winners, notice_until=until))


def object_(rows: Rows, c: Object, ctx: Context) -> Decision:
    """Within the notice, to one of those posted."""
    row = _need(rows, c, "object", ctx)
    if c.nominee not in row.winners:
        raise NotFound("award.no_nominee", state=row.status, event="object")
    sealing, objection = Sealing(ctx), ctx.new_id()
    fact = said.AwardObjected(
        round=row.id, objection=objection, nominee=c.nominee, reason_ref=sealing.text(c.reason, PURPOSE)
    )
    return _say(row, fact, sealing, objection=objection)


def rule(rows: Rows, c: RuleObjection, ctx: Context) -> Decision:
    """By a leader who neither objected nor is objected to."""
    row = _need(rows, c, "rule_objection", ctx)
    found = next(o for o in row.objections if o.state == "OPEN")
    n = row.nominee(found.nominee)
    if found.by == ctx.actor.id or (n is not None and n.account and n.account == ctx.actor.id):
        raise Forbidden("award.own", state=row.status, event="rule_objection")
    sealing = Sealing(ctx)
    fact = said.AwardObjectionRuled(
        round=row.id, objection=found.id, upheld=c.upheld, reason_ref=sealing.text(c.reason, PURPOSE)
    )
    return _say(row, fact, sealing)


def confirm(rows: Rows, c: OnRound, ctx: Context) -> Decision:
    """AW_CONFIRMED: not before the notice has ended; who consents no more is not among them."""
    row = _need(rows, c, "confirm_award", ctx)
    winners = tuple(n.id for n in row.nominees if n.id in row.winners and n.consent)
    if not winners:
        raise Conflict("award.nobody", state=row.status, event="confirm_award")
    return _say(row, said.AwardConfirmed(round=row.id, winners=winners))


def award(rows: Rows, c: OnRound, ctx: Context) -> Decision:
    """AW_AWARDED."""
    row = _need(rows, c, "award", ctx)
    return _say(row, said.AwardAwarded(round=row.id, on=business_day(ctx.now)))


def cancel(rows: Rows, c: CancelAward, ctx: Context) -> Decision:
    """Before anything was posted."""
    row = _need(rows, c, "cancel_award", ctx)
    return _say(row, said.AwardCancelled(round=row.id, reason=c.reason))


def _roles(name: str) -> tuple[str, ...]:
    return next((m.roles for m in ROUND.moves if m.event == name), ())


def _move(name: str, struct: type[msgspec.Struct], decide: Any, order: int, **rest: Any) -> Command[Any]:
    given = {"keys": _on, "kind": "award_round", "matter_field": "round", "roles": _roles(name), **rest}
    return Command(f"volunteer.{name}", struct, decide=decide, order=order, **given)


COMMANDS: tuple[Command[Any], ...] = (
    Command(
        "volunteer.plan_award",
        PlanAward,
        _plan_keys,
        plan,
        roles=("street_clerk",),
        opens="award_round",
        surfaces=("board",),
        icon="star",
        order=110,
    ),
    _move("weigh_award", Weigh, weigh, 111),
    _move("open_nominations", OnRound, _step("open_nominations", said.AwardNominating), 112, tone="primary"),
    _move("nominate", Nominate, nominate, 113, surfaces=("matter", "phone")),
    _move("close_nominations", OnRound, _step("close_nominations", said.AwardQualifying, _somebody), 114),
    _move("qualify_nominee", Qualify, qualify, 115),
    _move("withdraw_nominee", OnNominee, withdraw, 116, tone="danger"),
    _move("open_vote", OnRound, _step("open_vote", said.AwardVoting, _all_looked_at), 117, tone="primary"),
    _move("vote", OnNominee, vote, 118, keys=_vote_keys, surfaces=("matter", "phone")),
    _move("void_vote", VoidVote, void_vote, 119, keys=_void_keys, tone="danger"),
    _move("appoint_juror", Appoint, appoint, 120),
    _move("dismiss_juror", OnJuror, dismiss, 121),
    _move("open_jury", OnRound, _step("open_jury", said.AwardJudging, _jury_sits), 122, tone="primary"),
    _move("score_nominee", Score, score, 123, tone="primary"),
    _move("post_award", OnRound, post, 124, tone="primary"),
    _move("object", Object, object_, 125, surfaces=("matter", "phone")),
    _move("rule_objection", RuleObjection, rule, 126),
    _move("confirm_award", OnRound, confirm, 127, tone="primary"),
    _move("award", OnRound, award, 128, tone="primary"),
    _move("archive_award", OnRound, _step("archive_award", said.AwardArchived), 129),
    _move("cancel_award", CancelAward, cancel, 130, tone="danger"),
)
