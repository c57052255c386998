"""Customers' days with a purchase or refund, and each customer's own rhythm."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from schemas.columns import MONEY
from schemas.period import DAY_BITS, Month
from schemas.rules import Rules
from schemas.segments import CHAIN

MONEY_OF_A_DAY = ("sales", "refunds", "cost", "costed_net_sales", "promotion_sales")


def customer_days(activity: pl.DataFrame, customers_by_key: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """One row per store, customer (null: nobody known) and local business date up to and including `as_of`.

    Columns: `customer_no` (the place of the customer's id among all ids: what numbers do in a tenth of the time that ids
    take), sales, refunds, cost, costed_net_sales, promotion_sales (Decimal), net_sales = sales − refunds,
    last_ordered_at. Days whose landings cancel each other out (a corrected line) do not appear. Sorted by customer (nobody
    last), date and store.
    """
    ids = customers_by_key["customer_id"].unique().sort()
    numbers = pl.DataFrame({"customer_id": ids, "customer_no": pl.int_range(len(ids), dtype=pl.Int64, eager=True)})
    number_of_key = customers_by_key.join(numbers, on="customer_id", validate="m:1").select("buyer_key", "customer_no")
    known = activity.filter(pl.col("business_date") <= as_of)
    stores = known["store_id"].unique().sort()
    store_no = known["store_id"].cast(pl.Enum(stores)).to_physical().alias("store_no")
    nobody = len(ids)
    # one number for customer, date and store, in that order: it sorts and groups as all three would
    store_bits = max(1, len(stores).bit_length())
    packed = (pl.col("customer_no").fill_null(nobody) * (1 << DAY_BITS) + pl.col("business_date").cast(pl.Int64)) * (
        1 << store_bits
    ) + pl.col("store_no")
    days = (
        known.with_columns(
            store_no,
            known.select("buyer_key").join(
                number_of_key, on="buyer_key", how="left", validate="m:1", maintain_order="left"
            )["customer_no"],
        )
        .select("store_no", "customer_no", "business_date", *MONEY_OF_A_DAY, "last_ordered_at", _day=packed)
        .sort("_day")
    )
    days = _once(
        days,
        *(pl.col(name).sum().cast(MONEY) for name in MONEY_OF_A_DAY),
        pl.col("last_ordered_at").max(),
    )  # told by several landings, or in several parts of a file
    has_money = (days["sales"] != 0) | (days["refunds"] != 0)
    if not has_money.all():
        days = days.filter(has_money)
    return days.select(
        stores.gather(days["store_no"]).alias("store_id"),
        ids.gather(days["customer_no"]).alias("customer_id"),
        "business_date",
        *MONEY_OF_A_DAY,
        "last_ordered_at",
        net_sales=(pl.col("sales") - pl.col("refunds")).cast(MONEY),
        customer_no="customer_no",
    )


def scoped_days(days: pl.DataFrame) -> pl.DataFrame:
    """`days` once per store and once for the chain: column `scope` (a store id, or CHAIN), one row per scope, customer, date.

    On the chain's rows several stores of the same day are one. `days`: as of `customer_days`, in its order. Sorted by scope,
    customer (nobody last) and date.
    """
    money = (*MONEY_OF_A_DAY, "net_sales")
    columns = ["scope", "customer_id", "business_date", *money, "customer_no"]
    is_same = pl.col("customer_no").eq_missing(pl.col("customer_no").shift(1)) & (
        pl.col("business_date") == pl.col("business_date").shift(1)
    )
    marked = days.with_columns(_day=(~is_same.fill_null(False)).cum_sum())
    chain = _once(marked, *(pl.col(name).sum().cast(MONEY) for name in money)).with_columns(scope=pl.lit(CHAIN))
    # by one number each: within one store they are in the order of customers already
    place = days["store_id"].cast(pl.Enum(days["store_id"].unique().sort())).to_physical().cast(pl.Int64)
    place = (place * days.height + pl.int_range(days.height, eager=True)).arg_sort()
    stores = days.rename({"store_id": "scope"}).select(columns)[place]
    is_before = stores["scope"] < CHAIN
    parts = (stores.filter(is_before), chain.select(columns), stores.filter(~is_before))
    return pl.concat([part for part in parts if part.height])


def _once(rows: pl.DataFrame, *sums: pl.Expr) -> pl.DataFrame:
    """The first row of each `_day` of rows that are sorted by it, with `sums` of the few days that have several rows."""
    is_first = (rows["_day"] != rows["_day"].shift(1)).fill_null(True)
    if is_first.all():
        return rows
    is_several = ~(is_first & is_first.shift(-1).fill_null(True))
    summed = rows.filter(is_several).group_by("_day", maintain_order=True).agg(*sums).drop("_day")
    firsts = rows.filter(is_first)
    places = is_several.filter(is_first).arg_true()
    # a column where nothing changes (no cost is told, nothing came back) is not copied
    changed = [name for name in summed.columns if not firsts[name].gather(places).equals(summed[name])]
    return firsts.with_columns(firsts[name].scatter(places, summed[name]) for name in changed)


def purchases(scoped: pl.LazyFrame) -> pl.LazyFrame:
    """One row per scope and purchase: a known customer's day with sales above zero, refunds excluded."""
    return scoped.filter(pl.col("customer_id").is_not_null() & (pl.col("sales") > 0))


