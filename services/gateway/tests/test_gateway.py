"""The gateway on real servers, beside a service it has never heard of."""

import asyncio
import hashlib
import secrets
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from shuniu.chassis.bus.bridge import TIMEOUT_S
from shuniu.chassis.identity import Issuer
from shuniu.contracts.envelope import source_of
from shuniu.testing.lostproperty import service as lostproperty
from shuniu.testing.waiting import until
from shuniu_gateway.sessions import SessionTable, SignInGuard, real_now

from .conftest import Street

pytestmark = pytest.mark.asyncio


# --- signing in -------------------------------------------------------------------------------------------------------


async def test_session_cookie_token_and_sign_out(street: Street):
    browser = await street.browser()
    wrong = await browser.sign_in("operator", "not the password")
    assert wrong.status_code == 401
    assert wrong.json()["rule"] == "gateway.sign_in"
    good = await browser.sign_in("operator", street.passwords["operator"])
    cookie = good.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert good.json()["account"]["roles"] == ["operator"]
    assert good.json()["role_titles"][0]["zh"]
    assert (await browser.get("/session"))["csrf"] == browser.csrf
    without = await browser.client.request("DELETE", "/api/v1/session")
    assert (without.status_code, without.json()["rule"]) == (403, "gateway.csrf")
    assert (await browser.send("DELETE", "/session")).status_code == 204
    assert (await browser.client.get("/api/v1/session")).status_code == 401


async def test_five_failures_lock_a_login_known_or_not(street: Street):
    browser = await street.browser()
    for login in ("operator", "nobody-here"):
        for _ in range(5):
            assert (await browser.sign_in(login, "wrong")).json()["rule"] == "gateway.sign_in"
        assert (await browser.sign_in(login, street.passwords["operator"])).json()["rule"] == "gateway.sign_in_locked"
    past = real_now() - timedelta(minutes=1)
    await SignInGuard.update({SignInGuard.locked_until: past}).where(SignInGuard.login == "operator")
    assert (await browser.sign_in("operator", street.passwords["operator"])).status_code == 200


async def test_a_session_ends_when_idle_and_at_its_end(street: Street):
    browser = await street.browser("operator")
    await SessionTable.update({SessionTable.seen_at: real_now() - timedelta(minutes=31)}, force=True)
    assert (await browser.client.get("/api/v1/session")).status_code == 401
    browser = await street.browser("operator")
    await SessionTable.update({SessionTable.opened_at: real_now() - timedelta(hours=13)}, force=True)
    assert (await browser.client.get("/api/v1/session")).status_code == 401


async def test_a_given_password_must_be_changed_before_anything(street: Street):
    admin = await street.browser("admin")
    await street.open_account(admin, "newcomer", ["operator"])
    given = {"password": "First-Pass-7788", "must_change": True}
    assert (await admin.send("PUT", "/accounts/newcomer/password", given)).status_code == 204
    newcomer = await street.browser()
    assert (await newcomer.sign_in("newcomer", "First-Pass-7788")).json()["account"]["must_change"] is True
    refused = await newcomer.client.get("/api/v1/matters")
    assert (refused.status_code, refused.json()["rule"]) == (403, "gateway.must_change")
    weak = await newcomer.send("PUT", "/session/password", {"old": "First-Pass-7788", "new": "newcomer"})
    assert (weak.status_code, weak.json()["errors"][0]["field"]) == (422, "new")
    changed = await newcomer.send("PUT", "/session/password", {"old": "First-Pass-7788", "new": "Second-Pass-99"})
    assert changed.status_code == 204
    assert (await newcomer.get("/session"))["account"]["must_change"] is False
    assert (await newcomer.get("/matters"))["total"] == 0


