"""Projects as a row kind: further guards, what the world sees, what may be done now."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from shuniu.chassis.context import Actor, Context
from shuniu.chassis.decision import Detail, DetailPanel, DetailRow, DetailSection, Emit, Offer
from shuniu.chassis.rows import Index, MatterFace, RowKind, Timer
from shuniu.contracts.clock import ClockOverdue, ClockSoon
from shuniu.contracts.envelope import Fact
from shuniu.contracts.services_desk import projects as said
from shuniu.contracts.summary import Link, MatterUnit, Notice, Summary, Visibility
from shuniu.contracts.text import Text
from shuniu.rules.clocks import clock_due, clock_timers, due_status, find_clock, most_urgent
from shuniu.rules.evidence import BlobRef
from shuniu.rules.refusal import Conflict, Forbidden, NotFound

from shuniu_services_desk.matter import fields_of, matter_of, may, measured, offers_of, step_of
from shuniu_services_desk.needs.kinds import need_title
from shuniu_services_desk.needs.lifecycles import DECIDERS, SORTERS
from shuniu_services_desk.projects.lifecycle import MILESTONE, PROJECT
from shuniu_services_desk.projects.state import Milestone, Project, evolve
from shuniu_services_desk.settings import profile_of
from shuniu_services_desk.texts import words_of

__all__ = ("PROJECT_ROW", "check", "check_milestone", "units_of")


WORDS = words_of("projects")


def units_of(p: Project) -> tuple[str, ...]:
    """Its lead and the owners of its milestones."""
    return tuple(dict.fromkeys((p.unit, *(m.unit for m in p.milestones))))


def check(p: Project, move: str, ctx: Context) -> None:
    """Who may, from where; and that a project is accepted by somebody who reported nothing of it."""
    may(PROJECT, p, move, ctx)
    if move == "accept":
        if any(m.status != "MS_ACCEPTED" for m in p.milestones):
            raise Conflict("project.milestones_left", state=p.status, event=move)
        if ctx.actor.id in p.reporters:
            raise Forbidden("project.own_work", state=p.status, event=move)


def check_milestone(p: Project, milestone: str, move: str, ctx: Context) -> Milestone:
    """The milestone, if this person may make this move on it now: its owner reports, another person accepts."""
    check(p, move, ctx)
    m = p.milestone(milestone)
    if m is None:
        raise NotFound("project.no_milestone", state=p.status, event=move)
    if move == "spend":
        return m
    MILESTONE.check(m.status, move)
    if move == "report":
        if not ctx.actor.acts_for(m.unit):
            raise Forbidden("access.unit", state=m.status, event=move, params={"unit": m.unit})
        done = {x.id for x in p.milestones if x.status == "MS_ACCEPTED"}
        if not set(m.after) <= done:
            raise Conflict("project.after", state=m.status, event=move)
    elif ctx.actor.id == m.reported_by:
        raise Forbidden("project.own_work", state=m.status, event=move)
    return m


def _visibility(p: Project) -> Visibility:
    return Visibility(areas=(p.area,), units=units_of(p), sensitivity=2)


def _names(p: Project, f: Fact, ctx: Context) -> Iterable[tuple[str, Any]]:
    match f:
        case said.ProjectPlanned():
            yield "project_planned", p.opened_at
        case said.ProjectAccepted():
            yield "project_accepted", ctx.now
            if f.on_time:
                yield "project_on_time", ctx.now
        case said.ProjectFedBack():
            yield "project_fed_back", ctx.now


def _notices(p: Project, f: Fact) -> tuple[Notice, ...]:
    areas = (p.area,)
    match f:
        case said.ProjectStarted():
            return (Notice(why="assigned", text="notice.project_started", units=units_of(p)),)
        case said.MilestoneReported():
            return (Notice(why="assigned", text="notice.milestone_reported", roles=DECIDERS, areas=areas),)
        case said.MilestoneReturned():
            m = p.milestone(f.milestone)
            return (Notice(why="changed", text="notice.milestone_returned", units=(m.unit,) if m else ()),)
        case said.ProjectEvaluated():
            return (Notice(why="assigned", text="notice.project_to_tell", roles=SORTERS, areas=areas),)
        case ClockSoon():
            return (Notice(why="soon", text="notice.milestone_soon", units=_owner(p, f), roles=DECIDERS, areas=areas),)
        case ClockOverdue():
            return (
                Notice(why="overdue", text="notice.milestone_overdue", units=_owner(p, f), roles=DECIDERS, areas=areas),
            )
    return ()


def _owner(p: Project, f: ClockSoon | ClockOverdue) -> tuple[str, ...]:
    m = p.milestone(f.part)
    return (m.unit,) if m is not None else ()


def _summarise(p: Project, f: Fact, ctx: Context) -> Summary:
    units = [MatterUnit(unit=p.unit, role="LEAD")]
    for m in p.milestones:
        clock = find_clock(p.clocks, "milestone", m.id)
        due = clock.due_at if clock else None
        units.append(MatterUnit(unit=m.unit, role="CO", status=m.status, due_at=due, due_status=due_status(clock)))
    matter = matter_of(
        PROJECT.kind,
        p,
        need_title(p.category, p.area, ctx),
        _visibility(p),
        category=p.category,
        lead_unit=p.unit,
        units=tuple(units),
    )
    links: tuple[Link, ...] = ()
    if isinstance(f, said.ProjectPlanned):
        links = (Link(relation="resolved_by", source=ctx.source, kind="deliberation", matter=p.deliberation),)
    return Summary(
        matter=matter,
        step=step_of(f),
        measures=measured(_names(p, f, ctx), p.area),
        links=links,
        notices=_notices(p, f),
    )


_ON_PROJECT: Mapping[str, Any] = {
    f"project.{move}": partial(lambda name, p, ctx: check(p, name, ctx), move)
    for move in ("fund", "start", "accept", "evaluate", "feed_back", "cancel")
}
_ON_MILESTONE = ("report", "accept_milestone", "return_milestone", "spend")


def _offers(p: Project, ctx: Context) -> Sequence[Offer]:
    found = list(offers_of(_ON_PROJECT, p, ctx, "project", {"project.feed_back": {"told_by": "CODE"}}))
    for m in p.milestones:
        checks = {
            f"project.{move}": partial(lambda name, id_, row, c: check_milestone(row, id_, name, c), move, m.id)
            for move in _ON_MILESTONE
        }
        for offer in offers_of(checks, p, ctx, "project", {}):
            prefill = {**offer.prefill, "milestone": m.id}
            action, work = WORDS[f"action.{offer.action}"], WORDS[f"enum.work.{m.work}"]
            title = Text(f"{action.zh} · {m.seq} {work.zh}", f"{action.en} · {m.seq} {work.en}")
            found.append(Offer(action=offer.action, prefill=prefill, fixed=("project", "milestone"), title=title))
    return tuple(found)


def _reads(p: Project, actor: Actor) -> bool:
    return (actor.has_role(*SORTERS) and actor.covers(p.area)) or actor.acts_for(*units_of(p))


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def _milestone(p: Project, m: Milestone) -> DetailRow:
    clock = find_clock(p.clocks, "milestone", m.id)
    return DetailRow(
        label=f"enum.work.{m.work}",
        status=m.status,
        unit=m.unit,
        due_at=clock.due_at if clock else None,
        fields=fields_of(
            ("seq", str(m.seq), "text"),
            ("start_on", m.start_on.isoformat(), "text"),
            ("due_on", m.due_on.isoformat(), "text"),
            ("returned_times", str(m.returned) if m.returned else "", "text"),
        ),
        evidence=tuple(BlobRef(e.sha256, e.size, e.media_type) for e in m.evidence),
    )


def _detail(p: Project, ctx: Context) -> Detail:
    opened: Mapping[str, Mapping[str, str]] = (ctx.prepared or {}) if _reads(p, ctx.actor) else {}
    texts = [(n.label, opened.get(n.ref, {}).get("text", ""), "text") for n in p.notes]
    fields = fields_of(
        ("project_number", p.number, "text"),
        ("category", f"category.{p.category}", "key"),
        ("area", p.area, "area"),
        ("lead", p.unit, "unit"),
        ("fund_source", f"enum.fund_source.{p.source}", "key"),
        ("fund", p.fund, "text"),
        ("budget_yuan", _yuan(p.budget), "text"),
        ("spent_yuan", _yuan(p.spent), "text"),
        ("score", str(p.score) if p.score else "", "text"),
        *texts,
    )
    rows = tuple(_milestone(p, m) for m in p.milestones)
    return Detail(
        fields=fields,
        sections=(DetailSection(title="section.milestones", rows=rows),),
        panels=(DetailPanel(title="panel.project_gantt", kind="gantt", route=f"/projects/{p.id}/gantt"),),
    )


def _due(p: Project, ctx: Context) -> Sequence[Emit]:
    return [Emit(f, (PROJECT_ROW.key(p.id),), p.area) for f in clock_due(p.id, p.clocks, ctx.now)]


def _index(p: Project) -> Index:
    urgent = most_urgent(p.clocks)
    return Index(p.status, p.area, p.unit, urgent.due_at if urgent else None)


PROJECT_ROW: RowKind[Project] = RowKind(
    name=PROJECT.kind,
    struct=Project,
    table="desk_project",
    evolve=evolve,
    index=_index,
    due=_due,
    timers=lambda p: (Timer(*t) for t in clock_timers(p.clocks)),
    clocks=lambda p: p.clocks,
    clock_profile=lambda p, ctx: profile_of(ctx),
    face=MatterFace(
        summarise=_summarise, number=lambda p: p.number, visibility=_visibility, offers=_offers, detail=_detail
    ),
)
