"""Reading one's own writes: ``after=`` makes a read wait, at most a second, until the view has what it names.

It takes a place in the feed (``<epoch>-<position>``) or in a service's log as command answers tell it
(``/<scope>/<service>@<epoch>-<position>``).
"""

from typing import TYPE_CHECKING

from shuniu.rules.refusal import FieldError, Unprocessable

from shuniu_gateway.hub import Hub, read_feed_id
from shuniu_gateway.projection import VIEW
from shuniu_gateway.tables import FeedHeadTable

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("wait_for",)

PATIENCE_S = 1.0


async def wait_for(host: "Host", after: str) -> bool:
    """Whether the view has reached ``after``; after a second the answer is as stale as it is.

    Unprocessable ``gateway.bad_place`` for what is no place.
    """
    if not after:
        return True
    source, _, at = after.rpartition("@")
    place = read_feed_id(at)
    if place is None:
        raise Unprocessable("gateway.bad_place", fields=(FieldError("after", "malformed"),))
    epoch, position = place
    hub: Hub = host.extras["hub"]

    async def there() -> bool:
        if source:
            rows = await FeedHeadTable.raw(
                "select 1 from cursor where consumer = {} and source = {} and epoch = {} and position >= {}",
                VIEW.name,
                source,
                epoch,
                position,
            )
        else:
            rows = await FeedHeadTable.raw(
                "select 1 from feed_head where epoch <> {} or position >= {}", epoch, position
            )
        return bool(rows)

    return await hub.reached(there, PATIENCE_S)
