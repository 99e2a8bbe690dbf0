"""Who may ask: tokens, roles, visibility, and the audit of what was refused."""

import time
from pathlib import Path
from typing import Any

import httpx
import jwt
import msgspec
import pytest
from shuniu.chassis.context import Actor
from shuniu.chassis.identity import Issuer, Unauthenticated, Verifier, may_read, pin, signing_key
from shuniu.chassis.identity.keys import Bounds
from shuniu.contracts.summary import Visibility
from shuniu.testing.waiting import until

STREET = "320199001"
MAKE = {"area": f"{STREET}001", "size": 3}


class RealTime:
    """Real time, as a test sets it."""

    def __init__(self) -> None:
        self.at = time.time()

    def __call__(self) -> float:
        return self.at


# --- tokens -------------------------------------------------------------------------------------------------


def rule_of(verifier: Verifier, token: str) -> str:
    with pytest.raises(Unauthenticated) as refused:
        verifier.verify(token)
    assert refused.value.status == 401
    return refused.value.rule


def test_a_token_says_who_asks(tmp_path: Path) -> None:
    issuer = Issuer.load(tmp_path, f"/{STREET}/gateway")
    issued = issuer.issue("a-1", roles=["maker"], areas=[STREET], units=["cg"], clearance=3)
    actor = Verifier(tmp_path).verify(issued.token)
    assert actor == Actor("a-1", "person", frozenset({"maker"}), (STREET,), ("cg",), 3)


def test_tokens_that_are_not_taken(tmp_path: Path) -> None:
    now = RealTime()
    issuer = Issuer.load(tmp_path, f"/{STREET}/gateway", now)
    verifier = Verifier(tmp_path, now)
    token = issuer.issue("a-1").token
    head, body, signature = token.split(".")
    for garbled in ("", "x", "a.b.c", f"{head}.{body}", f"{head}.{body}.", "é" * 20, "x" * 9000):
        assert rule_of(verifier, garbled) in ("access.token_malformed", "access.token_signature")
    assert rule_of(verifier, f"{head}.{body}.{signature[:-4]}AAAA") == "access.token_signature"
    other = Issuer("/320199002/gateway", signing_key(tmp_path / "elsewhere", "/320199002/gateway"), now)
    assert rule_of(verifier, other.issue("a-1").token) == "access.token_issuer"
    forged = Issuer(f"/{STREET}/gateway", signing_key(tmp_path / "elsewhere", "/320199002/gateway"), now)
    assert rule_of(verifier, forged.issue("a-1").token) == "access.token_signature"
    now.at += 600
    assert rule_of(verifier, token) == "access.token_expired"
    now.at -= 700
    assert rule_of(verifier, token) == "access.token_early"


def test_a_verified_token_expires_to_the_second(tmp_path: Path) -> None:
    now = RealTime()
    issuer = Issuer.load(tmp_path, f"/{STREET}/gateway", now)
    issued = issuer.issue("a-1", lifetime=60)
    verifier = Verifier(tmp_path, now)
    now.at = issued.expires_at - 0.001
    assert verifier.verify(issued.token).id == "a-1"
    now.at = issued.expires_at
    assert rule_of(verifier, issued.token) == "access.token_expired"


def test_no_token_lives_longer_than_ten_minutes(tmp_path: Path) -> None:
    issuer = Issuer.load(tmp_path, f"/{STREET}/gateway")
    with pytest.raises(ValueError, match="600"):
        issuer.issue("a-1", lifetime=601)
    key = signing_key(tmp_path, f"/{STREET}/gateway")
    now = int(time.time())
    claims = {"iss": f"/{STREET}/gateway", "sub": "a-1", "iat": now, "exp": now + 3600, "jti": "x"}
    token = jwt.encode(claims, key, "EdDSA", {"kid": f"/{STREET}/gateway"})
    assert rule_of(Verifier(tmp_path), token) == "access.token_lifetime"


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_other_algorithms_are_not_taken(tmp_path: Path, algorithm: str) -> None:
    Issuer.load(tmp_path, f"/{STREET}/gateway")
    now = int(time.time())
    claims = {"iss": f"/{STREET}/gateway", "sub": "a-1", "iat": now, "exp": now + 60, "jti": "x"}
    secret = "" if algorithm == "none" else "s" * 32
    token = jwt.encode(claims, secret, algorithm, {"kid": f"/{STREET}/gateway"})
    assert rule_of(Verifier(tmp_path), token) == "access.token_malformed"


