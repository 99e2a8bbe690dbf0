"""Asking for a dataset, answering, taking it out, revoking. Pure but for writing the file, which happens before."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, NamedTuple

import msgspec
from msgspec import Meta

from shuniu.chassis.context import Actor, Context
from shuniu.chassis.counter import counter_key, next_number
from shuniu.chassis.datasets.declared import ASK, FETCH, KIND, STEWARD, Dataset
from shuniu.chassis.datasets.grants import GRANTING, SHARING, Grant
from shuniu.chassis.decision import Decision, Emit, Private
from shuniu.chassis.rows import Key, RowKind, Rows
from shuniu.chassis.service import Command
from shuniu.chassis.sheet_export import export
from shuniu.chassis.state import load_row
from shuniu.chassis.terms import term
from shuniu.contracts import datasets as said
from shuniu.rules.calendar import local
from shuniu.rules.evidence import BlobRef
from shuniu.rules.refusal import Conflict, FieldError, Forbidden, NotFound, Unprocessable

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("LONGEST", "Sharing", "check")

NUMBERS: Final = "SJ"
"""Prefix of grants' numbers (数据)."""
LONGEST: Final = timedelta(days=366)
"""Longest time a grant holds; then it is asked for anew (design choice)."""
FILE_LIFE_S: Final = 600.0

_Why = Annotated[str, Meta(min_length=4, max_length=500, pattern=r"\S", extra_json_schema={"x-widget": "textarea"})]
_Columns = Annotated[tuple[Annotated[str, Meta(max_length=60)], ...], Meta(max_length=100)]
_Day = Annotated[date, Meta(extra_json_schema={"x-widget": "date"})]
_Id = Annotated[str, Meta(max_length=64, extra_json_schema={"x-widget": "hidden"})]


