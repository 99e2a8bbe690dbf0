"""Kinds of work of a phase; DEMOLISH to BEAUTIFY are the five of 双安巷 (article)."""

from typing import Literal

__all__ = ("Work",)

Work = Literal[
    "SURVEY",
    "CONSULT",
    "DEMOLISH",
    "MOVE_VEHICLES",
    "WIDEN",
    "REMEDY",
    "BEAUTIFY",
    "REPAIR",
    "ENFORCE",
    "UPKEEP",
    "OTHER",
]
