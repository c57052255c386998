"""Count the customers as one counts the stock: status, home, and opening + inflows − outflows = closing."""

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


def standing(purchase_facts: pl.LazyFrame, at: date, successors: Mapping[str, str]) -> pl.LazyFrame:
    """One row per customer with a purchase by `at` (a month's end): last purchase, silence, home.

    `purchase_facts`: one row per customer and purchase (all of a customer's, or none), sorted by both, with the columns of
    `activity.rhythm` and `home_store_id`. `successors`: closed store → where its base went by `at` (a store id, or UNASSIGNED).
    """
    home = pl.col("home_store_id")
    day = pl.col("business_date")
    is_known, is_first = day <= at, pl.col("purchase_no") == 1
    return (
        # told once for all columns: inside a selection each of them would find its places anew
        purchase_facts.with_columns(
            _is_first=is_known & is_first,
            _is_last=is_known & (is_first.shift(-1).fill_null(True) | (day.shift(-1) > at)),
        )
        .select(
            pl.col(
                "customer_id", "customer_no", "own_gap_days", "lapsed_after_days", "overdue_after_days", "home_store_id"
            ).filter("_is_last"),
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
        "customer_no", home_store_id_before="home_store_id", is_lapsed_before="is_lapsed"
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
        now.join(before, on="customer_no", how="left", validate="1:1")
        .join(earlier_known, on="customer_id", how="left", validate="1:1")
        .with_columns(status=status)
        .with_columns(
            in_base=pl.col("status").is_in(BASE_STATUSES),
            in_base_before=pl.col("is_lapsed_before").not_().fill_null(False),
        )
        .drop("customer_no", "is_lapsed", "is_lapsed_before", "earlier_known_on", "first_refund_on")
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
