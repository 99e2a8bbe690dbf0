"""Commands of a rating cycle, from opening to the public notice (domain rules 10.12)."""

import hashlib
from calendar import monthrange
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import msgspec
from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.counter import counter_key, next_number
from shuniu.chassis.decision import Decision, Emit, Private
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.contracts.grid import stars as said
from shuniu.rules.calendar import WorkingHours
from shuniu.rules.limits import Limit, deadline
from shuniu.rules.refusal import Conflict, FieldError, Unprocessable

from shuniu_grid.party.appointments import APPOINTED
from shuniu_grid.settings import business_day, settings_of
from shuniu_grid.stars.criteria import Criteria, Datum, criteria, result_of
from shuniu_grid.stars.face import STAR_CYCLE
from shuniu_grid.stars.lifecycle import CYCLE
from shuniu_grid.stars.queries import events_by_estate
from shuniu_grid.stars.rules import check_collector, check_independent, guard, known_estate, open_appeal
from shuniu_grid.stars.state import Cycle

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("COMMANDS", "data_hash", "given_criteria", "months_after")

NUMBERS = "XP"
MOST_ESTATES = 150
Hidden = Annotated[str, Meta(max_length=60, extra_json_schema={"x-widget": "hidden"})]
Area = Annotated[str, Meta(min_length=1, max_length=15, extra_json_schema={"x-widget": "area"})]
Unit = Annotated[str, Meta(min_length=1, max_length=60, extra_json_schema={"x-widget": "unit"})]
Reason = Annotated[str, Meta(min_length=2, max_length=2000, pattern=r"\S", extra_json_schema={"x-widget": "textarea"})]
Day = Annotated[date, Meta(extra_json_schema={"x-widget": "date"})]


class EstateGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An estate to be rated."""

    area: Area
    firm: Unit
    households: Annotated[int, Meta(ge=1, le=100_000)]


class OpenCycle(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Open a cycle over the data of a period."""

    area: Area
    since: Day
    until: Day
    estates: Annotated[tuple[EstateGiven, ...], Meta(min_length=1, max_length=MOST_ESTATES)]


