"""State rows of rosters, and the guard rows that keep a person from standing on one twice."""

NAME = "rosters"

_COLUMNS = (
    "key text primary key, version int not null, schema int not null, status text not null default '',"
    " area text not null default '', unit text not null default '', due_at timestamptz, doc jsonb not null"
)

STATEMENTS = (
    f"create table insurance_roster ({_COLUMNS})",
    f"create table roster_person ({_COLUMNS})",
)
