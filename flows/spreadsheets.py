"""Spreadsheets and Parquet files as text: every cell its exact value, every row under its own number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

import polars as pl

from flows.containers import LIMITS, Limits, PartKind, in_memory
from flows.text_files import UnreadableFile
from flows import xlsx_files


@dataclass(frozen=True)
class Grid:
    """A sheet or Parquet file as text, as it stands: one row per row that holds anything."""

    name: str
    """The sheet's name, "" for Parquet."""
    cells: pl.DataFrame
    """source_row (Int64, 1-based as the spreadsheet numbers it), then "0" (column A), "1", … String, "" for an empty cell."""
    is_hidden: bool = False
    """A hidden sheet is named but not read: its cells are empty."""


NO_CELLS = pl.DataFrame(schema={"source_row": pl.Int64})


def grids_of(part_kind: PartKind, stream: BinaryIO, limits: Limits = LIMITS) -> list[Grid]:
    if not stream.seekable():
        stream = in_memory(stream, limits)
    if part_kind == "xlsx":
        return [Grid(name, NO_CELLS if cells is None else cells, hidden) for name, hidden, cells in xlsx_files.sheets(stream, limits)]
    raise UnreadableFile("x")
