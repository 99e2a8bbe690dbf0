"""What needs no server: coalescing, feed ids, rates, accounts' rules, routes, the page's policy."""

import gzip
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest
from shuniu.chassis.context import Actor, Context
from shuniu.chassis.http.manifest import manifest_document
from shuniu.chassis.registry import RegistrySnapshot
from shuniu.chassis.rows import Rows
from shuniu.contracts.manifest import Measure, Panel, Rate
from shuniu.contracts.summary import Visibility
from shuniu.contracts.text import Text
from shuniu.rules.refusal import Conflict, Forbidden, Refusal, Unprocessable
from shuniu.rules.shipped import calendar, profile
from shuniu.testing.lostproperty import service as lostproperty
from shuniu_gateway import assets
from shuniu_gateway.accounts import (
    ACCOUNT,
    CHANGE_ACCOUNT,
    LOGIN,
    OPEN_ACCOUNT,
    SET_CREDENTIAL,
    Account,
    ChangeAccount,
    Login,
    OpenAccount,
    SetCredential,
)  # fmt: skip
from shuniu_gateway.assets import build_of_page, content_policy
from shuniu_gateway.directory import IMPORT_UNITS, POST, UNIT, DirectoryEntry, ImportUnits
from shuniu_gateway.door_routes import foremost, route_fits
from shuniu_gateway.doors import path_of
from shuniu_gateway.figures import Figure, ratio
from shuniu_gateway.hub import Item, frame, frames_for, read_feed_id
from shuniu_gateway.overview import kpi_of
from shuniu_gateway.passwords import check_password, hash_key, key_matches, new_key, split_key
from shuniu_gateway.presence import MOST_MANIFEST, unpacked
from shuniu_gateway.shapes import ActionOffer

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
HERE = Visibility(areas=("320199001",))
ELSEWHERE = Visibility(areas=("320199002",))
READER = Actor("r", areas=("320199001",))


def item(position: int, name: str = "matter", matter: str = "m", visibility=HERE, was=None) -> Item:
    data = msgspec.json.encode({"n": position})
    key = ("/320199001/svc", "thing", matter)
    return Item(position, name, key, "", visibility, was, "", frame(name, data, f"e-{position}"), "")


def ids(frames: bytes) -> list[str]:
    return [line[4:] for line in frames.decode().splitlines() if line.startswith("id: ")]


def test_only_the_last_version_of_a_matter_is_sent_and_every_step():
    items = [item(1), item(2, "step"), item(3), item(4, "step"), item(5, matter="other"), item(6)]
    assert ids(frames_for(items, READER, "e")) == ["e-2", "e-4", "e-5", "e-6"]


def test_a_viewer_gets_only_what_it_may_read():
    assert frames_for([item(1, visibility=ELSEWHERE)], READER, "e") == b""
    assert ids(frames_for([item(1, visibility=None)], READER, "e")) == ["e-1"]


def test_a_matter_that_moves_out_of_sight_is_taken_away():
    items = [item(1), item(2, visibility=ELSEWHERE, was=HERE), item(3, visibility=ELSEWHERE)]
    told = frames_for(items, READER, "e")
    assert ids(told) == ["e-2"]
    assert b"event: gone" in told
    assert b'"id":"m"' in told
    other = Actor("o", areas=("320199002",))
    assert b"gone" not in frames_for(items, other, "e")


def test_feed_ids():
    assert read_feed_id("abc-12") == ("abc", 12)
    assert [read_feed_id(t) for t in ("", "abc", "abc-", "-1", "abc-x", "abc-" + "9" * 30)] == [None] * 6


def test_a_rate_is_null_without_cases():
    assert ratio(0, 0) is None
    assert ratio(1, 4) == 0.25


def kpi(panel: Panel, figures: list[Figure], kind: str = "sum"):
    t = Text("甲", "A")
    measures = {"m": Measure(name="m", title=t, kind=kind)}
    rates = {"r": Rate(name="r", title=t, numerator=("done",), denominator=("all",), cohort=t, target=0.9)}
    return kpi_of("svc", panel, measures, rates, figures, date(2026, 11, 23))


def test_a_rate_tile_is_the_last_thirty_days():
    days = [date(2026, 10, 24), date(2026, 10, 25), date(2026, 11, 23)]
    figures = [Figure("svc", "all", None, d, 2) for d in days] + [Figure("svc", "done", None, days[2], 1)]
    figures.append(Figure("stranger", "done", None, days[1], 100))
    tile = kpi(Panel(id="p", title=Text("", ""), kind="kpi", rate="r"), figures)
    assert (tile.numerator, tile.denominator, tile.value, tile.previous) == (1, 4, 0.25, 0.0)
    assert len(tile.series) == 14
    assert [day.value for day in tile.series] == [0.0] * 13 + [0.25], "each day of the strip looks as far back"
    assert tile.days == 30


