"""Every illegal move of every life cycle of volunteers over HTTP: 409 or 422 naming status, event and rule."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from shuniu.testing.moves import Asked, Moves, Planted, Way
from shuniu.testing.servers import Hosts
from shuniu_volunteer import service
from shuniu_volunteer.activities.lifecycles import ACTIVITY, PARTICIPATION
from shuniu_volunteer.awards.lifecycle import ROUND
from shuniu_volunteer.time_bank.lifecycle import EXCHANGE, ORDER

from .awards.test_round import PAPER, Round
from .conftest import Street
from .time_bank.conftest import bank_class

REASON = "按职责分工另行处理"
Bank: Any = bank_class(Street)
OTHER_SCOPE = "320199002"
NOT_THEIRS = ("access.area", "access.unit", "activity.not_yours", "time_order.not_yours", "time_bank.not_yours")

# ---- activities -----------------------------------------------------------------------------------------------------

KEEPING = {"street_clerk": "clerk", "community_secretary": "community", "volunteer_lead": "lead", "volunteer": "v1"}


def crowd() -> Street:
    """Two teams and five volunteers."""
    street = Street().teams()
    for n in range(1, 6):
        street.register(f"v{n}")
    return street


def activity(bring: Callable[[Street], object]) -> Callable[[], Way]:
    """A way of an activity."""

    def way() -> Way:
        street = crowd()
        bring(street)
        return Way(street, {"activity": street.id})

    return way


def reviewed(s: Street) -> Street:
    """Reviewed by a clerk."""
    s.drafted().act("clerk", "review")
    return s


def ready(s: Street) -> Street:
    """Somebody has a place."""
    s.recruiting().apply("v1")
    s.act("lead", "make_ready")
    return s


def finished(s: Street) -> Street:
    """Served and over."""
    s.ongoing("v1").check("v1", "check_in")
    s.tick(hours=2)
    s.check("v1", "check_out")
    s.act("lead", "finish")
    return s


def noticed(s: Street) -> Street:
    """Hours confirmed and posted."""
    s.confirmed("v1").act("lead", "notice_hours")
    return s


def archived(s: Street) -> Street:
    """After the notice."""
    noticed(s).tick(days=10)
    return s


ACTIVITIES = Moves(
    ACTIVITY,
    {
        "DRAFT": activity(lambda s: s.drafted()),
        "REVIEWED": activity(reviewed),
        "RECRUITING": activity(lambda s: s.recruiting()),
        "READY": activity(ready),
        "ONGOING": activity(lambda s: s.ongoing("v1")),
        "FINISHED": activity(finished),
        "HOURS_PENDING": activity(lambda s: s.served("v1")),
        "HOURS_CONFIRMED": activity(lambda s: s.confirmed("v1")),
        "NOTICED": activity(noticed),
        "ARCHIVED": activity(archived),
        "CANCELLED": activity(lambda s: s.recruiting().act("lead", "cancel", reason="WEATHER")),
    },
    {
        "amend": Asked("activity.amend", Street().plan(starts_at=Street().now + timedelta(days=40))),
        "review": Asked("activity.review"),
        "send_back": Asked("activity.send_back", {"reason": REASON}),
        "open": Asked("activity.open"),
        "insure": Asked("activity.insure", {"insurance": "PICC-2026-0001"}),
        "make_ready": Asked("activity.make_ready"),
        "start": Asked("activity.start"),
        "finish": Asked("activity.finish"),
        "submit_hours": Asked("activity.submit_hours"),
        "notice_hours": Asked("activity.notice_hours"),
        "cancel": Asked("activity.cancel", {"reason": "WEATHER"}),
        "refuse_request": Asked("activity.refuse_request", {"reason": "NO_VOLUNTEERS"}),
    },
    {role: who for role, who in KEEPING.items() if role != "volunteer"},
    beside=frozenset(
        f"participation.{move}"
        for move in (
            "apply", "withdraw", "enrol", "accept", "decline", "check_in", "check_out", "agree", "dispute", "adjust",
        )
    ),
)  # fmt: skip


async def test_activities(hosts: Hosts) -> None:
    async with Planted.of(service, hosts, crowd()) as planted:
        assert await planted.refuses(ACTIVITIES) > 150
        assert await planted.forbids(ACTIVITIES, *NOT_THEIRS) > 20


# ---- taking part ----------------------------------------------------------------------------------------------------


def part(bring: Callable[[Street], object]) -> Callable[[], Way]:
    """A way of the first volunteer's taking part, as a leader names it."""

    def way() -> Way:
        street = crowd()
        bring(street)
        return Way(street, {"activity": street.id, "volunteer": street.own("v1")})

    return way


