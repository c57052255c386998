"""Sole owner of the lake: Delta tables whose rows become visible when the ledger says so.

Rows are appended under a random `landing_id` per file and attempt; the ledger row that names it is committed last. What
a killed attempt left has an id that no ledger row names: it is never read, and `recover` deletes it.
"""

from __future__ import annotations

import errno
import json
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import polars as pl
from deltalake import ColumnProperties, DeltaTable, WriterProperties, write_deltalake
from deltalake.exceptions import DeltaError

from flows import lake_recovery
from flows.durable import fsync, write_durably
from flows.errors import RegularsError, UsageError
from schemas.customers import Buyers
from schemas.identity import IDENTITY_DECISIONS
from schemas.identity_decisions import IdentityDecisions
from schemas.ledger import Ledger
from schemas.orders import Activity, Gifts, Superseded
from schemas.quarantine import Mended, Quarantine
from schemas.source_formats import INPUT_TABLES
from transforms.versions import WITHDRAWN

TABLES: dict[str, Any] = {
    **INPUT_TABLES,
    "superseded": Superseded,
    "activity": Activity,
    "gifts": Gifts,
    "buyers": Buyers,
    "quarantine": Quarantine,
    "mended": Mended,
    IDENTITY_DECISIONS: IdentityDecisions,
}
"""Every table of the lake but the ledger: name → pandera model."""

FILES_BEFORE_COMPACTION = 64
ROWS_PER_APPEND = 200_000

TABLE_CONFIGURATION = {
    # values of personal columns must not survive an erasure in the log's statistics
    "delta.dataSkippingNumIndexedCols": "0",
}

NO_STATISTICS = ColumnProperties(statistics_enabled="NONE")
"""Nobody skips by smallest and largest values; reckoning them takes a fifth of the time."""
NEARLY_DISTINCT = (
    "order_id", "source_row", "line_no", "ordered_at", "net_sales", "unit_price", "buyer_key", "sales", "last_ordered_at",
    "member_id", "phone", "email", "account",
)  # fmt: skip
"""A dictionary of such a column is built in vain."""
WRITER_PROPERTIES = WriterProperties(
    compression="SNAPPY",  # a third less time than the default
    default_column_properties=NO_STATISTICS,
    column_properties={
        name: ColumnProperties(dictionary_enabled=False, statistics_enabled="NONE") for name in NEARLY_DISTINCT
    },
)


UNUSABLE_IN_A_PATH = re.compile(r"[\[\]\\]|%[0-9A-Fa-f]{2}")
"""Delta takes its folder for an address, in which these mean something else."""


class LakeError(RegularsError):
    """The lake could not be read or written; nothing of this attempt is visible."""


@dataclass(frozen=True)
class Landing:
    """One file's rows, ready to land: table name → rows without `landing_id`, and its ledger row without the ids."""

    tables: Mapping[str, pl.DataFrame]
    ledger: Mapping[str, Any]


def schema_of(model: Any) -> dict[str, pl.DataType]:
    """The polars schema of a pandera model."""
    return {name: column.dtype.type for name, column in model.to_schema().columns.items()}


def new_landing_id() -> int:
    """A random positive 63-bit number: two attempts at the same file never share one."""
    return secrets.randbits(62) + 1


