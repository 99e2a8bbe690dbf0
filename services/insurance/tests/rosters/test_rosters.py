"""Rosters: sealed, for a purpose, once each, erased after it (domain rules 4.1, 7.1)."""

import pytest
from shuniu.testing.rulework import SCOPE
from shuniu_insurance.rosters.roster import PERSON, ROSTER, purposes

COMMUNITY = f"{SCOPE}001"
CITIZEN = "11010519491231002X"


@pytest.fixture
def roster(street):
    return street.do("clerk", "roster.open", group="MENTAL_ILLNESS", policy=street.policy).answer["roster"]


def _row(roster, **body):
    return {"roster": roster, "name": "张三丰", "citizen_id": CITIZEN, "area": COMMUNITY, **body}


def _enter(street, roster, *rows):
    keys = tuple(f"{r['roster']}|hash-{r['citizen_id']}" for r in rows)
    return street.do("clerk", "roster.enter", prepared=keys, rows=list(rows))


def test_nothing_of_a_person_stands_in_an_event_or_row(street, roster):
    assert _enter(street, roster, _row(roster)).answer["outcomes"] == "n"
    for event in street.events:
        words = str(event)
        assert "张三丰" not in words and CITIZEN not in words and f"hash-{CITIZEN}" not in words
    (entry,) = street.row(ROSTER, roster).entries
    assert street.private[entry]["name"] == "张三丰"
    assert all(set(p.fields) == {"name", "citizen_id", "area"} and p.sensitivity == 4 for p in purposes().values())


def test_nobody_stands_on_a_roster_twice(street, roster):
    assert _enter(street, roster, _row(roster), _row(roster)).answer["outcomes"] == "nu"
    assert _enter(street, roster, _row(roster)).answer["outcomes"] == "u"
    assert len(street.row(ROSTER, roster).entries) == 1


def test_a_list_with_a_wrong_row_is_not_taken(street, roster):
    wrong = [_row(roster), _row(roster, citizen_id="110105194912310021"), _row(roster, area="320199002001")]
    keys = tuple(f"{roster}|{i}" for i in range(3))
    refusal = street.refused("roster.rows", "clerk", "roster.enter", prepared=keys, rows=wrong)
    assert {f.field for f in refusal.fields} == {"rows.1.citizen_id", "rows.2.area"}


def test_whoever_was_born_before_places_had_numbers_is_entered_all_the_same(street, roster):
    assert _enter(street, roster, _row(roster, citizen_id="320102194501010014")).answer["outcomes"] == "n"


def test_taken_off_means_destroyed(street, roster):
    _enter(street, roster, _row(roster))
    (entry,) = street.row(ROSTER, roster).entries
    given = {"roster": roster, "citizen_id": CITIZEN, "remove_reason": "REQUESTED"}
    street.do("clerk", "roster.remove", prepared=(f"{roster}|hash-{CITIZEN}",), **given)
    assert entry not in street.private and street.row(PERSON, f"{roster}|hash-{CITIZEN}") is None
    street.refused("roster.not_on_it", "clerk", "roster.remove", prepared=(f"{roster}|hash-{CITIZEN}",), **given)


def test_the_end_of_the_purpose_erases_by_itself(street, roster):
    _enter(street, roster, _row(roster))
    (entry,) = street.row(ROSTER, roster).entries
    street.tick(days=60)
    row = street.row(ROSTER, roster)
    assert row.ended_at is not None and row.counted == 1 and not row.entries and entry not in street.private
    street.refused("roster.ended", "clerk", "roster.end", roster=roster)


def test_no_roster_without_a_purpose(street):
    street.do(
        "director", "policy.terminate", policy=street.policy, last_day=street.today.isoformat(), termination="BY_STREET"
    )
    street.refused("roster.no_purpose", "clerk", "roster.open", group="SOCIAL_WORKER", policy=street.policy)
