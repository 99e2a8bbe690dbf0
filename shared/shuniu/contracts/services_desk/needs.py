"""What needs of residents (居民需求) and their clusters say (domain rules 6.12, 10.10).

Who raised a need, how they are reached, and every word they or we wrote is sealed; facts hold references only.
"""

from datetime import date, datetime
from typing import Literal

import msgspec

from shuniu.contracts.clock import Term
from shuniu.contracts.envelope import Fact, fact
from shuniu.contracts.summary import Place

__all__ = (
    "FACTS",
    "ClusterClosed",
    "ClusterFormed",
    "ClusterMerged",
    "ClusterPlanned",
    "ClusterReleased",
    "ClusterTakenUp",
    "NeedAutomationRefused",
    "NeedChannel",
    "NeedClustered",
    "NeedFedBack",
    "NeedMatched",
    "NeedPlanned",
    "NeedPostponed",
    "NeedProposed",
    "NeedRaised",
    "NeedReferralBack",
    "NeedReferralSettled",
    "NeedReferralTaken",
    "NeedReferred",
    "NeedRejected",
    "NeedReleased",
    "NeedResumed",
    "NeedServed",
    "NeedTakenOut",
    "NeedTakenUp",
    "NeedTime",
    "NeedUnmatched",
    "OtherOffer",
    "Score",
    "ToldBy",
)

NeedChannel = Literal["RESIDENT", "DESK", "GRID", "COMMUNITY"]
"""Who brought it: the resident over the public page, the desk, a grid worker, the community."""
NeedTime = Literal["ANY", "WORKDAY", "EVENING", "WEEKEND"]
RejectGround = Literal["OUT_OF_SCOPE", "UNLAWFUL", "REPEAT", "NOT_FEASIBLE", "NOT_PASSED", "PROJECT_CANCELLED"]
ToldBy = Literal["CODE", "PHONE", "VISIT", "MEETING"]
"""How who raised it was told; the words stand behind the follow-up code in any case."""


@fact("services_desk", "need.raised.v1")
class NeedRaised(Fact, frozen=True, kw_only=True):
    """Somebody needs something."""

    need: str
    number: str
    category: str
    area: str
    place: Place = Place()
    channel: NeedChannel
    times: NeedTime = "ANY"
    automation_refused: bool = False
    """The person does not want it matched by a program (PIPL §24)."""
    words_ref: str = ""
    contact_ref: str = ""
    term: Term


@fact("services_desk", "cluster.formed.v1")
class ClusterFormed(Fact, frozen=True, kw_only=True):
    """A person found needs to be the same; each is told by ``NeedClustered``."""

    cluster: str
    number: str
    category: str
    area: str


@fact("services_desk", "need.clustered.v1")
class NeedClustered(Fact, frozen=True, kw_only=True):
    """The need is one of the cluster; ``before`` the cluster it left for it, if any."""

    need: str
    cluster: str
    before: str = ""


@fact("services_desk", "need.taken_out.v1")
class NeedTakenOut(Fact, frozen=True, kw_only=True):
    """It is another need after all."""

    need: str
    cluster: str
    term: Term


@fact("services_desk", "cluster.merged.v1")
class ClusterMerged(Fact, frozen=True, kw_only=True):
    """Its needs went over to another cluster."""

    cluster: str
    into: str


@fact("services_desk", "cluster.taken_up.v1")
class ClusterTakenUp(Fact, frozen=True, kw_only=True):
    """It is the subject of a deliberation; its needs stay as they are until that ends."""

    cluster: str
    deliberation: str


@fact("services_desk", "cluster.planned.v1")
class ClusterPlanned(Fact, frozen=True, kw_only=True):
    """A resolution made it a project."""

    cluster: str
    project: str


@fact("services_desk", "cluster.released.v1")
class ClusterReleased(Fact, frozen=True, kw_only=True):
    """The deliberation came to nothing: another way has to be found."""

    cluster: str


@fact("services_desk", "cluster.closed.v1")
class ClusterClosed(Fact, frozen=True, kw_only=True):
    """Everybody who raised one of its needs was told."""

    cluster: str


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """Why an offer fits a need: parts in points, their sum is ``total``. Weights are data of the service."""

    total: int
    place: int = 0
    category: int = 0
    time: int = 0
    capacity: int = 0
    waiting: int = 0
    distance_m: int | None = None


class OtherOffer(msgspec.Struct, frozen=True, kw_only=True):
    """What else was possible."""

    offer: str
    unit: str
    score: Score


