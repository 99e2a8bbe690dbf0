"""A walk on which every fact of orders is said."""

from typing import Any


def say_orders(hotline: Any) -> None:
    """Every fact of orders, once at least."""
    hotline.received(appeal="CONSULT")
    hotline.ask("operator", "answer", answer="周一至周五上班")
    hotline.received()
    hotline.ask("operator", "transfer", to="119", note="起火")
    hotline.received()
    hotline.ask("operator", "not_accept", ground="UNLAWFUL", told="已告知理由")

    hotline.dispatched()
    first = hotline.id
    hotline.ask("cg", "object", instead="jj", reason="不属本单位")
    hotline.ask("leader", "hold", reason="三定方案")
    hotline.classified()
    hotline.ask("dispatcher", "merge", into=first)

    hotline.dispatched(caller_phone="13900000001", place={"name": "中央路 1 号"})
    hotline.ask("cg", "object", instead="jj", reason="不属本单位")
    hotline.ask("leader", "redispatch", lead="jj", reason="改派")
    for move, body in (
        ("sign", {}),
        ("contact", {"means": "PHONE", "note": "已说明"}),
        ("start", {"measures": "检查"}),
    ):
        hotline.ask("jj", move, **body)
    hotline.ask("jj", "involve", unit="xf", reason="需检测")
    hotline.ask("xf", "deliver", unit="xf", note="检测报告")
    hotline.ask("jj", "refer", reason="请到场核实")
    hotline.ask("jj", "extend", until="2026-12-03", law="条例第十五条", reason="需检测", told_by="PHONE")
    wish = {"obstacle": "SEASONAL", "reason": "冬季", "revival": "开春", "review_on": "2026-12-20"}
    hotline.ask("jj", "ask_hang", **wish)
    hotline.ask("leader", "decline_hang", reason="可以办")
    hotline.ask("jj", "ask_hang", **wish)
    hotline.ask("leader", "hang")
    hotline.ask("leader", "keep_hung", review_on="2026-12-25", note="未具备")
    hotline.ask("jj", "revive", note="已具备")
    hotline.ask("clerk", "whistle", reason="需多部门")
    hotline.answered("refused")
    hotline.ask("clerk", "sound_out", means="PHONE", leaning="DISSATISFIED", note="仍有异味")
    hotline.ask("jj", "feed_back", result="已整改", told_by="PHONE")
    hotline.ask("operator", "call_back", means="PHONE", valid=True, solved=False, satisfaction="UNSAT", note="未改")
    hotline.ask("jj", "feed_back", result="再次整改", told_by="VISIT")
    hotline.ask("operator", "decline_call_back", note="无需再访")
    hotline.ask("operator", "close", note="办结")
