"""An evaluation as a row and a matter, and its commands: the numbers are computed, the decision is a person's."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta
from msgspec.structs import replace
from shuniu.chassis.context import Context
from shuniu.chassis.counter import counter_key, next_number
from shuniu.chassis.decision import Decision, Detail, DetailField, DetailRow, DetailSection, Emit, Offer
from shuniu.chassis.rows import Happening, Index, Key, MatterFace, RowKind, Rows
from shuniu.chassis.service import Command
from shuniu.contracts.envelope import Fact, move_of
from shuniu.contracts.insurance import evaluation as said
from shuniu.contracts.summary import Link, MatterSummary, Notice, StepSummary, Summary, Visibility
from shuniu.rules.refusal import Conflict, FieldError, Forbidden, Refusal, Unprocessable

from shuniu_insurance.evaluation.figures import gathered
from shuniu_insurance.evaluation.formula import bands, change_for, next_sum, rates_of, written
from shuniu_insurance.evaluation.lifecycle import EVALUATION
from shuniu_insurance.evaluation.texts import TEXTS
from shuniu_insurance.fields import Hidden, Reason, Sealed, today
from shuniu_insurance.policies.policy import POLICY_ROW
from shuniu_insurance.settings import settings_of

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("COMMANDS", "EVALUATION_ROW", "Evaluation")

NUMBERS = "PG"
_LEADERS = EVALUATION.move("decide").roles
_SHARES = ("MONEY", "RISK", "LOSS", "HAZARDS_OFF", "IN_TIME", "KNOWN")


class Evaluation(msgspec.Struct, frozen=True, kw_only=True):
    """One policy's year."""

    id: str
    number: str
    status: str = "COMPUTED"
    policy: str
    policy_number: str
    area: str
    insurer: str
    bands: str
    figures: said.EvaluationFigures
    rates: dict[str, str]
    suggested: dict[str, int]
    computed_by: str
    computed_at: datetime
    variant: str = ""
    change_percent: int = 0
    next_sum_insured: int = 0
    decided_by: str = ""
    reason_ref: str = ""
    ended_at: datetime | None = None


