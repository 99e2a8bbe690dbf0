"""Routes of sheets: which there are, taking one out, a template to fill in, handing one in.

A file that is handed in travels as a blob and is named here. It is taken as a whole by one command or not at all; what
is wrong with it comes back as a problem and, complete, as a report: the given rows with what became of each.
"""

import asyncio
import hashlib
import re
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import quote

import msgspec
from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, QueryParameter
from litestar.response import Stream

from shuniu.chassis.audit import AuditEntry
from shuniu.chassis.context import Actor
from shuniu.chassis.decision import Answer
from shuniu.chassis.http.access import actor_of, audited_refusal, host_of
from shuniu.chassis.http.commands import KEY, read_body
from shuniu.chassis.http.problems import MEDIA_TYPE, FieldProblem, Problem, field_errors, render
from shuniu.chassis.privacy import UNMASK_ROLE
from shuniu.chassis.processor import Submission
from shuniu.chassis.sheet_export import export, files_at_once
from shuniu.chassis.sheet_files import MOST_BYTES, read_file, write_template
from shuniu.chassis.sheet_import import Reading, RowError, after_decision, error_text, read_rows, report
from shuniu.chassis.sheets import Sheet, outcomes_of, sheet_info, tally
from shuniu.chassis.telemetry import current_traceparent
from shuniu.contracts.manifest import SheetInfo
from shuniu.contracts.text import Text
from shuniu.rules.calendar import local
from shuniu.rules.evidence import CSV, XLSX, BlobRef
from shuniu.rules.refusal import FieldError, Forbidden, NotFound, Refusal, Unprocessable

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("SheetFile", "SheetImported", "SheetProblem", "Sheets", "sheet_routes")

AnyRequest = Request[Any, Any, Any]
MOST_TOLD = 500
"""So many errors are in the answer itself; all of them are in the report."""
EXPORT_LIFE_S = 600.0
REPORT_LIFE_S = 30 * 24 * 3600.0
_LEAST_REASON = 4
_PERSONAL = 3
_KINDS = ("text", "int", "fen", "date", "choice", "bool", "code")
_UNSAFE = re.compile(r"[^\w.-]+")


class Sheets(msgspec.Struct, frozen=True, kw_only=True):
    """The sheets a caller may use, each as far as its roles go."""

    sheets: tuple[SheetInfo, ...]


