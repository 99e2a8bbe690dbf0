"""A desk to try the rules on: the chassis's own batch over rows in memory, with a small catalogue."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import settings
from shuniu.contracts.summary import RegistryEntry
from shuniu.contracts.text import Text
from shuniu.testing.rulework import SCOPE, RuleWork, person
from shuniu_services_desk import service
from shuniu_services_desk.cases.case import CASE
from shuniu_services_desk.cases.prepared import PreparedCase
from shuniu_services_desk.cases.state import Case
from shuniu_services_desk.deliberation.kinds import DELIBERATION_ROW
from shuniu_services_desk.deliberation.prepared import PreparedElectors
from shuniu_services_desk.deliberation.state import Deliberation
from shuniu_services_desk.needs.kinds import NEED_ROW
from shuniu_services_desk.needs.prepared import PreparedNeed
from shuniu_services_desk.needs.state import Need
from shuniu_services_desk.projects.kinds import PROJECT_ROW
from shuniu_services_desk.projects.state import Project

# A busy machine makes an example late, never wrong.
settings.register_profile("desk", deadline=None, print_blob=True)
settings.load_profile("desk")

COMMUNITY = f"{SCOPE}001"
PEOPLE = {
    "clerk": person("k1", "desk_clerk", units=("desk",)),
    "colleague": person("k2", "desk_clerk", units=("desk",)),
    "leader": person("l1", "desk_leader", units=("desk",)),
    "body": person("b1", "back_office", areas=(), units=("hrss",)),
    "partner": person("b2", "back_office", areas=(), units=("civil",)),
    "elsewhere": person("k3", "desk_clerk", "desk_leader", areas=("320199002",)),
    "nobody": person("", areas=()),
    "operator": person("o1", "operator"),
    "community": person("c1", "community_secretary", areas=(COMMUNITY,)),
    "second": person("c2", "community_secretary", areas=(COMMUNITY,)),
    "worker": person("g1", "grid_worker", areas=(COMMUNITY,)),
    "team": person("t1", "duty_officer", areas=(), units=("house",)),
}
REGISTRY = (
    RegistryEntry(kind="area", code=SCOPE, subtype="STREET", title=Text("测试街道", "Test street")),
    RegistryEntry(kind="area", code=COMMUNITY, subtype="COMMUNITY", title=Text("测试社区", "Test community")),
    *(RegistryEntry(kind="unit", code=u, title=Text(u, u)) for u in ("desk", "hrss", "civil", "house")),
)


def guide(item: str = "SB-01", **more: Any) -> dict[str, Any]:
    """A complete guide with a question, a material that may follow later and one that an agent needs."""
    return {
        "item": item,
        "name": f"事项{item}",
        "kind": "LICENCE",
        "basis": "行政许可法",
        "body": "hrss",
        "conditions": ["居住在本街道"],
        "questions": [
            {
                "code": "agent",
                "title": "是否代办",
                "choices": [{"code": "yes", "title": "是的"}, {"code": "no", "title": "不是"}],
            }
        ],
        "materials": [
            {"code": "ID", "name": "居民身份证", "form": "ORIGINAL"},
            {"code": "FORM", "name": "申请表", "form": "ORIGINAL"},
            {"code": "PROOF", "name": "居住证明", "gap_allowed": True},
            {"code": "PROXY", "name": "授权委托书", "when": [{"question": "agent", "answers": ["yes"]}]},
        ],
        "process": ["申请", "受理", "审查", "决定"],
        "legal_limit": 20,
        "promised_limit": 10,
        "channels": ["WINDOW", "ONLINE"],
        "result": "证书",
        "contact": "025-12345",
        "complaint_line": "12345",
        **more,
    }


class Desk(RuleWork):
    """The desk's rules at work; ``case`` is the one under way."""

    def __init__(self, **more: Any) -> None:
        super().__init__(service, PEOPLE, REGISTRY, **more)
        self.case = ""
        self.codes = 0

    def prepared(self, applicant: str = "h-1") -> PreparedCase:
        """What ``prepare`` works out, with codes that count."""
        self.codes += 1
        codes = tuple(f"DOC{self.codes:05d}{n}" for n in range(8))
        return PreparedCase(
            applicant=applicant, slip=f"C{self.codes}", code_key=f"ck{self.codes}", documents=codes, name="张三丰"
        )

    guide = staticmethod(guide)

    def put(self, given: dict[str, Any]) -> dict[str, Any]:
        """Write a draft."""
        command = service.command("guide.put")
        assert command is not None
        return dict(self.give(command, msgspec.convert(given, command.struct), self.people["leader"]).answer)

    def publish(self, *guides: dict[str, Any]) -> None:
        """Put guides in force today."""
        for given in guides or (guide(),):
            self.put(given)
            self.do("leader", "guide.publish", item=given["item"], valid_from=self.today.isoformat())

    def submit(self, *handed: str, applicant: str = "h-1", who: str = "clerk", **more: Any) -> dict[str, Any]:
        """An application is taken."""
        body = {
            "items": ["SB-01"],
            "situation": {"agent": "no"},
            "handed": list(handed),
            "applicant_name": "张三丰",
            "applicant_id": "320102199001011234",
            **more,
        }
        answer = self.do(who, "case.submit", self.prepared(applicant), **body).answer
        self.case = answer["case"]
        return answer

    def give_(self, who: str, move: str, **body: Any) -> dict[str, Any]:
        """A command on the case under way."""
        return self.do(who, f"case.{move}", self.prepared(), case=self.case, **body).answer

    def no(self, rule: str, who: str, move: str, **body: Any) -> None:
        """The command on the case under way is refused under ``rule``, naming state and event."""
        refusal = self.refused(f"case.{rule}", who, f"case.{move}", self.prepared(), case=self.case, **body)
        assert refusal.event == move, refusal

    @property
    def c(self) -> Case:
        """The case under way."""
        row: Case = self.row(CASE, self.case)
        return row

    def accepted(self) -> None:
        """A complete case, accepted."""
        self.submit("ID", "FORM", "PROOF")
        self.give_("clerk", "accept")

    def delivered(self) -> None:
        """A case granted and handed out."""
        self.accepted()
        self.give_("body", "decide", grant=True)
        self.give_("clerk", "deliver", how="PICK_UP")

    # ---- needs

    def raised(self, who: str = "nobody", **more: Any) -> str:
        """A need that was raised; its code's key is ``nk<n>``."""
        self.codes += 1
        body = {"category": "CHARGING", "words": "小区电动车没有地方充电", "area": COMMUNITY, **more}
        prepared = PreparedNeed(slip=f"N{self.codes}", code_key=f"nk{self.codes}")
        name = "need.raise" if who == "nobody" else "need.enter"
        return str(self.do(who, name, prepared, **body).answer["need"])

    def clustered(self, *needs: str, who: str = "community") -> str:
        """A cluster of these needs, of a new one where none are named."""
        first, *others = needs or (self.raised(),)
        return str(self.do(who, "cluster.form", need=first, needs=others).answer["cluster"])

    # ---- deliberations

    def open_(self, cluster: str, forum: str = "COUNCIL", electorate: str = "MEMBERS", **more: Any) -> str:
        """An agenda item about a cluster."""
        body = {"cluster": cluster, "forum": forum, "electorate": electorate, **more}
        return str(self.do("community", "deliberation.open", **body).answer["deliberation"])

    def called(self, deliberation: str, areas: dict[str, int], after: int = 20) -> None:
        """Its roll is entered, the notice given, and the hour has come."""
        self.do("community", "deliberation.enter_roll", deliberation=deliberation,
                electors=[{"elector": e, "area": a} for e, a in areas.items()])  # fmt: skip
        self.do("community", "deliberation.set_parties", deliberation=deliberation, units=["house"])
        at = self.now + timedelta(days=after)
        self.do("community", "deliberation.notice", deliberation=deliberation, meeting_at=at.isoformat())
        self.tick(days=after)

    def held(self, deliberation: str, *present: str, options: tuple[str, ...] = ("装充电桩",)) -> None:
        """They met; ``present`` take part."""
        for elector in present:
            self.do("community", "deliberation.attend", deliberation=deliberation, elector=elector)
        paper = PreparedElectors(code=f"PAPER{self.codes:04d}")
        self.codes += 1
        self.do("community", "deliberation.hold", paper, deliberation=deliberation, options=list(options),
                minutes_text="会议讨论了充电桩的位置")  # fmt: skip

    def resolved(self, deliberation: str, *voters: str) -> None:
        """All of these vote for the first option, it is counted, and the resolution put on paper."""
        for elector in voters:
            self.do("community", "deliberation.vote", deliberation=deliberation, elector=elector, option="1")
        self.do("community", "deliberation.count", deliberation=deliberation)
        self.codes += 1
        paper = PreparedElectors(code=f"PAPER{self.codes:04d}", texts={"1": "装充电桩"})
        self.do("community", "deliberation.resolve", paper, deliberation=deliberation)

    def decided(self, *needs: str) -> str:
        """A resolution of the council about a cluster of these needs."""
        d = self.open_(self.clustered(*needs))
        self.called(d, dict.fromkeys(("a", "b", "c"), 0), after=5)
        self.held(d, "a", "b", "c")
        self.resolved(d, "a", "b")
        return d

    def planned(self, deliberation: str, budget: int = 100_00, **more: Any) -> str:
        """A project of two milestones, the second after the first."""
        day = self.today
        milestones = [
            {"work": "DESIGN", "unit": "house", "start_on": day.isoformat(),
             "due_on": (day + timedelta(days=10)).isoformat()},
            {"work": "BUILD", "unit": "civil", "start_on": day.isoformat(),
             "due_on": (day + timedelta(days=30)).isoformat(), "after": [1]},
        ]  # fmt: skip
        body = {"lead": "house", "fund_source": "COMMUNITY_FUND", "fund": "社区为民服务专项资金", "budget": budget,
                "milestones": milestones, **more}  # fmt: skip
        return str(self.do("community", "project.plan", deliberation=deliberation, **body).answer["project"])

    def running(self, *needs: str, budget: int = 100_00) -> str:
        """A project that is funded and started."""
        p = self.planned(self.decided(*needs), budget)
        for move in ("fund", "start"):
            self.do("community", f"project.{move}", project=p)
        return p

    def finished(self, project: str) -> None:
        """Every milestone is reported by its owner and accepted by the community, then the project."""
        for m, who in zip(self.project(project).milestones, ("team", "partner"), strict=True):
            body = {"project": project, "milestone": m.id}
            self.do(who, "project.report", **body, evidence=[self.file(m.seq)])
            self.do("community", "project.accept_milestone", **body)
        self.do("community", "project.accept", project=project)

    @staticmethod
    def file(n: int) -> dict[str, Any]:
        """A file as evidence."""
        return {"sha256": f"{n:064x}", "size": 9, "media_type": "application/pdf"}

    def project(self, project: str) -> Project:
        """A project as it stands."""
        row: Project = self.row(PROJECT_ROW, project)
        return row

    def deliberation(self, deliberation: str) -> Deliberation:
        """A deliberation as it stands."""
        row: Deliberation = self.row(DELIBERATION_ROW, deliberation)
        return row

    def need(self, need: str) -> Need:
        """A need as it stands."""
        row: Need = self.row(NEED_ROW, need)
        return row


@pytest.fixture
def desk() -> Desk:
    made = Desk()
    made.publish()
    return made


@pytest.fixture
def empty() -> Desk:
    return Desk()
