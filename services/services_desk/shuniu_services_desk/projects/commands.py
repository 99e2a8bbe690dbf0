"""Commands of a project: from a resolution only, with a named fund, to the last word to those who needed it."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.counter import counter_key, next_number
from shuniu.chassis.decision import Decision, Emit, Private
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.chassis.terms import term_until
from shuniu.contracts.services_desk import projects as said
from shuniu.contracts.services_desk.needs import (
    ClusterClosed,
    ClusterPlanned,
    NeedFedBack,
    NeedPlanned,
    NeedRejected,
)
from shuniu.contracts.services_desk.projects import EvidenceFile, MilestonePlan
from shuniu.rules.evidence import BlobRef, check_evidence
from shuniu.rules.ledger import transfer
from shuniu.rules.refusal import Conflict, FieldError, Unprocessable

from shuniu_services_desk.deliberation.kinds import DELIBERATION_ROW
from shuniu_services_desk.deliberation.kinds import check as check_deliberation
from shuniu_services_desk.fields import Sealing, check_unit, today
from shuniu_services_desk.matter import may
from shuniu_services_desk.needs.kinds import CLUSTER_ROW, NEED_ROW
from shuniu_services_desk.needs.lifecycles import CLUSTER, DECIDERS, NEED
from shuniu_services_desk.needs.raising import PURPOSE as NEED_PURPOSE
from shuniu_services_desk.projects import bodies as given
from shuniu_services_desk.projects.kinds import PROJECT_ROW, check, check_milestone
from shuniu_services_desk.projects.ledger import LEDGER, budget_account, source_account, spent_account
from shuniu_services_desk.projects.state import Project
from shuniu_services_desk.settings import profile_of

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("COMMANDS",)

NUMBERS = "XM"
"""Prefix of projects' numbers (项目)."""
PURPOSE = "desk.project"


async def _prepare_evidence(c: Any, host: "Host") -> None:
    """Files that are named as evidence are the service's."""
    await host.blobs.require(check_evidence(c.evidence, least=1))


def _files(refs: Sequence[BlobRef]) -> tuple[EvidenceFile, ...]:
    return tuple(EvidenceFile(r.sha256, r.size, r.media_type) for r in check_evidence(refs, least=1))


def _plan_keys(c: given.Plan, ctx: Context) -> Iterable[Key]:
    return (DELIBERATION_ROW.key(c.deliberation), counter_key(NUMBERS, ctx.now))


def _its_needs(c: given.Plan, rows: Rows, ctx: Context) -> Iterable[Key]:
    d = rows.find(DELIBERATION_ROW, c.deliberation)
    if d is not None:
        yield CLUSTER_ROW.key(d.cluster)
        yield from (NEED_ROW.key(n) for n in d.needs)


def _milestones(c: given.Plan, ctx: Context) -> tuple[MilestonePlan, ...]:
    errors: list[FieldError] = []
    for n, m in enumerate(c.milestones):
        if m.due_on < m.start_on or m.start_on < today(ctx):
            errors.append(FieldError(f"milestones.{n}.due_on", "out_of_range"))
        if any(a > n for a in m.after):
            errors.append(FieldError(f"milestones.{n}.after", "not_before"))
        check_unit(m.unit, f"milestones.{n}.unit", "plan", ctx)
    if errors:
        raise Unprocessable("project.milestones", event="plan", fields=tuple(errors))
    ids = [ctx.new_id() for _ in c.milestones]
    return tuple(
        MilestonePlan(
            id=ids[n],
            seq=n + 1,
            work=m.work,
            unit=m.unit,
            start_on=m.start_on,
            due_on=m.due_on,
            after=tuple(ids[a - 1] for a in dict.fromkeys(m.after)),
        )
        for n, m in enumerate(c.milestones)
    )


