"""State rows of the household register; what is known of people lies sealed in person_data."""

NAME = "residents"

STATEMENTS = (
    "create table household (key text primary key, version int not null, schema int not null,"
    " status text not null default '', area text not null default '', unit text not null default '',"
    " due_at timestamptz, doc jsonb not null)",
    "create index household_area on household (area text_pattern_ops, status)",
)
