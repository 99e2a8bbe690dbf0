"""State rows of the unit register and of the guard that keeps one credit code to one unit."""

NAME = "units"

_COLUMNS = (
    "key text primary key, version int not null, schema int not null, status text not null default '',"
    " area text not null default '', unit text not null default '', due_at timestamptz, doc jsonb not null"
)

STATEMENTS = (
    f"create table unit ({_COLUMNS})",
    "create index unit_area on unit (area text_pattern_ops, status)",
    f"create table unit_credit ({_COLUMNS})",
)
