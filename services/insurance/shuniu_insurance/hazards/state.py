"""A hazard (隐患) and its guard rows as documents, and how facts change them (domain rules 10.7)."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from msgspec.structs import replace
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Emit
from shuniu.chassis.referring import SentReferral
from shuniu.chassis.rows import Happening, Index, Key, Timer
from shuniu.chassis.terms import clock_of
from shuniu.contracts.clock import ClockOverdue, ClockRecomputed, ClockSoon, Term
from shuniu.contracts.insurance import hazards as said
from shuniu.contracts.insurance.claims import ClaimFile, ClaimReported
from shuniu.contracts.referral import ReferralMade, ReferralWithdrawn
from shuniu.contracts.summary import Place
from shuniu.rules.clocks import Clock, clock_due, clock_recomputed, clock_timers, mark, most_urgent
from shuniu.rules.distance import distance_m

from shuniu_insurance.hazards.lifecycle import HAZARD

__all__ = (
    "Accident",
    "Asked",
    "Cell",
    "Hazard",
    "Linked",
    "Near",
    "Sealed",
    "due",
    "evolve",
    "evolve_accident",
    "evolve_cell",
    "index",
    "reported_near",
    "timers",
)

KIND = HAZARD.kind
_KEPT = timedelta(days=2 * 366)
"""A hazard struck off so long ago explains no accident that may still be claimed for (limitation, 保险法 §26)."""


class Sealed(msgspec.Struct, frozen=True):
    """A text kept apart, encrypted: what it is, where."""

    label: str
    ref: str


class Linked(msgspec.Struct, frozen=True, kw_only=True):
    """A claim whose accident happened near."""

    claim: str
    number: str
    distance_m: int
    known: bool
    kind_match: bool


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A wish that the risk be borne, and who of which level has it."""

    by: str
    level: int
    review_on: date
    public: bool


class Hazard(msgspec.Struct, frozen=True, kw_only=True):
    """One hazard of the list."""

    id: str
    number: str
    status: str = "FOUND"
    category: str
    area: str
    place: Place
    holder: str
    insurer: str
    owner_unit: str = ""
    external: str = ""
    found_by: str
    found_at: datetime
    entered_at: datetime
    from_community: bool = False
    reported_up: bool = False
    grade: str = ""
    colour: str = ""
    graded_by: str = ""
    graded_level: int = 0
    supervised: bool = False
    way: str = ""
    unit: str = ""
    rectified_by: str = ""
    control_until: date | None = None
    asked: Asked | None = None
    review_on: date | None = None
    public_notice: bool = False
    referrals: tuple[SentReferral, ...] = ()
    claims: tuple[Linked, ...] = ()
    reopen_until: date | None = None
    reopened: int = 0
    ended_at: datetime | None = None
    counted_due: bool = False
    """Whether 按期销号率 has counted it since it was graded: once, struck off or past its limit."""
    clocks: tuple[Clock, ...] = ()
    evidence: tuple[ClaimFile, ...] = ()
    texts: tuple[Sealed, ...] = ()

    @property
    def referral(self) -> SentReferral | None:
        """The referral that is out, or None."""
        return next((r for r in reversed(self.referrals) if r.state in ("open", "taken")), None)

    @property
    def open(self) -> bool:
        """Whether it is on the list."""
        return HAZARD.status(self.status).open


class Near(msgspec.Struct, frozen=True, kw_only=True):
    """A hazard as the map of cells knows it: open from ``since`` to ``until``, reopened later again."""

    hazard: str
    number: str
    category: str
    lon: float
    lat: float
    open: tuple[tuple[datetime, datetime | None], ...]

    def open_at(self, at: datetime) -> bool:
        """Whether it stood on the list then."""
        return any(since <= at and (until is None or at < until) for since, until in self.open)


class Cell(msgspec.Struct, frozen=True):
    """Guard row: the hazards of a piece of the map."""

    hazards: tuple[Near, ...] = ()


class Accident(msgspec.Struct, frozen=True, kw_only=True):
    """Guard row: one accident, so that it is counted once however many were hurt."""

    known: bool = False
    area: str = ""
    on: date | None = None
    into: str = ""
    """The accident this one turned out to be."""


# Evolving ------------------------------------------------------------------------------------------------------------

