"""What the public disclosure of pay-outs (赔付公示) says: figures without small cells (domain rules 4.2, 7.1)."""

from datetime import date

import msgspec

from shuniu.contracts.envelope import Fact, fact

__all__ = ("FACTS", "DisclosedCell", "DisclosureDiscarded", "DisclosureDrafted", "DisclosurePublished")


class DisclosedCell(msgspec.Struct, frozen=True, kw_only=True):
    """One cell: persons paid and fen paid to them. None: kept back."""

    code: str
    persons: int | None = None
    amount: int | None = None


@fact("insurance", "disclosure.drafted.v1")
class DisclosureDrafted(Fact, frozen=True, kw_only=True):
    """The figures of a calendar quarter, already without what must not be told."""

    disclosure: str
    number: str
    since: date
    until: date
    least: int
    persons: int | None
    amount: int | None
    by_kind: tuple[DisclosedCell, ...]
    by_area: tuple[DisclosedCell, ...]


@fact("insurance", "disclosure.published.v1")
class DisclosurePublished(Fact, frozen=True, kw_only=True):
    """Everybody may read it."""

    disclosure: str


@fact("insurance", "disclosure.discarded.v1")
class DisclosureDiscarded(Fact, frozen=True, kw_only=True):
    """A draft was given up, to be drawn up anew."""

    disclosure: str


FACTS: tuple[type[Fact], ...] = (DisclosureDrafted, DisclosurePublished, DisclosureDiscarded)
