"""``/api/v1/notices``: one's own page, what one has read, channels and preferences; ``/deliveries`` for administrators.

Everything that changes something besides reading is a command (``POST /api/v1/do/gateway/gateway.set_channels`` …).
"""

import secrets
from typing import TYPE_CHECKING, Annotated, Literal

from litestar import Response, Router, get, post
from litestar.di import Provide
from litestar.exceptions import ValidationException
from litestar.params import FromQuery, QueryParameter
from shuniu.chassis.http.access import audited_refusal
from shuniu.chassis.processor import Submission
from shuniu.contracts.text import Text
from shuniu.rules.refusal import Forbidden

from shuniu_gateway.accounts import Account
from shuniu_gateway.asking import AnyRequest, Signed, bad_query, host_of, read_struct
from shuniu_gateway.callers import Caller, caller_of
from shuniu_gateway.notices import tables
from shuniu_gateway.notices.bell import notice_view
from shuniu_gateway.notices.shapes import (
    ChannelFailure,
    ChannelView,
    Deliveries,
    DeliveryView,
    MarkRead,
    NoticePage,
    NoticePreferences,
    Notices,
    Unread,
    about_matter,
)
from shuniu_gateway.notices.state import CHANNELS, UNSETTLED, Delivery, DeliveryState, NoticeSettings
from shuniu_gateway.notices.wishes import MOST_READ, READ_NOTICES, ReadNotices, masked
from shuniu_gateway.notices.words import error_title, sentence_of
from shuniu_gateway.packing import packing

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("NOTICES_API",)

Asked = Literal["failed", "queued", "sent", "discarded", "all"]
_STATES: dict[Asked, tuple[DeliveryState, ...]] = {
    "failed": ("FAILED", "GIVEN_UP"),
    "queued": ("QUEUED",),
    "sent": ("SENT",),
    "discarded": ("DISCARDED",),
    "all": ("QUEUED", "SENT", "FAILED", "GIVEN_UP", "DISCARDED"),
}
NoticeId = Annotated[str, QueryParameter(pattern=r"^[0-9a-f-]{0,36}$", max_length=36)]
_NO_STORE = {"Cache-Control": "no-store"}


def _account(caller: Caller) -> Account:
    """The caller's account. Forbidden ``gateway.session_needed`` for a token of another issuer."""
    if caller.account is None:
        raise Forbidden("gateway.session_needed")
    return caller.account


async def _unread(account: str) -> int:
    return (await tables.unread_counts((account,))).get(account, 0)


# --- one's own page ---------------------------------------------------------------------------------------------------


@get("/notices", operation_id="listNotices", summary="What the signed-in account was told, newest first")
async def get_notices(
    request: AnyRequest,
    caller: Signed,
    unread: FromQuery[bool] = False,
    limit: Annotated[int, QueryParameter(ge=1, le=100)] = 30,
    before: NoticeId = "",
) -> Response[Notices]:
    host, account = host_of(request), _account(caller)
    rows = await tables.page_of(account.id, unread=unread, limit=limit, before=before)
    failed = await tables.failed_of(account.id, (row.notice for row in rows))
    items = tuple(
        notice_view(host, row, failures=tuple(_failure(host, each) for each in failed.get(row.notice, ())))
        for row in rows
    )
    page = Notices(
        items=items,
        unread=await _unread(account.id),
        next=rows[-1].notice if len(rows) == limit else "",
        as_of=host.clock.now(),
    )
    return Response(page, headers=_NO_STORE)


def _failure(host: "Host", delivery: Delivery) -> ChannelFailure:
    return ChannelFailure(
        channel=delivery.channel,
        error=delivery.error,
        error_title=error_title(host, delivery.error),
        again_at=delivery.due_at if delivery.status in UNSETTLED else None,
    )


@post("/notices/read", status_code=200, operation_id="readNotices", summary="Mark notices as read")
async def post_read(request: AnyRequest, caller: Signed) -> Unread:
    """What is read already stays so: the same request may be sent again."""
    host, account = host_of(request), _account(caller)
    given: MarkRead = await read_struct(request, MarkRead)
    notices = given.notices
    while True:
        if given.all or given.upto:
            notices = tuple(await tables.unread_ids(account.id, "" if given.all else given.upto, MOST_READ))
        if notices:
            key = f"read:{host.ids.new(host.clock.now())}:{secrets.token_hex(4)}"
            body = ReadNotices(notices=notices)
            await host.processor.submit(Submission(command=READ_NOTICES, body=body, actor=caller.actor, key=key))
        if len(notices) < MOST_READ or not (given.all or given.upto):
            return Unread(unread=await _unread(account.id))