async def test_only_administrators_administer_and_it_is_audited(street: Street):
    operator = await street.browser("operator")
    body = {"login": "more", "title": {"zh": "甲", "en": "A"}, "roles": ["operator"]}
    refused = await operator.send("POST", "/do/gateway/gateway.open_account", body)
    assert (refused.status_code, refused.json()["rule"]) == (403, "access.role")
    refused = await operator.send("PUT", "/accounts/keeper/password", {"password": "Whatever-123456"})
    assert refused.status_code == 403

    async def audited() -> bool:
        rows = await street.gateway.pool.fetch("select command from audit where not allowed")
        return {"gateway.open_account", "gateway.give_password"} <= {row["command"] for row in rows}

    await until(audited)


async def test_a_closed_account_is_out_at_once(street: Street):
    admin = await street.browser("admin")
    account = await street.open_account(admin, "leaver", ["operator"])
    leaver = await street.browser("leaver")
    await leaver.get("/matters")
    await admin.do("gateway", "gateway.close_account", {"account": account, "reason": "moved"})
    assert (await leaver.client.get("/api/v1/matters")).status_code == 401
    assert (await leaver.sign_in("leaver", street.passwords["leaver"])).status_code == 401


async def test_a_service_key_is_told_once_and_needs_no_page_token(street: Street):
    admin = await street.browser("admin")
    await street.open_account(admin, "reader", ["api_reader", "keeper"], holder="program")
    made = await admin.send("POST", "/accounts/reader/key", key="once-and-only")
    assert made.status_code == 200
    again = await admin.send("POST", "/accounts/reader/key", key="once-and-only")
    assert (again.status_code, again.json()["rule"]) == (409, "gateway.key_given")
    key = made.json()["key"]
    async with httpx.AsyncClient(base_url=street.url, headers={"Authorization": f"Bearer {key}"}) as client:
        assert (await client.get("/api/v1/matters")).status_code == 200
        body = {"category": "key", "area": f"{street.scope}001"}
        done = await client.post(
            "/api/v1/do/lostproperty/lostproperty.find", json=body, headers={"Idempotency-Key": "reader-0001"}
        )
        assert done.status_code == 200, done.text
        other = f"{key[:-3]}xyz"
        assert (await client.get("/api/v1/matters", headers={"Authorization": f"Bearer {other}"})).status_code == 401
        await admin.send("POST", "/accounts/reader/key")
        assert (await client.get("/api/v1/matters")).status_code == 401
    secrets_at_rest = await street.gateway.pool.fetchval(
        "select count(*) from command_key where position($1 in convert_from(answer, 'UTF8')) > 0", key
    )
    assert secrets_at_rest == 0


async def test_a_token_of_the_issuer_is_taken_and_a_forged_one_is_not(street: Street):
    issuer = Issuer.load(street.gateway.deployment.keys_dir, street.gateway.source)
    token = issuer.issue("somebody", roles=("operator",), areas=(street.scope,)).token
    async with httpx.AsyncClient(base_url=street.url) as client:
        good = await client.get("/api/v1/matters", headers={"Authorization": f"Bearer {token}"})
        assert good.status_code == 200
        bad = await client.get("/api/v1/matters", headers={"Authorization": f"Bearer {token[:-4]}AAAA"})
        assert bad.status_code == 401
        assert (await client.get("/api/v1/matters")).status_code == 401


# --- matters ----------------------------------------------------------------------------------------------------------


def place(answer: dict) -> str:
    return f"{answer['source']}@{answer['epoch']}-{answer['position']}"


