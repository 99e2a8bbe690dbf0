"""What the audit is asked for with: the same words for a page of it and for its export."""

from datetime import datetime

import msgspec
from litestar.di import NamedDependency, Provide
from litestar.params import FromQuery

from shuniu_gateway.asking import Words

__all__ = ("AUDIT_ASKED", "AskedOfAudit", "AuditAsked")


class AuditAsked(msgspec.Struct, frozen=True, kw_only=True):
    """Filters of a search; ``account`` is a login or an id, ``command`` the beginning of a name."""

    service: str
    account: str
    command: str
    matter: str
    allowed: bool | None
    since: datetime | None
    until: datetime | None

    @property
    def query(self) -> dict[str, str]:
        """As every service is asked."""
        return {
            "actor": self.account,
            "command": self.command,
            "matter": self.matter,
            "allowed": "" if self.allowed is None else str(self.allowed).lower(),
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
        }


AskedOfAudit = NamedDependency[AuditAsked]


def _asked(
    service: Words = "",
    account: Words = "",
    command: Words = "",
    matter: Words = "",
    allowed: FromQuery[bool | None] = None,
    since: FromQuery[datetime | None] = None,
    until: FromQuery[datetime | None] = None,
) -> AuditAsked:
    return AuditAsked(
        service=service,
        account=account,
        command=command,
        matter=matter,
        allowed=allowed,
        since=since,
        until=until,
    )


AUDIT_ASKED = Provide(_asked, sync_to_thread=False)
