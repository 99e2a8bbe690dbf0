"""Bodies of the second factor's routes."""

import msgspec

__all__ = ("ConfirmFactor", "FactorConfirmed", "FactorOffer", "OfferAsked")


class OfferAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Body of ``POST /session/second-factor``: the password once more, and a present code where there is a factor."""

    password: str
    code: str = ""


class FactorOffer(msgspec.Struct, frozen=True, kw_only=True):
    """A new secret, told this once: as text (base 32), as ``otpauth`` address, and that as an SVG image."""

    secret: str
    address: str
    image: str


class ConfirmFactor(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Body of ``POST /session/second-factor/confirm``: a code of the new secret."""

    code: str


class FactorConfirmed(msgspec.Struct, frozen=True, kw_only=True):
    """Recovery codes, told this once; each lets in once instead of a code."""

    recovery: tuple[str, ...]
