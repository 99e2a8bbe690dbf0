"""The directory (通讯录): units and office posts, published as registry summaries for every local registry."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Literal

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.rows import Happening, Index, Key, RowKind, Rows
from shuniu.chassis.service import Command
from shuniu.contracts.envelope import Fact
from shuniu.contracts.gateway import PostRegistered, UnitRegistered
from shuniu.contracts.summary import RegistryEntry, Summary, Visibility
from shuniu.contracts.text import Text
from shuniu.rules.refusal import FieldError, Unprocessable

__all__ = ("IMPORT_UNITS", "POST", "UNIT", "DirectoryEntry", "ImportUnits")

MOST_ENTRIES = 1000
_LONGEST_CODE = 40


class DirectoryEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A unit or post as it is handed in. ``code`` is ASCII; ``parent`` a unit, "" at the top."""

    code: str
    title: Text
    kind: Literal["unit", "post", ""] = ""
    """May be given, as registry files do; must then fit the list it stands in."""
    parent: str = ""
    subtype: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    geometry: str = ""
    attributes: dict[str, str] = {}

    def entry(self, kind: Literal["unit", "post"]) -> RegistryEntry:
        """As the registry knows it."""
        return RegistryEntry(
            kind=kind,
            code=self.code,
            parent=self.parent,
            title=self.title,
            subtype=self.subtype,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            attributes=self.attributes,
        )


class ImportUnits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Take units and office posts into the directory (导入单位与岗位); known ones are brought up to date."""

    units: tuple[DirectoryEntry, ...] = ()
    posts: tuple[DirectoryEntry, ...] = ()


def _evolve(row: RegistryEntry | None, fact: Any, happening: Happening) -> RegistryEntry | None:
    return fact.entry if isinstance(fact, UnitRegistered | PostRegistered) else row


def _summarise(row: RegistryEntry, fact: Fact, ctx: Context) -> Summary:
    return Summary(registry=(row,), visibility=Visibility(areas=(ctx.scope,), sensitivity=2))


UNIT: RowKind[RegistryEntry] = RowKind(
    "unit", RegistryEntry, "unit", _evolve, index=lambda row: Index(unit=row.code), summarise=_summarise
)
POST: RowKind[RegistryEntry] = RowKind(
    "office_post", RegistryEntry, "office_post", _evolve, index=lambda row: Index(unit=row.parent), summarise=_summarise
)


def _keys(body: ImportUnits, ctx: Context) -> Iterable[Key]:
    yield from (UNIT.key(e.code) for e in body.units)
    yield from (POST.key(e.code) for e in body.posts)


def _check(entries: tuple[DirectoryEntry, ...], field: str, kind: str) -> None:
    wrong: list[FieldError] = []
    seen: set[str] = set()
    for i, entry in enumerate(entries):
        if not entry.code.isascii() or not 0 < len(entry.code) <= _LONGEST_CODE:
            wrong.append(FieldError(f"{field}.{i}.code", "malformed"))
        if entry.code in seen:
            wrong.append(FieldError(f"{field}.{i}.code", "twice"))
        seen.add(entry.code)
        if not entry.title.zh or not entry.title.en:
            wrong.append(FieldError(f"{field}.{i}.title", "missing"))
        if entry.kind not in ("", kind):
            wrong.append(FieldError(f"{field}.{i}.kind", "not_taken"))
        if entry.parent == entry.code:
            wrong.append(FieldError(f"{field}.{i}.parent", "circular"))
    if wrong:
        raise Unprocessable("gateway.bad_entries", fields=tuple(wrong))


def _decide(rows: Rows, body: ImportUnits, ctx: Context) -> Decision:
    if not 0 < len(body.units) + len(body.posts) <= MOST_ENTRIES:
        raise Unprocessable(
            "gateway.entries_range", fields=(FieldError("units", "out_of_range"),), params={"most": MOST_ENTRIES}
        )
    _check(body.units, "units", "unit")
    _check(body.posts, "posts", "post")
    events: list[Emit] = []
    for given in body.units:
        unit = given.entry("unit")
        if rows.find(UNIT, unit.code) != unit:
            events.append(Emit(UnitRegistered(entry=unit), on=(UNIT.key(unit.code),)))
    for given in body.posts:
        post = given.entry("post")
        if rows.find(POST, post.code) != post:
            events.append(Emit(PostRegistered(entry=post), on=(POST.key(post.code),)))
    return Decision(events=tuple(events), answer={"registered": len(events)})


IMPORT_UNITS: Command[ImportUnits] = Command(
    name="gateway.import_units",
    struct=ImportUnits,
    keys=_keys,
    decide=_decide,
    roles=("registrar",),
    icon="unit",
    surfaces=(),
)
