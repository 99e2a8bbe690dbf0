"""Every illegal move of cases, ratings, posts, home visits and standards over HTTP: 409 or 422 naming status, event and
rule, and nothing changes; from another area or unit 403, audited."""

from collections.abc import Callable
from datetime import timedelta

from shuniu.testing.moves import Asked, Moves, Planted, Way
from shuniu.testing.rulework import person
from shuniu.testing.servers import Hosts
from shuniu_services_desk import service
from shuniu_services_desk.cases.lifecycles import CASE
from shuniu_services_desk.cases.prepared import PreparedCase
from shuniu_services_desk.counters.lifecycles import POST
from shuniu_services_desk.home_visits.state import CYCLE as HOME
from shuniu_services_desk.ratings.state import RATING
from shuniu_services_desk.standards.state import CYCLE as STANDARD

from .conftest import Desk, guide

WHO = {"desk_clerk": "clerk", "desk_leader": "leader", "back_office": "chief"}
REASON = "按职责分工另行处理"
PERSON = {"applicant_name": "李奶奶", "applicant_phone": "13812345678", "applicant_address": "测试社区 3 幢"}


def desk() -> Desk:
    """A desk with an item; its chief is both a back office's and a leader."""
    made = Desk()
    made.people = {**made.people, "chief": person("c1", "back_office", "desk_leader", units=("hrss",))}
    made.publish(guide(channels=["WINDOW", "ONLINE", "HOME_VISIT"]))
    return made


def case(bring: Callable[[Desk], object]) -> Callable[[], Way]:
    """A way of a case."""

    def way() -> Way:
        made = desk()
        bring(made)
        return Way(made, {"case": made.case})

    return way


def consulted(d: Desk) -> None:
    """Somebody asked."""
    d.case = d.do("nobody", "case.consult", d.prepared(), item="SB-01").answer["case"]


def submitted(d: Desk, *moves: tuple[str, str, dict]) -> None:  # type: ignore[type-arg]
    """Handed in incompletely, and then."""
    d.submit("ID", "FORM")
    for who, move, body in moves:
        d.give_(who, move, **body)


def accepted(d: Desk, *moves: tuple[str, str, dict]) -> None:  # type: ignore[type-arg]
    """Complete, accepted, and then."""
    d.accepted()
    for who, move, body in moves:
        d.give_(who, move, **body)


UNTIL = "2026-12-01"
PAUSE = {"procedure": "HEARING", "days": 5, "notice": REASON}
PART = {"unit": "hrss", "agrees": True, "opinion": REASON}
CASES = Moves(
    CASE,
    {
        "CONSULTED": case(consulted),
        "SUBMITTED": case(submitted),
        "CORRECTION": case(lambda d: submitted(d, ("clerk", "correct", {"materials": ["PROOF"]}))),
        "ACCEPTED": case(accepted),
        "ACCEPTED_GAP": case(lambda d: submitted(d, ("clerk", "accept_gap", {"until": UNTIL, "promise": True}))),
        "SPECIAL": case(lambda d: accepted(d, ("body", "pause", PAUSE))),
        "DECIDED": case(lambda d: accepted(d, ("body", "decide", {"grant": True}))),
        "DELIVERED": case(lambda d: d.delivered()),
        "REFUSED": case(lambda d: submitted(d, ("clerk", "refuse", {"ground": "NOT_NEEDED"}))),
        "LAPSED": case(lambda d: (consulted(d), d.tick(days=40))),
        "WITHDRAWN": case(lambda d: submitted(d, ("clerk", "withdraw", {"reason": REASON}))),
    },
    {
        "accept": Asked("case.accept"),
        "settle": Asked("case.settle"),
        "correct": Asked("case.correct", {"materials": ["PROOF"]}),
        "resubmit": Asked("case.resubmit", {"handed": ["PROOF"]}),
        "accept_gap": Asked("case.accept_gap", {"until": UNTIL, "promise": True}),
        "bring_gap": Asked("case.bring_gap", {"handed": ["PROOF"]}),
        "refuse": Asked("case.refuse", {"ground": "NOT_NEEDED"}),
        "pause": Asked("case.pause", PAUSE),
        "resume": Asked("case.resume", {}, ("resume_gap",)),
        "extend": Asked("case.extend", {"reason": REASON, "told": True}),
        "hand_over": Asked("case.hand_over", {"unit": "civil"}),
        "hand_back": Asked("case.hand_back", PART),
        "decide": Asked("case.decide", {"grant": True}),
        "deliver": Asked("case.deliver", {"how": "POST"}),
        "withdraw": Asked("case.withdraw", {"reason": REASON}),
    },
    {name: who for name, who in WHO.items() if name != "desk_clerk"},
    beside=frozenset({"case.assign"}),
)


