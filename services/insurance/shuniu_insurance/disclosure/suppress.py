"""Keeping small cells back (小单元格抑制): pure (domain rules 7.1, statistics k ≥ 5; design choice).

A one-way table with its total. A cell of 1 to k-1 persons is kept back, and further cells with it, until what can be
computed from the rest tells of no kept-back cell that it is small: total minus told cells is at least
k + (kept back - 1), because each of them is known to hold one person at least.
"""

from collections.abc import Mapping

__all__ = ("kept_back", "tellable_total")


def tellable_total(total: int, least: int) -> bool:
    """Whether the total itself may be told: nobody, or enough."""
    return total == 0 or total >= least


def kept_back(cells: Mapping[str, int], least: int) -> frozenset[str] | None:
    """Cells to be kept back; None where even all of them together would tell too much, so that no cell is told.

    Empty cells are told: nobody is in them. With the smallest told cells added first the rest tells most.
    """
    if any(n < 0 for n in cells.values()) or least < 2:
        raise ValueError("counts are not negative, a cell holds at least two")
    if not tellable_total(sum(cells.values()), least):
        return None
    back = {code for code, n in cells.items() if 0 < n < least}
    others = sorted((n, code) for code, n in cells.items() if n >= least)
    while back:
        rest = sum(cells[code] for code in back)
        if len(back) > 1 and rest >= least + len(back) - 1:
            break
        if not others:
            return None
        back.add(others.pop(0)[1])
    return frozenset(back)
