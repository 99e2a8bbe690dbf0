"""A screen looked at in both themes, at a desk and on a phone: nothing overflows, axe finds nothing, a picture is kept.

axe takes a second a time, so it looks at a light desk and a dark phone; with SHUNIU_AXE=all at all four.
"""

import os
from typing import Any, Final

from playwright.async_api import Page

from .conftest import ROOT
from .watching import Pages

__all__ = ("both_themes",)

AXE: Final = ROOT / "services" / "gateway" / "web" / "node_modules" / "axe-core" / "axe.min.js"
RULES: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
ALL: Final = os.environ.get("SHUNIU_AXE") == "all"
BEYOND: Final = (
    "[...document.querySelectorAll('body *')]"
    ".filter((e) => e.getBoundingClientRect().right > innerWidth && !e.closest('.scroll'))"
    ".slice(0, 12).map((e) => e.outerHTML.slice(0, 90))"
)
SIZES: Final = ((1440, 900), (390, 844))


async def both_themes(page: Page, pages: Pages, name: str, not_checked: Any) -> None:
    """Look at what the page shows now, leave it as it was."""
    there = page.viewport_size
    before = await page.evaluate("document.documentElement.dataset.theme")
    for width, height in SIZES:
        await page.set_viewport_size({"width": width, "height": height})
        wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            out = await page.evaluate(BEYOND)
            raise AssertionError(f"{name} is {wide} px too wide at {width}: {out}")
        for theme in ("light", "dark"):
            await page.evaluate("(t) => { document.documentElement.dataset.theme = t }", theme)
            await page.evaluate("Promise.all(document.getAnimations().map((a) => a.finished.catch(() => 0)))")
            await pages.picture(page, f"{name}-{width}-{theme}")
            if ALL or (width, theme) in ((1440, "light"), (390, "dark")):
                await _axe(page, f"{name} at {width} in {theme}", not_checked)
    await page.evaluate("(t) => { document.documentElement.dataset.theme = t }", before)
    if there:
        await page.set_viewport_size(there)


async def _axe(page: Page, what: str, not_checked: Any) -> None:
    if not AXE.exists():
        not_checked("axe-core is not installed (python services/gateway/build_web.py --test installs it)")
        return
    if not await page.evaluate("typeof window.axe !== 'undefined'"):
        await page.evaluate(f"{AXE.read_text('utf-8')};0")
    found = await page.evaluate("(tags) => axe.run(document, {runOnly: tags}).then((r) => r.violations)", RULES)
    told = [f"{v['id']}: {[n['html'][:120] for n in v['nodes'][:3]]}" for v in found]
    assert not told, f"{what}: {told}"
