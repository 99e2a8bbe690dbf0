"""What is worked out before the rules are asked: who applies (a keyed hash), codes, the name for receipts."""

from typing import TYPE_CHECKING, Any

import msgspec
from shuniu.chassis.documents.signing import new_code
from shuniu.chassis.keyed import keyed, new_slip

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("PreparedCase", "prepare_case", "prepare_code", "prepare_delivery", "prepare_submission")

MOST_ITEMS = 8
"""Items of one visit."""


class PreparedCase(msgspec.Struct, frozen=True, kw_only=True):
    """``applicant`` and ``code_key`` are keyed hashes; ``slip`` is what the follow-up code is worked out from each time
    it is told; ``documents`` are codes for receipts; ``name`` is the applicant's, which receipts are made out to."""

    applicant: str = ""
    slip: str = ""
    code_key: str = ""
    documents: tuple[str, ...] = ()
    name: str = ""
    visit: tuple[str, ...] = ()
    """Cases of the same visit."""


async def prepare_submission(c: Any, host: "Host") -> PreparedCase:
    """Before something is submitted or asked about: a code to follow it by, a receipt's code for each item."""
    keys, slip = keyed(host), new_slip()
    return PreparedCase(
        applicant=keys.of_number(getattr(c, "applicant_id", "")),
        slip=slip,
        code_key=keys.of_slip(slip),
        documents=tuple(new_code() for _ in getattr(c, "items", ())[:MOST_ITEMS]),
        name=getattr(c, "applicant_name", ""),
    )


async def prepare_case(c: Any, host: "Host") -> PreparedCase:
    """Before a command on a case: whose it is, for the receipt and for what is held of them."""
    opened = await host.vault.open_matter(host.pool, c.case, clearance=4, masked=False)
    who = next((fields for fields in opened.values() if "applicant_name" in fields), {})
    return PreparedCase(
        applicant=keyed(host).of_number(who.get("applicant_id", "")),
        documents=(new_code(),),
        name=who.get("applicant_name", ""),
    )


async def prepare_delivery(c: Any, host: "Host") -> PreparedCase:
    """Before a result is given out: the other cases of the visit, where all are wanted. No receipt is issued."""
    if not c.together:
        return PreparedCase()
    found = await host.pool.fetch(
        "select o.key from desk_case o join desk_case c on o.doc->>'visit' = c.doc->>'visit'"
        " where c.key = $1 and c.doc->>'visit' <> '' order by o.key limit $2",
        c.case,
        MOST_ITEMS,
    )
    return PreparedCase(visit=tuple(r["key"] for r in found))


async def prepare_code(c: Any, host: "Host") -> PreparedCase:
    """Before somebody acts by a follow-up code."""
    return PreparedCase(code_key=keyed(host).of_code(c.code))
