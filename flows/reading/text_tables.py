"""A table of text, wherever it came from: its header, and its rows in batches. Nothing is typed, nothing is guessed."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from flows.reading.encodings import UnreadableFile
from schemas.source_formats import normalised_header

HEAD_ROWS = 40
"""The header is looked for among so many rows."""

DAMAGED_SCHEMA = {"source_row": pl.Int64, "reason": pl.String, "raw": pl.String}
NOT_DATA_SCHEMA = {"source_row": pl.Int64, "what": pl.String}

_TOTAL = (
    r"^\s*(?:(?:本页|本日|当日|本月|门店)?(?:合计|总计|小计|共计|汇总)|(?:grand |sub)?-?\s?totals?|sum)\s*[::]?\s*$"
)
_VALUE = r"[-+]?[0-9][0-9.,]*|[0-9]{2,4}[-/.年][0-9]{1,2}[-/.月][0-9]{1,4}.*"
_FOOTNOTE = (
    r"(?:合计|总计|共\s*\d+\s*(?:条|行|笔|页)|记录数|导出(?:时间|日期|人)|打印(?:时间|日期|人)|制表|"
    r"\btotals?\b|\d+ (?:rows|records|lines)\b|\bexported\b|\bprinted\b|^\s*(?:page|第)\s*\d+)"
)


@dataclass(frozen=True)
class TextBatch:
    """Some rows of a table. `rows`: one String column per header position ("0", "1", …) and `source_row`, the line in the
    file. `damaged`: one row per line that does not fit the header: source_row, reason, raw (JSON array of its cells).
    `not_data`: one row per line that is no data (title, header_again, total, footnote): source_row, what.
    """

    rows: pl.DataFrame
    damaged: pl.DataFrame
    not_data: pl.DataFrame

    @property
    def rows_in(self) -> int:
        return self.rows.height + self.damaged.height


@dataclass(frozen=True)
class TextTable:
    """One table of one file: `part` is the sheet or the archive's member it stands in, "" when the file is the table."""

    part: str
    header: list[str]
    header_row: int
    encoding: str | None
    delimiter: str | None
    batches: Callable[[], Iterator[TextBatch]]
    """The rows from the first to the last; may be asked for again."""

    def whole(self) -> TextBatch:
        """All rows at once."""
        batches = list(self.batches())
        if not batches:
            schema = {**{str(at): pl.String for at in range(len(self.header))}, "source_row": pl.Int64}
            return TextBatch(
                pl.DataFrame(schema=schema), pl.DataFrame(schema=DAMAGED_SCHEMA), pl.DataFrame(schema=NOT_DATA_SCHEMA)
            )
        return TextBatch(
            pl.concat([batch.rows for batch in batches]),
            pl.concat([batch.damaged for batch in batches]),
            pl.concat([batch.not_data for batch in batches]),
        )


@dataclass(frozen=True)
class Head:
    """Where the header stands among the first rows of a table."""

    at: int
    """Position among the rows that were looked at."""
    cells: list[str]
    known_columns: int
    """How many of its columns a source declares; 0: no source knows it."""


def find_head(first_rows: Sequence[Sequence[str]], known_columns: Callable[[list[str]], int]) -> Head | None:
    """The header among a table's first rows: the one that a source knows best, else the first that looks like one."""
    told = [list(row) for row in first_rows[:HEAD_ROWS]]
    scored = [(known_columns(row), -at) for at, row in enumerate(told)]
    best, at = max(scored, default=(0, 0))
    if best:
        return Head(-at, told[-at], best)
    widths = Counter(len(_without_empty_end(row)) for row in told)
    usual = max(widths, key=lambda width: (widths[width] * (width > 1), width), default=0)
    for at, row in enumerate(told):
        cells = [cell.strip() for cell in _without_empty_end(row)]
        names = [cell for cell in cells if cell and not re.fullmatch(_VALUE, cell)]
        # a column may go without a name, or two share one; but a row with values in it is no header
        if len(cells) >= max(usual, 1) and len(names) == sum(map(bool, cells)) and len(names) * 2 > len(cells):
            return Head(at, list(row), 0)
    for at, row in enumerate(told):
        if any(cell.strip() for cell in row):
            return Head(at, list(row), 0)
    return None


