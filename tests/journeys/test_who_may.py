"""Who may do and who may see: wrong area, unit, role or nobody at all; and lists that agree with what they count."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import expect
from shuniu.testing.waiting import until
from shuniu_demo.clients import Refused

from .listening import Viewer
from .running import Running
from .watching import DESK, Pages, signed_in

pytestmark = [pytest.mark.journey, pytest.mark.asyncio(loop_scope="session")]

ONE, TWO = "320199001001", "320199001002"
"""The communities of worker-01 and worker-02."""


class Here(NamedTuple):
    """What the street has for these tests: an event in each community, one at a unit, a whistle that calls one."""

    street: Running
    one: str
    two: str
    at_cg: str
    whistle: str
    draft: str

    @property
    def all(self) -> frozenset[str]:
        return frozenset((self.one, self.two, self.at_cg, self.whistle, self.draft))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def here(town: Running) -> Here:
    async def report(login: str, area: str, name: str) -> str:
        answer = await town.do(
            login, "grid.report", place={"name": name}, area=area, category="E0101", source="GRID",
            photos=[await town.photo("grid", login, "rubbish")],
        )  # fmt: skip
        return str(answer["answer"]["event"])

    one, two = await report("worker-01", f"{ONE}003", "其一"), await report("worker-02", f"{TWO}003", "其二")
    at_cg = await report("worker-02", f"{TWO}004", "其三")
    await town.do("dispatcher", "grid.dispatch", event=at_cg, unit="cg")
    plan: dict[str, Any] = {"item": "WASTE", "lead": "jj", "kind": "ROUTINE"}
    drafted = await town.do("clerk", "whistle.draft", area=TWO, place={"name": "哨一"}, **plan)
    whistle = str(drafted["answer"]["whistle"])
    await town.do("clerk", "whistle.submit", whistle=whistle)
    await town.do("leader", "whistle.blow", whistle=whistle)
    drafted = await town.do("clerk", "whistle.draft", area=TWO, place={"name": "哨二"}, **plan)
    draft = str(drafted["answer"]["whistle"])
    await town.do("clerk", "whistle.submit", whistle=draft)
    await town.shows("operator", "whistle", "whistle", draft, "SUBMITTED")
    await town.shows("operator", "whistle", "whistle", whistle, "BLOWN")
    await town.shows("operator", "grid", "grid_event", at_cg, "DISPATCHED")
    return Here(town, one, two, at_cg, whistle, draft)


# --- who may do -------------------------------------------------------------------------------------------------------

FORBIDDEN: dict[str, tuple[str, str, str, dict[str, Any]]] = {
    "wrong role: a worker does not dispatch": ("worker-01", "grid.dispatch", "one", {"unit": "cg"}),
    "wrong role: a duty officer does not blow": ("duty-jj", "whistle.blow", "draft", {}),
    "wrong role: a clerk does not blow": ("clerk", "whistle.blow", "draft", {}),
    "wrong role: an audit administrator works on nothing": ("audit", "grid.file", "one", {}),
    "wrong area: a worker solves in the own community only": ("worker-01", "grid.self_handle", "two", {}),
    "wrong unit: accepted by the unit it was given to": ("duty-jj", "grid.accept", "at_cg", {}),
    "wrong unit: signed by the unit that was called": ("duty-cg", "whistle.sign", "whistle", {"callout": "?"}),
}
"""Who gives which command on what. Every one of them is refused with 403, whatever else may be wrong with it."""


@pytest.mark.parametrize("case", FORBIDDEN)
async def test_forbidden_is_said_and_written_down(here: Here, case: str) -> None:
    login, command, what, more = FORBIDDEN[case]
    matter = getattr(here, what)
    body = {"event" if command.startswith("grid.") else "whistle": matter, **more}
    if body.get("callout") == "?":
        offers = await here.street.desk("duty-jj").offers("whistle", "whistle", matter)
        body["callout"] = next(o["prefill"]["callout"] for o in offers if o["action"] == command)
    owner = here.street.host(command.partition(".")[0])
    head = await owner.pool.fetchval("select position from log_head")
    no = await here.street.refused(login, command, **body)
    assert no.status == 403, no
    assert no.rule
    # Nothing changed, and it stands in the owner's audit under the account, not under a name.
    assert await owner.pool.fetchval("select position from log_head") == head

    async def audited() -> bool:
        query = "select count(*) from audit where actor = $1 and command = $2 and rule = $3 and not allowed"
        return bool(await owner.pool.fetchval(query, here.street.accounts[login], command, no.rule))

    await until(audited, within=10)
    # What is not allowed is not offered either.
    service, kind = ("grid", "grid_event") if command.startswith("grid.") else ("whistle", "whistle")
    try:
        offers = await here.street.desk(login).offers(service, kind, matter)
    except Refused as hidden:
        assert hidden.status in (403, 404)
    else:
        assert command not in {offer["action"] for offer in offers}


async def test_the_wrong_area_of_a_report(here: Here) -> None:
    """A worker outside the own community says why; without a reason it is refused and named."""
    no = await here.street.refused(
        "worker-01", "grid.report", place={"name": "别处"}, area=f"{TWO}003", category="E0101", source="GRID"
    )
    assert no.status in (403, 422)
    assert no.rule.startswith("grid.")


NOBODY = [
    ("GET", "/session"), ("GET", "/view"), ("GET", "/areas"), ("GET", "/areas/geometry"), ("GET", "/units"),
    ("GET", "/matters"), ("GET", "/matters/grid/grid_event/x"), ("GET", "/matters/grid/grid_event/x/detail"),
    ("GET", "/matters/grid/grid_event/x/actions"), ("GET", "/actions"), ("GET", "/counts?by=status"),
    ("GET", "/measures"), ("GET", "/rates"), ("GET", "/overview"), ("GET", "/events"), ("GET", "/stream"),
    ("GET", "/services/grid/blobs/" + "0" * 64), ("GET", "/services/grid/x/areas"), ("GET", "/base-map"),
    ("POST", "/do/grid/grid.report"), ("POST", "/preview/grid/grid.report"),
    ("PUT", "/services/grid/blobs/" + "0" * 64 + "/0?of=1"), ("PUT", "/accounts/operator/password"),
    ("POST", "/accounts/operator/key"), ("GET", "/posts"), ("GET", "/accounts"), ("GET", "/audit"),
    ("GET", "/audit/check"), ("GET", "/audit/export"), ("GET", "/describe/openapi.json"),
    ("GET", "/describe/asyncapi.json"),
]  # fmt: skip


async def test_without_sign_in_there_is_nothing(town: Running) -> None:
    headers = {"Idempotency-Key": "nobody", "X-CSRF-Token": "none"}
    async with httpx.AsyncClient(base_url=f"{town.url}/api/v1", timeout=10, trust_env=False) as client:
        for method, path in NOBODY:
            body = b"{}" if method != "GET" else None
            answer = await client.request(method, path, headers=headers, content=body)
            assert answer.status_code == 401, (method, path, answer.text)
            assert answer.headers["content-type"].startswith("application/problem+json"), (method, path)
            assert answer.json()["rule"]
        wrong = await client.post("/session", json={"account": "operator", "password": "not-the-password"})
        assert (wrong.status_code, wrong.json()["rule"]) == (401, "gateway.sign_in")
        unknown = await client.post("/session", json={"account": "nobody-here", "password": "not-the-password"})
        assert (unknown.status_code, unknown.json()) == (401, {**wrong.json(), "instance": unknown.json()["instance"]})


async def test_a_page_of_another_site_can_do_nothing(here: Here) -> None:
    """The cookie alone moves nothing: every change needs the page's own token."""
    viewer = Viewer(here.street.url, "worker-01", here.street.password("worker-01"))
    async with viewer:
        answer = await viewer.client.post(
            "/do/grid/grid.report", headers={"Idempotency-Key": "x"},
            json={"place": {"name": "别处"}, "area": f"{ONE}003", "category": "E0101"},
        )  # fmt: skip
        assert answer.status_code == 403
        cookie = answer.request.headers["cookie"]
        assert "shuniu_session" in cookie


