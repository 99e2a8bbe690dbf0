"""What the item catalogue (实施清单) says, and what an item is (domain rules 3.20-3.28).

Everything here is public: a guide names no person. Money is integer fen, limits are working days.
"""

from datetime import date
from typing import Literal

import msgspec

from shuniu.contracts.envelope import Fact, fact

__all__ = (
    "FACTS",
    "Choice",
    "Guide",
    "GuideDiscarded",
    "GuideDrafted",
    "GuidePublished",
    "GuideRetired",
    "LifeEventSet",
    "Material",
    "Question",
    "When",
)

ItemKind = Literal["LICENCE", "CONFIRMATION", "PAYMENT", "REWARD", "OTHER_POWER", "PUBLIC_SERVICE"]
"""行政许可、行政确认、行政给付、行政奖励、其他行政权力、公共服务."""
ApplicantKind = Literal["NATURAL_PERSON", "LEGAL_PERSON"]
ItemChannel = Literal["WINDOW", "ONLINE", "HOME_VISIT"]
MaterialForm = Literal["ORIGINAL", "COPY", "ORIGINAL_AND_COPY", "ELECTRONIC"]
MaterialSource = Literal["APPLICANT", "GOVERNMENT", "INTERMEDIARY"]
Delivery = Literal["PICK_UP", "POST", "DOWNLOAD", "HOME_DELIVERY"]


class When(msgspec.Struct, frozen=True):
    """A condition as data: the answer to ``question`` is one of ``answers``. Several together must all hold."""

    question: str
    answers: tuple[str, ...]


class Choice(msgspec.Struct, frozen=True):
    """One answer to a question."""

    code: str
    title: str


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What has to be known of an applicant's situation (情形); asked only where ``when`` holds."""

    code: str
    title: str
    choices: tuple[Choice, ...]
    when: tuple[When, ...] = ()


class Material(msgspec.Struct, frozen=True, kw_only=True):
    """One material (材料). The same ``code`` means the same paper in every item; ``when`` says who needs it."""

    code: str
    name: str
    form: MaterialForm = "COPY"
    copies: int = 1
    source: MaterialSource = "APPLICANT"
    required: bool = True
    gap_allowed: bool = False
    """容缺: it may follow later, on a written promise."""
    when: tuple[When, ...] = ()


class Guide(msgspec.Struct, frozen=True, kw_only=True):
    """One version's content of an item (实施清单): every field of domain rules 3.28.

    ``body`` and ``partners`` are unit codes: who decides, and whose opinion a joint item needs. ``legal_limit`` and
    ``promised_limit`` are working days, ``fee`` is fen, ``visits`` how often somebody has to come (0: never).
    ``limit_source`` says where the legal limit is written, or that it is assumed.
    """

    item: str
    name: str
    kind: ItemKind
    basis: str
    body: str
    partners: tuple[str, ...] = ()
    applicants: tuple[ApplicantKind, ...] = ("NATURAL_PERSON",)
    conditions: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    materials: tuple[Material, ...] = ()
    process: tuple[str, ...] = ()
    legal_limit: int
    promised_limit: int
    limit_source: str = ""
    joint: bool = False
    """Decided by several bodies together: 45 working days instead of 20 (行政许可法 §42)."""
    fee: int = 0
    fee_basis: str = ""
    channels: tuple[ItemChannel, ...] = ("WINDOW",)
    visits: int = 1
    result: str = ""
    delivery: tuple[Delivery, ...] = ("PICK_UP",)
    intermediary: str = ""
    contact: str = ""
    complaint_line: str = ""


@fact("services_desk", "guide.drafted.v1")
class GuideDrafted(Fact, frozen=True, kw_only=True):
    """The next version of an item as it is being prepared; it replaces an earlier draft."""

    guide: Guide


@fact("services_desk", "guide.discarded.v1")
class GuideDiscarded(Fact, frozen=True, kw_only=True):
    """The draft is given up."""

    item: str


@fact("services_desk", "guide.published.v1")
class GuidePublished(Fact, frozen=True, kw_only=True):
    """A version holds from ``valid_from`` on and is never edited again."""

    version: int
    valid_from: date
    guide: Guide


@fact("services_desk", "guide.retired.v1")
class GuideRetired(Fact, frozen=True, kw_only=True):
    """The item is not accepted any more from that day on; its cases go on."""

    item: str
    valid_from: date


@fact("services_desk", "life_event.set.v1")
class LifeEventSet(Fact, frozen=True, kw_only=True):
    """A life event (一件事): items that people usually need together; none: it is not offered any more."""

    life_event: str
    title: str
    items: tuple[str, ...]


FACTS: tuple[type[Fact], ...] = (GuideDrafted, GuideDiscarded, GuidePublished, GuideRetired, LifeEventSet)
