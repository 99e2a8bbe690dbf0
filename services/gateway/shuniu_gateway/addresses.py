"""How the view API names a service: plain in our own scope, ``<service>@<scope>`` in another deployment's.

The same word stands in answers (``service`` beside ``source``), in paths (``/matters/{service}/…``) and in filters, so
a page leads on by what it was given. Pure.
"""

import re

from shuniu.contracts.envelope import parse_source, source_of
from shuniu.rules.refusal import NotFound

__all__ = ("address", "home", "is_foreign")

_ADDRESS = re.compile(r"(?P<service>[a-z][a-z0-9_]{0,40})(?:@(?P<scope>[0-9]{6,12}))?")


def is_foreign(source: str, own_scope: str) -> bool:
    """Whether a source is another deployment's."""
    return parse_source(source)[0] != own_scope


def address(source: str, own_scope: str) -> str:
    """What the API calls the service of a source; plain also where no own scope is known ("")."""
    scope, service = parse_source(source)
    return service if scope == own_scope or not own_scope else f"{service}@{scope}"


def home(name: str, own_scope: str) -> str:
    """The source an address means. NotFound ``service.unknown`` for what is no address."""
    found = _ADDRESS.fullmatch(name)
    if found is None:
        raise NotFound("service.unknown", params={"service": name[:60]})
    return source_of(found["scope"] or own_scope, found["service"])
