"""State rows of areas, posts and grid events."""

NAME = "first"

_COLUMNS = (
    "key text primary key, version int not null, schema int not null, status text not null default '',"
    " area text not null default '', unit text not null default '', due_at timestamptz, doc jsonb not null"
)

STATEMENTS = (
    f"create table area ({_COLUMNS})",
    f"create table post ({_COLUMNS})",
    "create index post_area on post (area text_pattern_ops)",
    f"create table grid_event ({_COLUMNS})",
    "create index grid_event_status on grid_event (status, due_at)",
    "create index grid_event_area on grid_event (area text_pattern_ops, status)",
    "create index grid_event_unit on grid_event (unit, status) where unit <> ''",
)