def applied(s: Street) -> Street:
    """Asked for a place that a leader gives."""
    s.recruiting(approval=True).apply("v1")
    return s


def waitlisted(s: Street) -> Street:
    """The last place is gone."""
    s.recruiting(places=1).apply("v2")
    s.apply("v1")
    return s


def accepted(s: Street) -> Street:
    """Has a place."""
    s.recruiting().apply("v1")
    return s


def checked_in(s: Street) -> Street:
    """Is there."""
    s.ongoing("v1").check("v1", "check_in")
    return s


def disputed(s: Street) -> Street:
    """Says the hours are wrong."""
    s.served("v1").act("v1", "participation.dispute", reason=REASON)
    return s


def adjusted(s: Street) -> Street:
    """A second person has decided."""
    disputed(s).act("clerk", "participation.adjust", volunteer=s.own("v1"), minutes=75, reason=REASON)
    return s


PARTS = Moves(
    PARTICIPATION,
    {
        "APPLIED": part(applied),
        "WAITLISTED": part(waitlisted),
        "ACCEPTED": part(lambda s: s.ongoing("v1")),
        "DECLINED": part(lambda s: accepted(s).act("v1", "participation.withdraw")),
        "CHECKED_IN": part(checked_in),
        "CALCULATED": part(lambda s: s.served("v1")),
        "CONFIRMED": part(lambda s: s.confirmed("v1")),
        "DISPUTED": part(disputed),
        "ADJUSTED": part(adjusted),
    },
    {
        "accept": Asked("participation.accept"),
        "decline": Asked("participation.decline", {"reason": "NO_MATCH"}),
        "check_in": Asked("participation.check_in", {"means": "LEADER"}),
        "check_out": Asked("participation.check_out", {"means": "LEADER"}),
        "agree": Asked("participation.agree"),
        "dispute": Asked("participation.dispute", {"reason": REASON}),
        "adjust": Asked("participation.adjust", {"minutes": 60, "reason": REASON}),
    },
    {role: who for role, who in KEEPING.items() if role != "volunteer"},
)
"""CHECKED_OUT lasts no longer than the command that computes the hours."""


async def test_taking_part(hosts: Hosts) -> None:
    async with Planted.of(service, hosts, crowd()) as planted:
        assert await planted.refuses(PARTS, passing=("CHECKED_OUT",)) > 80
        assert await planted.forbids(PARTS, *NOT_THEIRS) > 10


# ---- awards ---------------------------------------------------------------------------------------------------------


def award(bring: Callable[[Round], object]) -> Callable[[], Way]:
    """A way of a round."""

    def way() -> Way:
        r = Round()
        bring(r)
        return Way(r, {"round": r.id})

    return way


def objected(r: Round) -> Round:
    """Somebody objects to the winner."""
    r.noticed().act("r3", "object", nominee=r.nominees[0], reason=REASON)
    return r


def confirmed(r: Round) -> Round:
    """The notice has ended."""
    r.noticed()
    r.tick(days=10)
    r.act("leader", "confirm_award")
    return r


def awarded(r: Round) -> Round:
    """In public."""
    confirmed(r).act("clerk", "award")
    return r


