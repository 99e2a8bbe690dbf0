"""What can be asked about party organisations: register, dissolve, link, appoint (domain rules 6.1-6.4)."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.chassis.sheets import Outcome, imported
from shuniu.contracts.grid.party import (
    AppointmentEnded,
    AppointmentMade,
    BodyKind,
    LinkRole,
    LinkTarget,
    PartyDissolved,
    PartyLinked,
    PartyLinkEnded,
    PartyRegistered,
    Position,
    Tier,
)
from shuniu.contracts.text import Text
from shuniu.rules.areas import is_code, within
from shuniu.rules.refusal import Conflict, FieldError, NotFound, Refusal, Unprocessable

from shuniu_grid.areas.register import AREA
from shuniu_grid.party.appointments import (
    APPOINTED,
    LONGEST_TERM_DAYS,
    Appointment,
    supervises_oneself,
    term_meets,
)
from shuniu_grid.party.tree import DUTY_OF, ORGANISATION, TREE, Organisation, PartyTree, duty_key, standing, tree_key
from shuniu_grid.posts.assign import POST, Account
from shuniu_grid.settings import business_day

__all__ = ("COMMANDS", "IMPORT", "KEEPERS", "ImportOrganisations", "OrganisationGiven")

KEEPERS = ("party_secretary", "registrar")

PartyCode = Annotated[str, msgspec.Meta(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9-]+$")]
Form = Annotated[str, msgspec.Meta(min_length=1, max_length=40, pattern=r"^[A-Z0-9_]+$")]


class OrganisationGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A party organisation to register or correct. ``form`` is free: OFFICES_BRANCH, COMMUNITY_COMMITTEE, …"""

    code: PartyCode
    title: Text
    tier: Tier
    form: Form
    parent: Annotated[str, msgspec.Meta(max_length=40)] = ""
    valid_from: date | None = None


