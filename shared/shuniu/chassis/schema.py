"""Tables every service has, as SQL; the one migration runner applies them before the service's own.

They are spoken to in SQL rather than through Piccolo, because a Piccolo table class is bound to one engine while
several services share a process (docs/decisions).
"""

__all__ = ("CHASSIS_MIGRATIONS",)

_FIRST = (
    # The event log: gapless positions, the very bytes that are published. The head row orders all writers.
    """
    create table log_head (
        one boolean primary key default true check (one),
        epoch text not null,
        position bigint not null,
        last_time timestamptz not null
    )
    """,
    """
    create table event_log (
        position bigint primary key,
        type text not null,
        matter text not null default '',
        time timestamptz not null,
        envelope bytea not null
    )
    """,
    "create index event_log_matter on event_log (matter, position) where matter <> ''",
    # Idempotency: an accepted key stores the request's hash and the answer.
    """
    create table command_key (
        key text primary key,
        request_hash bytea not null,
        answer bytea not null,
        at timestamptz not null
    )
    """,
    "create table timer (kind text, matter text, name text, generation int not null, due_at timestamptz not null,"
    " primary key (kind, matter, name))",
    "create index timer_due on timer (due_at)",
    "create table counter (key text primary key, version int not null, schema int not null, status text, area text,"
    " unit text, due_at timestamptz, doc jsonb not null)",
    # Consumers: one cursor for each (consumer, source), moved in the transaction of the effect.
    """
    create table cursor (
        consumer text not null,
        source text not null,
        epoch text not null,
        position bigint not null,
        primary key (consumer, source)
    )
    """,
    # A poison event parks its matter; later events of the same matter queue behind it.
    """
    create table parked (
        consumer text not null,
        source text not null,
        epoch text not null,
        position bigint not null,
        matter text not null,
        type text not null,
        reason text not null,
        at timestamptz not null,
        envelope bytea not null,
        primary key (consumer, source, epoch, position)
    )
    """,
    "create index parked_matter on parked (consumer, source, matter)",
    "create table lease (name text primary key, holder text not null, until timestamptz not null)",
    "create table relay (one boolean primary key default true check (one), epoch text not null,"
    " position bigint not null)",
    "create table registry (kind text, code text, doc jsonb not null, source text not null, primary key (kind, code))",
    # Personal fields, encrypted; the log and the summaries hold only the opaque ref.
    """
    create table person_data (
        ref text primary key,
        matter text not null default '',
        purpose text not null,
        basis text not null,
        sensitivity int not null,
        algorithm text not null,
        key_id text not null,
        nonce bytea not null,
        sealed bytea not null,
        at timestamptz not null
    )
    """,
    # Audit of allowed and refused, chained per process; its rows are never changed.
    """
    create table audit (
        chain text not null,
        n bigint not null,
        at timestamptz not null,
        actor text not null,
        command text not null,
        allowed boolean not null,
        rule text not null default '',
        matter text not null default '',
        event text not null default '',
        key text not null default '',
        detail jsonb not null default '{}',
        previous bytea not null,
        digest bytea not null,
        primary key (chain, n)
    )
    """,
    "create index audit_at on audit (at)",
)

_REVOCATIONS = (
    # Accounts whose tokens, issued until then (seconds since 1970, real time), are void. A projection.
    "create table revocation (account text primary key, issued_until float8 not null)",
)

_OPERATIONS = (
    # What was parked and given up by an administrator: who, when, why. A rebuild does not park it again.
    """
    create table discarded (
        consumer text not null,
        source text not null,
        epoch text not null,
        position bigint not null,
        matter text not null,
        type text not null,
        reason text not null,
        parked_at timestamptz not null,
        at timestamptz not null,
        account text not null,
        why text not null,
        primary key (consumer, source, epoch, position)
    )
    """,
    # Rebuilds of projections, running and over.
    """
    create table rebuild (
        id text primary key,
        projection text not null,
        state text not null,
        account text not null,
        started_at timestamptz not null,
        ended_at timestamptz,
        events bigint not null default 0,
        total bigint not null default 0,
        fault text not null default ''
    )
    """,
)

_CALENDAR = (
    # Calendar years as the directory has published them; a projection.
    "create table calendar_followed (year int primary key, version text not null, doc jsonb not null)",
    # Up to which version of the calendar the clocks of a row kind are computed.
    "create table calendar_computed (kind text primary key, version text not null)",
)

CHASSIS_MIGRATIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("chassis_0001_first", _FIRST),
    ("chassis_0002_revocations", _REVOCATIONS),
    ("chassis_0003_operations", _OPERATIONS),
    ("chassis_0004_calendar", _CALENDAR),
)
"""(name, statements) in order; each runs once in its own transaction."""
