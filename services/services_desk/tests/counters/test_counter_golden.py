"""Golden examples of posts, numbers and assigning: only added, never changed."""

from pathlib import Path

from shuniu.contracts.services_desk import counters
from shuniu.testing.golden import lost

GOLDEN = Path(__file__).parents[4] / "shared/tests/contracts/golden/services_desk"


def say_everything(desk) -> None:
    """A walk on which every fact is said."""
    post = desk.do("leader", "post.set_up", label="1号窗口").answer["post"]
    other = desk.do("leader", "post.set_up", label="2号窗口", skills=["SB-*"]).answer["post"]
    desk.do("leader", "post.change", post=other, label="2号窗口", skills=["SB-01"])
    desk.do("clerk", "post.begin", post=post)
    desk.do("clerk", "post.rest", post=post)
    desk.do("clerk", "post.resume", post=post)
    for priority in ("NONE", "AGED", "NONE"):
        desk.do("nobody", "queue.take", item="SB-01", priority=priority)
    desk.do("nobody", "queue.leave", ticket=desk.do("nobody", "queue.take").answer["ticket"])
    desk.tick(minutes=3)
    desk.do("clerk", "queue.call", post=post)
    desk.do("clerk", "queue.recall", post=post)
    desk.do("clerk", "queue.miss", post=post)
    desk.do("clerk", "queue.come_back", post=post, number="002")
    desk.do("clerk", "queue.call", post=post)
    desk.do("clerk", "queue.transfer", post=post, to="2号窗口")
    desk.do("clerk", "queue.call", post=post)
    desk.do("clerk", "queue.start", post=post)
    desk.tick(minutes=4)
    desk.do("clerk", "queue.finish", post=post)
    desk.submit("ID")
    desk.do("leader", "case.assign", case=desk.case)
    desk.do("clerk", "post.end", post=post)
    desk.do("leader", "post.close", post=other)
    desk.tick(days=1)


def test_what_is_said_today_has_the_golden_fields(desk) -> None:
    say_everything(desk)
    assert lost(GOLDEN, desk.events, counters.FACTS) == []
