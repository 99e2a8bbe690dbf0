"""Insurance claims from the report of an accident to the end, whichever it is (domain rules 4.11, 10.6).

Everybody hurt is made up; amounts are round numbers that nobody was paid.
"""

import random
from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta
from typing import Any, Final, Literal
from zlib import crc32

from shuniu.rules.calendar import SHANGHAI, local

from shuniu_demo.accounts import WITH_CLERKS, community_clerk, secretary
from shuniu_demo.insured import Year
from shuniu_demo.persons import person
from shuniu_demo.script import NOW, Act, Office, Picture, Ref, Script
from shuniu_demo.street import COMMUNITY_CODES, Spot, grids, spot_in

__all__ = ("CLAIMS", "PAST", "RARE", "claim", "claims", "left_claims", "paid_last_quarter", "spot_of")

ClaimWay = Literal[
    "paid", "denied", "disputed", "mediated", "court", "refused", "appealed", "withdrawn", "recourse", "late"
]
CLAIMS: Final = 11
"""Of the ten working days."""
PAST: Final = 10
"""Paid in the last calendar quarter, so that its disclosure has cells that may be told."""
RARE: Final[tuple[ClaimWay, ...]] = (
    "paid", "denied", "disputed", "refused", "appealed", "recourse", "withdrawn", "mediated", "court",
)  # fmt: skip
KINDS: Final[Mapping[str, tuple[float, str]]] = {
    "E03": (6, "踩空窨井盖，脚踝扭伤（虚构）"), "E02": (6, "被坠落的外墙瓷砖砸伤（虚构）"),
    "E12": (5, "被松动的护栏划伤（虚构）"), "E13": (5, "被流浪犬咬伤（虚构）"), "E99": (5, "在楼道摔倒（虚构）"),
    "E06": (2, "楼道起火时烫伤（虚构）"), "E07": (1, "大风吹落树枝砸伤（虚构）"), "E04": (1, "围墙倒塌擦伤（虚构）"),
}  # fmt: skip
_TOLD: Final = ("E03", "E02")
"""Kinds of the last quarter: five of each, and five of each of two communities (small cells are kept back)."""
_INJURED: Final = {"RESIDENT": 16, "SENSITIVE_GROUP": 2, "COMMUNITY_WORKER": 2, "THIRD_PARTY_OF_WORKER": 1}
_CLAIM: Final[dict[str, Any]] = {"claim": Ref("claim")}


def spot_of(rng: random.Random, community: str) -> Spot:
    """A place in the community."""
    return spot_in(rng, rng.choice([g for g in grids() if g.community == community]))


def _reference(kind: str, script: Script) -> str:
    """A number as the insurer's or a bank's books might have it, one of its own for each thread."""
    return f"DEMO-{kind}-{crc32(script.thread.encode()) % 10**8:08d}"


def _kind(rng: random.Random) -> str:
    return rng.choices(list(KINDS), [weight for weight, _ in KINDS.values()])[0]


def _items(rng: random.Random) -> list[dict[str, Any]]:
    """Fen, in whole tens of yuan."""
    medical = rng.randrange(60, 480) * 1000
    items = [{"item": "MEDICAL", "amount": medical}]
    if rng.random() < 0.3:
        items.append({"item": "DISABILITY", "amount": rng.randrange(200, 1600) * 1000})
    return items


