"""The register: whose data are kept how, who may be registered, stars and honours (domain rules 5, 7.1)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from shuniu_volunteer.settings import VolunteerSettings
from shuniu_volunteer.stars import StarProfile, counted, reached, star_profiles
from shuniu_volunteer.teams.state import TEAM
from shuniu_volunteer.volunteers.person import age_marks, wrong_citizen_id
from shuniu_volunteer.volunteers.register import Known
from shuniu_volunteer.volunteers.state import ACCOUNT, IDENTITY
from shuniu_volunteer.volunteers.volunteer import VOLUNTEER
from stdnum.cn import ric

COMMUNITY = "320199001001"


def citizen(n, born=date(1990, 1, 1)):
    body = f"320102{born:%Y%m%d}{n:03d}"
    return body + ric.calc_check_digit(body + "0")


def row(n=1, **given):
    base = {"number": f"V{n:05d}", "person_name": f"王五{n}", "citizen_id": citizen(n), "area": COMMUNITY}
    return {**base, "teams": ["vt-01"], **given}


def known(*rows, persons=None):
    return Known({r["citizen_id"]: f"hash-{r['citizen_id']}" for r in rows if r.get("citizen_id")}, persons or {})


def enter(street, *rows, who="clerk", persons=None):
    given = known(*rows, persons=persons)
    return street.do(who, "volunteer.import_volunteers", given, rows=list(rows)).answer["outcomes"]


def wrong(street, *rows, who="clerk"):
    caught = street.refused("volunteer.rows", who, "volunteer.import_volunteers", known(*rows), rows=list(rows))
    return {(f.field, f.code) for f in caught.fields}


def test_who_somebody_is_is_sealed_and_travels_nowhere(street) -> None:
    volunteer = street.register("v1", phone="13812345678")
    v = street.volunteer(volunteer)
    assert street.private[v.person_ref]["phone"] == "13812345678"
    log = str(street.facts()) + str([e.data.summary for e in street.events])
    assert not [p for p in ("张三", "13812345678", "3201021990") if p in log]


def test_one_person_registers_once(street) -> None:
    number = citizen(1)
    street.register("v1", citizen_id=number)
    body = {"person_name": "张三", "area": COMMUNITY, "consent": True, "citizen_id": number}
    prepared = Known({number: f"hash-{number}"})
    street.refused("volunteer.registered_already", "v2", "volunteer.register_volunteer", prepared, **body)


def test_one_account_is_one_volunteer(street) -> None:
    street.register("v1")
    other = citizen(77)
    body = {"person_name": "李四", "area": COMMUNITY, "consent": True, "citizen_id": other}
    street.refused("volunteer.registered_already", "v1", "volunteer.register_volunteer", Known({other: "h"}), **body)


def test_nobody_is_registered_without_consent(street) -> None:
    body = {"person_name": "李四", "area": COMMUNITY, "citizen_id": citizen(3)}
    caught = street.refused("volunteer.person", "v1", "volunteer.register_volunteer", Known(), **body)
    assert {(f.field, f.code) for f in caught.fields} == {("consent", "consent_missing")}


def test_under_14_nothing_is_kept_without_a_guardian(street) -> None:
    born = date(street.today.year - 10, 5, 5)
    body = {"person_name": "小明", "area": COMMUNITY, "consent": True, "citizen_id": citizen(4, born)}
    caught = street.refused("volunteer.person", "clerk", "volunteer.register_volunteer", Known(), **body)
    assert {f.code for f in caught.fields} == {"guardian_missing"}
    assert not street.private
    until = (street.today + timedelta(days=365)).isoformat()
    child = street.register(born=born, guardian_name="明父", guardian_until=until)
    assert street.volunteer(child).guarded(street.today)


def test_the_facts_tell_no_birth_date(street) -> None:
    born = date(street.today.year - 16, 5, 20)
    v = street.volunteer(street.register("v1", born))
    assert v.profile.minor_until == date(born.year + 18, 6, 1)
    assert v.minor(date(born.year + 18, 5, 19))
    assert v.profile.child_until is None


@given(st.dates(date(1920, 1, 1), date(2026, 11, 1)), st.dates(date(2026, 11, 2), date(2027, 12, 31)))
def test_nobody_under_age_is_ever_taken_for_grown_up(born, on) -> None:
    marks = age_marks(born, on)
    years = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    assert years >= 18 or marks.minor_until is not None
    assert years >= 14 or marks.child_until is not None
    assert marks.minor_until is None or marks.minor_until.day == 1


@pytest.mark.parametrize("number", ["32010219900101123X1", "123", "320102199001011230", "999999199001011234"])
def test_what_is_no_citizen_number_is_refused(number) -> None:
    assert wrong_citizen_id(number) == "check_digit"
    assert wrong_citizen_id(citizen(8)) is None


def test_somebody_born_long_before_numbers_were_given_out_is_not_turned_away() -> None:
    assert wrong_citizen_id(citizen(1, date(1938, 7, 1))) is None


def test_importing_again_is_unchanged_correcting_is_changed(street) -> None:
    assert enter(street, row(1), row(2)) == "nn"
    people = {v.number: street.private[v.person_ref] for v in street.all(VOLUNTEER)}
    assert enter(street, row(1), row(2, person_name="王六"), persons=people) == "uc"
    assert len(street.all(VOLUNTEER)) == 2
    renamed = next(v for v in street.all(VOLUNTEER) if v.number == "V00002")
    assert street.private[renamed.person_ref]["person_name"] == "王六"
    assert len(street.private) == 2, "what was told before is destroyed"


def test_every_row_is_looked_at_and_everything_wrong_told_at_once(street) -> None:
    enter(street, row(1))
    found = wrong(
        street,
        row(2, citizen_id=citizen(2)[:-1] + ("0" if citizen(2)[-1] != "0" else "1")),
        row(3, citizen_id=citizen(1)),
        row(4, teams=["vt-99"]),
        row(4, citizen_id=citizen(40)),
        row(5, citizen_id=""),
        row(1, citizen_id=citizen(50)),
        row(6, registered_on="2030-01-01"),
    )
    assert found == {
        ("rows.0.citizen_id", "check_digit"),
        ("rows.1.citizen_id", "taken"),
        ("rows.2.teams", "unknown"),
        ("rows.3.number", "twice"),
        ("rows.4.citizen_id", "missing"),
        ("rows.5.citizen_id", "differs"),
        ("rows.6.registered_on", "out_of_range"),
    }


def test_a_leader_brings_only_their_own_team(street) -> None:
    assert wrong(street, row(1, teams=["vt-02"]), who="lead") == {("rows.0.area", "not_yours")}
    assert enter(street, row(1), who="lead") == "n"


def test_leaving_destroys_who_they_were_and_keeps_the_figures(crowd) -> None:
    crowd.confirmed("v1")
    v = crowd.volunteer(crowd.own("v1"))
    crowd.do("v1", "volunteer.leave", "hash-of-nobody", volunteer=v.id)
    left = crowd.volunteer(v.id)
    assert (left.status, left.person_ref, left.personal_minutes) == ("LEFT", "", 120)
    assert v.person_ref not in crowd.private
    assert crowd.row(ACCOUNT, "a1") is None
    crowd.refused("volunteer.left", "clerk", "volunteer.propose_star", volunteer=v.id, star=1)


def test_a_free_citizen_number_may_register_again(street) -> None:
    number = citizen(9)
    volunteer = street.register("v1", citizen_id=number)
    street.do("v1", "volunteer.leave", f"hash-{number}", volunteer=volunteer)
    assert street.row(IDENTITY, f"hash-{number}") is None
    street.register("v1", citizen_id=number)


# ---- stars ----------------------------------------------------------------------------------------------------------


def with_hours(street, volunteer, hours):
    """The volunteer, with so many confirmed hours in the register."""
    key = VOLUNTEER.key(volunteer)
    stored = street.rows[key]
    street.rows[key] = stored._replace(row=replace(stored.row, personal_minutes=hours * 60))
    return volunteer


def starred(street, hours):
    return with_hours(street, street.register("v1"), hours)


def test_a_star_is_posted_for_five_working_days_then_granted(street) -> None:
    volunteer = starred(street, 100)
    street.do("clerk", "volunteer.propose_star", volunteer=volunteer, star=1)
    street.tick(days=4)
    assert street.volunteer(volunteer).star == 0
    street.tick(days=4)
    assert street.volunteer(volunteer).star == 1
    assert street.names()[-1] == "star.granted.v1"


def test_no_star_without_the_hours_and_none_is_skipped(street) -> None:
    volunteer = starred(street, 99)
    street.refused("star.hours", "clerk", "volunteer.propose_star", volunteer=volunteer, star=1)
    other = with_hours(street, volunteer, 1000)
    street.refused("star.skipped", "clerk", "volunteer.propose_star", volunteer=other, star=4)
    street.do("clerk", "volunteer.propose_star", volunteer=other, star=1)
    street.refused("star.posted_already", "clerk", "volunteer.propose_star", volunteer=other, star=2)


def test_an_objection_that_is_right_withholds_the_star(street) -> None:
    volunteer = starred(street, 100)
    street.do("clerk", "volunteer.propose_star", volunteer=volunteer, star=1)
    street.do("clerk", "volunteer.withhold_star", volunteer=volunteer, reason="时长存疑")
    street.tick(days=20)
    assert street.volunteer(volunteer).star == 0


def test_false_hours_bar_for_one_to_three_years(street) -> None:
    volunteer = starred(street, 300)
    street.do("clerk", "volunteer.propose_star", volunteer=volunteer, star=1)
    street.refused("star.bar_years", "clerk", "volunteer.bar", volunteer=volunteer, years=4, reason="虚假")
    street.do("clerk", "volunteer.bar", volunteer=volunteer, years=1, reason="虚假时长")
    street.tick(days=30)
    assert street.volunteer(volunteer).star == 0, "the posted star is not given"
    street.refused("star.barred", "clerk", "volunteer.propose_star", volunteer=volunteer, star=1)
    street.tick(days=340)
    street.do("clerk", "volunteer.propose_star", volunteer=volunteer, star=1)


def test_training_commendation_and_evaluation_are_recorded_by_others_and_struck_never_deleted(street) -> None:
    volunteer = street.register("v1")
    body = {"volunteer": volunteer, "record_on": street.today.isoformat(), "record_text": "红十字救护培训十六学时"}
    for kind in ("TRAINING", "COMMENDATION", "EVALUATION"):
        record = street.do("clerk", "volunteer.add_record", record_kind=kind, **body).answer["record"]
    street.refused("access.role", "v1", "volunteer.add_record", record_kind="EVALUATION", **body)
    street.refused("volunteer.not_yours", "lead2", "volunteer.add_record", record_kind="EVALUATION", **body)
    ahead = {**body, "record_on": (street.today + timedelta(days=1)).isoformat()}
    street.refused("volunteer.record_when", "clerk", "volunteer.add_record", record_kind="TRAINING", **ahead)
    struck = {"volunteer": volunteer, "record": record, "reason": "张冠李戴"}
    street.do("clerk", "volunteer.strike_record", **struck)
    street.refused("volunteer.struck_already", "clerk", "volunteer.strike_record", **struck)
    street.refused("volunteer.no_record", "clerk", "volunteer.strike_record", **{**struck, "record": "x"})
    rows = street.detail("clerk", VOLUNTEER, volunteer).sections[0].rows
    assert [(r.label, r.note) for r in rows][-1] == ("enum.record_kind.EVALUATION", "detail.struck")
    assert rows[0].fields[1].value == "红十字救护培训十六学时"
    assert "红十字" not in str(street.facts())
    street.do("v1", "volunteer.leave", "hash", volunteer=volunteer)
    assert not street.private, "their words go with them"
    assert len(street.volunteer(volunteer).records) == 3


def test_nobody_keeps_their_own_record(street) -> None:
    volunteer = street.register()
    street.do("clerk", "volunteer.link_account", volunteer=volunteer, account="k2")
    body = {"volunteer": volunteer, "record_on": street.today.isoformat(), "record_text": "优秀志愿者"}
    street.refused("volunteer.own_record", "clerk2", "volunteer.add_record", record_kind="COMMENDATION", **body)


def test_nobody_handles_their_own_star(street) -> None:
    volunteer = with_hours(street, street.register(), 100)
    street.do("clerk", "volunteer.link_account", volunteer=volunteer, account="k2")
    street.refused("star.own", "clerk2", "volunteer.propose_star", volunteer=volunteer, star=1)


def test_the_shipped_profiles_are_those_of_the_sources() -> None:
    profiles = star_profiles()
    assert profiles["national"].hours == (100, 300, 600, 1000, 1500)
    assert profiles["beijing"].hours == (100, 200, 500, 800, 1000)
    assert all(p.bar_years == (1, 3) for p in profiles.values())


@pytest.mark.parametrize(
    "wrong_part", [{"hours": (300, 100)}, {"notice": "4wd"}, {"notice": "5nd"}, {"bar_years": (0, 3)}]
)
def test_a_profile_that_does_not_hold_together_is_refused(wrong_part) -> None:
    good = {"source": "x", "hours": (1,), "notice": "5wd", "registered_days": 0, "counts": ("PERSONAL",)}
    with pytest.raises(ValueError, match=r"a star|each star|a bar"):
        StarProfile(**{**good, "bar_years": (1, 3), **wrong_part})


@pytest.mark.parametrize("given", [{"star_profile": "none"}, {"notice_limit": "3wd"}, {"round_minutes": 0}])
def test_settings_that_do_not_hold_together_are_refused(given) -> None:
    with pytest.raises(ValueError, match=r"star profile|posted|minutes"):
        VolunteerSettings(**given)


@given(st.integers(0, 200_000), st.integers(0, 200_000))
def test_more_minutes_never_mean_fewer_stars(a, b) -> None:
    profile = star_profiles()["national"]
    assert reached(profile, min(a, b)) <= reached(profile, max(a, b)) <= 5
    assert counted(profile, a, b) == a + b


def test_consent_to_be_named_is_given_and_taken_back(street) -> None:
    volunteer = street.register("v1")
    street.do("v1", "volunteer.consent", volunteer=volunteer, purpose="HONOUR_LIST", given=True)
    assert street.volunteer(volunteer).consents == ("HONOUR_LIST",)
    street.do("v1", "volunteer.consent", volunteer=volunteer, purpose="HONOUR_LIST", given=False)
    assert street.volunteer(volunteer).consents == ()


def test_under_age_agrees_to_be_named_only_with_the_guardian(street) -> None:
    minor = street.register("v1", date(street.today.year - 16, 1, 1))
    body = {"volunteer": minor, "purpose": "HONOUR_LIST", "given": True}
    street.refused("volunteer.guardian_missing", "v1", "volunteer.consent", **body)


def test_papers_are_entered_by_who_has_seen_them(street) -> None:
    volunteer = street.register("v1")
    body = {"volunteer": volunteer, "qualification": "NURSE", "qualified_until": "2027-01-01"}
    street.refused("volunteer.papers_are_seen", "v1", "volunteer.set_profile", **body)


def test_a_neighbour_keeps_nobody_here(street) -> None:
    volunteer = street.register("v1")
    street.refused("volunteer.not_yours", "neighbour", "volunteer.set_profile", volunteer=volunteer, skills=[])


# ---- teams ----------------------------------------------------------------------------------------------------------


def test_teams_are_entered_corrected_and_closed(street) -> None:
    rows = [{"code": "vt-01", "title_zh": "志愿队vt-01", "area": COMMUNITY}]
    rows.append({"code": "vt-03", "title_zh": "新队", "area": COMMUNITY})
    assert street.do("clerk", "volunteer.enter_teams", rows=rows).answer["outcomes"] == "un"
    rows[1]["title_zh"] = "新队二"
    assert street.do("clerk", "volunteer.enter_teams", rows=rows).answer["outcomes"] == "uc"
    entry = street.events[-1].data.summary.registry[0]
    assert (entry.kind, entry.code, entry.title.zh) == ("unit", "vt-03", "新队二")
    street.do("clerk", "volunteer.close_team", code="vt-03", valid_to=street.today.isoformat())
    assert not street.row(TEAM, "vt-03").active
    street.refused("team.closed_already", "clerk", "volunteer.close_team", code="vt-03", valid_to="2026-11-23")
