"""What somebody begins while life goes on: the first act of a thread, as the story would tell it, given now."""

import random
from datetime import datetime, time, timedelta

from shuniu.rules.calendar import SHANGHAI, local

from shuniu_demo.accounts import LEADS, WITH_CLERKS
from shuniu_demo.activities import planned
from shuniu_demo.claims import claim
from shuniu_demo.desk import case
from shuniu_demo.hazards import hazard
from shuniu_demo.script import Act, Office, Script
from shuniu_demo.street import COMMUNITY_CODES

__all__ = ("begun",)


def begun(service: str, now: datetime, rng: random.Random) -> Act:
    """A case at the counter, an accident or a hazard, an activity of the days ahead."""
    script = Script(f"live-{rng.getrandbits(32):08x}", now, rng, Office(always=True))
    if service == "services_desk":
        return case(script, "plain").acts()[0]
    if service == "volunteer":
        day = local(now).date() + timedelta(days=rng.randrange(1, 9))
        starts = datetime.combine(day, time(rng.randrange(9, 18)), SHANGHAI)
        planned(script, rng, rng.randrange(1, LEADS + 1), starts, 2.5)
        return script.acts()[0]
    if rng.random() < 0.5:
        # Whoever is hurt was so a little before.
        return claim(script, "paid", community=rng.choice(COMMUNITY_CODES[:WITH_CLERKS])).acts()[0]
    return hazard(script, "team", rng.choice(COMMUNITY_CODES)).acts()[0]
