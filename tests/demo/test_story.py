"""The demonstration's story is pure data: the same at every telling, in order, of the size and variety a street has."""

import importlib
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from shuniu.rules.calendar import SHANGHAI, local
from shuniu.rules.citizen import is_citizen_id
from shuniu.rules.shipped import calendar
from shuniu_demo import NEEDED
from shuniu_demo.accounts import DEPARTMENTS, SEATS, password
from shuniu_demo.filling import FORMS
from shuniu_demo.furnishing import LONG_BEFORE
from shuniu_demo.load import INSTANT, instants
from shuniu_demo.pictures import draw
from shuniu_demo.registry import UNITS, shuniu
from shuniu_demo.script import LINKED, LOOKED_UP, NOW, OFFERED, PUBLIC, REACHED, SHARED, Act, Picture, Ref, resolved
from shuniu_demo.settling import PART_BYTES, area_parts
from shuniu_demo.story import WORKING_DAYS, Story, begins, tell
from shuniu_demo.volunteers import REGISTERED, TEAMS, team_rows, volunteer_rows
from shuniu_demo.words import FINDINGS, ITEMS

# A Monday noon, a Sunday night, the middle of a holiday week with make-up days around it
ENDS = [
    datetime(2026, 11, 23, 4, 30, tzinfo=UTC),
    datetime(2026, 11, 22, 18, 5, tzinfo=UTC),
    datetime(2026, 10, 5, 8, 0, tzinfo=UTC),
]


@pytest.fixture(scope="module", params=ENDS, ids=lambda end: f"{end:%m-%d}")
def story(request: pytest.FixtureRequest) -> Story:
    return tell(request.param)


def of(story: Story, command: str) -> list[Act]:
    return [act for act in story.acts if act.command == command]


def pictures(value: Any) -> list[Picture]:
    if isinstance(value, Picture):
        return [value]
    if isinstance(value, dict):
        return [p for inner in value.values() for p in pictures(inner)]
    if isinstance(value, list):
        return [p for inner in value for p in pictures(inner)]
    return []


def test_it_is_told_the_same_way_every_time() -> None:
    assert tell(ENDS[0]) == tell(ENDS[0])
    assert tell(ENDS[0], seed=1).acts != tell(ENDS[0]).acts


def test_it_begins_ten_working_days_back_in_the_morning(story: Story) -> None:
    begin = story.begin.astimezone(SHANGHAI)
    assert (begin.hour, begin.minute) == (8, 0)
    days = [begin.date() + timedelta(days=n) for n in range((local(story.end).date() - begin.date()).days)]
    assert sum(calendar().is_working_day(day) for day in days) == WORKING_DAYS
    assert begins(story.end) == story.begin


def test_acts_lie_between_beginning_and_end_and_a_threads_acts_follow_one_another(story: Story) -> None:
    earlier = {act.thread for act in story.acts if act.at < story.begin - timedelta(hours=1)}
    stems = {thread.rstrip("0123456789-") for thread in earlier}
    assert stems == {
        "case-kindergarten", "stars", "insured-policy", "insured-fund", "insured-rosters", "past-claim",
        "left-claim-advance", "volunteers-set", "fair", "association-set", "award-last",
    }, "what takes longer than ten working days"  # fmt: skip
    assert all(story.begin - LONG_BEFORE <= act.at <= story.end for act in story.acts)
    assert [act.at for act in story.acts] == sorted(act.at for act in story.acts)
    threads: dict[str, list[Act]] = defaultdict(list)
    for act in story.acts:
        threads[act.thread].append(act)
    for acts in threads.values():
        assert [act.step for act in acts] == list(range(len(acts)))
        assert all(a.at < b.at for a, b in pairwise(acts))


