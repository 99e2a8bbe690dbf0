"""Volunteers register themselves, are registered by who keeps them, or come as a spreadsheet, all rows or none."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Annotated, NamedTuple

import msgspec
from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.counter import counter_key, next_number
from shuniu.chassis.decision import Decision, Emit, Private
from shuniu.chassis.keyed import keyed
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.sheets import MOST_ROWS, Outcome, imported
from shuniu.contracts.volunteer import volunteers as said
from shuniu.rules.areas import within
from shuniu.rules.refusal import Conflict, FieldError, Forbidden, Unprocessable

from shuniu_volunteer.fields import AreaCode, Day, Paper, PersonName, Phone, Sealing, TeamCode, business_day
from shuniu_volunteer.roles import KEEPERS, keeps
from shuniu_volunteer.teams.state import TEAM
from shuniu_volunteer.volunteers.person import age_marks, birth_of, wrong_citizen_id
from shuniu_volunteer.volunteers.state import ACCOUNT, IDENTITY, NUMBER, Holder, Volunteer
from shuniu_volunteer.volunteers.tables import VolunteerTable
from shuniu_volunteer.volunteers.volunteer import VOLUNTEER

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = (
    "GivenVolunteer",
    "ImportVolunteers",
    "Known",
    "Register",
    "import_keys",
    "import_more",
    "import_volunteers",
    "look_up",
    "look_up_one",
    "register",
    "register_keys",
    "register_more",
)

NUMBERS = "ZY"
PURPOSE = "volunteer.register"
"""Purpose code of a volunteer's own data: recording service truthfully (志愿服务条例 §19; domain rules 5.2, 7.1)."""
_CONSENT = "CONSENT"
_PERSON = ("person_name", "phone", "citizen_id", "birth_date", "guardian_name", "guardian_phone")


