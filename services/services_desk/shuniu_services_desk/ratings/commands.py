"""Ratings (好差评): five levels by the follow-up code; a bad one is called back, rectified, and rated once more."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.counter import counter_key, next_number
from shuniu.chassis.decision import Decision, Detail, DetailField, Emit, Offer
from shuniu.chassis.rows import Index, Key, RowKind, Rows, Timer
from shuniu.chassis.service import Command
from shuniu.chassis.terms import term
from shuniu.contracts.envelope import Fact
from shuniu.contracts.services_desk.ratings import (
    Level,
    RatingCalledBack,
    RatingDismissed,
    RatingGiven,
    RatingRectified,
    RatingRepeated,
)
from shuniu.contracts.summary import Visibility
from shuniu.rules.clocks import clock_due, clock_timers, find_clock, most_urgent
from shuniu.rules.refusal import Conflict, Forbidden, NotFound, Refusal

from shuniu_services_desk.cases.case import CASE, CODE, given
from shuniu_services_desk.cases.prepared import prepare_code
from shuniu_services_desk.catalogue.titles import item_titles
from shuniu_services_desk.fields import Hidden, LongText, Reason, Sealing, Version
from shuniu_services_desk.ratings.state import BAD, RATING, Rated, Rating, evolve, evolve_rated
from shuniu_services_desk.roles import LEADERS
from shuniu_services_desk.settings import profile_of

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("COMMANDS", "DESK_RATED", "DESK_RATING", "NUMBERS", "complete", "detail", "offers", "visibility")

NUMBERS = "PJ"
"""Prefix of ratings' numbers (评价). It shares nothing with the case's number."""
_PURPOSE = "desk.rating"


class Rate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The applicant rates a delivered case, with the follow-up code."""

    code: Annotated[str, Meta(min_length=12, max_length=24)]
    number: Annotated[str, Meta(min_length=4, max_length=30)]
    level: Level
    words: LongText = ""


