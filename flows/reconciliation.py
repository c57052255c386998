"""What the lake holds and what is published, in numbers that must agree."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, cast

import polars as pl

from flows import publish
from flows.config import Settings, Workspace
from flows.errors import RegularsError
from flows.ingest import inbox_files
from flows.lake import Lake, open_quarantine
from flows.month import Known
from schemas.identity import IDENTITY_DECISIONS
from schemas.period import Month
from schemas.review import Review
from schemas.segments import SALES_KINDS
from transforms.identity import customers_by_key

ZERO = Decimal("0.00")


class DoesNotAddUp(RegularsError):
    """Two sums that must be the same are not: nothing is published."""


BEARING_DAYS = timedelta(days=31)
"""Files without sales of their own bear on a review for so long after they landed."""


def open_rows_by_source(lake: Lake, ledger: pl.DataFrame, month: Month) -> pl.DataFrame:
    """One row per source of the files that bear on the month: rows_in, rows_open (quarantined, not brought back), share."""
    latest = cast(datetime, ledger["landed_at"].max())
    bears = (
        pl.when(pl.col("first_date").is_null())
        .then(pl.col("landed_at") >= latest - BEARING_DAYS)
        .otherwise((pl.col("first_date") <= month.last_day) & (pl.col("last_date") >= month.first_day))
    )
    landings = ledger.filter(bears)
    still_open = open_quarantine(lake, landings).group_by("landing_id").agg(rows_open=pl.len()).collect()
    return (
        landings.join(still_open, on="landing_id", how="left", validate="1:1")
        .group_by("source")
        .agg(pl.col("rows_in").sum(), pl.col("rows_open").fill_null(0).sum().cast(pl.Int64))
        .with_columns(share=pl.col("rows_open") / pl.col("rows_in").clip(1))
        .sort("source")
    )


def check_quarantine(lake: Lake, known: Known, month: Month, settings: Settings) -> None:
    """Stop before publishing when of any source's rows more lie in the quarantine than chain.toml allows."""
    for row in open_rows_by_source(lake, known.ledger, month).iter_rows(named=True):
        if row["share"] > settings.quarantine_limit:
            raise RegularsError(
                f"{row['rows_open']} of {row['rows_in']} rows of {row['source']} that bear on {month} are quarantined "
                f"({row['share']:.1%}, the limit is {settings.quarantine_limit:.1%}): mend them in quarantine/ and drop them "
                "in again, or raise quarantine_limit in chain.toml; nothing was published"
            )


def check_lake(lake: Lake, known: Known) -> None:
    """DoesNotAddUp unless every landing's rows and money in the lake are what the ledger says, and the roll-up is their sum."""
    ledger = known.ledger
    is_sales = pl.col("line_kind").is_in(SALES_KINDS)
    found = {
        "net_sales": lake.scan("order_lines", ledger).filter(is_sales).group_by("landing_id").agg(pl.col("net_sales").sum()),
        "net_sales_taken_back": lake.scan("superseded", ledger).group_by("landing_id").agg(
            net_sales_taken_back=pl.col("net_sales").sum()
        ),
        "rolled_up": lake.scan("activity", ledger).group_by("landing_id").agg(
            rolled_up=pl.col("sales").sum() - pl.col("refunds").sum()
        ),
        "rows_quarantined": lake.scan("quarantine", ledger).group_by("landing_id").agg(rows_quarantined=pl.len().cast(pl.Int64)),
    }  # fmt: skip
    told = ledger.with_columns(rolled_up=pl.col("net_sales") - pl.col("net_sales_taken_back"))
    for name, sums in found.items():
        beside = told.select("landing_id", "file_name", told=name).join(
            sums.collect().rename({name: "found"}), on="landing_id", how="left", validate="1:1"
        )
        wrong = beside.filter(pl.col("told") != pl.col("found").fill_null(0))
        for row in wrong.head(1).iter_rows(named=True):
            raise DoesNotAddUp(
                f"the lake does not add up: of {row['file_name']} the ledger says {name} {row['told']}, its rows say "
                f"{row['found'] or 0}; nothing was published"
            )


