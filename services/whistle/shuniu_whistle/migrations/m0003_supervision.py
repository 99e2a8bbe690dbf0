"""State rows of supervisions."""

NAME = "supervision"

STATEMENTS = (
    "create table supervision_case (key text primary key, version int not null, schema int not null,"
    " status text not null default '', area text not null default '', unit text not null default '',"
    " due_at timestamptz, doc jsonb not null)",
    "create index supervision_case_status on supervision_case (status, due_at)",
    "create index supervision_case_area on supervision_case (area text_pattern_ops, status)",
)
