"""The table of issued documents; a service that issues any lists ``DOCUMENT_STATEMENTS`` in a migration."""

__all__ = ("DOCUMENT_STATEMENTS", "DOCUMENT_TABLE")

DOCUMENT_TABLE = "document"
DOCUMENT_STATEMENTS = (
    f"create table {DOCUMENT_TABLE} (key text primary key, version int not null, schema int not null,"
    " status text not null default '', area text not null default '', unit text not null default '',"
    " due_at timestamptz, doc jsonb not null)",
    f"create index {DOCUMENT_TABLE}_matter on {DOCUMENT_TABLE} ((doc ->> 'matter'))",
)
