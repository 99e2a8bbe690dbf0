"""Property star rating: the rules of domain section 10.12, one test a rule."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shuniu.chassis.state import Stored
from shuniu.contracts.summary import RegistryEntry
from shuniu.contracts.text import Text
from shuniu.testing.rulework import MONDAY, SCOPE, RuleWork, person
from shuniu_grid import service
from shuniu_grid.party.appointments import APPOINTED, Appointed, Appointment
from shuniu_grid.stars.criteria import SOURCES, Datum, criteria, index_of, result_of, sample_suffices
from shuniu_grid.stars.cycle import months_after
from shuniu_grid.stars.face import STAR_CYCLE
from shuniu_grid.stars.lifecycle import CYCLE

GIVEN = criteria()
A, B = "320199001001501", "320199001001502"
PEOPLE = {
    "clerk": person("k1", "street_clerk"),
    "community": person("s1", "community_secretary", areas=("320199001001",)),
    "elsewhere": person("s2", "community_secretary", areas=("320199001002",)),
    "firm": person("f1", "enterprise_contact", areas=(), units=("e-wy",)),
    "other_firm": person("f2", "enterprise_contact", areas=(), units=("e-zz",)),
    "cross": person("x1", "community_secretary", areas=("320199001001",), units=("e-wy",)),
    "leader": person("l1", "leading_group"),
    "worker": person("w1", "grid_worker"),
}


def registry():
    for code in (SCOPE, "320199001001", A, B):
        yield RegistryEntry(kind="area", code=code, title=Text(code, code))
    for unit in ("e-wy", "e-zz"):
        yield RegistryEntry(kind="unit", code=unit, title=Text(unit, unit))


class Rating(RuleWork):
    """A cycle under way."""

    cycle = ""

    def opened(self, **body):
        estates = [{"area": A, "firm": "e-wy", "households": 400}, {"area": B, "firm": "e-zz", "households": 2000}]
        given = {"area": SCOPE, "since": "2025-11-01", "until": "2026-10-31", "estates": estates, **body}
        self.cycle = self.do("clerk", "grid.open_star_cycle", **given).answer["cycle"]
        return self

    def give_move(self, who, move, prepared=None, **body):
        return self.do(who, f"grid.{move}", prepared, cycle=self.cycle, **body)

    def no(self, rule, who, move, prepared=None, **body):
        return self.refused(rule, who, f"grid.{move}", prepared, cycle=self.cycle, **body)

    def collected(self):
        self.opened().give_move("clerk", "start_collecting")
        for area in (A, B):
            self.give_move("clerk", "collect_star_data", area=area, star_source="SURVEY", value=90, sample=40)
            self.give_move("community", "collect_star_data", area=area, star_source="COMMUNITY", value=80)
        return self

    def frozen(self, events=None):
        self.collected().give_move("clerk", "freeze_star_data", events or {A: 4})
        return self

    def appealing(self):
        self.frozen().give_move("clerk", "score_stars")
        self.give_move("clerk", "publish_stars")
        return self

    @property
    def at(self):
        return self.row(STAR_CYCLE, self.cycle)


@pytest.fixture
def rating():
    return Rating(service, PEOPLE, list(registry()))


def test_the_way_of_a_cycle_from_opening_to_expiry(rating) -> None:
    rating.appealing()
    assert [(r.area, r.stars, r.why) for r in rating.at.results] == [(A, 4, ""), (B, 4, "")]
    assert rating.at.appeal_until == MONDAY.replace(hour=16) + timedelta(days=7)  # 5 wd: to 24:00 of next Monday
    rating.tick(days=8)
    assert rating.at.status == "REVIEWED"
    rating.give_move("leader", "notice_stars")
    rating.tick(days=8)
    assert rating.at.status == "EFFECTIVE"
    assert rating.at.valid_until == date(2027, 12, 9)
    rating.tick(days=400)
    assert rating.at.status == "EXPIRED"
    assert rating.names()[-4:] == [f"star_cycle.{p}.v1" for p in ("reviewed", "noticed", "in_effect", "expired")]


def test_nothing_is_edited_after_the_data_are_frozen(rating) -> None:
    rating.frozen()
    rating.no("star.frozen_stays", "clerk", "collect_star_data", area=A, star_source="SURVEY", value=1, sample=400)
    rating.no("star.frozen_stays", "clerk", "veto_stars", area=A, veto="FUND_MISUSE", note="挪用")
    rating.no("star.freeze_what_is_collected", "clerk", "freeze_star_data")


def test_frozen_data_carry_a_hash_that_depends_on_content_alone(rating) -> None:
    first = rating.frozen().at.data_hash
    again = Rating(service, PEOPLE, list(registry()))
    again.opened().give_move("clerk", "start_collecting")
    for area in (B, A):
        again.give_move("community", "collect_star_data", area=area, star_source="COMMUNITY", value=80)
        again.give_move("clerk", "collect_star_data", area=area, star_source="SURVEY", value=1, sample=1)
        again.give_move("clerk", "collect_star_data", area=area, star_source="SURVEY", value=90, sample=40)
    again.give_move("clerk", "freeze_star_data", {A: 4})
    assert again.at.data_hash == first
    other = Rating(service, PEOPLE, list(registry())).frozen({A: 5}).at.data_hash
    assert other != first


def test_whoever_holds_a_post_in_the_firm_may_not_score_it(rating) -> None:
    rating.collected()
    rating.no("star.own_firm", "cross", "collect_star_data", area=A, star_source="COMMUNITY", value=100)
    rating.give_move("cross", "collect_star_data", area=B, star_source="COMMUNITY", value=70)


def test_whoever_is_cross_appointed_to_the_firm_may_not_score_it(rating) -> None:
    rating.collected()
    today = rating.today
    held = Appointment(id="a", body_kind="UNIT", body="e-wy", position="MEMBER", first=today, last=today)
    rating.rows[APPOINTED.key("s1")] = Stored(Appointed(account="s1", appointments=(held,)), 1)
    rating.no("grid.scores_own_firm", "community", "collect_star_data", area=A, star_source="COMMUNITY", value=100)
    rating.tick(days=1)
    rating.give_move("community", "collect_star_data", area=A, star_source="COMMUNITY", value=70)


def test_a_community_scores_only_its_own_estates(rating) -> None:
    rating.collected()
    rating.no("access.area", "elsewhere", "collect_star_data", area=A, star_source="COMMUNITY", value=100)


def test_grid_events_are_counted_never_entered(rating) -> None:
    rating.collected()
    rating.no("star.events_are_counted", "clerk", "collect_star_data", area=A, star_source="GRID_EVENTS", value=100)
    rating.give_move("clerk", "freeze_star_data", {A: 4, "elsewhere": 9})
    assert rating.at.events == {A: 4, B: 0}


@pytest.mark.parametrize("veto", ["FIRE_DEATH", "FUND_MISUSE", "HANDOVER_REFUSED"])
def test_a_veto_leaves_no_star(rating, veto) -> None:
    rating.collected().give_move("clerk", "veto_stars", area=A, veto=veto, note="已查实")
    rating.give_move("clerk", "freeze_star_data", {})
    rating.give_move("clerk", "score_stars")
    assert [(r.stars, r.why) for r in rating.at.results] == [(0, "VETO"), (4, "")]


@pytest.mark.parametrize(
    ("sample", "households", "enough"),
    [(29, 400, False), (30, 400, True), (29, 290, True), (28, 290, False), (30, 100_000, True), (1, 10, True)],
)
def test_no_star_without_thirty_answers_or_a_tenth_of_the_households(sample, households, enough) -> None:
    assert sample_suffices(sample, households, GIVEN) is enough
    survey = [Datum(area=A, star_source="SURVEY", value=99, sample=sample)]
    result = result_of(A, households, survey, 0, False, GIVEN)
    assert (result.stars > 0, result.why) == ((True, "") if enough else (False, "SAMPLE"))


def test_the_survey_comes_before_freezing(rating) -> None:
    rating.opened().give_move("clerk", "start_collecting")
    rating.no("star.survey_first", "clerk", "freeze_star_data")


def test_a_firm_appeals_once_and_only_for_its_own_estate_in_time(rating) -> None:
    rating.appealing()
    rating.no("access.unit", "firm", "appeal_stars", area=B, reason="样本有误")
    rating.give_move("firm", "appeal_stars", area=A, reason="样本有误")
    rating.no("star.appeal_once", "firm", "appeal_stars", area=A, reason="再申诉")
    rating.tick(days=8)
    rating.no("star.appeal_in_time", "other_firm", "appeal_stars", area=B, reason="晚了")


def test_an_open_appeal_keeps_the_cycle_and_its_ruling_lets_it_go_on(rating) -> None:
    rating.appealing().give_move("firm", "appeal_stars", area=A, reason="样本有误")
    rating.tick(days=20)
    assert rating.at.status == "APPEAL"
    rating.no("star.upheld_corrects", "leader", "rule_star_appeal", area=A, upheld=True, reason="成立")
    before = rating.at.data, rating.at.data_hash
    rating.give_move(
        "leader", "rule_star_appeal", area=A, upheld=True, star_source="SURVEY", value=100, reason="复核更正"
    )
    assert (rating.at.data, rating.at.data_hash) == before
    assert [(r.index, r.stars) for r in rating.at.results] == [(94.55, 4), (90.91, 4)]
    rating.tick(minutes=1)
    assert rating.at.status == "REVIEWED"


def test_nobody_decides_an_appeal_against_their_own_data(rating) -> None:
    rating.people = {**PEOPLE, "both": person("k1", "street_clerk", "leading_group")}
    rating.appealing().give_move("firm", "appeal_stars", area=A, reason="样本有误")
    rating.no("star.own_data", "both", "rule_star_appeal", area=A, upheld=False, reason="不成立")


def test_estates_of_a_cycle_are_known_each_once_and_inside_its_area(rating) -> None:
    estate = {"area": A, "firm": "e-wy", "households": 400}
    for estates, field in (
        ([estate, estate], "estates.1.area"),
        ([{**estate, "area": "320199002001501"}], "estates.0.area"),
        ([{**estate, "firm": "e-nobody"}], "estates.0.firm"),
    ):
        body = {"area": SCOPE, "since": "2025-11-01", "until": "2026-10-31", "estates": estates}
        refusal = rating.refused("star.estates", "clerk", "grid.open_star_cycle", **body)
        assert field in [f.field for f in refusal.fields]


data = st.lists(
    st.builds(
        Datum,
        area=st.just(A),
        star_source=st.sampled_from([s for s in SOURCES if s != "GRID_EVENTS"]),
        value=st.integers(0, 10_000).map(lambda n: n / 100),
        sample=st.integers(0, 500),
    ),
    unique_by=lambda d: d.star_source,
)


@given(data, st.integers(1, 5000), st.integers(0, 500), st.booleans())
def test_a_better_value_never_costs_a_star(collected, households, events, vetoed) -> None:
    before = result_of(A, households, collected, events, vetoed, GIVEN)
    assert 0 <= before.stars <= 5
    assert before.index is None or 0 <= before.index <= 100
    better = [Datum(area=d.area, star_source=d.star_source, value=100, sample=d.sample) for d in collected]
    assert result_of(A, households, better, 0, vetoed, GIVEN).stars >= before.stars


def test_the_index_is_the_weighted_mean_of_the_sources_there_are() -> None:
    assert index_of({"SURVEY": Fraction(90), "GRID_EVENTS": Fraction(50)}, GIVEN) == Fraction(82)
    assert index_of({}, GIVEN) is None


def test_months_end_on_a_day_there_is() -> None:
    assert months_after(date(2027, 1, 31), 1) == date(2027, 2, 28)
    assert months_after(date(2026, 12, 7), 12) == date(2027, 12, 7)


moves = st.sampled_from([m.event for m in CYCLE.moves if m.roles])


@given(st.lists(st.tuples(moves, st.sampled_from(list(PEOPLE))), max_size=25), st.integers(0, 30))
def test_walks_stay_lawful(walk, days) -> None:
    rating = Rating(service, PEOPLE, list(registry())).opened()
    bodies = {
        "collect_star_data": {"area": A, "star_source": "SURVEY", "value": 91, "sample": 40},
        "veto_stars": {"area": B, "veto": "FUND_MISUSE", "note": "查实"},
        "appeal_stars": {"area": A, "reason": "有误"},
        "rule_star_appeal": {"area": A, "upheld": False, "reason": "不成立"},
    }
    for move, who in walk:
        if move == "open_star_cycle":
            rating.tick(days=days)
            continue
        before = rating.at.status
        body = {"cycle": rating.cycle, **bodies.get(move, {})}
        offered = f"grid.{move}" in rating.offers(who, STAR_CYCLE, rating.cycle)
        if rating.allowed(who, f"grid.{move}", {}, **body):
            assert offered
            rating.give_move(who, move, {}, **bodies.get(move, {}))
            assert rating.at.status == CYCLE.after(before, move)
