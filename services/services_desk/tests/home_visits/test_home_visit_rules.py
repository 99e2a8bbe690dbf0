"""Home visits: every move, and each thing that is illegal (issue 4: 帮办代办)."""

import json
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shuniu.rules.calendar import local
from shuniu.rules.clocks import find_clock
from shuniu.rules.refusal import Refusal
from shuniu.testing.rulework import person
from shuniu_services_desk.cases.case import CASE
from shuniu_services_desk.cases.prepared import PreparedCase
from shuniu_services_desk.home_visits.rows import HOME_DAY, HOME_VISIT
from shuniu_services_desk.home_visits.state import CYCLE

WHO = {
    "applicant_name": "李奶奶", "applicant_phone": "13812345678", "applicant_address": "测试社区 3 幢 201",
    "reason": "ILL", "items": ["SB-01"],
}  # fmt: skip


class Home:
    """Home visits of a desk; ``visit`` is the one under way."""

    def __init__(self, desk) -> None:
        self.desk = desk
        desk.publish(desk.guide(channels=["WINDOW", "ONLINE", "HOME_VISIT"]))
        desk.people = {**desk.people, "third": person("k5", "desk_clerk")}
        self.visit = ""
        self.n = 0

    def prepared(self):
        self.n += 1
        return PreparedCase(
            slip="HOME-CODE-0001", code_key=f"hk{self.n}", documents=(f"HDOC{self.n:04d}",), name="李奶奶"
        )

    def request(self, who="clerk", name="home.request", **more):
        answer = self.desk.do(who, name, self.prepared(), **{**WHO, **more}).answer
        self.visit = answer["visit"]
        return answer

    def give(self, move, who="clerk", **body):
        return self.desk.do(who, f"home.{move}", self.prepared(), visit=self.visit, **body).answer

    def no(self, rule, move, who="clerk", **body):
        refusal = self.desk.refused(rule, who, f"home.{move}", self.prepared(), visit=self.visit, **body)
        assert refusal.state == self.v.status
        return refusal

    def appoint(self, *staff, hours=1.0, long=2.0, who="clerk"):
        start = self.desk.now + timedelta(hours=hours)
        end = start + timedelta(hours=long)
        body = {"staff": list(staff or ("k1", "k2")), "starts_at": start.isoformat(), "ends_at": end.isoformat()}
        return self.give("appoint", who, **body)

    @property
    def v(self):
        return self.desk.row(HOME_VISIT, self.visit)


@pytest.fixture
def home(empty) -> Home:
    return Home(empty)


def test_the_life_cycle_holds_together() -> None:
    CYCLE.validate()


def test_asked_for_appointed_collected_submitted_given_back(home) -> None:
    answer = home.request()
    assert (answer["number"], answer["slip"]) == ("SM261123-0001", "HOME-CODE-0001")
    home.appoint()
    home.desk.tick(hours=1)
    home.give("collect", materials=["ID", "FORM"], with_staff="k2")
    assert (home.v.status, home.v.holding) == ("HOLDING", ("ID", "FORM"))
    body = {"items": ["SB-01"], "situation": {"agent": "no"}, "handed": ["ID", "FORM", "PROOF"]}
    more = {**body, "applicant_name": "李奶奶", "visit": home.visit}
    submitted = home.desk.do("clerk", "home.submit", home.desk.prepared(), **more, consent=True).answer
    case = home.desk.row(CASE, submitted["case"])
    assert (case.channel, case.visits, case.status) == ("HOME_VISIT", (), "SUBMITTED")
    assert (home.v.cases, home.v.consent) == ((case.id,), True)
    link = home.desk.events[-1].data.summary.links[0]
    assert (link.kind, link.matter) == ("desk_case", case.id)
    home.give("give_back", materials=["FORM"])
    assert (home.v.status, home.v.holding) == ("HOLDING", ("ID",))
    home.give("give_back")
    assert (home.v.status, home.v.holding) == ("DONE", ())
    assert [d.kind for d in home.v.documents] == ["desk_originals_taken"] + ["desk_originals_returned"] * 2
    assert not [c for c in home.v.clocks if c.state == "running"]
    sums = home.desk.measures()
    assert (sums["desk.home_made"], sums["desk.home_returns_in_time"]) == (1, 1)


