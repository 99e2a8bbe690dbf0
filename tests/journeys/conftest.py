"""What journeys share: one running street for the session, one Chromium, pages that are watched."""

from collections.abc import AsyncIterator, Callable, Generator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from playwright.async_api import Browser
from shuniu_demo import DATA, SCOPE
from shuniu_demo.accounts import SEATS
from shuniu_demo.registry import shuniu
from shuniu_demo.settling import area_parts

from .running import Running, Stage, running
from .watching import Pages, chromium_path, launched

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "test-results"
DIST = ROOT / "services" / "gateway" / "shuniu_gateway" / "dist" / "index.html"
PEOPLE = frozenset(
    {
        "operator", "dispatcher", "clerk", "leader", "secretary", "coordinator", "checker", "registrar", "audit",
        "worker-01", "worker-02", "community-01", "community-02", "duty-cg", "duty-jj", "enterprise",
        "data-steward", "records", "security", "wall",
    }
)  # fmt: skip
"""Of the demonstration's accounts those that the journeys need."""
_failed: pytest.StashKey[bool] = pytest.StashKey()
_not_looked: pytest.StashKey[dict[str, int]] = pytest.StashKey()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_not_looked] = {}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call" and report.failed:
        item.stash[_failed] = True
    return report


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    for reason, count in config.stash[_not_looked].items():
        terminalreporter.write_line(f"NOT CHECKED ({count} times): {reason}", yellow=True, bold=True)


@pytest.fixture
def not_checked(request: pytest.FixtureRequest) -> Any:
    """Says at the end of the session, loudly, what could not be checked on this machine."""

    def say(reason: str) -> None:
        said = request.config.stash[_not_looked]
        said[reason] = said.get(reason, 0) + 1

    return say


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stage() -> AsyncIterator[Stage]:
    """Room for one suite at a time."""
    room = Stage()
    try:
        yield room
    finally:
        await room.clear()


@pytest.fixture(scope="session")
def _town(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], AbstractAsyncContextManager[Running]]:
    registry = shuniu()
    head = msgspec.json.encode({name: registry[name] for name in ("scope", "title", "synthetic")})
    settings = {"SHUNIU_GATEWAY_BASE_MAP": str(DATA / "shuniu-base.geojson")}
    folder = tmp_path_factory.mktemp("town")
    accounts: dict[str, str] = {}

    @asynccontextmanager
    async def begin() -> AsyncIterator[Running]:
        async with running(folder, SCOPE, head, settings=settings) as there:
            if not accounts:
                await there.open_accounts(seat for seat in SEATS if seat.login in PEOPLE)
                units = [{name: value for name, value in unit.items() if name != "kind"} for unit in registry["units"]]
                await there.do("registrar", "gateway.import_units", units=units)
                for part in area_parts():
                    await there.do("registrar", "grid.import_areas", areas=part)
                accounts.update(there.accounts)
            there.accounts = accounts
            await there.caught_up()
            yield there

    return begin


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def town(stage: Stage, _town: Callable[[], AbstractAsyncContextManager[Running]]) -> Running:
    """The fictional street, its areas and units entered through the API, some of its people signed up.

    It lives on from module to module; after others had the stage it starts again and finds its data.
    """
    return await stage.take("town", _town)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def _browser() -> AsyncIterator[Browser | None]:
    path = chromium_path()
    if not path or not DIST.exists():
        yield None
        return
    async with launched(path) as browser:
        yield browser


def _why_no_pages() -> str:
    if DIST.exists():
        return "no Chromium on this machine (apt-get install chromium fonts-noto-cjk)"
    return "the command view is not built (python services/gateway/build_web.py)"


@pytest.fixture
def chromium(_browser: Browser | None, not_checked: Any) -> Browser:
    """A real Chromium. The test is skipped, loudly, where there is none or the command view was not built."""
    if _browser is None:
        not_checked(f"pages in a browser: {_why_no_pages()}")
        pytest.skip(_why_no_pages())
    return _browser


@pytest.fixture
def browser_or_none(_browser: Browser | None, not_checked: Any) -> Browser | None:
    """The same for a journey that has much to say without pages too."""
    if _browser is None:
        not_checked(f"a journey's pages in a browser: {_why_no_pages()}")
    return _browser


@asynccontextmanager
async def watched_pages(browser: Browser, url: str, request: pytest.FixtureRequest) -> AsyncIterator[Pages]:
    """Pages of a gateway for one test: pictured when it failed, and held to be clean when it did not."""
    async with Pages(browser, url, RESULTS / request.node.name) as opened:
        yield opened
        if request.node.stash.get(_failed, False):
            await opened.picture_all()
        else:
            assert not opened.faults, opened.faults


@pytest_asyncio.fixture(loop_scope="session")
async def pages(chromium: Browser, town: Running, request: pytest.FixtureRequest) -> AsyncIterator[Pages]:
    """Opens pages of the street; they must log no error and ask no foreign host."""
    async with watched_pages(chromium, town.url, request) as opened:
        yield opened
