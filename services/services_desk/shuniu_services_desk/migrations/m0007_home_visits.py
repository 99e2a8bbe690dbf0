"""State rows of home visits, of their follow-up codes, and of who is booked when."""

NAME = "home_visits"

_COLUMNS = (
    "key text primary key, version int not null, schema int not null, status text not null default '',"
    " area text not null default '', unit text not null default '', due_at timestamptz, doc jsonb not null"
)

STATEMENTS = (
    f"create table desk_home_visit ({_COLUMNS})",
    "create index desk_home_visit_status on desk_home_visit (status, due_at)",
    f"create table desk_home_code ({_COLUMNS})",
    f"create table desk_home_day ({_COLUMNS})",
)
