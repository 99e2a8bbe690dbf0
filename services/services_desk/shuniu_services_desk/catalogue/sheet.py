"""The catalogue as three spreadsheets: items, questions, materials. What is handed in goes into drafts.

A file of questions or materials replaces those of every item it names. Lists stand in one cell, parted by ``|``;
conditions as ``question=answer/answer`` parted by ``;``.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, get_args

import msgspec
from msgspec import Meta
from msgspec.structs import replace
from shuniu.chassis.context import Actor, Context
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.chassis.sheets import Column, Outcome, Sheet, imported
from shuniu.contracts.services_desk.catalogue import (
    Choice,
    Guide,
    GuideDrafted,
    ItemKind,
    Material,
    MaterialForm,
    MaterialSource,
    Question,
    When,
)
from shuniu.rules.calendar import local
from shuniu.rules.refusal import FieldError, Unprocessable

from shuniu_services_desk.catalogue.commands import drafts_key
from shuniu_services_desk.catalogue.given import GivenGuide, GivenMaterial, GivenQuestion, guide_of
from shuniu_services_desk.catalogue.items import ITEM, DeskItem
from shuniu_services_desk.catalogue.tables import ItemTable
from shuniu_services_desk.fields import Code
from shuniu_services_desk.roles import DESK, KEEPERS

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("COMMANDS", "SHEETS", "conditions_of", "written")

_LISTS = ("partners", "applicants", "conditions", "process", "channels", "delivery")
_PLAIN = tuple(f for f in GivenGuide.__struct_fields__ if f not in ("questions", "materials"))


class ItemQuestion(GivenQuestion, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question of an item."""

    item: Code


