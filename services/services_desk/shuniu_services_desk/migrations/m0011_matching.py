"""State rows of the register of offers."""

NAME = "matching"

_COLUMNS = (
    "key text primary key, version int not null, schema int not null, status text not null default '',"
    " area text not null default '', unit text not null default '', due_at timestamptz, doc jsonb not null"
)

STATEMENTS = (f"create table desk_offer ({_COLUMNS})",)
