"""A service's own pages: what a matter is, what may be done with it now, its details, and previews.

Every answer is under the row's visibility times the caller's token (:mod:`shuniu.chassis.identity.policy`).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import msgspec
from litestar import Request, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, QueryParameter

from shuniu.chassis.audit import AuditEntry
from shuniu.chassis.context import Actor
from shuniu.chassis.decision import Detail, Offer
from shuniu.chassis.http.access import actor_of, audited_refusal, host_of
from shuniu.chassis.http.commands import read_body
from shuniu.chassis.http.problems import field_errors
from shuniu.chassis.identity.policy import may_read
from shuniu.chassis.identity.tokens import Unauthenticated
from shuniu.chassis.privacy import UNMASK_ROLE
from shuniu.chassis.rows import MatterFace, RowKind
from shuniu.chassis.state import load_row
from shuniu.contracts.summary import Visibility
from shuniu.rules.refusal import Forbidden, NotFound, Refusal, Unprocessable

if TYPE_CHECKING:
    from shuniu.chassis.host import Host
    from shuniu.chassis.service import Command

__all__ = ("MatterHead", "Offers", "matter_routes")

MOST_PREVIEW_BYTES = 512 * 1024


class MatterHead(msgspec.Struct, frozen=True, kw_only=True):
    """Where a matter stands, as its owner's row says it."""

    kind: str
    id: str
    number: str
    version: int
    status: str
    area: str
    unit: str
    due_at: datetime | None
    visibility: Visibility


class Offers(msgspec.Struct, frozen=True, kw_only=True):
    """Actions open to the caller now."""

    offers: tuple[Offer, ...]


