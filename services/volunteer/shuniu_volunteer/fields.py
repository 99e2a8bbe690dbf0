"""Fields that commands of several capabilities are made of, and the small guards beside them."""

from datetime import date, datetime
from typing import Annotated, Any

from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Private
from shuniu.rules.calendar import local
from shuniu.rules.refusal import FieldError, Unprocessable

__all__ = (
    "AreaCode",
    "Day",
    "Hidden",
    "Instant",
    "Paper",
    "PersonName",
    "Phone",
    "Reason",
    "Sealing",
    "TeamCode",
    "Text",
    "UnitCode",
    "business_day",
    "wrong",
)


def _widget(name: str, **meta: Any) -> Meta:
    return Meta(**meta, extra_json_schema={"x-widget": name})


Hidden = Annotated[str, _widget("hidden", max_length=80)]
AreaCode = Annotated[str, _widget("area", min_length=6, max_length=15, pattern=r"^[0-9]+$")]
UnitCode = Annotated[str, _widget("unit", min_length=1, max_length=60)]
TeamCode = Annotated[str, _widget("unit", min_length=2, max_length=40, pattern=r"^[A-Za-z0-9-]+$")]
Reason = Annotated[str, _widget("textarea", min_length=2, max_length=2000, pattern=r"\S")]
Text = Annotated[str, _widget("textarea", max_length=4000)]
Day = Annotated[date, _widget("date")]
Instant = Annotated[datetime, _widget("datetime")]
PersonName = Annotated[str, Meta(max_length=60)]
Phone = Annotated[str, Meta(max_length=20, pattern=r"^[0-9+() -]*$")]
Paper = Annotated[str, Meta(max_length=64, pattern=r"^([0-9a-f]{64})?$")]
"""SHA-256 of a signed paper that was put as a blob before."""


def business_day(at: datetime) -> date:
    """The day in Asia/Shanghai, by which everything is counted."""
    return local(at).date()


def wrong(rule: str, field: str, code: str, event: str, state: str | None = None, **params: Any) -> Unprocessable:
    """422 naming the rule, the field, and what is wrong with it."""
    return Unprocessable(rule, state=state, event=event, fields=(FieldError(field, code),), params=params)


class Sealing:
    """Texts and personal fields of one command on their way into the vault."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self.private: tuple[Private, ...] = ()

    def text(self, text: str, purpose: str) -> str:
        """The reference of a free text; "" for an empty one."""
        return self.keep({"text": text.strip()}, purpose, "STATUTORY_DUTY", 2) if text.strip() else ""

    def keep(self, fields: dict[str, str], purpose: str, basis: str, sensitivity: int, matter: str = "") -> str:
        """The reference under which fields are sealed."""
        ref = self._ctx.new_id()
        self.private = (*self.private, Private(ref, fields, purpose, basis, sensitivity, matter=matter))
        return ref
