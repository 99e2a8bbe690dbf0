"""The cupboard."""

_STATE = (
    "(key text primary key, version int not null, schema int not null, status text not null default '',"
    " area text not null default '', unit text not null default '', due_at timestamptz, doc jsonb not null)"
)

STATEMENTS = (f"create table item {_STATE}", f"create table cupboard {_STATE}")
