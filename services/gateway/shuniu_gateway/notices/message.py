"""What a message says: pure. Nothing personal is in it, and nothing that is not published.

The sentence is the owner's (a text of its manifest), number and title are the matter's published ones, times are
Asia/Shanghai. The delivery's id stands at the end, so whoever gets a message twice can tell.
"""

from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple
from urllib.parse import quote

from shuniu.contracts.gateway import NoticeMatter
from shuniu.contracts.text import Text
from shuniu.rules.calendar import local

__all__ = ("Message", "compose", "link_to")

Language = Literal["zh", "en"]

_WORDS: Final[dict[str, Text]] = {
    "number": Text("编号：", "No. "),
    "title": Text("事项：", "Matter: "),
    "due": Text("期限：", "Due: "),
    "here": Text("（北京时间）", " (Beijing time)"),
    "link": Text("查看：", "Open: "),
    "delivery": Text("通知编号：", "Message id: "),
}


class Message(NamedTuple):
    """A subject line and what stands below it."""

    title: str
    body: str


def link_to(public_url: str, matter: NoticeMatter | None) -> str:
    """The matter's page in the command view; "" where the deployment has not said where that is."""
    if not public_url or matter is None:
        return ""
    parts = "/".join(quote(part, safe="") for part in (matter.service, matter.kind, matter.id))
    return f"{public_url.rstrip('/')}/#/matter/{parts}"


def _moment(at: datetime, language: Language) -> str:
    """The minute in Shanghai. A day's end is that day's 24:00, not the next one's beginning."""
    here = local(at)
    day, clock = here.date(), f"{here:%H:%M}"
    if clock == "00:00":
        day, clock = day - timedelta(days=1), "24:00"
    return f"{day} {clock}" if language == "en" else f"{day.year}年{day.month}月{day.day}日 {clock}"


def compose(
    language: Language, service: Text, sentence: Text, matter: NoticeMatter | None, link: str, delivery: str
) -> Message:
    """The message in one language: ``service`` speaks, ``sentence`` is why."""

    def say(text: Text) -> str:
        return text.en if language == "en" else text.zh

    lines: list[str] = []
    if matter is not None:
        lines += [say(_WORDS["number"]) + matter.number, say(_WORDS["title"]) + matter.title]
        if matter.due_at is not None:
            lines.append(say(_WORDS["due"]) + _moment(matter.due_at, language) + say(_WORDS["here"]))
    if link:
        lines.append(say(_WORDS["link"]) + link)
    lines.append(say(_WORDS["delivery"]) + delivery)
    return Message(f"{say(service)}{': ' if language == 'en' else '：'}{say(sentence)}", "\n".join(lines))
