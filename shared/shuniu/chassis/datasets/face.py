"""What the world sees of a grant: the unit that asked, and the owner's stewards. Never why, never a value."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from shuniu.chassis.context import Context
from shuniu.chassis.datasets.commands import check
from shuniu.chassis.datasets.declared import KIND, STEWARD, Dataset
from shuniu.chassis.datasets.grants import GRANTING, Grant
from shuniu.chassis.decision import Detail, DetailField, DetailRow, DetailSection, Offer
from shuniu.chassis.statuses import statuses_of
from shuniu.contracts import datasets as said
from shuniu.contracts.clock import ClockOverdue, ClockRecomputed, ClockSoon
from shuniu.contracts.envelope import Fact, fact_name
from shuniu.contracts.manifest import Category, KindInfo
from shuniu.contracts.summary import MatterSummary, MatterUnit, Notice, StepSummary, Summary, Visibility
from shuniu.rules.clocks import due_status, most_urgent
from shuniu.rules.refusal import Refusal

if TYPE_CHECKING:
    from shuniu.contracts.text import Text

__all__ = ("Face", "kind_info")

_CHECKS = ("grant", "refuse", "revoke", "fetch")


class Face:
    """A grant as a matter, for the datasets of one service."""

    def __init__(self, declared: Mapping[str, Dataset]) -> None:
        self._declared = declared

    def visibility(self, g: Grant) -> Visibility:
        """The asking unit and the stewards."""
        return Visibility(units=(g.unit,), roles=(STEWARD,), sensitivity=2)

    def summarise(self, g: Grant, f: Fact, ctx: Context) -> Summary:
        """The domain-free part of one event."""
        noun, past, _ = fact_name(type(f)).split(".")
        clock = most_urgent(g.clocks)
        title = ctx.texts.get(f"dataset.{g.dataset}")
        matter = MatterSummary(
            kind=KIND,
            id=g.id,
            number=g.number,
            version=0,
            title=title.zh if title else g.dataset,
            category=g.dataset,
            status=g.status,
            open=g.open,
            opened_at=g.asked_at,
            closed_at=None if g.open else ctx.now,
            due_at=clock.due_at if clock else None,
            soon_at=clock.soon_at if clock else None,
            due_status=due_status(clock),
            clock=clock.id if clock else "",
            provisional=clock.provisional if clock else False,
            lead_unit=g.unit,
            units=(MatterUnit(unit=g.unit),),
            visibility=self.visibility(g),
        )
        detail = f"clock.{f.clock}" if isinstance(f, ClockSoon | ClockOverdue | ClockRecomputed) else ""
        unit = g.unit if isinstance(f, said.DatasetAsked | said.DatasetUsed) else ""
        step = StepSummary(move=f"{noun}_{past}", unit=unit, detail=detail)
        return Summary(matter=matter, step=step, notices=self._notices(g, f, ctx))

    def _notices(self, g: Grant, f: Fact, ctx: Context) -> tuple[Notice, ...]:
        stewards = {"roles": (STEWARD,), "areas": (ctx.scope,)}
        match f:
            case said.DatasetAsked() if f.term is not None:
                return (Notice(why="assigned", text="notice.data_asked", **stewards),)
            case said.DatasetGranted() if not f.unconditional:
                return (Notice(why="changed", text="notice.data_granted", accounts=(g.asked_by,)),)
            case said.DatasetRefused() | said.DatasetRevoked():
                return (Notice(why="changed", text="notice.data_refused", accounts=(g.asked_by,)),)
            case ClockSoon():
                return (Notice(why="soon", text="notice.data_soon", **stewards),)
            case ClockOverdue():
                return (Notice(why="overdue", text="notice.data_overdue", **stewards),)
            case _:
                return ()

    def offers(self, g: Grant, ctx: Context) -> Sequence[Offer]:
        """What this actor may do with it now."""
        found = []
        for event in _CHECKS:
            try:
                check(g, ctx.actor, event)
            except Refusal:
                continue
            more = {"data_columns": list(g.columns), "data_until": g.until.isoformat()} if event == "grant" else {}
            found.append(Offer(action=f"data.{event}", prefill={"data_grant": g.id, **more}, fixed=("data_grant",)))
        return tuple(found)

    def detail(self, g: Grant, ctx: Context) -> Detail:
        """What was asked for and how it was used."""
        opened: Mapping[str, Mapping[str, str]] = ctx.prepared or {}
        dataset = self._declared.get(g.dataset)
        titles = {c.id: c.title for c in dataset.sheet.columns} if dataset else {}
        texts: Mapping[str, Text] = ctx.texts
        names = [texts[titles[c]].zh if titles.get(c) in texts else c for c in g.columns]
        fields = [
            DetailField(label="field.dataset", value=f"dataset.{g.dataset}", kind="key"),
            DetailField(label="field.data_unit", value=g.unit, kind="unit"),
            DetailField(label="field.data_basis", value=f"enum.data_basis.{g.basis}", kind="key"),
            DetailField(label="field.data_columns", value="、".join(names)),
            DetailField(label="field.data_until", value=g.until.isoformat()),
            DetailField(label="field.data_used", value=str(g.used)),
        ]
        for label, ref in g.notes:
            if text := "，".join(opened.get(ref, {}).values()):
                fields.append(DetailField(label=f"field.{label}", value=text))
        uses = tuple(
            DetailRow(
                label=f"enum.data_form.{use.form}",
                fields=(
                    DetailField(label="field.data_at", value=use.at.isoformat(), kind="time"),
                    DetailField(label="field.data_rows", value=str(use.rows)),
                ),
            )
            for use in reversed(g.uses)
        )
        return Detail(
            fields=tuple(fields), sections=(DetailSection(title="section.data_uses", rows=uses),) if uses else ()
        )


def kind_info(declared: Mapping[str, Dataset], texts: "Mapping[str, Text]", own: "Mapping[str, Text]") -> KindInfo:
    """Grants in the manifest; datasets are their categories. ``own`` are the service's texts."""
    return KindInfo(
        id=KIND,
        title=texts[f"kind.{KIND}"],
        plural=texts[f"kind.{KIND}_plural"],
        icon="file",
        statuses=statuses_of(GRANTING, texts),
        categories=tuple(Category(id=name, title=own[f"dataset.{name}"]) for name in declared),
        clocks=(Category(id="data_answer", title=texts["clock.data_answer"]),),
        order=90,
    )
