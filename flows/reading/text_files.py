"""From a text file's bytes to batches of rows: a damaged line is set aside, the next one is read right.

A batch whose every line plainly has as many fields as the header is cut up by polars at once. Any other goes line by
line: lines without quotes by their number of delimiters, lines with quotes by the strict grammar of RFC 4180, records over
several lines one by one. A quote that is opened in error damages its own line and no other.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import BinaryIO

import numpy as np
import polars as pl

from flows.reading.encodings import ByteSample, UnreadableFile, encoding_of, is_surely_utf8
from flows.reading.text_tables import (
    DAMAGED_SCHEMA,
    HEAD_ROWS,
    NOT_DATA_SCHEMA,
    TextBatch,
    TextTable,
    as_raw,
    check_header,
    data_rows,
    find_head,
    is_footnote,
    with_agreed_width,
)

DELIMITERS = (",", ";", "\t", "|")
CHUNK_BYTES = 8 << 20
"""Larger pieces cost a page fault for every 4 kB, smaller ones polars' start for every few rows."""
LONGEST_LINE = 16 << 20
LONGEST_RECORD = 200
"""Lines that one quoted record may span; a quote still open then was opened in error."""
FOREIGN_LINES_LOOKED_AT = 2_000

UNDECODABLE = "\uffff"
"""Marks a line that is not in the file's encoding (a code point that no text may hold)."""
csv.field_size_limit(LONGEST_LINE)  # its own limit is 128 kB a cell
_IS_DAMAGED_TEXT = f"[\x00-\x08\x0b\x0c\x0e-\x1f{UNDECODABLE}]"

OpenStream = Callable[[], BinaryIO]
KnownColumns = Callable[[list[str]], int]


def read_text(open_stream: OpenStream, *, part: str, sample: ByteSample, known_columns: KnownColumns,
              encoding: str | None = None) -> TextTable:  # fmt: skip
    """The table in these bytes. UnreadableFile when it is none. `known_columns`: how well a source knows a header."""
    if not sample.beginning.strip():
        raise UnreadableFile("is empty")

    def is_known_header(text: str) -> bool:
        return known_layout(text, known_columns)

    encoding = encoding or encoding_of(sample, is_known_header)
    first = next(_utf8_chunks(open_stream(), encoding, CHUNK_BYTES), b"")
    layout = _layout(first[: 4 << 20].decode("utf-8", "replace"), known_columns)
    check_header(layout.header)
    if not layout.is_whole:
        raise UnreadableFile(f"has a quote in its header (line {layout.header_row}) that is opened and never closed")
    batches = partial(_batches, open_stream, encoding, layout)
    return TextTable(
        part,
        layout.header,
        layout.header_row,
        encoding.removesuffix("-le").removesuffix("-be"),
        layout.delimiter,
        batches,
    )


def sample_of(chunks: Iterator[bytes]) -> ByteSample:
    """What tells the encoding, gathered on one way through the file's bytes."""
    beginning = b""
    foreign: list[bytes] = []
    for chunk in chunks:
        if len(beginning) < 1 << 16:
            beginning += chunk[: 1 << 16]
        if len(foreign) < FOREIGN_LINES_LOOKED_AT and not chunk.isascii():
            # the first and last line of a chunk may be cut in mid-character: a neighbour tells as much
            lines = chunk.split(b"\n")
            whole = lines[1:-1] if len(lines) > 2 else lines
            foreign += [line for line in whole if not line.isascii()][: FOREIGN_LINES_LOOKED_AT - len(foreign)]
            if not foreign:
                foreign += [line for line in lines if not line.isascii()]
    return ByteSample(beginning, foreign)


# ---- where the header is


@dataclass(frozen=True)
class _Layout:
    delimiter: str
    header: list[str]
    header_row: int
    first_row: int
    """Line after the header."""
    known_columns: int
    titles: tuple[int, ...]
    """Lines above the header that hold anything."""
    is_whole: bool
    """Whether the header keeps the grammar: no quote is opened in it and never closed."""


def known_layout(beginning: str, known_columns: KnownColumns) -> bool:
    """Whether the first lines of a file have a header that a source knows."""
    return _layout(beginning, known_columns).known_columns > 0


