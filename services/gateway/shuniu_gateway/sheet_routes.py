"""Sheets of any service through the gateway: what there is, taking one out, a template, handing one in.

A bus message holds 512 KiB, so a file goes in as a blob first (``PUT …/blobs/…``), and comes out as one: the owner
makes it, the gateway fetches it in chunks and passes them on as they come.
"""

from typing import Any
from urllib.parse import quote, urlencode

import msgspec
from litestar import Response, Router, get, post
from litestar.di import Provide
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath
from shuniu.chassis.http.commands import read_body
from shuniu.chassis.http.sheets import SheetFile, SheetImported, SheetProblem, Sheets

from shuniu_gateway.asking import AnyRequest, Signed, key_of
from shuniu_gateway.callers import caller_of
from shuniu_gateway.door_routes import Door, as_answered, streamed
from shuniu_gateway.doors import path_of

__all__ = ("SHEETS_API",)

MOST_BODY = 4096
_SHEETS = ResponseSpec(Sheets, description="As the owner answers", generate_examples=False)
_TAKEN = ResponseSpec(SheetImported, description="As the owner answers", generate_examples=False)
_REFUSED = ResponseSpec(
    SheetProblem,
    description="What is wrong with which row",
    media_type="application/problem+json",
    generate_examples=False,
)


@get(
    "/services/{service:str}/sheets",
    operation_id="sheets",
    summary="The sheets of a service this caller may use",
    responses={200: _SHEETS},
)
async def sheets(request: AnyRequest, caller: Signed, service: FromPath[str]) -> Response[bytes]:
    return as_answered(await Door(request, caller).ask(service, "GET", "/sheets"))


@get("/services/{service:str}/sheets/{name:str}", operation_id="exportSheet", summary="A table as a spreadsheet")
async def export(request: AnyRequest, caller: Signed, service: FromPath[str], name: FromPath[str]) -> Response[Any]:
    """``format`` (xlsx, csv), ``unmask`` (a reason), and the sheet's own filters; the owner looks after all of them."""
    door = Door(request, caller)
    given = [(k, v) for k, v in request.query_params.multi_items() if k != "as"]
    path = f"{path_of('sheets', name)}?{urlencode([*given, ('as', 'blob')])}"
    answer = await door.ask(service, "GET", path)
    if answer.status != 200:
        return as_answered(answer)
    made = msgspec.json.decode(answer.body, type=SheetFile)
    extension = made.file_name.rpartition(".")[2]
    headers = {
        "content-disposition": f'attachment; filename="{service}-{name}.{extension}";'
        f" filename*=UTF-8''{quote(made.file_name)}",
        "cache-control": "no-store",
        "shuniu-masked": str(made.masked).lower(),
        "shuniu-rows": str(made.rows),
    }
    return await streamed(door, service, made.blob.sha256, headers)


@get(
    "/services/{service:str}/sheets/{name:str}/template",
    operation_id="sheetTemplate",
    summary="An empty sheet to fill in, explained",
)
async def template(request: AnyRequest, caller: Signed, service: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    return as_answered(await Door(request, caller).ask(service, "GET", path_of("sheets", name, "template")))


@post(
    "/services/{service:str}/sheets/{name:str}",
    status_code=200,
    operation_id="importSheet",
    summary="Take a spreadsheet in: all of it or nothing",
    responses={200: _TAKEN, 422: _REFUSED},
)
async def take_in(request: AnyRequest, caller: Signed, service: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    key = key_of(request)
    body = await read_body(request.receive, MOST_BODY, request.headers.get("content-length", "").encode())
    headers = {"Idempotency-Key": key, "Content-Type": "application/json"}
    door = Door(request, caller)
    return as_answered(await door.ask(service, "POST", path_of("sheets", name), headers=headers, body=body))


SHEETS_API = Router(
    "/api/v1",
    route_handlers=[sheets, export, template, take_in],
    dependencies={"caller": Provide(caller_of)},
    opt={"auth": "own"},
    tags=["services"],
)
