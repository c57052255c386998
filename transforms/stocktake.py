"""Count the customers as one counts the stock: status, home stores, and opening + inflows − outflows = closing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl

from schemas.period import Month
from schemas.rules import Rules
from schemas.segments import BASE_STATUSES, CHAIN, UNASSIGNED

TERMS = (
    "opening_base", "first_seen", "new_customers", "won_back", "newly_lapsed", "moved_in", "moved_out", "closing_base",
    "became_vip", "ceased_vip",
)  # fmt: skip


def home_by_purchase(days: pl.LazyFrame) -> pl.LazyFrame:
    """One row per customer and purchase date in the chain: the home store from that day on.

    The store with most purchases in the 12 months to that day; ties: the latest receipt, then the smaller store id.
    A store's purchase is a day with sales above zero there. `days`: as of `activity.customer_days`, in its order.
    """
    bought = days.filter(pl.col("customer_id").is_not_null() & (pl.col("sales") > 0)).select(
        "customer_id", "customer_no", "store_id", "business_date", "last_ordered_at"
    )
    same_customer = pl.col("customer_no") == pl.col("customer_no").shift(1)
    roams = (
        bought.filter(same_customer & (pl.col("store_id") != pl.col("store_id").shift(1)))
        .select("customer_no")
        .unique()
    )
    key = ["customer_no", "business_date"]
    settled = bought.join(roams, on="customer_no", how="anti").select(*key, "customer_id", home_store_id="store_id")
    roaming = bought.join(roams, on="customer_no", how="semi")
    chosen = (
        roaming.unique(subset=key)
        .select(*key, "customer_id", since=pl.col("business_date").dt.offset_by("-12mo"))
        .join(
            roaming.select("customer_no", "store_id", "last_ordered_at", visited_on="business_date"), on="customer_no"
        )
        .filter((pl.col("visited_on") <= pl.col("business_date")) & (pl.col("visited_on") > pl.col("since")))
        .group_by(*key, "store_id")
        .agg(pl.col("customer_id").first(), visits=pl.len(), latest=pl.col("last_ordered_at").max())
        .sort(*key, "visits", "latest", "store_id", descending=[False, False, True, True, False])
        .unique(subset=key, keep="first", maintain_order=True)
        .select(*key, "customer_id", home_store_id="store_id")
    )
    return pl.concat([settled, chosen]).sort(key).select("customer_id", "business_date", "home_store_id", "customer_no")


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
    return (
        purchase_facts.filter(pl.col("business_date") <= at)
        .group_by("customer_id")
        .agg(
            *(
                pl.col(name).last()
                for name in ("own_gap_days", "lapsed_after_days", "overdue_after_days", "home_store_id")
            ),
            first_purchase_on=pl.col("business_date").min(),
            last_purchase_on=pl.col("business_date").max(),
            purchases=pl.len(),
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
