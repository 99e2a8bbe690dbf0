"""Award rounds (仙林最美的人): from the plan to the archive, with vote, jury and public notice (domain rules 10.11)."""

from dataclasses import replace

from shuniu.chassis.rows import MatterFace
from shuniu.chassis.service import Capability, Catalogue
from shuniu.contracts.manifest import Category, KindInfo, Measure, Panel, Route, StatusInfo
from shuniu.contracts.volunteer.awards import FACTS

from shuniu_volunteer.awards import codes
from shuniu_volunteer.awards.commands import COMMANDS
from shuniu_volunteer.awards.face import detail, offers, summarise, visibility
from shuniu_volunteer.awards.lifecycle import ROUND
from shuniu_volunteer.awards.routes import HANDLERS, AwardRoundTable, AwardVoterTable
from shuniu_volunteer.awards.state import ROUND_KIND, VOTES

__all__ = ("capability",)

_TEXTS = Catalogue.load("shuniu_volunteer.awards")

FACE = MatterFace(
    summarise=summarise,
    number=lambda row: row.number,
    visibility=visibility,
    offers=offers,
    detail=detail,
)
capability = Capability(
    name="awards",
    texts=_TEXTS,
    rows=(replace(ROUND_KIND, face=FACE), VOTES, codes.VOTER, codes.CODE),
    commands=(*COMMANDS, *codes.COMMANDS),
    facts=FACTS,
    kinds=(
        KindInfo(
            id=ROUND.kind,
            title=_TEXTS["kind.award_round"],
            plural=_TEXTS["kind.award_rounds"],
            icon="star",
            statuses=tuple(
                StatusInfo(id=s.id, title=_TEXTS[f"status.{ROUND.kind}.{s.id}"], open=s.open, tone=s.tone, order=i)  # type: ignore[arg-type]
                for i, s in enumerate(ROUND.statuses)
            ),
            clocks=(Category(id="award_notice", title=_TEXTS["clock.award_notice"]),),
            order=55,
        ),
    ),
    measures=(
        Measure(
            name="volunteer.awards_given",
            title=_TEXTS["measure.volunteer.awards_given"],
            kind="sum",
            unit=_TEXTS["unit.awards"],
        ),
    ),
    panels=(
        Panel(
            id="volunteer.award_stages",
            title=_TEXTS["panel.award_stages"],
            kind="stages",
            matter_kind=ROUND.kind,
            surface="service",
            order=76,
        ),
        Panel(
            id="volunteer.award_codes",
            title=_TEXTS["panel.award_codes"],
            kind="table",
            route="/awards/codes",
            surface="service",
            order=77,
            roles=ROUND.move("give_vote_code").roles,
        ),
    ),
    routes=(
        Route(path="/awards/open", title=_TEXTS["route.awards_open"], public=True),
        Route(path="/awards/codes", title=_TEXTS["panel.award_codes"]),
        Route(path="/honours/awards", title=_TEXTS["route.honours_awards"], public=True),
    ),
    handlers=HANDLERS,
    tables=(AwardRoundTable, AwardVoterTable),
)
