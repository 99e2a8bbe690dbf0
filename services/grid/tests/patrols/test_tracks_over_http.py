"""Tracks on a real database (PIPL §28-31): sealed apart, read by two kinds of people, audited, forgotten."""

from datetime import timedelta
from typing import Any

import pytest
from shuniu_grid.patrols.tables import TrackTable
from shuniu_grid.patrols.track import keeper_of


def track(desk: Any, since: int = 0, n: int = 20) -> list[dict[str, Any]]:
    """About 20 m east every 20 seconds, through the middle of the demonstration grid."""
    start = int(desk.host.clock.now().timestamp()) + since
    return [{"at": start + 20 * i, "lon": 118.05 + 0.0002 * i, "lat": 32.1} for i in range(n)]


async def begun(desk: Any) -> str:
    answer = await desk.done("grid_worker", "begin_patrol", {"area": desk.grid}, subject="w1", areas=(desk.grid,))
    return str(answer["answer"]["patrol"])


async def upload(desk: Any, patrol: str, chunk: int, points: list[dict[str, Any]], who: str = "w1") -> Any:
    body = {"patrol": patrol, "chunk": chunk, "points": points}
    return await desk.do("grid_worker", "upload_track", body, subject=who, areas=(desk.grid,))


@pytest.fixture
async def walked(desk: Any, clock: Any) -> str:
    """A round with two pieces of track, ended."""
    patrol = await begun(desk)
    first = track(desk)
    clock.advance(timedelta(minutes=7))
    second = track(desk)
    clock.advance(timedelta(minutes=8))
    for chunk, points in ((1, second), (0, first), (0, first)):
        assert (await upload(desk, patrol, chunk, points)).status_code == 200
    await desk.done("grid_worker", "end_patrol", {"patrol": patrol}, subject="w1", areas=(desk.grid,))
    return patrol


async def test_a_track_is_sealed_apart_under_its_own_key_and_purpose(desk: Any, walked: str) -> None:
    rows = await TrackTable.select().order_by(TrackTable.chunk)
    assert [(r["round"], r["chunk"], r["purpose"], r["sensitivity"]) for r in rows] == [
        (walked, 0, "grid.patrol_track", 4),
        (walked, 1, "grid.patrol_track", 4),
    ]
    assert all(b"118.05" not in r["sealed"] for r in rows)
    files = {p.name for p in desk.host.deployment.keys_dir.iterdir()}
    assert {"person-data-grid.json", "person-data-grid-patrol-track.json"} <= files
    person = await desk.host.pool.fetchval("select count(*) from person_data where matter = $1", walked)
    assert person == 0
    log = await desk.host.pool.fetch("select envelope from event_log")
    state = await desk.host.pool.fetch("select doc::text as doc from patrol_round")
    answers = await desk.host.pool.fetch("select answer from command_key")
    audit = await desk.host.pool.fetch("select detail::text as detail from audit")
    for held in (*(r["envelope"] for r in log), *(r["doc"].encode() for r in state), *(r["answer"] for r in answers)):
        assert b"118.05" not in held
    assert all("118.05" not in r["detail"] for r in audit)


async def test_what_is_told_of_a_track_is_coarse(desk: Any, walked: str) -> None:
    view = (await desk.get("operator", "/patrols"))["items"][0]
    assert (view["id"], view["status"], view["minutes"]) == (walked, "WALKED", 15)
    assert view["length_m"] % 100 == 0 and view["length_m"] > 0
    assert view["coverage_percent"] % 5 == 0


