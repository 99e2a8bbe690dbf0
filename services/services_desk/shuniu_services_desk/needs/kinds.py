"""Needs and clusters as row kinds: what is due by itself, what the world sees, what may be done now."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from shuniu.chassis.context import Context
from shuniu.chassis.decision import Detail, DetailField, DetailPanel, DetailRow, DetailSection, Emit, Offer
from shuniu.chassis.rows import Index, MatterFace, RowKind, Timer
from shuniu.contracts.clock import ClockOverdue, ClockSoon
from shuniu.contracts.envelope import Fact
from shuniu.contracts.referral import ReferralMade, ReferralWithdrawn
from shuniu.contracts.services_desk import needs as said
from shuniu.contracts.services_desk.needs import Score
from shuniu.contracts.summary import Link, Notice, Summary, Visibility
from shuniu.rules.clocks import clock_due, clock_timers, most_urgent
from shuniu.rules.refusal import Refusal

from shuniu_services_desk.matter import clock_rows, fields_of, matter_of, may, measured, offers_of, step_of
from shuniu_services_desk.needs.lifecycles import CLUSTER, DECIDERS, NEED, SORTERS, STAFF
from shuniu_services_desk.needs.state import (
    Cluster,
    Need,
    NeedCode,
    evolve,
    evolve_cluster,
    evolve_code,
)
from shuniu_services_desk.settings import profile_of
from shuniu_services_desk.texts import words_of

__all__ = ("CLUSTER_ROW", "NEED_CODE", "NEED_ROW", "may_serve", "need_title", "score_fields")

WORDS = words_of("needs")
_MEASURES: dict[type[Fact], str] = {
    said.NeedRaised: "need_raised",
    said.NeedServed: "need_served",
    said.NeedRejected: "need_rejected",
    said.NeedFedBack: "need_fed_back",
    said.NeedReferred: "need_referred",
}


def need_title(category: str, area: str, ctx: Context) -> str:
    """The published title: the category and the area."""
    found = ctx.registry.get("area", area)
    title = WORDS[f"category.{category}"].zh
    return f"{title} · {found.title.zh}" if found is not None else title


def _visibility(n: Need) -> Visibility:
    return Visibility(areas=(n.area,), units=(n.unit,) if n.unit else (), sensitivity=2)


def _names(n: Need, f: Fact, ctx: Context) -> Iterable[tuple[str, Any]]:
    """Measures of a fact. What came of a need counts on the day it was raised, so that rates share a cohort."""
    if (name := _MEASURES.get(type(f))) is not None:
        yield name, n.opened_at
    match f:
        case said.NeedMatched():
            if f.first:
                yield "need_matched", n.opened_at
            if f.manual:
                yield "need_chosen", n.opened_at
        case said.NeedFedBack() | said.NeedRejected():
            yield "need_answered", n.opened_at


def _notices(n: Need, f: Fact) -> tuple[Notice, ...]:
    areas = (n.area,)
    match f:
        case said.NeedRaised():
            return (Notice(why="assigned", text="notice.need_raised", roles=SORTERS, areas=areas),)
        case said.NeedMatched():
            return (Notice(why="assigned", text="notice.need_matched", units=(f.unit,)),)
        case said.NeedServed() | said.NeedReferralSettled():
            return (Notice(why="assigned", text="notice.need_to_tell", roles=SORTERS, areas=areas),)
        case said.NeedReferralBack():
            return (Notice(why="changed", text="notice.need_referral_back", roles=DECIDERS, areas=areas),)
        case ClockSoon():
            return (Notice(why="soon", text="notice.need_soon", roles=SORTERS, areas=areas),)
        case ClockOverdue():
            return (Notice(why="overdue", text="notice.need_overdue", roles=SORTERS, areas=areas),)
    return ()


def _links(n: Need, f: Fact, ctx: Context) -> tuple[Link, ...]:
    match f:
        case said.NeedClustered():
            return (Link(relation="in_cluster", source=ctx.source, kind=CLUSTER.kind, matter=f.cluster),)
        case said.NeedTakenUp():
            return (Link(relation="deliberated_in", source=ctx.source, kind="deliberation", matter=f.deliberation),)
        case said.NeedPlanned():
            return (Link(relation="built_in", source=ctx.source, kind="desk_project", matter=f.project),)
        case said.NeedReferralTaken():
            return (Link(relation="referred_to", source=f.target, kind=f.target_kind, matter=f.target_matter),)
    return ()


def _summarise(n: Need, f: Fact, ctx: Context) -> Summary:
    matter = matter_of(
        NEED.kind,
        n,
        need_title(n.category, n.area, ctx),
        _visibility(n),
        category=n.category,
        place=n.place,
        lead_unit=n.unit,
        flags=("NEED_NO_AUTOMATION",) if n.automation_refused else (),
    )
    if isinstance(f, ReferralMade | ReferralWithdrawn):
        return Summary(matter=matter, step=step_of(f))
    step = step_of(f, unit=n.unit if isinstance(f, said.NeedMatched | said.NeedServed) else "")
    return Summary(
        matter=matter,
        step=step,
        measures=measured(_names(n, f, ctx), n.area),
        links=_links(n, f, ctx),
        notices=_notices(n, f),
    )


def may_serve(n: Need, ctx: Context) -> None:
    """The unit whose offer took it, or who sorts needs there."""
    if ctx.actor.acts_for(n.unit):
        NEED.check(n.status, "serve")
        return
    ctx.actor.require_role(*SORTERS)
    ctx.actor.require_area(n.area)
    NEED.check(n.status, "serve")


def _check(move: str) -> Any:
    return lambda n, ctx: may(NEED, n, move, ctx)


def _resume(n: Need, ctx: Context) -> None:
    may(NEED, n, "resume_clustered" if n.cluster else "resume", ctx)


def _proposed(n: Need, ctx: Context) -> None:
    may(NEED, n, "confirm_match", ctx)
    if n.proposal is None:
        raise Refusal("need.no_proposal")


def _automated(n: Need, ctx: Context) -> None:
    may(NEED, n, "refuse_automation", ctx)
    if n.automation_refused:
        raise Refusal("need.automation_settled")


_ON_NEED: Mapping[str, Any] = {
    "cluster.form": _check("cluster"),
    "cluster.join": _check("cluster"),
    "cluster.take_out": _check("take_out"),
    "need.confirm_match": _proposed,
    "need.match": _check("match"),
    "need.unmatch": _check("unmatch"),
    "need.serve": may_serve,
    "need.refuse_automation_for": _automated,
    "need.refer": _check("refer"),
    "need.withdraw_referral": _check("withdraw_referral"),
    "need.postpone": _check("postpone"),
    "need.resume": _resume,
    "need.reject": _check("reject"),
    "need.feed_back": _check("feed_back"),
}


def _offers(n: Need, ctx: Context) -> Sequence[Offer]:
    told = {"told_by": "CODE" if n.channel == "RESIDENT" else "PHONE"}
    return offers_of(_ON_NEED, n, ctx, "need", {"need.match": {}, "need.feed_back": told, "need.reject": told})


def _reads(n: Need, ctx: Context) -> bool:
    """Who may read the words (masked): those who sort needs there, and the unit that serves it."""
    actor = ctx.actor
    return (actor.has_role(*STAFF) and actor.covers(n.area)) or actor.acts_for(n.unit)


def score_fields(s: Score) -> tuple[DetailField, ...]:
    """The parts of a score, so that everybody sees why (PIPL §24)."""
    parts = [(name, getattr(s, name)) for name in ("total", "place", "category", "time", "capacity", "waiting")]
    shown = [DetailField(label=f"score.{name}", value=str(points)) for name, points in parts]
    if s.distance_m is not None:
        shown.append(DetailField(label="score.distance", value=str(s.distance_m)))
    return tuple(shown)


def _proposals(n: Need) -> Iterable[DetailRow]:
    if n.proposal is None:
        return
    p = n.proposal
    offer = (DetailField(label="field.offer", value=p.offer),)
    yield DetailRow(label="need.proposed", unit=p.unit, fields=(*offer, *score_fields(p.score)))
    for other in p.others:
        offer = (DetailField(label="field.offer", value=other.offer),)
        yield DetailRow(label="need.other", unit=other.unit, fields=(*offer, *score_fields(other.score)))


def _detail(n: Need, ctx: Context) -> Detail:
    opened: Mapping[str, Mapping[str, str]] = (ctx.prepared or {}) if _reads(n, ctx) else {}
    texts = [(x.label, "，".join(opened.get(x.ref, {}).values()), "text") for x in n.notes]
    texts.append(("need_contact_record", n.contact_ref if opened else "", "text"))
    fields = fields_of(
        ("need_number", n.number, "text"),
        ("category", f"category.{n.category}", "key"),
        ("area", n.area, "area"),
        ("channel", f"enum.channel.{n.channel}", "key"),
        ("times", f"enum.times.{n.times}", "key"),
        ("automation", "need.automation_refused" if n.automation_refused else "", "key"),
        ("offer", n.offer, "text"),
        ("unit", n.unit, "unit"),
        ("ground", f"enum.ground.{n.ground}" if n.ground else "", "key"),
        ("review_on", n.review_on.isoformat() if n.review_on else "", "text"),
        *texts,
    )
    referrals = tuple(
        DetailRow(label=f"referral.{r.state}", note=" · ".join(x for x in (r.to_kind, r.target_number) if x))
        for r in n.referrals
    )
    sections = (
        ("section.need_proposal", tuple(_proposals(n))),
        ("section.need_limits", clock_rows(n.clocks)),
        ("section.need_referrals", referrals),
    )
    similar = DetailPanel(title="panel.need_similar", kind="table", route=f"/needs/{n.id}/similar")
    shown = n.status in ("NEED_RAISED", "CLUSTERED") and ctx.actor.has_role(*SORTERS)
    return Detail(
        fields=fields,
        sections=tuple(DetailSection(title=title, rows=rows) for title, rows in sections if rows),
        panels=(similar,) if shown else (),
    )


def _due(n: Need, ctx: Context) -> Sequence[Emit]:
    return [Emit(f, (NEED_ROW.key(n.id),), n.area) for f in clock_due(n.id, n.clocks, ctx.now)]


def _index(n: Need) -> Index:
    urgent = most_urgent(n.clocks)
    return Index(n.status, n.area, n.unit, urgent.due_at if urgent else None)


NEED_ROW: RowKind[Need] = RowKind(
    name=NEED.kind,
    struct=Need,
    table="desk_need",
    evolve=evolve,
    index=_index,
    due=_due,
    timers=lambda n: (Timer(*t) for t in clock_timers(n.clocks)),
    clocks=lambda n: n.clocks,
    clock_profile=lambda n, ctx: profile_of(ctx),
    face=MatterFace(
        summarise=_summarise, number=lambda n: n.number, visibility=_visibility, offers=_offers, detail=_detail
    ),
)
NEED_CODE: RowKind[NeedCode] = RowKind("desk_need_code", NeedCode, "desk_need_code", evolve_code)
"""Follow-up codes of needs, by keyed hash."""


def _cluster_visibility(c: Cluster) -> Visibility:
    return Visibility(areas=(c.area,), sensitivity=2)


def _cluster_summary(c: Cluster, f: Fact, ctx: Context) -> Summary:
    title = need_title(c.category, c.area, ctx)
    matter = matter_of(CLUSTER.kind, c, title, _cluster_visibility(c), category=c.category)
    links: tuple[Link, ...] = ()
    if isinstance(f, said.ClusterMerged):
        links = (Link(relation="merged_into", source=ctx.source, kind=CLUSTER.kind, matter=f.into),)
    return Summary(matter=matter, step=step_of(f), links=links)


def _on_cluster(move: str) -> Any:
    return lambda c, ctx: may(CLUSTER, c, move, ctx)


_CLUSTER_ACTIONS: Mapping[str, Any] = {
    "cluster.merge": _on_cluster("merge"),
    "deliberation.open": _on_cluster("take_up"),
    "cluster.feed_back": _on_cluster("close"),
    "cluster.close": _on_cluster("close"),
}


def _cluster_detail(c: Cluster, ctx: Context) -> Detail:
    fields = fields_of(
        ("cluster_number", c.number, "text"),
        ("category", f"category.{c.category}", "key"),
        ("area", c.area, "area"),
        ("needs_count", str(len(c.needs)), "text"),
    )
    return Detail(
        fields=fields,
        panels=(DetailPanel(title="panel.cluster_needs", kind="table", route=f"/needs/clusters/{c.id}"),),
    )


CLUSTER_ROW: RowKind[Cluster] = RowKind(
    name=CLUSTER.kind,
    struct=Cluster,
    table="need_cluster",
    evolve=evolve_cluster,
    index=lambda c: Index(c.status, c.area),
    face=MatterFace(
        summarise=_cluster_summary,
        number=lambda c: c.number,
        visibility=_cluster_visibility,
        offers=lambda c, ctx: offers_of(
            _CLUSTER_ACTIONS, c, ctx, "cluster", {"cluster.feed_back": {"told_by": "CODE"}}
        ),
        detail=_cluster_detail,
    ),
)
