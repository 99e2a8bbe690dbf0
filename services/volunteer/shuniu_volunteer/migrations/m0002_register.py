"""State rows of teams, volunteers and the guards beside them."""

NAME = "register"

_COLUMNS = (
    "key text primary key, version int not null, schema int not null, status text not null default '',"
    " area text not null default '', unit text not null default '', due_at timestamptz, doc jsonb not null"
)

STATEMENTS = (
    f"create table volunteer_team ({_COLUMNS})",
    f"create table volunteer ({_COLUMNS})",
    "create index volunteer_area on volunteer (area text_pattern_ops, status)",
    "create index volunteer_account_of on volunteer ((doc ->> 'account')) where doc ->> 'account' <> ''",
    f"create table volunteer_identity ({_COLUMNS})",
    f"create table volunteer_number ({_COLUMNS})",
    f"create table volunteer_account ({_COLUMNS})",
)
