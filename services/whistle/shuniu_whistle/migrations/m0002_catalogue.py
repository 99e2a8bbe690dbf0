"""State rows of the whistle list: a class's versions, and each entry through all of them."""

NAME = "catalogue"

_COLUMNS = (
    "key text primary key, version int not null, schema int not null, status text not null default '',"
    " area text not null default '', unit text not null default '', due_at timestamptz, doc jsonb not null"
)

STATEMENTS = (f"create table class_list ({_COLUMNS})", f"create table list_entry ({_COLUMNS})")
