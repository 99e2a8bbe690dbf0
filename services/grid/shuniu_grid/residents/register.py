"""The household register (户): entering, confirming, consent, holds, erasing (PIPL §5-6, §13-16, §19, §47).

Only fields and categories that the register of processing gives a purpose can be saved.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

import msgspec
from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit, Private
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.chassis.sheets import Outcome, imported
from shuniu.contracts.grid import residents as facts
from shuniu.rules.refusal import Conflict, FieldError, Unprocessable

from shuniu_grid.areas.rows import AREA, valid_on
from shuniu_grid.residents.processing import FIELDS, HouseholdCategory, Processing, processing
from shuniu_grid.residents.sealed import Kept, divide, open_households
from shuniu_grid.residents.state import HOUSEHOLD, Household, erasure
from shuniu_grid.residents.tables import HouseholdTable
from shuniu_grid.settings import business_day, settings_of

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("COMMANDS", "ENTER_ALL", "HOLDERS", "KEEPERS", "MOST_AT_ONCE", "EnterHouseholds", "GivenHousehold", "Known")

KEEPERS = ("grid_worker", "community_secretary")
"""Who keeps the register, each for the own areas."""
HOLDERS = ("office_director", "security_admin")
"""Who may forbid erasing for a time."""
MOST_AT_ONCE = 2_000

Number = Annotated[str, Meta(pattern=r"^H[0-9]{4,12}$")]
"""The register's own number. Digits only behind the H: a door number would tell the address."""
Consent = Annotated[str, Meta(max_length=40, pattern=r"^[A-Za-z0-9._:-]*$")]
Band = Annotated[int, Meta(ge=0, le=99)]


