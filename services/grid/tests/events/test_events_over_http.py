"""Duplicates, categories and figures on a real database: what is answered, to whom, and what stays inside."""

from datetime import timedelta
from typing import Any

import pytest

NEAR = {"name": "双安巷12号门口", "lon": 118.05, "lat": 32.1}
AWAY = {"name": "学府路口", "lon": 118.09, "lat": 32.19}
TEXT = "楼下垃圾桶旁堆了很多装修垃圾，张三家的"


async def report(
    desk: Any, place: dict[str, Any], text: str, category: str = "E0102", who: str = "w1"
) -> dict[str, Any]:
    body = {
        "place": place,
        "area": desk.grid,
        "category": category,
        "description": text,
        "photos": [await desk.photo()],
    }
    return (await desk.done("grid_worker", "report", body, subject=who, areas=(desk.grid,)))["matter"]


async def test_duplicates_are_suggested_by_place_time_and_text_with_reasons(desk: Any, clock: Any) -> None:
    first = await report(desk, NEAR, TEXT)
    await report(desk, AWAY, TEXT)
    clock.advance(timedelta(hours=3))
    close_by = {"name": "双安巷12号", "lon": 118.0501, "lat": 32.1001}
    second = await report(desk, close_by, "双安巷垃圾桶旁有装修垃圾堆放", who="w2")
    found = await desk.get("dispatcher", f"/events/{second['id']}/similar")
    assert [s["number"] for s in found["items"]] == [first["number"]], "what lies elsewhere is not the same thing"
    likeness = found["items"][0]["likeness"]
    assert 10 <= likeness["distance_m"] <= 20
    assert (likeness["hours"], likeness["same_category"]) == (3.0, True)
    assert 0.4 < likeness["text"] < 1 and 0.6 <= likeness["score"] <= 1
    assert "米" in found["items"][0]["reason"]["zh"] and "文字相似" in found["items"][0]["reason"]["zh"]
    assert "张三" not in str(found), "the text is compared inside and never answered"
    offer = found["items"][0]["offer"]
    assert offer["prefill"] == {"event": second["id"], "main": first["number"]}
    answer = await desk.done("dispatcher", "merge_duplicate", offer["prefill"])
    assert answer["answer"]["number"] == first["number"]
    head = await desk.get("dispatcher", f"/matters/grid_event/{second['id']}")
    assert head["status"] == "MERGED"
    assert (await desk.get("dispatcher", f"/events/{first['id']}/similar"))["items"] == []


async def test_a_reports_preview_tells_of_duplicates(desk: Any) -> None:
    first = await report(desk, NEAR, TEXT)
    body = {"place": NEAR, "area": desk.grid, "category": "E0102", "description": "垃圾桶旁堆装修垃圾"}
    preview = await desk.client.post(
        "/preview/grid.report", json=body, headers=desk.headers("grid_worker", subject="w2")
    )
    answer = preview.json()
    assert [s["number"] for s in answer["similar"]] == [first["number"]]
    assert first["number"] in answer["notes"][0]["zh"] and "0 米" in answer["notes"][0]["zh"]
    far = {**body, "place": AWAY}
    preview = await desk.client.post(
        "/preview/grid.report", json=far, headers=desk.headers("grid_worker", subject="w2")
    )
    assert "similar" not in preview.json()


async def test_duplicates_are_suggested_only_of_what_the_caller_may_see(desk: Any) -> None:
    event = await report(desk, NEAR, TEXT)
    stranger = desk.headers("grid_worker", subject="w9", areas=(f"{desk.scope}002",))
    answer = await desk.client.get(f"/events/{event['id']}/similar", headers=stranger)
    assert (answer.status_code, answer.json()["rule"]) == (403, "access.not_visible")
    body = {"place": NEAR, "area": desk.grid, "category": "E0102"}
    preview = await desk.client.post("/preview/grid.report", json=body, headers=stranger)
    assert "similar" not in preview.json()
    unknown = await desk.client.get("/events/nothing/similar", headers=desk.headers("dispatcher"))
    assert unknown.json()["rule"] == "grid_event.unknown"


async def test_a_mergers_preview_proposes_the_main_event(desk: Any) -> None:
    first = await report(desk, NEAR, TEXT)
    second = await report(desk, NEAR, TEXT, who="w2")
    preview = await desk.client.post(
        "/preview/grid.merge_duplicate", json={"event": second["id"]}, headers=desk.headers("dispatcher")
    )
    assert preview.json()["suggestions"] == {"main": first["number"]}


