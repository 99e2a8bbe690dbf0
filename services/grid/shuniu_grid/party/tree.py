"""Party organisations (党组织 1+3+N): the tree, and which organisation a place belongs to. Pure.

Domain rules 6.1: one working committee of the street (街道党工委); under it the branches of its offices, the committees
of its communities and the general committee (综合党委); groups (党小组) under those. Which offices there are was not
found (6.2), so the form of an organisation is open and only the tiers are rules.
"""

from collections.abc import Iterable, Sequence
from datetime import date

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.rows import Happening, Index, Key, RowKind
from shuniu.contracts.envelope import Fact
from shuniu.contracts.grid.party import (
    LinkRole,
    LinkTarget,
    PartyDissolved,
    PartyLinked,
    PartyLinkEnded,
    PartyRegistered,
    Tier,
)
from shuniu.contracts.summary import Summary, Visibility
from shuniu.contracts.text import Text
from shuniu.rules.areas import ancestors, is_code

__all__ = (
    "DUTY_OF",
    "ORGANISATION",
    "TREE",
    "DutyOf",
    "Link",
    "Organisation",
    "PartyTree",
    "below",
    "duty_key",
    "duty_on",
    "in_duty_of",
    "standing",
    "tree_key",
)


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """What an organisation has to do with an area, a unit or a post; days included."""

    target_kind: LinkTarget
    target: str
    role: LinkRole
    first: date
    last: date | None = None


class Organisation(msgspec.Struct, frozen=True, kw_only=True):
    """A party organisation as it stands."""

    code: str
    title: Text
    tier: Tier
    form: str
    parent: str = ""
    valid_from: date
    valid_to: date | None = None
    links: tuple[Link, ...] = ()


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """An organisation's place in the tree."""

    code: str
    tier: Tier
    parent: str
    first: date
    last: date | None = None


class PartyTree(msgspec.Struct, frozen=True, kw_only=True):
    """Guard of the whole tree: every organisation's place in it."""

    nodes: tuple[Node, ...] = ()


class DutyOf(msgspec.Struct, frozen=True, kw_only=True):
    """Guard of one target: whose duty it was and is, in order."""

    target_kind: LinkTarget
    target: str
    terms: tuple[tuple[str, date, date | None], ...] = ()
    """(organisation, first, last)"""


def _evolve_organisation(row: Organisation | None, fact: Fact, happening: Happening) -> Organisation | None:
    match fact:
        case PartyRegistered():
            return Organisation(
                code=fact.code,
                title=fact.title,
                tier=fact.tier,
                form=fact.form,
                parent=fact.parent,
                valid_from=fact.valid_from,
                valid_to=row.valid_to if row else None,
                links=row.links if row else (),
            )
        case PartyDissolved() if row is not None:
            return msgspec.structs.replace(row, valid_to=fact.valid_to)
        case PartyLinked() if row is not None:
            link = Link(target_kind=fact.target_kind, target=fact.target, role=fact.role, first=fact.first)
            return msgspec.structs.replace(row, links=(*row.links, link))
        case PartyLinkEnded() if row is not None:
            return msgspec.structs.replace(
                row, links=tuple(_ended(link, fact) if _same(link, fact) else link for link in row.links)
            )
        case _:
            return row


def _same(link: Link, fact: PartyLinkEnded) -> bool:
    named = (link.target_kind, link.target, link.role) == (fact.target_kind, fact.target, fact.role)
    return named and link.last is None


def _ended(link: Link, fact: PartyLinkEnded) -> Link:
    return msgspec.structs.replace(link, last=fact.last)


def _evolve_tree(row: PartyTree | None, fact: Fact, happening: Happening) -> PartyTree:
    nodes = row.nodes if row else ()
    match fact:
        case PartyRegistered():
            kept = tuple(n for n in nodes if n.code != fact.code)
            last = next((n.last for n in nodes if n.code == fact.code), None)
            node = Node(code=fact.code, tier=fact.tier, parent=fact.parent, first=fact.valid_from, last=last)
            return PartyTree(nodes=(*kept, node))
        case PartyDissolved():
            return PartyTree(
                nodes=tuple(msgspec.structs.replace(n, last=fact.valid_to) if n.code == fact.code else n for n in nodes)
            )
        case _:
            return PartyTree(nodes=nodes)


def _evolve_duty(row: DutyOf | None, fact: Fact, happening: Happening) -> DutyOf | None:
    match fact:
        case PartyLinked():
            was = row or DutyOf(target_kind=fact.target_kind, target=fact.target)
            return msgspec.structs.replace(was, terms=(*was.terms, (fact.organisation, fact.first, None)))
        case PartyLinkEnded() if row is not None:
            terms = tuple(
                (code, first, fact.last) if code == fact.organisation and last is None else (code, first, last)
                for code, first, last in row.terms
            )
            return msgspec.structs.replace(row, terms=terms)
        case _:
            return row


def standing(tree: PartyTree | None, code: str, on: date | None = None) -> Node | None:
    """The organisation's place if it stands on that day (None: is not dissolved), else None."""
    for node in tree.nodes if tree else ():
        if node.code == code:
            there = node.last is None if on is None else node.first <= on and (node.last is None or on <= node.last)
            return node if there else None
    return None


def below(tree: PartyTree | None, code: str) -> set[str]:
    """The codes of an organisation and of everything under it."""
    nodes = tree.nodes if tree else ()
    found = {code}
    while more := {n.code for n in nodes if n.parent in found and n.code not in found}:
        found |= more
    return found


def duty_on(row: DutyOf | None, on: date) -> str:
    """The organisation whose duty a target is on a day; "" for none."""
    terms = row.terms if row else ()
    return next((code for code, first, last in terms if first <= on and (last is None or on <= last)), "")


def in_duty_of(area: str, on: date, duties: "dict[str, DutyOf] | None") -> str:
    """The organisation an area belongs to on a day: its own, or that of the nearest area above that has one."""
    if not duties or not is_code(area):
        return ""
    for code in (area, *ancestors(area)):
        if found := duty_on(duties.get(code), on):
            return found
    return ""


def tree_key(ctx: Context) -> Key:
    """The one row of the tree."""
    return TREE.key(ctx.scope)


def duty_key(kind: LinkTarget, target: str) -> Key:
    """The row that says whose duty a target is."""
    return DUTY_OF.key(f"{kind}:{target}")


def _summarise(row: Organisation, fact: Fact, ctx: Context) -> Summary:
    return Summary(visibility=Visibility(areas=(ctx.scope, *_areas([row]))))


def _areas(rows: Iterable[Organisation]) -> Sequence[str]:
    return sorted({k.target for row in rows for k in row.links if k.target_kind == "AREA" and k.last is None})


ORGANISATION: RowKind[Organisation] = RowKind(
    "party_organisation",
    Organisation,
    "party_organisation",
    _evolve_organisation,
    index=lambda row: Index(status=row.tier, unit=row.parent),
    summarise=_summarise,
)

TREE: RowKind[PartyTree] = RowKind("party_tree", PartyTree, "party_tree", _evolve_tree)

DUTY_OF: RowKind[DutyOf] = RowKind(
    "party_duty", DutyOf, "party_duty", _evolve_duty, index=lambda row: Index(status=row.target_kind, area=row.target)
)
