"""State rows of cases, of what applicants have handed in before, and of follow-up codes."""

NAME = "cases"

_COLUMNS = (
    "key text primary key, version int not null, schema int not null, status text not null default '',"
    " area text not null default '', unit text not null default '', due_at timestamptz, doc jsonb not null"
)

STATEMENTS = (
    f"create table desk_case ({_COLUMNS})",
    "create index desk_case_status on desk_case (status, due_at)",
    "create index desk_case_area on desk_case (area text_pattern_ops, status)",
    "create index desk_case_unit on desk_case (unit, status)",
    "create index desk_case_tasks on desk_case using gin ((doc -> 'tasks') jsonb_path_ops)",
    f"create table desk_holding ({_COLUMNS})",
    f"create table desk_code ({_COLUMNS})",
)
