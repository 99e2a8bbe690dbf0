"""What the world sees of a standard: title, items, stage. Its text is the owner's page, public once it is in force."""

from collections.abc import Sequence

from shuniu.chassis.context import Context
from shuniu.chassis.decision import Detail, DetailField, DetailPanel, Offer
from shuniu.chassis.statuses import statuses_of
from shuniu.contracts.envelope import Fact, move_of
from shuniu.contracts.manifest import KindInfo, Measure, Panel
from shuniu.contracts.services_desk import standards as said
from shuniu.contracts.summary import Link, MatterSummary, MeasureSummary, Notice, StepSummary, Summary, Visibility
from shuniu.rules.calendar import local
from shuniu.rules.refusal import Refusal

from shuniu_services_desk.roles import DESK, LEADERS
from shuniu_services_desk.standards.commands import CHECKS
from shuniu_services_desk.standards.state import CYCLE, Standard
from shuniu_services_desk.texts import words_of

__all__ = ("KINDS", "MEASURES", "PANELS", "detail", "offers", "summarise", "visibility")

WORDS = words_of("standards")
_NAMES = ("standards_noted", "standards_piloted", "standards_published")


def _matter(s: Standard) -> MatterSummary:
    return MatterSummary(
        kind="desk_standard",
        id=s.id,
        number=s.number,
        version=0,
        title=s.title,
        status=s.status,
        open=s.open,
        opened_at=s.noted_at,
        closed_at=s.ended_at,
        area=s.area,
        visibility=Visibility(areas=(s.area,), sensitivity=2),
    )


def _notices(s: Standard, f: Fact) -> tuple[Notice, ...]:
    match f:
        case said.StandardDrafted():
            return (Notice(why="assigned", text="notice.standard_drafted", roles=LEADERS, areas=(s.area,)),)
        case said.StandardPiloted() | said.StandardPublished():
            return (Notice(why="changed", text="notice.standard_moves", roles=DESK, areas=(s.area,)),)
        case said.StandardSentBack():
            return (Notice(why="assigned", text="notice.standard_back", accounts=s.authors),)
        case _:
            return ()


def visibility(s: Standard) -> Visibility:
    """Who may read it."""
    return Visibility(areas=(s.area,), sensitivity=2)


def summarise(s: Standard, f: Fact, ctx: Context) -> Summary:
    """The domain-free part of one event."""
    names = {
        said.StandardNoted: "standards_noted",
        said.StandardPiloted: "standards_piloted",
        said.StandardPublished: "standards_published",
    }
    name = names.get(type(f))
    on = local(ctx.now).date()
    measures = (MeasureSummary(name=f"desk.{name}", value=1, on=on, dimensions={"area": s.area}),) if name else ()
    links: tuple[Link, ...] = ()
    if isinstance(f, said.StandardNoted) and f.follows:
        links = (Link(relation="follows_standard", source=ctx.source, kind="desk_standard", matter=f.follows),)
    return Summary(
        matter=_matter(s), step=StepSummary(move=move_of(f)), measures=measures, links=links,
        notices=_notices(s, f),
    )  # fmt: skip


def _allowed(s: Standard, action: str, ctx: Context) -> bool:
    try:
        CHECKS[action](s, ctx)
    except Refusal:
        return False
    return action != "standard.publish" or (s.pilot is not None and local(ctx.now).date() > s.pilot.last)


def offers(s: Standard, ctx: Context) -> Sequence[Offer]:
    """What this person may do with this standard now."""
    found = []
    for action in CHECKS:
        if _allowed(s, action, ctx):
            more = {"title": s.title, "items": list(s.items)} if action == "standard.draft" else {}
            found.append(Offer(action=action, prefill={"standard": s.id, **more}, fixed=("standard",)))
    return tuple(found)


def detail(s: Standard, ctx: Context) -> Detail:
    """Title, items with the versions they are bound to, the text, and what was measured."""
    opened = ctx.prepared or {}
    bound = "、".join(f"{i} 第{v}版" for i, v in s.bound.items())
    fields = [
        DetailField(label="field.title", value=s.title),
        DetailField(label="field.items", value=bound or "、".join(s.items)),
    ]
    if s.version:
        fields.append(DetailField(label="field.standard_version", value=str(s.version)))
    if s.valid_from is not None:
        fields.append(DetailField(label="field.valid_from", value=s.valid_from.isoformat()))
    if s.pilot is not None:
        fields.append(DetailField(label="field.standard_pilot", value=f"{s.pilot.first} – {s.pilot.last}"))
        fields.append(DetailField(label="field.pilot_areas", value="、".join(s.pilot.areas)))
    if text := "".join(opened.get(s.text_ref, {}).values()):
        fields.append(DetailField(label="field.text", value=text))
    for note in s.notes:
        if text := "".join(opened.get(note.ref, {}).values()):
            fields.append(DetailField(label=f"field.{note.label}", value=text))
    route = f"/standards/{s.id}/measured"
    panels = (DetailPanel(title="panel.standard_measured", kind="table", route=route),) if s.pilot is not None else ()
    return Detail(fields=tuple(fields), panels=panels)


KINDS = (
    KindInfo(
        id="desk_standard",
        title=WORDS["kind.desk_standard"],
        plural=WORDS["kind.desk_standard_plural"],
        icon="matter",
        statuses=statuses_of(CYCLE, WORDS),
        order=9,
    ),
)
MEASURES = tuple(
    Measure(name=f"desk.{n}", title=WORDS[f"measure.desk.{n}"], kind="sum", unit=WORDS["measure_unit.standard"])
    for n in _NAMES
)
PANELS = (
    Panel(
        id="desk.standards",
        title=WORDS["panel.desk_standards"],
        kind="table",
        route="/standards/measured",
        surface="service",
        order=82,
    ),
)
