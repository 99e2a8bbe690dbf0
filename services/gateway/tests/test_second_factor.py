"""The second factor: what is taken as a code, who must have one, what happens to those who lose theirs."""

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shuniu.testing.servers import Hosts
from shuniu.testing.waiting import until
from shuniu_gateway.second_factor.codes import (
    PERIOD_S,
    code_at,
    hash_recovery,
    is_code,
    new_recovery,
    new_secret,
    provisioning,
    step_of,
)
from shuniu_gateway.second_factor.tables import FactorUse
from shuniu_gateway.sessions import SessionTable, real_now

from .conftest import Browser, Street, street_of

# RFC 6238 appendix B, HMAC-SHA256 over the 32-byte key: the last six of its eight digits.
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZA===="


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "119246"),
        (1111111109, "084774"),
        (1111111111, "062674"),
        (1234567890, "819424"),
        (2000000000, "698825"),
        (20000000000, "737706"),
    ],
)
def test_codes_are_those_of_rfc_6238(seconds: int, code: str) -> None:
    assert code_at(RFC_SECRET, seconds // PERIOD_S) == code


@given(st.integers(0, 10**10), st.integers(-4, 4))
def test_a_code_is_taken_half_a_minute_early_and_late_and_no_more(now: int, away: int) -> None:
    secret, step = new_secret(), now // PERIOD_S + 4
    found = step_of(secret, code_at(secret, step + away), step * PERIOD_S)
    assert (
        (found == step + away)
        or (abs(away) > 1 and found is None)
        or code_at(secret, step + away) in {code_at(secret, step + near) for near in (-1, 0, 1)}
    )


@pytest.mark.parametrize("given", ["12345", "1234567", "12345a", "١٢٣٤٥٦", "", "abcd-efgh-ijkl-mnop"])
def test_only_six_digits_are_a_code(given: str) -> None:
    assert not is_code(given)


def test_recovery_codes_are_read_however_they_are_written_and_belong_to_one_account() -> None:
    codes = new_recovery()
    assert len(set(codes)) == 8
    written = codes[0].upper().replace("-", " ")
    assert hash_recovery("a", written) == hash_recovery("a", codes[0])
    assert hash_recovery("b", codes[0]) != hash_recovery("a", codes[0])


def test_an_authenticator_is_told_everything_it_must_know() -> None:
    address = provisioning("ABCD", "duty", "枢纽 街道")
    assert address.startswith("otpauth://totp/")
    assert "algorithm=SHA256" in address
    assert "secret=ABCD" in address
    assert "街" not in address


# --- on a running gateway ---------------------------------------------------------------------------------------------


async def enrolled(browser: Browser, password: str) -> tuple[str, list[str]]:
    """The secret and the recovery codes of whoever is signed in."""
    offered = await browser.send("POST", "/session/second-factor", {"password": password})
    assert offered.status_code == 200, offered.text
    assert offered.headers["cache-control"] == "no-store"
    secret = offered.json()["secret"]
    assert offered.json()["image"].startswith("<svg")
    step = int(real_now().timestamp()) // PERIOD_S
    done = await browser.send("POST", "/session/second-factor/confirm", {"code": code_at(secret, step - 1)})
    assert done.status_code == 200, done.text
    return secret, done.json()["recovery"]


async def sign_in(browser: Browser, login: str, password: str, code: str = "") -> tuple[int, str]:
    body = {"account": login, "password": password, "code": code}
    response = await browser.client.post("/api/v1/session", json=body)
    if response.status_code == 200:
        browser.session = response.json()
        browser.csrf = browser.session["csrf"]
        return 200, ""
    return response.status_code, response.json()["rule"]


@pytest.mark.asyncio
async def test_an_operator_enrols_at_the_first_sign_in_and_then_needs_a_code(
    hosts: Hosts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHUNIU_GATEWAY_SECOND_FACTOR", "operator")
    async with street_of(hosts) as street:
        password = street.passwords["operator"]
        browser = await street.browser()
        assert (await browser.client.get("/api/v1/session/rules")).json()["second_factor"] is True
        assert await sign_in(browser, "operator", password) == (200, "")
        assert browser.session["account"]["must_enrol"] is True
        refused = await browser.client.get("/api/v1/matters")
        assert (refused.status_code, refused.json()["rule"]) == (403, "gateway.must_enrol")
        wrong = await browser.send("POST", "/session/second-factor", {"password": "not it"})
        assert (wrong.status_code, wrong.json()["rule"]) == (403, "gateway.old_password")
        secret, recovery = await enrolled(browser, password)
        assert (await browser.get("/session"))["account"]["recovery_codes"] == 8
        assert (await browser.client.get("/api/v1/matters")).status_code == 200

        other = await street.browser()
        assert await sign_in(other, "operator", password) == (401, "gateway.code_needed")
        assert await sign_in(other, "operator", password, "no-code") == (401, "gateway.code")
        now = int(real_now().timestamp()) // PERIOD_S
        code = code_at(secret, now + 1)
        assert await sign_in(other, "operator", "wrong", code) == (401, "gateway.sign_in")
        assert await sign_in(other, "operator", password, code) == (200, "")
        third = await street.browser()
        assert await sign_in(third, "operator", password, code) == (401, "gateway.code_used")
        assert await sign_in(third, "operator", password, recovery[0].upper()) == (200, "")
        assert await sign_in(third, "operator", password, recovery[0]) == (401, "gateway.code")
        # A keeper's role needs none.
        assert (await (await street.browser("keeper")).client.get("/api/v1/matters")).status_code == 200

        # Of two that bring the same code at once one is let in.
        await FactorUse.delete(force=True)
        again = code_at(secret, int(real_now().timestamp()) // PERIOD_S)
        two = [await street.browser(), await street.browser()]
        answers = await asyncio.gather(*(sign_in(each, "operator", password, again) for each in two))
        assert sorted(answers) == [(200, ""), (401, "gateway.code_used")]

        for table in ("event_log", "audit", "command_key", "account", "recovery_code", "person_data"):
            for told in (secret, recovery[1]):  # neither as text nor inside bytes, which are shown in hex
                kept = await street.gateway.pool.fetchval(
                    f"select count(*) from {table} t where position($1 in t::text) + position($2 in t::text) > 0",
                    told,
                    told.encode().hex(),
                )
                assert kept == 0, table


@pytest.mark.asyncio
async def test_only_the_security_administrator_resets_a_second_factor(street: Street) -> None:
    password = street.passwords["keeper"]
    keeper = await street.browser("keeper")
    await enrolled(keeper, password)
    account = keeper.session["account"]["id"]
    admin, security = await street.browser("admin"), await street.browser("security")
    body = {"account": account, "reason": "telephone lost"}
    refused = await admin.send("POST", "/do/gateway/gateway.reset_second_factor", body)
    assert (refused.status_code, refused.json()["rule"]) == (403, "access.role")
    assert await sign_in(await street.browser(), "keeper", password) == (401, "gateway.code_needed")
    await security.do("gateway", "gateway.reset_second_factor", body)
    assert await sign_in(await street.browser(), "keeper", password) == (200, "")
    again = await security.send("POST", "/do/gateway/gateway.reset_second_factor", body)
    assert (again.status_code, again.json()["rule"]) == (409, "gateway.factor_none")

    async def audited() -> bool:
        rows = await street.gateway.pool.fetch("select * from audit where command = 'gateway.reset_second_factor'")
        return any(r["allowed"] and "telephone lost" in r["detail"] for r in rows) and any(
            not r["allowed"] for r in rows
        )

    await until(audited)


@pytest.mark.asyncio
async def test_wrong_codes_lock_like_wrong_passwords(street: Street) -> None:
    password = street.passwords["keeper"]
    await enrolled(await street.browser("keeper"), password)
    other = await street.browser()
    for _ in range(5):
        assert await sign_in(other, "keeper", password, "zzzz-zzzz") == (401, "gateway.code")
    assert await sign_in(other, "keeper", password, "zzzz-zzzz") == (401, "gateway.sign_in_locked")


@pytest.mark.asyncio
async def test_a_new_phone_needs_the_old_code_and_a_later_offer_voids_the_earlier(street: Street) -> None:
    password = street.passwords["keeper"]
    keeper = await street.browser("keeper")
    _, recovery = await enrolled(keeper, password)
    asked = await keeper.send("POST", "/session/second-factor", {"password": password})
    assert (asked.status_code, asked.json()["rule"]) == (403, "gateway.code_needed")
    offer = {"password": password, "code": recovery[0]}
    first = (await keeper.send("POST", "/session/second-factor", offer)).json()["secret"]
    second = (await keeper.send("POST", "/session/second-factor", {**offer, "code": recovery[1]})).json()["secret"]
    step = int(real_now().timestamp()) // PERIOD_S
    stale = await keeper.send("POST", "/session/second-factor/confirm", {"code": code_at(first, step)})
    assert (stale.status_code, stale.json()["rule"]) == (403, "gateway.code")
    done = await keeper.send("POST", "/session/second-factor/confirm", {"code": code_at(second, step)})
    assert done.status_code == 200
    gone = await keeper.send("POST", "/session/second-factor/confirm", {"code": code_at(second, step + 1)})
    assert (gone.status_code, gone.json()["rule"]) == (409, "gateway.factor_not_offered")


# --- sessions ---------------------------------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_what_a_page_asks_by_itself_keeps_no_session_alive(street: Street) -> None:
    browser = await street.browser("operator")
    earlier = real_now() - timedelta(minutes=20)
    await SessionTable.update({SessionTable.seen_at: earlier}, force=True)
    quiet = {"Shuniu-Background": "1"}
    by_itself = (await browser.client.get("/api/v1/session", headers=quiet)).json()
    assert by_itself["expires_at"] < by_itself["ends_at"]
    before = by_itself["expires_at"]
    assert (await browser.client.get("/api/v1/matters", headers=quiet)).status_code == 200
    assert (await browser.client.get("/api/v1/session", headers=quiet)).json()["expires_at"] == before
    assert (await browser.get("/session"))["expires_at"] > before


@pytest.mark.asyncio
async def test_a_wall_stays_signed_in_and_only_reads(street: Street) -> None:
    admin = await street.browser("admin")
    await street.open_account(admin, "screen", ["wall"])
    screen = await street.browser("screen")
    long_ago = real_now() - timedelta(days=6)
    await SessionTable.update({SessionTable.seen_at: long_ago, SessionTable.opened_at: long_ago}, force=True)
    await street.gateway.extras["sessions"].sweep()
    assert (await screen.client.get("/api/v1/matters")).status_code == 200
    refused = await screen.send("PUT", "/session/settings", {"theme": "dark"})
    assert (refused.status_code, refused.json()["rule"]) == (403, "gateway.wall_reads")

    async def audited() -> bool:
        return bool(
            await street.gateway.pool.fetchval(
                "select count(*) from audit join account a on a.key = audit.actor"
                " where a.doc->>'login' = 'screen' and rule = 'gateway.wall_reads' and not allowed"
            )
        )

    await until(audited)
    assert (await admin.client.get("/api/v1/session")).status_code == 401


@pytest.mark.asyncio
async def test_page_settings_are_the_accounts_on_every_device(street: Street) -> None:
    first, second = await street.browser("operator"), await street.browser("operator")
    wanted = {"language": "en", "theme": "dark", "text_size": "large"}
    assert (await first.send("PUT", "/session/settings", wanted)).json() == wanted
    assert (await second.get("/session"))["settings"] == wanted
    assert (await second.send("PUT", "/session/settings", {"theme": "system"})).status_code == 200
    assert (await first.get("/session"))["settings"] == {"language": "", "theme": "system", "text_size": ""}
    wrong = await first.send("PUT", "/session/settings", {"theme": "pink"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "theme")
    assert (await (await street.browser("keeper")).get("/session"))["settings"]["theme"] == ""
