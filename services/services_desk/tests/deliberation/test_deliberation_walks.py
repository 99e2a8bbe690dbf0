"""Random walks over a deliberation: sums are those of its electors, nothing is decided without a quorum."""

from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from shuniu.contracts.services_desk.deliberation import Tally
from shuniu.rules.refusal import Refusal
from shuniu_services_desk.deliberation.counting import forums, passed, quorate
from shuniu_services_desk.deliberation.kinds import DELIBERATION_ROW, ELECTOR
from shuniu_services_desk.deliberation.lifecycle import DELIBERATION
from shuniu_services_desk.deliberation.prepared import PreparedElectors

ROLL = {"a": 5000, "b": 8953, "c": 12000, "d": 1}
PEOPLE = ("community", "leader", "clerk", "elsewhere")
WHO = st.sampled_from((*ROLL, "z"))
MOVES = ("set_parties", "hold", "count", "resolve", "not_passed", "adjourn", "cancel", "release")


def machine_of(make_desk):
    class DeliberationWalk(RuleBasedStateMachine):
        @initialize(owners=st.booleans(), called=st.booleans(), decision=st.sampled_from(("ORDINARY", "SPECIAL")))
        def begin(self, owners, called, decision) -> None:
            self.desk = make_desk()
            self.need = self.desk.raised()
            cluster = self.desk.clustered(self.need)
            forum, electorate = ("OWNERS", "OWNERS") if owners else ("COUNCIL", "MEMBERS")
            self.d = self.desk.open_(cluster, forum, electorate, decision=decision)
            self.roll = ROLL if owners else dict.fromkeys(ROLL, 0)
            if called:
                self.desk.called(self.d, self.roll)

        def trying(self, who, move, prepared=None, **body) -> None:
            rows = dict(self.desk.rows)
            before = self.desk.deliberation(self.d)
            try:
                self.desk.do(who, f"deliberation.{move}", prepared, deliberation=self.d, **body)
            except Refusal as refusal:
                assert refusal.status in (403, 404, 409, 422), refusal
                assert f"rule.{refusal.rule}" in self.desk.texts, refusal.rule
                assert self.desk.rows == rows
            else:
                assert before.status in DELIBERATION.move(move).sources

        @rule(who=st.sampled_from(PEOPLE), move=st.sampled_from(MOVES))
        def move(self, who, move) -> None:
            more = {
                "hold": {"options": ["东门", "西门"], "minutes_text": "讨论了位置"},
                "cancel": {"reason": "改期再议"},
            }
            prepared = None
            if move in ("hold", "resolve"):
                self.desk.codes += 1
                prepared = PreparedElectors(code=f"P{self.desk.codes}", texts={"1": "东门", "2": "西门"})
            self.trying(who, move, prepared, **more.get(move, {}))

        @rule(elector=WHO)
        def enter(self, elector) -> None:
            area = self.roll.get(elector, 7)
            self.trying("community", "enter_roll", electors=[{"elector": elector, "area": area}])

        @rule(days=st.integers(1, 20))
        def call(self, days) -> None:
            at = self.desk.now + timedelta(days=days)
            self.trying("community", "notice", meeting_at=at.isoformat())

        @rule(who=st.sampled_from(PEOPLE), elector=WHO, proxies=st.lists(WHO, max_size=2))
        def attend(self, who, elector, proxies) -> None:
            self.trying(who, "attend", elector=elector, proxies=proxies)

        @rule(who=st.sampled_from(PEOPLE), elector=WHO, option=st.sampled_from(("1", "2", "3", "AGAINST", "ABSTAIN")))
        def vote(self, who, elector, option) -> None:
            self.trying(who, "vote", elector=elector, option=option)

        @rule(elector=WHO)
        def void(self, elector) -> None:
            self.trying("community", "void_vote", elector=elector, reason="误录")

        @rule(days=st.integers(1, 20))
        def wait(self, days) -> None:
            self.desk.tick(days=days)

        @invariant()
        def holds(self) -> None:
            if not hasattr(self, "desk"):
                return
            d, rule_ = self.desk.deliberation(self.d), None
            electors = self.desk.all(ELECTOR)
            rule_ = forums()[d.forum]

            def tally(some) -> Tally:
                return Tally(len(some), sum(e.area for e in some))

            assert d.eligible == tally(electors)
            assert d.present == tally([e for e in electors if e.present])
            assert all(e.present for e in electors if e.vote), "who does not take part does not vote"
            assert all(e.holds <= rule_.proxies for e in electors)
            for option, counted in d.tallies.items():
                assert counted == tally([e for e in electors if e.vote == option])
            if d.status in ("VOTED", "RESOLUTION", "NOT_PASSED"):
                assert quorate(rule_, d.eligible, d.present)
                assert d.passed == passed(rule_, d.decision, d.present, d.tallies)
            assert d.status != "RESOLUTION" or d.passed
            need = self.desk.need(self.need)
            at_work = d.ended_at is None or (d.status == "RESOLUTION" and not d.released)
            assert need.status == ("IN_DELIBERATION" if at_work else "CLUSTERED")

        @invariant()
        def offers_tell_the_truth(self) -> None:
            if not hasattr(self, "desk"):
                return
            for action in self.desk.offers("community", DELIBERATION_ROW, self.d):
                move = action.removeprefix("deliberation.")
                if move in ("set_parties", "count", "not_passed", "adjourn", "release"):
                    assert self.desk.allowed("community", action, deliberation=self.d), action

    return DeliberationWalk


def test_walks(empty) -> None:
    limits = settings(max_examples=30, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(machine_of(type(empty)), settings=limits)
