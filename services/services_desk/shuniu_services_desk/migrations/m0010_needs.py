"""State rows of needs, of their clusters, and of follow-up codes."""

NAME = "needs"

_COLUMNS = (
    "key text primary key, version int not null, schema int not null, status text not null default '',"
    " area text not null default '', unit text not null default '', due_at timestamptz, doc jsonb not null"
)

STATEMENTS = (
    f"create table desk_need ({_COLUMNS})",
    "create index desk_need_status on desk_need (status, due_at)",
    "create index desk_need_area on desk_need (area text_pattern_ops, status)",
    "create index desk_need_number on desk_need ((doc ->> 'number'))",
    f"create table need_cluster ({_COLUMNS})",
    "create index need_cluster_status on need_cluster (status)",
    "create index need_cluster_number on need_cluster ((doc ->> 'number'))",
    f"create table desk_need_code ({_COLUMNS})",
)
