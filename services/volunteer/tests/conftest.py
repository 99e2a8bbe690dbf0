"""The volunteer service's rules at work: two teams, volunteers, an activity on its way."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from shuniu.contracts.summary import RegistryEntry
from shuniu.contracts.text import Text
from shuniu.testing.rulework import SCOPE, RuleWork, person
from shuniu_volunteer import service
from shuniu_volunteer.activities.activity import ACTIVITY, PARTICIPATION
from shuniu_volunteer.activities.checking import Scan
from shuniu_volunteer.activities.state import Activity, Participation, participation_key
from shuniu_volunteer.volunteers.register import Known
from shuniu_volunteer.volunteers.state import Volunteer
from shuniu_volunteer.volunteers.volunteer import VOLUNTEER
from stdnum.cn import ric

COMMUNITY = "320199001001"
OTHER = "320199001002"
TEAM, SECOND = "vt-01", "vt-02"
PEOPLE = {
    "clerk": person("k1", "street_clerk", units=("street-office",)),
    "clerk2": person("k2", "street_clerk", units=("street-office",)),
    "community": person("s1", "community_secretary", areas=(COMMUNITY,), units=(f"c-{COMMUNITY}",)),
    "neighbour": person("s2", "community_secretary", areas=(OTHER,), units=(f"c-{OTHER}",)),
    "lead": person("l1", "volunteer_lead", "volunteer", areas=(), units=(TEAM,)),
    "lead2": person("l2", "volunteer_lead", areas=(), units=(SECOND,)),
    **{f"v{n}": person(f"a{n}", "volunteer", areas=(COMMUNITY,)) for n in range(1, 6)},
    "operator": person("o1", "operator"),
}


def citizen(n: int, born: date = date(1990, 1, 1)) -> str:
    """A made-up citizen number that passes every check."""
    body = f"320102{born:%Y%m%d}{n:03d}"
    return body + ric.calc_check_digit(body + "0")


def registry():
    for code in (SCOPE, COMMUNITY, OTHER):
        yield RegistryEntry(kind="area", code=code, title=Text(f"区域{code[-3:]}", code))
    yield RegistryEntry(kind="unit", code="street-office", title=Text("街道办事处", "Street office"))


class Street(RuleWork):
    """Volunteers at work."""

    def __init__(self) -> None:
        super().__init__(service, PEOPLE, list(registry()))
        self.id = ""
        self._n = 0

    # ---- the register

    def teams(self) -> "Street":
        rows = [{"code": c, "title_zh": f"志愿队{c}", "area": COMMUNITY} for c in (TEAM, SECOND)]
        self.do("clerk", "volunteer.enter_teams", rows=rows)
        return self

    def register(self, who: str = "", born: date = date(1990, 1, 1), account: str = "", **given: Any) -> str:
        """A volunteer's id: registered by themselves (``who`` of v1…), or by the clerk."""
        self._n += 1
        number = given.pop("citizen_id", citizen(self._n, born))
        body = {"person_name": f"张三{self._n}", "area": COMMUNITY, "consent": True, "citizen_id": number, **given}
        known = Known({number: f"hash-{number}"})
        return self.do(who or "clerk", "volunteer.register_volunteer", known, **body).answer["volunteer"]

    def everybody(self) -> list[Volunteer]:
        return self.all(VOLUNTEER)

    def with_hours(self, id_: str, hours: int) -> str:
        """The volunteer, with so many confirmed hours in the register."""
        stored = self.rows[VOLUNTEER.key(id_)]
        self.rows[VOLUNTEER.key(id_)] = stored._replace(row=replace(stored.row, personal_minutes=hours * 60))
        return id_

    def all_volunteers(self) -> list[Volunteer]:
        return self.all(VOLUNTEER)

    def volunteer(self, id_: str) -> Volunteer:
        return self.row(VOLUNTEER, id_)

    # ---- an activity

    def plan(self, **given: Any) -> dict[str, Any]:
        starts = given.pop("starts_at", None) or self.now + timedelta(days=1)
        hours = given.pop("hours", 3)
        plan = {
            "category": "VA_ENVIRONMENT",
            "title": "清洁家园",
            "area": COMMUNITY,
            "place": {"name": "双安巷", "lon": 118.91234, "lat": 32.10234},
            "starts_at": starts.isoformat(),
            "ends_at": (starts + timedelta(hours=hours)).isoformat(),
            "places": 2,
            "organiser": TEAM,
        }
        return {**plan, **given}

    def drafted(self, who: str = "lead", **given: Any) -> "Street":
        self.id = self.do(who, "activity.draft", **self.plan(**given)).answer["activity"]
        return self

    def act(self, who: str, move: str, prepared: Any = None, **body: Any) -> dict[str, Any]:
        name = move if "." in move else f"activity.{move}"
        return dict(self.do(who, name, prepared, activity=self.id, **body).answer)

    def no(self, rule: str, who: str, move: str, prepared: Any = None, **body: Any):
        name = move if "." in move else f"activity.{move}"
        return self.refused(rule, who, name, prepared, activity=self.id, **body)

    def recruiting(self, **given: Any) -> "Street":
        self.drafted(**given).act("clerk", "review")
        self.act("lead", "open")
        return self

    def apply(self, who: str) -> str:
        return str(self.act(who, "participation.apply")["status"])

    def ongoing(self, *who: str, **given: Any) -> "Street":
        """Recruited, ready, begun by itself; these volunteers have places."""
        self.recruiting(**given)
        for one in who:
            self.apply(one)
        if self.a.plan.danger:
            self.act("lead", "insure", insurance="PICC-2026-0001")
        self.act("lead", "make_ready")
        self.tick(seconds=(self.a.plan.starts_at - self.now).total_seconds())
        assert self.a.status == "ONGOING"
        return self

    def check(self, who: str, move: str, at: datetime | None = None, **body: Any) -> dict[str, Any]:
        """Check in or out by the activity's code, shown at ``at``."""
        return self.act(who, f"participation.{move}", Scan(at or self.now), means="QR", code="x", **body)

    def served(self, *who: str, minutes: int = 120, **given: Any) -> "Street":
        """Everybody in at the start, out after so many minutes, and the hours are to be confirmed."""
        self.ongoing(*who, **given)
        for one in who:
            self.check(one, "check_in")
        self.tick(minutes=minutes)
        for one in who:
            self.check(one, "check_out")
        if self.a.status == "ONGOING":
            self.act("lead", "finish")
        self.act("lead", "submit_hours")
        return self

    def confirmed(self, *who: str, **given: Any) -> "Street":
        self.served(*who, **given)
        for one in who:
            self.act(one, "participation.agree")
            self.act("lead", "participation.agree", volunteer=self.own(one))
        return self

    def own(self, who: str) -> str:
        """The volunteer of an account of ours."""
        return next(v.id for v in self.all(VOLUNTEER) if v.account == PEOPLE[who].id)

    @property
    def a(self) -> Activity:
        return self.row(ACTIVITY, self.id)

    def part(self, who: str) -> Participation:
        return self.row(PARTICIPATION, participation_key(self.id, self.own(who)))


@pytest.fixture(scope="session")
def new_street() -> type[Street]:
    """For walks that make a street each."""
    return Street


@pytest.fixture
def street() -> Street:
    return Street().teams()


@pytest.fixture
def crowd(street: Street) -> Street:
    """Five volunteers with accounts."""
    for n in range(1, 6):
        street.register(f"v{n}")
    return street
