"""State rows of hazards, of the cells of the map they lie in, and of accidents compared with them."""

NAME = "hazards"

_COLUMNS = (
    "key text primary key, version int not null, schema int not null, status text not null default '',"
    " area text not null default '', unit text not null default '', due_at timestamptz, doc jsonb not null"
)

STATEMENTS = (
    f"create table insurance_hazard ({_COLUMNS})",
    "create index insurance_hazard_status on insurance_hazard (status, key)",
    "create index insurance_hazard_area on insurance_hazard (area text_pattern_ops)",
    f"create table insurance_hazard_cell ({_COLUMNS})",
    f"create table insurance_accident ({_COLUMNS})",
)
