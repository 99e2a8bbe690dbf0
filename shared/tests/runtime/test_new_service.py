"""`shuniu new`: what it writes is clean as it stands, and what cannot be written is said in a sentence.

That it is a service too, and seen in the command view, is a journey (tests/journeys/test_a_strangers_service.py).
"""

import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from shuniu.cli.newly import write_service
from shuniu.runtime.child import SetUpError

ZH, EN = "自行车棚", "Bicycle sheds"


def tool(name: str, folder: Path, *arguments: str) -> None:
    """A tool of the house over what was written; it must have nothing to say."""
    done = subprocess.run(
        [sys.executable, "-m", name, *arguments], cwd=folder, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["a1", "bikes", "abcdefghijklmnopqrstuvwx"])
def test_what_is_written_is_clean_whatever_its_name(tmp_path: Path, name: str) -> None:
    written = write_service(name, ZH, EN, tmp_path / "new")
    assert {path.suffix for path in written} == {".py", ".toml", ".md", ".typed"}
    for path in written:
        assert "@" not in path.name
        text = path.read_text("utf-8")
        assert not [word for word in ("@NAME@", "@PREFIX@", "@TITLE_ZH@", "@TITLE_EN@", "@VERSION@") if word in text]
    tool("ruff", tmp_path / "new", "check", ".")
    tool("ruff", tmp_path / "new", "format", "--check", ".")


def test_it_is_typed(tmp_path: Path) -> None:
    write_service("bikes", ZH, EN, tmp_path / "new")
    tool("mypy", tmp_path / "new", "shuniu_bikes", "tests")


def test_it_asks_for_this_release_of_the_chassis(tmp_path: Path) -> None:
    write_service("bikes", ZH, EN, tmp_path / "new")
    wanted = ".".join(metadata.version("shuniu").split(".")[:2])
    assert f'"shuniu>={wanted}"' in (tmp_path / "new" / "pyproject.toml").read_text("utf-8")


@pytest.mark.parametrize(
    ("name", "zh", "en", "said"),
    [
        ("Bikes", ZH, EN, "no service's name"),
        ("b", ZH, EN, "no service's name"),
        ("bike_sheds", ZH, EN, "no service's name"),
        ("bikes", 'with "quotes"', EN, "is no title"),
        ("bikes", ZH, "", "is no title"),
    ],
)
def test_refusals_are_one_sentence(tmp_path: Path, name: str, zh: str, en: str, said: str) -> None:
    with pytest.raises(SetUpError, match=said):
        write_service(name, zh, en, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(SetUpError, match="is not empty"):
        write_service("bikes", ZH, EN, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