class GivenHousehold(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One household as it is handed in: all of it anew. Age bands are 18 to 59, from 60, under 18."""

    number: Number
    area: Annotated[str, Meta(max_length=15, extra_json_schema={"x-widget": "area"})]
    address: Annotated[str, Meta(max_length=100)] = ""
    contact_name: Annotated[str, Meta(max_length=40)] = ""
    contact_phone: Annotated[str, Meta(max_length=20, pattern=r"^[0-9+() -]*$")] = ""
    adults: Band = 0
    elders: Band = 0
    minors: Band = 0
    categories: Annotated[tuple[HouseholdCategory, ...], Meta(max_length=10)] = ()
    consent_version: Consent = ""


class EnterHouseholds(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Households to be entered or corrected, all or none."""

    rows: Annotated[tuple[GivenHousehold, ...], Meta(min_length=1, max_length=MOST_AT_ONCE)]


class OnHousehold(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command on one household."""

    number: Number


class Hold(OnHousehold, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Forbid erasing, by one of the declared reasons."""

    hold_reason: facts.HoldReason


class Erase(OnHousehold, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The purpose has ended, or the person asks for it."""

    erase_reason: Literal["MOVED_AWAY", "PURPOSE_ENDED", "REQUESTED", "MISTAKE"]


class Known(NamedTuple):
    """What was opened before: by number the parts it was opened from, and what they hold."""

    refs: Mapping[str, tuple[str, ...]]
    kept: Mapping[str, Kept]


async def _look_up(c: EnterHouseholds | GivenHousehold | OnHousehold, host: "Host") -> Known:
    numbers = [g.number for g in c.rows] if isinstance(c, EnterHouseholds) else [c.number]
    found = await HouseholdTable.select(HouseholdTable.doc).where(HouseholdTable.key.is_in(numbers))
    rows = [msgspec.json.decode(r["doc"], type=Household) for r in found]
    return Known({r.number: tuple(p.ref for p in r.parts) for r in rows}, await open_households(host, rows))


def _known(row: Household, ctx: Context) -> Kept | None:
    """What the row's parts hold; None when they are not those that were opened."""
    known = ctx.prepared if isinstance(ctx.prepared, Known) else Known({}, {})
    return known.kept[row.number] if known.refs.get(row.number) == tuple(p.ref for p in row.parts) else None


def _register(ctx: Context) -> Processing:
    return processing(settings_of(ctx).household_processing_file)


def _as_given(g: GivenHousehold, on: date) -> Kept:
    given = {name: str(getattr(g, name)).strip() for name in FIELDS}
    fields = {name: value for name, value in given.items() if value not in ("", "0")}
    categories = tuple(dict.fromkeys(g.categories))
    return Kept(fields=fields, categories=categories, since=dict.fromkeys((*fields, *categories), on))


def _grid_stands(rows: Rows, area: str, ctx: Context) -> bool:
    """Whether there is such a grid today: by the service's own rows, or by the registry where it keeps none."""
    row = rows.find(AREA, area)
    entry = row.entry if row is not None else ctx.registry.get("area", area)
    return len(area) == 15 and entry is not None and valid_on(entry, business_day(ctx.now))


def _wrong(rows: Rows, g: GivenHousehold, register: Processing, ctx: Context) -> Iterable[FieldError]:
    known = rows.find(HOUSEHOLD, g.number)
    if not _grid_stands(rows, g.area, ctx):
        yield FieldError("area", "unknown")
    elif not ctx.actor.covers(g.area) or (known is not None and not ctx.actor.covers(known.area)):
        yield FieldError("area", "not_yours")
    kept = _as_given(g, business_day(ctx.now))
    for name in kept.names():
        use = register.use(name)
        field = name if name in FIELDS else "categories"
        if use is None:
            yield FieldError(field, "no_purpose")
        elif use.basis == "CONSENT" and not g.consent_version:
            yield FieldError(field, "no_consent")


def _entered(
    g: GivenHousehold, known: Household | None, register: Processing, ctx: Context
) -> tuple[Emit | None, tuple[Private, ...]]:
    kept = _as_given(g, business_day(ctx.now))
    if known is not None:
        before = _known(known, ctx)
        same = before is not None and (before.fields, set(before.categories)) == (kept.fields, set(kept.categories))
        if same and (known.area, known.consent) == (g.area, g.consent_version):
            return None, ()
    parts, private = divide(kept, register, g.number, ctx.new_id)
    fact = facts.HouseholdEntered(
        household=g.number,
        area=g.area,
        parts=parts,
        review_on=business_day(ctx.now) + timedelta(days=register.review_days),
        consent=g.consent_version,
        corrects=known is not None,
    )
    forget = known.ended(known.parts) if known is not None else ()
    return Emit(fact, (HOUSEHOLD.key(g.number),), g.area, forget=forget), private


def _enter(rows: Rows, c: EnterHouseholds, ctx: Context) -> Decision:
    """Every row is looked at and everything wrong told at once."""
    register = _register(ctx)
    wrong: list[FieldError] = []
    seen: set[str] = set()
    for n, g in enumerate(c.rows):
        found = _wrong(rows, g, register, ctx)
        wrong += (FieldError(f"rows.{n}.{f.field}", f.code) for f in found)
        if g.number in seen:
            wrong.append(FieldError(f"rows.{n}.number", "twice"))
        seen.add(g.number)
    if wrong:
        raise Unprocessable("household.rows", event="enter_households", fields=tuple(wrong))
    events: list[Emit] = []
    private: list[Private] = []
    outcomes: list[Outcome] = []
    for g in c.rows:
        known = rows.find(HOUSEHOLD, g.number)
        emit, sealed = _entered(g, known, register, ctx)
        outcomes.append("new" if known is None else "changed" if emit else "unchanged")
        events += [emit] if emit else []
        private += sealed
    return Decision(tuple(events), tuple(private), imported(outcomes))


def _enter_one(rows: Rows, g: GivenHousehold, ctx: Context) -> Decision:
    register = _register(ctx)
    known = rows.find(HOUSEHOLD, g.number)
    if wrong := tuple(_wrong(rows, g, register, ctx)):
        raise Unprocessable(_rule_of(wrong), event="enter_household", fields=wrong)
    emit, private = _entered(g, known, register, ctx)
    return Decision((emit,) if emit else (), private, {"household": g.number, "corrected": known is not None})


def _rule_of(wrong: tuple[FieldError, ...]) -> str:
    codes = {f.code for f in wrong}
    if "no_purpose" in codes:
        return "household.no_purpose"
    return "household.no_consent" if "no_consent" in codes else "household.rows"


def _need(rows: Rows, c: OnHousehold, ctx: Context) -> Household:
    row = rows.need(HOUSEHOLD, c.number)
    ctx.actor.require_area(row.area)
    return row


def _said(row: Household, fact: facts.HouseholdFact, *, forget: tuple[str, ...] = (), **answer: Any) -> Decision:
    emit = Emit(fact, (HOUSEHOLD.key(row.number),), row.area, forget=forget)
    return Decision((emit,), (), {"household": row.number, **answer})


def _confirm(rows: Rows, c: OnHousehold, ctx: Context) -> Decision:
    """核对: kept until the next review; what would reach the end of its own retention before that is left out."""
    row = _need(rows, c, ctx)
    register, today = _register(ctx), business_day(ctx.now)
    before = _known(row, ctx)
    if before is None:
        raise Conflict("matter.moved_on", event="confirm_household", params={"version": 0})
    review_on = today + timedelta(days=register.review_days)

    def stays(name: str) -> bool:
        until = register.keep_until(name, before.since.get(name, row.entered_on))
        return until is not None and until >= review_on

    after = before.only(stays)
    if not after.names():
        raise Conflict("household.collect_again", event="confirm_household")
    parts, private = divide(after, register, row.number, ctx.new_id)
    fact = facts.HouseholdConfirmed(household=row.number, area=row.area, parts=parts, review_on=review_on)
    said = _said(row, fact, forget=row.ended(row.parts), left_out=len(before.names()) - len(after.names()))
    return Decision(said.events, private, said.answer)


def _withdraw(rows: Rows, c: OnHousehold, ctx: Context) -> Decision:
    """撤回同意: as easy as consenting was (PIPL §15). Under a hold the data are not used any more, but kept sealed."""
    row = _need(rows, c, ctx)
    if not row.consent:
        raise Conflict("household.no_consent_given", event="withdraw_household_consent")
    fact = facts.HouseholdConsentWithdrawn(household=row.number, area=row.area)
    return _said(row, fact, forget=row.ended(tuple(p for p in row.parts if p.basis == "CONSENT")))


def _hold(rows: Rows, c: Hold, ctx: Context) -> Decision:
    row = _need(rows, c, ctx)
    if row.hold:
        raise Conflict("household.on_hold", event="hold_household", params={"reason": row.hold})
    return _said(row, facts.HouseholdHeld(household=row.number, area=row.area, reason=c.hold_reason))


def _release(rows: Rows, c: OnHousehold, ctx: Context) -> Decision:
    row = _need(rows, c, ctx)
    if not row.hold:
        raise Conflict("household.not_on_hold", event="release_household")
    return _said(row, facts.HouseholdReleased(household=row.number, area=row.area), forget=row.superseded)


def _erase(rows: Rows, c: Erase, ctx: Context) -> Decision:
    row = _need(rows, c, ctx)
    if row.hold:
        raise Conflict("household.on_hold", event="erase_household", params={"reason": row.hold})
    return Decision((erasure(row, c.erase_reason),), (), {"household": row.number})


def _one(c: OnHousehold, ctx: Context) -> Iterable[Key]:
    yield HOUSEHOLD.key(c.number)


def _given(c: GivenHousehold, ctx: Context) -> Iterable[Key]:
    yield HOUSEHOLD.key(c.number)
    yield AREA.key(c.area)


ENTER_ALL: Command[EnterHouseholds] = Command(
    "grid.enter_households",
    EnterHouseholds,
    lambda c, ctx: [key for g in c.rows for key in _given(g, ctx)],
    _enter,
    roles=KEEPERS,
    prepare=_look_up,
    surfaces=(),
    order=65,
)
COMMANDS: tuple[Command[Any], ...] = (
    Command(
        "grid.enter_household",
        GivenHousehold,
        _given,
        _enter_one,
        roles=KEEPERS,
        prepare=_look_up,
        icon="person",
        order=64,
    ),
    ENTER_ALL,
    Command(
        "grid.confirm_household", OnHousehold, _one, _confirm, roles=KEEPERS, prepare=_look_up, icon="tick", order=66
    ),
    Command("grid.withdraw_household_consent", OnHousehold, _one, _withdraw, roles=KEEPERS, icon="back", order=67),
    Command("grid.hold_household", Hold, _one, _hold, roles=HOLDERS, icon="paused", surfaces=(), order=68),
    Command("grid.release_household", OnHousehold, _one, _release, roles=HOLDERS, icon="next", surfaces=(), order=69),
    Command("grid.erase_household", Erase, _one, _erase, roles=KEEPERS, tone="danger", icon="close", order=70),
)
