"""Votes by code (凭码投票): a resident without an account votes once with a code given to them in person (10.11).

Somebody of the street or a community sees who they are. The citizen number becomes a keyed hash, and of that and the
round an opaque voter: one person is one voter however often they come, so the day's cap holds over all their codes.
A code is one vote. It is worked out from the deployment's key when it is shown to who gave it out, and stands in no
fact, no log and no answer; what finds it again is a keyed hash of it.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.keyed import KeyedHash, keyed
from shuniu.chassis.rows import Happening, Index, Key, RowKind, Rows
from shuniu.chassis.service import Command
from shuniu.chassis.state import load_row
from shuniu.contracts.volunteer import awards as said
from shuniu.rules.areas import within
from shuniu.rules.refusal import Conflict, Forbidden, NotFound

from shuniu_volunteer.awards.bodies import GiveCode, VoidCode, VoteByCode
from shuniu_volunteer.awards.lifecycle import ROUND
from shuniu_volunteer.awards.state import ROUND_KIND, VOTES, AwardRound, votes_id
from shuniu_volunteer.awards.voting import PURPOSE, voted
from shuniu_volunteer.fields import Sealing, business_day, wrong
from shuniu_volunteer.volunteers.person import wrong_citizen_id
from shuniu_volunteer.volunteers.state import IDENTITY
from shuniu_volunteer.volunteers.volunteer import VOLUNTEER

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("CODE", "COMMANDS", "VOTER", "Given", "Shown", "VoteCode", "Voter", "code_of", "may_give", "row_key")

_CODE, _ROW, _VOTER = "vote-code", "vote-code-row", "voter"


class Voter(msgspec.Struct, frozen=True, kw_only=True):
    """One person in one round, known by an opaque id. ``given`` codes so far; only the last one may be open."""

    round: str
    area: str
    given: int = 0
    open: bool = False
    by: str = ""
    """Who gave the last code out, the only one it is shown to."""


class VoteCode(msgspec.Struct, frozen=True):
    """What a code is for: whose it is, and which of theirs. The row's key is a keyed hash of the code."""

    round: str
    voter: str
    serial: int


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """Worked out before a code is given: who they are in this round, the code's row, who has that citizen number."""

    voter: str
    serial: int
    row: str
    identity: str


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """Worked out before a code is used: its row, and what that says."""

    row: str
    round: str = ""
    voter: str = ""


def code_of(hashes: KeyedHash, award: str, voter: str, serial: int) -> str:
    """The code: 60 bits in groups of four, the letters A to Z and 2 to 7."""
    plain = hashes.token(_CODE, f"{award}:{voter}:{serial}", 12).upper()
    return "-".join(plain[i : i + 4] for i in range(0, 12, 4))


def row_key(hashes: KeyedHash, code: str) -> str:
    """The row a code is found by; case, spaces and hyphens make no difference, nor do 0 for O, 1 for I and 8 for B."""
    plain = code.upper().replace("-", "").replace(" ", "").translate(str.maketrans("018", "OIB"))
    return hashes.token(_ROW, plain, 40)


def _evolve_voter(row: Voter | None, f: Any, h: Happening) -> Voter | None:
    match f:
        case said.AwardVoteCodeGiven():
            return Voter(round=f.round, area=f.area, given=f.serial, open=True, by=h.actor)
        case said.AwardVoted() | said.AwardVoteCodeVoided() if row is not None:
            return replace(row, open=False)
    return row


def _evolve_code(row: VoteCode | None, f: Any, h: Happening) -> VoteCode | None:
    return VoteCode(f.round, f.voter, f.serial) if isinstance(f, said.AwardVoteCodeGiven) else row


VOTER: RowKind[Voter] = RowKind(
    "award_voter",
    Voter,
    "award_voter",
    _evolve_voter,
    index=lambda row: Index("OPEN" if row.open else "", row.area, row.by),
)
CODE: RowKind[VoteCode] = RowKind("award_code", VoteCode, "award_code", _evolve_code)


# ---- giving a code out ----------------------------------------------------------------------------------------------


async def _work_out(c: GiveCode, host: "Host") -> Given:
    hashes = keyed(host)
    person = hashes.of_number(c.citizen_id)
    voter = hashes.token(_VOTER, f"{c.round}:{person}")
    held = await load_row(host.pool, VOTER, voter)
    serial = (held[0].given if held else 0) + 1
    code = code_of(hashes, c.round, voter, serial)
    return Given(voter=voter, serial=serial, row=row_key(hashes, code), identity=person)


def _given(ctx: Context) -> Given:
    assert isinstance(ctx.prepared, Given)
    return ctx.prepared


def _give_keys(c: GiveCode, ctx: Context) -> Iterable[Key]:
    g = _given(ctx)
    return (ROUND_KIND.key(c.round), VOTER.key(g.voter), CODE.key(g.row), IDENTITY.key(g.identity))


def _give_more(c: GiveCode, rows: Rows, ctx: Context) -> Iterable[Key]:
    holder = rows.find(IDENTITY, _given(ctx).identity)
    return (VOLUNTEER.key(holder.volunteer),) if holder else ()


