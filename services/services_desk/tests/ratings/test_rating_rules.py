"""Ratings (好差评): domain rules 3.26 and 10.4."""

import json

from shuniu_services_desk.cases.case import CASE
from shuniu_services_desk.cases.prepared import PreparedCase
from shuniu_services_desk.ratings.commands import DESK_RATING
from shuniu_services_desk.ratings.state import RATING

CODE = "C00000000000"


def test_the_life_cycle_holds_together() -> None:
    RATING.validate()


def by_code(desk) -> PreparedCase:
    return PreparedCase(code_key=desk.code_key)


def delivered(desk) -> None:
    desk.delivered()
    desk.code_key = next(k.id for k, s in desk.rows.items() if k.kind == "desk_code" and desk.case in s.row.cases)


def rate(desk, level: str = "UNSAT", **more):
    answer = desk.do("nobody", "rating.give", by_code(desk), code=CODE, number=desk.c.number, level=level, **more)
    return answer.matter.id


def test_a_case_is_rated_once_after_delivery(desk) -> None:
    desk.accepted()
    desk.code_key = next(k.id for k, s in desk.rows.items() if k.kind == "desk_code")
    body = {"code": CODE, "number": desk.c.number, "level": "SAT"}
    desk.refused("rating.after_delivery", "nobody", "rating.give", by_code(desk), **body)
    desk.give_("body", "decide", grant=True)
    desk.give_("clerk", "deliver", how="POST")
    desk.do("nobody", "rating.give", by_code(desk), **body)
    desk.refused("rating.once", "nobody", "rating.give", by_code(desk), **body)
    desk.refused("case.code_unknown", "nobody", "rating.give", PreparedCase(code_key="x"), **body)
    assert desk.measures()["desk.rated_good"] == 1


def test_a_rating_leaves_no_trace_on_the_case_and_no_reader_but_leaders(desk) -> None:
    delivered(desk)
    before = desk.rows[CASE.key(desk.case)]
    rating = rate(desk, words="办事员态度差")
    assert desk.rows[CASE.key(desk.case)] == before
    given = desk.events[-1]
    assert given.data.summary.matter.visibility.roles == ("desk_leader",)
    assert given.data.summary.matter.visibility.areas == ()
    assert desk.c.number not in json.dumps(desk.facts("rating.given.v1"), ensure_ascii=False)
    assert desk.case not in json.dumps(desk.facts("rating.given.v1"))
    assert desk.row(DESK_RATING, rating).clerks == ("k1", "b1")


def test_a_bad_rating_is_called_back_rectified_and_rated_once_more(desk) -> None:
    delivered(desk)
    rating = rate(desk)
    desk.refused("rating.rectify_called_back", "leader", "rating.rectify", rating=rating, note="已整改")
    desk.do("leader", "rating.call_back", rating=rating, reached=True, confirmed=True, note="确有其事")
    desk.do("leader", "rating.rectify", rating=rating, note="已致歉并培训")
    body = {"rating": rating, "code": CODE, "level": "SAT"}
    desk.refused("case.code_unknown", "nobody", "rating.repeat", PreparedCase(code_key="x"), **body)
    desk.do("nobody", "rating.repeat", by_code(desk), **body)
    desk.refused("rating.repeat_rectified", "nobody", "rating.repeat", by_code(desk), **body)
    assert desk.row(DESK_RATING, rating).status == "RERATED"
    sums = desk.measures()
    assert (sums["desk.bad_confirmed"], sums["desk.rectified"], sums["desk.called_in_time"]) == (1, 1, 1)


def test_the_rated_clerk_does_not_close_a_bad_rating(desk) -> None:
    desk.submit("ID", "FORM", "PROOF")
    desk.give_("leader", "accept")
    desk.give_("body", "decide", grant=True)
    desk.give_("clerk", "deliver", how="POST")
    desk.code_key = next(k.id for k, s in desk.rows.items() if k.kind == "desk_code")
    rating = rate(desk)
    body = {"rating": rating, "reached": True, "confirmed": False, "note": "误点"}
    desk.refused("rating.rated_self", "leader", "rating.call_back", **body)
    desk.refused("access.role", "clerk", "rating.call_back", **body)
    assert desk.offers("leader", DESK_RATING, rating) == {}


def test_limits_one_day_to_call_fifteen_to_rectify(desk) -> None:
    delivered(desk)
    rating = rate(desk, "VERY_UNSAT")
    desk.tick(days=3)
    assert [c.late for c in desk.row(DESK_RATING, rating).clocks] == [True]
    desk.do("leader", "rating.call_back", rating=rating, reached=False, confirmed=False, note="未接通，按确认处理")
    assert desk.row(DESK_RATING, rating).clocks[-1].limit == "15wd"
    desk.tick(days=30)
    desk.do("leader", "rating.rectify", rating=rating, note="已整改")
    assert desk.row(DESK_RATING, rating).rectified_late
    assert "desk.rectified" not in desk.measures() and "desk.called_in_time" not in desk.measures()


def test_a_mistaken_rating_is_dismissed_after_the_call(desk) -> None:
    delivered(desk)
    rating = rate(desk)
    desk.do("leader", "rating.call_back", rating=rating, reached=True, confirmed=False, note="点错了")
    assert desk.row(DESK_RATING, rating).status == "NOT_CONFIRMED"