def test_it_has_the_size_and_the_variety_of_a_street(story: Story) -> None:
    reports, whistles = of(story, "grid.report"), {act.thread for act in story.acts if act.command == "whistle.draft"}
    assert 130 <= len(reports) <= 300
    assert 50 <= len(whistles) <= 95
    assert len({act.body["category"] for act in reports}) >= 25
    assert len({act.body["area"][:12] for act in reports}) == 10
    assert len({act.body["area"] for act in reports}) >= 80
    assert sum(bool(act.body.get("after_photos")) for act in reports) >= 10
    assert sum(act.body["source"] != "GRID" for act in reports) >= 10
    drafts = of(story, "whistle.draft")
    assert {act.body["direction"] for act in drafts} == {"UP", "DOWN"}
    assert {act.body["kind"] for act in drafts} == {"ROUTINE", "HARD"}
    done = Counter(act.command for act in story.acts)
    for command in ("grid.return", "grid.send_back", "grid.ask_delay", "grid.ask_hang", "grid.refer", "grid.not_file",
                    "whistle.object", "whistle.send_back_phase", "whistle.request_extension",
                    "whistle.announce_meeting", "whistle.assess_calling", "supervision.close", "joint.archive",
                    "catalogue.publish", "duty_zone.agree", "order.close", "order.call_back", "order.redispatch",
                    "order.hang", "order.extend", "grid.end_patrol", "grid.check_spot", "grid.record_visit",
                    "grid.plan_shifts", "grid.publish_post", "grid.notice_stars", "grid.appoint",
                    "case.correct", "case.accept_gap", "case.pause", "case.hand_back", "case.withdraw", "case.refuse",
                    "case.apply", "rating.repeat", "claim.deny", "claim.advance", "claim.recourse", "claim.mediate",
                    "claim.litigate", "certificate.rule_appeal", "hazard.accept_risk", "hazard.reopen",
                    "hazard.fail_recheck", "hazard.dismiss", "disclosure.publish", "evaluation.compute",
                    "activity.cancel", "activity.insure", "participation.adjust", "volunteer.propose_star",
                    "volunteer.issue_certificate", "volunteer.grant_time", "volunteer.rule_time",
                    "volunteer.send_time", "volunteer.award",
                    "home.refuse", "home.cancel", "home.miss", "home.give_back", "standard.publish",
                    "deliberation.resolve", "project.feed_back", "grid/data.fetch", "grid/data.revoke",
                    "volunteer/data.fetch", "volunteer/data.refuse", "insurance/data.grant",
                    "services_desk/data.ask"):  # fmt: skip
        assert done[command], command
    assert done["grid.close"] > 0.5 * len(reports)
    assert done["whistle.close"] >= 10


def test_more_is_reported_in_the_day_than_in_the_night(story: Story) -> None:
    threads = [act for act in of(story, "grid.report") if act.thread not in story.left]
    hours = Counter(local(act.at).hour for act in threads)
    assert sum(hours[h] for h in (9, 10, 15, 16)) > 5 * sum(hours[h] for h in (1, 2, 3, 4))


def test_every_account_and_every_role_of_the_story_is_there(story: Story) -> None:
    logins = [seat.login for seat in SEATS]
    assert len(set(logins)) == len(logins)
    assert {act.by for act in story.acts} <= {*logins, PUBLIC}
    assert {seat.role for seat in SEATS} >= {
        "grid_worker", "grid_checker", "street_clerk", "dispatcher", "leading_group", "party_secretary",
        "office_director", "duty_officer", "district_coordinator", "community_secretary", "enterprise_contact",
        "operator", "registrar", "security_admin", "audit_admin", "api_reader", "desk_clerk", "desk_leader",
        "back_office", "finance", "insurer_clerk", "insurer_surveyor", "insurer_finance", "community_clerk",
        "volunteer_lead", "volunteer", "time_bank_clerk", "jury",
    }  # fmt: skip
    assert sum(seat.role == "community_secretary" for seat in SEATS) == 10


