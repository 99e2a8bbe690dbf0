"""Whistles: a street calls, departments report in; a community or a firm calls, the street answers (10.1).

Read on: ``blow.py``, ``draft.py`` (from draft to whistle), ``callouts.py``, ``extensions.py``, ``phases.py``,
``rating.py`` (what follows), ``reactions.py`` (referrals), ``routes.py``.
"""

from collections.abc import Sequence
from dataclasses import replace

from shuniu.chassis.context import Context
from shuniu.chassis.decision import Offer
from shuniu.chassis.rows import MatterFace
from shuniu.chassis.service import Capability, Catalogue
from shuniu.contracts.referral import (
    ReferralExpired,
    ReferralMade,
    ReferralProgress,
    ReferralRefused,
    ReferralSettled,
    ReferralTaken,
    ReferralWithdrawn,
)
from shuniu.contracts.whistle.whistles import FACTS

from shuniu_whistle.whistles import (
    answers,
    blow,
    callouts,
    detail,
    draft,
    extensions,
    face,
    meetings,
    phases,
    planning,
    rating,
    reactions,
)
from shuniu_whistle.whistles.manifest import KINDS, PANELS, ROUTES
from shuniu_whistle.whistles.measures import declared_measures, declared_rates
from shuniu_whistle.whistles.routes import HANDLERS
from shuniu_whistle.whistles.state import Whistle
from shuniu_whistle.whistles.tables import OpenWhistleTable, WhistleTable
from shuniu_whistle.whistles.whistle import OPEN_WHISTLE, WHISTLE

__all__ = ("FACE", "capability")


def _offers(w: Whistle, ctx: Context) -> Sequence[Offer]:
    # What may be done now is asked of every capability, and those stand on this one: it is looked up when used.
    from shuniu_whistle.whistles.offers import offers

    return offers(w, ctx)


FACE = MatterFace(
    summarise=face.summarise,
    number=lambda w: w.number,
    visibility=face.visibility,
    offers=_offers,
    detail=detail.detail,
)
capability = Capability(
    name="whistles",
    texts=Catalogue({}),
    rows=(replace(WHISTLE, face=FACE), OPEN_WHISTLE),
    commands=(
        *draft.COMMANDS,
        *blow.COMMANDS,
        *callouts.COMMANDS,
        *extensions.COMMANDS,
        *planning.COMMANDS,
        *phases.COMMANDS,
        *meetings.COMMANDS,
        *rating.COMMANDS,
        *reactions.COMMANDS,
        *answers.COMMANDS,
    ),
    facts=(
        *FACTS,
        ReferralMade,
        ReferralWithdrawn,
        ReferralTaken,
        ReferralRefused,
        ReferralExpired,
        ReferralProgress,
        ReferralSettled,
    ),
    reactions=(*reactions.REACTIONS, *answers.REACTIONS),
    kinds=KINDS,
    measures=declared_measures(),
    rates=declared_rates(),
    panels=PANELS,
    routes=ROUTES,
    handlers=HANDLERS,
    tables=(WhistleTable, OpenWhistleTable),
)