@pytest.mark.parametrize("kid", ["../../etc/passwd", "", "/a/../b", "é"])
def test_a_key_id_reaches_no_other_file(tmp_path: Path, kid: str) -> None:
    key = signing_key(tmp_path, f"/{STREET}/gateway")
    token = jwt.encode({"sub": "a-1"}, key, "EdDSA", {"kid": kid})
    assert rule_of(Verifier(tmp_path), token) == "access.token_malformed"


def test_revoked_tokens_are_refused_and_later_ones_taken(tmp_path: Path) -> None:
    now = RealTime()
    issuer = Issuer.load(tmp_path, f"/{STREET}/gateway", now)
    verifier = Verifier(tmp_path, now)
    old = issuer.issue("a-1").token
    assert verifier.verify(old).id == "a-1"
    verifier.revoke("a-1")
    assert rule_of(verifier, old) == "access.token_revoked"
    now.at += 2
    assert verifier.verify(issuer.issue("a-1").token).id == "a-1"


async def test_a_newly_pinned_key_is_noticed_and_a_withdrawn_one_too(tmp_path: Path) -> None:
    verifier = Verifier(tmp_path)
    bureau = Issuer("/320199/bureau", signing_key(tmp_path / "bureau", "/320199/bureau"))
    token = bureau.issue("b-1", roles=["maker", "admin"], areas=["320199"], clearance=4).token
    assert rule_of(verifier, token) == "access.token_issuer"
    key = signing_key(tmp_path / "bureau", "/320199/bureau").public_key()
    pin(tmp_path, "/320199/bureau", key, Bounds(areas=(STREET,), roles=("maker",), clearance=2))

    def taken() -> Actor | None:
        try:
            return verifier.verify(token)
        except Unauthenticated:
            return None

    actor = await until(taken)
    assert (actor.areas, actor.roles, actor.clearance) == ((STREET,), frozenset({"maker"}), 2)
    (tmp_path / "trusted" / "320199.bureau.pem").unlink()
    await until(lambda: taken() is None)


def test_private_keys_are_for_the_owner_only(tmp_path: Path) -> None:
    Issuer.load(tmp_path / "keys", f"/{STREET}/gateway")
    assert (tmp_path / "keys" / f"issuer-{STREET}.gateway.pem").stat().st_mode & 0o777 == 0o600


# --- the read policy ----------------------------------------------------------------------------------------


def reader(*, areas: tuple[str, ...] = (), units: tuple[str, ...] = (), roles: str = "", clearance: int = 2) -> Actor:
    return Actor("r", areas=areas, units=units, roles=frozenset(roles.split()), clearance=clearance)


@pytest.mark.parametrize(
    ("visibility", "area", "actor", "allowed"),
    [
        (Visibility(), f"{STREET}001", reader(areas=(STREET,)), True),
        (Visibility(), f"{STREET}001", reader(areas=(f"{STREET}001",)), True),
        (Visibility(), f"{STREET}001", reader(areas=(f"{STREET}002",)), False),
        (Visibility(), STREET, reader(areas=(f"{STREET}001",)), False),
        (Visibility(), "", reader(areas=(STREET,)), False),
        (Visibility(areas=(f"{STREET}002",)), f"{STREET}001", reader(areas=(f"{STREET}002",)), True),
        (Visibility(units=("cg",)), "", reader(units=("cg",)), True),
        (Visibility(units=("cg",)), "", reader(units=("fire",)), False),
        (Visibility(roles=("inspector",)), "", reader(roles="inspector"), True),
        (Visibility(roles=("inspector",)), "", reader(roles="maker"), False),
        (Visibility(sensitivity=3), STREET, reader(areas=(STREET,)), False),
        (Visibility(sensitivity=3), STREET, reader(areas=(STREET,), clearance=3), True),
        (Visibility(sensitivity=3, units=("cg",)), "", reader(units=("cg",)), False),
        (Visibility(sensitivity=1), STREET, reader(clearance=1), False),
    ],
)
def test_the_read_policy(visibility: Visibility, area: str, actor: Actor, allowed: bool) -> None:
    assert may_read(visibility, area, actor) is allowed


# --- on the running service ---------------------------------------------------------------------------------


async def audit_rows(caller: Any) -> list[tuple[str, str, bool, str]]:
    await caller.host.audit.drained()
    rows = await caller.host.pool.fetch("select actor, command, allowed, rule from audit order by at, chain, n")
    return [tuple(r) for r in rows]


