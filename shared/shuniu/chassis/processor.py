"""The command processor: the one writer of a service's state, log and timers (architecture ideas 1-3).

Concurrent commands are taken together, decided in order against one identity map, and written under one commit; each
caller is answered only after it. The head row's lock, taken by the batch's own first statement, orders the batches of
several processes, so positions are gapless and in commit order.
"""

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import asyncpg
import msgspec

from shuniu.chassis.audit import AuditEntry
from shuniu.chassis.batch import Batch, Head
from shuniu.chassis.context import Actor
from shuniu.chassis.counter import COUNTER
from shuniu.chassis.decision import Answer, Decision
from shuniu.chassis.flush import CursorMove, KeyRow, flush
from shuniu.chassis.rows import Key
from shuniu.chassis.service import Command
from shuniu.chassis.state import Stored, load_rows
from shuniu.chassis.tasks import end
from shuniu.chassis.telemetry import batch_span, command_span
from shuniu.contracts.envelope import CloudEvent, event_id
from shuniu.rules.refusal import Refusal, Unprocessable

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("FIRE_TIMER", "Busy", "CursorMove", "FireTimer", "Processor", "Submission")

log = logging.getLogger(__name__)

MAX_BATCH = 256
MAX_QUEUE = 4096
CACHED_ROWS = 20_000
REMEMBERED_KEYS = 8192
LOST_CONNECTION_PATIENCE_S = 8.0
_LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a connection that broke in the middle of a message
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.LockNotAvailableError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    OSError,
    TimeoutError,
)


class Busy(Exception):  # noqa: N818 - an answer, not a fault
    """The queue is full or the database is away: try again after ``retry_after`` seconds, with the same key."""

    def __init__(self, retry_after: int = 1) -> None:
        super().__init__("busy")
        self.retry_after = retry_after


class FireTimer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A timer came due: apply whatever the matter's row has due by now."""

    kind: str
    matter: str
    name: str
    generation: int


FIRE_TIMER: Command[FireTimer] = Command(
    name="chassis.fire_timer",
    struct=FireTimer,
    keys=lambda c, ctx: [Key(c.kind, c.matter)],
    decide=lambda rows, c, ctx: Decision(),
    internal=True,
)


