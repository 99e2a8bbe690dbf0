"""What claims (理赔) say, from the report of an accident to payment (domain rules 4.11, 10.6).

No person stands here: names, health, bank accounts and every text are in the owner's encrypted fields, a ``…_ref``
points there. Money is integer fen. Days of the Insurance Law are natural days.
"""

from datetime import date, datetime
from typing import Literal

import msgspec

from shuniu.contracts.clock import Term
from shuniu.contracts.envelope import Fact, fact
from shuniu.contracts.insurance.policies import Basis, RoomMove
from shuniu.contracts.summary import Place

__all__ = (
    "FACTS",
    "AgreedBy",
    "ClaimAdvanceDue",
    "ClaimAdvanced",
    "ClaimAgreed",
    "ClaimAssessed",
    "ClaimClosed",
    "ClaimConsented",
    "ClaimDenied",
    "ClaimDisputed",
    "ClaimDocumentsAsked",
    "ClaimDocumentsComplete",
    "ClaimErased",
    "ClaimFile",
    "ClaimHazardLinked",
    "ClaimJudged",
    "ClaimLitigated",
    "ClaimMediated",
    "ClaimPaid",
    "ClaimRecourse",
    "ClaimRegistered",
    "ClaimRelationDeclared",
    "ClaimReported",
    "ClaimSurveyed",
    "ClaimVolunteersAnswered",
    "ClaimVolunteersAsked",
    "ClaimWithdrawn",
    "CompanyState",
    "DenialGround",
    "Injured",
    "LossItem",
    "Payee",
    "RecoveryDemanded",
    "RecoveryEnded",
    "RecoveryGround",
    "RecoveryOpened",
    "RecoveryReceived",
    "Relation",
    "ReportChannel",
    "WantedDocument",
)

ReportChannel = Literal["PUBLIC", "COMMUNITY", "INSURER_HOTLINE"]
Injured = Literal["RESIDENT", "SENSITIVE_GROUP", "COMMUNITY_WORKER", "THIRD_PARTY_OF_WORKER"]
"""Whom the loss befell, and so which protection may answer (4.1)."""
WantedDocument = Literal[
    "IDENTITY",
    "MEDICAL_RECORD",
    "INVOICE",
    "DEATH_PROOF",
    "DISABILITY_PROOF",
    "POLICE_RECORD",
    "KINSHIP",
    "LOSS_PROOF",
    "BANK_ACCOUNT",
]
LossItemKind = Literal["MEDICAL", "DISABILITY", "DEATH", "PROPERTY", "RELOCATION"]
DenialGround = Literal["NOT_COVERED", "OUTSIDE_PERIOD", "EXCLUDED", "NO_LOSS", "FRAUD", "LIMIT_USED_UP", "OTHER_PAYS"]
AgreedBy = Literal["CODE", "FORM"]
"""The claimant's own word by follow-up code, or a form signed on paper that the community holds."""
Payee = Literal["INJURED", "THIRD_PARTY", "INSURED"]
Relation = Literal["SELF", "SPOUSE", "KIN", "OTHER_INTEREST"]
ClosedAs = Literal["PAID", "DENIED", "NO_CERTIFICATE", "SETTLED_OTHERWISE"]
RecoveryGround = Literal["RECOURSE", "CERTIFICATE_REVOKED"]
CompanyState = Literal["taken", "settled", "refused", "expired", "unsolved", "cancelled", "withdrawn"]
"""What became of asking for volunteers: only ``taken`` is not the end."""


class ClaimFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file by content."""

    sha256: str
    size: int
    media_type: str


class LossItem(msgspec.Struct, frozen=True, kw_only=True):
    """A part of an assessed amount."""

    item: LossItemKind
    amount: int


@fact("insurance", "claim.reported.v1")
class ClaimReported(Fact, frozen=True, kw_only=True):
    """An accident was reported (报案); the policy was found by place, date and kind. ``incident`` is the accident
    itself, which several claims may share."""

    claim: str
    number: str
    channel: ReportChannel
    event_kind: str
    injured: Injured
    policy: str
    policy_number: str
    cover: str
    basis: Basis
    insurer: str
    area: str
    place: Place
    occurred_at: datetime
    incident: str
    text_ref: str
    reporter_ref: str = ""
    injured_ref: str = ""
    consented: bool = False
    consent_version: str = ""
    evidence: tuple[ClaimFile, ...] = ()
    terms: tuple[Term, ...] = ()


@fact("insurance", "claim.consented.v1")
class ClaimConsented(Fact, frozen=True, kw_only=True):
    """The separate consent that the insurer is given personal data (PIPL §23), or its withdrawal (§15)."""

    claim: str
    given: bool
    version: str
    means: AgreedBy


@fact("insurance", "claim.relation_declared.v1")
class ClaimRelationDeclared(Fact, frozen=True, kw_only=True):
    """Whoever says this stands in that relation to the claimant, and so signs nothing for it."""

    claim: str
    relation: Relation


@fact("insurance", "claim.registered.v1")
class ClaimRegistered(Fact, frozen=True, kw_only=True):
    """The insurer took the claim into its books (立案)."""

    claim: str
    insurer_number: str
    incident: str
    cover: str
    basis: Basis
    event_kind: str


@fact("insurance", "claim.surveyed.v1")
class ClaimSurveyed(Fact, frozen=True, kw_only=True):
    """Somebody of the insurer was at the place (查勘)."""

    claim: str
    arrived_at: datetime
    found_ref: str
    evidence: tuple[ClaimFile, ...] = ()


@fact("insurance", "claim.documents_asked.v1")
class ClaimDocumentsAsked(Fact, frozen=True, kw_only=True):
    """The one list of missing documents (§22: 一次性)."""

    claim: str
    wanted: tuple[WantedDocument, ...]
    note_ref: str = ""


@fact("insurance", "claim.documents_complete.v1")
class ClaimDocumentsComplete(Fact, frozen=True, kw_only=True):
    """Everything asked for is there; the limits to assess and to pay in advance run."""

    claim: str
    complex: bool
    evidence: tuple[ClaimFile, ...] = ()
    terms: tuple[Term, ...] = ()


@fact("insurance", "claim.assessed.v1")
class ClaimAssessed(Fact, frozen=True, kw_only=True):
    """The insurer's view (核定): an amount, or none and on what ground."""

    claim: str
    covered: bool
    items: tuple[LossItem, ...] = ()
    amount: int = 0
    ground: DenialGround | None = None
    reason_ref: str = ""
    terms: tuple[Term, ...] = ()


@fact("insurance", "claim.denied.v1")
class ClaimDenied(Fact, frozen=True, kw_only=True):
    """The claimant was told, with reasons, that nothing is paid (§24)."""

    claim: str
    ground: DenialGround
    reason_ref: str


@fact("insurance", "claim.agreed.v1")
class ClaimAgreed(Fact, frozen=True, kw_only=True):
    """The claimant agreed to the amount (§23); ``room`` is what it takes of the limits beside what an advance took."""

    claim: str
    amount: int
    medical: int
    by: AgreedBy
    room: RoomMove
    payee_ref: str = ""
    terms: tuple[Term, ...] = ()


@fact("insurance", "claim.advance_due.v1")
class ClaimAdvanceDue(Fact, frozen=True, kw_only=True):
    """60 days after complete documents there is no amount: what can be ascertained is to be paid (§25)."""

    claim: str


@fact("insurance", "claim.advanced.v1")
class ClaimAdvanced(Fact, frozen=True, kw_only=True):
    """The ascertainable part was paid (先予支付)."""

    claim: str
    amount: int
    medical: int
    reference: str
    room: RoomMove


@fact("insurance", "claim.paid.v1")
class ClaimPaid(Fact, frozen=True, kw_only=True):
    """``paid`` went out now under the bank's ``reference``; ``amount`` is all of the claim with its advance."""

    claim: str
    amount: int
    paid: int
    payee: Payee
    reference: str
    third_party_reference: str = ""
    """Proof that the insured paid the third party first (§65)."""


@fact("insurance", "claim.disputed.v1")
class ClaimDisputed(Fact, frozen=True, kw_only=True):
    """The claimant does not accept it."""

    claim: str
    by: AgreedBy
    reason_ref: str


@fact("insurance", "claim.mediated.v1")
class ClaimMediated(Fact, frozen=True, kw_only=True):
    """How the mediation ended: with items both sides take, or with none."""

    claim: str
    settled: bool
    items: tuple[LossItem, ...] = ()
    amount: int = 0