async def test_an_unknown_number_names_no_main_event(desk: Any) -> None:
    event = await report(desk, NEAR, TEXT)
    answer = await desk.do("dispatcher", "merge_duplicate", {"event": event["id"], "main": "WG991231-9999"})
    assert (answer.status_code, answer.json()["rule"]) == (404, "grid_event.unknown")


async def test_the_category_tree_is_public_and_tells_the_limits_in_force(desk: Any) -> None:
    answer = (await desk.client.get("/categories")).json()
    assert answer["profile"] == "grid-event-local"
    assert answer["tables"] == ["grid-event-local", "grid-event-jiyuan", "grid-event-street"]
    garbage = next(leaf for leaf in answer["events"][0]["categories"] if leaf["code"] == "E0102")
    assert (garbage["limit"], garbage["limit_confidence"], garbage["confidence"]) == ("4wh", "B", "B")
    assert [b["code"] for b in answer["components"]] == [f"C0{n}" for n in range(1, 8)]
    panel = await desk.get("operator", "/panels/category-limits")
    assert len(panel["rows"]) == 121


async def solved(desk: Any) -> None:
    event = (await report(desk, NEAR, TEXT))["id"]
    photo = [await desk.photo()]
    await desk.done("dispatcher", "dispatch", {"event": event, "unit": "cg"})
    officer = {"units": ("cg",), "areas": ()}
    await desk.done("duty_officer", "accept", {"event": event}, **officer)
    await desk.done("duty_officer", "feed_back", {"event": event, "after": photo}, **officer)
    await desk.done("grid_checker", "start_check", {"event": event})
    await desk.done("grid_checker", "close", {"event": event})


async def test_figures_are_sums_over_rows_and_null_where_nothing_was_to_be_done(desk: Any) -> None:
    empty = await desk.get("operator", "/panels/score-jinniu")
    assert empty["rows"] == []
    await solved(desk)
    await report(desk, AWAY, "另一处")
    rates = (await desk.get("operator", "/panels/event-rates"))["rows"]
    assert [r["area"] for r in rates] == [desk.community, None]
    total = rates[-1]
    assert (total["grid.handled_rate"], total["grid.closed_loop"], total["grid.effective_rate"]) == (1.0, 0.5, 1.0)
    assert total["grid.verified_in_time_rate"] is None, "nothing was to be verified"
    assert (await desk.get("operator", "/panels/score-jinniu"))["rows"][-1]["score"] == 100.0
    jinhua = (await desk.get("operator", "/panels/score-jinhua"))["rows"][-1]
    assert (jinhua["points"], jinhua["to_close"], jinhua["postponed"]) == (50.0, 1, 0)
    levels = (await desk.get("operator", "/panels/solved-levels"))["rows"][-1]
    assert (levels["street"], levels["grid"], levels["in_grid"]) == (1, 0, 0.0)
    elsewhere = await desk.get("operator", "/panels/event-rates", areas=(f"{desk.scope}002",))
    assert elsewhere["rows"] == []
    other_month = await desk.get("operator", "/panels/event-rates?since=2026-10-01&until=2026-10-31")
    assert other_month["rows"] == []


@pytest.mark.parametrize("query", ["since=2026-11-02&until=2026-11-01", "since=2025-01-01&until=2026-11-01"])
async def test_a_window_is_a_window(desk: Any, query: str) -> None:
    answer = await desk.client.get(f"/panels/event-rates?{query}", headers=desk.headers("operator"))
    assert (answer.status_code, answer.json()["rule"]) == (422, "grid.window")


async def test_the_problem_bank_lists_what_hangs(desk: Any, clock: Any) -> None:
    event = await report(desk, NEAR, TEXT)
    officer = {"units": ("cg",), "areas": ()}
    await desk.done("dispatcher", "dispatch", {"event": event["id"], "unit": "cg"})
    await desk.done("duty_officer", "accept", {"event": event["id"]}, **officer)
    ask = {"event": event["id"], "reason": "ENGINEERING", "review_on": "2026-12-01", "note": "须整体改造管网"}
    await desk.done("duty_officer", "ask_hang", ask, **officer)
    await desk.done("office_director", "hang", {"event": event["id"]})
    clock.advance(timedelta(days=10))
    rows = (await desk.get("dispatcher", "/panels/problem-bank"))["rows"]
    assert len(rows) == 1
    assert rows[0]["event"]["number"] == event["number"]
    assert (rows[0]["review_on"], rows[0]["overdue_days"], rows[0]["hangs"]) == ("2026-12-01", 2, 1)
    assert rows[0]["revive_when"]["zh"] == "具备施工条件"
    assert (await desk.get("duty_officer", "/panels/problem-bank", units=("water",), areas=()))["rows"] == []
