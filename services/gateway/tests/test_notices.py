"""Notifications on real servers: real sends to sinks on the loopback, once for each event, whatever happens."""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from shuniu.testing.lostproperty import DESK
from shuniu.testing.waiting import until
from shuniu_gateway import service as gateway
from shuniu_gateway.notices import sender as sender_module

from .conftest import MONDAY, Browser, Street
from .sinks import Arrived, MailServer, Platforms, by_delivery

pytestmark = pytest.mark.asyncio

TOKENS = {"wecom": "wecom-robot-key-0001", "dingtalk": "dingtalkrobot0002", "feishu": "feishu-robot-0003"}
SECRET = "SECdingtalksecret0002"
MAIL = "desk@street.example"
PUBLIC = "https://view.street.example"


class Sinks:
    """Where messages may arrive."""

    def __init__(self, platforms: Platforms, mail: MailServer) -> None:
        self.platforms = platforms
        self.mail = mail

    @property
    def arrived(self) -> list[Arrived]:
        """Everything that has arrived so far."""
        return [*self.platforms.arrived, *self.mail.arrived]


@pytest.fixture(autouse=True)
def sinks(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sinks]:
    """The platforms and the mail server, known to the gateway that starts after them."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    platforms, mail = Platforms(), MailServer(port)
    for name, value in {
        "WECOM_URL": platforms.url,
        "DINGTALK_URL": platforms.url,
        "FEISHU_URL": f"{platforms.url}/",
        "MAIL_SERVER": mail.address,
        "MAIL_FROM": "shuniu@street.example",
        "MAIL_SECURITY": "insecure",
        "PUBLIC_URL": PUBLIC,
        "DELIVERY_ATTEMPTS": "3",
    }.items():
        monkeypatch.setenv(f"SHUNIU_GATEWAY_{name}", value)
    yield Sinks(platforms, mail)
    platforms.stop()
    mail.stop()


@pytest_asyncio.fixture
async def desk(street: Street) -> AsyncIterator[Browser]:
    """The desk's account: no keeper, told as the unit that answers for the cupboard."""
    admin = await street.browser("admin")
    await street.open_account(admin, "desk", ["operator"], units=[DESK])
    yield await street.browser("desk")


async def set_channels(browser: Browser, *kinds: str) -> None:
    """Set channels of the account as somebody copies them from the platform."""
    copied = {
        "wecom": {
            "kind": "wecom",
            "address": f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={TOKENS['wecom']}",
        },
        "dingtalk": {"kind": "dingtalk", "address": TOKENS["dingtalk"], "secret": SECRET},
        "feishu": {"kind": "feishu", "address": f"https://open.feishu.cn/open-apis/bot/v2/hook/{TOKENS['feishu']}"},
        "mail": {"kind": "mail", "address": MAIL},
    }
    await browser.do("gateway", "gateway.set_channels", {"channels": [copied[kind] for kind in kinds]})


async def deliveries(street: Street, state: str = "all") -> list[dict[str, Any]]:
    """What a system administrator sees."""
    admin = await street.browser("admin")
    found: list[dict[str, Any]] = (await admin.get("/deliveries", state=state))["items"]
    return found


async def until_settled(street: Street, state: str, n: int) -> list[dict[str, Any]]:
    """Wait until so many messages are in a state; they."""

    async def there() -> bool:
        done = await street.gateway.pool.fetchval("select count(*) from delivery where status = $1", state)
        return bool(done == n)

    await until(there)
    return [each for each in await deliveries(street) if each["state"] == state]


async def taken_up(street: Street) -> None:
    """Wait until the gateway has taken up every event there is."""

    async def at_head() -> bool:
        head = await street.service.pool.fetchval("select position from log_head")
        seen = await street.gateway.pool.fetchval(
            "select position from cursor where consumer = 'notices' and source = $1", street.service.source
        )
        return bool(seen == head)

    await until(at_head)


# --- telling ----------------------------------------------------------------------------------------------------------


