"""The owner's page of a claim: amounts, limits, hazards, and the sealed texts, masked as far as the reader may."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Detail, DetailField, DetailRow, DetailSection
from shuniu.chassis.state import load_row
from shuniu.rules.clocks import Clock
from shuniu.rules.evidence import BlobRef

from shuniu_insurance.claims.state import Claim
from shuniu_insurance.policies.policy import POLICY_ROW

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("detail", "with_cover_title")

_Kind = Literal["text", "time", "unit", "area", "key", "person", "minutes"]
_Field = tuple[str, str, _Kind]


def _money(fen: int | None) -> str:
    return f"¥{fen / 100:,.2f}" if fen else ""


def _at(moment: datetime | date | None) -> str:
    return moment.isoformat() if moment else ""


def _head(o: Claim) -> Iterable[_Field]:
    yield "field.event_kind", f"category.{o.event_kind}", "key"
    yield "field.injured", f"enum.injured.{o.injured}", "key"
    yield "detail.policy_number", o.policy_number, "text"
    yield "detail.cover", o.cover, "text"
    yield "field.basis", f"enum.basis.{o.basis}", "key"
    yield "field.insurer", o.insurer, "unit"
    yield "field.area", o.area, "area"
    yield "field.occurred_at", _at(o.occurred_at), "time"
    yield "detail.channel", f"enum.channel.{o.channel}", "key"
    yield "field.insurer_number", o.insurer_number, "text"
    yield "field.arrived_at", _at(o.surveyed_at), "time"
    yield "detail.certificate_number", o.certificate_number, "text"
    yield "detail.valid_until", _at(o.valid_until), "text"
    yield "detail.consent", f"detail.consent_{'given' if o.consented else 'none'}", "key"
    for wanted in o.wanted:
        yield "field.wanted", f"enum.wanted.{wanted}", "key"
    yield "detail.complete_at", _at(o.complete_at), "time"
    for item in o.items:
        yield f"enum.item.{item.item}", _money(item.amount), "text"
    yield "detail.assessed", _money(o.amount), "text"
    yield "field.ground", f"enum.ground.{o.ground}" if o.ground else "", "key"
    yield "detail.advanced", _money(o.advanced), "text"
    yield "detail.agreed", _money(o.agreed), "text"
    yield "detail.paid", _money(o.paid), "text"
    yield "field.reference", o.paid_reference, "text"
    yield "detail.outcome", f"enum.outcome.{o.outcome}" if o.outcome else "", "key"


def _clock(c: Clock) -> DetailRow:
    state = "late" if c.late else "running" if c.state == "running" else "met" if c.state == "met" else "none"
    return DetailRow(label=f"clock.{c.id}", due_at=c.due_at, note=f"due.{state}")


async def with_cover_title(o: Claim, page: Detail, host: "Host") -> Detail:
    """The page with the protection its cover belongs to in the place of the cover's code."""
    held = await load_row(host.pool, POLICY_ROW, o.policy)
    cover = next((c for c in held[0].covers if c.code == o.cover), None) if held is not None else None
    if cover is None:
        return page
    titled = DetailField(label="detail.cover", value=f"enum.protection.{cover.protection}", kind="key")
    fields = tuple(titled if f.label == "detail.cover" else f for f in page.fields)
    return msgspec.structs.replace(page, fields=fields)


def _party(o: Claim, ctx: Context) -> bool:
    """Whoever works on the claim: its community, the street above it, and the insurer from the consent on."""
    return ctx.actor.covers(o.area) or (o.consented and ctx.actor.acts_for(o.insurer))


def _notes(o: Claim, opened: Mapping[str, Mapping[str, str]]) -> Iterable[_Field]:
    for note in o.notes:
        text = "，".join(opened.get(note.ref, {}).values())
        kind: _Kind = "person" if note.label in ("claim_injured", "claim_reporter", "claim_payee") else "text"
        yield f"detail.{note.label}", text, kind


def detail(o: Claim, ctx: Context) -> Detail:
    """The page; ``ctx.prepared`` holds the texts as far as the reader's clearance goes, masked."""
    opened: Mapping[str, Mapping[str, str]] = (ctx.prepared or {}) if _party(o, ctx) else {}
    given = (*_head(o), *_notes(o, opened))
    limits = DetailSection(title="section.claim_limits", rows=tuple(_clock(c) for c in o.clocks))
    hazards = DetailSection(
        title="section.claim_hazards",
        rows=tuple(
            DetailRow(
                label=f"detail.hazard_{'known' if h.known else 'found'}",
                fields=(DetailField(label="detail.distance", value=f"{h.distance_m} m"),),
            )
            for h in o.hazards
        ),
    )
    company = DetailSection(
        title="section.claim_company",
        rows=tuple(DetailRow(label=f"referral.{c.state}", note=c.target_number) for c in o.company),
    )
    return Detail(
        fields=tuple(DetailField(label=label, value=value, kind=kind) for label, value, kind in given if value),
        sections=tuple(s for s in (limits, hazards, company) if s.rows),
        evidence=tuple(BlobRef(e.sha256, e.size, e.media_type) for e in o.evidence) if _party(o, ctx) else (),
    )
