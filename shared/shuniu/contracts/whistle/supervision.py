"""What supervision (督办) and the escalation ladder say (domain rules 1.8, 1.23, 1.24, 10.1).

Free text never stands here: a ``…_ref`` points into the owner's encrypted fields.
"""

from datetime import datetime
from typing import Literal

from shuniu.contracts.clock import Term
from shuniu.contracts.envelope import Fact, fact
from shuniu.contracts.summary import Place
from shuniu.contracts.whistle.whistles import EvidenceRef

__all__ = (
    "FACTS",
    "FORMS",
    "Form",
    "LadderStepped",
    "SupervisionAnswered",
    "SupervisionClosed",
    "SupervisionLifted",
    "SupervisionOpened",
    "SupervisionRaised",
    "SupervisionReturned",
    "SupervisionReviewed",
    "WhistleSupervised",
)

Form = Literal["NOTICE", "LISTED", "TALK", "MEETING"]
"""督办通知, 挂牌督办, 约谈督办, 提请政府常务会议 (1.23); each stronger than the one before."""
FORMS: tuple[Form, ...] = ("NOTICE", "LISTED", "TALK", "MEETING")


@fact("whistle", "ladder.stepped.v1")
class LadderStepped(Fact, frozen=True, kw_only=True):
    """A whistle came to a step of the escalation ladder (升级阶梯); ``tell`` are the roles that are told."""

    whistle: str
    step: str
    raised: bool
    form: str
    """Form of supervision the step asks for; "" for none."""
    tell: tuple[str, ...]
    late_marks: int
    refusals: int
    chain: int


@fact("whistle", "whistle.supervised.v1")
class WhistleSupervised(Fact, frozen=True, kw_only=True):
    """How a whistle is supervised from now on; ``form`` "" when it is supervised no longer."""

    whistle: str
    supervision: str
    number: str
    form: str


@fact("whistle", "supervision.opened.v1")
class SupervisionOpened(Fact, frozen=True, kw_only=True):
    """The district supervises (督办): units owe it an answer within a limit of their own."""

    supervision: str
    number: str
    whistle: str
    whistle_number: str
    callout: str
    """The callout it is about; "" for the whole whistle."""
    units: tuple[str, ...]
    form: Form
    automatic: bool
    step: str
    """Step of the ladder that opened it; "" for a person."""
    direction: str
    area: str
    place: Place
    title: str
    """Published title of the whistle's item."""
    term: Term
    reason_ref: str = ""


@fact("whistle", "supervision.raised.v1")
class SupervisionRaised(Fact, frozen=True, kw_only=True):
    """The supervision takes a stronger form (挂牌、约谈); ``talk_at`` when the talk is held."""

    supervision: str
    form: Form
    automatic: bool
    step: str
    term: Term
    talk_at: datetime | None = None
    reason_ref: str = ""


@fact("whistle", "supervision.answered.v1")
class SupervisionAnswered(Fact, frozen=True, kw_only=True):
    """A supervised unit answered (回复); ``last`` when every unit has."""

    supervision: str
    unit: str
    last: bool
    answer_ref: str
    evidence: tuple[EvidenceRef, ...] = ()


@fact("whistle", "supervision.returned.v1")
class SupervisionReturned(Fact, frozen=True, kw_only=True):
    """The district is not satisfied: everybody answers again, within a limit anew."""

    supervision: str
    term: Term
    reason_ref: str


@fact("whistle", "supervision.reviewed.v1")
class SupervisionReviewed(Fact, frozen=True, kw_only=True):
    """The district looked at the answers and what was done (复核)."""

    supervision: str
    note_ref: str = ""


@fact("whistle", "supervision.closed.v1")
class SupervisionClosed(Fact, frozen=True, kw_only=True):
    """The supervision is over (销号)."""

    supervision: str
    whistle: str


@fact("whistle", "supervision.lifted.v1")
class SupervisionLifted(Fact, frozen=True, kw_only=True):
    """The supervision was called off before it was answered, for a reason."""

    supervision: str
    whistle: str
    reason_ref: str


FACTS: tuple[type[Fact], ...] = (
    LadderStepped,
    WhistleSupervised,
    SupervisionOpened,
    SupervisionRaised,
    SupervisionAnswered,
    SupervisionReturned,
    SupervisionReviewed,
    SupervisionClosed,
    SupervisionLifted,
)
