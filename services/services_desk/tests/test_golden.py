"""Golden examples: what was once published is understood for ever. They are only added, never changed."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from shuniu.contracts.services_desk import cases, catalogue, ratings
from shuniu.testing.golden import lost, naming
from shuniu_services_desk.cases.prepared import PreparedCase

GOLDEN = Path(__file__).parents[3] / "shared/tests/contracts/golden/services_desk"
FACTS = (*catalogue.FACTS, *cases.FACTS, *ratings.FACTS)


def say_everything(desk: Any) -> None:
    """A walk on which every fact of catalogue, cases and ratings is said."""
    desk.put(desk.guide("SB-09"))
    desk.do("leader", "guide.discard", item="SB-09")
    desk.publish(desk.guide("SB-08"))
    desk.do("leader", "guide.set_life_event", life_event="BIRTH", title="出生一件事", items=["SB-01", "SB-08"])
    desk.do("leader", "guide.retire", item="SB-08", valid_from=desk.today.isoformat())
    desk.do("nobody", "case.consult", desk.prepared(), item="SB-01")
    desk.submit()
    desk.give_("clerk", "refuse", ground="NOT_OURS", where="区税务局")
    desk.submit("ID")
    desk.give_("clerk", "withdraw", reason="不办")
    desk.submit("ID")
    desk.give_("clerk", "correct", materials=["FORM", "PROOF"])
    desk.give_("clerk", "resubmit", handed=["FORM", "PROOF"])
    desk.submit("ID", "FORM")
    until = (desk.today + timedelta(days=4)).isoformat()
    desk.give_("clerk", "accept_gap", until=until, promise=True)
    desk.give_("clerk", "bring_gap", handed=["PROOF"])
    desk.submit("ID", "FORM")
    desk.give_("clerk", "accept_gap", until=until, promise=True)
    desk.submit("ID", applicant="h-9")
    desk.tick(days=10)
    desk.accepted()
    desk.give_("body", "pause", procedure="HEARING", days=5, notice="听证")
    desk.give_("body", "resume")
    desk.give_("leader", "extend", reason="复杂", told=True)
    desk.give_("body", "hand_over", unit="civil")
    desk.give_("partner", "hand_back", unit="civil", agrees=True, opinion="同意")
    for again in (True, False):
        if not again:
            desk.accepted()
        desk.give_("body", "decide", grant=True)
        desk.give_("clerk", "deliver", how="POST")
        key = PreparedCase(
            code_key=next(k.id for k, s in desk.rows.items() if k.kind == "desk_code" and desk.case in s.row.cases)
        )
        code = "C00000000000"
        given = desk.do("nobody", "rating.give", key, code=code, number=desk.c.number, level="UNSAT", words="慢")
        rating = given.matter.id
        desk.do("leader", "rating.call_back", rating=rating, reached=True, confirmed=again, note="已回访")
        if again:
            desk.do("leader", "rating.rectify", rating=rating, note="已整改")
            desk.do("nobody", "rating.repeat", key, rating=rating, code=code, level="SAT")


def test_what_is_said_today_has_the_golden_fields(desk) -> None:
    say_everything(desk)
    assert lost(GOLDEN, desk.events, FACTS) == []


def test_no_example_names_anybody_or_holds_what_was_written() -> None:
    assert naming(GOLDEN, FACTS, "张三丰", "320102", "区税务局", '听证"', "已回访") == []
