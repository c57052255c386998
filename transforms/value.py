"""Who brings how much: value classes, their moves, and how sales concentrate."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from schemas.columns import MONEY
from schemas.period import window_start, year_start
from schemas.rules import Rules
from transforms.activity import CustomerDays, purchases
from transforms.sorting import changes, in_order

BASIS_POINTS = 10_000
COST_KNOWN_PER_CENT = 95
"""Margin is told while the cost of so much of the net sales is known."""


def is_cost_known() -> pl.Expr:
    """Whether the rows' margin can be told, from their sums of net_sales and costed_net_sales.

    Both ways: a till that writes no cost on what comes back leaves more costed sales than there are sales.
    """
    net, costed = pl.col("net_sales").sum(), pl.col("costed_net_sales").sum()
    return (net > 0) & ((net - costed).abs() * 100 <= net * (100 - COST_KNOWN_PER_CENT))


def margin() -> pl.Expr:
    """Of sums per row: what the sales brought whose cost is known. The few others (`is_cost_known`) bring none: neither
    their whole price nor a guess is a margin."""
    return pl.col("costed_net_sales") - pl.col("cost")


def customer_sales(days: CustomerDays, *, since: date | None, until: date, chain_only: bool = False) -> pl.LazyFrame:
    """One row per scope and known customer with anything bought or returned from `since` (None: ever) to `until`, both included.

    In the numbers of `days` (`days.named` makes ids and money of them): scope_no, customer_no, net_sales_cents,
    sales_cents, cost_cents, costed_net_sales_cents, purchase_sales_cents (of purchase days only), purchases (days with
    sales above zero), last_purchase_on in the window.
    """
    told = days.chain(since, until) if chain_only else days.scoped(since, until)
    return (
        told.filter(pl.col("customer_no").is_not_null())
        .group_by("scope_no", "customer_no")
        .agg(
            pl.col("net_sales_cents", "sales_cents", "cost_cents", "costed_net_sales_cents").sum(),
            purchase_sales_cents=pl.col("sales_cents").filter(pl.col("sales_cents") > 0).sum(),
            purchases=(pl.col("sales_cents") > 0).sum().cast(pl.Int64),
            last_purchase_on=pl.col("business_date").filter(pl.col("sales_cents") > 0).max(),
        )
    )


def value_classes(days: CustomerDays, *, as_of: date, rules: Rules, chain_only: bool = False) -> pl.LazyFrame:
    """One row per scope and customer with positive 12-month net sales there: net_sales_12m, its rank and its class.

    By scope and rank, and among equals by customer. A: the customers who together make up to 80 % of the scope's customer
    sales, at most the top 20 % by count (rounded up), B: up to 95 %, C: the rest. The one whose sales cross a cut belongs to
    the better class, and so does everybody who spent the same: what counts is the sum of those who spent strictly more.
    """
    at, scope, sales = pl.int_range(pl.len()), pl.col("scope_no"), pl.col("net_sales_12m_cents")
    is_first = scope.ne_missing(scope.shift(1))
    spent = (
        customer_sales(days, since=window_start(as_of, 12), until=as_of, chain_only=chain_only)
        .filter(pl.col("net_sales_cents") > 0)
        .select("scope_no", "customer_no", net_sales_12m_cents="net_sales_cents")
        .collect()
    )
    scope_no, below_zero, customer_no = in_order(
        spent["scope_no"].to_numpy(), -spent["net_sales_12m_cents"].to_numpy(), spent["customer_no"].to_numpy()
    )
    ranked = (
        pl.LazyFrame({"scope_no": scope_no, "customer_no": customer_no, "net_sales_12m_cents": -below_zero})
        # places in this order, not groups: they take a tenth of the time
        .with_columns(
            _begins=pl.when(is_first).then(at).forward_fill(),
            _ends=pl.when(scope.ne_missing(scope.shift(-1))).then(at).backward_fill(),
            _as_much_from=pl.when(is_first | (sales != sales.shift(1))).then(at).forward_fill(),
            _before=sales.cum_sum() - sales,
        )
        .with_columns(
            rank=pl.col("_as_much_from") - pl.col("_begins") + 1,
            customers=pl.col("_ends") - pl.col("_begins") + 1,
            spent_more=pl.col("_before").gather("_as_much_from") - pl.col("_before").gather("_begins"),
            total=(pl.col("_before") + sales).gather("_ends") - pl.col("_before").gather("_begins"),
        )
    )

    def below(share: float) -> pl.Expr:
        # a year's rupiah of a large chain, in hundredths of hundredths of a per cent, is past 64 bits
        spent_more, total = (pl.col(name).cast(pl.Int128) for name in ("spent_more", "total"))
        return spent_more * BASIS_POINTS < total * round(share * BASIS_POINTS)

    few = (pl.col("rank") - 1) * BASIS_POINTS < pl.col("customers") * round(rules.class_a_customer_share * BASIS_POINTS)
    value_class = (
        pl.when(below(rules.class_a_sales_share) & few)
        .then(pl.lit("A"))
        .when(below(rules.class_b_sales_share))
        .then(pl.lit("B"))
        .otherwise(pl.lit("C"))
    )
    return days.named(ranked.select("scope_no", "customer_no", "net_sales_12m_cents", "rank", value_class=value_class))


def class_moves(classes_before: pl.LazyFrame, classes_now: pl.LazyFrame) -> pl.LazyFrame:
    """One row per scope and pair of classes (none: no positive sales in the window): how many customers moved so."""
    keys = ["scope", "customer_id"]
    return (
        classes_before.select(*keys, from_class="value_class")
        .join(classes_now.select(*keys, to_class="value_class"), on=keys, how="full", coalesce=True)
        .with_columns(pl.col("from_class", "to_class").fill_null("none"))
        .group_by("scope", "from_class", "to_class")
        .agg(customers=pl.len().cast(pl.Int64))
        .sort("scope", "from_class", "to_class")
    )


def pareto(classes: pl.LazyFrame, *, steps: int = 20) -> pl.LazyFrame:
    """One row per scope and step: the best `customers_share` of the 12-month customers make `sales_share` of their sales.

    The share of customers is rounded up to whole people, as in `top20pct_share_12m`.
    """
    ordered = classes.sort("scope", "net_sales_12m", "customer_id", descending=[False, True, False]).with_columns(
        place=pl.int_range(1, pl.len() + 1).over("scope").cast(pl.Int64),
        customers=pl.len().over("scope").cast(pl.Int64),
        through=pl.col("net_sales_12m").cast(pl.Float64).cum_sum().over("scope"),
        total=pl.col("net_sales_12m").cast(pl.Float64).sum().over("scope"),
    )
    shares = pl.LazyFrame({"step": range(1, steps + 1)}, schema={"step": pl.Int64})
    size = ordered.group_by("scope").agg(pl.col("customers").first())
    return (
        size.join(shares, how="cross")
        .with_columns(place=(pl.col("customers") * pl.col("step") + steps - 1) // steps)
        .join(ordered.select("scope", "place", "through", "total"), on=["scope", "place"], how="left", validate="m:1")
        .select("scope", customers_share=pl.col("step") / steps, sales_share=pl.col("through") / pl.col("total"))
        .sort("scope", "customers_share")
    )


def top_of_year(days: CustomerDays, *, as_of: date, most: int) -> pl.LazyFrame:
    """One row per scope and rank: the `most` customers by year-to-date net sales (positive only), of `ranked` in all.

    Equal sums: the later last purchase first, then the customer id.
    """
    return (
        days.named(customer_sales(days, since=year_start(as_of), until=as_of).filter(pl.col("net_sales_cents") > 0))
        .sort("scope", "net_sales", "last_purchase_on", "customer_id", descending=[False, True, True, False])
        .with_columns(
            rank=pl.int_range(1, pl.len() + 1).over("scope").cast(pl.Int64),
            ranked=pl.len().over("scope").cast(pl.Int64),
        )
        .filter(pl.col("rank") <= most)
    )


def first_purchases(days: CustomerDays) -> pl.DataFrame:
    """One row per scope and customer with a purchase there: scope_no, customer_no, `first_purchase_on` and
    `second_purchase_on` (null: none so far) at that scope."""
    bought = purchases(days.scoped()).select("scope_no", "customer_no", "business_date").collect()
    scope_no, customer_no, day = in_order(*(bought[name].to_physical().to_numpy() for name in bought.columns))
    is_first = changes(scope_no) | changes(customer_no)
    later = np.append(day[1:], 0)[is_first]
    has_second = ~np.append(is_first[1:], True)[is_first]
    return pl.DataFrame(
        {
            "scope_no": scope_no[is_first],
            "customer_no": customer_no[is_first],
            "first_purchase_on": pl.Series(day[is_first], dtype=pl.Int32).cast(pl.Date),
            "second_purchase_on": pl.Series(later, dtype=pl.Int32).set(pl.Series(~has_second), None).cast(pl.Date),
        }
    )


def value_ingredients(days: CustomerDays, classes: pl.LazyFrame, firsts: pl.LazyFrame, *, as_of: date) -> pl.LazyFrame:
    """One row per scope: the sums and counts behind the window metrics of value. `firsts`: `first_purchases`."""
    since, is_of_year = window_start(as_of, 12), pl.col("business_date") >= year_start(as_of)
    whole = days.named(
        days.scoped(since, as_of)
        .group_by("scope_no")
        .agg(
            net_sales_12m_cents=pl.col("net_sales_cents").sum(),
            net_sales_ytd_cents=pl.col("net_sales_cents").filter(is_of_year).sum(),
        )
    )
    counted = classes.group_by("scope").agg(
        customers_12m=pl.len().cast(pl.Int64),
        customer_net_sales_12m=pl.col("net_sales_12m").sum().cast(MONEY),
        **{
            f"customers_{letter.lower()}": (pl.col("value_class") == letter).sum().cast(pl.Int64)
            for letter in ("A", "B", "C")
        },
        top20pct_net_sales_12m=pl.col("net_sales_12m")
        .sort(descending=True)
        .head((pl.len() + 4) // 5)
        .sum()
        .cast(MONEY),
    )
    top = (
        top_of_year(days, as_of=as_of, most=50)
        .group_by("scope")
        .agg(
            top10_net_sales_ytd=pl.col("net_sales").filter(pl.col("rank") <= 10).sum().cast(MONEY),
            top50_net_sales_ytd=pl.col("net_sales").sum().cast(MONEY),
        )
    )
    is_first_time, net_sales = pl.col("first_purchase_on") >= since, pl.col("net_sales_cents")
    split = days.named(
        customer_sales(days, since=since, until=as_of)
        .filter(pl.col("purchases") > 0)
        .join(firsts, on=["scope_no", "customer_no"], how="left", validate="1:1")
        .group_by("scope_no")
        .agg(
            first_time_customers_12m=is_first_time.sum().cast(pl.Int64),
            first_time_net_sales_12m_cents=net_sales.filter(is_first_time).sum(),
            returning_customers_12m=is_first_time.not_().sum().cast(pl.Int64),
            returning_net_sales_12m_cents=net_sales.filter(~is_first_time).sum(),
        )
    )
    joined = whole
    for part in (counted, top, split):
        joined = joined.join(part, on="scope", how="left", validate="1:1")
    return joined.sort("scope")


def repeat_cohort(days: CustomerDays, firsts: pl.LazyFrame, *, as_of: date) -> pl.LazyFrame:
    """One row per scope: customers whose first purchase was 180–544 days before `as_of`, and how many of them bought
    again within 180 days of it (day 180 included). `firsts`: `first_purchases`, of whatever day after `as_of`."""
    first, second = pl.col("first_purchase_on"), pl.col("second_purchase_on")
    age = (pl.lit(as_of) - first).dt.total_days()
    again = (second - first).dt.total_days() <= 180
    return days.named(
        firsts.filter(age.is_between(180, 544))
        .group_by("scope_no")
        .agg(
            repeat_cohort_180d=pl.len().cast(pl.Int64),
            repeat_customers_180d=again.fill_null(False).sum().cast(pl.Int64),
        )
        .sort("scope_no")
    )


def sales_before_silence(days: CustomerDays, status: pl.LazyFrame) -> pl.LazyFrame:
    """One row per customer who is at risk or lapsed: net sales of the 12 months to the last purchase, never below zero.

    Who is worth winning back; and the value at stake while no purchase model holds: what the silence is about, not what
    will be lost.
    """
    silent = (
        status.filter(pl.col("status").is_in(["at_risk", "lapsed"]))
        .join(days.numbers(), on="customer_id", how="inner", validate="1:1")
        .select("customer_no", "last_purchase_on", year_before=pl.col("last_purchase_on").dt.offset_by("-12mo"))
    )
    return days.named(
        days.chain()
        .join(silent, on="customer_no", how="inner", validate="m:1")
        .filter(
            (pl.col("business_date") <= pl.col("last_purchase_on")) & (pl.col("business_date") > pl.col("year_before"))
        )
        .group_by("customer_no")
        .agg(net_sales_before_silence_cents=pl.col("net_sales_cents").sum().clip(lower_bound=0))
        .sort("customer_no")
    )
