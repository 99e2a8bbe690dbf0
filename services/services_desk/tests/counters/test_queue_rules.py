"""Queue numbers and clerk posts: every move, and each thing that is illegal (issue 4, the desk's halls)."""

import json
from datetime import timedelta

import pytest
from shuniu.rules.refusal import Refusal
from shuniu_services_desk.counters.lifecycles import POST as POST_CYCLE
from shuniu_services_desk.counters.lifecycles import TICKET as TICKET_CYCLE
from shuniu_services_desk.counters.rows import HALL, POST, QUEUE, TICKET


class Hall:
    """Posts and numbers of a desk."""

    def __init__(self, desk) -> None:
        self.desk = desk
        self.post = self.set_up("1号窗口")

    def set_up(self, label, *skills) -> str:
        given = {"skills": list(skills)} if skills else {}
        return self.desk.do("leader", "post.set_up", label=label, **given).answer["post"]

    def begin(self, who="clerk", post="") -> None:
        self.desk.do(who, "post.begin", post=post or self.post)

    def take(self, **body):
        return self.desk.do("nobody", "queue.take", **body).answer

    def do(self, move, who="clerk", post="", **body):
        return self.desk.do(who, f"queue.{move}", post=post or self.post, **body).answer

    def no(self, rule, move, who="clerk", post="", **body) -> Refusal:
        return self.desk.refused(rule, who, f"queue.{move}", post=post or self.post, **body)

    def ticket(self, ticket):
        return self.desk.row(TICKET, ticket)

    def at(self, post=""):
        return self.desk.row(POST, post or self.post)


@pytest.fixture
def hall(desk) -> Hall:
    return Hall(desk)


def test_the_life_cycles_hold_together() -> None:
    POST_CYCLE.validate()
    TICKET_CYCLE.validate()


def test_a_number_is_taken_called_begun_and_finished(hall) -> None:
    taken = hall.take(item="SB-01")
    assert (taken["number"], taken["before"]) == ("001", 0)
    hall.begin()
    hall.desk.tick(minutes=7)
    called = hall.do("call")
    assert called["number"] == "001"
    assert called["why"] == {"waited": 7, "ahead": 0, "passed_over": []}
    assert (hall.at().status, hall.at().number) == ("BUSY", "001")
    hall.do("start")
    hall.desk.tick(minutes=12)
    assert hall.do("finish")["served"] == 12
    t = hall.ticket(taken["ticket"])
    assert (t.status, t.waited, t.served) == ("FINISHED", 7, 12)
    assert hall.at().status == "READY"
    sums = hall.desk.measures()
    assert (sums["desk.numbers"], sums["desk.wait_minutes"], sums["desk.served"]) == (1, 7, 1)


def test_numbers_hold_no_person_and_not_why_somebody_comes_first(hall) -> None:
    hall.take(priority="DISABLED")
    said = json.dumps(hall.desk.facts("ticket.taken.v1"))
    assert "DISABLED" not in said
    assert hall.desk.facts("ticket.taken.v1")[0]["ahead"] == 20
    assert hall.desk.private == {}


def test_numbers_begin_anew_each_business_day(hall) -> None:
    assert [hall.take()["number"] for _ in range(2)] == ["001", "002"]
    hall.desk.tick(days=1)
    assert hall.take()["number"] == "001"


def test_a_number_of_yesterday_is_void(hall) -> None:
    waiting, called = hall.take()["ticket"], hall.take()["ticket"]
    hall.begin()
    hall.do("call", number="002")
    hall.desk.tick(days=1)
    assert (hall.ticket(waiting).status, hall.ticket(called).status) == ("EXPIRED", "EXPIRED")
    assert (hall.at().status, hall.at().ticket) == ("READY", "")
    hall.no("queue.empty", "call")


