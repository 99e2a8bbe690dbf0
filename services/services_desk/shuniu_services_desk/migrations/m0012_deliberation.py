"""State rows of deliberations and of their electors."""

NAME = "deliberation"

_COLUMNS = (
    "key text primary key, version int not null, schema int not null, status text not null default '',"
    " area text not null default '', unit text not null default '', due_at timestamptz, doc jsonb not null"
)

STATEMENTS = (
    f"create table deliberation ({_COLUMNS})",
    "create index deliberation_status on deliberation (status)",
    f"create table deliberation_elector ({_COLUMNS})",
)
