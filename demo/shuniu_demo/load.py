"""Telling the story to the running street: clock forward, everybody does what the instant has for them, clock forward.

All acts of an instant are given at once; acts of one thread keep their order. A step refused ends its thread and is
said, the others go on.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from shuniu_demo.clients import Refused, Street
from shuniu_demo.journal import Journal
from shuniu_demo.script import LINKED, LOOKED_UP, NOW, OFFERED, REACHED, SHARED, SHEET, Act, Picture, Ref, resolved
from shuniu_demo.story import Story

__all__ = ("Player", "instants")

log = logging.getLogger(__name__)

INSTANT: Final = timedelta(minutes=15)
"""Acts no further apart than this are given at one instant of the domain's clock."""
NEWS_S: Final = 30.0
"""How long word of something may take from one service to another."""
_NOT_HEARD_YET: Final = frozenset(
    {"grid.unknown_unit", "whistle.unit_unknown", "grid.unknown_area", "whistle.area_unknown", "order.unit_unknown",
     "case.area_unknown", "guide.unit_unknown", "insurance.not_registered", "claim.no_policy"}
)  # fmt: skip


def instants(acts: Sequence[Act]) -> Iterator[tuple[datetime, list[list[Act]]]]:
    """(instant, threads): every act once, in order; the instant is that of the last act given at it."""
    at = 0
    while at < len(acts):
        until = at
        while until < len(acts) and acts[until].at - acts[at].at < INSTANT:
            until += 1
        threads: dict[str, list[Act]] = {}
        for act in acts[at:until]:
            threads.setdefault(act.thread, []).append(act)
        yield acts[until - 1].at, list(threads.values())
        at = until


