"""What customers expected and met, what they then did; prices, friction on the way to a purchase, services after it."""

from __future__ import annotations

from datetime import date

import polars as pl

from schemas.columns import MONEY
from schemas.period import window_start
from transforms.complaints import scoped
from transforms.intervals import steady_mean, wilson

MET_WITHIN = 0.5
"""Experience and expectation less than half a point of the scale apart are "met"."""
PRICE_TOLERANCE = 0.05
LEAST_PRICES = 5
ASKING = ("survey", "questionnaire", "feedback", "问卷", "问卷回访", "意见征集", "满意度调查", "满意度回访")
"""Kinds of logged contact that ask for an opinion."""
NOT_STATED = "unknown"


def answers(surveys: pl.LazyFrame) -> pl.LazyFrame:
    """One row per answered survey (store, order, customer, moment) that states expectation and experience: gap and state.

    `gap`: experience − expectation of the survey as a whole where it was asked so, else the mean over its aspects.
    """
    both = pl.col("expectation").is_not_null() & pl.col("experience").is_not_null()
    difference = (pl.col("experience") - pl.col("expectation")).cast(pl.Float64)
    whole, parts = pl.col("aspect").is_null(), pl.col("aspect").is_not_null()
    gap = pl.coalesce(steady_mean(pl.col("difference").filter(whole)), steady_mean(pl.col("difference").filter(parts)))
    state = (
        pl.when(pl.col("gap") <= -MET_WITHIN)
        .then(pl.lit("below"))
        .when(pl.col("gap") >= MET_WITHIN)
        .then(pl.lit("exceeded"))
        .otherwise(pl.lit("met"))
    )
    keys = ("answered_at", "store_id", "order_id", "buyer_key", "customer_id")
    return (
        surveys.filter(both)
        .with_columns(difference=difference)
        .group_by(keys)
        .agg(gap=gap)
        .sort(keys, nulls_last=True)
        .with_columns(state=state, answered_on=pl.col("answered_at").dt.date())
        .with_row_index("answer_no")
        .with_columns(event_id=pl.col("answer_no").cast(pl.String))
        .drop("answer_no")
    )


def gap_states(answered: pl.LazyFrame, again: pl.LazyFrame, *, as_of: date) -> pl.LazyFrame:
    """One row per scope and state: answers of 12 months; of those of 24 months, n and again (bought within 90 days)."""
    low, high = wilson(pl.col("again"), pl.col("n"))
    return (
        scoped(answered.join(again, on="event_id", how="left", validate="1:1"))
        .filter(pl.col("answered_on") >= window_start(as_of, 24))
        .group_by("scope", "state")
        .agg(
            answers=(pl.col("answered_on") >= window_start(as_of, 12)).sum().cast(pl.Int64),
            n=pl.col("is_back").is_not_null().sum().cast(pl.Int64),
            again=pl.col("is_back").fill_null(False).sum().cast(pl.Int64),
        )
        .with_columns(again_share=pl.when(pl.col("n") > 0).then(pl.col("again") / pl.col("n")), low=low, high=high)
        .sort("scope", "state")
    )


def aspects(surveys: pl.LazyFrame, *, as_of: date) -> pl.LazyFrame:
    """One row per scope and aspect asked in 12 months: means, states, competitors' mean, and the quadrant.

    The quadrant compares the aspect's mean importance and experience with the mean over the scope's aspects
    (importance–performance analysis; Martilla & James 1977); null where either was not asked.
    """
    day = pl.col("answered_at").dt.date()
    both = pl.col("expectation").is_not_null() & pl.col("experience").is_not_null()
    gap = (pl.col("experience") - pl.col("expectation")).filter(both)
    means = (
        scoped(surveys.filter(pl.col("aspect").is_not_null() & (day >= window_start(as_of, 12))))
        .group_by("scope", "aspect")
        .agg(
            answers=pl.col("experience").count().cast(pl.Int64),
            importance=steady_mean(pl.col("importance")),
            expectation=steady_mean(pl.col("expectation").filter(both)),
            experience=steady_mean(pl.col("experience")),
            gap=steady_mean(gap),
            below=(gap < 0).sum().cast(pl.Int64),
            met=(gap == 0).sum().cast(pl.Int64),
            exceeded=(gap > 0).sum().cast(pl.Int64),
            competitor_experience=steady_mean(pl.col("competitor_experience")),
            competitor_answers=pl.col("competitor_experience").count().cast(pl.Int64),
        )
        .filter(pl.col("answers") > 0)
        .sort("scope", "aspect")
    )
    matters = pl.col("importance") >= steady_mean(pl.col("importance")).over("scope")
    does_well = pl.col("experience") >= steady_mean(pl.col("experience")).over("scope")
    quadrant = (
        pl.when(matters & ~does_well)
        .then(pl.lit("improve"))
        .when(matters & does_well)
        .then(pl.lit("keep_up"))
        .when(~matters & ~does_well)
        .then(pl.lit("watch"))
        .when(~matters & does_well)
        .then(pl.lit("relax"))
    )
    return means.with_columns(quadrant=quadrant).sort(
        "scope", "importance", "aspect", descending=[False, True, False], nulls_last=True
    )