class Ask(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A unit asks for a dataset: which columns (none: all), on what ground, for what, until when."""

    dataset: Annotated[str, Meta(min_length=1, max_length=60, extra_json_schema={"x-widget": "hidden"})]
    data_unit: Annotated[str, Meta(min_length=1, max_length=40, extra_json_schema={"x-widget": "unit"})]
    data_basis: said.LegalBasis
    data_purpose: _Why
    data_until: _Day
    data_columns: Annotated[_Columns, Meta(extra_json_schema={"x-widget": "hidden"})] = ()


class OnGrant(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command on one grant."""

    data_grant: _Id


class GrantData(OnGrant, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Grant it, perhaps fewer columns or for a shorter time than asked."""

    data_columns: _Columns = ()
    data_until: _Day | None = None


class Because(OnGrant, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Refuse or revoke, with a reason the unit reads."""

    data_reason: _Why


class Fetch(OnGrant, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Take the data out as a file."""

    data_form: Literal["xlsx", "csv"] = "xlsx"


class _File(NamedTuple):
    blob: BlobRef
    rows: int


def _wrong(rule: str, field: str, code: str, event: str, **params: Any) -> Unprocessable:
    return Unprocessable(rule, event=event, fields=(FieldError(field, code),), params=params)


def check(g: Grant, actor: Actor, event: str) -> None:
    """Whether this actor may do this with the grant now: the steward answers, never for a unit of their own; who
    belongs to the unit takes out."""
    if event == "fetch":
        if not actor.acts_for(g.unit):
            raise Forbidden("dataset.other_unit", state=g.status, event=event)
    else:
        if not actor.has_role(STEWARD):
            raise Forbidden("dataset.steward", state=g.status, event=event)
        if event in ("grant", "refuse") and actor.acts_for(g.unit):
            raise Forbidden("dataset.own_unit", state=g.status, event=event)
    GRANTING.check(g.status, event)


class Sharing:
    """The commands of a service's datasets."""

    def __init__(self, declared: Mapping[str, Dataset], grants: RowKind[Grant]) -> None:
        self._declared = declared
        self._grants = grants

    def _dataset(self, name: str, event: str) -> Dataset:
        found = self._declared.get(name)
        if found is None:
            raise NotFound("dataset.unknown", event=event, params={"dataset": name})
        return found

    def _one(self, q: OnGrant, ctx: Context) -> Iterable[Key]:
        return (self._grants.key(q.data_grant),)

    def _on(self, fact: Any, g: Grant) -> Emit:
        return Emit(fact, (self._grants.key(g.id),))

    def _columns(self, dataset: Dataset, asked: tuple[str, ...], among: tuple[str, ...], event: str) -> tuple[str, ...]:
        """Those asked for in the sheet's order; all of ``among`` where none is named."""
        wanted = set(asked) or set(among)
        if unknown := wanted - set(among):
            raise _wrong("dataset.column_unknown", "data_columns", "unknown", event, column=min(unknown))
        return tuple(c.id for c in dataset.sheet.columns if c.id in wanted)

    def _until(self, day: date, ctx: Context, event: str) -> date:
        today = local(ctx.now).date()
        if not today <= day <= today + LONGEST:
            raise _wrong("dataset.until", "data_until", "out_of_range", event, most=LONGEST.days)
        return day

    def ask(self, rows: Rows, q: Ask, ctx: Context) -> Decision:
        """OPEN data are granted at once, NOT_SHARED never, of the others the owner decides (domain rules 7.4)."""
        dataset = self._dataset(q.dataset, "ask")
        if not ctx.actor.acts_for(q.data_unit):
            raise Forbidden("dataset.other_unit", event="ask", params={"unit": q.data_unit})
        if dataset.share == "NOT_SHARED":
            raise Conflict("dataset.closed", event="ask", params={"dataset": dataset.name})
        everything = tuple(c.id for c in dataset.sheet.columns)
        columns = self._columns(dataset, q.data_columns, everything, "ask")
        until = self._until(q.data_until, ctx, "ask")
        at_once = dataset.share == "OPEN"
        grant, purpose = ctx.new_id(), ctx.new_id()
        number = next_number(rows, NUMBERS, ctx.now)
        asked = said.DatasetAsked(
            grant=grant,
            number=number,
            dataset=dataset.name,
            unit=q.data_unit,
            columns=columns,
            basis=q.data_basis,
            until=until,
            purpose_ref=purpose,
            term=None if at_once else term(ctx, "data_answer", SHARING.limit("data_answer"), SHARING),
        )
        on = (self._grants.key(grant), counter_key(NUMBERS, ctx.now))
        given = said.DatasetGranted(grant=grant, columns=columns, until=until, unconditional=True)
        events = (Emit(asked, on), *((Emit(given, (self._grants.key(grant),)),) if at_once else ()))
        sealed = Private(purpose, {"text": q.data_purpose.strip()}, "data.sharing", "STATUTORY_DUTY", matter=grant)
        return Decision(events, (sealed,), {"grant": grant, "number": number})

    def _ask_keys(self, q: Ask, ctx: Context) -> Iterable[Key]:
        return (counter_key(NUMBERS, ctx.now),)

    def grant(self, rows: Rows, q: GrantData, ctx: Context) -> Decision:
        """Never wider or longer than asked (PIPL §6)."""
        g = rows.need(self._grants, q.data_grant)
        check(g, ctx.actor, "grant")
        columns = self._columns(self._dataset(g.dataset, "grant"), q.data_columns, g.columns, "grant")
        until = self._until(q.data_until or g.until, ctx, "grant")
        if until > g.until:
            raise _wrong("dataset.longer", "data_until", "out_of_range", "grant", until=g.until.isoformat())
        fact = said.DatasetGranted(grant=g.id, columns=columns, until=until)
        return Decision((self._on(fact, g),), (), {"grant": g.id})

    def _because(self, g: Grant, q: Because, ctx: Context, fact: Any) -> Decision:
        ref = ctx.new_id()
        sealed = Private(ref, {"text": q.data_reason.strip()}, "data.sharing", "STATUTORY_DUTY", matter=g.id)
        return Decision((self._on(fact(grant=g.id, reason_ref=ref), g),), (sealed,), {"grant": g.id})

    def refuse(self, rows: Rows, q: Because, ctx: Context) -> Decision:
        """The reason is read by the unit that asked."""
        g = rows.need(self._grants, q.data_grant)
        check(g, ctx.actor, "refuse")
        return self._because(g, q, ctx, said.DatasetRefused)

    def revoke(self, rows: Rows, q: Because, ctx: Context) -> Decision:
        """From now on nothing is taken out under it."""
        g = rows.need(self._grants, q.data_grant)
        check(g, ctx.actor, "revoke")
        return self._because(g, q, ctx, said.DatasetRevoked)

    async def _write(self, q: Fetch, actor: Actor, host: "Host") -> _File:
        """The file, for whoever the rule below will let take it; nobody learns its name otherwise."""
        found = await load_row(host.pool, self._grants, q.data_grant)
        if found is None:
            raise NotFound("data_grant.unknown", params={"id": q.data_grant})
        g = found[0]
        check(g, actor, "fetch")
        dataset = self._dataset(g.dataset, "fetch")
        # The owner's whole table: the grant is the permission, not what the asking person may see here otherwise.
        owner = Actor(id="datasets", kind="program", roles=frozenset(dataset.sheet.export_roles), areas=(host.scope,))
        content, rows = await export(host, owner, dataset.sheet, q.data_form, only=g.columns)
        await host.blobs.clean()
        blob = await host.blobs.put(content)
        await host.blobs.expire(blob.sha256, FILE_LIFE_S)
        return _File(blob, rows)

    def fetch(self, rows: Rows, q: Fetch, ctx: Context) -> Decision:
        """Taken out and written into the ledger in one; the file waits ten minutes as a blob."""
        g = rows.need(self._grants, q.data_grant)
        check(g, ctx.actor, "fetch")
        file: _File = ctx.prepared
        answer = {
            "blob": msgspec.to_builtins(file.blob),
            "rows": file.rows,
            "file_name": f"{g.number}-{local(ctx.now):%Y%m%d}.{q.data_form}",
        }
        return Decision((self._on(said.DatasetUsed(grant=g.id, rows=file.rows, form=q.data_form), g),), (), answer)

    def commands(self) -> tuple[Command[Any], ...]:
        """All of them; taking out goes through the ledger and the audit."""
        about: dict[str, Any] = {"kind": KIND, "matter_field": "data_grant"}
        steward: dict[str, Any] = {**about, "roles": (STEWARD,)}
        return (
            Command(ASK, Ask, self._ask_keys, self.ask, opens=KIND, icon="file", surfaces=(), order=900),
            Command("data.grant", GrantData, self._one, self.grant, tone="primary", order=901, **steward),
            Command("data.refuse", Because, self._one, self.refuse, order=902, **steward),
            Command("data.revoke", Because, self._one, self.revoke, tone="danger", order=903, **steward),
            Command(FETCH, Fetch, self._one, self.fetch, operate=self._write, tone="primary", order=904, **about),
        )
