"""Any file of the inbox as tables of text: what it is in, which tables it holds, in which encoding."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

import polars as pl

from flows.reading.containers import Part, parts_of
from flows.reading.encodings import ByteSample, UnreadableFile
from flows.reading.spreadsheets import Grid, grids_of
from flows.reading.text_files import CHUNK_BYTES, known_layout, read_text, sample_of
from flows.reading.text_tables import (
    DAMAGED_SCHEMA,
    HEAD_ROWS,
    NOT_DATA_SCHEMA,
    TextBatch,
    TextTable,
    check_header,
    data_rows,
    find_head,
    is_footnote,
)
from schemas.source_formats import SourceFormat, recognise

LAST_ROWS = 5
"""Remarks stand among so many rows at the end of a sheet."""


def hash_of(path: Path) -> str:
    """The sha256 of a file's bytes."""
    digest = sha256()
    with path.open("rb") as stream:
        for chunk in _chunks(stream):
            digest.update(chunk)
    return digest.hexdigest()


def tables_of(path: Path, formats: Mapping[str, SourceFormat]) -> list[TextTable]:
    """The tables in this file, in order. UnreadableFile when it holds none that can be read."""
    known = known_columns(formats)
    parts = parts_of(path)
    tables: list[TextTable] = []
    for part in parts:
        if part.kind == "text":
            tables.append(_text_table(part, formats, known))
        else:
            tables += _grid_tables(path, part, len(parts) > 1, known)
    if not tables:
        raise UnreadableFile("holds no table: every sheet is empty or hidden")
    return tables


def known_columns(formats: Mapping[str, SourceFormat]) -> Callable[[list[str]], int]:
    """How many columns of a header its best source declares; 0 when no source knows it."""

    def count(header: list[str]) -> int:
        matches = recognise(header, formats)
        return len(matches[0].header_of(header)) if matches else 0

    return count


# ---- text


def _text_table(part: Part, formats: Mapping[str, SourceFormat], known: Callable[[list[str]], int]) -> TextTable:
    with part.open() as stream:
        sample = sample_of(_chunks(stream))
    try:
        return read_text(part.open, part=part.name, sample=sample, known_columns=known)
    except UnreadableFile:
        # the bytes alone leave it open: does a source that says its encoding know the header?
        encoding = _declared_encoding(sample, formats)
        if encoding is None:
            raise
        return read_text(part.open, part=part.name, sample=sample, known_columns=known, encoding=encoding)


def _declared_encoding(sample: ByteSample, formats: Mapping[str, SourceFormat]) -> str | None:
    for source in formats.values():
        if source.encoding:
            text = sample.beginning.decode(source.encoding, "replace")
            if known_layout(text, known_columns({source.name: source})):
                return source.encoding
    return None


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK_BYTES):
        yield chunk


# ---- sheets


def _grid_tables(path: Path, part: Part, is_member: bool, known: Callable[[list[str]], int]) -> list[TextTable]:
    tables: list[TextTable] = []
    grids = _grids(path, part)
    has_wide_sheet = any(grid.cells.width > 2 for grid in grids)
    for number, grid in enumerate(grids):
        # a sheet of one column beside others is prose (our own action sheets bring one that explains), not a table
        if grid.cells.is_empty() or (grid.cells.width == 2 and has_wide_sheet):
            continue
        first = [[str(cell) for cell in row[1:]] for row in grid.cells.head(HEAD_ROWS).iter_rows()]
        head = find_head(first, known)
        if head is None:
            continue
        check_header(head.cells)
        label = "/".join(filter(None, (part.name if is_member else "", grid.name)))
        tables.append(
            TextTable(
                label,
                head.cells,
                int(grid.cells["source_row"][head.at]),
                None,
                None,
                partial(_grid_batches, path, part, number, head.at, tuple(head.cells)),
            )
        )
    return tables


@lru_cache(maxsize=2)
def _read_grids(path: Path, _when: int, part: Part) -> list[Grid]:
    with part.open() as stream:
        return grids_of(part.kind, stream)


def _grids(path: Path, part: Part) -> list[Grid]:
    """The sheets of a workbook; the last ones are kept, since a file's header is looked at before its rows are read."""
    return _read_grids(path, path.stat().st_mtime_ns, part)


def _grid_batches(path: Path, part: Part, number: int, head: int, header: Sequence[str]) -> Iterator[TextBatch]:
    cells = _grids(path, part)[number].cells
    above = cells.head(head).select("source_row", what=pl.lit("title"))
    rows = cells.slice(head + 1)
    rows = rows.select(*(name for name in rows.columns if name != "source_row"), "source_row")
    rows, not_data = data_rows(rows, header)
    last = [row for row in rows.tail(LAST_ROWS).iter_rows() if is_footnote(row[:-1], len(header))]
    notes = pl.DataFrame(
        {"source_row": [row[-1] for row in last], "what": ["footnote"] * len(last)}, schema=NOT_DATA_SCHEMA
    )
    rows = rows.join(notes, on="source_row", how="anti", maintain_order="left")
    yield TextBatch(rows, pl.DataFrame(schema=DAMAGED_SCHEMA), pl.concat([above, not_data, notes]))
