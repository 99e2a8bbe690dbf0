"""Items (事项): a draft, and published versions, which nobody edits; life events; which drafts are open."""

from datetime import date
from typing import Any

import msgspec
from msgspec.structs import replace
from shuniu.chassis.rows import Happening, Index, RowKind
from shuniu.contracts.envelope import Fact
from shuniu.contracts.services_desk import catalogue as said
from shuniu.contracts.services_desk.catalogue import Guide
from shuniu.contracts.summary import Summary, Visibility

__all__ = ("DRAFTS", "ITEM", "LIFE_EVENT", "OPEN", "DeskItem", "ItemVersion", "LifeEvent", "OpenDrafts")

OPEN = "open"
"""Key of the one row that knows which items have a draft."""


class ItemVersion(msgspec.Struct, frozen=True, kw_only=True):
    """A published version; cases name it by number."""

    version: int
    valid_from: date
    guide: Guide


class DeskItem(msgspec.Struct, frozen=True, kw_only=True):
    """An item of the catalogue."""

    item: str
    draft: Guide | None = None
    versions: tuple[ItemVersion, ...] = ()
    retired_from: date | None = None

    def on(self, day: date) -> ItemVersion | None:
        """The version in force on that day; None before the first one and after it was retired."""
        if self.retired_from is not None and day >= self.retired_from:
            return None
        held = [v for v in self.versions if v.valid_from <= day]
        return held[-1] if held else None

    def version(self, number: int) -> ItemVersion:
        """The version of that number, in force or not. KeyError for one there never was."""
        for v in self.versions:
            if v.version == number:
                return v
        raise KeyError(f"{self.item} has no version {number}")

    @property
    def newest(self) -> Guide | None:
        """What a next draft begins with."""
        return self.draft or (self.versions[-1].guide if self.versions else None)


class LifeEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Items people need together (一件事)."""

    life_event: str
    title: str
    items: tuple[str, ...]


class OpenDrafts(msgspec.Struct, frozen=True):
    """Items with a draft."""

    items: tuple[str, ...] = ()


def _item(row: DeskItem | None, f: Any, h: Happening) -> DeskItem | None:
    match f:
        case said.GuideDrafted():
            return replace(row or DeskItem(item=f.guide.item), draft=f.guide)
        case said.GuideDiscarded() if row is not None:
            return replace(row, draft=None)
        case said.GuidePublished():
            row = row or DeskItem(item=f.guide.item)
            version = ItemVersion(version=f.version, valid_from=f.valid_from, guide=f.guide)
            return replace(row, draft=None, versions=(*row.versions, version), retired_from=None)
        case said.GuideRetired() if row is not None:
            return replace(row, retired_from=f.valid_from)
        case _:
            return row


def _drafts(row: OpenDrafts | None, f: Any, h: Happening) -> OpenDrafts:
    there = row.items if row is not None else ()
    match f:
        case said.GuideDrafted() if f.guide.item not in there:
            return OpenDrafts((*there, f.guide.item))
        case said.GuideDiscarded():
            return OpenDrafts(tuple(i for i in there if i != f.item))
        case said.GuidePublished():
            return OpenDrafts(tuple(i for i in there if i != f.guide.item))
        case _:
            return OpenDrafts(there)


def _life_event(row: LifeEvent | None, f: Any, h: Happening) -> LifeEvent | None:
    return LifeEvent(life_event=f.life_event, title=f.title, items=f.items) if isinstance(f, said.LifeEventSet) else row


def _public(row: Any, f: Fact, ctx: Any) -> Summary:
    """A catalogue concerns nobody in particular; everybody of the scope may know it."""
    return Summary(visibility=Visibility(areas=(ctx.scope,), sensitivity=1))


ITEM: RowKind[DeskItem] = RowKind(
    "desk_item",
    DeskItem,
    "desk_item",
    _item,
    index=lambda r: Index("DRAFT" if r.draft is not None else "RETIRED" if r.retired_from else "PUBLISHED"),
    summarise=_public,
)
DRAFTS: RowKind[OpenDrafts] = RowKind("desk_drafts", OpenDrafts, "desk_drafts", _drafts)
LIFE_EVENT: RowKind[LifeEvent] = RowKind(
    "desk_life_event", LifeEvent, "desk_life_event", _life_event, summarise=_public
)
