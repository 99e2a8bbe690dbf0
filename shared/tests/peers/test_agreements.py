"""The file of peers: what is wrong with it is one sentence, what it says bounds every token."""

import json
from pathlib import Path
from typing import Any

import pytest
from shuniu.chassis.context import Actor
from shuniu.chassis.identity import Credential, Issuer, Verifier, pin, signing_key
from shuniu.chassis.identity.keys import Bounds
from shuniu.chassis.peers import Peers, PeersError, read_peers
from shuniu.testing.waiting import until

OURS, THEIRS = "320199001", "320199002"
GATEWAY = f"/{THEIRS}/gateway"
HEAD = f'[peer.{THEIRS}]\ntitle = {{ zh = "邻街", en = "Next street" }}\n'
ISSUED = f'{HEAD}issuers = ["{GATEWAY}"]\n'


def write(folder: Path, text: str) -> Path:
    path = folder / "peers.toml"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[peer", "is not valid TOML"),
        (f"{ISSUED}shared = true", "unknown field `shared`"),
        (f"{ISSUED}acts_for = 'cg'", "acts_for"),
        (HEAD, "missing required field `issuers`"),
        (f"{HEAD}issuers = []", "no issuer is named"),
        (f'{HEAD}issuers = ["/{OURS}/gateway"]', f"is not of the form /{THEIRS}/<service>"),
        (f'{HEAD}issuers = ["{THEIRS}.gateway"]', "is not of the form"),
        (f'{HEAD}issuers = ["/{THEIRS}/../x"]', "is not of the form"),
        (ISSUED.replace(f"peer.{THEIRS}", f"peer.{OURS}"), "the deployment's own scope"),
        (ISSUED.replace(f"peer.{THEIRS}", "peer.street"), "a scope is a division code"),
        (f'{ISSUED}areas = ["32011"]', "'32011' is not an area code"),
        (f"{ISSUED}clearance = 5", "clearance is a number from 1 to 4"),
        (f"{ISSUED}[peer.{THEIRS}.shares.x]\nprogress = true", "progress without referrals"),
        (f"{ISSUED}[peer.{THEIRS}.shares.x]\nall = true", "unknown field `all`"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(PeersError) as wrong:
        read_peers(write(tmp_path, text), OURS)
    message = str(wrong.value)
    assert said in message
    assert str(tmp_path / "peers.toml") in message
    assert message.endswith(".") and "\n" not in message


def test_no_file_is_no_other_deployment(tmp_path: Path) -> None:
    peers = Peers(tmp_path / "peers.toml", OURS)
    peers.load()
    assert (peers.agreed, peers.version, peers.unpinned(tmp_path)) == ({}, 0, [])


async def test_a_file_that_goes_wrong_later_changes_nothing(tmp_path: Path, caplog: Any) -> None:
    peers = Peers(write(tmp_path, ISSUED), OURS)
    peers.load()
    write(tmp_path, "[peer")
    await until(lambda: peers.look() and "What was agreed before goes on." in caplog.text)
    assert (list(peers.agreed), peers.version) == ([THEIRS], 1)
    write(tmp_path, ISSUED + 'follows = ["whistle"]')
    await until(lambda: peers.look() == 2)
    assert peers.hears(THEIRS, "whistle") and not peers.hears(THEIRS, "grid")
    (tmp_path / "peers.toml").unlink()
    await until(lambda: peers.look() == 3)
    assert not peers.hears(THEIRS, "whistle")


def theirs(folder: Path) -> Issuer:
    return Issuer(GATEWAY, signing_key(folder / "theirs", GATEWAY))


def verifier(folder: Path, text: str, bounds: Bounds | None = None) -> Verifier:
    pin(folder / "ours", GATEWAY, signing_key(folder / "theirs", GATEWAY).public_key(), bounds)
    peers = Peers(write(folder, text), OURS)
    peers.load()
    return Verifier(folder / "ours", scope=OURS, peers=peers)


EVERYTHING: dict[str, Any] = {
    "roles": ["runner", "system_admin"],
    "areas": ["32"],
    "units": ["cg", "police"],
    "clearance": 4,
}


@pytest.mark.parametrize(
    ("agreed", "roles", "areas", "units", "clearance"),
    [
        ("", set(), (), (), 2),
        ('acts_for = ["cg"]\nroles = ["runner"]', {"runner"}, (), ("cg",), 2),
        (f'areas = ["{OURS}001"]\nclearance = 3', set(), (f"{OURS}001",), (), 3),
        ('acts_for = ["fire"]\nroles = ["clerk"]\nclearance = 1', set(), (), (), 1),
    ],
)
def test_a_foreign_token_claims_no_more_than_is_agreed(
    tmp_path: Path, agreed: str, roles: set[str], areas: tuple[str, ...], units: tuple[str, ...], clearance: int
) -> None:
    token = theirs(tmp_path).issue("a-1", **EVERYTHING).token
    actor = verifier(tmp_path, ISSUED + agreed).verify(token)
    assert actor == Actor(f"a-1@{THEIRS}", "person", frozenset(roles), areas, units, clearance, THEIRS)


def test_a_pinned_key_alone_says_nothing(tmp_path: Path) -> None:
    token = theirs(tmp_path).issue("a-1", **EVERYTHING).token
    nothing = Actor(f"a-1@{THEIRS}", clearance=1, scope=THEIRS)
    assert verifier(tmp_path, "").verify(token) == nothing
    another = ISSUED.replace("/gateway", "/whistle") + 'roles = ["runner"]'
    assert verifier(tmp_path, another).verify(token) == nothing, "the agreement names another issuer"


def test_another_spelling_of_an_issuer_gets_no_further(tmp_path: Path) -> None:
    """The name of the key's file is shared by several spellings; none of them is ours."""
    key = signing_key(tmp_path / "theirs", GATEWAY)
    checking = verifier(tmp_path, ISSUED + 'roles = ["runner"]')
    for name in (f"{THEIRS}.gateway", f"/{THEIRS}.gateway", f"{THEIRS}/gateway"):
        actor = checking.verify(Issuer(name, key).issue("a-1", **EVERYTHING).token)
        assert (actor.roles, actor.units, actor.areas, actor.scope) == (frozenset(), (), (), THEIRS), name


def test_bounds_beside_the_key_hold_as_well(tmp_path: Path) -> None:
    token = theirs(tmp_path).issue("a-1", **EVERYTHING).token
    checking = verifier(tmp_path, ISSUED + 'roles = ["runner", "clerk"]', Bounds(roles=("clerk",)))
    assert checking.verify(token).roles == frozenset()


def test_our_own_tokens_are_as_they_were(tmp_path: Path) -> None:
    issuer = Issuer.load(tmp_path / "ours", f"/{OURS}/gateway")
    actor = verifier(tmp_path, ISSUED).verify(issuer.issue("a-1", **EVERYTHING).token)
    assert (actor.id, actor.scope, actor.units, actor.clearance) == ("a-1", "", ("cg", "police"), 4)


def test_a_service_that_holds_no_gateway_key_signs_with_its_own(tmp_path: Path) -> None:
    alone = Credential(tmp_path / "alone", THEIRS, "whistle")
    assert alone.issuer == f"/{THEIRS}/whistle"
    issuer = Issuer.load(tmp_path / "together", GATEWAY)
    together = Credential(tmp_path / "together", THEIRS, "whistle")
    assert together.issuer == issuer.name
    actor = Verifier(tmp_path / "together").verify(together.token())
    assert (actor.id, actor.kind, sorted(actor.roles)) == ("service:whistle", "program", ["shuniu.log_reader"])
    assert together.token() == together.token()
    assert json.loads(json.dumps(together.token())).count(".") == 2
