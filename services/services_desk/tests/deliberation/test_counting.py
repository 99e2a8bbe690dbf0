"""Quorum and majorities are exact (domain rules 6.6, 6.7), checked against fractions."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shuniu.contracts.services_desk.deliberation import Tally
from shuniu_services_desk.deliberation.counting import Share, forums, passed, quorate, reaches, rule_as_opened, with_own

SPECIAL = ("RESIDENTS", "OWNERS", "COUNCIL")


def test_the_rules_that_ship_are_the_law_s() -> None:
    rules = forums()
    owners, residents = rules["OWNERS"], rules["RESIDENTS"]
    assert str(owners.participation) == "≥2/3, m² ≥2/3"
    assert str(owners.ordinary) == ">1/2, m² >1/2"
    assert str(owners.special) == "≥3/4, m² ≥3/4"
    assert str(residents.participation) == str(residents.ordinary) == ">1/2"
    assert residents.bodies == ("ADULTS", "HOUSEHOLDS", "DELEGATES") and not residents.by_area


@pytest.mark.parametrize("text", ["2/3", ">0/3", ">4/3", "", ">=a/b"])
def test_what_is_no_share_is_refused(text) -> None:
    with pytest.raises(ValueError, match="not a share"):
        Share.parse(text)


@pytest.mark.parametrize(
    ("heads", "area", "enough"),
    [(66, 70_00, False), (67, 66_66, False), (67, 66_67, True), (100, 66_66, False), (66, 100_00, False)],
)
def test_owners_need_two_thirds_of_heads_and_of_area(heads, area, enough) -> None:
    assert quorate(forums()["OWNERS"], Tally(100, 100_00), Tally(heads, area)) is enough


def test_half_is_not_more_than_half_and_three_quarters_are_enough() -> None:
    residents, owners = forums()["RESIDENTS"], forums()["OWNERS"]
    assert not quorate(residents, Tally(100), Tally(50)) and quorate(residents, Tally(100), Tally(51))
    present = Tally(80, 8000)
    assert passed(owners, "ORDINARY", present, {"1": Tally(40, 5000)}) == ""
    assert passed(owners, "ORDINARY", present, {"1": Tally(41, 4001)}) == "1"
    assert passed(owners, "SPECIAL", present, {"1": Tally(60, 6000)}) == "1"
    assert passed(owners, "SPECIAL", present, {"1": Tally(60, 5999)}) == ""


def test_against_and_abstain_never_pass_and_nothing_passes_of_nothing() -> None:
    council = forums()["COUNCIL"]
    assert passed(council, "ORDINARY", Tally(10), {"AGAINST": Tally(10)}) == ""
    assert passed(council, "ORDINARY", Tally(), {"1": Tally()}) == ""
    assert not quorate(council, Tally(), Tally())


TALLY = st.builds(Tally, st.integers(0, 10**4), st.integers(0, 10**12))


@given(st.sampled_from(SPECIAL), st.sampled_from(("participation", "ordinary", "special")), TALLY, TALLY)
def test_every_share_is_what_fractions_say(forum, which, part, whole) -> None:
    shares = getattr(forums()[forum], which)

    def exact(some: int, all_: int, share: Share) -> bool:
        if not all_:
            return False
        asked, has = Fraction(share.part, share.of), Fraction(some, all_)
        return has > asked if share.more else has >= asked

    expected = exact(part.heads, whole.heads, shares.heads)
    if shares.area is not None:
        expected = expected and exact(part.area, whole.area, shares.area)
    assert reaches(part, whole, shares) is expected


@given(
    st.sampled_from(SPECIAL),
    st.sampled_from(("ORDINARY", "SPECIAL")),
    st.lists(st.tuples(st.sampled_from(("1", "2", "3", "AGAINST", "ABSTAIN", "")), st.integers(1, 10**8)), max_size=40),
)
def test_at_most_one_option_passes(forum, decision, ballots) -> None:
    tallies: dict[str, Tally] = {}
    for option, area in ballots:
        t = tallies.get(option, Tally())
        tallies[option] = Tally(t.heads + 1, t.area + area)
    present = Tally(len(ballots), sum(area for _, area in ballots))
    tallies.pop("", None)
    rule = forums()[forum]
    won = [o for o, t in tallies.items() if o.isdigit() and reaches(t, present, rule.majority(decision))]
    assert len(won) <= 1
    assert passed(rule, decision, present, tallies) == (won[0] if won else "")


OWN = """
[[rule]]
id = "{id}"
source = "议事会章程"
bodies = ["{body}"]
notice = "5nd"
proxies = 2
participation = {{ heads = ">=1/2" }}
ordinary = {{ heads = "{share}" }}
special = {{ heads = ">=3/5" }}
"""


def test_a_deployment_s_own_council_rule_holds_and_the_law_s_shares_stand() -> None:
    own = with_own(OWN.format(id="COUNCIL", body="MEMBERS", share=">1/2"))
    assert str(own["COUNCIL"]) == "participation ≥1/2; ordinary >1/2; special ≥3/5"
    assert own["OWNERS"] == forums()["OWNERS"]
    assert rule_as_opened("COUNCIL", own["COUNCIL"].as_said) == own["COUNCIL"]
    assert rule_as_opened("OWNERS", None) == forums()["OWNERS"]
    with pytest.raises(ValueError, match="two options could pass"):
        with_own(OWN.format(id="COUNCIL", body="MEMBERS", share=">=1/2"))
    with pytest.raises(ValueError, match="the law's"):
        with_own(OWN.format(id="RESIDENTS", body="ADULTS", share=">1/2"))
    with pytest.raises(ValueError, match="not a share"):
        with_own(OWN.format(id="COUNCIL", body="MEMBERS", share="half"))