def _layout(beginning: str, known_columns: KnownColumns) -> _Layout:
    """Delimiter and header, from the file's first lines."""
    text = beginning.removeprefix("\ufeff")
    lines = _with_one_line_end(text.encode()).decode().split("\n")[: HEAD_ROWS + 60]
    best: tuple[tuple[int, int, int], _Layout] | None = None
    for preference, delimiter in enumerate(DELIMITERS):
        records = _first_records(lines, delimiter)
        head = find_head([cells for _, _, cells in records], known_columns)
        if head is None:
            continue
        row, end, _ = records[head.at]
        is_whole = _strict_cells("\n".join(lines[row - 1 : end]).removesuffix("\r"), delimiter) is not None
        below = [cells for _, _, cells in records[head.at + 1 :]]
        header = with_agreed_width(head.cells, below)
        fitting = sum(len(cells) == len(header) for cells in below)
        score = (head.known_columns, (fitting + 1) * (len(header) > 1), -preference)
        titles = tuple(at for at, _, cells in records[: head.at] if any(cell.strip() for cell in cells))
        layout = _Layout(delimiter, header, row, end + 1, head.known_columns, titles, is_whole)
        if best is None or score > best[0]:
            best = (score, layout)
    if best is None:
        raise UnreadableFile("is empty")
    return best[1]


def _first_records(lines: Sequence[str], delimiter: str) -> list[tuple[int, int, list[str]]]:
    """(first line, last line, cells) of the first records."""
    records: list[tuple[int, int, list[str]]] = []
    at = 0
    while at < len(lines) and len(records) < HEAD_ROWS:
        end = at
        if lines[at].count('"') % 2:
            closing = next((j for j in range(at + 1, min(at + 20, len(lines))) if lines[j].count('"') % 2), None)
            cells = None if closing is None else _strict_cells("\n".join(lines[at : closing + 1]), delimiter)
            end = closing if cells is not None and closing is not None else at
        text = "\n".join(lines[at : end + 1]).removesuffix("\r")
        cells = _strict_cells(text, delimiter)
        if text.strip():
            records.append((at + 1, end + 1, text.split(delimiter) if cells is None else cells))
        at = end + 1
    return records


def _strict_cells(text: str, delimiter: str) -> list[str] | None:
    """The cells of one record; None when its quotes break the grammar."""
    if '"' not in text:
        return text.split(delimiter) if "\n" not in text else None
    if not re.fullmatch(_GRAMMAR[delimiter], text):
        return None
    try:
        records = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return records[0] if len(records) == 1 else None


def _grammar(delimiter: str, *, with_inches: bool) -> str:
    """RFC 4180's; `with_inches`: after a digit in an unquoted cell a quote is a mark of inches or seconds."""
    plain = rf'[^"{re.escape(delimiter)}\r\n]'
    unquoted = rf'(?:[0-9]"|{plain})*' if with_inches else f"{plain}*"
    cell = rf'(?:"(?:[^"]|"")*"|{unquoted})'
    return rf"{cell}(?:{re.escape(delimiter)}{cell})*"


_STRICT = {delimiter: _grammar(delimiter, with_inches=False) for delimiter in DELIMITERS}
_GRAMMAR = {delimiter: _grammar(delimiter, with_inches=True) for delimiter in DELIMITERS}


# ---- the bytes, in pieces of whole lines, as UTF-8


def _utf8_chunks(stream: BinaryIO, encoding: str, size: int) -> Iterator[bytes]:
    """The file as UTF-8 in pieces that end with a line end (the last one may not); the byte order mark is dropped.

    A line that is not in the encoding ends in UNDECODABLE.
    """
    with stream:
        raw = _wide_pieces(stream, encoding, size) if encoding.startswith("utf-16") else _pieces(stream, size)
        line_end: bytes | None = None
        rest = b""
        at_start = True
        for piece in raw:
            text = piece
            if at_start:
                text = text.removeprefix(b"\xef\xbb\xbf")
                at_start = False
                if b"\n" not in text and b"\r" in text:
                    line_end = b"\r"
            if line_end:
                text = text.replace(line_end, b"\n")
            cut = text.rfind(b"\n") + 1
            lines = b"".join((rest, memoryview(text)[:cut])) if cut else b""
            rest = text[cut:] if cut else rest + text
            if len(rest) > LONGEST_LINE:
                raise UnreadableFile(f"has a line of more than {LONGEST_LINE >> 20} MB; it is no table of text")
            if lines:
                yield _as_utf8(lines, encoding)
        if rest:
            yield _as_utf8(rest, encoding)