AWARDS = Moves(
    ROUND,
    {
        "AW_PLANNED": award(lambda r: r),
        "AW_NOMINATING": award(lambda r: r.nominating()),
        "AW_QUALIFYING": award(lambda r: r.nominating().act("clerk", "close_nominations")),
        "AW_VOTING": award(lambda r: r.voting()),
        "AW_JURY": award(lambda r: r.judging()),
        "AW_NOTICE": award(lambda r: r.noticed()),
        "AW_OBJECTION": award(objected),
        "AW_RULED": award(lambda r: objected(r).act("leader", "rule_objection", upheld=False, reason=REASON)),
        "AW_CONFIRMED": award(confirmed),
        "AW_AWARDED": award(awarded),
        "AW_ARCHIVED": award(lambda r: awarded(r).act("clerk", "archive_award")),
        "AW_CANCELLED": award(lambda r: r.act("leader", "cancel_award", reason="NOT_THIS_YEAR")),
    },
    {
        "weigh_award": Asked("volunteer.weigh_award", {"vote_share": 50, "jury_share": 50}),
        "open_nominations": Asked("volunteer.open_nominations"),
        "nominate": Asked("volunteer.nominate", {"nominee_name": "张三", "deed": REASON}),
        "close_nominations": Asked("volunteer.close_nominations"),
        "qualify_nominee": Asked(
            "volunteer.qualify_nominee",
            {"nominee": "n", "credit": True, "discipline": True, "named": True, "paper": PAPER},
        ),
        "open_vote": Asked("volunteer.open_vote"),
        "vote": Asked("volunteer.vote", {"nominee": "n"}),
        "void_vote": Asked(
            "volunteer.void_vote", {"nominee": "n", "voter": "r1", "on": "2026-11-23", "reason": REASON}
        ),
        "give_vote_code": Asked(
            "volunteer.give_vote_code", {"citizen_id": "320102199001010010", "identity_seen": True}
        ),
        "void_vote_code": Asked("volunteer.void_vote_code", {"voter": "w", "reason": REASON}),
        "appoint_juror": Asked("volunteer.appoint_juror", {"account": "j9"}),
        "dismiss_juror": Asked("volunteer.dismiss_juror", {"account": "j1"}),
        "open_jury": Asked("volunteer.open_jury"),
        "score_nominee": Asked("volunteer.score_nominee", {"nominee": "n", "score": 1}),
        "post_award": Asked("volunteer.post_award"),
        "object": Asked("volunteer.object", {"nominee": "n", "reason": REASON}),
        "rule_objection": Asked("volunteer.rule_objection", {"upheld": True, "reason": REASON}),
        "confirm_award": Asked("volunteer.confirm_award"),
        "award": Asked("volunteer.award"),
        "archive_award": Asked("volunteer.archive_award"),
        "cancel_award": Asked("volunteer.cancel_award", {"reason": "NOT_THIS_YEAR"}),
    },
    {"street_clerk": "clerk", "leading_group": "leader", "jury": "juror", "": "r1"},
    beside=frozenset({"volunteer.withdraw_nominee"}),
)


async def test_awards(hosts: Hosts) -> None:
    async with Planted.of(service, hosts, Round()) as planted:
        assert await planted.refuses(AWARDS) > 180
        assert await planted.forbids(AWARDS, "access.area", "award.not_in_jury") > 10


# ---- the time bank --------------------------------------------------------------------------------------------------

BANKING = {"time_bank_clerk": "bank", "volunteer": "v1"}


def order(bring: Callable[[Any, str, str], str]) -> Callable[[], Way]:
    """A way of an order of somebody of 60, for whom another serves."""

    def way() -> Way:
        b = Bank().teams()
        old, server = b.member("v1", 300), b.register("v2")
        return Way(b, {"order": bring(b, f"P:{old}", server), "volunteer": server})

    return way


def then(bring: Callable[[Any, str, str], str], *steps: tuple[str, dict[str, Any]]) -> Callable[[Any, str, str], str]:
    """More moves of a clerk's."""

    def further(b: Any, account: str, server: str) -> str:
        order = bring(b, account, server)
        for move, body in steps:
            filled = {n: server if v == "server" else v for n, v in body.items()}
            b.do("bank", f"volunteer.{move}", order=order, **filled)
        return order

    return further


def held(b: Any, account: str, server: str) -> str:
    """Minutes are held for it."""
    return str(b.held("v1", account))


def done(b: Any, account: str, server: str) -> str:
    """Served."""
    return str(b.done("v1", account, server))


