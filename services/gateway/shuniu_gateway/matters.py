"""Queries over matters: lists with filters, one matter, what happened last, counts."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

import msgspec
from piccolo.querystring import QueryString
from shuniu.chassis.context import Actor
from shuniu.contracts.summary import MatterUnit, Place
from shuniu.rules.refusal import Forbidden, NotFound

from shuniu_gateway.addresses import home
from shuniu_gateway.due import light_sql
from shuniu_gateway.figure_shapes import Count
from shuniu_gateway.projection import VIEW
from shuniu_gateway.shapes import Matter, MatterKey, Step
from shuniu_gateway.tables import MatterTable, StepTable
from shuniu_gateway.visibility import readable

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = (
    "COLUMNS",
    "CountBy",
    "Filters",
    "Sort",
    "all_of",
    "count_matters",
    "count_of",
    "find_matters",
    "list_query",
    "matter_of",
    "one_matter",
    "recent_steps",
    "step_of",
)

Sort = Literal["due", "-due", "opened", "-opened", "updated", "-updated", "number", "-number"]
CountBy = Literal["status", "category", "due", "area", "kind", "hour"]
_units = msgspec.json.Decoder(tuple[MatterUnit, ...])
_params = msgspec.json.Decoder(dict[str, str])

COLUMNS = (
    "source, service, kind, id, number, version, title, category, status, open, opened_at, closed_at, due_at, soon_at,"
    " due_status, clock, provisional, due_limit, area, place_name, lon, lat, lead_unit, units, flags, updated_at,"
    f" exists (select 1 from parked where parked.consumer = '{VIEW.name}' and parked.source = matter_view.source"
    " and parked.matter = matter_view.id) as incomplete"
)
_ORDER: dict[str, str] = {
    "due": "({light} = 'none'), due_at asc nulls last, number",
    "-due": "({light} = 'none'), due_at desc nulls last, number",
    "opened": "opened_at asc nulls last, number",
    "-opened": "opened_at desc nulls last, number desc",
    "updated": "updated_at asc, number",
    "-updated": "updated_at desc, number desc",
    "number": "number asc",
    "-number": "number desc",
}


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """What a list is narrowed to; everything is optional. Lists of ids are separated by commas."""

    kind: str = ""
    status: str = ""
    category: str = ""
    service: str = ""
    due: str = ""
    open: bool | None = None
    area: str = ""
    unit: str = ""
    q: str = ""

    def conditions(self, now: datetime) -> list[QueryString]:
        """As SQL conditions over ``matter_view``."""
        found: list[QueryString] = []
        for column, given in (
            ("kind", self.kind), ("status", self.status), ("category", self.category), ("service", self.service),
        ):  # fmt: skip
            if given:
                found.append(QueryString(f"{column} = any({{}}::text[])", given.split(",")))
        if self.open is not None:
            found.append(QueryString("open" if self.open else "not open"))
        if self.due:
            found.append(QueryString("{} = any({}::text[])", light_sql(now), self.due.split(",")))
        if self.area:
            found.append(QueryString("area_path && {}::text[]", [self.area]))
        if self.unit:
            found.append(QueryString("unit_codes && {}::text[]", self.unit.split(",")))
        for word in self.q.lower().split()[:8]:
            pattern = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
            found.append(QueryString("search like {}", f"%{pattern}%"))
        return found


def all_of(conditions: Iterable[QueryString]) -> QueryString:
    """The conditions joined by ``and``."""
    parts = list(conditions)
    if not parts:
        return QueryString("true")
    return QueryString(" and ".join("({})" for _ in parts), *parts)


def matter_of(row: dict[str, Any]) -> Matter:
    """A row of ``matter_view`` with the column ``incomplete`` as the API tells it."""
    return Matter(
        source=row["source"],
        service=row["service"],
        kind=row["kind"],
        id=row["id"],
        number=row["number"],
        version=row["version"],
        title=row["title"],
        category=row["category"],
        status=row["status"],
        open=row["open"],
        opened_at=row["opened_at"],
        closed_at=row["closed_at"],
        due_at=row["due_at"],
        soon_at=row["soon_at"],
        due_status=row["due_status"],
        clock=row["clock"],
        provisional=row["provisional"],
        limit=row["due_limit"],
        area=row["area"],
        place=Place(name=row["place_name"], lon=row["lon"], lat=row["lat"]),
        lead_unit=row["lead_unit"],
        units=_units.decode(row["units"]),
        flags=tuple(row["flags"]),
        updated_at=row["updated_at"],
        incomplete=row["incomplete"],
    )


async def count_of(actor: Actor, filters: Filters, now: datetime) -> int:
    """How many the actor may see."""
    where = all_of([readable(actor), *filters.conditions(now)])
    total: int = (await MatterTable.raw("select count(*) as n from matter_view where {}", where))[0]["n"]
    return total


def list_query(actor: Actor, filters: Filters, now: datetime, sort: Sort, *, tail: str = "") -> QueryString:
    """Every row the actor may see, in order; ``tail`` is SQL of our own after it."""
    where = all_of([readable(actor), *filters.conditions(now)])
    order, light = _ORDER[sort], ()
    if "{light}" in order:
        order, light = order.replace("{light}", "{}"), (light_sql(now),)  # type: ignore[assignment]
    return QueryString(f"select {COLUMNS} from matter_view where {{}} order by {order}, id{tail}", where, *light)


async def find_matters(
    actor: Actor, filters: Filters, now: datetime, *, sort: Sort = "due", limit: int = 50, offset: int = 0
) -> tuple[int, tuple[Matter, ...]]:
    """(how many the actor may see, one page of them)."""
    total = await count_of(actor, filters, now)
    if not limit:
        return total, ()
    query = list_query(actor, filters, now, sort, tail=f" limit {limit:d} offset {offset:d}")
    rows = await MatterTable.raw("{}", query)
    return total, tuple(matter_of(row) for row in rows)


async def urgent_matters(actor: Actor, area: str, now: datetime, limit: int) -> tuple[Matter, ...]:
    """Open matters whose clock runs, the most overdue first."""
    filters = Filters(open=True, due="late,soon,ok", area=area)
    rows = await MatterTable.raw(
        f"select {COLUMNS} from matter_view where {{}} order by due_at, number limit {{}}",
        all_of([readable(actor), *filters.conditions(now)]),
        limit,
    )
    return tuple(matter_of(row) for row in rows)


async def one_matter(host: "Host", actor: Actor, service: str, kind: str, matter: str) -> Matter:
    """A matter the actor may read. NotFound ``matter.unknown``, Forbidden ``access.not_visible``."""
    rows = await MatterTable.raw(
        f"select {COLUMNS}, {{}} as may_read from matter_view where source = {{}} and kind = {{}} and id = {{}}",
        readable(actor),
        home(service, host.scope),
        kind,
        matter,
    )
    if not rows:
        raise NotFound("matter.unknown", params={"id": matter[:64]})
    if not rows[0]["may_read"]:
        raise Forbidden("access.not_visible")
    return matter_of(rows[0])


def step_of(row: dict[str, Any], matter: Matter | None = None) -> Step:
    """A row of ``step_view`` as the API tells it; number and title as they are now where ``matter`` is given."""
    return Step(
        id=f"{row['source']} {row['epoch']}-{row['position']}",
        source=row["source"],
        service=row["service"],
        position=row["position"],
        time=row["time"],
        type=row["type"],
        move=row["move"],
        unit=row["unit"],
        detail=row["detail"],
        params=_params.decode(row["params"]),
        area=row["area"],
        matter=MatterKey(
            source=row["source"],
            service=row["service"],
            kind=matter.kind if matter else row["kind"],
            id=row["matter"],
            number=matter.number if matter else row["number"],
            title=matter.title if matter else row["title"],
        ),
    )


async def recent_steps(actor: Actor, limit: int, area: str = "") -> list[tuple[int, Step]]:
    """(feed position, step) of what happened last, newest first, as far as the actor may read it."""
    rows = await StepTable.raw(
        "select * from step_view where {} and starts_with(area, {}::text) order by time desc, feed desc limit {}",
        readable(actor),
        area,
        limit,
    )
    return [(row["feed"], step_of(row)) for row in rows]


_KEYS: dict[str, str] = {
    "status": "status",
    "category": "category",
    "due": "{light}",
    "kind": "kind",
    "hour": "to_char(opened_at at time zone 'Asia/Shanghai', 'YYYY-MM-DD\"T\"HH24')",
    "area": "place",
}


async def count_matters(
    actor: Actor, filters: Filters, now: datetime, by: CountBy, *, scope: str = ""
) -> tuple[Count, ...]:
    """Matters by key. Areas count everything below them, the scope being the topmost; hours are hours of opening
    (Asia/Shanghai)."""
    light = light_sql(now)
    key: QueryString = light if by == "due" else QueryString(_KEYS[by])
    named = by in ("status", "category", "kind")
    groups = "service, kind" if named else "''::text as service, ''::text as kind"
    unnested = " cross join unnest(area_path) as place" if by == "area" else ""
    conditions = [readable(actor), *filters.conditions(now)]
    if by == "area":
        conditions.append(QueryString("length(place) >= {}", len(scope)))
    rows = await MatterTable.raw(
        f"select {groups}, {{}} as key, count(*) filter (where open) as open,"
        " count(*) filter (where {} = 'soon') as soon, count(*) filter (where {} = 'late') as late, count(*) as total"
        f" from matter_view{unnested} where {{}} group by 1, 2, 3 order by 1, 2, 3",
        key,
        light,
        light,
        all_of(conditions),
    )
    return tuple(
        Count(**{name: row[name] for name in Count.__struct_fields__} | {"key": row["key"] or ""}) for row in rows
    )
