"""Whistles: a street calls, departments report in; a community or a firm calls, the street answers (10.1).

Read on: ``blow.py``, ``draft.py`` (from draft to whistle), ``callouts.py``, ``extensions.py``, ``phases.py``,
``rating.py`` (what follows), ``reactions.py`` (referrals), ``routes.py``.
"""

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
    draft,
    extensions,
    meetings,
    phases,
    planning,
    rating,
    reactions,
)
from shuniu_whistle.whistles.manifest import KINDS, PANELS, ROUTES
from shuniu_whistle.whistles.measures import declared_measures, declared_rates
from shuniu_whistle.whistles.routes import HANDLERS
from shuniu_whistle.whistles.tables import OpenWhistleTable, WhistleTable
from shuniu_whistle.whistles.whistle import OPEN_WHISTLE, WHISTLE

__all__ = ("capability",)

capability = Capability(
    name="whistles",
    texts=Catalogue({}),
    rows=(WHISTLE, OPEN_WHISTLE),
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