_TARGET: dict[type, str | None] = {
    said.HazardVerified: "verify",
    said.HazardDismissed: "dismiss",
    said.HazardReportedUp: "report_up",
    said.HazardGraded: "grade",
    said.HazardRegraded: "regrade",
    said.HazardRouted: "route",
    said.HazardReferralTaken: "referral_taken",
    said.HazardReferralSettled: "referral_settled",
    said.HazardReferralBack: "referral_back",
    said.HazardReturned: "give_back",
    said.HazardRectifying: "start",
    said.HazardControlled: "control",
    said.HazardResumed: "resume",
    said.HazardRectified: "rectify",
    said.HazardRechecked: "recheck",
    said.HazardRecheckFailed: "fail_recheck",
    said.HazardCancelledOff: "cancel_off",
    said.HazardReopened: "reopen",
    said.HazardAcceptanceAsked: "ask_acceptance",
    said.HazardAcceptanceRefused: "refuse_acceptance",
    said.HazardRiskAccepted: "accept_risk",
    said.HazardTakenUp: "take_up",
}
_RUNS_ON = {"regrade", "report_up", "control", "resume", "ask_acceptance", "refuse_acceptance"}
"""Moves that leave the step's clock running."""
_TEXTS = {
    "text_ref": "text",
    "reason_ref": "reason",
    "order_ref": "order",
    "measure_ref": "measure",
    "public_text_ref": "public_notice",
}


def _clocks(row: Hazard, move: str, terms: Sequence[Term], at: datetime) -> tuple[Clock, ...]:
    """Step clocks end with their step, "cancel" runs from grading to striking off and rests while a risk is borne."""
    over = {"cancel_off": "met", "dismiss": "stopped", "accept_risk": "stopped"}.get(move)

    def one(c: Clock) -> Clock:
        if c.state != "running":
            return c
        if c.id == "cancel":
            replaced = any(t.clock == "cancel" for t in terms)
            return c.stop(at, over) if over else c.stop(at, "stopped") if replaced else c  # type: ignore[arg-type]
        if move in _RUNS_ON:
            return c.stop(at, "stopped") if any(t.clock == c.id for t in terms) else c
        return c.stop(at, "met")

    return (*(one(c) for c in row.clocks), *(clock_of(t) for t in terms))


def _found(f: said.HazardFound, h: Happening) -> Hazard:
    row = Hazard(
        id=f.hazard,
        number=f.number,
        category=f.category,
        area=f.area,
        place=f.place,
        holder=f.holder,
        insurer=f.insurer,
        owner_unit=f.owner_unit,
        external=f.external,
        found_by=h.actor,
        found_at=f.found_at,
        entered_at=h.time,
        from_community=f.from_community,
        evidence=f.evidence,
        clocks=tuple(clock_of(t) for t in f.terms),
    )
    return replace(row, texts=(Sealed("text", f.text_ref),)) if f.text_ref else row


def evolve(row: Hazard | None, f: Any, h: Happening) -> Hazard | None:
    """The hazard after a fact."""
    if isinstance(f, said.HazardFound):
        return _found(f, h)
    if row is None:
        return None
    match f:
        case ClockSoon():
            return replace(row, clocks=mark(row.clocks, f))
        case ClockOverdue():
            row = replace(row, clocks=mark(row.clocks, f))
            return replace(row, counted_due=True) if f.clock == "cancel" else row
        case ClockRecomputed():
            return replace(row, clocks=clock_recomputed(row.clocks, f))
        case said.HazardSupervised():
            return replace(row, supervised=f.supervised)
        case said.HazardClaimLinked():
            new = Linked(
                claim=f.claim, number=f.claim_number, distance_m=f.distance_m, known=f.known, kind_match=f.kind_match
            )
            return replace(row, claims=(*(c for c in row.claims if c.claim != f.claim), new))
        case ReferralMade() | ReferralWithdrawn():
            return row
    move = _TARGET.get(type(f))
    if move is None:
        return row
    target = HAZARD.move(move).target
    if isinstance(f, said.HazardRecheckFailed) and f.reroute:
        target = "GRADED"
    texts = tuple(Sealed(label, ref) for name, label in _TEXTS.items() if (ref := getattr(f, name, "")))
    return replace(
        row,
        status=target or row.status,
        clocks=_clocks(row, move, getattr(f, "terms", ()), h.time),
        texts=(*row.texts, *texts),
        evidence=(*row.evidence, *getattr(f, "evidence", ())),
        **_changes(row, f, h),
    )


