"""Notifications: what stands on an account's page, how it wants to be told, messages on their way."""

NAME = "notices, settings, deliveries"

_STATE = (
    "(key {key} primary key, version int not null, schema int not null, status text not null default '',"
    " area text not null default '', unit text not null default '', due_at timestamptz, doc jsonb not null)"
)
# An account's notices lie together in the order of their ids: `<account>:<notice>`, compared byte by byte.
_PLACED = 'text collate "C"'

STATEMENTS: tuple[str, ...] = (
    f"create table notice {_STATE.format(key=_PLACED)}",
    "create index notice_unread on notice (key) where status = 'UNREAD'",
    f"create table notice_settings {_STATE.format(key='text')}",
    f"create table delivery {_STATE.format(key='text')}",
    "create index delivery_due on delivery (due_at) where status in ('QUEUED', 'FAILED')",
    "create index delivery_status on delivery (status, key)",
    "create index delivery_account on delivery ((doc->>'account'), key)",
    # Whom an event means: by unit, by role.
    "create index account_units on account using gin ((doc->'units'))",
    "create index account_roles on account using gin ((doc->'roles'))",
)
