"""What the escalation ladder does to a whistle: raise it, open or strengthen supervision, say who is told."""

from collections.abc import Sequence

from shuniu.chassis.context import Context
from shuniu.chassis.decision import Emit
from shuniu.chassis.rows import Key
from shuniu.chassis.terms import term
from shuniu.contracts.clock import Term
from shuniu.contracts.envelope import Fact
from shuniu.contracts.whistle.supervision import (
    FORMS,
    Form,
    LadderStepped,
    SupervisionOpened,
    SupervisionRaised,
    WhistleSupervised,
)
from shuniu.contracts.whistle.whistles import WhistleEscalated
from shuniu.rules.clocks import Clock

from shuniu_whistle.settings import settings_of
from shuniu_whistle.texts import title_zh
from shuniu_whistle.whistles.ladder import ladder, stronger
from shuniu_whistle.whistles.state import Whistle

__all__ = ("SUPERVISION_KIND", "on_supervision", "opened", "steps_due", "supervision_term")

SUPERVISION_KIND = "supervision_case"


def on_supervision(id: str) -> Key:  # noqa: A002 - the row's id
    """Address of a supervision."""
    return Key(SUPERVISION_KIND, id)


def supervision_term(ctx: Context, clocks: Sequence[Clock] = ()) -> Term:
    """How long the supervised have to answer: 3 working days by Daning's 督办 class (1.24), or as configured."""
    settings = settings_of(ctx)
    profile = ctx.profile(settings.supervision_profile)
    return term(ctx, "answer", profile.limit(settings.supervision_limit), profile, clocks=clocks)


def opened(
    w: Whistle, form: Form, ctx: Context, *, callout: str = "", step: str = "", reason_ref: str = ""
) -> SupervisionOpened:
    """The fact that opens a supervision of a whistle, or of one of its callouts."""
    ours = [c for c in w.callouts if not c.scope and c.status != "WITHDRAWN"]  # no district supervises another's
    about = [c for c in ours if c.id == callout] if callout else [c for c in ours if c.owes]
    units = dict.fromkeys(c.unit for c in about or ours)
    return SupervisionOpened(
        supervision=ctx.new_id(),
        number=f"DB-{w.number}-{w.supervisions + 1}",
        whistle=w.id,
        whistle_number=w.number,
        callout=callout,
        units=tuple(units),
        form=form,
        automatic=bool(step),
        step=step,
        direction=w.direction,
        area=w.area,
        place=w.place,
        title=w.item_title or title_zh(f"category.{w.item}"),
        term=supervision_term(ctx),
        reason_ref=reason_ref,
    )


def steps_due(w: Whistle, on: Key, ctx: Context) -> list[Emit]:
    """What the steps a blown whistle has come to say, lowest step first; each is taken once."""
    if w.status != "BLOWN":
        return []
    counts = {"late_marks": w.late_marks, "refusals": w.refusals, "chain": w.chain}
    emits: list[Emit] = []
    steps = ladder(settings_of(ctx).ladder_file).due("whistle", w.direction, w.rungs, **counts)
    raised, form = w.escalated, w.supervised_as
    wanted = ""
    for s in steps:
        facts: list[Fact] = []
        if s.raises and not raised:
            raised = True
            facts.append(WhistleEscalated(whistle=w.id, automatic=True, late_marks=w.late_marks, was=w.kind))
        said = s.supervise or ""
        facts.append(LadderStepped(whistle=w.id, step=s.id, raised=s.raises, form=said, tell=s.tell, **counts))
        emits += [Emit(f, (on,)) for f in facts]
        wanted = said if said and stronger(said, wanted) else wanted
    if wanted and stronger(wanted, form):
        emits += _supervise(w, wanted, steps[-1].id, on, ctx)
    return emits


def _supervise(w: Whistle, form: str, step: str, on: Key, ctx: Context) -> list[Emit]:
    """One supervision of a whistle at a time: opened, or raised where there is one."""
    as_form = next(f for f in FORMS if f == form)
    if w.supervision:
        raised = SupervisionRaised(
            supervision=w.supervision, form=as_form, automatic=True, step=step, term=supervision_term(ctx)
        )
        id_, number = w.supervision, w.supervision_number
        said: Fact = raised
    else:
        new = opened(w, as_form, ctx, step=step)
        id_, number, said = new.supervision, new.number, new
    supervised = WhistleSupervised(whistle=w.id, supervision=id_, number=number, form=form)
    return [Emit(said, (on_supervision(id_),)), Emit(supervised, (on,))]
