"""Cells put in their places: from one row per cell to one row per row."""

from __future__ import annotations

import polars as pl

from flows.reading.containers import Limits
from flows.reading.encodings import UnreadableFile


class WideTable:
    """Takes cells block by block, each of whole rows and after those before, and gives one table of all of them."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._blocks: list[pl.DataFrame] = []
        self._rows = 0
        self._width = 0
        self._last_row = 0

    def add(self, cells: pl.DataFrame) -> None:
        """`cells`: row (from 1), column (from 0), text; no position twice. UnreadableFile when the table gets too large."""
        if cells.is_empty():
            return
        self._width = max(self._width, int(cells["column"].max()) + 1)  # type: ignore[arg-type]
        self._rows += cells["row"].n_unique()
        if self._rows * self._width > self._limits.cells:
            raise UnreadableFile(f"holds a sheet of more than {self._limits.cells:,} cells; export a shorter period")
        block = cells.pivot(on="column", index="row", values="text", aggregate_function="first").sort("row")
        if block["row"][0] <= self._last_row:
            raise UnreadableFile("holds a sheet whose rows are not in order; open it in Excel or WPS and save it again")
        self._last_row = block["row"][-1]
        self._blocks.append(block)

    def frame(self) -> pl.DataFrame:
        """One row per row that holds anything: source_row, then "0" to the last used column (String), "" where nothing is."""
        names = [str(position) for position in range(self._width)]
        if not self._blocks:
            return pl.DataFrame(schema={"source_row": pl.Int64})
        blocks = []
        for block in self._blocks:
            present = set(block.columns)
            texts = [pl.col(name).fill_null("") if name in present else pl.lit("").alias(name) for name in names]
            blocks.append(block.select(pl.col("row").alias("source_row"), *texts))
        return pl.concat(blocks)
