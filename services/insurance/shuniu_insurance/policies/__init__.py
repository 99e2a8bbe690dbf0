"""Policies (保单): covers, event kinds and limits, versions by endorsement (domain rules 4).

Read on: ``kinds.toml`` and ``demonstration.toml`` (data, each with its source), ``covers.py`` (which cover answers,
what room is left), ``lifecycle.py``, ``state.py``, ``commands.py``, ``policy.py`` (the matter), ``routes.py``.
"""

from shuniu.chassis.service import Capability
from shuniu.contracts.insurance.policies import FACTS
from shuniu.contracts.manifest import Category, KindInfo, Panel, Route

from shuniu_insurance.fields import statuses_of
from shuniu_insurance.policies.commands import COMMANDS
from shuniu_insurance.policies.covers import ROOM
from shuniu_insurance.policies.lifecycle import POLICY
from shuniu_insurance.policies.policy import BOOK, POLICY_ROW
from shuniu_insurance.policies.routes import HANDLERS
from shuniu_insurance.policies.tables import BookTable, PolicyTable, RoomTable
from shuniu_insurance.policies.texts import OWN, TEXTS

__all__ = ("capability",)

capability = Capability(
    name="policies",
    texts=OWN,
    rows=(POLICY_ROW, BOOK, ROOM),
    commands=COMMANDS,
    facts=FACTS,
    kinds=(
        KindInfo(
            id=POLICY.kind,
            title=TEXTS["kind.insurance_policy"],
            plural=TEXTS["kind.insurance_policies"],
            icon="shield",
            statuses=statuses_of(POLICY, TEXTS),
            clocks=tuple(Category(id=c, title=TEXTS[f"clock.{c}"]) for c in ("issued", "in_force")),
            order=20,
        ),
    ),
    panels=(Panel(id="policy.room", title=TEXTS["panel.policy_room"], kind="table", route="/policies/room", order=61),),
    routes=(
        Route(path="/policies/room", title=TEXTS["route.policy_room"]),
        Route(path="/policies/{policy}/room", title=TEXTS["route.policy_room_one"]),
    ),
    handlers=HANDLERS,
    tables=(PolicyTable, BookTable, RoomTable),
)