async def test_cases(hosts: Hosts) -> None:
    async with Planted.of(service, hosts, desk()) as planted:
        assert await planted.refuses(CASES) > 150
        assert await planted.forbids(CASES, "access.area", "case.own_part") > 10


def rating(*moves: tuple[str, dict], level: str = "UNSAT") -> Callable[[], Way]:  # type: ignore[type-arg]
    """A way of a rating."""

    def way() -> Way:
        d = desk()
        d.delivered()
        key = PreparedCase(code_key=next(k.id for k in d.rows if k.kind == "desk_code"))
        code = {"code": "C00000000000"}
        given = d.do("nobody", "rating.give", key, **code, number=d.c.number, level=level).matter
        assert given is not None
        for move, body in moves:
            if move == "repeat":
                d.do("nobody", "rating.repeat", key, rating=given.id, **code, **body)
            else:
                d.do("leader", f"rating.{move}", rating=given.id, **body)
        return Way(d, {"rating": given.id})

    return way


MEANT = ("call_back", {"reached": True, "confirmed": True, "note": REASON})
SET_RIGHT = ("rectify", {"note": REASON})
RATINGS = Moves(
    RATING,
    {
        "RATED_BAD": rating(),
        "RATED_GOOD": rating(level="SAT"),
        "RECTIFYING": rating(MEANT),
        "RECTIFIED": rating(MEANT, SET_RIGHT),
        "RERATED": rating(MEANT, SET_RIGHT, ("repeat", {"level": "SAT"})),
        "NOT_CONFIRMED": rating(("call_back", {"reached": True, "confirmed": False, "note": REASON})),
    },
    {"call_back": Asked("rating.call_back", MEANT[1]), "rectify": Asked("rating.rectify", SET_RIGHT[1])},
    WHO,
)


def post(*moves: tuple[str, str]) -> Callable[[], Way]:
    """A way of a post, with a number waiting."""

    def way() -> Way:
        d = desk()
        made = d.do("leader", "post.set_up", label="1号窗口").answer["post"]
        d.do("nobody", "queue.take")
        for who, move in moves:
            d.do(who, move, post=made)
        return Way(d, {"post": made})

    return way


ON = ("clerk", "post.begin")
POSTS = Moves(
    POST,
    {
        "OFF": post(),
        "READY": post(ON),
        "BUSY": post(ON, ("clerk", "queue.call")),
        "BREAK": post(ON, ("clerk", "post.rest")),
        "CLOSED": post(("leader", "post.close")),
    },
    {
        "begin": Asked("post.begin"),
        "rest": Asked("post.rest"),
        "resume": Asked("post.resume"),
        "end": Asked("post.end"),
        "call": Asked("queue.call"),
        "change": Asked("post.change", {"label": "一号窗口", "skills": ["*"]}),
        "close": Asked("post.close"),
    },
    WHO,
    beside=frozenset(f"queue.{m}" for m in ("recall", "start", "finish", "miss", "transfer", "come_back")),
)


def visit(*moves: tuple[str, str, dict], later: float = 0) -> Callable[[], Way]:  # type: ignore[type-arg]
    """A way of a home visit."""

    def way() -> Way:
        d = desk()
        given = {**PERSON, "reason": "AGED", "items": ["SB-01"]}
        made = d.do("clerk", "home.request", d.prepared(), **given).answer["visit"]
        for who, move, body in moves:
            if move == "appoint":
                start = d.now + timedelta(hours=1)
                end = start + timedelta(hours=1)
                body = {"staff": ["k1", "k2"], "starts_at": start.isoformat(), "ends_at": end.isoformat()}
            d.do(who, f"home.{move}", d.prepared(), visit=made, **body)
            d.tick(hours=1 if move == "appoint" else 0)
        return Way(d, {"visit": made})

    return way


