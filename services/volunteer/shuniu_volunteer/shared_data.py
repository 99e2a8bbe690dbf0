"""What the volunteer service offers to other units (数据共享): teams, and volunteers by skill with persons masked."""

from shuniu.chassis.datasets import Dataset, datasets
from shuniu.chassis.service import Catalogue

from shuniu_volunteer.teams.sheet import SHEET as TEAMS
from shuniu_volunteer.volunteers.sheet import SHEET as VOLUNTEERS

__all__ = ("capability",)

capability = datasets(
    Dataset(name="volunteer_teams", sheet=TEAMS, subject="CHARITY", share="OPEN", level="L1"),
    Dataset(name="volunteers", sheet=VOLUNTEERS, subject="TALENT", share="CONDITIONAL", level="L3"),
    texts=Catalogue.load("shuniu_volunteer", "shared_data.toml"),
)
