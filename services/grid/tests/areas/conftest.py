"""A community with drawn grids over the rules of the street: what a plan's look at the map would find, in memory."""

from datetime import date

import msgspec
import pytest
from shapely import Polygon, box
from shuniu.rules.areas import parent
from shuniu_grid.areas.coverage import Tolerance
from shuniu_grid.areas.geometry import Locator, encode_shape, in_force, read_shape
from shuniu_grid.areas.plan import Drawn, Operation, lay_out
from shuniu_grid.areas.redraw import PreparedPlan
from shuniu_grid.areas.register import PreparedAreas
from shuniu_grid.areas.rows import AREA, BOOK, CHANGE
from shuniu_grid.areas.withdraw import PreparedWithdrawal, undo

COMMUNITY = "320199001009"
TOLERANCE = Tolerance()


class Ground:
    """Keeps the outlines beside the street's rows, as blobs would."""

    community = COMMUNITY
    west, south, east, north = 118.0, 32.0, 118.04, 32.02

    def __init__(self, street):
        self.street = street
        self.geometries: dict[str, bytes] = {}

    def grid(self, n: int) -> str:
        return f"{self.community}{n:03d}"

    def polygon(self, west, east, south=None, north=None) -> Polygon:
        return box(west, south or self.south, east, north or self.north)

    def enter(self, shapes, **more) -> None:
        """Enter areas with their shapes, as ``import_areas`` does."""
        areas = [
            {"code": code, "title": {"zh": f"区域{code}", "en": f"Area {code}"}, "valid_from": "2026-01-01", **more}
            for code in shapes
        ]
        self.geometries.update({code: encode_shape(shape) for code, shape in shapes.items()})
        prepared = PreparedAreas(dict.fromkeys(shapes, "0" * 64), (), {})
        self.street.do(self.street.people.registrar, "import_areas", prepared, areas=areas)

    def drawn(self) -> Drawn:
        areas = {k.id: s.row for k, s in self.street.rows.items() if k.kind == AREA.name and s.row is not None}
        return Drawn(areas, self.geometries)

    def books(self) -> dict[str, int]:
        return {k.id: s.version for k, s in self.street.rows.items() if k.kind == BOOK.name}

    def changes(self):
        rows = [s.row for k, s in self.street.rows.items() if k.kind == CHANGE.name]
        return sorted(rows, key=lambda change: (change.on, change.id))

    def redraw(self, on, operations, **more):
        """Give a plan; its outlines are kept when it is accepted."""
        given = msgspec.convert(operations, tuple[Operation, ...])
        laid = lay_out(given, date.fromisoformat(on), self.drawn(), TOLERANCE)
        books = {area: self.books().get(area, 0) for o in given for area in map(parent, o.areas)}
        prepared = PreparedPlan(laid, books, dict.fromkeys(laid.geometries, "1" * 64))
        registrar = self.street.people.registrar
        answer = self.street.do(registrar, "redraw_areas", prepared, on=on, operations=operations, **more)
        self.geometries.update(laid.geometries)
        return answer.answer

    def withdraw(self, plan, reason="换届后重新划分", **more):
        """Take a plan back."""
        planned = tuple(change for change in self.changes() if change.plan == plan)
        prepared = PreparedWithdrawal(())
        if planned:
            books = {area: self.books().get(area, 0) for c in planned for area in map(parent, (*c.before, *c.after))}
            prepared = undo(planned, books, self.drawn(), TOLERANCE)
        registrar = self.street.people.registrar
        answer = self.street.do(registrar, "withdraw_redrawing", prepared, plan=plan, reason=reason, **more)
        return answer.answer

    def shape(self, code):
        """The ground of an area."""
        return read_shape(self.geometries[code])

    def standing(self, on) -> list[str]:
        """The grids in force on a day."""
        return sorted(o.code for o in self.drawn().outlines() if len(o.code) == 15 and in_force(o, on))

    def locator(self) -> Locator:
        return Locator(self.drawn().outlines())


def geometry(shape: Polygon) -> dict:
    return msgspec.json.decode(encode_shape(shape))


@pytest.fixture
def new_ground(streets):
    """Makes grounds: a community of two grids, west and east."""

    def make() -> Ground:
        ground = Ground(streets())
        middle = (ground.west + ground.east) / 2
        ground.enter({ground.community: ground.polygon(ground.west, ground.east)})
        ground.enter(
            {
                ground.grid(1): ground.polygon(ground.west, middle),
                ground.grid(2): ground.polygon(middle, ground.east),
            }
        )
        return ground

    return make


@pytest.fixture
def ground(new_ground) -> Ground:
    return new_ground()


@pytest.fixture
def drawn_as():
    """GeoJSON of a shape, as a command takes it."""
    return geometry
