"""A grant (数据共享申请), its life cycle as data, and how it evolves."""

from datetime import date, datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from shuniu.chassis.datasets.declared import KIND, STEWARD
from shuniu.chassis.rows import Happening
from shuniu.chassis.terms import clock_of
from shuniu.contracts import datasets as said
from shuniu.contracts.clock import ClockOverdue, ClockRecomputed, ClockSoon
from shuniu.contracts.text import Text
from shuniu.rules.calendar import WorkingHours
from shuniu.rules.clocks import Clock, clock_recomputed, mark
from shuniu.rules.lifecycle import Lifecycle, Move, Status
from shuniu.rules.limits import Limit, LimitNote, Profile

__all__ = ("DATASET_STATEMENTS", "GRANTING", "MOST_USES", "SHARING", "Grant", "Use", "evolve")

MOST_USES = 200
"""So many takings-out stand in the row; the log keeps all."""

DATASET_STATEMENTS = (
    f"create table {KIND} (key text primary key, version int not null, schema int not null,"
    " status text not null default '', area text not null default '', unit text not null default '',"
    " due_at timestamptz, doc jsonb not null)",
    f"create index {KIND}_status on {KIND} (status, due_at)",
)

SHARING = Profile(
    id="data-sharing",
    source=Text(
        "政务数据共享条例（国务院令809号）", "Regulations on government data sharing (State Council Order 809)"
    ),
    limits={"data_answer": Limit.parse("10wd")},
    hours=WorkingHours(),
    notes={
        "data_answer": LimitNote(
            Text(
                "有条件共享的 10 个工作日内答复（业务规则 7.4）",
                "a conditional grant is answered in 10 working days (domain rules 7.4)",
            ),
            "K",
        )
    },
)
GRANTING = Lifecycle(
    kind=KIND,
    initial="ASKED",
    statuses=(
        Status("ASKED", True, "waiting", "asked"),
        Status("GRANTED", True, "active", "granted"),
        Status("REFUSED", False, "stopped", "ended"),
        Status("REVOKED", False, "stopped", "ended"),
        Status("GRANT_OVER", False, "done", "ended"),
    ),
    moves=(
        Move("ask", (), "ASKED", (), "dataset.ask", "data_answer"),
        Move("grant", ("ASKED",), "GRANTED", (STEWARD,), "dataset.answer_asked"),
        Move("refuse", ("ASKED",), "REFUSED", (STEWARD,), "dataset.answer_asked"),
        Move("revoke", ("GRANTED",), "REVOKED", (STEWARD,), "dataset.revoke_granted"),
        Move("fetch", ("GRANTED",), None, (), "dataset.fetch_granted"),
        Move("end", ("GRANTED",), "GRANT_OVER", (), "dataset.end_granted"),
    ),
)


class Use(msgspec.Struct, frozen=True):
    """The data were taken out once."""

    at: datetime
    rows: int
    form: str


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """What a unit asked for and may take out. Why it asked, and why it was refused, lie in the vault."""

    id: str
    number: str
    dataset: str
    unit: str
    status: str
    columns: tuple[str, ...]
    basis: said.LegalBasis
    until: date
    asked_by: str
    asked_at: datetime
    unconditional: bool = False
    notes: tuple[tuple[str, str], ...] = ()
    """(key of the catalogue, reference)."""
    clocks: tuple[Clock, ...] = ()
    used: int = 0
    uses: tuple[Use, ...] = ()

    @property
    def open(self) -> bool:
        """Whether it is asked for, or in force."""
        return self.status in ("ASKED", "GRANTED")


def evolve(row: Grant | None, f: Any, h: Happening) -> Grant | None:
    """The grant after the fact."""
    if isinstance(f, said.DatasetAsked):
        return Grant(
            id=f.grant,
            number=f.number,
            dataset=f.dataset,
            unit=f.unit,
            status="ASKED",
            columns=f.columns,
            basis=f.basis,
            until=f.until,
            asked_by=h.actor,
            asked_at=h.time,
            notes=(("data_purpose", f.purpose_ref),),
            clocks=(clock_of(f.term),) if f.term is not None else (),
        )
    return _evolve(row, f, h) if row is not None else None


def _answered(g: Grant, h: Happening, status: str, ref: str = "") -> Grant:
    clocks = tuple(c.stop(h.time, "met") if c.state == "running" else c for c in g.clocks)
    return replace(g, status=status, clocks=clocks, notes=(*g.notes, ("data_reason", ref)) if ref else g.notes)


def _evolve(g: Grant, f: Any, h: Happening) -> Grant:
    match f:
        case said.DatasetGranted():
            g = _answered(g, h, "GRANTED")
            return replace(g, columns=f.columns, until=f.until, unconditional=f.unconditional)
        case said.DatasetRefused():
            return _answered(g, h, "REFUSED", f.reason_ref)
        case said.DatasetRevoked():
            return _answered(g, h, "REVOKED", f.reason_ref)
        case said.DatasetEnded():
            return replace(g, status="GRANT_OVER")
        case said.DatasetUsed():
            return replace(g, used=g.used + 1, uses=(*g.uses, Use(h.time, f.rows, f.form))[-MOST_USES:])
        case ClockSoon() | ClockOverdue():
            return replace(g, clocks=mark(g.clocks, f))
        case ClockRecomputed():
            return replace(g, clocks=clock_recomputed(g.clocks, f))
        case _:
            return g
