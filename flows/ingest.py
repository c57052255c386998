"""Find, recognise, read, validate, quarantine, commit: from files in the inbox to visible rows in the lake."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import polars as pl

from flows.config import Settings, Workspace
from flows.errors import UsageError
from flows.lake import Lake
from flows.landing import land
from flows.quarantine_files import write_quarantine_file
from flows.reading.encodings import UnreadableFile
from flows.reading.table_files import hash_of, tables_of
from flows.reading.text_tables import TextTable, check_no_values
from flows.recognition import UnrecognisedFile, check_currency, recognised_source
from flows.sources import sources_of
from flows.typed_files import OrdersApart, TypedFile, is_mended, typed_file
from schemas.source_formats import SourceFormat

ROWS_PER_COMMIT = 1_000_000
LEDGER_COUNTS = (
    "rows_in", "rows_accepted", "rows_quarantined", "rows_duplicate", "rows_corrected", "rows_withdrawn", "rows_not_data",
    "net_sales",
)  # fmt: skip

Outcome = Literal["landed", "landed_before", "left_out", "unrecognised", "unreadable"]


@dataclass(frozen=True)
class FileOutcome:
    """What became of one table of one file of the inbox. rows_in = rows_accepted + rows_quarantined + rows_duplicate."""

    file: str
    outcome: Outcome
    source: str | None = None
    table: str | None = None
    rows_in: int = 0
    rows_accepted: int = 0
    rows_quarantined: int = 0
    rows_duplicate: int = 0
    rows_corrected: int = 0
    rows_withdrawn: int = 0
    rows_not_data: int = 0
    net_sales: Decimal = Decimal("0.00")
    quarantine_file: str | None = None
    """Where the rows that were set aside can be mended."""
    message: str | None = None


@dataclass(frozen=True)
class IngestReport:
    """One run of ingest: each file, and the sums that must agree."""

    files: list[FileOutcome] = field(default_factory=list)

    def total(self, name: str) -> int:
        return sum(getattr(file, name) for file in self.files)

    def is_over(self, limit: float) -> bool:
        """Whether of any source a larger share than `limit` was set aside in this run."""
        shares = {
            source: (
                sum(file.rows_quarantined for file in self.files if file.source == source),
                sum(file.rows_in for file in self.files if file.source == source),
            )
            for source in {file.source for file in self.files}
        }
        return any(rows > limit * rows_in for rows, rows_in in shares.values())

    @property
    def left_in_inbox(self) -> list[FileOutcome]:
        return [file for file in self.files if file.outcome in ("unrecognised", "unreadable")]

    def as_json(self) -> dict[str, Any]:
        counts = [name for name in LEDGER_COUNTS if name.startswith("rows_")]
        return {
            **{name: self.total(name) for name in counts},
            "net_sales": sum((file.net_sales for file in self.files), Decimal("0.00")),
            "files": [asdict(file) for file in self.files],
        }


@dataclass(frozen=True)
class _Opened:
    """One recognised table of a file in the inbox, not yet read."""

    path: Path
    name: str
    content: str
    """What the ledger knows it by: the file's hash, with the table's place in a file of several."""
    table: TextTable
    source: SourceFormat


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
    return _Ingest(workspace, settings, lake, now, progress).run()


class _Ingest:
    """One run over the inbox."""

    def __init__(
        self,
        workspace: Workspace,
        settings: Settings,
        lake: Lake,
        now: datetime,
        progress: Callable[[FileOutcome], None],
    ) -> None:
        self.workspace, self.settings, self.lake, self.now, self.progress = workspace, settings, lake, now, progress
        self.formats = sources_of(settings)
        self.ledger = lake.ledger()
        self.report = IngestReport()
        self.unlanded: dict[Path, set[str]] = {}
        """File → its tables that still have to land before it may leave the inbox."""

    def run(self) -> IngestReport:
        opened, twins = self._opened()
        staging = self.workspace.state / "staging"
        shutil.rmtree(staging, ignore_errors=True)  # of a killed run
        pending: list[tuple[_Opened, TypedFile]] = []
        for wave in _waves(opened):
            for table in wave:
                typed = self._typed(table, staging)
                if typed is None:
                    continue
                if typed.is_large:
                    self._land(pending)
                    self._land_large(table, typed, staging)
                    continue
                pending.append((table, typed))
                if sum(rows.rows_in for _, rows in pending) >= ROWS_PER_COMMIT:
                    self._land(pending)
            self._land(pending)
        for path, name, content in twins:
            self._tell_landed_before(path, name, content)
        return self.report

    def _opened(self) -> tuple[list[_Opened], list[tuple[Path, str, str]]]:
        """The recognised tables of the inbox, and the files whose content landed before or is here twice."""
        landed = set(self.ledger["file_hash"].to_list())
        opened: list[_Opened] = []
        twins: list[tuple[Path, str, str]] = []
        seen: set[str] = set()
        for path in inbox_files(self.workspace):
            name = path.relative_to(self.workspace.inbox).as_posix()
            try:
                content = hash_of(path)
                if content in seen or content in landed:
                    twins.append((path, name, content))
                    continue
                tables = self._recognised(path, name, content)
            except OSError as error:
                self._tell(FileOutcome(name, "unreadable", message=f"{name} cannot be read: {error.strerror}"))
            except UnreadableFile as error:
                self._tell(FileOutcome(name, "unreadable", message=f"{name} {error}"))
            except UnrecognisedFile as error:
                self._tell(FileOutcome(name, "unrecognised", message=f"{name}: {error}"))
            else:
                seen.add(content)
                fresh = [table for table in tables if table.content not in landed]
                self.unlanded[path] = {table.content for table in fresh}
                opened += fresh
                if not fresh:
                    twins.append((path, name, tables[0].content))
        return opened, twins

    def _recognised(self, path: Path, name: str, content: str) -> list[_Opened]:
        """The file's recognised tables. UnrecognisedFile when it has none; sheets that hold no known table are told."""
        tables = tables_of(path, self.formats)
        found: list[_Opened] = []
        trouble: UnrecognisedFile | None = None
        unknown: list[str] = []
        for table in tables:
            where = f"{name}#{table.part}" if len(tables) > 1 else name
            try:
                source = recognised_source(table.header, self.formats)
                check_currency(source, self.settings)
            except UnrecognisedFile as error:
                trouble = trouble or error
                unknown.append(where)
                continue
            known_as = f"{content}#{table.part}" if len(tables) > 1 else content
            found.append(_Opened(path, where, known_as, table, source))
        if not found and trouble is not None:
            raise trouble
        for where in unknown:
            self._tell(
                FileOutcome(where, "left_out", message=f"{where} is no known table and was left out; the others land")
            )
        return found

    def _land_large(self, table: _Opened, typed: TypedFile, staging: Path) -> None:
        """Land a table that is still being read; what of it is written already is taken back when it cannot go on."""
        try:
            self._land([(table, typed)])
        except UnreadableFile as error:
            self.lake.recover()
            self._tell(FileOutcome(table.name, "unreadable", message=f"{table.name} {error}"))
        except OrdersApart:
            self.lake.recover()
            dealt = self._typed(table, staging, deal=True)
            if dealt is not None:
                self._land([(table, dealt)])
        shutil.rmtree(staging, ignore_errors=True)

    def _typed(self, table: _Opened, staging: Path, *, deal: bool = False) -> TypedFile | None:
        try:
            typed = typed_file(
                table.name, table.content, table.table, table.source, self.settings, staging=staging, deal=deal
            )
            check_no_values(table.table.header, typed.rows_in)
            return typed
        except UnreadableFile as error:
            self._tell(FileOutcome(table.name, "unreadable", message=f"{table.name} {error}"))
        except UnrecognisedFile as error:
            self._tell(FileOutcome(table.name, "unrecognised", message=f"{table.name}: {error}"))
        return None

    def _land(self, pending: list[tuple[_Opened, TypedFile]]) -> None:
        if not pending:
            return
        landed = land(
            [typed for _, typed in pending],
            self.lake,
            self.ledger,
            self.settings,
            landed_at=self.now,
            first_landing_no=int(self.ledger["landing_no"].max() or 0) + 1,  # type: ignore[arg-type]
        )
        self.ledger = self.lake.ledger()
        for (table, typed), row in zip(pending, landed, strict=True):
            aside = self._write_quarantine(row["landing_no"], table.table.header)
            waiting = self.unlanded[table.path]
            waiting.discard(table.content)
            if not waiting:
                _move_away(self.workspace, table.path, self.now)
            counts = {name: row[name] for name in LEDGER_COUNTS}
            mend = None if aside is None else aside.relative_to(self.workspace.root).as_posix()
            self._tell(
                FileOutcome(typed.name, "landed", typed.source.name, typed.source.table, **counts, quarantine_file=mend)
            )
        pending.clear()

    def _write_quarantine(self, landing_no: int, header: Sequence[str]) -> Path | None:
        return write_quarantine_file(self.workspace, self.lake, self.ledger, landing_no, header, self.settings.locale)

    def _tell_landed_before(self, path: Path, name: str, content: str) -> None:
        """Move away what landed before; a run killed after the commit may still owe its quarantine file."""
        landings = self.ledger.filter(pl.col("file_hash").str.starts_with(content.partition("#")[0]))
        if landings.is_empty():  # the same content under another name could not land
            self._tell(FileOutcome(name, "unreadable", message=f"{name} has the content of a file that could not land"))
            return
        if landings["rows_quarantined"].sum():
            headers = {table.part: table.header for table in tables_of(path, self.formats)}
            for landing in landings.iter_rows(named=True):
                part = landing["file_hash"].partition("#")[2]
                self._write_quarantine(landing["landing_no"], headers.get(part) or next(iter(headers.values())))
        _move_away(self.workspace, path, self.now)
        again = f"{name}: the same content landed before; nothing counted twice"
        self._tell(FileOutcome(name, "landed_before", message=again))

    def _tell(self, outcome: FileOutcome) -> None:
        self.report.files.append(outcome)
        self.progress(outcome)


def _waves(opened: Sequence[_Opened]) -> Iterator[list[_Opened]]:
    """The tables in the order in which they land: what others take their prices, times or customers from goes first, and
    rows that were mended before newer exports that tell of them again."""

    def wave(table: _Opened) -> tuple[int, bool]:
        is_newer = not is_mended(table.table.header)
        if table.source.table == "products":
            return 0, is_newer
        return (1 if table.source.grain == "order" else 2), is_newer

    for number in sorted({wave(table) for table in opened}):
        yield [table for table in opened if wave(table) == number]


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
