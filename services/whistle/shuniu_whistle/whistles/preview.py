"""Before it is sent: which limits a whistle would start, who may blow it, what still stands in the way."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.state import load_row
from shuniu.contracts.clock import Term
from shuniu.contracts.text import Text
from shuniu.contracts.whistle.whistles import Direction
from shuniu.rules.refusal import NotFound, Refusal

from shuniu_whistle.catalogue.entries import LIST_ENTRY, Listed, in_force
from shuniu_whistle.duty.lookup import standing_zones
from shuniu_whistle.settings import profile_of, settings_of
from shuniu_whistle.texts import TEXTS
from shuniu_whistle.whistles.duties import suggested, zone_for
from shuniu_whistle.whistles.fields import today
from shuniu_whistle.whistles.plan import Plan, draft_plan
from shuniu_whistle.whistles.terms import last_day, term

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("explain", "preview_blow", "preview_draft")


def explain(direction: str, kind: str, ctx: Context, profile_id: str = "") -> dict[str, Any]:
    """``{clocks: [{clock, title, limit, due_at, soon_at, provisional, source}], authority: Text, finish_by}``.

    ``profile_id`` is the limit profile the list gives the item; "" the direction's.
    """
    profile = ctx.profile(profile_id) if profile_id else profile_of(direction, ctx)
    names = (("sign", "sign"), ("contact", "contact"), ("report", f"report.{kind}"))
    clocks = []
    for clock, name in names:
        limit = profile.limit(name, clock)
        note = profile.notes.get(name) or profile.notes.get(clock)
        clocks.append(_clock(term(None, clock, "", limit, profile, ctx), note.source if note else profile.source))
    return {
        "clocks": clocks,
        "finish_by": last_day(profile, ctx).isoformat(),
        "authority": msgspec.to_builtins(TEXTS[f"authority.{'DOWN' if direction == 'DOWN' else kind}"]),
    }


def _clock(t: Term, source: Text) -> dict[str, Any]:
    return {
        "clock": t.clock,
        "title": msgspec.to_builtins(TEXTS[f"clock.{t.clock}"]),
        "limit": t.limit,
        "due_at": t.due_at,
        "soon_at": t.soon_at,
        "provisional": t.provisional,
        "source": msgspec.to_builtins(source),
    }


async def preview_draft(body: Mapping[str, Any], ctx: Context, host: "Host") -> Mapping[str, Any]:
    """For a half-filled draft: limits and authority of its kind, what the list says, what is wrong with it so far."""
    direction: Direction = body["direction"] if body.get("direction") in ("CROSS", "DOWN") else "UP"
    if isinstance(whistle := body.get("whistle"), str) and (found := await _load(whistle, host)) is not None:
        direction = found.direction
    item = body.get("item")
    listed = await _listed(item, ctx, host) if isinstance(item, str) and item else None
    fixed = listed.item.kind if listed and direction != "DOWN" else ""
    kind = fixed or ("HARD" if body.get("kind") == "HARD" else "ROUTINE")
    suggestions: dict[str, Any] = {"kind": fixed} if fixed else {}
    suggestions |= await _by_duty(body, direction, listed, ctx, host)
    return {
        **explain(direction, kind, ctx, listed.item.profile if listed else ""),
        "suggestions": suggestions,
        "notes": _wrong({**body, **suggestions}, direction, listed, ctx),
    }


async def _by_duty(
    body: Mapping[str, Any], direction: Direction, listed: Listed | None, ctx: Context, host: "Host"
) -> Mapping[str, Any]:
    """Who is called by a standing duty zone; only fields that are still empty are suggested."""
    if direction == "DOWN" or listed is None:
        return {}
    try:
        plan = msgspec.convert({n: body[n] for n in ("item", "area", "place") if n in body}, Plan, strict=True)
    except msgspec.ValidationError:
        return {}
    zone = zone_for(await standing_zones(None, host), plan, plan.area or ctx.scope, listed, ctx)
    found = suggested(zone, direction) if zone else {}
    return {name: value for name, value in found.items() if value and not body.get(name)}


async def _listed(item: str, ctx: Context, host: "Host") -> Listed | None:
    async with host.pool.acquire() as conn:
        found = await load_row(conn, LIST_ENTRY, item)
    return in_force(found[0] if found else None, item, today(ctx))


def _wrong(body: Mapping[str, Any], direction: Direction, listed: Listed | None, ctx: Context) -> list[dict[str, Any]]:
    known = {name: body[name] for name in Plan.__struct_fields__ if name in body}
    try:
        plan = msgspec.convert(known, Plan, strict=True)
        draft_plan(plan, direction, "" if direction == "DOWN" else settings_of(ctx).street_unit, None, listed, ctx)
    except msgspec.ValidationError:
        return []  # half-filled; sending it would name the field
    except Refusal as refusal:
        text = TEXTS.get(f"rule.{refusal.rule}") or Text(refusal.rule, refusal.rule)
        filled = Text(_fill(text.zh, refusal.params), _fill(text.en, refusal.params))
        return [{"text": msgspec.to_builtins(filled), "fields": [f.field for f in refusal.fields]}]
    return []


def _fill(text: str, params: Mapping[str, str | int]) -> str:
    for name, value in params.items():
        text = text.replace("{" + name + "}", str(value))
    return text


async def preview_blow(body: Mapping[str, Any], ctx: Context, host: "Host") -> Mapping[str, Any]:
    """For a submitted whistle: the limits that would start now for every called unit, and who may blow it."""
    found = await _load(str(body.get("whistle", "")), host)
    if found is None:
        raise NotFound("whistle.unknown", params={"id": str(body.get("whistle", ""))[:40]})
    answer = explain(found.direction, found.kind, ctx, found.profile)
    return {**answer, "units": [found.lead, *found.co], "suggestions": {"finish_by": answer["finish_by"]}, "notes": []}


async def _load(whistle: str, host: "Host") -> Any:
    from shuniu_whistle.whistles.whistle import WHISTLE

    async with host.pool.acquire() as conn:
        found = await load_row(conn, WHISTLE, whistle)
    return found[0] if found else None
