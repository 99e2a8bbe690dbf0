"""Commands over HTTP: what is taken, what is refused, and in which shape."""

import json
from typing import Any

import pytest

GOOD: dict[str, Any] = {"area": "320199001001", "size": 3}


async def test_a_command_is_accepted_and_a_retry_gets_the_stored_answer(caller: Any) -> None:
    token = caller.token("maker")
    first = await caller.do("toybox.make", GOOD, token, "same-key-1")
    assert first.status_code == 200
    answer = first.json()
    assert answer["source"] == f"/{caller.host.scope}/toybox"
    assert answer["position"] == 1
    assert answer["matter"]["kind"] == "toy"
    respelled = json.dumps(dict(reversed(GOOD.items())), indent=2).encode()
    again = await caller.do("toybox.make", respelled, token, "same-key-1")
    assert again.json() == answer
    assert (await caller.get("/head")).json()["position"] == 1


async def test_a_key_serves_one_request_of_one_actor(caller: Any) -> None:
    assert (await caller.do("toybox.make", GOOD, caller.token("maker"), "same-key-2")).status_code == 200
    other_body = await caller.do("toybox.make", {**GOOD, "size": 4}, caller.token("maker"), "same-key-2")
    other_actor = await caller.do("toybox.make", GOOD, caller.token("maker", subject="a-2"), "same-key-2")
    for refused in (other_body, other_actor):
        assert (refused.status_code, refused.json()["rule"]) == (422, "command.key_reused")


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"size": "2"}, "size", "type"),
        ({"size": 2.5}, "size", "type"),
        ({"size": None}, "size", "type"),
        ({"bogus": 1}, "bogus", "unknown"),
        ({"colour": "GREEN"}, "colour", "value"),
        ({"area": "1234567890123456"}, "area", "too_long"),
        ({"parts": [{"unit": "a"}, {"unit": 7}]}, "parts.1.unit", "type"),
        ({"parts": [{"unit": "a", "count": 0}]}, "parts.0.count", "too_short"),
        ({"parts": [{"unit": "a", "count": 10}]}, "parts.0.count", "too_long"),
        ({"parts": [{"unit": "a", "extra": 1}]}, "parts.0.extra", "unknown"),
        ({"parts": [{}]}, "parts.0.unit", "missing"),
        # Place is a word shared with events, which tolerate unknown fields; a command does not.
        ({"place": {"name": "x", "height": 1}}, "place.height", "unknown"),
        ({"owner_name": "a\x00b"}, "owner_name", "text"),
    ],
)
async def test_wrong_fields_are_422_and_named(caller: Any, change: dict[str, Any], field: str, code: str) -> None:
    refused = await caller.do("toybox.make", {**GOOD, **change}, caller.token("maker"))
    assert refused.status_code == 422
    problem = refused.json()
    assert problem["rule"] == "command.invalid"
    assert [(e["field"], e["code"]) for e in problem["errors"]] == [(field, code)]
    assert problem["errors"][0]["message"]
    assert problem["errors"][0]["message_en"]
    assert (await caller.get("/head")).json()["position"] == 0


async def test_a_missing_field_is_named(caller: Any) -> None:
    refused = await caller.do("toybox.make", {"size": 1}, caller.token("maker"))
    missing = {"field": "area", "code": "missing", "message": "必填", "message_en": "Required"}
    assert refused.json()["errors"] == [missing]


async def test_text_that_only_spells_a_nul_is_taken(caller: Any) -> None:
    taken = await caller.do("toybox.make", {**GOOD, "owner_name": "a\\u0000b"}, caller.token("maker"))
    assert taken.status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "rule"),
    [
        (b"{", 400, "command.malformed"),
        (b"", 400, "command.malformed"),
        (b'{"size": 1, "area": "\xff"}', 400, "command.malformed"),
        (b'{"size": 1, "area": "\\ud800"}', 400, "command.malformed"),
        (b"[]", 422, "command.invalid"),
        (b'{"area": "' + b"1" * 5000 + b'", "size": 1}', 413, "command.too_big"),
    ],
)
async def test_bodies_that_are_no_command(caller: Any, body: bytes, status: int, rule: str) -> None:
    refused = await caller.do("toybox.make", body, caller.token("maker"))
    assert (refused.status_code, refused.json()["rule"]) == (status, rule)


async def test_an_oversize_body_sent_in_pieces_is_stopped(caller: Any) -> None:
    sent = 0

    async def pieces() -> Any:
        nonlocal sent
        for _ in range(1000):
            sent += 1
            yield b" " * 1024

    refused = await caller.client.post(
        "/commands/toybox.make",
        headers={**caller.headers(caller.token("maker")), "Content-Type": "application/json"},
        content=pieces(),
    )
    assert (refused.status_code, refused.json()["rule"]) == (413, "command.too_big")


@pytest.mark.parametrize("key", ["short", "with:colon", "x" * 129, "leer zeichen"])
async def test_keys_from_outside_have_a_form(caller: Any, key: str) -> None:
    refused = await caller.do("toybox.make", GOOD, caller.token("maker"), key)
    assert (refused.status_code, refused.json()["rule"]) == (400, "command.key_malformed")


async def test_a_command_needs_a_key(caller: Any) -> None:
    refused = await caller.do("toybox.make", GOOD, caller.token("maker"), None)
    assert (refused.status_code, refused.json()["rule"]) == (400, "command.key_missing")


async def test_only_json_is_taken_and_only_by_post(caller: Any) -> None:
    headers = {**caller.headers(caller.token("maker")), "Content-Type": "text/plain"}
    refused = await caller.client.post("/commands/toybox.make", headers=headers, content=b"{}")
    assert (refused.status_code, refused.json()["rule"]) == (415, "http.media_type")
    refused = await caller.get("/commands/toybox.make", caller.token("maker"))
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")


async def test_internal_commands_have_no_route(caller: Any) -> None:
    refused = await caller.do("toybox.inside", {"toy": "x"}, caller.token("maker"))
    assert refused.status_code == 404


@pytest.mark.parametrize(
    ("how", "status", "rule", "title", "state"),
    [
        ("conflict", 409, "toybox.stuck", "轮子卡住了。", "MADE"),
        ("forbidden", 403, "access.area", "该事项不在您负责的区域内（320199001）", None),
        ("unknown", 404, "toy.unknown", "没有这个玩具。", None),
        ("broken", 500, "http.internal", "系统内部错误，已记录", None),
    ],
)
async def test_refusals_have_one_shape(
    caller: Any, how: str, status: int, rule: str, title: str, state: str | None
) -> None:
    refused = await caller.do("toybox.move", {"toy": "t", "how": how}, caller.token())
    assert refused.status_code == status
    assert refused.headers["content-type"] == "application/problem+json"
    problem = refused.json()
    assert problem["type"] == f"urn:shuniu:rule:{rule}"
    assert (problem["status"], problem["rule"], problem["title"], problem["state"]) == (status, rule, title, state)
    assert problem["title_en"]
    assert problem["instance"].startswith("urn:shuniu:trace:")
    assert "secret" not in refused.text
    assert "Traceback" not in refused.text


async def test_a_command_that_is_not_strict_stops_the_app_from_being_built() -> None:
    import msgspec
    from shuniu.chassis.decision import Decision
    from shuniu.chassis.http.commands import require_strict
    from shuniu.chassis.service import Command

    class Loose(msgspec.Struct, frozen=True):
        name: str

    with pytest.raises(TypeError, match="forbid_unknown_fields"):
        require_strict(Command("toybox.loose", Loose, lambda c, ctx: [], lambda rows, c, ctx: Decision()))