@get("/notices/settings", operation_id="getNoticeSettings", summary="Channels (masked) and preferences of the account")
async def get_settings(request: AnyRequest, caller: Signed) -> Response[NoticePage]:
    host, account = host_of(request), _account(caller)
    wishes = await tables.settings_of(account.id)
    last = await tables.last_of_each_channel(account.id)
    opened = await host.vault.open_matter(host.pool, account.id, clearance=9, masked=False) if wishes.channels else {}
    channels: list[ChannelView] = []
    for kind in CHANNELS:
        address = opened.get(wishes.ref(kind), {})
        newest = last.get(kind)
        channels.append(
            ChannelView(
                kind=kind,
                title=host.texts[f"channel.{kind}"],
                hint=host.texts[f"channel_hint.{kind}"],
                offered=kind in host.settings.offered,
                set=bool(wishes.ref(kind)),
                masked=masked(kind, address["target"]) if "target" in address else "",
                signed="secret" in address,
                last_state=newest.status if newest else None,
                last_at=(newest.settled_at or newest.queued_at) if newest else None,
                last_error=newest.error if newest else "",
                last_error_title=error_title(host, newest.error) if newest else None,
            )
        )
    page = NoticePage(channels=tuple(channels), preferences=_preferences(wishes))
    return Response(page, headers=_NO_STORE)


def _preferences(wishes: NoticeSettings) -> NoticePreferences:
    def time(minute: int) -> str:
        return f"{minute // 60:02d}:{minute % 60:02d}"

    return NoticePreferences(
        language=wishes.language,
        assigned=wishes.assigned,
        soon=wishes.soon,
        overdue=wishes.overdue,
        changed=wishes.changed,
        muted=wishes.muted,
        quiet_from=time(wishes.quiet_from),
        quiet_to=time(wishes.quiet_to),
        urgent=wishes.urgent,
    )


# --- an administrator's page ------------------------------------------------------------------------------------------


@get("/deliveries", operation_id="listDeliveries", summary="Messages and how they went; for a system administrator")
async def get_deliveries(
    request: AnyRequest,
    caller: Signed,
    asked: Annotated[Asked, QueryParameter(name="state")] = "failed",
    limit: Annotated[int, QueryParameter(ge=1, le=200)] = 50,
    before: NoticeId = "",
) -> Response[Deliveries]:
    host = host_of(request)
    try:
        caller.actor.require_role("system_admin")
    except Forbidden as refusal:
        audited_refusal(host, "gateway.deliveries", refusal, caller.actor)
        raise
    rows = await tables.deliveries_by_state(_STATES[asked], limit, before)
    titles = await tables.account_titles(row.account for row in rows)
    items = tuple(_delivery(host, row, titles.get(row.account, Text("", ""))) for row in rows)
    page = Deliveries(items=items, next=rows[-1].id if len(rows) == limit else "", as_of=host.clock.now())
    return Response(page, headers=_NO_STORE)


def _delivery(host: "Host", row: Delivery, title: Text) -> DeliveryView:
    sentence = host.texts["notice.test"] if row.is_test else sentence_of(host, row.service, row.text, row.why)
    return DeliveryView(
        id=row.id,
        account=row.account,
        account_title=title,
        channel=row.channel,
        channel_title=host.texts[f"channel.{row.channel}"],
        why=row.why,
        test=row.is_test,
        text=sentence,
        service=row.service,
        matter=about_matter(row.matter),
        state=row.status,
        state_title=host.texts[f"delivery_state.{row.status}"],
        attempts=row.attempts,
        error=row.error,
        error_title=error_title(host, row.error),
        queued_at=row.queued_at,
        due_at=row.due_at if row.status in UNSETTLED else None,
        settled_at=row.settled_at,
    )


NOTICES_API = Router(
    "/api/v1",
    route_handlers=[get_notices, post_read, get_settings, get_deliveries],
    dependencies={"caller": Provide(caller_of)},
    opt={"auth": "own"},
    exception_handlers={ValidationException: bad_query},
    middleware=[packing],
    tags=["notices"],
)
