"""Areas with shapes from a service that owns them: entries over the log, shapes over the bus by their hash."""

import hashlib
import textwrap
from pathlib import Path

import msgspec
import pytest
from shuniu.chassis.context import Actor
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.processor import Submission
from shuniu.chassis.rows import RowKind
from shuniu.chassis.service import Catalogue, Command, Service
from shuniu.contracts.envelope import Fact, fact
from shuniu.contracts.summary import RegistryEntry, Summary, Visibility
from shuniu.contracts.text import Text
from shuniu.testing.waiting import until

from .conftest import Street

pytestmark = pytest.mark.asyncio


@fact("atlas", "place.drawn.v1")
class PlaceDrawn(Fact, frozen=True, kw_only=True):
    """A place is on the map."""

    entry: RegistryEntry


class Draw(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Put a place on the map."""

    entry: RegistryEntry


PLACE: RowKind[RegistryEntry] = RowKind(
    "place",
    RegistryEntry,
    "place",
    lambda row, event, happening: event.entry,
    summarise=lambda row, event, ctx: Summary(registry=(row,), visibility=Visibility(areas=(ctx.scope,))),
)
DRAW: Command[Draw] = Command(
    "atlas.draw",
    Draw,
    lambda body, ctx: [PLACE.key(body.entry.code)],
    lambda rows, body, ctx: Decision((Emit(PlaceDrawn(entry=body.entry), (PLACE.key(body.entry.code),)),)),
)


@pytest.fixture
def atlas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Service:
    """A service that owns areas."""
    folder = tmp_path / "atlas_package" / "migrations"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").touch()
    (folder / "__init__.py").touch()
    (folder / "m0001_first.py").write_text(
        textwrap.dedent(
            """
            NAME = "places"
            STATEMENTS = (
                "create table place (key text primary key, version int not null, schema int not null, status text,"
                " area text, unit text, due_at timestamptz, doc jsonb not null)",
            )
            """
        )
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    texts = Catalogue({"service.title": Text("地图", "Atlas"), "service.summary": Text("画地图。", "Draws maps.")})
    return Service("atlas", "1", "atlas_package", texts, rows=(PLACE,), commands=(DRAW,), facts=(PlaceDrawn,))


async def test_shapes_are_fetched_by_hash_and_served_as_one_document(street: Street, atlas: Service):
    owner = await street.hosts.start(atlas, clock=street.clock)
    operator = await street.browser("operator")
    empty = await operator.client.get("/api/v1/areas/geometry")
    assert empty.json() == {"type": "FeatureCollection", "features": []}

    ring = [[[118.7, 32.0], [118.8, 32.0], [118.8, 32.1], [118.7, 32.0]]]
    # Bigger than one chunk of the bus.
    ring[0][1:1] = [[118.7 + n / 1e6, 32.0] for n in range(20_000)]
    shape = msgspec.json.encode({"type": "Polygon", "coordinates": ring})
    sha = hashlib.sha256(shape).hexdigest()
    chunks = [shape[i : i + 256 * 1024] for i in range(0, len(shape), 256 * 1024)]
    assert len(chunks) > 1
    for n, chunk in enumerate(chunks):
        await owner.blobs.put_chunk(sha, n, len(chunks), chunk, declared="application/geo+json", by="test")
    codes = (street.scope, f"{street.scope}001", f"{street.scope}001002")
    for code in codes:
        entry = RegistryEntry(
            kind="area", code=code, parent=code[:-3], title=Text(f"区域{code}", f"Area {code}"), geometry=sha
        )
        sent = Submission(command=DRAW, body=Draw(entry=entry), actor=Actor("drawer"), key=f"draw-{code}")
        await owner.processor.submit(sent)

    async def drawn() -> bool:
        return len((await operator.client.get("/api/v1/areas/geometry")).json()["features"]) == 3

    await until(drawn)
    listed = await operator.get("/areas")
    assert [(a["code"], a["level"]) for a in listed["areas"]] == list(
        zip(codes, ("street", "community", "grid"), strict=True)
    )
    document = await operator.client.get("/api/v1/areas/geometry")
    assert document.headers["etag"] == f'"{listed["geometry"]}"'
    assert document.json()["features"][0]["geometry"]["coordinates"] == ring
    again = await operator.client.get("/api/v1/areas/geometry", headers={"If-None-Match": document.headers["etag"]})
    assert again.status_code == 304
    assert (await operator.get("/session"))["scope_title"]["zh"] == f"区域{street.scope}"
    counted = {row["area"]: row["open"] for row in (await operator.get("/overview"))["areas"]}
    assert counted == dict.fromkeys(codes, 0)
