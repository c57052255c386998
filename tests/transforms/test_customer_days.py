"""Customers' days: per store and for the chain, as plain Python adds them up."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import polars as pl
import pytest

from schemas.columns import MONEY
from schemas.segments import CHAIN
from transforms.activity import MONEY_OF_A_DAY, customer_days, purchase_dates, purchases
from transforms.home_stores import home_by_purchase

Row = tuple[Any, ...]
FIRST = date(2026, 1, 1)
AS_OF = date(2026, 1, 20)
CUSTOMERS = {1: "c1", 2: "c2", 3: "c2", 4: "c3", 5: "never bought"}  # two keys of one customer
COLUMNS = {
    "store_id": pl.String, "buyer_key": pl.Int64, "business_date": pl.Date, **dict.fromkeys(MONEY_OF_A_DAY, MONEY),
    "last_ordered_at": pl.Datetime("us"),
}  # fmt: skip


def some_activity(chance: Random, rows: int) -> list[Row]:
    """Several landings of a day, corrections that cancel it out, nobody, days after the month's end."""
    told: list[Row] = []
    for _ in range(rows):
        day = FIRST + timedelta(days=chance.randrange(24))
        amounts = [Decimal(chance.choice((0, 0, 1, 250, 99_999))) / 100 for _ in MONEY_OF_A_DAY]
        at = datetime(day.year, day.month, day.day, chance.randrange(9, 20)) if chance.random() < 0.8 else None
        row = (chance.choice(("+s", "Z", "a")), chance.choice((1, 2, 3, 4, None)), day, *amounts, at)
        told.append(row)
        if chance.random() < 0.2:
            told.append((*row[:3], *(-amount for amount in amounts), at))
    return told


def added_up(rows: list[Row]) -> dict[Row, Row]:
    """By scope, customer and date: the sums, the latest receipt, net sales."""
    by_store: dict[Row, list[Row]] = defaultdict(list)
    for store, key, day, *rest in rows:
        if day <= AS_OF:
            by_store[store, CUSTOMERS.get(key), day].append(tuple(rest))

    def one(several: list[Row]) -> Row:
        *amounts, receipts = zip(*several, strict=True)
        return (*(sum(amount) for amount in amounts), max((at for at in receipts if at), default=None))

    stores = {day: one(several) for day, several in by_store.items()}
    stores = {day: told for day, told in stores.items() if told[0] or told[1]}
    chain: dict[Row, list[Row]] = defaultdict(list)
    for (_, customer, day), told in stores.items():
        chain[CHAIN, customer, day].append(told)
    everything = stores | {day: one(several) for day, several in chain.items()}
    return {day: (*told, told[0] - told[1]) for day, told in everything.items()}


@pytest.mark.parametrize("seed", range(30))
def test_days_add_up_per_store_and_for_the_chain(seed):
    chance = Random(seed)
    rows = some_activity(chance, chance.choice((0, 1, 5, 60, 300)))
    keys = pl.DataFrame({"buyer_key": list(CUSTOMERS), "customer_id": list(CUSTOMERS.values())})
    days = customer_days(pl.DataFrame(rows, schema=COLUMNS, orient="row"), keys, as_of=AS_OF)
    expected = added_up(rows)

    def of(frame: pl.LazyFrame) -> dict[Row, Row]:
        columns = ["scope", "customer_id", "business_date", *MONEY_OF_A_DAY, "last_ordered_at", "net_sales"]
        told = [tuple(row) for row in days.named(frame).select(columns).collect().iter_rows()]
        assert len({row[:3] for row in told}) == len(told), "a scope's customer's date is told once"
        return {row[:3]: row[3:] for row in told}

    assert of(days.scoped()) == expected
    assert of(days.chain()) == {day: told for day, told in expected.items() if day[0] == CHAIN}
    assert of(days.stores()) == {day: told for day, told in expected.items() if day[0] != CHAIN}
    since, until = FIRST + timedelta(days=4), FIRST + timedelta(days=15)
    assert of(days.scoped(since, until)) == {day: told for day, told in expected.items() if since <= day[2] <= until}

    bought = {day for day, told in expected.items() if day[1] and told[0] > 0}
    told = days.named(purchases(days.scoped()).select("scope_no", "customer_no", "business_date")).collect()
    assert sorted(told.iter_rows()) == sorted(bought)
    dates = purchase_dates(days)
    assert list(dates.select("customer_id", "business_date").iter_rows()) == sorted(
        day[1:] for day in bought if day[0] == CHAIN
    )
    homes = home_by_purchase(days)
    assert set(homes["home_store_id"]) <= {day[0] for day in bought}
    visited = sorted({day[1:] for day in bought if day[0] != CHAIN})
    assert [(days.customers[no], day) for no, day, _ in homes.iter_rows()] == visited
