"""Random walks over a case: whatever people try, the rules hold and offers tell the truth (domain rules 10.4)."""

from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from shuniu.rules.refusal import Refusal
from shuniu_services_desk.cases.case import CASE
from shuniu_services_desk.cases.lifecycles import CASE as CYCLE

BODIES = {
    "accept": {},
    "settle": {},
    "correct": {"materials": ["FORM", "PROOF"]},
    "resubmit": {"handed": ["FORM", "PROOF"]},
    "bring_gap": {"handed": ["PROOF"]},
    "refuse": {"ground": "NOT_NEEDED"},
    "decide": {"grant": True, "late_reason": "排队", "reason": "复核"},
    "pause": {"procedure": "HEARING", "days": 5, "notice": "听证"},
    "resume": {},
    "extend": {"reason": "复杂", "told": True},
    "hand_over": {"unit": "civil"},
    "hand_back": {"unit": "civil", "agrees": True, "opinion": "同意"},
    "deliver": {"how": "POST"},
    "withdraw": {"reason": "不办"},
}
PEOPLE = ("clerk", "leader", "body", "partner", "elsewhere")


def machine_of(make_desk):
    class CaseWalk(RuleBasedStateMachine):
        @initialize(handed=st.sampled_from([("ID",), ("ID", "FORM"), ("ID", "FORM", "PROOF")]))
        def begin(self, handed) -> None:
            self.desk = make_desk()
            self.desk.publish()
            self.desk.submit(*handed)
            self.seen = [self.desk.c]

        @rule(who=st.sampled_from(PEOPLE), move=st.sampled_from(sorted(BODIES)))
        def act(self, who, move) -> None:
            before = self.desk.c
            try:
                self.desk.give_(who, move, **BODIES[move])
            except Refusal as refusal:
                assert refusal.status in (403, 409, 422), refusal
                assert f"rule.{refusal.rule}" in self.desk.texts
                assert self.desk.c == before
            else:
                event = "resume_gap" if move == "resume" and before.gaps else move
                assert before.status in CYCLE.move(event).sources
                self.seen.append(self.desk.c)

        @rule(who=st.sampled_from(("clerk", "leader")), days=st.integers(1, 20))
        def promise(self, who, days) -> None:
            try:
                until = (self.desk.today + timedelta(days=days)).isoformat()
                self.desk.give_(who, "accept_gap", until=until, promise=True)
            except Refusal:
                pass

        @rule(days=st.integers(1, 12))
        def wait(self, days) -> None:
            self.desk.tick(days=days)

        @invariant()
        def holds(self) -> None:
            if not hasattr(self, "desk"):
                return
            c = self.desk.c
            running = [(k.id, k.part) for k in c.clocks if k.state == "running"]
            assert len(running) == len(set(running)), "a clock runs once"
            assert c.corrections <= 1
            assert c.open or not running, "nothing runs once it has ended"
            if c.status == "SPECIAL":
                assert not {("desk_decide", ""), ("desk_promise", "")} & set(running)
            if c.status in ("ACCEPTED", "ACCEPTED_GAP"):
                assert ("desk_decide", "") in running
                assert c.accepted_at is not None
            assert not c.deemed or c.accepted_at == c.received_at

        @invariant()
        def offers_are_taken(self) -> None:
            if not hasattr(self, "desk"):
                return
            for who in PEOPLE:
                for action in self.desk.offers(who, CASE, self.desk.case):
                    move = action.removeprefix("case.")
                    if move in BODIES and move not in ("correct", "resubmit"):
                        body = {"case": self.desk.case, **BODIES[move]}
                        taken = self.desk.allowed(who, action, self.desk.prepared(), **body)
                        assert taken or (move == "hand_over" and self.desk.c.task("civil")), (who, action)

    CaseWalk.TestCase.settings = settings(
        max_examples=25, stateful_step_count=14, deadline=None, suppress_health_check=list(HealthCheck)
    )
    return CaseWalk


def test_walks(empty) -> None:
    from hypothesis.stateful import run_state_machine_as_test

    machine = machine_of(type(empty))
    run_state_machine_as_test(machine, settings=machine.TestCase.settings)
