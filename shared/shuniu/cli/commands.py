"""The commands. Each imports what it needs when it runs, so that `shuniu services` does not pay for a web server."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from shuniu.cli.loops import Stop, run, set_up_logging
from shuniu.runtime.child import SetUpError

if TYPE_CHECKING:
    from shuniu.runtime.suite import Suite, SuiteOptions

F = TypeVar("F", bound=Callable[..., Any])

DEFAULT_STATE = ".shuniu"


def _state_option(command: F) -> F:
    option = click.option(
        "--state",
        type=click.Path(path_type=Path, file_okay=False),
        default=lambda: Path(os.environ.get("SHUNIU_STATE_DIR") or DEFAULT_STATE),
        help=f"Folder for everything that is kept (default: {DEFAULT_STATE}).",
    )
    return option(command)


def _up_options(command: F) -> F:
    for option in (
        click.option("--isolate", is_flag=True, help="One process per service instead of one for all."),
        click.option("--port", type=click.IntRange(1, 65535), help="The gateway's port (default: 8710 or the next)."),
    ):
        command = option(command)
    return _state_option(command)


@click.group()
def shuniu() -> None:
    """枢纽 Shuniu: the services of a street's command centre."""


@shuniu.command()
@click.argument("names", metavar="[SERVICE…]", nargs=-1)
@click.option("--scope", help="Division code of 6 to 12 digits; remembered from the first start.")
@click.option(
    "--join",
    type=click.Path(path_type=Path, file_okay=False),
    help="State folder of a deployment running on this machine, whose bus to use; remembered (docs/peers.md).",
)
@_up_options
def up(
    names: tuple[str, ...], scope: str | None, join: Path | None, state: Path, port: int | None, isolate: bool
) -> None:
    """Run every installed service, or the named ones with the gateway, until Ctrl-C."""
    from shuniu.cli.peering import bus_of
    from shuniu.runtime.installed import choose_services
    from shuniu.runtime.state import StateFolder
    from shuniu.runtime.suite import Suite

    set_up_logging()
    folder = StateFolder(state)
    code = scope or os.environ.get("SHUNIU_SCOPE") or folder.recall("scope")
    options = _options(state, _checked_scope(code), port, isolate, bus_of(folder, join))
    run(_live(Suite(choose_services(names), options)))


def _options(state: Path, scope: str, port: int | None, isolate: bool, nats_url: str = "") -> "SuiteOptions":
    from shuniu.runtime.settings import peers_from
    from shuniu.runtime.suite import SuiteOptions

    clock, registry = os.environ.get("SHUNIU_CLOCK_FILE"), os.environ.get("SHUNIU_REGISTRY_FILE")
    calendar = os.environ.get("SHUNIU_CALENDAR_FILE")
    return SuiteOptions(
        state=state,
        scope=scope,
        isolate=isolate,
        port=port,
        clock_file=Path(clock) if clock else None,
        registry_file=Path(registry) if registry else None,
        peers_file=peers_from(),
        nats_url=nats_url,
        calendar_file=Path(calendar) if calendar else None,
        otlp_endpoint=os.environ.get("SHUNIU_OTLP_ENDPOINT", ""),
    )


def _checked_scope(scope: str | None) -> str:
    if not scope:
        raise SetUpError("Say whose scope this is: --scope CODE, a division code of 6 to 12 digits.")
    if not (scope.isascii() and scope.isdigit() and 6 <= len(scope) <= 12):
        raise SetUpError(f"{scope!r} is not a division code of 6 to 12 digits.")
    return scope


async def _live(suite: "Suite") -> None:
    stop = Stop()
    await stop.during(suite.start())
    try:
        if not stop.asked:
            suite.state.remember("scope", suite.options.scope)
            click.echo(_is_up(suite))
            await stop.wait()
            click.echo("Stopping …")
    finally:
        await suite.stop()


def _is_up(suite: "Suite") -> str:
    running = ", ".join(suite.shape.running())
    lines = [f"枢纽 Shuniu runs at {suite.url}/  (scope {suite.options.scope}: {running}). Ctrl-C stops it."]
    lines += [f"  not running: {name}: {why}" for name, why in suite.failed.items()]
    passwords = sorted(suite.state.keys.folder.glob("*-admin-password"))
    lines += [f"  The first administrator's password is in {path}" for path in passwords]
    return "\n".join(lines)


