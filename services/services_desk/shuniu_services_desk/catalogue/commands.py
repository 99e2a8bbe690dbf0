"""How an item comes to its next version: draft, publish; and life events. A published version is never edited."""

from collections.abc import Iterable
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.contracts.services_desk.catalogue import (
    GuideDiscarded,
    GuideDrafted,
    GuidePublished,
    GuideRetired,
    LifeEventSet,
)
from shuniu.rules.refusal import Conflict, FieldError, NotFound, Unprocessable

from shuniu_services_desk.catalogue.flaws import flaws
from shuniu_services_desk.catalogue.given import GivenGuide, guide_of
from shuniu_services_desk.catalogue.items import DRAFTS, ITEM, LIFE_EVENT, OPEN, DeskItem
from shuniu_services_desk.fields import Code, Codes, Day, today
from shuniu_services_desk.roles import KEEPERS

__all__ = ("COMMANDS", "drafts_key")


class PutDraft(GivenGuide, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Write the next version of an item; it replaces an earlier draft (编制实施清单)."""


class OnItem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command on one item."""

    item: Code


class PublishItem(OnItem, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The draft holds from a day on."""

    valid_from: Day


class PublishDrafts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every draft holds from a day on; all of them, or none."""

    valid_from: Day


class SetLifeEvent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What belongs to a life event (一件事); no items: it is not offered any more."""

    life_event: Code
    title: Annotated[str, Meta(min_length=2, max_length=40, pattern=r"\S")]
    items: Codes


def drafts_key() -> Key:
    """The row that knows the open drafts."""
    return DRAFTS.key(OPEN)


def _on_item(c: OnItem | PutDraft, ctx: Context) -> Iterable[Key]:
    return (ITEM.key(c.item), drafts_key())


def _status(row: DeskItem | None) -> str:
    return "" if row is None else "DRAFT" if row.draft is not None else "PUBLISHED"


def put_draft(rows: Rows, c: PutDraft, ctx: Context) -> Decision:
    """The draft as given; what is published stays as it is, and so do cases that were accepted by it."""
    fact = GuideDrafted(guide=guide_of(c))
    found = flaws(fact.guide)
    answer = {"item": c.item, "flaws": [f"{f.field}: {f.code}" for f in found]}
    return Decision((Emit(fact, (ITEM.key(c.item), drafts_key())),), (), answer)


def _published(row: DeskItem, valid_from: Any, ctx: Context, field: str = "") -> GuidePublished:
    guide = row.draft
    if guide is None:
        raise Conflict("guide.no_draft", state=_status(row), event="publish", params={"item": row.item})
    found = list(flaws(guide))
    units = ctx.registry.all("unit")
    if units:
        found += [FieldError("body", "unknown")] if guide.body not in units else []
        found += [FieldError("partners", "unknown") for unit in guide.partners if unit not in units]
    if valid_from < today(ctx) or (row.versions and valid_from <= row.versions[-1].valid_from):
        # Whoever came yesterday was told yesterday's list: a version holds from today at the earliest.
        found.append(FieldError("valid_from", "not_later"))
    if found:
        named = tuple(FieldError(f"{field}{f.field}", f.code) for f in found)
        raise Unprocessable("guide.flawed", state="DRAFT", event="publish", fields=named, params={"item": row.item})
    return GuidePublished(version=len(row.versions) + 1, valid_from=valid_from, guide=guide)


def publish(rows: Rows, c: PublishItem, ctx: Context) -> Decision:
    """The next version: complete, without a catch-all, its limits within the law's."""
    row = rows.find(ITEM, c.item)
    if row is None:
        raise NotFound("desk_item.unknown", event="publish", params={"id": c.item})
    fact = _published(row, c.valid_from, ctx)
    return Decision(
        (Emit(fact, (ITEM.key(c.item), drafts_key())),), (), {"item": c.item, "version": fact.version, "published": 1}
    )


def _all_drafts(c: PublishDrafts, ctx: Context) -> Iterable[Key]:
    return (drafts_key(),)


def _their_items(c: PublishDrafts, rows: Rows, ctx: Context) -> Iterable[Key]:
    there = rows.find(DRAFTS, OPEN)
    return tuple(ITEM.key(i) for i in there.items) if there is not None else ()


def publish_drafts(rows: Rows, c: PublishDrafts, ctx: Context) -> Decision:
    """All drafts at once, as after an import; one that is flawed keeps all of them back and says which."""
    there = rows.find(DRAFTS, OPEN)
    if there is None or not there.items:
        raise Conflict("guide.no_draft", event="publish", params={"item": ""})
    found: list[FieldError] = []
    facts: list[GuidePublished] = []
    for item in there.items:
        try:
            facts.append(_published(rows.need(ITEM, item), c.valid_from, ctx, f"{item}."))
        except Unprocessable as refusal:
            found += refusal.fields
    if found:
        params = {"item": ", ".join(sorted({f.field.split(".")[0] for f in found}))[:200]}
        raise Unprocessable("guide.flawed", state="DRAFT", event="publish", fields=tuple(found[:200]), params=params)
    events = tuple(Emit(f, (ITEM.key(f.guide.item), drafts_key())) for f in facts)
    return Decision(events, (), {"published": len(facts)})


def discard(rows: Rows, c: OnItem, ctx: Context) -> Decision:
    """Give the draft up."""
    row = rows.find(ITEM, c.item)
    if row is None or row.draft is None:
        raise Conflict("guide.no_draft", state=_status(row), event="discard", params={"item": c.item})
    return Decision((Emit(GuideDiscarded(item=c.item), (ITEM.key(c.item), drafts_key())),), (), {"item": c.item})


def retire(rows: Rows, c: PublishItem, ctx: Context) -> Decision:
    """The item is not taken any more from that day on."""
    row = rows.find(ITEM, c.item)
    if row is None or not row.versions or row.retired_from is not None:
        raise Conflict("guide.not_in_force", state=_status(row), event="retire", params={"item": c.item})
    if c.valid_from < today(ctx):
        fields = (FieldError("valid_from", "not_later"),)
        raise Unprocessable("guide.flawed", state=_status(row), event="retire", fields=fields, params={"item": c.item})
    return Decision(
        (Emit(GuideRetired(item=c.item, valid_from=c.valid_from), (ITEM.key(c.item),)),), (), {"item": c.item}
    )


def _life_event_keys(c: SetLifeEvent, ctx: Context) -> Iterable[Key]:
    yield LIFE_EVENT.key(c.life_event)
    yield from (ITEM.key(i) for i in c.items)


def set_life_event(rows: Rows, c: SetLifeEvent, ctx: Context) -> Decision:
    """Items of the catalogue, each once."""
    unknown = tuple(
        FieldError(f"items.{n}", "unknown" if rows.find(ITEM, item) is None else "twice")
        for n, item in enumerate(c.items)
        if rows.find(ITEM, item) is None or item in c.items[:n]
    )
    if unknown:
        raise Unprocessable("guide.life_event_items", event="set", fields=unknown)
    fact = LifeEventSet(life_event=c.life_event, title=c.title.strip(), items=c.items)
    return Decision((Emit(fact, (LIFE_EVENT.key(c.life_event),)),), (), {"life_event": c.life_event})


def _command(name: str, struct: type[Any], keys: Any, decide: Any, order: int, **rest: Any) -> Command[Any]:
    return Command(name, struct, keys, decide, roles=KEEPERS, surfaces=(), order=order, **rest)


COMMANDS: tuple[Command[Any], ...] = (
    _command("guide.put", PutDraft, _on_item, put_draft, 10),
    _command("guide.publish", PublishItem, _on_item, publish, 11, tone="primary"),
    _command("guide.publish_drafts", PublishDrafts, _all_drafts, publish_drafts, 12, more_keys=_their_items),
    _command("guide.discard", OnItem, _on_item, discard, 13, tone="danger"),
    _command("guide.retire", PublishItem, _on_item, retire, 14, tone="danger"),
    _command("guide.set_life_event", SetLifeEvent, _life_event_keys, set_life_event, 15),
)
