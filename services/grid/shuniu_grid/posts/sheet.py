"""Grid posts as a spreadsheet: who holds them now out, assignments in; all rows or none."""

from collections.abc import AsyncIterator, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec
from shuniu.chassis.context import Actor, Context
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.chassis.sheets import Column, Outcome, Sheet, imported
from shuniu.rules.areas import is_code
from shuniu.rules.refusal import FieldError, Refusal, Unprocessable

from shuniu_grid.areas.register import AREA, REGISTRAR
from shuniu_grid.posts.assign import POST, AssignPost, Post, assign, held_on, post_id
from shuniu_grid.posts.staffing import STAFFING
from shuniu_grid.posts.tables import PostTable
from shuniu_grid.settings import business_day

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("IMPORT", "SHEET", "ImportPosts")

_KINDS = ("HEAD", "FULL", "PART", "SPECIALIST")


class ImportPosts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Give many posts at once: all of them or none. A post that is held already stays as it is."""

    rows: tuple[AssignPost, ...]


def _import_keys(command: ImportPosts, ctx: Context) -> Iterable[Key]:
    for row in command.rows:
        yield POST.key(post_id(row.area, row.kind, row.account))
        yield AREA.key(row.area)
        yield STAFFING.key(row.area)


def _import(rows: Rows, command: ImportPosts, ctx: Context) -> Decision:
    flaws: list[FieldError] = []
    events: list[Emit] = []
    outcomes: list[Outcome] = []
    heads: list[Any] = []
    seen: set[str] = set()
    for n, row in enumerate(command.rows):
        id_ = post_id(row.area, row.kind, row.account)
        start = row.valid_from or business_day(ctx.now)
        held = rows.find(POST, id_)
        if id_ in seen:
            flaws.append(FieldError(f"rows.{n}.account", "twice"))
        elif held is not None and held_on(held, start):
            outcomes.append("unchanged")
        else:
            try:
                events.append(assign(rows, row, ctx, tuple(heads)))
                outcomes.append("new")
            except Refusal as refusal:
                field = refusal.fields[0].field if refusal.fields else "area"
                flaws.append(FieldError(f"rows.{n}.{field}", refusal.rule.rpartition(".")[2]))
            if row.kind == "HEAD":
                heads.append((row.area, start))
        seen.add(id_)
    if flaws:
        raise Unprocessable("grid.posts_import", fields=tuple(flaws))
    return Decision(tuple(events), answer=imported(outcomes))


async def _rows(host: "Host", actor: Actor, query: Mapping[str, str]) -> AsyncIterator[Mapping[str, Any]]:
    day = business_day(host.clock.now())
    wanted = PostTable.select(PostTable.doc).order_by(PostTable.key)
    if area := query.get("area", ""):
        wanted = wanted.where(PostTable.area.like(f"{area}%"))
    for record in await wanted:
        post = msgspec.json.decode(record["doc"], type=Post)
        if actor.covers(post.area) and held_on(post, day):
            yield {
                "area": post.area,
                "kind": post.kind,
                "account": post.account,
                "valid_from": post.valid_from,
                "valid_to": post.valid_to,
                "posted": post.posting is not None,
            }


def _row(record: Mapping[str, Any]) -> AssignPost:
    taken = ("area", "kind", "account", "valid_from")
    return msgspec.convert({name: record[name] for name in taken if record.get(name)}, AssignPost)


def _area(value: str) -> str | None:
    return None if is_code(value) and len(value) >= 9 else "area_code"


IMPORT: Command[ImportPosts] = Command(
    "grid.import_posts",
    ImportPosts,
    _import_keys,
    _import,
    roles=REGISTRAR,
    surfaces=(),
    order=99,
    max_bytes=4 * 1024 * 1024,
)

SHEET = Sheet(
    name="posts",
    title="sheet.posts",
    note="sheet.posts_note",
    columns=(
        Column("area", "sheet_column.area", "code", required=True, check=_area),
        Column("kind", "sheet_column.post_kind", "choice", required=True, choices=_KINDS),
        Column("account", "sheet_column.account", "code", required=True, most=60),
        Column("valid_from", "sheet_column.valid_from", "date"),
        Column("valid_to", "sheet_column.valid_to", "date", note="sheet_note.out_only"),
        Column("posted", "sheet_column.posted", "bool", note="sheet_note.out_only"),
    ),
    export_roles=REGISTRAR,
    rows=_rows,
    import_roles=REGISTRAR,
    command=IMPORT,
    row=_row,
    body=lambda rows: ImportPosts(rows=rows),
    key=("area", "kind", "account"),
    filters=("area",),
)
