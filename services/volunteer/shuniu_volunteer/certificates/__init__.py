"""Service certificates (志愿服务证明): signed by the organiser, as PDF, verifiable by anybody (domain rules 5.4)."""

from shuniu.chassis.service import Capability, Catalogue
from shuniu.contracts.manifest import Route
from shuniu.contracts.volunteer.certificates import FACTS

from shuniu_volunteer.certificates.commands import COMMANDS
from shuniu_volunteer.certificates.routes import HANDLERS
from shuniu_volunteer.certificates.state import CERTIFICATE
from shuniu_volunteer.certificates.tables import CertificateTable

__all__ = ("capability",)

_TEXTS = Catalogue.load("shuniu_volunteer.certificates")

capability = Capability(
    name="certificates",
    texts=_TEXTS,
    rows=(CERTIFICATE,),
    commands=COMMANDS,
    facts=FACTS,
    routes=(
        Route(path="/me/certificates", title=_TEXTS["route.my_certificates"]),
        Route(path="/certificates/{code}/pdf", title=_TEXTS["document.service_certificate"]),
    ),
    handlers=HANDLERS,
    tables=(CertificateTable,),
)
