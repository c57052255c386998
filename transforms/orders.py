"""From typed rows of a file of orders to order lines: their kind, their amount, who bought, for whom."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from schemas.columns import MONEY
from schemas.source_formats import LineRule, SourceFormat
from transforms import identity, versions

CENTS = pl.Int128
"""Amounts are multiplied as whole numbers (quantity × 10³, unit price × 10⁶), exactly, and rounded once."""


def line_kind(rules: Sequence[LineRule], frame: pl.DataFrame) -> pl.Expr:
    """The kind of each row: that of the first rule that holds, else "sale".

    `rule.column` names a role. A rule on a role that this file lacks holds for no row; words are compared without case.
    """
    kind: pl.Expr = pl.lit("sale")
    for rule in reversed(rules):
        if rule.column not in frame.columns:
            continue
        cell = pl.col(rule.column)
        if rule.not_empty:
            holds = cell.is_not_null()
        elif rule.at_most is not None:
            holds = cell.cast(pl.Float64) <= rule.at_most
        elif rule.starts_with:
            holds = cell.str.to_uppercase().str.starts_with(rule.starts_with.upper())
        else:
            holds = cell.str.to_lowercase().is_in([word.lower() for word in rule.is_in])
        kind = pl.when(holds.fill_null(False)).then(pl.lit(rule.kind)).otherwise(kind)
    return kind.alias("line_kind")


def _half_up(numerator: pl.Expr, divisor: int) -> pl.Expr:
    """`numerator / divisor` rounded half away from zero, in whole numbers."""
    magnitude = (numerator.abs() * 2 + divisor) // (2 * divisor)
    return pl.when(numerator < 0).then(magnitude * -1).otherwise(magnitude)


def _as_money(cents: pl.Expr) -> pl.Expr:
    """Whole cents as Decimal(18, 2)."""
    return (cents.cast(pl.Decimal(38, 0)) * pl.lit("0.01").cast(pl.Decimal(38, 2))).cast(MONEY)


def _as_cents(money: pl.Expr) -> pl.Expr:
    return (money.cast(pl.Decimal(38, 2)) * 100).cast(pl.Decimal(38, 0)).cast(CENTS)


def line_amount(frame: pl.DataFrame) -> pl.DataFrame:
    """`frame` with `amount`: what each line was paid, in the sign of the file; null where nothing says.

    First of: the line's own net sales; its part of the order's paid total less shipping, in proportion to quantity ×
    unit price and to the cent (the parts add up to the order's total exactly); quantity × unit price − discount,
    rounded once.
    """
    if "unit_price" in frame.columns:
        quantity = (pl.col("quantity").cast(pl.Decimal(38, 3)) * 1000).cast(pl.Decimal(38, 0)).cast(CENTS)
        price = (pl.col("unit_price").cast(pl.Decimal(38, 6)) * 1_000_000).cast(pl.Decimal(38, 0)).cast(CENTS)
        discount = _as_cents(pl.col("discount")).fill_null(0) if "discount" in frame.columns else pl.lit(0).cast(CENTS)
        list_cents = _half_up(quantity * price, 10_000_000)
        frame = frame.with_columns(list_cents=list_cents).with_columns(
            amount=_as_money(pl.col("list_cents") - discount)
        )
    else:
        frame = frame.with_columns(list_cents=pl.lit(None, CENTS), amount=pl.lit(None, MONEY))
    if "order_paid" in frame.columns:
        order = ("store_id", "order_id")
        total = _as_cents(pl.col("order_paid"))
        if "order_shipping" in frame.columns:
            total = total - _as_cents(pl.col("order_shipping")).fill_null(0)
        whole = pl.col("list_cents").sum().over(order)
        through = pl.col("list_cents").cum_sum().over(order)
        # the difference of rounded running sums: each part is within a cent, and together they are the total
        to_here = (total * through * 2 + whole) // (2 * whole)
        before = (total * (through - pl.col("list_cents")) * 2 + whole) // (2 * whole)
        frame = frame.with_columns(
            amount=pl.when(pl.col("order_paid").is_not_null() & (whole > 0))
            .then(_as_money(to_here - before))
            .otherwise("amount")
        )
    if "net_sales" in frame.columns:
        frame = frame.with_columns(amount=pl.coalesce("net_sales", "amount"))
    return frame.drop("list_cents")


def signed_amount() -> pl.Expr:
    """Net sales of a line: refunds and trade-ins are never positive, sales stand as they are."""
    return (
        pl.when(pl.col("line_kind").is_in(["refund", "trade_in"]))
        .then(-pl.col("amount").abs())
        .otherwise(pl.col("amount"))
        .cast(MONEY)
        .alias("net_sales")
    )


def order_lines(typed: pl.DataFrame, source: SourceFormat) -> pl.DataFrame:
    """One row per row of `typed`, as an order line: kind, number, amount, day and buyer added; problems are marked."""
    lines = typed.with_columns(line_kind(source.rules, typed))
    lines = line_amount(versions.numbered_lines(lines))
    unknown = pl.col("amount").is_null() & pl.col("problem_code").is_null()
    lines = lines.with_columns(
        problem_code=pl.when(unknown).then(pl.lit("missing")).otherwise("problem_code"),
        problem_role=pl.when(unknown)
        .then(pl.lit("net_sales" if "net_sales" in typed.columns else "unit_price"))
        .otherwise("problem_role"),
    )
    lines = lines.with_columns(signed_amount(), business_date=pl.col("ordered_at").dt.date())
    return identity.with_buyer_key(lines)


def activity(order_lines: pl.LazyFrame) -> pl.LazyFrame:
    """One row per landing, store, buyer key (null: nobody known) and business date with a sale or refund: the roll-up.

    Trade-ins are a way of paying and do not appear. Sums of money are exact.
    """
    is_sale = pl.col("line_kind") == "sale"
    is_refund = pl.col("line_kind") == "refund"

    def total(column: str, where: pl.Expr) -> pl.Expr:
        return pl.col(column).filter(where).sum().cast(MONEY)

    return (
        order_lines.filter(is_sale | is_refund)
        .group_by("landing_id", "store_id", "buyer_key", "business_date")
        .agg(
            sales=total("net_sales", is_sale),
            refunds=(-pl.col("net_sales").filter(is_refund).sum()).cast(MONEY),
            cost=total("cost", pl.lit(True)),
            costed_net_sales=total("net_sales", pl.col("cost").is_not_null()),
            promotion_sales=total("net_sales", is_sale & pl.col("is_promotion").fill_null(False)),
            # the latest receipt: a return is none, and neither is a line taken back
            last_ordered_at=pl.col("ordered_at").filter(is_sale & (pl.col("net_sales") > 0)).max(),
        )
        .sort("landing_id", "store_id", "business_date", "buyer_key", nulls_last=True)
    )


def gifts(order_lines: pl.LazyFrame) -> pl.LazyFrame:
    """One row per order with a recipient or an occasion, sales only; the order's dearest product stands for it."""
    recipient = ("recipient_name", "recipient_phone", "recipient_address", "occasion", "occasion_date")
    return (
        order_lines.filter(
            (pl.col("line_kind") == "sale")
            & (pl.col("recipient_name").is_not_null() | pl.col("occasion").is_not_null())
        )
        .sort("net_sales", "line_no", descending=[True, False])
        .group_by("landing_id", "store_id", "order_id", maintain_order=True)
        .agg(
            pl.col("source_row", "business_date", "buyer_key", "product_name", *recipient).first(),
        )
        .sort("landing_id", "source_row")
    )
