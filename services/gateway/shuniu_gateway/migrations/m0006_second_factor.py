"""Codes of second factors that were used, recovery codes that were not; how an account wants its pages."""

STATEMENTS = (
    "create table factor_use (account text primary key, step bigint not null)",
    "create table recovery_code (digest text primary key, account text not null, made_at timestamptz not null)",
    "create index recovery_code_account on recovery_code (account)",
    "create table page_settings (account text primary key, doc jsonb not null)",
)