def test_a_rate_tile_without_cases_says_nothing():
    tile = kpi(Panel(id="p", title=Text("", ""), kind="kpi", rate="r"), [])
    assert tile.value is None
    assert tile.previous is None


def test_a_gauge_keeps_its_last_value_and_a_sum_begins_at_nothing():
    panel = Panel(id="p", title=Text("", ""), kind="kpi", measure="m")
    figures = [Figure("svc", "m", None, date(2026, 11, 20), 7)]
    assert kpi(panel, figures, "gauge").value == 7
    assert kpi(panel, figures).value == 0
    assert kpi(panel, [], "gauge").value is None


def test_a_panel_of_what_nobody_declares_is_left_out():
    assert kpi(Panel(id="p", title=Text("", ""), kind="kpi", measure="unheard"), []) is None


# --- accounts ---------------------------------------------------------------------------------------------------------


def ctx(actor: Actor) -> Context:
    numbers = iter(range(1, 100))
    return Context(
        now=NOW, actor=actor, scope="320199001", service="gateway", calendar=calendar(), profile=profile,
        registry=RegistrySnapshot(()), new_id=lambda: f"id-{next(numbers)}",
    )  # fmt: skip


ADMIN = Actor("admin", roles=frozenset({"system_admin"}))
SECURITY = Actor("sec", roles=frozenset({"security_admin"}))
TITLE = Text("街道调度", "Dispatch")


def opening(**more) -> OpenAccount:
    return OpenAccount(**{"login": "desk-1", "title": TITLE, "roles": ("operator",), **more})


def free_login(body: OpenAccount) -> Rows:
    return Rows({LOGIN.key(body.login): None})


def test_an_account_is_opened_and_its_login_taken():
    body = opening(areas=("320199001",))
    decision = OPEN_ACCOUNT.decide(free_login(body), body, ctx(ADMIN))
    fact = decision.events[0].fact
    assert (fact.login, fact.roles, fact.areas) == ("desk-1", ("operator",), ("320199001",))
    assert [key.kind for key in decision.events[0].on] == ["account", "login"]
    taken = Rows({LOGIN.key("desk-1"): Login(account="x")})
    with pytest.raises(Conflict, match=r"gateway\.login_taken"):
        OPEN_ACCOUNT.decide(taken, body, ctx(ADMIN))


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"login": "张三"}, "gateway.bad_login"),
        ({"roles": ()}, "gateway.roles_missing"),
        ({"roles": ("system_admin", "audit_admin")}, "gateway.administrators_apart"),
        ({"roles": ("security_admin", "operator")}, "gateway.administrators_apart"),
        ({"roles": ("Kein Wort",)}, "gateway.bad_word"),
        ({"units": ("a b",)}, "gateway.bad_word"),
        ({"areas": ("12x",)}, "areas.bad_code"),
        ({"clearance": 5}, "gateway.clearance_range"),
        ({"title": Text("", "x")}, "gateway.title_missing"),
    ],
)
def test_what_an_account_cannot_be(change, rule):
    body = opening(**change)
    with pytest.raises(Unprocessable) as refused:
        OPEN_ACCOUNT.decide(free_login(body), body, ctx(ADMIN))
    assert refused.value.rule == rule
    assert refused.value.fields


def account(**more) -> Account:
    rest = {"id": "a", "login": "desk-1", "title": TITLE, "holder": "person", "roles": ("operator",)}
    return Account(**{**rest, "areas": (), "units": (), "clearance": 2, **more})


def test_nobody_changes_the_own_rights():
    body = ChangeAccount(account="a", title=TITLE, roles=("operator",))
    rows = Rows({ACCOUNT.key("a"): account()})
    assert CHANGE_ACCOUNT.decide(rows, body, ctx(SECURITY)).events[0].fact.account == "a"
    with pytest.raises(Forbidden, match=r"gateway\.not_oneself"):
        CHANGE_ACCOUNT.decide(rows, body, ctx(Actor("a", roles=frozenset({"security_admin"}))))


def test_a_credential_is_kept_apart_and_only_the_owner_or_the_administrator_sets_it():
    body = SetCredential(account="a", hashed="$argon2id$…", must_change=True)
    rows = Rows({ACCOUNT.key("a"): account()})
    decision = SET_CREDENTIAL.decide(rows, body, ctx(ADMIN))
    assert b"argon2" not in msgspec.json.encode(decision.events[0].fact)
    assert decision.private[0].fields == {"hash": "$argon2id$…"}
    assert decision.private[0].ref == decision.events[0].fact.secret
    with pytest.raises(Forbidden):
        SET_CREDENTIAL.decide(rows, body, ctx(Actor("b")))
    with pytest.raises(Conflict, match=r"gateway\.account_closed"):
        SET_CREDENTIAL.decide(Rows({ACCOUNT.key("a"): account(closed=True)}), body, ctx(ADMIN))