class Compute(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Compute a policy's year. ``exposed_units``: households or communities; ``residents``: for 出险率."""

    policy: Annotated[str, Meta(min_length=1, max_length=64)]
    exposed_units: Annotated[int, Meta(ge=0, le=10_000_000)]
    residents: Annotated[int, Meta(ge=0, le=10_000_000)]


class OnEvaluation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command on one evaluation."""

    evaluation: Hidden


class Decide(OnEvaluation, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Next year's sum insured: by which variant, by how many percent, and why. The table only suggests."""

    variant: said.EvaluationVariant
    change_percent: Annotated[int, Meta(ge=-100, le=100)]
    reason: Reason


def evolve(row: Evaluation | None, f: Any, h: Happening) -> Evaluation | None:
    """The evaluation after a fact."""
    match f:
        case said.EvaluationComputed():
            return Evaluation(
                id=f.evaluation,
                number=f.number,
                policy=f.policy,
                policy_number=f.policy_number,
                area=f.area,
                insurer=f.insurer,
                bands=f.bands,
                figures=f.figures,
                rates=f.rates,
                suggested=f.suggested,
                computed_by=h.actor,
                computed_at=h.time,
            )
        case said.EvaluationDecided() if row is not None:
            return replace(
                row,
                status="DECIDED",
                variant=f.variant,
                change_percent=f.change_percent,
                next_sum_insured=f.next_sum_insured,
                reason_ref=f.reason_ref,
                decided_by=h.actor,
                ended_at=h.time,
            )
        case said.EvaluationDiscarded() if row is not None:
            return replace(row, status="DISCARDED", ended_at=h.time)
    return row


def guard(move: str, row: Evaluation, ctx: Context) -> None:
    """Role, place, status; who computed it does not decide it."""
    EVALUATION.check_role(move, ctx.actor.roles, "access.role")
    if not ctx.actor.covers(row.area):
        raise Forbidden("access.area", state=row.status, event=move, params={"area": row.area})
    EVALUATION.check(row.status, move)
    if move == "decide" and ctx.actor.id == row.computed_by:
        raise Forbidden("evaluation.two_persons", state=row.status, event=move)


def _visibility(row: Evaluation) -> Visibility:
    return Visibility(areas=(row.area,), units=(row.insurer,), sensitivity=2)


def _summarise(row: Evaluation, f: Fact, ctx: Context) -> Summary:
    matter = MatterSummary(
        kind=EVALUATION.kind,
        id=row.id,
        number=row.number,
        version=0,
        title=f"{TEXTS['kind.insurance_evaluation'].zh} · {row.policy_number}",
        status=row.status,
        open=row.status == "COMPUTED",
        opened_at=row.computed_at,
        closed_at=row.ended_at,
        area=row.area,
        lead_unit=row.insurer,
        visibility=_visibility(row),
    )
    notices: tuple[Notice, ...] = ()
    if isinstance(f, said.EvaluationComputed):
        notices = (Notice(why="assigned", text="notice.evaluation_computed", roles=_LEADERS, areas=(row.area,)),)
    elif isinstance(f, said.EvaluationDecided):
        notices = (Notice(why="changed", text="notice.evaluation_decided", units=(row.insurer,)),)
    link = Link(relation="evaluates", source=ctx.source, kind=POLICY_ROW.name, matter=row.policy)
    links = (link,) if isinstance(f, said.EvaluationComputed) else ()
    return Summary(matter=matter, step=StepSummary(move=move_of(f)), links=links, notices=notices)


def _offers(row: Evaluation, ctx: Context) -> Sequence[Offer]:
    found = []
    for move in EVALUATION.moves_from(row.status):
        try:
            guard(move.event, row, ctx)
        except Refusal:
            continue
        prefill: dict[str, Any] = {"evaluation": row.id}
        if move.event == "decide" and row.suggested:
            variant = "MONEY" if "MONEY" in row.suggested else "RISK"
            prefill |= {"variant": variant, "change_percent": row.suggested[variant]}
        found.append(Offer(action=f"evaluation.{move.event}", prefill=prefill, fixed=("evaluation",)))
    return tuple(found)


def _share(rate: str) -> str:
    return f"{float(rate) * 100:.2f}%" if rate else "—"


def _detail(row: Evaluation, ctx: Context) -> Detail:
    """Both numbers with their formulas, what the table suggests for each, and who decided what."""
    f = row.figures
    worked = {
        "MONEY": f"1 - {f.paid} / {f.sum_insured} = {row.rates.get('MONEY') or '—'}",
        "RISK": f"1 - {f.covered_events} / {f.exposed_units} = {row.rates.get('RISK') or '—'}",
    }
    variants = tuple(
        DetailRow(
            label=f"enum.variant.{variant}",
            note=formula,
            fields=(DetailField(label="detail.suggested", value=f"{row.suggested[variant]:+d}%"),)
            if variant in row.suggested
            else (),
        )
        for variant, formula in worked.items()
    )
    shares = [DetailField(label=f"rate_of.{n}", value=_share(row.rates.get(n, ""))) for n in _SHARES[2:]]
    frequency = row.rates.get("FREQUENCY", "")
    shares.append(DetailField(label="rate_of.FREQUENCY", value=f"{float(frequency):.3f}‰" if frequency else "—"))
    fields = [
        DetailField(label="detail.policy_number", value=row.policy_number),
        DetailField(label="detail.bands", value=row.bands),
        *shares,
    ]
    if row.status == "DECIDED":
        opened: dict[str, dict[str, str]] = ctx.prepared or {}
        fields += [
            DetailField(label="field.variant", value=f"enum.variant.{row.variant}", kind="key"),
            DetailField(label="field.change_percent", value=f"{row.change_percent:+d}%"),
            DetailField(label="detail.next_sum", value=f"¥{row.next_sum_insured / 100:,.2f}"),
            DetailField(label="detail.decided_by", value=row.decided_by),
        ]
        if words := opened.get(row.reason_ref, {}).get("text", ""):
            fields.append(DetailField(label="detail.decision_reason", value=words))
    return Detail(fields=tuple(fields), sections=(DetailSection(title="section.variants", rows=variants),))


EVALUATION_ROW: RowKind[Evaluation] = RowKind(
    EVALUATION.kind,
    Evaluation,
    "insurance_evaluation",
    evolve,
    index=lambda row: Index(row.status, row.area, row.insurer),
    face=MatterFace(
        summarise=_summarise, number=lambda row: row.number, visibility=_visibility, offers=_offers, detail=_detail
    ),
)


async def _gather(c: Compute, host: "Host") -> said.EvaluationFigures | None:
    return await gathered(host, c.policy, c.exposed_units, c.residents)


def _compute_keys(c: Compute, ctx: Context) -> Iterable[Key]:
    return (POLICY_ROW.key(c.policy), counter_key(NUMBERS, ctx.now))


def compute(rows: Rows, c: Compute, ctx: Context) -> Decision:
    """COMPUTED: both variants, exact; the band table's change for each."""
    policy = rows.need(POLICY_ROW, c.policy)
    ctx.actor.require_area(policy.area)
    given = bands(settings_of(ctx).bands_file)
    if policy.status in ("DRAFT", "DISCARDED"):
        raise Conflict("evaluation.concluded_policy", state=policy.status, event="compute")
    if policy.until > today(ctx) + timedelta(days=given.last_days):
        raise Conflict("evaluation.near_the_end", event="compute", params={"days": given.last_days})
    figures = ctx.prepared
    assert isinstance(figures, said.EvaluationFigures)
    rates = rates_of(figures)
    suggested = {v: change_for(rate, given) for v in ("MONEY", "RISK") if (rate := rates[v]) is not None}
    fact = said.EvaluationComputed(
        evaluation=ctx.new_id(),
        number=next_number(rows, NUMBERS, ctx.now),
        policy=policy.id,
        policy_number=policy.number,
        area=policy.area,
        insurer=policy.insurer,
        bands=f"{given.id}/{given.direction}",
        figures=figures,
        rates={name: written(rate) for name, rate in rates.items()},
        suggested=suggested,
    )
    on = (EVALUATION_ROW.key(fact.evaluation), counter_key(NUMBERS, ctx.now))
    return Decision((Emit(fact, on),), (), {"evaluation": fact.evaluation, "number": fact.number})


def _keys(c: OnEvaluation, ctx: Context) -> Iterable[Key]:
    return (EVALUATION_ROW.key(c.evaluation),)


def decide(rows: Rows, c: Decide, ctx: Context) -> Decision:
    """DECIDED by a named person within the clamp; the table's change is a suggestion."""
    row = rows.need(EVALUATION_ROW, c.evaluation)
    guard("decide", row, ctx)
    clamp = bands(settings_of(ctx).bands_file).clamp_percent
    if abs(c.change_percent) > clamp:
        fields = (FieldError("change_percent", "not_between"),)
        raise Unprocessable(
            "evaluation.clamp", state=row.status, event="decide", fields=fields, params={"percent": clamp}
        )
    if c.variant not in row.suggested:
        fields = (FieldError("variant", "no_denominator"),)
        raise Unprocessable("evaluation.no_rate", state=row.status, event="decide", fields=fields)
    keeper = Sealed(ctx, row.id)
    fact = said.EvaluationDecided(
        evaluation=row.id,
        variant=c.variant,
        change_percent=c.change_percent,
        next_sum_insured=next_sum(row.figures.sum_insured, c.change_percent),
        reason_ref=keeper.text(c.reason, "insurance.evaluation", 2),
    )
    answer = {"evaluation": row.id, "number": row.number, "next_sum_insured": fact.next_sum_insured}
    return Decision((Emit(fact, (EVALUATION_ROW.key(row.id),)),), tuple(keeper.private), answer)


def discard(rows: Rows, c: OnEvaluation, ctx: Context) -> Decision:
    """DISCARDED."""
    row = rows.need(EVALUATION_ROW, c.evaluation)
    guard("discard", row, ctx)
    fact = said.EvaluationDiscarded(evaluation=row.id)
    return Decision((Emit(fact, (EVALUATION_ROW.key(row.id),)),), (), {"evaluation": row.id, "number": row.number})


_ON: dict[str, Any] = {"kind": EVALUATION.kind, "matter_field": "evaluation"}
COMMANDS: tuple[Command[Any], ...] = (
    Command(
        "evaluation.compute",
        Compute,
        _compute_keys,
        compute,
        roles=EVALUATION.move("compute").roles,
        prepare=_gather,
        opens=EVALUATION.kind,
        surfaces=("board",),
        order=350,
    ),
    Command("evaluation.decide", Decide, _keys, decide, roles=_LEADERS, tone="primary", order=351, **_ON),
    Command(
        "evaluation.discard",
        OnEvaluation,
        _keys,
        discard,
        roles=EVALUATION.move("discard").roles,
        tone="danger",
        order=352,
        **_ON,
    ),
)
