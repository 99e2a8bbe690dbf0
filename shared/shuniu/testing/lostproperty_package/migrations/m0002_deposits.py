"""The deposit register."""

STATEMENTS = (
    "create table deposit (key text primary key, version int not null, schema int not null,"
    " status text not null default '', area text not null default '', unit text not null default '',"
    " due_at timestamptz, doc jsonb not null)",
)