class Person(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who somebody is. The birth date is asked for only where there is no citizen number."""

    person_name: Annotated[str, Meta(min_length=2, max_length=60, pattern=r"\S")]
    phone: Phone = ""
    citizen_id: Annotated[str, Meta(max_length=18)] = ""
    birth_date: Day | None = None
    guardian_name: PersonName = ""
    guardian_phone: Phone = ""
    guardian_until: Day | None = None
    """The last day the guardian's consent holds; without it nobody under 14 is registered."""


class Register(Person, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Become a volunteer; or register one, with their consent."""

    area: AreaCode
    teams: Annotated[tuple[TeamCode, ...], Meta(max_length=5)] = ()
    skills: Annotated[tuple[said.Skill, ...], Meta(max_length=14)] = ()
    availability: Annotated[tuple[said.Availability, ...], Meta(max_length=5)] = ()
    consent: bool = False
    """They were told what is kept and why, and agree (PIPL §14, §17)."""
    consent_paper: Paper = ""


class GivenVolunteer(Person, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row of the register that was kept before; ``number`` is the one it has there."""

    number: Annotated[str, Meta(min_length=1, max_length=30, pattern=r"^[A-Za-z0-9-]+$")]
    area: AreaCode
    teams: Annotated[tuple[TeamCode, ...], Meta(max_length=5)] = ()
    skills: Annotated[tuple[said.Skill, ...], Meta(max_length=14)] = ()
    registered_on: Day | None = None


class ImportVolunteers(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Volunteers to be entered or corrected, all or none."""

    rows: Annotated[tuple[GivenVolunteer, ...], Meta(min_length=1, max_length=MOST_ROWS)]


class Known(NamedTuple):
    """What was looked up before: the keyed hash of each citizen number, and what is sealed of each number."""

    identities: Mapping[str, str] = {}
    persons: Mapping[str, Mapping[str, str]] = {}


async def look_up_one(c: Register, host: "Host") -> Known:
    """The keyed hash of the one citizen number."""
    return Known({c.citizen_id: keyed(host).of_number(c.citizen_id)} if c.citizen_id else {})


async def look_up(c: ImportVolunteers, host: "Host") -> Known:
    """Keyed hashes of all numbers, and what is sealed of those who are here already."""
    hashes = {g.citizen_id: keyed(host).of_number(g.citizen_id) for g in c.rows if g.citizen_id}
    wanted = {g.number for g in c.rows}
    refs: dict[str, str] = {}
    known = await VolunteerTable.select(VolunteerTable.doc).where(VolunteerTable.status == "ACTIVE")
    for r in known:
        v = msgspec.json.decode(r["doc"], type=Volunteer)
        if v.number in wanted and v.person_ref:
            refs[v.person_ref] = v.number
    persons = await host.vault.open_refs(host.pool, refs)
    return Known(hashes, {refs[ref]: fields for ref, fields in persons.items()})


def _known(ctx: Context) -> Known:
    return ctx.prepared if isinstance(ctx.prepared, Known) else Known()


def _fields_of(p: Person) -> dict[str, str]:
    """What is sealed of a person: only what was told."""
    told = {name: getattr(p, name) for name in _PERSON}
    return {
        name: value.isoformat() if isinstance(value, date) else value.strip() for name, value in told.items() if value
    }


def _person_errors(p: Person, at: str, ctx: Context) -> Iterable[FieldError]:
    if p.citizen_id and wrong_citizen_id(p.citizen_id):
        yield FieldError(f"{at}citizen_id", "check_digit")
        return
    born, today = birth_of(p.citizen_id, p.birth_date), business_day(ctx.now)
    if born is None:
        yield FieldError(f"{at}citizen_id", "missing")
        return
    if not date(1900, 1, 1) <= born < today:
        yield FieldError(f"{at}birth_date", "out_of_range")
        return
    consents = bool(p.guardian_name.strip()) and p.guardian_until is not None and p.guardian_until >= today
    if age_marks(born, today).child_until is not None and not consents:
        # 未满十四周岁: nothing is kept of them without a guardian (PIPL §31).
        yield FieldError(f"{at}guardian_name", "guardian_missing")
    if p.guardian_until is not None and not p.guardian_name.strip():
        yield FieldError(f"{at}guardian_name", "missing")


def _place_errors(area: str, teams: tuple[str, ...], at: str, rows: Rows, ctx: Context) -> Iterable[FieldError]:
    if not within(area, ctx.scope):
        yield FieldError(f"{at}area", "area_outside")
    for code in teams:
        team = rows.find(TEAM, code)
        if team is None or not team.active:
            yield FieldError(f"{at}teams", "unknown")


def _registered(
    p: Person,
    volunteer: str,
    number: str,
    account: str,
    profile: said.Profile,
    registered_on: date,
    sealing: Sealing,
    ctx: Context,
) -> said.VolunteerRegistered:
    born = birth_of(p.citizen_id, p.birth_date)
    assert born is not None
    marks = age_marks(born, business_day(ctx.now))
    sensitivity = 4 if marks.child_until is not None else 3
    ref = sealing.keep(_fields_of(p), PURPOSE, _CONSENT, sensitivity, matter=volunteer)
    guardian = marks.minor_until is not None and p.guardian_until is not None
    return said.VolunteerRegistered(
        volunteer=volunteer,
        number=number,
        profile=msgspec.structs.replace(profile, minor_until=marks.minor_until, child_until=marks.child_until),
        person_ref=ref,
        account=account,
        registered_on=registered_on,
        guardian=guardian,
        guardian_until=p.guardian_until if guardian else None,
    )


def _identity_key(p: Person, ctx: Context) -> tuple[Key, ...]:
    found = _known(ctx).identities.get(p.citizen_id, "")
    return (IDENTITY.key(found),) if found else ()


# ---- one by one -----------------------------------------------------------------------------------------------------


def register_keys(c: Register, ctx: Context) -> Iterable[Key]:
    """The counter, the teams, who holds the citizen number and the account."""
    yield counter_key(NUMBERS, ctx.now)
    yield from (TEAM.key(code) for code in c.teams)
    yield from _identity_key(c, ctx)
    if ctx.actor.id:
        yield ACCOUNT.key(ctx.actor.id)


def register(rows: Rows, c: Register, ctx: Context) -> Decision:
    """Whoever has an account registers themselves; a keeper registers those who agreed, on paper or before them."""
    event = "register_volunteer"
    for_others = ctx.actor.has_role(*KEEPERS)
    if for_others and not keeps(ctx.actor, c.area, *c.teams):
        raise Forbidden("volunteer.not_yours", event=event)
    errors = [*_person_errors(c, "", ctx), *_place_errors(c.area, c.teams, "", rows, ctx)]
    if not c.consent:
        errors.append(FieldError("consent", "consent_missing"))
    if errors:
        raise Unprocessable("volunteer.person", event=event, fields=tuple(errors))
    for key in _identity_key(c, ctx):
        if rows.find(IDENTITY, key.id) is not None:
            fields = (FieldError("citizen_id", "taken"),)
            raise Conflict("volunteer.registered_already", event=event, fields=fields)
    account = "" if for_others else ctx.actor.id
    if account and rows.find(ACCOUNT, account) is not None:
        raise Conflict("volunteer.registered_already", event=event)
    sealing, new = Sealing(ctx), ctx.new_id()
    number = next_number(rows, NUMBERS, ctx.now)
    profile = said.Profile(area=c.area, teams=c.teams, skills=c.skills, availability=c.availability)
    fact = _registered(c, new, number, account, profile, business_day(ctx.now), sealing, ctx)
    on = (VOLUNTEER.key(new), NUMBER.key(number), counter_key(NUMBERS, ctx.now), *_identity_key(c, ctx))
    on = (*on, ACCOUNT.key(account)) if account else on
    return Decision((Emit(fact, on, c.area),), sealing.private, {"volunteer": new, "number": number})


def register_more(c: Register, rows: Rows, ctx: Context) -> Iterable[Key]:
    """The guard of the number that is about to be given."""
    yield NUMBER.key(next_number(rows, NUMBERS, ctx.now))


# ---- as a spreadsheet -----------------------------------------------------------------------------------------------


def import_keys(c: ImportVolunteers, ctx: Context) -> Iterable[Key]:
    """Numbers, teams and citizen numbers of every row."""
    for g in c.rows:
        yield NUMBER.key(g.number)
        yield from (TEAM.key(code) for code in g.teams)
        yield from _identity_key(g, ctx)


def _holder(rows: Rows, number: str) -> Holder | None:
    return rows.find(NUMBER, number)


def import_more(c: ImportVolunteers, rows: Rows, ctx: Context) -> Iterable[Key]:
    """Those who are here already."""
    for g in c.rows:
        holder = _holder(rows, g.number)
        if holder is not None:
            yield VOLUNTEER.key(holder.volunteer)


def _row_errors(n: int, g: GivenVolunteer, seen: dict[str, str], rows: Rows, ctx: Context) -> Iterable[FieldError]:
    at = f"rows.{n}."
    yield from _person_errors(g, at, ctx)
    yield from _place_errors(g.area, g.teams, at, rows, ctx)
    if not keeps(ctx.actor, g.area, *g.teams):
        yield FieldError(f"{at}area", "not_yours")
    if f"n:{g.number}" in seen:
        yield FieldError(f"{at}number", "twice")
    seen[f"n:{g.number}"] = g.number
    if g.registered_on is not None and g.registered_on > business_day(ctx.now):
        yield FieldError(f"{at}registered_on", "out_of_range")
    holder = _holder(rows, g.number)
    for key in _identity_key(g, ctx):
        owner = rows.find(IDENTITY, key.id)
        mine = owner is not None and holder is not None and owner.volunteer == holder.volunteer
        if (owner is not None and not mine) or seen.setdefault(f"i:{key.id}", g.number) != g.number:
            yield FieldError(f"{at}citizen_id", "taken")
        elif owner is None and holder is not None:
            # The same number with another citizen number is another person, or a mistake: nobody is replaced unseen.
            yield FieldError(f"{at}citizen_id", "differs")
    if holder is not None:
        v = rows.find(VOLUNTEER, holder.volunteer)
        if v is None or not v.active:
            yield FieldError(f"{at}number", "left")


def import_volunteers(rows: Rows, c: ImportVolunteers, ctx: Context) -> Decision:
    """Every row is looked at, and everything wrong told at once; what a row does not say stays as it is."""
    errors: list[FieldError] = []
    seen: dict[str, str] = {}
    for n, g in enumerate(c.rows):
        errors += _row_errors(n, g, seen, rows, ctx)
    if errors:
        raise Unprocessable("volunteer.rows", event="import_volunteers", fields=tuple(errors))
    events: list[Emit] = []
    outcomes: list[Outcome] = []
    private: list[Private] = []
    for g in c.rows:
        one = Sealing(ctx)
        holder = _holder(rows, g.number)
        if holder is None:
            new = ctx.new_id()
            profile = said.Profile(area=g.area, teams=g.teams, skills=g.skills)
            begun = g.registered_on or business_day(ctx.now)
            fact = _registered(g, new, g.number, "", profile, begun, one, ctx)
            on = (VOLUNTEER.key(new), NUMBER.key(g.number), *_identity_key(g, ctx))
            events.append(Emit(fact, on, g.area))
            outcomes.append("new")
        else:
            emit = _amended(rows.need(VOLUNTEER, holder.volunteer), g, one, ctx)
            events += [emit] if emit else []
            outcomes.append("changed" if emit else "unchanged")
        private += one.private
    return Decision(tuple(events), tuple(private), imported(outcomes))


def _amended(v: Volunteer, g: GivenVolunteer, sealing: Sealing, ctx: Context) -> Emit | None:
    born = birth_of(g.citizen_id, g.birth_date)
    assert born is not None
    marks = age_marks(born, business_day(ctx.now))
    profile = msgspec.structs.replace(
        v.profile,
        area=g.area,
        teams=g.teams,
        skills=g.skills or v.profile.skills,
        minor_until=marks.minor_until,
        child_until=marks.child_until,
    )
    before = dict(_known(ctx).persons.get(g.number, {}))
    after = {**before, **_fields_of(g)}
    if profile == v.profile and after == before:
        return None
    ref: str = v.person_ref
    forget: tuple[str, ...] = ()
    if after != before:
        ref = sealing.keep(after, PURPOSE, _CONSENT, 4 if marks.child_until else 3, matter=v.id)
        # A guardian's consent that came with the registration lies under the same reference: it is carried over.
        forget = (v.person_ref,) if v.person_ref and v.guardian_ref != v.person_ref else ()
    fact = said.VolunteerAmended(volunteer=v.id, profile=profile, person_ref=ref)
    return Emit(fact, (VOLUNTEER.key(v.id),), g.area, forget=forget)
