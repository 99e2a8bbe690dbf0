"""Shared data (数据共享): departments ask services for a dataset, the data steward answers, files are taken out."""

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, Final, NamedTuple

from shuniu.rules.calendar import SHANGHAI, local

from shuniu_demo.accounts import INSURER
from shuniu_demo.script import Act, Office, Ref, Script

__all__ = ("left_sharing", "sharing")


class _Wish(NamedTuple):
    service: str
    dataset: str
    by: str
    unit: str
    purpose: str
    columns: tuple[str, ...] = ()
    open: bool = False


_GRANT: Final[dict[str, Any]] = {"data_grant": Ref("grant")}
WISHES: Final = (
    _Wish("grid", "units", "duty-xf", "xf", "消防重点单位清单比对（演示）"),
    _Wish("grid", "service_places", "duty-pcs", "pcs", "接处警引导（演示）", open=True),
    _Wish("volunteer", "volunteer_teams", "duty-ylj", "ylj", "组织义务植树（演示）", open=True),
    _Wish("volunteer", "volunteers", "duty-wsjd", "wsjd", "遴选卫生监督员（演示）", ("number", "area", "skills")),
    _Wish("insurance", "hazards", "duty-zgj", "zgj", "房屋隐患排查（演示）"),
    _Wish("services_desk", "desk_items", "duty-scjg", "scjg", "核对证照事项清单（演示）", open=True),
)
"""Those that are answered and taken out; one is not conditional and granted at once."""


def _asked(script: Script, wish: _Wish, until: date) -> None:
    columns: dict[str, Any] = {"data_columns": list(wish.columns)} if wish.columns else {}
    script.do(wish.by, f"{wish.service}/data.ask", dataset=wish.dataset, data_unit=wish.unit,
              data_basis="STATUTORY_DUTY", data_purpose=wish.purpose, data_until=until, **columns)  # fmt: skip


def sharing(rng: random.Random, begin: datetime) -> Iterator[list[Act]]:
    """Asked one day, answered the next, taken out; one refused, one revoked."""
    office, until = Office(), local(begin).date() + timedelta(days=180)

    def pen(thread: str, day: int) -> Script:
        at = datetime.combine(office.working_day(begin, day), time(9, 40), SHANGHAI)
        return Script(thread, at, random.Random(rng.getrandbits(48)), office)

    for n, wish in enumerate(WISHES):
        script = pen(f"data-{n + 1}", 2 + n // 3)
        _asked(script, wish, until)
        if not wish.open:
            script.work(300, 500)
            script.do("data-steward", f"{wish.service}/data.grant", **_GRANT)
        script.work(60, 200)
        script.do(wish.by, f"{wish.service}/data.fetch", **_GRANT, data_form="xlsx" if n % 2 else "csv")
        yield script.acts()
    script = pen("data-refused", 4)
    _asked(script, _Wish("volunteer", "volunteers", "insurer", INSURER[0], "推销短期保险（演示）"), until)
    script.work(60, 200)
    script.do("data-steward", "volunteer/data.refuse", **_GRANT, data_reason="与目的不相称（演示）")
    yield script.acts()
    script = pen("data-revoked", 4)
    _asked(script, _Wish("grid", "party_organisations", "duty-cg", "cg", "联合党日活动（演示）"), until)
    script.work(60, 200)
    script.do("data-steward", "grid/data.grant", **_GRANT)
    script.work(900, 1200)
    script.do("data-steward", "grid/data.revoke", **_GRANT, data_reason="活动已经结束（演示）")
    yield script.acts()


def left_sharing(rng: random.Random, end: datetime) -> Iterator[list[Act]]:
    """Left to do: two requests to be answered."""
    until = local(end).date() + timedelta(days=90)
    for n, wish in enumerate((WISHES[0]._replace(by="duty-scjg", unit="scjg"), WISHES[3])):
        at = end - timedelta(minutes=70 + 200 * n)
        script = Script(f"left-data-{n}", at, random.Random(rng.getrandbits(48)), Office(always=True))
        _asked(script, wish, until)
        yield script.acts()
