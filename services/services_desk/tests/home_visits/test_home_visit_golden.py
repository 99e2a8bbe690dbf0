"""Golden examples of home visits: only added, never changed."""

from datetime import timedelta
from pathlib import Path

from shuniu.contracts.services_desk import home_visits
from shuniu.testing.golden import lost, naming
from shuniu_services_desk.cases.prepared import PreparedCase

GOLDEN = Path(__file__).parents[4] / "shared/tests/contracts/golden/services_desk"


def say_everything(desk) -> None:
    """A walk on which every fact is said."""
    desk.publish(desk.guide("SB-07", channels=["WINDOW", "HOME_VISIT"]))

    def request() -> str:
        given = PreparedCase(slip="HOME", code_key=f"hk{len(desk.events)}")
        who = {"applicant_name": "李奶奶", "applicant_phone": "13812345678", "applicant_address": "测试社区 3 幢"}
        return desk.do("clerk", "home.request", given, **who, reason="AGED", items=["SB-07"]).answer["visit"]

    def do(move, visit, **body) -> None:
        desk.do("clerk", f"home.{move}", desk.prepared(), visit=visit, **body)

    def appoint(visit) -> None:
        start = desk.now + timedelta(hours=1)
        do("appoint", visit, staff=["k1", "k2"], starts_at=start.isoformat(),
           ends_at=(start + timedelta(hours=1)).isoformat())  # fmt: skip
        desk.tick(hours=1)

    visit = request()
    appoint(visit)
    do("miss", visit)
    appoint(visit)
    do("collect", visit, materials=["ID"], with_staff="k2")
    body = {"items": ["SB-07"], "situation": {"agent": "no"}, "handed": ["ID"], "applicant_name": "李奶奶"}
    desk.do("clerk", "home.submit", desk.prepared(), **body, visit=visit, consent=True)
    do("give_back", visit)
    visit = request()
    appoint(visit)
    do("done", visit, note="已说明")
    visit = request()
    for _ in range(2):
        appoint(visit)
        do("miss", visit)
    do("refuse", request(), ground="NOT_BY_VISIT", note="须本人到场")
    do("cancel", request(), note="不需要了")


def test_what_is_said_today_has_the_golden_fields(desk) -> None:
    say_everything(desk)
    assert lost(GOLDEN, desk.events, home_visits.FACTS) == []


def test_no_example_names_anybody_or_holds_what_was_written() -> None:
    assert naming(GOLDEN, home_visits.FACTS, "李奶奶", "13812345678", "3 幢", "AGED", "须本人到场") == []