async def test_refused_callers_and_their_audit(caller: Any) -> None:
    expected = [
        (None, 401, "access.unauthenticated"),
        ("x.y.z", 401, "access.token_malformed"),
        (caller.token("cook"), 403, "access.role"),
    ]
    for token, status, rule in expected:
        refused = await caller.do("toybox.make", MAKE, token)
        assert (refused.status_code, refused.json()["rule"]) == (status, rule)
        assert ("www-authenticate" in refused.headers) == (status == 401)
    assert "制作员" in refused.json()["title"]
    await caller.do("toybox.move", {"toy": "t-9", "how": "forbidden"}, caller.token())
    assert sorted(await audit_rows(caller)) == sorted(
        [
            ("", "toybox.make", False, "access.unauthenticated"),
            ("", "toybox.make", False, "access.token_malformed"),
            ("a-1", "toybox.make", False, "access.role"),
            ("a-1", "toybox.move", False, "access.area"),
        ]
    )


async def test_another_scheme_than_bearer_is_no_token(caller: Any) -> None:
    refused = await caller.client.get("/actions", headers={"Authorization": "Basic YTpi"})
    assert (refused.status_code, refused.json()["rule"]) == (401, "access.token_malformed")


async def test_public_commands_and_routes_are_open_and_no_others(caller: Any) -> None:
    assert (await caller.do("toybox.wish", {"toy": "t"}, None)).status_code == 200
    assert (await caller.get("/toys/shelf")).json() == {"shelf": "open"}
    assert (await caller.get("/toys/count")).status_code == 401
    assert (await caller.get("/toys/count", caller.token())).json() == {"toys": 0}
    assert [o["action"] for o in (await caller.get("/actions")).json()["offers"]] == ["toybox.wish"]


async def make(caller: Any, **more: Any) -> str:
    answer = await caller.do("toybox.make", {**MAKE, **more}, caller.token("maker"))
    assert answer.status_code == 200
    return str(answer.json()["matter"]["id"])


@pytest.mark.parametrize("page", ["", "/actions", "/detail"])
async def test_a_matter_is_shown_only_to_its_readers(caller: Any, page: str) -> None:
    toy = await make(caller)
    path = f"/matters/toy/{toy}{page}"
    assert (await caller.get(path)).status_code == 401
    assert (await caller.get(path, caller.token(areas=(STREET,)))).status_code == 200
    assert (await caller.get(path, caller.token(areas=(), units=("workshop",)))).status_code == 200
    assert (await caller.get(path, caller.token("inspector", areas=()))).status_code == 200
    refused = await caller.get(path, caller.token(areas=("320199002",)))
    assert (refused.status_code, refused.json()["rule"]) == (403, "access.not_visible")
    assert [r[3] for r in await audit_rows(caller) if not r[2]] == ["access.unauthenticated", "access.not_visible"]
    assert (await caller.get(f"/matters/toy/none{page}", caller.token())).json()["rule"] == "toy.unknown"
    assert (await caller.get(f"/matters/counter/x{page}", caller.token())).status_code == 404


async def test_offers_are_titled_and_stay_within_the_callers_roles(caller: Any) -> None:
    toy = await make(caller)
    offers = (await caller.get(f"/matters/toy/{toy}/actions", caller.token("maker", areas=(STREET,)))).json()["offers"]
    assert [(o["action"], o["title"]["zh"]) for o in offers] == [("toybox.move", "动一动")]
    openings = (await caller.get(f"/actions?area={STREET}001", caller.token("maker"))).json()["offers"]
    # What anybody may begin (toybox.wish) is offered to who is not signed in, not among one's work.
    assert [(o["action"], o["prefill"]) for o in openings] == [("toybox.make", {"area": f"{STREET}001"})]


async def test_previews_are_for_those_who_may_give_the_command(caller: Any) -> None:
    headers = {"Content-Type": "application/json"}

    async def ask(token: str | None, command: str = "toybox.make", body: bytes = b'{"size": "?"}') -> tuple[int, Any]:
        sent = {**headers, **caller.headers(token, None)}
        answer = await caller.client.post(f"/preview/{command}", content=body, headers=sent)
        return answer.status_code, answer.json()

    assert await ask(caller.token("maker")) == (200, {"suggested": {"size": 3}, "given": ["size"], "by": "a-1"})
    assert (await ask(None))[0] == 401
    assert (await ask(caller.token("cook")))[0] == 403
    assert (await ask(caller.token("maker"), "toybox.move"))[1]["rule"] == "command.no_preview"
    assert (await ask(caller.token("maker"), "toybox.inside"))[1]["rule"] == "command.unknown"
    assert (await ask(caller.token("maker"), body=b"{"))[0] == 400


