"""Which event a number of another system became, so that a list handed in twice is taken once."""

NAME = "event_origins"

STATEMENTS = (
    "create table event_origin (key text primary key, version int not null, schema int not null,"
    " status text not null default '', area text not null default '', unit text not null default '',"
    " due_at timestamptz, doc jsonb not null)",
)
