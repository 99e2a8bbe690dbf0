"""Which event answers for which referral of others; those that are open already are taken over."""

NAME = "held_referrals"

STATEMENTS = (
    "create table held_referral (key text primary key, version int not null, schema int not null,"
    " status text not null default '', area text not null default '', unit text not null default '',"
    " due_at timestamptz, doc jsonb not null)",
    "insert into held_referral (key, version, schema, doc)"
    " select distinct on (1) (h ->> 'made_by') || '|' || (h ->> 'referral'), 1, 1,"
    " jsonb_build_object('opened', e.key, 'event', e.key)"
    " from grid_event e, jsonb_array_elements(coalesce(e.doc -> 'held', '[]')) h"
    " where e.status <> 'MERGED' order by 1, e.key",
)
