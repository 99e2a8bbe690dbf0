"""`shuniu new`: a small complete service, written from the templates beside this module."""

import re
from importlib import resources
from importlib.metadata import version
from importlib.resources.abc import Traversable
from pathlib import Path

from shuniu.runtime.child import SetUpError
from shuniu.runtime.installed import installed_services

__all__ = ("write_service",)

_NAME = re.compile(r"[a-z][a-z0-9]{1,23}")
_TITLE = re.compile(r"[^\"\\\x00-\x1f\x7f{}]{1,40}")
_SUFFIX = ".tmpl"


def write_service(name: str, title_zh: str, title_en: str, folder: Path) -> list[Path]:
    """Write the distribution ``shuniu-<name>`` into ``folder``; the files written.

    SetUpError for a name that is no name or is taken, a title that does not fit, a folder that holds something.
    """
    if not _NAME.fullmatch(name):
        raise SetUpError(f"{name!r} is no service's name: 2 to 24 small letters and digits, a letter first.")
    taken = next((one for one in installed_services() if one.name == name), None)
    if taken is not None:
        raise SetUpError(f"A service {name!r} is installed already, by {taken.distribution}.")
    for title in (title_zh, title_en):
        if not _TITLE.fullmatch(title) or not title.strip():
            raise SetUpError(f"{title!r} is no title: 1 to 40 characters, without quotes, braces and backslashes.")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise SetUpError(f"{folder} is not empty.")
    words = {
        "@NAME@": name,
        "@PREFIX@": name[:4].upper(),
        "@TITLE_ZH@": title_zh.strip(),
        "@TITLE_EN@": title_en.strip(),
        "@VERSION@": ".".join(version("shuniu").split(".")[:2]),
    }
    try:
        return sorted(_write(resources.files("shuniu.cli") / "template", folder, words))
    except OSError as error:
        raise SetUpError(f"{folder} cannot be written: {error.strerror}.") from error


def _write(template: Traversable, into: Path, words: dict[str, str]) -> list[Path]:
    into.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for each in template.iterdir():
        path = into / _said(each.name, words)
        if each.is_dir():
            written += _write(each, path, words)
        elif each.name.endswith(_SUFFIX):
            path = path.with_name(path.name.removesuffix(_SUFFIX))
            path.write_text(_said(each.read_text("utf-8"), words), "utf-8")
            written.append(path)
    return written


def _said(text: str, words: dict[str, str]) -> str:
    for placeholder, word in words.items():
        text = text.replace(placeholder, word)
    return text