async def test_a_command_shows_in_lists_pages_counts_and_figures(street: Street):
    keeper, operator = await street.browser("keeper"), await street.browser("operator")
    first = await street.find(keeper)
    street.clock.advance(timedelta(minutes=5))
    second = await street.find(keeper, category="key", area=f"{street.scope}002")
    page = await operator.get("/matters", after=place(second), sort="-opened")
    assert page["total"] == 2
    assert [m["category"] for m in page["items"]] == ["key", "umbrella"]
    narrowed = await operator.get("/matters", area=f"{street.scope}001")
    assert [m["number"] for m in narrowed["items"]] == [first["answer"]["number"]]
    assert (await operator.get("/matters", q=first["answer"]["number"].lower()))["total"] == 1
    assert (await operator.get("/matters", q="100%"))["total"] == 0
    assert (await operator.get("/matters", limit=1, offset=1))["total"] == 2

    matter = page["items"][1]
    path = f"/matters/{matter['service']}/{matter['kind']}/{matter['id']}"
    opened = await operator.get(path)
    assert [step["move"] for step in opened["timeline"]] == ["ItemFound"]
    assert opened["timeline"][0]["matter"]["number"] == matter["number"]
    assert ([node["id"] for node in opened["graph"]["nodes"]], opened["graph"]["edges"]) == ([matter["id"]], [])
    denied = await operator.send("POST", f"{path}/unmask", {"ref": "none", "reason": "核对失主身份"})
    assert (denied.status_code, denied.json()["rule"]) == (404, "person_data.unknown")
    offers = await keeper.get(f"{path}/actions")
    assert [offer["action"] for offer in offers["offers"]] == ["lostproperty.hand_back"]
    assert offers["offers"][0]["prefill"] == {"item": matter["id"]}
    assert (await operator.get(f"{path}/actions"))["offers"] == []
    assert "fields" in await keeper.get(f"{path}/detail")

    done = await keeper.do("lostproperty", "lostproperty.hand_back", {"item": matter["id"]})
    now = await operator.get(path, after=place(done))
    assert (now["matter"]["status"], now["matter"]["open"], now["matter"]["version"]) == ("BACK", False, 2)
    assert [step["move"] for step in now["timeline"]] == ["ItemFound", "ItemHandedBack"]

    counts = await operator.get("/counts", by="status")
    assert {(row["key"], row["total"]) for row in counts["rows"]} == {("KEPT", 1), ("BACK", 1)}
    areas = {row["key"]: row["open"] for row in (await operator.get("/counts", by="area"))["rows"]}
    assert set(areas) == {street.scope, f"{street.scope}001", f"{street.scope}002"}
    assert areas[street.scope] == 1
    measured = await operator.get("/measures", name="found", by="area")
    values = {row["area"]: row["value"] for row in measured["rows"]}
    assert (values[street.scope], values[f"{street.scope}001"]) == (2, 1)
    rates = await operator.get("/rates")
    assert [(r["rate"], r["numerator"], r["denominator"], r["value"]) for r in rates["rows"]] == [("back", 1, 2, 0.5)]
    nothing = await operator.get("/rates", **{"from": "2020-01-01", "to": "2020-01-02"})
    assert nothing["rows"][0]["value"] is None
    ticker = await operator.get("/events")
    assert [item["step"]["move"] for item in ticker["items"]] == ["ItemHandedBack", "ItemFound", "ItemFound"]
    screen = await operator.get("/overview")
    assert screen["totals"]["open"] == 1
    assert screen["kpis"][0]["value"] == 0.5
    assert len(screen["late"]) == 1


async def test_lights_follow_the_clock_without_any_event(street: Street):
    keeper, operator = await street.browser("keeper"), await street.browser("operator")
    answer = await street.find(keeper)
    assert (await operator.get("/matters", due="ok", after=place(answer)))["total"] == 1
    await street.service.bus.stop()  # whatever its timers do, the gateway hears nothing of it
    street.clock.advance(timedelta(days=30))
    assert (await operator.get("/matters", due="late"))["total"] == 1
    assert (await operator.get("/counts", by="due"))["rows"][0]["key"] == "late"


async def test_totals_count_only_what_the_caller_may_see(street: Street):
    admin = await street.browser("admin")
    await street.open_account(admin, "east", ["keeper"], areas=[f"{street.scope}001"])
    await street.open_account(admin, "stranger", ["keeper"], areas=[], units=["cg"])
    keeper = await street.browser("keeper")
    await street.find(keeper)
    last = await street.find(keeper, area=f"{street.scope}002")
    east, stranger = await street.browser("east"), await street.browser("stranger")
    assert (await east.get("/matters", after=place(last)))["total"] == 1
    assert (await stranger.get("/matters"))["total"] == 0
    assert (await stranger.get("/counts", by="status"))["rows"] == []
    assert (await stranger.get("/measures"))["rows"] == []
    assert (await stranger.get("/events"))["items"] == []
    hidden = (await keeper.get("/matters", area=f"{street.scope}002"))["items"][0]
    refused = await east.client.get(f"/api/v1/matters/lostproperty/item/{hidden['id']}")
    assert (refused.status_code, refused.json()["rule"]) == (403, "access.not_visible")
    assert (await east.client.get("/api/v1/matters/lostproperty/item/none")).status_code == 404


