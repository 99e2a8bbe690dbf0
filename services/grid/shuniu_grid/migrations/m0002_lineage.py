"""State rows of redrawings (网格沿革) and of the books that guard them."""

NAME = "lineage"

_COLUMNS = (
    "key text primary key, version int not null, schema int not null, status text not null default '',"
    " area text not null default '', unit text not null default '', due_at timestamptz, doc jsonb not null"
)

STATEMENTS = (
    f"create table area_change ({_COLUMNS})",
    "create index area_change_area on area_change (area text_pattern_ops)",
    f"create table area_book ({_COLUMNS})",
)
