"""The Prefect flows: `monthly_review` and `backfill`, thin around the story. Importing this module imports Prefect."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from prefect import flow
from prefect.artifacts import create_markdown_artifact

from flows.backfill import backfill_months
from flows.config import Settings, Workspace, read_settings
from flows.monthly_review import Summary, Watcher, alone, review_month, utc_now
from flows.orchestration import as_task
from flows.terminal import Silent
from schemas.period import Month

watching: list[Watcher] = []
"""Who is told how the run goes on, at most one; no parameter of the flows, since those are stored by the server."""


def _watcher() -> Watcher:
    return watching[0] if watching else Silent()


def _context(workspace: str) -> tuple[Workspace, Settings]:
    space = Workspace(Path(workspace))
    return space, read_settings(space)


@flow(name="monthly-review", persist_result=False, validate_parameters=False)
def monthly_review(
    workspace: str, month: str | None = None, stores: Sequence[str] = (), known_at: datetime | None = None
) -> Summary:
    """Review one month (by default the one before the run) of the chain in `workspace`."""
    space, settings = _context(workspace)
    now = utc_now()
    reviewed = Month.parse(month) if month else Month.of(datetime.now(settings.zone).date()).previous
    watcher = _watcher()
    with alone(space, watcher):
        summary = review_month(
            space, settings, reviewed, stores=stores, known_at=known_at, now=now, watcher=watcher, stage=as_task
        )
    create_markdown_artifact(_as_markdown([summary]), key="review-summary", description=f"Review of {reviewed}")
    return summary


@flow(name="backfill", persist_result=False, validate_parameters=False)
def backfill(
    workspace: str, months: Sequence[str], stores: Sequence[str] = (), known_at: datetime | None = None
) -> list[Summary]:
    """Review many months, oldest first, each through the same story."""
    space, settings = _context(workspace)
    watcher = _watcher()
    with alone(space, watcher):
        summaries = backfill_months(
            space, settings, [Month.parse(month) for month in months],
            stores=stores, known_at=known_at, now=utc_now(), watcher=watcher, stage=as_task,
        )  # fmt: skip
    create_markdown_artifact(_as_markdown(summaries), key="review-summary", description="Backfill")
    return summaries


def _as_markdown(summaries: Sequence[Summary]) -> str:
    rows: list[tuple[Any, ...]] = [
        (s.month, s.manifest_id, s.published, ", ".join(s.failed) or "–", s.rows_in, s.rows_accepted, s.rows_quarantined,
         s.rows_duplicate, ", ".join(s.left_in_inbox) or "–")
        for s in summaries
    ]  # fmt: skip
    head = "| month | manifest | published | failed | rows in | accepted | quarantined | duplicate | left in inbox |"
    return "\n".join([head, "|" + "---|" * 9, *("| " + " | ".join(str(cell) for cell in row) + " |" for row in rows)])
