"""`shuniu demo`: the suite with a demonstration street in it.

The street itself is the package `shuniu_demo` (folder demo/): its data, its clock and its actors, who work through the
public APIs only. Here is merely the order of things.
"""

import importlib
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any, Protocol, cast

import click

from shuniu.cli.loops import Stop
from shuniu.runtime.child import SetUpError
from shuniu.runtime.installed import choose_services
from shuniu.runtime.state import StateFolder
from shuniu.runtime.suite import Suite, SuiteOptions


class Demonstration(Protocol):
    """What `shuniu_demo.Demonstration(state)` offers."""

    scope: str
    clock_file: Path
    registry_file: Path | None

    def begin(self) -> None:
        """Before any service runs: set the domain clock, write the passwords; resumes what an earlier run began."""

    def load(self, suite: Suite) -> Coroutine[Any, Any, None]:
        """Bring the street's past in until the domain clock has caught up; a restart goes on where it stopped."""

    def sign_in_lines(self, suite: Suite) -> Sequence[str]:
        """Who can sign in and how, to be printed at every start."""

    def live(self, suite: Suite) -> Coroutine[Any, Any, None]:
        """Life going on at a set pace, until cancelled."""

    def leave(self) -> Coroutine[Any, Any, None]:
        """Stop whatever the demonstration itself has started."""


def _demonstration(state: StateFolder, districts: bool) -> Demonstration:
    try:
        package = importlib.import_module("shuniu_demo")
    except ModuleNotFoundError as error:
        if error.name != "shuniu_demo":
            raise
        raise SetUpError("The demonstration is not installed; `make demo` does that.") from error
    return cast(Demonstration, package.Demonstration(state, districts=districts))


async def run_demonstration(state: Path, port: int | None, isolate: bool, districts: bool = False) -> None:
    """Start, load, print the address and the sign-ins, live until Ctrl-C, stop everything."""
    stop = Stop()
    street = _demonstration(StateFolder(state), districts)
    options = SuiteOptions(
        state=state,
        scope=street.scope,
        isolate=isolate,
        port=port,
        clock_file=street.clock_file,
        registry_file=street.registry_file,
    )
    suite = Suite(choose_services(()), options, before=street.begin)
    click.echo("枢纽 Shuniu starts …")
    await stop.during(suite.start())
    try:
        if not stop.asked:
            suite.state.remember("scope", suite.options.scope)
            click.echo("The demonstration street catches up with today …")
            await stop.during(street.load(suite))
        if not stop.asked:
            click.echo(f"\n枢纽 Shuniu 演示 demonstration: {suite.url}/   (Ctrl-C stops it)")
            for line in street.sign_in_lines(suite):
                click.echo(f"  {line}")
            await stop.during(street.live(suite))
            await stop.wait()
            click.echo("Stopping …")
    finally:
        await street.leave()
        await suite.stop()
