"""Ingest of many doubtful files in one run; when one of them makes it crash, the same in halves, to name the culprit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from flows.config import Settings, Workspace
from flows.ingest import FileOutcome, inbox_files, ingest

ALL_TOGETHER = "all files together"
"""Named instead of a file when none of them alone causes the crash."""


def landed(workspace: Workspace, settings: Settings, now: datetime) -> tuple[dict[str, FileOutcome], dict[str, str]]:
    """File → outcome, and file → the exception that it caused (its type and message)."""
    outcomes: dict[str, FileOutcome] = {}
    crash = _ingested(workspace, settings, now, outcomes)
    if crash is None:
        return outcomes, {}
    aside = workspace.root / "waiting"
    aside.mkdir()
    crashes: dict[str, str] = {}

    def halved(waiting: Sequence[Path]) -> None:
        for path in waiting:
            path.rename(workspace.inbox / path.name)
        told = _ingested(workspace, settings, now, outcomes)
        left = [path.rename(aside / path.name) for path in inbox_files(workspace)]
        if told and len(waiting) == 1:
            crashes[waiting[0].name] = told
        elif told:
            halved(left[: len(left) // 2])
            halved(left[len(left) // 2 :])

    waiting = [path.rename(aside / path.name) for path in inbox_files(workspace)]
    halved(waiting[: len(waiting) // 2])
    halved(waiting[len(waiting) // 2 :])
    for path in aside.iterdir():
        path.rename(workspace.inbox / path.name)
    aside.rmdir()
    return outcomes, crashes or {ALL_TOGETHER: crash}


def _ingested(workspace: Workspace, settings: Settings, now: datetime, outcomes: dict[str, FileOutcome]) -> str | None:
    """Ingest, outcomes added; None, or what was raised. Also a panic of native code, which is no Exception, is caught: here
    it is a finding, not the end."""
    try:
        outcomes |= {outcome.file: outcome for outcome in ingest(workspace, settings, now=now).files}
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        return f"{type(error).__name__}: {str(error)[:120]}"
    return None
