"""Facts of volunteers (志愿者), domain rules 5, 7.1.

A volunteer is an opaque id here; name, telephone, citizen number and birth date are sealed under ``person_ref``. That
somebody is under age is told by ``minor_until`` (``child_until``): the first day of the month after the 18th (14th)
birthday, which names no birth date.
"""

from datetime import date, datetime
from typing import Literal

import msgspec

from shuniu.contracts.clock import Term
from shuniu.contracts.envelope import Fact, fact

__all__ = (
    "FACTS",
    "Availability",
    "CalendarRenewed",
    "GuardianConsented",
    "GuardianWithdrew",
    "Profile",
    "Purpose",
    "Qualification",
    "QualificationKind",
    "RecordKind",
    "Skill",
    "StarGranted",
    "StarNoticed",
    "StarWithheld",
    "VolunteerAmended",
    "VolunteerBarred",
    "VolunteerConsented",
    "VolunteerFact",
    "VolunteerLeft",
    "VolunteerLinked",
    "VolunteerRecordStruck",
    "VolunteerRecorded",
    "VolunteerRegistered",
)

Skill = Literal[
    "FIRST_AID_SKILL",
    "TEACHING_SKILL",
    "REPAIR_SKILL",
    "IT_SKILL",
    "LANGUAGE_SKILL",
    "SIGN_LANGUAGE_SKILL",
    "LEGAL_SKILL",
    "COUNSELLING_SKILL",
    "ELDERLY_CARE_SKILL",
    "CHILD_CARE_SKILL",
    "ARTS_SKILL",
    "SPORTS_SKILL",
    "FIRE_SAFETY_SKILL",
    "MEDIATION_SKILL",
]
QualificationKind = Literal[
    "FIRST_AIDER", "DOCTOR", "NURSE", "LAWYER", "TEACHER", "COUNSELLOR", "ELECTRICIAN", "DRIVER", "SOCIAL_WORKER"
]
"""What a law or a recruiter asks a paper for (志愿服务条例 §15, domain rules 5.1)."""
Availability = Literal["WEEKDAY_DAY", "WEEKDAY_EVENING", "WEEKEND_DAY", "WEEKEND_EVENING", "ON_CALL"]
RecordKind = Literal["TRAINING", "COMMENDATION", "EVALUATION"]
"""What is recorded of a volunteer beside their hours (志愿服务条例 §19, domain rules 5.2)."""
Purpose = Literal["HONOUR_LIST"]
"""What a consent is for: to be named on honour rolls and star lists (PIPL §25)."""


class Qualification(msgspec.Struct, frozen=True, kw_only=True):
    """A paper and the last day it holds."""

    kind: QualificationKind
    valid_until: date


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """What a volunteer can do, when, for which teams, insured until when."""

    area: str
    teams: tuple[str, ...] = ()
    skills: tuple[Skill, ...] = ()
    qualifications: tuple[Qualification, ...] = ()
    availability: tuple[Availability, ...] = ()
    insurance: str = ""
    insured_until: date | None = None
    minor_until: date | None = None
    child_until: date | None = None


class VolunteerFact(Fact, frozen=True, kw_only=True):
    """What all facts about one volunteer share."""

    volunteer: str


@fact("volunteer", "volunteer.registered.v1")
class VolunteerRegistered(VolunteerFact, frozen=True, kw_only=True):
    """Somebody registered; ``account`` is their own where they have one."""

    number: str
    profile: Profile
    person_ref: str
    account: str = ""
    registered_on: date
    guardian: bool = False
    """A guardian and their consent were recorded with it."""
    guardian_until: date | None = None


@fact("volunteer", "volunteer.amended.v1")
class VolunteerAmended(VolunteerFact, frozen=True, kw_only=True):
    """The register was put right; ``person_ref`` is a new one where the person's own data changed."""

    profile: Profile
    person_ref: str


@fact("volunteer", "volunteer.linked.v1")
class VolunteerLinked(VolunteerFact, frozen=True, kw_only=True):
    """The volunteer signs in with this account from now on."""

    account: str


@fact("volunteer", "guardian.consented.v1")
class GuardianConsented(VolunteerFact, frozen=True, kw_only=True):
    """A guardian agreed (PIPL §31); the name is sealed, the signed paper is a blob."""

    guardian_ref: str
    until: date
    paper: str = ""
    """SHA-256 of the signed paper."""


@fact("volunteer", "guardian.withdrew.v1")
class GuardianWithdrew(VolunteerFact, frozen=True, kw_only=True):
    """The guardian's consent ended; what was done before stays valid (PIPL §15)."""


@fact("volunteer", "volunteer.consented.v1")
class VolunteerConsented(VolunteerFact, frozen=True, kw_only=True):
    """A consent was given, or withdrawn, under a version of the notice."""

    purpose: Purpose
    given: bool
    notice_version: str


@fact("volunteer", "volunteer.left.v1")
class VolunteerLeft(VolunteerFact, frozen=True, kw_only=True):
    """They are volunteers no more; their own data are destroyed (PIPL §47), confirmed hours stay as figures."""

    minutes: int


@fact("volunteer", "star.noticed.v1")
class StarNoticed(VolunteerFact, frozen=True, kw_only=True):
    """A star is posted (公示) under the volunteer's number; ``minutes`` is what it rests on."""

    star: int
    profile: str
    minutes: int
    term: Term


@fact("volunteer", "star.granted.v1")
class StarGranted(VolunteerFact, frozen=True, kw_only=True):
    """The notice ended without a valid objection."""

    star: int


@fact("volunteer", "star.withheld.v1")
class StarWithheld(VolunteerFact, frozen=True, kw_only=True):
    """An objection was upheld before the notice ended."""

    star: int
    reason_ref: str


@fact("volunteer", "volunteer.barred.v1")
class VolunteerBarred(VolunteerFact, frozen=True, kw_only=True):
    """False hours were found: no star until then (one to three years, domain rules 5.6)."""

    until: date
    reason_ref: str


@fact("volunteer", "volunteer.recorded.v1")
class VolunteerRecorded(VolunteerFact, frozen=True, kw_only=True):
    """A training, a commendation or an evaluation was entered; its words are sealed."""

    record: str
    record_kind: RecordKind
    on: date
    text_ref: str


@fact("volunteer", "volunteer.record_struck.v1")
class VolunteerRecordStruck(VolunteerFact, frozen=True, kw_only=True):
    """A record proved wrong and is struck; it is never deleted while they are registered."""

    record: str
    reason_ref: str


@fact("volunteer", "calendar.renewed.v1")
class CalendarRenewed(VolunteerFact, frozen=True, kw_only=True):
    """The secret address of their own calendar was changed."""

    generation: int
    at: datetime


FACTS: tuple[type[Fact], ...] = (
    VolunteerRegistered,
    VolunteerAmended,
    VolunteerLinked,
    GuardianConsented,
    GuardianWithdrew,
    VolunteerConsented,
    VolunteerLeft,
    StarNoticed,
    StarGranted,
    StarWithheld,
    VolunteerBarred,
    VolunteerRecorded,
    VolunteerRecordStruck,
    CalendarRenewed,
)
