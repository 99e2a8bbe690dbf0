"""What is worked out before the rules of deliberations are asked: electors as keyed hashes, words for papers."""

import asyncio
import hashlib
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from shuniu.chassis.documents.signing import new_code
from shuniu.chassis.keyed import keyed
from shuniu.chassis.state import load_row
from shuniu.rules.refusal import Conflict

from shuniu_services_desk.deliberation.counting import ForumRule, with_own
from shuniu_services_desk.deliberation.kinds import DELIBERATION_ROW
from shuniu_services_desk.settings import settings_of

log = logging.getLogger("shuniu.services_desk")

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("PreparedElectors", "prepare_electors", "prepare_paper", "prepare_rules")


class PreparedElectors(msgspec.Struct, frozen=True, kw_only=True):
    """``electors`` are keyed hashes by what was typed; ``code`` is a new document's, ``texts`` what it quotes;
    ``forums`` the rules of counting where a deployment has its own."""

    electors: dict[str, str] = {}
    code: str = ""
    texts: dict[str, str] = {}
    forums: dict[str, ForumRule] = {}


def _typed(c: Any) -> list[str]:
    given = [*(e.elector for e in getattr(c, "electors", ())), *getattr(c, "proxies", ())]
    return [*given, c.elector] if getattr(c, "elector", "") else given


async def prepare_electors(c: Any, host: "Host") -> PreparedElectors:
    """Electors as the roll knows them: of one deliberation, so that rolls of two cannot be joined."""
    lookup = keyed(host)

    def hashed(typed: str) -> str:
        whole = lookup.of_number(f"{c.deliberation}/{typed.strip()}")
        return hashlib.sha256(whole.encode()).hexdigest()[:24]

    return PreparedElectors(electors={typed: hashed(typed) for typed in _typed(c)})


async def prepare_paper(c: Any, host: "Host") -> PreparedElectors:
    """A code for the paper, and the words it quotes."""
    found = await load_row(host.pool, DELIBERATION_ROW, c.deliberation)
    refs = {o.id: o.words_ref for o in found[0].options} if found is not None else {}
    texts = {id_: await host.vault.open_text(host.pool, ref) for id_, ref in refs.items()}
    return PreparedElectors(code=new_code(), texts=texts)


async def prepare_rules(c: Any, host: "Host") -> PreparedElectors:
    """The rules by which is counted, a deployment's own over those that ship. 503 where its file is not in order."""
    path = settings_of(host).forum_rules
    if not path:
        return PreparedElectors()
    try:
        return PreparedElectors(forums=with_own(await asyncio.to_thread(Path(path).read_text, "utf-8")))
    except (OSError, ValueError, KeyError, msgspec.MsgspecError) as error:
        log.warning("rules of counting in %s: %s", path, error)
        raise Conflict("deliberation.rules_file", status=503, event="open") from None
