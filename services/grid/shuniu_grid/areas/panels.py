"""What the command view draws of areas: the proof of coverage, its periods, the redrawings."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Literal

import msgspec
from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery
from shuniu.chassis.http.access import host_of
from shuniu.contracts.manifest import Panel, Route
from shuniu.contracts.panels import Column, Shape, ShapesPanel, TablePanel
from shuniu.contracts.text import Text
from shuniu.rules.areas import check_code
from shuniu.rules.refusal import NotFound

from shuniu_grid.areas.coverage import Flaw, Proof, SiteFlaw, Tolerance, check_sites, periods
from shuniu_grid.areas.geometry import in_force
from shuniu_grid.areas.locating import changes, drawn, proof
from shuniu_grid.areas.plan import Drawn
from shuniu_grid.areas.routes import Digits
from shuniu_grid.areas.rows import AreaChange
from shuniu_grid.areas.sites import unit_sites
from shuniu_grid.areas.words import TEXTS, said
from shuniu_grid.settings import business_day, settings_of

__all__ = ("HANDLERS", "PANELS", "ROUTES")

AnyRequest = Request[Any, Any, Any]
_TONE: dict[str, Literal["normal", "good", "warning", "bad"]] = {"gap": "bad", "overlap": "bad", "outside": "warning"}
_MOST_SHAPES = 400


def _asked(standing: Drawn, community: str, on: date) -> list[str]:
    """The areas to prove: the one asked for, or the street and every community in force."""
    if community:
        check_code(community, "street", "community", field="community")
        if community not in standing.areas:
            raise NotFound("area.unknown", params={"id": community})
        return [community]
    return sorted(
        (o.code for o in standing.outlines() if len(o.code) <= 12 and in_force(o, on)), key=lambda c: (len(c), c)
    )


def _name(standing: Drawn, code: str) -> Text:
    area = standing.areas.get(code)
    return area.entry.title if area else Text(code, code)


def _flaw_shape(n: int, flaw: Flaw, standing: Drawn) -> Shape:
    names = [_name(standing, code) for code in (flaw.cells or (flaw.area,))]
    title = said(
        f"coverage.{flaw.kind}",
        area=Text(" / ".join(t.zh for t in names), " / ".join(t.en for t in names)),
        m2=f"{flaw.m2:,.0f}",
    )
    return Shape(
        id=f"{flaw.area}-{flaw.kind}-{n}", title=title, geometry=flaw.geometry, tone=_TONE[flaw.kind], value=flaw.m2
    )


def _site_shape(flaw: SiteFlaw) -> Shape:
    site = flaw.site
    point = {"type": "Point", "coordinates": [site.lon, site.lat]}
    title = said("coverage.site", n=len(flaw.cells), codes=" ".join(flaw.cells))
    return Shape(id=f"site-{site.id}", title=title, geometry=point, tone="bad", value=float(len(flaw.cells)))


def _ground_shape(found: Proof, standing: Drawn) -> Shape:
    holds = found.holds
    word = "coverage.holds" if holds else "coverage.unknown" if found.missing else "coverage.fails"
    return Shape(
        id=found.area,
        title=said(word, area=_name(standing, found.area), cells=found.cells, flaws=len(found.flaws)),
        geometry=msgspec.json.decode(standing.geometries[found.area]),
        tone="good" if holds else "warning",
        value=float(len(found.flaws)),
    )


def _note(proofs: Iterable[Proof], sites: int, flawed: int, tolerance: Tolerance) -> Text:
    them = list(proofs)
    return said(
        "coverage.note",
        proven=sum(p.holds for p in them),
        areas=len(them),
        flaws=sum(len(p.flaws) for p in them),
        unknown=sum(bool(p.missing) for p in them),
        m2=f"{tolerance.m2:g}",
        width=f"{tolerance.width_m:g}",
        ignored=sum(p.ignored for p in them),
        ignored_m2=f"{sum(p.ignored_m2 for p in them):.1f}",
        sites=sites,
        flawed=flawed,
    )


@get("/coverage", summary="Gaps and overlaps of the grids of a community, or of all, on a day")
async def get_coverage(request: AnyRequest, community: Digits = "", on: FromQuery[date | None] = None) -> ShapesPanel:
    host = host_of(request)
    now = host.clock.now()
    day = on or business_day(now)
    standing = await drawn(host)
    asked = _asked(standing, community, day)
    proofs = [await proof(host, area, day) for area in asked]
    sites = await unit_sites(community or host.scope, day)
    astray = check_sites(sites, day, standing.outlines())
    settings = settings_of(host)
    tolerance = Tolerance(settings.coverage_sliver_m2, settings.coverage_sliver_width_m)
    shapes = [_ground_shape(p, standing) for p in proofs if len(p.area) == 12 and p.area in standing.geometries]
    shapes += [_flaw_shape(n, flaw, standing) for p in proofs for n, flaw in enumerate(p.flaws)]
    shapes += [_site_shape(flaw) for flaw in astray]
    return ShapesPanel(
        shapes=tuple(shapes[:_MOST_SHAPES]), as_of=now, note=_note(proofs, len(sites), len(astray), tolerance)
    )


@get("/coverage/periods", summary="Over which days the grids of each community covered it")
async def get_periods(request: AnyRequest, community: Digits = "") -> TablePanel:
    host = host_of(request)
    now = host.clock.now()
    standing = await drawn(host)
    rows: list[dict[str, Any]] = []
    for area in _asked(standing, community, business_day(now)):
        for period in periods(area, standing.outlines()):
            found = await proof(host, area, period.first or period.last or business_day(now))
            rows.append(
                {
                    "area": area,
                    "from": period.first,
                    "to": period.last,
                    "cells": found.cells,
                    "flaws": None if found.missing else len(found.flaws),
                    "m2": None if found.missing else round(sum(f.m2 for f in found.flaws), 1),
                    "slivers": found.ignored,
                    "said": TEXTS[
                        "coverage.yes" if found.holds else "coverage.not_drawn" if found.missing else "coverage.no"
                    ],
                }
            )
    kinds: dict[str, Any] = {"area": "area", "from": "date", "to": "date", "said": "text"}
    columns = tuple(
        Column(id=id_, title=TEXTS[f"column.coverage.{id_}"], kind=kinds.get(id_, "number"))
        for id_ in ("area", "from", "to", "cells", "flaws", "m2", "slivers", "said")
    )
    return TablePanel(columns=columns, rows=tuple(rows), as_of=now, note=TEXTS["coverage.periods_note"])


def _remark(change: AreaChange) -> Text | None:
    if change.withdrawn:
        return TEXTS["coverage.withdrawn"]
    return TEXTS["coverage.step"] if change.intermediate else None


@get("/redrawings", summary="Splits, mergers and moved borders, newest first")
async def get_redrawings(request: AnyRequest, community: Digits = "") -> TablePanel:
    host = host_of(request)
    kinds: dict[str, Any] = {"on": "date"}
    columns = tuple(
        Column(id=id_, title=TEXTS[f"column.redrawing.{id_}"], kind=kinds.get(id_, "text"))
        for id_ in ("on", "operation", "before", "after", "intermediate", "plan")
    )
    rows = [
        {
            "on": change.on,
            "operation": TEXTS[f"enum.operation.{change.operation}"],
            "before": " ".join(change.before),
            "after": " ".join(change.after),
            "intermediate": _remark(change),
            "plan": change.plan,
        }
        for change in reversed(await changes())
        if any(code.startswith(community) for code in (*change.before, *change.after))
    ]
    return TablePanel(columns=columns, rows=tuple(rows), as_of=host.clock.now())


HANDLERS: tuple[HTTPRouteHandler, ...] = (get_coverage, get_periods, get_redrawings)

ROUTES = tuple(
    Route(path=path, title=TEXTS[key])
    for path, key in (
        ("/coverage", "route.coverage"),
        ("/coverage/periods", "route.coverage_periods"),
        ("/redrawings", "route.redrawings"),
    )
)

PANELS = (
    Panel(
        id="grid_coverage",
        title=TEXTS["panel.grid_coverage"],
        kind="shapes",
        route="/coverage",
        surface="service",
        order=10,
    ),
    Panel(
        id="grid_coverage_periods",
        title=TEXTS["panel.grid_coverage_periods"],
        kind="table",
        route="/coverage/periods",
        surface="service",
        order=11,
    ),
    Panel(
        id="grid_redrawings",
        title=TEXTS["panel.grid_redrawings"],
        kind="table",
        route="/redrawings",
        surface="service",
        order=12,
    ),
)