class Given(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file that is handed in. ``dry_run`` checks it as if it were meant and takes nothing."""

    blob: BlobRef
    dry_run: bool = False


class SheetFile(msgspec.Struct, frozen=True, kw_only=True):
    """An export that waits to be fetched as a blob, within ten minutes."""

    blob: BlobRef
    file_name: str
    rows: int
    masked: bool


class SheetImported(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a file. ``report`` may be fetched as a blob for thirty days; None once the file has gone."""

    sheet: str
    dry_run: bool
    rows: int
    new: int
    changed: int
    unchanged: int
    source: str
    epoch: str
    position: int
    report: BlobRef | None = None


class RowProblem(FieldProblem, frozen=True, kw_only=True):
    """One thing wrong with one row: ``row`` as the office program counts, the column's titles, the value shortened."""

    row: int
    column: str = ""
    title: Text | None = None
    value: str = ""


class SheetProblem(Problem, frozen=True, kw_only=True):
    """A refused file. ``errors`` are the first 500; all ``error_count`` of them are in ``report`` (a blob)."""

    errors: tuple[RowProblem, ...] = ()
    sheet: str = ""
    rows: int = 0
    wrong_rows: int = 0
    error_count: int = 0
    report: BlobRef | None = None


# --- which there are --------------------------------------------------------------------------------------------------


def _title(host: "Host", key: str) -> Text:
    return host.texts.get(key) or Text(key, key)


def _find(
    request: AnyRequest, name: str, doing: Literal["export", "import", "template"]
) -> tuple["Host", Actor, Sheet]:
    """The sheet, for somebody who may do this with it. NotFound ``sheet.unknown``; Forbidden (audited)."""
    host = host_of(request)
    actor = actor_of(request)
    sheet = host.service.sheet(name)
    if sheet is None or (sheet.rows is None if doing == "export" else sheet.command is None):
        raise NotFound("sheet.unknown", params={"sheet": name[:60]})
    try:
        actor.require_role(*(sheet.export_roles if doing == "export" else sheet.import_roles))
    except Forbidden as refusal:
        audited_refusal(host, f"sheet.{doing} {name}", refusal, actor)
        raise
    return host, actor, sheet


@get("/sheets", summary="The sheets this caller may use")
async def get_sheets(request: AnyRequest) -> Sheets:
    host = host_of(request)
    actor = actor_of(request)
    found = []
    for sheet in host.service.sheets:
        info = sheet_info(sheet, lambda key: _title(host, key))
        export = info.export and actor.has_role(*info.export_roles)
        imports = info.imports and actor.has_role(*info.import_roles)
        if export or imports:
            found.append(msgspec.structs.replace(info, export=export, imports=imports))
    return Sheets(sheets=tuple(found))


# --- taking one out ---------------------------------------------------------------------------------------------------


@get("/sheets/{name:str}", summary="A table as a spreadsheet")
async def export_sheet(
    request: AnyRequest,
    name: FromPath[str],
    file_format: Annotated[Literal["xlsx", "csv"], QueryParameter(name="format")] = "xlsx",
    unmask: Annotated[str, QueryParameter(max_length=200, description="Reason for personal data in clear")] = "",
    as_blob: Annotated[Literal["blob", ""], QueryParameter(name="as")] = "",
) -> Response[Any]:
    host, actor, sheet = _find(request, name, "export")
    clear = _in_clear(host, actor, sheet, unmask)
    query = {f: request.query_params[f] for f in sheet.filters if f in request.query_params}
    content, rows = await export(host, actor, sheet, file_format, query=query, clear=clear)
    title = _title(host, sheet.title).zh
    note: dict[str, str | int] = {"rows": rows, "masked": int(not clear), "format": file_format}
    if clear and unmask:
        note["reason"] = unmask.strip()[:200].replace("\x00", "")
    host.audit.record(
        AuditEntry(at=host.clock.now(), actor=actor.id, command=f"sheet.export {name}", allowed=True, detail=note)
    )
    file_name = f"{_UNSAFE.sub('-', title)}-{local(host.clock.now()):%Y%m%d}.{file_format}"
    if not as_blob:
        media_type = XLSX if file_format == "xlsx" else CSV
        return Stream(_pieces(content), media_type=media_type, headers=_attached(file_name, len(content)))
    await host.blobs.clean()
    blob = await host.blobs.put(content)
    await host.blobs.expire(blob.sha256, EXPORT_LIFE_S)
    return Response(SheetFile(blob=blob, file_name=file_name, rows=rows, masked=not clear))


def _in_clear(host: "Host", actor: Actor, sheet: Sheet, reason: str) -> bool:
    """Whether personal columns leave unmasked: by the separate permission, the clearance, and with a reason."""
    if not reason:
        return False
    try:
        actor.require_role(UNMASK_ROLE)
        if actor.clearance < _PERSONAL:
            raise Forbidden("access.clearance", params={"needed": _PERSONAL})
    except Forbidden as refusal:
        audited_refusal(host, f"sheet.export {sheet.name}", refusal, actor)
        raise
    if len(reason.strip()) < _LEAST_REASON:
        raise Unprocessable("person_data.reason", params={"least": _LEAST_REASON})
    return True


def _attached(file_name: str, size: int) -> dict[str, str]:
    plain = _UNSAFE.sub("-", file_name.encode("ascii", "ignore").decode()).strip("-")
    return {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file_name)}",
        "Content-Length": str(size),
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }


async def _pieces(content: bytes, size: int = 256 * 1024) -> Any:
    for at in range(0, len(content), size):
        yield content[at : at + size]


@get("/sheets/{name:str}/template", summary="An empty sheet to fill in, explained")
async def template(request: AnyRequest, name: FromPath[str]) -> Response[Any]:
    host, _, sheet = _find(request, name, "template")
    titles = {word: host.texts[f"sheet.{word}"] for word in ("notes", "choices", "column", "kind", "needed", "note")}
    kinds = {kind: host.texts[f"sheet_kind.{kind}"] for kind in _KINDS}
    content = await asyncio.to_thread(write_template, sheet, host.texts, titles, kinds)
    file_name = f"{_UNSAFE.sub('-', _title(host, sheet.title).zh)}-模板.xlsx"
    return Stream(_pieces(content), media_type=XLSX, headers=_attached(file_name, len(content)))


# --- handing one in ---------------------------------------------------------------------------------------------------


