"""State rows of projects, and the accounts and causes of their ledger."""

from shuniu.chassis.ledger import ledger_tables

NAME = "projects"

_COLUMNS = (
    "key text primary key, version int not null, schema int not null, status text not null default '',"
    " area text not null default '', unit text not null default '', due_at timestamptz, doc jsonb not null"
)

STATEMENTS = (
    f"create table desk_project ({_COLUMNS})",
    "create index desk_project_status on desk_project (status, due_at)",
    *ledger_tables("desk_fund"),
)
