"""How services come to run on a machine: embedded servers, settings, process shapes. Knows no service.

Reading order: `child` (a process that is ours) → `nats`, `postgres` (the embedded servers) → `state`, `keys`
(`.shuniu/`) → `settings` (what one service process is told) → `serving` (one service) → `processes` (all of them, in
one process or one each) → `suite` (`shuniu up`).
"""
