"""Claims (理赔), from the report of an accident to payment and after (domain rules 4.11, 10.6, 11.6).

Read on: ``lifecycle.py`` (as data), ``rules.py`` (every guard), ``report.py``, ``handling.py``, ``answers.py``,
``settling.py``, ``recovery.py``, ``company.py`` (what is done), ``state.py`` and ``evolve.py`` (the row), ``face.py``,
``offers.py``, ``detail.py``, ``measures.py``, ``routes.py`` (what is seen).
``claim.hazard_linked`` ties a hazard to a claim.
"""

from dataclasses import replace

from shuniu.chassis.rows import MatterFace
from shuniu.chassis.service import Capability
from shuniu.contracts.clock import ClockRecomputed
from shuniu.contracts.insurance.claims import FACTS
from shuniu.contracts.manifest import Category, KindInfo, Panel, Route
from shuniu.contracts.referral import ReferralMade, ReferralWithdrawn

from shuniu_insurance.claims import answers, company, detail, face, handling, offers, recovery, report, settling
from shuniu_insurance.claims.claim import CLAIM as CLAIM_ROW
from shuniu_insurance.claims.claim import CODE
from shuniu_insurance.claims.claim import RECOVERY as RECOVERY_ROW
from shuniu_insurance.claims.lifecycle import CLAIM, RECOVERY
from shuniu_insurance.claims.measures import MEASURES, RATES
from shuniu_insurance.claims.routes import HANDLERS
from shuniu_insurance.claims.tables import ClaimCodeTable, ClaimTable, RecoveryTable
from shuniu_insurance.claims.texts import OWN, TEXTS
from shuniu_insurance.fields import statuses_of
from shuniu_insurance.policies.kinds import event_kinds
from shuniu_insurance.policies.texts import TEXTS as POLICY_TEXTS

__all__ = ("capability",)

_CLOCKS = ("survey", "assess", "tell_denial", "pay", "advance", "limitation")


def _panel(id_: str, kind: str, order: int, **rest: str) -> Panel:
    return Panel(id=f"claim.{id_}", title=TEXTS[f"panel.claim_{id_}"], kind=kind, order=order, **rest)  # type: ignore[arg-type]


FACE = MatterFace(
    summarise=face.summarise,
    number=lambda o: o.number,
    visibility=face.visibility,
    offers=offers.offers,
    detail=detail.detail,
    complete=detail.with_cover_title,
)
RECOVERY_FACE = MatterFace(
    summarise=recovery.summarise,
    number=lambda r: r.number,
    visibility=recovery.visibility,
    offers=recovery.offers,
    detail=recovery.detail,
)
capability = Capability(
    name="claims",
    texts=OWN,
    rows=(replace(CLAIM_ROW, face=FACE), CODE, replace(RECOVERY_ROW, face=RECOVERY_FACE)),
    commands=(
        *report.COMMANDS,
        *handling.COMMANDS,
        *answers.COMMANDS,
        *settling.COMMANDS,
        *recovery.COMMANDS,
        *company.COMMANDS,
    ),
    facts=(*FACTS, ClockRecomputed, ReferralMade, ReferralWithdrawn),
    reactions=company.REACTIONS,
    kinds=(
        KindInfo(
            id=CLAIM.kind,
            title=TEXTS["kind.insurance_claim"],
            plural=TEXTS["kind.insurance_claims"],
            icon="shield",
            statuses=statuses_of(CLAIM, TEXTS),
            categories=tuple(Category(id=code, title=POLICY_TEXTS[f"category.{code}"]) for code in event_kinds()),
            clocks=tuple(Category(id=c, title=TEXTS[f"clock.{c}"]) for c in _CLOCKS),
            order=22,
        ),
        KindInfo(
            id=RECOVERY.kind,
            title=TEXTS["kind.recovery_case"],
            plural=TEXTS["kind.recovery_cases"],
            icon="shield",
            statuses=statuses_of(RECOVERY, TEXTS),
            order=24,
        ),
    ),
    measures=MEASURES,
    rates=RATES,
    panels=(
        _panel("reported_today", "kpi", 55, measure="claim.reported"),
        _panel("paid_today", "kpi", 56, measure="claim.paid_yuan"),
        _panel("stages", "stages", 57, matter_kind=CLAIM.kind),
        _panel("classes", "classes", 58, matter_kind=CLAIM.kind),
        _panel("map", "map", 59, measure="claim.reported"),
        _panel("refusals", "kpi", 63, rate="claim.certificate_refusal_rate", surface="service"),
        _panel("closing", "kpi", 64, rate="claim.closing_time", surface="service"),
        _panel("pay_in_time", "kpi", 65, rate="claim.pay_in_time_rate", surface="service"),
        _panel("survey_in_time", "kpi", 66, rate="claim.survey_in_time_rate", surface="service"),
        _panel("incidence", "table", 67, route="/claims/incidence", surface="service"),
    ),
    routes=(
        Route(path="/claims/follow", title=TEXTS["route.claim_follow"], public=True),
        Route(path="/claims/incidence", title=TEXTS["route.claim_incidence"]),
    ),
    handlers=HANDLERS,
    tables=(ClaimTable, ClaimCodeTable, RecoveryTable),
)
