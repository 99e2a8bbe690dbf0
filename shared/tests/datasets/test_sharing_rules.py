"""Shared data by its rules (政务数据共享条例; domain rules 7.4, 13), each test named for the rule it proves."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shuniu.chassis.datasets import Dataset, datasets
from shuniu.chassis.datasets.grants import GRANTING, Grant
from shuniu.chassis.service import Catalogue, Service
from shuniu.chassis.sheets import Column, Sheet
from shuniu.contracts.text import Text
from shuniu.rules.calendar import end_of_day
from shuniu.rules.evidence import BlobRef
from shuniu.testing.rulework import RuleWork, person


async def _nothing(host: Any, actor: Any, query: Mapping[str, str]) -> AsyncIterator[Mapping[str, Any]]:
    for row in ():
        yield row


def sheet(name: str, *, personal: bool = False) -> Sheet:
    columns = (Column("code", "column.code", "code"), Column("title", "column.title", personal=personal))
    return Sheet(name=name, title=f"sheet.{name}", columns=columns, export_roles=("keeper",), rows=_nothing)


TITLES = ("open", "register", "closed")
CAPABILITY = datasets(
    Dataset(name="open", sheet=sheet("open"), subject="SERVICE", share="OPEN", level="L1"),
    Dataset(name="register", sheet=sheet("register", personal=True), subject="ENTERPRISE", share="CONDITIONAL"),
    Dataset(name="closed", sheet=sheet("closed", personal=True), subject="PERSON", share="NOT_SHARED", level="L4"),
    texts=Catalogue({f"dataset.{name}": Text(name, name) for name in TITLES}),
)
KIND = CAPABILITY.rows[0]
SERVICE = Service.of("toydata", "0", "none", Catalogue({}), (CAPABILITY,))
PEOPLE = {
    "asker": person("asker", units=("jj",), areas=()),
    "other": person("other", units=("cg",), areas=()),
    "steward": person("steward", "data_steward"),
    "both": person("both", "data_steward", units=("jj",)),
}
FILE = type("File", (), {"blob": BlobRef("0" * 64, 1, "text/csv"), "rows": 7})()


class Desk(RuleWork):
    """Asks and answers."""

    def ask(self, dataset: str = "register", who: str = "asker", days: int = 90, **more: Any) -> str:
        self.do(who, "data.ask", **self.body(dataset, days, **more))
        return str(self.all(KIND)[-1].id)

    def body(self, dataset: str = "register", days: int = 90, **more: Any) -> dict[str, Any]:
        until = (self.today + timedelta(days=days)).isoformat()
        given = {"dataset": dataset, "data_unit": "jj", "data_basis": "STATUTORY_DUTY", "data_until": until}
        return {**given, "data_purpose": "核对经营场所", **more}

    def grant(self, id: str) -> Grant:  # noqa: A002
        found: Grant = self.row(KIND, id)
        return found


@pytest.fixture
def desk() -> Desk:
    return Desk(SERVICE, PEOPLE)


def test_the_life_cycle_holds_together() -> None:
    GRANTING.validate()


def test_open_data_are_granted_at_once(desk: Desk) -> None:
    g = desk.grant(desk.ask("open"))
    assert (g.status, g.unconditional, g.columns, g.clocks) == ("GRANTED", True, ("code", "title"), ())


def test_a_conditional_grant_is_answered_within_ten_working_days(desk: Desk) -> None:
    desk.now = datetime(2026, 11, 23, 1, tzinfo=UTC)
    g = desk.grant(desk.ask())
    assert g.status == "ASKED"
    assert g.clocks[0].due_at == end_of_day(datetime(2026, 12, 7, tzinfo=UTC).date())
    desk.tick(days=15)
    assert desk.names()[-2:] == ["clock.soon.v1", "clock.overdue.v1"]
    assert desk.grant(g.id).clocks[0].late


def test_what_is_closed_by_law_is_not_shared(desk: Desk) -> None:
    refused = desk.refused("dataset.closed", "asker", "data.ask", **desk.body("closed"))
    assert refused.status == 409


def test_what_is_personal_is_never_open() -> None:
    with pytest.raises(ValueError, match="personal"):
        Dataset(name="x", sheet=sheet("x", personal=True), subject="PERSON", share="OPEN")


def test_a_unit_asks_for_itself_only(desk: Desk) -> None:
    desk.refused("dataset.other_unit", "other", "data.ask", **desk.body())


def test_nobody_answers_what_their_own_unit_asks(desk: Desk) -> None:
    g = desk.ask()
    desk.refused("dataset.own_unit", "both", "data.grant", data_grant=g)
    desk.do("steward", "data.grant", data_grant=g)
    assert desk.grant(g).status == "GRANTED"


def test_only_the_data_steward_answers_and_revokes(desk: Desk) -> None:
    g = desk.ask()
    for command in ("data.grant", "data.refuse", "data.revoke"):
        more = {} if command == "data.grant" else {"data_reason": "不符合用途"}
        assert not desk.allowed("other", command, data_grant=g, **more), command


def test_no_more_is_granted_than_was_asked(desk: Desk) -> None:
    g = desk.ask(data_columns=["code"])
    desk.refused("dataset.column_unknown", "steward", "data.grant", data_grant=g, data_columns=["code", "title"])
    later = (desk.today + timedelta(days=91)).isoformat()
    desk.refused("dataset.longer", "steward", "data.grant", data_grant=g, data_until=later)
    sooner = (desk.today + timedelta(days=30)).isoformat()
    desk.do("steward", "data.grant", data_grant=g, data_until=sooner)
    assert (desk.grant(g).columns, desk.grant(g).until.isoformat()) == (("code",), sooner)


@pytest.mark.parametrize("days", [-1, 367])
def test_a_grant_has_an_end_within_a_year(desk: Desk, days: int) -> None:
    desk.refused("dataset.until", "asker", "data.ask", **desk.body(days=days))


def test_data_are_taken_out_by_the_unit_under_a_grant_in_force(desk: Desk) -> None:
    g = desk.ask()
    desk.refused("dataset.fetch_granted", "asker", "data.fetch", FILE, data_grant=g)
    desk.do("steward", "data.grant", data_grant=g)
    desk.refused("dataset.other_unit", "other", "data.fetch", FILE, data_grant=g)
    desk.do("asker", "data.fetch", FILE, data_grant=g, data_form="csv")
    assert (desk.grant(g).used, desk.grant(g).uses[0].rows) == (1, 7)
    desk.do("steward", "data.revoke", data_grant=g, data_reason="用途已经结束")
    desk.refused("dataset.fetch_granted", "asker", "data.fetch", FILE, data_grant=g)
    assert desk.names()[-3:] == ["dataset.granted.v1", "dataset.used.v1", "dataset.revoked.v1"]


def test_a_grant_ends_with_its_last_day(desk: Desk) -> None:
    g = desk.ask("open", days=3)
    desk.tick(days=3)
    assert desk.grant(g).status == "GRANTED"
    desk.tick(days=1)
    assert (desk.grant(g).status, desk.names()[-1]) == ("GRANT_OVER", "dataset.ended.v1")


def test_what_was_answered_is_not_answered_again(desk: Desk) -> None:
    g = desk.ask()
    desk.do("steward", "data.refuse", data_grant=g, data_reason="依据不足")
    refused = desk.refused("dataset.answer_asked", "steward", "data.grant", data_grant=g)
    assert (refused.state, refused.event) == ("REFUSED", "grant")


def test_why_it_was_asked_stands_in_no_event_and_is_read_by_who_takes_part(desk: Desk) -> None:
    g = desk.ask()
    assert not [e for e in desk.events if "核对经营场所".encode() in bytes(e.data.fact)]
    assert {"text": "核对经营场所"} in desk.private.values()
    face = KIND.face
    assert face is not None
    assert face.visibility(desk.grant(g)).units == ("jj",)
    assert set(desk.offers("steward", KIND, g)) == {"data.grant", "data.refuse"}
    assert desk.offers("other", KIND, g) == {}


MOVES = st.lists(st.sampled_from(["ask", "grant", "refuse", "revoke", "fetch", "day"]), max_size=25)


@settings(max_examples=60, deadline=None)
@given(MOVES)
def test_walks_never_leave_the_life_cycle_and_nothing_leaves_without_a_grant(moves: list[str]) -> None:
    desk = Desk(SERVICE, PEOPLE)
    g = desk.ask(days=10)
    for move in moves:
        before = desk.grant(g)
        match move:
            case "day":
                desk.tick(days=1)
            case "ask":
                desk.ask(days=10)
            case "fetch":
                taken = desk.allowed("asker", "data.fetch", FILE, data_grant=g)
                assert taken == (before.status == "GRANTED")
                if taken:
                    desk.do("asker", "data.fetch", FILE, data_grant=g)
            case _:
                more = {} if move == "grant" else {"data_reason": "理由在此"}
                legal = (
                    (move in ("grant", "refuse") and before.status == "ASKED" and desk.today <= before.until)
                    or (move == "refuse" and before.status == "ASKED")
                    or (move == "revoke" and before.status == "GRANTED")
                )
                assert desk.allowed("steward", f"data.{move}", data_grant=g, **more) == legal
                if legal:
                    desk.do("steward", f"data.{move}", data_grant=g, **more)
        assert desk.grant(g).status in {s.id for s in GRANTING.statuses}
