"""State rows of disclosures and of the book of quarters told."""

NAME = "disclosure"

_COLUMNS = (
    "key text primary key, version int not null, schema int not null, status text not null default '',"
    " area text not null default '', unit text not null default '', due_at timestamptz, doc jsonb not null"
)

STATEMENTS = (
    f"create table insurance_disclosure ({_COLUMNS})",
    f"create table disclosure_book ({_COLUMNS})",
)
