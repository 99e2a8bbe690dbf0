"""What a list of matters is asked for with: the same words for the page's list and for its export."""

from typing import Annotated

from litestar.di import NamedDependency, Provide
from litestar.params import FromQuery, QueryParameter

from shuniu_gateway.asking import Words, checked_area
from shuniu_gateway.matters import Filters, Sort

__all__ = ("LISTING", "Listed", "Listing")


class Listing(Filters, frozen=True, kw_only=True):
    """Filters and the order of rows."""

    sort: Sort = "due"


Listed = NamedDependency[Listing]


def _listing(
    kind: Words = "",
    status: Words = "",
    category: Words = "",
    service: Words = "",
    due: Annotated[str, QueryParameter(pattern=r"^((late|soon|ok|none)(,|$))*$")] = "",
    is_open: Annotated[bool | None, QueryParameter(name="open")] = None,
    area: Words = "",
    unit: Words = "",
    q: Words = "",
    sort: FromQuery[Sort] = "due",
) -> Listing:
    return Listing(
        kind=kind,
        status=status,
        category=category,
        service=service,
        due=due,
        open=is_open,
        area=checked_area(area),
        unit=unit,
        q=q.replace("\x00", ""),
        sort=sort,
    )


LISTING = Provide(_listing, sync_to_thread=False)
