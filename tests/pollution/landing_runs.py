"""Ingest of many doubtful files in one run; when one of them makes it crash, the same one by one, to name the culprit."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from flows.config import Settings, Workspace
from flows.ingest import FileOutcome, inbox_files, ingest


ALL_TOGETHER = "all files together"
"""Named instead of a file when none of them alone causes the crash."""


def landed(workspace: Workspace, settings: Settings, now: datetime) -> tuple[dict[str, FileOutcome], dict[str, str]]:
    """File → outcome, and file → the exception that it caused (its type and message). Whatever is raised is caught, also
    a panic of native code, which is no Exception: here it is a finding, not the end."""
    try:
        return {outcome.file: outcome for outcome in ingest(workspace, settings, now=now).files}, {}
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        together = f"{type(error).__name__}: {str(error)[:120]}"
    outcomes: dict[str, FileOutcome] = {}
    crashes: dict[str, str] = {}
    aside = workspace.root / "one by one"
    aside.mkdir()
    waiting = [path.rename(aside / path.name) for path in inbox_files(workspace)]
    left: list[Path] = []
    for path in waiting:
        path = path.rename(workspace.inbox / path.name)
        try:
            outcomes |= {outcome.file: outcome for outcome in ingest(workspace, settings, now=now).files}
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:
            crashes[path.name] = f"{type(error).__name__}: {str(error)[:120]}"
        if path.exists():
            left.append(path.rename(aside / path.name))
    for path in left:
        path.rename(workspace.inbox / path.name)
    aside.rmdir()
    return outcomes, crashes or {ALL_TOGETHER: together}
