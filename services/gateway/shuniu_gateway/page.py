"""What consecutive events of one source add up to, in memory: the latest matters, their steps, the rows of the feed.

Pure: no database here. :mod:`shuniu_gateway.projection` applies it, :mod:`shuniu_gateway.view_writer` writes it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

import msgspec
from shuniu.contracts.envelope import CloudEvent
from shuniu.contracts.summary import Link, MatterSummary, MeasureSummary, RegistryEntry, StepSummary, Visibility
from shuniu.rules.peering import DEPARTED

from shuniu_gateway.shapes import Matter, MatterKey, RegistryChange, Step

__all__ = (
    "FeedRow",
    "Known",
    "Page",
    "event_area",
    "event_visibility",
    "feed_rows",
    "matter_shape",
    "step_key",
    "step_shape",
)

_encode = msgspec.json.Encoder().encode
NOBODY = Visibility(sensitivity=9)


class Known(NamedTuple):
    """What the view already has of a matter."""

    kind: str
    version: int
    number: str
    title: str
    area: str
    visibility: str


class FeedRow(NamedTuple):
    """One row of ``feed`` before it has its position."""

    name: str
    source: str
    kind: str
    matter: str
    area: str
    visibility: bytes | None
    was: bytes | None
    was_area: str
    data: bytes
    traceparent: str


@dataclass(slots=True)
class Page:
    """What consecutive events of one source add up to."""

    source: str
    service: str
    matters: dict[tuple[str, str], tuple[MatterSummary, CloudEvent]] = field(default_factory=dict)
    steps: list[tuple[StepSummary, CloudEvent]] = field(default_factory=list)
    links: dict[tuple[str, str, Link], None] = field(default_factory=dict)
    measures: list[tuple[MeasureSummary, Visibility, CloudEvent]] = field(default_factory=list)
    registry: dict[tuple[str, str], RegistryEntry] = field(default_factory=dict)
    departed: dict[str, CloudEvent] = field(default_factory=dict)
    """Matters of another deployment that it does not share with us any more, by id."""

    @classmethod
    def read(cls, source: str, service: str, events: Sequence[CloudEvent], *, whole: bool = True) -> "Page":
        """Read consecutive events; of a matter's versions the highest stays.

        Of a log that is seen only in part (another deployment's, not ``whole``) there are no figures, which would be
        wrong, and no registry entries, which are its own affair.
        """
        page = cls(source, service)
        for event in events:
            summary = event.data.summary
            matter = summary.matter
            if not whole and event.type.endswith(f".{DEPARTED}"):
                page.forget(event)
                continue
            if matter is not None:
                page.departed.pop(matter.id, None)
                known = page.matters.get((matter.kind, matter.id))
                if known is None or known[0].version < matter.version:
                    page.matters[matter.kind, matter.id] = (matter, event)
            if summary.step is not None:
                page.steps.append((summary.step, event))
            if summary.links and matter is not None:
                page.links.update({(matter.kind, matter.id, link): None for link in summary.links})
            if not whole:
                continue
            visibility = event_visibility(event)
            page.measures.extend((measure, visibility, event) for measure in summary.measures)
            page.registry.update({(entry.kind, entry.code): entry for entry in summary.registry})
        return page

    def forget(self, event: CloudEvent) -> None:
        """A matter left our sight: what came of it before in this page is nothing any more either."""
        gone = event.correlationid
        self.departed[gone] = event
        self.matters = {key: found for key, found in self.matters.items() if key[1] != gone}
        self.steps = [(step, of) for step, of in self.steps if of.correlationid != gone]
        self.links = {key: None for key in self.links if key[1] != gone}


def event_visibility(event: CloudEvent) -> Visibility:
    """An event's own: its matter's, else what it says, else nobody's."""
    summary = event.data.summary
    if summary.matter is not None:
        return summary.matter.visibility
    return summary.visibility or NOBODY


def matter_shape(source: str, service: str, summary: MatterSummary, updated_at: datetime) -> Matter:
    """What the API and the stream tell of a matter."""
    return Matter(
        source=source,
        service=service,
        kind=summary.kind,
        id=summary.id,
        number=summary.number,
        version=summary.version,
        title=summary.title,
        category=summary.category,
        status=summary.status,
        open=summary.open,
        opened_at=summary.opened_at,
        closed_at=summary.closed_at,
        due_at=summary.due_at,
        soon_at=summary.soon_at,
        due_status=summary.due_status,
        clock=summary.clock,
        provisional=summary.provisional,
        limit=summary.limit,
        area=summary.area,
        place=summary.place,
        lead_unit=summary.lead_unit,
        units=summary.units,
        flags=summary.flags,
        updated_at=updated_at,
    )


def step_shape(service: str, step: StepSummary, event: CloudEvent, area: str, matter: MatterKey) -> Step:
    """What timeline and ticker tell of an event."""
    return Step(
        id=f"{event.source} {event.id}",
        source=event.source,
        service=service,
        position=event.position,
        time=event.time,
        type=event.type,
        move=step.move,
        unit=step.unit,
        detail=step.detail,
        params=step.params,
        area=area,
        matter=matter,
    )


def _news(page: Page, known: Mapping[str, Known]) -> list[tuple[MatterSummary, CloudEvent, Known | None]]:
    """The matters whose version is higher than what the view has: a lower one never overwrites a higher one."""
    found = []
    for matter, event in page.matters.values():
        was = known.get(matter.id)
        if was is None or matter.version > was.version:
            found.append((matter, event, was))
    return found


def _matter_rows(page: Page, known: Mapping[str, Known]) -> list[FeedRow]:
    rows = []
    for matter, event, was in _news(page, known):
        now = _encode(matter.visibility)
        moved = was is not None and (was.area != matter.area or _normal(was.visibility) != now)
        rows.append(
            FeedRow(
                name="matter",
                source=page.source,
                kind=matter.kind,
                matter=matter.id,
                area=matter.area,
                visibility=now,
                was=_normal(was.visibility) if was is not None and moved else None,
                was_area=was.area if was is not None and moved else "",
                data=_encode(matter_shape(page.source, page.service, matter, event.time)),
                traceparent=event.traceparent,
            )
        )
    return rows


def _normal(stored: str) -> bytes:
    """A stored visibility in the field order and spacing in which it is compared."""
    return _encode(msgspec.json.decode(stored, type=Visibility))


def step_key(page: Page, event: CloudEvent, known: Mapping[str, Known]) -> MatterKey:
    """Address and name of the matter an event is about, as far as the event or the view knows."""
    matter = event.data.summary.matter
    if matter is not None:
        kind, matter_id, number, title = matter.kind, matter.id, matter.number, matter.title
    else:
        matter_id = event.correlationid
        had = known.get(matter_id)
        kind, number, title = (had.kind, had.number, had.title) if had else ("", "", "")
    return MatterKey(source=page.source, service=page.service, kind=kind, id=matter_id, number=number, title=title)


def event_area(event: CloudEvent) -> str:
    """Where an event lies: its matter's area, else its own."""
    matter = event.data.summary.matter
    return matter.area if matter is not None else event.area


def _step_rows(page: Page, known: Mapping[str, Known]) -> list[FeedRow]:
    rows = []
    for step, event in page.steps:
        area, key = event_area(event), step_key(page, event, known)
        rows.append(
            FeedRow(
                name="step",
                source=page.source,
                kind=key.kind,
                matter=key.id,
                area=area,
                visibility=_encode(event_visibility(event)),
                was=None,
                was_area="",
                data=_encode(step_shape(page.service, step, event, area, key)),
                traceparent=event.traceparent,
            )
        )
    return rows


def _gone_rows(page: Page, known: Mapping[str, Known]) -> list[FeedRow]:
    """Whoever could read a matter that is gone is told so."""
    return [
        FeedRow(
            name="matter",
            source=page.source,
            kind=was.kind,
            matter=gone,
            area=was.area,
            visibility=_encode(NOBODY),
            was=_normal(was.visibility),
            was_area=was.area,
            data=b"{}",
            traceparent="",
        )
        for gone in page.departed
        if (was := known.get(gone)) is not None
    ]


def _registry_rows(page: Page) -> list[FeedRow]:
    if not page.registry:
        return []
    change = RegistryChange(
        kinds=tuple(sorted({kind for kind, _ in page.registry})),
        geometry=any(entry.geometry for entry in page.registry.values()),
    )
    return [FeedRow("registry", page.source, "", "", "", None, None, "", _encode(change), "")]


def feed_rows(page: Page, known: Mapping[str, Known]) -> list[FeedRow]:
    """What live viewers are told, in order: steps first (their feed positions are counted from them), then matters."""
    return [*_step_rows(page, known), *_matter_rows(page, known), *_gone_rows(page, known), *_registry_rows(page)]