def plan(rows: Rows, c: given.Plan, ctx: Context) -> Decision:
    """PLANNED: one project of a resolution, and none without one."""
    d = rows.need(DELIBERATION_ROW, c.deliberation, c.expected_version, "plan")
    check_deliberation(d, "plan", ctx)
    cluster = rows.need(CLUSTER_ROW, d.cluster)
    may(CLUSTER, cluster, "plan", ctx)
    check_unit(c.lead, "lead", "plan", ctx)
    project = ctx.new_id()
    fact = said.ProjectPlanned(
        project=project,
        number=next_number(rows, NUMBERS, ctx.now),
        deliberation=d.id,
        cluster=d.cluster,
        needs=d.needs,
        category=d.category,
        area=d.area,
        unit=c.lead,
        source=c.fund_source,
        fund=c.fund.strip(),
        budget=c.budget,
        milestones=_milestones(c, ctx),
    )
    on = (PROJECT_ROW.key(project), DELIBERATION_ROW.key(d.id), counter_key(NUMBERS, ctx.now))
    events = [Emit(fact, on, d.area)]
    events.append(Emit(ClusterPlanned(cluster=cluster.id, project=project), (CLUSTER_ROW.key(cluster.id),), d.area))
    for n in (rows.need(NEED_ROW, id_) for id_ in d.needs):
        NEED.check(n.status, "plan")
        events.append(Emit(NeedPlanned(need=n.id, cluster=cluster.id, project=project), (NEED_ROW.key(n.id),), n.area))
    answer = {"project": project, "number": fact.number, "milestones": [m.id for m in fact.milestones]}
    return Decision(tuple(events), (), answer)


def _on(c: given.OnProject, ctx: Context) -> Iterable[Key]:
    return (PROJECT_ROW.key(c.project),)


def _need(rows: Rows, c: given.OnProject, move: str, ctx: Context) -> Project:
    p = rows.need(PROJECT_ROW, c.project, c.expected_version, move)
    if not isinstance(c, given.OnMilestone):
        check(p, move, ctx)
    return p


def _say(
    p: Project, facts: Sequence[Any], private: Sequence[Private] = (), more: Sequence[Emit] = (), **answer: Any
) -> Decision:
    events = (*more, *(Emit(f, (PROJECT_ROW.key(p.id),), p.area) for f in facts))
    return Decision(events, tuple(private), {"project": p.id, "number": p.number, **answer})


def _money(
    rows: Rows, p: Project, kind: str, cause: str, ctx: Context, move: tuple[str, str, int], **more: Any
) -> Emit:
    entry = transfer(ctx.new_id(), kind, cause, today(ctx), move)
    fact = said.ProjectMoneyMoved(project=p.id, entry=entry, **more)
    return LEDGER.post(rows, fact, also=(PROJECT_ROW.key(p.id),))


def _fund_keys(c: given.OnProject, rows: Rows, ctx: Context) -> Iterable[Key]:
    p = rows.find(PROJECT_ROW, c.project)
    if p is not None:
        yield from LEDGER.keys((source_account(p.source), budget_account(p.id)), (f"FUND:{p.id}", f"RETURN:{p.id}"))


def fund(rows: Rows, c: given.OnProject, ctx: Context) -> Decision:
    """PLANNED → FUNDED: the whole budget comes from the named fund, once."""
    p = _need(rows, c, "fund", ctx)
    move = (source_account(p.source), budget_account(p.id), p.budget)
    return _say(p, [said.ProjectFunded(project=p.id)], (), (_money(rows, p, "FUND", f"FUND:{p.id}", ctx, move),))


def start(rows: Rows, c: given.OnProject, ctx: Context) -> Decision:
    """FUNDED → RUNNING; every milestone's limit runs to its day."""
    p = _need(rows, c, "start", ctx)
    profile = profile_of(ctx)
    terms = tuple(term_until(ctx, "milestone", m.due_on, profile, part=m.id) for m in p.milestones)
    return _say(p, [said.ProjectStarted(project=p.id, terms=terms)])


