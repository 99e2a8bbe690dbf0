"""State rows of party organisations, their duties, appointments, and of service places."""

NAME = "party_and_places"

_COLUMNS = (
    "key text primary key, version int not null, schema int not null, status text not null default '',"
    " area text not null default '', unit text not null default '', due_at timestamptz, doc jsonb not null"
)

STATEMENTS = (
    f"create table party_organisation ({_COLUMNS})",
    f"create table party_tree ({_COLUMNS})",
    f"create table party_duty ({_COLUMNS})",
    "create index party_duty_target on party_duty (status, area)",
    f"create table party_appointed ({_COLUMNS})",
    f"create table service_place ({_COLUMNS})",
    "create index service_place_area on service_place (area text_pattern_ops, status)",
)