class Player:
    """Gives the acts of a story. ``clock`` sets the domain's clock; ``progress`` is told the share done, 0 to 1."""

    def __init__(
        self,
        street: Street,
        journal: Journal,
        clock: Callable[[datetime], None],
        progress: Callable[[float], None] = lambda share: None,
    ) -> None:
        self._street = street
        self._journal = journal
        self._clock = clock
        self._progress = progress
        self.known: dict[str, dict[str, Any]] = {}
        self._accounts = {
            f"account.{step.partition('/')[2]}": told["account"]
            for step, told in journal.told.items()
            if step.startswith("open/") and "account" in told
        }
        self._shared: dict[str, Any] = {}
        self._now = ""
        self.ended: set[str] = set()
        """Threads in which a step was refused."""

    async def play(self, story: Story) -> None:
        """Give every act that the journal does not have yet."""
        self._remember(story)
        done = 0
        for at, threads in instants(story.acts):
            todo = [[act for act in acts if not self._journal.done(act.key)] for acts in threads]
            if any(todo):
                self._clock(at)
                self._now = at.isoformat()
                await asyncio.gather(*(self._thread(acts) for acts in todo if acts))
            done += sum(map(len, threads))
            self._progress(done / len(story.acts))

    def _remember(self, story: Story) -> None:
        for act in story.acts:
            self.known.setdefault(act.thread, dict(self._accounts))
            if act.key in self._journal.told:
                self._learn(act, self._journal.told[act.key])
            elif act.key in self._journal.refused:
                self.ended.add(act.thread)

    def _learn(self, act: Act, told: Mapping[str, Any]) -> None:
        self.known[act.thread].update(told)
        self._shared.update({name: value for name, value in told.items() if name.startswith(SHARED)})

    async def _thread(self, acts: Sequence[Act]) -> None:
        for act in acts:
            if act.thread in self.ended:
                return
            try:
                told = await self._act(act)
            except (Refused, KeyError, TimeoutError) as no:
                why = str(no) if isinstance(no, Refused) else repr(no)
                log.warning("%s: %s by %s was refused: %s", act.key, act.command, act.by, why)
                self.ended.add(act.thread)
                self._journal.note(act.key, {}, why)
            else:
                self._learn(act, told)
                self._journal.note(act.key, told)

    async def _act(self, act: Act) -> dict[str, Any]:
        known = {**self._shared, **self.known[act.thread], NOW.name: self._now}
        if act.command == SHEET:
            return await self._hand_in(act, known)
        looks = {REACHED: self._reached, LINKED: self._linked, OFFERED: self._offered, LOOKED_UP: self._looked_up}
        look = looks.get(act.command)
        return await self._give(act, known) if look is None else await self._until(act, known, look)

    async def _give(self, act: Act, known: Mapping[str, Any]) -> dict[str, Any]:
        references = {
            picture: await self._street.evidence(act.service, act.by, picture) for picture in _pictures(act.body)
        }
        body = resolved(act.body, known, references.__getitem__)
        desk, key = self._street.desk(act.by), self._street.key(act.key)
        deadline = asyncio.get_running_loop().time() + NEWS_S
        while True:
            try:
                answer = await desk.do(act.command, body, key)
            except Refused as no:
                # Units and areas travel from their owner to the others as events; asking again is what a person does.
                if no.rule not in _NOT_HEARD_YET or asyncio.get_running_loop().time() > deadline:
                    raise
                await asyncio.sleep(0.2)
            else:
                return {act.keep.get(name, name): value for name, value in _flat(answer.get("answer", {}))}

    async def _hand_in(self, act: Act, known: Mapping[str, Any]) -> dict[str, Any]:
        body = resolved(act.body, known, lambda picture: None)
        key = self._street.key(act.key)
        await self._street.desk(act.by).hand_in(body["service"], body["sheet"], body["rows"], key)
        return {}

    async def _until(
        self, act: Act, known: Mapping[str, Any], look: Callable[[Act, dict[str, Any]], Any]
    ) -> dict[str, Any]:
        body = resolved(act.body, known, lambda picture: None)
        deadline = asyncio.get_running_loop().time() + NEWS_S
        while (told := await look(act, body)) is None:
            if asyncio.get_running_loop().time() > deadline:
                raise TimeoutError(f"{act.command} {body}")
            await asyncio.sleep(0.05)
        found: dict[str, Any] = told
        return found

    async def _page(self, act: Act, body: dict[str, Any]) -> dict[str, Any] | None:
        try:
            page: dict[str, Any] = await self._street.desk(act.by).get(
                f"/matters/{body['service']}/{body['kind']}/{body['id']}"
            )
        except Refused as no:
            if no.status != 404:
                raise
            return None
        return page

    async def _reached(self, act: Act, body: dict[str, Any]) -> dict[str, Any] | None:
        page = await self._page(act, body)
        return {} if page is not None and page["matter"]["status"] == body["status"] else None

    async def _linked(self, act: Act, body: dict[str, Any]) -> dict[str, Any] | None:
        page = await self._page(act, body)
        links = page["links"] if page is not None else []
        return next(({body["name"]: link["id"]} for link in links if link["kind"] == body["to"]), None)

    async def _offered(self, act: Act, body: dict[str, Any]) -> dict[str, Any] | None:
        offers = await self._street.desk(act.by).offers(body["service"], body["kind"], body["id"])
        mine = (offer["prefill"] for offer in offers if offer["action"] == body["action"])
        return next(({body["name"]: prefill[body["field"]]} for prefill in mine if body["field"] in prefill), None)

    async def _looked_up(self, act: Act, body: dict[str, Any]) -> dict[str, Any] | None:
        answer = await self._street.desk(act.by).get(f"/services/{body['service']}/x{body['path']}")
        found = dict(_flat({"": answer}))
        return next(({body["name"]: value} for name, value in found.items() if name == f".{body['pick']}"), None)


def _flat(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in tree.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        elif isinstance(value, list):
            yield from _flat({str(n): one for n, one in enumerate(value)}, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _pictures(body: Any) -> Iterator[Picture]:
    if isinstance(body, Picture):
        yield body
    elif isinstance(body, Mapping):
        for value in body.values():
            yield from _pictures(value)
    elif isinstance(body, list | tuple) and not isinstance(body, Ref):
        for value in body:
            yield from _pictures(value)
