"""What an account itself says of how it is told: channels, preferences, a test; and that it has read its notices.

An address (a webhook's token, a mail address) goes from the command's body into ``person_data`` and nowhere else: facts
carry a reference, refusals name a field, pages show a mask.
"""

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Annotated, Any, Literal
from urllib.parse import parse_qs, urlsplit

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit, Private
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.contracts.gateway import (
    ChannelKind,
    ChannelRef,
    ChannelsSet,
    DeliveryQueued,
    NoticesForgotten,
    NoticesRead,
    PreferencesSet,
)
from shuniu.contracts.summary import NoticeWhy
from shuniu.rules.refusal import Conflict, FieldError, Unprocessable

from shuniu_gateway.accounts import ACCOUNT
from shuniu_gateway.notices.state import CHANNELS, DELIVERY, SETTINGS, STANDING, NoticeSettings, standing_key

__all__ = (
    "ADDRESS_BASIS",
    "ADDRESS_PURPOSE",
    "FORGET",
    "READ_NOTICES",
    "SET_CHANNELS",
    "SET_PREFERENCES",
    "TEST_CHANNEL",
    "ForgetNotices",
    "ReadNotices",
    "SetChannels",
    "SetPreferences",
    "TestChannel",
    "bare_address",
    "masked",
    "minute_of",
)

ADDRESS_PURPOSE = "notification"
ADDRESS_BASIS = "CONSENT"
"""Nobody need set a channel; whoever does may take it back as easily (PIPL §13, §15)."""
MOST_READ = 500
TEST_PAUSE = timedelta(seconds=30)
_MOST_MUTED = 100
_MASK = "****"
_SHAPES: dict[ChannelKind, re.Pattern[str]] = {
    "wecom": re.compile(r"[A-Za-z0-9_-]{8,128}"),
    "dingtalk": re.compile(r"[A-Za-z0-9]{8,128}"),
    "feishu": re.compile(r"[A-Za-z0-9_-]{8,128}"),
    "mail": re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+"),
}
_SECRET = re.compile(r"(?:SEC)?[A-Za-z0-9]{8,128}")
_KIND = re.compile(r"[a-z][a-z0-9_]{0,40}/[a-z][a-z0-9_]{0,60}")
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


# --- channels ---------------------------------------------------------------------------------------------------------


