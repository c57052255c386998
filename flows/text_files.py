"""From a file's bytes to a table of text: encoding, delimiter, quotes; a damaged line is set aside, the next is read right."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass

import polars as pl

from flows.errors import RegularsError

DELIMITERS = (",", ";", "\t", "|")


class UnreadableFile(RegularsError):
    """The file as a whole cannot be read as a table of text; it stays where it was."""


@dataclass(frozen=True)
class TextTable:
    """A file as text. `rows`: one String column per header position ("0", "1", …) and `source_row`, the line in the file
    (header = line 1). `damaged`: one row per line that does not fit the header: source_row, reason, raw (JSON array).
    """

    header: list[str]
    rows: pl.DataFrame
    damaged: pl.DataFrame
    encoding: str
    delimiter: str

    @property
    def rows_in(self) -> int:
        """Data lines, blank ones not counted."""
        return self.rows.height + self.damaged.height


def decoded(content: bytes) -> tuple[str, str]:
    """The text and the name of its encoding. UnreadableFile when it is no text in an encoding we know."""
    has_wide_mark = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    candidates = ["utf-16"] if has_wide_mark else ["utf-8-sig", "gb18030"]
    if b"\x00" in content[:4096] and candidates[0] != "utf-16":
        raise UnreadableFile("is not a text file (it holds zero bytes)")
    for encoding in candidates:
        try:
            return content.decode(encoding), "utf-8" if encoding == "utf-8-sig" else encoding
        except UnicodeDecodeError:
            continue
    raise UnreadableFile(f"is in no known encoding (tried {', '.join(candidates)}); save it as UTF-8")


def read_text_table(content: bytes) -> TextTable:
    """The table of text in these bytes. Nothing is typed and nothing is guessed: every cell is its text."""
    text, encoding = decoded(content)
    lines = text.split("\n")
    if lines and not lines[-1]:
        lines.pop()
    if not lines or not lines[0].strip():
        raise UnreadableFile("is empty")
    delimiter = max(DELIMITERS, key=lines[0].count)
    header = next(csv.reader([lines[0].rstrip("\r")], delimiter=delimiter))
    if len(header) < 2:
        raise UnreadableFile(
            "has a header with one column only; expected columns separated by comma, semicolon, tab or |"
        )

    numbered = pl.DataFrame({"line": pl.Series(lines[1:], dtype=pl.String)}).with_row_index("source_row", offset=2)
    numbered = numbered.with_columns(pl.col("source_row").cast(pl.Int64))
    quotes = pl.col("line").str.count_matches('"', literal=True)
    numbered = numbered.with_columns(
        opens_inside=quotes.cum_sum().shift(1, fill_value=0) % 2 == 1, quotes=quotes, odd=quotes % 2 == 1
    )
    # a line stands alone when it has no quotes and does not lie inside an open one
    alone = (pl.col("quotes") == 0) & ~pl.col("opens_inside")
    plain = numbered.filter(alone & (pl.col("line").str.strip_chars() != ""))
    plain = plain.with_columns(pl.col("line").str.strip_suffix("\r"))
    quoted = numbered.filter(~alone)

    fields = pl.col("line").str.count_matches(delimiter, literal=True) + 1
    fits = plain.filter(fields == len(header))
    names = [str(position) for position in range(len(header))]
    rows = _split(fits, delimiter, names)
    damaged = plain.filter(fields != len(header)).select(
        "source_row", reason=pl.lit("field_count"), raw=pl.col("line").str.split(delimiter)
    )
    damaged = damaged.with_columns(raw=_as_json(damaged["raw"]))
    if quoted.height:
        quoted_rows, quoted_damaged = _quoted_records(quoted, delimiter, len(header))
        rows = pl.concat([rows, pl.DataFrame(quoted_rows, schema=rows.schema, orient="row")])
        damaged = pl.concat([damaged, pl.DataFrame(quoted_damaged, schema=damaged.schema, orient="row")])
    return TextTable(header, rows.sort("source_row"), damaged.sort("source_row"), encoding, delimiter)


def _split(lines: pl.DataFrame, delimiter: str, names: list[str]) -> pl.DataFrame:
    """Lines without quotes that are known to have as many fields as `names`, split into columns."""
    cells = lines["line"].str.split_exact(delimiter, len(names) - 1).struct.rename_fields(names).struct.unnest()
    return cells.with_columns(lines["source_row"])


def _as_json(cells: pl.Series) -> pl.Series:
    return pl.Series("raw", [json.dumps(list(row), ensure_ascii=False) for row in cells], dtype=pl.String)


def _quoted_records(lines: pl.DataFrame, delimiter: str, width: int) -> tuple[list[tuple], list[tuple[int, str, str]]]:
    """Records that hold quotes, possibly over several lines: sound ones as tuples of cells and line, damaged ones apart."""
    sound: list[tuple] = []
    damaged: list[tuple[int, str, str]] = []
    pending: list[str] = []
    start = 0

    def close(text: str, row: int) -> None:
        try:
            records = list(csv.reader([text + "\n"] if "\n" not in text else io.StringIO(text, newline=""),
                                      delimiter=delimiter, strict=True))  # fmt: skip
        except csv.Error:
            damaged.append((row, "broken_quote", json.dumps([text], ensure_ascii=False)))
            return
        if len(records) != 1 or len(records[0]) != width:
            damaged.append((row, "field_count", json.dumps(records[0] if records else [text], ensure_ascii=False)))
        else:
            sound.append((*records[0], row))

    for row, line, odd in lines.select("source_row", "line", "odd").iter_rows():
        if not pending:
            start = row
        pending.append(line)
        if odd == (len(pending) > 1):  # the quote that was open is closed, or none was open
            close("\n".join(pending).removesuffix("\r"), start)
            pending = []
    damaged.extend(
        (start + step, "broken_quote", json.dumps([line], ensure_ascii=False)) for step, line in enumerate(pending)
    )
    return sound, damaged
