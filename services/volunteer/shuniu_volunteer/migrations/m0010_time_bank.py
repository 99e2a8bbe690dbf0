"""The time bank: the ledger's accounts and causes, its entries, members, clients, orders, exchanges."""

from shuniu.chassis.ledger import ledger_tables

NAME = "time_bank"

_COLUMNS = (
    "key text primary key, version int not null, schema int not null, status text not null default '',"
    " area text not null default '', unit text not null default '', due_at timestamptz, doc jsonb not null"
)

STATEMENTS = (
    *ledger_tables("time_bank"),
    "create index time_bank_account_class on time_bank_account (status)",
    *(
        f"create table time_{name} ({_COLUMNS})"
        for name in ("entry", "earning", "owed", "books", "quota", "member", "client", "order", "exchange")
    ),
    "create index time_entry_kind on time_entry (status, key)",
    "create index time_entry_postings on time_entry using gin ((doc -> 'entry' -> 'postings') jsonb_path_ops)",
    "create index time_order_status on time_order (status, due_at)",
)