def prices(
    surveys: pl.LazyFrame, order_lines: pl.LazyFrame, products: pl.LazyFrame, units: pl.LazyFrame, *, as_of: date
) -> pl.LazyFrame:
    """One row per scope and category with LEAST_PRICES stated prices in 24 months: expected beside paid, and promotion.

    A price is comparable when the survey names an order of one sale line: paid = its net sales ÷ its quantity.
    `promotion_share`: of the category's 12-month sales, those on promotion (null: the till does not say).
    """
    day = pl.col("answered_at").dt.date()
    single = (
        order_lines.filter(pl.col("quantity") > 0)
        .group_by("store_id", "order_id")
        .agg(
            lines=pl.len(), product_id=pl.col("product_id").first(),
            paid=(pl.col("net_sales").cast(pl.Float64) / pl.col("quantity").cast(pl.Float64)).first(),
        )
        .filter((pl.col("lines") == 1) & (pl.col("paid") > 0))
    )  # fmt: skip
    categories = products.select("product_id", "category").filter(pl.col("category").is_not_null())
    ratio = pl.col("paid") / pl.col("expected")
    told = (
        surveys.filter(pl.col("expected_price").is_not_null() & (day >= window_start(as_of, 24)))
        .select("store_id", "order_id", expected=pl.col("expected_price").cast(pl.Float64))
        .filter(pl.col("expected") > 0)
        .join(single, on=["store_id", "order_id"], how="inner", validate="m:1")
        .join(categories, on="product_id", how="inner", validate="m:1")
    )
    promoted = (
        scoped(units.join(categories, on="product_id", how="inner", validate="m:1"))
        .group_by("scope", "category")
        .agg(
            promotion_share=pl.when(pl.col("lines_told").sum() > 0).then(
                pl.col("promotion_sales").sum().cast(pl.Float64) / pl.col("sales").sum().cast(pl.Float64)
            )
        )
    )
    return (
        scoped(told)
        .group_by("scope", "category")
        .agg(
            answers=pl.len().cast(pl.Int64),
            expected=steady_mean(pl.col("expected")).round(2).cast(MONEY),
            paid=steady_mean(pl.col("paid")).round(2).cast(MONEY),
            dearer=(ratio > 1 + PRICE_TOLERANCE).sum().cast(pl.Int64),
            cheaper=(ratio < 1 - PRICE_TOLERANCE).sum().cast(pl.Int64),
        )
        .filter(pl.col("answers") >= LEAST_PRICES)
        .with_columns(as_expected=pl.col("answers") - pl.col("dearer") - pl.col("cheaper"))
        .join(promoted, on=["scope", "category"], how="left", validate="1:1")
        .sort("scope", "answers", "category", descending=[False, True, False])
    )


def units(order_lines: pl.LazyFrame, *, since: date) -> pl.LazyFrame:
    """One row per store, channel and product since that day: units and lines sold and returned, sales, promotion_sales.

    `lines_told`: sale lines that say whether they were on promotion. Quantities of refunds count without their sign.
    """
    sale, refund = pl.col("line_kind") == "sale", pl.col("line_kind") == "refund"
    return (
        order_lines.filter((pl.col("business_date") >= since) & (sale | refund))
        .with_columns(channel=pl.col("channel").fill_null(NOT_STATED))
        .group_by("store_id", "channel", "product_id")
        .agg(
            units_sold=pl.col("quantity").filter(sale).sum(),
            units_returned=pl.col("quantity").filter(refund).abs().sum(),
            sales=pl.col("net_sales").filter(sale).sum().cast(MONEY),
            promotion_sales=pl.col("net_sales")
            .filter(sale & pl.col("is_promotion").fill_null(False))
            .sum()
            .cast(MONEY),
            lines_sold=sale.sum().cast(pl.Int64),
            lines_returned=refund.sum().cast(pl.Int64),
            lines_told=(sale & pl.col("is_promotion").is_not_null()).sum().cast(pl.Int64),
        )
        .sort("store_id", "channel", "product_id")
    )


def order_ends(order_lines: pl.LazyFrame, *, since: date, as_of: date) -> pl.LazyFrame:
    """One row per store and order placed since that day: channel, end (sold, cancelled, unpaid), delivery_days.

    An order with a line that was sold is sold; else cancelled if a line is, else unpaid. delivery_days: from the first
    line's time to the last delivery by `as_of`; null where none is told, or it is told as before the order.
    """
    kind = pl.col("line_kind")
    end = (
        pl.when((kind == "sale").any())
        .then(pl.lit("sold"))
        .when((kind == "cancelled").any())
        .then(pl.lit("cancelled"))
        .otherwise(pl.lit("unpaid"))
    )
    sold = kind == "sale"
    delivered = pl.col("delivered_at").filter(sold & (pl.col("delivered_at").dt.date() <= as_of)).max()
    days = (delivered - pl.col("ordered_at").filter(sold).min()).dt.total_seconds() / 86_400
    return (
        order_lines.filter((pl.col("business_date") >= since) & kind.is_in(["sale", "cancelled", "unpaid"]))
        .group_by("store_id", "order_id")
        .agg(channel=pl.col("channel").drop_nulls().sort().first(), end=end, delivery_days=days)
        .with_columns(
            channel=pl.col("channel").fill_null(NOT_STATED),
            delivery_days=pl.when(pl.col("delivery_days") >= 0).then("delivery_days"),
        )
    )