def _pieces(stream: BinaryIO, size: int) -> Iterator[bytes]:
    while piece := stream.read(size):
        yield piece


def _wide_pieces(stream: BinaryIO, encoding: str, size: int) -> Iterator[bytes]:
    """UTF-16 as UTF-8; what is no character becomes UNDECODABLE."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    for piece in _pieces(stream, size):
        yield decoder.decode(piece).replace("\ufffd", UNDECODABLE).encode("utf-8", "replace")
    yield decoder.decode(b"", final=True).replace("\ufffd", UNDECODABLE).encode("utf-8", "replace")


def _as_utf8(lines: bytes, encoding: str) -> bytes:
    if encoding.startswith("utf-16") or lines.isascii():
        return lines
    if encoding == "utf-8":
        try:
            lines.decode()
        except UnicodeDecodeError:
            pass
        else:
            return lines
    # a line in UTF-8 reads as something in nearly every other encoding, too: each is looked at by itself
    return b"\n".join(_line_as_utf8(line, encoding) for line in lines.split(b"\n"))


def _line_as_utf8(line: bytes, encoding: str) -> bytes:
    try:
        text = line.decode(encoding)
        if encoding == "utf-8" or line.isascii() or not is_surely_utf8(line):
            return text.encode()
    except UnicodeDecodeError:
        text = line.decode(encoding, "replace")
    bare = text.removesuffix("\r")
    return (bare + UNDECODABLE + text[len(bare) :]).encode()


# ---- the rows


def _batches(open_stream: OpenStream, encoding: str, layout: _Layout) -> Iterator[TextBatch]:
    width = len(layout.header)
    names = [str(position) for position in range(width)]
    next_row = 1
    rest = b""
    titles = pl.DataFrame({"source_row": layout.titles, "what": ["title"] * len(layout.titles)}, schema=NOT_DATA_SCHEMA)
    chunks = _utf8_chunks(open_stream(), encoding, CHUNK_BYTES)
    chunk = next(chunks, b"")
    while chunk or rest:
        following = next(chunks, b"")
        lines = rest + chunk
        if b"\r" in lines and lines.count(b"\r") != lines.count(b"\r\n"):
            lines = _with_one_line_end(lines)
        if next_row < layout.first_row:  # over the title rows and the header
            skipped = layout.first_row - next_row
            parts = lines.split(b"\n", skipped)
            lines = parts[skipped] if len(parts) > skipped else b""
            next_row = layout.first_row
        count = lines.count(b"\n") + (not lines.endswith(b"\n") and bool(lines))
        plain = _plain_rows(lines, count, layout.delimiter, names, next_row)
        if plain is not None:
            rows, damaged, rest_lines = plain, pl.DataFrame(schema=DAMAGED_SCHEMA), 0
        else:
            rows, damaged, rest_lines = _sorted_out(lines, layout.delimiter, names, next_row, is_last=not following)
        rows, not_data = data_rows(rows, layout.header)
        damaged, remarks = _without_footnotes(damaged, width)
        batch = TextBatch(rows, damaged, pl.concat([titles, not_data, remarks]))
        yield batch
        rest = b"\n".join(lines.split(b"\n")[count - rest_lines :]) if rest_lines else b""
        next_row += count - rest_lines
        titles = titles.clear()
        chunk = following


def _with_one_line_end(lines: bytes) -> bytes:
    """Lone carriage returns as line ends, where they do not stand inside quotes."""
    if b'"' not in lines:
        return lines.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    told: list[bytes] = []
    is_inside = False
    for line in lines.split(b"\n"):
        bare = line.removesuffix(b"\r")
        pieces = bare.split(b"\r")
        text = pieces[0]
        for before, piece in pairwise(pieces):
            is_inside ^= before.count(b'"') % 2 == 1
            text += (b"\r" if is_inside else b"\n") + piece
        is_inside ^= pieces[-1].count(b'"') % 2 == 1
        told.append(text + line[len(bare) :])
    return b"\n".join(told)


def _plain_rows(lines: bytes, count: int, delimiter: str, names: list[str], first_row: int) -> pl.DataFrame | None:
    """The rows of lines that all plainly fit the header; None when one may not, whatever the reason."""
    width = len(names)
    if width < 2 or not lines or b'"' in lines or (not lines.isascii() and UNDECODABLE.encode() in lines):
        return None
    signs = np.frombuffer(lines, dtype=np.uint8)
    if np.count_nonzero(signs == ord(delimiter)) != count * (width - 1) or _has_controls(lines, signs):
        return None
    # as many delimiters as there must be altogether, and (polars refuses those) no line with too many: none has too few
    try:
        rows = pl.read_csv(lines, has_header=False, separator=delimiter, quote_char=None, infer_schema=False,
                           empty_string_is_null=False)  # fmt: skip
    except (pl.exceptions.ComputeError, pl.exceptions.NoDataError, pl.exceptions.ShapeError):
        return None
    if rows.shape != (count, width):
        return None
    rows.columns = names
    return rows.with_columns(source_row=pl.int_range(first_row, first_row + count, dtype=pl.Int64, eager=True))


def _has_controls(lines: bytes, signs: np.ndarray) -> bool:
    """Whether there are control characters beside line ends and tabs. (numpy counts what is frequent five times as fast.)"""
    controls = int(np.count_nonzero(signs < 32))
    allowed = sum(int(np.count_nonzero(signs == ord(sign))) for sign in "\n\r\t" if sign.encode() in lines)
    return controls != allowed


def _sorted_out(
    lines: bytes, delimiter: str, names: list[str], first_row: int, *, is_last: bool
) -> tuple[pl.DataFrame, pl.DataFrame, int]:
    """Sound rows, damaged lines, and how many lines at the end belong to a record that the next chunk goes on with."""
    width = len(names)
    texts = pl.Series("line", lines.decode("utf-8", "replace").split("\n"), dtype=pl.String)
    if b'="' in lines:  # a spreadsheet's way to keep an id as it is: ="0123"
        sign = re.escape(delimiter)
        texts = texts.str.replace_all(rf'(^|{sign})="([^"{sign}]*)"', "${1}${2}")
    if lines.endswith(b"\n"):
        texts = texts.head(-1)
    looked = pl.DataFrame({"line": texts}).select(
        source_row=pl.int_range(first_row, first_row + pl.len(), dtype=pl.Int64),
        line=pl.col("line").str.strip_suffix("\r"),
        whole=pl.col("line"),
        quotes=pl.col("line").str.count_matches('"', literal=True),
    )
    records, torn, rest_lines = _long_records(looked, delimiter, width, is_last=is_last)
    taken = np.zeros(looked.height, dtype=bool)
    for start, end, _ in records:
        taken[start : end + 1] = True
    taken[torn] = True
    if rest_lines:
        taken[looked.height - rest_lines :] = True
    open_lines = looked.filter(~pl.Series(taken)).filter(pl.col("line").str.strip_chars() != "")
    bad_text = pl.col("line").str.contains(_IS_DAMAGED_TEXT)
    simple = open_lines.filter((pl.col("quotes") == 0) & ~bad_text)
    quoted = open_lines.filter((pl.col("quotes") > 0) & ~bad_text)
    bad = open_lines.filter(bad_text)

    fields = pl.col("line").str.count_matches(delimiter, literal=True) + 1
    fits = simple.filter(fields == width)
    rows = [fits["line"].str.split_exact(delimiter, width - 1).struct.rename_fields(names).struct.unnest()
            .with_columns(fits["source_row"])]  # fmt: skip
    told: list[tuple[int, str, str]] = [
        (row, "field_count", as_raw(line.split(delimiter)))
        for row, line in simple.filter(fields != width).select("source_row", "line").iter_rows()
    ]
    quoted_rows, quoted_damaged = _quoted_lines(quoted, delimiter, names)
    rows.append(quoted_rows)
    told += quoted_damaged
    long_rows: list[tuple[str | int, ...]] = []
    for start, _, cells in records:
        row = first_row + start
        if any(re.search(_IS_DAMAGED_TEXT, cell) for cell in cells):
            told.append((row, _damage_of(" ".join(cells)), as_raw(cells)))
        else:
            long_rows.append((*cells, row))
    told += [(first_row + at, "broken_quote", as_raw([looked["line"][at].replace(UNDECODABLE, "")])) for at in torn]
    told += [
        (row, _damage_of(line), as_raw(line.replace(UNDECODABLE, "").split(delimiter)))
        for row, line in bad.select("source_row", "line").iter_rows()
    ]
    schema = {**dict.fromkeys(names, pl.String), "source_row": pl.Int64}
    rows.append(pl.DataFrame(long_rows, schema=schema, orient="row"))
    return (
        pl.concat(rows).sort("source_row", maintain_order=True),
        pl.DataFrame(told, schema=DAMAGED_SCHEMA, orient="row").sort("source_row"),
        rest_lines,
    )


def _damage_of(text: str) -> str:
    return "wrong_encoding" if UNDECODABLE in text else "control_character"


def _long_records(
    looked: pl.DataFrame, delimiter: str, width: int, *, is_last: bool
) -> tuple[list[tuple[int, int, list[str]]], list[int], int]:
    """Records over several lines (first line, last line, cells), lines whose quote was opened in error, and the number of
    lines at the end that the next chunk must complete.

    A record goes from a line with an odd number of quotes to the next one. It is one only when it keeps the grammar and
    fits the header, and when no line after its first could be a row by itself: two stray quotes must not swallow what
    stands between them.
    """
    odd = np.flatnonzero(looked["quotes"].to_numpy() % 2)
    lines = looked["whole"]
    records: list[tuple[int, int, list[str]]] = []
    torn: list[int] = []
    at = 0
    while at < len(odd):
        start = int(odd[at])
        alone = _strict_cells(lines[start].removesuffix("\r"), delimiter)
        if alone is not None and len(alone) == width:
            records.append((start, start, alone))
            at += 1
            continue
        if at + 1 == len(odd):
            if not is_last and looked.height - start <= LONGEST_RECORD:
                return records, torn, looked.height - start
            torn.append(start)
            break
        end = int(odd[at + 1])
        cells = None
        if end - start <= LONGEST_RECORD:
            pieces = lines[start : end + 1].to_list()
            cells = _strict_cells("\n".join(pieces).removesuffix("\r"), delimiter)
            could_be_rows = width >= 3 and any(
                len(_strict_cells(piece.removesuffix("\r"), delimiter) or ()) == width for piece in pieces[1:]
            )
            if cells is not None and (len(cells) != width or could_be_rows):
                cells = None
        if cells is None:
            torn.append(start)
            at += 1
        else:
            records.append((start, end, cells))
            at += 2
    return records, torn, 0


def _quoted_lines(
    quoted: pl.DataFrame, delimiter: str, names: list[str]
) -> tuple[pl.DataFrame, list[tuple[int, str, str]]]:
    """Rows of lines with quotes that are a record each, and those that break the grammar or do not fit the header."""
    empty = pl.DataFrame(schema={**dict.fromkeys(names, pl.String), "source_row": pl.Int64})
    if quoted.is_empty():
        return empty, []
    bare = pl.col("line").str.replace_all(r'"(?:[^"]|"")*"', "")
    checked = quoted.with_columns(
        is_strict=pl.col("line").str.contains(rf"^(?:{_STRICT[delimiter]})$"),
        fields=bare.str.count_matches(delimiter, literal=True) + 1,
    )
    sound = checked.filter(pl.col("is_strict") & (pl.col("fields") == len(names)))
    cells: list[tuple[str | int, ...]] = []
    damaged: list[tuple[int, str, str]] = []
    rows = empty
    if sound.height:
        text = "\n".join(sound["line"].to_list()) + "\n"
        parsed = pl.read_csv(text.encode(), has_header=False, separator=delimiter, quote_char='"', infer_schema=False,
                             empty_string_is_null=False)  # fmt: skip
        if parsed.shape == (sound.height, len(names)):
            parsed.columns = names
            rows = parsed.with_columns(sound["source_row"])
    others = checked if rows.is_empty() else checked.filter(~pl.col("is_strict") | (pl.col("fields") != len(names)))
    for row, line in others.select("source_row", "line").iter_rows():
        told = _strict_cells(line, delimiter)
        if told is None:
            damaged.append((row, "broken_quote", as_raw([line])))
        elif len(told) != len(names):
            damaged.append((row, "field_count", as_raw(told)))
        else:
            cells.append((*told, row))
    return pl.concat([rows, pl.DataFrame(cells, schema=empty.schema, orient="row")]), damaged


def _without_footnotes(damaged: pl.DataFrame, width: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    if damaged.is_empty():
        return damaged, pl.DataFrame(schema=NOT_DATA_SCHEMA)
    is_note = pl.Series(
        [
            reason == "field_count" and is_footnote(json.loads(raw), width)
            for reason, raw in damaged.select("reason", "raw").iter_rows()
        ],
        dtype=pl.Boolean,
    )
    notes = damaged.filter(is_note).select("source_row", what=pl.lit("footnote"))
    return damaged.filter(~is_note), notes
