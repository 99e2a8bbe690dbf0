"""Errands, and what was heard of all logs."""

_STATE = (
    "(key text primary key, version int not null, schema int not null, status text not null default '',"
    " area text not null default '', unit text not null default '', due_at timestamptz, doc jsonb not null)"
)

STATEMENTS = (
    f"create table errand {_STATE}",
    "create table heard (nth bigserial primary key, source text not null, epoch text not null,"
    " position bigint not null, type text not null)",
)