def check_month(lake: Lake, known: Known, month: Month, reviews: Sequence[Review]) -> None:
    """DoesNotAddUp unless the reviews' net sales are those of the month's order lines, store by store and for the chain."""
    lines = (
        lake.order_lines(known.ledger)
        .filter(
            pl.col("line_kind").is_in(SALES_KINDS) & pl.col("business_date").is_between(month.first_day, month.last_day)
        )
        .group_by("store_id")
        .agg(pl.col("net_sales").sum())
        .collect()
    )
    of_stores = dict(lines.iter_rows())
    for review in reviews:
        lines_say = (
            sum(of_stores.values(), ZERO)
            if review.scope.kind == "chain"
            else of_stores.get(review.scope.store_id, ZERO)
        )
        if review.figures["net_sales"].value != lines_say:
            raise DoesNotAddUp(
                f"{month} does not add up: the review of {review.scope.store_id or 'the chain'} has net sales of "
                f"{review.figures['net_sales'].value}, the order lines {lines_say}; nothing was published"
            )
    if missing := sorted(
        set(of_stores) - {review.scope.store_id for review in reviews if review.scope.kind == "store"}
    ):
        raise DoesNotAddUp(
            f"{month} does not add up: store {missing[0]} has sales but no review; nothing was published"
        )


def lake_totals(lake: Lake) -> dict[str, Any]:
    """Sums over everything that has landed: order lines by kind, and goods sold to known customers before refunds."""
    ledger = lake.ledger()
    lines = lake.order_lines(ledger)
    by_kind = (
        lines.group_by("line_kind").agg(lines=pl.len(), amount=pl.col("net_sales").sum()).sort("line_kind").collect()
    )
    keys = customers_by_key(
        lake.scan("buyers", ledger).collect(), decisions=lake.scan(IDENTITY_DECISIONS, ledger).collect()
    )
    identified = (
        lines.filter((pl.col("line_kind") == "sale") & pl.col("buyer_key").is_not_null())
        .join(keys.lazy(), on="buyer_key", how="inner")
        .select(
            lines=pl.len(),
            customers=pl.col("customer_id").n_unique(),
            orders=pl.struct("store_id", "order_id").n_unique(),
            amount=pl.col("net_sales").sum(),
        )
        .collect()
        .row(0, named=True)
    )
    return {
        "files": ledger.height,
        **{
            name: int(ledger[name].sum()) for name in ("rows_in", "rows_accepted", "rows_quarantined", "rows_duplicate")
        },
        "net_sales": ledger["net_sales"].sum() or Decimal("0.00"),
        "lines_by_kind": {
            row["line_kind"]: {"lines": row["lines"], "amount": row["amount"]} for row in by_kind.iter_rows(named=True)
        },
        "identified_sales": identified,
    }


def workspace_status(workspace: Workspace) -> dict[str, Any]:
    """What has landed, what is published, what failed, what waits."""
    ledger = Lake(workspace.lake).ledger()
    published = []
    for folder in sorted(workspace.published.glob("[0-9][0-9][0-9][0-9]-[0-9][0-9]")):
        manifest = publish.read_manifest(workspace, Month.parse(folder.name)) or {}
        scopes = manifest.get("scopes", [])
        published.append(
            {
                "month": folder.name,
                "manifest_id": manifest.get("manifest_id"),
                "known_at": manifest.get("known_at"),
                "reviews": sum(row["status"] == "published" for row in scopes),
                "failed": [row["scope"] for row in scopes if row["status"] == "failed"],
            }
        )
    return {
        "lake": {
            "files": ledger.height,
            **{
                name: int(ledger[name].sum())
                for name in ("rows_in", "rows_accepted", "rows_quarantined", "rows_duplicate")
            },
            "first_date": ledger["first_date"].min(),
            "last_date": ledger["last_date"].max(),
        },
        "inbox": [path.relative_to(workspace.inbox).as_posix() for path in inbox_files(workspace)],
        "published": published,
    }
