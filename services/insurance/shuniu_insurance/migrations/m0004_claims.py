"""State rows of claims, their follow-up codes, recoveries."""

NAME = "claims"

_COLUMNS = (
    "key text primary key, version int not null, schema int not null, status text not null default '',"
    " area text not null default '', unit text not null default '', due_at timestamptz, doc jsonb not null"
)

STATEMENTS = (
    f"create table insurance_claim ({_COLUMNS})",
    "create index insurance_claim_status on insurance_claim (status, due_at)",
    "create index insurance_claim_area on insurance_claim (area text_pattern_ops, status)",
    "create index insurance_claim_unit on insurance_claim (unit, status)",
    f"create table claim_code ({_COLUMNS})",
    f"create table recovery_case ({_COLUMNS})",
)