def test_who_is_being_served_at_midnight_is_finished_by_hand(hall) -> None:
    ticket = hall.take()["ticket"]
    hall.begin()
    hall.do("call")
    hall.do("start")
    hall.desk.tick(days=1)
    assert hall.ticket(ticket).status == "SERVING"
    hall.set_up("2号窗口")
    hall.no("ticket.other_day", "transfer", item="SB-01")
    hall.do("finish")
    assert hall.at().status == "READY"


def test_the_longest_waiting_is_called_and_priority_counts_as_minutes(hall) -> None:
    hall.take()
    hall.desk.tick(minutes=10)
    hall.take(priority="AGED")
    hall.take()
    hall.begin()
    first = hall.do("call")
    assert first["number"] == "002", "20 minutes ahead beat 10 waited"
    assert first["why"]["passed_over"] == [{"number": "001", "why": "ahead"}]
    hall.do("start")
    hall.do("finish")
    assert hall.do("call")["number"] == "001"


def test_priority_does_not_make_others_wait_for_ever(hall) -> None:
    hall.take()
    hall.desk.tick(minutes=21)
    hall.take(priority="AGED")
    hall.begin()
    assert hall.do("call")["number"] == "001"


def test_a_post_calls_only_what_its_skills_cover(hall) -> None:
    hall.desk.publish(hall.desk.guide("MZ-01"))
    other = hall.set_up("2号窗口", "MZ-*")
    hall.take(item="SB-01")
    hall.take(item="MZ-01")
    hall.begin("colleague", other)
    called = hall.do("call", "colleague", other)
    assert called["number"] == "002"
    assert called["why"]["passed_over"] == [{"number": "001", "why": "skill"}]
    hall.do("start", "colleague", other)
    hall.do("finish", "colleague", other)
    hall.no("queue.empty", "call", "colleague", other)
    hall.no("ticket.no_skill", "call", "colleague", other, number="001")


def test_a_life_event_needs_one_post_that_takes_all_of_it(hall) -> None:
    hall.desk.publish(hall.desk.guide("MZ-01"))
    hall.desk.do("leader", "guide.set_life_event", life_event="BIRTH", title="出生一件事", items=["SB-01", "MZ-01"])
    assert hall.take(life_event="BIRTH")["number"] == "001"
    hall.desk.do("leader", "post.change", post=hall.post, label="1号窗口", skills=["SB-01"])
    hall.desk.refused("queue.nobody_can", "nobody", "queue.take", life_event="BIRTH")
    hall.desk.refused("queue.one_reason", "nobody", "queue.take", life_event="BIRTH", item="SB-01")
    hall.desk.refused("queue.life_event_unknown", "nobody", "queue.take", life_event="NONE")


def test_no_number_is_given_out_where_there_is_no_hall_or_no_item(hall) -> None:
    hall.desk.refused("case.item_not_in_force", "nobody", "queue.take", item="XX-01")
    hall.desk.refused("queue.no_hall", "nobody", "queue.take", area="320199001001")
    hall.desk.refused("case.area_unknown", "nobody", "queue.take", area="320199002")


def test_a_day_has_so_many_numbers(desk) -> None:
    from shuniu_services_desk.settings import DeskSettings

    desk.settings = DeskSettings(numbers_a_day=2)
    hall = Hall(desk)
    hall.take()
    hall.take()
    refusal = desk.refused("queue.full", "nobody", "queue.take")
    assert refusal.status == 429


def test_a_priority_that_is_not_offered_is_refused(desk) -> None:
    from shuniu_services_desk.settings import DeskSettings

    desk.settings = DeskSettings(queue_priority="AGED:10")
    hall = Hall(desk)
    desk.refused("queue.priority_unknown", "nobody", "queue.take", priority="DISABLED")
    assert hall.take(priority="AGED")["number"] == "001"
    with pytest.raises(ValueError, match="queue_priority"):
        DeskSettings(queue_priority="AGED:5000")


