"""State rows of star rating cycles."""

NAME = "stars"

STATEMENTS = (
    "create table star_cycle (key text primary key, version int not null, schema int not null,"
    " status text not null default '', area text not null default '', unit text not null default '',"
    " due_at timestamptz, doc jsonb not null)",
    "create index star_cycle_status on star_cycle (status, key)",
)
