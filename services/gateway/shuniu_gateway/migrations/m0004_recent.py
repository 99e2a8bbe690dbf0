"""What happened last is asked for by time: a rebuild reads one log after the other, so the feed's order is not it."""

STATEMENTS = ("create index step_view_time on step_view (time desc, feed desc)",)
