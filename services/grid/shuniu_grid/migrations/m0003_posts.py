"""State rows of staffing, duty, shifts and hand-overs; what is held already is taken over into staffing."""

NAME = "posts"

_COLUMNS = (
    "key text primary key, version int not null, schema int not null, status text not null default '',"
    " area text not null default '', unit text not null default '', due_at timestamptz, doc jsonb not null"
)

_HELD = (
    "insert into grid_staffing (key, version, schema, area, doc)"
    " select p.area, 1, 1, p.area, jsonb_build_object('area', p.area,"
    " 'closed', (select a.doc #>> '{entry,valid_to}' from area a where a.key = p.area),"
    " 'held', jsonb_agg(jsonb_build_object('post', p.doc ->> 'id', 'kind', p.doc ->> 'kind',"
    " 'account', p.doc ->> 'account', 'first', p.doc ->> 'valid_from', 'last', p.doc ->> 'valid_to')"
    " order by p.doc ->> 'valid_from'))"
    " from post p group by p.area"
)

STATEMENTS = (
    f"create table grid_staffing ({_COLUMNS})",
    _HELD,
    f"create table grid_duty ({_COLUMNS})",
    f"create table grid_shift ({_COLUMNS})",
    "create index grid_shift_day on grid_shift (status, area text_pattern_ops)",
    f"create table post_handover ({_COLUMNS})",
    "create index post_handover_area on post_handover (area text_pattern_ops, status)",
)