async def test_an_assignment_is_told_on_the_page_and_by_every_channel_of_choice(
    street: Street, desk: Browser, sinks: Sinks, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    await set_channels(desk, "wecom", "dingtalk", "feishu", "mail")
    keeper = await street.browser("keeper")
    answer = await street.find(keeper)
    number, item = answer["answer"]["number"], answer["matter"]["id"]
    sent = await until_settled(street, "SENT", 4)
    assert {message.channel: message.target for message in sinks.arrived} == {**TOKENS, "mail": MAIL}
    for message in sinks.arrived:
        lines = message.text.splitlines()
        assert lines[0] == "失物招领：有一件失物交由您保管"
        assert f"编号：{number}" in lines
        assert "事项：umbrella" in lines
        assert f"查看：{PUBLIC}/#/matter/lostproperty/item/{item}" in lines
        assert any(line == "期限：2026年11月26日 24:00（北京时间）" for line in lines)
    assert {message.delivery for message in sinks.arrived} == {each["id"] for each in sent}
    (mail,) = sinks.mail.arrived
    assert mail.headers["x-shuniu-delivery"] == mail.delivery
    signed = next(message for message in sinks.arrived if message.channel == "dingtalk").query
    words = f"{signed['timestamp'][0]}\n{SECRET}".encode()
    expected = base64.b64encode(hmac.new(SECRET.encode(), words, hashlib.sha256).digest()).decode()
    assert signed["sign"] == [expected]

    page = await desk.get("/notices")
    assert page["unread"] == 1
    (notice,) = page["items"]
    assert (notice["why"], notice["text"]["en"], notice["read"]) == ("assigned", "An item is yours to keep", False)
    assert (notice["matter"]["number"], notice["matter"]["id"], notice["failures"]) == (number, item, [])
    assert (await keeper.get("/notices"))["items"] == [], "nobody is told of what they did themselves"

    # Addresses are in the vault and nowhere else: no event, no row, no log, no page.
    secrets_ = [*TOKENS.values(), SECRET, MAIL]
    for table in ("event_log", "delivery", "notice", "notice_settings", "command_key", "audit"):
        for row in await street.gateway.pool.fetch(f"select t::text as whole, * from {table} t"):
            kept = row["whole"] + "".join(bytes(v).decode("utf-8", "replace") for v in row if isinstance(v, bytes))
            assert not any(secret in kept for secret in secrets_), table
    ours = [record.getMessage() for record in caplog.records if record.name != "mail.log"]  # that is the sink's own
    assert not any(secret in line for line in ours for secret in secrets_)
    shown = await desk.get("/notices/settings")
    assert [(c["kind"], c["offered"], c["set"], c["masked"], c["last_state"]) for c in shown["channels"]] == [
        ("wecom", True, True, "****0001", "SENT"),
        ("dingtalk", True, True, "****0002", "SENT"),
        ("feishu", True, True, "****0003", "SENT"),
        ("mail", True, True, "d****@street.example", "SENT"),
    ]
    assert not any(secret in msgspec.json.encode(shown).decode() for secret in secrets_)


async def test_soon_overdue_and_news_are_told_as_preferred(street: Street, desk: Browser, sinks: Sinks):
    await set_channels(desk, "wecom", "mail")
    chosen = (await desk.get("/notices/settings"))["preferences"]
    assert (chosen["quiet_from"], chosen["quiet_to"], chosen["language"]) == ("22:00", "07:00", "zh")
    wanted = {**chosen, "assigned": [], "overdue": ["mail"], "changed": ["wecom"], "language": "en"}
    await desk.do("gateway", "gateway.set_preferences", wanted)
    keeper = await street.browser("keeper")
    item = (await street.find(keeper))["matter"]["id"]
    street.clock.set(MONDAY + timedelta(days=3, hours=1))  # Thursday at 11:00; it ends with the day
    await until(lambda: len(sinks.arrived) == 2)
    assert {m.channel for m in sinks.arrived} == {"wecom", "mail"}
    assert all(m.text.startswith("Lost property: An item's time is nearly up") for m in sinks.arrived)
    street.clock.set(MONDAY + timedelta(days=4))
    await until(lambda: len(sinks.arrived) == 3)
    assert (sinks.mail.arrived[-1].text.splitlines()[0]) == "Lost property: An item's time is up"
    street.clock.set(MONDAY + timedelta(days=4, minutes=1))  # what happens at one instant has no order
    await keeper.do("lostproperty", "lostproperty.hand_back", {"item": item})
    await until(lambda: len(sinks.arrived) == 4)
    assert sinks.platforms.arrived[-1].text.startswith("Lost property: An item went back")
    page = await desk.get("/notices")
    assert [notice["why"] for notice in page["items"]] == ["changed", "overdue", "soon", "assigned"]


async def test_in_the_quiet_hours_only_what_is_urgent_goes_out(street: Street, desk: Browser, sinks: Sinks):
    await set_channels(desk, "wecom")
    street.clock.set(MONDAY + timedelta(hours=13))  # 23:00 in Shanghai
    keeper = await street.browser("keeper")
    await street.find(keeper)
    (waiting,) = await until_settled(street, "QUEUED", 1)
    assert waiting["due_at"] == "2026-11-23T23:00:00Z"
    assert (await desk.get("/notices"))["unread"] == 1, "the page is never quiet"
    chosen = (await desk.get("/notices/settings"))["preferences"]
    await desk.do("gateway", "gateway.set_preferences", {**chosen, "urgent": ["assigned"]})
    await street.find(keeper)
    await until_settled(street, "SENT", 1)
    assert len(sinks.arrived) == 1
    street.clock.set(MONDAY + timedelta(hours=21))  # 07:00
    await until_settled(street, "SENT", 2)
    assert by_delivery(sinks.arrived)[waiting["id"]] == 1


async def test_a_reminder_of_a_matter_closed_meanwhile_is_not_sent(street: Street, desk: Browser, sinks: Sinks):
    await set_channels(desk, "wecom")
    street.clock.set(MONDAY + timedelta(hours=13))
    keeper = await street.browser("keeper")
    item = (await street.find(keeper))["matter"]["id"]
    await until_settled(street, "QUEUED", 1)
    await keeper.do("lostproperty", "lostproperty.hand_back", {"item": item})
    await taken_up(street)
    await until(lambda: _closed(street, item))
    street.clock.set(MONDAY + timedelta(hours=21))
    (dropped,) = await until_settled(street, "DISCARDED", 1)
    assert (dropped["error"], sinks.arrived) == ("matter_closed", [])


async def _closed(street: Street, item: str) -> bool:
    return bool(await street.gateway.pool.fetchval("select not open from matter_view where id = $1", item))


async def test_a_muted_kind_is_on_the_page_and_counts_for_nothing(street: Street, desk: Browser, sinks: Sinks):
    await set_channels(desk, "wecom")
    chosen = (await desk.get("/notices/settings"))["preferences"]
    await desk.do("gateway", "gateway.set_preferences", {**chosen, "muted": ["lostproperty/item"]})
    keeper = await street.browser("keeper")
    await street.find(keeper)

    async def there() -> Any:
        return (await desk.get("/notices"))["items"]

    assert [notice["read"] for notice in await until(there)] == [True]
    assert (await desk.get("/notices"))["unread"] == 0
    assert await deliveries(street) == []


async def test_without_a_channel_of_the_deployment_nothing_leaves_it(street: Street, hosts: Any, sinks: Sinks):
    """The defaults: no address of any platform is built in."""
    settings = type(street.gateway.settings)(second_factor=street.gateway.settings.second_factor)
    assert settings.offered == frozenset()
    object.__setattr__(street.gateway, "settings", settings)
    admin = await street.browser("admin")
    await street.open_account(admin, "desk", ["operator"], units=[DESK])
    desk = await street.browser("desk")
    body = {"channels": [{"kind": "mail", "address": MAIL}]}
    refused = await desk.send("POST", "/do/gateway/gateway.set_channels", body)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "channels.0.kind")
    assert [c["offered"] for c in (await desk.get("/notices/settings"))["channels"]] == [False] * 4
    await street.find(await street.browser("keeper"))

    async def told() -> bool:
        return bool((await desk.get("/notices"))["unread"] == 1)

    await until(told)
    assert await deliveries(street) == []


