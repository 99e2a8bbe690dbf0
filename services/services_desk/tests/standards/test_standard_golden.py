"""Golden examples of standards: only added, never changed."""

from datetime import timedelta
from pathlib import Path

from shuniu.contracts.services_desk import standards
from shuniu.testing.golden import lost

GOLDEN = Path(__file__).parents[4] / "shared/tests/contracts/golden/services_desk"
TEXT = "一次告知、一次收件、一次送达。"


def say_everything(desk) -> None:
    """A walk on which every fact is said."""

    def noted(**more) -> str:
        body = {"title": "一次办", "items": ["SB-01"], "text": TEXT, **more}
        made = desk.do("clerk", "standard.note", **body).answer["standard"]
        desk.do("clerk", "standard.draft", standard=made, title="一次办", items=["SB-01"], text=TEXT)
        return made

    def piloted(made) -> None:
        day = desk.today
        desk.do(
            "leader", "standard.pilot", standard=made, areas=[desk.scope], first=day.isoformat(),
            last=(day + timedelta(days=9)).isoformat(), before_first=(day - timedelta(days=9)).isoformat(),
            before_last=(day - timedelta(days=1)).isoformat(),
        )  # fmt: skip
        desk.tick(days=10)

    def published(made) -> None:
        day = desk.today.isoformat()
        desk.do("leader", "standard.publish", standard=made, valid_from=day, note="来件少，照此推行")

    one = noted()
    piloted(one)
    desk.do("leader", "standard.send_back", standard=one, reason="改流程")
    piloted(one)
    published(one)
    two = noted(follows=one)
    piloted(two)
    published(two)
    desk.do("leader", "standard.withdraw", standard=two, reason="法规变化")
    desk.do("leader", "standard.drop", standard=noted(), reason="不推广")


def test_what_is_said_today_has_the_golden_fields(desk) -> None:
    say_everything(desk)
    assert lost(GOLDEN, desk.events, standards.FACTS) == []
