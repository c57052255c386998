"""Parquet as text, read in a process of its own.

polars panics on some damaged files and prints what it was reading; a hostile one can name any size. So a child with a
limit on memory and time reads it, and what it says on stderr (it may quote data) is thrown away.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import IO, BinaryIO

import polars as pl

from flows.reading.containers import LIMITS, MEBIBYTE, Limits
from flows.reading.encodings import UnreadableFile

MEMORY_BYTES = 2048 * MEBIBYTE
"""Address space of the child: 19 million cells got by with 1.5 GB of it."""
SECONDS = 60
REFUSED = 3
EXACT_WHOLE = 2**53
DAMAGED = "is a Parquet file that is damaged or too large to read; export it again, or a shorter period"


def table(stream: BinaryIO, limits: Limits = LIMITS) -> pl.DataFrame:
    """source_row and the columns as text: the names as row 1, then a row for each row that holds anything.

    UnreadableFile for damage, and for a column that has no text of its own (binary, nested), named by its position and name.
    """
    root = str(Path(__file__).resolve().parents[1])
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH")))),
        "POLARS_MAX_THREADS": "2",
    }
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as result:
        while piece := stream.read(MEBIBYTE):
            source.write(piece)
            if source.tell() > limits.workbook_bytes:
                raise UnreadableFile(f"is a Parquet file of more than {limits.workbook_bytes // MEBIBYTE} MB; split it")
        source.seek(0)
        try:
            child = subprocess.run(
                [sys.executable, "-m", "flows.reading.parquet_files", str(limits.cells)],
                stdin=source, stdout=result, stderr=subprocess.DEVNULL, env=environment, timeout=SECONDS, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise UnreadableFile(DAMAGED) from error
        result.seek(0)
        if child.returncode == REFUSED:
            raise UnreadableFile(result.read().decode())
        if child.returncode != 0:
            raise UnreadableFile(DAMAGED)
        return pl.read_ipc(result)


def texts(frame: pl.DataFrame) -> pl.DataFrame:
    """What `table` gives, of a frame in memory."""
    header = pl.DataFrame({"source_row": 1, **{str(n): name for n, name in enumerate(frame.columns)}})
    columns = [_texts(column, position).alias(str(position)) for position, column in enumerate(frame)]
    rows = pl.DataFrame(columns).fill_null("")
    rows = rows.select(pl.int_range(2, pl.len() + 2, dtype=pl.Int64).alias("source_row"), pl.all())
    rows = rows.filter(pl.any_horizontal(pl.exclude("source_row") != "")) if columns else rows
    return pl.concat([header.cast({"source_row": pl.Int64}), rows])


def _texts(column: pl.Series, position: int) -> pl.Series:
    dtype = column.dtype
    if isinstance(dtype, pl.Datetime):
        return column.dt.strftime("%Y-%m-%d %H:%M:%S%.f" + ("%:z" if dtype.time_zone else ""))
    if dtype == pl.Time:
        return column.dt.strftime("%H:%M:%S%.f")
    if dtype.is_float():
        return _float_texts(column)
    if (
        dtype.is_integer()
        or dtype.is_decimal()
        or dtype in (pl.String, pl.Boolean, pl.Date, pl.Categorical, pl.Enum, pl.Null)
    ):
        return column.cast(pl.String)
    raise UnreadableFile(
        f"holds column {position + 1} ({column.name}) of type {str(dtype).partition('(')[0]}, which is no text, number, "
        "date or truth value; leave it out or write it as text"
    )


def _float_texts(column: pl.Series) -> pl.Series:
    """Shortest digits that give the same number; whole ones without ".0", from 2^53 on with an exponent."""
    texts = column.cast(pl.String).str.strip_suffix(".0")
    unusual = texts.str.contains("[eE]") | (column.abs() >= EXACT_WHOLE)
    others = texts.filter(unusual & column.is_finite()).unique()
    plain = [
        f"{Decimal(text):E}" if abs(Decimal(text)) >= EXACT_WHOLE else format(Decimal(text), "f") for text in others
    ]
    return texts.replace(others, pl.Series(plain, dtype=pl.String))


def _main(cells: int, source: IO[bytes], result: IO[bytes]) -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        plan = pl.scan_parquet(source.read())
        width = len(plan.collect_schema())
        height = plan.select(pl.len()).collect().item()
        if width * height > cells:
            raise UnreadableFile(f"holds a table of more than {cells:,} cells; export a shorter period")
        texts(plan.collect()).write_ipc(result)
    except UnreadableFile as error:
        result.write(str(error).encode())
        return REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(_main(int(sys.argv[1]), sys.stdin.buffer, sys.stdout.buffer))
