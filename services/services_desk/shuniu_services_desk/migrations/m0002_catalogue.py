"""State rows of the item catalogue: items with their versions, life events, open drafts."""

NAME = "catalogue"

_COLUMNS = (
    "key text primary key, version int not null, schema int not null, status text not null default '',"
    " area text not null default '', unit text not null default '', due_at timestamptz, doc jsonb not null"
)

STATEMENTS = (
    f"create table desk_item ({_COLUMNS})",
    f"create table desk_life_event ({_COLUMNS})",
    f"create table desk_drafts ({_COLUMNS})",
)