async def test_personal_data_is_masked_withheld_or_unmasked_with_a_reason(caller: Any) -> None:
    made = await caller.do(
        "toybox.make", {**MAKE, "owner_name": "张三丰", "owner_phone": "13812345678"}, caller.token("maker")
    )
    toy, owner = made.json()["matter"]["id"], made.json()["answer"]["owner"]

    async def shown(**more: Any) -> list[str]:
        page = await caller.get(f"/matters/toy/{toy}/detail", caller.token(areas=(STREET,), **more))
        return [f["value"] for f in page.json()["fields"]]

    assert await shown(clearance=2) == ["张**", "138****5678"]
    stored = await caller.host.pool.fetchval("select sealed from person_data")
    assert "张".encode() not in stored

    async def records(*roles: str, clearance: int) -> list[dict[str, Any]]:
        token = caller.token(*roles, areas=(STREET,), clearance=clearance)
        return list((await caller.get(f"/matters/toy/{toy}/detail", token)).json()["personal"])

    assert await records(clearance=3) == []
    assert await records("personal_data_reader", clearance=2) == []
    (record,) = await records("personal_data_reader", clearance=3)
    assert (record["ref"], record["fields"]) == (owner, ["owner_name", "owner_phone"])

    async def unmask(token: str, reason: str, ref: str = owner) -> Any:
        return await caller.client.post(
            f"/matters/toy/{toy}/unmask", json={"ref": ref, "reason": reason}, headers=caller.headers(token, None)
        )

    allowed = caller.token("personal_data_reader", areas=(STREET,), clearance=3)
    clear = {"owner_name": "张三丰", "owner_phone": "13812345678"}
    assert (await unmask(allowed, "回访失主")).json()["fields"] == clear
    assert (await unmask(caller.token(areas=(STREET,), clearance=3), "回访失主")).status_code == 403
    low = caller.token("personal_data_reader", areas=(STREET,), clearance=2)
    assert (await unmask(low, "回访失主")).json()["rule"] == "access.clearance"
    assert (await unmask(allowed, " ")).json()["rule"] == "person_data.reason"
    assert (await unmask(allowed, "回访失主", "other")).json()["rule"] == "person_data.unknown"
    notes = [(r[2], r[3]) for r in await audit_rows(caller) if r[1] == "person_data.unmask"]
    assert notes == [
        (True, ""),
        (False, "access.role"),
        (False, "access.clearance"),
        (False, "person_data.reason"),
        (False, "person_data.unknown"),
    ]
    assert [r[2] for r in await audit_rows(caller) if r[1] == "matter.detail"] == [True] * 4


async def test_the_log_over_http_is_for_administrators(caller: Any) -> None:
    await make(caller)
    assert (await caller.get("/log", caller.token("maker"))).status_code == 403
    page = (await caller.get("/log?after=0&limit=10", caller.token("audit_admin"))).json()
    assert (page["head"], len(page["events"])) == (1, 1)


async def test_a_services_own_port_needs_neither_bus_nor_gateway(hosts: Any) -> None:
    from edge_toybox import service
    from shuniu.runtime.serving import Serving

    deployment = await hosts.deployment("toybox", bus=False)
    # A bus address where nobody listens: the line is down.
    deployment = msgspec.structs.replace(deployment, nats_url="nats://127.0.0.1:9")
    now = RealTime()
    issuer = Issuer.load(deployment.keys_dir, f"/{deployment.scope}/gateway", now)
    foreign = Issuer.load(hosts.folder / "foreign", "/320199009/gateway")
    serving = Serving(service, deployment)
    await serving.start()
    try:
        async with httpx.AsyncClient(base_url=serving.url) as client:

            async def ask(path: str, token: str) -> tuple[int, str]:
                answer = await client.get(path, headers={"Authorization": f"Bearer {token}"})
                return answer.status_code, "" if answer.is_success else answer.json()["rule"]

            live = issuer.issue("a-1", roles=["maker"], areas=[STREET]).token
            made = await client.post(
                "/commands/toybox.make",
                json=MAKE,
                headers={"Authorization": f"Bearer {live}", "Idempotency-Key": "own-port-1"},
            )
            assert made.status_code == 200
            page = f"/matters/toy/{made.json()['matter']['id']}"
            assert await ask(page, live) == (200, "")
            elsewhere = issuer.issue("a-1", roles=["maker"], areas=["320199002"]).token
            assert await ask(page, elsewhere) == (403, "access.not_visible")
            assert await ask(page, foreign.issue("a-1", areas=[STREET]).token) == (401, "access.token_issuer")
            now.at -= 601
            assert await ask(page, issuer.issue("a-1", areas=[STREET]).token) == (401, "access.token_expired")
            assert (await client.get("/ready")).json()["bus"] is False
    finally:
        await serving.stop()
