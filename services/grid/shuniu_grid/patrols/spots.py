"""Key spots (重点点位): places to be looked at again and again, entered by the registrar or the community."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.contracts.grid import patrols as facts
from shuniu.contracts.text import Text
from shuniu.rules.areas import check_code
from shuniu.rules.refusal import Conflict, FieldError, Unprocessable

from shuniu_grid.areas.rows import AREA
from shuniu_grid.patrols.face import KEY_SPOT
from shuniu_grid.settings import business_day

__all__ = ("COMMANDS", "DefineKeySpot", "RetireKeySpot")

KEEPERS = ("registrar", "community_secretary")
Code = Annotated[str, msgspec.Meta(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9-]+$")]


class DefineKeySpot(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Enter a key spot, or enter it anew. No target is official: ``visits_per_week`` 0 sets none (2.18)."""

    spot: Code
    area: Annotated[str, msgspec.Meta(max_length=15, extra_json_schema={"x-widget": "area"})]
    zh: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    en: Annotated[str, msgspec.Meta(max_length=60)] = ""
    spot_kind: facts.SpotKind = "OTHER"
    lon: Annotated[float, msgspec.Meta(ge=-180, le=180)] | None = None
    lat: Annotated[float, msgspec.Meta(ge=-90, le=90)] | None = None
    visits_per_week: Annotated[int, msgspec.Meta(ge=0, le=21)] = 0


class RetireKeySpot(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """No key spot any more from today's end on."""

    spot: Code
    valid_to: date | None = None


def _keys(command: DefineKeySpot | RetireKeySpot, ctx: Context) -> Iterable[Key]:
    area = (AREA.key(command.area),) if isinstance(command, DefineKeySpot) else ()
    return KEY_SPOT.key(command.spot), *area


def _define(rows: Rows, command: DefineKeySpot, ctx: Context) -> Decision:
    check_code(command.area, "grid")
    ctx.actor.require_area(command.area)
    known = rows.find(KEY_SPOT, command.spot)
    if known is not None:
        ctx.actor.require_area(known.area)
    if rows.find(AREA, command.area) is None and ctx.registry.get("area", command.area) is None:
        raise Unprocessable("grid.unknown_area", fields=(FieldError("area", "unknown"),), params={"area": command.area})
    if (command.lon is None) != (command.lat is None):
        raise Unprocessable("command.invalid", fields=(FieldError("lat", "missing"),))
    fact = facts.KeySpotDefined(
        spot=command.spot,
        area=command.area,
        title=Text(command.zh, command.en or command.zh),
        kind=command.spot_kind,
        lon=command.lon,
        lat=command.lat,
        visits_per_week=command.visits_per_week,
    )
    return Decision((Emit(fact, (KEY_SPOT.key(command.spot),), command.area),), answer={"spot": command.spot})


def _retire(rows: Rows, command: RetireKeySpot, ctx: Context) -> Decision:
    row = rows.need(KEY_SPOT, command.spot)
    ctx.actor.require_area(row.area)
    if row.valid_to is not None:
        raise Conflict("grid.spot_retired")
    fact = facts.KeySpotRetired(spot=row.id, valid_to=command.valid_to or business_day(ctx.now))
    return Decision((Emit(fact, (KEY_SPOT.key(row.id),), row.area),))


COMMANDS = (
    Command(
        "grid.define_key_spot", DefineKeySpot, _keys, _define, roles=KEEPERS, icon="pin", surfaces=("map",), order=80
    ),
    Command("grid.retire_key_spot", RetireKeySpot, _keys, _retire, roles=KEEPERS, icon="close", surfaces=(), order=81),
)
