"""Customers' days with a purchase or refund, and each customer's own rhythm."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from schemas.columns import as_cents, as_money
from schemas.period import Month
from schemas.rules import Rules
from schemas.segments import CHAIN
from transforms.sorting import changes, in_order

MONEY_OF_A_DAY = ("sales", "refunds", "cost", "costed_net_sales", "promotion_sales")
CENTS = "_cents"
CENTS_OF_A_DAY = tuple(f"{name}{CENTS}" for name in MONEY_OF_A_DAY)
SHORT_HISTORY = 64
"""Purchases up to which a history's medians are found together with those of others: the work grows with their square."""
TOGETHER = 4096
"""Histories at once, so that their gaps fit the processor's cache."""


@dataclass(frozen=True)
class CustomerDays:
    """What the roll-up tells by a month's end, once per store and once for the chain.

    Customers and scopes are numbers, the places of their ids in `customers` and `scopes`, and money is hundredths: whole
    numbers take a fraction of the time and memory of ids and decimals. `named` puts those in their place.
    """

    by_store: pl.DataFrame
    """One row per customer, local business date and store, sorted so (nobody last): `customer_no` (null: nobody known),
    `scope_no`, business_date, sales, refunds, cost, costed_net_sales and promotion_sales in whole hundredths (`…_cents`),
    last_ordered_at, and `is_alone`: no other store has the same customer (or nobody) on that day."""
    at_several: pl.DataFrame
    """One row per customer and date in several stores, sorted so, with the sums of them all: columns as above, without
    `scope_no` and `is_alone`."""
    customers: pl.Series
    """Customer ids, ascending."""
    scopes: pl.Series
    """The store ids and CHAIN, ascending."""

    def chain(self, since: date | None = None, until: date | None = None) -> pl.LazyFrame:
        """One row per customer and date from `since` to `until` (both included), in no order: scope_no, customer_no,
        business_date, the money of a day, last_ordered_at, net_sales_cents = sales − refunds."""
        chain_no = pl.lit(self.scopes.index_of(CHAIN), self.by_store.schema["scope_no"])
        parts = (self.by_store.lazy().filter("is_alone"), self.at_several.lazy())
        return pl.concat([_told(_between(part, since, until), chain_no) for part in parts])

    def stores(self, since: date | None = None, until: date | None = None) -> pl.LazyFrame:
        """One row per store, customer and date, in no order: columns as of `chain`."""
        return _told(_between(self.by_store.lazy(), since, until), pl.col("scope_no"))

    def scoped(self, since: date | None = None, until: date | None = None) -> pl.LazyFrame:
        """Both: one row per scope, customer and date."""
        return pl.concat([self.stores(since, until), self.chain(since, until)])

    def numbers(self) -> pl.LazyFrame:
        """One row per customer: customer_id and its customer_no."""
        return pl.LazyFrame({"customer_id": self.customers}).with_row_index("customer_no")

    def named(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """`rows` with `scope` and `customer_id` in the place of their numbers, and Decimals in the place of …_cents (of
        those columns that they have). What is filtered after it is named before it is filtered.
        """
        ids = {"scope_no": ("scope", self.scopes), "customer_no": ("customer_id", self.customers)}

        def told(name: str) -> pl.Expr:
            if name in ids:
                return pl.lit(ids[name][1]).gather(name).alias(ids[name][0])
            if name.endswith(CENTS):
                return as_money(pl.col(name)).alias(name.removesuffix(CENTS))
            return pl.col(name)

        return rows.select(told(name) for name in rows.collect_schema().names())


def _told(rows: pl.LazyFrame, scope_no: pl.Expr) -> pl.LazyFrame:
    return rows.select(
        scope_no.alias("scope_no"),
        "customer_no",
        "business_date",
        *CENTS_OF_A_DAY,
        "last_ordered_at",
        net_sales_cents=pl.col("sales_cents") - pl.col("refunds_cents"),
    )


def _between(rows: pl.LazyFrame, since: date | None, until: date | None) -> pl.LazyFrame:
    if since is not None:
        rows = rows.filter(pl.col("business_date") >= since)
    return rows if until is None else rows.filter(pl.col("business_date") <= until)


def customer_days(activity: pl.DataFrame, customers_by_key: pl.DataFrame, *, as_of: date) -> CustomerDays:
    """The days of the `activity` table up to and including `as_of`, and whose they are.

    Days whose landings cancel each other out (a corrected line) do not appear.
    """
    by_id = customers_by_key.sort("customer_id").with_columns(
        customer_no=pl.col("customer_id").rle_id().cast(pl.UInt32)
    )
    customers = by_id["customer_id"].filter(changes(by_id["customer_no"].to_numpy()))
    known = activity.filter(pl.col("business_date") <= as_of)
    scopes = known["store_id"].unique().append(pl.Series([CHAIN])).sort()
    nobody = len(customers)
    customer_no = known.select("buyer_key").join(
        by_id.select("buyer_key", "customer_no"), on="buyer_key", how="left", validate="m:1", maintain_order="left"
    )["customer_no"]  # fmt: skip
    who, day, scope_no, place = in_order(
        customer_no.fill_null(nobody).to_numpy(),
        known["business_date"].cast(pl.Int32).to_numpy(),
        known["store_id"].cast(pl.Enum(scopes)).to_physical().to_numpy(),
        np.arange(known.height, dtype=np.uint32),
    )
    # told by several landings, or in several parts of a file
    is_first = changes(who) | changes(day) | changes(scope_no)
    number = pl.Series("customer_no", who[is_first])
    days = pl.DataFrame(
        [
            number.set(number == nobody, None),
            pl.Series("scope_no", scope_no[is_first]),
            pl.Series("business_date", day[is_first]).cast(pl.Date),
            *_sums(known, place, is_first),
        ]
    )
    has_money = (days["sales_cents"] != 0) | (days["refunds_cents"] != 0)
    if not has_money.all():
        days = days.filter(has_money)
    number, date_ = (days[name].to_physical() for name in ("customer_no", "business_date"))
    is_new = changes(number.fill_null(nobody).to_numpy()) | changes(date_.to_numpy())
    days = days.with_columns(is_alone=pl.Series(is_new & np.append(is_new[1:], True)))
    at_several = (
        days.lazy()
        .filter(~pl.col("is_alone"))
        .group_by("customer_no", "business_date", maintain_order=True)
        .agg(pl.col(CENTS_OF_A_DAY).sum(), pl.col("last_ordered_at").max())
        .collect()
    )
    return CustomerDays(days, at_several, customers, scopes)


def _sums(rows: pl.DataFrame, place: NDArray[np.integer], is_first: NDArray[np.bool_]) -> list[pl.Series]:
    """The money of `rows` (as …_cents) and the latest receipt, in the order of `place`, one entry per group.

    A group begins at each place of `is_first`; nearly all have one row, which is copied, not summed.
    """
    first = pl.Series(place[is_first])
    is_several = ~(is_first & np.append(is_first[1:], True))
    several, group = pl.Series(place[is_several]), np.cumsum(is_first[is_several])
    groups = pl.Series(np.flatnonzero(is_several[is_first]))
    told = []
    for name in (*MONEY_OF_A_DAY, "last_ordered_at"):
        column = as_cents(pl.col(name)).cast(pl.Int64).alias(f"{name}{CENTS}") if name in MONEY_OF_A_DAY else name
        # of one piece: to look places up in a table of many takes four times as long
        values = rows.select(column).rechunk().to_series()
        firsts = values.gather(first)
        if len(several):
            rest = pl.DataFrame({"group": group, "value": values.gather(several)})
            value = pl.col("value").sum() if name in MONEY_OF_A_DAY else pl.col("value").max()
            summed = rest.group_by("group", maintain_order=True).agg(value)["value"]
            # a column where nothing changes (no cost is told, nothing came back) is not copied
            if not firsts.gather(groups).equals(summed):
                firsts = firsts.scatter(groups, summed)
        told.append(firsts)
    return told


def purchases(rows: pl.LazyFrame) -> pl.LazyFrame:
    """The purchases among `rows` of `CustomerDays`: a known customer's day with sales above zero, refunds excluded."""
    return rows.filter(pl.col("customer_no").is_not_null() & (pl.col("sales_cents") > 0)).select(
        "scope_no", "customer_no", "business_date", "sales_cents", "promotion_sales_cents", "last_ordered_at"
    )


def purchase_dates(told: CustomerDays) -> pl.DataFrame:
    """One row per known customer and date with a purchase in the chain, sorted by both: customer_id, customer_no,
    business_date."""
    days = told.by_store[: told.by_store.height - told.by_store["customer_no"].null_count()]
    who, day = days["customer_no"], days["business_date"]
    is_first = changes(who.to_numpy()) | changes(day.to_physical().to_numpy())
    is_bought = (days["sales_cents"] > 0).to_numpy().copy()
    at_several = told.at_several.filter(pl.col("customer_no").is_not_null())
    is_bought[is_first & ~days["is_alone"].to_numpy()] = (at_several["sales_cents"] > 0).to_numpy()
    found = days.select("customer_no", "business_date").filter(pl.Series(is_first & is_bought))
    return found.select(told.customers.gather(found["customer_no"]).alias("customer_id"), pl.all())


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
    chain_gaps = _chain_gaps(ordered_rows, as_of=as_of, history_from=history_from, rules=rules)
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
    calendar = pl.select(day=pl.date_range(min(edges), max(edges))).select(
        month_no=pl.col("day").dt.year() * 12
        + pl.col("day").dt.month().cast(pl.Int32)
        - (first.year * 12 + first.month)
    )
    return calendar["month_no"].gather(days.to_physical() - (min(edges) - date(1970, 1, 1)).days)


def _chain_gaps(ordered: pl.DataFrame, *, as_of: date, history_from: date, rules: Rules) -> pl.Series:
    """The chain's gap as it stood before each month of history began, one after the other.

    A running median stands at the beginning of each month after its purchase, up to that of the customer's next one. How many
    customers have which is counted for all months at once: to sort everybody's medians anew for every month takes ten
    times as long.
    """
    months = len(Month.of(history_from).through(Month.of(as_of)))
    who, begins = ordered["customer_no"].to_numpy(), np.minimum(ordered["month_no"].to_numpy() + 1, months)
    ends = np.full_like(begins, months)
    np.copyto(ends[:-1], begins[1:], where=who[1:] == who[:-1])
    # in half days, which medians of whole days come to; 0 is of whom has none yet
    size = ((ordered["own_median"] * 2).cast(pl.Int32) + 1).fill_null(0).to_numpy()
    sizes = int(size.max(initial=0)) + 1

    def medians_by(month_no: NDArray[np.integer]) -> NDArray[np.int64]:
        """How many medians of each size there were up to the beginning of each month; the last row is of later months."""
        counts = np.bincount(month_no * sizes + size, minlength=(months + 1) * sizes)
        return counts.reshape(months + 1, sizes).cumsum(axis=0)

    standing = (medians_by(begins) - medians_by(ends))[:-1, 1:]
    gaps = [_median_of_counts(np.arange(sizes - 1) / 2, counts) for counts in standing]
    return pl.Series(gaps, dtype=pl.Float64).fill_null(float(rules.unknown_chain_gap_days))


def _median_of_counts(values: np.ndarray, counts: np.ndarray) -> float | None:
    """The median of `values` (ascending), each of which occurs so often; None of none."""
    up_to = counts.cumsum()
    people = int(up_to[-1]) if len(up_to) else 0
    if people == 0:
        return None
    lower, upper = (values[np.searchsorted(up_to, at, side="right")] for at in ((people - 1) // 2, people // 2))
    return float((lower + upper) / 2)
