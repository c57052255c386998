"""A month's reviews from the lake: read what was known, count, plan, deal out. No Prefect, no clock, no PDF."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Literal, cast

import polars as pl

from flows.config import Settings
from flows.errors import UsageError
from flows.lake import Lake
from schemas.period import Month
from schemas.source_formats import INPUT_TABLES, WITHOUT_A_PAGE
from transforms import review
from transforms.facts import Facts, LandedRows, NothingKnown, facts_of


@dataclass(frozen=True)
class Known:
    """What had landed by `known_at` (UTC, naive)."""

    ledger: pl.DataFrame
    known_at: datetime


def known_ledger(lake: Lake, known_at: datetime | None) -> Known:
    """The ledger by `known_at`; without it, everything, and `known_at` is the latest landing."""
    ledger = lake.ledger(known_at)
    if ledger.is_empty():
        when = "" if known_at is None else f" by {known_at:%Y-%m-%d %H:%M} UTC"
        raise UsageError(f"nothing has landed{when}: drop files into inbox/ and run `regulars ingest`")
    return Known(ledger, known_at or cast(datetime, ledger["landed_at"].max()))


def landed_rows(lake: Lake, known: Known) -> LandedRows:
    """The lake's tables by then. Of corrected order lines only the newest is there."""
    rows = {name: lake.scan(name, known.ledger) for name in LandedRows.__dataclass_fields__}
    rows["order_lines"] = lake.order_lines(known.ledger)
    order = ["store_id", "order_id"]
    if known.ledger.select(pl.sum_horizontal(pl.col("rows_corrected", "rows_withdrawn").sum())).item():
        # a gift counts while a line that told of it does
        is_gift = (pl.col("line_kind") == "sale") & pl.col("gift_mark").is_not_null()
        told_by = rows["order_lines"].filter(is_gift).select("landing_id", *order)
        rows["gifts"] = rows["gifts"].join(told_by, on=["landing_id", *order], how="semi")
    rows["gifts"] = (
        rows["gifts"].sort("landing_no", "source_row").unique(subset=order, keep="last", maintain_order=True)
    )
    return LandedRows(**rows)


def check_month_is_known(known: Known, month: Month) -> None:
    """UsageError when no sales are known in the month."""
    sales = known.ledger.filter(pl.col("first_date").is_not_null())
    if sales.is_empty():
        raise UsageError(
            "no sales have landed yet: drop the till's or shop's exports into inbox/ and run `regulars ingest`"
        )
    first, last = Month.of(sales["first_date"].min()), Month.of(sales["last_date"].max())  # type: ignore[arg-type]
    if not first <= month <= last:
        raise UsageError(f"no sales are known in {month}: the data runs from {first} to {last}")


def month_facts(
    lake: Lake, known: Known, settings: Settings, month: Month, listed: pl.DataFrame | None = None
) -> Facts:
    """The facts of the month; UsageError when there is nothing to review in it. `listed`: as of `facts_of`."""
    check_month_is_known(known, month)
    try:
        return facts_of(landed_rows(lake, known), month, settings.rules, settings.linking, listed=listed)
    except NothingKnown:
        raise UsageError(f"no sale or refund is known by the end of {month}") from None


def issue_of(
    known: Known, settings: Settings, *, manifest_id: str, printed_closings: Mapping[str, int]
) -> review.Issue:
    """What the month's reviews say about themselves."""
    landed = set(known.ledger["table_name"].to_list())
    return review.Issue(
        chain_name=settings.name,
        chain_key=settings.key,
        known_at=known.known_at.replace(tzinfo=UTC),
        time_zone=settings.time_zone,
        currency=settings.currency,
        locale=cast(Literal["zh_CN", "en"], settings.locale),
        manifest_id=manifest_id,
        version=version("regulars"),
        printed_closings=printed_closings,
        absent_tables=tuple(table for table in INPUT_TABLES if table not in (*landed, *WITHOUT_A_PAGE)),
    )
