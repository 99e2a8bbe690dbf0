"""Who works in the demonstration street: one account for every role, and more where one would not be enough.

Accounts are named by post, never by a person. Passwords are random, made once for each state folder and kept in its
keys folder (0600); they are short enough to be typed on a phone.
"""

import secrets
from typing import Final, Literal, NamedTuple

from shuniu.runtime.keys import Keys

from shuniu_demo.geometry import STREET_CODE
from shuniu_demo.names import COMMUNITIES
from shuniu_demo.street import COMMUNITY_CODES, communities

__all__ = (
    "ADMIN",
    "API_READER",
    "CENTRE",
    "DEPARTMENTS",
    "INSURER",
    "LEADS",
    "PROPERTY",
    "SEATS",
    "VOLUNTEERS",
    "WITH_CLERKS",
    "Seat",
    "community_clerk",
    "duty",
    "key_name",
    "lead",
    "password",
    "secretary",
    "volunteer",
    "worker",
)

ADMIN: Final = "admin"
"""The gateway's first administrator, which exists before any account of ours."""
API_READER: Final = "api-reader"
_ALPHABET = "abcdefghjkmnpqrstuvwxyz"
_DIGITS = "23456789"


class Seat(NamedTuple):
    """A post and what its account may do. ``shown``: printed at every start."""

    login: str
    zh: str
    en: str
    role: str
    areas: tuple[str, ...] = (STREET_CODE,)
    units: tuple[str, ...] = ()
    clearance: int = 2
    shown: bool = False
    holder: Literal["person", "program"] = "person"


# Unit code, Chinese, English: the units whose duty officers answer (all units of kind department and utility).
DEPARTMENTS: Final = (
    ("cg", "城管执法中队", "Urban Management"),
    ("jj", "交警中队", "Traffic Police"),
    ("pcs", "派出所", "Police Station"),
    ("xf", "消防救援站", "Fire and Rescue"),
    ("scjg", "市场监管分局", "Market Regulation"),
    ("sthj", "生态环境分局", "Ecology and Environment"),
    ("zgj", "住房建设分局", "Housing and Construction"),
    ("ghzy", "规划资源所", "Planning and Resources"),
    ("swj", "水务管理所", "Water Affairs"),
    ("ylj", "园林绿化所", "Parks and Greenery"),
    ("wsjd", "卫生监督所", "Health Inspection"),
    ("gd", "供电服务站", "Power Supply"),
    ("gs", "供水服务站", "Water Supply"),
    ("rq", "燃气服务站", "Gas Service"),
)

# Property firms, all fictional
PROPERTY: Final = (
    ("wy-hx", "和兴物业", "Hexing Property"),
    ("wy-aj", "安居物业", "Anju Property"),
    ("wy-lc", "绿城里物业", "Lüchengli Property"),
)

INSURER: Final = ("steward-insurance", "枢纽财产保险（虚构）", "Shuniu Insurance (made up)")
"""The insurer of the street: unit code and titles."""
CENTRE: Final = ("service-centre", "便民服务中心", "Service Centre")
"""The full-service desk: unit code and titles."""
VOLUNTEERS: Final = 9
"""Volunteers who have an account of their own."""
WITH_CLERKS: Final = 5
"""So many communities have a clerk with an account, beside their secretary; accidents happen there."""
LEADS: Final = 4
"""Teams whose leader has one."""

_OFFICE = ("street-office",)
_CENTRE = ("command-centre",)


def duty(unit: str) -> str:
    """Login of a department's duty officer."""
    return f"duty-{unit}"


def worker(community: str) -> str:
    """Login of a community's grid worker."""
    return f"worker-{community[-2:]}"


def secretary(community: str) -> str:
    """Login of a community's secretary."""
    return f"community-{community[-2:]}"


def community_clerk(community: str) -> str:
    """Login of a community's clerk, who writes what the secretary signs."""
    return f"clerk-{community[-2:]}"


def volunteer(n: int) -> str:
    """Login of the n-th volunteer with an account, from 1."""
    return "volunteer" if n == 1 else f"volunteer-{n:02d}"


def lead(team: int) -> str:
    """Login of the n-th team's leader, from 1."""
    return "volunteer-lead" if team == 1 else f"volunteer-lead-{team:02d}"


def _besides() -> list[Seat]:
    """Who works at the desk, for the insurance and among the volunteers."""
    zh = {c.code: c.zh for c in communities()}
    en = {c.code: c.en for c in communities()}
    first, desk, insurer = COMMUNITY_CODES[0], (CENTRE[0],), (INSURER[0],)
    seats = [
        Seat("desk-clerk", "综窗办事员", "Desk clerk", "desk_clerk", units=desk, clearance=3, shown=True),
        Seat("desk-clerk-02", "综窗办事员（二）", "Desk clerk 2", "desk_clerk", units=desk, clearance=3),
        Seat("desk-leader", "政务服务负责人", "Desk leader", "desk_leader", units=desk, clearance=3, shown=True),
        Seat("back-office", "后台审批员", "Back office", "back_office", (), _OFFICE, 3, True),
        Seat("back-office-02", "后台审批员（派出所）", "Back office (police)", "back_office", (), ("pcs",), 3),
        Seat("clerk-street-02", "街道经办（二）", "Street clerk 2", "street_clerk", units=_OFFICE, clearance=3),
        Seat("finance", "街道财务", "Street finance", "finance", units=_OFFICE, shown=True),
        Seat("finance-02", "街道财务（二）", "Street finance 2", "finance", units=_OFFICE),
        Seat("insurer", "保险理赔经办", "Claims assessor", "insurer_clerk", (), insurer, 3, True),
        Seat("surveyor", "保险风险管家", "Risk steward", "insurer_surveyor", (), insurer, 3, True),
        Seat("surveyor-02", "保险风险管家（二）", "Risk steward 2", "insurer_surveyor", (), insurer, 3),
        Seat("payer", "保险财务", "Insurer's finance", "insurer_finance", (), insurer, 3, True),
        Seat("time-bank", "时间银行管理员", "Time bank clerk", "time_bank_clerk", clearance=3, shown=True),
        Seat("jury", "评委", "Juror", "jury", shown=True),
        Seat("jury-02", "评委（二）", "Juror 2", "jury"),
    ]
    seats += [
        Seat(community_clerk(code), f"{zh[code]}社区工作者", f"{en[code]} community clerk", "community_clerk", (code,),
             (f"c-{code}",), 3, code == first)
        for code in COMMUNITY_CODES[:WITH_CLERKS]
    ]  # fmt: skip
    seats += [
        Seat(lead(n), f"志愿服务队队长（{n}）", f"Team leader {n}", "volunteer_lead", (), (f"vt-{n:02d}",), 3, n == 1)
        for n in range(1, LEADS + 1)
    ]
    seats += [
        Seat(
            volunteer(n), f"志愿者（{n}）", f"Volunteer {n}", "volunteer", (COMMUNITY_CODES[(n - 1) % 3],), shown=n == 1
        )
        for n in range(1, VOLUNTEERS + 1)
    ]
    return seats