def test_everybody_who_moves_matters_is_left_something(story: Story) -> None:
    """By the last act of each thread that is left, somebody of each role has the next move."""
    last = {act.thread: act.command for act in story.acts if act.thread in story.left}
    left = Counter(last.values())
    for command in (
        "grid.report", "grid.return", "grid.ask_delay", "grid.ask_hang", "grid.dispatch", "grid.accept",
        "grid.feed_back", "grid.start_check", "grid.send_back", "whistle.draft", "whistle.submit", "whistle.blow",
        "whistle.sign",
        "whistle.contact", "whistle.report_in", "whistle.submit_phase", "whistle.finish", "whistle.rate",
        "whistle.object", "whistle.request_extension",
    ):  # fmt: skip
        assert left[command], f"nothing is left after {command}"
    assert story.end - max(act.at for act in story.acts) < timedelta(minutes=15)


def test_units_categories_and_limits_are_those_of_the_services(story: Story) -> None:
    import shuniu_grid
    from shuniu.rules.shipped import profile
    from shuniu_grid.events.categories import catalogue_categories, is_clue, limit_of
    from shuniu_whistle.catalogue.entries import in_force

    known = {category.id for category in catalogue_categories(shuniu_grid.service.texts)}
    units = {code for code, *_ in UNITS}
    limits = profile("grid-event-local")
    for finding in FINDINGS:
        assert finding.category in known
        assert {finding.unit, finding.wrong_unit} <= {unit for unit, *_ in DEPARTMENTS} <= units
        assert finding.clue == is_clue(finding.category)
        assert limit_of(finding.category, limits) == limits.limit(finding.limit, "default"), finding.category
    for item in ITEMS:
        assert in_force(None, item.item, story.end.date()) is not None
        assert {item.lead, *item.co} <= units


def test_the_accounts_belong_to_units_and_areas_of_the_registry() -> None:
    registry = shuniu()
    areas, units = ({entry["code"] for entry in registry[name]} for name in ("areas", "units"))
    for seat in SEATS:
        assert set(seat.areas) <= areas, seat.login
        # Teams come into the registry by the volunteers' own spreadsheet.
        assert set(seat.units) <= {*units, *(team["code"] for team in team_rows())}, seat.login


def test_every_picture_is_a_png_and_the_same_each_time(story: Story) -> None:
    wanted = {p for act in story.acts for p in pictures(act.body)}
    drawn = {picture: draw(picture) for picture in wanted}
    assert 30 < len(wanted) < 150
    assert all(content.startswith(b"\x89PNG\r\n\x1a\n") and len(content) < 10_000 for content in drawn.values())
    assert len(set(drawn.values())) > 0.8 * len(drawn)
    assert draw(next(iter(wanted))) == drawn[next(iter(wanted))]


def test_areas_go_in_parts_that_fit_a_request() -> None:
    import msgspec

    parts = list(area_parts())
    assert [len(area["code"]) for part in parts for area in part] == sorted(len(a["code"]) for p in parts for a in p)
    assert sum(map(len, parts)) == 296
    assert all(len(msgspec.json.encode(part)) <= PART_BYTES for part in parts)


def test_instants_hold_every_act_once_and_in_order(story: Story) -> None:
    given: list[Act] = []
    before: datetime | None = None
    for at, threads in instants(story.acts):
        assert before is None or at > before
        before = at
        acts = [act for thread in threads for act in thread]
        assert all(at - INSTANT < act.at <= at for act in acts)
        assert all(len({act.thread for act in thread}) == 1 for thread in threads)
        given += acts
    assert Counter(act.key for act in given) == Counter(act.key for act in story.acts)


