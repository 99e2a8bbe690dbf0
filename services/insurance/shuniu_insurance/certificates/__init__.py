"""Community certificates (社区证明): drafted, signed by the secretary, verified by anybody, audited (domain rules 4.2).

Read on: ``lifecycle.py`` (as data), ``rules.py`` (who may), ``commands.py``, ``document.py`` and ``certificate.typ``
(content, signature, PDF), ``audit.py`` (the sample), ``state.py``, ``certificate.py`` (the matters), ``routes.py``.
"""

from shuniu.chassis.service import Capability
from shuniu.contracts.insurance.certificates import FACTS
from shuniu.contracts.manifest import KindInfo, Measure, Panel, Route

from shuniu_insurance.certificates import audit, commands
from shuniu_insurance.certificates.certificate import AUDIT_ROW, CERTIFICATE_ROW
from shuniu_insurance.certificates.lifecycle import AUDIT, CERTIFICATE
from shuniu_insurance.certificates.routes import HANDLERS
from shuniu_insurance.certificates.tables import AuditTable, CertificateTable
from shuniu_insurance.certificates.texts import OWN, TEXTS
from shuniu_insurance.fields import statuses_of

__all__ = ("capability",)

_KINDS = tuple(
    KindInfo(
        id=cycle.kind,
        title=TEXTS[f"kind.{cycle.kind}"],
        plural=TEXTS[f"kind.{cycle.kind}s"],
        icon="document",
        statuses=statuses_of(cycle, TEXTS),
        order=order,
    )
    for cycle, order in ((CERTIFICATE, 23), (AUDIT, 25))
)

capability = Capability(
    name="certificates",
    texts=OWN,
    rows=(CERTIFICATE_ROW, AUDIT_ROW),
    commands=(*commands.COMMANDS, *audit.COMMANDS),
    facts=FACTS,
    kinds=_KINDS,
    measures=tuple(
        Measure(
            name=f"certificate.{name}",
            title=TEXTS[f"measure.certificate.{name}"],
            kind="sum",
            unit=TEXTS["measure_unit.certificate"],
        )
        for name in ("audited", "revoked")
    ),
    panels=(
        Panel(
            id="certificate.stages",
            title=TEXTS["panel.certificate_stages"],
            kind="stages",
            matter_kind=CERTIFICATE.kind,
            surface="service",
            order=68,
        ),
    ),
    routes=(
        Route(path="/certificates/{certificate}/pdf", title=TEXTS["route.certificate_pdf"]),
        Route(path="/claims/certificate", title=TEXTS["route.own_certificate"], public=True),
    ),
    handlers=HANDLERS,
    tables=(CertificateTable, AuditTable),
)
