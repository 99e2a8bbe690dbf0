"""What the world sees of an activity: summary, timeline, who may read it, who must be told, its own page."""

from collections.abc import Callable, Sequence

from shuniu.chassis.context import Context
from shuniu.chassis.decision import Detail, DetailField, DetailPanel, Offer
from shuniu.contracts.clock import ClockOverdue, ClockRecomputed, ClockSoon
from shuniu.contracts.envelope import Fact, move_of
from shuniu.contracts.referral import ReferralExpired, ReferralRefused, ReferralSettled, ReferralTaken
from shuniu.contracts.summary import (
    Link,
    MatterSummary,
    MatterUnit,
    Notice,
    StepSummary,
    Summary,
    Visibility,
)
from shuniu.contracts.volunteer import activities as said
from shuniu.rules.clocks import due_of, most_urgent
from shuniu.rules.refusal import Refusal

from shuniu_volunteer.activities.activity import check_move, may_lead
from shuniu_volunteer.activities.lifecycles import CHECKING
from shuniu_volunteer.activities.measures import observe
from shuniu_volunteer.activities.planning import check_ready, check_review
from shuniu_volunteer.activities.requests import check_refuse
from shuniu_volunteer.activities.state import Activity
from shuniu_volunteer.roles import CLERKS, KEEPERS, VOLUNTEERS
from shuniu_volunteer.texts import words_of

__all__ = ("detail", "offers", "summarise", "visibility")

_OPEN_TO_ALL = ("RECRUITING", "READY", "ONGOING", "FINISHED")


def _title(a: Activity, ctx: Context) -> str:
    """The published title: category and place name, like everybody's (what it is called stands on its own page)."""
    words = words_of("activities")
    area = ctx.registry.get("area", a.plan.area)
    place = a.plan.place.name or (area.title.zh if area else "")
    name = words[f"category.{a.plan.category}"].zh
    return f"{name} · {place}" if place else name


def visibility(a: Activity) -> Visibility:
    """The area and the organiser; while volunteers are looked for, every volunteer. What stands on the public calendar
    is public (L1), so nobody needs a clearance for it that would show them more than volunteers have to do with."""
    roles = VOLUNTEERS if a.status in _OPEN_TO_ALL else ()
    units = tuple(dict.fromkeys(u for u in (a.organiser, a.plan.team) if u))
    planned = a.status in ("DRAFT", "REVIEWED")
    return Visibility(areas=(a.plan.area,), units=units, roles=roles, sensitivity=2 if planned else 1)


def _flags(a: Activity) -> tuple[str, ...]:
    marks = (
        ("VA_DANGER", bool(a.plan.danger) and a.open),
        ("VA_UNINSURED", bool(a.plan.danger) and not a.insurance and a.status in ("REVIEWED", "RECRUITING")),
        ("VA_FULL", a.full and a.status == "RECRUITING"),
        ("VA_TEAM_HOURS", a.plan.booking == "TEAM"),
        ("VA_DISPUTED", a.disputed > 0),
        ("VA_REQUESTED", a.origin is not None),
    )
    return tuple(mark for mark, is_set in marks if is_set)


def _units(a: Activity) -> tuple[MatterUnit, ...]:
    others = (MatterUnit(unit=a.plan.team, role="CO"),) if a.plan.team and a.plan.team != a.organiser else ()
    return (MatterUnit(unit=a.organiser), *others) if a.organiser else others


def _matter(a: Activity, ctx: Context) -> MatterSummary:
    clock = most_urgent(a.clocks)
    return MatterSummary(
        kind="volunteer_activity",
        id=a.id,
        number=a.number,
        version=0,
        title=_title(a, ctx),
        category=a.plan.category,
        status=a.status,
        open=a.open,
        opened_at=a.drafted_at,
        closed_at=a.ended_at,
        **due_of(clock),
        area=a.plan.area,
        place=a.plan.place,
        lead_unit=a.organiser,
        units=_units(a),
        flags=_flags(a),
        visibility=visibility(a),
    )


def _step(a: Activity, f: Fact) -> StepSummary | None:
    move = move_of(f)
    match f:
        case ReferralTaken() | ReferralSettled() | ReferralRefused() | ReferralExpired():
            return None  # the move that said it has the line
        case ClockSoon() | ClockOverdue() | ClockRecomputed():
            return StepSummary(move=move, unit=a.organiser, detail=f"clock.{f.clock}")
        case said.ActivityCancelled():
            return StepSummary(move=move, unit=a.organiser, detail=f"enum.cancelled.{f.reason}")
        case said.ParticipationCheckedIn() | said.ParticipationCheckedOut():
            return StepSummary(move=move, detail=f"enum.means.{f.means}")
        case said.ParticipationAccepted() if f.moved_up:
            return StepSummary(move=move, detail="detail.moved_up")
    return StepSummary(move=move, unit=a.organiser if move.startswith("activity_") else "")


def _links(a: Activity, f: Fact) -> tuple[Link, ...]:
    if isinstance(f, said.ActivityDrafted) and a.origin is not None:
        o = a.origin
        return (Link(relation="asked_by", source=o.source, kind=o.kind, matter=o.matter),)
    return ()


