"""What a feed reads a log by and how it stands: words that feeds share with those who make and watch them."""

from collections.abc import Awaitable, Callable

import msgspec

from shuniu.contracts.envelope import LogPage

__all__ = ("FeedStatus", "LogRefused", "LogUnavailable", "ReadLog")


class LogUnavailable(Exception):  # noqa: N818
    """The source does not answer for its log now."""


class LogRefused(LogUnavailable):
    """The source is another deployment's and shares nothing with us; that does not change by asking often."""


ReadLog = Callable[[int, int], Awaitable[LogPage]]
"""(after, limit) → a page of the source's log. Raises LogUnavailable."""


class FeedStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How a feed stands. ``lag`` counts events its source has announced and the consumer has not taken yet."""

    consumer: str
    source: str
    epoch: str
    position: int
    head: int
    lag: int
    live: bool
    from_log: int
    """Events of this process's life that came from the log rather than live."""
    duplicates: int
    renewals: int
    refused: bool = False
    """The source is another deployment's and shares nothing with us."""
