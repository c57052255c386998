"""The trees of who brought whom: circles found, value brought, and how those who were brought do beside the others."""

from __future__ import annotations

from datetime import date

import polars as pl

from schemas.columns import MONEY
from schemas.disclosure import FEWEST_SHOWN
from schemas.period import Month, window_start
from schemas.rules import Rules
from schemas.segments import CHAIN
from transforms.intervals import Z_95, steady, steady_mean, wilson

HALVED_PER_GENERATION = 0.5
GENERATIONS = 20
"""Trees are followed so deep: what is brought in the 21st generation weighs less than a millionth."""


def in_circles(referred: pl.DataFrame) -> pl.DataFrame:
    """The rows of `referred` (one per customer: customer_id, referrer_id) that lie on a circle: data errors.

    Each customer has one referrer, so following them twice as far with every step leaves, after as many steps as there
    are referrals, only those who never reach one who came by themselves; where they then stand is on a circle.
    """
    reach = referred.select("customer_id", ancestor="referrer_id")
    steps = 1
    while reach.height and steps < referred.height + 1:
        further = reach.select(ancestor="customer_id", further="ancestor")
        # who reaches the end of the line drops out, and so does whoever stands behind them
        reach = reach.join(further, on="ancestor", how="inner", validate="m:1").select(
            "customer_id", ancestor="further"
        )
        steps *= 2
    members = reach.select(customer_id="ancestor").unique()
    return referred.join(members, on="customer_id", how="semi").sort("customer_id")


def descendants(referred: pl.DataFrame) -> pl.DataFrame:
    """One row per customer and each one above them: ancestor_id, customer_id, referrer_id, generation (1: brought directly).

    `referred` without circles; at most GENERATIONS deep.
    """
    edges = referred.select("customer_id", "referrer_id")
    level = edges.select("customer_id", "referrer_id", ancestor_id="referrer_id", generation=pl.lit(1, pl.Int64))
    levels = [level]
    while level.height and len(levels) < GENERATIONS:
        level = level.select("ancestor_id", "generation", referrer_id="customer_id").join(
            edges, on="referrer_id", how="inner"
        ).select("customer_id", "referrer_id", "ancestor_id", generation=pl.col("generation") + 1)  # fmt: skip
        levels.append(level)
    return pl.concat(levels).sort("ancestor_id", "generation", "referrer_id", "customer_id")


def brought(trees: pl.LazyFrame, own_value: pl.LazyFrame) -> pl.LazyFrame:
    """One row per referrer: brought_directly, in_tree, generations, and brought_value_12m (Decimal).

    `own_value`: one row per customer, own_value_12m. What a customer brings is the whole own value of those brought
    directly, half of that of those whom they brought, and so on. It ranks people and is never added to a total.
    """
    weight = pl.lit(HALVED_PER_GENERATION).pow(pl.col("generation") - 1)
    return (
        trees.join(own_value.select("customer_id", "own_value_12m"), on="customer_id", how="left", validate="m:1")
        .group_by("ancestor_id")
        .agg(
            brought_directly=(pl.col("generation") == 1).sum().cast(pl.Int64),
            in_tree=pl.len().cast(pl.Int64),
            generations=pl.col("generation").max(),
            # sorted: a float sum in another order would be another number
            brought_value_12m=(pl.col("own_value_12m").fill_null(0).cast(pl.Float64) * weight).sort().sum().round(2),
        )
        .select(
            "brought_directly", "in_tree", "generations", customer_id="ancestor_id",
            brought_value_12m=pl.col("brought_value_12m").cast(MONEY),
        )
        .sort("customer_id")
    )  # fmt: skip


def cohort(
    purchases: pl.LazyFrame, earlier_known: pl.LazyFrame, chain_days: pl.LazyFrame, referred: pl.LazyFrame,
    *, as_of: date, history_from: date, rules: Rules,
) -> pl.LazyFrame:  # fmt: skip
    """One row per customer who was *new* in the 12 months before the last 12: is_referred, is_retained, net_sales_12m.

    New as in the stocktake: not within the chain's first months of history, nor after an earlier return, nor a member
    from before. Retained: a purchase in the last 12 months. Sales: of the last 12 months, anywhere in the chain.
    """
    since, until = window_start(as_of, 24), window_start(as_of, 12)
    known_from = Month.of(history_from).plus(rules.new_needs_history_months).first_day
    first = pl.col("business_date").min()
    was_known = (pl.col("first_refund_on") < pl.col("first_purchase_on")) | (
        pl.col("earlier_known_on") < pl.col("first_purchase_on").dt.month_start()
    )
    sales = (
        chain_days.filter(pl.col("business_date").is_between(until, as_of))
        .group_by("customer_id")
        .agg(net_sales_12m=pl.col("net_sales").sum().cast(MONEY))
    )
    return (
        purchases.filter(pl.col("business_date") <= as_of)
        .group_by("customer_id")
        .agg(first_purchase_on=first, is_retained=(pl.col("business_date") >= until).any())
        .filter(
            (pl.col("first_purchase_on") >= max(since, known_from)) & (pl.col("first_purchase_on") < until)
        )
        .join(earlier_known, on="customer_id", how="left", validate="1:1")
        .filter(~was_known.fill_null(False))
        .join(sales, on="customer_id", how="left", validate="1:1")
        .join(referred.select("customer_id", is_referred=pl.lit(True)), on="customer_id", how="left", validate="1:1")
        .select(
            "customer_id", "is_retained", is_referred=pl.col("is_referred").fill_null(False),
            net_sales_12m=pl.col("net_sales_12m").fill_null(pl.lit(0).cast(MONEY)),
        )
        .sort("customer_id")
    )  # fmt: skip


def groups(cohort: pl.LazyFrame, homes: pl.LazyFrame) -> pl.LazyFrame:
    """One row per scope and group (is_referred): customers, retained, their share and its interval, sales and their mean's.

    `homes`: one row per customer, home_store_id. The interval of the mean is the normal approximation, null under
    FEWEST_SHOWN.
    """
    at_home = cohort.join(homes.select("customer_id", "home_store_id"), on="customer_id", how="left", validate="1:1")
    everywhere = pl.concat(
        [
            at_home.filter(pl.col("home_store_id").is_not_null()).with_columns(scope="home_store_id"),
            at_home.with_columns(scope=pl.lit(CHAIN)),
        ]
    )
    low, high = wilson(pl.col("retained"), pl.col("customers"))
    mean, half = pl.col("mean"), Z_95 * pl.col("deviation") / pl.col("customers").sqrt()
    enough = pl.col("customers") >= FEWEST_SHOWN
    return (
        everywhere.group_by("scope", "is_referred")
        .agg(
            customers=pl.len().cast(pl.Int64),
            retained=pl.col("is_retained").sum().cast(pl.Int64),
            net_sales_12m=pl.col("net_sales_12m").sum().cast(MONEY),
            mean=steady_mean(pl.col("net_sales_12m")),
            deviation=steady(pl.col("net_sales_12m").cast(pl.Float64).std()),
        )
        .select(
            "scope", "is_referred", "customers", "retained", "net_sales_12m",
            retention_12m=pl.col("retained") / pl.col("customers"), low=low, high=high,
            sales_per_customer_12m=mean.round(2).cast(MONEY),
            sales_low=pl.when(enough).then((mean - half).round(2)).cast(MONEY),
            sales_high=pl.when(enough).then((mean + half).round(2)).cast(MONEY),
        )
        .sort("scope", "is_referred", descending=[False, True])
    )  # fmt: skip