@fact("services_desk", "need.proposed.v1")
class NeedProposed(Fact, frozen=True, kw_only=True):
    """The solver's proposal: a person decides. ``run`` holds together what was solved at once."""

    need: str
    run: str
    offer: str
    unit: str
    score: Score
    others: tuple[OtherOffer, ...] = ()


@fact("services_desk", "need.matched.v1")
class NeedMatched(Fact, frozen=True, kw_only=True):
    """An offer takes the need. ``manual``: a person chose it, for the reason under ``reason_ref``."""

    need: str
    offer: str
    unit: str
    manual: bool
    score: Score | None = None
    reason_ref: str = ""
    first: bool = True
    """Whether the need was never matched before."""


@fact("services_desk", "need.unmatched.v1")
class NeedUnmatched(Fact, frozen=True, kw_only=True):
    """The offer did not fit after all, or was declined."""

    need: str
    offer: str
    reason_ref: str


@fact("services_desk", "need.automation_refused.v1")
class NeedAutomationRefused(Fact, frozen=True, kw_only=True):
    """Whoever raised it wants a person to decide (PIPL §24); a proposal that waited is dropped."""

    need: str


@fact("services_desk", "need.served.v1")
class NeedServed(Fact, frozen=True, kw_only=True):
    """The offer's unit served it."""

    need: str
    offer: str
    unit: str
    note_ref: str = ""
    term: Term


@fact("services_desk", "need.rejected.v1")
class NeedRejected(Fact, frozen=True, kw_only=True):
    """Not to be done; the words are the feedback."""

    need: str
    ground: RejectGround
    words_ref: str
    told_by: ToldBy


@fact("services_desk", "need.postponed.v1")
class NeedPostponed(Fact, frozen=True, kw_only=True):
    """Not now; looked at again on ``review_on``."""

    need: str
    review_on: date
    words_ref: str
    term: Term


@fact("services_desk", "need.resumed.v1")
class NeedResumed(Fact, frozen=True, kw_only=True):
    """Looked at again."""

    need: str
    term: Term | None = None


@fact("services_desk", "need.referred.v1")
class NeedReferred(Fact, frozen=True, kw_only=True):
    """Another service is asked for it."""

    need: str
    referral: str
    to_kind: str
    note_ref: str = ""
    expires_at: datetime


@fact("services_desk", "need.referral_taken.v1")
class NeedReferralTaken(Fact, frozen=True, kw_only=True):
    """It became a matter there."""

    need: str
    referral: str
    target: str
    target_kind: str
    target_matter: str
    target_number: str


@fact("services_desk", "need.referral_settled.v1")
class NeedReferralSettled(Fact, frozen=True, kw_only=True):
    """That matter ended solved."""

    need: str
    referral: str
    term: Term


@fact("services_desk", "need.referral_back.v1")
class NeedReferralBack(Fact, frozen=True, kw_only=True):
    """It came back: ``refused``, ``expired``, ``unsolved``, ``cancelled``, ``withdrawn``."""

    need: str
    referral: str
    cause: Literal["refused", "expired", "unsolved", "cancelled", "withdrawn"]
    reason: str = ""
    term: Term | None = None


@fact("services_desk", "need.taken_up.v1")
class NeedTakenUp(Fact, frozen=True, kw_only=True):
    """It is deliberated."""

    need: str
    cluster: str
    deliberation: str


@fact("services_desk", "need.planned.v1")
class NeedPlanned(Fact, frozen=True, kw_only=True):
    """It is part of a project."""

    need: str
    cluster: str
    project: str


@fact("services_desk", "need.released.v1")
class NeedReleased(Fact, frozen=True, kw_only=True):
    """The deliberation came to nothing; the need is open again."""

    need: str
    cluster: str


@fact("services_desk", "need.fed_back.v1")
class NeedFedBack(Fact, frozen=True, kw_only=True):
    """Whoever raised it was told what came of it."""

    need: str
    told_by: ToldBy
    words_ref: str
    project: str = ""


FACTS: tuple[type[Fact], ...] = (
    NeedRaised,
    ClusterFormed,
    NeedClustered,
    NeedTakenOut,
    ClusterMerged,
    ClusterTakenUp,
    ClusterPlanned,
    ClusterReleased,
    ClusterClosed,
    NeedProposed,
    NeedMatched,
    NeedUnmatched,
    NeedAutomationRefused,
    NeedServed,
    NeedRejected,
    NeedPostponed,
    NeedResumed,
    NeedReferred,
    NeedReferralTaken,
    NeedReferralSettled,
    NeedReferralBack,
    NeedTakenUp,
    NeedPlanned,
    NeedReleased,
    NeedFedBack,
)