async def test_events_without_notices_are_passed_over(street: Street):
    keeper = await street.browser("keeper")
    effect = street.gateway.bus._feeds.effect("notices")
    await street.find(keeper)
    await until(lambda: effect.tally.applied == 1)
    commands, skipped = street.gateway.processor.commands, effect.tally.skipped
    for code in ("A1", "A2", "A3"):
        await keeper.do("lostproperty", "lostproperty.open_cupboard", {"code": code})
    await until(lambda: effect.tally.skipped == skipped + 3)
    await taken_up(street)
    assert street.gateway.processor.commands == commands


# --- failing ----------------------------------------------------------------------------------------------------------


async def test_a_failure_is_seen_tried_again_given_up_and_retried_by_an_administrator(
    street: Street, desk: Browser, sinks: Sinks
):
    await set_channels(desk, "wecom", "mail")
    sinks.platforms.answers[TOKENS["wecom"]] = (200, {"errcode": 93000, "errmsg": "invalid webhook url"})
    await street.find(await street.browser("keeper"))
    (failed,) = await until_settled(street, "FAILED", 1)
    assert (failed["error"], failed["error_title"]["zh"]) == ("platform:93000", "平台拒收（93000）")
    assert (failed["account_title"]["en"], failed["channel"], failed["attempts"]) == ("Post desk", "wecom", 1)
    assert failed["due_at"] == "2026-11-23T02:00:30Z"
    (notice,) = (await desk.get("/notices"))["items"]
    assert [(f["channel"], f["error"], f["again_at"]) for f in notice["failures"]] == [
        ("wecom", "platform:93000", "2026-11-23T02:00:30Z")
    ]
    street.clock.advance(timedelta(seconds=30))

    async def tried_twice() -> bool:
        return bool((await deliveries(street, "failed"))[0]["attempts"] == 2)

    await until(tried_twice)
    sinks.platforms.answers[TOKENS["wecom"]] = (502, {})
    street.clock.advance(timedelta(seconds=60))
    (given_up,) = await until_settled(street, "GIVEN_UP", 1)
    assert (given_up["attempts"], given_up["error"], given_up["due_at"]) == (3, "http:502", None)
    shown = {c["kind"]: c for c in (await desk.get("/notices/settings"))["channels"]}
    assert (shown["wecom"]["last_state"], shown["wecom"]["last_error"]) == ("GIVEN_UP", "http:502")
    assert shown["mail"]["last_state"] == "SENT"
    street.clock.advance(timedelta(days=1))
    del sinks.platforms.answers[TOKENS["wecom"]]
    assert [m.channel for m in sinks.arrived] == ["mail"], "it is not tried again by itself"

    for who in (desk, await street.browser("security")):
        body = {"deliveries": [given_up["id"]]}
        refused = await who.send("POST", "/do/gateway/gateway.retry_deliveries", body)
        assert (refused.status_code, refused.json()["rule"]) == (403, "access.role")
        assert (await who.client.get("/api/v1/deliveries")).status_code == 403
    admin = await street.browser("admin")
    await admin.do("gateway", "gateway.retry_deliveries", {"deliveries": [given_up["id"]]})
    await until_settled(street, "SENT", 2)
    assert by_delivery(sinks.arrived)[given_up["id"]] == 1
    again = await admin.send("POST", "/do/gateway/gateway.retry_deliveries", {"deliveries": [given_up["id"]]})
    assert (again.status_code, again.json()["rule"], again.json()["state"]) == (409, "gateway.delivery_state", "SENT")

    async def audited() -> Any:
        return await street.gateway.pool.fetchval(
            "select detail->>'deliveries' from audit where command = 'gateway.retry_deliveries' and allowed"
        )

    assert await until(audited) == given_up["id"]


