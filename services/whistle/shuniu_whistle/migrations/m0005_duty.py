"""State rows of standing duty zones."""

NAME = "duty"

STATEMENTS = (
    "create table duty_zone (key text primary key, version int not null, schema int not null,"
    " status text not null default '', area text not null default '', unit text not null default '',"
    " due_at timestamptz, doc jsonb not null)",
)
