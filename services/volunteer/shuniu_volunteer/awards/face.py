"""What the world sees of a round: its name, its step, how many stand for it. Names only where there is consent."""

from collections.abc import Sequence

from shuniu.chassis.context import Context
from shuniu.chassis.decision import Detail, DetailField, DetailRow, DetailSection, Offer
from shuniu.contracts.envelope import Fact, move_of
from shuniu.contracts.summary import MatterSummary, MeasureSummary, Notice, StepSummary, Summary, Visibility
from shuniu.contracts.volunteer import awards as said
from shuniu.rules.refusal import Refusal

from shuniu_volunteer.awards.codes import may_give
from shuniu_volunteer.awards.commands import may
from shuniu_volunteer.awards.lifecycle import ROUND
from shuniu_volunteer.awards.state import AwardRound
from shuniu_volunteer.fields import business_day

__all__ = ("detail", "offers", "summarise", "visibility")

_BY_CODE = ("give_vote_code", "void_vote_code")
_PER_NOMINEE = ("qualify_nominee", "vote", "score_nominee", "object")


def _notices(row: AwardRound, f: Fact) -> tuple[Notice, ...]:
    match f:
        case said.AwardJudging():
            return (Notice(why="assigned", text="notice.award_judging", accounts=tuple(j.account for j in row.jury)),)
        case said.AwardObjected():
            roles = ROUND.move("rule_objection").roles
            return (Notice(why="assigned", text="notice.award_objected", roles=roles, areas=(row.area,)),)
        case said.AwardAwarded():
            accounts = tuple(n.account for n in row.nominees if n.id in row.winners and n.account)
            return (Notice(why="changed", text="notice.award_awarded", accounts=accounts),) if accounts else ()
    return ()


def visibility(row: AwardRound) -> Visibility:
    """Who may read it."""
    return Visibility(areas=(row.area,), roles=("jury",))


def summarise(row: AwardRound, f: Fact, ctx: Context) -> Summary:
    """The domain-free part of one event."""
    posted = row.status in ("AW_NOTICE", "AW_OBJECTION", "AW_RULED")
    matter = MatterSummary(
        kind=ROUND.kind,
        id=row.id,
        number=row.number,
        version=0,
        title=f"{row.award_name} · {row.year}",
        status=row.status,
        open=row.ended_at is None,
        opened_at=row.opened_at,
        closed_at=row.ended_at,
        due_at=row.notice_until if posted else None,
        clock="award_notice" if posted else "",
        area=row.area,
        lead_unit=row.sponsor,
        visibility=Visibility(areas=(row.area,), roles=("jury",)),
    )
    measures: tuple[MeasureSummary, ...] = ()
    if isinstance(f, said.AwardAwarded):
        on = business_day(ctx.now)
        value = len(row.winners)
        measures = (MeasureSummary(name="volunteer.awards_given", value=value, on=on, dimensions={"area": row.area}),)
    return Summary(matter=matter, step=StepSummary(move=move_of(f)), measures=measures, notices=_notices(row, f))


def offers(row: AwardRound, ctx: Context) -> Sequence[Offer]:
    """The moves this person may make now; of moves on a nominee one for each they may make it on."""
    found: list[Offer] = []
    for move in ROUND.moves_from(row.status):
        if move.event == "vote_by_code":
            continue  # of nobody who signed in
        try:
            (may_give if move.event in _BY_CODE else may)(row, move.event, ctx)
        except Refusal:
            continue
        action, prefill = f"volunteer.{move.event}", {"round": row.id}
        if move.event in _PER_NOMINEE:
            among = [n for n in row.nominees if n.id in row.winners] if move.event == "object" else row.nominees
            wanted = "NOMINATED" if move.event == "qualify_nominee" else "QUALIFIED"
            own = ctx.actor.id
            found += [
                Offer(action=action, prefill={**prefill, "nominee": n.id}, fixed=("round", "nominee"))
                for n in among
                if n.state == wanted and n.account != own
            ]
        else:
            found.append(Offer(action=action, prefill=prefill, fixed=("round",)))
    return tuple(found)


def detail(row: AwardRound, ctx: Context) -> Detail:
    """Nominees with votes and points; the name opened by the chassis, masked for who may not see it."""
    opened: dict[str, dict[str, str]] = ctx.prepared or {}
    fields = (
        DetailField(label="award.sponsor", value=row.sponsor, kind="unit"),
        DetailField(label="award.weights", value=f"{row.weights.votes}% / {row.weights.jury}%"),
        DetailField(label="award.places", value=str(row.places)),
        DetailField(label="award.jury", value=str(len(row.jury))),
        DetailField(
            label="award.notice_until", value=row.notice_until.isoformat() if row.notice_until else "", kind="time"
        ),
    )
    rows = []
    for n in row.nominees:
        person = opened.get(n.person_ref, {})
        cells = (
            DetailField(label="field.nominee_name", value=person.get("nominee_name", ""), kind="person"),
            DetailField(label="field.deed", value=person.get("deed", "")),
            DetailField(label="award.state", value=f"award_state.{n.state}", kind="key"),
            DetailField(label="award.votes", value=str(n.votes)),
            DetailField(label="award.points", value=f"{float(row.standing(n)):.1f}" if n.scores else ""),
            DetailField(label="award.winner", value="award.yes" if n.id in row.winners else "", kind="key"),
        )
        rows.append(DetailRow(label="award.nominee", unit=n.employer, fields=tuple(c for c in cells if c.value)))
    sections = (DetailSection(title="award.nominees", rows=tuple(rows)),) if rows else ()
    return Detail(fields=tuple(f for f in fields if f.value), sections=sections)
