"""Public posting (上岗公示): grid, worker, phone and supervision phone, as local statutes ask (domain rules 2.14).

What is posted is personal data published on purpose: on a statutory duty, or with the person's separate consent
(PIPL §25), which may be withdrawn. It lies in the encrypted person data under a purpose of its own; a post nobody has
posted shows its kind and nothing else. Only what is posted now can be read: a post that has ended shows nothing.
"""

from datetime import date
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit, Private
from shuniu.chassis.rows import Rows
from shuniu.chassis.service import Command
from shuniu.contracts.grid.posts import PostingBasis, PostingPublished, PostingWithdrawn
from shuniu.rules.refusal import Conflict, FieldError, Unprocessable

from shuniu_grid.areas.register import REGISTRAR
from shuniu_grid.posts.assign import POST, Post, held_on
from shuniu_grid.posts.roster import HOLDERS, PostCode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shuniu.chassis.host import Host

__all__ = ("COMMANDS", "PURPOSE", "Posted", "posted")

PURPOSE: Final = "grid-public-posting"

Phone = Annotated[str, msgspec.Meta(min_length=3, max_length=20, pattern=r"^[0-9+() -]+$")]


class PublishPost(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Post name and phone of who holds a post; ``consent_version`` names the notice that was consented to."""

    post: PostCode
    display_name: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    phone: Phone
    supervision_phone: Phone
    basis: PostingBasis
    consent_version: Annotated[str, msgspec.Meta(max_length=40, pattern=r"^[A-Za-z0-9._:-]*$")] = ""


class UnpublishPost(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Take a posting down."""

    post: PostCode
    consent_withdrawn: bool = False


class Posted(NamedTuple):
    """What is posted of one post."""

    display_name: str
    phone: str
    supervision_phone: str


def _publish(rows: Rows, command: PublishPost, ctx: Context) -> Decision:
    row: Post = rows.need(POST, command.post)
    ctx.actor.require_area(row.area)
    if row.valid_to is not None:
        raise Conflict("grid.post_ended", params={"valid_to": row.valid_to.isoformat()})
    if command.basis == "CONSENT" and not command.consent_version:
        raise Unprocessable("grid.posting_consent", fields=(FieldError("consent_version", "missing"),))
    ref = ctx.new_id()
    told = {
        "display_name": command.display_name.strip(),
        "phone": command.phone.strip(),
        "supervision_phone": command.supervision_phone.strip(),
    }
    fact = PostingPublished(post=row.id, area=row.area, ref=ref, basis=command.basis, consent=command.consent_version)
    return Decision((Emit(fact, (POST.key(row.id),), row.area),), private=(Private(ref, told, PURPOSE, command.basis),))


def _unpublish(rows: Rows, command: UnpublishPost, ctx: Context) -> Decision:
    row: Post = rows.need(POST, command.post)
    if ctx.actor.id != row.account:  # who is posted may always take it down, where it stands on consent
        ctx.actor.require_role(*REGISTRAR)
        ctx.actor.require_area(row.area)
    if row.posting is None:
        raise Conflict("grid.posting_none")
    own = ctx.actor.id == row.account and not ctx.actor.has_role(*REGISTRAR)
    if (own or command.consent_withdrawn) and row.posting.basis != "CONSENT":
        raise Conflict("grid.posting_by_statute")
    withdrawn = own or command.consent_withdrawn
    fact = PostingWithdrawn(post=row.id, area=row.area, reason="CONSENT_WITHDRAWN" if withdrawn else "CORRECTION")
    return Decision((Emit(fact, (POST.key(row.id),), row.area),))


async def posted(host: "Host", posts: "Iterable[Post]", on: date) -> dict[str, Posted]:
    """What is posted of these posts on that day, by post: opened by reference, and only what was sealed for posting."""
    refs = {post.posting.ref: post.id for post in posts if post.posting is not None and held_on(post, on)}
    opened = await host.vault.open_refs(host.pool, refs, purpose=PURPOSE)
    return {refs[ref]: Posted(**fields) for ref, fields in opened.items()}


COMMANDS = (
    Command(
        "grid.publish_post",
        PublishPost,
        lambda c, ctx: (POST.key(c.post),),
        _publish,
        roles=REGISTRAR,
        icon="person",
        surfaces=(),
        order=118,
    ),
    Command(
        "grid.unpublish_post",
        UnpublishPost,
        lambda c, ctx: (POST.key(c.post),),
        _unpublish,
        roles=HOLDERS,
        tone="danger",
        icon="person",
        surfaces=(),
        order=119,
    ),
)
