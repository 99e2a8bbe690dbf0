"""A month's book as a matter: its summary, its page, what may be done with it."""

from collections.abc import Sequence

from shuniu.chassis.context import Context
from shuniu.chassis.decision import Detail, DetailField, DetailPanel, DetailRow, DetailSection, Offer
from shuniu.chassis.rows import Index, MatterFace, RowKind
from shuniu.contracts.envelope import Fact
from shuniu.contracts.insurance import fund as said
from shuniu.contracts.summary import MatterSummary, MeasureSummary, Notice, Summary, Visibility
from shuniu.rules.refusal import Refusal

from shuniu_insurance.fields import yuan
from shuniu_insurance.fund.lifecycle import FINANCE, MONTH
from shuniu_insurance.fund.state import FundGuard, Month, MonthEntry, evolve, evolve_guard
from shuniu_insurance.fund.texts import TEXTS
from shuniu_insurance.policies.policy import step_of

__all__ = ("GUARD", "MONTH_ROW", "READERS")

READERS = ("finance", "street_clerk", "leading_group", "party_secretary", "office_director", "operator")
_MOST_OFFERED = 30


GUARD: RowKind[FundGuard] = RowKind("insurance_fund_guard", FundGuard, "insurance_fund_guard", evolve_guard)


def _visibility(m: Month) -> Visibility:
    """The street's own people; an insurer, a community or an enterprise sees nothing of the fund's book."""
    return Visibility(areas=(m.area,), sensitivity=2)


def _measures(f: Fact, m: Month) -> tuple[MeasureSummary, ...]:
    if not isinstance(f, said.FundMoved):
        return ()
    on, area = f.entry.on, {"area": m.area}
    found = []
    for p in f.entry.postings:
        if p.account.startswith("S:"):
            at = {**area, "fund_source": p.account.split(":")[1]}
            found.append(MeasureSummary(name="fund.received", value=yuan(-p.amount), on=on, dimensions=at))
        elif p.account.startswith("I:"):
            found.append(MeasureSummary(name="fund.premium_paid", value=yuan(p.amount), on=on, dimensions=area))
    return tuple(found)


def _notices(f: Fact, m: Month) -> tuple[Notice, ...]:
    match f:
        case said.FundReversalAsked():
            return (Notice(why="assigned", text="notice.fund_reversal_asked", roles=FINANCE, areas=(m.area,)),)
        case said.FundMonthClosed():
            return (Notice(why="changed", text="notice.fund_closed", roles=("office_director",), areas=(m.area,)),)
    return ()


def _summarise(m: Month, f: Fact, ctx: Context) -> Summary:
    matter = MatterSummary(
        kind=MONTH.kind,
        id=m.id,
        number=f"ZJ{m.id}",
        version=0,
        title=f"{TEXTS['kind.fund_month'].zh} · {m.id}",
        status=m.status,
        open=m.status == "MONTH_OPEN",
        opened_at=m.opened_at,
        closed_at=m.closed_at,
        area=m.area,
        flags=("FUND_REVERSAL_WAITS",) if m.asked else (),
        visibility=_visibility(m),
    )
    detail = f"enum.entry_kind.{f.entry.kind}" if isinstance(f, said.FundMoved) else ""
    return Summary(matter=matter, step=step_of(f, detail=detail), measures=_measures(f, m), notices=_notices(f, m))


def _offers(m: Month, ctx: Context) -> Sequence[Offer]:
    from shuniu_insurance.fund.commands import check_close, check_reversal

    found: list[Offer] = []
    for e in m.entries[-_MOST_OFFERED:]:
        for move in ("ask_reversal", "approve_reversal", "decline_reversal"):
            try:
                check_reversal(m, e, move, ctx)
            except Refusal:
                continue
            given = {"month": m.id, "entry": e.entry.id}
            found.append(Offer(action=f"fund.{move}", prefill=given, fixed=("month", "entry")))
    try:
        check_close(m, FundGuard(), ctx)
    except Refusal:
        pass
    else:
        found.append(Offer(action="fund.close", prefill={"month": m.id}, fixed=("month",)))
    return tuple(found)


def _entry(e: MonthEntry) -> DetailRow:
    moved = sum(p.amount for p in e.entry.postings if p.amount > 0)
    return DetailRow(
        label=f"enum.entry_kind.{e.entry.kind}",
        note=f"enum.entry_state.{e.state}",
        fields=(
            DetailField(label="field.on", value=e.entry.on.isoformat()),
            DetailField(label="field.amount", value=f"¥{moved / 100:,.2f}"),
            DetailField(label="field.reference", value=e.reference),
        ),
    )


def _detail(m: Month, ctx: Context) -> Detail:
    fields = [DetailField(label="field.month", value=m.id)]
    if m.balance is not None:
        fields.append(DetailField(label="detail.fund_balance", value=f"¥{m.balance / 100:,.2f}"))
    fields += [
        DetailField(label="field.reason", value=text)
        for opened in (ctx.prepared or {}).values()
        if (text := opened.get("text"))
    ]
    return Detail(
        fields=tuple(fields),
        sections=(DetailSection(title="section.fund_entries", rows=tuple(_entry(e) for e in m.entries)),),
        panels=(DetailPanel(title="panel.fund_statement", kind="table", route="/fund/statement"),),
    )


MONTH_ROW: RowKind[Month] = RowKind(
    MONTH.kind,
    Month,
    "insurance_fund_month",
    evolve,
    index=lambda m: Index(m.status, m.area),
    face=MatterFace(
        summarise=_summarise,
        number=lambda m: f"ZJ{m.id}",
        visibility=_visibility,
        offers=_offers,
        detail=_detail,
    ),
)
