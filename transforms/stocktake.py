"""Count the customers as one counts the stock: status, home stores, and opening + inflows − outflows = closing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import polars as pl

from schemas.period import DAY_BITS, Month
from schemas.rules import Rules
from schemas.segments import BASE_STATUSES, CHAIN, UNASSIGNED

TERMS = (
    "opening_base", "first_seen", "new_customers", "won_back", "newly_lapsed", "moved_in", "moved_out", "closing_base",
    "became_vip", "ceased_vip",
)  # fmt: skip


def home_by_purchase(days: pl.DataFrame) -> pl.DataFrame:
    """One row per customer and purchase date in the chain: the home store from that day on.

    The store with most purchases in the 12 months to that day; ties: the latest receipt, then the smaller store id.
    A store's purchase is a day with sales above zero there. `days`: as of `activity.customer_days`, in its order.
    """
    bought = days.filter(pl.col("customer_id").is_not_null() & (pl.col("sales") > 0)).select(
        "customer_id", "customer_no", "store_id", "business_date", "last_ordered_at"
    )
    same_customer = bought["customer_no"] == bought["customer_no"].shift(1)
    is_elsewhere = (same_customer & (bought["store_id"] != bought["store_id"].shift(1))).fill_null(False)
    is_first = ~(same_customer & (bought["business_date"] == bought["business_date"].shift(1))).fill_null(False)
    roams = bought["customer_no"].filter(is_elsewhere).unique()
    homes = bought.filter(is_first).select(
        "customer_id", "business_date", home_store_id="store_id", customer_no="customer_no"
    )
    chosen = _most_visited(bought.filter(pl.col("customer_no").is_in(roams.implode())))
    places = homes["customer_no"].is_in(roams.implode()).arg_true()
    return homes.with_columns(homes["home_store_id"].scatter(places, chosen))


def _most_visited(bought: pl.DataFrame) -> pl.Series:
    """The home store for each customer and date of `bought`, in order, by how often each of their stores was visited.

    Each customer's stores and days make a grid, store by store, of days with and without a visit. Its running count tells
    the visits of any 12 months as the distance of two places: nothing is joined with a customer's whole past.
    """
    stores = bought["store_id"].unique().sort()
    store_no = bought["store_id"].cast(pl.Enum(stores)).to_physical().to_numpy().astype(np.int64)
    who, day = bought["customer_no"].to_numpy(), bought["business_date"].cast(pl.Int64).to_numpy()

    is_new_day = _changes(who) | _changes(day)
    day_at = np.cumsum(is_new_day) - 1  # each visit's day among the days of all customers
    days_who, days_day = who[is_new_day], day[is_new_day]
    # the first of each customer's days that lies in the 12 months to that day
    year_before = bought["business_date"].filter(is_new_day).dt.offset_by("-12mo").cast(pl.Int64).to_numpy()
    since_at = np.searchsorted(days_who << DAY_BITS | days_day, days_who << DAY_BITS | year_before, side="right")
    days_first = np.flatnonzero(_changes(days_who))  # each customer's first day
    customer = np.cumsum(_changes(days_who)) - 1
    days_count = np.bincount(customer)

    rows, row = np.unique(who * len(stores) + store_no, return_inverse=True)  # a row of the grid per customer and store
    row_customer = np.empty(len(rows), np.int64)
    row_customer[row] = customer[day_at]
    width, first = days_count[row_customer], days_first[row_customer]
    begins = np.cumsum(width) - width
    # per place of the grid
    to_day = np.repeat(first - begins, width) + np.arange(width.sum())
    to_since = np.repeat(begins - first, width) + since_at[to_day]
    place = begins[row] + day_at - first[row]
    visits_before = np.zeros(len(to_day) + 1, np.int64)
    visits_before[place + 1] = 1
    np.cumsum(visits_before, out=visits_before)
    visits = visits_before[1:] - visits_before[to_since]

    most = np.zeros(len(days_who), np.int64)
    np.maximum.at(most, to_day, visits)
    is_most = visits == most[to_day]
    latest = np.empty(len(who), np.int64)
    latest[visits_before[place]] = bought["last_ordered_at"].to_physical().to_numpy()
    candidates = pl.DataFrame(
        {
            "day": to_day[is_most],
            "latest": latest[visits_before[1:][is_most] - 1],
            "store_no": np.repeat(rows % len(stores), width)[is_most],
        }
    )
    chosen = candidates.sort("day", "latest", "store_no", descending=[False, True, False]).unique(
        "day", keep="first", maintain_order=True
    )
    return stores.gather(chosen["store_no"])


def _changes(values: np.ndarray) -> np.ndarray:
    """Whether each value differs from the one before it; the first does."""
    changes = np.ones(len(values), bool)
    np.not_equal(values[1:], values[:-1], out=changes[1:])
    return changes


def with_homes(rhythm: pl.DataFrame, homes: pl.DataFrame) -> pl.DataFrame:
    """One row per customer and purchase: the columns of `activity.rhythm` and `home_store_id`, null where `homes` has no such
    day (its sales were taken back elsewhere on the same day). `homes`: as of `home_by_purchase`."""
    key = ["customer_no", "business_date"]
    if rhythm.select(key).equals(homes.select(key)):  # nearly always; to join all days takes a hundred times as long
        return rhythm.with_columns(homes["home_store_id"])
    return rhythm.join(homes.select(*key, "home_store_id"), on=key, how="left", validate="1:1", maintain_order="left")


def standing(purchase_facts: pl.LazyFrame, at: date, successors: Mapping[str, str]) -> pl.LazyFrame:
    """One row per customer with a purchase by `at` (a month's end): last purchase, silence, home.

    `purchase_facts`: one row per customer and purchase, sorted by both, with the columns of `activity.rhythm` and
    `home_store_id`. `successors`: closed store → where its base went by `at` (a store id, or UNASSIGNED).
    """
    home = pl.col("home_store_id")
    who, day = pl.col("customer_id"), pl.col("business_date")
    is_known = day <= at
    return (
        # told once for all columns: inside a selection each of them would find its places anew
        purchase_facts.with_columns(
            _is_first=is_known & who.ne_missing(who.shift(1)),
            _is_last=is_known & (who.ne_missing(who.shift(-1)) | (day.shift(-1) > at)),
        )
        .select(
            pl.col("customer_id", "own_gap_days", "lapsed_after_days", "overdue_after_days", "home_store_id").filter(
                "_is_last"
            ),
            first_purchase_on=day.filter("_is_first"),
            last_purchase_on=day.filter("_is_last"),
            purchases=pl.col("purchase_no").filter("_is_last").cast(pl.UInt32),
        )
        .with_columns(
            days_since_last_purchase=(pl.lit(at) - pl.col("last_purchase_on")).dt.total_days(),
            home_store_id=home.replace(dict(successors)) if successors else home,
        )
        .with_columns(is_lapsed=pl.col("days_since_last_purchase") > pl.col("lapsed_after_days"))
    )


def customer_status(
    purchase_facts: pl.LazyFrame,
    earlier_known: pl.LazyFrame,
    *,
    month: Month,
    history_from: date,
    successors_now: Mapping[str, str],
    successors_before: Mapping[str, str],
    rules: Rules,
) -> pl.LazyFrame:
    """One row per customer with a purchase by the end of `month`: status, base and home at its end and at its opening.

    `earlier_known`: one row per customer with a sign of an earlier life, `earlier_known_on` (first refund, or member
    since): a first purchase after it is "first seen". So is every first purchase in the chain's first 12 months.
    Columns `status`, `in_base`, `home_store_id`, and the same with `_before`; days, dates and gaps of `standing`.
    """
    first_day = month.first_day
    now = standing(purchase_facts, month.last_day, successors_now)
    before = standing(purchase_facts, month.previous.last_day, successors_before).select(
        "customer_id", home_store_id_before="home_store_id", is_lapsed_before="is_lapsed"
    )
    young_chain = len(Month.of(history_from).through(month)) <= rules.new_needs_history_months
    is_first = pl.col("first_purchase_on") >= first_day
    known_earlier = pl.col("earlier_known_on") < pl.min_horizontal(pl.lit(first_day), pl.col("first_purchase_on"))
    returned_earlier = pl.col("first_refund_on") < pl.col("first_purchase_on")
    status = (
        pl.when(is_first & (pl.lit(young_chain) | known_earlier.fill_null(False) | returned_earlier.fill_null(False)))
        .then(pl.lit("first_seen"))
        .when(is_first)
        .then(pl.lit("new"))
        .when((pl.col("last_purchase_on") >= first_day) & pl.col("is_lapsed_before").fill_null(False))
        .then(pl.lit("won_back"))
        .when("is_lapsed")
        .then(pl.lit("lapsed"))
        .when(pl.col("days_since_last_purchase") > pl.col("overdue_after_days"))
        .then(pl.lit("at_risk"))
        .otherwise(pl.lit("active"))
    )
    return (
        now.join(before, on="customer_id", how="left", validate="1:1")
        .join(earlier_known, on="customer_id", how="left", validate="1:1")
        .with_columns(status=status)
        .with_columns(
            in_base=pl.col("status").is_in(BASE_STATUSES),
            in_base_before=pl.col("is_lapsed_before").not_().fill_null(False),
        )
        .drop("is_lapsed", "is_lapsed_before", "earlier_known_on", "first_refund_on")
        .sort("customer_id")
    )


def stocktake(status: pl.LazyFrame) -> pl.LazyFrame:
    """One row per scope (each home store, and CHAIN): the terms of the count, for the customers in `status`.

    Inflows belong to the home at the month's end, newly lapsed to the home at its opening; moved = in the base at both
    ends with another home. For every scope opening + first_seen + new + won_back − newly_lapsed + moved_in − moved_out
    (+ became_vip − ceased_vip) = closing, and the stores add up to the chain, where nobody moves.
    With the columns `is_vip` and `is_vip_before` the count is of the VIPs; without, of everybody.
    """
    names = status.collect_schema().names()
    vip_now = pl.col("is_vip") if "is_vip" in names else pl.lit(True)
    vip_before = pl.col("is_vip_before") if "is_vip_before" in names else pl.lit(True)
    here, there = pl.col("home_store_id"), pl.col("home_store_id_before")
    closing, opening = pl.col("in_base") & vip_now, pl.col("in_base_before") & vip_before
    stayed = pl.col("in_base") & pl.col("in_base_before")
    moved = stayed & vip_now & vip_before & (here != there)
    at_end = {
        "closing_base": closing,
        "first_seen": (pl.col("status") == "first_seen") & vip_now,
        "new_customers": (pl.col("status") == "new") & vip_now,
        "won_back": (pl.col("status") == "won_back") & vip_now & ~opening,
        "moved_in": moved,
        "became_vip": stayed & vip_now & ~vip_before,
    }
    at_opening = {
        "opening_base": opening,
        "newly_lapsed": opening & ~pl.col("in_base"),
        "moved_out": moved,
        "ceased_vip": stayed & vip_before & ~vip_now,
    }

    def counted(terms: Mapping[str, pl.Expr], home: pl.Expr) -> pl.LazyFrame:
        sums = [is_in.fill_null(False).sum().cast(pl.Int64).alias(name) for name, is_in in terms.items()]
        by_store = status.filter(home.is_not_null()).group_by(home.alias("scope")).agg(sums)
        chain = status.select(pl.lit(CHAIN).alias("scope"), *sums)
        zero = [name for name in terms if name.startswith("moved")]
        return pl.concat([by_store, chain.with_columns(pl.lit(0, pl.Int64).alias(name) for name in zero)])

    return (
        counted(at_end, here)
        .join(counted(at_opening, there), on="scope", how="full", coalesce=True)
        .with_columns(pl.col(TERMS).fill_null(0))
        .select("scope", *TERMS)
        .sort("scope")
    )


def statuses(status: pl.LazyFrame) -> pl.LazyFrame:
    """One row per scope and status: how many customers are at home there (the chain: anywhere)."""
    counted = status.group_by(scope="home_store_id", status="status").agg(customers=pl.len().cast(pl.Int64))
    chain = (
        status.group_by("status")
        .agg(customers=pl.len().cast(pl.Int64))
        .select(scope=pl.lit(CHAIN), status="status", customers="customers")
    )
    return pl.concat([counted, chain]).sort("scope", "status")


def successors_by(stores: pl.DataFrame, at: date) -> dict[str, str]:
    """Store closed by `at` → where its customers are at home now: its successor (followed on), else UNASSIGNED."""
    closed = {
        row["store_id"]: row["successor_store"]
        for row in stores.filter(pl.col("closed_on") <= at).iter_rows(named=True)
    }

    def settled(store_id: str) -> str:
        seen: set[str] = set()
        while store_id in closed:
            if store_id in seen or not closed[store_id]:
                return UNASSIGNED
            seen.add(store_id)
            store_id = closed[store_id]
        return store_id

    return {store_id: settled(store_id) for store_id in closed}
