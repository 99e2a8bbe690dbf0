"""There is no money in the time bank: no field, no unit, no text of the kind (domain rules 5.9, 10.9)."""

import msgspec
import pytest
from shuniu_volunteer.texts import words_of
from shuniu_volunteer.time_bank import capability
from shuniu_volunteer.time_bank.lifecycle import EXCHANGE, ORDER
from shuniu_volunteer.time_bank.routes import _titled

MONEY = ("fen", "yuan", "money", "price", "cash", "amount_cny", "pay", "fee", "cost")
STRUCTS = (*(r.struct for r in capability.rows), *(c.struct for c in capability.commands), *capability.facts)


@pytest.mark.parametrize("struct", STRUCTS, ids=lambda s: s.__name__)
def test_no_struct_has_a_money_field(struct) -> None:
    for field in msgspec.structs.fields(struct):
        assert not [m for m in MONEY if m in field.name.split("_")], (struct, field.name)
        assert field.type is not float, (struct, field.name)


def test_life_cycles_hold_together() -> None:
    ORDER.validate()
    EXCHANGE.validate()


@pytest.mark.parametrize("kind", "PTFKHZRVX")
def test_an_account_of_a_statement_is_told_in_words_and_by_the_end_of_its_code(kind: str) -> None:
    title = words_of("time_bank")[f"account.{kind}"]
    told = _titled(f"{kind}:01a22fa4-a100-7141-80fc-19666d4f7a67", words_of("time_bank"))
    assert _titled(f"{kind}:", words_of("time_bank")) == title
    assert (told.zh, told.en) == (f"{title.zh} …7a67", f"{title.en} …7a67")
