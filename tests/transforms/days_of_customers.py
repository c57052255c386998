"""Customers' days out of a few rows, the way a month's review makes them of the roll-up."""

from __future__ import annotations

from datetime import date

import polars as pl

from schemas.columns import MONEY
from transforms.activity import MONEY_OF_A_DAY, CustomerDays, customer_days

EVER = date(9999, 12, 31)


def days_of(rows: pl.DataFrame) -> CustomerDays:
    """`rows`: customer_id (null: nobody), business_date, sales, and where they matter store_id, last_ordered_at and the other
    amounts of a day."""
    customers = rows["customer_id"].drop_nulls().unique().sort()
    keys = pl.DataFrame({"buyer_key": range(len(customers)), "customer_id": customers}, schema_overrides={"buyer_key": pl.Int64})  # fmt: skip
    blank = {
        "store_id": pl.lit("s1"),
        "last_ordered_at": pl.lit(None, pl.Datetime("us")),
        **dict.fromkeys(MONEY_OF_A_DAY, pl.lit(0)),
    }
    activity = (
        rows.with_columns(value.alias(name) for name, value in blank.items() if name not in rows.columns)
        .with_columns(pl.col(MONEY_OF_A_DAY).cast(MONEY))
        .join(keys, on="customer_id", how="left")
    )
    return customer_days(activity, keys, as_of=EVER)
