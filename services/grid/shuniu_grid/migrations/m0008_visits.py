"""State rows of visits, of when a unit or household was visited, and of up to when a grid was told what is overdue."""

NAME = "visits"

_COLUMNS = (
    "key text primary key, version int not null, schema int not null, status text not null default '',"
    " area text not null default '', unit text not null default '', due_at timestamptz, doc jsonb not null"
)

STATEMENTS = (
    f"create table home_visit ({_COLUMNS})",
    "create index home_visit_area on home_visit (area text_pattern_ops, status)",
    "create index home_visit_subject on home_visit (unit)",
    f"create table visit_subject ({_COLUMNS})",
    f"create table visit_told ({_COLUMNS})",
)