async def test_bad_questions_name_their_field(street: Street):
    operator = await street.browser("operator")
    for query in ("limit=501", "sort=upwards", "due=soonish", "area=12x", "open=perhaps", "after=nowhere"):
        response = await operator.client.get(f"/api/v1/matters?{query}")
        assert response.status_code in (400, 422), query
        assert response.json()["errors"][0]["field"] == query.split("=")[0], response.text


# --- services ---------------------------------------------------------------------------------------------------------


async def test_a_refusal_of_the_owner_comes_back_as_it_is(street: Street):
    keeper, operator = await street.browser("keeper"), await street.browser("operator")
    answer = await street.find(keeper)
    item = answer["matter"]["id"]
    await keeper.do("lostproperty", "lostproperty.hand_back", {"item": item})
    gone = await keeper.send("POST", "/do/lostproperty/lostproperty.hand_back", {"item": item})
    assert (gone.status_code, gone.json()["rule"], gone.json()["state"]) == (409, "lostproperty.gone", "BACK")
    refused = await operator.send("POST", "/do/lostproperty/lostproperty.find", {"category": "key", "area": "x"})
    assert (refused.status_code, refused.json()["rule"]) == (403, "access.role")
    unknown = await keeper.send("POST", "/do/lostproperty/lostproperty.find", {"category": "key", "colour": "red"})
    assert unknown.status_code == 422
    assert unknown.json()["errors"][0]["field"] == "colour"
    key = secrets.token_hex(8)
    body = {"category": "key", "area": f"{street.scope}001"}
    assert await keeper.do("lostproperty", "lostproperty.find", body, key) == await keeper.do(
        "lostproperty", "lostproperty.find", body, key
    )


async def test_an_absent_service_is_still_drawn_and_answers_503_at_once(street: Street):
    keeper = await street.browser("keeper")
    shown = {s["service"]: s["state"] for s in (await keeper.get("/view"))["services"]}
    assert shown["lostproperty"] == "present"
    await street.service.stop()
    loop = asyncio.get_running_loop()
    before = loop.time()
    body = {"category": "key", "area": f"{street.scope}001"}
    response = await keeper.send("POST", "/do/lostproperty/lostproperty.find", body)
    assert (response.status_code, response.json()["rule"]) == (503, "service.absent")
    assert loop.time() - before < TIMEOUT_S, "not only when the time of a request is over"
    assert (await keeper.get("/actions"))["absent_services"] == ["lostproperty"]

    async def absent() -> bool:
        view = await keeper.get("/view")
        return next(s for s in view["services"] if s["service"] == "lostproperty")["state"] == "absent"

    await until(absent, 30)
    view = await keeper.get("/view")
    drawn = next(s for s in view["services"] if s["service"] == "lostproperty")
    assert drawn["manifest"]["kinds"][0]["id"] == "item"
    assert (await keeper.client.get("/api/v1/services/unheard/blobs/00")).status_code == 404


async def test_a_service_nobody_has_heard_of_appears_by_itself(street: Street):
    other = replace(lostproperty, name="stranger", rows=(), commands=(), facts=(), sheets=())
    keeper = await street.browser("keeper")
    await street.hosts.start(other, clock=street.clock)

    async def there() -> bool:
        view = await keeper.get("/view")
        found = [s for s in view["services"] if s["service"] == "stranger"]
        return bool(found) and found[0]["state"] == "present" and found[0]["manifest"] is not None

    await until(there)


