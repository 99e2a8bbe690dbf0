"""State rows of community certificates and their audits."""

NAME = "certificates"

_COLUMNS = (
    "key text primary key, version int not null, schema int not null, status text not null default '',"
    " area text not null default '', unit text not null default '', due_at timestamptz, doc jsonb not null"
)

STATEMENTS = (
    f"create table claim_certificate ({_COLUMNS})",
    "create index claim_certificate_signed on claim_certificate ((doc ->> 'signed_at'))",
    f"create table certificate_audit ({_COLUMNS})",
)