async def test_an_administrator_may_have_a_message_not_sent(street: Street, desk: Browser, sinks: Sinks):
    await set_channels(desk, "mail")
    sinks.mail.refused.add(MAIL)
    await street.find(await street.browser("keeper"))
    (failed,) = await until_settled(street, "FAILED", 1)
    assert failed["error"] == "mail:550"
    admin = await street.browser("admin")
    body = {"deliveries": [failed["id"]], "reason": "邮箱已停用"}
    await admin.do("gateway", "gateway.discard_deliveries", body)
    (gone,) = await until_settled(street, "DISCARDED", 1)
    assert gone["error"] == "administrator"
    sinks.mail.refused.clear()
    street.clock.advance(timedelta(hours=1))
    await _quiet_for_a_while(street)
    assert sinks.arrived == []
    reason = await street.gateway.pool.fetchval(
        "select detail->>'reason' from audit where command = 'gateway.discard_deliveries' and allowed"
    )
    assert reason == "邮箱已停用"


async def test_an_unreachable_platform_is_a_failure_like_any_other(street: Street, desk: Browser, sinks: Sinks):
    await set_channels(desk, "feishu")
    sinks.platforms.stop()
    await street.find(await street.browser("keeper"))
    (failed,) = await until_settled(street, "FAILED", 1)
    assert failed["error"] == "unreachable"