def rhythm(chain_purchases: pl.LazyFrame, *, as_of: date, history_from: date, rules: Rules) -> pl.LazyFrame:
    """One row per customer and purchase in the chain, with what is fixed on that day for the silence after it.

    `chain_purchases`: sorted by customer and date; with `customer_no` if it has one.

    `own_gap_days`: the median of the customer's gaps up to this purchase, blended with the chain's gap while there are
    fewer than three: (n × own + (3 − n) × chain) / 3. The chain's gap is the median over customers with two or more
    purchases of their own median gap, at the month end before the purchase (90 days while nobody has two).
    `lapsed_after_days` = min(730, max(365, 4 × own gap)); `overdue_after_days` = max(30, min(2 × own gap, ¾ × lapsed_after)).
    """
    numbered = [name for name in ("customer_no",) if name in chain_purchases.collect_schema()]
    who = pl.col(*numbered or ["customer_id"])
    is_other = who.ne_missing(who.shift(1))
    ordered = (
        chain_purchases.select("customer_id", "business_date", *numbered)
        .with_columns(_customer=is_other.cum_sum().set_sorted(), _at=pl.int_range(pl.len()))
        .with_columns(
            gap_days=pl.when(~is_other).then(pl.col("business_date").diff().dt.total_days()).cast(pl.Float64),
            purchase_no=pl.col("_at") - pl.when(is_other).then("_at").forward_fill() + 1,
        )
        # a window longer than any history: the running median
        .with_columns(own_median=pl.col("gap_days").rolling_median(window_size=2**14, min_samples=1).over("_customer"))
    )
    ordered_rows = ordered.collect()
    ordered_rows = ordered_rows.with_columns(_months_since(history_from, ordered_rows["business_date"]))
    chain_gaps = _chain_gaps(ordered_rows.lazy(), as_of=as_of, history_from=history_from, rules=rules)
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
        ordered_rows.lazy()
        .with_columns(chain_gaps.gather(ordered_rows["month_no"]).alias("chain_gap_days"))
        .with_columns(own_gap_days=own_gap)
        .with_columns(lapsed_after_days=lapsed_after)
        .with_columns(overdue_after_days=overdue_after)
        .select(
            "customer_id", "business_date", "purchase_no", "own_gap_days", "lapsed_after_days", "overdue_after_days",
            *numbered,
        )
    )  # fmt: skip


def _months_since(first: date, days: pl.Series) -> pl.Series:
    """`month_no`: how many calendar months each day is after the month of `first`.

    Looked up: to take year and month of every day costs ten times as much.
    """
    edges = [first, *(day for day in (days.min(), days.max()) if isinstance(day, date))]
    calendar = pl.select(day=pl.date_range(min(edges), max(edges))).with_columns(
        month_no=pl.col("day").dt.year() * 12
        + pl.col("day").dt.month().cast(pl.Int32)
        - (first.year * 12 + first.month)
    )
    return calendar["month_no"].gather((days - min(edges)).dt.total_days())


def _chain_gaps(ordered: pl.LazyFrame, *, as_of: date, history_from: date, rules: Rules) -> pl.Series:
    """The chain's gap as it stood before each month of history began, one after the other.

    A running median stands at the beginning of each month after its purchase, up to that of the customer's next one. How many
    customers have which is counted for all months at once: to sort everybody's medians anew for every month takes ten
    times as long.
    """
    months = len(Month.of(history_from).through(Month.of(as_of)))
    is_followed = pl.col("_customer") == pl.col("_customer").shift(-1)
    stands = (
        ordered.select("own_median", "_customer", begins=pl.col("month_no") + 1)
        .select("own_median", "begins", ends=pl.when(is_followed).then(pl.col("begins").shift(-1)))
        .filter(pl.col("own_median").is_not_null() & pl.col("begins").ne_missing(pl.col("ends")))
    )
    changes = pl.concat(
        [
            stands.group_by("own_median", month_no="begins").agg(customers=pl.len().cast(pl.Int64)),
            stands.filter(pl.col("ends").is_not_null())
            .group_by("own_median", month_no="ends")
            .agg(customers=-pl.len().cast(pl.Int64)),
        ]
    ).filter(pl.col("month_no") < months)  # fmt: skip
    changed = changes.collect()
    medians, place = np.unique(changed["own_median"].to_numpy(), return_inverse=True)
    customers = np.zeros((months, len(medians)), np.int64)
    np.add.at(customers, (changed["month_no"].to_numpy(), place), changed["customers"].to_numpy())
    gaps = [_median_of_counts(medians, counts) for counts in customers.cumsum(axis=0)]
    return pl.Series(gaps, dtype=pl.Float64).fill_null(float(rules.unknown_chain_gap_days))


def _median_of_counts(values: np.ndarray, counts: np.ndarray) -> float | None:
    """The median of `values` (ascending), each of which occurs so often; None of none."""
    up_to = counts.cumsum()
    people = int(up_to[-1]) if len(up_to) else 0
    if people == 0:
        return None
    lower, upper = (values[np.searchsorted(up_to, at, side="right")] for at in ((people - 1) // 2, people // 2))
    return float((lower + upper) / 2)