class ChannelAddress(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A channel as it is set: a robot's webhook (or only its token), or a mail address. An empty address takes it back.

    ``secret``: the signing secret of a DingTalk robot, where it has one.
    """

    kind: ChannelKind
    address: str = ""
    secret: str = ""


class SetChannels(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Set or take back one's channels (设置通知渠道); those not named stay as they are."""

    channels: tuple[ChannelAddress, ...]


def bare_address(kind: ChannelKind, given: str) -> str:
    """What identifies the channel: the token of a webhook as it is copied, a mail address; "" if it is neither."""
    given = given.strip()
    if kind != "mail" and given.lower().startswith(("http://", "https://")):
        split = urlsplit(given)
        query = parse_qs(split.query)
        words = query.get("key") or query.get("access_token") or [split.path.rstrip("/").rpartition("/")[2]]
        given = words[0]
    return given if _SHAPES[kind].fullmatch(given) else ""


def masked(kind: ChannelKind, address: str) -> str:
    """What may be shown of an address: a mail's first letter and domain, a token's last four characters."""
    if kind == "mail":
        name, _, domain = address.partition("@")
        return f"{name[:1]}{_MASK}@{domain}"
    return f"{_MASK}{address[-4:]}"


def _decide_channels(rows: Rows, body: SetChannels, ctx: Context) -> Decision:
    account = rows.need(ACCOUNT, ctx.actor.id)
    wishes = rows.find(SETTINGS, account.id) or NoticeSettings()
    offered = ctx.settings.offered
    wrong: list[FieldError] = []
    refs = {channel.kind: channel.ref for channel in wishes.channels}
    private: list[Private] = []
    for i, given in enumerate(body.channels):
        if any(earlier.kind == given.kind for earlier in body.channels[:i]):
            wrong.append(FieldError(f"channels.{i}.kind", "twice"))
        elif not given.address:
            refs.pop(given.kind, None)
        elif given.kind not in offered:
            wrong.append(FieldError(f"channels.{i}.kind", "not_offered"))
        elif not (address := bare_address(given.kind, given.address)):
            wrong.append(FieldError(f"channels.{i}.address", "malformed"))
        elif given.secret and (given.kind != "dingtalk" or not _SECRET.fullmatch(given.secret)):
            wrong.append(FieldError(f"channels.{i}.secret", "malformed"))
        else:
            ref = refs[given.kind] = ctx.new_id()
            fields = {"target": address, "secret": given.secret} if given.secret else {"target": address}
            private.append(Private(ref=ref, fields=fields, purpose=ADDRESS_PURPOSE, basis=ADDRESS_BASIS))
    if wrong:
        raise Unprocessable("gateway.bad_channel", fields=tuple(wrong))
    channels = tuple(ChannelRef(kind=kind, ref=refs[kind]) for kind in CHANNELS if kind in refs)
    if channels == wishes.channels:
        return Decision()
    # The account comes first: the addresses are sealed with its id.
    on = (ACCOUNT.key(account.id), SETTINGS.key(account.id))
    return Decision(
        events=(Emit(ChannelsSet(account=account.id, channels=channels), on=on),),
        private=tuple(private),
        answer={"channels": [channel.kind for channel in channels]},
    )


# --- preferences ------------------------------------------------------------------------------------------------------


class SetPreferences(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Say by which channel one is told of what, and when not (通知偏好与免打扰); all of it, not only what changes.

    ``quiet_from`` and ``quiet_to`` are times of the day in Shanghai as HH:MM; the same twice: no quiet hours. What is
    ``urgent`` comes through them. ``muted`` are kinds as ``<service>/<kind>``: they stand on the page and nowhere else.
    """

    language: Literal["zh", "en"] = "zh"
    assigned: tuple[ChannelKind, ...] = CHANNELS
    soon: tuple[ChannelKind, ...] = CHANNELS
    overdue: tuple[ChannelKind, ...] = CHANNELS
    changed: tuple[ChannelKind, ...] = ()
    muted: tuple[str, ...] = ()
    quiet_from: Annotated[str, msgspec.Meta(max_length=5)] = "22:00"
    quiet_to: Annotated[str, msgspec.Meta(max_length=5)] = "07:00"
    urgent: tuple[NoticeWhy, ...] = ()


def minute_of(time: str) -> int | None:
    """Minute of the day of HH:MM, or None."""
    found = _TIME.fullmatch(time)
    return int(found[1]) * 60 + int(found[2]) if found else None


def _decide_preferences(rows: Rows, body: SetPreferences, ctx: Context) -> Decision:
    account = rows.need(ACCOUNT, ctx.actor.id)
    quiet_from, quiet_to = minute_of(body.quiet_from), minute_of(body.quiet_to)
    wrong = [
        FieldError(name, "malformed")
        for name, minute in (("quiet_from", quiet_from), ("quiet_to", quiet_to))
        if minute is None
    ]
    wrong += [FieldError(f"muted.{i}", "malformed") for i, kind in enumerate(body.muted) if not _KIND.fullmatch(kind)]
    if len(body.muted) > _MOST_MUTED:
        wrong.append(FieldError("muted", "out_of_range"))
    if wrong or quiet_from is None or quiet_to is None:
        raise Unprocessable("gateway.bad_preferences", fields=tuple(wrong))
    fact = PreferencesSet(
        account=account.id,
        language=body.language,
        assigned=_once(body.assigned),
        soon=_once(body.soon),
        overdue=_once(body.overdue),
        changed=_once(body.changed),
        muted=tuple(dict.fromkeys(body.muted)),
        quiet_from=quiet_from,
        quiet_to=quiet_to,
        urgent=tuple(dict.fromkeys(body.urgent)),
    )
    return Decision(events=(Emit(fact, on=(SETTINGS.key(account.id),)),))


def _once(kinds: Iterable[ChannelKind]) -> tuple[ChannelKind, ...]:
    given = set(kinds)
    return tuple(kind for kind in CHANNELS if kind in given)


# --- a test -----------------------------------------------------------------------------------------------------------


class TestChannel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Have a message sent to oneself, to see whether the channel works (测试通知渠道). It goes out at once."""

    __test__ = False  # no test of pytest's
    kind: ChannelKind


def _decide_test(rows: Rows, body: TestChannel, ctx: Context) -> Decision:
    account = rows.need(ACCOUNT, ctx.actor.id)
    wishes = rows.find(SETTINGS, account.id) or NoticeSettings()
    if not wishes.ref(body.kind) or body.kind not in ctx.settings.offered:
        raise Conflict("gateway.channel_unset", fields=(FieldError("kind", "not_offered"),))
    if wishes.tested_at is not None and ctx.now - wishes.tested_at < TEST_PAUSE:
        raise Conflict("gateway.test_too_soon", params={"seconds": int(TEST_PAUSE.total_seconds())})
    delivery = ctx.new_id()
    fact = DeliveryQueued(
        delivery=delivery, account=account.id, channel=body.kind, not_before=ctx.now, service=ctx.service, urgent=True
    )
    on = (DELIVERY.key(delivery), SETTINGS.key(account.id))
    return Decision(events=(Emit(fact, on=on),), answer={"delivery": delivery})


# --- reading and forgetting -------------------------------------------------------------------------------------------


class ReadNotices(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Mark notices of the own page as read. Internal: ``POST /api/v1/notices/read`` finds out which."""

    notices: tuple[str, ...]


def _read_keys(body: ReadNotices, ctx: Context) -> Iterable[Key]:
    return (standing_key(ctx.actor.id, notice) for notice in body.notices[:MOST_READ])


def _decide_read(rows: Rows, body: ReadNotices, ctx: Context) -> Decision:
    unread = tuple(
        notice
        for notice in dict.fromkeys(body.notices[:MOST_READ])
        if (row := rows.find(STANDING, standing_key(ctx.actor.id, notice).id)) is not None and not row.read
    )
    if not unread:
        return Decision()
    fact = NoticesRead(account=ctx.actor.id, notices=unread)
    return Decision(events=(Emit(fact, on=tuple(standing_key(ctx.actor.id, notice) for notice in unread)),))


class ForgetNotices(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Forget rows that are older than they are kept, by key. Internal."""

    notices: tuple[str, ...] = ()
    deliveries: tuple[str, ...] = ()


def _forget_keys(body: ForgetNotices, ctx: Context) -> tuple[Key, ...]:
    return (*map(STANDING.key, body.notices), *map(DELIVERY.key, body.deliveries))


def _decide_forget(rows: Rows, body: ForgetNotices, ctx: Context) -> Decision:
    there = [key for key in body.notices if rows.find(STANDING, key) is not None]
    settled = [key for key in body.deliveries if (row := rows.find(DELIVERY, key)) is not None and row.settled_at]
    if not there and not settled:
        return Decision()
    on = (*map(STANDING.key, there), *map(DELIVERY.key, settled))
    return Decision(events=(Emit(NoticesForgotten(rows=len(on)), on=on),))


def _own(body: Any, ctx: Context) -> Iterable[Key]:
    return (ACCOUNT.key(ctx.actor.id), SETTINGS.key(ctx.actor.id))


SET_CHANNELS: Command[SetChannels] = Command(
    name="gateway.set_channels",
    struct=SetChannels,
    keys=_own,
    decide=_decide_channels,
    icon="bell",
    surfaces=(),
    max_bytes=16 * 1024,
)
SET_PREFERENCES: Command[SetPreferences] = Command(
    name="gateway.set_preferences",
    struct=SetPreferences,
    keys=_own,
    decide=_decide_preferences,
    icon="bell",
    surfaces=(),
    max_bytes=16 * 1024,
)
TEST_CHANNEL: Command[TestChannel] = Command(
    name="gateway.test_channel", struct=TestChannel, keys=_own, decide=_decide_test, icon="bell", surfaces=()
)
READ_NOTICES: Command[ReadNotices] = Command(
    name="gateway.read_notices", struct=ReadNotices, keys=_read_keys, decide=_decide_read, internal=True
)
FORGET: Command[ForgetNotices] = Command(
    name="gateway.forget_notices", struct=ForgetNotices, keys=_forget_keys, decide=_decide_forget, internal=True
)
