"""The complaint register: causes, speed, what is still open, what comes back, and who buys again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

import polars as pl

from schemas.columns import MONEY
from schemas.complaints import CAUSE, PROCEDURE, SEVERITY, UNKNOWN_WORD, Worded
from schemas.period import window_start
from schemas.segments import CHAIN
from transforms.intervals import steady_mean, wilson

RECURS_WITHIN_DAYS = 90
UNIT_SUMS = ("units_sold", "units_returned", "lines_sold", "lines_returned")
LEAST_UNITS = 30
"""Below so many units sold in 12 months, a product's or brand's rate per 1 000 says nothing."""


def code_of(column: str, classes: Mapping[str, Worded]) -> pl.Expr:
    """The class that a free word means; the word itself where no class knows it, UNKNOWN_WORD where there is none."""
    word = pl.col(column).str.strip_chars().str.to_lowercase()
    codes = {known: code for code, one in classes.items() for known in (code, *one.words)}
    return (
        pl.when(word.fill_null("") == "")
        .then(pl.lit(UNKNOWN_WORD))
        .otherwise(word.replace_strict(codes, default=pl.col(column).str.strip_chars(), return_dtype=pl.String))
    )


def product_of(named: pl.LazyFrame, order_lines: pl.LazyFrame) -> pl.LazyFrame:
    """`named` (with store_id, order_id, product_id) where product_id, when empty, is the only product of the order named.

    `order_lines`: sale lines of the orders named. An order with several products says nothing of which one.
    """
    only = (
        order_lines.group_by("store_id", "order_id")
        .agg(products=pl.col("product_id").n_unique(), only_product=pl.col("product_id").first())
        .filter(pl.col("products") == 1)
        .drop("products")
    )
    return (
        named.join(only, on=["store_id", "order_id"], how="left", validate="m:1")
        .with_columns(product_id=pl.coalesce("product_id", "only_product"))
        .drop("only_product")
    )


def register(complaints: pl.LazyFrame, order_lines: pl.LazyFrame, *, as_of: date) -> pl.LazyFrame:
    """One row per complaint received by `as_of`, by time of receipt; nothing later counts, also not its settlement.

    cause, severity (codes), product_id (its own, else the order's only one), is_answered, is_open, answer_hours and
    resolution_days (open ones: their age so far; null where the register has them end before they began), speed
    (day, week, later, unresolved), `step_<code>` for each step of the procedure, missing_step and steps_missing (null when
    the register ticks off nothing anywhere), is_promise_due, is_promise_kept, is_escalated, is_recurring (the same
    stated cause, customer or product, at most 90 days after the one before).
    """
    now = datetime.combine(as_of + timedelta(days=1), time())
    done = pl.col("steps_done").str.to_lowercase().str.replace_all(r"[；,，、/|>\n]+", ";").str.split(";")
    ticked = {
        f"step_{code}": pl.col("done")
        .list.eval(pl.element().str.strip_chars().is_in([code, *one.words]))
        .list.any()
        .fill_null(False)
        for code, one in PROCEDURE.items()
    }
    tracks_steps = pl.col("steps_done").is_not_null().any()

    def by_now(column: str) -> pl.Expr:
        return pl.when(pl.col(column) < now).then(column)

    def since_receipt(until: str) -> pl.Expr:
        span = pl.col(until).fill_null(now) - pl.col("received_at")
        seconds = span.dt.total_seconds()
        return pl.when(seconds >= 0).then(seconds.cast(pl.Float64))

    hours = pl.col("resolution_days") * 24
    speed = (
        pl.when(pl.col("is_open"))
        .then(pl.lit("unresolved"))
        .when(hours <= 24)
        .then(pl.lit("day"))
        .when(hours <= 7 * 24)
        .then(pl.lit("week"))
        .when(hours > 7 * 24)
        .then(pl.lit("later"))
    )
    return (
        product_of(complaints.filter(pl.col("received_at") < now), order_lines)
        .with_columns(
            cause=code_of("cause", CAUSE),
            severity=code_of("severity", SEVERITY),
            resolved_at=by_now("resolved_at"),
            first_answer_at=by_now("first_answer_at"),
            escalated_at=by_now("escalated_at"),
            promise_kept_on=pl.when(pl.col("promise_kept_on") <= as_of).then("promise_kept_on"),
            done=done,
            received_on=pl.col("received_at").dt.date(),
            tracks_steps=tracks_steps,
        )
        .with_columns(
            **ticked,
            is_open=pl.col("resolved_at").is_null(),
            is_answered=pl.col("first_answer_at").is_not_null(),
            answer_hours=since_receipt("first_answer_at") / 3600,
            resolution_days=since_receipt("resolved_at") / 86_400,
            is_promise_due=(pl.col("promised_by") <= as_of).fill_null(False),
            is_promise_kept=(
                (pl.col("promised_by") <= as_of) & (pl.col("promise_kept_on") <= pl.col("promised_by"))
            ).fill_null(False),
            is_escalated=pl.col("escalated_at").is_not_null(),
        )
        .with_columns(
            speed=speed,
            missing_step=pl.when("tracks_steps").then(
                pl.coalesce(pl.when(~pl.col(f"step_{code}")).then(pl.lit(code)) for code in PROCEDURE)
            ),
            steps_missing=pl.when("tracks_steps").then(
                pl.sum_horizontal((~pl.col(f"step_{code}")).cast(pl.Int64) for code in PROCEDURE)
            ),
        )
        .sort("received_at", "complaint_id")
        .with_columns(is_recurring=_recurs("customer_id") | _recurs("product_id"))
        .drop("done", "tracks_steps")
    )


def _recurs(whose: str) -> pl.Expr:
    """Whether the last complaint with this cause and `whose` came at most 90 days before. Rows in time order."""
    days = (pl.col("received_on") - pl.col("received_on").shift(1).over("cause", whose)).dt.total_days()
    stated = pl.col(whose).is_not_null() & (pl.col("cause") != UNKNOWN_WORD)
    return stated & (days <= RECURS_WITHIN_DAYS).fill_null(False)


def scoped(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Each row once for its store (where it names one) and once for the chain: column `scope`."""
    return pl.concat(
        [
            rows.filter(pl.col("store_id").is_not_null()).with_columns(scope="store_id"),
            rows.with_columns(scope=pl.lit(CHAIN)),
        ]
    )


def counts(register: pl.LazyFrame, again: pl.LazyFrame, *, as_of: date) -> pl.LazyFrame:
    """One row per scope with a complaint: the ingredients of the complaint figures, over the last 12 months.

    `again`: `repurchase.after` of the complaints of 24 months. Medians and 90th percentiles (linear) count open ones with
    their age. complaints_open are all that are open, however old.
    """
    recent = pl.col("received_on") >= window_start(as_of, 12)

    def count(what: pl.Expr) -> pl.Expr:
        return (recent & what).sum().cast(pl.Int64)

    answer, days = (pl.col(name).filter(recent) for name in ("answer_hours", "resolution_days"))
    nobody = recent & pl.col("customer_id").is_null()
    promise = pl.col("is_promise_due") & (pl.col("promised_by") >= window_start(as_of, 12))
    return (
        scoped(register.join(again, left_on="complaint_id", right_on="event_id", how="left", validate="1:1"))
        .group_by("scope")
        .agg(
            complaints_12m=recent.sum().cast(pl.Int64),
            complaints_open=pl.col("is_open").sum().cast(pl.Int64),
            first_answer_hours=answer.median(),
            first_answer_hours_p90=answer.quantile(0.9, "linear"),
            resolution_days=days.median(),
            resolution_days_p90=days.quantile(0.9, "linear"),
            recurring_complaints_12m=count(pl.col("is_recurring")),
            escalated_complaints_12m=count(pl.col("is_escalated")),
            compensation_12m=pl.col("compensation").filter(recent).sum().cast(MONEY),
            promises_due_12m=promise.sum().cast(pl.Int64),
            promises_kept_12m=(promise & pl.col("is_promise_kept")).sum().cast(pl.Int64),
            complaining_customers_12m=(
                pl.col("customer_id").filter(recent).drop_nulls().n_unique() + nobody.sum()
            ).cast(pl.Int64),
            complaints_followed_90d=pl.col("is_back").is_not_null().sum().cast(pl.Int64),
            repurchases_90d=pl.col("is_back").fill_null(False).sum().cast(pl.Int64),
        )
        .sort("scope")
    )


def causes(register: pl.LazyFrame, *, as_of: date) -> pl.LazyFrame:
    """One row per scope and cause of the last 12 months, most complaints first."""
    return (
        scoped(register.filter(pl.col("received_on") >= window_start(as_of, 12)))
        .group_by("scope", "cause")
        .agg(
            complaints=pl.len().cast(pl.Int64),
            major=(pl.col("severity") == "major").sum().cast(pl.Int64),
            recurring=pl.col("is_recurring").sum().cast(pl.Int64),
            resolution_days=pl.col("resolution_days").median(),
            compensation=pl.col("compensation").sum().cast(MONEY),
        )
        .sort("scope", "complaints", "cause", descending=[False, True, False])
    )


def repurchase_by_speed(register: pl.LazyFrame, again: pl.LazyFrame) -> pl.LazyFrame:
    """One row per scope, severity and speed: n, again, share with Wilson's interval, matched_share over matched_n.

    The matched share is the mean of the complaints' own (how customers who stood alike did), over those that have one.
    """
    low, high = wilson(pl.col("again"), pl.col("n"))
    return (
        scoped(register.join(again, left_on="complaint_id", right_on="event_id", how="inner", validate="1:1"))
        .filter(pl.col("speed").is_not_null())
        .group_by("scope", "severity", "speed")
        .agg(
            n=pl.len().cast(pl.Int64),
            again=pl.col("is_back").sum().cast(pl.Int64),
            matched_share=steady_mean(pl.col("matched_share")),
            matched_n=pl.col("matched_share").count().cast(pl.Int64),
        )
        .with_columns(share=pl.col("again") / pl.col("n"), low=low, high=high)
        .sort("scope", "severity", "speed")
    )


def trouble(
    units: pl.LazyFrame, register: pl.LazyFrame, products: pl.LazyFrame, *, as_of: date
) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """(one row per scope, kind and name; one row per scope): returns and complaints per 1 000 units of 12 months.

    `units`: one row per store, channel and product with units_sold, units_returned of the window. A product without a
    name shows its id; one without a brand is in no brand. Rows with fewer than LEAST_UNITS sold are left out.
    """
    named = products.select("product_id", "name", "brand")
    complained = (
        scoped(
            register.filter(
                (pl.col("received_on") >= window_start(as_of, 12)) & pl.col("product_id").is_not_null()
            ).select("store_id", "product_id")
        )
        .group_by("scope", "product_id")
        .agg(complaints=pl.len().cast(pl.Int64))
    )
    by_product = (
        scoped(units.select("store_id", "product_id", *UNIT_SUMS))
        .group_by("scope", "product_id")
        .agg(pl.col(UNIT_SUMS).sum())
        .join(complained, on=["scope", "product_id"], how="left", validate="1:1")
        .with_columns(pl.col("complaints").fill_null(0))
        .join(named, on="product_id", how="left", validate="m:1")
    )
    sums = [pl.col(*UNIT_SUMS, "complaints").sum()]
    whole = by_product.group_by("scope").agg(*sums)
    by_brand = (
        by_product.filter(pl.col("brand").is_not_null())
        .group_by("scope", name="brand")
        .agg(*sums)
        .select("scope", "name", *UNIT_SUMS, "complaints", kind=pl.lit("brand"))
    )
    each = by_product.select(
        "scope", *UNIT_SUMS, "complaints",
        kind=pl.lit("product"), name=pl.coalesce("name", "product_id"),
    )  # fmt: skip
    sold = pl.col("units_sold").cast(pl.Float64)
    returned = pl.col("units_returned").cast(pl.Float64)
    # what came back may have been sold before the window
    low, high = wilson(pl.min_horizontal("lines_returned", "lines_sold"), pl.col("lines_sold"))
    rows = (
        pl.concat([each, by_brand.select(each.collect_schema().names())])
        .filter(sold >= LEAST_UNITS)
        .with_columns(
            returns_per_1000_units=1000 * returned / sold,
            complaints_per_1000_units=1000 * pl.col("complaints") / sold,
            lines_low=1000 * low,
            lines_high=1000 * high,
        )
        # by the lower end: the rate that chance hardly explains
        .sort("scope", "kind", "lines_low", "complaints_per_1000_units", "name",
              descending=[False, False, True, True, False])
    )  # fmt: skip
    return rows, whole.sort("scope")
