"""What a killed attempt, or a power cut, left in a table: taken back to the version before it.

Delta itself never flushes to the disk. A cut may leave the newest log entries empty or torn, or whole ones that add data
files which never reached the disk. All of them are younger than the version that the attempt noted down before it began,
and nobody but one attempt at a time writes; so the log is cut back to that version.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from deltalake import DeltaTable

from flows.durable import fsync

PARQUET_MARK = b"PAR1"


def version_of(table: Path) -> int:
    """The newest version in the table's log; -1 when there is no table."""
    return max((int(entry.stem) for entry in _entries(table)), default=-1)


def is_whole(table: Path, version: int) -> bool:
    """Whether this version's log entry, and every data file that it adds, is there in full."""
    added = _added(table / "_delta_log" / f"{version:020d}.json")
    return added is not None and all(_is_whole_file(table / add["path"], add["size"]) for add in added)


def rolled_back(table: Path, version: int) -> None:
    """Cut the table's log back to this version (-1: away with the table), and delete what no version knows any more."""
    if not table.exists() or version_of(table) <= version:
        return
    if version < 0:
        shutil.rmtree(table)
        fsync(table.parent)
        return
    log = table / "_delta_log"
    for entry in sorted(_entries(table), reverse=True):  # the newest first: a cut in the middle leaves a whole log
        if int(entry.stem) > version:
            entry.unlink()
    for checkpoint in log.glob("*.checkpoint*.parquet"):
        if int(checkpoint.name.partition(".")[0]) > version:
            checkpoint.unlink()
    hint = log / "_last_checkpoint"
    if hint.exists() and _hinted(hint) > version:
        hint.unlink()
    fsync(log)
    DeltaTable(str(table)).vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False, full=True)


def torn_entries_dropped(table: Path) -> None:
    """Drop the newest versions that are not there in full: a compaction that a cut interrupted."""
    version = version_of(table)
    while version >= 0 and not is_whole(table, version):
        version -= 1
    if version >= 0:
        rolled_back(table, version)


def _entries(table: Path) -> list[Path]:
    return [entry for entry in (table / "_delta_log").glob("*.json") if entry.stem.isdigit()]


def _added(entry: Path) -> list[dict[str, Any]] | None:
    """The add actions of a log entry; None when it is empty or torn."""
    try:
        lines = [json.loads(line) for line in entry.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError):
        return None
    return [line["add"] for line in lines if "add" in line] if lines else None


def _is_whole_file(path: Path, size: int) -> bool:
    try:
        if path.stat().st_size != size:
            return False
        with path.open("rb") as file:
            start = file.read(len(PARQUET_MARK))
            file.seek(-len(PARQUET_MARK), 2)
            return start == PARQUET_MARK == file.read()
    except OSError:
        return False


def _hinted(hint: Path) -> int:
    try:
        return int(json.loads(hint.read_bytes())["version"])
    except (ValueError, KeyError):
        return 1 << 62  # torn: away with it
