"""Hazards (domain rules 10.7): the drawn way, every guard and every illegal step by name."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shuniu.chassis.referring import ReferralAnswered
from shuniu.chassis.rows import Key
from shuniu.contracts.summary import RegistryEntry
from shuniu.contracts.text import Text
from shuniu.rules.refusal import Refusal
from shuniu.testing.rulework import MONDAY, SCOPE, RuleWork, person
from shuniu_insurance import service
from shuniu_insurance.hazards.data import categories, hazard_data
from shuniu_insurance.hazards.kind import HAZARD_ROW
from shuniu_insurance.hazards.lifecycle import HAZARD
from shuniu_insurance.hazards.routing import ANSWER

COMMUNITY = f"{SCOPE}001"
PHOTO = {"sha256": "a" * 64, "size": 1000, "media_type": "image/jpeg"}
POINT = {"name": "双安巷12号", "lon": 118.78, "lat": 32.07}
PEOPLE = {
    "surveyor": person("v1", "insurer_surveyor", units=("ins",)),
    "surveyor2": person("v2", "insurer_surveyor", units=("ins",)),
    "insurer": person("i1", "insurer_clerk", units=("ins",)),
    "secretary": person("s1", "community_secretary", areas=(COMMUNITY,)),
    "elsewhere": person("s2", "community_secretary", areas=(f"{SCOPE}002",)),
    "street": person("k1", "street_clerk"),
    "director": person("l1", "office_director"),
    "owner": person("e1", "enterprise_contact", areas=(), units=("shop",)),
    "other_owner": person("e2", "enterprise_contact", areas=(), units=("mill",)),
}


class Hazards(RuleWork):
    """The list at work."""

    def find(self, who="secretary", **body):
        given = {"category": "YH01", "area": COMMUNITY, "place": POINT, "holder": "PUBLIC", **body}
        return self.do(who, "hazard.find", **given).answer["hazard"]

    def verified(self, **body):
        h = self.find(**body)
        self.do("insurer", "hazard.verify", hazard=h)
        return h

    def graded(self, grade="GENERAL", **body):
        h = self.verified(**body)
        self.do("insurer", "hazard.grade", hazard=h, grade=grade, colour="RED" if grade == "MAJOR" else "BLUE")
        return h

    def routed(self, way="INSURER", unit="ins", grade="GENERAL", **body):
        h = self.graded(grade, **body)
        self.do("insurer", "hazard.route", hazard=h, way=way, unit=unit)
        return h

    def referred(self, to_kind="grid_event", grade="GENERAL", **body):
        h = self.graded(grade, **body)
        self.do("street", "hazard.route", hazard=h, way="GOV", to_kind=to_kind)
        return h

    def answered(self, h, answer, n=1, **more):
        made = self.row(HAZARD_ROW, h).referrals[-1].id if n else "x.1"
        given = {"answer": answer, "referral": made, "made_by": f"/{SCOPE}/insurance", "source": f"/{SCOPE}/grid"}
        return self.give(ANSWER, ReferralAnswered(**{**given, **more}), person("reaction"))

    def rectifying(self, **body):
        h = self.routed(**body)
        self.do("surveyor", "hazard.start", hazard=h)
        return h

    def rectified(self, **body):
        h = self.rectifying(**body)
        self.do("surveyor", "hazard.rectify", hazard=h, evidence=[PHOTO])
        return h

    def rechecked(self, **body):
        h = self.rectified(**body)
        self.do("surveyor2", "hazard.recheck", hazard=h)
        return h

    def off(self, **body):
        h = self.rechecked(**body)
        self.do("street", "hazard.cancel_off", hazard=h)
        return h

    def status(self, h):
        return self.row(HAZARD_ROW, h).status


def hazard_registry():
    """Areas and units of the list."""
    units = ("ins", "shop", "mill", "cg")
    return [
        RegistryEntry(kind="area", code=SCOPE, title=Text("街道", "Street")),
        RegistryEntry(kind="area", code=COMMUNITY, parent=SCOPE, title=Text("社区", "Community")),
        RegistryEntry(kind="area", code=f"{SCOPE}002", parent=SCOPE, title=Text("社区二", "Community two")),
        *(RegistryEntry(kind="unit", code=u, title=Text(u, u)) for u in units),
    ]


@pytest.fixture
def work():
    return Hazards(service, PEOPLE, hazard_registry())


def test_the_life_cycle_holds_together():
    HAZARD.validate()


def test_from_found_to_struck_off(work):
    h = work.off()
    row = work.row(HAZARD_ROW, h)
    assert row.status == "CANCELLED_OFF" and not row.open
    assert row.reopen_until == work.today + timedelta(days=90)
    assert work.measures() == {
        "hazard.found": 1,
        "hazard.cancelled_off": 1,
        "hazard.in_time": 1,
        "hazard.cancel_due": 1,
    }


def test_government_takes_it_by_referral_and_is_followed_to_its_end(work):
    h = work.referred("whistle", "MAJOR")
    made = work.facts("referral.made.v1")[-1]
    assert made["to_kind"] == "whistle" and made["to_scope"] == SCOPE
    assert made["subject"]["category"] == "YH01" and made["payload"]["category"] == categories()["YH01"].grid
    work.answered(h, "taken", kind="whistle", matter="w1", number="WS1")
    assert work.status(h) == "RECTIFYING"
    link = work.events[-1].data.summary.links[0]
    assert (link.kind, link.matter) == ("whistle", "w1")
    before = len(work.events)
    work.answered(h, "taken", kind="whistle", matter="w1", number="WS1")
    assert len(work.events) == before, "told twice it has one effect"
    work.answered(h, "settled")
    assert work.status(h) == "RECTIFIED"
    work.refused("evidence.missing", "surveyor", "hazard.recheck", hazard=h)
    work.do("surveyor", "hazard.recheck", hazard=h, evidence=[PHOTO])
    work.refused("hazard.major_by_street", "insurer", "hazard.cancel_off", hazard=h)
    work.do("street", "hazard.cancel_off", hazard=h)


@pytest.mark.parametrize("cause", ["refused", "expired", "unsolved", "cancelled"])
def test_what_the_government_does_not_do_is_routed_anew(work, cause):
    h = work.referred()
    work.answered(h, cause)
    assert work.status(h) == "GRADED"
    work.do("insurer", "hazard.route", hazard=h, way="INSURER", unit="ins")
    assert work.status(h) == "ROUTED"


def test_an_answer_that_comes_late_changes_nothing(work):
    h = work.referred()
    referral = work.row(HAZARD_ROW, h).referrals[-1].id
    work.do("street", "hazard.withdraw_referral", hazard=h)
    assert work.names()[-1] == "referral.withdrawn.v1"
    before = len(work.events)
    work.answered(h, "taken", referral=referral, kind="grid_event", matter="e", number="E")
    assert (len(work.events), work.status(h)) == (before, "GRADED")


def test_a_referral_of_somebody_else_is_none_of_ours(work):
    h = work.referred()
    before = len(work.events)
    work.answered(h, "taken", made_by="/320199001/whistle", kind="grid_event", matter="e", number="E")
    assert len(work.events) == before


def test_an_absent_government_service_is_an_open_referral_and_the_limit_tells(work):
    h = work.referred()
    work.tick(days=10)
    assert work.status(h) == "ROUTED"
    assert "clock.overdue.v1" in work.names()
    assert "hazard.withdraw_referral" in work.offers("street", HAZARD_ROW, h)


def test_illegal_finder_rechecks(work):
    h = work.rectified(who="surveyor2")
    work.refused("hazard.finder_not_rechecker", "surveyor2", "hazard.recheck", hazard=h)
    work.refused("hazard.finder_not_rechecker", "surveyor2", "hazard.fail_recheck", hazard=h, reason="还在")


def test_illegal_rectifier_rechecks(work):
    h = work.rectified()
    work.refused("hazard.rectifier_not_rechecker", "surveyor", "hazard.recheck", hazard=h)


def test_illegal_downgrade_without_the_graders_superior(work):
    h = work.graded("MAJOR")
    given = {"hazard": h, "grade": "GENERAL", "colour": "YELLOW", "reason": "已减轻"}
    work.refused("hazard.downgrade_by_superior", "insurer", "hazard.regrade", **given)
    work.refused("hazard.downgrade_by_superior", "surveyor", "hazard.regrade", **given)
    work.do("street", "hazard.regrade", **given)
    assert work.row(HAZARD_ROW, h).grade == "GENERAL"
    assert not work.row(HAZARD_ROW, h).supervised


def test_illegal_milder_colour_without_the_graders_superior(work):
    h = work.graded("MAJOR")
    given = {"hazard": h, "grade": "MAJOR", "colour": "ORANGE", "reason": "已减轻"}
    work.refused("hazard.downgrade_by_superior", "insurer", "hazard.regrade", **given)


def test_a_higher_grade_needs_no_superior(work):
    h = work.graded()
    work.do("surveyor", "hazard.regrade", hazard=h, grade="MAJOR", colour="ORANGE", reason="裂缝扩大")
    assert work.row(HAZARD_ROW, h).supervised
    work.refused(
        "hazard.same_grade", "street", "hazard.regrade", hazard=h, grade="MAJOR", colour="ORANGE", reason="再说一次"
    )


def test_major_enters_supervision_and_leaders_are_told(work):
    h = work.graded("MAJOR")
    assert work.row(HAZARD_ROW, h).supervised
    told = [n for e in work.events for n in e.data.summary.notices if n.text == "notice.hazard_supervised"]
    assert told and "leading_group" in told[0].roles
    assert "flag.supervised" in work.events[-1].data.summary.matter.flags


def test_illegal_enterprise_hazard_of_a_committee_kept_below(work):
    h = work.graded(holder="ENTERPRISE", owner_unit="shop")
    work.refused("hazard.report_up_first", "insurer", "hazard.route", hazard=h, way="OWNER", unit="shop")
    work.do("secretary", "hazard.report_up", hazard=h)
    work.refused("hazard.report_up_open", "secretary", "hazard.report_up", hazard=h)
    work.do("insurer", "hazard.route", hazard=h, way="OWNER", unit="shop")
    assert work.row(HAZARD_ROW, h).unit == "shop"


def test_handing_an_enterprise_hazard_to_the_government_is_reporting_it(work):
    h = work.graded(holder="ENTERPRISE")
    work.do("street", "hazard.route", hazard=h, way="GOV", to_kind="grid_event")
    assert work.status(h) == "ROUTED"


def test_owner_works_on_its_own_order_only(work):
    h = work.routed("OWNER", "shop", holder="PRIVATE")
    work.refused("access.area", "other_owner", "hazard.start", hazard=h)
    work.do("owner", "hazard.start", hazard=h)
    work.do("owner", "hazard.control", hazard=h, measure="设置围挡", until=work.today.isoformat())
    assert work.status(h) == "INTERIM_CONTROL"
    work.do("owner", "hazard.resume", hazard=h)
    work.refused("evidence.missing", "owner", "hazard.rectify", hazard=h, evidence=[])
    work.do("owner", "hazard.rectify", hazard=h, evidence=[PHOTO])
    mine = work.routed("INSURER", "ins", owner_unit="shop")
    work.refused("hazard.own_order", "owner", "hazard.start", hazard=mine)


def test_illegal_work_on_what_the_government_has(work):
    h = work.referred()
    work.refused("hazard.gov_follows_referral", "surveyor", "hazard.start", hazard=h)


def test_interim_control_does_not_stop_the_limit(work):
    h = work.rectifying()
    due = next(c.due_at for c in work.row(HAZARD_ROW, h).clocks if c.id == "rectify")
    work.do("surveyor", "hazard.control", hazard=h, measure="设置围挡", until=work.today.isoformat())
    clock = next(c for c in work.row(HAZARD_ROW, h).clocks if c.id == "rectify")
    assert (clock.state, clock.due_at) == ("running", due)


def test_a_failed_recheck_goes_back_to_work_and_to_routing_where_the_government_had_it(work):
    h = work.rectified()
    work.do("surveyor2", "hazard.fail_recheck", hazard=h, reason="井盖仍松动")
    assert work.status(h) == "RECTIFYING"
    g = work.referred()
    work.answered(g, "settled")
    work.do("surveyor", "hazard.fail_recheck", hazard=g, reason="井盖仍松动")
    assert work.status(g) == "GRADED"


def test_reopened_within_90_days_and_never_after(work):
    h, late = work.off(), work.off()
    work.tick(days=90)
    work.do("secretary", "hazard.reopen", hazard=h, reason="又松动")
    assert work.status(h) == "REOPENED" and work.row(HAZARD_ROW, h).reopened == 1
    work.do("street", "hazard.route", hazard=h, way="INSURER", unit="ins")
    work.tick(days=1)
    work.refused("hazard.reopen_within", "secretary", "hazard.reopen", hazard=late, reason="又松动")
    assert work.measures()["hazard.cancelled_off"] == 1


def _ask(work, h, who="insurer", **more):
    day = (work.today + timedelta(days=30)).isoformat()
    work.do(who, "hazard.ask_acceptance", hazard=h, reason="待改造", review_on=day, **more)


def test_illegal_risk_accepted_without_one_level_up(work):
    h = work.graded()
    work.refused("hazard.acceptance_not_asked", "street", "hazard.accept_risk", hazard=h)
    _ask(work, h, "street")
    work.refused("hazard.one_level_up", "street", "hazard.accept_risk", hazard=h)
    work.do("director", "hazard.accept_risk", hazard=h)
    assert work.status(h) == "RISK_ACCEPTED"


def test_illegal_major_risk_without_public_notice(work):
    h = work.graded("MAJOR")
    day = (work.today + timedelta(days=30)).isoformat()
    given = {"hazard": h, "reason": "待改造", "review_on": day}
    work.refused("hazard.major_public", "insurer", "hazard.ask_acceptance", **given)
    work.do("insurer", "hazard.ask_acceptance", **given, public_text="该处危墙已围挡，年内改造，请绕行")
    work.do("street", "hazard.accept_risk", hazard=h)
    row = work.row(HAZARD_ROW, h)
    assert row.public_notice and "flag.public_notice" in work.events[-1].data.summary.matter.flags


def test_illegal_major_risk_graded_up_after_the_question(work):
    h = work.graded()
    _ask(work, h)
    work.do("insurer", "hazard.regrade", hazard=h, grade="MAJOR", colour="RED", reason="扩大")
    work.refused("hazard.major_public", "street", "hazard.accept_risk", hazard=h)


def test_a_borne_risk_is_looked_at_on_its_date(work):
    h = work.graded()
    _ask(work, h)
    work.do("street", "hazard.accept_risk", hazard=h)
    work.tick(days=40)
    overdue = [f for f in work.facts("clock.overdue.v1") if f["clock"] == "review"]
    assert len(overdue) == 1
    work.do("street", "hazard.take_up", hazard=h)
    assert work.status(h) == "GRADED"


def test_a_review_lies_within_a_year(work):
    h = work.graded()
    day = (work.today + timedelta(days=hazard_data().days.review_most + 1)).isoformat()
    work.refused("hazard.day", "insurer", "hazard.ask_acceptance", hazard=h, reason="待改造", review_on=day)


def test_late_ones_count_once_as_due(work):
    h = work.rechecked()
    work.tick(days=120)
    work.do("street", "hazard.cancel_off", hazard=h)
    sums = work.measures()
    assert (sums["hazard.cancel_due"], sums.get("hazard.in_time", 0)) == (1, 0)


def test_strangers_see_and_do_nothing(work):
    h = work.find()
    work.refused("access.area", "elsewhere", "hazard.report_up", hazard=h)
    work.refused("access.area", "elsewhere", "hazard.find", category="YH01", area=COMMUNITY, place={}, holder="PUBLIC")


def test_wrong_words_are_named(work):
    refusal = work.refused(
        "hazard.find", "street", "hazard.find", category="YH00", area=COMMUNITY, place={}, holder="PUBLIC"
    )
    assert refusal.fields[0].field == "category"
    h = work.graded()
    refusal = work.refused("hazard.route", "insurer", "hazard.route", hazard=h, way="GOV")
    assert refusal.fields[0].field == "to_kind"
    work.refused("hazard.colour", "street", "hazard.regrade", hazard=h, grade="MAJOR", colour="BLUE", reason="扩大")


def test_two_at_once_one_wins(work):
    h = work.find()
    version = work.rows[Key(HAZARD.kind, h)].version
    work.do("insurer", "hazard.verify", hazard=h, expected_version=version)
    work.refused("matter.moved_on", "street", "hazard.verify", hazard=h, expected_version=version)


def test_a_list_comes_in_whole_or_not_at_all(work):
    row = {"external": "1", "category": "YH02", "area": COMMUNITY, "place": "某楼", "description": "张三 13812345678"}
    refusal = work.refused(
        "hazard.rows",
        "street",
        "hazard.import",
        rows=[row, {**row, "category": "YH00"}, {**row, "lon": 118.0}],
    )
    assert {f.field for f in refusal.fields} == {"rows.1.category", "rows.2.lat"}
    answer = work.do("street", "hazard.import", rows=[row, {**row, "external": "2", "found_on": "2026-11-01"}])
    assert answer.answer["outcomes"] == "nn"
    numbers = [r.number for r in work.all(HAZARD_ROW)]
    assert len(set(numbers)) == 2
    assert not any("13812345678" in str(f) for f in work.facts()), "what people wrote stays sealed"


_STATES = {s.id for s in HAZARD.statuses}


def _in(work, status):
    def gov():
        h = work.referred()
        work.answered(h, "taken", kind="grid_event", matter="e", number="E")
        return h

    def accepted():
        h = work.graded()
        _ask(work, h)
        work.do("street", "hazard.accept_risk", hazard=h)
        return h

    def reopened():
        h = work.off()
        work.do("secretary", "hazard.reopen", hazard=h, reason="又松动")
        return h

    def controlled():
        h = work.rectifying()
        work.do("surveyor", "hazard.control", hazard=h, measure="设置围挡", until=work.today.isoformat())
        return h

    def unfounded():
        h = work.find()
        work.do("insurer", "hazard.dismiss", hazard=h, dismiss_reason="NOT_THERE")
        return h

    ways = {
        "FOUND": work.find,
        "VERIFIED": work.verified,
        "GRADED": work.graded,
        "REOPENED": reopened,
        "ROUTED": work.routed,
        "RECTIFYING": work.rectifying,
        "INTERIM_CONTROL": controlled,
        "RISK_ACCEPTED": accepted,
        "RECTIFIED": work.rectified,
        "RECHECKED": work.rechecked,
        "CANCELLED_OFF": work.off,
        "UNFOUNDED": unfounded,
    }
    h = ways[status]()
    assert work.status(h) == status
    return h


_BODIES = {
    "dismiss": {"dismiss_reason": "NOT_THERE"},
    "grade": {"grade": "GENERAL", "colour": "BLUE"},
    "regrade": {"grade": "MAJOR", "colour": "RED", "reason": "扩大"},
    "route": {"way": "INSURER", "unit": "ins"},
    "give_back": {"reason": "无力整改"},
    "control": {"measure": "设置围挡", "until": "2026-11-25"},
    "rectify": {"evidence": [PHOTO]},
    "fail_recheck": {"reason": "还在"},
    "reopen": {"reason": "又来"},
    "ask_acceptance": {"reason": "待改造", "review_on": "2026-12-25"},
    "refuse_acceptance": {"reason": "不同意"},
}
_MOVES = [m.event for m in HAZARD.moves if m.roles and m.sources]


@pytest.mark.parametrize("status", sorted(_STATES))
def test_everything_not_listed_is_illegal_and_named(work, status):
    """From each status every move that is not listed is refused by its own rule, naming status and event."""
    h = _in(work, status)
    listed = {m.event for m in HAZARD.moves_from(status)}
    everybody = person("all", *{r for m in HAZARD.moves for r in m.roles}, units=("ins",))
    work.people = {**PEOPLE, "all": everybody}
    for move in _MOVES:
        if move in listed:
            continue
        refusal = work.refused(HAZARD.move(move).rule, "all", f"hazard.{move}", hazard=h, **_BODIES.get(move, {}))
        assert (refusal.state, refusal.event) == (status, move)


@pytest.mark.parametrize("status", sorted(_STATES))
def test_what_is_offered_is_taken(work, status):
    """Every offer of every person would be accepted with a proper body; nothing that is not offered would."""
    h = _in(work, status)
    for who in PEOPLE:
        offers = work.offers(who, HAZARD_ROW, h)
        for move in _MOVES:
            name = f"hazard.{move}"
            taken = work.allowed(who, name, hazard=h, **_BODIES.get(move, {}))
            assert (name in offers) == taken, (who, name)


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_any_walk_keeps_the_list_in_order(data):
    """Whatever people do: one open referral at most, a struck-off one has no running clock, figures stay sound."""
    work = Hazards(service, PEOPLE, [RegistryEntry(kind="area", code=COMMUNITY, title=Text("社区", "C")),
                                     RegistryEntry(kind="unit", code="ins", title=Text("保", "I"))])  # fmt: skip
    h = work.find()
    for _ in range(data.draw(st.integers(3, 25))):
        kind = data.draw(st.sampled_from(["move", "gov", "answer", "time"]))
        try:
            if kind == "time":
                work.tick(days=data.draw(st.integers(1, 40)))
            elif kind == "gov":
                work.do("street", "hazard.route", hazard=h, way="GOV", to_kind="grid_event")
            elif kind == "answer" and work.row(HAZARD_ROW, h).referrals:
                answer = data.draw(st.sampled_from(["taken", "settled", "refused", "expired", "unsolved"]))
                work.answered(h, answer, kind="grid_event", matter="e", number="E")
            else:
                who = data.draw(st.sampled_from(sorted(PEOPLE)))
                move = data.draw(st.sampled_from(_MOVES))
                work.do(who, f"hazard.{move}", hazard=h, **_BODIES.get(move, {}))
        except Refusal:
            pass
        row = work.row(HAZARD_ROW, h)
        assert sum(r.state in ("open", "taken") for r in row.referrals) <= 1
        if not row.open:
            assert not [c for c in row.clocks if c.state == "running"]
        if row.status == "RECHECKED":
            assert row.rectified_by
        sums = work.measures()
        assert sums.get("hazard.cancelled_off", 0) <= sums.get("hazard.found", 0) <= 1
        assert sums.get("hazard.in_time", 0) <= sums.get("hazard.cancel_due", 0)
    assert work.now >= MONDAY
