"""The walls (docs/architecture.md, "Walls that tests hold up"): who may import, write, publish and know what."""

import ast
import re
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHARED = ROOT / "shared" / "shuniu"
SERVICES = sorted(p.parent.name for p in (ROOT / "services").glob("*/pyproject.toml"))
MAX_LINES = 450


def sources(folder: Path) -> Iterator[Path]:
    """Python files of the product below a folder, without tests, what tests stand on, and built things."""
    for path in sorted(folder.rglob("*.py")):
        if not {"tests", "testing", "node_modules", "dist", "__pycache__"} & set(path.relative_to(folder).parts):
            yield path


def imports(path: Path, *, at_run_time: bool = True) -> set[str]:
    """Absolute names of modules a file imports; those under ``if TYPE_CHECKING`` only when asked for."""
    found: set[str] = set()
    tree = ast.parse(path.read_text("utf-8"))
    skipped: set[ast.AST] = set()
    if at_run_time:
        for node in ast.walk(tree):
            if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
                skipped.update(ast.walk(node))
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
    return found


def top(names: set[str]) -> set[str]:
    return {name.split(".")[0] for name in names}


VALUES = {"shuniu.rules.clocks", "shuniu.rules.evidence"}
"""Modules of the domain kit whose value Structs (a clock, a reference to evidence) are words on the bus themselves."""


def test_contracts_import_nothing_but_contracts() -> None:
    for path in sources(SHARED / "contracts"):
        ours = {n for n in imports(path) if n.startswith("shuniu")}
        assert all(n.startswith("shuniu.contracts") or n in VALUES for n in ours), (path, ours)


def test_rules_import_only_rules_and_contracts() -> None:
    for path in sources(SHARED / "rules"):
        ours = {n for n in imports(path) if n.startswith("shuniu")}
        assert all(n.startswith(("shuniu.rules", "shuniu.contracts")) for n in ours), (path, ours)


def test_rules_read_no_clock_database_or_environment() -> None:
    forbidden = {"asyncpg", "piccolo", "litestar", "faststream", "nats", "os", "time", "socket", "asyncio", "uvicorn"}
    for path in sources(SHARED / "rules"):
        assert not top(imports(path)) & forbidden, path
        assert not re.search(r"datetime\.now|date\.today|utcnow", path.read_text("utf-8")), path


def test_chassis_knows_no_service() -> None:
    for path in sources(SHARED):
        foreign = {n for n in imports(path, at_run_time=False) if n.startswith("shuniu_")}
        assert not foreign, (path, foreign)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_imports_shuniu_and_itself(service: str) -> None:
    for path in sources(ROOT / "services" / service):
        others = {f"shuniu_{s}" for s in SERVICES if s != service}
        assert not top(imports(path, at_run_time=False)) & others, path


@pytest.mark.parametrize("service", SERVICES)
def test_capabilities_read_no_clock_and_no_environment(service: str) -> None:
    """Everything of a service but its edges (routes, start-up) is given the time; it never asks for it."""
    for path in sources(ROOT / "services" / service / f"shuniu_{service}"):
        assert not re.search(r"datetime\.now\(|date\.today\(|utcnow\(|time\.time\(", path.read_text("utf-8")), path


WRITERS = {
    # table → the modules that may write it
    "event_log": {"flush.py"},
    "log_head": {"flush.py", "log.py"},
    "timer": {"flush.py"},
    "command_key": {"flush.py"},
    "person_data": {"flush.py"},
    "audit": {"flush.py", "audit.py"},
    "cursor": {"flush.py", "parking.py", "effects.py"},
}


@pytest.mark.parametrize("table", sorted(WRITERS))
def test_only_its_writer_writes(table: str) -> None:
    writes = re.compile(rf"(?:insert into|update|delete from|truncate(?: table)?)\s+{table}\b", re.IGNORECASE)
    for folder in (SHARED, *(ROOT / "services" / s for s in SERVICES)):
        for path in sources(folder):
            if writes.search(path.read_text("utf-8")):
                assert path.name in WRITERS[table], f"{path} writes {table}"