async def test_a_test_message_says_whether_a_channel_works(street: Street, desk: Browser, sinks: Sinks):
    street.clock.set(MONDAY + timedelta(hours=14))  # at midnight: who asks is awake
    await set_channels(desk, "wecom", "dingtalk")
    await desk.do("gateway", "gateway.test_channel", {"kind": "wecom"})
    await until_settled(street, "SENT", 1)
    assert "这是一条测试消息" in sinks.arrived[0].text
    too_soon = await desk.send("POST", "/do/gateway/gateway.test_channel", {"kind": "wecom"})
    assert (too_soon.status_code, too_soon.json()["rule"]) == (409, "gateway.test_too_soon")
    street.clock.advance(timedelta(minutes=1))
    sinks.platforms.answers[TOKENS["dingtalk"]] = (200, {"errcode": 310000, "errmsg": "sign not match"})
    await desk.do("gateway", "gateway.test_channel", {"kind": "dingtalk"})
    await until_settled(street, "GIVEN_UP", 1)
    shown = {c["kind"]: (c["last_state"], c["last_error"]) for c in (await desk.get("/notices/settings"))["channels"]}
    assert shown["wecom"] == ("SENT", "")
    assert shown["dingtalk"] == ("GIVEN_UP", "platform:310000")
    unset = await desk.send("POST", "/do/gateway/gateway.test_channel", {"kind": "mail"})
    assert unset.json()["rule"] == "gateway.channel_unset"
    assert (await desk.get("/notices"))["items"] == [], "a test is no notice"


async def test_who_has_left_or_taken_a_channel_back_gets_nothing_more(street: Street, desk: Browser, sinks: Sinks):
    admin = await street.browser("admin")
    leaver = await street.open_account(admin, "leaver", ["operator"], units=[DESK])
    await set_channels(desk, "wecom")
    await set_channels(await street.browser("leaver"), "feishu")
    street.clock.set(MONDAY + timedelta(hours=13))
    await street.find(await street.browser("keeper"))
    await until_settled(street, "QUEUED", 2)
    await desk.do("gateway", "gateway.set_channels", {"channels": [{"kind": "wecom"}]})
    await admin.do("gateway", "gateway.close_account", {"account": leaver, "reason": "moved"})
    street.clock.set(MONDAY + timedelta(hours=21))
    gone = await until_settled(street, "DISCARDED", 2)
    assert {each["channel"]: each["error"] for each in gone} == {"wecom": "channel_gone", "feishu": "account_closed"}
    assert sinks.arrived == []


# --- once, whatever happens -------------------------------------------------------------------------------------------


async def _quiet_for_a_while(street: Street) -> None:
    """The sender looks twice more and finds nothing."""
    sender = street.gateway.extras["sender"]
    for _ in range(2):
        await sender.send_due()