def report(rows: Rows, c: given.Report, ctx: Context) -> Decision:
    """MS_OPEN → MS_REPORTED by its owner, after those it waits for, with evidence."""
    p = _need(rows, c, "report", ctx)
    check_milestone(p, c.milestone, "report", ctx)
    sealing = Sealing(ctx)
    note = sealing.text(c.note, PURPOSE, p.id)
    fact = said.MilestoneReported(project=p.id, milestone=c.milestone, evidence=_files(c.evidence), note_ref=note)
    return _say(p, [fact], sealing.private)


def accept_milestone(rows: Rows, c: given.OnMilestone, ctx: Context) -> Decision:
    """MS_REPORTED → MS_ACCEPTED by another person."""
    p = _need(rows, c, "accept_milestone", ctx)
    check_milestone(p, c.milestone, "accept_milestone", ctx)
    return _say(p, [said.MilestoneAccepted(project=p.id, milestone=c.milestone, late=p.late(c.milestone))])


def return_milestone(rows: Rows, c: given.ReturnMilestone, ctx: Context) -> Decision:
    """MS_REPORTED → MS_OPEN by another person, with the reason."""
    p = _need(rows, c, "return_milestone", ctx)
    check_milestone(p, c.milestone, "return_milestone", ctx)
    sealing = Sealing(ctx)
    reason = sealing.text(c.reason, PURPOSE, p.id)
    return _say(p, [said.MilestoneReturned(project=p.id, milestone=c.milestone, reason_ref=reason)], sealing.private)


def _spend_keys(c: given.Spend, ctx: Context) -> Iterable[Key]:
    yield PROJECT_ROW.key(c.project)
    cause = f"SPEND:{c.project}:{c.evidence[0].sha256}"
    yield from LEDGER.keys((budget_account(c.project), spent_account(c.project)), (cause,))


def spend(rows: Rows, c: given.Spend, ctx: Context) -> Decision:
    """Out of the budget, never beyond it; a voucher pays once."""
    p = _need(rows, c, "spend", ctx)
    check_milestone(p, c.milestone, "spend", ctx)
    left = LEDGER.balance(rows, budget_account(p.id))
    if c.amount > left:
        raise Conflict("project.budget", state=p.status, event="spend", params={"left": left, "amount": c.amount})
    files = _files(c.evidence)
    move = (budget_account(p.id), spent_account(p.id), c.amount)
    cause = f"SPEND:{p.id}:{c.evidence[0].sha256}"
    emit = _money(rows, p, "SPEND", cause, ctx, move, milestone=c.milestone, evidence=files)
    return _say(p, [], (), (emit,), left=left - c.amount)


def _give_back(rows: Rows, p: Project, ctx: Context) -> tuple[Emit, ...]:
    """What is left of the budget goes back to where it came from."""
    left = LEDGER.balance(rows, budget_account(p.id))
    if left == 0:
        return ()
    move = (budget_account(p.id), source_account(p.source), left)
    return (_money(rows, p, "RETURN", f"RETURN:{p.id}", ctx, move),)


def accept(rows: Rows, c: given.OnProject, ctx: Context) -> Decision:
    """RUNNING → ACCEPTED once every milestone was; on time if none passed its day."""
    p = _need(rows, c, "accept", ctx)
    on_time = not any(p.late(m.id) for m in p.milestones)
    return _say(p, [said.ProjectAccepted(project=p.id, on_time=on_time)], (), _give_back(rows, p, ctx))


def evaluate(rows: Rows, c: given.Evaluate, ctx: Context) -> Decision:
    """ACCEPTED → EVALUATED."""
    p = _need(rows, c, "evaluate", ctx)
    sealing = Sealing(ctx)
    words = sealing.text(c.words, PURPOSE, p.id)
    return _say(p, [said.ProjectEvaluated(project=p.id, score=c.score, words_ref=words)], sealing.private)


