"""Who is told, by what and when: the rules of notifications as tables."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shuniu.chassis.context import Actor, Context
from shuniu.chassis.rows import Happening, Rows
from shuniu.contracts.gateway import (
    ChannelRef,
    DeliveryDiscarded,
    DeliveryFailed,
    DeliveryGivenUp,
    DeliveryQueued,
    DeliveryRenewed,
    DeliverySent,
    NoticeMatter,
)
from shuniu.contracts.summary import Notice
from shuniu.contracts.text import Text
from shuniu.rules.calendar import local
from shuniu.rules.refusal import Conflict, Unprocessable
from shuniu_gateway.accounts import ACCOUNT, Account
from shuniu_gateway.notices import deliveries, wishes
from shuniu_gateway.notices.message import compose, link_to
from shuniu_gateway.notices.notify import NOTIFY, Notify
from shuniu_gateway.notices.rules import after_quiet, backoff, delivery_id, is_quiet, notice_id, outgoing, recipients
from shuniu_gateway.notices.state import CHANNELS, DELIVERY, SETTINGS, STANDING, Delivery, NoticeSettings
from shuniu_gateway.settings import GatewaySettings

SCOPE = "320199001"
ALL = frozenset(CHANNELS)
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
NIGHT = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)  # 23:30 in Shanghai


def account(id_: str, **more: Any) -> Account:
    given: dict[str, Any] = {
        "login": id_,
        "title": Text("岗位", "Post"),
        "holder": "person",
        "roles": ("checker",),
        "areas": (SCOPE,),
        "units": (),
        "clearance": 2,
    }
    return Account(id=id_, **{**given, **more})


def told(why: Any = "assigned", **audience: Any) -> Notice:
    return Notice(why=why, text=f"notice.{why}", **audience)


# --- who --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "notice", "is_told"),
    [
        (account("a", units=("cg",)), told(units=("cg",)), True),
        (account("a", units=("wy",)), told(units=("cg",)), False),
        (account("a"), told(accounts=("a",)), True),
        (account("a"), told(accounts=("b",)), False),
        (account("a"), told(roles=("checker",), areas=(f"{SCOPE}001",)), True),
        (account("a", areas=(f"{SCOPE}001",)), told(roles=("checker",), areas=(f"{SCOPE}001",)), True),
        (account("a", areas=(f"{SCOPE}002",)), told(roles=("checker",), areas=(f"{SCOPE}001",)), False),
        (account("a", areas=(f"{SCOPE}001",)), told(roles=("checker",), areas=(SCOPE,)), False),
        (account("a", roles=("other",)), told(roles=("checker",), areas=(SCOPE,)), False),
        (account("a"), told(roles=("checker",)), False),
        (account("a", holder="program", units=("cg",)), told(units=("cg",)), False),
        (account("a", closed=True, units=("cg",)), told(units=("cg",)), False),
        (account("actor", units=("cg",)), told(units=("cg",)), False),
        (account("a", units=("cg",), clearance=1), told(units=("cg",)), False),
        (account("a", areas=()), told(accounts=("a",)), True),
    ],
    ids=[
        "its unit",
        "another unit",
        "by account",
        "another account",
        "its role, the area lies in its own",
        "its role, the very area",
        "its role, elsewhere",
        "its role, but a smaller area",
        "another role",
        "a role without an area means nobody",
        "a program reads the bus",
        "a closed account",
        "whoever did it",
        "not cleared for it",
        "named by the owner, wherever it is at home",
    ],
)
def test_who_is_told(who: Account, notice: Notice, is_told: bool):
    found = recipients((notice,), [who], "actor", 2)
    assert found == ({who.id: 0} if is_told else {})


def test_of_several_notices_of_one_event_an_account_gets_the_most_pressing():
    notices = (
        told("changed", units=("cg", "wy")),
        told("soon", units=("cg",)),
        told("assigned", units=("cg",)),
        told("overdue", units=("wy",)),
    )
    accounts = [account("a", units=("cg",)), account("b", units=("cg", "wy")), account("c", units=("wy",))]
    assert recipients(notices, accounts, "", 2) == {"a": 2, "b": 3, "c": 3}


# --- quiet hours ------------------------------------------------------------------------------------------------------


def at(text: str) -> datetime:
    """A time of 23 November 2026 in Shanghai, as UTC."""
    hours, minutes = map(int, text.split(":"))
    return datetime(2026, 11, 22, 16, 0, tzinfo=UTC) + timedelta(hours=hours, minutes=minutes)


@pytest.mark.parametrize(
    ("moment", "quiet_from", "quiet_to", "goes_out"),
    [
        ("12:00", "22:00", "07:00", "12:00"),
        ("21:59", "22:00", "07:00", "21:59"),
        ("22:00", "22:00", "07:00", "31:00"),
        ("23:30", "22:00", "07:00", "31:00"),
        ("00:00", "22:00", "07:00", "07:00"),
        ("06:59", "22:00", "07:00", "07:00"),
        ("07:00", "22:00", "07:00", "07:00"),
        ("13:00", "12:00", "14:00", "14:00"),
        ("14:00", "12:00", "14:00", "14:00"),
        ("03:00", "08:00", "08:00", "03:00"),
    ],
)
def test_quiet_hours_put_off_until_their_end(moment: str, quiet_from: str, quiet_to: str, goes_out: str):
    first, last = wishes.minute_of(quiet_from), wishes.minute_of(quiet_to)
    assert first is not None and last is not None
    assert after_quiet(at(moment), first, last) == at(goes_out)


@given(
    st.integers(0, 366 * 24 * 3600).map(lambda seconds: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)),
    st.integers(0, 1439),
    st.integers(0, 1439),
)
def test_what_is_put_off_goes_out_at_the_first_moment_that_is_not_quiet(moment: datetime, first: int, last: int):
    goes = after_quiet(moment, first, last)
    assert not is_quiet(goes, first, last)
    assert goes >= moment or not is_quiet(moment, first, last)
    assert goes - moment < timedelta(days=1)
    if goes != moment:
        assert local(goes).hour * 60 + local(goes).minute == last


# --- by what ----------------------------------------------------------------------------------------------------------

MINE = NoticeSettings(channels=(ChannelRef(kind="wecom", ref="1"), ChannelRef(kind="mail", ref="2")))


@pytest.mark.parametrize(
    ("why", "settings", "offered", "by"),
    [
        ("assigned", MINE, ALL, ("wecom", "mail")),
        ("overdue", MINE, ALL, ("wecom", "mail")),
        ("changed", MINE, ALL, ()),
        ("assigned", MINE, frozenset({"mail"}), ("mail",)),
        ("assigned", MINE, frozenset(), ()),
        ("assigned", NoticeSettings(), ALL, ()),
        ("soon", msgspec.structs.replace(MINE, soon=("mail", "feishu")), ALL, ("mail",)),
        ("changed", msgspec.structs.replace(MINE, changed=("wecom",)), ALL, ("wecom",)),
    ],
    ids=[
        "every channel that is set",
        "overdue too",
        "news stand on the page only",
        "only what the deployment offers",
        "nothing offered",
        "no channel set",
        "as preferred, where set",
        "news by choice",
    ],
)
def test_by_which_channels(why: Any, settings: NoticeSettings, offered: Any, by: Any):
    assert tuple(message.channel for message in outgoing(why, settings, offered, NOON)) == by


def test_only_what_is_marked_urgent_comes_through_the_quiet_hours():
    urgent = msgspec.structs.replace(MINE, urgent=("overdue",))
    assert {m.not_before for m in outgoing("overdue", urgent, ALL, NIGHT)} == {NIGHT}
    assert {m.not_before for m in outgoing("assigned", urgent, ALL, NIGHT)} == {at("31:00")}
    assert {m.not_before for m in outgoing("overdue", MINE, ALL, NIGHT)} == {at("31:00")}


def test_a_failed_message_waits_twice_as_long_each_time_and_at_most_an_hour():
    assert [int(backoff(n).total_seconds()) for n in (1, 2, 3, 7, 8, 9, 40)] == [30, 60, 120, 1920, 3600, 3600, 3600]


def test_ids_follow_from_the_event_alone():
    one = notice_id(NOON, "/320199001/x", "e1-7", 0)
    assert one == notice_id(NOON, "/320199001/x", "e1-7", 0)
    assert UUID(one).version == 7
    others = {notice_id(NOON, "/320199001/x", "e1-7", 1), notice_id(NOON, "/320199001/x", "e1-8", 0)}
    deliveries_ = {delivery_id(NOON, one, who, kind) for who in ("a", "b") for kind in CHANNELS}
    assert len({one, *others, *deliveries_}) == 1 + 2 + 8
    assert notice_id(NOON + timedelta(milliseconds=1), "/320199001/x", "e1-7", 0) > one


# --- the command ------------------------------------------------------------------------------------------------------

MATTER = NoticeMatter(
    source=f"/{SCOPE}/x", service="x", kind="thing", id="m1", number="X-1", title="占道 · 桥头", due_at=NOON
)


def context(prepared: Any = None, now: datetime = NOON, actor: Actor | None = None, **settings: Any) -> Context:
    offered = {"wecom_url": "http://x", "mail_server": "x", "mail_from": "a@b.example", **settings}
    nothing: Any = SimpleNamespace()
    numbers = iter(range(1, 99))
    return Context(
        now=now,
        actor=actor or Actor("reaction:notices", "reaction"),
        scope=SCOPE,
        service="gateway",
        calendar=nothing,
        registry=nothing,
        profile=nothing,
        new_id=lambda: f"new-{next(numbers)}",
        settings=GatewaySettings(**offered),
        prepared=prepared,
    )


def notify(accounts: list[Account], settings: dict[str, NoticeSettings], ctx: Context, **more: Any) -> Any:
    given: dict[str, Any] = {
        "source": f"/{SCOPE}/x",
        "event": "e1-7",
        "at": NOON,
        "actor": "actor",
        "service": "x",
        "notices": (told(units=("cg",)),),
        "matter": MATTER,
    }
    body = Notify(**{**given, **more})
    there: dict[Any, Any] = {ACCOUNT.key(a.id): a for a in accounts}
    there |= {SETTINGS.key(a.id): settings.get(a.id) for a in accounts}
    first = Rows({key: there.get(key) for key in NOTIFY.keys(body, ctx)})
    assert NOTIFY.more_keys is not None
    keys = [*NOTIFY.keys(body, ctx), *NOTIFY.more_keys(body, first, ctx)]
    return NOTIFY.decide(Rows({key: there.get(key) for key in keys}), body, ctx)


def test_one_event_for_those_told_the_same_and_one_for_every_message():
    accounts = [account("a", units=("cg",)), account("b", units=("cg",)), account("z", units=("wy",))]
    decision = notify(accounts, {"a": MINE}, context(["a", "b", "z"]))
    raised, *queued = [emit.fact for emit in decision.events]
    assert (raised.accounts, raised.silent, raised.matter) == (("a", "b"), False, MATTER)
    assert [(q.account, q.channel, q.not_before, q.notice) for q in queued] == [
        ("a", "wecom", NOON, raised.notice),
        ("a", "mail", NOON, raised.notice),
    ]
    assert decision.answer == {"told": 2, "queued": 2}


def test_a_muted_kind_stands_on_the_page_unread_by_nobody_and_is_sent_to_nobody():
    muted = msgspec.structs.replace(MINE, muted=("x/thing",))
    facts = [e.fact for e in notify([account("a", units=("cg",))], {"a": muted}, context(["a"])).events]
    assert [(type(f).__name__, f.silent) for f in facts] == [("NoticeRaised", True)]
    assert STANDING.evolve(None, facts[0], Happening(NOON, "", 1)).read


def test_what_happened_days_ago_stands_on_the_page_only():
    late = context(["a"], now=NOON + timedelta(hours=73))
    facts = [e.fact for e in notify([account("a", units=("cg",))], {"a": MINE}, late).events]
    assert [type(f).__name__ for f in facts] == ["NoticeRaised"]


def test_another_deployment_names_its_own_units_not_ours():
    other = notify([account("a", units=("cg",))], {"a": MINE}, context(["a"]), source="/320198001/x")
    assert other.events == ()


def test_many_accounts_are_told_by_several_events_of_a_bounded_size():
    accounts = [account(f"{i:036d}", units=("cg",)) for i in range(1000)]
    facts = [e.fact for e in notify(accounts, {}, context([a.id for a in accounts])).events]
    assert [len(f.accounts) for f in facts] == [400, 400, 200]
    assert len({f.notice for f in facts}) == 1
    assert max(len(msgspec.json.encode(f)) for f in facts) < 32 * 1024


# --- a message's life -------------------------------------------------------------------------------------------------


def delivery(**more: Any) -> Delivery:
    fact = DeliveryQueued(delivery="d", account="a", channel="mail", not_before=NOON, notice="n", why="assigned")
    row = DELIVERY.evolve(None, fact, Happening(NOON, "", 1))
    assert row is not None
    return msgspec.structs.replace(row, **more)


def record(command: Any, row: Delivery | None, body: Any, wishes_: NoticeSettings | None = None, **more: Any) -> Any:
    rows = Rows({DELIVERY.key("d"): row, SETTINGS.key("a"): wishes_})
    return [emit.fact for emit in command.decide(rows, body, context(**more)).events]


def fail(row: Delivery, **more: Any) -> Any:
    body = deliveries.RecordFailure(delivery="d", attempt=row.attempts + 1, error="timeout")
    (fact,) = record(deliveries.RECORD_FAILURE, row, body, **more)
    return fact


def test_a_message_is_tried_so_many_times_and_then_given_up():
    row, moments = delivery(), []
    while row.status != "GIVEN_UP":
        fact = fail(row, delivery_attempts=4)
        if isinstance(fact, DeliveryFailed):
            moments.append(int((fact.again_at - NOON).total_seconds()))
        row = DELIVERY.evolve(row, fact, Happening(NOON, "", 1))
        assert row is not None
    assert (row.attempts, row.failures, row.error, moments) == (4, 4, "timeout", [30, 60, 120])
    renewed = DELIVERY.evolve(row, DeliveryRenewed(delivery="d", not_before=NOON), Happening(NOON, "", 2))
    assert renewed is not None
    assert (renewed.status, renewed.attempts, renewed.failures, renewed.settled_at) == ("QUEUED", 4, 0, None)
    assert fail(renewed, delivery_attempts=4).attempt == 5


def test_a_second_try_is_not_made_in_the_quiet_hours_unless_it_is_urgent():
    assert fail(delivery(), now=NIGHT).again_at == at("31:00")
    assert fail(delivery(urgent=True), now=NIGHT).again_at == NIGHT + timedelta(seconds=30)


def test_a_test_message_is_tried_once():
    assert isinstance(fail(delivery(notice="")), DeliveryGivenUp)


@pytest.mark.parametrize("status", ["SENT", "GIVEN_UP", "DISCARDED"])
def test_an_outcome_told_late_or_twice_changes_nothing(status: Any):
    row = delivery(status=status, attempts=1)
    assert not record(deliveries.RECORD_SENT, row, deliveries.RecordSent(delivery="d", attempt=1))
    assert not record(deliveries.RECORD_SENT, row, deliveries.RecordSent(delivery="d", attempt=2))
    assert not record(
        deliveries.RECORD_FAILURE, row, deliveries.RecordFailure(delivery="d", attempt=2, error="timeout")
    )
    assert not record(deliveries.DROP, row, deliveries.DropDelivery(delivery="d", reason="channel_gone"))


@pytest.mark.parametrize(
    ("status", "retry", "discard"),
    [
        ("QUEUED", False, True),
        ("SENT", False, False),
        ("FAILED", True, True),
        ("GIVEN_UP", True, True),
        ("DISCARDED", False, False),
    ],
)
def test_what_an_administrator_may_do_with_a_message(status: Any, retry: bool, discard: bool):
    row = delivery(status=status)
    for command, body, lawful, fact in (
        (deliveries.RETRY, deliveries.RetryDeliveries(deliveries=("d",)), retry, DeliveryRenewed),
        (deliveries.DISCARD, deliveries.DiscardDeliveries(deliveries=("d",), reason="x"), discard, DeliveryDiscarded),
    ):
        if lawful:
            assert isinstance(record(command, row, body)[0], fact)
        else:
            with pytest.raises(Conflict, match=r"gateway\.delivery_state"):
                record(command, row, body)


FACTS = st.sampled_from(
    [
        DeliverySent(delivery="d", attempt=1),
        DeliveryFailed(delivery="d", attempt=1, error="timeout", again_at=NOON),
        DeliveryGivenUp(delivery="d", attempt=1, error="timeout"),
        DeliveryRenewed(delivery="d", not_before=NOON),
        DeliveryDiscarded(delivery="d", reason="administrator"),
    ]
)
COMMANDS = (
    (deliveries.RECORD_SENT, lambda row: deliveries.RecordSent(delivery="d", attempt=row.attempts + 1)),
    (
        deliveries.RECORD_FAILURE,
        lambda row: deliveries.RecordFailure(delivery="d", attempt=row.attempts + 1, error="timeout"),
    ),
    (deliveries.DROP, lambda row: deliveries.DropDelivery(delivery="d", reason="channel_gone")),
    (deliveries.RETRY, lambda row: deliveries.RetryDeliveries(deliveries=("d",))),
    (deliveries.DISCARD, lambda row: deliveries.DiscardDeliveries(deliveries=("d",), reason="x")),
)
LAWFUL = {
    "QUEUED": {"SENT", "FAILED", "GIVEN_UP", "DISCARDED"},
    "FAILED": {"SENT", "FAILED", "GIVEN_UP", "DISCARDED", "QUEUED"},
    "GIVEN_UP": {"QUEUED", "DISCARDED"},
    "SENT": set(),
    "DISCARDED": set(),
}


@given(st.lists(st.integers(0, len(COMMANDS) - 1), max_size=20))
def test_no_walk_leaves_the_life_cycle_of_a_message(steps: list[int]):
    row = delivery()
    for step in steps:
        command, body = COMMANDS[step]
        try:
            facts = record(command, row, body(row), delivery_attempts=3)
        except Conflict:
            continue
        for fact in facts:
            after = DELIVERY.evolve(row, fact, Happening(NOON, "", 1))
            assert after is not None
            assert after.status in LAWFUL[row.status], (row.status, fact)
            assert (after.settled_at is not None) == (after.status in ("SENT", "GIVEN_UP", "DISCARDED"))
            row = after


# --- what an account says ---------------------------------------------------------------------------------------------


def say(command: Any, body: Any, row: NoticeSettings | None = None) -> Any:
    rows = Rows({ACCOUNT.key("a"): account("a"), SETTINGS.key("a"): row})
    ctx = context(actor=Actor("a"), dingtalk_url="http://x", feishu_url="http://x")
    return command.decide(rows, body, ctx)


@pytest.mark.parametrize(
    ("kind", "given_", "kept"),
    [
        ("wecom", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4", "693a91f6-7xxx-4bc4"),
        ("wecom", "693a91f6-7xxx-4bc4", "693a91f6-7xxx-4bc4"),
        ("dingtalk", "https://oapi.dingtalk.com/robot/send?access_token=abc123def456", "abc123def456"),
        ("feishu", "https://open.feishu.cn/open-apis/bot/v2/hook/0a1b2c3d-1111", "0a1b2c3d-1111"),
        ("mail", " duty.cg@street.example ", "duty.cg@street.example"),
        ("wecom", "key with spaces", ""),
        ("wecom", "{key}abcdefgh", ""),
        ("dingtalk", "https://oapi.dingtalk.com/robot/send", ""),
        ("mail", "duty@street.example, other@street.example", ""),
        ("mail", "duty@street.example\r\nBcc: x@y.example", ""),
        ("mail", "https://street.example/duty@street.example", ""),
    ],
)
def test_an_address_is_taken_as_it_is_copied_or_not_at_all(kind: Any, given_: str, kept: str):
    assert wishes.bare_address(kind, given_) == kept


def test_addresses_go_into_the_vault_and_nowhere_else():
    token = "693a91f6-7xxx-4bc4-97a0"
    channel = wishes.ChannelAddress(
        kind="wecom", address=f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={token}"
    )
    decision = say(wishes.SET_CHANNELS, wishes.SetChannels(channels=(channel,)))
    (private,) = decision.private
    assert private.fields == {"target": token}
    assert (private.purpose, private.basis) == ("notification", "CONSENT")
    assert token not in repr((decision.events, decision.answer))
    with pytest.raises(Unprocessable) as refused:
        bad = wishes.ChannelAddress(kind="wecom", address="not a token: secret-7788")
        say(wishes.SET_CHANNELS, wishes.SetChannels(channels=(bad,)))
    assert "7788" not in repr(refused.value.__dict__)
    assert refused.value.fields[0].field == "channels.0.address"


def test_channels_not_named_stay_and_an_empty_address_takes_one_back():
    mail = wishes.ChannelAddress(kind="mail", address="duty@street.example")
    one = say(wishes.SET_CHANNELS, wishes.SetChannels(channels=(mail,)), MINE).events[0].fact
    assert [(c.kind, c.ref) for c in one.channels] == [("wecom", "1"), ("mail", "new-1")]
    gone = wishes.ChannelAddress(kind="mail")
    two = say(wishes.SET_CHANNELS, wishes.SetChannels(channels=(gone,)), MINE).events[0].fact
    assert [c.kind for c in two.channels] == ["wecom"]
    assert say(wishes.SET_CHANNELS, wishes.SetChannels(channels=(gone,))).events == ()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"quiet_from": "24:00"}, "quiet_from"),
        ({"quiet_to": "7:00"}, "quiet_to"),
        ({"muted": ("x/y", "nothing")}, "muted.1"),
        ({"muted": tuple(f"x/y{i}" for i in range(101))}, "muted"),
    ],
)
def test_bad_preferences_name_their_field(body: dict[str, Any], field: str):
    with pytest.raises(Unprocessable) as refused:
        say(wishes.SET_PREFERENCES, wishes.SetPreferences(**body))
    assert refused.value.fields[0].field == field


def test_preferences_are_what_is_asked_of_from_then_on():
    body = wishes.SetPreferences(language="en", assigned=("mail", "mail"), quiet_from="12:00", quiet_to="12:00")
    fact = say(wishes.SET_PREFERENCES, body, MINE).events[0].fact
    row = SETTINGS.evolve(MINE, fact, Happening(NOON, "a", 1))
    assert row is not None
    assert (row.language, row.assigned, row.channels) == ("en", ("mail",), MINE.channels)
    assert not is_quiet(NIGHT, row.quiet_from, row.quiet_to)


def test_a_channel_is_tested_when_it_is_set_and_not_twice_within_half_a_minute():
    body = wishes.TestChannel(kind="mail")
    fact = say(wishes.TEST_CHANNEL, body, MINE).events[0].fact
    assert (fact.account, fact.channel, fact.notice) == ("a", "mail", "")
    again = SETTINGS.evolve(MINE, fact, Happening(NOON, "a", 1))
    with pytest.raises(Conflict, match=r"gateway\.test_too_soon"):
        say(wishes.TEST_CHANNEL, body, again)
    with pytest.raises(Conflict, match=r"gateway\.channel_unset"):
        say(wishes.TEST_CHANNEL, wishes.TestChannel(kind="feishu"), MINE)


@pytest.mark.parametrize(
    ("kind", "address", "shown"),
    [("mail", "duty.cg@street.example", "d****@street.example"), ("wecom", "693a91f6-97a0", "****97a0")],
)
def test_addresses_are_shown_masked(kind: Any, address: str, shown: str):
    assert wishes.masked(kind, address) == shown


# --- words ------------------------------------------------------------------------------------------------------------


def test_a_message_says_what_is_published_when_it_is_due_in_shanghai_and_its_own_id():
    due = datetime(2026, 11, 23, 16, 30, tzinfo=UTC)
    about = msgspec.structs.replace(MATTER, due_at=due)
    link = link_to("https://view.street.example/", about)
    assert link == "https://view.street.example/#/matter/x/thing/m1"
    zh = compose("zh", Text("某服务", "Some service"), Text("交给您", "Yours"), about, link, "d-1")
    assert zh.title == "某服务：交给您"
    assert zh.body.splitlines() == [
        "编号：X-1",
        "事项：占道 · 桥头",
        "期限：2026年11月24日 00:30（北京时间）",
        f"查看：{link}",
        "通知编号：d-1",
    ]
    en = compose("en", Text("某服务", "Some service"), Text("交给您", "Yours"), about, "", "d-1")
    assert en.title == "Some service: Yours"
    assert "Due: 2026-11-24 00:30 (Beijing time)" in en.body
    assert link_to("", about) == ""
    midnight = msgspec.structs.replace(MATTER, due_at=datetime(2026, 11, 26, 16, 0, tzinfo=UTC))
    ends = compose("zh", Text("x", "x"), Text("y", "y"), midnight, "", "d-1").body
    assert "期限：2026年11月26日 24:00（北京时间）" in ends, "the end of a day belongs to that day"
