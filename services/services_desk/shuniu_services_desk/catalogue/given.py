"""A guide as people write it: strict fields with bounds. The facts' own Structs are read leniently and stay apart."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta
from shuniu.contracts.services_desk.catalogue import (
    ApplicantKind,
    Delivery,
    Guide,
    ItemChannel,
    ItemKind,
    MaterialForm,
    MaterialSource,
)

from shuniu_services_desk.fields import Code, UnitCode

__all__ = ("GivenGuide", "GivenMaterial", "GivenQuestion", "guide_of")

Name = Annotated[str, Meta(min_length=2, max_length=80, pattern=r"\S")]
Line = Annotated[str, Meta(max_length=300)]
Lines = Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=300)], ...], Meta(max_length=30)]
Days = Annotated[int, Meta(ge=1, le=250)]


class GivenWhen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The answer to ``question`` is one of ``answers``."""

    question: Code
    answers: Annotated[tuple[Code, ...], Meta(min_length=1, max_length=20)]


class GivenChoice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An answer."""

    code: Code
    title: Name


class GivenQuestion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question about the applicant's situation."""

    code: Code
    title: Name
    choices: Annotated[tuple[GivenChoice, ...], Meta(min_length=2, max_length=20)]
    when: Annotated[tuple[GivenWhen, ...], Meta(max_length=5)] = ()


class GivenMaterial(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A material."""

    code: Code
    name: Name
    form: MaterialForm = "COPY"
    copies: Annotated[int, Meta(ge=1, le=20)] = 1
    source: MaterialSource = "APPLICANT"
    required: bool = True
    gap_allowed: bool = False
    when: Annotated[tuple[GivenWhen, ...], Meta(max_length=5)] = ()


class GivenGuide(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every field of an item (实施清单)."""

    item: Code
    name: Name
    kind: ItemKind
    basis: Line
    body: UnitCode
    partners: Annotated[tuple[UnitCode, ...], Meta(max_length=8, extra_json_schema={"x-widget": "unit-list"})] = ()
    applicants: Annotated[tuple[ApplicantKind, ...], Meta(min_length=1, max_length=2)] = ("NATURAL_PERSON",)
    conditions: Lines = ()
    questions: Annotated[tuple[GivenQuestion, ...], Meta(max_length=20)] = ()
    materials: Annotated[tuple[GivenMaterial, ...], Meta(max_length=60)] = ()
    process: Lines = ()
    legal_limit: Days
    promised_limit: Days
    limit_source: Line = ""
    joint: bool = False
    fee: Annotated[int, Meta(ge=0, le=100_000_000)] = 0
    fee_basis: Line = ""
    channels: Annotated[tuple[ItemChannel, ...], Meta(min_length=1, max_length=3)] = ("WINDOW",)
    visits: Annotated[int, Meta(ge=0, le=5)] = 1
    result: Line = ""
    delivery: Annotated[tuple[Delivery, ...], Meta(min_length=1, max_length=4)] = ("PICK_UP",)
    intermediary: Line = ""
    contact: Line = ""
    complaint_line: Line = ""


def guide_of(given: GivenGuide) -> Guide:
    """The guide as facts say it."""
    fields: dict[str, Any] = {name: getattr(given, name) for name in GivenGuide.__struct_fields__}
    return msgspec.convert(msgspec.to_builtins(fields), Guide)