@fact("insurance", "claim.litigated.v1")
class ClaimLitigated(Fact, frozen=True, kw_only=True):
    """It lies before a court."""

    claim: str
    case_number: str


@fact("insurance", "claim.judged.v1")
class ClaimJudged(Fact, frozen=True, kw_only=True):
    """The court decided: items, or nothing."""

    claim: str
    covered: bool
    items: tuple[LossItem, ...] = ()
    amount: int = 0
    terms: tuple[Term, ...] = ()


@fact("insurance", "claim.recourse.v1")
class ClaimRecourse(Fact, frozen=True, kw_only=True):
    """A liable person was found; the insurer takes recourse (§60)."""

    claim: str
    recovery: str


@fact("insurance", "claim.closed.v1")
class ClaimClosed(Fact, frozen=True, kw_only=True):
    """Nothing is left to do; ``minutes`` since the report."""

    claim: str
    outcome: ClosedAs
    minutes: int


@fact("insurance", "claim.withdrawn.v1")
class ClaimWithdrawn(Fact, frozen=True, kw_only=True):
    """The claimant took the report back."""

    claim: str
    by: AgreedBy


@fact("insurance", "claim.hazard_linked.v1")
class ClaimHazardLinked(Fact, frozen=True, kw_only=True):
    """The accident and a hazard belong together; ``known`` says the hazard was on the list before the accident."""

    claim: str
    hazard: str
    distance_m: int
    known: bool


@fact("insurance", "claim.volunteers_asked.v1")
class ClaimVolunteersAsked(Fact, frozen=True, kw_only=True):
    """Volunteers were asked to accompany the family (志愿陪伴), as the referral that is said beside it."""

    claim: str
    referral: str
    expires_at: datetime


@fact("insurance", "claim.volunteers_answered.v1")
class ClaimVolunteersAnswered(Fact, frozen=True, kw_only=True):
    """What became of it. ``target_…`` name what was opened for it, where somebody took it."""

    claim: str
    referral: str
    state: CompanyState
    target: str = ""
    target_kind: str = ""
    target_matter: str = ""
    target_number: str = ""
    reason: str = ""


@fact("insurance", "claim.erased.v1")
class ClaimErased(Fact, frozen=True, kw_only=True):
    """The personal data of a claim were destroyed after limitation; the claim itself stays."""

    claim: str


@fact("insurance", "recovery.opened.v1")
class RecoveryOpened(Fact, frozen=True, kw_only=True):
    """Money is to come back: from a liable person (§60), or because a certificate did not hold."""

    recovery: str
    number: str
    claim: str
    claim_number: str
    ground: RecoveryGround
    amount: int
    area: str
    insurer: str
    debtor_ref: str = ""
    on: date | None = None


@fact("insurance", "recovery.demanded.v1")
class RecoveryDemanded(Fact, frozen=True, kw_only=True):
    """The debtor was asked to pay."""

    recovery: str


@fact("insurance", "recovery.received.v1")
class RecoveryReceived(Fact, frozen=True, kw_only=True):
    """Something came back; ``room`` gives it back to the cover's limits."""

    recovery: str
    amount: int
    reference: str
    room: RoomMove


@fact("insurance", "recovery.ended.v1")
class RecoveryEnded(Fact, frozen=True, kw_only=True):
    """It is over: all came back, or the rest was written off by somebody with authority."""

    recovery: str
    outcome: Literal["RECOVERED", "WRITTEN_OFF"]
    reason_ref: str = ""


FACTS: tuple[type[Fact], ...] = (
    ClaimReported,
    ClaimConsented,
    ClaimRelationDeclared,
    ClaimRegistered,
    ClaimSurveyed,
    ClaimDocumentsAsked,
    ClaimDocumentsComplete,
    ClaimAssessed,
    ClaimDenied,
    ClaimAgreed,
    ClaimAdvanceDue,
    ClaimAdvanced,
    ClaimPaid,
    ClaimDisputed,
    ClaimMediated,
    ClaimLitigated,
    ClaimJudged,
    ClaimRecourse,
    ClaimClosed,
    ClaimWithdrawn,
    ClaimHazardLinked,
    ClaimVolunteersAsked,
    ClaimVolunteersAnswered,
    ClaimErased,
    RecoveryOpened,
    RecoveryDemanded,
    RecoveryReceived,
    RecoveryEnded,
)
