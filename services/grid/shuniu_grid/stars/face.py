"""What the world sees of a rating cycle: its summary, the timeline's lines, what may be done, its own page."""

from collections.abc import Sequence
from typing import Any

from shuniu.chassis.context import Context
from shuniu.chassis.decision import Detail, DetailField, DetailRow, DetailSection, Offer
from shuniu.chassis.rows import MatterFace, RowKind
from shuniu.contracts.envelope import Fact, move_of
from shuniu.contracts.grid import stars as said
from shuniu.contracts.summary import MatterSummary, MatterUnit, Notice, StepSummary, Summary, Visibility
from shuniu.rules.refusal import Refusal

from shuniu_grid.stars.lifecycle import CYCLE
from shuniu_grid.stars.rules import guard
from shuniu_grid.stars.state import Cycle, due, evolve, index, timers
from shuniu_grid.stars.texts import TEXTS

__all__ = ("STAR_CYCLE",)

_PUBLIC_TO_FIRMS = ("APPEAL", "REVIEWED", "NOTICE", "EFFECTIVE", "EXPIRED")


def _title(row: Cycle, ctx: Context) -> str:
    area = ctx.registry.get("area", row.area)
    place = area.title.zh if area else row.area
    return f"{TEXTS['kind.star_cycle'].zh} · {place} · {row.since:%Y-%m-%d}/{row.until:%Y-%m-%d}"


def _visibility(row: Cycle) -> Visibility:
    firms = tuple(dict.fromkeys(e.firm for e in row.estates)) if row.status in _PUBLIC_TO_FIRMS else ()
    return Visibility(areas=(row.area,), units=firms)


def _notices(row: Cycle, f: Fact) -> tuple[Notice, ...]:
    firms = tuple(dict.fromkeys(e.firm for e in row.estates))
    match f:
        case said.StarCyclePublished():
            return (Notice(why="changed", text="notice.stars_published", units=firms),)
        case said.StarAppealed():
            roles = CYCLE.move("rule_star_appeal").roles
            return (Notice(why="assigned", text="notice.stars_appealed", roles=roles, areas=(row.area,)),)
        case said.StarAppealRuled():
            estate = row.estate(f.area)
            return (Notice(why="changed", text="notice.appeal_ruled", units=(estate.firm,)),) if estate else ()
        case said.StarNoticed():
            return (Notice(why="changed", text="notice.stars_noticed", units=firms),)
    return ()


def _summarise(row: Cycle, f: Fact, ctx: Context) -> Summary:
    matter = MatterSummary(
        kind=CYCLE.kind,
        id=row.id,
        number=row.number,
        version=0,
        title=_title(row, ctx),
        status=row.status,
        open=row.status != "EXPIRED",
        opened_at=row.opened_at,
        closed_at=row.ended_at,
        due_at=row.ends_at,
        clock=row.status.lower() if row.ends_at else "",
        area=row.area,
        units=tuple(MatterUnit(unit=firm, role="INFORM") for firm in _visibility(row).units),
        visibility=_visibility(row),
    )
    params = {"area": f.area} if hasattr(f, "area") else {}
    step = StepSummary(move=move_of(f), params=params)
    return Summary(matter=matter, step=step, notices=_notices(row, f))


def _offers(row: Cycle, ctx: Context) -> Sequence[Offer]:
    offers = []
    for move in CYCLE.moves_from(row.status):
        if not move.roles:
            continue
        try:
            guard(move.event, row, ctx)
        except Refusal:
            continue
        offers.append(Offer(action=f"grid.{move.event}", prefill={"cycle": row.id}, fixed=("cycle",)))
    return tuple(offers)


def _detail(row: Cycle, ctx: Context) -> Detail:
    opened: dict[str, dict[str, str]] = ctx.prepared or {}
    fields = [
        DetailField(label="field.area", value=row.area, kind="area"),
        DetailField(label="field.since", value=row.since.isoformat()),
        DetailField(label="field.until", value=row.until.isoformat()),
        DetailField(label="detail.criteria", value=row.criteria),
        DetailField(label="detail.data_hash", value=row.data_hash),
    ]
    results = {r.area: r for r in row.results}
    estates = tuple(_estate(row, e, results.get(e.area), opened) for e in row.estates)
    sections = (DetailSection(title="section.estates", rows=estates),)
    return Detail(fields=tuple(f for f in fields if f.value), sections=sections)


def _estate(row: Cycle, e: said.Estate, r: said.EstateResult | None, opened: dict[str, dict[str, str]]) -> DetailRow:
    fields: list[Any] = [DetailField(label="field.area", value=e.area, kind="area")]
    if r is not None:
        index = f"{r.index:.2f}" if r.index is not None else ""
        fields += [
            DetailField(label="detail.index", value=index),
            DetailField(label="detail.stars", value="★" * r.stars),
            DetailField(label="detail.why", value=f"enum.why.{r.why}" if r.why else "", kind="key"),
        ]
    fields += [
        DetailField(label=f"enum.star_source.{d.star_source}", value=f"{d.value:g} ({d.sample})")
        for d in row.data
        if d.area == e.area
    ]
    appeal = row.appeal(e.area)
    if appeal is not None:
        fields.append(DetailField(label="detail.appeal", value=f"enum.appeal.{appeal.state}", kind="key"))
    fields += [
        DetailField(label=f"detail.{t.label}", value=opened.get(t.ref, {}).get("text", ""))
        for t in row.texts
        if t.area == e.area
    ]
    return DetailRow(label="detail.estate", unit=e.firm, fields=tuple(f for f in fields if f.value))


STAR_CYCLE: RowKind[Cycle] = RowKind(
    CYCLE.kind,
    Cycle,
    "star_cycle",
    evolve,
    index=index,
    due=due,
    timers=timers,
    face=MatterFace(
        summarise=_summarise, number=lambda row: row.number, visibility=_visibility, offers=_offers, detail=_detail
    ),
)
