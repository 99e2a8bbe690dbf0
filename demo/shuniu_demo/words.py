"""What happens in such a street: categories with the units in charge, places, whistle items, the usual remarks.

Read from data/words.toml, where each says what it is.
"""

import tomllib
from importlib import resources
from typing import Any, Final, NamedTuple

__all__ = (
    "DOWN_ITEMS",
    "ENTERPRISE_ITEMS",
    "FINDINGS",
    "ITEMS",
    "SPOTS",
    "STREET_SPOTS",
    "UP_ITEMS",
    "Finding",
    "Item",
)


class Finding(NamedTuple):
    """A category: how often, who is in charge, whom it is sometimes sent to by mistake, its limit, remarks."""

    category: str
    weight: float
    unit: str
    wrong_unit: str
    limit: str
    picture: str
    remarks: tuple[str, ...]
    clue: bool = False


class Item(NamedTuple):
    """An item of the whistle list: how often, who leads, who supports, the phases such work usually has, remarks."""

    item: str
    weight: float
    lead: str
    co: tuple[str, ...]
    works: tuple[str, ...]
    picture: str
    remark: str


def _fixed(entry: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in entry.items()}


_TREE: Final = tomllib.loads(resources.files("shuniu_demo").joinpath("data/words.toml").read_text("utf-8"))

FINDINGS: Final = tuple(Finding(**_fixed(entry)) for entry in _TREE["finding"])
UP_ITEMS: Final = tuple(Item(**_fixed(entry)) for entry in _TREE["up"])
"""What the street whistles departments for."""
DOWN_ITEMS: Final = tuple(Item(**_fixed(entry)) for entry in _TREE["down"])
"""What a community whistles the street for."""
ENTERPRISE_ITEMS: Final = tuple(Item(**_fixed(entry)) for entry in _TREE["enterprise"])
"""What an enterprise whistles the street for."""
ITEMS: Final = (*UP_ITEMS, *DOWN_ITEMS, *ENTERPRISE_ITEMS)
SPOTS: Final[dict[str, tuple[str, ...]]] = {kind: tuple(places) for kind, places in _TREE["spots"].items()}
STREET_SPOTS: Final = SPOTS["STREET"]
