"""Scoring tables that ship (``data/profiles.json``) or that a deployment brings (``SHUNIU_WHISTLE_SCORING_FILE``)."""

from functools import cache
from importlib.resources import files
from pathlib import Path

import msgspec

from shuniu_whistle.scoring.engine import ScoringProfile

__all__ = ("read_profiles", "scoring_profiles")


def read_profiles(content: bytes) -> dict[str, ScoringProfile]:
    """Tables by id. msgspec.ValidationError for a file that does not hold together."""
    return msgspec.json.decode(content, type=dict[str, ScoringProfile])


@cache
def scoring_profiles(file: str = "") -> dict[str, ScoringProfile]:
    """The tables that ship, and those of the deployment's file over them; read once."""
    shipped = read_profiles(files("shuniu_whistle.scoring").joinpath("data", "profiles.json").read_bytes())
    return {**shipped, **read_profiles(Path(file).read_bytes())} if file else shipped