def _seats() -> tuple[Seat, ...]:
    first = COMMUNITY_CODES[0]
    zh = {c.code: c.zh for c in communities()}
    en = {c.code: c.en for c in communities()}
    seats = [
        Seat("operator", "指挥中心值班员", "Command centre operator", "operator",
             units=_CENTRE, clearance=3, shown=True),
        Seat("wall", "指挥大屏", "Wall screen", "wall", shown=True),
        Seat("dispatcher", "街道调度", "Street dispatcher", "dispatcher", units=_CENTRE, clearance=3, shown=True),
        Seat("clerk", "街道经办", "Street clerk", "street_clerk", units=_OFFICE, clearance=3, shown=True),
        Seat("leader", "班子成员", "Leading-group member", "leading_group", units=_OFFICE, clearance=3, shown=True),
        Seat("secretary", "党工委书记", "Party secretary", "party_secretary", units=_OFFICE, clearance=3, shown=True),
        Seat("director", "办事处主任", "Street office director", "office_director",
             units=_OFFICE, clearance=3, shown=True),
        Seat("coordinator", "区级协调员", "District coordinator", "district_coordinator",
             units=("district-coordination",), shown=True),
        Seat("checker", "核查员", "Grid checker", "grid_checker", shown=True),
        Seat("checker-02", "核查员（二）", "Grid checker 2", "grid_checker"),
        Seat("registrar", "基础信息管理员", "Registrar", "registrar", units=_CENTRE, shown=True),
        Seat("security", "安全管理员", "Security administrator", "security_admin", (), shown=True),
        Seat("audit", "审计管理员", "Audit administrator", "audit_admin", (), shown=True),
        Seat("data-steward", "数据管理员", "Data steward", "data_steward", units=_CENTRE, shown=True),
        Seat("records", "个人信息查阅员", "Reader of personal data", "personal_data_reader",
             units=_CENTRE, clearance=4),
        Seat(API_READER, "接口只读账号", "API reader", "api_reader", holder="program"),
        Seat("hotline-platform", "热线平台接口", "Hotline platform", "order_source", holder="program"),
        Seat("property", f"{PROPERTY[0][1]}联系人", f"{PROPERTY[0][2]} contact", "enterprise_contact",
             (), (PROPERTY[0][0],)),
    ]  # fmt: skip
    for code in COMMUNITY_CODES:
        seats.append(
            Seat(
                worker(code),
                f"{zh[code]}网格员",
                f"{en[code]} grid worker",
                "grid_worker",
                (code,),
                shown=code == first,
            )
        )
        seats.append(
            Seat(secretary(code), f"{zh[code]}书记", f"{en[code]} secretary", "community_secretary", (code,),
                 (f"c-{code}",), 3, code == first)
        )  # fmt: skip
    seats += [
        Seat(duty(unit), f"{own_zh}值班员", f"{own_en} duty officer", "duty_officer", (), (unit,), shown=unit == "cg")
        for unit, own_zh, own_en in DEPARTMENTS
    ]
    seats += [
        Seat(login, f"{own_zh}企业联系人", f"{own_en} enterprise contact", "enterprise_contact",
             (area,), (f"e-{area}",), shown=login == "enterprise")
        for login, area, own_zh, own_en in ENTERPRISES
    ]  # fmt: skip
    return (*seats, *_besides())


# Login, dedicated grid whose manager it is, titles
ENTERPRISES: Final = (
    ("enterprise", "320199001001508", "瑞景科技园", "Ruijing Science Park"),
    ("enterprise-02", "320199001003503", "文德购物中心", "Wende Shopping Centre"),
)

assert len(COMMUNITIES) == len(COMMUNITY_CODES)
SEATS: Final = _seats()


def key_name(login: str) -> str:
    """Name of the file in the keys folder that holds an account's password or key."""
    return f"demo-{login}"


def _typeable() -> str:
    """Twelve characters in three groups, at least one digit each: about 52 bits, easy to read out and to type."""
    groups = []
    for _ in range(3):
        letters = [secrets.choice(_ALPHABET) for _ in range(3)] + [secrets.choice(_DIGITS)]
        groups.append("".join(letters))
    return "-".join(groups)


def password(keys: Keys, login: str) -> str:
    """The account's password in this state folder, made at first use."""
    if not (keys.folder / key_name(login)).exists():
        keys.put(key_name(login), _typeable())
    return keys.get(key_name(login))
