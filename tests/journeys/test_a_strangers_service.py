"""Somebody else's service: written by ``shuniu new``, installed beside the suite, seen in the command view.

Nothing of it is known to any other part: the gateway draws it from its manifest and counts it from its summaries.
"""

import os
import secrets
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect
from shuniu.runtime.child import Child
from shuniu.runtime.state import RunInfo, StateFolder
from shuniu.testing.waiting import until
from shuniu_demo import ADMIN_PASSWORD
from shuniu_demo.accounts import ADMIN
from shuniu_demo.clients import Desk, Refused, Street

from .conftest import watched_pages
from .watching import DESK, signed_in

pytestmark = pytest.mark.journey
in_session = pytest.mark.asyncio(loop_scope="session")

SCOPE = "320199001"
AREA = "320199001001"
NAME, ZH, EN = "bikes", "自行车棚", "Bicycle sheds"


class Stranger:
    """The distribution, where it is installed, and the environment in which it is found."""

    def __init__(self, folder: Path) -> None:
        self.source = folder / "source"
        self.state = folder / "state"
        packages = folder / "packages"
        kept = {k: v for k, v in os.environ.items() if not k.startswith("SHUNIU") and not k.endswith("DATABASE_URL")}
        self.environment = {**kept, "PYTHONPATH": str(packages)}
        self.run("-m", "shuniu.cli", "new", NAME, str(self.source), "--title-zh", ZH, "--title-en", EN)
        self.run(
            *("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-index", "--no-deps"),
            *("--no-build-isolation", "--target", str(packages), str(self.source)),
        )

    def run(self, *arguments: str, within: float = 300) -> str:
        """What Python prints; it must end well."""
        done = subprocess.run(
            [sys.executable, *arguments], env=self.environment, cwd="/", capture_output=True, text=True, timeout=within
        )
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        return done.stdout


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Stranger:
    return Stranger(tmp_path_factory.mktemp("stranger"))


class Running:
    """The suite with the stranger in it, and two people at work."""

    def __init__(self, info: RunInfo, street: Street, clerk_password: str) -> None:
        self.url = info.url
        self.clerk_password = clerk_password
        self.clerk: Desk = street.desk("clerk")
        self.admin: Desk = street.desk(ADMIN)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def running(stranger: Stranger) -> AsyncIterator[Running]:
    """`shuniu up bikes`, which brings the gateway along."""
    folder = StateFolder(stranger.state)
    supervisor = Child("up", log=stranger.state.with_suffix(".log"))
    command = [sys.executable, "-m", "shuniu.cli", "up", NAME, "--scope", SCOPE, "--state", str(stranger.state)]
    # Nobody here has a telephone.
    await supervisor.spawn(command, env={**stranger.environment, "SHUNIU_GATEWAY_SECOND_FACTOR": ""})

    def up() -> RunInfo | None:
        supervisor.check()
        return folder.read_run()

    clerk_password = f"Pass-{secrets.token_urlsafe(9)}"
    try:
        info = await until(up, within=120)
        street = Street(info.url, secrets.token_hex(8), lambda login: (
            folder.keys.get(ADMIN_PASSWORD) if login == ADMIN else clerk_password
        ))  # fmt: skip
        there = Running(info, street, clerk_password)
        await until(lambda: _presents(there.admin), within=30)
        body = {
            "login": "clerk",
            "title": {"zh": "车棚办理员", "en": "Clerk of the sheds"},
            "roles": [f"{NAME}_clerk"],
            "areas": [SCOPE],
        }
        await there.admin.do("gateway.open_account", body, street.key("account"))
        given = {"password": clerk_password, "must_change": False}
        await there.admin.request("PUT", "/accounts/clerk/password", key=street.key("password"), json=given)
        try:
            yield there
        finally:
            await street.close()
    finally:
        await supervisor.stop(grace=20)


async def _presents(desk: Desk) -> dict[str, Any] | None:
    """What the gateway says of the stranger once it has read its manifest."""
    found = {s["service"]: s for s in (await desk.get("/view"))["services"]}
    service = found.get(NAME)
    return service if service and service["state"] == "present" and service["manifest"] else None


