"""Pictures of people without an account: only with a ticket, only pictures, only so many, and not for ever."""

import hashlib
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Annotated, Any

import httpx
import msgspec
import pytest
import pytest_asyncio
from shuniu.rules.evidence import BlobRef
from shuniu.rules.refusal import Forbidden
from shuniu.testing.lostproperty import service as lostproperty
from shuniu.testing.servers import Hosts
from shuniu.testing.waiting import until
from shuniu_gateway import service as gateway
from shuniu_gateway.public_blobs import TICKET_S, asks_for_files, open_ticket, sign_ticket

from .conftest import serve

PNG = b"\x89PNG\r\n\x1a\n" + b"a picture of an umbrella"
FIND, HAND = "lostproperty.find", "lostproperty.hand_back"


def test_a_ticket_opens_its_service_until_it_runs_out_and_no_other():
    ticket = sign_ticket(b"secret", "s", "s.report", 1000.0)
    assert open_ticket(b"secret", ticket, "s", 1000.0) == open_ticket(b"secret", ticket, "s", 1000.0 + TICKET_S - 1)
    body, _, signature = ticket.partition(".")
    for secret, given, service, at in (
        (b"other", ticket, "s", 1000.0),
        (b"secret", ticket, "t", 1000.0),
        (b"secret", ticket, "s", 1000.0 + TICKET_S),
        (b"secret", f"{body}A.{signature}", "s", 1000.0),
        (b"secret", "", "s", 1000.0),
        (b"secret", "照片.照片", "s", 1000.0),
    ):
        with pytest.raises(Forbidden):
            open_ticket(secret, given, service, at)


def test_a_field_for_files_is_found_wherever_it_stands():
    assert asks_for_files({"properties": {"a": {"anyOf": [{"x-widget": "blob-list"}]}}})
    assert not asks_for_files({"properties": {"a": {"type": "string"}}})


class FoundWithPhoto(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What anybody may report, with pictures."""

    category: str
    area: str
    photos: Annotated[tuple[BlobRef, ...], msgspec.Meta(extra_json_schema={"x-widget": "blob-list"})] = ()


@pytest_asyncio.fixture
async def street(hosts: Hosts):
    """A gateway and a service whose one public action takes pictures; ``client`` is nobody, ``blobs`` the service's."""
    find = lostproperty.command(FIND)

    async def prepare(body: Any, host: Any) -> None:
        await host.blobs.require(body.photos, "photos")

    open_find = replace(
        find,
        struct=FoundWithPhoto,
        public=True,
        roles=(),
        prepare=prepare,
        decide=lambda rows, c, ctx: find.decide(
            rows,
            find.struct(category=c.category, area=c.area),
            replace(ctx, actor=replace(ctx.actor, areas=(hosts.scope,))),
        ),
    )
    commands = tuple(open_find if c is find else c for c in lostproperty.commands)
    async with AsyncExitStack() as stack:
        host = await hosts.start(gateway)
        other = await hosts.start(replace(lostproperty, commands=commands))
        url = await serve(host, stack)
        await until(lambda: host.extras["presence"].manifest("lostproperty"))
        async with httpx.AsyncClient(base_url=f"{url}/api/v1/public", timeout=20) as client:
            yield client, other.blobs, hosts.scope


async def _send(client: httpx.AsyncClient, content: bytes, ticket: str) -> httpx.Response:
    sha = hashlib.sha256(content).hexdigest()
    return await client.put(
        f"/services/lostproperty/blobs/{sha}/0?of=1", content=content, headers={"X-Upload-Ticket": ticket}
    )


async def test_pictures_come_in_with_a_ticket_and_stay_once_a_command_refers_to_them(street):
    client, blobs, scope = street
    refused = await client.post(f"/services/lostproperty/tickets/{HAND}")
    assert refused.status_code == 404
    ticket = (await client.post(f"/services/lostproperty/tickets/{FIND}")).json()["ticket"]
    assert (await _send(client, PNG, "")).status_code == 403
    sent = await _send(client, PNG, ticket)
    assert sent.status_code == 201, sent.text
    lost = await _send(client, PNG + b"!", ticket)
    assert lost.status_code == 201

    body = {"category": "umbrella", "area": f"{scope}001", "photos": [sent.json()]}
    taken = await client.post(f"/do/lostproperty/{FIND}", json=body, headers={"Idempotency-Key": "with-a-photo"})
    assert taken.status_code == 200, taken.text

    # An hour later: what a command refers to is there, what nobody wanted is not.
    now = blobs._real_time()
    blobs._real_time, blobs._cleaned_at = lambda: now + 3601, 0.0
    await blobs.clean()
    assert await blobs.find(sent.json()["sha256"]) is not None
    assert await blobs.find(lost.json()["sha256"]) is None


async def test_nothing_but_pictures_and_not_more_than_three(street):
    client, _, _ = street
    ticket = (await client.post(f"/services/lostproperty/tickets/{FIND}")).json()["ticket"]
    pdf = await _send(client, b"%PDF-1.7 and so on", ticket)
    assert (pdf.status_code, pdf.json()["rule"]) == (422, "blob.not_taken")
    answers = [await _send(client, PNG + bytes([n]), ticket) for n in range(4)]
    assert [a.status_code for a in answers] == [201, 201, 201, 429]
    sha = "0" * 64
    way = f"/services/lostproperty/blobs/{sha}/0?of=21"
    big = await client.put(way, content=PNG, headers={"X-Upload-Ticket": ticket})
    assert big.status_code == 400