async def _wipe_the_bus(street: Street) -> None:
    """Every stream of the scope and everything in it is gone."""
    import nats

    connection = await nats.connect(street.hosts.servers.nats.url)
    try:
        stream = connection.jetstream()
        for info in await stream.streams_info():
            if info.config.name and street.scope in "".join(info.config.subjects or ()):
                await stream.delete_stream(info.config.name)
    finally:
        await connection.close()


async def test_no_rebuild_no_wiped_bus_and_no_cursor_set_back_sends_anything_again(
    street: Street, desk: Browser, sinks: Sinks
):
    await set_channels(desk, "wecom", "mail")
    keeper = await street.browser("keeper")
    for _ in range(3):
        await street.find(keeper)
    await until_settled(street, "SENT", 6)
    await taken_up(street)
    before = await street.gateway.pool.fetch("select key, doc from notice order by key")
    head = await street.gateway.pool.fetchval("select position from log_head")

    for projection in ("view", "registry", "revocations"):
        await street.gateway.bus.rebuild(projection)
    await _wipe_the_bus(street)
    effect = street.gateway.bus._feeds.effect("notices")
    place = await effect.cursor(street.service.source)
    await effect.start_over(street.service.source, place._replace(position=0))
    for feed in street.gateway.bus._feeds.feeds:
        feed.moved()
    await taken_up(street)
    # Nor when even the memory of what was commanded is gone: the ids follow from the events.
    await street.gateway.pool.execute("delete from command_key where key like 'reaction:notices:%'")
    await effect.start_over(street.service.source, place._replace(position=0))
    for feed in street.gateway.bus._feeds.feeds:
        feed.moved()
    await taken_up(street)
    await _quiet_for_a_while(street)
    assert await street.gateway.pool.fetch("select key, doc from notice order by key") == before
    assert await street.gateway.pool.fetchval("select position from log_head") == head
    assert sorted(by_delivery(sinks.arrived).values()) == [1] * 6

    await street.find(keeper)
    await until_settled(street, "SENT", 8)
    assert sorted(by_delivery(sinks.arrived).values()) == [1] * 8


async def test_killed_between_sending_and_recording_the_same_message_goes_out_again(
    street: Street, desk: Browser, sinks: Sinks, monkeypatch: pytest.MonkeyPatch
):
    await set_channels(desk, "wecom")
    sent = asyncio.Event()

    async def never(self: Any, delivery: Any, command: Any, body: Any) -> None:
        sent.set()
        await asyncio.Event().wait()

    with monkeypatch.context() as patched:
        patched.setattr(sender_module.Sender, "_record", never)
        await street.find(await street.browser("keeper"))
        await asyncio.wait_for(sent.wait(), 10)
        assert len(sinks.arrived) == 1
        await street.gateway.stop()
    again = await street.hosts.start(gateway, clock=street.clock, database_url=street.gateway.deployment.database_url)

    async def recorded() -> bool:
        return bool(await again.pool.fetchval("select count(*) from delivery where status = 'SENT'") == 1)

    await until(recorded)
    assert list(by_delivery(sinks.arrived).values()) == [2]
    first, second = sinks.arrived
    assert first.text == second.text


async def test_of_two_gateways_one_sends(street: Street, desk: Browser, sinks: Sinks):
    other = await street.hosts.start(gateway, clock=street.clock, database_url=street.gateway.deployment.database_url)
    await set_channels(desk, "wecom", "feishu")
    keeper = await street.browser("keeper")
    for _ in range(5):
        await street.find(keeper)
    await until_settled(street, "SENT", 10)
    assert sorted(by_delivery(sinks.arrived).values()) == [1] * 10
    assert sorted((street.gateway.extras["sender"].tries, other.extras["sender"].tries)) == [0, 10]
    # The one that sends goes: the other takes over.
    assert street.gateway.extras["sender"].tries == 10
    await street.gateway.extras["sender"].stop()
    await street.gateway.bus.leases.stop()
    await street.find(keeper)
    await until(lambda: other.extras["sender"].tries == 2, within=15)


# --- one's own page ---------------------------------------------------------------------------------------------------


