"""Registry files (基础信息): areas and units of the fictional street, and of the real streets the article names.

A registry file is what a deployment's local registry is seeded from and what the import commands take in parts: scope,
title, areas, units, posts. The real streets have codes and names only (china-division 2.7.0, MIT, data to
2023-06-30); nobody publishes their borders for our use, so they carry no geometry, and no English names, so the
English title repeats the Chinese one. `python -m shuniu_demo.registry` writes data/registry-*.json anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from shuniu_demo.accounts import CENTRE, INSURER, PROPERTY
from shuniu_demo.geometry import DATA, STREET_CODE, STREET_FILE, STREET_TITLE

DIVISIONS_FILE = DATA / "divisions-four-streets.json"
NEIGHBOURS_FILE = DATA / "divisions-neighbours.json"
"""红山街道 and 迈皋桥街道, which the article names as neighbours of 小市街道 in other districts."""

# Code, subtype, Chinese, English. The street's own office and the units that answer its whistles (all fictional:
# "departments" stand in the street's own directory, as one composite street has no district of its own).
UNITS = (
    ("street-office", "STREET", "枢纽街道办事处", "Shuniu Street Office"),
    ("command-centre", "STREET", "街道信息化指挥中心", "Street Command Centre"),
    ("district-coordination", "DISTRICT", "区吹哨报到协调办公室", "District Whistle Coordination Office"),
    ("cg", "DEPARTMENT", "城管执法中队", "Urban Management Team"),
    ("jj", "DEPARTMENT", "交警中队", "Traffic Police Squadron"),
    ("pcs", "DEPARTMENT", "派出所", "Police Station"),
    ("xf", "DEPARTMENT", "消防救援站", "Fire and Rescue Station"),
    ("scjg", "DEPARTMENT", "市场监管分局", "Market Regulation Branch"),
    ("sthj", "DEPARTMENT", "生态环境分局", "Ecology and Environment Branch"),
    ("zgj", "DEPARTMENT", "住房建设分局", "Housing and Construction Branch"),
    ("ghzy", "DEPARTMENT", "规划资源所", "Planning and Resources Office"),
    ("swj", "DEPARTMENT", "水务管理所", "Water Affairs Office"),
    ("ylj", "DEPARTMENT", "园林绿化所", "Parks and Greenery Office"),
    ("wsjd", "DEPARTMENT", "卫生监督所", "Health Inspection Office"),
    ("gd", "UTILITY", "供电服务站", "Power Supply Station"),
    ("gs", "UTILITY", "供水服务站", "Water Supply Station"),
    ("rq", "UTILITY", "燃气服务站", "Gas Service Station"),
)

# Kinds of dedicated grids whose manager may call the street as an enterprise
ENTERPRISE_TYPES = ("CAMPUS", "MALL")


def area_entry(code: str, parent: str, title: dict[str, str], subtype: str, **more: Any) -> dict[str, Any]:
    return {"kind": "area", "code": code, "parent": parent, "title": title, "subtype": subtype, **more}


def unit_entry(code: str, parent: str, title: dict[str, str], subtype: str, **attributes: str) -> dict[str, Any]:
    entry = {"kind": "unit", "code": code, "parent": parent, "title": title, "subtype": subtype}
    return entry | ({"attributes": attributes} if attributes else {})


def committee(community: str, title: dict[str, str], parent: str) -> dict[str, Any]:
    """The residents' committee of a community, as a unit."""
    zh, en = title["zh"], title["en"]
    named = {"zh": f"{zh}居委会", "en": f"{zh}居委会" if en == zh else f"{en} Committee"}
    return unit_entry(f"c-{community}", parent, named, "COMMUNITY", area=community)


def shuniu() -> dict[str, Any]:
    """The registry of the fictional street; the shapes of its areas are in shuniu-street.geojson."""
    properties = [f["properties"] for f in json.loads(STREET_FILE.read_text("utf-8"))["features"]]
    areas = [
        area_entry(
            p["code"], p["parent"], p["title"], p["subtype"], attributes={"synthetic": "true"} | p.get("attributes", {})
        )
        for p in properties
    ]
    units = [
        unit_entry(code, "" if code == "street-office" else "street-office", {"zh": zh, "en": en}, subtype)
        for code, subtype, zh, en in UNITS
    ]
    units += [unit_entry(CENTRE[0], "street-office", {"zh": CENTRE[1], "en": CENTRE[2]}, "STREET")]
    units += [unit_entry(code, "", {"zh": zh, "en": en}, "ENTERPRISE") for code, zh, en in (INSURER, *PROPERTY)]
    units += [committee(p["code"], p["title"], "street-office") for p in properties if p["level"] == "community"]
    units += [
        unit_entry(f"e-{p['code']}", "", {"zh": f"{p['title']['zh']}管理方", "en": f"{p['title']['en']} management"},
                   "ENTERPRISE", area=p["code"])
        for p in properties if p.get("attributes", {}).get("type") in ENTERPRISE_TYPES
    ]  # fmt: skip
    return {
        "scope": STREET_CODE,
        "title": STREET_TITLE,
        "synthetic": True,
        "areas": areas,
        "units": units,
        "posts": [],
    }


def real_streets() -> Iterable[dict[str, Any]]:
    """The registries of the four real streets and two neighbours: their codes, communities and committees."""
    files = (DIVISIONS_FILE, NEIGHBOURS_FILE)
    for street in (street for file in files for street in json.loads(file.read_text("utf-8"))["streets"]):
        title = {"zh": street["name"], "en": street["name"]}
        office = {"zh": f"{street['name']}办事处", "en": f"{street['name']}办事处"}
        areas = [area_entry(street["code"], street["district"], title, "STREET")]
        units = [unit_entry("street-office", "", office, "STREET")]
        for community in street["communities"]:
            name = community["name"].removesuffix("居委会")
            own = {"zh": name, "en": name}
            areas.append(area_entry(community["code"], street["code"], own, "COMMUNITY"))
            units.append(committee(community["code"], own, "street-office"))
        yield {
            "scope": street["code"],
            "title": title,
            "synthetic": False,
            "areas": areas,
            "units": units,
            "posts": [],
        }


def write(path: Path, registry: dict[str, Any]) -> None:
    """One entry a line."""
    lists = ("areas", "units", "posts")
    parts = [f" {json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}" for k, v in registry.items() if k not in lists]
    for name in lists:
        entries = ",\n".join("  " + json.dumps(e, ensure_ascii=False) for e in registry[name])
        parts.append(f' "{name}": [\n{entries}\n ]' if entries else f' "{name}": []')
    path.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    for registry in (shuniu(), *real_streets()):
        write(DATA / f"registry-{registry['scope']}.json", registry)
