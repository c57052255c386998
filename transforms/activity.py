"""Customers' days with a purchase or refund, and each customer's own rhythm."""

from __future__ import annotations

from datetime import date

import polars as pl

from schemas.columns import MONEY
from schemas.period import Month
from schemas.rules import Rules
from schemas.segments import CHAIN


def customer_days(activity: pl.LazyFrame, customers_by_key: pl.LazyFrame, *, as_of: date) -> pl.LazyFrame:
    """One row per store, customer (null: nobody known) and local business date up to and including `as_of`.

    Columns: sales, refunds, cost, costed_net_sales, promotion_sales (Decimal), net_sales = sales − refunds,
    last_ordered_at. Days whose landings cancel each other out (a corrected line) do not appear.
    """
    money = ("sales", "refunds", "cost", "costed_net_sales", "promotion_sales")
    return (
        activity.filter(pl.col("business_date") <= as_of)
        .join(customers_by_key, on="buyer_key", how="left", validate="m:1")
        .group_by("store_id", "customer_id", "business_date")
        .agg(*(pl.col(name).sum().cast(MONEY) for name in money), last_ordered_at=pl.col("last_ordered_at").max())
        .filter((pl.col("sales") != 0) | (pl.col("refunds") != 0))
        .with_columns(net_sales=(pl.col("sales") - pl.col("refunds")).cast(MONEY))
        .sort("customer_id", "business_date", "store_id", nulls_last=True)
    )


def scoped_days(days: pl.LazyFrame) -> pl.LazyFrame:
    """`days` once per store and once for the chain: column `scope` (a store id, or CHAIN), one row per scope, customer, date.

    On the chain's rows several stores of the same day are one.
    """
    money = ("sales", "refunds", "cost", "costed_net_sales", "promotion_sales", "net_sales")
    chain = (
        days.group_by("customer_id", "business_date")
        .agg(*(pl.col(name).sum().cast(MONEY) for name in money))
        .with_columns(scope=pl.lit(CHAIN))
    )
    stores = days.select(pl.col("store_id").alias("scope"), "customer_id", "business_date", *money)
    return pl.concat([stores, chain.select(stores.collect_schema().names())]).sort(
        "scope", "customer_id", "business_date", nulls_last=True
    )


def purchases(scoped: pl.LazyFrame) -> pl.LazyFrame:
    """One row per scope and purchase: a known customer's day with sales above zero, refunds excluded."""
    return scoped.filter(pl.col("customer_id").is_not_null() & (pl.col("sales") > 0))


def rhythm(chain_purchases: pl.LazyFrame, *, as_of: date, history_from: date, rules: Rules) -> pl.LazyFrame:
    """One row per customer and purchase in the chain, with what is fixed on that day for the silence after it.

    `own_gap_days`: the median of the customer's gaps up to this purchase, blended with the chain's gap while there are
    fewer than three: (n × own + (3 − n) × chain) / 3. The chain's gap is the median over customers with two or more
    purchases of their own median gap, at the month end before the purchase (90 days while nobody has two).
    `lapsed_after_days` = min(730, max(365, 4 × own gap)); `overdue_after_days` = max(30, min(2 × own gap, ¾ × lapsed_after)).
    """
    ordered = (
        chain_purchases.select("customer_id", "business_date")
        .sort("customer_id", "business_date")
        .with_columns(
            gap_days=pl.col("business_date").diff().over("customer_id").dt.total_days().cast(pl.Float64),
            purchase_no=pl.int_range(1, pl.len() + 1).over("customer_id"),
        )
        # a window longer than any history: the running median
        .with_columns(
            own_median=pl.col("gap_days").rolling_median(window_size=2**14, min_samples=1).over("customer_id")
        )
    )
    blended = rules.gaps_for_own_rhythm
    gaps = (pl.col("purchase_no") - 1).clip(upper_bound=blended)
    own_gap = (
        gaps * pl.col("own_median").fill_null(0.0) + (blended - gaps) * pl.col("chain_gap_days")
    ) / blended  # fmt: skip
    lapsed_after = (rules.lapse_gap_factor * pl.col("own_gap_days")).clip(
        rules.lapse_floor_days, rules.lapse_ceiling_days
    )
    overdue_after = pl.max_horizontal(
        pl.lit(float(rules.overdue_floor_days)),
        pl.min_horizontal(
            rules.overdue_gap_factor * pl.col("own_gap_days"),
            rules.overdue_share_of_lapse * pl.col("lapsed_after_days"),
        ),
    )
    return (
        ordered.with_columns(month_start=pl.col("business_date").dt.month_start())
        .join(_chain_gaps(ordered, as_of=as_of, history_from=history_from, rules=rules), on="month_start", how="left")
        .with_columns(own_gap_days=own_gap)
        .with_columns(lapsed_after_days=lapsed_after)
        .with_columns(overdue_after_days=overdue_after)
        .select(
            "customer_id", "business_date", "purchase_no", "own_gap_days", "lapsed_after_days", "overdue_after_days"
        )
        .sort("customer_id", "business_date")
    )


def _chain_gaps(ordered: pl.LazyFrame, *, as_of: date, history_from: date, rules: Rules) -> pl.LazyFrame:
    """One row per month of history: the chain's gap as it stood before that month began."""
    months = Month.of(history_from).through(Month.of(as_of))
    rows = [
        ordered.filter((pl.col("business_date") < month.first_day) & pl.col("own_median").is_not_null())
        .group_by("customer_id")
        .agg(pl.col("own_median").last())
        .select(month_start=pl.lit(month.first_day), chain_gap_days=pl.col("own_median").median())
        for month in months
    ]
    return pl.concat(rows).with_columns(pl.col("chain_gap_days").fill_null(float(rules.unknown_chain_gap_days)))