def test_one_number_is_called_to_one_post(hall) -> None:
    other = hall.set_up("2号窗口")
    hall.take()
    hall.begin()
    hall.begin("colleague", other)
    hall.do("call", number="001")
    refusal = hall.no("ticket.call_waiting", "call", "colleague", other, number="001")
    assert (refusal.status, refusal.state) == (409, "CALLED")
    hall.no("desk_ticket.unknown", "call", "colleague", other, number="009")


def test_nobody_is_missed_before_being_called_again(hall) -> None:
    ticket = hall.take()["ticket"]
    hall.begin()
    hall.do("call")
    hall.no("ticket.recall_first", "miss")
    hall.do("recall")
    hall.do("miss")
    assert (hall.ticket(ticket).status, hall.at().status) == ("MISSED", "READY")
    assert hall.desk.measures()["desk.no_shows"] == 1


def test_a_missed_number_comes_back_once_behind_the_others(hall) -> None:
    hall.take(item="SB-01")
    hall.begin()
    for again in (False, True):
        hall.do("call", number="001")
        hall.do("recall")
        hall.do("miss")
        if again:
            hall.no("ticket.back_once", "come_back", number="001")
        else:
            hall.desk.tick(minutes=1)
            hall.take()
            hall.desk.tick(minutes=1)
            hall.do("come_back", number="001")
            waiting = hall.desk.all(QUEUE)[0].waiting
            assert [w.number for w in waiting] == ["002", "001"]
            assert waiting[1].items == ("SB-01",), "what it is for is kept"
            hall.do("call")
            hall.do("start")
            hall.do("finish")
    hall.no("ticket.back_missed", "come_back", number="002")


def test_a_number_that_is_sent_on_keeps_the_time_it_has_waited(hall) -> None:
    hall.desk.publish(hall.desk.guide("MZ-01"))
    other = hall.set_up("2号窗口", "MZ-01")
    hall.take(item="SB-01")
    hall.desk.tick(minutes=5)
    hall.take(item="MZ-01")
    hall.begin()
    hall.begin("colleague", other)
    hall.do("call")
    hall.no("ticket.transfer_where", "transfer")
    hall.no("ticket.transfer_post", "transfer", to="9号窗口")
    hall.no("queue.nobody_can", "transfer", to="2号窗口")
    hall.do("transfer", to="2号窗口", item="MZ-01")
    assert hall.at().status == "READY"
    hall.no("ticket.other_post", "call", number="001")
    called = hall.do("call", "colleague", other)
    assert (called["number"], called["why"]["waited"]) == ("001", 5)
    assert sum(t.waited or 0 for t in hall.desk.all(TICKET)) == 5, "a wait is counted once"


def test_a_number_may_be_given_up_by_its_holder(hall) -> None:
    ticket = hall.take()["ticket"]
    hall.desk.do("nobody", "queue.leave", ticket=ticket)
    assert hall.ticket(ticket).status == "LEFT"
    hall.desk.refused("ticket.leave_waiting", "nobody", "queue.leave", ticket=ticket)
    hall.desk.refused("desk_ticket.unknown", "nobody", "queue.leave", ticket="none")


@pytest.mark.parametrize("move", ["recall", "start", "finish", "miss", "transfer"])
def test_nothing_is_done_with_a_number_that_is_not_there(hall, move) -> None:
    hall.begin()
    hall.no("post.no_number", move)


def test_what_was_called_is_not_finished_and_what_is_served_is_not_missed(hall) -> None:
    hall.take()
    hall.begin()
    hall.do("call")
    assert hall.no("ticket.finish_serving", "finish").state == "CALLED"
    hall.do("start")
    assert hall.no("ticket.miss_called", "miss").state == "SERVING"
    assert hall.no("ticket.recall_called", "recall").state == "SERVING"
    assert hall.no("ticket.start_called", "start").state == "SERVING"
    assert hall.no("post.call_ready", "call").state == "BUSY"


def test_only_who_is_on_duty_at_a_post_works_there(hall) -> None:
    hall.take()
    hall.no("post.no_number", "start")  # nobody is there
    hall.begin()
    for move in ("call", "recall", "start", "finish", "miss"):
        hall.no("post.own_post", move, "colleague")
    hall.no("post.own_post", "call", "elsewhere")
    hall.desk.refused("access.role", "leader", "queue.call", post=hall.post)


