"""Views of the board that an account has saved: a name and a query, nothing the domain knows of.

They are how somebody likes to look at lists, no fact about anything: they enter no log and no summary. A view may be
shared with a role its owner holds; what it then shows is still what each reader may see.
"""

from datetime import datetime

import msgspec
from piccolo.columns import JSONB, Text, Timestamptz
from piccolo.table import Table
from shuniu.chassis.context import Actor
from shuniu.rules.refusal import Conflict, FieldError, Forbidden, NotFound, Unprocessable

__all__ = ("BoardView", "BoardViewBody", "SavedViewTable", "drop_view", "list_views", "save_view")

MOST_VIEWS = 40
LONGEST_NAME = 40
MOST_WORDS = 16
LONGEST_WORD = 200


class SavedViewTable(Table, tablename="saved_view"):
    """Saved views; the key is (account, id)."""

    account = Text()
    id = Text(primary_key=True)
    name = Text()
    role = Text()
    query = JSONB()
    saved_at = Timestamptz()


class BoardViewBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A view as it is saved. ``query`` are the words of the page's address; ``role``: those who hold it see it too."""

    name: str
    query: dict[str, str]
    role: str = ""


class BoardView(msgspec.Struct, frozen=True, kw_only=True):
    """A view as it is told. ``own`` is false for one that somebody else shares."""

    id: str
    name: str
    query: dict[str, str]
    role: str
    own: bool
    saved_at: datetime


def checked(body: BoardViewBody, actor: Actor) -> BoardViewBody:
    """The body, trimmed. Unprocessable ``gateway.bad_board_view``, Forbidden ``access.role``."""
    name = " ".join(body.name.split())
    wrong = []
    if not 1 <= len(name) <= LONGEST_NAME:
        wrong.append(FieldError("name", "out_of_range"))
    too_long = (len(k) > LONGEST_NAME or len(v) > LONGEST_WORD or "\x00" in k + v for k, v in body.query.items())
    if len(body.query) > MOST_WORDS or any(too_long):
        wrong.append(FieldError("query", "out_of_range"))
    if wrong or "\x00" in name:
        raise Unprocessable("gateway.bad_board_view", fields=tuple(wrong))
    if body.role and body.role not in actor.roles:
        raise Forbidden("access.role", fields=(FieldError("role", "not_offered"),))
    return msgspec.structs.replace(body, name=name)


async def list_views(actor: Actor) -> tuple[BoardView, ...]:
    """The actor's own views, then those shared with one of its roles, by name."""
    rows = await SavedViewTable.raw(
        "select account, id, name, role, query, saved_at from saved_view where account = {}"
        " or role = any({}::text[]) order by (account <> {}), name, id limit 200",
        actor.id,
        sorted(actor.roles),
        actor.id,
    )
    return tuple(
        BoardView(
            id=row["id"],
            name=row["name"],
            query=msgspec.json.decode(row["query"], type=dict[str, str]),
            role=row["role"],
            own=row["account"] == actor.id,
            saved_at=row["saved_at"],
        )
        for row in rows
    )


async def save_view(actor: Actor, view: str, body: BoardViewBody, now: datetime) -> None:
    """Keep a view under an id of the page's own making; the same again replaces it. Conflict beyond forty."""
    body = checked(body, actor)
    rows = await SavedViewTable.raw(
        "insert into saved_view (account, id, name, role, query, saved_at)"
        " select {}, {}, {}, {}, {}::jsonb, {} where (select count(*) from saved_view where account = {} and id <> {})"
        " < {} on conflict (account, id) do update set name = excluded.name, role = excluded.role,"
        " query = excluded.query, saved_at = excluded.saved_at returning id",
        actor.id,
        view,
        body.name,
        body.role,
        msgspec.json.encode(body.query).decode(),
        now,
        actor.id,
        view,
        MOST_VIEWS,
    )
    if not rows:
        raise Conflict("gateway.board_views_full", params={"most": MOST_VIEWS})


async def drop_view(actor: Actor, view: str) -> None:
    """Forget one's own view. NotFound ``gateway.board_view_unknown``."""
    rows = await SavedViewTable.raw(
        "delete from saved_view where account = {} and id = {} returning id", actor.id, view
    )
    if not rows:
        raise NotFound("gateway.board_view_unknown")
