"""Fields that commands of several capabilities are made of, and the small guards beside them."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Private
from shuniu.rules.areas import check_code, within
from shuniu.rules.calendar import local
from shuniu.rules.refusal import FieldError, Unprocessable

__all__ = (
    "AreaCode",
    "Code",
    "Codes",
    "Day",
    "Hidden",
    "LongText",
    "PersonName",
    "Phone",
    "Reason",
    "Sealing",
    "UnitCode",
    "Version",
    "area_in_scope",
    "check_unit",
    "today",
    "wrong",
)


Hidden = Annotated[str, Meta(max_length=64, extra_json_schema={"x-widget": "hidden"})]
Version = Annotated[int, Meta(ge=1, extra_json_schema={"x-widget": "hidden"})]
Code = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9_-]+$")]
Codes = Annotated[tuple[Code, ...], Meta(max_length=60)]
AreaCode = Annotated[str, Meta(max_length=15, extra_json_schema={"x-widget": "area"})]
UnitCode = Annotated[str, Meta(max_length=40, extra_json_schema={"x-widget": "unit"})]
LongText = Annotated[str, Meta(max_length=2000, extra_json_schema={"x-widget": "textarea"})]
Reason = Annotated[str, Meta(min_length=2, max_length=2000, pattern=r"\S", extra_json_schema={"x-widget": "textarea"})]
Day = Annotated[date, Meta(extra_json_schema={"x-widget": "date"})]
PersonName = Annotated[str, Meta(min_length=1, max_length=60, pattern=r"\S")]
Phone = Annotated[str, Meta(max_length=20, pattern=r"^[0-9+() -]*$")]


def today(ctx: Context) -> date:
    """The business date (Asia/Shanghai)."""
    return local(ctx.now).date()


def wrong(rule: str, field: str, code: str, event: str, state: str | None = None, **params: str) -> Unprocessable:
    """422 naming the rule, the field, and what is wrong with it."""
    return Unprocessable(rule, state=state, event=event, fields=(FieldError(field, code),), params=params)


def area_in_scope(code: str, event: str, ctx: Context) -> str:
    """The area itself, the scope where none is given. Unprocessable for an area elsewhere or unknown."""
    if not code:
        return ctx.scope
    check_code(code)
    known = code == ctx.scope or not ctx.registry.all("area") or ctx.registry.get("area", code) is not None
    if not within(code, ctx.scope) or not known:
        raise wrong("case.area_unknown", "area", "area_unknown", event, area=code)
    return code


def check_unit(code: str, field: str, event: str, ctx: Context) -> None:
    """The unit stands in the directory, where there is one."""
    if ctx.registry.all("unit") and ctx.registry.get("unit", code) is None:
        raise wrong("guide.unit_unknown", field, "unknown", event, unit=code)


class Sealing:
    """Texts and personal fields of one command on their way into the vault."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self.private: tuple[Private, ...] = ()

    def text(self, text: str, purpose: str, matter: str = "") -> str:
        """The reference of a free text; "" for an empty one. It may hold anything a person wrote, so it is personal."""
        return self.keep({"text": text}, purpose, matter) if text.strip() else ""

    def keep(self, fields: Mapping[str, str], purpose: str, matter: str = "", ref: str = "") -> str:
        """The reference under which fields are sealed. Acting on an application is a statutory duty (PIPL §13)."""
        given = {name: value.strip() for name, value in fields.items() if value.strip()}
        if not given:
            return ""
        ref = ref or self._ctx.new_id()
        self.private = (*self.private, Private(ref, given, purpose, "STATUTORY_DUTY", matter=matter))
        return ref
