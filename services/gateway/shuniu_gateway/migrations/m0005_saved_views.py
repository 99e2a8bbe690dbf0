"""Views of the board that accounts have saved."""

STATEMENTS = (
    "create table saved_view (account text not null, id text not null, name text not null,"
    " role text not null default '', query jsonb not null, saved_at timestamptz not null, primary key (account, id))",
    "create index saved_view_role on saved_view (role) where role <> ''",
)
