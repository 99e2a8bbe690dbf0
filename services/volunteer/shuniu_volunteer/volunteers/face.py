"""What the world sees of a registration: a number, a team, hours; the person only on its own page, masked."""

from collections.abc import Sequence

from shuniu.chassis.context import Context
from shuniu.chassis.decision import Detail, DetailField, DetailRow, DetailSection, Offer
from shuniu.contracts.clock import ClockRecomputed
from shuniu.contracts.envelope import Fact, move_of
from shuniu.contracts.summary import MatterSummary, MeasureSummary, Notice, StepSummary, Summary, Visibility
from shuniu.contracts.volunteer import volunteers as said
from shuniu.rules.refusal import Refusal

from shuniu_volunteer.fields import business_day
from shuniu_volunteer.roles import CLERKS, keeps
from shuniu_volunteer.texts import words_of
from shuniu_volunteer.volunteers.awarding import check_propose
from shuniu_volunteer.volunteers.keeping import is_self, may_keep
from shuniu_volunteer.volunteers.state import STAR_NOTICE, Volunteer

__all__ = ("detail", "offers", "summarise")

_PERSON = ("person_name", "phone", "citizen_id", "guardian_name", "guardian_phone")


def _measures(v: Volunteer, f: Fact, ctx: Context) -> tuple[MeasureSummary, ...]:
    on, dimensions = business_day(ctx.now), {"area": v.profile.area}
    match f:
        case said.VolunteerRegistered():
            return (MeasureSummary(name="volunteer.registered", value=1, on=f.registered_on, dimensions=dimensions),)
        case said.VolunteerLeft():
            return (MeasureSummary(name="volunteer.left", value=1, on=on, dimensions=dimensions),)
        case said.StarGranted():
            return (MeasureSummary(name="volunteer.stars_granted", value=1, on=on, dimensions=dimensions),)
    return ()


def _notices(v: Volunteer, f: Fact) -> tuple[Notice, ...]:
    if not v.account:
        return ()
    match f:
        case said.StarGranted():
            return (Notice(why="changed", text="notice.star_granted", accounts=(v.account,)),)
        case said.StarWithheld():
            return (Notice(why="changed", text="notice.star_withheld", accounts=(v.account,)),)
        case said.VolunteerBarred():
            return (Notice(why="changed", text="notice.barred", accounts=(v.account,)),)
    return ()


def summarise(v: Volunteer, f: Fact, ctx: Context) -> Summary:
    """The domain-free part of one event."""
    clock = v.notice
    visibility = Visibility(areas=(v.profile.area,), units=v.profile.teams)
    matter = MatterSummary(
        kind="volunteer",
        id=v.id,
        number=v.number,
        version=0,
        title=f"{words_of('volunteers')['kind.volunteer'].zh} {v.number}",
        status=v.status,
        open=v.status == "STAR_NOTICE",
        closed_at=ctx.now if v.status == "LEFT" else None,
        due_at=clock.due_at if clock else None,
        soon_at=clock.soon_at if clock else None,
        clock=STAR_NOTICE if clock else "",
        provisional=clock.provisional if clock else False,
        limit=clock.limit if clock else "",
        area=v.profile.area,
        lead_unit=v.profile.teams[0] if v.profile.teams else "",
        visibility=visibility,
    )
    detail = f"clock.{f.clock}" if isinstance(f, ClockRecomputed) else ""
    params = {"star": str(f.star)} if isinstance(f, said.StarNoticed | said.StarGranted | said.StarWithheld) else {}
    step = StepSummary(move=move_of(f), detail=detail, params=params)
    return Summary(matter=matter, step=step, measures=_measures(v, f, ctx), notices=_notices(v, f))


def _proposable(v: Volunteer, ctx: Context) -> bool:
    try:
        check_propose(v, ctx)
    except Refusal:
        return False
    return True


def offers(v: Volunteer, ctx: Context) -> Sequence[Offer]:
    """What this person may do now with the registration."""
    if not v.active or not may_keep(v, ctx):
        return ()
    today, keeper = business_day(ctx.now), keeps(ctx.actor, v.profile.area, *v.profile.teams)
    clerk = keeper and ctx.actor.has_role(*CLERKS)
    other = not is_self(v, ctx)
    listed: list[tuple[str, bool, dict[str, object]]] = [
        ("propose_star", _proposable(v, ctx), {"star": v.star + 1}),
        ("withhold_star", clerk and other and bool(v.noticed_star), {}),
        ("set_profile", True, {}),
        ("link_account", clerk and not v.account, {}),
        ("record_guardian", keeper and v.minor(today), {}),
        ("withdraw_guardian", v.guardian_until is not None, {}),
        ("consent", True, {"purpose": "HONOUR_LIST", "given": "HONOUR_LIST" not in v.consents}),
        ("add_record", keeper and other, {"record_on": today.isoformat()}),
        ("bar", clerk and other, {}),
        ("leave", True, {}),
    ]
    strikes = tuple(
        Offer(
            action="volunteer.strike_record",
            prefill={"volunteer": v.id, "record": r.id},
            fixed=("volunteer", "record"),
        )
        for r in v.records
        if keeper and other and not r.struck
    )
    told = tuple(
        Offer(action=f"volunteer.{name}", prefill={"volunteer": v.id, **prefill}, fixed=("volunteer",))
        for name, may, prefill in listed
        if may
    )
    return (*told, *strikes)


def detail(v: Volunteer, ctx: Context) -> Detail:
    """Own data masked by the chassis; hours as minutes."""
    opened: dict[str, dict[str, str]] = ctx.prepared or {}
    person = {**opened.get(v.guardian_ref, {}), **opened.get(v.person_ref, {})}
    fields = [DetailField(label=f"field.{n}", value=person.get(n, ""), kind="person") for n in _PERSON]
    p = v.profile
    fields += [
        DetailField(label="field.area", value=p.area, kind="area"),
        *(DetailField(label="detail.team", value=t, kind="unit") for t in p.teams),
        *(DetailField(label="detail.skill", value=f"enum.skills.{s}", kind="key") for s in p.skills),
        *(DetailField(label=f"enum.qualification.{q.kind}", value=q.valid_until.isoformat()) for q in p.qualifications),
        *(DetailField(label="detail.available", value=f"enum.availability.{a}", kind="key") for a in p.availability),
        DetailField(label="field.insurance", value=p.insurance),
        DetailField(label="detail.personal_minutes", value=str(v.personal_minutes), kind="minutes"),
        DetailField(label="detail.team_minutes", value=str(v.team_minutes), kind="minutes"),
        DetailField(label="detail.star", value="★" * v.star),
        DetailField(label="detail.barred_until", value=v.barred_until.isoformat() if v.barred_until else ""),
        DetailField(label="detail.guardian_until", value=v.guardian_until.isoformat() if v.guardian_until else ""),
        DetailField(label="detail.registered_on", value=v.registered_on.isoformat()),
    ]
    rows = tuple(
        DetailRow(
            label=f"enum.record_kind.{r.kind}",
            note="detail.struck" if r.struck else "",
            fields=(
                DetailField(label="field.record_on", value=r.on.isoformat()),
                DetailField(label="field.record_text", value=opened.get(r.text_ref, {}).get("text", "")),
            ),
        )
        for r in v.records
    )
    sections = (DetailSection(title="detail.records", rows=rows),) if rows else ()
    return Detail(fields=tuple(f for f in fields if f.value), sections=sections)
