"""The state tables as Piccolo sees them."""

from shuniu.chassis.tables import StateTable

__all__ = ("AuditTable", "CertificateTable")


class CertificateTable(StateTable, tablename="claim_certificate"):
    """Certificates, by id."""


class AuditTable(StateTable, tablename="certificate_audit"):
    """Audits, by id."""
