"""What the whistle catalogue (吹哨事项清单) says: drafts and versions of each class's list (domain rules 10.1).

Entries are published texts without persons. Dates are business dates (Asia/Shanghai).
"""

from datetime import date
from typing import Literal

import msgspec

from shuniu.contracts.envelope import Fact, fact
from shuniu.contracts.whistle.whistles import Direction

__all__ = (
    "FACTS",
    "CatalogueDiscarded",
    "CatalogueDrafted",
    "CataloguePublished",
    "EntryDropped",
    "EntryListed",
    "EntryPut",
    "EntryRetired",
    "ListItem",
)


class ListItem(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the list. ``kind`` HARD: only a hard whistle may be blown for it; "": the drafter says.

    ``profile`` names the limit profile its whistles run by; "": that of the direction. ``off_list`` entries stand for
    what is not on the list and need a reason.
    """

    code: str
    title_zh: str
    title_en: str
    directions: tuple[Direction, ...]
    off_list: bool = False
    kind: Literal["", "ROUTINE", "HARD"] = ""
    profile: str = ""
    basis: str = ""
    """Where the entry comes from: a regulation, a decision, a page."""


@fact("whistle", "catalogue.drafted.v1")
class CatalogueDrafted(Fact, frozen=True, kw_only=True):
    """The next version of a class's list is being prepared, beginning with the entries of version ``based_on``."""

    group: str
    based_on: str


@fact("whistle", "entry.put.v1")
class EntryPut(Fact, frozen=True, kw_only=True):
    """An entry of the draft was added or corrected."""

    group: str
    item: ListItem


@fact("whistle", "entry.dropped.v1")
class EntryDropped(Fact, frozen=True, kw_only=True):
    """An entry was taken out of the draft."""

    group: str
    code: str


@fact("whistle", "catalogue.published.v1")
class CataloguePublished(Fact, frozen=True, kw_only=True):
    """The draft of a class's list became a version: it holds from ``valid_from`` on and is never changed again."""

    group: str
    version: str
    valid_from: date
    entries: int
    retired: tuple[str, ...]
    """Codes of the version before that it no longer has."""


@fact("whistle", "entry.listed.v1")
class EntryListed(Fact, frozen=True, kw_only=True):
    """What an entry says from a published version on."""

    group: str
    version: str
    valid_from: date
    item: ListItem


@fact("whistle", "entry.retired.v1")
class EntryRetired(Fact, frozen=True, kw_only=True):
    """An entry is no longer on the list from a published version on; whistles blown before keep it."""

    group: str
    version: str
    valid_from: date
    code: str


@fact("whistle", "catalogue.discarded.v1")
class CatalogueDiscarded(Fact, frozen=True, kw_only=True):
    """The draft came to nothing."""

    group: str


FACTS: tuple[type[Fact], ...] = (
    CatalogueDrafted,
    EntryPut,
    EntryDropped,
    CataloguePublished,
    EntryListed,
    EntryRetired,
    CatalogueDiscarded,
)