# --- who may see ------------------------------------------------------------------------------------------------------

SEES: dict[str, set[str]] = {
    "operator": {"one", "two", "at_cg", "whistle", "draft"},
    "coordinator": {"one", "two", "at_cg", "whistle", "draft"},
    "worker-01": {"one"},
    "community-01": {"one"},
    "worker-02": {"two", "at_cg", "whistle", "draft"},
    "duty-cg": {"at_cg"},
    "duty-jj": {"whistle"},
    "enterprise": set(),
}
"""Of the matters here, which each account may see: by its areas, or because its unit has to do with them."""
FIELDS = ("open", "soon", "late", "total")


@pytest.mark.parametrize("login", SEES)
async def test_lists_counts_and_pages_agree(here: Here, login: str) -> None:
    desk = here.street.desk(login)
    seen = {getattr(here, name) for name in SEES[login]}
    kinds = {here.one: "grid_event", here.two: "grid_event", here.at_cg: "grid_event"}
    listed = await _listed(desk)
    ids = {matter["id"] for matter in listed}
    assert ids & here.all == seen

    # Every way of counting comes to what was listed.
    for by in ("status", "category", "due", "kind", "hour"):
        rows = (await desk.get("/counts", by=by))["rows"]
        assert sum(row["total"] for row in rows) == len(listed), by
        assert sum(row["open"] for row in rows) == sum(matter["open"] for matter in listed), by
    by_area = {row["key"]: row["total"] for row in (await desk.get("/counts", by="area"))["rows"]}
    for area in (ONE, TWO):
        assert by_area.get(area, 0) == sum(matter["area"].startswith(area) for matter in listed)
        filtered = await desk.get("/matters", area=area, limit=0)
        assert filtered["total"] == by_area.get(area, 0)
    overview = await desk.get("/overview")
    assert overview["totals"]["total"] == len(listed)
    assert sum(row["total"] for row in overview["kinds"]) == len(listed)
    assert {matter["id"] for matter in overview["late"]} <= ids

    # One by one: a page for what may be seen, 403 for the rest, and no page tells of a matter that has none.
    for matter in here.all:
        kind = kinds.get(matter, "whistle")
        service = "grid" if kind == "grid_event" else "whistle"
        path = f"/matters/{service}/{kind}/{matter}"
        if matter in seen:
            page = await desk.get(path)
            assert {step["matter"]["id"] for step in page["timeline"]} <= ids
        else:
            for tail in ("", "/detail", "/actions"):
                with pytest.raises(Refused) as no:
                    await desk.get(path + tail)
                assert no.value.status == 403, (path + tail, no.value)

    # The ticker and the search know no more.
    events = (await desk.get("/events", limit=200))["items"]
    assert {item["step"]["matter"]["id"] for item in events if item["step"]["matter"]["id"]} <= ids
    assert {m["id"] for m in (await desk.get("/matters", q="其一", limit=500))["items"]} == ({here.one} & seen)