def test_one_clerk_mans_one_post_and_one_post_has_one_clerk(hall) -> None:
    other = hall.set_up("2号窗口")
    hall.begin()
    refusal = hall.desk.refused("post.one_each", "clerk", "post.begin", post=other)
    assert refusal.params == {"label": "1号窗口"}
    hall.desk.refused("post.begin_free", "colleague", "post.begin", post=hall.post)
    hall.desk.refused("access.area", "elsewhere", "post.begin", post=other)


def test_a_break_is_between_numbers_and_ends_duty_only_when_idle(hall) -> None:
    hall.take()
    hall.begin()
    hall.desk.do("clerk", "post.rest", post=hall.post)
    hall.no("post.call_ready", "call")
    hall.desk.do("clerk", "post.resume", post=hall.post)
    hall.desk.refused("post.not_resting", "clerk", "post.resume", post=hall.post)
    hall.do("call")
    hall.desk.refused("post.rest_ready", "clerk", "post.rest", post=hall.post)
    hall.desk.refused("post.end_idle", "clerk", "post.end", post=hall.post)
    hall.do("start")
    hall.do("finish")
    hall.desk.refused("post.own_post", "colleague", "post.end", post=hall.post)
    hall.desk.do("leader", "post.end", post=hall.post)
    assert (hall.at().status, hall.at().clerk) == ("OFF", "")
    assert hall.desk.all(HALL)[0].post_of("k1") is None


def test_posts_are_set_up_changed_and_closed_by_the_leader(hall) -> None:
    hall.desk.refused("access.role", "clerk", "post.set_up", label="3号窗口")
    hall.desk.refused("access.area", "elsewhere", "post.set_up", label="3号窗口")
    hall.desk.refused("post.label_taken", "leader", "post.set_up", label="1号窗口")
    hall.desk.refused("post.skill_unknown", "leader", "post.set_up", label="3号窗口", skills=["NO-SUCH"])
    hall.begin()
    hall.desk.refused("post.close_empty", "leader", "post.close", post=hall.post)
    hall.take()
    hall.do("call")
    hall.desk.refused("post.change_idle", "leader", "post.change", post=hall.post, label="一号", skills=["*"])
    hall.do("start")
    hall.do("finish")
    hall.desk.do("clerk", "post.end", post=hall.post)
    hall.desk.do("leader", "post.close", post=hall.post)
    assert (hall.at().status, hall.desk.all(HALL)[0].posts) == ("CLOSED", ())
    hall.desk.refused("post.begin_free", "clerk", "post.begin", post=hall.post)


def test_an_older_view_of_a_post_is_told_so(hall) -> None:
    hall.begin()
    hall.desk.refused("matter.moved_on", "clerk", "post.rest", post=hall.post, expected_version=1)


def test_offers_are_taken(hall) -> None:
    hall.take()
    for who in ("clerk", "leader", "colleague", "elsewhere"):
        assert set(hall.desk.offers(who, POST, hall.post)) == {
            "clerk": {"post.begin"}, "colleague": {"post.begin"}, "leader": {"post.change", "post.close"},
            "elsewhere": set(),
        }[who]  # fmt: skip
    hall.begin()
    assert set(hall.desk.offers("clerk", POST, hall.post)) == {"queue.call", "post.rest", "post.end"}
    hall.do("call")
    assert {"queue.start", "queue.recall"} <= set(hall.desk.offers("clerk", POST, hall.post))
    assert "001" in str(hall.desk.detail("clerk", POST, hall.post))


def test_a_wrong_clock_makes_no_negative_wait(hall) -> None:
    from shuniu_services_desk.counters.choosing import minutes_between

    assert minutes_between(hall.desk.now, hall.desk.now - timedelta(hours=1)) == 0
