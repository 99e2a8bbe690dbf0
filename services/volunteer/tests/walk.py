"""A walk on which every fact of the register, of activities, certificates and calendars is said."""

from datetime import date, timedelta
from typing import Any

from shuniu.chassis.context import Actor
from shuniu.contracts.document import Signature
from shuniu.contracts.referral import ReferralMade, ReferralSubject
from shuniu.contracts.summary import Place
from shuniu_volunteer.activities.requests import TAKE, WITHDRAW, TakeRequest, WithdrawRequest
from shuniu_volunteer.certificates.commands import Drawn, content_of

REACTION = Actor(id="reaction", kind="reaction", clearance=4)
INSURER = "/320199001/insurance"


def refer(street: Any, referral: str = "r1", kind: str = "volunteer_request", scope: str = "") -> str:
    """The insurer asks for volunteers to accompany a family; the activity that is opened."""
    subject = ReferralSubject(
        source=INSURER,
        kind="claim",
        matter="m1",
        number="LP261123-0001",
        title="窨井盖事故 · 双安巷",
        area="320199001001",
        place=Place(name="双安巷"),
    )
    made = ReferralMade(
        referral=referral, to_scope=scope or street.scope, to_kind=kind, subject=subject, reason="ACCOMPANY"
    )
    answer = street.give(TAKE, TakeRequest(made_by=INSURER, referral=made), REACTION).answer
    if answer:
        street.id = answer["activity"]
    return str(answer.get("activity", ""))


def withdraw_request(street: Any, referral: str) -> None:
    """The insurer takes it back."""
    street.give(WITHDRAW, WithdrawRequest(made_by=INSURER, referral=referral), REACTION)


def drawn(street: Any, who: str, code: str = "ABCDEFGHJKLMNPQR") -> Drawn:
    """A certificate over the activity at hand, as it is written and signed before the rules are asked."""
    v = street.volunteer(street.own(who))
    content = content_of(v, [(street.a, street.part(who))], street.private[v.person_ref], code)
    signature = Signature(
        alg="Ed25519",
        key="a2V5",
        role="volunteer_lead",
        unit="vt-01",
        at=street.now,
        value="dmFsdWU=",
        voucher="dm91Y2hlcg==",
        issuer="/320199001/volunteer",
    )
    return Drawn(code, content, signature)


def certify(street: Any, who: str, by: str = "lead", prepared: Any = None, **given: Any) -> str:
    """Issue it; its code."""
    body = {"volunteer": street.own(who), "activities": [street.id], **given}
    answer = street.do(by, "volunteer.issue_certificate", prepared or drawn(street, who), **body).answer
    return str(answer["code"])


def say_register(street: Any) -> None:
    """Registered, amended, linked, guarded, starred, barred, left."""
    minor = street.register("v1", date(street.today.year - 16, 1, 1))
    until = (street.today + timedelta(days=30)).isoformat()
    street.do("clerk", "volunteer.record_guardian", volunteer=minor, guardian_name="张父", until=until)
    street.do("v1", "volunteer.consent", volunteer=minor, purpose="HONOUR_LIST", given=True)
    street.do("v1", "volunteer.set_profile", volunteer=minor, skills=["IT_SKILL"], availability=["ON_CALL"])
    street.do("clerk", "volunteer.withdraw_guardian", volunteer=minor)
    other = street.register()
    street.do("clerk", "volunteer.link_account", volunteer=other, account="a2")
    street.do("v1", "volunteer.renew_calendar")
    street.with_hours(other, 400)
    street.do("clerk", "volunteer.propose_star", volunteer=other, star=1)
    street.tick(days=10)
    street.do("clerk", "volunteer.propose_star", volunteer=other, star=2)
    street.do("clerk", "volunteer.bar", volunteer=other, years=1, reason="虚假时长")
    given = {"record_kind": "TRAINING", "record_text": "救护培训", "record_on": street.today.isoformat()}
    record = street.do("clerk", "volunteer.add_record", volunteer=other, **given).answer["record"]
    street.do("clerk", "volunteer.strike_record", volunteer=other, record=record, reason="张冠李戴")
    street.do("v1", "volunteer.leave", "hash", volunteer=minor)
    street.do("clerk", "volunteer.enter_teams", rows=[{"code": "vt-09", "title_zh": "短期队", "area": "320199001001"}])
    street.do("clerk", "volunteer.close_team", code="vt-09", valid_to=street.today.isoformat())


def say_activities(street: Any) -> None:
    """One archived with a waiting list and an adjustment, one cancelled, requests refused, run out and settled."""
    for who in ("v2", "v3", "v4"):
        if not any(v.account == street.people[who].id for v in street.everybody()):
            street.register(who)
    street.drafted(approval=True, places=1, danger=1, text="清洁河道")
    street.act("lead", "amend", **street.plan(approval=True, places=1, danger=1))
    street.act("clerk", "review")
    street.act("lead", "send_back", reason="改时间")
    street.act("clerk", "review")
    street.act("lead", "open")
    for who in ("v2", "v3", "v4"):
        street.apply(who)
        street.act("lead", "participation.accept", volunteer=street.own(who))
    street.act("v2", "participation.withdraw")
    street.act("lead", "insure", insurance="PICC-2026-0001")
    street.act("lead", "make_ready")
    street.tick(days=1)
    street.check("v3", "check_in")
    street.tick(hours=1)
    street.check("v3", "check_out")
    street.act("lead", "finish")
    street.act("lead", "submit_hours")
    street.tick(days=10)
    street.act("v3", "participation.agree")
    street.act("lead", "participation.agree", volunteer=street.own("v3"))
    code = certify(street, "v3")
    street.do("lead", "volunteer.revoke_certificate", code=code, reason="ISSUED_IN_ERROR")
    street.act("v3", "participation.dispute", reason="少记")
    street.act("clerk", "participation.adjust", volunteer=street.own("v3"), minutes=75, reason="属实")
    street.act("lead", "notice_hours")
    street.tick(days=10)
    street.recruiting().act("lead", "cancel", reason="WEATHER")
    refer(street, "r1")
    street.act("clerk", "refuse_request", reason="NO_VOLUNTEERS")
    refer(street, "r2")
    street.tick(days=7)
    refer(street, "r3")
    withdraw_request(street, "r3")