def with_agreed_width(header: list[str], below: Sequence[Sequence[str]]) -> list[str]:
    """The header, with unnamed columns added where every row below it ends in as many empty cells more."""
    surplus = {len(row) - len(header) for row in below if any(cell.strip() for cell in row)}
    if len(surplus) == 1 and len(below) > 1:
        more = surplus.pop()
        if 0 < more <= 3 and all(not cell.strip() for row in below for cell in row[len(header) :]):
            return [*header, *[""] * more]
    return header


def _without_empty_end(row: Sequence[str]) -> list[str]:
    cells = list(row)
    while cells and not cells[-1].strip():
        cells.pop()
    return cells


def check_header(header: Sequence[str]) -> None:
    """UnreadableFile when this can be no header of a table."""
    if sum(bool(cell.strip()) for cell in header) < 2:
        raise UnreadableFile(
            "has a header with one column only; expected columns separated by comma, semicolon, tab or |"
        )


def check_no_values(header: Sequence[str], rows: int) -> None:
    """UnreadableFile when a header holds values, all of it or nearly all that there is: then line ends were lost."""
    values = sum(bool(re.fullmatch(_VALUE, cell.strip())) for cell in header)
    if values and (not rows or values >= 3):
        raise UnreadableFile("has all of its rows in the header line: its line ends were lost; export it again")


def as_raw(cells: Sequence[str]) -> str:
    """A line's cells as the JSON array that the quarantine keeps."""
    return json.dumps(list(cells), ensure_ascii=False)


def data_rows(rows: pl.DataFrame, header: Sequence[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """`rows` without those that are no data, and these: the header again, totals. Rows of empty cells are dropped."""
    cells = [name for name in rows.columns if name != "source_row"]
    # the first cell tells nearly all rows from the few that are worth a closer look
    odd = rows.filter(pl.col(cells[0]).str.contains(rf"(?i)^\s*(?:{re.escape(header[0].strip())})?\s*$|{_TOTAL}"))
    if odd.is_empty():
        return rows, pl.DataFrame(schema=NOT_DATA_SCHEMA)
    texts = pl.concat_list(pl.col(name).str.strip_chars() for name in cells)
    filled = texts.list.eval(pl.element().filter(pl.element() != ""))
    normal = pl.Series([normalised_header(text) for text in header])
    looked = odd.select(
        "source_row",
        filled=filled,
        is_header=pl.all_horizontal(
            pl.col(name).str.to_lowercase().str.replace_all(r"[\s\u3000\ufeff]+", " ").str.strip_chars()
            == normal[int(name)]
            for name in cells
        ),
    )
    count = pl.col("filled").list.len()
    is_total = pl.col("filled").list.first().str.to_lowercase().str.contains(_TOTAL) & (count < len(cells))
    looked = looked.with_columns(
        what=pl.when(count == 0).then(pl.lit("empty"))
        .when(pl.col("is_header")).then(pl.lit("header_again"))
        .when(is_total).then(pl.lit("total"))
    ).filter(pl.col("what").is_not_null())  # fmt: skip
    if looked.is_empty():
        return rows, pl.DataFrame(schema=NOT_DATA_SCHEMA)
    not_data = looked.filter(pl.col("what") != "empty").select("source_row", "what")
    return rows.join(looked, on="source_row", how="anti", maintain_order="left"), not_data


def is_footnote(cells: Sequence[str], width: int) -> bool:
    """Whether a line that does not fit a wide table is a printed remark under it, not a damaged row."""
    filled = [cell for cell in cells if cell.strip()]
    return width >= 4 and 1 <= len(filled) <= 2 and bool(re.search(_FOOTNOTE, " ".join(filled).lower()))