class Unmasking(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Asks for one personal record in clear, with the reason (domain rules 7.1)."""

    ref: str
    reason: str


class Unmasked(msgspec.Struct, frozen=True):
    """A personal record in clear."""

    ref: str
    fields: dict[str, str]


class _Seen(NamedTuple):
    host: "Host"
    actor: Actor
    kind: RowKind[Any]
    face: MatterFace[Any]
    row: Any
    version: int


AnyRequest = Request[Any, Any, Any]


async def _see(request: AnyRequest, kind_name: str, matter: str, what: str) -> _Seen:
    """The row, if there is one and the caller may read it. NotFound, or Forbidden ``access.not_visible`` (audited)."""
    host = host_of(request)
    actor = actor_of(request)
    kind = host.service.row_kind(kind_name)
    if kind is None or kind.face is None:
        raise NotFound("http.not_found")
    found = await load_row(host.pool, kind, matter)
    if found is None:
        raise NotFound(f"{kind.name}.unknown", params={"id": matter[:64]})
    row, version = found
    if not may_read(kind.face.visibility(row), kind.index(row).area, actor):
        refusal = Forbidden("access.not_visible")
        audited_refusal(host, what, refusal, actor, matter)
        raise refusal
    return _Seen(host, actor, kind, kind.face, row, version)


@get("/matters/{kind:str}/{matter:str}", summary="A matter as its row stands")
async def get_matter(request: AnyRequest, kind: FromPath[str], matter: FromPath[str]) -> MatterHead:
    seen = await _see(request, kind, matter, "matter.read")
    index = seen.kind.index(seen.row)
    return MatterHead(
        kind=kind,
        id=matter,
        number=seen.face.number(seen.row),
        version=seen.version,
        status=index.status,
        area=index.area,
        unit=index.unit,
        due_at=index.due_at,
        visibility=seen.face.visibility(seen.row),
    )


@get("/matters/{kind:str}/{matter:str}/actions", summary="What the caller may do with a matter now")
async def get_matter_actions(request: AnyRequest, kind: FromPath[str], matter: FromPath[str]) -> Offers:
    seen = await _see(request, kind, matter, "matter.actions")
    offers = seen.face.offers(seen.row, seen.host.context(seen.actor))
    return Offers(offers=tuple(o for o in (_titled(seen.host, seen.actor, o) for o in offers) if o is not None))


@get("/matters/{kind:str}/{matter:str}/detail", summary="The owner's page of a matter, personal data masked")
async def get_matter_detail(request: AnyRequest, kind: FromPath[str], matter: FromPath[str]) -> Detail:
    seen = await _see(request, kind, matter, "matter.detail")
    host = seen.host
    opened = await host.vault.open_matter(host.pool, matter, clearance=seen.actor.clearance)
    if opened:
        note: dict[str, str | int] = {"records": len(opened)}
        host.audit.record(
            AuditEntry(
                at=host.clock.now(),
                actor=seen.actor.id,
                command="matter.detail",
                allowed=True,
                matter=matter,
                detail=note,
            )
        )
    detail = seen.face.detail(seen.row, host.context(seen.actor, prepared=opened))
    if seen.face.complete is not None:
        detail = await seen.face.complete(seen.row, detail, host)
    if not seen.actor.has_role(UNMASK_ROLE):
        return detail
    shown = await host.vault.masked_records(host.pool, matter, clearance=seen.actor.clearance)
    return msgspec.structs.replace(detail, personal=shown)


@post("/matters/{kind:str}/{matter:str}/unmask", status_code=200, summary="One personal record of a matter in clear")
async def unmask(request: AnyRequest, kind: FromPath[str], matter: FromPath[str]) -> Unmasked:
    seen = await _see(request, kind, matter, "person_data.unmask")
    host = seen.host
    given = _decode(await read_body(request.receive, 4096), Unmasking)
    fields = await host.vault.unmask(
        host.pool, host.audit, seen.actor, given.ref, reason=given.reason, at=host.clock.now(), matter=matter
    )
    return Unmasked(given.ref, dict(fields))


@get("/actions", opt={"public": True}, summary="What the caller may begin here")
async def get_openings(request: AnyRequest, area: Annotated[str, QueryParameter(max_length=20)] = "") -> Offers:
    host = host_of(request)
    actor = actor_of(request)
    found: list[Offer] = []
    for command in host.service.commands:
        # What anybody may begin has a page for anybody; among the offers of one's work it would be in the way.
        for_anybody = command.public and not command.roles and command.offer is None
        in_the_way = for_anybody and actor.kind != "nobody"
        if not command.opens or in_the_way or not _fits(command, actor):
            continue
        if command.offer is not None:
            given = command.offer(host.context(actor))
        else:
            prefill = {"area": area} if area and "area" in command.struct.__struct_fields__ else {}
            given = (Offer(action=command.name, prefill=prefill),)
        found.extend(o for o in (_titled(host, actor, offer) for offer in given) if o is not None)
    return Offers(offers=tuple(found))


@post("/preview/{command:str}", status_code=200, opt={"public": True}, summary="Suggestions for a half-filled body")
async def preview(request: AnyRequest, command: FromPath[str]) -> dict[str, Any]:
    host = host_of(request)
    actor = actor_of(request)
    found = host.service.command(command)
    if found is None or found.internal:
        raise NotFound("command.unknown", params={"command": command[:80]})
    try:
        if actor.kind == "nobody" and not found.public:
            raise Unauthenticated("access.unauthenticated")
        if found.roles and not found.public:
            actor.require_role(*found.roles)
    except Refusal as refusal:
        audited_refusal(host, f"preview {found.name}", refusal, actor)
        raise
    if found.preview is None:
        raise NotFound("command.no_preview")
    body = _decode(await read_body(request.receive, MOST_PREVIEW_BYTES), dict[str, Any])
    answer: Mapping[str, Any] = await found.preview(body, host.context(actor), host)
    return dict(answer)


def _decode(raw: bytes, type_: Any) -> Any:
    try:
        return msgspec.json.decode(raw, type=type_)
    except msgspec.ValidationError as error:
        raise Unprocessable("command.invalid", fields=field_errors(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Refusal("command.malformed", status=400) from None


def _fits(command: "Command[Any]", actor: Actor) -> bool:
    if command.internal:
        return False
    if command.public:
        return True
    return actor.kind != "nobody" and (not command.roles or actor.has_role(*command.roles))


def _titled(host: "Host", actor: Actor, offer: Offer) -> Offer | None:
    """The offer with its title; None when the caller's roles do not reach the command after all."""
    command = host.service.command(offer.action)
    if command is None or not _fits(command, actor):
        return None
    title = offer.title or host.texts.get(f"action.{offer.action}")
    return msgspec.structs.replace(offer, title=title)


def matter_routes() -> list[HTTPRouteHandler]:
    """The handlers."""
    return [get_matter, get_matter_actions, get_matter_detail, unmask, get_openings, preview]
