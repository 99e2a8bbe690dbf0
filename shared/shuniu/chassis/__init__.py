"""How a service lives: event log, command processor, projections and reactions, bus, bridge, timers, identity.

A service author needs :mod:`shuniu.chassis.service`, :mod:`~shuniu.chassis.rows`, :mod:`~shuniu.chassis.decision` and
:mod:`~shuniu.chassis.context`; the rest works behind them.
"""