def claim(
    script: Script, way: ClaimWay, *, community: str = "", kind: str = "", spot: Spot | None = None, injured: str = ""
) -> Script:
    """Write a claim from where the script stands, to its end."""
    rng = script.rng
    community = community or rng.choice(COMMUNITY_CODES[:WITH_CLERKS])
    spot = spot or spot_of(rng, community)
    kind = kind or _kind(rng)
    own, clerk, signs = person(random.Random(script.thread)), community_clerk(community), secretary(community)
    injured = injured or rng.choices(list(_INJURED), list(_INJURED.values()))[0]
    script.do(
        clerk, "claim.report", what_happened=KINDS[kind][1], event_kind=kind, injured=injured, area=spot.area,
        place=spot.place(), occurred_at=script.now - timedelta(minutes=rng.randrange(30, 200)), injured_name=own.name,
        injured_phone=own.phone, consent=True,
    )  # fmt: skip
    if way == "withdrawn":
        script.work(60, 300)
        script.do(clerk, "claim.record_answer", **_CLAIM, answer="WITHDRAW", form=[Picture("site", False, 0)])
        return script
    script.wait(3, 8)
    script.do("insurer", "claim.register", **_CLAIM, insurer_number=_reference("C", script))
    script.wait(8, 16) if way != "late" else script.wait(50, 90)
    script.do("surveyor", "claim.survey", **_CLAIM, arrived_at=NOW, found="现场与报案一致（演示）",
              evidence=[Picture("road", False, rng.randrange(3))])  # fmt: skip
    script.work(60, 300)
    if way in ("refused", "appealed"):
        script.do(signs, "certificate.decline", **_CLAIM, refusal="NOT_PROVEN", reason="现有材料不足以证明（演示）")
        if way == "refused":
            return script
        script.work(200, 600)
        given: dict[str, Any] = {"certificate": Ref("certificate")}
        form = [Picture("site", False, 1)]
        script.do("clerk", "certificate.appeal", **given, reason="补充了就诊记录（演示）", form=form)
        script.work(100, 500)
        script.do("leader", "certificate.rule_appeal", **given, upheld=True, reason="材料已足以证明（演示）")
        script.work(30, 100)
    script.do(clerk, "certificate.draft", **_CLAIM, event_kind=kind, injured_name=own.name,
              injured_citizen_id=own.citizen_id, statement="经核实，事故属实（演示）")  # fmt: skip
    script.work(20, 200)
    script.do(signs, "certificate.sign", certificate=Ref("certificate"), no_relation=True)
    script.work(30, 200)
    if rng.random() < 0.3:
        script.do("insurer", "claim.ask_documents", **_CLAIM, wanted=["INVOICE", "BANK_ACCOUNT"])
        script.work(200, 600)
    script.do("insurer", "claim.complete_documents", **_CLAIM, complex=way in ("court", "mediated"))
    script.work(60, 400)
    _assessed(script, way, clerk, injured)
    return script


