"""How a list comes to its next version: draft, entries, publish; by the district's coordinator or the registrar."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.chassis.sheets import Outcome, imported
from shuniu.contracts.envelope import Fact
from shuniu.contracts.whistle.catalogue import (
    CatalogueDiscarded,
    CatalogueDrafted,
    CataloguePublished,
    EntryDropped,
    EntryListed,
    EntryPut,
    EntryRetired,
    ListItem,
)
from shuniu.contracts.whistle.whistles import Direction
from shuniu.rules.calendar import local
from shuniu.rules.refusal import Conflict, FieldError, Unprocessable

from shuniu_whistle.catalogue.entries import CLASS_LIST, LIST_ENTRY, ClassList, group_of

__all__ = ("COMMANDS", "IMPORT", "KEEPERS", "LIMITS_NEEDED", "EntryRow", "Import")

KEEPERS = ("district_coordinator", "registrar")
"""Who keeps the list; a person of the district's coordination or the deployment's registrar."""
LIMITS_NEEDED = ("sign", "contact", "finish", "evaluate")
"""Limits a profile must have to run whistles by; reporting in may differ by kind and is looked for by itself."""

Group = Literal["URBAN", "ENFORCEMENT", "LIVELIHOOD", "ENTERPRISE"]
Code = Annotated[str, Meta(min_length=2, max_length=40, pattern=r"^[A-Z][A-Z0-9_]*$")]
Title = Annotated[str, Meta(min_length=2, max_length=40, pattern=r"\S")]


class OpenDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Begin the next version with the entries of the newest one (编制新版本)."""

    group: Group


class PutEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Add an entry to the draft, or correct one (增补事项)."""

    group: Group
    code: Code
    title_zh: Title
    title_en: Annotated[str, Meta(max_length=80)] = ""
    directions: tuple[Direction, ...]
    off_list: bool = False
    entry_kind: Literal["", "ROUTINE", "HARD"] = ""
    profile: Annotated[str, Meta(max_length=40)] = ""
    basis: Annotated[str, Meta(max_length=200)] = ""


class DropEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Take an entry out of the draft (删除事项)."""

    group: Group
    code: Code


class Publish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Make the draft a version (发布)."""

    group: Group
    valid_from: Annotated[date, Meta(extra_json_schema={"x-widget": "date"})]


class Discard(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Give the draft up (废弃草案)."""

    group: Group


