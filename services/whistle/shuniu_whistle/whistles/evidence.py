"""Evidence must be here before it is referred to: looked up before the rules are asked."""

from typing import TYPE_CHECKING, Protocol

from shuniu.rules.evidence import BlobRef, check_evidence

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("stored_evidence",)


class _WithEvidence(Protocol):
    @property
    def evidence(self) -> tuple[BlobRef, ...]: ...


async def stored_evidence(c: _WithEvidence, host: "Host") -> None:
    """Every file named lies in the service's store with that size and type; else Unprocessable naming the field."""
    await host.blobs.require(check_evidence(c.evidence))