async def test_a_track_is_read_by_its_worker_and_with_a_reason_by_a_security_admin(desk: Any, walked: str) -> None:
    path = f"/patrols/{walked}/track"
    own = await desk.get("grid_worker", path, subject="w1")
    assert len(own["points"]) == 40
    for role in ("grid_worker", "dispatcher", "party_secretary", "personal_data_reader", "system_admin", "audit_admin"):
        answer = await desk.client.get(f"{path}?reason=看看他在哪里", headers=desk.headers(role, clearance=4))
        assert (answer.status_code, answer.json()["rule"]) == (403, "grid.track_readers"), role
    admin = await desk.client.get(path, headers=desk.headers("security_admin", clearance=4))
    assert (admin.status_code, admin.json()["rule"]) == (422, "grid.track_reason")
    admin = await desk.client.get(f"{path}?reason=安全事故调查", headers=desk.headers("security_admin", clearance=4))
    assert len(admin.json()["points"]) == 40
    await desk.host.audit.drained()
    rows = await desk.host.pool.fetch(
        "select actor, allowed, detail->>'reason' as reason from audit"
        " where command = 'grid.read_track' and matter = $1",
        walked,
    )
    assert sum(not r["allowed"] for r in rows) == 7
    assert {(r["actor"], r["reason"]) for r in rows if r["allowed"]} == {
        ("w1", ""),
        ("acc-security_admin", "安全事故调查"),
    }


async def test_a_piece_that_differs_and_anothers_round_are_refused_and_nothing_is_kept(desk: Any, clock: Any) -> None:
    patrol = await begun(desk)
    points = track(desk, n=3)
    clock.advance(timedelta(minutes=5))
    assert (await upload(desk, patrol, 0, points)).status_code == 200
    differs = await upload(desk, patrol, 0, points[:2])
    assert (differs.status_code, differs.json()["rule"]) == (409, "grid.track_chunk_differs")
    other = await upload(desk, patrol, 1, points, who="w2")
    assert (other.status_code, other.json()["rule"]) == (403, "grid.patrol_of_another")
    assert await TrackTable.count() == 1


async def test_tracks_are_forgotten_after_their_days(desk: Any, clock: Any, walked: str) -> None:
    clock.advance(timedelta(days=29))
    assert await keeper_of(desk.host).purge() == 0
    clock.advance(timedelta(days=2))
    assert (await desk.get("grid_worker", f"/patrols/{walked}/track", subject="w1"))["points"] == [], "past its days"
    assert await keeper_of(desk.host).purge() == 2
    assert await TrackTable.count() == 0
    view = (await desk.get("operator", "/patrols"))["items"][0]
    assert view["length_m"] > 0, "what was told stays"


async def test_a_late_piece_is_measured(desk: Any, clock: Any) -> None:
    patrol = await begun(desk)
    points = track(desk)
    clock.advance(timedelta(minutes=10))
    await desk.done("grid_worker", "end_patrol", {"patrol": patrol}, subject="w1", areas=(desk.grid,))
    assert (await desk.get("operator", "/patrols"))["items"][0]["length_m"] is None
    assert (await upload(desk, patrol, 0, points)).status_code == 200
    assert (await desk.get("operator", "/patrols"))["items"][0]["length_m"] == 400


async def test_coverage_and_key_spots_are_told(desk: Any, clock: Any) -> None:
    spot = {"spot": "S1", "area": desk.grid, "zh": "消防栓", "lon": 118.051, "lat": 32.1, "visits_per_week": 2}
    await desk.done("registrar", "define_key_spot", spot)
    due = await desk.get("operator", "/panels/key-spots-due")
    assert [(r["spot"]["zh"], r["missing"]) for r in due["rows"]] == [("消防栓", 2)]
    patrol = await begun(desk)
    points = track(desk)
    clock.advance(timedelta(minutes=30))
    await desk.done("grid_worker", "check_spot", {"patrol": patrol, "spot": "S1"}, subject="w1", areas=(desk.grid,))
    await upload(desk, patrol, 0, points)
    await desk.done("grid_worker", "end_patrol", {"patrol": patrol}, subject="w1", areas=(desk.grid,))
    assert (await desk.get("operator", "/panels/key-spots-due"))["rows"] == []
    assert (await desk.get("operator", "/key-spots"))["spots"][0]["visits"] == 1
    panel = await desk.get("operator", "/panels/patrol-coverage")
    total = panel["rows"][-1]
    assert (total["grids"], total["patrolled"], total["coverage"], total["rounds"]) == (3, 1, 0.3333, 1)
    view = (await desk.get("operator", "/patrols"))["items"][0]
    assert view["spots_hit"] == ["S1"]