def test_it_passes_the_suite_that_every_service_passes(stranger: Stranger) -> None:
    """Its own rules and the conformance suite, as its author would run them, from where it is installed."""
    assert f"{NAME}  0.1.0  shuniu-{NAME}" in stranger.run("-m", "shuniu.cli", "services")
    ran = stranger.run(
        "-c",
        "import sys, pytest; sys.exit(pytest.main(sys.argv[1:]))",
        *("-q", "-p", "no:cacheprovider", "--rootdir", str(stranger.source), "-c", f"{stranger.source}/pyproject.toml"),
        str(stranger.source / "tests"),
    )
    assert " passed" in ran and "failed" not in ran and "skipped" not in ran


@in_session
async def test_its_kind_its_panels_and_a_matter_are_in_the_gateways_api(running: Running) -> None:
    view = await _presents(running.admin)
    assert view is not None
    assert view["title"] == {"zh": ZH, "en": EN}
    manifest = view["manifest"]
    assert [kind["id"] for kind in manifest["kinds"]] == ["request"]
    assert [panel["kind"] for panel in manifest["panels"]] == ["kpi", "stages", "table"]

    answer = await running.clerk.do(
        f"{NAME}.open_request", {"area": AREA, "category": f"{NAME}_repair"}, secrets.token_hex(8)
    )
    request = answer["answer"]["request"]

    async def listed() -> dict[str, Any] | None:
        found = (await running.clerk.get(f"/matters?service={NAME}"))["items"]
        return found[0] if found else None

    matter = await until(listed, within=15)
    assert (matter["id"], matter["kind"], matter["status"], matter["due_status"]) == (
        request,
        "request",
        "WAITING",
        "running",
    )
    table = await running.clerk.get(f"/services/{NAME}/x/requests/waiting")
    assert [row["number"]["id"] for row in table["rows"]] == [request]
    [offer] = await running.clerk.offers(NAME, "request", request)
    assert offer["action"] == f"{NAME}.settle_request"
    await running.clerk.do(f"{NAME}.settle_request", {"request": request, "outcome": "DONE"}, secrets.token_hex(8))

    async def settled() -> bool:
        page = await running.clerk.get(f"/matters/{NAME}/request/{request}")
        return bool(page["matter"]["status"] == "SETTLED")

    await until(settled, within=15)
    with pytest.raises(Refused) as refusal:
        await running.clerk.do(f"{NAME}.settle_request", {"request": request, "outcome": "DONE"}, secrets.token_hex(8))
    assert (refusal.value.status, refusal.value.rule) == (409, f"{NAME}.settled_already")
    figures = await running.clerk.get("/overview")
    assert NAME in str(figures), "its panels are counted"
    assert (await running.admin.get(f"/services/{NAME}/x/dead-letters"))["total"] == 0


@pytest.mark.browser
@in_session
async def test_it_is_in_the_command_view(running: Running, chromium: Browser, request: pytest.FixtureRequest) -> None:
    answer = await running.clerk.do(
        f"{NAME}.open_request", {"area": AREA, "category": f"{NAME}_question"}, secrets.token_hex(8)
    )
    matter, number = answer["answer"]["request"], answer["answer"]["number"]

    async def there() -> bool:
        found = (await running.clerk.get(f"/matters?service={NAME}&q={number}"))["items"]
        return bool(found)

    await until(there, within=15)
    async with watched_pages(chromium, running.url, request) as pages:
        session = await signed_in(running.url, "clerk", running.clerk_password)
        page = await pages.open(DESK, "/", storage_state=session)
        await expect(page.get_by_text("请求办结率").first).to_be_visible()
        await page.goto(f"{running.url}/#/board/request")
        await expect(page.get_by_text(number).first).to_be_visible()
        await page.goto(f"{running.url}/#/matter/{NAME}/request/{matter}")
        await expect(page.get_by_text("待办结").first).to_be_visible()
        await expect(page.get_by_role("button", name="办结请求").first).to_be_visible()
