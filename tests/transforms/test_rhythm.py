"""Each customer's own gap is the median of their gaps so far, for short histories and long ones alike."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from random import Random
from statistics import median

import polars as pl
import pytest

from schemas.rules import Rules
from transforms.activity import SHORT_HISTORY, TOGETHER, rhythm

FIRST = date(2020, 1, 1)
RULES = Rules()


def purchases(days: dict[str, list[date]]) -> pl.LazyFrame:
    rows = [(who, number, day) for number, (who, theirs) in enumerate(sorted(days.items())) for day in theirs]
    return pl.LazyFrame(
        rows, schema={"customer_id": pl.String, "customer_no": pl.Int64, "business_date": pl.Date}, orient="row"
    )


def told(days: dict[str, list[date]]) -> pl.DataFrame:
    return rhythm(purchases(days), as_of=date(2026, 10, 31), history_from=FIRST, rules=RULES).collect()


def some_days(chance: Random, purchases: int) -> list[date]:
    return sorted(FIRST + timedelta(days=day) for day in chance.sample(range(2400), purchases))


@pytest.mark.parametrize("seed", range(20))
def test_the_own_gap_is_the_running_median(seed):
    chance = Random(seed)
    lengths = [
        chance.choice((1, 2, 3, 4, chance.randint(5, 30), chance.randint(SHORT_HISTORY - 2, 150))) for _ in range(40)
    ]
    days = {f"c{n:03d}": some_days(chance, length) for n, length in enumerate(lengths)}
    rows = iter(told(days).iter_rows(named=True))
    for who, theirs in sorted(days.items()):
        gaps = [(later - earlier).days for earlier, later in pairwise(theirs)]
        for place, day in enumerate(theirs):
            row = next(rows)
            assert (row["customer_id"], row["business_date"], row["purchase_no"]) == (who, day, place + 1)
            if place >= RULES.gaps_for_own_rhythm:
                assert row["own_gap_days"] == median(gaps[:place]), (who, day)
    assert next(rows, None) is None


def test_both_ways_agree_where_one_ends_and_the_other_begins():
    for length in (SHORT_HISTORY - 1, SHORT_HISTORY, SHORT_HISTORY + 1):
        theirs = some_days(Random(length), length)
        gaps = [(later - earlier).days for earlier, later in pairwise(theirs)]
        assert told({"c": theirs})["own_gap_days"][-1] == median(gaps)


def test_more_customers_than_are_told_together():
    chance = Random(1)
    days = {f"c{n:05d}": some_days(chance, chance.randint(4, 6)) for n in range(TOGETHER + 10)}
    gap_of = dict(told(days).select("customer_id", "own_gap_days").iter_rows())  # the last of each
    for who, theirs in days.items():
        assert gap_of[who] == median((later - earlier).days for earlier, later in pairwise(theirs))


def test_nobody_bought():
    assert told({}).is_empty()
