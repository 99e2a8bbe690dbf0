"""Every distribution declares what it imports, so that a department that installs one service has all of it."""

import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from .test_walls import ROOT, imports, sources, top

MEMBERS = sorted(p.parent for p in (*ROOT.glob("services/*/pyproject.toml"), *ROOT.glob("shared/pyproject.toml")))
OWNERS = packages_distributions()


def _declared(member: Path) -> set[str]:
    project = tomllib.loads((member / "pyproject.toml").read_text("utf-8"))["project"]
    return {_name(re.match(r"[A-Za-z0-9._-]+", line)[0]) for line in project["dependencies"]}  # type: ignore[index]


def _name(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


@pytest.mark.parametrize("member", MEMBERS, ids=lambda m: m.name)
def test_a_distribution_declares_what_it_imports(member: Path) -> None:
    """Its own dependencies, or those of ``shuniu``, which every service has."""
    declared = _declared(member) | _declared(ROOT / "shared") | {"shuniu"}
    missing: dict[str, str] = {}
    (package,) = [p for p in member.iterdir() if (p / "__init__.py").exists() and p.name.startswith("shuniu")]
    for path in sources(package):
        for module in top(imports(path)) - set(sys.stdlib_module_names) - {package.name, "shuniu"}:
            owners = {_name(owner) for owner in OWNERS.get(module, [])}
            if owners and not owners & declared:
                missing[module] = str(path.relative_to(ROOT))
    assert missing == {}
