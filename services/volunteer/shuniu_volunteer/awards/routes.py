"""Pages of awards: who may be voted for, who was awarded, with consent that stands (PIPL §25); codes to vote by."""

from datetime import date
from typing import Any

import msgspec
from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from shuniu.chassis.http.access import actor_of, host_of
from shuniu.chassis.keyed import keyed
from shuniu.chassis.tables import StateTable
from shuniu.contracts.panels import Column, TablePanel

from shuniu_volunteer.awards.codes import Voter, code_of
from shuniu_volunteer.awards.lifecycle import ROUND
from shuniu_volunteer.awards.state import AwardRound, Nominee
from shuniu_volunteer.texts import words_of

__all__ = ("HANDLERS", "AwardRoundTable", "AwardVoterTable")

AnyRequest = Request[Any, Any, Any]
_SHOWN = ["AW_VOTING", "AW_NOTICE", "AW_OBJECTION", "AW_RULED"]


class AwardRoundTable(StateTable, tablename="award_round"):
    """Rounds by id; ``unit`` is the sponsor."""


class AwardVoterTable(StateTable, tablename="award_voter"):
    """Voters by code, by opaque id; ``status`` is OPEN while a code waits, ``unit`` who gave it out."""


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who agreed to be named, and what they did. ``candidate`` is their number for a vote by code."""

    nominee: str
    candidate: int
    name: str
    deed: str
    posted: bool


class OpenRound(msgspec.Struct, frozen=True, kw_only=True):
    """A round that is voted on or posted."""

    round: str
    number: str
    award_name: str
    year: int
    status: str
    sponsor: str
    candidates: tuple[Candidate, ...]


class Honoured(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who was awarded and agrees to be named."""

    award_name: str
    year: int
    sponsor: str
    name: str
    awarded_on: date | None


async def _rounds(statuses: list[str]) -> list[AwardRound]:
    found = (
        await AwardRoundTable.select(AwardRoundTable.doc)
        .where(AwardRoundTable.status.is_in(statuses))
        .order_by(AwardRoundTable.key, ascending=False)
        .limit(50)
    )
    return [msgspec.json.decode(r["doc"], type=AwardRound) for r in found]


def _shown(row: AwardRound) -> list[Nominee]:
    return [n for n in row.nominees if n.consent and n.state == "QUALIFIED"]


@get("/awards/open", summary="Rounds that are voted on or posted, with who agreed to be named", opt={"public": True})
async def get_open(request: AnyRequest) -> list[OpenRound]:
    """Votes are not told while they are cast."""
    host = host_of(request)
    rounds = await _rounds(_SHOWN)
    persons = await host.vault.open_refs(host.pool, (n.person_ref for r in rounds for n in _shown(r)))
    return [
        OpenRound(
            round=r.id,
            number=r.number,
            award_name=r.award_name,
            year=r.year,
            status=r.status,
            sponsor=r.sponsor,
            candidates=tuple(
                Candidate(
                    nominee=n.id,
                    candidate=r.nominees.index(n) + 1,
                    name=persons.get(n.person_ref, {}).get("nominee_name", ""),
                    deed=persons.get(n.person_ref, {}).get("deed", ""),
                    posted=n.id in r.winners,
                )
                for n in _shown(r)
            ),
        )
        for r in rounds
    ]


@get("/honours/awards", summary="Who was awarded and agrees to be named", opt={"public": True})
async def get_honours(request: AnyRequest) -> list[Honoured]:
    host = host_of(request)
    rounds = await _rounds(["AW_AWARDED", "AW_ARCHIVED"])
    won = [(r, n) for r in rounds for n in r.nominees if n.id in r.winners and n.consent]
    persons = await host.vault.open_refs(host.pool, (n.person_ref for _, n in won))
    return [
        Honoured(
            award_name=r.award_name,
            year=r.year,
            sponsor=r.sponsor,
            name=persons.get(n.person_ref, {}).get("nominee_name", ""),
            awarded_on=r.awarded_on,
        )
        for r, n in won
    ]


@get("/awards/codes", summary="Codes to vote by that this account gave out and that nobody used yet")
async def get_codes(request: AnyRequest) -> TablePanel:
    """A code is shown to who gave it out and to nobody else, and is gone once it is used or void."""
    host = host_of(request)
    actor, words = actor_of(request), words_of("awards")
    actor.require_role(*ROUND.move("give_vote_code").roles)
    voting = {r.id: r for r in await _rounds(list(ROUND.move("give_vote_code").sources))}
    found = (
        await AwardVoterTable.select(AwardVoterTable.key, AwardVoterTable.doc)
        .where(AwardVoterTable.status == "OPEN", AwardVoterTable.unit == actor.id)
        .order_by(AwardVoterTable.key)
        .limit(200)
    )
    rows = []
    for r in found:
        voter = msgspec.json.decode(r["doc"], type=Voter)
        award = voting.get(voter.round)
        if award is not None:
            code = code_of(keyed(host), voter.round, r["key"], voter.given)
            at = {"kind": ROUND.kind, "id": award.id, "number": award.number}
            rows.append({"round": at, "voter": r["key"], "code": code})
    kinds: dict[str, Any] = {"round": "matter", "code": "text", "voter": "text"}
    columns = tuple(Column(id=c, title=words[f"column.award_{c}"], kind=k) for c, k in kinds.items())
    return TablePanel(columns=columns, rows=tuple(rows), as_of=host.clock.now(), note=words["note.award_codes"])


HANDLERS: tuple[HTTPRouteHandler, ...] = (get_open, get_honours, get_codes)
