"""Rows of the premium fund: books, their guard, the ledger's accounts and causes."""

from shuniu.chassis.ledger import ledger_tables

NAME = "fund"

_COLUMNS = (
    "key text primary key, version int not null, schema int not null, status text not null default '',"
    " area text not null default '', unit text not null default '', due_at timestamptz, doc jsonb not null"
)

STATEMENTS = (
    f"create table insurance_fund_month ({_COLUMNS})",
    f"create table insurance_fund_guard ({_COLUMNS})",
    *ledger_tables("insurance_fund"),
)