def test_only_the_bus_builds_brokers_and_consumers() -> None:
    built = re.compile(r"NatsBroker\(|nats\.connect\(|JStream\(|ConsumerConfig\(|StreamConfig\(|\.jetstream\(")
    for folder in (SHARED, *(ROOT / "services" / s for s in SERVICES)):
        for path in sources(folder):
            if built.search(path.read_text("utf-8")):
                assert path.is_relative_to(SHARED / "chassis" / "bus"), path


def test_modules_stay_readable() -> None:
    for folder in (SHARED, *(ROOT / "services" / s for s in SERVICES)):
        for path in sources(folder):
            # The contracts are catalogues of facts, the migrations are statements: their length is their content.
            if not {"migrations", "contracts"} & set(path.parts):
                lines = path.read_text("utf-8").count("\n")
                assert lines <= MAX_LINES, f"{path} has {lines} lines; is it still one thing?"


def _words_of_manifests() -> dict[str, set[str]]:
    """What the built-in services call their things: {"ids": …, "titles": …}."""
    ids: set[str] = set()
    titles: set[str] = set()
    for entry in entry_points(group="shuniu.services"):
        if entry.name not in SERVICES or entry.name == "gateway":
            continue
        service = entry.load()
        ids.update(f"shuniu.{service.name}.{name}" for name in _fact_names(service))
        ids.update(m.name for m in (*service.measures, *service.rates))
        for kind in service.kinds:
            ids.add(kind.id)
            ids.update(s.id for s in (*kind.statuses, *kind.unit_statuses))
            titles.update((kind.title.zh, kind.plural.zh))
            titles.update(t.title.zh for t in (*kind.statuses, *kind.unit_statuses, *kind.categories, *kind.clocks))
        titles.update(t.title.zh for t in (*service.measures, *service.rates, *service.panels))
        titles.update(text.zh for key, text in service.texts.items() if key.startswith("action."))
    return {"ids": ids, "titles": {t for t in titles if len(t) > 1}}


def _fact_names(service: object) -> set[str]:
    from shuniu.contracts.envelope import fact_name, fact_service

    return {fact_name(cls) for cls in service.facts if fact_service(cls) != "*"}  # type: ignore[attr-defined]


def _gateway_files() -> Iterator[Path]:
    for path in sorted((ROOT / "services" / "gateway").rglob("*")):
        skipped = {"node_modules", "dist", "tests", "dev", "__pycache__"} & set(path.parts)
        if path.suffix in {".py", ".ts", ".vue", ".toml", ".html", ".css"} and not skipped:
            yield path


GENERIC = {"进行中", "暂停", "已结束", "已完成", "已取消", "已关闭", "已撤销", "草稿", "有效", "已过期", "失败"}
"""Words any page of any software has; as the title of a status they say nothing of a domain."""
OWN = {"DISCARDED"}
"""States of the gateway's own rows (a delivery that was given up) which a service happens to use as well."""


def test_the_gateway_knows_no_domain() -> None:
    """No kind, event type, status id, measure name or Chinese title of a built-in manifest occurs in the gateway."""
    words = _words_of_manifests()
    assert words["ids"], "no built-in manifest was found"
    quoted = re.compile(
        "|".join(rf"""["'`]{re.escape(i)}["'`]""" for i in sorted(words["ids"] - OWN, key=len, reverse=True))
    )
    for path in _gateway_files():
        text = path.read_text("utf-8")
        assert not (hit := quoted.search(text)), f"{path} knows {hit.group() if hit else ''}"
        for title in words["titles"] - GENERIC:
            # A short title (办结) may be part of a general phrase (今日办结); standing alone it would be the title.
            alone = rf"""["'`>]\s*{re.escape(title)}\s*["'`<]"""
            known = title in text if len(title) > 3 else re.search(alone, text)
            assert not known, f"{path} knows {title}"
