"""The whistle catalogue (吹哨事项清单): for each class a draft and published versions; which entry holds on which day.

A published version is never edited: whoever wants it otherwise publishes the next one. Two kinds of rows: the list of
a class with all its versions, and the revisions of one entry, which is all a whistle needs to look at.
"""

import tomllib
from collections.abc import Iterable
from datetime import date
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace
from shuniu.chassis.rows import Happening, Index, RowKind
from shuniu.contracts.envelope import Fact
from shuniu.contracts.whistle import catalogue as said
from shuniu.contracts.whistle.catalogue import ListItem

from shuniu_whistle.texts import TEXTS

__all__ = (
    "CLASS_LIST",
    "GROUPS",
    "LIST_ENTRY",
    "ClassList",
    "ListEntry",
    "Listed",
    "ListedVersion",
    "Revision",
    "group_of",
    "in_force",
    "shipped",
    "shipped_version",
)

GROUPS = ("URBAN", "ENFORCEMENT", "LIVELIHOOD", "ENTERPRISE")
"""Classes of the list: 城市建设、综合执法、民生保障 (article), and 企业服务 for whistles of firms."""


class Listed(NamedTuple):
    """An entry that holds: of which class and version."""

    item: ListItem
    group: str
    version: str


class _Shipped(NamedTuple):
    version: str
    valid_from: date
    items: dict[str, tuple[ListItem, ...]]
    by_code: dict[str, Listed]


@cache
def _shipped() -> _Shipped:
    tree: dict[str, Any] = tomllib.loads(resources.files(__package__).joinpath("shipped.toml").read_text("utf-8"))
    items = {group: tuple(_item(code, ways, tree["basis"]) for code, ways in tree[group].items()) for group in GROUPS}
    by_code = {i.code: Listed(i, group, tree["version"]) for group, found in items.items() for i in found}
    return _Shipped(tree["version"], tree["valid_from"], items, by_code)


def _item(code: str, directions: list[Any], basis: str) -> ListItem:
    title = TEXTS[f"category.{code}"]
    return ListItem(
        code=code,
        title_zh=title.zh,
        title_en=title.en,
        directions=tuple(directions),
        off_list=code.startswith("OTHER_"),
        basis=basis,
    )


def shipped(group: str) -> tuple[ListItem, ...]:
    """The entries that ship for a class."""
    return _shipped().items[group]


def shipped_version() -> tuple[str, date]:
    """Name and first day of the list that ships."""
    return _shipped().version, _shipped().valid_from


class ListedVersion(msgspec.Struct, frozen=True, kw_only=True):
    """A published version of a class's list."""

    version: str
    valid_from: date
    items: tuple[ListItem, ...]


class ClassList(msgspec.Struct, frozen=True, kw_only=True):
    """A class's list: what is being prepared (None: nothing), and every version that was published."""

    group: str
    draft: tuple[ListItem, ...] | None = None
    based_on: str = ""
    versions: tuple[ListedVersion, ...] = ()

    def newest(self) -> ListedVersion:
        """The version published last; the one that ships where there is none."""
        if self.versions:
            return self.versions[-1]
        version, valid_from = shipped_version()
        return ListedVersion(version=version, valid_from=valid_from, items=shipped(self.group))

    def on(self, day: date) -> ListedVersion:
        """The version in force on that day."""
        held = [v for v in self.versions if v.valid_from <= day]
        return held[-1] if held else ClassList(group=self.group).newest()


class Revision(msgspec.Struct, frozen=True, kw_only=True):
    """What an entry says from a version on; None: it is no longer on the list."""

    version: str
    valid_from: date
    item: ListItem | None


class ListEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry through all versions of its class."""

    code: str
    group: str
    revisions: tuple[Revision, ...]


def in_force(row: ListEntry | None, code: str, day: date) -> Listed | None:
    """The entry as it holds on that day, or None when the list has none of that code."""
    held = [r for r in row.revisions if r.valid_from <= day] if row is not None else []
    if held:
        assert row is not None
        newest = held[-1]
        return Listed(newest.item, row.group, newest.version) if newest.item is not None else None
    return _shipped().by_code.get(code)


def group_of(row: ListEntry | None, code: str) -> str:
    """The class a code belongs to or belonged to; "" for a new one."""
    found = _shipped().by_code.get(code)
    return row.group if row is not None else found.group if found else ""


def _put(items: Iterable[ListItem], item: ListItem) -> tuple[ListItem, ...]:
    there = tuple(items)
    if any(i.code == item.code for i in there):
        return tuple(item if i.code == item.code else i for i in there)
    return (*there, item)


def evolve_list(row: ClassList | None, f: Fact, h: Happening) -> ClassList | None:
    """A class's list after a fact."""
    match f:
        case said.CatalogueDrafted():
            row = row or ClassList(group=f.group)
            return replace(row, draft=row.newest().items, based_on=f.based_on)
        case said.EntryPut() if row is not None:
            return replace(row, draft=_put(row.draft or (), f.item))
        case said.EntryDropped() if row is not None:
            return replace(row, draft=tuple(i for i in row.draft or () if i.code != f.code))
        case said.CatalogueDiscarded() if row is not None:
            return replace(row, draft=None, based_on="")
        case said.CataloguePublished():
            row = row or ClassList(group=f.group)
            version = ListedVersion(version=f.version, valid_from=f.valid_from, items=row.draft or ())
            return replace(row, draft=None, based_on="", versions=(*row.versions, version))
        case _:
            return row


def evolve_entry(row: ListEntry | None, f: Fact, h: Happening) -> ListEntry | None:
    """One entry after a version that has it, or has it no more."""
    match f:
        case said.EntryListed():
            return _revised(
                row, f.item.code, f.group, Revision(version=f.version, valid_from=f.valid_from, item=f.item)
            )
        case said.EntryRetired():
            return _revised(row, f.code, f.group, Revision(version=f.version, valid_from=f.valid_from, item=None))
        case _:
            return row


def _revised(row: ListEntry | None, code: str, group: str, revision: Revision) -> ListEntry:
    return ListEntry(code=code, group=group, revisions=(*(row.revisions if row else ()), revision))


CLASS_LIST: RowKind[ClassList] = RowKind(
    "class_list", ClassList, "class_list", evolve_list, index=lambda r: Index("DRAFT" if r.draft is not None else "")
)
LIST_ENTRY: RowKind[ListEntry] = RowKind("list_entry", ListEntry, "list_entry", evolve_entry)
