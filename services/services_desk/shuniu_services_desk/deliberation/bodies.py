"""What the commands of a deliberation are given."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta
from shuniu.contracts.services_desk.deliberation import Decision, ElectorBody, Forum

from shuniu_services_desk.fields import Hidden, LongText, Reason, Version

__all__ = (
    "Attend",
    "Cancel",
    "EnterRoll",
    "GivenElector",
    "Hold",
    "Notify",
    "OnDeliberation",
    "Open",
    "SetParties",
    "VoidVote",
    "Vote",
)

ElectorCode = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9_-]+$")]
"""An elector as the roll on paper numbers them; kept as a keyed hash only."""
Units = Annotated[
    tuple[Annotated[str, Meta(max_length=40)], ...],
    Meta(max_length=20, extra_json_schema={"x-widget": "unit-list"}),
]


class Open(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Put a cluster of needs on an agenda. ``decision`` SPECIAL is for what the law names for owners."""

    cluster: Hidden
    forum: Forum
    electorate: ElectorBody
    decision: Decision = "ORDINARY"
    expected_version: Version | None = None


class OnDeliberation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command on one deliberation."""

    deliberation: Hidden
    expected_version: Version | None = None


class GivenElector(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who may vote; ``area`` in hundredths of a square metre, where area counts."""

    elector: ElectorCode
    area: Annotated[int, Meta(ge=0, le=10**12)] = 0


class EnterRoll(OnDeliberation, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of the roll; the next part adds to it."""

    electors: Annotated[tuple[GivenElector, ...], Meta(min_length=1, max_length=500)]


class SetParties(OnDeliberation, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Close the roll and name the units that take part without a vote."""

    units: Units = ()


class Notify(OnDeliberation, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Announce when they meet, in time."""

    meeting_at: Annotated[datetime, Meta(tz=True, extra_json_schema={"x-widget": "datetime"})]
    venue: LongText = ""


class Attend(OnDeliberation, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An elector takes part, in person or in writing, with the proxies they hold."""

    elector: ElectorCode
    in_writing: bool = False
    proxies: Annotated[tuple[ElectorCode, ...], Meta(max_length=20)] = ()


class Hold(OnDeliberation, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """They met: the minutes, and the options to vote on."""

    options: Annotated[
        tuple[Annotated[str, Meta(min_length=2, max_length=500, pattern=r"\S")], ...], Meta(min_length=1, max_length=8)
    ]
    minutes_text: Annotated[
        str, Meta(min_length=4, max_length=20_000, pattern=r"\S", extra_json_schema={"x-widget": "textarea"})
    ]


class Vote(OnDeliberation, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One elector's vote: the number of an option, AGAINST or ABSTAIN."""

    elector: ElectorCode
    option: Annotated[str, Meta(pattern=r"^([1-8]|AGAINST|ABSTAIN)$")]


class VoidVote(OnDeliberation, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A vote does not count; it is never deleted. The elector may vote anew."""

    elector: ElectorCode
    reason: Reason


class Cancel(OnDeliberation, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Take it off the agenda before they met."""

    reason: Reason
