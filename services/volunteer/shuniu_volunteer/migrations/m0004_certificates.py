"""State rows of service certificates."""

NAME = "certificates"

STATEMENTS = (
    "create table service_certificate (key text primary key, version int not null, schema int not null,"
    " status text not null default '', area text not null default '', unit text not null default '',"
    " due_at timestamptz, doc jsonb not null)",
    "create index service_certificate_of on service_certificate ((doc ->> 'volunteer'))",
)
