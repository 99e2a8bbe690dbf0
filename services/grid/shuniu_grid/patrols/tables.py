"""The tables as Piccolo sees them."""

from piccolo.columns import Bytea, Integer, Text, Timestamptz, Varchar
from piccolo.table import Table
from shuniu.chassis.tables import StateTable

__all__ = ("HandTable", "KeySpotTable", "PatrolRoundTable", "TrackTable")


class PatrolRoundTable(StateTable, tablename="patrol_round"):
    """Patrol rounds, by id; ``area`` is the grid."""


class KeySpotTable(StateTable, tablename="key_spot"):
    """Key spots, by code; ``area`` is the grid."""


class HandTable(StateTable, tablename="patrol_hand"):
    """The round a worker is on, by account."""


class TrackTable(Table, tablename="patrol_track"):
    """Sealed pieces of tracks: no state, not in the log, gone after their days (PIPL §19, §28)."""

    id = Varchar(length=None, primary_key=True)
    round = Text()
    chunk = Integer()
    purpose = Text()
    basis = Text()
    sensitivity = Integer()
    algorithm = Text()
    key_id = Text()
    nonce = Bytea()
    sealed = Bytea()
    at = Timestamptz()
    expires_at = Timestamptz()
