"""Setting the street up: accounts and passwords, units, areas with shapes, grid posts; each by whose job it is."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Any, Final

import msgspec
from shuniu.runtime.keys import Keys

from shuniu_demo.accounts import ADMIN, SEATS, Seat, key_name
from shuniu_demo.clients import Street
from shuniu_demo.journal import Journal
from shuniu_demo.register import posts
from shuniu_demo.registry import shuniu
from shuniu_demo.street import features

__all__ = ("PART_BYTES", "area_parts", "caught_up", "open_accounts", "settle", "step")

PART_BYTES: Final = 400 * 1024
"""Areas are imported in parts that fit a request over the bus."""


async def settle(street: Street, keys: Keys, journal: Journal) -> None:
    """Everything there has to be before anybody can work. Steps done are not done again."""
    await open_accounts(street, keys, journal, SEATS)
    registrar = street.desk("registrar")
    units = [{k: v for k, v in unit.items() if k != "kind"} for unit in shuniu()["units"]]
    await step(journal, "units", lambda key: registrar.do("gateway.import_units", {"units": units}, key), street)
    for n, part in enumerate(area_parts()):
        body = {"areas": part}
        await step(journal, f"areas/{n}", lambda key, body=body: registrar.do("grid.import_areas", body, key), street)  # type: ignore[misc]
    # Some 400 posts in one spreadsheet, not in as many commands.
    rows = [{**row, "account": journal.told[f"open/{_login(row)}"]["account"]} for row in posts()]
    await step(journal, "posts", lambda key: _handed_in(street, "posts", rows, key), street)


def _login(row: dict[str, Any]) -> str:
    return str(row["account"].name).removeprefix("account.")


async def _handed_in(street: Street, sheet: str, rows: list[dict[str, Any]], key: str) -> dict[str, Any]:
    await street.desk("registrar").hand_in("grid", sheet, rows, key)
    return {}


async def step(
    journal: Journal, name: str, give: Callable[[str], Awaitable[dict[str, Any] | None]], street: Street
) -> dict[str, Any]:
    """What a step's command answered, now or in a former run; ``give`` gets its idempotency key."""
    if name not in journal.told:
        answer = await give(street.key(name)) or {}
        journal.note(name, answer.get("answer", {}))
    return journal.told[name]


async def open_accounts(street: Street, keys: Keys, journal: Journal, seats: Iterable[Seat]) -> None:
    """The accounts of these seats and their passwords, opened by the first administrator."""
    admin = street.desk(ADMIN)
    await admin.sign_in()
    await asyncio.gather(*(_open(street, keys, journal, seat) for seat in seats))


async def _open(street: Street, keys: Keys, journal: Journal, seat: Seat) -> None:
    admin = street.desk(ADMIN)
    body = {
        "login": seat.login,
        "title": {"zh": seat.zh, "en": seat.en},
        "roles": [seat.role],
        "areas": list(seat.areas),
        "units": list(seat.units),
        "clearance": seat.clearance,
        "holder": seat.holder,
    }
    await step(journal, f"open/{seat.login}", lambda key: admin.do("gateway.open_account", body, key), street)
    path = f"/accounts/{seat.login}"
    if seat.holder == "program":
        if not (keys.folder / key_name(seat.login)).exists():
            # A key is told once; should we have died before writing it down, another request gives another.
            tried = sum(step.startswith("key/") for step in journal.told)
            journal.note(f"key/{tried}", {})
            given = await admin.request("POST", f"{path}/key", key=street.key(f"key/{tried}"))
            keys.put(key_name(seat.login), given["key"])
        return
    given_to = f"password/{seat.login}"
    password = {"password": keys.get(key_name(seat.login)), "must_change": False}
    await step(journal, given_to, lambda key: admin.request("PUT", f"{path}/password", key=key, json=password), street)


def area_parts() -> Iterator[list[dict[str, Any]]]:
    """All areas with their shapes, parents before children, in parts of at most PART_BYTES."""
    part: list[dict[str, Any]] = []
    size = 0
    for feature in features():
        own = feature["properties"]
        area = {
            "code": own["code"],
            "title": own["title"],
            "subtype": own["subtype"],
            "attributes": {"synthetic": "true", **_residents(own["code"]), **own.get("attributes", {})},
            "geometry": feature["geometry"],
        }
        weight = len(msgspec.json.encode(area)) + 1
        if part and size + weight > PART_BYTES:
            yield part
            part, size = [], 0
        part.append(area)
        size += weight
    yield part


def _residents(code: str) -> dict[str, str]:
    """How many live in a community, made up: 86,000 in all."""
    return {"residents": str(7500 + 200 * int(code[-3:]))} if len(code) == 12 else {}


async def caught_up(street: Street, within: float = 30.0) -> None:
    """Return once the gateway shows everything the services have said, or after ``within`` seconds."""
    operator = street.desk("operator")
    deadline = asyncio.get_running_loop().time() + within
    while asyncio.get_running_loop().time() < deadline:
        services = (await operator.get("/view"))["services"]
        if services and all(service["state"] == "present" and not service["lag"] for service in services):
            return
        await asyncio.sleep(0.1)
