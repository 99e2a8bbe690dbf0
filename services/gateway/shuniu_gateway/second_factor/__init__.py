"""The second factor (双因素): a code by the hour beside the password, for the roles a deployment says.

GB/T 22239-2019 8.1.4.1 d asks for two factors of which one is cryptographic (domain rules 7.2): codes are TOTP
(RFC 6238) over HMAC-SHA256. ``codes.py`` computes them, ``commands.py`` keeps the secret, ``passing.py`` lets in.
"""

from shuniu.chassis.service import Capability, Catalogue
from shuniu.contracts.gateway import FactorOffered, FactorReset, FactorSet

from shuniu_gateway.second_factor.commands import OFFER_FACTOR, RESET_FACTOR, SET_FACTOR
from shuniu_gateway.second_factor.routes import FACTOR_API
from shuniu_gateway.second_factor.tables import FactorUse, RecoveryCode

__all__ = ("capability",)

capability = Capability(
    name="second_factor",
    texts=Catalogue.load("shuniu_gateway.second_factor"),
    commands=(OFFER_FACTOR, SET_FACTOR, RESET_FACTOR),
    facts=(FactorOffered, FactorSet, FactorReset),
    tables=(FactorUse, RecoveryCode),
    handlers=(FACTOR_API,),
)