def test_who_is_visited_where_and_why_is_sealed(home) -> None:
    home.request(asker_name="张小三", asker_phone="13900001111", words="请上午来")
    home.appoint()
    home.give("collect", materials=["ID"], with_staff="k2")
    said = json.dumps([json.loads(bytes(e.data.fact)) for e in home.desk.events], ensure_ascii=False)
    shown = str([e.data.summary for e in home.desk.events])
    for private in ("李奶奶", "13812345678", "3 幢 201", "张小三", "13900001111", "请上午来", "ILL"):
        assert private not in said and private not in shown, private
    assert home.desk.private[home.v.person_ref]["applicant_address"] == "测试社区 3 幢 201"
    assert home.desk.private[home.v.reason_ref] == {"reason": "ILL"}
    assert "李奶奶" in home.desk.private[home.v.documents[0].code]["document"]


def test_only_items_that_are_done_at_home_and_reasons_that_are_offered(home) -> None:
    home.desk.publish(home.desk.guide("MZ-01"))
    home.desk.refused("case.channel", "clerk", "home.request", home.prepared(), **{**WHO, "items": ["MZ-01"]})
    home.desk.refused("case.item_twice", "clerk", "home.request", home.prepared(), **{**WHO, "items": ["SB-01"] * 2})
    home.desk.refused("case.item_not_in_force", "clerk", "home.request", home.prepared(), **{**WHO, "items": ["X"]})
    home.desk.refused("access.area", "elsewhere", "home.request", home.prepared(), **WHO)
    from shuniu_services_desk.settings import DeskSettings

    home.desk.settings = DeskSettings(home_reasons="AGED", home_a_day=1)
    home.desk.refused("home.reason_not_offered", "clerk", "home.request", home.prepared(), **WHO)
    home.request("nobody", "home.request_online", reason="AGED")
    refusal = home.desk.refused(
        "case.page_full", "nobody", "home.request_online", home.prepared(), **{**WHO, "reason": "AGED"}
    )
    assert refusal.status == 429


def test_originals_are_taken_by_two_who_were_appointed(home) -> None:
    home.request()
    home.appoint()
    home.no("home.two_collect", "collect", materials=["ID"], with_staff="k1")
    home.no("home.two_collect", "collect", materials=["ID"], with_staff="k5")
    home.no("home.own_visit", "collect", "third", materials=["ID"], with_staff="k2")
    home.no("case.not_in_guide", "collect", materials=["GOLD"], with_staff="k2")
    home.request()
    home.appoint("k1", hours=4)
    home.no("home.two_collect", "collect", materials=["ID"], with_staff="k2")
    assert "home.collect" not in home.desk.offers("clerk", HOME_VISIT, home.visit)


def test_submitting_for_somebody_needs_their_recorded_consent(home) -> None:
    home.request()
    body = {"items": ["SB-01"], "situation": {"agent": "no"}, "applicant_name": "李奶奶", "visit": home.visit}
    home.desk.refused("home.submit_visited", "clerk", "home.submit", home.desk.prepared(), **body, consent=True)
    home.appoint()
    home.desk.refused("home.consent", "clerk", "home.submit", home.desk.prepared(), **body, consent=False)


def test_nobody_is_in_two_places(home) -> None:
    home.request()
    home.appoint("k1", "k2")
    first = home.visit
    home.request()
    start = home.desk.now + timedelta(hours=2)
    body = {"starts_at": start.isoformat(), "ends_at": (start + timedelta(hours=1)).isoformat()}
    refusal = home.no("home.staff_busy", "appoint", staff=["k5", "k2"], **body)
    assert (refusal.status, [f.field for f in refusal.fields]) == (409, ["staff.1"])
    home.appoint("k1", "k2", hours=3)  # right after
    home.visit = first
    home.appoint("k5", hours=26)
    assert home.v.staff == ("k5",)
    assert [len(d.booked) for d in home.desk.all(HOME_DAY)] == [1, 1, 1], "another appointment frees the first"
    home.give("cancel", note="不需要了")
    assert sorted(len(d.booked) for d in home.desk.all(HOME_DAY)) == [0, 1, 1]