def may_give(row: AwardRound, move: str, ctx: Context) -> None:
    """The street, or a community within the round's area."""
    ROUND.check_role(move, ctx.actor.roles, "access.role")
    if not ctx.actor.covers(row.area) and not any(within(area, row.area) for area in ctx.actor.areas):
        raise Forbidden("access.area", state=row.status, event=move, params={"area": row.area})
    ROUND.check(row.status, move)


def give(rows: Rows, c: GiveCode, ctx: Context) -> Decision:
    """One code more for one verified person; an unused one of theirs holds no longer."""
    event = "give_vote_code"
    row = rows.need(ROUND_KIND, c.round)
    may_give(row, event, ctx)
    if wrong_citizen_id(c.citizen_id):
        raise wrong("award.voter_identity", "citizen_id", "check_digit", event, row.status)
    if not c.identity_seen:
        raise wrong("award.voter_identity", "identity_seen", "missing", event, row.status)
    g = _given(ctx)
    voter = rows.find(VOTER, g.voter)
    if g.serial != (voter.given if voter else 0) + 1:
        raise Conflict("award.code_given_meanwhile", state=row.status, event=event)
    holder = rows.find(IDENTITY, g.identity)
    volunteer = rows.find(VOLUNTEER, holder.volunteer) if holder else None
    if volunteer is not None and volunteer.active and volunteer.account:
        # One person, one voter: whoever can sign in votes that way, and that way only.
        raise Conflict("award.votes_by_account", state=row.status, event=event)
    fact = said.AwardVoteCodeGiven(round=row.id, voter=g.voter, serial=g.serial, area=row.area)
    emit = Emit(fact, (VOTER.key(g.voter), CODE.key(g.row)), row.area)
    return Decision((emit,), (), {"round": row.id, "number": row.number, "voter": g.voter})


def _void_keys(c: VoidCode, ctx: Context) -> Iterable[Key]:
    return (ROUND_KIND.key(c.round), VOTER.key(c.voter))


def void(rows: Rows, c: VoidCode, ctx: Context) -> Decision:
    """An unused code holds no longer; that it was given stays on record, with the reason."""
    event = "void_vote_code"
    row = rows.need(ROUND_KIND, c.round)
    may_give(row, event, ctx)
    voter = rows.find(VOTER, c.voter)
    if voter is None or voter.round != row.id or not voter.open:
        raise NotFound("award.no_code", state=row.status, event=event)
    sealing = Sealing(ctx)
    fact = said.AwardVoteCodeVoided(round=row.id, voter=c.voter, reason_ref=sealing.text(c.reason, PURPOSE))
    emit = Emit(fact, (VOTER.key(c.voter),), row.area)
    return Decision((emit,), sealing.private, {"round": row.id, "number": row.number})


# ---- voting with it -------------------------------------------------------------------------------------------------


async def _find(c: VoteByCode, host: "Host") -> Shown:
    row = row_key(keyed(host), c.code)
    held = await load_row(host.pool, CODE, row)
    return Shown(row=row, round=held[0].round, voter=held[0].voter) if held else Shown(row=row)


def _shown(ctx: Context) -> Shown:
    assert isinstance(ctx.prepared, Shown)
    return ctx.prepared


def _vote_keys(c: VoteByCode, ctx: Context) -> Iterable[Key]:
    s = _shown(ctx)
    yield CODE.key(s.row)
    if s.round:
        yield ROUND_KIND.key(s.round)
        yield VOTER.key(s.voter)
        yield VOTES.key(votes_id(s.round, s.voter, business_day(ctx.now)))


def vote_by_code(rows: Rows, c: VoteByCode, ctx: Context) -> Decision:
    """The code is spent with the vote. ``candidate`` is the number on the public list."""
    event = "vote_by_code"
    s = _shown(ctx)
    code, voter = rows.find(CODE, s.row), rows.find(VOTER, s.voter) if s.voter else None
    if code is None or voter is None:
        raise NotFound("award.code_unknown", event=event)
    row = rows.need(ROUND_KIND, code.round)
    ROUND.check(row.status, event)
    if code.serial != voter.given or not voter.open:
        raise Conflict("award.code_spent", state=row.status, event=event)
    if not 1 <= c.candidate <= len(row.nominees):
        raise wrong("award.no_nominee", "candidate", "unknown", event, row.status)
    return voted(rows, row, row.nominees[c.candidate - 1], s.voter, event, ctx, VOTER.key(s.voter))


def _on_round(name: str, struct: type[msgspec.Struct], decide: Any, order: int, **rest: Any) -> Command[Any]:
    return Command(
        f"volunteer.{name}",
        struct,
        decide=decide,
        roles=ROUND.move(name).roles,
        kind="award_round",
        matter_field="round",
        order=order,
        **rest,
    )


COMMANDS: tuple[Command[Any], ...] = (
    _on_round("give_vote_code", GiveCode, give, 131, keys=_give_keys, more_keys=_give_more, prepare=_work_out),
    _on_round("void_vote_code", VoidCode, void, 132, keys=_void_keys, tone="danger"),
    Command(
        "volunteer.vote_by_code",
        VoteByCode,
        _vote_keys,
        vote_by_code,
        public=True,
        prepare=_find,
        icon="star",
        surfaces=("phone",),
        order=133,
    ),
)
