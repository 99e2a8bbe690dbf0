"""Accounts and units (state), sessions, and the views projected from summaries."""

NAME = "accounts, sessions, views"

_STATE = (
    "(key text primary key, version int not null, schema int not null, status text not null default '',"
    " area text not null default '', unit text not null default '', due_at timestamptz, doc jsonb not null)"
)

# Who may read a projected row (contracts.summary.Visibility), ready for array overlaps: `reach` holds every code that
# contains the row's area or one of the areas of its visibility, so "the caller's area contains it" is `reach && areas`.
_VISIBLE = "reach text[] not null, vis_units text[] not null, vis_roles text[] not null, sensitivity smallint not null"

STATEMENTS: tuple[str, ...] = (
    f"create table account {_STATE}",
    f"create table login {_STATE}",
    f"create table unit {_STATE}",
    f"create table office_post {_STATE}",
    # Sign-in. Only the hash of a session's secret is kept.
    """
    create table session (
        id bytea primary key,
        account text not null,
        csrf text not null,
        opened_at timestamptz not null,
        seen_at timestamptz not null
    )
    """,
    "create index session_account on session (account)",
    "create index session_seen on session (seen_at)",
    """
    create table sign_in_guard (
        login text primary key,
        failures int not null,
        failed_at timestamptz not null,
        locked_until timestamptz
    )
    """,
    # What the services say of themselves, so that an absent one is still drawn.
    """
    create table manifest_view (
        source text primary key,
        hash text not null,
        manifest bytea not null,
        fetched_at timestamptz not null
    )
    """,
    "create table geometry_view (sha text primary key, geometry bytea not null)",
    # The projection `view` (idea 4): everything below is derived and may be emptied by a rebuild.
    "create table feed_head (one boolean primary key default true check (one), epoch text not null,"
    " position bigint not null)",
    """
    create table feed (
        position bigint primary key,
        at timestamptz not null,
        name text not null,
        source text not null default '',
        kind text not null default '',
        matter text not null default '',
        area text not null default '',
        visibility bytea,
        was bytea,
        was_area text not null default '',
        data bytea not null,
        traceparent text not null default ''
    )
    """,
    "create index feed_at on feed (at)",
    f"""
    create table matter_view (
        source text not null,
        service text not null,
        kind text not null,
        id text not null,
        number text not null,
        version int not null,
        title text not null,
        category text not null,
        status text not null,
        open boolean not null,
        opened_at timestamptz,
        closed_at timestamptz,
        due_at timestamptz,
        soon_at timestamptz,
        due_status text not null,
        clock text not null,
        provisional boolean not null,
        area text not null,
        area_path text[] not null,
        place_name text not null,
        lon double precision,
        lat double precision,
        lead_unit text not null,
        unit_codes text[] not null,
        units jsonb not null,
        flags text[] not null,
        updated_at timestamptz not null,
        search text not null,
        visibility jsonb not null,
        {_VISIBLE},
        primary key (source, kind, id)
    )
    """,
    "create index matter_view_open on matter_view (open, due_at)",
    "create index matter_view_area on matter_view using gin (area_path)",
    "create index matter_view_reach on matter_view using gin (reach)",
    "create index matter_view_opened on matter_view (opened_at)",
    "create index matter_view_id on matter_view (id)",
    f"""
    create table step_view (
        source text not null,
        epoch text not null,
        position bigint not null,
        service text not null,
        time timestamptz not null,
        type text not null,
        move text not null,
        unit text not null,
        detail text not null,
        params jsonb not null,
        area text not null,
        kind text not null,
        matter text not null,
        number text not null,
        title text not null,
        feed bigint not null,
        {_VISIBLE},
        primary key (source, epoch, position)
    )
    """,
    "create index step_view_matter on step_view (source, matter)",
    "create index step_view_feed on step_view (feed)",
    """
    create table link_view (
        source text not null,
        kind text not null,
        matter text not null,
        relation text not null,
        to_source text not null,
        to_kind text not null,
        to_matter text not null,
        primary key (source, kind, matter, relation, to_source, to_kind, to_matter)
    )
    """,
    "create index link_view_to on link_view (to_source, to_kind, to_matter)",
    # Whether a measure adds up or keeps its last value stands in the manifest, which may come later: both are kept.
    f"""
    create table measure_view (
        source text not null,
        service text not null,
        name text not null,
        area text not null,
        area_path text[] not null,
        on_date date not null,
        dimensions text not null,
        audience text not null,
        total double precision not null,
        last double precision not null,
        last_position bigint not null,
        {_VISIBLE},
        primary key (source, name, area, on_date, dimensions, audience)
    )
    """,
    "create index measure_view_day on measure_view (name, on_date)",
    """
    create table registry_view (
        kind text not null,
        code text not null,
        parent text not null,
        doc jsonb not null,
        geometry text not null,
        source text not null,
        primary key (kind, code)
    )
    """,
)