class Lake:
    """The Delta tables under one folder."""

    def __init__(self, root: Path) -> None:
        """UsageError where the store cannot work below such a folder."""
        self.root = root
        if unusable := UNUSABLE_IN_A_PATH.search(str(root.absolute())):
            raise UsageError(
                f"{root.absolute()}: the lake cannot be kept in a folder with {unusable[0]!r} in its name; "
                "rename the folder, or move the workspace"
            )

    # ---- reading

    def ledger(self, known_at: datetime | None = None) -> pl.DataFrame:
        """The landed files, in order of landing; with `known_at` (UTC, naive) only those that had landed by then."""
        ledger = self._all_rows("ledger", Ledger).collect().sort("landing_no")
        return ledger if known_at is None else ledger.filter(pl.col("landed_at") <= known_at)

    def scan(self, table: str, ledger: pl.DataFrame) -> pl.LazyFrame:
        """The rows of `table` that landed with the files of `ledger`, `landing_no` added. Unsorted."""
        return self._all_rows(table, TABLES[table]).join(
            ledger.lazy().select("landing_id", "landing_no"), on="landing_id", how="inner", validate="m:1"
        )

    def _all_rows(self, table: str, model: Any) -> pl.LazyFrame:
        schema = schema_of(model)
        path = self.root / table
        if not DeltaTable.is_deltatable(str(path)):
            return pl.DataFrame(schema=schema).lazy()
        with _as_lake_error(f"reading {table}"):
            return _data_of(path, DeltaTable(str(path)), schema)

    def order_lines(self, ledger: pl.DataFrame) -> pl.LazyFrame:
        """The current order lines by this ledger: neither replaced nor withdrawn by a newer landing. Unsorted."""
        lines = self.scan("order_lines", ledger)
        if not (ledger["rows_corrected"].sum() or ledger["rows_withdrawn"].sum()):
            return lines
        replaced = self.scan("superseded", ledger).select(
            "store_id", "order_id", "line_no", landing_id="old_landing_id"
        )
        return lines.join(replaced, on=["landing_id", "store_id", "order_id", "line_no"], how="anti").filter(
            pl.col("line_kind") != WITHDRAWN
        )

    # ---- writing

    @contextmanager
    def attempt(self, landings: int) -> Iterator[Attempt]:
        """Land so many files together: what is appended becomes visible with the ledger's commit, or never."""
        ids = [new_landing_id() for _ in range(landings)]
        intent = self._intents / f"{ids[0]:x}.json"
        self._intents.mkdir(parents=True, exist_ok=True)
        with _as_lake_error("writing"):
            # the intent comes first: which versions were there before, should this attempt never reach the ledger
            before = {table: lake_recovery.version_of(self.root / table) for table in (*TABLES, "ledger")}
            write_durably(intent, json.dumps({"landing_ids": ids, "versions": before}).encode())
            with ThreadPoolExecutor(1) as writer:
                yield (attempt := Attempt(self, ids, writer))
            if attempt.is_committed:
                intent.unlink()

    def commit(self, landings: Sequence[Landing], *, landed_at: datetime, first_landing_no: int) -> None:
        """Append the rows of all landings, table by table, then their ledger rows in one commit: all visible or none."""
        with self.attempt(len(landings)) as attempt:
            for table in TABLES:
                parts = [
                    landing.tables[table].with_columns(landing_id=pl.lit(landing_id, pl.Int64))
                    for landing, landing_id in zip(landings, attempt.landing_ids, strict=True)
                    if table in landing.tables and landing.tables[table].height
                ]
                if parts:
                    attempt.append(table, pl.concat([part.select(list(schema_of(TABLES[table]))) for part in parts]))
            attempt.commit([landing.ledger for landing in landings], landed_at, first_landing_no)

    def recover(self) -> int:
        """Take back what attempts left that never reached the ledger (killed, or cut off from power); how many there were.

        Nobody else may be writing.
        """
        cleared = 0
        for unfinished in self._intents.glob(".*.new"):
            unfinished.unlink()
        for path in sorted(self._intents.glob("*.json")):
            intent = json.loads(path.read_bytes())
            before: dict[str, int] = intent["versions"]
            if self._reached_ledger(before["ledger"], intent["landing_ids"]):
                lake_recovery.torn_entries_dropped(self.root / "ledger")
            else:
                cleared += 1
                for table, version in before.items():
                    lake_recovery.rolled_back(self.root / table, version)
            path.unlink()
        return cleared

    def _reached_ledger(self, version: int, landing_ids: Sequence[int]) -> bool:
        """Whether the ledger's commit after this version is there in full (the attempt's first and only one)."""
        ledger = self.root / "ledger"
        if lake_recovery.version_of(ledger) <= version or not lake_recovery.is_whole(ledger, version + 1):
            return False
        with _as_lake_error("reading ledger"):
            then = DeltaTable(str(ledger), version=version + 1)
            landed = _data_of(ledger, then, schema_of(Ledger)).select("landing_id").collect()
        return set(landing_ids) <= set(landed["landing_id"].to_list())

    @property
    def _intents(self) -> Path:
        return self.root / "_intents"

    def _append(self, table: str, rows: pl.DataFrame, model: Any) -> None:
        model.validate(rows, lazy=True)
        path = self.root / table
        write_deltalake(
            str(path), rows, mode="append", schema_mode="merge", configuration=TABLE_CONFIGURATION,
            writer_properties=WRITER_PROPERTIES,
        )  # fmt: skip
        delta = DeltaTable(str(path))
        _make_durable(path, delta.version())
        if len(delta.file_uris()) >= FILES_BEFORE_COMPACTION:
            delta.optimize.compact()
            _make_durable(path, DeltaTable(str(path)).version())


