"""The fields commands are made of, with their bounds and how a form draws them; where a person's words go."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Private
from shuniu.chassis.masking import scrub
from shuniu.contracts.insurance.claims import ClaimFile
from shuniu.contracts.manifest import StatusInfo
from shuniu.contracts.summary import Place
from shuniu.contracts.text import Text
from shuniu.rules.calendar import local
from shuniu.rules.evidence import BlobRef
from shuniu.rules.lifecycle import Lifecycle
from shuniu.rules.refusal import FieldError, NotFound, Refusal, Unprocessable

__all__ = (
    "AreaCode",
    "Day",
    "EvidenceList",
    "Fen",
    "GivenPlace",
    "Hidden",
    "LongText",
    "Reason",
    "Reference",
    "Sealed",
    "UnitCode",
    "Version",
    "files",
    "known",
    "place_of",
    "statuses_of",
    "today",
    "told_as",
    "yuan",
)


def _widget(name: str) -> dict[str, Any]:
    return {"x-widget": name}


Hidden = Annotated[str, Meta(min_length=1, max_length=64, extra_json_schema=_widget("hidden"))]
LongText = Annotated[str, Meta(max_length=2000, extra_json_schema=_widget("textarea"))]
Reason = Annotated[str, Meta(min_length=2, max_length=2000, pattern=r"\S", extra_json_schema=_widget("textarea"))]
AreaCode = Annotated[str, Meta(min_length=6, max_length=15, extra_json_schema=_widget("area"))]
UnitCode = Annotated[str, Meta(min_length=1, max_length=60, extra_json_schema=_widget("unit"))]
Day = Annotated[date, Meta(extra_json_schema=_widget("date"))]
Fen = Annotated[int, Meta(ge=1, le=10**12)]
Reference = Annotated[str, Meta(min_length=3, max_length=60, pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]*$")]
"""A voucher, a bank's payment, an insurer's own number: of letters, digits and . _ / - only, so it names nobody."""
EvidenceList = Annotated[tuple[BlobRef, ...], Meta(extra_json_schema=_widget("blob-list"))]
Version = Annotated[int, Meta(ge=1, extra_json_schema=_widget("hidden"))]


class GivenPlace(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where: a name free of persons, and optionally a point (WGS 84)."""

    name: Annotated[str, Meta(max_length=60)] = ""
    lon: Annotated[float, Meta(ge=-180, le=180)] | None = None
    lat: Annotated[float, Meta(ge=-90, le=90)] | None = None


def place_of(given: GivenPlace) -> Place:
    """The place as facts say it: the point coarsened to about 10 m. Unprocessable ``claim.place_personal`` where the
    name holds a person's number."""
    if scrub(given.name) != given.name:
        raise Unprocessable("claim.place_personal", fields=(FieldError("place.name", "personal"),))

    def coarse(degrees: float | None) -> float | None:
        return None if degrees is None else round(degrees, 4)

    return Place(name=given.name.strip(), lon=coarse(given.lon), lat=coarse(given.lat))


class Sealed:
    """Collects a command's personal fields and texts: each goes under an opaque ref into the encrypted fields.

    ``sensitivity`` 3 personal, 4 sensitive personal: health and bank accounts (PIPL §28).
    """

    def __init__(self, ctx: Context, matter: str = "", basis: str = "STATUTORY_DUTY") -> None:
        self._ctx = ctx
        self._matter = matter
        self._basis = basis
        self.private: list[Private] = []

    def text(self, text: str, purpose: str, sensitivity: int = 3) -> str:
        """The ref a text is kept under; "" for an empty one."""
        return self.keep({"text": text}, purpose, sensitivity)

    def keep(self, given: Mapping[str, str], purpose: str, sensitivity: int = 3) -> str:
        """The ref several fields are kept under together; "" when all are empty."""
        fields = {name: value.strip() for name, value in given.items() if value.strip()}
        if not fields:
            return ""
        ref = self._ctx.new_id()
        self.private.append(Private(ref, fields, purpose, self._basis, sensitivity, self._matter))
        return ref


def files(refs: Iterable[BlobRef]) -> tuple[ClaimFile, ...]:
    """Files as facts name them."""
    return tuple(ClaimFile(sha256=r.sha256, size=r.size, media_type=r.media_type) for r in refs)


def today(ctx: Context) -> date:
    """The business date."""
    return local(ctx.now).date()


def known(kind: str, code: str, field: str, ctx: Context) -> str:
    """The code itself, of an ``area`` or ``unit`` of the local registry. NotFound ``registry.unknown``."""
    if ctx.registry.get(kind, code) is None:
        raise NotFound("insurance.not_registered", fields=(FieldError(field, "unknown"),), params={"code": code[:40]})
    return code


@contextmanager
def told_as(status: str, event: str) -> Iterator[None]:
    """Refusals of the content within name the status and the move they came up at."""
    try:
        yield
    except Refusal as refusal:
        refusal.state = refusal.state or status
        refusal.event = refusal.event or event
        raise


def statuses_of(cycle: Lifecycle, texts: Mapping[str, Text]) -> tuple[StatusInfo, ...]:
    """A life cycle's statuses in reading order; what came to nothing has no column on a board."""
    return tuple(
        StatusInfo(
            id=s.id,
            title=texts[f"status.{cycle.kind}.{s.id}"],
            open=s.open,
            tone=s.tone,  # type: ignore[arg-type]  # our life cycles use the manifest's tones
            order=-1 if s.tone == "stopped" else 90 if not s.open else i,
        )
        for i, s in enumerate(cycle.statuses)
    )


def yuan(fen: int) -> float:
    """Fen as a measure says them, in yuan; exact figures stand in tables, in fen."""
    return fen / 100
