"""What the world sees: summaries, visibility, measures, offers, the page, the preview."""

import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
import shuniu_whistle
from shuniu.chassis.http.manifest import manifest_of
from shuniu.contracts.envelope import fact_name
from shuniu.contracts.manifest import StatusInfo
from shuniu.contracts.summary import Summary
from shuniu.rules.lifecycle import mermaid
from shuniu_whistle import service
from shuniu_whistle.whistles.detail import detail
from shuniu_whistle.whistles.face import visibility
from shuniu_whistle.whistles.lifecycles import CALLOUT, PHASE, WHISTLE
from shuniu_whistle.whistles.measures import MEASURES, RATES
from shuniu_whistle.whistles.preview import explain

PHOTO = {"sha256": "a" * 64, "size": 1000, "media_type": "image/jpeg"}
GRID = "320199001001001"
SCOPE = "320199001"


def summary(street, back: int = 1) -> Summary:
    return street.events[-back].data.summary


def measured(street, name: str) -> float:
    return sum(m.value for e in street.events for m in e.data.summary.measures if m.name == f"whistle.{name}")


def test_title_is_item_and_place_and_never_free_text(street) -> None:
    street.draft(description="张三家门口，电话 13812345678", contact_name="张三", contact_phone="13812345678")
    assert summary(street).matter.title == "流动摊贩乱摆卖 · 黄家圩十字街"
    wire = msgspec.json.encode(street.events).decode()
    assert "张三" not in wire
    assert "13812345678" not in wire
    kept = [v for fields in street.private.values() for v in fields.values()]
    assert "张三" in kept


def test_units_show_once_it_is_blown(street) -> None:
    street.draft(inform=["xf"])
    assert summary(street).matter.units == ()
    assert visibility(street.w).units == ("street-office",)
    street.do("clerk", "submit")
    street.do("leader", "blow")
    units = summary(street).matter.units
    assert [(u.unit, u.role, u.status) for u in units] == [
        ("cg", "LEAD", "PENDING"),
        ("jj", "CO", "PENDING"),
        ("xf", "INFORM", ""),
    ]
    assert units[0].due_at == street.now + timedelta(hours=1)
    assert visibility(street.w).units == ("street-office", "xf", "cg", "jj")


def test_the_matter_shows_its_most_urgent_clock(street) -> None:
    street.blown()
    matter = summary(street).matter
    assert (matter.clock, matter.due_at, matter.due_status) == ("sign", street.now + timedelta(hours=1), "running")
    assert matter.lead_unit == "cg"
    street.tick(minutes=49)
    assert summary(street).matter.due_status == "soon"
    street.tick(minutes=12)
    late = summary(street).matter
    assert late.due_status == "late"
    assert {"ESCALATED", "HARD", "LATE_TWICE"} <= set(late.flags)


def test_rates_count_a_limit_when_it_is_decided(street) -> None:
    street.blown()
    assert (measured(street, "callouts"), measured(street, "sign_decided")) == (2, 0)
    street.do("cg", "sign")
    assert (measured(street, "sign_decided"), measured(street, "sign_on_time")) == (1, 1)
    street.tick(hours=2)
    assert (measured(street, "sign_decided"), measured(street, "sign_on_time")) == (2, 1)
    street.do("jj", "sign", callout="jj")  # late: it was counted when the limit passed
    assert (measured(street, "sign_decided"), measured(street, "sign_on_time")) == (2, 1)


def test_a_limit_that_ends_at_midnight_counts_for_the_day_that_ends(street) -> None:
    street.blown()
    street.tick(days=5)
    report = [m for e in street.events for m in e.data.summary.measures if m.name == "whistle.report_decided"]
    assert {m.on for m in report} == {date(2026, 11, 26)}
    assert {m.dimensions["unit"] for m in report} == {"cg", "jj"}


def test_solved_rate_takes_back_a_matter_that_returns_within_ninety_days(street) -> None:
    street.evaluated().do("clerk", "close")
    assert (measured(street, "ended"), measured(street, "solved")) == (1, 1)
    closed_on = date(2026, 11, 23)
    street.tick(days=30)
    street.draft(previous=street.id)
    assert (measured(street, "ended"), measured(street, "solved"), measured(street, "reblown")) == (1, 0, 1)
    assert {m.on for m in summary(street).measures} == {closed_on}
    assert [(x.relation, x.matter) for x in summary(street).links] == [("next", street.id)]


def test_ratings_are_summed_and_counted_by_unit(street) -> None:
    street.evaluated()
    assert (measured(street, "rating_sum"), measured(street, "rating_count")) == (24, 6)


def test_every_measure_said_is_declared_with_its_dimensions(street) -> None:
    street.evaluated().do("clerk", "not_solved", reason="反弹")
    for event in street.events:
        for m in event.data.summary.measures:
            assert set(m.dimensions) == set(MEASURES[m.name]), m.name
    assert {n for r in RATES.values() for n in (r.numerator, r.denominator)} <= set(MEASURES)