def _changes(row: Hazard, f: Any, h: Happening) -> dict[str, Any]:
    match f:
        case said.HazardReportedUp():
            return {"reported_up": True}
        case said.HazardGraded() | said.HazardRegraded():
            return {"grade": f.grade, "colour": f.colour, "graded_by": h.actor, "graded_level": f.level}
        case said.HazardRouted():
            new = (SentReferral(id=f.referral, to_kind=f.to_kind),) if f.referral else ()
            return {"way": f.way, "unit": f.unit, "referrals": (*row.referrals, *new), "asked": None}
        case said.HazardReferralTaken():
            taken = {"target": f.target, "target_kind": f.target_kind, "target_matter": f.target_matter}
            return {"referrals": _answered(row, f.referral, "taken", target_number=f.target_number, **taken)}
        case said.HazardReferralSettled():
            return {"referrals": _answered(row, f.referral, "settled"), "rectified_by": h.actor}
        case said.HazardReferralBack():
            return {"referrals": _answered(row, f.referral, f.cause), "unit": ""}
        case said.HazardReturned():
            return {"unit": ""}
        case said.HazardControlled():
            return {"control_until": f.until}
        case said.HazardResumed():
            return {"control_until": None}
        case said.HazardRectified():
            return {"rectified_by": h.actor, "control_until": None}
        case said.HazardRecheckFailed() if f.reroute:
            return {"unit": ""}
        case said.HazardDismissed():
            return {"ended_at": h.time}
        case said.HazardCancelledOff():
            return {"ended_at": h.time, "reopen_until": f.reopen_until, "counted_due": True, "asked": None}
        case said.HazardReopened():
            return {"ended_at": None, "reopen_until": None, "reopened": row.reopened + 1, "counted_due": False}
        case said.HazardAcceptanceAsked():
            public = bool(f.public_text_ref)
            return {"asked": Asked(by=h.actor, level=f.level, review_on=f.review_on, public=public)}
        case said.HazardAcceptanceRefused():
            return {"asked": None}
        case said.HazardRiskAccepted():
            return {"asked": None, "review_on": f.review_on, "public_notice": f.public, "unit": ""}
        case said.HazardTakenUp():
            return {"review_on": None, "public_notice": False}
    return {}


def _answered(row: Hazard, referral: str, state: str, **target: str) -> tuple[SentReferral, ...]:
    return tuple(replace(r, state=state, **target) if r.id == referral else r for r in row.referrals)


def evolve_cell(row: Cell | None, f: Any, h: Happening) -> Cell | None:
    """The cell after a hazard came on the list, went off it or came back."""
    row = row or Cell()
    match f:
        case said.HazardFound() if f.place.lon is not None and f.place.lat is not None:
            kept = tuple(n for n in row.hazards if n.open[-1][1] is None or n.open[-1][1] > h.time - _KEPT)
            new = Near(
                hazard=f.hazard,
                number=f.number,
                category=f.category,
                lon=f.place.lon,
                lat=f.place.lat,
                open=((f.found_at, None),),
            )
            return Cell((*kept, new))
        case said.HazardCancelledOff() | said.HazardDismissed():
            return Cell(tuple(_ended(n, h.time) if n.hazard == f.hazard else n for n in row.hazards))
        case said.HazardReopened():
            return Cell(
                tuple(replace(n, open=(*n.open, (h.time, None))) if n.hazard == f.hazard else n for n in row.hazards)
            )
    return row


def _ended(near: Near, at: datetime) -> Near:
    since, _ = near.open[-1]
    return replace(near, open=(*near.open[:-1], (since, max(since, at))))


def evolve_accident(row: Accident | None, f: Any, h: Happening) -> Accident | None:
    """The accident after a claim of it was compared with the list, or it proved to be another one."""
    match f:
        case said.AccidentMatched():
            return Accident(known=f.known_hazard, area=f.area, on=f.on)
        case said.AccidentJoined() if row is not None and h.id == f.incident:
            return replace(row, into=f.into)
        case said.AccidentJoined() if row is not None:
            return replace(row, known=row.known or f.known)
    return row


def reported_near(f: ClaimReported, cells: Iterable[Cell], within_m: int) -> list[tuple[Near, int]]:
    """Hazards within so many metres of an accident, the nearest first."""
    if f.place.lon is None or f.place.lat is None:
        return []
    near = [
        (n, round(distance_m(f.place.lon, f.place.lat, n.lon, n.lat)))
        for cell in cells
        for n in cell.hazards
        if distance_m(f.place.lon, f.place.lat, n.lon, n.lat) <= within_m
    ]
    return sorted(near, key=lambda pair: (pair[1], pair[0].hazard))


def index(row: Hazard) -> Index:
    """Columns beside the document."""
    clock = most_urgent(row.clocks)
    return Index(row.status, row.area, row.unit or row.owner_unit, clock.due_at if clock else None)


def due(row: Hazard, ctx: Context) -> Sequence[Emit]:
    """What has to be said about its clocks by now."""
    key = Key(KIND, row.id)
    return tuple(Emit(fact, (key,), row.area) for fact in clock_due(row.id, row.clocks, ctx.now))


def timers(row: Hazard) -> Iterable[Timer]:
    """When the hazard wants to be woken."""
    return [Timer(*t) for t in clock_timers(row.clocks)]