SET = ("clerk", "appoint", {})
MISS = ("clerk", "miss", {})
TAKE = {"materials": ["ID"], "with_staff": "k2"}
AHEAD = {"staff": ["k1"], "starts_at": "2026-11-27T01:00:00Z", "ends_at": "2026-11-27T02:00:00Z"}
FOR = {"items": ["SB-01"], "situation": {"agent": "no"}, "applicant_name": "李奶奶", "consent": True}
NO = {"ground": "OUT_OF_AREA", "note": REASON}
VISITS = Moves(
    HOME,
    {
        "REQUESTED": visit(),
        "APPOINTED": visit(SET),
        "HOLDING": visit(SET, ("clerk", "collect", TAKE)),
        "DONE": visit(SET, ("clerk", "done", {})),
        "UNMET": visit(SET, MISS, SET, MISS),
        "REFUSED": visit(("clerk", "refuse", NO)),
        "CANCELLED": visit(("clerk", "cancel", {"note": REASON})),
    },
    {
        "appoint": Asked("home.appoint", AHEAD),
        "miss": Asked("home.miss"),
        "collect": Asked("home.collect", TAKE),
        "submit": Asked("home.submit", FOR),
        "done": Asked("home.done"),
        "give_back": Asked("home.give_back"),
        "refuse": Asked("home.refuse", NO),
        "cancel": Asked("home.cancel", {"note": REASON}),
    },
    WHO,
)
TEXT = {"title": "一次办", "items": ["SB-01"], "text": "一次告知、一次收件、一次送达。"}
BECAUSE = {"reason": REASON}


def standard(*moves: str) -> Callable[[], Way]:
    """A way of a standard."""

    def way() -> Way:
        d = desk()

        def go(made: str, *steps: str) -> None:
            for step in steps:
                today = d.today
                body: dict[str, object] = {
                    "draft": TEXT,
                    "pilot": {
                        "areas": [d.scope],
                        "first": today.isoformat(),
                        "last": (today + timedelta(days=5)).isoformat(),
                        "before_first": (today - timedelta(days=5)).isoformat(),
                        "before_last": (today - timedelta(days=1)).isoformat(),
                    },
                    "publish": {"valid_from": today.isoformat(), "note": REASON},
                }.get(step, BECAUSE)
                d.do("clerk" if step == "draft" else "leader", f"standard.{step}", standard=made, **body)
                d.tick(days=6 if step == "pilot" else 0)

        made = d.do("clerk", "standard.note", **TEXT).answer["standard"]
        go(made, *(m for m in moves if m != "follow"))
        if "follow" in moves:
            go(d.do("clerk", "standard.note", **TEXT, follows=made).answer["standard"], "draft", "pilot", "publish")
        return Way(d, {"standard": made})

    return way


TRIED = {
    "areas": ["320199001"], "first": "2026-12-20", "last": "2026-12-24", "before_first": "2026-11-01",
    "before_last": "2026-11-20",
}  # fmt: skip
PUBLISHED = ("draft", "pilot", "publish")
STANDARDS = Moves(
    STANDARD,
    {
        "PRACTICE": standard(),
        "DRAFTED": standard("draft"),
        "PILOT": standard("draft", "pilot"),
        "PUBLISHED": standard(*PUBLISHED),
        "SUPERSEDED": standard(*PUBLISHED, "follow"),
        "WITHDRAWN": standard(*PUBLISHED, "withdraw"),
        "DROPPED": standard("drop"),
    },
    {
        "draft": Asked("standard.draft", TEXT),
        "pilot": Asked("standard.pilot", TRIED),
        "publish": Asked("standard.publish", {"valid_from": "2026-12-24", "note": REASON}),
        "send_back": Asked("standard.send_back", BECAUSE),
        "withdraw": Asked("standard.withdraw", BECAUSE),
        "drop": Asked("standard.drop", BECAUSE),
    },
    WHO,
)


async def test_ratings_posts_home_visits_and_standards(hosts: Hosts) -> None:
    async with Planted.of(service, hosts, desk()) as planted:
        for table in (RATINGS, POSTS, VISITS, STANDARDS):
            assert await planted.refuses(table)
            assert await planted.forbids(table, "access.area", "post.own_post")