class OnCycle(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command on one cycle."""

    cycle: Hidden


class OnEstate(OnCycle, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command on one estate of a cycle."""

    area: Area


class Collect(OnEstate, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Enter one source's value."""

    star_source: said.StarSource
    value: Annotated[float, Meta(ge=0, le=100)]
    sample: Annotated[int, Meta(ge=0, le=100_000)] = 0


class VetoStars(OnEstate, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Rule out any star (一票否决)."""

    veto: said.Veto
    note: Reason


class Appeal(OnEstate, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Appeal against the result of one's own estate."""

    reason: Reason


class Rule(OnEstate, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Decide an appeal; where it is upheld, with the value that is put right."""

    upheld: bool
    star_source: said.StarSource | None = None
    value: Annotated[float, Meta(ge=0, le=100)] | None = None
    sample: Annotated[int, Meta(ge=0, le=100_000)] | None = None
    reason: Reason


def given_criteria(ctx: Context) -> Criteria:
    """The criteria in force."""
    return criteria(settings_of(ctx).star_criteria_file)


def _sealed(ctx: Context, text: str) -> tuple[str, tuple[Private, ...]]:
    ref = ctx.new_id()
    return ref, (Private(ref, {"text": text.strip()}, "grid.stars", "STATUTORY_DUTY", 2),)


def _say(row: Cycle, *facts: said.StarFact, private: tuple[Private, ...] = ()) -> Decision:
    key = STAR_CYCLE.key(row.id)
    return Decision(tuple(Emit(f, (key,)) for f in facts), private, {"cycle": row.id, "number": row.number})


def _open_keys(c: OpenCycle, ctx: Context) -> Iterable[Key]:
    yield counter_key(NUMBERS, ctx.now)


def open_cycle(rows: Rows, c: OpenCycle, ctx: Context) -> Decision:
    """CYCLE_OPEN: estates inside the area, each once, over a period that has ended or ends."""
    ctx.actor.require_area(c.area)
    wrong: list[FieldError] = []
    if c.until < c.since:
        wrong.append(FieldError("until", "not_later"))
    seen: set[str] = set()
    for i, e in enumerate(c.estates):
        if not e.area.startswith(c.area) or ctx.registry.get("area", e.area) is None:
            wrong.append(FieldError(f"estates.{i}.area", "unknown"))
        if e.area in seen:
            wrong.append(FieldError(f"estates.{i}.area", "twice"))
        if ctx.registry.get("unit", e.firm) is None:
            wrong.append(FieldError(f"estates.{i}.firm", "unknown"))
        seen.add(e.area)
    if wrong:
        raise Unprocessable("star.estates", event="open_star_cycle", fields=tuple(wrong))
    new, number = ctx.new_id(), next_number(rows, NUMBERS, ctx.now)
    fact = said.StarCycleOpened(
        cycle=new,
        number=number,
        area=c.area,
        since=c.since,
        until=c.until,
        criteria=given_criteria(ctx).id,
        estates=tuple(said.Estate(area=e.area, firm=e.firm, households=e.households) for e in c.estates),
    )
    emitted = Emit(fact, (STAR_CYCLE.key(new), counter_key(NUMBERS, ctx.now)))
    return Decision((emitted,), (), {"cycle": new, "number": number})


def _start(row: Cycle, c: OnCycle, ctx: Context, rows: Rows) -> Decision:
    return _say(row, said.StarCollecting(cycle=row.id))


def _collect(row: Cycle, c: Collect, ctx: Context, rows: Rows) -> Decision:
    known_estate(row, c.area, "collect_star_data")
    check_collector(row, c.area, ctx, rows)
    if c.star_source == "GRID_EVENTS":
        fields = (FieldError("star_source", "not_taken"),)
        raise Unprocessable("star.events_are_counted", state=row.status, event="collect_star_data", fields=fields)
    fact = said.StarDataCollected(cycle=row.id, area=c.area, star_source=c.star_source, value=c.value, sample=c.sample)
    return _say(row, fact)


def _veto(row: Cycle, c: VetoStars, ctx: Context, rows: Rows) -> Decision:
    known_estate(row, c.area, "veto_stars")
    ref, private = _sealed(ctx, c.note)
    return _say(row, said.StarVetoed(cycle=row.id, area=c.area, veto=c.veto, note_ref=ref), private=private)


def data_hash(row: Cycle, events: dict[str, int]) -> str:
    """SHA-256 in hex over the data in a canonical order: equal data have equal hashes."""
    document = {
        "criteria": row.criteria,
        "data": [msgspec.to_builtins(d) for d in sorted(row.data, key=lambda d: (d.area, d.star_source))],
        "estates": [msgspec.to_builtins(e) for e in sorted(row.estates, key=lambda e: e.area)],
        "events": dict(sorted(events.items())),
        "vetoed": sorted(row.vetoed),
    }
    return hashlib.sha256(msgspec.json.encode(document, order="sorted")).hexdigest()


async def _count_events(c: OnCycle, host: "Host") -> dict[str, int]:
    return await events_by_estate(c.cycle)


def _freeze(row: Cycle, c: OnCycle, ctx: Context, rows: Rows) -> Decision:
    counted: dict[str, int] = ctx.prepared or {}
    events = {e.area: counted.get(e.area, 0) for e in row.estates}
    return _say(row, said.StarCycleFrozen(cycle=row.id, data_hash=data_hash(row, events), events=events))


def _score(row: Cycle, c: OnCycle, ctx: Context, rows: Rows) -> Decision:
    given = given_criteria(ctx)
    if given.id != row.criteria:
        raise Conflict(
            "star.criteria_changed", state=row.status, event="score_stars", params={"criteria": row.criteria}
        )
    results = tuple(
        result_of(e.area, e.households, row.data, row.events.get(e.area, 0), e.area in row.vetoed, given)
        for e in row.estates
    )
    return _say(row, said.StarCycleScored(cycle=row.id, results=results))


def _until(limit: str, ctx: Context) -> datetime:
    return deadline(ctx.now, Limit.parse(limit), ctx.calendar, WorkingHours()).due_at


def _publish(row: Cycle, c: OnCycle, ctx: Context, rows: Rows) -> Decision:
    return _say(row, said.StarCyclePublished(cycle=row.id, appeal_until=_until(given_criteria(ctx).appeal, ctx)))


def _appeal(row: Cycle, c: Appeal, ctx: Context, rows: Rows) -> Decision:
    known_estate(row, c.area, "appeal_stars")
    estate = row.estate(c.area)
    if estate is None or not ctx.actor.acts_for(estate.firm):
        ctx.actor.require_unit(estate.firm if estate else "")
    if row.appeal(c.area) is not None:
        raise Conflict("star.appeal_once", state=row.status, event="appeal_stars")
    if row.appeal_until is not None and ctx.now >= row.appeal_until:
        raise Conflict("star.appeal_in_time", state=row.status, event="appeal_stars")
    ref, private = _sealed(ctx, c.reason)
    return _say(row, said.StarAppealed(cycle=row.id, area=c.area, reason_ref=ref), private=private)


def _rule(row: Cycle, c: Rule, ctx: Context, rows: Rows) -> Decision:
    known_estate(row, c.area, "rule_star_appeal")
    open_appeal(row, c.area)
    check_independent(row, c.area, ctx, rows)
    corrected = None
    if c.upheld:
        if c.star_source is None or c.value is None:
            fields = tuple(FieldError(f, "missing") for f in ("star_source", "value") if getattr(c, f) is None)
            raise Unprocessable("star.upheld_corrects", state=row.status, event="rule_star_appeal", fields=fields)
        corrected = _corrected(row, c, given_criteria(ctx))
    ref, private = _sealed(ctx, c.reason)
    fact = said.StarAppealRuled(cycle=row.id, area=c.area, upheld=c.upheld, result=corrected, reason_ref=ref)
    return _say(row, fact, private=private)


def _corrected(row: Cycle, c: Rule, given: Criteria) -> said.EstateResult:
    """The estate's result with one value put right; the frozen data stay as they are."""
    estate = row.estate(c.area)
    assert estate is not None and c.star_source is not None and c.value is not None
    before = next((d for d in row.data if (d.area, d.star_source) == (c.area, c.star_source)), None)
    sample = c.sample if c.sample is not None else before.sample if before else 0
    corrected = Datum(area=c.area, star_source=c.star_source, value=c.value, sample=sample)
    data = (*(d for d in row.data if d != before), corrected)
    return result_of(c.area, estate.households, data, row.events.get(c.area, 0), c.area in row.vetoed, given)


def _notice(row: Cycle, c: OnCycle, ctx: Context, rows: Rows) -> Decision:
    given = given_criteria(ctx)
    until = _until(given.notice, ctx)
    last = months_after(business_day(until), given.valid_months)
    return _say(row, said.StarNoticed(cycle=row.id, notice_until=until, valid_until=last))


def months_after(day: date, months: int) -> date:
    """The same day of the month so many months on, or that month's last day."""
    month = day.month - 1 + months
    year, number = day.year + month // 12, month % 12 + 1
    return date(year, number, min(day.day, monthrange(year, number)[1]))


C = TypeVar("C", bound=OnCycle)


def _on_cycle(
    move: str, struct: type[C], decide: Callable[[Cycle, C, Context, Rows], Decision], order: int, **rest: Any
) -> Command[C]:
    def keys(c: C, ctx: Context) -> Iterable[Key]:
        return (STAR_CYCLE.key(c.cycle), APPOINTED.key(ctx.actor.id))

    def decided(rows: Rows, c: C, ctx: Context) -> Decision:
        row = rows.need(STAR_CYCLE, c.cycle)
        guard(move, row, ctx)
        return decide(row, c, ctx, rows)

    return Command(
        f"grid.{move}",
        struct,
        keys,
        decided,
        roles=CYCLE.move(move).roles,
        kind=CYCLE.kind,
        matter_field="cycle",
        order=order,
        **rest,
    )


COMMANDS: tuple[Command[Any], ...] = (
    Command(
        "grid.open_star_cycle",
        OpenCycle,
        _open_keys,
        open_cycle,
        roles=CYCLE.move("open_star_cycle").roles,
        opens=CYCLE.kind,
        surfaces=("board",),
        order=80,
    ),
    _on_cycle("start_collecting", OnCycle, _start, 81, tone="primary"),
    _on_cycle("collect_star_data", Collect, _collect, 82, tone="primary"),
    _on_cycle("veto_stars", VetoStars, _veto, 83, tone="danger"),
    _on_cycle("freeze_star_data", OnCycle, _freeze, 84, prepare=_count_events),
    _on_cycle("score_stars", OnCycle, _score, 85, tone="primary"),
    _on_cycle("publish_stars", OnCycle, _publish, 86, tone="primary"),
    _on_cycle("appeal_stars", Appeal, _appeal, 87),
    _on_cycle("rule_star_appeal", Rule, _rule, 88),
    _on_cycle("notice_stars", OnCycle, _notice, 89, tone="primary"),
)
