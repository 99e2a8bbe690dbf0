"""Random walks through a hall: whatever people try, a number is in one place, a post has one number, loads are true."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from shuniu.rules.refusal import Refusal
from shuniu_services_desk.cases.case import CASE
from shuniu_services_desk.cases.load import LOAD
from shuniu_services_desk.counters.rows import HALL, POST, QUEUE, TICKET
from shuniu_services_desk.counters.state import Queue

PEOPLE = ("clerk", "colleague")
AT_POST = ("queue.call", "queue.recall", "queue.start", "queue.finish", "queue.miss", "queue.transfer", "post.begin",
           "post.rest", "post.resume", "post.end")  # fmt: skip


def machine_of(make_desk):
    class HallWalk(RuleBasedStateMachine):
        @initialize()
        def begin(self) -> None:
            self.desk = make_desk()
            self.desk.publish()
            self.posts = [
                self.desk.do("leader", "post.set_up", label=label, skills=skills).answer["post"]
                for label, skills in (("1号窗口", ["*"]), ("2号窗口", ["SB-*"]))
            ]
            self.cases: list[str] = []
            for who, post in zip(PEOPLE, self.posts, strict=True):
                self.desk.do(who, "post.begin", post=post)

        def attempt(self, who, name, prepared=None, **body) -> None:
            before = (dict(self.desk.rows), len(self.desk.events))
            try:
                self.desk.do(who, name, prepared, **body)
            except Refusal as refusal:
                assert refusal.status in (403, 409, 422, 404), refusal
                assert f"rule.{refusal.rule}" in self.desk.texts
                assert (self.desk.rows, len(self.desk.events)) == before

        @rule(item=st.sampled_from(("", "SB-01")), priority=st.sampled_from(("NONE", "AGED")))
        def take(self, item, priority) -> None:
            self.attempt("nobody", "queue.take", item=item, priority=priority)

        @rule(who=st.sampled_from(PEOPLE), post=st.integers(0, 1), name=st.sampled_from(AT_POST))
        def at_post(self, who, post, name) -> None:
            more = {"to": "2号窗口" if post == 0 else "1号窗口"} if name == "queue.transfer" else {}
            self.attempt(who, name, post=self.posts[post], **more)

        @rule(number=st.sampled_from(("001", "002", "003")), back=st.booleans(), post=st.integers(0, 1))
        def certain(self, number, back, post) -> None:
            name = "queue.come_back" if back else "queue.call"
            self.attempt(PEOPLE[post], name, post=self.posts[post], number=number)

        @rule()
        def submit(self) -> None:
            self.desk.submit("ID", "FORM", "PROOF")
            self.cases.append(self.desk.case)

        @rule(n=st.integers(0, 5), to=st.sampled_from(("", "k1", "k2")))
        def assign(self, n, to) -> None:
            if self.cases:
                self.attempt("leader", "case.assign", case=self.cases[n % len(self.cases)], clerk=to)

        @rule(n=st.integers(0, 5))
        def withdraw(self, n) -> None:
            if self.cases:
                case = self.cases[n % len(self.cases)]
                self.attempt("clerk", "case.withdraw", self.desk.prepared(), case=case, reason="不办了")

        @rule(clerk=st.sampled_from(("k1", "k2")))
        def hand_on(self, clerk) -> None:
            self.attempt("leader", "case.reassign", clerk=clerk)

        @rule(minutes=st.sampled_from((1, 30, 1500)))
        def wait(self, minutes) -> None:
            self.desk.tick(minutes=minutes)

        @invariant()
        def a_number_is_in_one_place(self) -> None:
            if not hasattr(self, "desk"):
                return
            tickets = {t.id: t for t in self.desk.all(TICKET)}
            posts = self.desk.all(POST)
            waiting, called, missed = [], [], []
            for q in self.desk.all(QUEUE):
                assert isinstance(q, Queue)
                waiting += [w.ticket for w in q.waiting]
                called += [c.ticket for c in q.called]
                missed += [m.ticket for m in q.missed]
            held = [p.ticket for p in posts if p.ticket]
            assert len(held) == len(set(held)), "one post for each number"
            assert sorted(held) == sorted(called)
            assert sorted(waiting) == sorted(i for i, t in tickets.items() if t.status == "WAITING")
            assert sorted(missed) == sorted(i for i, t in tickets.items() if t.status == "MISSED")
            assert sorted(held) == sorted(i for i, t in tickets.items() if t.status in ("CALLED", "SERVING"))
            for p in posts:
                assert (p.status == "BUSY") == bool(p.ticket)
                assert bool(p.clerk) == (p.status in ("READY", "BUSY", "BREAK"))
            clerks = [p.clerk for p in posts if p.clerk]
            assert len(clerks) == len(set(clerks)), "one post for each clerk"
            hall = self.desk.all(HALL)[0]
            assert {(m.post, m.clerk, m.on_break) for m in hall.posts} == {
                (p.id, p.clerk, p.status == "BREAK") for p in posts
            }

        @invariant()
        def loads_are_what_is_open_and_assigned(self) -> None:
            if not hasattr(self, "desk"):
                return
            for clerk in ("k1", "k2"):
                row = self.desk.row(LOAD, clerk)
                mine = {c.id for c in self.desk.all(CASE) if c.open and c.assignee == clerk}
                assert {h.case for h in (row.cases if row is not None else ())} == mine

    return HallWalk


def test_walks_through_a_hall(empty) -> None:
    machine = machine_of(type(empty))
    few = settings(max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(machine, settings=few)
