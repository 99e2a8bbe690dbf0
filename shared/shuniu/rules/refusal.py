"""Refusals (拒绝): how a rule says no.

A refusal names the rule it stands on, never a sentence for people: texts come from the catalogues, looked up by
the rule's id and filled with `params`. The edge turns it into problem+json with the same status number.
Status numbers: 409 illegal in this state, 422 bad content, 403 not allowed to this actor, 404 unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

__all__ = ["Conflict", "FieldError", "Forbidden", "NotFound", "Params", "Refusal", "Unprocessable"]

Params = Mapping[str, str | int]


class FieldError(NamedTuple):
    """One field that is wrong: `field` is its path in the command (`evidence.0.size`), `code` a stable word."""

    field: str
    code: str


class Refusal(Exception):  # noqa: N818 - a refusal is an answer of the rules, not an error of the program
    """A rule said no.

    rule    stable id of the rule, such as "whistle.hard_blowers"
    status  the number of the answer (see the module)
    state   status of the matter at that moment, where there is one
    event   the move that was asked for, where there is one
    fields  what is wrong in the command, field by field
    params  values for the text of the catalogue
    """

    status: int = 409

    def __init__(
        self,
        rule: str,
        *,
        status: int | None = None,
        state: str | None = None,
        event: str | None = None,
        fields: tuple[FieldError, ...] = (),
        params: Params | None = None,
    ) -> None:
        super().__init__(rule)
        self.rule = rule
        if status is not None:
            self.status = status
        self.state = state
        self.event = event
        self.fields = fields
        self.params: dict[str, str | int] = dict(params or {})

    def __str__(self) -> str:
        where = f" in {self.state}" if self.state is not None else ""
        what = f" on {self.event}" if self.event is not None else ""
        detail = "".join(f" {f.field}:{f.code}" for f in self.fields)
        return f"{self.status} {self.rule}{what}{where}{detail}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self})"


class Conflict(Refusal):
    """409: right in itself, wrong for the state things are in."""

    status = 409


class Unprocessable(Refusal):
    """422: the content of the command breaks a rule whatever the state."""

    status = 422


class Forbidden(Refusal):
    """403: this actor may not do it (role, area, unit)."""

    status = 403


class NotFound(Refusal):
    """404: the thing named does not exist here."""

    status = 404