@shuniu.command()
@click.argument("service")
@click.option("--host", help="Address to listen on (default: SHUNIU_HOST or 127.0.0.1).")
@click.option("--port", type=click.IntRange(0, 65535), help="Port (default: SHUNIU_PORT or a free one).")
def serve(service: str, host: str | None, port: int | None) -> None:
    """Run one service with the database and bus that the environment names; for containers and `up --isolate`."""
    import msgspec

    from shuniu.runtime.installed import find_service
    from shuniu.runtime.settings import Deployment

    set_up_logging(service)
    found = find_service(service)
    deployment = Deployment.from_environment(service)
    changes: dict[str, Any] = {}
    if host is not None:
        changes["host"] = host
    if port is not None:
        changes["port"] = port
    run(_serve(found.load(), msgspec.structs.replace(deployment, **changes)))


async def _serve(service: Any, deployment: Any) -> None:
    import asyncpg

    from shuniu.chassis.migrate import NewerSchema
    from shuniu.runtime.serving import Serving, settle_memory
    from shuniu.runtime.watchdog import LoopWatchdog

    stop = Stop()
    serving = Serving(service, deployment)
    watchdog = LoopWatchdog()
    try:
        try:
            await stop.during(serving.start())
        except NewerSchema as error:
            raise SetUpError(f"{deployment.service} cannot start: {error}.") from error
        except (OSError, asyncpg.PostgresError) as error:
            raise SetUpError(f"{deployment.service} cannot use its database: {error}") from error
        if not stop.asked:
            settle_memory()
            watchdog.start()
            click.echo(f"{deployment.service} answers at {serving.url}/", err=True)
            await stop.wait()
    finally:
        await watchdog.stop()
        await serving.stop()


@shuniu.command()
def services() -> None:
    """List the installed services and what keeps any of them from loading."""
    from shuniu.runtime.installed import installed_services

    found = installed_services()
    if not found:
        click.echo("No service is installed.")
    for one in found:
        try:
            one.load()
        except SetUpError as error:
            click.echo(f"{one.name}  {one.version}  {one.distribution}  ERROR: {error}")
        else:
            click.echo(f"{one.name}  {one.version}  {one.distribution}")


@shuniu.command()
@click.argument("names", metavar="[SERVICE…]", nargs=-1)
@_state_option
def migrate(names: tuple[str, ...], state: Path) -> None:
    """Bring the databases of all, or the named, services to this release."""
    from shuniu.cli.offline import migrate_services
    from shuniu.runtime.installed import find_service, installed_services

    set_up_logging()
    chosen = [find_service(name) for name in names] if names else installed_services()
    run(migrate_services(chosen, state))


def _reason_option(command: F) -> F:
    return click.option("--reason", required=True, help="Why, in a sentence; the audit keeps it.")(command)


@shuniu.command()
@click.argument("service")
@click.argument("projection")
@click.option("--reason", default="rebuilt at the command line", help="Why; the audit keeps it.")
@_state_option
def rebuild(service: str, projection: str, reason: str, state: Path) -> None:
    """Make PROJECTION of SERVICE anew from the logs of its sources, while it goes on being read."""
    from shuniu.cli.operations import rebuild_projection

    set_up_logging()
    run(rebuild_projection(service, projection, state, reason))


@shuniu.group("dead-letters")
def dead_letters() -> None:
    """Events that could not be taken: look at them, take them again, give them up."""


