"""The race of the purchase models on purchases that are at hand: `python -m tests.transforms.real_chains` prints it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from types import SimpleNamespace

import polars as pl

from schemas.churn import Churn
from schemas.columns import MONEY
from schemas.period import Month
from schemas.rules import Rules
from tests.conftest import REAL_DATA
from tests.transforms.days_of_customers import days_of
from transforms import activity, stocktake
from transforms.churn import MonthChurn, month_churn

RULES = Rules()


def facts_from(purchases: pl.DataFrame, month: Month) -> tuple[SimpleNamespace, pl.LazyFrame]:
    """What `month_churn` reads, from one row per customer and day: customer_id, business_date, sales; and the status."""
    known = purchases.filter(pl.col("business_date") <= month.last_day).sort("customer_id", "business_date")
    amount = pl.col("sales").round(2).cast(MONEY)
    days = days_of(known.select("customer_id", "business_date", sales=amount))
    first = known["business_date"].min()
    facts_ = activity.rhythm(
        activity.purchase_dates(days).lazy(), as_of=month.last_day, history_from=first, rules=RULES
    )
    facts = facts_.with_columns(home_store_id=pl.lit("s1")).collect()
    status = stocktake.customer_status(
        facts.lazy(),
        pl.LazyFrame(
            schema={"customer_id": pl.String, "earlier_known_on": pl.Date, "first_refund_on": pl.Date}
        ),
        month=month, history_from=first, successors_now={}, successors_before={}, rules=RULES,
    )  # fmt: skip
    return SimpleNamespace(
        month=month, as_of=month.last_day, history_from=first, purchase_facts=facts, days=days
    ), status


def churn_of(purchases: pl.DataFrame, month: str) -> MonthChurn:
    facts, status = facts_from(purchases, Month.parse(month))
    return month_churn(facts, status, RULES)


def cdnow() -> pl.DataFrame:
    """CDNOW's one in ten: one row per customer and day with sales. FileNotFoundError where it is not at hand."""
    path = REAL_DATA / "cdnow" / "CDNOW_sample.txt"
    rows = [line.split() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    days = [date(int(row[2][:4]), int(row[2][4:6]), int(row[2][6:])) for row in rows]
    return _days_with_sales(
        pl.DataFrame(
            {"customer_id": [row[1] for row in rows], "business_date": days, "sales": [float(row[4]) for row in rows]}
        )
    )


def online_retail() -> pl.DataFrame:
    """UCI Online Retail: one row per customer and day with sales. FileNotFoundError where it is not at hand."""
    files = sorted((REAL_DATA / "online_retail").glob("*.csv"))
    if not files:
        raise FileNotFoundError("online_retail")
    lines = pl.concat([pl.read_csv(path, infer_schema=False) for path in files])
    return _days_with_sales(
        lines.filter((pl.col("CustomerID") != "") & ~pl.col("InvoiceNo").str.starts_with("C")).select(
            customer_id="CustomerID",
            business_date=pl.col("InvoiceDate").str.head(10).str.to_date("%Y-%m-%d"),
            sales=pl.col("Quantity").cast(pl.Int64) * pl.col("UnitPrice").cast(pl.Float64),
        )
    )


def _days_with_sales(rows: pl.DataFrame) -> pl.DataFrame:
    return (
        rows.group_by("customer_id", "business_date")
        .agg(pl.col("sales").sum())
        .filter(pl.col("sales") > 0)
        .sort("customer_id", "business_date")
    )


REAL_CHAINS: dict[str, tuple[Callable[[], pl.DataFrame], str]] = {
    "CDNOW": (cdnow, "1998-06"),
    "Online Retail": (online_retail, "2011-11"),
}
"""Name → its purchases, and the month of the race."""


def race_lines(told: Churn) -> list[str]:
    """The race as a table for the terminal."""

    def number(value: float | None) -> str:
        return "–" if value is None else f"{value:.3f}"

    lines = [f"{'model':12} {'cut-off':8} {'customers':>9} {'log loss':>9} {'MAE':>7} {'AUC':>6}"]
    for row in told.race:
        end = " winner" if row.is_winner else f" left: {row.left_because}" if row.left_because else ""
        numbers = f"{number(row.log_loss):>9} {number(row.mae):>7} {number(row.auc):>6}"
        lines.append(f"{row.model:12} {row.cut_off:8} {row.customers:9,} {numbers}{end}")
    return lines


if __name__ == "__main__":
    for name, (purchases, month) in REAL_CHAINS.items():
        summary = churn_of(purchases(), month).summary
        print(f"{name}, {month}: {summary.model} {summary.reason or ''}", *race_lines(summary), "", sep="\n")
