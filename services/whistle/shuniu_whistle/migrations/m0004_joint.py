"""State rows of joint governance: series and sessions."""

NAME = "joint"

_COLUMNS = (
    "key text primary key, version int not null, schema int not null, status text not null default '',"
    " area text not null default '', unit text not null default '', due_at timestamptz, doc jsonb not null"
)

STATEMENTS = (
    f"create table joint_series ({_COLUMNS})",
    f"create table joint_session ({_COLUMNS})",
    "create index joint_session_status on joint_session (status, due_at)",
)
