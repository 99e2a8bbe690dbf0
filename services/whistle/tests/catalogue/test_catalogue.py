"""The whistle catalogue: versions, what holds when, off-list reasons, kinds and limits by entry (10.1; issue 3)."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shuniu.contracts.whistle.catalogue import ListItem
from shuniu.rules.refusal import Refusal
from shuniu_whistle.catalogue.entries import (
    CLASS_LIST,
    GROUPS,
    ListEntry,
    Revision,
    in_force,
    shipped,
    shipped_version,
)
from shuniu_whistle.catalogue.sheet import SHEET

BILLBOARD = {"group": "URBAN", "code": "BILLBOARD", "title_zh": "户外广告牌隐患", "directions": ["UP"]}


def publish(street, valid_from: str = "2026-11-23", **entry: Any) -> None:
    """A version of URBAN with one entry more."""
    given = {**BILLBOARD, **entry}
    street.do("coordinator", "catalogue.open_draft", group=given["group"])
    street.do("coordinator", "catalogue.put_entry", **given)
    street.do("coordinator", "catalogue.publish", group=given["group"], valid_from=valid_from)


def test_the_list_that_ships_holds_until_a_class_has_its_own(street) -> None:
    assert {g for g in GROUPS if any(i.off_list for i in shipped(g))} == set(GROUPS)
    street.draft()
    assert (street.w.group, street.w.list_version) == ("ENFORCEMENT", shipped_version()[0])


def test_a_published_entry_may_be_whistled_for(street) -> None:
    street.refused("whistle.item_unknown", "clerk", "draft", item="BILLBOARD")
    publish(street)
    street.blown(item="BILLBOARD")
    assert (street.w.group, street.w.list_version, street.w.item_title) == ("URBAN", "2026-2", "户外广告牌隐患")
    assert street.events[-1].data.summary.matter.title == "户外广告牌隐患 · 黄家圩十字街"


def test_a_version_holds_from_its_first_day(street) -> None:
    publish(street, "2026-11-25")
    street.refused("whistle.item_unknown", "clerk", "draft", item="BILLBOARD")
    street.tick(days=2)
    street.draft(item="BILLBOARD")


def test_a_version_in_use_is_never_edited(street) -> None:
    publish(street)
    for move, body in (
        ("put_entry", BILLBOARD),
        ("drop_entry", {"group": "URBAN", "code": "BILLBOARD"}),
        ("publish", {"group": "URBAN", "valid_from": "2026-12-01"}),
        ("discard", {"group": "URBAN"}),
    ):
        street.refused("catalogue.no_draft", "coordinator", f"catalogue.{move}", **body)


def test_a_whistle_keeps_the_version_it_was_blown_under(street) -> None:
    publish(street)
    street.blown(item="BILLBOARD")
    street.tick(days=1)
    street.do("coordinator", "catalogue.open_draft", group="URBAN")
    street.do("coordinator", "catalogue.put_entry", **{**BILLBOARD, "title_zh": "店招店牌隐患"})
    street.do("coordinator", "catalogue.publish", group="URBAN", valid_from="2026-11-24")
    street.do("cg", "sign")
    assert (street.w.list_version, street.w.item_title) == ("2026-2", "户外广告牌隐患")
    street.blown(item="BILLBOARD", place={"name": "中央路"})
    assert (street.w.list_version, street.w.item_title) == ("2026-3", "店招店牌隐患")


def test_a_draft_whose_entry_is_gone_is_not_blown(street) -> None:
    street.draft(item="ROAD_WORKS")
    street.do("clerk", "submit")
    street.do("registrar", "catalogue.open_draft", group="URBAN")
    street.do("registrar", "catalogue.drop_entry", group="URBAN", code="ROAD_WORKS")
    street.do("registrar", "catalogue.publish", group="URBAN", valid_from="2026-11-23")
    assert street.facts("entry.retired.v1") == [
        {"group": "URBAN", "version": "2026-2", "valid_from": "2026-11-23", "code": "ROAD_WORKS"}
    ]
    assert street.refused("whistle.item_retired", "leader", "blow").status == 409
    street.do("leader", "return", reason="请改用现行清单事项")
    street.refused("whistle.item_unknown", "clerk", "amend", **street.offers("clerk")["amend"].prefill)


def test_off_list_needs_a_reason_and_is_counted(street) -> None:
    street.draft(item="OTHER_URBAN")
    street.refused("whistle.off_list_reason", "clerk", "submit")
    street.do("clerk", "cancel", reason="重拟")
    street.blown(item="OTHER_URBAN", off_list_reason="清单未列")
    said = [m for m in street.events[-1].data.summary.measures if m.name == "whistle.off_list"]
    assert [m.value for m in said] == [1]


def test_every_class_keeps_an_entry_for_what_is_off_the_list(street) -> None:
    street.do("coordinator", "catalogue.open_draft", group="URBAN")
    street.do("coordinator", "catalogue.drop_entry", group="URBAN", code="OTHER_URBAN")
    refusal = street.refused(
        "catalogue.off_list_missing", "coordinator", "catalogue.publish", group="URBAN", valid_from="2026-12-01"
    )
    assert refusal.status == 409


def test_a_hard_entry_takes_a_hard_whistle_only(street) -> None:
    publish(street, entry_kind="HARD")
    assert street.refused("whistle.item_kind", "clerk", "draft", item="BILLBOARD").status == 422
    street.draft(item="BILLBOARD", kind="HARD")
    street.do("clerk", "submit")
    street.refused("whistle.hard_blowers", "leader", "blow")


def test_an_entry_may_bring_its_own_limits(street) -> None:
    publish(street, profile="down", code="BILLBOARD")
    street.blown(item="BILLBOARD", kind="HARD")
    # The profile "down" knows one limit to report in, 3 working days, where Gulou's HARD has 5.
    report = next(c for c in street.w.clocks if c.id == "report")
    assert report.limit == "3wd"


@pytest.mark.parametrize(("profile", "code"), [("nowhere", "unknown"), ("sh-daning", "limits_missing")])
def test_a_profile_that_cannot_run_a_whistle_is_refused(street, profile: str, code: str) -> None:
    street.do("coordinator", "catalogue.open_draft", group="URBAN")
    refusal = street.refused(
        "catalogue.entry", "coordinator", "catalogue.put_entry", **{**BILLBOARD, "profile": profile}
    )
    assert [(f.field, f.code) for f in refusal.fields] == [("profile", code)]


def test_a_code_belongs_to_one_class(street) -> None:
    street.do("coordinator", "catalogue.open_draft", group="URBAN")
    refusal = street.refused(
        "catalogue.entry", "coordinator", "catalogue.put_entry", **{**BILLBOARD, "code": "FLYING_WIRE"}
    )
    assert [(f.field, f.code) for f in refusal.fields] == [("code", "other_class")]


def test_one_draft_of_a_class_at_a_time_and_a_later_day(street) -> None:
    street.do("coordinator", "catalogue.open_draft", group="URBAN")
    street.refused("catalogue.draft_open", "registrar", "catalogue.open_draft", group="URBAN")
    body = {"group": "URBAN", "valid_from": "2026-11-22"}
    assert street.refused("catalogue.valid_from", "coordinator", "catalogue.publish", **body).status == 422
    street.do("coordinator", "catalogue.discard", group="URBAN")
    publish(street)
    street.do("coordinator", "catalogue.open_draft", group="URBAN")
    street.refused("catalogue.valid_from", "coordinator", "catalogue.publish", group="URBAN", valid_from="2026-11-23")


@pytest.mark.parametrize("who", ["clerk", "leader", "secretary", "cg", "community"])
def test_the_list_is_kept_by_the_district_and_the_registrar(street, who: str) -> None:
    assert street.refused("access.role", who, "catalogue.open_draft", group="URBAN").status == 403


def test_a_sheet_is_taken_whole_or_not_at_all(street) -> None:
    assert SHEET.body is not None
    record = {
        "group": "URBAN",
        "code": "BILLBOARD",
        "title_zh": "户外广告牌隐患",
        "directions": "UP、DOWN",
        "entry_kind": "ANY",
    }
    good = SHEET.row(record)
    assert good.directions == ("UP", "DOWN")
    wrong = SHEET.row({**record, "code": "FLYING_WIRE"})
    with pytest.raises(Refusal) as caught:
        street.give(SHEET.command, SHEET.body((good, wrong)), street.people["coordinator"])
    assert [(f.field, f.code) for f in caught.value.fields] == [("rows.1.code", "other_class")]
    assert street.events == []
    answer = street.give(SHEET.command, SHEET.body((good,)), street.people["coordinator"]).answer
    assert answer == {"outcomes": "n"}
    assert street.names() == ["catalogue.drafted.v1", "entry.put.v1"]
    again = street.give(SHEET.command, SHEET.body((good,)), street.people["coordinator"]).answer
    assert again == {"outcomes": "u"}
    draft = street.rows[CLASS_LIST.key("URBAN")].row.draft
    assert [i.code for i in draft] == [*(i.code for i in shipped("URBAN")), "BILLBOARD"]


def test_a_row_with_directions_nobody_knows_is_told() -> None:
    record = {"group": "URBAN", "code": "BILLBOARD", "title_zh": "户外广告牌", "directions": "SIDEWAYS"}
    with pytest.raises(Refusal) as caught:
        SHEET.row(record)
    assert [f.field for f in caught.value.fields] == ["directions"]


@given(
    days=st.lists(st.integers(0, 400), min_size=1, max_size=6, unique=True).map(sorted),
    gone=st.sets(st.integers(0, 5)),
    asked=st.integers(-5, 420),
)
def test_what_holds_on_a_day_is_the_newest_version_begun_by_then(days: list[int], gone: set[int], asked: int) -> None:
    start = date(2026, 1, 1)
    revisions = tuple(
        Revision(
            version=str(n),
            valid_from=start + timedelta(days=d),
            item=None if n in gone else ListItem(code="X1", title_zh=str(n), title_en="", directions=("UP",)),
        )
        for n, d in enumerate(days)
    )
    found = in_force(ListEntry(code="X1", group="URBAN", revisions=revisions), "X1", start + timedelta(days=asked))
    begun = [n for n, d in enumerate(days) if d <= asked]
    if not begun or begun[-1] in gone:
        assert found is None
    else:
        assert found is not None
        assert (found.version, found.item.title_zh) == (str(begun[-1]), str(begun[-1]))
