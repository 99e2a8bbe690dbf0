"""Volunteer activities (志愿服务活动) and taking part in them: two life cycles (domain rules 10.8).

Read on: ``lifecycles.py`` (as data), ``state.py``, ``evolve.py``, ``planning.py`` (draft to archive), ``joining.py``
(applications, waiting list), ``checking.py`` (codes, places), ``hours.py`` (minutes, pure), ``confirming.py`` (both
sides, disputes), ``requests.py`` (referrals), ``face.py``, ``measures.py``, ``routes.py``.
"""

from dataclasses import replace

from shuniu.chassis.rows import MatterFace
from shuniu.chassis.service import Capability, Catalogue
from shuniu.contracts.referral import ReferralExpired, ReferralRefused, ReferralSettled, ReferralTaken
from shuniu.contracts.volunteer.activities import FACTS

from shuniu_volunteer.activities import checking, confirming, joining, planning, requests
from shuniu_volunteer.activities.activity import ACTIVITY, DAY, PARTICIPATION, ROSTER, TOOK
from shuniu_volunteer.activities.face import detail, offers, summarise, visibility
from shuniu_volunteer.activities.manifest import KINDS, PANELS, ROUTES
from shuniu_volunteer.activities.measures import declared_measures, declared_rates
from shuniu_volunteer.activities.routes import HANDLERS
from shuniu_volunteer.activities.tables import ActivityTable, ParticipationTable

__all__ = ("capability",)

FACE = MatterFace(summarise=summarise, number=lambda a: a.number, visibility=visibility, offers=offers, detail=detail)
capability = Capability(
    name="activities",
    texts=Catalogue.load("shuniu_volunteer.activities"),
    rows=(replace(ACTIVITY, face=FACE), ROSTER, PARTICIPATION, DAY, TOOK),
    commands=(
        *planning.COMMANDS,
        *joining.COMMANDS,
        *checking.COMMANDS,
        *confirming.COMMANDS,
        *requests.COMMANDS,
    ),
    facts=(*FACTS, ReferralTaken, ReferralRefused, ReferralExpired, ReferralSettled),
    reactions=requests.REACTIONS,
    kinds=KINDS,
    measures=declared_measures(),
    rates=declared_rates(),
    panels=PANELS,
    routes=ROUTES,
    handlers=HANDLERS,
    tables=(ActivityTable, ParticipationTable),
)
