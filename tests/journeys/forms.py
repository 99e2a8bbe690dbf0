"""Forms the way people fill them: found by the words of the manifests, never by how a page is built."""

import re
from collections.abc import Mapping
from typing import Any

from playwright.async_api import FilePayload, Locator, Page, expect
from shuniu_demo.clients import Desk

__all__ = ("Words", "act", "fill", "send")


class Words:
    """What pages call things: titles of the manifests, in the view's source language."""

    def __init__(self, view: Mapping[str, Any]) -> None:
        self._manifests = {s["service"]: s["manifest"] for s in view["services"] if s["manifest"]}

    @classmethod
    async def of(cls, desk: Desk) -> "Words":
        """The words of everything installed."""
        return cls(await desk.get("/view"))

    def _action(self, command: str) -> Any:
        return next(a for m in self._manifests.values() for a in m["actions"] if a["name"] == command)

    def kind(self, service: str, kind: str) -> Any:
        """What the manifest says of a kind of matter."""
        return next(k for k in self._manifests[service]["kinds"] if k["id"] == kind)

    def action(self, command: str) -> str:
        """A command's title."""
        return str(self._action(command)["title"]["zh"])

    def field(self, command: str, name: str) -> str:
        """A field's title in the command's form."""
        return str(self._field(command, name)["x-title"]["zh"])

    def _field(self, command: str, name: str) -> Any:
        action = self._action(command)
        return action["schema"]["properties"][name]

    def option(self, command: str, name: str, value: str) -> str:
        """The title of one value of a field."""
        schema, found = self._action(command)["schema"], self._field(command, name)
        while "$ref" in found:
            found = {
                **schema["$defs"][found["$ref"].rpartition("/")[2]],
                **{k: v for k, v in found.items() if k != "$ref"},
            }
        return str(found["x-enum-titles"][found["enum"].index(value)]["zh"])

    def status(self, service: str, kind: str, status: str) -> str:
        """A status's title."""
        return str(next(s["title"]["zh"] for s in self.kind(service, kind)["statuses"] if s["id"] == status))

    def unit_status(self, service: str, kind: str, status: str) -> str:
        """The title of a called unit's status."""
        return str(next(s["title"]["zh"] for s in self.kind(service, kind)["unit_statuses"] if s["id"] == status))


def _named(title: str) -> re.Pattern[str]:
    """A label that begins with the title; it may go on with a mark such as "optional"."""
    return re.compile(rf"^\s*{re.escape(title)}(?!\w)|^\s*{re.escape(title)}\s*(选填|已定)")


async def fill(form: Page | Locator, words: Words, command: str, **values: Any) -> None:
    """Fill the fields of a command's form that is shown.

    A mapping is a place with its name, a tuple an area with its grid, ``bytes`` a PNG to be sent, ``True`` a choice
    among few: say those as ``Choice``.
    """
    for name, value in values.items():
        title = words.field(command, name)
        match value:
            case bytes():
                await _send(form, title, value)
            case (community, grid):
                await form.get_by_label(_named(title)).first.select_option(community)
                await form.get_by_label("网格", exact=True).select_option(grid)
            case {"name": place}:
                await form.get_by_role("group", name=_named(title)).get_by_role("textbox").fill(place)
            case {"choose": option}:
                group = form.get_by_role("group", name=_named(title))
                await group.get_by_text(words.option(command, name, option), exact=True).click()
            case {"select": option}:
                await form.get_by_label(_named(title)).first.select_option(option)
            case _:
                await form.get_by_label(_named(title)).first.fill(str(value))


async def _send(form: Page | Locator, title: str, png: bytes) -> None:
    """Choose a photo and wait until it has been sent."""
    field = form.get_by_label(_named(title)).first
    photo: FilePayload = {"name": "photo.png", "mimeType": "image/png", "buffer": png}
    await field.set_input_files(photo)
    tile = field.locator("xpath=ancestor::ul[1]").locator("img:not(.dim)")
    await expect(tile).to_have_count(1)


async def send(form: Page | Locator) -> None:
    """Press the form's one button that sends it."""
    await form.locator("form button:not([type=button])").click()


async def act(page: Page, words: Words, command: str, title: str = "", **values: Any) -> None:
    """On a matter's page: press the action's button, fill its form, send it, see it taken."""
    await page.get_by_role("button", name=title or words.action(command), exact=not title).first.click()
    dialog = page.get_by_role("dialog")
    await fill(dialog, words, command, **values)
    await send(dialog)
    await expect(dialog).to_have_count(0)