def test_references_are_told_before_they_are_used(story: Story) -> None:
    """Whatever a step refers to is what an earlier step of its thread answers."""
    told: dict[str, set[str]] = defaultdict(set)
    answers = {
        "order.take_call": "order", "grid.begin_patrol": "patrol", "grid.open_star_cycle": "cycle",
        "joint.plan_series": "session", "case.consult": "case", "claim.report": "claim", "hazard.find": "hazard",
        "certificate.draft": "certificate", "certificate.decline": "certificate", "policy.draft": "policy",
        "claim.recourse": "recovery", "disclosure.draft": "disclosure", "activity.draft": "activity",
        "volunteer.request_time": "order", "volunteer.plan_award": "round", "volunteer.grant_time": "entry",
        "standard.note": "standard",
        "cluster.form": "cluster", "deliberation.open": "deliberation",
        **{f"{service}/data.ask": "grant" for service in ("grid", "volunteer", "insurance", "services_desk")},
    }  # fmt: skip
    shared: set[str] = set()
    for act in story.acts:
        known = told[act.thread]
        known |= {f"account.{seat.login}" for seat in SEATS} | shared | {NOW.name}
        resolved(act.body, dict.fromkeys(known, "told"), lambda picture: "drawn")
        match act.command:
            case "grid.report":
                known.add("event")
            case "whistle.draft" | "whistle.not_solved":
                known.add("whistle")
            case "whistle.blow":
                drafted = [
                    a for a in story.acts if a.thread == act.thread and a.command in ("whistle.draft", "whistle.amend")
                ]
                known |= {f"callouts.{u}" for a in drafted for u in (a.body["lead"], *a.body["co"])}
            case "whistle.plan_phase":
                known |= set(act.keep.values())
            case "case.submit" | "case.apply":
                known |= {"case", "code", "number", *act.keep.values()}
            case "fund.receive":
                known |= {"entry", "month", *act.keep.values()}
            case "audit.draw":
                known |= {"audit", *(f"drawn.{n}" for n in range(act.body["size"]))}
            case "project.plan":
                known |= {"project", *act.keep.values()}
            case (
                "home.request"
                | "home.request_online"
                | "home.submit"
                | "roster.open"
                | "volunteer.nominate"
                | "queue.take"
                | "need.enter"
            ):
                known |= set(act.keep.values())
            case _ if act.command in answers:
                known.add(answers[act.command])
            case _ if act.command in (LINKED, OFFERED, LOOKED_UP):
                known.add(act.body["name"])
            case _:
                assert act.command != REACHED or act.body["id"] in (Ref("event"), Ref("hazard"))
        shared |= {name for name in act.keep.values() if name.startswith(SHARED)}


def test_forms_are_those_of_actions_the_services_offer() -> None:
    services = [importlib.import_module(f"shuniu_{name}").service for name in NEEDED if name != "gateway"]
    assert set(FORMS) <= {command.name for service in services for command in service.commands}


def test_teams_and_volunteers_are_as_many_as_the_article_counts_and_nobody_real() -> None:
    teams, rows = list(team_rows()), list(volunteer_rows(1, REGISTERED, ENDS[0].date()))
    assert len(teams) == TEAMS == 56
    assert len({row["citizen_id"] for row in rows}) == len(rows) == REGISTERED >= 6000
    assert all(is_citizen_id(row["citizen_id"]) and row["citizen_id"].startswith("320199") for row in rows)
    assert all("虚构" in row["person_name"] for row in rows)
    assert list(volunteer_rows(1, 50, ENDS[0].date())) == rows[:50]


def test_passwords_are_kept_private_typeable_and_all_different(tmp_path: Any) -> None:
    from shuniu.runtime.keys import Keys

    keys = Keys(tmp_path / "keys")
    made = {seat.login: password(keys, seat.login) for seat in SEATS}
    assert len(set(made.values())) == len(made)
    assert all(len(p) == 14 and p.islower() and any(c.isdigit() for c in p) for p in made.values())
    assert made == {seat.login: password(keys, seat.login) for seat in SEATS}
    assert {path.stat().st_mode & 0o777 for path in keys.folder.iterdir()} == {0o600}
