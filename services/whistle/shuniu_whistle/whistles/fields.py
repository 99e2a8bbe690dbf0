"""The fields commands are made of, with their bounds and how a form draws them."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any, Protocol

import msgspec
from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Private
from shuniu.contracts.whistle.whistles import EvidenceRef
from shuniu.rules.calendar import local
from shuniu.rules.evidence import BlobRef

__all__ = (
    "AreaCode",
    "Day",
    "EvidenceList",
    "Hidden",
    "LongText",
    "NamesWhistle",
    "OnCallout",
    "OnPhase",
    "OnWhistle",
    "Reason",
    "Score",
    "Texts",
    "UnitCode",
    "UnitList",
    "Version",
    "evidence_refs",
    "today",
)


def _widget(name: str) -> dict[str, Any]:
    return {"x-widget": name}


Hidden = Annotated[str, Meta(max_length=64, extra_json_schema=_widget("hidden"))]
LongText = Annotated[str, Meta(max_length=2000, extra_json_schema=_widget("textarea"))]
Reason = Annotated[str, Meta(min_length=2, max_length=2000, pattern=r"\S", extra_json_schema=_widget("textarea"))]
AreaCode = Annotated[str, Meta(max_length=15, extra_json_schema=_widget("area"))]
UnitCode = Annotated[str, Meta(max_length=40, extra_json_schema=_widget("unit"))]
UnitList = Annotated[tuple[str, ...], Meta(max_length=20, extra_json_schema=_widget("unit-list"))]
Day = Annotated[date, Meta(extra_json_schema=_widget("date"))]
Score = Annotated[int, Meta(ge=1, le=5, extra_json_schema=_widget("rating"))]
EvidenceList = Annotated[tuple[BlobRef, ...], Meta(extra_json_schema=_widget("blob-list"))]
Version = Annotated[int, Meta(ge=1, extra_json_schema=_widget("hidden"))]


class OnWhistle(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command on one whistle. With ``expected_version`` it is refused when the whistle has moved on since."""

    whistle: Hidden
    expected_version: Version | None = None


class NamesWhistle(Protocol):
    """Any command that is on one whistle."""

    @property
    def whistle(self) -> str: ...

    @property
    def expected_version(self) -> int | None: ...


class OnCallout(OnWhistle, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command on one callout."""

    callout: Hidden


class OnPhase(OnCallout, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command on one phase."""

    phase: Hidden


class Texts:
    """Collects a command's free texts: each goes under an opaque ref into the encrypted fields."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self.private: list[Private] = []

    def keep(self, text: str, purpose: str = "whistle.handling") -> str:
        """The ref the text is kept under; "" for an empty text. The work is a statutory duty (PIPL §13)."""
        return self.keep_fields({"text": text}, purpose)

    def keep_fields(self, given: Mapping[str, str], purpose: str) -> str:
        """The ref several fields are kept under together; "" when all are empty."""
        fields = {name: value.strip() for name, value in given.items() if value.strip()}
        if not fields:
            return ""
        ref = self._ctx.new_id()
        self.private.append(Private(ref, fields, purpose, "STATUTORY_DUTY"))
        return ref


def evidence_refs(refs: Iterable[BlobRef]) -> tuple[EvidenceRef, ...]:
    """Files as facts name them."""
    return tuple(EvidenceRef(sha256=r.sha256, size=r.size, media_type=r.media_type) for r in refs)


def today(ctx: Context) -> date:
    """The business date."""
    return local(ctx.now).date()
