"""The limit of a matter's clock as it is written: what a countdown in working time is counted by."""

STATEMENTS = ("alter table matter_view add column due_limit text not null default ''",)
