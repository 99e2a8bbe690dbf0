"""The same page built anew: what a phone meets when the street's server was updated."""

import re
import shutil
from pathlib import Path

__all__ = ("next_build",)

_MARK = ';document.documentElement.dataset.build="next";'


def next_build(dist: Path, folder: Path) -> Path:
    """A copy of a built page in which every script has another name, as after a change of all of them; it says so."""
    shutil.copytree(dist, folder, ignore=shutil.ignore_patterns("*.gz"))
    scripts = [path for path in (folder / "assets").iterdir() if path.suffix == ".js"]
    names = re.compile("|".join(sorted((re.escape(path.stem) for path in scripts), key=len, reverse=True)))
    page = folder / "index.html"
    entry = re.search(r'<script type="module"[^>]*assets/([^"]+)\.js"', page.read_text("utf-8"))
    assert entry is not None, "the built page has no entry"
    for path in (page, folder / "sw.js", *scripts):
        text = names.sub(lambda found: f"{found[0]}-next", path.read_text("utf-8"))
        if path.name == "sw.js":
            text, marked = re.subn(r"'shuniu-[0-9a-f]{12}'", "'shuniu-000000000000'", text)
            assert marked == 1, "the worker's build is not where it was"
        if path.stem == entry[1]:
            text = _MARK + text
        path.write_text(text, "utf-8")
        if path in scripts:
            path.rename(path.with_stem(f"{path.stem}-next"))
    return folder