class OnRating(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command on one rating."""

    rating: Hidden
    expected_version: Version | None = None


class CallBack(OnRating, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The person was called back."""

    reached: bool
    confirmed: bool
    """The person says that it was meant so."""
    note: Reason


class Rectify(OnRating, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """It was set right, and the person told."""

    note: Reason


def _due(r: Rating, ctx: Context) -> Sequence[Emit]:
    return [Emit(f, (DESK_RATING.key(r.id),)) for f in clock_due(r.id, r.clocks, ctx.now)]


def _index(r: Rating) -> Index:
    urgent = most_urgent(r.clocks)
    # Neither area nor unit: whoever reads by one of those would read who was rated, and the rated read by both.
    return Index(r.status, "", "", urgent.due_at if urgent else None)


def visibility(r: Rating) -> Visibility:
    """Nobody by area or unit: only the desk's leaders, whose clearance reaches personal matters."""
    return Visibility(roles=LEADERS, sensitivity=2)


_CHECKS = ("call_back", "rectify")


def offers(r: Rating, ctx: Context) -> Sequence[Offer]:
    found = []
    for event in _CHECKS:
        try:
            _check(r, ctx, event)
        except Refusal:
            continue
        more = {"reached": True, "confirmed": True} if event == "call_back" else {}
        found.append(Offer(action=f"rating.{event}", prefill={"rating": r.id, **more}, fixed=("rating",)))
    return tuple(found)


async def complete(r: Rating, page: Detail, host: "Host") -> Detail:
    """The page with the item's name in the place of its code."""
    titles = await item_titles(host, (r.item,))
    named = DetailField(label="field.rated_item", value=titles.get(r.item, r.item))
    fields = tuple(named if f.label == "field.rated_item" else f for f in page.fields)
    return msgspec.structs.replace(page, fields=fields)


def detail(r: Rating, ctx: Context) -> Detail:
    """Level, item, limits and words; neither the case's number nor a person."""
    opened = (ctx.prepared or {}) if ctx.actor.has_role(*LEADERS) and ctx.actor.id not in r.clerks else {}
    fields = [
        DetailField(label="field.level", value=f"enum.level.{r.level}", kind="key"),
        DetailField(label="field.rated_item", value=r.item),
        DetailField(label="field.body", value=r.unit, kind="unit"),
        DetailField(label="field.given_at", value=r.given_at.isoformat(), kind="time"),
    ]
    if r.again is not None:
        fields.append(DetailField(label="field.again", value=f"enum.level.{r.again}", kind="key"))
    for label, ref in r.words:
        if text := "，".join(opened.get(ref, {}).values()):
            fields.append(DetailField(label=f"field.{label}", value=text))
    return Detail(fields=tuple(fields))


DESK_RATING: RowKind[Rating] = RowKind(
    name="desk_rating",
    struct=Rating,
    table="desk_rating",
    evolve=evolve,
    index=_index,
    due=_due,
    timers=lambda r: (Timer(*t) for t in clock_timers(r.clocks)),
    clocks=lambda r: r.clocks,
    clock_profile=lambda r, ctx: profile_of(ctx),
)
DESK_RATED: RowKind[Rated] = RowKind("desk_rated", Rated, "desk_rated", evolve_rated)


def _code_keys(q: Rate, ctx: Context) -> Iterable[Key]:
    return (CODE.key(given(ctx).code_key), counter_key(NUMBERS, ctx.now))


def _their_cases(q: Rate, rows: Rows, ctx: Context) -> Iterable[Key]:
    held = rows.find(CODE, given(ctx).code_key)
    for case in held.cases if held is not None else ():
        yield CASE.key(case)
        yield DESK_RATED.key(case)


def rate(rows: Rows, q: Rate, ctx: Context) -> Decision:
    """One rating for one delivered case (一事一评). It leaves no trace on the case."""
    held = rows.find(CODE, given(ctx).code_key)
    cases = [found for case in (held.cases if held is not None else ()) if (found := rows.find(CASE, case)) is not None]
    c = next((found for found in cases if found.number == q.number.strip().upper()), None)
    if c is None:
        raise NotFound("case.code_unknown", event="rate")
    if c.status != "DELIVERED":
        raise Conflict("rating.after_delivery", state=c.status, event="rate")
    if rows.find(DESK_RATED, c.id) is not None:
        raise Conflict("rating.once", state=c.status, event="rate")
    sealing, rating, profile = Sealing(ctx), ctx.new_id(), profile_of(ctx)
    bad = q.level in BAD
    fact = RatingGiven(
        rating=rating,
        number=next_number(rows, NUMBERS, ctx.now),
        area=c.area,
        item=c.item,
        unit=c.unit,
        level=q.level,
        clerks=c.clerks,
        words_ref=sealing.text(q.words, _PURPOSE, rating),
        term=term(ctx, "rating_call_back", profile.limit("call_back_bad"), profile) if bad else None,
    )
    on = (DESK_RATING.key(rating), DESK_RATED.key(c.id), counter_key(NUMBERS, ctx.now))
    return Decision((Emit(fact, on),), sealing.private, {"number": fact.number})


def _on_rating(q: OnRating, ctx: Context) -> Iterable[Key]:
    return (DESK_RATING.key(q.rating),)


def _need(rows: Rows, q: OnRating, event: str) -> Rating:
    return rows.need(DESK_RATING, q.rating, q.expected_version, event)


def _check(r: Rating, ctx: Context, event: str) -> None:
    """The leader of the area, and nobody who worked on the case: the rated clerk does not close a bad rating."""
    if not ctx.actor.has_role(*LEADERS):
        raise Forbidden("case.leader_only", state=r.status, event=event)
    if not ctx.actor.covers(r.area):
        raise Forbidden("access.area", state=r.status, event=event, params={"area": r.area})
    if ctx.actor.id in r.clerks:
        raise Forbidden("rating.rated_self", state=r.status, event=event)
    RATING.check(r.status, event)


def call_back(rows: Rows, q: CallBack, ctx: Context) -> Decision:
    """RATED_BAD → RECTIFYING where the person means it or was not reached; else NOT_CONFIRMED."""
    r = _need(rows, q, "call_back")
    _check(r, ctx, "call_back")
    sealing, profile = Sealing(ctx), profile_of(ctx)
    note = sealing.text(q.note, _PURPOSE, r.id)
    fact: Fact
    if q.reached and not q.confirmed:
        fact = RatingDismissed(rating=r.id, note_ref=note)
    else:
        # Who cannot be reached is not brushed off: what they said is taken as meant.
        limit = term(ctx, "rating_rectify", profile.limit("rectify"), profile, clocks=r.clocks)
        fact = RatingCalledBack(rating=r.id, reached=q.reached, note_ref=note, term=limit)
    return Decision((Emit(fact, (DESK_RATING.key(r.id),)),), sealing.private, {"rating": r.id})


def rectify(rows: Rows, q: Rectify, ctx: Context) -> Decision:
    """RECTIFYING → RECTIFIED; the person may rate once more."""
    r = _need(rows, q, "rectify")
    _check(r, ctx, "rectify")
    sealing = Sealing(ctx)
    clock = find_clock(r.clocks, "rating_rectify")
    late = clock is not None and clock.late
    fact = RatingRectified(rating=r.id, note_ref=sealing.text(q.note, _PURPOSE, r.id), late=late)
    return Decision((Emit(fact, (DESK_RATING.key(r.id),)),), sealing.private, {"rating": r.id})


class RateAgain(OnRating, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The applicant rates once more, with the follow-up code."""

    code: Annotated[str, Meta(min_length=12, max_length=24)]
    level: Level


def _repeat_keys(q: RateAgain, ctx: Context) -> Iterable[Key]:
    return (CODE.key(given(ctx).code_key), DESK_RATING.key(q.rating))


def _repeat_more(q: RateAgain, rows: Rows, ctx: Context) -> Iterable[Key]:
    held = rows.find(CODE, given(ctx).code_key)
    return tuple(DESK_RATED.key(case) for case in held.cases) if held is not None else ()


def repeat(rows: Rows, q: RateAgain, ctx: Context) -> Decision:
    """RECTIFIED → RERATED, once, by whoever holds the code of the case it is about."""
    held = rows.find(CODE, given(ctx).code_key)
    rated = [rows.find(DESK_RATED, case) for case in (held.cases if held is not None else ())]
    if q.rating not in {row.rating for row in rated if row is not None}:
        raise NotFound("case.code_unknown", event="repeat")
    r = rows.need(DESK_RATING, q.rating)
    RATING.check(r.status, "repeat")
    return Decision(
        (Emit(RatingRepeated(rating=r.id, level=q.level), (DESK_RATING.key(r.id),)),), (), {"number": r.number}
    )


def _on(name: str, struct: type[msgspec.Struct], decide: Any, order: int, **rest: Any) -> Command[Any]:
    return Command(
        f"rating.{name}",
        struct,
        _on_rating,
        decide,
        roles=LEADERS,
        kind="desk_rating",
        matter_field="rating",
        order=order,
        **rest,
    )


COMMANDS: tuple[Command[Any], ...] = (
    Command(
        "rating.give", Rate, _code_keys, rate, public=True, prepare=prepare_code, more_keys=_their_cases,
        surfaces=(), order=60,
    ),
    _on("call_back", CallBack, call_back, 61, tone="primary"),
    _on("rectify", Rectify, rectify, 62, tone="primary"),
    Command(
        "rating.repeat", RateAgain, _repeat_keys, repeat, public=True, prepare=prepare_code, more_keys=_repeat_more,
        surfaces=(), order=63,
    ),
)  # fmt: skip