def test_every_step_has_a_text_and_every_param_a_place(street) -> None:
    street.blown(kind="HARD").to_working("jj").finished("jj")
    street.do("cg", "object", instead="xf", reason="属消防")
    street.do("coordinator", "accept_objection")
    street.tick(hours=30)
    for event in street.events:
        step = event.data.summary.step
        if step is None:
            continue
        text = service.texts[f"move.{step.move}"]
        detail = service.texts[step.detail] if step.detail else text
        for shown in (text.zh, text.en, detail.zh, detail.en):
            assert "{" not in shown.format_map(dict(step.params.items()))
    for cls in service.facts:
        if not fact_name(cls).startswith(("referral.", "catalogue.", "entry.", "duty_zone.")):
            assert fact_name(cls).rsplit(".", 1)[0].replace(".", "_") in {
                k.removeprefix("move.") for k in service.texts if k.startswith("move.")
            }


WAY: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("clerk", "submit", {}),
    ("leader", "blow", {}),
    ("cg", "sign", {}),
    ("jj", "sign", {"callout": "jj"}),
    ("cg", "object", {"instead": "xf", "reason": "属消防"}),
    ("coordinator", "uphold", {}),
    ("cg", "sign", {}),
    ("cg", "contact", {}),
    ("clerk", "report_in", {"where": "路口", "people": 2}),
    ("cg", "start", {"measures": "值守", "finish_on": "2026-12-07"}),
    ("cg", "request_extension", {"finish_on": "2026-12-20", "reason": "需延期"}),
    ("clerk", "approve_extension", {}),
    ("leader", "waive", {"callout": "jj", "reason": "无需"}),
    ("cg", "finish", {"evidence": [PHOTO]}),
    ("clerk", "rate", {"response": 3, "attitude": 3, "result": 3}),
    ("clerk", "close", {}),
)
BODY: dict[str, dict[str, Any]] = {move: body for _, move, body in WAY} | {
    "amend": {"item": "WASTE", "area": GRID, "lead": "cg", "place": {"name": "路口"}},
    "return": {"reason": "补充"},
    "cancel": {"reason": "误报"},
    "escalate": {"reason": "久拖"},
    "not_solved": {"reason": "反弹"},
    "plan_phase": {"work": "REMEDY", "due_on": "2026-12-01"},
    "accept_objection": {},
    "decline_extension": {},
    "refuse_referral": {"reason": "INCOMPLETE"},
}
PHASE_MOVES = {"start_phase", "submit_phase", "accept_phase", "send_back_phase"}


@pytest.mark.parametrize("who", ["clerk", "leader", "secretary", "cg", "jj", "coordinator", "both", "community"])
def test_offers_are_exactly_what_would_be_taken(street, who: str) -> None:
    street.draft()
    for actor, move, body in (("clerk", "link", {}), *WAY):
        offered = set(street.offers(who))
        for candidate in set(BODY) - PHASE_MOVES:
            given = {**BODY[candidate]}
            if candidate == "report_in":
                given["at"] = street.now
            units = ("cg", "jj")
            on_callout = "callout" in service.command(f"whistle.{candidate}").struct.__struct_fields__
            taken = [
                street.allowed(who, candidate, **{**given, **({"callout": u} if on_callout else {})})
                for u in (units if on_callout else units[:1])
            ]
            assert (candidate in offered) == any(taken), (street.w.status, candidate)
        if move != "link":
            given = {**body, **({"at": street.now} if move == "report_in" else {})}
            street.do(actor, move, **given)


def test_offers_carry_the_callout_and_what_is_known(street) -> None:
    street.blown()
    sign = street.offers("cg")["sign"]
    assert sign.prefill == {"whistle": street.id, "callout": street.callout("cg").id}
    assert set(sign.fixed) == {"whistle", "callout"}
    assert sign.title is not None
    assert sign.title.zh == "签收·单位cg"


def test_offers_of_a_draft_prefill_its_plan(street) -> None:
    street.draft(wanted_on="2026-12-01")
    prefill = dict(street.offers("clerk")["amend"].prefill)
    street.do("clerk", "amend", **prefill)
    assert street.w.item == "STREET_VENDORS"
    assert street.w.wanted_on == date(2026, 12, 1)


def test_phases_are_offered_one_by_one(street) -> None:
    street.blown().to_working("cg")
    street.do("cg", "plan_phase", work="DEMOLISH", due_on="2026-12-01")
    street.do("cg", "plan_phase", work="WIDEN", due_on="2026-12-02")
    first = street.callout("cg").phases[0]
    offer = street.offers("cg")["start_phase"]
    assert (offer.prefill["phase"], offer.title.zh) == (first.id, "开始阶段·1·拆违")
    street.do("cg", "start_phase", phase=first.id)
    street.do("cg", "submit_phase", phase=first.id, evidence=[PHOTO])
    assert "accept_phase" in street.offers("clerk")
    assert PHASE_MOVES.isdisjoint(street.offers("cg"))


