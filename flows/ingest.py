"""Find, recognise, read, validate, quarantine, commit: from files in the inbox to visible rows in the lake."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from flows.config import Settings, Workspace
from flows.errors import UsageError
from flows.lake import Lake, Landing
from flows.landing import (
    LINE_NO_HEADER,
    FileRows,
    UnrecognisedFile,
    check_currency,
    file_rows,
    landings,
    recognised_source,
)
from flows.sources import sources_of
from flows.text_files import UnreadableFile, read_text_table
from schemas.quarantine import REASONS

ROWS_PER_COMMIT = 1_000_000
LEDGER_COUNTS = ("rows_in", "rows_accepted", "rows_quarantined", "rows_duplicate", "rows_corrected", "net_sales")

Outcome = Literal["landed", "landed_before", "unrecognised", "unreadable"]


@dataclass(frozen=True)
class FileOutcome:
    """What became of one file of the inbox. rows_in = rows_accepted + rows_quarantined + rows_duplicate."""

    file: str
    outcome: Outcome
    source: str | None = None
    table: str | None = None
    rows_in: int = 0
    rows_accepted: int = 0
    rows_quarantined: int = 0
    rows_duplicate: int = 0
    rows_corrected: int = 0
    net_sales: Decimal = Decimal("0.00")
    message: str | None = None


@dataclass(frozen=True)
class IngestReport:
    """One run of ingest: each file, and the sums that must agree."""

    files: list[FileOutcome] = field(default_factory=list)

    def total(self, name: str) -> int:
        return sum(getattr(file, name) for file in self.files)

    @property
    def quarantined_share(self) -> float:
        return self.total("rows_quarantined") / max(self.total("rows_in"), 1)

    @property
    def left_in_inbox(self) -> list[FileOutcome]:
        return [file for file in self.files if file.outcome in ("unrecognised", "unreadable")]

    def as_json(self) -> dict[str, Any]:
        counts = ("rows_in", "rows_accepted", "rows_quarantined", "rows_duplicate", "rows_corrected")
        return {
            **{name: self.total(name) for name in counts},
            "net_sales": sum((file.net_sales for file in self.files), Decimal("0.00")),
            "files": [asdict(file) for file in self.files],
        }


def inbox_files(workspace: Workspace) -> list[Path]:
    """The files to land, in order of name; hidden ones are not ours."""
    if not workspace.inbox.is_dir():
        return []
    return sorted(path for path in workspace.inbox.rglob("*") if path.is_file() and not path.name.startswith("."))


def ingest(
    workspace: Workspace, settings: Settings, *, now: datetime, progress: Callable[[FileOutcome], None] = lambda _: None
) -> IngestReport:
    """Land everything in the inbox. One file's trouble never stops the others; it stays in the inbox with a clear line.

    `now` is the moment of landing (UTC, naive). Files whose content landed before, under any name, are only moved away.
    """
    lake = Lake(workspace.lake)
    lake.recover()
    formats = sources_of(settings)
    report = IngestReport()
    ledger = lake.ledger()
    landed_hashes = set(ledger["file_hash"].to_list())
    next_landing_no = int(ledger["landing_no"].max() or 0) + 1  # type: ignore[arg-type]
    pending: list[tuple[Path, FileRows]] = []

    def told(outcome: FileOutcome) -> None:
        report.files.append(outcome)
        progress(outcome)

    def land() -> None:
        nonlocal next_landing_no, ledger
        if not pending:
            return
        landed = landings([rows for _, rows in pending], lake, ledger)
        lake.commit(landed, landed_at=now, first_landing_no=next_landing_no)
        next_landing_no += len(landed)
        for (path, rows), landing in zip(pending, landed, strict=True):
            _write_quarantine_file(workspace, path.name, landing)
            _move_away(workspace, path, now)
            counts = {name: landing.ledger[name] for name in LEDGER_COUNTS}
            told(FileOutcome(rows.file_name, "landed", rows.source.name, rows.source.table, **counts))
        pending.clear()
        ledger = lake.ledger()

    for path in inbox_files(workspace):
        name = path.relative_to(workspace.inbox).as_posix()
        try:
            content = path.read_bytes()
        except OSError as error:
            told(FileOutcome(name, "unreadable", message=f"{name} cannot be read: {error.strerror}"))
            continue
        file_hash = sha256(content).hexdigest()
        if file_hash in landed_hashes:
            _move_away(workspace, path, now)
            again = f"{name}: the same content landed before; nothing counted twice"
            told(FileOutcome(name, "landed_before", message=again))
            continue
        try:
            table = read_text_table(content)
            source = recognised_source(table.header, formats)
            check_currency(source, settings)
            pending.append((path, file_rows(name, file_hash, table, source, settings)))
        except UnreadableFile as error:
            told(FileOutcome(name, "unreadable", message=f"{name} {error}"))
            continue
        except UnrecognisedFile as error:
            told(FileOutcome(name, "unrecognised", message=f"{name}: {error}"))
            continue
        landed_hashes.add(file_hash)
        if sum(rows.rows_in for _, rows in pending) >= ROWS_PER_COMMIT:
            land()
    land()
    return report


# ---- what is set aside, and where files go


FORMULA_SIGNS = ("=", "+", "-", "@")


def _write_quarantine_file(workspace: Workspace, name: str, landing: Landing) -> None:
    """quarantine/NAME: the set-aside rows in the file's own layout, to be mended in a spreadsheet and dropped in again."""
    if "quarantine" not in landing.tables:
        return
    workspace.quarantine.mkdir(parents=True, exist_ok=True)
    width = len(landing.header)
    path = workspace.quarantine / f"{Path(name).stem}.quarantine.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*landing.header, LINE_NO_HEADER, "line", "column", "value", "reason", "remedy"])
        for row in landing.tables["quarantine"].iter_rows(named=True):
            reason = REASONS[row["reason"]]
            cells = [str(cell or "") for cell in json.loads(row["raw"])]
            fitted = [*cells[: width - 1], ",".join(cells[width - 1 :])] + [""] * (width - len(cells))
            told = (row["line_no"], row["source_row"], row["column"], row["value"], reason.en, reason.remedy_en)
            writer.writerow([_as_plain_text(cell) for cell in (*fitted, *told)])


def _as_plain_text(cell: object) -> object:
    """A cell that a spreadsheet would take for a formula, with the apostrophe that says it is text; intake removes it."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in FORMULA_SIGNS and not cell[1:2].isdigit() else cell


def _move_away(workspace: Workspace, path: Path, now: datetime) -> None:
    """From inbox/ to landed/YYYY-MM-DD/, under a free name."""
    folder = workspace.landed / now.date().isoformat()
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / path.name
    step = 1
    while target.exists():
        step += 1
        target = folder / f"{path.stem} ({step}){path.suffix}"
    path.rename(target)


def check_inbox_not_empty(workspace: Workspace) -> None:
    """UsageError when there is nothing to land."""
    if not inbox_files(workspace):
        raise UsageError(f"{workspace.inbox} is empty: drop the till's or shop's export files there and run it again")
