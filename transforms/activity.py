"""Customers' days with a purchase or refund, and each customer's own rhythm."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from schemas.columns import MONEY
from schemas.period import DAY_BITS, Month
from schemas.rules import Rules
from schemas.segments import CHAIN

MONEY_OF_A_DAY = ("sales", "refunds", "cost", "costed_net_sales", "promotion_sales")
SHORT_HISTORY = 64
"""Purchases up to which a history's medians are found together with those of others: the work grows with their square."""
TOGETHER = 4096
"""Histories at once, so that their gaps fit the processor's cache."""


@dataclass(frozen=True)
class CustomerDays:
    """What the roll-up tells by a month's end, once per store, customer and day."""

    days: pl.DataFrame
    """One row per store, customer and local business date, sorted by customer (nobody last), date and store: `customer_no`
    (null: nobody known) and `store_no`, the places of their ids in the next two (what numbers do in a tenth of the time that
    ids take); business_date, sales, refunds, cost, costed_net_sales, promotion_sales (Decimal), last_ordered_at."""
    customers: pl.Series
    """Customer ids, ascending."""
    stores: pl.Series
    """Store ids, ascending."""


def customer_days(activity: pl.DataFrame, customers_by_key: pl.DataFrame, *, as_of: date) -> CustomerDays:
    """The days of the `activity` table up to and including `as_of`, and whose they are.

    Days whose landings cancel each other out (a corrected line) do not appear.
    """
    by_id = customers_by_key.sort("customer_id").with_columns(customer_no=pl.col("customer_id").rle_id().cast(pl.Int64))
    ids = by_id["customer_id"].filter(by_id["customer_no"].diff().fill_null(1) > 0)
    number_of_key = by_id.select("buyer_key", "customer_no")
    known = activity.filter(pl.col("business_date") <= as_of)
    stores = known["store_id"].unique().sort()
    nobody = len(ids)
    customer_no = known.select("buyer_key").join(
        number_of_key, on="buyer_key", how="left", validate="m:1", maintain_order="left"
    )["customer_no"]  # fmt: skip
    # one number for customer, date and store, in that order: it sorts and groups as all three would
    store_bits = max(1, len(stores).bit_length())
    day = known.select(
        (customer_no.fill_null(nobody) * (1 << DAY_BITS) + pl.col("business_date").cast(pl.Int64)) * (1 << store_bits)
        + known["store_id"].cast(pl.Enum(stores)).to_physical()
    ).to_series()
    in_order = known.select(*MONEY_OF_A_DAY, "last_ordered_at", _day=day).sort("_day")
    days = _once(in_order, in_order["_day"])  # told by several landings, or in several parts of a file
    has_money = (days["sales"] != 0) | (days["refunds"] != 0)
    if not has_money.all():
        days = days.filter(has_money)
    told = days["_day"].to_numpy()
    number = pl.Series(told >> (DAY_BITS + store_bits))
    store_no = told & ((1 << store_bits) - 1)
    days = days.select(
        number.set(number == nobody, None).alias("customer_no"),
        pl.Series("store_no", store_no.astype(np.uint16 if store_bits <= 16 else np.uint32)),
        pl.Series((told >> store_bits & ((1 << DAY_BITS) - 1)).astype(np.int32)).cast(pl.Date).alias("business_date"),
        *MONEY_OF_A_DAY,
        "last_ordered_at",
    )
    return CustomerDays(days, ids, stores)


def scoped_days(told: CustomerDays) -> pl.DataFrame:
    """The days once per store and once for the chain: one row per scope (a store id, or CHAIN), customer and date, sorted by
    these (nobody last), with `customer_id` and net_sales = sales − refunds.

    On the chain's rows several stores of the same day are one.
    """
    days = told.days
    is_same = pl.col("customer_no").eq_missing(pl.col("customer_no").shift(1)) & (
        pl.col("business_date") == pl.col("business_date").shift(1)
    )
    day = days.select((~is_same.fill_null(False)).cum_sum()).to_series()
    chain = _once(days.drop("store_no"), day)
    # within one store they are in the order of customers already
    by_store = days["store_no"].to_numpy().argsort(kind="stable")
    stores = days.drop("store_no")[pl.Series(by_store)]
    scope = told.stores.gather(days["store_no"].to_numpy()[by_store])
    before = int((scope < CHAIN).sum())
    parts = (stores[:before], chain, stores[before:])
    scopes = (scope[:before], pl.repeat(CHAIN, chain.height, eager=True), scope[before:])
    return pl.concat(parts).select(
        pl.concat(scopes).alias("scope"),
        told.customers.gather(pl.concat([part["customer_no"] for part in parts])).alias("customer_id"),
        "business_date",
        *MONEY_OF_A_DAY,
        "last_ordered_at",
        net_sales=(pl.col("sales") - pl.col("refunds")).cast(MONEY),
        customer_no="customer_no",
    )


