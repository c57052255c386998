"""Orders that are told in two files: what the lines take from their order's head, or from the product file."""

from __future__ import annotations

import polars as pl

from schemas.columns import UNIT_PRICE

FROM_HEAD = ("store_id", "ordered_at", "channel", "associate_id", "buyer_key", "line_kind")
"""What the landed head of an order tells of lines that do not say it themselves."""
_NO_SALE = ("cancelled", "unpaid")


def with_heads(rows: pl.DataFrame, heads: pl.DataFrame) -> pl.DataFrame:
    """Typed rows of lines, with store, time, channel and associate of their order's head where they say nothing.

    `heads`: one row per store and order_id with head_… for each of FROM_HEAD. Lines without a store or time of their own
    whose head is not known are a problem: their order has to be told first.
    """
    lacking = [name for name in ("store_id", "ordered_at") if name not in rows.columns]
    if heads.height:
        on = ["order_id"]
        if "store_id" in rows.columns:
            on = ["store_id", "order_id"]
            heads = heads.with_columns(store_id="head_store_id")
        else:  # order numbers repeat between stores: a line that names no store belongs to the only order of its number
            heads = heads.filter(pl.col("order_id").is_unique())
        rows = rows.join(heads, on=on, how="left", maintain_order="left", validate="m:1")
        rows = rows.with_columns(
            pl.coalesce(*([name] if name in rows.columns else []), f"head_{name}").alias(name)
            for name in ("store_id", "ordered_at", "channel", "associate_id")
        ).drop("head_store_id", "head_ordered_at", "head_channel", "head_associate_id")
    if not lacking:
        return rows
    types = {"store_id": pl.String(), "ordered_at": pl.Datetime("us")}
    rows = rows.with_columns(pl.lit(None, types[name]).alias(name) for name in lacking if name not in rows.columns)
    headless = pl.any_horizontal(pl.col(lacking).is_null()) & pl.col("problem_code").is_null()
    return rows.with_columns(
        problem_code=pl.when(headless).then(pl.lit("no_head")).otherwise("problem_code"),
        problem_role=pl.when(headless).then(pl.lit("order_id")).otherwise("problem_role"),
    )


def as_their_heads(lines: pl.DataFrame) -> pl.DataFrame:
    """Order lines with the buyer of their head where they name none, and cancelled or unpaid where it is."""
    if "head_buyer_key" not in lines.columns:
        return lines
    is_no_sale = (pl.col("line_kind") == "sale") & pl.col("head_line_kind").is_in(_NO_SALE)
    return lines.with_columns(
        buyer_key=pl.coalesce("buyer_key", "head_buyer_key"),
        line_kind=pl.when(is_no_sale).then("head_line_kind").otherwise("line_kind"),
    ).drop("head_buyer_key", "head_line_kind")


def with_list_prices(rows: pl.DataFrame, prices: pl.DataFrame) -> pl.DataFrame:
    """Typed rows of lines with the list price of their product as unit price; a product without one is a problem.

    `prices`: one row per product_id with `list_price`.
    """
    rows = rows.join(prices, on="product_id", how="left", maintain_order="left", validate="m:1")
    own = [pl.col("unit_price")] if "unit_price" in rows.columns else []
    rows = rows.with_columns(unit_price=pl.coalesce(*own, pl.col("list_price").cast(UNIT_PRICE))).drop("list_price")
    unpriced = pl.col("unit_price").is_null() & pl.col("problem_code").is_null()
    return rows.with_columns(
        problem_code=pl.when(unpriced).then(pl.lit("no_price")).otherwise("problem_code"),
        problem_role=pl.when(unpriced).then(pl.lit("product_id")).otherwise("problem_role"),
    )
