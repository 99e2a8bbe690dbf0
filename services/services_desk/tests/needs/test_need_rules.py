"""Needs of residents (居民需求): domain rules 6.12 and 10.10; automated decisions 7.1."""

from datetime import timedelta

import pytest
from shuniu.chassis.referring import ReferralAnswered
from shuniu.contracts.summary import Place
from shuniu.testing.rulework import SCOPE, person
from shuniu_services_desk.needs.answering import ANSWER
from shuniu_services_desk.needs.kinds import CLUSTER_ROW, NEED_ROW
from shuniu_services_desk.needs.lifecycles import CLUSTER, NEED
from shuniu_services_desk.needs.prepared import PreparedNeed
from shuniu_services_desk.needs.similar import LEAST, Seen, alike, likeness

COMMUNITY = f"{SCOPE}001"


@pytest.mark.parametrize("cycle", [NEED, CLUSTER], ids=lambda c: c.kind)
def test_the_life_cycle_holds_together(cycle) -> None:
    cycle.validate()


def test_what_a_resident_writes_is_sealed_and_their_place_coarse(empty) -> None:
    where = {"name": "三栋二单元", "lon": 118.912345, "lat": 32.109876}
    need = empty.raised(words="楼道里想装充电桩", contact_name="张三丰", contact_phone="13812345678", place=where)
    said = repr(empty.facts()) + repr([e.data.summary for e in empty.events])
    for private in ("张三丰", "13812345678", "楼道", "三栋二单元", "118.9123", "32.1098"):
        assert private not in said
    n = empty.need(need)
    assert (n.place.lon, n.place.lat) == (118.912, 32.11)
    assert empty.private[n.words_ref] == {"text": "楼道里想装充电桩"}
    assert "楼道" in repr(empty.detail("community", NEED_ROW, need))
    assert "楼道" not in repr(empty.detail("elsewhere", NEED_ROW, need))


def test_everybody_brings_needs_in_and_the_channel_is_told(empty) -> None:
    found = [empty.need(empty.raised(who)).channel for who in ("nobody", "clerk", "worker", "community")]
    assert found == ["RESIDENT", "DESK", "GRID", "COMMUNITY"]
    body = {"category": "CHARGING", "words": "没有地方充电"}
    empty.refused("access.area", "worker", "need.enter", PreparedNeed(), **body, area=SCOPE)
    empty.refused("need.category_unknown", "nobody", "need.raise", PreparedNeed(), **{**body, "category": "GOLD"})
    empty.refused("need.point", "nobody", "need.raise", PreparedNeed(), **body, place={"lon": 118.9})
    empty.refused("case.area_unknown", "nobody", "need.raise", PreparedNeed(), **body, area="110101001")


def test_the_public_page_takes_so_many_needs_a_day(empty) -> None:
    empty.settings = type(empty.settings)(needs_a_day=2)
    empty.raised(), empty.raised()
    body = {"category": "CHARGING", "words": "没有地方充电"}
    refusal = empty.refused("case.page_full", "nobody", "need.raise", PreparedNeed(code_key="x"), **body)
    assert refusal.status == 429


def test_a_cluster_and_its_needs_know_each_other(empty) -> None:
    a, b, c = empty.raised(), empty.raised(), empty.raised()
    one = empty.clustered(a, b)
    empty.refused("need.cluster_raised", "community", "cluster.form", need=a, needs=[c])
    empty.do("community", "cluster.join", need=c, other=one)
    assert empty.row(CLUSTER_ROW, one).needs == (a, b, c)
    empty.do("community", "cluster.take_out", need=b)
    assert empty.row(CLUSTER_ROW, one).needs == (a, c)
    assert (empty.need(b).status, empty.need(b).cluster) == ("NEED_RAISED", "")
    two = empty.clustered(b)
    empty.refused("cluster.last_need", "community", "cluster.take_out", need=b)
    empty.do("community", "cluster.merge", cluster=one, other=two)
    assert empty.row(CLUSTER_ROW, one).needs == (a, c, b)
    assert empty.row(CLUSTER_ROW, two).needs == () and empty.row(CLUSTER_ROW, two).into == one
    assert empty.need(b).cluster == one
    empty.refused("cluster.settled", "community", "cluster.merge", cluster=one, other=two)
    empty.refused("cluster.unknown_number", "community", "cluster.merge", cluster=one, other=one)


def test_what_comes_over_with_its_cluster_stays_where_it_stands(empty) -> None:
    a, b, c = empty.raised(), empty.raised(), empty.raised()
    one, two = empty.clustered(a), empty.clustered(b, c)
    empty.do("community", "need.reject", need=b, ground="REPEAT", told_by="PHONE", words="已电话说明")
    empty.do("community", "need.refer", need=c)
    empty.do("community", "cluster.merge", cluster=one, other=two)
    assert [(empty.need(n).status, empty.need(n).cluster) for n in (a, b, c)] == [
        ("CLUSTERED", one), ("REJECTED", one), ("REFERRED", one),
    ]  # fmt: skip
    assert empty.need(b).told_ref


def test_a_need_is_sorted_by_those_of_its_area_only(empty) -> None:
    need = empty.raised()
    empty.refused("access.area", "elsewhere", "cluster.form", need=need)
    empty.refused("access.role", "worker", "cluster.form", need=need)
    empty.refused("need.unknown_number", "community", "cluster.form", need=need, needs=["XQ261123-0999"])
    empty.refused("matter.moved_on", "community", "cluster.form", need=need, expected_version=7)


