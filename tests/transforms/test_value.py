"""Value classes do not depend on the currency's size."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random

import polars as pl
import pytest

from schemas.rules import Rules
from tests.transforms.days_of_customers import days_of
from transforms.value import value_classes

AS_OF = date(2026, 10, 31)


def classes(amounts: dict[str, int], scale: int) -> list[tuple[object, ...]]:
    rows = [(who, AS_OF - timedelta(days=3), Decimal(amount) * scale) for who, amount in amounts.items()]
    days = days_of(pl.DataFrame(rows, schema=["customer_id", "business_date", "sales"], orient="row"))
    told = value_classes(days, as_of=AS_OF, rules=Rules()).collect()
    return list(told.select("scope", "customer_id", "rank", "value_class").iter_rows())


@pytest.mark.parametrize("seed", range(5))
def test_a_currency_of_large_numbers_makes_the_same_classes(seed):
    chance = Random(seed)
    amounts = {f"c{n:02}": chance.choice((1, 5, 5, 40, 60)) for n in range(40)}
    plain = classes(amounts, 1)
    assert {row[3] for row in plain} == {"A", "B", "C"}
    assert classes(amounts, 10**10) == plain