def friction(orders: pl.LazyFrame, units: pl.LazyFrame) -> pl.LazyFrame:
    """One row per scope and channel: orders, how they ended, days to delivery (median, 90th percentile), units returned."""
    moved = scoped(units).group_by("scope", "channel").agg(pl.col("units_sold", "units_returned").sum())
    return (
        scoped(orders)
        .group_by("scope", "channel")
        .agg(*_order_counts())
        .join(moved, on=["scope", "channel"], how="left", validate="1:1")
        .sort("scope", "orders", "channel", descending=[False, True, False])
    )


def friction_counts(orders: pl.LazyFrame) -> pl.LazyFrame:
    """One row per scope: the same over all channels, as ingredients; `thousand_orders_12m` counts sold orders."""
    sold = (pl.col("end") == "sold").sum()
    return scoped(orders).group_by("scope").agg(
        *(one.name.suffix("_12m") for one in _order_counts()), thousand_orders_12m=sold / 1000
    )  # fmt: skip


def _order_counts() -> list[pl.Expr]:
    days = pl.col("delivery_days")
    return [
        pl.len().cast(pl.Int64).alias("orders"),
        (pl.col("end") == "cancelled").sum().cast(pl.Int64).alias("cancelled_orders"),
        (pl.col("end") == "unpaid").sum().cast(pl.Int64).alias("unpaid_orders"),
        days.count().cast(pl.Int64).alias("delivered_orders"),
        days.median().alias("delivery_days"),
        days.quantile(0.9, "linear").alias("delivery_days_p90"),
    ]


def answer_counts(answered: pl.LazyFrame, *, as_of: date) -> pl.LazyFrame:
    """One row per scope with an answer in 12 months: answers, their mean gap, those below; customers asked, by their latest."""
    recent = scoped(answered.filter(pl.col("answered_on") >= window_start(as_of, 12)))
    latest = (
        recent.filter(pl.col("customer_id").is_not_null())
        .sort("scope", "customer_id", "answered_at", "event_id")
        .group_by("scope", "customer_id", maintain_order=True)
        .agg(pl.col("state").last())
        .group_by("scope")
        .agg(
            surveyed_customers_12m=pl.len().cast(pl.Int64),
            surveyed_below_12m=(pl.col("state") == "below").sum().cast(pl.Int64),
        )
    )
    return (
        recent.group_by("scope")
        .agg(
            answers_12m=pl.len().cast(pl.Int64),
            answers_below_12m=(pl.col("state") == "below").sum().cast(pl.Int64),
            satisfaction_gap=steady_mean(pl.col("gap")),
        )
        .join(latest, on="scope", how="left", validate="1:1")
        .with_columns(pl.col("surveyed_customers_12m", "surveyed_below_12m").fill_null(0))
        .sort("scope")
    )


def service_kinds(services: pl.LazyFrame, again: pl.LazyFrame, *, as_of: date) -> pl.LazyFrame:
    """One row per scope and kind of service: done in 12 months, for whom, how liked; after those of 24 months, n and again."""
    recent = pl.col("done_on") >= window_start(as_of, 12)
    low, high = wilson(pl.col("again"), pl.col("n"))
    return (
        scoped(
            services.filter(pl.col("done_on") >= window_start(as_of, 24))
            .with_columns(kind=pl.col("kind").str.strip_chars().fill_null(NOT_STATED))
            .join(again, left_on="service_id", right_on="event_id", how="left", validate="1:1")
        )
        .group_by("scope", "kind")
        .agg(
            services=recent.sum().cast(pl.Int64),
            customers=pl.col("customer_id").filter(recent).drop_nulls().n_unique().cast(pl.Int64),
            satisfied=(recent & pl.col("satisfied").fill_null(False)).sum().cast(pl.Int64),
            rated=(recent & pl.col("satisfied").is_not_null()).sum().cast(pl.Int64),
            n=pl.col("is_back").is_not_null().sum().cast(pl.Int64),
            again=pl.col("is_back").fill_null(False).sum().cast(pl.Int64),
            matched_share=steady_mean(pl.col("matched_share")),
        )
        .with_columns(again_share=pl.when(pl.col("n") > 0).then(pl.col("again") / pl.col("n")), low=low, high=high)
        .sort("scope", "services", "kind", descending=[False, True, False])
    )