class EntryRow(PutEntry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row of an imported sheet."""


class Import(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Put a whole sheet's entries into the drafts of their classes (导入清单)."""

    rows: tuple[EntryRow, ...]


def _keeper(ctx: Context) -> None:
    ctx.actor.require_role(*KEEPERS)
    ctx.actor.require_area(ctx.scope)


def _status(row: ClassList | None) -> str:
    return "DRAFT" if row is not None and row.draft is not None else "PUBLISHED"


def _draft_of(rows: Rows, group: str, event: str) -> ClassList:
    row = rows.find(CLASS_LIST, group)
    if row is None or row.draft is None:
        raise Conflict("catalogue.no_draft", state="PUBLISHED", event=event, params={"group": group})
    return row


def _on_list(c: Any, ctx: Context) -> Iterable[Key]:
    return (CLASS_LIST.key(c.group),)


def open_draft(rows: Rows, c: OpenDraft, ctx: Context) -> Decision:
    """One draft of a class at a time."""
    _keeper(ctx)
    row = rows.find(CLASS_LIST, c.group)
    if row is not None and row.draft is not None:
        raise Conflict("catalogue.draft_open", state="DRAFT", event="draft", params={"group": c.group})
    return _said([CatalogueDrafted(group=c.group, based_on=_newest(row, c.group).version)], c.group)


def _newest(row: ClassList | None, group: str) -> Any:
    return (row or ClassList(group=group)).newest()


def _said(facts: Sequence[Fact], group: str) -> Decision:
    on = (CLASS_LIST.key(group),)
    return Decision(tuple(Emit(f, on) for f in facts), (), {"group": group})


def _item(c: PutEntry) -> ListItem:
    return ListItem(
        code=c.code,
        title_zh=c.title_zh.strip(),
        title_en=(c.title_en or c.title_zh).strip(),
        directions=tuple(dict.fromkeys(c.directions)),
        off_list=c.off_list,
        kind=c.entry_kind,
        profile=c.profile,
        basis=c.basis.strip(),
    )


def _flaws(rows: Rows, c: PutEntry, ctx: Context) -> Iterable[tuple[str, str]]:
    """(field, code) of everything wrong with an entry."""
    belongs = group_of(rows.find(LIST_ENTRY, c.code), c.code)
    if belongs and belongs != c.group:
        yield "code", "other_class"
    if not c.directions:
        yield "directions", "missing"
    if c.entry_kind == "HARD" and "DOWN" in c.directions:
        yield "entry_kind", "down_has_no_kind"
    if c.profile:
        yield from (("profile", code) for code in _profile_flaws(c.profile, ctx))


def _profile_flaws(profile: str, ctx: Context) -> Iterable[str]:
    try:
        found = ctx.profile(profile)
    except KeyError:
        yield "unknown"
        return
    if not set(LIMITS_NEEDED) <= set(found.limits) or not any(n.startswith("report") for n in found.limits):
        yield "limits_missing"


def _entry_keys(c: PutEntry, ctx: Context) -> Iterable[Key]:
    return (CLASS_LIST.key(c.group), LIST_ENTRY.key(c.code))


def put_entry(rows: Rows, c: PutEntry, ctx: Context) -> Decision:
    """The draft has the entry as given from now on."""
    _keeper(ctx)
    row = _draft_of(rows, c.group, "put")
    if flaws := tuple(FieldError(field, code) for field, code in _flaws(rows, c, ctx)):
        raise Unprocessable("catalogue.entry", state="DRAFT", event="put", fields=flaws, params={"code": c.code})
    item = _item(c)
    if item in (row.draft or ()):
        return Decision()
    return _said([EntryPut(group=c.group, item=item)], c.group)


def drop_entry(rows: Rows, c: DropEntry, ctx: Context) -> Decision:
    """The draft no longer has the entry; whistles blown for it keep it."""
    _keeper(ctx)
    row = _draft_of(rows, c.group, "drop")
    if not any(i.code == c.code for i in row.draft or ()):
        raise Conflict("catalogue.entry_unknown", state="DRAFT", event="drop", params={"code": c.code})
    return _said([EntryDropped(group=c.group, code=c.code)], c.group)


def discard(rows: Rows, c: Discard, ctx: Context) -> Decision:
    """No draft any more; what is published stays."""
    _keeper(ctx)
    _draft_of(rows, c.group, "discard")
    return _said([CatalogueDiscarded(group=c.group)], c.group)


def _publish_more(c: Publish, rows: Rows, ctx: Context) -> Iterable[Key]:
    row = rows.find(CLASS_LIST, c.group)
    if row is not None:
        codes = {i.code for i in (*(row.draft or ()), *row.newest().items)}
        yield from (LIST_ENTRY.key(code) for code in sorted(codes))


def publish(rows: Rows, c: Publish, ctx: Context) -> Decision:
    """Draft → version. It begins today or later, and after every version there is; each class has an off-list entry."""
    _keeper(ctx)
    row = _draft_of(rows, c.group, "publish")
    items = row.draft or ()
    before = row.newest()
    first = max(local(ctx.now).date(), date.fromordinal(before.valid_from.toordinal() + 1))
    if c.valid_from < first:
        fields = (FieldError("valid_from", "too_early"),)
        params = {"from": first.isoformat()}
        raise Unprocessable("catalogue.valid_from", state="DRAFT", event="publish", fields=fields, params=params)
    if not any(i.off_list for i in items):
        raise Conflict("catalogue.off_list_missing", state="DRAFT", event="publish", params={"group": c.group})
    if broken := [i.code for i in items if i.profile and any(_profile_flaws(i.profile, ctx))]:
        raise Conflict("catalogue.profile", state="DRAFT", event="publish", params={"codes": ", ".join(broken)})
    version = f"{c.valid_from.year}-{len(row.versions) + 2}"
    there = {i.code for i in items}
    retired = tuple(i.code for i in before.items if i.code not in there)
    named: dict[str, Any] = {"group": c.group, "version": version, "valid_from": c.valid_from}
    events = [Emit(CataloguePublished(**named, entries=len(items), retired=retired), (CLASS_LIST.key(c.group),))]
    events += [Emit(EntryListed(**named, item=i), (LIST_ENTRY.key(i.code),)) for i in items]
    events += [Emit(EntryRetired(**named, code=code), (LIST_ENTRY.key(code),)) for code in retired]
    return Decision(tuple(events), (), {"group": c.group, "version": version, "entries": len(items)})


def _import_keys(c: Import, ctx: Context) -> Iterable[Key]:
    for r in c.rows:
        yield CLASS_LIST.key(r.group)
        yield LIST_ENTRY.key(r.code)


def import_list(rows: Rows, c: Import, ctx: Context) -> Decision:
    """Every row, or none: each goes into the draft of its class, which is opened where there is none."""
    _keeper(ctx)
    seen: dict[str, int] = {}
    flaws: list[FieldError] = []
    for n, r in enumerate(c.rows):
        flaws += [FieldError(f"rows.{n}.{field}", code) for field, code in _flaws(rows, r, ctx)]
        if seen.setdefault(r.code, n) != n:
            flaws.append(FieldError(f"rows.{n}.code", "twice"))
    if flaws:
        raise Unprocessable("catalogue.import", event="import", fields=tuple(flaws))
    outcomes: list[Outcome] = []
    events: list[Emit] = []
    opened: set[str] = set()
    for r in c.rows:
        row = rows.find(CLASS_LIST, r.group)
        on = (CLASS_LIST.key(r.group),)
        if _status(row) != "DRAFT" and r.group not in opened:
            opened.add(r.group)
            events.append(Emit(CatalogueDrafted(group=r.group, based_on=_newest(row, r.group).version), on))
        there = row.draft if row is not None and row.draft is not None else _newest(row, r.group).items
        item = _item(r)
        known = next((i for i in there if i.code == item.code), None)
        outcomes.append("new" if known is None else "unchanged" if known == item else "changed")
        if known != item:
            events.append(Emit(EntryPut(group=r.group, item=item), on))
    return Decision(tuple(events), (), imported(outcomes))


def _command(name: str, struct: type[Any], keys: Any, decide: Any, order: int, **rest: Any) -> Command[Any]:
    return Command(f"catalogue.{name}", struct, keys, decide, roles=KEEPERS, surfaces=(), order=order, **rest)


IMPORT: Command[Import] = Command(
    "catalogue.import", Import, _import_keys, import_list, roles=KEEPERS, surfaces=(), order=215, max_bytes=8 * 2**20
)
COMMANDS: tuple[Command[Any], ...] = (
    _command("open_draft", OpenDraft, _on_list, open_draft, 210),
    _command("put_entry", PutEntry, _entry_keys, put_entry, 211),
    _command("drop_entry", DropEntry, _on_list, drop_entry, 212),
    _command("publish", Publish, _on_list, publish, 213, more_keys=_publish_more, tone="primary"),
    _command("discard", Discard, _on_list, discard, 214, tone="danger"),
    IMPORT,
)