@pytest.mark.parametrize(("hours", "long"), [(-1, 2), (1, 5), (1, 0), (14, 3)])
def test_a_window_lies_ahead_on_one_day_and_is_not_long(home, hours, long) -> None:
    home.request()
    start = home.desk.now + timedelta(hours=hours)
    body = {"starts_at": start.isoformat(), "ends_at": (start + timedelta(hours=long)).isoformat()}
    home.no("home.window", "appoint", staff=["k1"], **body)
    good = {"starts_at": (home.desk.now + timedelta(hours=1)).isoformat(), "ends_at":
            (home.desk.now + timedelta(hours=2)).isoformat()}  # fmt: skip
    home.no("home.staff_twice", "appoint", staff=["k1", "k1"], **good)


def test_nobody_there_means_another_appointment_and_in_the_end_failure(home) -> None:
    home.request()
    home.appoint()
    home.no("home.before_window", "miss")
    home.no("home.before_window", "done")
    home.desk.tick(hours=1)
    home.give("miss", note="敲门无人")
    assert (home.v.status, home.v.attempts, home.v.staff) == ("REQUESTED", 1, ())
    assert find_clock(home.v.clocks, "home_answer").generation == 2
    home.appoint()
    home.desk.tick(hours=1)
    home.give("miss")
    assert (home.v.status, home.v.attempts) == ("UNMET", 2)
    assert home.desk.measures()["desk.home_failed"] == 1


def test_the_limits_are_said_and_come_late_by_themselves(home) -> None:
    home.request()
    clock = find_clock(home.v.clocks, "home_answer")
    assert (clock.limit, local(clock.due_at - timedelta(seconds=1)).date().isoformat()) == ("2wd", "2026-11-25")
    home.desk.tick(days=3)
    assert find_clock(home.v.clocks, "home_answer").late
    home.appoint()
    home.give("collect", materials=["ID"], with_staff="k2")
    assert find_clock(home.v.clocks, "home_return").limit == "5wd"
    home.desk.tick(days=10)
    home.give("give_back")
    assert "desk.home_returns_in_time" not in home.desk.measures()


def test_refused_before_and_cancelled_until_it_is_made(home) -> None:
    home.request()
    home.give("refuse", "leader", ground="OUT_OF_AREA", note="不在本街道")
    home.no("home.cancel_before", "cancel", note="不需要了")
    home.request()
    home.appoint()
    home.no("home.refuse_requested", "refuse", ground="OUT_OF_AREA", note="不在本街道")
    home.give("collect", materials=["ID"], with_staff="k2")
    home.no("home.cancel_before", "cancel", note="不需要了")
    home.no("home.not_taken", "give_back", materials=["FORM"])


def test_whoever_asked_takes_it_back_with_the_code(home) -> None:
    home.request("nobody", "home.request_online")
    key = PreparedCase(code_key=f"hk{home.n}")
    body = {"code": "HOME-CODE-0001"}
    home.desk.refused("case.code_unknown", "nobody", "home.cancel_by_code", PreparedCase(code_key="x"), **body)
    home.desk.do("nobody", "home.cancel_by_code", key, **body)
    assert home.v.status == "CANCELLED"
    home.desk.refused("home.cancel_before", "nobody", "home.cancel_by_code", key, **body)


BODIES = {
    "appoint": {"staff": ["k1"], "starts_at": "2026-11-27T01:00:00Z", "ends_at": "2026-11-27T02:00:00Z"},
    "miss": {}, "collect": {"materials": ["ID"], "with_staff": "k2"}, "done": {}, "give_back": {},
    "refuse": {"ground": "OUT_OF_AREA", "note": "不在辖区"}, "cancel": {"note": "不要了"},
}  # fmt: skip


MOVES = st.lists(
    st.tuples(st.sampled_from(sorted(BODIES)), st.sampled_from(("clerk", "colleague", "leader"))), max_size=7
)


@given(moves=MOVES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_people_try_offers_tell_the_truth(empty, moves) -> None:
    home = Home(type(empty)())
    home.request()
    home.appoint()
    for move, who in moves:
        offered = f"home.{move}" in home.desk.offers(who, HOME_VISIT, home.visit)
        before = home.v
        try:
            home.give(move, who, **BODIES[move])
        except Refusal as refusal:
            assert home.v == before
            assert f"rule.{refusal.rule}" in home.desk.texts
            # What else a command needs (two people, a window ahead) the form still has to say.
            assert not offered or refusal.status in (409, 422)
        else:
            assert offered, (move, who)
        assert home.v.open == bool([c for c in home.v.clocks if c.state == "running"])
