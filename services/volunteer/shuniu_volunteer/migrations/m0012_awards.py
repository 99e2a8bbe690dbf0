"""Award rounds, and the votes of each person and day."""

NAME = "awards"

_COLUMNS = (
    "key text primary key, version int not null, schema int not null, status text not null default '',"
    " area text not null default '', unit text not null default '', due_at timestamptz, doc jsonb not null"
)

STATEMENTS = (
    f"create table award_round ({_COLUMNS})",
    f"create table award_votes ({_COLUMNS})",
)