def test_a_cluster_is_not_closed_before_everybody_was_told(empty) -> None:
    a, b = empty.raised(), empty.raised()
    cluster = empty.clustered(a, b)
    refusal = empty.refused("cluster.not_all_told", "community", "cluster.close", cluster=cluster)
    assert refusal.params["waiting"] == 2
    told = {"told_by": "PHONE", "words": "物业不同意安装，已说明理由"}
    empty.do("community", "need.reject", need=a, ground="NOT_FEASIBLE", **told)
    empty.refused("need.feed_back_served", "community", "need.feed_back", need=b, **told)
    assert empty.refused("cluster.not_all_told", "community", "cluster.close", cluster=cluster).params["waiting"] == 1
    empty.do("community", "need.reject", need=b, ground="REPEAT", **told)
    empty.do("community", "cluster.close", cluster=cluster)
    assert empty.row(CLUSTER_ROW, cluster).status == "CL_CLOSED"
    assert empty.private[empty.need(a).told_ref] == {"text": told["words"]}
    assert empty.measures()["desk.need_answered"] == 2


def test_a_need_is_postponed_to_a_later_day_and_called_again(empty) -> None:
    need = empty.raised()
    body = {"need": need, "words": "等新校区建成后再议"}
    empty.refused("need.review_later", "community", "need.postpone", **body, review_on=empty.today.isoformat())
    empty.do("community", "need.postpone", **body, review_on=(empty.today + timedelta(days=9)).isoformat())
    assert [c.id for c in empty.need(need).clocks if c.state == "running"] == ["need_review"]
    empty.tick(days=10)
    assert "clock.overdue.v1" in empty.names()
    empty.do("community", "need.resume", need=need)
    assert empty.need(need).status == "NEED_RAISED"
    assert [c.id for c in empty.need(need).clocks if c.state == "running"] == ["need_sort"]


def answer(desk, need: str, what: str, referral: str = "", made_by: str = "") -> None:
    source = f"/{SCOPE}/services_desk"
    out = referral or desk.need(need).referrals[-1].id
    body = ReferralAnswered(answer=what, referral=out, made_by=made_by or source, source=f"/{SCOPE}/whistle",
                        kind="whistle", matter="w-1", number="WS261123-0001")  # fmt: skip
    desk.give(ANSWER, body, person("reaction"))


def test_a_referral_is_followed_to_its_end_and_then_told_about(empty) -> None:
    need = empty.raised(category="PARKING")
    empty.clustered(need)
    empty.do("community", "need.refer", need=need, note="需多部门处理")
    made = empty.facts("referral.made.v1")[-1]
    assert (made["to_kind"], made["subject"]["matter"]) == ("whistle", need)
    assert "需多部门处理" not in repr(empty.facts())
    answer(empty, need, "taken", made_by="/320199001/other")
    assert empty.need(need).referrals[-1].state == "open"
    answer(empty, need, "taken")
    assert empty.need(need).referrals[-1].target_number == "WS261123-0001"
    answer(empty, need, "settled")
    assert empty.need(need).status == "SERVED"
    empty.do("community", "need.feed_back", need=need, told_by="PHONE", words="交警已增设夜间限时停车位")
    assert empty.need(need).status == "FED_BACK"


@pytest.mark.parametrize("cause", ["refused", "expired", "unsolved", "cancelled"])
def test_what_comes_back_is_where_it_was(empty, cause) -> None:
    need = empty.raised()
    empty.do("community", "need.refer", need=need)
    answer(empty, need, cause)
    assert empty.need(need).status == "NEED_RAISED"
    empty.clustered(need)
    empty.do("community", "need.refer", need=need)
    answer(empty, need, "settled", referral=empty.need(need).referrals[0].id)
    assert empty.need(need).status == "REFERRED", "an answer to the old referral concerns nobody any more"
    empty.do("community", "need.withdraw_referral", need=need)
    assert empty.need(need).status == "CLUSTERED"
    assert "referral.withdrawn.v1" in empty.names()


def test_automation_may_be_refused_at_once_later_and_by_somebody_else(empty) -> None:
    at_once = empty.raised(automation_refused=True)
    assert "NEED_NO_AUTOMATION" in empty.events[-1].data.summary.matter.flags
    empty.refused("need.automation_settled", "community", "need.refuse_automation_for", need=at_once)
    later = empty.raised()
    key = PreparedNeed(code_key=f"nk{empty.codes}")
    empty.refused("need.code_unknown", "nobody", "need.refuse_automation", PreparedNeed(code_key="x"), code="C" * 12)
    empty.do("nobody", "need.refuse_automation", key, code="C" * 12)
    assert empty.need(later).automation_refused
    said = empty.raised()
    empty.do("community", "need.refuse_automation_for", need=said)
    assert empty.need(said).automation_refused


def seen(id_: str, words: str, category: str = "CHARGING", lon: float | None = None, area: str = COMMUNITY) -> Seen:
    place = Place(lon=lon, lat=32.1) if lon is not None else Place()
    return Seen(id_, category, area, place, words)


def test_needs_alike_in_place_category_and_words_come_first() -> None:
    one = seen("0", "小区电动车没有地方充电", lon=118.900)
    same = seen("1", "我们小区没有给电动车充电的地方", lon=118.901)
    far = seen("2", "我们小区没有给电动车充电的地方", lon=118.990)
    other = seen("3", "想请老师辅导孩子作业", "TUTORING", lon=118.901)
    found = alike(one, [other, far, same, one])
    assert [s.id for s, _ in found] == ["1", "2"]
    assert found[0][1].place > found[1][1].place
    assert likeness(one, other).total < LEAST
    assert likeness(one, seen("4", "", area=f"{SCOPE}002")).total < LEAST
