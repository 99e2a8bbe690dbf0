"""State rows of hotline orders and of the guards that find repeated, double and followed-up requests."""

NAME = "orders"

_COLUMNS = (
    "key text primary key, version int not null, schema int not null, status text not null default '',"
    " area text not null default '', unit text not null default '', due_at timestamptz, doc jsonb not null"
)

STATEMENTS = (
    f"create table hotline_order ({_COLUMNS})",
    "create index hotline_order_status on hotline_order (status, due_at)",
    "create index hotline_order_area on hotline_order (area text_pattern_ops, status)",
    "create index hotline_order_unit on hotline_order (unit, status)",
    "create index hotline_order_received on hotline_order ((doc ->> 'received_at'))",
    "create index hotline_order_parts on hotline_order using gin ((doc -> 'parts') jsonb_path_ops)",
    f"create table order_caller ({_COLUMNS})",
    f"create table order_spot ({_COLUMNS})",
    f"create table order_code ({_COLUMNS})",
    f"create table order_external ({_COLUMNS})",
)
