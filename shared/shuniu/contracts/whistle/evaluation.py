"""Facts of evaluation (考核评价): what the district says of the calling side, domain rules 1.7 and 11.4."""

from typing import Literal

from shuniu.contracts.envelope import Fact, fact

__all__ = ("CallingAssessed", "Verdict")

Verdict = Literal["WORTHY", "OWN_DUTY", "DAILY_WORK", "WRONG_UNIT", "NOT_AS_TOLD"]
"""Worth a whistle, or why not: the caller's own duty, the daily mechanism would have done, the wrong unit was called,
it was not as told (design choice: no list is published)."""


@fact("whistle", "calling.assessed.v1")
class CallingAssessed(Fact, frozen=True, kw_only=True):
    """The district looked at the calling side (双考核): was the matter worth a whistle?"""

    whistle: str
    verdict: Verdict
    note_ref: str = ""
