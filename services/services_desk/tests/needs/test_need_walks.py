"""Random walks over needs and clusters: whatever people try, links hold both ways and nobody is left untold."""

from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from shuniu.chassis.referring import ReferralAnswered
from shuniu.rules.refusal import Refusal
from shuniu.testing.rulework import person
from shuniu_services_desk.needs.answering import ANSWER
from shuniu_services_desk.needs.kinds import CLUSTER_ROW, NEED_ROW
from shuniu_services_desk.needs.lifecycles import NEED

TOLD = {"told_by": "PHONE", "words": "已电话说明"}
MOVES = {
    "need.reject": {"ground": "REPEAT", **TOLD},
    "need.feed_back": TOLD,
    "need.refer": {},
    "need.withdraw_referral": {},
    "need.resume": {},
    "need.refuse_automation_for": {},
    "cluster.form": {},
    "cluster.take_out": {},
}
PEOPLE = ("community", "leader", "clerk", "worker", "elsewhere")
PICK = st.integers(0, 3)


def machine_of(make_desk):
    class NeedWalk(RuleBasedStateMachine):
        @initialize()
        def begin(self) -> None:
            self.desk = make_desk()
            self.needs = [self.desk.raised() for _ in range(4)]

        def trying(self, who, name, **body) -> None:
            before, events = dict(self.desk.rows), len(self.desk.events)
            try:
                self.desk.do(who, name, **body)
            except Refusal as refusal:
                assert refusal.status in (403, 404, 409, 422), refusal
                assert f"rule.{refusal.rule}" in self.desk.texts, refusal.rule
                assert self.desk.rows == before and len(self.desk.events) == events

        @rule(who=st.sampled_from(PEOPLE), move=st.sampled_from(sorted(MOVES)), pick=PICK)
        def move(self, who, move, pick) -> None:
            self.trying(who, move, need=self.needs[pick], **MOVES[move])

        @rule(who=st.sampled_from(PEOPLE), pick=PICK, days=st.integers(0, 9))
        def postpone(self, who, pick, days) -> None:
            day = (self.desk.today + timedelta(days=days)).isoformat()
            self.trying(who, "need.postpone", need=self.needs[pick], review_on=day, words="以后再议")

        @rule(who=st.sampled_from(PEOPLE), pick=PICK, other=PICK, move=st.sampled_from(("join", "merge", "close")))
        def together(self, who, pick, other, move) -> None:
            theirs, mine = self.desk.need(self.needs[other]).cluster, self.desk.need(self.needs[pick]).cluster
            if move == "join":
                self.trying(who, "cluster.join", need=self.needs[pick], other=theirs or "none")
            elif mine:
                body = {"other": theirs or "none"} if move == "merge" else {}
                self.trying(who, f"cluster.{move}", cluster=mine, **body)

        @rule(pick=PICK, answer=st.sampled_from(("taken", "settled", "refused", "unsolved")))
        def whistle(self, pick, answer) -> None:
            n = self.desk.need(self.needs[pick])
            referral = n.referrals[-1].id if n.referrals else f"{n.id}.1"
            source = f"/{self.desk.scope}/services_desk"
            given = ReferralAnswered(
                answer=answer, referral=referral, made_by=source, source="/x/whistle", kind="whistle"
            )
            self.desk.give(ANSWER, given, person("reaction"))

        @rule(days=st.integers(1, 9))
        def wait(self, days) -> None:
            self.desk.tick(days=days)

        @invariant()
        def holds(self) -> None:
            if not hasattr(self, "desk"):
                return
            known = {s.id for s in NEED.statuses}
            clusters = {c.id: c for c in self.desk.all(CLUSTER_ROW)}
            for n in self.desk.all(NEED_ROW):
                assert n.status in known
                assert n.open == NEED.status(n.status).open, "what has ended stays ended"
                assert all(n.id in c.needs for c in clusters.values() if c.id == n.cluster)
                assert n.open or (n.told_ref and n.told_by), "closed without a word"
                assert n.status != "REFERRED" or n.referral is not None
                running = [k.id for k in n.clocks if k.state == "running"]
                assert len(running) == len(set(running)) and (n.open or not running)
            for c in clusters.values():
                assert all(self.desk.need(n).cluster == c.id for n in c.needs)
                assert c.status != "CL_CLOSED" or not any(self.desk.need(n).open for n in c.needs)

    return NeedWalk


def test_walks(empty) -> None:
    limits = settings(max_examples=25, stateful_step_count=16, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(machine_of(type(empty)), settings=limits)
