"""Patrol rounds, key spots, and tracks kept apart under a key of their own (PIPL §28)."""

NAME = "patrols"

_COLUMNS = (
    "key text primary key, version int not null, schema int not null, status text not null default '',"
    " area text not null default '', unit text not null default '', due_at timestamptz, doc jsonb not null"
)

STATEMENTS = (
    f"create table patrol_round ({_COLUMNS})",
    "create index patrol_round_area on patrol_round (area text_pattern_ops, status)",
    f"create table key_spot ({_COLUMNS})",
    "create index key_spot_area on key_spot (area text_pattern_ops)",
    f"create table patrol_hand ({_COLUMNS})",
    "create table patrol_track ("
    " id text primary key, round text not null, chunk int not null, purpose text not null, basis text not null,"
    " sensitivity int not null, algorithm text not null, key_id text not null, nonce bytea not null,"
    " sealed bytea not null, at timestamptz not null, expires_at timestamptz not null, unique (round, chunk))",
    "create index patrol_track_expires on patrol_track (expires_at)",
)
