"""A title in both languages of the suite; zh-CN first."""

import msgspec

__all__ = ("Text",)


class Text(msgspec.Struct, frozen=True):
    """User-facing words. ``zh`` is the source text, ``en`` stands beside it."""

    zh: str
    en: str
