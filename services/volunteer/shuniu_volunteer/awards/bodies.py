"""What the commands of an award round are given."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from shuniu_volunteer.fields import AreaCode, Day, Hidden, Paper, Phone, Reason

__all__ = (
    "Appoint",
    "CancelAward",
    "GiveCode",
    "Nominate",
    "Object",
    "OnJuror",
    "OnNominee",
    "OnRound",
    "PlanAward",
    "Qualify",
    "RuleObjection",
    "Score",
    "VoidCode",
    "VoidVote",
    "VoteByCode",
    "Weigh",
)

Share = Annotated[int, Meta(ge=0, le=100)]
Account = Annotated[str, Meta(min_length=1, max_length=80)]
OptionalUnit = Annotated[str, Meta(max_length=60, extra_json_schema={"x-widget": "unit"})]


class PlanAward(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Plan a round. A sponsor gives it its name."""

    area: AreaCode
    year: Annotated[int, Meta(ge=2000, le=2200)]
    award_name: Annotated[str, Meta(min_length=2, max_length=60, pattern=r"\S")]
    sponsor_unit: OptionalUnit = ""
    vote_share: Share = 50
    jury_share: Share = 50
    winners: Annotated[int, Meta(ge=1, le=100)] = 10
    day_votes: Annotated[int, Meta(ge=1, le=10)] = 1


class OnRound(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command on one round."""

    round: Hidden


class Weigh(OnRound, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Other weights."""

    vote_share: Share
    jury_share: Share


class Nominate(OnRound, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nominate somebody; what they did is their deed in words."""

    nominee_name: Annotated[str, Meta(min_length=2, max_length=60, pattern=r"\S")]
    nominee_phone: Phone = ""
    employer: OptionalUnit = ""
    nominee_account: Annotated[str, Meta(max_length=80)] = ""
    deed: Reason


class OnNominee(OnRound, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command on one nominee."""

    nominee: Hidden


class Qualify(OnNominee, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Credit, discipline, and the nominee's own consent to be named (PIPL §25), on paper."""

    credit: bool
    discipline: bool
    named: bool
    paper: Paper = ""


class VoidVote(OnNominee, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A vote does not count; it is never deleted."""

    voter: Account
    on: Day
    reason: Reason


class GiveCode(OnRound, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Give somebody without an account a code for one vote. ``identity_seen``: they showed who they are."""

    citizen_id: Annotated[str, Meta(min_length=18, max_length=18)]
    identity_seen: bool


class VoidCode(OnRound, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An unused code holds no longer."""

    voter: Account
    reason: Reason


class VoteByCode(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Vote with a code, without signing in. ``candidate`` is the number on the list."""

    code: Annotated[str, Meta(min_length=12, max_length=20, pattern=r"^[A-Za-z0-9 -]+$")]
    candidate: Annotated[int, Meta(ge=1, le=1000)]


class OnJuror(OnRound, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody leaves the jury."""

    account: Account


class Appoint(OnJuror, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody joins the jury; who employs them has to be told."""

    employer: OptionalUnit = ""


class Score(OnNominee, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A juror's score."""

    score: Share


class Object(OnNominee, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Object to one of those posted."""

    reason: Reason


class RuleObjection(OnRound, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Decide the open objection."""

    upheld: bool
    reason: Reason


class CancelAward(OnRound, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """It does not take place."""

    reason: Literal["TOO_FEW_NOMINEES", "NOT_THIS_YEAR"]