def page(street, who: str) -> Any:
    return detail(street.w, street.as_seen_by(who))


def test_texts_are_for_those_who_have_to_do_with_it(street) -> None:
    street.blown(description="摊贩占道")

    def texts(who: str) -> list[str]:
        return [f.value for f in page(street, who).fields]

    assert "摊贩占道" in texts("clerk")
    assert "摊贩占道" in texts("cg")
    assert "摊贩占道" in texts("coordinator")
    assert "摊贩占道" not in texts("xf")
    assert "摊贩占道" not in texts("worker")


def test_preview_explains_limits_and_authority(street) -> None:
    seen = street.as_seen_by("clerk")
    routine = explain("UP", "ROUTINE", seen)
    assert [(c["clock"], c["limit"]) for c in routine["clocks"]] == [
        ("sign", "1h"),
        ("contact", "24h"),
        ("report", "3wd"),
    ]
    assert "1.1" in routine["clocks"][0]["source"]["en"]
    assert routine["finish_by"] == "2026-12-07"
    hard = explain("UP", "HARD", seen)
    assert hard["clocks"][2]["limit"] == "5wd"
    assert "党工委书记或办事处主任" in hard["authority"]["zh"]
    assert explain("DOWN", "ROUTINE", seen)["clocks"][2]["limit"] == "3wd"


# --- the manifest ----------------------------------------------------------------------------------------------------


def test_life_cycles_hold_together() -> None:
    tones = set(StatusInfo.__annotations__["tone"].__args__)
    for cycle in (WHISTLE, CALLOUT, PHASE):
        cycle.validate()
        assert {s.tone for s in cycle.statuses} <= tones
        for move in cycle.moves:
            assert f"rule.{move.rule}" in service.texts, move.rule


def test_every_detail_label_and_flag_has_a_text(street) -> None:
    from shuniu_whistle.whistles import detail, face

    texts = service.texts
    for source in (Path(detail.__file__), Path(face.__file__)):
        for quoted in source.read_text("utf-8").split('"')[1::2]:
            if quoted.startswith(("section.", "detail.")):
                assert quoted in texts, quoted
    for flag in ("ESCALATED", "HARD", "DOWN", "LATE_ONCE", "LATE_TWICE", "REPEATED", "OFF_LIST", "REFERRED", "CROSS"):
        assert f"flag.{flag}" in texts
    street.resolved()
    shown = page(street, "clerk")
    fields = [*shown.fields, *(f for s in shown.sections for r in s.rows for f in r.fields)]
    for field in fields:
        assert field.label in texts, field.label
        if field.kind == "key":
            assert field.value in texts, field.value


def test_manifest_draws_forms_without_knowing_whistles() -> None:
    manifest = manifest_of(service)
    actions = {a.name: a for a in manifest.actions}
    assert actions["whistle.draft"].opens == "whistle"
    assert actions["whistle.blow"].preview == "/preview/whistle.blow"
    properties = actions["whistle.draft"].schema["properties"]
    assert properties["lead"]["x-widget"] == "unit"
    assert properties["co"]["x-widget"] == "unit-list"
    assert properties["place"]["x-widget"] == "place"
    assert actions["whistle.finish"].schema["properties"]["evidence"]["x-widget"] == "blob-list"
    assert "whistle.take_referral" not in actions


def test_readme_draws_the_life_cycles_as_they_are() -> None:
    readme = (Path(__file__).parent.parent / "README.md").read_text("utf-8")
    for cycle in (WHISTLE, CALLOUT, PHASE):
        assert mermaid(cycle).strip() in readme, cycle.kind


def test_readme_names_every_event() -> None:
    readme = (Path(__file__).parent.parent / "README.md").read_text("utf-8")
    for cls in service.facts:
        assert f"`{fact_name(cls)}`" in readme, fact_name(cls)


def test_texts_are_used_or_looked_up_by_pattern() -> None:
    """A text under [rule.whistle], [rule.callout] or [rule.phase] that no rule names is a rule nobody wrote."""
    root = Path(shuniu_whistle.__file__).parent
    code = "".join(p.read_text("utf-8") for p in root.rglob("*.py"))
    tree = tomllib.loads((root / "texts.toml").read_text("utf-8"))
    for part in ("whistle", "callout", "phase"):
        for rule in tree["rule"][part]:
            # `<kind>.unknown` is said by the chassis.
            assert rule == "unknown" or f'"{part}.{rule}"' in code, f"{part}.{rule}"