MATCH = ("match_time", {"volunteer": "server", "consent": "PHONE"})
START = ("start_time", {})
DISPUTE = ("dispute_time", {"reason": REASON})
ORDERS = Moves(
    ORDER,
    {
        "TIME_REQUESTED": order(lambda b, account, server: str(b.asked("v1", account))),
        "TIME_HELD": order(held),
        "TIME_MATCHED": order(then(held, MATCH)),
        "TIME_SERVING": order(then(held, MATCH, START)),
        "TIME_DONE": order(done),
        "TIME_DISPUTED": order(then(done, DISPUTE)),
        "TIME_SETTLED": order(then(done, ("confirm_time", {"paper": "e" * 64}))),
        "TIME_CANCELLED": order(then(held, ("cancel_time", {"reason": "ASKED"}))),
    },
    {
        "hold_time": Asked("volunteer.hold_time"),
        "match_time": Asked("volunteer.match_time", {"consent": "PHONE"}),
        "unmatch_time": Asked("volunteer.unmatch_time"),
        "start_time": Asked("volunteer.start_time"),
        "finish_time": Asked("volunteer.finish_time", {"minutes": 30}),
        "confirm_time": Asked("volunteer.confirm_time", {"paper": "e" * 64}),
        "dispute_time": Asked("volunteer.dispute_time", {"reason": REASON}),
        "rule_time": Asked("volunteer.rule_time", {"minutes": 30, "reason": REASON}),
        "cancel_time": Asked("volunteer.cancel_time", {"reason": "ASKED"}),
    },
    {"time_bank_clerk": "bank"},
)


def sent(*answers: str, asked_back: bool = False) -> Callable[[], Way]:
    """A way of minutes sent to another bank."""

    def way() -> Way:
        here, there = Bank(), Bank(OTHER_SCOPE)
        here.register("v1"), there.register("v1")
        here.earn(here.own("v1"), 100)
        number = there.volunteer(there.own("v1")).number
        body = {"volunteer": here.own("v1"), "minutes": 30, "to_scope": OTHER_SCOPE, "there": number}
        exchange = here.do("v1", "volunteer.send_time", **body).answer["exchange"]
        if asked_back:
            here.do("v1", "volunteer.ask_time_back", exchange=exchange)
        for answer in answers:
            carry(here, there)
            told = {"exchange": f"{here.scope}-{exchange}"}
            if answer == "take":
                there.do("bank", "volunteer.take_sent_time", volunteer=there.own("v1"), **told)
            else:
                there.do("bank", "volunteer.refuse_sent_time", reason="NOT_AGREED", **told)
            carry(there, here)
        return Way(here, {"exchange": exchange, "volunteer": here.own("v1")})

    return way


def carry(source: Any, target: Any) -> None:
    """What one says, to the other."""
    for event in list(source.events):
        target.hear(event)


def come_in(answer: str = "", days: int = 0) -> Callable[[], Way]:
    """A way of minutes from another bank."""

    def way() -> Way:
        here, there = Bank(), Bank(OTHER_SCOPE)
        here.register("v1"), there.register("v1")
        there.earn(there.own("v1"), 100)
        number = here.volunteer(here.own("v1")).number
        body = {"volunteer": there.own("v1"), "minutes": 30, "to_scope": here.scope, "there": number}
        sent = there.do("v1", "volunteer.send_time", **body).answer["exchange"]
        carry(there, here)
        on = {"exchange": f"{OTHER_SCOPE}-{sent}"}
        told = {**on, "volunteer": here.own("v1")}
        if answer == "take":
            here.do("bank", "volunteer.take_sent_time", **told)
        elif answer:
            here.do("bank", "volunteer.refuse_sent_time", reason="NOT_AGREED", **on)
        if days:
            here.tick(days=days)
        return Way(here, told)

    return way


EXCHANGES = Moves(
    EXCHANGE,
    {
        "IN_TRANSIT": sent(),
        "TAKING_BACK": sent(asked_back=True),
        "CLEARED": sent("take"),
        "SENT_BACK": sent("refuse"),
        "INCOMING": come_in(),
        "TAKEN_IN": come_in("take"),
        "REFUSED_IN": come_in("refuse"),
        "RUN_OUT": come_in(days=30),
    },
    {
        "ask_time_back": Asked("volunteer.ask_time_back"),
        "take_sent_time": Asked("volunteer.take_sent_time"),
        "refuse_sent_time": Asked("volunteer.refuse_sent_time", {"reason": "NOT_AGREED"}),
    },
    {"time_bank_clerk": "bank"},
)


async def test_the_time_bank(hosts: Hosts) -> None:
    async with Planted.of(service, hosts, Bank()) as planted:
        assert await planted.refuses(ORDERS) > 55
        assert await planted.refuses(EXCHANGES) > 17
        assert await planted.forbids(ORDERS, *NOT_THEIRS) > 5
        assert await planted.forbids(EXCHANGES, *NOT_THEIRS)