@dead_letters.command("list")
@click.argument("names", metavar="[SERVICE…]", nargs=-1)
@click.option("--discarded", is_flag=True, help="Those that were given up.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@_state_option
def list_dead_letters(names: tuple[str, ...], discarded: bool, as_json: bool, state: Path) -> None:
    """List the dead letters of all, or the named, services."""
    from shuniu.cli.operations import list_letters

    set_up_logging()
    run(list_letters(names, state, discarded=discarded, as_json=as_json))


@dead_letters.command("show")
@click.argument("service")
@click.argument("letter")
@_state_option
def show_dead_letter(service: str, letter: str, state: Path) -> None:
    """Show one dead letter and the queue it stands in."""
    from shuniu.cli.operations import show_letter

    set_up_logging()
    run(show_letter(service, letter, state))


@dead_letters.command("retry")
@click.argument("names", metavar="[SERVICE…]", nargs=-1)
@click.option("--letter", default="", help="Only the queue this one stands in (of one service).")
@click.option("--consumer", default="", help="Only those of this projection or reaction.")
@_reason_option
@_state_option
def retry_dead_letters(names: tuple[str, ...], letter: str, consumer: str, reason: str, state: Path) -> None:
    """Take dead letters of all, or the named, services again, each matter's in order; status 1 where some stay."""
    from shuniu.cli.operations import retry_letters

    if (letter or consumer) and len(names) != 1:
        raise SetUpError("Say whose it is: with --letter or --consumer exactly one SERVICE is named.")
    set_up_logging()
    if not run(retry_letters(names, state, reason, letter=letter, consumer=consumer)):
        raise SystemExit(1)


@dead_letters.command("discard")
@click.argument("service")
@click.argument("letters", metavar="LETTER…", nargs=-1, required=True)
@_reason_option
@_state_option
def discard_dead_letter(service: str, letters: tuple[str, ...], reason: str, state: Path) -> None:
    """Give dead letters of SERVICE up for good; the later events of their matters go on."""
    from shuniu.cli.operations import discard_letters

    set_up_logging()
    run(discard_letters(service, letters, state, reason))


@shuniu.command()
@click.argument("name")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--title-zh", default="新服务", help="What it is called in Chinese.")
@click.option("--title-en", default="New service", help="What it is called in English.")
def new(name: str, folder: Path, title_zh: str, title_en: str) -> None:
    """Write a small complete service NAME into DIR, to be made into what you need."""
    from shuniu.cli.newly import write_service

    written = write_service(name, title_zh, title_en, folder)
    click.echo(f"{len(written)} files in {folder}. Next: pip install -e {folder} && pytest {folder}")


@shuniu.command()
@click.option("--districts", is_flag=True, help="With two neighbour deployments and the case of three districts.")
@_up_options
def demo(state: Path, port: int | None, isolate: bool, districts: bool) -> None:
    """Run everything with the demonstration street's data, until Ctrl-C."""
    from shuniu.cli.demonstration import run_demonstration

    set_up_logging()
    run(run_demonstration(state, port, isolate, districts))


@shuniu.group()
def peers() -> None:
    """Other deployments: our key for them, theirs for us, what is agreed (docs/peers.md)."""


@peers.command("key")
@click.option("--service", default="gateway", help="Whose key, for services that live in containers of their own.")
@click.option("--scope", help="Division code, where the deployment was never started.")
@_state_option
def peer_key(service: str, scope: str | None, state: Path) -> None:
    """Print the public key by which others know this deployment."""
    from shuniu.cli.peering import public_key
    from shuniu.runtime.state import StateFolder

    code = scope or os.environ.get("SHUNIU_SCOPE") or StateFolder(state).recall("scope")
    click.echo(public_key(state, _checked_scope(code), service), nl=False)


@peers.command("pin")
@click.argument("issuer")
@click.argument("file", type=click.File("rb"))
@_state_option
def pin_peer(issuer: str, file: Any, state: Path) -> None:
    """Trust tokens of ISSUER (/<scope>/gateway) signed by the public key in FILE (- for what is typed in)."""
    from shuniu.cli.peering import pin_key

    click.echo(pin_key(state, issuer, file.read()))


@peers.command("show")
@click.option("--scope", help="Division code, where the deployment was never started.")
@_state_option
def show_peers(scope: str | None, state: Path) -> None:
    """What is agreed with whom, and what is missing for it to work."""
    from shuniu.cli.peering import agreements
    from shuniu.runtime.state import StateFolder

    code = scope or os.environ.get("SHUNIU_SCOPE") or StateFolder(state).recall("scope")
    for line in agreements(state, _checked_scope(code)):
        click.echo(line)


@shuniu.command("verify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--key", default="", help="The issuing service's public key, base64 (GET /documents/key).")
def verify_document(file: Path, key: str) -> None:
    """Check a document (the PDF, or the document.json in it). Exits 0 only when its signature is right."""
    from shuniu.cli.verify import verify

    raise SystemExit(0 if verify(file, key) else 1)
