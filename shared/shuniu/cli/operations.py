"""`shuniu dead-letters …` and `shuniu rebuild …`: an administrator at a terminal, by the services' own API."""

import asyncio
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click
import msgspec

from shuniu.cli.reach import Reach, reach
from shuniu.runtime.child import SetUpError
from shuniu.runtime.installed import find_service

_POLL_S = 0.25
_SOURCES_PATIENCE_S = 60.0
"""How long sources that were started a moment ago may take before they answer for their logs."""


async def list_letters(names: Sequence[str], state: Path, *, discarded: bool, as_json: bool) -> None:
    """Print the dead letters of the named services, or of all."""
    found: list[dict[str, Any]] = []
    async with reach(names, state) as there:
        for service in names or there.services:
            path = f"/dead-letters?discarded={str(discarded).lower()}"
            page = await there.must(service, "GET", path)
            found += [{"service": service, **letter} for letter in page["letters"]]
            if page["total"] > len(page["letters"]):
                click.echo(f"{service}: {page['total']} in all, {len(page['letters'])} shown", err=True)
    if as_json:
        click.echo(msgspec.json.encode(found))
        return
    for letter in found:
        click.echo(_line(letter))
    if not found:
        click.echo("No dead letters." if not discarded else "Nothing was discarded.")


def _line(letter: dict[str, Any]) -> str:
    what = letter.get("rule") or letter.get("error") or "waits behind an earlier event"
    matter = f"matter {letter['matter']}" if letter["matter"] else "no matter"
    given_up = f'  by {letter["discarded_by"]}: "{letter["reason"]}"' if letter["state"] == "discarded" else ""
    return f"{letter['service']}  {letter['id']}  {letter['state']}  {what}  {letter['type']}  {matter}{given_up}"


async def show_letter(service: str, letter: str, state: Path) -> None:
    """Print one dead letter and the queue it stands in, as JSON."""
    async with reach([service], state) as there:
        page = await there.must(service, "GET", f"/dead-letters/{quote(letter, safe='')}")
    click.echo(msgspec.json.format(msgspec.json.encode(page)))


async def retry_letters(names: Sequence[str], state: Path, reason: str, *, letter: str, consumer: str) -> bool:
    """Retry and say how it went; True where nothing is parked any more of what was asked for."""
    left = 0
    async with reach(names, state) as there:
        for service in names or there.services:
            body = {"reason": reason, "letter": letter, "consumer": consumer}
            answer = (await there.must(service, "POST", "/commands/chassis.retry_dead_letters", body))["answer"]
            left += answer["left"]
            click.echo(f"{service}: {answer['drained']} taken, {answer['left']} still parked")
    return left == 0


async def discard_letters(service: str, letters: Sequence[str], state: Path, reason: str) -> None:
    """Discard, one by one, and say what went on behind each."""
    async with reach([service], state) as there:
        for letter in letters:
            body = {"reason": reason, "letter": letter}
            answer = (await there.must(service, "POST", "/commands/chassis.discard_dead_letter", body))["answer"]
            click.echo(
                f"{service}: {letter} is discarded; of its matter {answer['drained']} taken,"
                f" {answer['left']} still parked"
            )


async def rebuild_projection(service: str, projection: str, state: Path, reason: str) -> None:
    """Rebuild a projection and return when that is over; readers of a running deployment notice nothing."""
    from shuniu.chassis.identity import REVOCATIONS
    from shuniu.chassis.registry import REGISTRY

    loaded = find_service(service).load()
    known = sorted(one.name for one in (REGISTRY, REVOCATIONS, *loaded.projections))
    if projection not in known:
        raise SetUpError(f"{service} has no projection {projection!r} (it has: {', '.join(known)}).")
    async with reach([service], state) as there:
        deadline = time.monotonic() + _SOURCES_PATIENCE_S
        while True:
            job = await _one_rebuild(there, service, projection, reason)
            if job["state"] == "done":
                break
            # Sources that were started with us may have yet to come up.
            if not (there.begun and job["fault"].endswith("its log") and time.monotonic() < deadline):
                raise SetUpError(f"{service}: {projection} was left as it is: {job['fault'] or job['state']}.")
            await asyncio.sleep(_POLL_S)
    click.echo(f"{service}: {projection} is rebuilt ({job['events']} events)")


async def _one_rebuild(there: Reach, service: str, projection: str, reason: str) -> dict[str, Any]:
    body = {"projection": projection, "reason": reason}
    begun = await there.must(service, "POST", "/commands/chassis.rebuild", body)
    path, told = f"/rebuilds/{begun['answer']['rebuild']}", False
    while True:
        job: dict[str, Any] = await there.must(service, "GET", path)
        if job["state"] != "running":
            if told:
                click.echo(err=True)
            return job
        if sys.stderr.isatty() and job["total"]:
            click.echo(f"\r  {job['events']} of {job['total']} events", nl=False, err=True)
            told = True
        await asyncio.sleep(_POLL_S)
