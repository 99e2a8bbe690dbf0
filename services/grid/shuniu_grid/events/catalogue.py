"""The category tree (事件、部件类别) with the limits in force: what a report may be about, and how long it may take."""

from typing import TYPE_CHECKING, Any

import msgspec
from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from shuniu.chassis.context import Actor, Context
from shuniu.chassis.http.access import host_of
from shuniu.contracts.panels import Column, TablePanel
from shuniu.contracts.text import Text
from shuniu.rules.limits import LimitNote, Profile

from shuniu_grid.events.categories import codes, confidence_of, is_clue, limit_names, limit_of
from shuniu_grid.events.limit_tables import shipped_tables
from shuniu_grid.events.limits import profile_of
from shuniu_grid.events.words import WORDS

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("HANDLERS", "CategoryTree", "tree")

AnyRequest = Request[Any, Any, Any]


class Leaf(msgspec.Struct, frozen=True, kw_only=True):
    """A category with its limit in force, written as 4wh, 2h, 20wd, and where that comes from."""

    code: str
    title: Text
    confidence: str
    clue: bool
    limit: str
    limit_source: Text
    limit_confidence: str


class Branch(msgspec.Struct, frozen=True, kw_only=True):
    """A class (大类) of events or components."""

    code: str
    title: Text
    confidence: str
    categories: tuple[Leaf, ...]


class CategoryTree(msgspec.Struct, frozen=True, kw_only=True):
    """The code tables of domain rules 12 and the limits in force; ``tables`` are the shipped tables to choose from."""

    profile: str
    source: Text
    tables: tuple[str, ...]
    events: tuple[Branch, ...]
    components: tuple[Branch, ...]


def _note(code: str, profile: Profile) -> LimitNote:
    name = next(n for n in (*limit_names(code), "default") if n in profile.limits)
    return profile.notes.get(name, LimitNote(profile.source, "D"))


def _leaf(code: str, profile: Profile) -> Leaf:
    note = _note(code, profile)
    return Leaf(
        code=code,
        title=WORDS[f"category.{code}"],
        confidence=confidence_of(code),
        clue=is_clue(code),
        limit=str(limit_of(code, profile)),
        limit_source=note.source,
        limit_confidence=note.confidence,
    )


def _branches(letter: str, profile: Profile) -> tuple[Branch, ...]:
    ordered = sorted(c for c in codes() if c[0] == letter)
    return tuple(
        Branch(
            code=group,
            title=WORDS[f"group.{group}"],
            confidence=confidence_of(group),
            categories=tuple(_leaf(code, profile) for code in ordered if code[:3] == group),
        )
        for group in dict.fromkeys(code[:3] for code in ordered)
    )


def tree(ctx: Context) -> CategoryTree:
    """The tree with the limits that a dispatch would start now."""
    profile = profile_of(ctx)
    return CategoryTree(
        profile=profile.id,
        source=profile.source,
        tables=("grid-event-local", *shipped_tables()),
        events=_branches("E", profile),
        components=_branches("C", profile),
    )


def _tree(request: AnyRequest) -> tuple["Host", CategoryTree]:
    host = host_of(request)
    return host, tree(host.context(Actor(id="")))


# The item list is public (2.14: 服务管理事项清单公开).
@get("/categories", opt={"public": True}, summary="Categories of events and components with the limits in force")
async def get_categories(request: AnyRequest) -> CategoryTree:
    return _tree(request)[1]


@get("/panels/category-limits", summary="Categories and limits as a table")
async def get_limits_panel(request: AnyRequest) -> TablePanel:
    host, found = _tree(request)
    columns = (
        Column(id="class", title=WORDS["event_column.class"]),
        Column(id="code", title=WORDS["event_column.code"]),
        Column(id="title", title=WORDS["event_column.category"]),
        Column(id="limit", title=WORDS["event_column.limit"]),
        Column(id="source", title=WORDS["event_column.source"]),
        Column(id="confidence", title=WORDS["event_column.confidence"]),
    )
    rows = tuple(
        {
            "class": branch.title,
            "code": leaf.code,
            "title": leaf.title,
            "limit": leaf.limit,
            "source": leaf.limit_source,
            "confidence": leaf.limit_confidence,
        }
        for branch in (*found.events, *found.components)
        for leaf in branch.categories
    )
    note = Text(f"时限表：{found.profile}（{found.source.zh}）", f"Limits: {found.profile} ({found.source.en})")
    return TablePanel(columns=columns, rows=rows, as_of=host.clock.now(), note=note)


HANDLERS: tuple[HTTPRouteHandler, ...] = (get_categories, get_limits_panel)
