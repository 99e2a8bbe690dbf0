"""Deliberations and electors as row kinds: further guards, what the world sees, what may be done now."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from shuniu.chassis.context import Actor, Context
from shuniu.chassis.decision import Detail, DetailField, DetailRow, DetailSection, Emit, Offer
from shuniu.chassis.rows import Index, MatterFace, RowKind, Timer
from shuniu.contracts.clock import ClockOverdue, ClockSoon
from shuniu.contracts.envelope import Fact
from shuniu.contracts.services_desk import deliberation as said
from shuniu.contracts.services_desk.deliberation import Tally
from shuniu.contracts.services_desk.projects import ProjectPlanned
from shuniu.contracts.summary import Link, MatterUnit, Notice, Summary, Visibility
from shuniu.rules.clocks import clock_due, clock_timers, most_urgent
from shuniu.rules.refusal import Conflict

from shuniu_services_desk.deliberation.counting import ForumRule, quorate
from shuniu_services_desk.deliberation.lifecycle import DELIBERATION
from shuniu_services_desk.deliberation.state import Deliberation, Elector, evolve, evolve_elector
from shuniu_services_desk.matter import clock_rows, fields_of, matter_of, may, measured, offers_of, step_of
from shuniu_services_desk.needs.kinds import need_title
from shuniu_services_desk.needs.lifecycles import CLUSTER, DECIDERS, SORTERS
from shuniu_services_desk.settings import profile_of

__all__ = ("DELIBERATION_ROW", "ELECTOR", "check", "quorum", "reads_deliberation")

_AT_THE_MEETING = ("attend", "hold", "adjourn")


def quorum(d: Deliberation, event: str) -> ForumRule:
    """The rule, if enough take part by it. Conflict ``deliberation.no_quorum``."""
    rule = d.rule
    if not quorate(rule, d.eligible, d.present):
        params: dict[str, str | int] = {
            "present": d.present.heads,
            "eligible": d.eligible.heads,
            "rule": str(rule.participation),
        }
        raise Conflict("deliberation.no_quorum", state=d.status, event=event, params=params)
    return rule


def check(d: Deliberation, move: str, ctx: Context) -> None:
    """Who may, from where, and what the meeting itself asks for."""
    may(DELIBERATION, d, move, ctx)
    if move in _AT_THE_MEETING and (d.meeting_at is None or ctx.now < d.meeting_at):
        raise Conflict("deliberation.before_meeting", state=d.status, event=move)
    if move in ("vote", "count"):
        quorum(d, move)
    if move == "count" and d.votes == 0:
        raise Conflict("deliberation.nobody_voted", state=d.status, event=move)
    if move == "adjourn" and quorate(d.rule, d.eligible, d.present):
        raise Conflict("deliberation.quorate", state=d.status, event=move)
    if move == "set_parties" and d.eligible.heads == 0:
        raise Conflict("deliberation.roll_empty", state=d.status, event=move)
    if move == "resolve" and not d.passed:
        raise Conflict("deliberation.nothing_passed", state=d.status, event=move)
    if move == "not_passed" and d.passed:
        raise Conflict("deliberation.passed", state=d.status, event=move)
    if move in ("plan", "release") and (d.project or d.released):
        raise Conflict("deliberation.carried_out", state=d.status, event=move)


def _visibility(d: Deliberation) -> Visibility:
    return Visibility(areas=(d.area,), units=d.units, sensitivity=2)


def _names(d: Deliberation, f: Fact) -> Iterable[tuple[str, Any]]:
    at = d.meeting_at or d.opened_at
    match f:
        case said.DeliberationOpened():
            yield "deliberation_opened", d.opened_at
        case said.DeliberationCounted():
            yield from (("deliberation_met", at), ("deliberation_quorate", at))
        case said.DeliberationAdjourned():
            yield "deliberation_met", at
        case said.DeliberationResolved():
            yield "deliberation_resolved", at


def _notices(d: Deliberation, f: Fact) -> tuple[Notice, ...]:
    areas = (d.area,)
    match f:
        case said.DeliberationNoticed():
            return (
                Notice(why="assigned", text="notice.deliberation_noticed", units=d.units, roles=SORTERS, areas=areas),
            )
        case said.DeliberationResolved():
            return (
                Notice(why="changed", text="notice.deliberation_resolved", units=d.units, roles=DECIDERS, areas=areas),
            )
        case ClockSoon():
            return (Notice(why="soon", text="notice.deliberation_soon", roles=DECIDERS, areas=areas),)
        case ClockOverdue():
            return (Notice(why="overdue", text="notice.deliberation_overdue", roles=DECIDERS, areas=areas),)
    return ()


def _summarise(d: Deliberation, f: Fact, ctx: Context) -> Summary:
    matter = matter_of(
        DELIBERATION.kind,
        d,
        need_title(d.category, d.area, ctx),
        _visibility(d),
        category=d.category,
        units=tuple(MatterUnit(unit=u, role="CO") for u in d.units),
    )
    links: tuple[Link, ...] = ()
    if isinstance(f, said.DeliberationOpened):
        links = (Link(relation="about", source=ctx.source, kind=CLUSTER.kind, matter=d.cluster),)
    elif isinstance(f, ProjectPlanned):
        links = (Link(relation="carried_out_by", source=ctx.source, kind="desk_project", matter=f.project),)
    return Summary(
        matter=matter, step=step_of(f), measures=measured(_names(d, f), d.area), links=links, notices=_notices(d, f)
    )


_ACTIONS: Mapping[str, Any] = {
    **{
        f"deliberation.{m.event}": partial(lambda move, d, ctx: check(d, move, ctx), m.event)
        for m in DELIBERATION.moves
        if m.sources and m.event != "plan"
    },
    "project.plan": lambda d, ctx: check(d, "plan", ctx),
}


def _offers(d: Deliberation, ctx: Context) -> Sequence[Offer]:
    return offers_of(_ACTIONS, d, ctx, "deliberation", {})


def reads_deliberation(d: Deliberation, actor: Actor) -> bool:
    """Whether somebody may read its papers and words: who sorts needs there, and the units that take part."""
    return (actor.has_role(*SORTERS) and actor.covers(d.area)) or actor.acts_for(*d.units)


def _counted(t: Tally, by_area: bool) -> str:
    return f"{t.heads} / {t.area // 100}.{t.area % 100:02d} m²" if by_area else str(t.heads)


def _detail(d: Deliberation, ctx: Context) -> Detail:
    opened: Mapping[str, Mapping[str, str]] = (ctx.prepared or {}) if reads_deliberation(d, ctx.actor) else {}
    rule = d.rule

    def words(ref: str) -> str:
        return opened.get(ref, {}).get("text", "")

    fields = fields_of(
        ("deliberation_number", d.number, "text"),
        ("forum", f"enum.forum.{d.forum}", "key"),
        ("electorate", f"enum.electorate.{d.body}", "key"),
        ("decision", f"enum.decision.{d.decision}", "key"),
        ("participation_rule", str(rule.participation), "text"),
        ("majority_rule", str(rule.majority(d.decision)), "text"),
        ("meeting_at", d.meeting_at.isoformat() if d.meeting_at else "", "time"),
        ("venue", words(d.where_ref), "text"),
        ("eligible", _counted(d.eligible, rule.by_area), "text"),
        ("present", _counted(d.present, rule.by_area), "text"),
        ("minutes_text", words(d.minutes_ref), "text"),
        ("passed_option", d.passed, "text"),
        ("counting_only", "deliberation.counting_only", "key"),
    )
    named = {o.id: words(o.words_ref) for o in d.options}
    listed = dict.fromkeys((*named, *sorted(d.tallies)))
    options = tuple(
        DetailRow(
            label="deliberation.option" if o in named else f"deliberation.{o}",
            note=" ".join(x for x in (o if o in named else "", named.get(o, "")) if x),
            fields=(DetailField(label="field.votes", value=_counted(d.tallies.get(o, Tally()), rule.by_area)),),
        )
        for o in listed
    )
    papers = tuple(
        DetailRow(
            label=f"document.{p.kind}",
            fields=fields_of(("paper_number", p.number, "text"), ("paper_code", p.code, "text")),
        )
        for p in d.papers
    )
    sections = (
        ("section.deliberation_options", options),
        ("section.deliberation_papers", papers if opened else ()),
        ("section.need_limits", clock_rows(d.clocks)),
    )
    return Detail(
        fields=fields, sections=tuple(DetailSection(title=title, rows=rows) for title, rows in sections if rows)
    )


def _due(d: Deliberation, ctx: Context) -> Sequence[Emit]:
    return [Emit(f, (DELIBERATION_ROW.key(d.id),), d.area) for f in clock_due(d.id, d.clocks, ctx.now)]


def _index(d: Deliberation) -> Index:
    urgent = most_urgent(d.clocks)
    return Index(d.status, d.area, "", urgent.due_at if urgent else None)


DELIBERATION_ROW: RowKind[Deliberation] = RowKind(
    name=DELIBERATION.kind,
    struct=Deliberation,
    table="deliberation",
    evolve=evolve,
    index=_index,
    due=_due,
    timers=lambda d: (Timer(*t) for t in clock_timers(d.clocks)),
    clocks=lambda d: d.clocks,
    clock_profile=lambda d, ctx: profile_of(ctx),
    face=MatterFace(
        summarise=_summarise, number=lambda d: d.number, visibility=_visibility, offers=_offers, detail=_detail
    ),
)
ELECTOR: RowKind[Elector] = RowKind("elector", Elector, "deliberation_elector", evolve_elector)
"""Electors by ``<deliberation>:<keyed hash>``: the guard that each is there once and votes once."""