class ItemMaterial(GivenMaterial, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A material of an item."""

    item: Code


class ImportItems(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file of items."""

    rows: Annotated[tuple[GivenGuide, ...], Meta(min_length=1, max_length=1000)]


class ImportQuestions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file of questions."""

    rows: Annotated[tuple[ItemQuestion, ...], Meta(min_length=1, max_length=5000)]


class ImportMaterials(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file of materials."""

    rows: Annotated[tuple[ItemMaterial, ...], Meta(min_length=1, max_length=10_000)]


def conditions_of(text: str) -> tuple[When, ...]:
    """``agent=yes;marital=married/widowed`` as conditions. ValueError for anything else."""
    found = []
    for part in filter(None, (p.strip() for p in text.replace("；", ";").split(";"))):
        question, equals, answers = part.partition("=")
        given = tuple(a.strip() for a in answers.split("/") if a.strip())
        if not equals or not question.strip() or not given:
            raise ValueError(f"not a condition: {part!r}")
        found.append(When(question.strip(), given))
    return tuple(found)


def written(when: Iterable[When]) -> str:
    """Conditions as :func:`conditions_of` reads them."""
    return ";".join(f"{w.question}={'/'.join(w.answers)}" for w in when)


def _choices_of(text: str) -> tuple[Choice, ...]:
    found = []
    for part in filter(None, (p.strip() for p in text.replace("；", ";").split(";"))):
        code, equals, title = part.partition("=")
        if not equals:
            raise ValueError(f"not a choice: {part!r}")
        found.append(Choice(code.strip(), title.strip()))
    return tuple(found)


def _keys(c: Any, ctx: Context) -> Iterable[Key]:
    return (drafts_key(), *dict.fromkeys(ITEM.key(r.item) for r in c.rows))


def import_items(rows: Rows, c: ImportItems, ctx: Context) -> Decision:
    """Every row is an item's plain fields; its questions and materials stay as they were."""
    codes = [r.item for r in c.rows]
    flaws = [FieldError(f"rows.{n}.item", "twice") for n, item in enumerate(codes) if item in codes[:n]]
    if flaws:
        raise Unprocessable("guide.rows_wrong", event="import", fields=tuple(flaws))
    outcomes: list[Outcome] = []
    events: list[Emit] = []
    for r in c.rows:
        row = rows.find(ITEM, r.item)
        before = row.newest if row is not None else None
        guide = guide_of(r)
        if before is not None:
            guide = replace(guide, questions=before.questions, materials=before.materials)
        outcomes.append(_note(events, r.item, before, guide))
    return Decision(tuple(events), (), imported(outcomes))


def _note(events: list[Emit], item: str, before: Guide | None, guide: Guide) -> Outcome:
    if guide != before:
        events.append(Emit(GuideDrafted(guide=guide), (ITEM.key(item), drafts_key())))
    return "new" if before is None else "unchanged" if guide == before else "changed"


def _parts(field: str, make: Callable[[Any], Any]) -> Callable[[Rows, Any, Context], Decision]:
    """The decide of a file that replaces ``questions`` or ``materials`` of every item it names."""

    def decide(rows: Rows, c: Any, ctx: Context) -> Decision:
        guides: dict[str, Guide] = {}
        given: dict[str, list[Any]] = {}
        flaws: list[FieldError] = []
        for n, r in enumerate(c.rows):
            row = rows.find(ITEM, r.item)
            if row is None or row.newest is None:
                flaws.append(FieldError(f"rows.{n}.item", "unknown"))
                continue
            guides[r.item] = row.newest
            there = given.setdefault(r.item, [])
            if any(p.code == r.code for p in there):
                flaws.append(FieldError(f"rows.{n}.code", "twice"))
            there.append(make(r))
        if flaws:
            raise Unprocessable("guide.rows_wrong", event="import", fields=tuple(flaws))
        events: list[Emit] = []
        outcomes: dict[str, Outcome] = {}
        for item, parts in given.items():
            guide = replace(guides[item], **{field: tuple(parts)})
            outcomes[item] = _note(events, item, guides[item], guide)
        return Decision(tuple(events), (), imported(outcomes[r.item] for r in c.rows))

    return decide


def _made(cls: type[Any]) -> Callable[[Any], Any]:
    return lambda r: msgspec.convert({k: v for k, v in msgspec.to_builtins(r).items() if k != "item"}, cls)


def _row(cls: type[Any], lists: tuple[str, ...] = ()) -> Callable[[Mapping[str, Any]], Any]:
    """Makes a row's Struct of checked cells."""

    def make(record: Mapping[str, Any]) -> Any:
        given = {k: v for k, v in record.items() if v is not None and k in cls.__struct_fields__}
        for name in lists:
            if name in given:
                given[name] = [p.strip() for p in str(given[name]).split("|") if p.strip()]
        for name, read in (("when", conditions_of), ("choices", _choices_of)):
            if name in given:
                try:
                    given[name] = msgspec.to_builtins(read(given[name]))
                except ValueError as flaw:
                    raise Unprocessable("guide.rows_wrong", fields=(FieldError(name, "value"),)) from flaw
        try:
            return msgspec.convert(given, cls)
        except msgspec.ValidationError as flaw:
            field = str(flaw).rpartition("$.")[2].rstrip("`").split("[")[0].split(".")[0] or "item"
            raise Unprocessable("guide.rows_wrong", fields=(FieldError(field, "value"),)) from flaw

    return make


async def _guides(host: "Host") -> AsyncIterator[Guide]:
    day = local(host.clock.now()).date()
    for record in await ItemTable.select(ItemTable.doc).order_by(ItemTable.key):
        row = msgspec.json.decode(record["doc"], type=DeskItem)
        version = row.on(day)
        guide = version.guide if version is not None else row.newest
        if guide is not None:
            yield guide


async def _item_rows(host: "Host", actor: Actor, query: Mapping[str, str]) -> AsyncIterator[Mapping[str, Any]]:
    async for guide in _guides(host):
        plain = {name: getattr(guide, name) for name in _PLAIN}
        yield {k: ("|".join(v) or None if k in _LISTS else v if v != "" else None) for k, v in plain.items()}


async def _question_rows(host: "Host", actor: Actor, query: Mapping[str, str]) -> AsyncIterator[Mapping[str, Any]]:
    async for guide in _guides(host):
        for q in guide.questions:
            choices = ";".join(f"{c.code}={c.title}" for c in q.choices)
            yield {
                "item": guide.item,
                "code": q.code,
                "title": q.title,
                "choices": choices,
                "when": written(q.when) or None,
            }


async def _material_rows(host: "Host", actor: Actor, query: Mapping[str, str]) -> AsyncIterator[Mapping[str, Any]]:
    async for guide in _guides(host):
        for m in guide.materials:
            cells = {name: getattr(m, name) for name in Material.__struct_fields__}
            yield {**cells, "item": guide.item, "when": written(m.when) or None}


def _column(id_: str, kind: Any = "text", **rest: Any) -> Column:
    return Column(id_, f"field.{id_}", kind, **rest)


_ITEM_COLUMNS = (
    _column("item", "code", required=True, most=40),
    _column("name", required=True, most=80),
    _column("kind", "choice", required=True, choices=get_args(ItemKind)),
    _column("basis", required=True, most=300),
    _column("body", "code", required=True, most=40),
    _column("partners", most=300),
    _column("applicants", note="column_note.desk_list", most=100),
    _column("conditions", note="column_note.desk_list", most=2000),
    _column("process", note="column_note.desk_list", most=2000),
    _column("legal_limit", "int", required=True, least=1, most=250),
    _column("promised_limit", "int", required=True, least=1, most=250),
    _column("limit_source", most=300),
    _column("joint", "bool"),
    _column("fee", "fen", least=0),
    _column("fee_basis", most=300),
    _column("channels", note="column_note.desk_list", most=100),
    _column("visits", "int", least=0, most=5),
    _column("result", most=300),
    _column("delivery", note="column_note.desk_list", most=100),
    _column("intermediary", most=300),
    _column("contact", most=300),
    _column("complaint_line", most=300),
)

_KEEPING: dict[str, Any] = {"export_roles": (*DESK, "registrar"), "import_roles": KEEPERS}


def _import(name: str, struct: type[Any], decide: Any, order: int) -> Command[Any]:
    return Command(name, struct, _keys, decide, roles=KEEPERS, surfaces=(), order=order, max_bytes=8 * 2**20)


_ITEMS = _import("guide.import", ImportItems, import_items, 16)
_QUESTIONS = _import("guide.import_questions", ImportQuestions, _parts("questions", _made(Question)), 17)
_MATERIALS = _import("guide.import_materials", ImportMaterials, _parts("materials", _made(Material)), 18)
COMMANDS = (_ITEMS, _QUESTIONS, _MATERIALS)

SHEETS = (
    Sheet(
        name="desk_items",
        title="sheet.desk_items",
        note="sheet.desk_items_note",
        columns=_ITEM_COLUMNS,
        rows=_item_rows,
        command=_ITEMS,
        row=_row(GivenGuide, _LISTS),
        body=lambda rows: ImportItems(rows=rows),
        key=("item",),
        most_rows=1000,
        **_KEEPING,
    ),
    Sheet(
        name="desk_questions",
        title="sheet.desk_questions",
        columns=(
            _column("item", "code", required=True, most=40),
            _column("code", "code", required=True, most=40),
            _column("title", required=True, most=80),
            _column("choices", required=True, note="column_note.desk_choices", most=1000),
            _column("when", note="column_note.desk_when", most=300),
        ),
        rows=_question_rows,
        command=_QUESTIONS,
        row=_row(ItemQuestion),
        body=lambda rows: ImportQuestions(rows=rows),
        key=("item", "code"),
        most_rows=5000,
        **_KEEPING,
    ),
    Sheet(
        name="desk_materials",
        title="sheet.desk_materials",
        columns=(
            _column("item", "code", required=True, most=40),
            _column("code", "code", required=True, most=40),
            _column("name", required=True, most=80),
            _column("form", "choice", choices=get_args(MaterialForm)),
            _column("copies", "int", least=1, most=20),
            _column("source", "choice", choices=get_args(MaterialSource)),
            _column("required", "bool"),
            _column("gap_allowed", "bool"),
            _column("when", note="column_note.desk_when", most=300),
        ),
        rows=_material_rows,
        command=_MATERIALS,
        row=_row(ItemMaterial),
        body=lambda rows: ImportMaterials(rows=rows),
        key=("item", "code"),
        **_KEEPING,
    ),
)
