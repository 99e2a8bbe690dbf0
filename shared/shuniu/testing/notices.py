"""What every notice must be: worded, addressed, and free of persons. For the tests of a service's summaries."""

import re
from collections.abc import Iterable

from shuniu.chassis.service import Service
from shuniu.contracts.summary import Notice, Summary

__all__ = ("untellable",)

_OPAQUE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_PERSONAL = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)|(?<!\d)\d{17}[\dXx](?!\d)")
"""A mobile number or a citizen number."""


def untellable(service: Service, summary: Summary) -> list[str]:
    """What is wrong with the notices of a summary; empty where all is well.

    The text is one of the service's own; somebody is meant (roles only where an area says whose); audiences are codes
    and opaque ids; and what a message shows of the matter, its number and title, holds no person's number.
    """
    flaws = [flaw for notice in summary.notices for flaw in _flaws(service, notice)]
    matter = summary.matter
    if summary.notices and matter is not None and _PERSONAL.search(f"{matter.number} {matter.title}"):
        flaws.append(f"{matter.number}: the title names a person")
    return flaws


def _flaws(service: Service, notice: Notice) -> Iterable[str]:
    if notice.text not in service.texts:
        yield f"{notice.text} is no text of {service.name}"
    if not (notice.accounts or notice.units or (notice.roles and notice.areas)):
        yield f"{notice.text} is told to nobody"
    if notice.roles and not notice.areas:
        yield f"{notice.text}: roles without areas mean nobody"
    for word in (*notice.accounts, *notice.units, *notice.roles, *notice.areas):
        if not _OPAQUE.fullmatch(word) or _PERSONAL.fullmatch(word):
            yield f"{notice.text}: {word!r} is no code"
