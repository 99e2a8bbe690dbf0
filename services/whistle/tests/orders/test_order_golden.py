"""Every fact of orders has a golden example, and what is said today has its fields."""

from pathlib import Path

from shuniu.contracts.whistle.orders import FACTS
from shuniu.testing.golden import lost, naming

from .walk import say_orders

GOLDEN = Path(__file__).parents[4] / "shared/tests/contracts/golden/whistle"


def test_what_orders_say_today_has_the_golden_fields(hotline) -> None:
    say_orders(hotline)
    assert lost(GOLDEN, hotline.events, FACTS) == []


def test_examples_of_orders_hold_no_person_and_no_free_text() -> None:
    assert naming(GOLDEN, FACTS, "张三丰", "138", "整改", "起火", "条例") == []