async def _listed(desk: Any) -> list[dict[str, Any]]:
    """Every matter the account may see, page by page."""
    found: list[dict[str, Any]] = []
    while True:
        page = await desk.get("/matters", limit=500, offset=len(found), sort="number")
        found += page["items"]
        if len(found) >= page["total"] or not page["items"]:
            assert len(found) == page["total"]
            return found


async def test_figures_of_a_community_are_its_own(here: Here) -> None:
    """What is added up for a community's worker is what the street's figures say of that community."""
    own = (await here.street.desk("worker-02").get("/measures", by="area"))["rows"]
    whole = (await here.street.desk("operator").get("/measures", by="area"))["rows"]
    assert own
    assert {row["area"] for row in own if row["area"]} <= {"320199001", TWO} | {
        row["area"] for row in whole if row["area"] and row["area"].startswith(TWO)
    }
    street = {(row["service"], row["name"]): row["value"] for row in whole if row["area"] == TWO}
    for row in own:
        if row["area"] == TWO:
            assert row["value"] == street[row["service"], row["name"]], row


@asynccontextmanager
async def _watching(street: Running, *logins: str) -> AsyncIterator[dict[str, Viewer]]:
    viewers = {login: Viewer(street.url, login, street.password(login)) for login in logins}
    try:
        await asyncio.gather(*(viewer.open() for viewer in viewers.values()))
        yield viewers
    finally:
        await asyncio.gather(*(viewer.close() for viewer in viewers.values()))


