"""Queries of policies: the list, and what is left of each cover's limit."""

from typing import TYPE_CHECKING, Any

import msgspec
from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from shuniu.chassis.http.access import actor_of, host_of
from shuniu.chassis.identity.policy import may_read
from shuniu.chassis.state import load_row
from shuniu.contracts.panels import Column, MatterPointer, TablePanel
from shuniu.rules.refusal import Forbidden, NotFound

from shuniu_insurance.policies.covers import ROOM
from shuniu_insurance.policies.policy import POLICY_ROW
from shuniu_insurance.policies.state import Policy, Room
from shuniu_insurance.policies.tables import PolicyTable, RoomTable
from shuniu_insurance.policies.texts import TEXTS

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("HANDLERS",)

AnyRequest = Request[Any, Any, Any]
_SHOWN = ["ISSUED", "IN_FORCE"]


def _readable(p: Policy, request: AnyRequest) -> bool:
    assert POLICY_ROW.face is not None
    return may_read(POLICY_ROW.face.visibility(p), p.area, actor_of(request))


async def _rooms(*policies: Policy) -> dict[str, Room]:
    """What was taken of the period's limit of each cover, by ``<policy>|<cover>``."""
    keys = [f"{p.id}|{c.code}" for p in policies for c in p.covers]
    if not keys:
        return {}
    records = await RoomTable.select(RoomTable.key, RoomTable.doc).where(RoomTable.key.is_in(keys))
    return {r["key"]: msgspec.json.decode(r["doc"], type=ROOM.struct) for r in records}


def _table(policies: list[Policy], rooms: dict[str, Room], host: "Host") -> TablePanel:
    rows: list[dict[str, Any]] = []
    for p in policies:
        for c in p.covers:
            if c.basis == "SERVICE":
                continue
            taken = rooms.get(f"{p.id}|{c.code}", Room()).taken
            rows.append(
                {
                    "policy": MatterPointer(kind=POLICY_ROW.name, id=p.id, number=p.number),
                    "area": p.area,
                    "cover": TEXTS[f"enum.protection.{c.protection}"],
                    "per_person": c.per_person,
                    "per_event": c.per_event,
                    "aggregate": c.aggregate,
                    "taken": taken,
                    "left": c.aggregate - taken,
                    "used": round(taken / c.aggregate, 4) if c.aggregate else None,
                }
            )
    kinds: dict[str, Any] = {"policy": "matter", "area": "area", "cover": "text", "used": "percent"}
    names = ("policy", "area", "cover", "per_person", "per_event", "aggregate", "taken", "left", "used")
    columns = tuple(
        Column(id=n, title=TEXTS.get(f"column.{n}") or TEXTS[f"field.{n}"], kind=kinds.get(n, "money")) for n in names
    )
    return TablePanel(columns=columns, rows=tuple(rows), as_of=host.clock.now(), note=TEXTS["note.room"])


@get("/policies/room", summary="What is left of each cover of the policies concluded or in force")
async def get_room(request: AnyRequest) -> TablePanel:
    records = (
        await PolicyTable.select(PolicyTable.doc).where(PolicyTable.status.is_in(_SHOWN)).order_by(PolicyTable.key)
    )
    found = [msgspec.json.decode(r["doc"], type=Policy) for r in records]
    shown = [p for p in found if _readable(p, request)]
    return _table(shown, await _rooms(*shown), host_of(request))


@get("/policies/{policy:str}/room", summary="What is left of each cover of one policy")
async def get_policy_room(request: AnyRequest, policy: FromPath[str]) -> TablePanel:
    host = host_of(request)
    found = await load_row(host.pool, POLICY_ROW, policy)
    if found is None:
        raise NotFound("insurance_policy.unknown", params={"id": policy[:64]})
    if not _readable(found[0], request):
        raise Forbidden("access.not_visible")
    return _table([found[0]], await _rooms(found[0]), host)


HANDLERS: tuple[HTTPRouteHandler, ...] = (get_room, get_policy_room)