def _assessed(script: Script, way: ClaimWay, clerk: str, injured: str) -> None:
    rng, items = script.rng, _items(random.Random(f"{script.thread}/items"))
    form = [Picture("site", True, rng.randrange(3))]
    if way in ("denied", "disputed"):
        script.do("insurer", "claim.assess", **_CLAIM, ground="EXCLUDED", reason="属责任免除情形（演示）")
        script.work(30, 200)
        script.do("insurer", "claim.deny", **_CLAIM, reason="属责任免除情形，已书面说明（演示）")
        if way == "disputed":
            script.work(200, 500)
            script.do(
                clerk, "claim.record_answer", **_CLAIM, answer="DISPUTE", reason="对责任认定有异议（演示）", form=form
            )
        return
    script.do("insurer", "claim.assess", **_CLAIM, items=items)
    script.work(60, 400)
    if way in ("mediated", "court"):
        script.do(clerk, "claim.record_answer", **_CLAIM, answer="DISPUTE", reason="对金额有异议（演示）", form=form)
        script.work(200, 500)
        if way == "court":
            script.do("clerk", "claim.litigate", **_CLAIM, case_number="（演示）民初 1 号")
            return
        items = [{**items[0], "amount": items[0]["amount"] + 20_000}, *items[1:]]
        script.do("clerk", "claim.mediate", **_CLAIM, items=items)
        script.work(60, 200)
    script.do(clerk, "claim.record_answer", **_CLAIM, answer="AGREE", payee_name="虚构收款人",
              payee_bank_account="6200000000000000000", form=form)  # fmt: skip
    script.work(100, 700)
    amount = sum(i["amount"] for i in items)
    script.do("payer", "claim.pay", **_CLAIM, amount=amount, payee="INJURED", reference=_reference("B", script))
    script.work(20, 300)
    if way == "recourse":
        script.do("insurer", "claim.recourse", **_CLAIM, amount=amount // 2, debtor_name="虚构责任方")
        script.work(20, 100)
        script.do("insurer", "recovery.demand", recovery=Ref("recovery"))
        script.work(300, 700)
        script.do("payer", "recovery.receive", recovery=Ref("recovery"), amount=amount // 4,
                  reference=_reference("R", script))  # fmt: skip
        return
    script.do("insurer", "claim.close", **_CLAIM)


def claims(rng: random.Random, moments: list[datetime]) -> Iterator[list[Act]]:
    """Claims that are reported at those moments."""
    rare = list(RARE)
    for n, at in enumerate(moments):
        way: ClaimWay = rare.pop(0) if rare else rng.choice(("paid", "paid", "paid", "late", "denied"))
        yield claim(Script(f"c{n + 1:03d}", at, random.Random(rng.getrandbits(48)), Office()), way).acts()


def paid_last_quarter(rng: random.Random, end: datetime, count: int) -> Iterator[list[Act]]:
    """Claims paid in the last calendar quarter: several of one kind and one community each, told in three sittings."""
    office, begin = Office(), Year.at(end).quarter_begin
    for n in range(count):
        day = office.working_day(begin, (8, 22, 35)[n % 3])
        at = datetime.combine(day, time(9, n // 3), SHANGHAI)
        # Steps of one sitting fall together: one random source for all that begin on a day.
        script = Script(f"past-claim-{n:02d}", at, random.Random(f"{day}"), office)
        yield claim(
            script, "paid", community=COMMUNITY_CODES[n % 2], kind=_TOLD[n // 5 % 2], injured="RESIDENT",
            spot=spot_of(rng, COMMUNITY_CODES[n % 2]),
        ).acts()  # fmt: skip


def left_claims(rng: random.Random, end: datetime) -> Iterator[list[Act]]:
    """What is left to do about claims, for the community, the insurer, the street."""

    def pen(thread: str, ago: timedelta, *, always: bool = True) -> Script:
        return Script(f"left-{thread}", end - ago, random.Random(rng.getrandbits(48)), Office(always=always))

    def upto(script: Script, last: str, way: ClaimWay = "paid", community: str = COMMUNITY_CODES[0]) -> list[Act]:
        acts = claim(script, way, community=community, injured="RESIDENT").acts()
        index = max(i for i, act in enumerate(acts) if act.command == last)
        return acts[: index + 1]

    minutes = timedelta(minutes=1)
    yield upto(pen("claim-new", 20 * minutes), "claim.report")
    yield upto(pen("claim-new-2", 55 * minutes), "claim.report", community=COMMUNITY_CODES[4])
    yield upto(pen("claim-survey", 90 * minutes), "claim.register")
    yield upto(pen("claim-certify", 800 * minutes), "claim.survey")
    yield upto(pen("claim-sign", 900 * minutes), "certificate.draft")
    yield upto(pen("claim-signed", 1000 * minutes), "certificate.sign")
    yield upto(pen("claim-assess", 1900 * minutes), "claim.complete_documents")
    yield upto(pen("claim-answer", 2300 * minutes), "claim.assess")
    yield upto(pen("claim-pay", 2700 * minutes), "claim.record_answer")
    yield upto(pen("claim-mediated", 4000 * minutes), "claim.mediate", "mediated")
    yield upto(pen("claim-court", 4300 * minutes), "claim.litigate", "court")
    script = pen("claim-docs", 1900 * minutes)
    acts = upto(script, "certificate.sign", community=COMMUNITY_CODES[2])
    script = Script(script.thread, acts[-1].at + timedelta(hours=1), random.Random(1), Office(always=True))
    script.do("insurer", "claim.ask_documents", **_CLAIM, wanted=["MEDICAL_RECORD", "INVOICE"])
    yield [*acts, *(act._replace(step=len(acts)) for act in script.acts())]
    # Sixty days without an amount: what can be ascertained is due, once paid and once not.
    for n, days in enumerate((78, 86)):
        acts = upto(pen(f"claim-advance-{n}", timedelta(days=days), always=False), "claim.complete_documents")
        if n:
            script = Script(acts[0].thread, end - timedelta(days=2), random.Random(2), Office())
            script.do("payer", "claim.advance", **_CLAIM, amount=60_000, medical=60_000, reference="DEMO-A-1")
            acts += [act._replace(step=len(acts)) for act in script.acts()]
        yield acts
    day = local(end).date()
    script = Script("left-audit", end - timedelta(hours=4), random.Random(3), Office(always=True))
    script.do("clerk-street-02", "audit.draw", area=COMMUNITY_CODES[0][:9], since=day - timedelta(days=160), until=day,
              size=5)  # fmt: skip
    for n in range(2):
        script.wait(9, 20)
        script.do("clerk-street-02", "audit.confirm", audit=Ref("audit"), certificate=Ref(f"drawn.{n}"))
    yield script.acts()