@dataclass(slots=True)
class Submission:
    """One command as it is handed to the processor. ``key`` is its idempotency key."""

    command: Command[Any]
    body: Any
    actor: Actor
    key: str
    request_hash: bytes = b""
    traceparent: str = ""
    causation: str = ""
    event: CloudEvent | None = None
    cursor: CursorMove | None = None
    prepared: Any = None
    dry: bool = False
    """Decide as if it were meant, and keep nothing of it: neither its outcome nor its key."""
    future: "asyncio.Future[Answer]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Processor:
    """Takes submissions, answers them after their commit."""

    def __init__(self, host: "Host") -> None:
        self._host = host
        self._kinds = {kind.name: kind for kind in (*host.service.rows, COUNTER)}
        self._queue: deque[Submission] = deque()
        self._ready = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._cache: dict[Key, Stored] = {}
        self._cached_at: tuple[str, int] | None = None
        self._tried: OrderedDict[str, None] = OrderedDict()
        self.batches = 0
        self.commands = 0

    async def start(self) -> None:
        """Begin taking batches."""
        self._task = asyncio.create_task(self._run(), name=f"{self._host.service.name}-processor")

    async def stop(self) -> None:
        """Finish the batch under way; what still waits is answered Busy."""
        await end(self._task)
        while self._queue:
            _answer(self._queue.popleft(), Busy())

    async def submit(self, sub: Submission) -> Answer:
        """Decide and commit one command.

        Raises Refusal (nothing changed; audited), Busy (nothing known to have changed: retry with the same key), or
        what a faulty rule raised.
        """
        try:
            if sub.command.roles and sub.actor.kind in ("person", "program", "nobody"):
                sub.actor.require_role(*sub.command.roles)
            if _prepares(sub.command) and (answered := await self._prepare(sub)) is not None:
                return answered
            if len(self._queue) >= MAX_QUEUE:
                raise Busy
            self._queue.append(sub)
            self._ready.set()
            return await sub.future
        except Refusal as refusal:
            self._host.audit.refused(self._audit_entry(sub, refusal))
            raise

    async def _prepare(self, sub: Submission) -> Answer | None:
        """Run the command's ``prepare``; the stored answer instead, where an earlier try of the key was accepted.

        Preparing may be slow and may be refused by now: neither may keep a retry from its first answer. A look-up for
        every command would be dear; a process that meets the key for the first time prepares once more.
        """
        if sub.dry:  # what operates has its effect at once, so it is not tried out
            sub.prepared = await sub.command.prepare(sub.body, self._host) if sub.command.prepare else None
            return None
        # A reaction's cursor moves in the commit, past what was answered before as well.
        if sub.cursor is None and sub.key in self._tried and (answered := await self.answered(sub)) is not None:
            return answered
        self._tried[sub.key] = None
        if len(self._tried) > REMEMBERED_KEYS:
            self._tried.popitem(last=False)
        try:
            if sub.command.operate is not None:
                sub.prepared = await sub.command.operate(sub.body, sub.actor, self._host)
            elif sub.command.prepare is not None:
                sub.prepared = await sub.command.prepare(sub.body, self._host)
        except Refusal:
            if (answered := await self.answered(sub)) is None:
                raise
            return answered
        return None

    async def answered(self, sub: Submission) -> Answer | None:
        """The answer stored under the key, or None.

        Raises Busy, or Unprocessable ``command.key_reused`` where another request has the key.
        """
        try:
            stored = (await _known_keys(self._host.pool, [sub])).get(sub.key)
        except _LOST:
            raise Busy(2) from None
        return None if stored is None else _first_answer(sub, stored)

    def _audit_entry(self, sub: Submission, refusal: Refusal | None, answer: Answer | None = None) -> AuditEntry:
        matter = answer.matter.id if answer and answer.matter else str(getattr(sub.body, sub.command.matter_field, ""))
        return AuditEntry(
            at=self._host.clock.now(),
            actor=sub.actor.id,
            command=sub.command.name,
            allowed=refusal is None,
            rule=refusal.rule if refusal else "",
            matter=matter,
            event=event_id(answer.epoch, answer.position) if answer else "",
            key=sub.key,
            detail=dict(sub.command.noted(sub.body)) if sub.command.noted is not None else {},
        )

    async def _run(self) -> None:
        while True:
            await self._ready.wait()
            batch = [self._queue.popleft() for _ in range(min(MAX_BATCH, len(self._queue)))]
            if not self._queue:
                self._ready.clear()
            try:
                await self._commit_patiently(batch)
            except asyncio.CancelledError:
                for sub in batch:
                    _answer(sub, Busy())
                raise
            except Exception as fault:
                log.exception("%s: batch failed", self._host.service.name)
                for sub in batch:
                    _answer(sub, fault)

    async def _commit_patiently(self, subs: list[Submission]) -> None:
        """Commit, through a lost connection too.

        After a connection is lost in the middle of a commit its outcome is unknown. The rerun takes the head row's
        lock, so the lost transaction is over by then, and finds the keys that made it: those get their stored answer.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + LOST_CONNECTION_PATIENCE_S
        while True:
            try:
                await self._commit(subs)
                return
            except _LOST as lost:
                self._forget()
                if loop.time() > deadline:
                    log.warning("%s: database away (%s)", self._host.service.name, type(lost).__name__)
                    for sub in subs:
                        _answer(sub, Busy(2))
                    return
                await asyncio.sleep(0.1)
            except (asyncpg.PostgresError, asyncpg.DataError):
                self._forget()
                if len(subs) == 1:
                    raise
                # One of them cannot be written; singly, only that one fails.
                log.exception("%s: flush of %d commands failed, trying singly", self._host.service.name, len(subs))
                for sub in subs:
                    try:
                        await self._commit_patiently([sub])
                    except Exception as fault:
                        _answer(sub, fault)
                return

    def _forget(self) -> None:
        self._cache = {}
        self._cached_at = None

    async def _commit(self, subs: list[Submission]) -> None:
        host = self._host
        outcomes: list[tuple[Submission, Answer | BaseException]] = []
        with batch_span(host, len(subs)) as span:
            async with host.pool.acquire() as conn:
                transaction = conn.transaction()
                await transaction.start()
                try:
                    # Its own first statement: under READ COMMITTED everything read after it is as of the lock.
                    record = await conn.fetchrow("select epoch, position, last_time from log_head for update")
                    assert record is not None, "the log has no head"
                    head = Head(record["epoch"], record["position"], record["last_time"])
                    if self._cached_at != (head.epoch, head.position):
                        self._forget()
                    batch = self._new_batch(conn, head)
                    known = await _known_keys(conn, subs)
                    asked = await self._prefetch(batch, subs, known)
                    written: list[KeyRow] = []
                    audits: list[AuditEntry] = []
                    cursors: list[CursorMove] = []
                    for sub in subs:
                        outcome = await self._decide(batch, sub, asked.get(id(sub)), known, written, audits)
                        outcomes.append((sub, outcome))
                        if sub.cursor is not None and isinstance(outcome, Answer):
                            cursors.append(sub.cursor)
                    sealed: list[tuple[Any, ...]] = []
                    if written or cursors:
                        sealed = host.audit.seal(audits)
                        person = [host.vault.seal(p, matter, batch.now) for matter, p in batch.private]
                        await flush(conn, batch, written, sealed, person, cursors)
                        await transaction.commit()
                    else:
                        await transaction.rollback()
                except BaseException:
                    self._forget()
                    await _quietly_roll_back(conn, transaction)
                    raise
            span.set_attribute("shuniu.events", len(batch.events))
        self._remember(batch)
        host.audit.committed(sealed)
        self.batches += 1
        self.commands += len(subs)
        if batch.events:
            host.committed(head.epoch, batch.position)
        for sub, outcome in outcomes:
            _answer(sub, outcome)

    def _new_batch(self, conn: Any, head: Head) -> Batch:
        async def load(keys: Iterable[Key]) -> dict[Key, Stored]:
            return await load_rows(conn, self._kinds, keys)

        return Batch(
            service=self._host.service,
            kinds=self._kinds,
            head=head,
            source=self._host.source,
            now=max(self._host.clock.now(), head.last_time),
            rows=self._cache,
            load=load,
        )

    async def _prefetch(
        self, batch: Batch, subs: list[Submission], known: dict[str, tuple[bytes, bytes]]
    ) -> dict[int, list[Key]]:
        """Load the first-round rows of the whole batch at once; the keys each submission asked for.

        A faulty ``keys`` is met again when its command is decided.
        """
        asked: dict[int, list[Key]] = {}
        for sub in subs:
            if sub.key in known:
                continue
            try:
                asked[id(sub)] = list(dict.fromkeys(sub.command.keys(sub.body, self._context(batch, sub))))
            except Exception:
                continue
        await batch.want(key for keys in asked.values() for key in keys)
        return asked

    def _context(self, batch: Batch, sub: Submission) -> Any:
        return self._host.context(sub.actor, now=batch.now, prepared=sub.prepared, event=sub.event, minted=batch.minted)

    async def _decide(
        self,
        batch: Batch,
        sub: Submission,
        asked: list[Key] | None,
        known: dict[str, tuple[bytes, bytes]],
        written: list[KeyRow],
        audits: list[AuditEntry],
    ) -> Answer | BaseException:
        if (stored := known.get(sub.key)) is not None and not sub.dry:
            try:
                return _first_answer(sub, stored)
            except Refusal as refusal:
                return refusal
        with command_span(self._host, sub.command.name, sub.traceparent) as traceparent:
            try:
                answer = await batch.decide(
                    sub.command,
                    sub.body,
                    self._context(batch, sub),
                    sub.causation or sub.key,
                    traceparent,
                    asked,
                    dry=sub.dry,
                )
            except Refusal as refusal:
                return refusal
            except _LOST:
                raise
            except Exception as fault:
                log.exception("%s failed", sub.command.name)
                return fault
        if sub.dry:
            return answer
        if isinstance(sub.body, FireTimer):
            batch.fired.add((sub.body.kind, sub.body.matter, sub.body.name))
        stored_answer = msgspec.json.encode(answer)
        known[sub.key] = (sub.request_hash, stored_answer)
        written.append((sub.key, sub.request_hash, stored_answer, batch.now))
        audits.append(self._audit_entry(sub, None, answer))
        return answer

    def _remember(self, batch: Batch) -> None:
        """The identity map outlives the batch; its rows hold as long as nobody else moves the head."""
        if len(self._cache) > CACHED_ROWS:
            self._forget()
        self._cached_at = (batch.head.epoch, batch.position)


def _prepares(command: Command[Any]) -> bool:
    return command.prepare is not None or command.operate is not None


def _first_answer(sub: Submission, stored: tuple[bytes, bytes]) -> Answer:
    request_hash, answer = stored
    if request_hash != sub.request_hash:
        raise Unprocessable("command.key_reused", params={"key": sub.key})
    return msgspec.json.decode(answer, type=Answer)


async def _known_keys(conn: Any, subs: list[Submission]) -> dict[str, tuple[bytes, bytes]]:
    records = await conn.fetch(
        "select key, request_hash, answer from command_key where key = any($1)", [sub.key for sub in subs]
    )
    return {r["key"]: (r["request_hash"], r["answer"]) for r in records}


async def _quietly_roll_back(conn: Any, transaction: Any) -> None:
    try:
        if not conn.is_closed():
            await transaction.rollback()
    except (*_LOST, asyncpg.PostgresError):
        log.debug("roll-back of a lost transaction failed", exc_info=True)


def _answer(sub: Submission, outcome: Answer | BaseException) -> None:
    if sub.future.done():
        return
    if isinstance(outcome, Answer):
        sub.future.set_result(outcome)
    else:
        sub.future.set_exception(outcome)
