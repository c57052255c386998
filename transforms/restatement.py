"""What later files did to a month that was known already: line by line, and to who is who."""

from __future__ import annotations

import polars as pl

from schemas.columns import MONEY
from schemas.period import Month
from schemas.segments import SALES_KINDS
from transforms.versions import SAME_LINE, WITHDRAWN

CHANGES = ("added", "mended", "refunded", "corrected", "cancelled", "withdrawn")
"""What a later file can do to an order line of the month."""


def line_changes(versions: pl.LazyFrame, month: Month) -> pl.LazyFrame:
    """One row per order line and landing in between that changed the month's net sales.

    `versions`: every landed version of the lines of the orders in question, with `is_later` (landed in between) and
    `is_mended` (in a file that brought quarantined rows back). Columns: landing_no, source_row, store_id, order_id, line_no,
    change, amount_before, amount_after (Decimal, what the line counted in the month's net sales), effect = after − before.
    The effects add up to the difference of net sales exactly, since each version takes over from the one before it.
    """
    in_month = pl.col("business_date").is_between(month.first_day, month.last_day)
    counts = in_month & pl.col("line_kind").is_in(SALES_KINDS)
    amount = pl.when(counts).then("net_sales").otherwise(pl.lit(0, MONEY)).cast(MONEY)
    is_standing = pl.col("kind_before").is_not_null() & (pl.col("kind_before") != WITHDRAWN)
    change = (
        pl.when(pl.col("line_kind") == WITHDRAWN)
        .then(pl.lit("withdrawn"))
        .when((pl.col("line_kind") == "refund") & (pl.col("kind_before") != "refund").fill_null(True))
        .then(pl.lit("refunded"))
        .when(~is_standing)
        .then(pl.when("is_mended").then(pl.lit("mended")).otherwise(pl.lit("added")))
        .when(pl.col("kind_before").is_in(SALES_KINDS) & ~pl.col("line_kind").is_in(SALES_KINDS))
        .then(pl.lit("cancelled"))
        .otherwise(pl.lit("corrected"))
    )
    return (
        versions.sort(*SAME_LINE, "landing_no", "source_row")
        .with_columns(amount_after=amount)
        .with_columns(
            amount_before=pl.col("amount_after").shift(1).over(SAME_LINE).fill_null(pl.lit(0, MONEY)),
            kind_before=pl.col("line_kind").shift(1).over(SAME_LINE),
        )
        .filter("is_later")
        .with_columns(change=change, effect=(pl.col("amount_after") - pl.col("amount_before")).cast(MONEY))
        .filter(pl.col("effect") != 0)
        .select("landing_no", "source_row", *SAME_LINE, "change", "amount_before", "amount_after", "effect")
        .sort("landing_no", "source_row", *SAME_LINE)
    )


def regrouped_customers(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """One row per customer at the second moment that is no longer who it was at the first: `customer_id`, `merged`, `split`.

    `before`, `after`: buyer_key, customer_id. Key sets known at the first moment are followed to the second. `merged`:
    how many customers fewer, `split`: how many more (counted at the customer that the parts have in common, else at the
    lowest id).
    """
    pairs = before.join(after, on="buyer_key", how="inner", suffix="_after", validate="1:1").select(
        then="customer_id", now="customer_id_after"
    ).unique()  # fmt: skip
    merged = pairs.group_by(customer_id="now").agg(merged=pl.col("then").n_unique().cast(pl.Int64) - 1)
    parts = pairs.group_by("then").agg(pl.col("now").min().alias("customer_id"), split=pl.len().cast(pl.Int64) - 1)
    split = parts.group_by("customer_id").agg(pl.col("split").sum())
    return (
        merged.join(split, on="customer_id", how="full", coalesce=True)
        .with_columns(pl.col("merged", "split").fill_null(0))
        .filter((pl.col("merged") > 0) | (pl.col("split") > 0))
        .sort("customer_id")
    )
