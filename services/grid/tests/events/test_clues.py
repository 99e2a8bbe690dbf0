"""Clues about enterprises (涉企线索): grid workers file them, never inspect (国办发〔2024〕54号, domain rules 0.2)."""

import pytest
from shuniu.chassis.context import Actor
from shuniu.contracts.summary import RegistryEntry
from shuniu.contracts.text import Text
from shuniu_grid.events.face import GRID_EVENT
from shuniu_grid.events.rules import GUARDS

AFTER = {"sha256": "a" * 64, "size": 1000, "media_type": "image/jpeg"}
SCOPE, GRID = "320199001", "320199001001001"
WORKER_AND = {
    "self_handle": ("grid_worker",),
    "verify": ("grid_worker", "grid_checker"),
    "not_file": ("grid_worker", "operator"),
    "file": ("grid_worker", "operator"),
    "categorise": ("grid_worker", "dispatcher"),
    "dispatch": ("grid_worker", "dispatcher"),
    "redispatch": ("grid_worker", "dispatcher"),
    "accept": ("grid_worker", "duty_officer"),
    "return": ("grid_worker", "duty_officer"),
    "feed_back": ("grid_worker", "duty_officer"),
    "ask_delay": ("grid_worker", "duty_officer"),
    "ask_hang": ("grid_worker", "duty_officer"),
    "start_check": ("grid_worker", "grid_checker"),
    "close": ("grid_worker", "grid_checker"),
    "send_back": ("grid_worker", "grid_checker"),
    "refer": ("grid_worker", "dispatcher"),
}
SOURCES = {
    "verify": "VERIFYING", "not_file": "VERIFYING", "file": "REPORTED", "accept": "DISPATCHED", "return": "DISPATCHED",
    "redispatch": "DISPATCHED", "feed_back": "PROCESSING", "ask_delay": "PROCESSING", "ask_hang": "PROCESSING",
    "start_check": "FED_BACK", "close": "CHECKING", "send_back": "CHECKING",
}  # fmt: skip


def clue_in(street, status):
    clue = {"category": "E9992", "clue": True}
    p = street.people
    match status:
        case "REPORTED":
            return street.reported(p.operator, source="VIDEO", **clue)
        case "VERIFYING":
            return street.reported(p.operator, source="PUBLIC", **clue)
        case "DISPATCHED" | "PROCESSING" | "FED_BACK" | "CHECKING":
            return getattr(street, status.lower())(**clue)
    return street.reported(**clue)


@pytest.mark.parametrize("move", WORKER_AND)
def test_grid_worker_files_clues_never_inspections(street, refused, move):
    """Whatever other role a grid worker holds, nothing that follows a clue is theirs to do."""
    event = clue_in(street, SOURCES.get(move, "FILED"))
    worker = Actor(id="w1", roles=frozenset(WORKER_AND[move]), areas=(SCOPE,), units=("cg",))
    refused(
        "grid.clue_only",
        409 if move == "self_handle" else 403,
        GUARDS[move],
        street.event(event),
        street.context(worker),
    )
    offers = GRID_EVENT.face.offers(street.event(event), street.context(worker))
    assert f"grid.{move}" not in {o.action for o in offers}


def test_the_table_covers_every_move_a_clue_may_meet(street):
    decided_above = {"accept_return", "refuse_return", "grant_delay", "refuse_delay", "hang", "refuse_hang", "revive"}
    about_paper = {"merge_duplicate", "unmerge"}
    assert set(WORKER_AND) | decided_above | about_paper == set(GUARDS)


@pytest.mark.parametrize("role", ["grid_worker"])
def test_about_enterprises_a_grid_worker_reports_as_a_clue(street, refused, role):
    worker = Actor(id="w1", roles=frozenset({role}), areas=(GRID,))
    for category in ("E9991", "E9992", "E9993", "E9994"):
        refused("grid.clue_only", 422, street.reported, worker, category=category)
        event = street.reported(worker, category=category, clue=True)
        assert street.event(event).clue
    refused("grid.clue_only", 422, street.reported, worker, category="E9991", clue=True, after_photos=[AFTER])


def test_a_clue_stays_a_clue(street):
    event = street.reported(category="E9991", clue=True)
    street.do(street.people.dispatcher, "categorise", event=event, category="E0102")
    street.do(street.people.dispatcher, "dispatch", event=event, unit="cg")
    street.do(street.people.dispatcher, "redispatch", event=event, unit="water", category="E0104")
    assert street.event(event).clue


@pytest.mark.parametrize("subtype", ["COMMUNITY", "PROPERTY", "VOLUNTEER", "ENTERPRISE"])
def test_a_clue_goes_to_a_certified_body(street, refused, subtype):
    entries = dict(street.registry.all("unit"))
    entries["committee"] = RegistryEntry(
        kind="unit", code="committee", title=Text("居委会", "Committee"), subtype=subtype
    )
    street.registry = type(street.registry)([*street.registry.all("area").values(), *entries.values()])
    event, dispatcher = street.reported(category="E9991", clue=True), street.people.dispatcher
    refused("grid.clue_to_certified_body", 422, street.do, dispatcher, "dispatch", event=event, unit="committee")
    street.do(dispatcher, "dispatch", event=street.reported(), unit="committee")
    street.do(dispatcher, "dispatch", event=event, unit="cg")


def test_a_clue_has_its_own_words(street):
    event = street.reported(category="E9991", clue=True)
    offers = {
        o.action: o for o in GRID_EVENT.face.offers(street.event(event), street.context(street.people.dispatcher))
    }
    assert offers["grid.dispatch"].title.zh == "移交持证执法单位"
    assert "检查" not in offers["grid.dispatch"].title.zh


def test_the_way_of_a_clue_through_certified_hands(street):
    p = street.people
    event = street.reported(p.operator, source="PUBLIC", category="E9993")
    street.do(p.checker, "verify", event=event)
    street.do(p.dispatcher, "dispatch", event=event, unit="cg")
    street.do(p.officer, "accept", event=event)
    street.do(p.officer, "feed_back", event=event, after=[AFTER])
    street.do(p.checker, "start_check", event=event)
    street.do(p.checker, "close", event=event)
    assert street.event(event).status == "CLOSED"
