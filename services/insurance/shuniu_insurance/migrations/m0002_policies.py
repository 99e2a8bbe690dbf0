"""State rows of policies, the book of concluded ones, and the guard rows of limits."""

NAME = "policies"

_COLUMNS = (
    "key text primary key, version int not null, schema int not null, status text not null default '',"
    " area text not null default '', unit text not null default '', due_at timestamptz, doc jsonb not null"
)

STATEMENTS = (
    f"create table insurance_policy ({_COLUMNS})",
    "create index insurance_policy_status on insurance_policy (status, key)",
    f"create table insurance_book ({_COLUMNS})",
    f"create table insurance_room ({_COLUMNS})",
)
