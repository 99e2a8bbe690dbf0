"""Every fact of orders has a golden example, and what is said today has its fields."""

import json
from pathlib import Path

import msgspec
from shuniu.contracts.envelope import fact_name
from shuniu.contracts.whistle.orders import FACTS

from .walk import say_orders

GOLDEN = Path(__file__).parents[4] / "shared/tests/contracts/golden/whistle"
NAMES = {fact_name(cls) for cls in FACTS}


def test_what_orders_say_today_has_the_golden_fields(hotline) -> None:
    say_orders(hotline)
    assert set(hotline.names()) >= NAMES
    for event in hotline.events:
        name = event.type.removeprefix("shuniu.whistle.")
        golden = json.loads((GOLDEN / f"{name}.json").read_bytes())
        assert set(golden["data"]["fact"]) <= set(msgspec.json.decode(event.data.fact)), name


def test_examples_of_orders_hold_no_person_and_no_free_text() -> None:
    for name in NAMES:
        text = (GOLDEN / f"{name}.json").read_text("utf-8")
        for private in ("张三丰", "138", "整改", "起火", "条例"):
            assert private not in text, name
