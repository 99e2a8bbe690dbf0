"""One vote of one voter, however they are known: by account or by a code (domain rules 10.11)."""

from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.rows import Key, Rows
from shuniu.contracts.volunteer import awards as said
from shuniu.rules.refusal import Conflict, Forbidden

from shuniu_volunteer.awards.state import ROUND_KIND, VOTES, AwardRound, Nominee, votes_id
from shuniu_volunteer.fields import business_day

__all__ = ("PURPOSE", "voted")

PURPOSE = "volunteer.awards"


def voted(rows: Rows, row: AwardRound, n: Nominee, voter: str, event: str, ctx: Context, *also: Key) -> Decision:
    """So many votes a day, each nominee once, never for oneself. ``also`` are further rows the vote evolves."""
    if n.state != "QUALIFIED":
        raise Conflict("award.not_qualified", state=row.status, event=event)
    if n.account and n.account == voter:
        raise Forbidden("award.own", state=row.status, event=event)
    on = business_day(ctx.now)
    key = VOTES.key(votes_id(row.id, voter, on))
    given = rows.find(VOTES, key.id)
    if given is not None and len(given.nominees) >= row.day_votes:
        raise Conflict("award.voted_today", state=row.status, event=event, params={"most": row.day_votes})
    if given is not None and n.id in given.nominees:
        raise Conflict("award.voted_for_them", state=row.status, event=event)
    by_code = voter if also else ""
    # The vote comes first: who voted for whom is nobody's timeline.
    on_rows = (key, ROUND_KIND.key(row.id), *also)
    emit = Emit(said.AwardVoted(round=row.id, nominee=n.id, on=on, voter=by_code), on_rows, row.area)
    return Decision((emit,), (), {"round": row.id, "number": row.number})
