"""Spreadsheets, HTML tables and Parquet files as text: every cell its exact value, every row under its own number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

import polars as pl

from flows.reading import html_tables, parquet_files, xls_files, xlsx_files
from flows.reading.containers import LIMITS, Limits, PartKind, in_memory


@dataclass(frozen=True)
class Grid:
    """A sheet or Parquet file as text, as it stands: one row per row that holds anything."""

    name: str
    """The sheet's name; "" for Parquet and HTML."""
    cells: pl.DataFrame
    """source_row (Int64, 1-based as the spreadsheet numbers it), then "0" (column A), "1", … to the last used column:
    String, "" for an empty cell. No row for an empty sheet and for a hidden one."""
    is_hidden: bool = False
    """A hidden sheet is named, not read: what nobody sees is not what somebody meant to hand in."""


def grids_of(part_kind: PartKind, stream: BinaryIO, limits: Limits = LIMITS) -> list[Grid]:
    """The worksheets of a workbook in its order (chart sheets left out), the tables of a page, or a Parquet file's one table.

    Empty sheets are among them (no rows), and so are hidden ones (`is_hidden`, no rows). The text of a cell is its value:
    flows.reading.cell_values says how numbers, dates, formulas and errors read. Parquet: the column names are row 1.
    UnreadableFile, without quoting data, for damage, passwords and what passes a limit.
    """
    if part_kind == "parquet":
        return [Grid("", parquet_files.table(stream, limits))]
    if part_kind == "html":
        return [Grid("", cells) for cells in html_tables.tables(stream, limits)]
    if part_kind == "text":
        raise ValueError("text is read by flows.reading.text_files")
    if not stream.seekable():
        stream = in_memory(stream, limits)
    sheets = xls_files.sheets if part_kind == "xls" else xlsx_files.sheets
    nothing = pl.DataFrame(schema={"source_row": pl.Int64})
    return [
        Grid(name, nothing if cells is None else cells, is_hidden) for name, is_hidden, cells in sheets(stream, limits)
    ]
