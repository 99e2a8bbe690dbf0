"""Finding orders of the same person by a keyed hash of the telephone number, worked out before the rules are asked."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

import msgspec
from shuniu.chassis.keyed import KeyedHash, keyed, new_slip

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = (
    "OrderAsked",
    "PreparedCaller",
    "PreparedIntake",
    "callers_of",
    "phone_hash",
    "prepare_caller",
    "prepare_intake",
)


def phone_hash(keys: KeyedHash, phone: str) -> str:
    """The hash of a telephone number however it is written; "" for what is no number."""
    digits = re.sub(r"\D", "", phone)
    if len(digits) == 13 and digits.startswith("86"):
        digits = digits[2:]
    return keys.of("phone", digits) if len(digits) >= 5 else ""


class OrderAsked(Protocol):
    """Any command that is on one order."""

    @property
    def order(self) -> str: ...


class _WithPhone(Protocol):
    @property
    def caller_phone(self) -> str: ...


class PreparedIntake(msgspec.Struct, frozen=True, kw_only=True):
    """What was worked out for one request: hash of the caller's number, what its follow-up code is worked out from, the
    code's hash."""

    caller: str = ""
    slip: str = ""
    code_key: str = ""


class PreparedCaller(msgspec.Struct, frozen=True):
    """Hashes of the callers' numbers, by order."""

    of: Mapping[str, str]


async def prepare_intake(c: _WithPhone, host: "Host") -> PreparedIntake:
    """Before a request is taken: its hashes and its code."""
    keys, slip = keyed(host), new_slip()
    code_key = keys.of_slip(slip)
    return PreparedIntake(caller=phone_hash(keys, c.caller_phone), slip=slip, code_key=code_key)


async def callers_of(host: "Host", *orders: str) -> PreparedCaller:
    """The hashes of the numbers that orders were made with; "" for one without a number."""
    keys, found = keyed(host), {}
    for order in orders:
        opened = await host.vault.open_matter(host.pool, order, clearance=4, masked=False)
        phone = next((fields["caller_phone"] for fields in opened.values() if "caller_phone" in fields), "")
        found[order] = phone_hash(keys, phone)
    return PreparedCaller(found)


async def prepare_caller(c: OrderAsked, host: "Host") -> PreparedCaller:
    """Before a command on an order that looks for the person's other orders."""
    return await callers_of(host, c.order)
