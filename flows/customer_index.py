"""The customer index: what the look-ups read, made from the lake, and made anew when the lake or chain.toml has changed.

It lies in the state folder and can be deleted at any time. An index is a folder of its own, named by what it was made
from; the pointer is swapped when it is there in full, so that a reader never sees half of one.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from flows.config import Settings, Workspace
from flows.durable import write_durably
from flows.errors import RegularsError
from transforms.lookup_frames import FRAMES, LookupFrames

if TYPE_CHECKING:
    from flows.month import Known
    from transforms.facts import Facts, LandedRows

FORMAT = 1
"""Changes with the columns of the frames."""


@dataclass(frozen=True)
class CustomerIndex:
    """An opened index."""

    frames: LookupFrames
    known_at: datetime
    """UTC, naive: the latest landing it knows."""
    last_sale_on: date
    is_stale: bool
    """Something has landed, or chain.toml has changed, since it was made."""


def opened(workspace: Workspace, settings: Settings, *, note: Callable[[str], None]) -> CustomerIndex:
    """The index, made anew first when it is stale. `note` is told of that, and of an answer that will be stale.

    When it cannot be made anew (the lake is damaged, or being mended), the old one serves and says so (`is_stale`).
    UsageError when nothing has landed.
    """
    mark = mark_of(workspace, settings)
    found = _read(workspace)
    if found is not None and found["mark"] == mark:
        return _opened(workspace, found, is_stale=False)
    started = time.perf_counter()
    try:
        built = build(workspace, settings)
    except RegularsError as trouble:
        if found is None:
            raise
        note(f"this answer does not know what landed after {found['known_at']} UTC: {trouble}")
        return _opened(workspace, found, is_stale=True)
    note(f"the customer index was made anew ({time.perf_counter() - started:.1f} s)")
    return _opened(workspace, built, is_stale=False)


def build(workspace: Workspace, settings: Settings) -> dict[str, Any]:
    """Make the index from all that has landed."""
    from flows.lake import Lake
    from flows.month import known_ledger, landed_rows, month_facts
    from flows.past_lists import loop_before
    from schemas.period import Month

    mark = mark_of(workspace, settings)  # before the lake is read: what lands meanwhile makes the index stale
    lake = Lake(workspace.lake)
    known = known_ledger(lake, None)
    last = known.ledger["last_date"].max()
    month = Month.of(last) if isinstance(last, date) else Month(1, 1)
    listed = loop_before(workspace, settings, month.next).lists
    facts = month_facts(lake, known, settings, month, listed)
    weather = lake.scan("weather", known.ledger)
    return _write(workspace, settings, mark, known, facts, landed_rows(lake, known), weather, listed)


def build_from(workspace: Workspace, settings: Settings, known: Known, facts: Facts, listed: pl.DataFrame) -> None:
    """Make the index from a month's facts that are at hand, when the month is the latest and nothing newer has landed."""
    from flows.lake import Lake
    from flows.month import landed_rows
    from schemas.period import Month

    mark = mark_of(workspace, settings)
    lake = Lake(workspace.lake)
    last = known.ledger["last_date"].max()
    is_all = lake.ledger().height == known.ledger.height
    if not (is_all and isinstance(last, date) and facts.month == Month.of(last)):
        return
    found = _read(workspace)
    if found is None or found["mark"] != mark:
        weather = lake.scan("weather", known.ledger)
        _write(workspace, settings, mark, known, facts, landed_rows(lake, known), weather, listed)


def mark_of(workspace: Workspace, settings: Settings) -> str:
    """Changes when anything lands (the ledger's newest commit names its data file at random), or a setting, or the code."""
    log = workspace.lake / "ledger" / "_delta_log"
    newest = max((path for path in log.glob("*.json") if path.stem.isdigit()), key=lambda path: path.stem, default=None)
    commit = newest.name.encode() + newest.read_bytes() if newest else b""
    told = (FORMAT, settings.digest, _code_mark())
    return sha256(commit + repr(told).encode()).hexdigest()[:16]


def _code_mark() -> str:
    """Changes with the code that makes the index (sizes and times of the modules: reading them all would cost more)."""
    root = Path(__file__).resolve().parents[1]
    told = [
        (path.name, path.stat().st_size, path.stat().st_mtime_ns)
        for room in ("schemas", "transforms")
        for path in sorted((root / room).glob("*.py"))
    ]
    return sha256(repr(told).encode()).hexdigest()[:16]


def _folder(workspace: Workspace) -> Path:
    return workspace.state / "lookups"


def _read(workspace: Workspace) -> dict[str, Any] | None:
    """What the pointer says; None when there is no index, or not all of it."""
    try:
        told = json.loads((_folder(workspace) / "index.json").read_bytes())
        frames = _folder(workspace) / told["folder"]
        is_whole = told["format"] == FORMAT and all((frames / f"{name}.parquet").is_file() for name in FRAMES)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return told if is_whole else None


def _opened(workspace: Workspace, told: dict[str, Any], *, is_stale: bool) -> CustomerIndex:
    folder = _folder(workspace) / told["folder"]
    frames = LookupFrames(**{name: pl.scan_parquet(folder / f"{name}.parquet", glob=False) for name in FRAMES})
    return CustomerIndex(
        frames, datetime.fromisoformat(told["known_at"]), date.fromisoformat(told["last_sale_on"]), is_stale
    )


def _write(
    workspace: Workspace, settings: Settings, mark: str, known: Known, facts: Facts, rows: LandedRows,
    weather: pl.LazyFrame, listed: pl.DataFrame,
) -> dict[str, Any]:  # fmt: skip
    import secrets

    from transforms.customer_index import known_from, lookup_frames

    frames = lookup_frames(facts, rows, weather, settings.rules, listed=listed)
    root = _folder(workspace)
    name = f"{mark}-{secrets.token_hex(3)}"
    folder = root / name
    folder.mkdir(parents=True)
    for private in (root, folder):
        private.chmod(0o700)  # names and phones lie in it
    for frame in FRAMES:
        getattr(frames, frame).collect().write_parquet(folder / f"{frame}.parquet", row_group_size=1 << 16)
    told = {
        "format": FORMAT, "mark": mark, "folder": name, "known_at": known.known_at.isoformat(timespec="seconds"),
        "last_sale_on": known_from(facts).isoformat(),
    }  # fmt: skip
    write_durably(root / "index.json", json.dumps(told).encode())
    # a slower reader may still have the one before open: the two newest stay
    folders = sorted((path for path in root.iterdir() if path.is_dir()), key=lambda path: path.stat().st_mtime_ns)
    for old in folders[:-2]:
        shutil.rmtree(old, ignore_errors=True)
    return told
