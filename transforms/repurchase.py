"""Who buys again after something happened, beside customers who stood alike and to whom it did not happen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl

from schemas.period import Month
from schemas.rules import Rules
from transforms import value
from transforms.activity import CustomerDays
from transforms.intervals import steady_mean

DAYS_AFTER = 90
RECENCY_BANDS = (30, 90, 180, 365)
"""Days since the last purchase: up to 30, 31–90, 91–180, 181–365, more."""
STRATUM = ("month_start", "rhythm", "value_class", "recency_band")


def _state(days_since: pl.Expr) -> list[pl.Expr]:
    """Rhythm (active, at_risk, lapsed) and recency band, from the last purchase's own thresholds."""
    rhythm = (
        pl.when(days_since > pl.col("lapsed_after_days"))
        .then(pl.lit("lapsed"))
        .when(days_since > pl.col("overdue_after_days"))
        .then(pl.lit("at_risk"))
        .otherwise(pl.lit("active"))
    )
    band = pl.sum_horizontal(*((days_since > edge).cast(pl.Int64) for edge in RECENCY_BANDS))
    return [rhythm.alias("rhythm"), band.alias("recency_band")]


def after(
    events: pl.DataFrame, purchase_facts: pl.DataFrame, days: CustomerDays, touched: pl.DataFrame,
    *, as_of: date, rules: Rules,
) -> pl.DataFrame:  # fmt: skip
    """One row per event of a known customer whose 90 days are over: event_id, is_back, matched_share (null: nobody alike).

    `events`: event_id, customer_id, anchor_on. Back: a purchase on day 1 to 90 after the anchor. Alike: customers not in
    `touched` who at the end of the month before had the same rhythm status, chain value class (both sides: at that month
    end) and recency band as the event's customer on its day; `matched_share` is the share of them who bought within 90
    days. `purchase_facts`: one row per customer and chain purchase, by customer and date, with its thresholds.
    """
    happened = events.filter(
        pl.col("customer_id").is_not_null() & (pl.col("anchor_on") + timedelta(days=DAYS_AFTER) <= as_of)
    ).with_columns(month_start=pl.col("anchor_on").dt.month_start())
    thresholds = purchase_facts.select(
        "customer_id", "business_date", "overdue_after_days", "lapsed_after_days"
    )  # fmt: skip
    before = happened.sort("anchor_on").join_asof(
        thresholds.sort("business_date").rename({"business_date": "last_purchase_on"}),
        left_on="anchor_on", right_on="last_purchase_on", by="customer_id", strategy="backward",
        check_sortedness=False,  # both are sorted by day
    )  # fmt: skip
    back = (
        happened.join(purchase_facts.select("customer_id", "business_date"), on="customer_id", how="inner")
        .filter(
            (pl.col("business_date") > pl.col("anchor_on"))
            & (pl.col("business_date") <= pl.col("anchor_on") + timedelta(days=DAYS_AFTER))
        )
        .select("event_id", is_back=pl.lit(True))
        .unique()
    )
    months = sorted(Month.of(day) for day in happened["month_start"].unique())
    alike = _alike(months, thresholds, days, touched, happened, rules)
    days_since = (pl.col("anchor_on") - pl.col("last_purchase_on")).dt.total_days()
    return (
        before.with_columns(_state(days_since))
        .join(alike.classes, on=["customer_id", "month_start"], how="left", validate="m:1")
        .with_columns(value_class=pl.col("value_class").fill_null("none"))
        .join(alike.shares, on=list(STRATUM), how="left", validate="m:1")
        .join(back, on="event_id", how="left", validate="1:1")
        .select(
            "event_id",
            is_back=pl.col("is_back").fill_null(False),
            # nobody can be alike one who has not bought yet
            matched_share=pl.when(pl.col("last_purchase_on").is_not_null()).then("matched_share"),
        )
        .sort("event_id")
    )


class _Alike:
    """`shares`: one row per stratum, the share that bought again; `classes`: the events' customers' class by month."""

    def __init__(self, shares: Sequence[pl.DataFrame], classes: Sequence[pl.DataFrame]) -> None:
        self.shares = pl.concat(shares) if shares else pl.DataFrame(
            schema={"month_start": pl.Date, "rhythm": pl.String, "value_class": pl.String, "recency_band": pl.Int64,
                    "matched_share": pl.Float64}
        )  # fmt: skip
        self.classes = pl.concat(classes) if classes else pl.DataFrame(
            schema={"customer_id": pl.String, "month_start": pl.Date, "value_class": pl.String}
        )  # fmt: skip


def _alike(
    months: Sequence[Month], purchases: pl.DataFrame, days: CustomerDays, touched: pl.DataFrame,
    happened: pl.DataFrame, rules: Rules,
) -> _Alike:  # fmt: skip
    shares, classes = [], []
    whom = happened.select("customer_id").unique()
    for month in months:
        end = month.previous.last_day
        start = pl.lit(month.first_day)
        classes_then = value.value_classes(days, as_of=end, rules=rules, chain_only=True)
        letters = classes_then.select("customer_id", "value_class").collect()
        classes.append(letters.join(whom, on="customer_id", how="semi").select("customer_id", month_start=start,
                                                                               value_class="value_class"))  # fmt: skip
        later = purchases.lazy().filter(
            (pl.col("business_date") > end) & (pl.col("business_date") <= end + timedelta(days=DAYS_AFTER))
        ).select("customer_id", is_back=pl.lit(True)).unique()  # fmt: skip
        standing = (
            purchases.lazy()
            .filter(pl.col("business_date") <= end)
            .group_by("customer_id")
            .agg(pl.all().sort_by("business_date").last())
            .join(touched.lazy(), on="customer_id", how="anti")
            .with_columns(_state((pl.lit(end) - pl.col("business_date")).dt.total_days()))
            .join(letters.lazy(), on="customer_id", how="left", validate="1:1")
            .join(later, on="customer_id", how="left", validate="1:1")
            .with_columns(value_class=pl.col("value_class").fill_null("none"), month_start=start)
        )
        shares.append(
            standing.group_by(STRATUM)
            .agg(matched_share=steady_mean(pl.col("is_back").fill_null(False)))
            .sort(STRATUM)
            .collect()
        )
    return _Alike(shares, classes)
