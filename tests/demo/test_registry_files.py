"""The registry files: what a local registry is seeded from reads strictly, hangs together and is up to date."""

import json
from pathlib import Path

import msgspec
import pytest
from shuniu.chassis.registry import RegistrySeed
from shuniu.rules import areas
from shuniu_demo import registry

FILES = sorted(registry.DATA.glob("registry-*.json"))
BUILT = {made["scope"]: made for made in (registry.shuniu(), *registry.real_streets())}


def read(path: Path) -> RegistrySeed:
    return msgspec.json.decode(path.read_bytes(), type=RegistrySeed)


def test_there_is_a_file_for_the_fictional_street_and_each_real_one_the_article_names() -> None:
    assert {read(path).scope: read(path).title.zh for path in FILES} == {
        "320199001": "枢纽街道",
        "320106003": "湖南路街道",
        "320106013": "小市街道",
        "320113001": "尧化街道",
        "320113007": "仙林街道",
        "320102008": "红山街道",
        "320113003": "迈皋桥街道",
    }


# Domain rules 8: communities of the article's streets
@pytest.mark.parametrize(
    ("scope", "communities"),
    [("320113007", 10), ("320113001", 13), ("320106003", 8), ("320106013", 9), ("320102008", 10), ("320113003", 19)],
)
def test_real_streets_have_the_communities_of_the_division_data(scope: str, communities: int) -> None:
    seed = read(registry.DATA / f"registry-{scope}.json")
    assert sum(e.subtype == "COMMUNITY" for e in seed.areas) == communities
    assert not seed.synthetic
    assert not any(e.geometry for e in seed.areas)


def test_the_fictional_street_has_the_numbers_of_the_article_and_says_it_is_synthetic() -> None:
    seed = read(registry.DATA / "registry-320199001.json")
    assert seed.synthetic
    assert all(e.attributes["synthetic"] == "true" for e in seed.areas)
    subtypes = [e.subtype for e in seed.areas]
    assert [subtypes.count(s) for s in ("STREET", "COMMUNITY", "COMPREHENSIVE", "DEDICATED")] == [1, 10, 90, 195]
    assert sum(e.subtype == "DEPARTMENT" for e in seed.units) >= 8


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_codes_and_parents_hang_together(path: Path) -> None:
    seed = read(path)
    codes = [e.code for e in seed.areas]
    assert len(set(codes)) == len(codes)
    for entry in seed.areas:
        assert areas.within(entry.code, seed.scope)
        assert entry.parent == areas.parent(entry.code)
    units = [e.code for e in seed.units]
    assert len(set(units)) == len(units)
    for unit in seed.units:
        assert unit.code.isascii()
        assert len(unit.code) <= 40
        assert unit.parent in ("", *units)
        assert unit.attributes.get("area", seed.scope) in codes
        assert unit.title.zh
        assert unit.title.en
    committees = {f"c-{e.code}" for e in seed.areas if e.subtype == "COMMUNITY"}
    assert committees == {u.code for u in seed.units if u.subtype == "COMMUNITY"}


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_files_are_what_the_generator_writes(path: Path) -> None:
    written = json.loads(path.read_text("utf-8"))
    assert written == BUILT[written["scope"]]


def test_the_division_extract_keeps_its_source() -> None:
    assert "china-division 2.7.0 (MIT)" in json.loads(registry.DIVISIONS_FILE.read_text("utf-8"))["source"]
