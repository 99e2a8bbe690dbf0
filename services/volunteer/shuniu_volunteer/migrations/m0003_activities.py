"""State rows of activities, of taking part in them, and the guards beside them."""

NAME = "activities"

_COLUMNS = (
    "key text primary key, version int not null, schema int not null, status text not null default '',"
    " area text not null default '', unit text not null default '', due_at timestamptz, doc jsonb not null"
)

STATEMENTS = (
    f"create table volunteer_activity ({_COLUMNS})",
    "create index volunteer_activity_status on volunteer_activity (status, due_at)",
    "create index volunteer_activity_area on volunteer_activity (area text_pattern_ops, status)",
    "create index volunteer_activity_starts on volunteer_activity ((doc -> 'plan' ->> 'starts_at'))",
    f"create table activity_roster ({_COLUMNS})",
    f"create table participation ({_COLUMNS})",
    "create index participation_activity on participation ((doc ->> 'activity'))",
    "create index participation_volunteer on participation ((doc ->> 'volunteer'), status)",
    "create index participation_booked on participation ((doc ->> 'on')) where status in ('CONFIRMED', 'ADJUSTED')",
    f"create table service_day ({_COLUMNS})",
    f"create table activity_referral ({_COLUMNS})",
)
