"""Issuing and taking back: free, truthful, by the activities' organiser and nobody else (谁组织谁记录、谁记录谁证明).

民政部令67号, 志愿服务条例 §19-21; domain rules 5.2, 5.4, 5.5.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

import msgspec
from msgspec import Meta
from shuniu.chassis.context import Actor, Context
from shuniu.chassis.counter import counter_key, next_number
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.documents.canonical import canonical
from shuniu.chassis.documents.register import DOCUMENT, issue, revoke
from shuniu.chassis.documents.signing import new_code, sign
from shuniu.chassis.masking import mask_citizen_id
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.chassis.state import load_row
from shuniu.contracts.document import Signature
from shuniu.contracts.volunteer.certificates import CertificateIssued, CertificateRevoked
from shuniu.rules.refusal import Conflict, Forbidden, NotFound, Unprocessable

from shuniu_volunteer.activities.activity import ACTIVITY, PARTICIPATION
from shuniu_volunteer.activities.state import Activity, Participation, participation_key
from shuniu_volunteer.certificates.state import CERTIFICATE
from shuniu_volunteer.fields import Hidden, Sealing
from shuniu_volunteer.roles import KEEPERS
from shuniu_volunteer.volunteers.state import Volunteer
from shuniu_volunteer.volunteers.volunteer import VOLUNTEER

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("COMMANDS", "KIND", "Drawn", "IssueCertificate", "content_of")

KIND = "service_certificate"
NUMBERS = "FW"
PURPOSE = "volunteer.certificate"
MOST = 20
_COUNTS = ("CONFIRMED", "ADJUSTED")


class IssueCertificate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Certify what a volunteer served at activities of one's own unit."""

    volunteer: Hidden
    activities: Annotated[tuple[Hidden, ...], Meta(min_length=1, max_length=MOST)]


class RevokeCertificate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Take a certificate back."""

    code: Annotated[str, Meta(min_length=8, max_length=40, pattern=r"^[A-Z0-9]+$")]
    reason: Literal["FALSE_HOURS", "ISSUED_IN_ERROR", "REPLACED"]


class Drawn(NamedTuple):
    """The document as it was written and signed before the rules are asked."""

    code: str
    document: Mapping[str, Any]
    signature: Signature


def _mine(a: Activity, actor: Actor) -> bool:
    return bool(a.organiser) and actor.acts_for(a.organiser)


def content_of(
    v: Volunteer, parts: Iterable[tuple[Activity, Participation]], person: Mapping[str, str], code: str
) -> dict[str, Any]:
    """The certificate's content: name, masked number, each activity with day and minutes, the sum, the organiser."""
    listed = sorted(parts, key=lambda pair: (pair[0].plan.starts_at, pair[0].number))
    return {
        "kind": KIND,
        "code": code,
        "name": person.get("person_name", ""),
        "citizen_id": mask_citizen_id(person.get("citizen_id", "")),
        "volunteer": v.number,
        "organiser": listed[0][0].organiser,
        "services": [
            {"number": a.number, "title": a.plan.title, "on": a.on.isoformat(), "minutes": p.minutes} for a, p in listed
        ],
        "minutes": sum(p.minutes for _, p in listed),
        "since": listed[0][0].on.isoformat(),
        "until": listed[-1][0].on.isoformat(),
    }


async def _draw(c: IssueCertificate, actor: Actor, host: "Host") -> Drawn | None:
    """Written and signed with the actor's own key. None where the rules will refuse it anyway."""
    found = await load_row(host.pool, VOLUNTEER, c.volunteer)
    pairs: list[tuple[Activity, Participation]] = []
    for activity in dict.fromkeys(c.activities):
        a = await load_row(host.pool, ACTIVITY, activity)
        p = await load_row(host.pool, PARTICIPATION, participation_key(activity, c.volunteer))
        if a is None or p is None or not _mine(a[0], actor):
            return None
        pairs.append((a[0], p[0]))
    if found is None or not found[0].active:
        return None
    person = (await host.vault.open_refs(host.pool, (found[0].person_ref,))).get(found[0].person_ref, {})
    code = new_code()
    document = content_of(found[0], pairs, person, code)
    role = next((r for r in KEEPERS if actor.has_role(r)), "volunteer_lead")
    return Drawn(code, document, sign(host, actor, document, role=role, unit=str(document["organiser"])))


def _keys(c: IssueCertificate, ctx: Context) -> Iterable[Key]:
    yield counter_key(NUMBERS, ctx.now)
    yield VOLUNTEER.key(c.volunteer)
    for activity in c.activities:
        yield ACTIVITY.key(activity)
        yield PARTICIPATION.key(participation_key(activity, c.volunteer))


