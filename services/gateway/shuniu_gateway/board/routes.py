"""The board over HTTP: its export and its saved views."""

import asyncio
from collections.abc import AsyncIterator
from typing import IO, Annotated
from urllib.parse import quote

import msgspec
from litestar import Response, Router, delete, get, put
from litestar.di import Provide
from litestar.exceptions import ValidationException
from litestar.params import FromQuery, PathParameter, QueryParameter
from litestar.response import Stream
from shuniu.chassis.http.access import audited_refusal
from shuniu.chassis.sheet_stream import MEDIA_TYPES, Form
from shuniu.rules.calendar import local
from shuniu.rules.refusal import Forbidden

from shuniu_gateway.asking import AnyRequest, Signed, bad_query, host_of, read_struct
from shuniu_gateway.board.export import Lang, export_matters
from shuniu_gateway.board.saved import BoardView, BoardViewBody, drop_view, list_views, save_view
from shuniu_gateway.callers import caller_of
from shuniu_gateway.listing import LISTING, Listed

__all__ = ("BOARD_API", "download_headers", "file_stream")

PIECE = 256 * 1024
_NO_STORE = {"Cache-Control": "no-store"}
ViewId = Annotated[str, PathParameter(name="view", pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class BoardViews(msgspec.Struct, frozen=True, kw_only=True):
    """``GET /board-views``: one's own and those shared with one's roles."""

    views: tuple[BoardView, ...]


def download_headers(name: str, size: int) -> dict[str, str]:
    """Headers of a file that is saved, under a name in any script."""
    plain = name.rpartition(".")[2]
    return {
        "content-disposition": f"attachment; filename=\"file.{plain}\"; filename*=UTF-8''{quote(name)}",
        "content-length": str(size),
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
    }


def file_stream(file: IO[bytes], size: int, media_type: str, name: str, rows: int) -> Stream:
    """A finished file as a download, piece by piece; it is closed at the end, whatever the end is."""

    async def pieces() -> AsyncIterator[bytes]:
        try:
            while piece := await asyncio.to_thread(file.read, PIECE):
                yield piece
        finally:
            file.close()

    headers = {**download_headers(name, size), "shuniu-rows": str(rows)}
    return Stream(pieces(), media_type=media_type, headers=headers)


@get("/matters/export", operation_id="exportMatters", summary="A list of matters as a spreadsheet")
async def get_export(
    request: AnyRequest,
    caller: Signed,
    listing: Listed,
    form: Annotated[Form, QueryParameter(name="format")] = "xlsx",
    lang: FromQuery[Lang] = "zh",
) -> Stream:
    """The filters of ``GET /matters``; what the caller may not see is not in it. Audited."""
    host = host_of(request)
    made = await export_matters(host, caller.actor, listing, sort=listing.sort, form=form, lang=lang)
    title = host.texts["export.title"]
    name = f"{title.en if lang == 'en' else title.zh}-{local(host.clock.now()):%Y%m%d-%H%M}.{form}"
    return file_stream(made.file, made.size, MEDIA_TYPES[form], name, made.rows)


@get("/board-views", operation_id="listBoardViews", summary="Saved views of the board")
async def get_views(request: AnyRequest, caller: Signed) -> Response[BoardViews]:
    return Response(BoardViews(views=await list_views(caller.actor)), headers=_NO_STORE)


@put("/board-views/{view:str}", status_code=204, operation_id="saveBoardView", summary="Save a view of the board")
async def put_view(request: AnyRequest, caller: Signed, view: ViewId) -> None:
    host = host_of(request)
    body: BoardViewBody = await read_struct(request, BoardViewBody)
    try:
        await save_view(caller.actor, view, body, host.clock.now())
    except Forbidden as refusal:
        audited_refusal(host, "gateway.save_board_view", refusal, caller.actor)
        raise


@delete("/board-views/{view:str}", status_code=204, operation_id="dropBoardView", summary="Forget a saved view")
async def delete_view(request: AnyRequest, caller: Signed, view: ViewId) -> None:
    await drop_view(caller.actor, view)


BOARD_API = Router(
    "/api/v1",
    route_handlers=[get_export, get_views, put_view, delete_view],
    dependencies={"caller": Provide(caller_of), "listing": LISTING},
    opt={"auth": "own"},
    exception_handlers={ValidationException: bad_query},
    tags=["board"],
)