def _once(rows: pl.DataFrame, day: pl.Series) -> pl.DataFrame:
    """The first row of each `day` (ascending), with the money and the latest receipt of all rows of those few that have
    several."""
    is_first = (day != day.shift(1)).fill_null(True)
    is_several = ~(is_first & is_first.shift(-1).fill_null(True))
    if not is_several.any():
        return rows
    firsts = rows.filter(is_first)
    summed = (
        rows.filter(is_several)
        .group_by(day.filter(is_several).alias("_several"), maintain_order=True)
        .agg(
            pl.col(MONEY).sum().cast(MONEY),
            pl.col("last_ordered_at").max(),
        )
        .drop("_several")
    )
    places = is_several.filter(is_first).arg_true()
    # a column where nothing changes (no cost is told, nothing came back) is not copied
    changed = [name for name in summed.columns if not firsts[name].gather(places).equals(summed[name])]
    return firsts.with_columns(firsts[name].scatter(places, summed[name]) for name in changed)


def purchases(scoped: pl.LazyFrame) -> pl.LazyFrame:
    """One row per scope and purchase: a known customer's day with sales above zero, refunds excluded."""
    return scoped.filter(pl.col("customer_id").is_not_null() & (pl.col("sales") > 0)).select(
        "scope", "customer_id", "business_date", "sales", "promotion_sales", "last_ordered_at", "customer_no"
    )


def rhythm(chain_purchases: pl.LazyFrame, *, as_of: date, history_from: date, rules: Rules) -> pl.LazyFrame:
    """One row per customer and purchase in the chain, with what is fixed on that day for the silence after it.

    `chain_purchases`: with `customer_no` (a number per customer), sorted by customer and date.

    `own_gap_days`: the median of the customer's gaps up to this purchase, blended with the chain's gap while there are
    fewer than three: (n × own + (3 − n) × chain) / 3. The chain's gap is the median over customers with two or more
    purchases of their own median gap, at the month end before the purchase (90 days while nobody has two).
    `lapsed_after_days` = min(730, max(365, 4 × own gap)); `overdue_after_days` = max(30, min(2 × own gap, ¾ × lapsed_after)).
    """
    ordered_rows = chain_purchases.select("customer_id", "customer_no", "business_date").collect()
    purchase_no, own_median = _running_medians(ordered_rows["customer_no"], ordered_rows["business_date"])
    ordered_rows = ordered_rows.with_columns(
        purchase_no, own_median, _months_since(history_from, ordered_rows["business_date"])
    )
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
            "customer_no",
        )
    )  # fmt: skip


def _running_medians(customer_no: pl.Series, bought_on: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Per purchase, in order: `purchase_no` (1 is the customer's first) and `own_median`, of the gaps up to it (null at first).

    Short histories, which nearly all are, take a tenth of the time that windows take: all customers' first gaps are put in
    order at once, then all their second gaps among those, and so on.
    """
    who, day = customer_no.to_numpy(), bought_on.cast(pl.Int32).to_numpy()
    starts = np.flatnonzero(np.diff(who, prepend=who[:1] - 1))
    lengths = np.diff(starts, append=len(who))
    purchase_no = np.arange(1, len(who) + 1) - np.repeat(starts, lengths)
    medians = np.full(len(who), np.nan)
    short = np.flatnonzero(lengths <= SHORT_HISTORY)
    longest_first = short[np.argsort(-lengths[short], kind="stable")]
    for at in range(0, len(longest_first), TOGETHER):
        _fill_medians(
            medians, day, starts[longest_first[at : at + TOGETHER]], lengths[longest_first[at : at + TOGETHER]]
        )
    is_long = np.repeat(lengths > SHORT_HISTORY, lengths)
    if is_long.any():
        rolled = (
            pl.DataFrame({"who": who[is_long], "day": day[is_long].astype(np.float64)})
            # a window longer than any history
            .with_columns(pl.col("day").diff().rolling_median(window_size=2**14, min_samples=1).over("who"))
        )
        medians[is_long] = rolled["day"].to_numpy()
    return pl.Series("purchase_no", purchase_no), pl.Series("own_median", medians, nan_to_null=True)


def _fill_medians(medians: np.ndarray, day: np.ndarray, starts: np.ndarray, lengths: np.ndarray) -> None:
    """Fills in the running medians of the histories that begin at `starts`, the longest first."""
    ranked = np.empty((lengths[0], len(starts)), np.int32)  # the gaps so far, the smallest first
    for gaps in range(1, lengths[0]):
        customers = int(np.searchsorted(-lengths, -gaps))  # who have so many gaps
        at = starts[:customers] + gaps
        gap = day[at] - day[at - 1]
        for rank in range(gaps - 1):
            smaller = np.minimum(ranked[rank, :customers], gap)
            gap = np.maximum(ranked[rank, :customers], gap)
            ranked[rank, :customers] = smaller
        ranked[gaps - 1, :customers] = gap
        medians[at] = (ranked[(gaps - 1) // 2, :customers] + ranked[gaps // 2, :customers]) / 2


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
    is_followed = pl.col("customer_no") == pl.col("customer_no").shift(-1)
    stands = (
        ordered.select("own_median", "customer_no", begins=pl.col("month_no") + 1)
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