class ImportOrganisations(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Register many at once, in any order: all of them or none."""

    rows: tuple[OrganisationGiven, ...]


class Dissolve(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The organisation ends with the day ``valid_to``; its links end with it."""

    code: PartyCode
    valid_to: date | None = None


class MakeLink(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An area, a unit or a post becomes an organisation's duty (责任) or comes within its reach (联系)."""

    organisation: PartyCode
    target_kind: LinkTarget
    target: Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
    role: LinkRole = "DUTY"
    first: date | None = None


class EndLink(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A link ends with the day ``last``."""

    organisation: PartyCode
    target_kind: LinkTarget
    target: Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
    role: LinkRole = "DUTY"
    last: date | None = None


class Appoint(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Give an account a position in a unit or an organisation for a term."""

    account: Account
    body_kind: BodyKind
    body: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    position: Position
    first: date
    last: date


class EndAppointment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """End an appointment before its term."""

    account: Account
    appointment: Annotated[str, msgspec.Meta(max_length=60)]
    last: date


_ABOVE: dict[Tier, Tier | None] = {"ONE": None, "THREE": "ONE", "N": "THREE"}


def _flaw(given: OrganisationGiven, tree: PartyTree | None, beside: dict[str, Tier]) -> tuple[str, Refusal] | None:
    """(column, refusal) of what is wrong with an organisation's place; ``beside`` are others of the same command."""
    if not given.title.zh.strip() or not given.title.en.strip():
        return "title_zh", Unprocessable("grid.party_title", fields=(FieldError("title", "missing"),))
    above = _ABOVE[given.tier]
    if above is None:
        if given.parent:
            return "parent", Unprocessable("grid.party_tiers", fields=(FieldError("parent", "none_above"),))
        heads = {n.code for n in (tree.nodes if tree else ()) if n.tier == "ONE" and n.last is None}
        heads |= {code for code, tier in beside.items() if tier == "ONE"}
        if heads - {given.code}:
            return "tier", Conflict("grid.party_one", fields=(FieldError("tier", "taken"),))
        return None
    there = standing(tree, given.parent)
    tier = beside.get(given.parent, there.tier if there else None)
    if tier != above:
        return "parent", Unprocessable("grid.party_tiers", fields=(FieldError("parent", "wrong_tier"),))
    return None


def _registered(given: OrganisationGiven, known: Organisation | None, ctx: Context) -> PartyRegistered:
    start = given.valid_from or (known.valid_from if known else business_day(ctx.now))
    return PartyRegistered(
        code=given.code,
        title=given.title,
        tier=given.tier,
        form=given.form,
        parent=given.parent,
        valid_from=start,
    )


def _unchanged(fact: PartyRegistered, known: Organisation | None) -> bool:
    return known is not None and (known.title, known.tier, known.form, known.parent, known.valid_from) == (
        fact.title,
        fact.tier,
        fact.form,
        fact.parent,
        fact.valid_from,
    )


def _check_known(given: OrganisationGiven, known: Organisation | None) -> None:
    if known is None:
        return
    if known.valid_to is not None:
        raise Conflict("grid.party_dissolved", fields=(FieldError("code", "dissolved"),), params={"code": given.code})
    if known.tier != given.tier:
        raise Conflict("grid.party_tier_stays", fields=(FieldError("tier", "differs"),), params={"code": given.code})


def _register(rows: Rows, command: OrganisationGiven, ctx: Context) -> Decision:
    ctx.actor.require_area(ctx.scope)
    known = rows.find(ORGANISATION, command.code)
    _check_known(command, known)
    found = _flaw(command, rows.find(TREE, ctx.scope), {})
    if found is not None:
        raise found[1]
    fact = _registered(command, known, ctx)
    if _unchanged(fact, known):
        return Decision()
    return Decision((Emit(fact, (ORGANISATION.key(command.code), tree_key(ctx)), ctx.scope),))


def _import(rows: Rows, command: ImportOrganisations, ctx: Context) -> Decision:
    ctx.actor.require_area(ctx.scope)
    tree = rows.find(TREE, ctx.scope)
    beside = {row.code: row.tier for row in command.rows}
    flaws: list[FieldError] = []
    outcomes: list[Outcome] = []
    events: list[Emit] = []
    seen: set[str] = set()
    for n, row in enumerate(command.rows):
        known = rows.find(ORGANISATION, row.code)
        if row.code in seen:
            flaws.append(FieldError(f"rows.{n}.code", "twice"))
        seen.add(row.code)
        try:
            _check_known(row, known)
        except Conflict as refusal:
            flaws.append(FieldError(f"rows.{n}.{refusal.fields[0].field}", refusal.rule.rpartition(".")[2]))
        found = _flaw(row, tree, beside)
        if found is not None:
            flaws.append(FieldError(f"rows.{n}.{found[0]}", found[1].rule.rpartition(".")[2]))
        fact = _registered(row, known, ctx)
        unchanged = _unchanged(fact, known)
        outcomes.append("unchanged" if unchanged else "changed" if known else "new")
        if not unchanged:
            events.append(Emit(fact, (ORGANISATION.key(row.code), tree_key(ctx)), ctx.scope))
    if flaws:
        raise Unprocessable("grid.party_import", fields=tuple(flaws))
    return Decision(tuple(events), answer=imported(outcomes))


def _dissolve(rows: Rows, command: Dissolve, ctx: Context) -> Decision:
    ctx.actor.require_area(ctx.scope)
    row = rows.need(ORGANISATION, command.code)
    _check_known_standing(row)
    last = command.valid_to or business_day(ctx.now)
    if last < row.valid_from:
        raise Unprocessable("grid.days_in_order", fields=(FieldError("valid_to", "too_early"),))
    tree = rows.find(TREE, ctx.scope)
    children = [n.code for n in (tree.nodes if tree else ()) if n.parent == row.code and n.last is None]
    if children:
        raise Conflict("grid.party_has_children", params={"code": row.code, "n": len(children)})
    events = [
        _link_ended(row.code, link.target_kind, link.target, link.role, max(last, link.first))
        for link in row.links
        if link.last is None
    ]
    gone = PartyDissolved(code=row.code, valid_to=last)
    return Decision((*events, Emit(gone, (ORGANISATION.key(row.code), tree_key(ctx)), ctx.scope)))


def _check_known_standing(row: Organisation) -> None:
    if row.valid_to is not None:
        raise Conflict("grid.party_dissolved", params={"code": row.code})


def _target_keys(command: MakeLink, ctx: Context) -> Iterable[Key]:
    yield ORGANISATION.key(command.organisation)
    yield duty_key(command.target_kind, command.target)
    if command.target_kind == "AREA" and is_code(command.target):
        yield AREA.key(command.target)
    if command.target_kind == "POST":
        yield POST.key(command.target)


def _target_there(rows: Rows, command: MakeLink, ctx: Context) -> bool:
    target = command.target
    match command.target_kind:
        case "AREA":
            known = is_code(target) and within(target, ctx.scope)
            return known and (rows.find(AREA, target) or ctx.registry.get("area", target)) is not None
        case "UNIT":
            return ctx.registry.get("unit", target) is not None
        case "POST":
            return (rows.find(POST, target) or ctx.registry.get("post", target)) is not None


def _link_on(row: Organisation, command: MakeLink | EndLink) -> bool:
    return any(
        (k.target_kind, k.target, k.role, k.last) == (command.target_kind, command.target, command.role, None)
        for k in row.links
    )


def _link(rows: Rows, command: MakeLink, ctx: Context) -> Decision:
    ctx.actor.require_area(ctx.scope)
    row = rows.need(ORGANISATION, command.organisation)
    _check_known_standing(row)
    if not _target_there(rows, command, ctx):
        raise Unprocessable(
            "grid.party_target", fields=(FieldError("target", "unknown"),), params={"target": command.target}
        )
    if _link_on(row, command):
        raise Conflict("grid.party_linked", fields=(FieldError("target", "linked"),))
    first = command.first or business_day(ctx.now)
    keys = [ORGANISATION.key(row.code)]
    if command.role == "DUTY":
        key = duty_key(command.target_kind, command.target)
        duty = rows.find(DUTY_OF, key.id)
        taken = next((t for t in (duty.terms if duty else ()) if t[2] is None or t[2] >= first), None)
        if taken is not None:
            raise Conflict(
                "grid.party_duty_taken", fields=(FieldError("target", "taken"),), params={"organisation": taken[0]}
            )
        keys.append(key)
    fact = PartyLinked(
        organisation=row.code, target_kind=command.target_kind, target=command.target, role=command.role, first=first
    )
    return Decision((Emit(fact, tuple(keys), ctx.scope),))


def _link_ended(code: str, kind: LinkTarget, target: str, role: LinkRole, last: date) -> Emit:
    fact = PartyLinkEnded(organisation=code, target_kind=kind, target=target, role=role, last=last)
    keys = (ORGANISATION.key(code), *((duty_key(kind, target),) if role == "DUTY" else ()))
    return Emit(fact, keys)


def _unlink(rows: Rows, command: EndLink, ctx: Context) -> Decision:
    ctx.actor.require_area(ctx.scope)
    row = rows.need(ORGANISATION, command.organisation)
    if not _link_on(row, command):
        raise NotFound("grid.party_no_link")
    last = command.last or business_day(ctx.now)
    return Decision((_link_ended(row.code, command.target_kind, command.target, command.role, last),))


def _appoint_keys(command: Appoint, ctx: Context) -> Iterable[Key]:
    yield APPOINTED.key(command.account)
    yield tree_key(ctx)


def _appoint(rows: Rows, command: Appoint, ctx: Context) -> Decision:
    ctx.actor.require_area(ctx.scope)
    if ctx.actor.id == command.account:
        raise Conflict("grid.appoints_oneself", fields=(FieldError("account", "same"),))
    if command.last < command.first or (command.last - command.first).days > LONGEST_TERM_DAYS:
        raise Unprocessable("grid.appointment_term", fields=(FieldError("last", "out_of_range"),))
    known = (
        ctx.registry.get("unit", command.body) is not None
        if command.body_kind == "UNIT"
        else standing(rows.find(TREE, ctx.scope), command.body) is not None
    )
    if not known:
        raise Unprocessable(
            "grid.party_target", fields=(FieldError("body", "unknown"),), params={"target": command.body}
        )
    row = rows.find(APPOINTED, command.account)
    wanted = Appointment(
        id=ctx.new_id(),
        body_kind=command.body_kind,
        body=command.body,
        position=command.position,
        first=command.first,
        last=command.last,
    )
    if (met := supervises_oneself(row, wanted)) is not None:
        params = {"body": met.body, "last": met.last.isoformat()}
        raise Conflict("grid.supervises_oneself", fields=(FieldError("position", "conflict"),), params=params)
    for held in row.appointments if row else ():
        same = (held.body_kind, held.body, held.position) == (wanted.body_kind, wanted.body, wanted.position)
        if same and term_meets(held, wanted.first, wanted.last):
            raise Conflict("grid.appointed_twice", params={"last": held.last.isoformat()})
    fact = AppointmentMade(
        appointment=wanted.id,
        account=command.account,
        body_kind=wanted.body_kind,
        body=wanted.body,
        position=wanted.position,
        first=wanted.first,
        last=wanted.last,
    )
    return Decision((Emit(fact, (APPOINTED.key(command.account),), ctx.scope),), answer={"appointment": wanted.id})


def _end_appointment(rows: Rows, command: EndAppointment, ctx: Context) -> Decision:
    ctx.actor.require_area(ctx.scope)
    row = rows.find(APPOINTED, command.account)
    held = next((a for a in (row.appointments if row else ()) if a.id == command.appointment), None)
    if held is None:
        raise NotFound("grid.no_such_appointment")
    if not held.first <= command.last <= held.last:
        raise Unprocessable("grid.appointment_term", fields=(FieldError("last", "out_of_range"),))
    fact = AppointmentEnded(appointment=held.id, account=command.account, last=command.last)
    return Decision((Emit(fact, (APPOINTED.key(command.account),), ctx.scope),))


def _organisation_keys(command: OrganisationGiven | Dissolve, ctx: Context) -> Iterable[Key]:
    return ORGANISATION.key(command.code), tree_key(ctx)


def _import_keys(command: ImportOrganisations, ctx: Context) -> Iterable[Key]:
    return (*(ORGANISATION.key(row.code) for row in command.rows), tree_key(ctx))


def _command(name: str, struct: Any, keys: Any, decide: Any, order: int, **more: Any) -> Command[Any]:
    return Command(f"grid.{name}", struct, keys, decide, roles=KEEPERS, surfaces=(), order=order, **more)


IMPORT: Command[ImportOrganisations] = _command(
    "import_party", ImportOrganisations, _import_keys, _import, 125, max_bytes=4 * 1024 * 1024
)

COMMANDS: tuple[Command[Any], ...] = (
    _command("register_party", OrganisationGiven, _organisation_keys, _register, 120),
    _command("dissolve_party", Dissolve, _organisation_keys, _dissolve, 121, tone="danger"),
    _command("link_party", MakeLink, _target_keys, _link, 122),
    _command("unlink_party", EndLink, lambda c, ctx: (ORGANISATION.key(c.organisation),), _unlink, 123),
    IMPORT,
    _command("appoint", Appoint, _appoint_keys, _appoint, 126),
    _command("end_appointment", EndAppointment, lambda c, ctx: (APPOINTED.key(c.account),), _end_appointment, 127),
)
