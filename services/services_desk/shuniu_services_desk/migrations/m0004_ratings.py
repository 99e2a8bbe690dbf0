"""State rows of ratings, and of which case was rated."""

NAME = "ratings"

_COLUMNS = (
    "key text primary key, version int not null, schema int not null, status text not null default '',"
    " area text not null default '', unit text not null default '', due_at timestamptz, doc jsonb not null"
)

STATEMENTS = (
    f"create table desk_rating ({_COLUMNS})",
    "create index desk_rating_status on desk_rating (status, due_at)",
    f"create table desk_rated ({_COLUMNS})",
)
