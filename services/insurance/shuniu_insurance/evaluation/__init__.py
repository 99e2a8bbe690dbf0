"""The yearly evaluation of the insurer (年度评估): both declared variants of 不赔付率, a band table whose sign is
configuration, and a decision by a named person (domain rules 4.2, 11.6, 13)."""

from shuniu.chassis.service import Capability
from shuniu.contracts.insurance.evaluation import FACTS
from shuniu.contracts.manifest import KindInfo, Panel, Rate, Route

from shuniu_insurance.evaluation.evaluation import COMMANDS, EVALUATION_ROW
from shuniu_insurance.evaluation.lifecycle import EVALUATION
from shuniu_insurance.evaluation.routes import HANDLERS
from shuniu_insurance.evaluation.tables import EvaluationTable
from shuniu_insurance.evaluation.texts import OWN, TEXTS
from shuniu_insurance.fields import statuses_of

__all__ = ("capability",)

capability = Capability(
    name="evaluation",
    texts=OWN,
    rows=(EVALUATION_ROW,),
    commands=COMMANDS,
    facts=FACTS,
    kinds=(
        KindInfo(
            id=EVALUATION.kind,
            title=TEXTS["kind.insurance_evaluation"],
            plural=TEXTS["kind.insurance_evaluations"],
            icon="star",
            statuses=statuses_of(EVALUATION, TEXTS),
            order=70,
        ),
    ),
    rates=(
        Rate(
            name="insurance.loss_ratio",
            title=TEXTS["rate_of.LOSS"],
            numerator=("claim.paid_yuan",),
            denominator=("fund.premium_paid",),
            cohort=TEXTS["cohort.insurance_loss"],
            better="none",
        ),
    ),
    panels=(
        Panel(
            id="evaluation.table",
            title=TEXTS["panel.evaluations"],
            kind="table",
            route="/evaluations",
            surface="service",
            report=True,
            order=68,
        ),
    ),
    routes=(Route(path="/evaluations", title=TEXTS["panel.evaluations"]),),
    handlers=HANDLERS,
    tables=(EvaluationTable,),
)
