"""A title in both languages of the suite; zh-CN first."""

import msgspec

__all__ = ("Text",)


class Text(msgspec.Struct, frozen=True):
    """User-facing words. ``zh`` is the source text, ``en`` stands beside it."""

    zh: str
    en: str

    @classmethod
    def of(cls, given: "Text | str") -> "Text":
        """The text; words of one language stand for both."""
        return given if isinstance(given, Text) else cls(given, given)

    def within(self, form: str) -> "Text":
        """Each language in the place of ``{}``."""
        return Text(form.replace("{}", self.zh), form.replace("{}", self.en))
