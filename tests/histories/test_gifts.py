"""Gifts go with their orders: corrected, told in two files, or with an occasion that is told later."""

from __future__ import annotations

from flows.month import known_ledger, landed_rows
from tests.histories.histories import NUMBERED_TILL, ORDER_HEADS, TILL, Drop, New
from tests.histories.intake_oracle import Row
from tests.histories.test_histories import World, in_memory, play


def sold(store: str, line_no: str = "", **more: str) -> Row:
    """One piece of a product for 5.00, on a day in October."""
    cells = {"product": "p1", "quantity": "1", "net_sales": "5.00", "ordered_at": "2026-10-01 10:00:00", **more}
    return Row(store=store, order="o1", line_no=line_no, **cells)


def gifts(tmp_path, *drops: Drop) -> list[tuple[str, str, str]]:
    """The gifts known after these files, one call each."""
    with in_memory() as lake:
        world = World(tmp_path / "shop", lake)
        world.compare = lambda *_: None  # type: ignore[method-assign]
        for drop in drops:
            world.call((drop,))
        rows = landed_rows(world.lake, known_ledger(world.lake, None)).gifts
        return sorted(rows.select("store_id", "order_id", "occasion").collect().iter_rows())


def test_an_occasion_that_a_correction_no_longer_has_is_gone(tmp_path):
    first = New(NUMBERED_TILL, (sold("N1", "1", occasion="birthday"),))
    assert gifts(tmp_path, first, New(NUMBERED_TILL, (sold("N1", "1", net_sales="6.00"),))) == []


def test_an_occasion_that_is_told_later_counts(tmp_path):
    later = New(NUMBERED_TILL, (sold("N1", "1", occasion="birthday"),))
    assert gifts(tmp_path, New(NUMBERED_TILL, (sold("N1", "1"),)), later) == [("N1", "o1", "birthday")]


def test_an_order_told_in_two_files_is_one_gift(tmp_path):
    first, second = sold("T1", occasion="birthday"), sold("T1", product="p2", occasion="birthday")
    assert gifts(tmp_path, New(TILL, (first,)), New(TILL, (second,))) == [("T1", "o1", "birthday")]


def test_the_head_of_another_stores_order_of_the_same_number_says_nothing(tmp_path):
    head = New(ORDER_HEADS, (sold("W1", status="cancelled"),))
    play(((head,), (New(NUMBERED_TILL, (sold("N1", "1"),)),)))
