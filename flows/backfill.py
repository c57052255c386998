"""Many months through the story of one, oldest first: each month's opening is compared to what the one before printed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from flows import publish
from flows.config import Settings, Workspace
from flows.errors import RegularsError
from flows.monthly_review import Stage, Summary, Watcher, plainly, review_month
from schemas.period import Month

Which = Literal["all", "missing", "failed"]


def months_to_do(workspace: Workspace, first: Month, last: Month, which: Which) -> list[Month]:
    """The months from `first` to `last`: all, those without a published review, or those with a store that failed."""
    months = first.through(last)
    if which == "all":
        return months
    manifests = {month: publish.read_manifest(workspace, month) for month in months}
    if which == "missing":
        return [month for month in months if manifests[month] is None]
    return [month for month in months if _has_failed(manifests[month])]


def _has_failed(manifest: dict | None) -> bool:
    return any(row.get("status") == "failed" for row in (manifest or {}).get("scopes", []))


def backfill_months(
    workspace: Workspace,
    settings: Settings,
    months: Sequence[Month],
    *,
    stores: Sequence[str] = (),
    known_at: datetime | None = None,
    now: datetime,
    watcher: Watcher,
    stage: Stage = plainly,
) -> list[Summary]:
    """One summary per month. A month that cannot be reviewed does not stop the others; it is raised at the end."""
    summaries: list[Summary] = []
    troubles: list[RegularsError] = []
    for month in months:
        watcher.stage(f"review {month}")
        try:
            summaries.append(
                review_month(
                    workspace,
                    settings,
                    month,
                    stores=stores,
                    known_at=known_at,
                    now=now,
                    watcher=watcher,
                    stage=stage,
                )
            )
        except RegularsError as error:
            troubles.append(error)
            if len(months) > 1:
                watcher.note(f"{month}: {error}")
    if len(months) == 1 and troubles:
        raise troubles[0]
    if troubles:
        worst = max(troubles, key=lambda trouble: trouble.exit_code if not summaries else 1)
        raise type(worst)(f"{len(troubles)} of {len(months)} months could not be reviewed; the last: {troubles[-1]}")
    return summaries