async def test_blobs_go_in_chunks_and_come_back_whole(street: Street):
    keeper = await street.browser("keeper")
    png = b"\x89PNG\r\n\x1a\n" + secrets.token_bytes(300 * 1024)
    sha, half = hashlib.sha256(png).hexdigest(), 256 * 1024
    headers = {"X-CSRF-Token": keeper.csrf, "Content-Type": "image/png"}
    path = f"/api/v1/services/lostproperty/blobs/{sha}"
    one = await keeper.client.put(f"{path}/0?of=2", content=png[:half], headers=headers)
    assert one.status_code == 204, one.text
    two = await keeper.client.put(f"{path}/1?of=2", content=png[half:], headers=headers)
    assert (two.status_code, two.json()["sha256"]) == (201, sha)
    back = await keeper.client.get(path)
    assert (back.status_code, back.content == png) == (200, True)
    assert back.headers["content-type"] == "image/png"
    big = await keeper.client.put(f"{path}/0?of=1", content=bytes(half + 1), headers=headers)
    assert big.status_code == 413


# --- directory and areas ----------------------------------------------------------------------------------------------


async def test_units_are_published_to_every_registry(street: Street):
    registrar = await street.browser("registrar")
    units = [{"code": "cg", "title": {"zh": "城管中队", "en": "Urban management"}}]
    answer = await registrar.do("gateway", "gateway.import_units", {"units": units})
    assert answer["answer"] == {"registered": 1}
    assert answer["source"] == source_of(street.scope, "gateway")

    async def listed() -> bool:
        return [u["code"] for u in (await registrar.get("/units"))["units"]] == ["cg"]

    await until(listed)
    await until(lambda: street.service.registry.current.get("unit", "cg") is not None)
    assert (await registrar.do("gateway", "gateway.import_units", {"units": units}))["answer"] == {"registered": 0}


async def test_the_page_is_served_or_says_how_to_build_it(street: Street):
    browser = await street.browser()
    page = await browser.client.get("/")
    assert page.status_code == 200
    assert "text/html" in page.headers["content-type"]
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["x-content-type-options"] == "nosniff"
    assert (await browser.client.get("/assets/../__init__.py")).status_code == 404
    assert (await browser.client.get("/assets/%2e%2e/%2e%2e/__init__.py")).status_code == 404
    schema = (await browser.client.get("/schema/openapi.json")).json()
    assert schema["openapi"].startswith("3.1")
    assert "/api/v1/matters" in schema["paths"]
    assert {"Matter", "Step", "ServiceView"} <= {
        name.rsplit("_", 1)[-1] for name in schema["components"]["schemas"]
    } | set(schema["components"]["schemas"])


async def test_big_answers_are_compressed_for_those_who_take_it(street: Street):
    keeper = await street.browser("keeper")
    packed = await keeper.client.get("/api/v1/view", headers={"Accept-Encoding": "gzip"})
    plain = await keeper.client.get("/api/v1/view", headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert int(packed.headers["content-length"]) < len(plain.content) / 2
    names = [{one["service"] for one in view.json()["services"]} for view in (packed, plain)]
    assert names[0] == names[1] != set()
    small = await keeper.client.get("/api/v1/units", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in small.headers


async def test_a_matter_with_an_event_that_waits_is_shown_incomplete(street: Street):
    keeper = await street.browser("keeper")
    answer = await street.find(keeper)
    item = answer["matter"]["id"]
    page = await keeper.get("/matters", after=place(answer))
    assert page["items"][0]["incomplete"] is False
    # An event nobody can read, as the feed parks it: the next of the same matter waits behind it.
    await street.gateway.pool.execute(
        "insert into parked (consumer, source, epoch, position, matter, type, reason, at, envelope)"
        " values ('view', $1, $2, 0, $3, 'unreadable', 'test', now(), $4)",
        answer["source"],
        answer["epoch"],
        item,
        b"no event at all",
    )
    done = await keeper.do("lostproperty", "lostproperty.hand_back", {"item": item})
    shown = (await keeper.get("/matters", after=place(done)))["items"][0]
    assert (shown["incomplete"], shown["status"], shown["version"]) == (True, "KEPT", 1)
