"""State rows of whistles and of the guards that keep one matter to one open whistle."""

NAME = "first"

_COLUMNS = (
    "key text primary key, version int not null, schema int not null, status text not null default '',"
    " area text not null default '', unit text not null default '', due_at timestamptz, doc jsonb not null"
)

STATEMENTS = (
    f"create table whistle ({_COLUMNS})",
    "create index whistle_status on whistle (status, due_at)",
    "create index whistle_area on whistle (area text_pattern_ops, status)",
    "create index whistle_called on whistle using gin ((doc -> 'callouts') jsonb_path_ops)",
    f"create table open_whistle ({_COLUMNS})",
)