def _check(rows: Rows, c: IssueCertificate, ctx: Context) -> list[tuple[Activity, Participation]]:
    event = "issue_certificate"
    pairs: list[tuple[Activity, Participation]] = []
    for activity in dict.fromkeys(c.activities):
        a = rows.need(ACTIVITY, activity)
        if not _mine(a, ctx.actor):
            raise Forbidden("certificate.other_organiser", state=a.status, event=event, params={"unit": a.organiser})
        p = rows.find(PARTICIPATION, participation_key(activity, c.volunteer))
        if p is None or p.status not in _COUNTS or not p.minutes:
            raise Conflict("certificate.no_hours", state=a.status, event=event, params={"number": a.number})
        pairs.append((a, p))
    if len({a.organiser for a, _ in pairs}) > 1:
        raise Unprocessable("certificate.one_organiser", event=event)
    return pairs


def issue_certificate(rows: Rows, c: IssueCertificate, ctx: Context) -> Decision:
    """Only confirmed or adjusted minutes; what was signed is what stands, else it is drawn anew."""
    event = "issue_certificate"
    v = rows.need(VOLUNTEER, c.volunteer)
    if not v.active:
        raise Conflict("volunteer.left", state=v.status, event=event)
    pairs = _check(rows, c, ctx)
    drawn = ctx.prepared
    if not isinstance(drawn, Drawn) or drawn.document["minutes"] != sum(p.minutes for _, p in pairs):
        raise Conflict("certificate.changed", event=event)
    number = next_number(rows, NUMBERS, ctx.now)
    sealing = Sealing(ctx)
    sealed = {"document": canonical(drawn.document).decode()}
    ref = sealing.keep(sealed, PURPOSE, "STATUTORY_DUTY", 3, matter=v.id)
    days = sorted(a.on for a, _ in pairs)
    fact = CertificateIssued(
        code=drawn.code,
        number=number,
        volunteer=v.id,
        organiser=pairs[0][0].organiser,
        activities=tuple(a.id for a, _ in pairs),
        minutes=drawn.document["minutes"],
        since=days[0],
        until=days[-1],
        content_ref=ref,
    )
    on = (CERTIFICATE.key(drawn.code), counter_key(NUMBERS, ctx.now))
    registered = issue(
        drawn.document,
        code=drawn.code,
        kind=KIND,
        number=number,
        matter=v.id,
        signature=drawn.signature,
        on=(CERTIFICATE.key(drawn.code),),
    )
    answer = {"code": drawn.code, "number": number, "minutes": fact.minutes}
    return Decision((Emit(fact, on, v.profile.area), registered), sealing.private, answer)


def _code_more(c: IssueCertificate, rows: Rows, ctx: Context) -> Iterable[Key]:
    if isinstance(ctx.prepared, Drawn):
        yield CERTIFICATE.key(ctx.prepared.code)
        yield DOCUMENT.key(ctx.prepared.code)


def _revoke_keys(c: RevokeCertificate, ctx: Context) -> Iterable[Key]:
    return (CERTIFICATE.key(c.code), DOCUMENT.key(c.code))


def revoke_certificate(rows: Rows, c: RevokeCertificate, ctx: Context) -> Decision:
    """By who issued it: the organiser."""
    row = rows.find(CERTIFICATE, c.code)
    if row is None:
        raise NotFound("certificate.unknown", event="revoke_certificate")
    if not ctx.actor.acts_for(row.organiser):
        raise Forbidden("certificate.other_organiser", event="revoke_certificate", params={"unit": row.organiser})
    on = (CERTIFICATE.key(c.code),)
    ended = revoke(rows, c.code, c.reason, on=on)
    fact = CertificateRevoked(code=c.code, volunteer=row.volunteer, reason=c.reason)
    return Decision((Emit(fact, on), ended), (), {"code": c.code, "number": row.number})


COMMANDS: tuple[Command[Any], ...] = (
    Command(
        "volunteer.issue_certificate",
        IssueCertificate,
        _keys,
        issue_certificate,
        roles=KEEPERS,
        more_keys=_code_more,
        operate=_draw,
        kind="volunteer",
        matter_field="volunteer",
        order=30,
    ),
    Command(
        "volunteer.revoke_certificate",
        RevokeCertificate,
        _revoke_keys,
        revoke_certificate,
        roles=KEEPERS,
        tone="danger",
        order=31,
    ),
)