def _everybody(c: given.OnProject, rows: Rows, ctx: Context) -> Iterable[Key]:
    p = rows.find(PROJECT_ROW, c.project)
    if p is not None:
        yield CLUSTER_ROW.key(p.cluster)
        yield from (NEED_ROW.key(n) for n in p.needs)
        yield from _fund_keys(c, rows, ctx)


def _tell(rows: Rows, p: Project, c: given.TellAll, sealing: Sealing) -> tuple[Emit, ...]:
    """Each need of the project is closed with the words; the cluster with them where it has no others."""
    events = []
    for n in (rows.need(NEED_ROW, id_) for id_ in p.needs):
        ref = sealing.text(c.words, NEED_PURPOSE, n.id)
        fact: NeedRejected | NeedFedBack
        if isinstance(c, given.CancelProject):
            NEED.check(n.status, "give_up")
            fact = NeedRejected(need=n.id, ground="PROJECT_CANCELLED", words_ref=ref, told_by=c.told_by)
        else:
            NEED.check(n.status, "conclude")
            fact = NeedFedBack(need=n.id, told_by=c.told_by, words_ref=ref, project=p.id)
        events.append(Emit(fact, (NEED_ROW.key(n.id),), n.area))
    cluster = rows.need(CLUSTER_ROW, p.cluster)
    if set(cluster.needs) <= set(p.needs):
        events.append(Emit(ClusterClosed(cluster=cluster.id), (CLUSTER_ROW.key(cluster.id),), cluster.area))
    return tuple(events)


def feed_back(rows: Rows, c: given.TellAll, ctx: Context) -> Decision:
    """EVALUATED → PROJECT_FED_BACK: everybody who raised one of its needs is told, in the same step."""
    p = _need(rows, c, "feed_back", ctx)
    sealing = Sealing(ctx)
    told = _tell(rows, p, c, sealing)
    return _say(p, [said.ProjectFedBack(project=p.id, told=len(p.needs))], sealing.private, told, told=len(p.needs))


def cancel(rows: Rows, c: given.CancelProject, ctx: Context) -> Decision:
    """→ PROJECT_CANCELLED: what is left goes back, and everybody is told why."""
    p = _need(rows, c, "cancel", ctx)
    sealing = Sealing(ctx)
    told = (*_give_back(rows, p, ctx), *_tell(rows, p, c, sealing))
    return _say(p, [said.ProjectCancelled(project=p.id, told=len(p.needs))], sealing.private, told)


def _move(name: str, struct: type[msgspec.Struct], decide: Any, order: int, **rest: Any) -> Command[Any]:
    wanted = {"keys": _on, "kind": "desk_project", "matter_field": "project", "roles": DECIDERS, **rest}
    return Command(f"project.{name}", struct, decide=decide, order=order, **wanted)


COMMANDS: tuple[Command[Any], ...] = (
    Command(
        "project.plan", given.Plan, _plan_keys, plan, more_keys=_its_needs, roles=DECIDERS, kind="deliberation",
        matter_field="deliberation", tone="primary", order=350,
    ),
    _move("fund", given.OnProject, fund, 351, more_keys=_fund_keys, tone="primary"),
    _move("start", given.OnProject, start, 352, tone="primary"),
    _move("report", given.Report, report, 353, prepare=_prepare_evidence, roles=(), tone="primary"),
    _move("accept_milestone", given.OnMilestone, accept_milestone, 354, tone="primary"),
    _move("return_milestone", given.ReturnMilestone, return_milestone, 355),
    _move("spend", given.Spend, spend, 356, keys=_spend_keys, prepare=_prepare_evidence),
    _move("accept", given.OnProject, accept, 357, more_keys=_fund_keys, tone="primary"),
    _move("evaluate", given.Evaluate, evaluate, 358, tone="primary"),
    _move("feed_back", given.TellAll, feed_back, 359, more_keys=_everybody, tone="primary"),
    _move("cancel", given.CancelProject, cancel, 360, more_keys=_everybody, tone="danger"),
)  # fmt: skip