def _data_of(path: Path, delta: DeltaTable, schema: Mapping[str, pl.DataType]) -> pl.LazyFrame:
    """The rows of a table's data files. A file from before a column was asked for lacks it: unknown.

    Not by `polars.scan_delta`, which finds no file below a folder with a space or a Chinese name.
    """
    added = pl.DataFrame(delta.get_add_actions())["path"].to_list()
    if not added:
        return pl.DataFrame(schema=schema).lazy()
    files = [path / unquote(name) for name in added]
    rows = pl.scan_parquet(files, schema=schema, glob=False, missing_columns="insert", extra_columns="ignore")
    return rows.select(list(schema))


def open_quarantine(lake: Lake, ledger: pl.DataFrame) -> pl.LazyFrame:
    """One row per quarantined line that nobody has brought back yet, by this ledger."""
    settled = lake.scan("mended", ledger).select(landing_id="settled_landing_id", source_row="settled_row")
    return lake.scan("quarantine", ledger).join(settled, on=["landing_id", "source_row"], how="anti")


class Attempt:
    """One try at landing some files. Appends are written in the background, one after the other, while more is made ready."""

    def __init__(self, lake: Lake, landing_ids: list[int], writer: ThreadPoolExecutor) -> None:
        self.landing_ids = landing_ids
        self.is_committed = False
        self._lake = lake
        self._writer = writer
        self._waiting: dict[str, list[pl.DataFrame]] = {}
        self._writing: list[Future[None]] = []

    def append(self, table: str, rows: pl.DataFrame) -> None:
        """Append rows that carry a `landing_id` of this attempt. An error of an earlier append is raised here."""
        if rows.is_empty():
            return
        waiting = self._waiting.setdefault(table, [])
        waiting.append(rows.select(list(schema_of(TABLES[table]))))
        # Delta is slow at many small appends: files of a few rows are written together
        if sum(frame.height for frame in waiting) >= ROWS_PER_APPEND:
            self._write(table)

    def commit(self, ledger_rows: Sequence[Mapping[str, Any]], landed_at: datetime, first_landing_no: int) -> None:
        """Make all of it visible."""
        for table in list(self._waiting):
            self._write(table)
        self._wait()
        rows = [
            {**row, "landing_id": landing_id, "landing_no": first_landing_no + step, "landed_at": landed_at}
            for step, (row, landing_id) in enumerate(zip(ledger_rows, self.landing_ids, strict=True))
        ]
        self._lake._append("ledger", pl.DataFrame(rows, schema=schema_of(Ledger)), Ledger)
        self.is_committed = True

    def _write(self, table: str) -> None:
        self._wait(but=1)  # no more than two frames wait in memory
        rows = pl.concat(self._waiting.pop(table))
        self._writing.append(self._writer.submit(self._lake._append, table, rows, TABLES[table]))

    def _wait(self, but: int = 0) -> None:
        while len(self._writing) > but:
            self._writing.pop(0).result()


def _make_durable(table: Path, version: int) -> None:
    """Flush the data files that this version added, then its log entry, then their folders: Delta itself never does."""
    entry = table / "_delta_log" / f"{version:020d}.json"
    for line in entry.read_text(encoding="utf-8").splitlines():
        added = json.loads(line).get("add")
        if added:
            fsync(table / added["path"])
    for path in (entry, table, table / "_delta_log"):
        fsync(path)


@contextmanager
def _as_lake_error(doing: str) -> Iterator[None]:
    """Errors of the store in one line that says what to do and quotes no rows."""
    try:
        yield
    except OSError as error:
        raise LakeError(
            f"lake: {doing} failed: {_plain_cause(error)}; nothing of this run is visible, run it again"
        ) from error
    except DeltaError as error:
        raise LakeError(
            f"lake: {doing} failed: {_plain_cause(error)}; nothing of this run is visible, run it again"
        ) from error


def _plain_cause(error: Exception) -> str:
    text = str(error)
    if "No space left" in text or (isinstance(error, OSError) and error.errno == errno.ENOSPC):
        return "no space left on the disk"
    with suppress(AttributeError):
        if isinstance(error, OSError) and error.strerror:
            return error.strerror
    return type(error).__name__
