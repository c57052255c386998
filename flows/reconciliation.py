"""What the lake holds and what is published, in numbers that must agree."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl

from flows import publish
from flows.config import Workspace
from flows.ingest import inbox_files
from flows.lake import Lake
from schemas.identity import IDENTITY_DECISIONS
from schemas.period import Month
from transforms.identity import customers_by_key


def lake_totals(lake: Lake) -> dict[str, Any]:
    """Sums over everything that has landed: order lines by kind, and goods sold to known customers before refunds."""
    ledger = lake.ledger()
    lines = lake.scan("order_lines", ledger)
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
