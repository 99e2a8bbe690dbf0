"""Looking for what a report may be a duplicate of. Texts are opened, compared and forgotten here; only scores leave."""

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Offer
from shuniu.chassis.identity.policy import may_read
from shuniu.contracts.text import Text
from shuniu.rules.refusal import Refusal

from shuniu_grid.events.face import GRID_EVENT, title_of
from shuniu_grid.events.lifecycle import EVENT
from shuniu_grid.events.rules import allowed, check_main
from shuniu_grid.events.similarity import Likeness, Report, most_alike
from shuniu_grid.events.state import GridEvent
from shuniu_grid.events.tables import GridEventTable
from shuniu_grid.settings import settings_of

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("Similar", "as_report", "find_event", "note_of", "preview_merge", "similar_to", "similar_to_event")

_MAINS = list(EVENT.move("take_duplicate").sources)
MOST_CANDIDATES = 200
MOST_READ = 20
"""So many texts are opened for one look, those of the nearest and newest."""


class Similar(msgspec.Struct, frozen=True, kw_only=True):
    """An event that may tell of the same thing, why, and the move that would merge the asked one into it."""

    id: str
    number: str
    title: str
    status: str
    likeness: Likeness
    reason: Text
    offer: Offer | None = None


async def _text_of(row: GridEvent, host: "Host") -> str:
    note = row.steps[0].note if row.steps else ""
    if not note:
        return ""
    opened = await host.vault.open_matter(host.pool, row.id, clearance=2)
    return opened.get(note, {}).get("text", "")


def as_report(row: GridEvent, text: str = "") -> Report:
    """The row as it is compared."""
    return Report(id=row.id, area=row.area, place=row.place, category=row.category, at=row.opened_at, text=text)


async def similar_to(asked: Report, row: GridEvent | None, ctx: Context, host: "Host") -> list[Similar]:
    """Open events of the same community, reported about the same time, that the actor may read and that are alike."""
    span = timedelta(days=settings_of(ctx).similar_days)
    found = (
        await GridEventTable.select(GridEventTable.doc)
        .where(GridEventTable.area.like(f"{asked.area[:12]}%"), GridEventTable.status.is_in(_MAINS))
        .order_by(GridEventTable.key, ascending=False)
        .limit(MOST_CANDIDATES)
    )
    rows = [msgspec.json.decode(r["doc"], type=GridEvent) for r in found]
    face = GRID_EVENT.face
    assert face is not None
    there = {
        r.id: r
        for r in rows
        if r.id != asked.id
        and r.category[:1] == asked.category[:1]
        and abs(r.opened_at - asked.at) <= span
        and may_read(face.visibility(r), r.area, ctx.actor)
    }
    first = most_alike(asked, (as_report(r) for r in there.values()), MOST_READ)
    read = [as_report(there[report.id], await _text_of(there[report.id], host)) for report, _ in first]
    return [_similar(row, there[report.id], likeness, ctx) for report, likeness in most_alike(asked, read)]


async def similar_to_event(row: GridEvent, ctx: Context, host: "Host") -> list[Similar]:
    """What an event that is there may be a duplicate of."""
    return await similar_to(as_report(row, await _text_of(row, host)), row, ctx, host)


def _similar(row: GridEvent | None, main: GridEvent, likeness: Likeness, ctx: Context) -> Similar:
    return Similar(
        id=main.id,
        number=main.number,
        title=title_of(main, ctx),
        status=main.status,
        likeness=likeness,
        reason=_reason(likeness),
        offer=_offer(row, main, ctx) if row is not None else None,
    )


def _offer(row: GridEvent, main: GridEvent, ctx: Context) -> Offer | None:
    if not allowed("merge_duplicate", row, ctx) or not ctx.actor.covers(main.area):
        return None
    try:
        check_main(row, main)
    except Refusal:
        return None
    title = Text(f"并入 {main.number}", f"Merge into {main.number}")
    return Offer(action="grid.merge_duplicate", prefill={"event": row.id, "main": main.number}, title=title)


def _reason(likeness: Likeness) -> Text:
    zh, en = [], []
    if likeness.distance_m is not None:
        zh.append(f"相距 {likeness.distance_m} 米")
        en.append(f"{likeness.distance_m} m apart")
    elif likeness.place is not None:
        zh.append(f"地点名称相似 {likeness.place:.0%}")
        en.append(f"place names {likeness.place:.0%} alike")
    zh.append(f"相隔 {likeness.hours:g} 小时")
    en.append(f"{likeness.hours:g} h between")
    if likeness.same_category:
        zh.append("类别相同")
        en.append("same category")
    if likeness.text is not None:
        zh.append(f"文字相似 {likeness.text:.0%}")
        en.append(f"text {likeness.text:.0%} alike")
    return Text("，".join(zh), ", ".join(en))


def note_of(similar: Similar) -> Text:
    """A suggestion as a preview shows it."""
    zh, en = similar.reason.zh, similar.reason.en
    return Text(f"可能重复：{similar.number}（{zh}）", f"May be a duplicate of {similar.number} ({en})")


async def preview_merge(body: Mapping[str, Any], ctx: Context, host: "Host") -> Mapping[str, Any]:
    """For a merger half filled in: the number of the event most alike, and every suggestion with its reasons."""
    answer: dict[str, Any] = {"suggestions": {}, "clocks": [], "notes": []}
    event = body.get("event")
    row = await find_event(event) if isinstance(event, str) else None
    face = GRID_EVENT.face
    assert face is not None
    if row is None or not may_read(face.visibility(row), row.area, ctx.actor):
        return answer
    found = await similar_to_event(row, ctx, host)
    if found:
        answer["suggestions"] = {"main": found[0].number}
        answer["notes"] = [note_of(s) for s in found]
    return answer


async def find_event(event: str) -> GridEvent | None:
    """The row of an event, or None."""
    rows = await GridEventTable.select(GridEventTable.doc).where(GridEventTable.key == event)
    return msgspec.json.decode(rows[0]["doc"], type=GridEvent) if rows else None
