"""State rows of clerk posts, queue numbers, the days' queues, and of what each clerk has in hand."""

NAME = "counters"

_COLUMNS = (
    "key text primary key, version int not null, schema int not null, status text not null default '',"
    " area text not null default '', unit text not null default '', due_at timestamptz, doc jsonb not null"
)

STATEMENTS = (
    f"create table desk_post ({_COLUMNS})",
    f"create table desk_hall ({_COLUMNS})",
    f"create table desk_queue ({_COLUMNS})",
    f"create table desk_ticket ({_COLUMNS})",
    "create index desk_ticket_queue on desk_ticket ((doc->>'queue'))",
    f"create table desk_load ({_COLUMNS})",
    "create index desk_case_assignee on desk_case ((doc->>'assignee'), status)",
)
