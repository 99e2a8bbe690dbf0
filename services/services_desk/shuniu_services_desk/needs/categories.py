"""Categories of needs, from data."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import NamedTuple

__all__ = ("CategoryInfo", "categories")


class CategoryInfo(NamedTuple):
    """A category and the group it belongs to."""

    id: str
    group: str


@cache
def categories() -> dict[str, CategoryInfo]:
    """Categories by id, in their order."""
    tree = tomllib.loads(files("shuniu_services_desk.needs").joinpath("categories.toml").read_text("utf-8"))
    found = [CategoryInfo(entry["id"], entry["group"]) for entry in tree["category"]]
    if len({c.id for c in found}) != len(found):
        raise ValueError("a category of needs stands twice in the data")
    return {c.id: c for c in found}
