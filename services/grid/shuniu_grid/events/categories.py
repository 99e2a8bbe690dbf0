"""Categories of grid events (事件与部件类别, domain rules 12): code tables as data, never as rules."""

import tomllib
from functools import cache
from importlib import resources

import msgspec
from shuniu.chassis.service import Catalogue
from shuniu.contracts.manifest import Category
from shuniu.rules.limits import Limit, Profile
from shuniu.rules.refusal import FieldError, Unprocessable

__all__ = ("catalogue_categories", "check_category", "codes", "confidence_of", "is_clue", "limit_names", "limit_of")

CATEGORIES_FILE = "data/categories.toml"


class _Confidence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    classes: dict[str, str]
    names: dict[str, str]


class _Handling(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    clues: frozenset[str]
    limits: dict[str, str]
    confidence: "_Confidence"


@cache
def _handling() -> _Handling:
    text = resources.files("shuniu_grid.events").joinpath("data/handling.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), _Handling)


@cache
def codes() -> frozenset[str]:
    """Every category."""
    text = resources.files("shuniu_grid.events").joinpath(CATEGORIES_FILE).read_text("utf-8")
    return frozenset(tomllib.loads(text)["category"])


def catalogue_categories(texts: Catalogue) -> tuple[Category, ...]:
    """Every category with its titles, in code order, events before components."""
    ordered = sorted(codes(), key=lambda code: (code[0] != "E", code))
    return tuple(Category(id=code, title=texts[f"category.{code}"], group=code[:3]) for code in ordered)


def check_category(code: str, field: str = "category") -> str:
    """The code itself, else Unprocessable ``grid.unknown_category``."""
    if code not in codes():
        raise Unprocessable(
            "grid.unknown_category", fields=(FieldError(field, "unknown"),), params={"category": code[:20]}
        )
    return code


def confidence_of(code: str) -> str:
    """How well a category's name (E0102) or a class (E01) is supported: the labels of domain rules."""
    labels = _handling().confidence
    named = labels.classes if len(code) == 3 else labels.names
    return next(named[part] for part in (code, code[:3], code[:1]) if part in named)


def is_clue(code: str) -> bool:
    """Whether the category is about an enterprise, so that a grid worker may only file a clue (domain rules 0.2)."""
    return code in _handling().clues


def limit_of(code: str, profile: Profile) -> Limit:
    """How long processing an event of this category may take by the profile (domain rules 2.15, 2.16)."""
    return profile.limit(*limit_names(code), "default")


def limit_names(code: str) -> tuple[str, ...]:
    """What a table may call the limit of a category, the nearest first: the category, its name there, its class."""
    named = _handling().limits
    return tuple(name for part in (code, code[:3]) for name in (part, named.get(part, "")) if name)