@post("/sheets/{name:str}", status_code=200, summary="Take a spreadsheet in: all of it or nothing")
async def import_sheet(request: AnyRequest, name: FromPath[str]) -> Response[Any]:
    host, actor, sheet = _find(request, name, "import")
    key = request.headers.get("idempotency-key")
    if key is None:
        raise Refusal("command.key_missing", status=400)
    if KEY.fullmatch(key.encode("latin-1", "replace")) is None:
        raise Refusal("command.key_malformed", status=400)
    try:
        given = msgspec.json.decode(await read_body(request.receive, 4096), type=Given)
    except msgspec.ValidationError as error:
        raise Unprocessable("command.invalid", fields=field_errors(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Refusal("command.malformed", status=400) from None
    await host.blobs.clean()
    assert sheet.command is not None
    asked = f"sheet\n{sheet.name}\n{actor.id}\n{given.blob.sha256}".encode()
    order = Submission(
        command=sheet.command,
        body=None,
        actor=actor,
        key=key,
        request_hash=hashlib.sha256(asked).digest(),
        traceparent=current_traceparent(),
        dry=given.dry_run,
    )
    answered = None if given.dry_run else await host.processor.answered(order)
    if answered is not None and await host.blobs.find(given.blob.sha256) is None:
        return Response(_imported(sheet, answered, None, dry=False))  # the file's time is over; its outcome stands
    reading = await _read(host, sheet, given.blob)
    if answered is None:
        errors = list(reading.errors)
        if not errors:
            assert sheet.body is not None
            order.body = sheet.body(reading.rows)
            try:
                answered = await host.processor.submit(order)
            except Refusal as refusal:
                if not (errors := after_decision(reading, refusal)):
                    raise
        if answered is None:
            return await _refused(host, actor, reading, errors)
    async with files_at_once(host):
        told = await asyncio.to_thread(report, reading, host.texts, (), outcomes_of(answered.answer))
    return Response(_imported(sheet, answered, await _keep(host, told), dry=given.dry_run))


async def _read(host: "Host", sheet: Sheet, blob: BlobRef) -> Reading:
    """The file, read and checked. Refusals of the blob store and of reading."""
    if blob.size > MOST_BYTES:
        raise Refusal("sheet.too_big", status=413, params={"most_mib": MOST_BYTES // 1024 // 1024})
    held = await host.blobs.find(blob.sha256)
    if held is None:
        raise Unprocessable("blob.missing", fields=(FieldError("blob", "unknown"),))
    if held != blob:
        raise Unprocessable("blob.differs", fields=(FieldError("blob", "differs"),))
    if held.media_type not in (XLSX, CSV):
        raise Unprocessable("sheet.not_readable", fields=(FieldError("blob", "not_taken"),))
    content = await host.blobs.read(blob.sha256)
    title = _title(host, sheet.title).zh

    def read() -> Reading:
        return read_rows(sheet, read_file(content, held.media_type, sheet, title), host.texts)

    async with files_at_once(host):
        return await asyncio.to_thread(read)


async def _keep(host: "Host", content: bytes) -> BlobRef:
    blob = await host.blobs.put(content)
    await host.blobs.expire(blob.sha256, REPORT_LIFE_S)
    return blob


def _imported(sheet: Sheet, answer: Answer, kept: BlobRef | None, *, dry: bool) -> SheetImported:
    outcomes = outcomes_of(answer.answer)
    return SheetImported(
        sheet=sheet.name,
        dry_run=dry,
        rows=len(outcomes),
        source=answer.source,
        epoch=answer.epoch,
        position=answer.position,
        report=kept,
        **tally(outcomes),
    )


async def _refused(host: "Host", actor: Actor, reading: Reading, errors: list[RowError]) -> Response[Any]:
    """The problem with every wrong row. Nothing was taken."""
    wrong = len({e.row for e in errors})
    refusal = Unprocessable("sheet.rows_wrong", params={"wrong": wrong, "rows": len(reading.given)})
    audited_refusal(host, f"sheet.import {reading.sheet.name}", refusal, actor)
    async with files_at_once(host):
        told = await asyncio.to_thread(report, reading, host.texts, errors)
    general = msgspec.json.decode(render(host.texts, refusal).body, type=Problem)
    problem = SheetProblem(
        **{f: getattr(general, f) for f in Problem.__struct_fields__ if f not in ("errors", "detail")},
        detail=general.title,
        errors=tuple(_row_problem(host, reading.sheet, e) for e in errors[:MOST_TOLD]),
        sheet=reading.sheet.name,
        rows=len(reading.given),
        wrong_rows=wrong,
        error_count=len(errors),
        report=await _keep(host, told),
    )
    return Response(msgspec.json.encode(problem), status_code=422, media_type=MEDIA_TYPE)


def _row_problem(host: "Host", sheet: Sheet, error: RowError) -> RowProblem:
    said = error_text(error, host.texts)
    column = sheet.column(error.column)
    return RowProblem(
        field=f"{error.row}.{error.column}" if error.column else str(error.row),
        code=error.code or error.rule,
        message=said.zh,
        message_en=said.en,
        row=error.row,
        column=error.column,
        title=_title(host, column.title) if column else None,
        value=error.value,
    )


def sheet_routes() -> list[HTTPRouteHandler]:
    """The handlers."""
    return [get_sheets, export_sheet, template, import_sheet]
