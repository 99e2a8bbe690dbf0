"""What is worked out before the rules of needs are asked: codes, and which need or cluster a number names."""

from typing import TYPE_CHECKING, Any

import msgspec
from shuniu.chassis.keyed import keyed, new_slip

from shuniu_services_desk.needs.tables import ClusterTable, NeedTable

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("PreparedNeed", "prepare_code", "prepare_named", "prepare_raise")


class PreparedNeed(msgspec.Struct, frozen=True, kw_only=True):
    """``slip`` is what the follow-up code is worked out from each time it is told, ``code_key`` the code's keyed hash;
    ``needs`` and ``cluster`` are ids."""

    slip: str = ""
    code_key: str = ""
    needs: tuple[str, ...] = ()
    cluster: str = ""


async def prepare_raise(c: Any, host: "Host") -> PreparedNeed:
    """Before a need is raised: a code to follow it by."""
    keys, slip = keyed(host), new_slip()
    return PreparedNeed(slip=slip, code_key=keys.of_slip(slip))


async def prepare_code(c: Any, host: "Host") -> PreparedNeed:
    """Before somebody acts by a follow-up code."""
    return PreparedNeed(code_key=keyed(host).of_code(c.code))


async def _id_of(table: Any, named: str) -> str:
    """The id a number (XQ261201-0003) names; an id stays one, what is neither stays unknown."""
    name = named.strip()
    if len(name) == 36:
        return name
    found = await table.raw(
        f"select key from {table._meta.tablename} where doc->>'number' = {{}} limit 1", name.upper()
    )
    return str(found[0]["key"]) if found else name


async def prepare_named(c: Any, host: "Host") -> PreparedNeed:
    """Before needs or a cluster are put together by their numbers."""
    needs = [await _id_of(NeedTable, n) for n in getattr(c, "needs", ())]
    other = getattr(c, "other", "")
    return PreparedNeed(needs=tuple(needs), cluster=await _id_of(ClusterTable, other) if other else "")
