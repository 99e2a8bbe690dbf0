"""What is worked out before the rules are asked: hashes of codes and persons (see ``lookup.py``)."""

from typing import TYPE_CHECKING, Protocol

import msgspec
from shuniu.chassis.keyed import keyed, new_slip
from shuniu.chassis.state import load_row
from shuniu.rules.evidence import BlobRef, check_evidence

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("Prepared", "person_of", "prepare_code", "prepare_person", "prepare_refs", "prepare_report")

CITIZEN = "injured_citizen_id"
"""The field of the certificate's identity record that limits a person are counted by."""


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """What a new follow-up code is worked out from, the keyed hash of a code, the keyed hash of the injured person,
    what is still sealed."""

    slip: str = ""
    code_key: str = ""
    person: str = ""
    claim: str = ""
    refs: tuple[str, ...] = ()


class _OnClaim(Protocol):
    @property
    def claim(self) -> str: ...


class _WithCode(Protocol):
    @property
    def code(self) -> str: ...


async def person_of(host: "Host", claim: str) -> str:
    """The keyed hash of the citizen number the community certified; "" while there is none."""
    opened = await host.vault.open_matter(host.pool, claim, clearance=4, masked=False)
    numbers = [fields[CITIZEN] for fields in opened.values() if CITIZEN in fields]
    return keyed(host).of_number(numbers[-1]) if numbers else ""


class _WithEvidence(Protocol):
    @property
    def evidence(self) -> tuple[BlobRef, ...]: ...


async def prepare_report(c: _WithEvidence, host: "Host") -> Prepared:
    """Before an accident is reported: a code to follow it by; the photos must be here."""
    if c.evidence:
        await host.blobs.require(check_evidence(c.evidence))
    slip, keys = new_slip(), keyed(host)
    return Prepared(slip=slip, code_key=keys.of_slip(slip))


async def prepare_person(c: _OnClaim, host: "Host") -> Prepared:
    """Before money of a limit is taken or given back."""
    return Prepared(person=await person_of(host, c.claim))


async def prepare_code(c: _WithCode, host: "Host") -> Prepared:
    """Before the claimant answers by code."""
    from shuniu_insurance.claims.claim import CODE

    key = keyed(host).of_code(c.code)
    held = await load_row(host.pool, CODE, key)
    claim = held[0].claim if held else ""
    return Prepared(code_key=key, claim=claim, person=await person_of(host, claim) if claim else "")


async def prepare_refs(c: _OnClaim, host: "Host") -> Prepared:
    """Before a claim's personal data are destroyed: which records there are."""
    records = await host.pool.fetch("select ref from person_data where matter = $1 order by at, ref", c.claim)
    return Prepared(refs=tuple(r["ref"] for r in records))
