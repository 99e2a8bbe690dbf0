"""The read policy and the lights say the same in Python and in SQL, whatever they are asked about."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shuniu.chassis.context import Actor
from shuniu.chassis.identity import may_read
from shuniu.contracts.summary import Visibility
from shuniu_gateway.due import light, light_sql
from shuniu_gateway.visibility import audience, containers, readable

AREAS = ["", "32", "320199", "320199001", "320199001001", "320199001001001", "320199002", "320198", "x", "3201990010"]
areas = st.sampled_from(AREAS)
units = st.sampled_from(["cg", "wy", "office"])
roles = st.sampled_from(["keeper", "operator", "registrar"])
visibilities = st.builds(
    Visibility,
    areas=st.lists(areas, max_size=2).map(tuple),
    units=st.lists(units, max_size=2).map(tuple),
    roles=st.lists(roles, max_size=2).map(tuple),
    sensitivity=st.integers(1, 4),
)
actors = st.builds(
    Actor,
    id=st.just("a"),
    roles=st.frozensets(roles, max_size=2),
    areas=st.lists(areas, max_size=2).map(tuple),
    units=st.lists(units, max_size=2).map(tuple),
    clearance=st.integers(1, 4),
)
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
moments = st.one_of(st.none(), st.integers(-3, 3).map(lambda n: NOW + timedelta(seconds=n)))


@pytest_asyncio.fixture
async def database(servers) -> AsyncIterator[asyncpg.Connection]:
    conn = await asyncpg.connect(await servers.postgres.ensure_database("gateway", "policy"))
    yield conn
    await conn.close()


def test_containers_are_the_levels_above():
    assert containers("320199001001") == ["32", "3201", "320199", "320199001", "320199001001"]
    assert containers("") == containers("x1") == []


@pytest.mark.asyncio
async def test_read_policy_in_sql_is_the_one_policy(database):
    @settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.lists(st.tuples(visibilities, areas, actors), min_size=1, max_size=1))
    def collect(found):
        cases.extend(found)

    cases: list[tuple[Visibility, str, Actor]] = []
    collect()
    yes = 0
    for visibility, area, actor in cases:
        row = audience(visibility, area)
        sql, args = readable(actor).compile_string()
        n = len(args)
        said = await database.fetchval(
            f"select {sql} from (select ${n + 1}::text[] as reach, ${n + 2}::text[] as vis_units,"
            f" ${n + 3}::text[] as vis_roles, ${n + 4}::smallint as sensitivity) row",
            *args,
            *row[:4],
        )
        assert said == may_read(visibility, area, actor), (visibility, area, actor)
        yes += said
    assert 0 < yes < len(cases)


@pytest.mark.asyncio
async def test_lights_in_sql_are_the_lights(database):
    statuses = st.sampled_from(["none", "running", "soon", "late", "met", "paused"])

    @settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.tuples(st.booleans(), statuses, moments, moments))
    def collect(case):
        cases.append(case)

    cases: list[tuple] = []
    collect()
    for is_open, status, due_at, soon_at in cases:
        sql, args = light_sql(NOW).compile_string()
        n = len(args)
        said = await database.fetchval(
            f"select {sql} from (select ${n + 1}::boolean as open, ${n + 2}::text as due_status,"
            f" ${n + 3}::timestamptz as due_at, ${n + 4}::timestamptz as soon_at) row",
            *args,
            is_open,
            status,
            due_at,
            soon_at,
        )
        assert said == light(open=is_open, due_status=status, due_at=due_at, soon_at=soon_at, now=NOW)
    assert {light(open=o, due_status=s, due_at=d, soon_at=n, now=NOW) for o, s, d, n in cases} == {
        "late", "soon", "ok", "none",
    }  # fmt: skip
