"""The state table as Piccolo sees it."""

from shuniu.chassis.tables import StateTable

__all__ = ("CertificateTable",)


class CertificateTable(StateTable, tablename="service_certificate"):
    """Certificates by the code of their document; ``unit`` is the organiser."""
