"""Voters by code, and their codes by a keyed hash."""

NAME = "award_codes"

_COLUMNS = (
    "key text primary key, version int not null, schema int not null, status text not null default '',"
    " area text not null default '', unit text not null default '', due_at timestamptz, doc jsonb not null"
)

STATEMENTS = (
    f"create table award_voter ({_COLUMNS})",
    "create index award_voter_by on award_voter (unit) where status = 'OPEN'",
    f"create table award_code ({_COLUMNS})",
)