class Badge:
    """The bell of an open page."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.rings: list[dict[str, Any]] = []

    async def run(self) -> None:
        """Listen until cancelled."""
        async with self.browser.client.stream("GET", "/api/v1/stream", timeout=20) as response:
            name = ""
            async for line in response.aiter_lines():
                if line.startswith("event: "):
                    name = line[7:]
                elif line.startswith("data: ") and name == "notice":
                    self.rings.append(msgspec.json.decode(line[6:]))


@contextlib.asynccontextmanager
async def listening(browser: Browser) -> AsyncIterator[Badge]:
    """A page that is open; it knows its number from the start."""
    badge = Badge(browser)
    task = asyncio.create_task(badge.run())
    await until(lambda: badge.rings)
    yield badge
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_the_bell_rings_for_its_account_alone_and_reading_quiets_it(street: Street, desk: Browser):
    keeper, operator = await street.browser("keeper"), await street.browser("operator")
    await street.find(keeper)
    await taken_up(street)
    async with listening(desk) as mine, listening(await street.browser("desk")) as second, listening(operator) as other:
        assert mine.rings[0] == {"unread": 1, "latest": None}
        assert other.rings[0] == {"unread": 0, "latest": None}
        await street.find(keeper)
        await until(lambda: len(mine.rings) == 2)
        assert mine.rings[1]["unread"] == 2
        assert mine.rings[1]["latest"]["text"]["zh"] == "有一件失物交由您保管"
        assert mine.rings[1]["latest"]["matter"]["kind"] == "item"
        newest = mine.rings[1]["latest"]["id"]
        assert (await desk.send("POST", "/notices/read", {"notices": [newest]})).json() == {"unread": 1}
        await until(lambda: mine.rings[-1] == {"unread": 1, "latest": None})
        await until(lambda: second.rings[-1] == {"unread": 1, "latest": None})
        assert len(other.rings) == 1


async def test_reading_is_ones_own_and_may_be_said_twice(street: Street, desk: Browser):
    keeper = await street.browser("keeper")
    for _ in range(4):
        await street.find(keeper)
        street.clock.advance(timedelta(seconds=1))
    await taken_up(street)
    page = await desk.get("/notices", limit=3)
    assert (len(page["items"]), page["unread"]) == (3, 4)
    rest = await desk.get("/notices", limit=3, before=page["next"])
    assert (len(rest["items"]), rest["next"]) == (1, "")
    ids = [notice["id"] for notice in (*page["items"], *rest["items"])]
    assert ids == sorted(ids, reverse=True)
    for _ in range(2):
        assert (await desk.send("POST", "/notices/read", {"notices": [ids[0]]})).json() == {"unread": 3}
    assert (await desk.send("POST", "/notices/read", {"upto": ids[2]})).json() == {"unread": 1}
    assert [n["id"] for n in (await desk.get("/notices", unread=True))["items"]] == [ids[1]]
    other = await street.browser("operator")
    assert (await other.send("POST", "/notices/read", {"notices": ids})).json() == {"unread": 0}
    assert (await desk.get("/notices"))["unread"] == 1, "whose notices they are stands in the session"
    assert (await desk.send("POST", "/notices/read", {"all": True})).json() == {"unread": 0}
    bad = await desk.client.get("/api/v1/notices?before=x%27")
    assert bad.status_code == 400


async def test_old_notices_and_settled_messages_are_forgotten(street: Street, desk: Browser, sinks: Sinks):
    await set_channels(desk, "wecom")
    await street.find(await street.browser("keeper"))
    await until_settled(street, "SENT", 1)
    sender = street.gateway.extras["sender"]
    street.clock.advance(timedelta(days=89))
    assert not await sender.forget_stale()
    assert await street.gateway.pool.fetchval("select count(*) from delivery where status = 'SENT'") >= 1
    street.clock.advance(timedelta(days=2))
    await street.service.bus.stop()  # what its own clocks say by now is another matter
    await sender.forget_stale()
    assert await street.gateway.pool.fetchval("select count(*) from delivery where doc->>'why' = 'assigned'") == 0
    assert [n for n in (await desk.get("/notices"))["items"] if n["why"] == "assigned"] == []