def _notices(a: Activity, f: Fact) -> tuple[Notice, ...]:
    leads = tuple(dict.fromkeys(u for u in (a.organiser, a.plan.team) if u))
    area = (a.plan.area,)
    match f:
        case said.ActivityDrafted():
            text = "notice.volunteers_asked" if f.origin else "notice.activity_drafted"
            return (Notice(why="assigned", text=text, roles=CLERKS, areas=area),)
        case said.ActivityReturned():
            return (Notice(why="changed", text="notice.activity_returned", units=leads),) if leads else ()
        case said.ActivityReviewed():
            return (Notice(why="changed", text="notice.activity_reviewed", units=leads),) if leads else ()
        case said.ActivityCancelled() if f.told or leads:
            return (Notice(why="changed", text="notice.activity_cancelled", accounts=f.told, units=leads),)
        case said.ParticipationAccepted() if f.account:
            text = "notice.moved_up" if f.moved_up else "notice.place_given"
            return (Notice(why="assigned", text=text, accounts=(f.account,)),)
        case said.ParticipationApplied() if a.plan.approval and leads:
            return (Notice(why="assigned", text="notice.applied", units=leads),)
        case said.ActivityHoursPending():
            return (Notice(why="assigned", text="notice.hours_pending", units=leads),) if leads else ()
        case said.ParticipationDisputed():
            return (Notice(why="assigned", text="notice.hours_disputed", roles=CLERKS, areas=area),)
        case ClockSoon() | ClockOverdue():
            why = "soon" if isinstance(f, ClockSoon) else "overdue"
            if f.clock == "confirm" and leads:
                return (Notice(why=why, text=f"notice.confirm_{why}", units=leads),)  # type: ignore[arg-type]
            if f.clock == "referral":
                return (Notice(why=why, text="notice.request_soon", roles=CLERKS, areas=area),)  # type: ignore[arg-type]
    return ()


def summarise(a: Activity, f: Fact, ctx: Context) -> Summary:
    """The domain-free part of one event."""
    return Summary(
        matter=_matter(a, ctx), step=_step(a, f), measures=observe(a, f), links=_links(a, f), notices=_notices(a, f)
    )


_CHECKS: dict[str, Callable[[Activity, Context], None]] = {
    "review": check_review,
    "make_ready": check_ready,
    "refuse_request": check_refuse,
}
_LEADERS = (
    "amend",
    "review",
    "send_back",
    "open",
    "insure",
    "make_ready",
    "start",
    "finish",
    "submit_hours",
    "notice_hours",
    "refuse_request",
    "cancel",
)


def _may(move: str, a: Activity, ctx: Context) -> bool:
    try:
        check = _CHECKS.get(move)
        if check is not None:
            check(a, ctx)
        else:
            check_move(a, move, ctx)
    except Refusal:
        return False
    return not (move == "submit_hours" and a.inside)


def _prefill(a: Activity) -> dict[str, object]:
    p = a.plan
    return {
        "category": p.category,
        "title": p.title,
        "area": p.area,
        "place": {"name": p.place.name, "lon": p.place.lon, "lat": p.place.lat},
        "starts_at": p.starts_at,
        "ends_at": p.ends_at,
        "places": p.places,
        "danger": p.danger,
        "skills": list(p.skills),
        "booking": p.booking,
        "team": p.team,
        "organiser": a.organiser,
        "approval": p.approval,
    }


def offers(a: Activity, ctx: Context) -> Sequence[Offer]:
    """What this person may do now. Whether a volunteer applied already only their own row knows."""
    found: list[tuple[str, dict[str, object]]] = [
        (f"activity.{name}", _prefill(a) if name == "amend" else {}) for name in _LEADERS if _may(name, a, ctx)
    ]
    if ctx.actor.has_role(*VOLUNTEERS):
        mine = {
            "apply": a.status == "RECRUITING",
            "withdraw": a.status in ("RECRUITING", "READY"),
            "check_in": a.status in CHECKING,
            "check_out": a.status in CHECKING,
            "agree": a.status == "HOURS_PENDING",
            "dispute": a.status in ("HOURS_PENDING", "HOURS_CONFIRMED", "NOTICED"),
        }
        found += [(f"participation.{name}", {}) for name, may in mine.items() if may]
    return tuple(
        Offer(action=name, prefill={"activity": a.id, **prefill}, fixed=("activity",)) for name, prefill in found
    )


def detail(a: Activity, ctx: Context) -> Detail:
    """The activity's own page; who takes part stands in a table that only its keepers read."""
    opened: dict[str, dict[str, str]] = ctx.prepared or {}
    p = a.plan
    fields = [
        DetailField(label="field.title", value=p.title),
        DetailField(label="field.starts_at", value=p.starts_at.isoformat(), kind="time"),
        DetailField(label="field.ends_at", value=p.ends_at.isoformat(), kind="time"),
        DetailField(label="field.organiser", value=a.organiser, kind="unit"),
        DetailField(label="field.team", value=p.team, kind="unit"),
        DetailField(label="detail.places", value=f"{a.accepted}/{p.places}"),
        DetailField(label="detail.waiting", value=str(a.waiting) if a.waiting else ""),
        DetailField(label="field.danger", value=str(p.danger) if p.danger else ""),
        DetailField(label="field.insurance", value=a.insurance),
        DetailField(label="field.booking", value=f"enum.booking.{p.booking}", kind="key"),
        *(DetailField(label="field.skills", value=f"enum.skills.{s}", kind="key") for s in p.skills),
        DetailField(
            label="field.qualification",
            value=f"enum.qualification.{p.qualification}" if p.qualification else "",
            kind="key",
        ),
        DetailField(label="detail.minutes", value=str(a.minutes) if a.served else "", kind="minutes"),
        DetailField(label="detail.served", value=str(a.served) if a.served else ""),
        *(DetailField(label=f"detail.{t.label}", value=opened.get(t.ref, {}).get("text", "")) for t in a.texts),
    ]
    panels: tuple[DetailPanel, ...] = ()
    if ctx.actor.has_role(*KEEPERS) and may_lead(a, ctx):
        panels = (DetailPanel(title="panel.parts", kind="table", route=f"/activities/{a.id}/parts"),)
    return Detail(fields=tuple(f for f in fields if f.value), panels=panels)