async def test_streams_tell_each_what_it_may_see(here: Here) -> None:
    street = here.street
    async with _watching(street, "operator", "worker-01", "worker-02", "duty-cg", "enterprise") as viewers:
        photo = await street.photo("grid", "worker-01", "rubbish")
        told = await street.do(
            "worker-01", "grid.report", place={"name": "流"}, area=f"{ONE}005", category="E0101", source="GRID",
            photos=[photo],
        )  # fmt: skip
        event = told["answer"]["event"]
        await until(lambda: event in viewers["operator"].matters and event in viewers["worker-01"].matters, within=10)
        await street.do("dispatcher", "grid.dispatch", event=event, unit="cg")
        await until(lambda: viewers["duty-cg"].status(event) == "DISPATCHED", within=10)
        # Everybody has been sent something behind it: what was not told by now is not on its way any more.
        await street.do("registrar", "gateway.import_units", units=[_unit("stream-mark")])
        await until(lambda: all("registry" in viewer.names for viewer in viewers.values()), within=10)
        for login in ("worker-02", "enterprise"):
            assert event not in viewers[login].told, login
        for login in ("operator", "worker-01", "duty-cg"):
            assert viewers[login].status(event) == "DISPATCHED"
        # Sent on to another unit, it is taken away from the first.
        await street.do("dispatcher", "grid.redispatch", event=event, unit="jj")
        await until(lambda: event in viewers["duty-cg"].gone, within=10)
        assert event not in viewers["duty-cg"].matters


def _unit(code: str) -> dict[str, Any]:
    return {"code": code, "parent": "street-office", "title": {"zh": "标记", "en": "Mark"}, "subtype": "STREET"}


@pytest.mark.browser
async def test_what_was_taken_away_leaves_the_open_page(here: Here, pages: Pages) -> None:
    """A board and a matter's page that stand open let go of what their viewer may not read any more."""
    street, unit = here.street, "cg"
    told = await street.do(
        "worker-01", "grid.report", place={"name": "移交"}, area=f"{ONE}006", category="E0101", source="GRID",
        photos=[await street.photo("grid", "worker-01", "rubbish")],
    )  # fmt: skip
    event, number = told["answer"]["event"], told["answer"]["number"]
    await street.do("dispatcher", "grid.dispatch", event=event, unit=unit)
    await street.shows(f"duty-{unit}", "grid", "grid_event", event, "DISPATCHED")
    state = await signed_in(street.url, f"duty-{unit}", street.password(f"duty-{unit}"))
    board = await pages.open(DESK, "/board", storage_state=state)
    # Only the rows in sight are drawn: it is looked for among all others.
    await board.get_by_role("searchbox").fill(number)
    row = board.get_by_role("option").filter(has_text=number)
    await expect(row).to_be_visible()
    await row.click()
    await expect(board.get_by_role("article")).to_contain_text(number)
    await street.do("dispatcher", "grid.redispatch", event=event, unit="jj")
    await expect(row).to_have_count(0)
    await expect(board.get_by_role("article")).to_have_count(0)
    await expect(board.get_by_role("alert").filter(has_text="无权查看")).to_be_visible()
    pages.expect_fault("403")