@pytest.mark.parametrize("password", ["short1A", "alllowercase", "desk-1-Password1", "aaaaaaaaaaaaaaaaaaaa", "x" * 500])
def test_weak_passwords(password):
    with pytest.raises(Unprocessable, match=r"gateway\.password_weak"):
        check_password(password, "desk-1")


def test_service_keys_name_their_account_and_are_kept_hashed():
    key = new_key("0190-abc")
    assert split_key(key)[0] == "0190-abc"
    assert key_matches(key, hash_key(key))
    assert not key_matches(key + "x", hash_key(key))
    assert not key_matches(key, None)
    assert split_key("eyJhbGciOi") is None


def entry(**more) -> DirectoryEntry:
    return DirectoryEntry(**{"code": "cg", "title": Text("城管中队", "Urban management"), **more})


def test_units_are_registered_once():
    body = ImportUnits(units=(entry(),), posts=(entry(code="p1", parent="cg"),))
    rows = Rows({UNIT.key("cg"): None, POST.key("p1"): None})
    decision = IMPORT_UNITS.decide(rows, body, ctx(ADMIN))
    assert [e.fact.entry.kind for e in decision.events] == ["unit", "post"]
    known = Rows({UNIT.key("cg"): decision.events[0].fact.entry, POST.key("p1"): decision.events[1].fact.entry})
    assert IMPORT_UNITS.decide(known, body, ctx(ADMIN)).events == ()


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ({"code": "城管"}, "units.0.code"),
        ({"title": Text("", "")}, "units.0.title"),
        ({"parent": "cg"}, "units.0.parent"),
        ({"kind": "post"}, "units.0.kind"),
    ],
)
def test_bad_entries_name_their_field(bad, field):
    body = ImportUnits(units=(entry(**bad),))
    with pytest.raises(Refusal) as refused:
        IMPORT_UNITS.decide(Rows(dict.fromkeys(IMPORT_UNITS.keys(body, ctx(ADMIN)))), body, ctx(ADMIN))
    assert refused.value.fields[0].field == field


# --- edges ------------------------------------------------------------------------------------------------------------


def test_what_an_owner_calls_primary_is_begun_first_whoever_the_owner():
    def offer(action: str, tone: str, order: int) -> ActionOffer:
        return ActionOffer(service=action[0], action=action, title=Text("", ""), tone=tone, order=order)

    given = [offer("a.note", "normal", 1), offer("a.report", "primary", 220), offer("b.find", "primary", 1)]
    assert [o.action for o in sorted(given, key=foremost)] == ["b.find", "a.report", "a.note"]


def test_declared_routes_take_a_segment_for_each_parameter():
    assert route_fits("/posts/{code}", "/posts/a1")
    assert not route_fits("/posts/{code}", "/posts/a1/secrets")
    assert not route_fits("/posts", "/postscript")


def test_a_manifest_travels_packed_and_says_everything_once():
    document = manifest_document(lostproperty)
    assert unpacked(document.packed) == document.body
    assert b'"$defs"' not in document.body, "definitions stand where they are used and nowhere else"
    with pytest.raises(ValueError, match="too large"):
        unpacked(gzip.compress(bytes(MOST_MANIFEST + 1)))
    with pytest.raises(ValueError, match="cut off"):
        unpacked(document.packed[:-20])


def test_a_tile_has_the_sign_its_rate_is_read_by():
    def unit(per):
        rate = Rate(name="r", title=Text("r", "r"), numerator=("a",), denominator=("b",), cohort=Text("", ""), per=per)
        panel = Panel(id="p", title=Text("p", "p"), kind="kpi", rate="r")
        tile = kpi_of("s", panel, {}, {"r": rate}, [], date(2026, 11, 23))
        return tile.unit.zh

    assert [unit(100), unit(1000), unit(1)] == ["%", "‰", ""]


def test_a_name_cannot_climb_out_of_its_segment():
    assert path_of("commands", "../log") == "/commands/..%2Flog"


def test_the_page_names_its_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(assets, "DIST", tmp_path)
    assert build_of_page() == "", "none is built"
    (tmp_path / "index.html").write_text("<head><title>x</title></head>")
    assert build_of_page() == "", "it was built before builds had names"
    (tmp_path / "index.html").write_text('<head><meta name="build" content="0123abcd4567"></head>')
    assert build_of_page() == "0123abcd4567"


def test_the_page_may_run_only_what_it_was_built_with():
    page = b"<script>theme()</script><script src='/assets/a.js'></script>"
    policy = content_policy(page)
    assert policy.count("'sha256-") == 1
    assert "default-src 'none'" in policy
    assert "'unsafe-inline'" not in policy.split("style-src")[0]
