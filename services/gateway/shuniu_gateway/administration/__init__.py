"""Administration (系统管理): accounts, every service's audit, the API described; each administrator sees the own."""

from shuniu.chassis.service import Capability, Catalogue

from shuniu_gateway.administration.describe_routes import DESCRIBE_API
from shuniu_gateway.administration.routes import ADMINISTRATION_API

__all__ = ("capability",)

capability = Capability(
    name="administration",
    texts=Catalogue.load("shuniu_gateway.administration"),
    handlers=(ADMINISTRATION_API, DESCRIBE_API),
)
