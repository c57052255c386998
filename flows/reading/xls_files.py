"""XLS (BIFF8 of Excel 97–2003, BIFF5 of Excel 95) in its OLE compound file, read for what its cells are.

Why not fastexcel: see xlsx_files. An XLS is short (65 536 rows of 256 cells), so that Python walks its records.
"""

from __future__ import annotations

import codecs
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

import polars as pl

from flows.reading.cell_values import Styles, cell_texts, format_kind
from flows.reading.containers import LIMITS, MEBIBYTE, OLE_SIGNATURE, Limits
from flows.reading.encodings import UnreadableFile
from flows.reading.wide_tables import WideTable

XLS_BYTES = 64 * MEBIBYTE
CELLS = 4_000_000
"""Of a workbook: 61 columns of as many rows as a sheet may have. Python takes some seconds for them."""
BATCH = 200_000

DAMAGED = "is damaged or written in an unusual way; open it in Excel or WPS and save it as XLSX"
PASSWORD = "is protected with a password; open it in Excel or WPS, remove the password and save it as XLSX"

BOF, EOF, CONTINUE = 0x809, 0x0A, 0x3C
BOUNDSHEET, CODEPAGE, DATEMODE, FILEPASS, FORMAT, SST, XF = 0x85, 0x42, 0x22, 0x2F, 0x41E, 0xFC, 0xE0
BOOLERR, FORMULA, LABEL, LABELSST, MULRK, NUMBER, RK, RSTRING, STRING = (
    0x205, 0x06, 0x204, 0xFD, 0xBD, 0x203, 0x27E, 0xD6, 0x207,
)  # fmt: skip
ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}

Cell = tuple[int, int, str, str, int]


def sheets(stream: BinaryIO, limits: Limits = LIMITS) -> Iterator[tuple[str, bool, pl.DataFrame | None]]:
    """Name, whether it is hidden, and texts of each worksheet, as xlsx_files.sheets. UnreadableFile for damage."""
    content = stream.read(XLS_BYTES + 1)
    if len(content) > XLS_BYTES:
        raise UnreadableFile(f"is an XLS of more than {XLS_BYTES // MEBIBYTE} MB; save it as XLSX")
    try:
        book = _workbook_stream(content)
        plan = _plan(book)
        styles = Styles([format_kind(number, plan.formats.get(number)) for number in plan.styles], plan.is_1904)
        for name, is_hidden, at in plan.sheets:
            if is_hidden:
                yield name, True, None
                continue
            table = WideTable(limits)
            for cells in _batches(_cells(book, at, plan), plan):
                table.add(cell_texts(cells, styles))
            yield name, False, table.frame()
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise UnreadableFile(DAMAGED) from error


def _batches(cells: Iterator[Cell], plan: _Plan) -> Iterator[pl.DataFrame]:
    """The cells as cell_texts wants them, some whole rows at a time; the last of several at one place, as Excel does."""
    batch: list[Cell] = []

    def frame() -> pl.DataFrame:
        schema = {"row": pl.Int64, "column": pl.Int64, "kind": pl.String, "value": pl.String, "style": pl.Int64}
        return pl.DataFrame(batch, schema=schema, orient="row").unique(["row", "column"], keep="last")

    for cell in cells:
        if len(batch) >= BATCH and cell[0] != batch[-1][0]:
            yield frame()
            batch.clear()
        batch.append(cell)
        plan.cells_left -= 1
        if plan.cells_left < 0:
            raise UnreadableFile(f"is an XLS of more than {CELLS:,} cells; save it as XLSX, or export less")
    yield frame()


# ---- the compound file


class _CompoundFile:
    """Streams of an OLE compound file ([MS-CFB]). Chains that loop or leave the file are damage."""

    END = 0xFFFFFFFA  # this and above: end of chain, free, tables of the file itself

    def __init__(self, content: bytes) -> None:
        if not content.startswith(OLE_SIGNATURE):
            raise UnreadableFile(DAMAGED)
        self._content = content
        (shift,) = struct.unpack_from("<H", content, 30)
        if shift not in (9, 12):
            raise UnreadableFile(DAMAGED)
        self._size = 1 << shift
        directory_at, _, self._mini_below, mini_at, _, more_at = struct.unpack_from("<6L", content, 48)
        tables = [number for number in struct.unpack_from("<109L", content, 76) if number < self.END]
        seen = 0
        while more_at < self.END:
            seen += 1
            if seen * self._size > len(content):
                raise UnreadableFile(DAMAGED)
            *numbers, more_at = struct.unpack(f"<{self._size // 4}L", self._sector(more_at))
            tables += [number for number in numbers if number < self.END]
        if len(tables) * self._size > len(content):
            raise UnreadableFile(DAMAGED)
        self._next = self._numbers(b"".join(map(self._sector, tables)))
        self.entries = dict(self._directory(self._chain(directory_at)))
        self._mini_next = self._numbers(self._chain(mini_at))
        root = self.entries.get("Root Entry")
        self._mini = self._chain(root[0]) if root and root[0] < self.END else b""

    def stream(self, name: str) -> bytes:
        start, size = self.entries[name]
        if size >= self._mini_below:
            return self._chain(start)[:size]
        pieces: list[bytes] = []
        number = start
        while number < self.END and len(pieces) * 64 < size:
            pieces.append(self._mini[number * 64 : number * 64 + 64])
            number = self._mini_next[number]
        return b"".join(pieces)[:size]

    def _sector(self, number: int) -> bytes:
        sector = self._content[(number + 1) * self._size : (number + 2) * self._size]
        if not sector:
            raise UnreadableFile(DAMAGED)
        return sector.ljust(self._size, b"\x00")

    def _numbers(self, content: bytes) -> tuple[int, ...]:
        return struct.unpack(f"<{len(content) // 4}L", content)

    def _chain(self, number: int) -> bytes:
        pieces: list[bytes] = []
        while number < self.END:
            if len(pieces) > len(self._next):
                raise UnreadableFile(DAMAGED)
            pieces.append(self._sector(number))
            number = self._next[number]
        return b"".join(pieces)

    @staticmethod
    def _directory(content: bytes) -> Iterator[tuple[str, tuple[int, int]]]:
        for at in range(0, len(content), 128):
            length, kind = struct.unpack_from("<HB", content, at + 64)
            if kind in (1, 2, 5) and 2 <= length <= 64:
                name = content[at : at + length - 2].decode("utf-16-le")
                yield name, struct.unpack_from("<2L", content, at + 116)


def _workbook_stream(content: bytes) -> bytes:
    file = _CompoundFile(content)
    if "EncryptedPackage" in file.entries:
        raise UnreadableFile(PASSWORD)
    for name in ("Workbook", "Book"):
        if name in file.entries:
            return file.stream(name)
    raise UnreadableFile("is no spreadsheet but another office document; export the data as XLSX or CSV")


# ---- the workbook


@dataclass
class _Plan:
    """What a workbook says before its sheets."""

    is_biff8: bool
    bytes_left: int
    cells_left: int
    codec: str = "cp1252"
    is_1904: bool = False
    sheets: list[tuple[str, bool, int]] = field(default_factory=list)
    formats: dict[int, str] = field(default_factory=dict)
    styles: list[int] = field(default_factory=list)
    """The number format of each cell style."""
    strings: list[str] = field(default_factory=list)


def _records(book: bytes, at: int, plan: _Plan) -> Iterator[tuple[int, bytes, list[bytes]]]:
    """Kind, content and continuations of the records of one substream, embedded ones left out, up to its end."""
    depth = 0
    while True:
        began = at
        kind, length = struct.unpack_from("<2H", book, at)
        content = book[at + 4 : at + 4 + length]
        at += 4 + length
        more: list[bytes] = []
        while book[at : at + 2] == b"\x3c\x00":
            (length,) = struct.unpack_from("<H", book, at + 2)
            more.append(book[at + 4 : at + 4 + length])
            at += 4 + length
        plan.bytes_left -= at - began
        if plan.bytes_left < 0:  # sheets that share their bytes: a small file could name the same ones for ever
            raise UnreadableFile(DAMAGED)
        if kind == BOF:
            depth += 1
        if depth == 0:
            raise UnreadableFile(DAMAGED)
        if depth == 1:
            yield kind, content, more
        if kind == EOF:
            depth -= 1
            if depth == 0:
                return


def _plan(book: bytes) -> _Plan:
    kind, _, version = struct.unpack_from("<3H", book, 0)
    if kind != BOF or version not in (0x500, 0x600):
        raise UnreadableFile("is an XLS older than Excel 95; open it in Excel or WPS and save it as XLSX")
    plan = _Plan(is_biff8=version == 0x600, bytes_left=len(book), cells_left=CELLS)
    formats: list[bytes] = []
    sheets: list[bytes] = []
    for kind, content, more in _records(book, 0, plan):
        if kind == FILEPASS:
            raise UnreadableFile(PASSWORD)
        if kind == CODEPAGE:
            plan.codec = _codec(*struct.unpack_from("<H", content))
        elif kind == DATEMODE:
            plan.is_1904 = content[:1] == b"\x01"
        elif kind == FORMAT:
            formats.append(content)
        elif kind == XF:
            plan.styles.append(struct.unpack_from("<H", content, 2)[0])
        elif kind == BOUNDSHEET:
            sheets.append(content)
        elif kind == SST:
            plan.strings = _shared_strings([content, *more])
    for content in formats:  # after the code page is known
        (number,) = struct.unpack_from("<H", content)
        plan.formats[number] = _text(content, 2, [], plan, short=not plan.is_biff8)
    for content in sheets:
        at, state, what = struct.unpack_from("<L2B", content)
        if what == 0:
            plan.sheets.append((_text(content, 6, [], plan, short=True), state & 3 != 0, at))
    return plan


def _codec(number: int) -> str:
    name = {936: "gbk", 1200: "cp1252", 10000: "mac-roman", 32768: "mac-roman", 32769: "cp1252"}.get(
        number, f"cp{number}"
    )
    try:
        return codecs.lookup(name).name
    except LookupError:
        raise UnreadableFile(f"is an XLS in code page {number}, which is not read; save it as XLSX") from None


def _text(content: bytes, at: int, more: list[bytes], plan: _Plan, *, short: bool = False) -> str:
    """A string at `at`, its length in one byte (`short`) or two."""
    length = content[at] if short else struct.unpack_from("<H", content, at)[0]
    at += 1 if short else 2
    if plan.is_biff8:
        return _Segments([content, *more], at).characters(length, None)
    raw = content[at:] + b"".join(more)
    if len(raw) < length:
        raise UnreadableFile(DAMAGED)
    return raw[:length].decode(plan.codec)


class _Segments:
    """A record and its continuations as one run of bytes. Characters that go on in the next one begin with a flag anew."""

    def __init__(self, segments: list[bytes], at: int) -> None:
        self._segments, self._number, self._at = segments, 0, at

    def take(self, length: int) -> bytes:
        taken = b""
        while True:
            segment = self._segments[self._number]
            piece = segment[self._at : self._at + length - len(taken)]
            taken += piece
            self._at += len(piece)
            if len(taken) == length:
                return taken
            self._number, self._at = self._number + 1, 0

    def characters(self, length: int, is_wide: bool | None) -> str:
        if is_wide is None:
            is_wide = bool(self.take(1)[0] & 1)
        text = ""
        while True:
            segment = self._segments[self._number]
            width = 2 if is_wide else 1
            piece = segment[self._at : self._at + (length - len(text)) * width]
            piece = piece[: len(piece) // width * width]
            # code units, so that a length counts what Excel counts; pairs are put together at the end
            text += (
                "".join(map(chr, struct.unpack(f"<{len(piece) // 2}H", piece))) if is_wide else piece.decode("latin-1")
            )
            self._at += len(piece)
            if len(text) == length:
                return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
            self._number, self._at = self._number + 1, 1
            is_wide = bool(self._segments[self._number][0] & 1)


def _shared_strings(segments: list[bytes]) -> list[str]:
    (count,) = struct.unpack_from("<L", segments[0], 4)
    if count > sum(map(len, segments)) // 3:
        raise UnreadableFile(DAMAGED)
    source = _Segments(segments, 8)
    texts = []
    for _ in range(count):
        length, flags = struct.unpack("<HB", source.take(3))
        runs = struct.unpack("<H", source.take(2))[0] if flags & 8 else 0
        extra = struct.unpack("<L", source.take(4))[0] if flags & 4 else 0
        if extra > XLS_BYTES:
            raise UnreadableFile(DAMAGED)
        texts.append(source.characters(length, bool(flags & 1)))
        source.take(runs * 4 + extra)
    return texts


# ---- cells


def _cells(book: bytes, at: int, plan: _Plan) -> Iterator[Cell]:
    """Row (from 1), column (from 0), kind, value and style of each cell, as cell_texts wants them."""
    position = struct.Struct("<3H").unpack_from
    awaits_text: tuple[int, int, int] | None = None
    for kind, content, more in _records(book, at, plan):
        if kind == LABELSST:
            row, column, style = position(content)
            yield row + 1, column, "text", plan.strings[struct.unpack_from("<L", content, 6)[0]], style
        elif kind == NUMBER:
            row, column, style = position(content)
            yield row + 1, column, "n", _number(struct.unpack_from("<d", content, 6)[0]), style
        elif kind == RK:
            row, column, style = position(content)
            yield row + 1, column, "n", _number(_rk(content, 6)), style
        elif kind == MULRK:
            row, first = struct.unpack_from("<2H", content)
            for number in range((len(content) - 6) // 6):
                (style,) = struct.unpack_from("<H", content, 4 + number * 6)
                yield row + 1, first + number, "n", _number(_rk(content, 6 + number * 6)), style
        elif kind in (LABEL, RSTRING):
            row, column, style = position(content)
            yield row + 1, column, "text", _text(content, 6, more, plan), style
        elif kind == BOOLERR:
            row, column, style = position(content)
            yield row + 1, column, *_truth_or_error(content[6], bool(content[7])), style
        elif kind == FORMULA:
            row, column, style = position(content)
            if content[12:14] != b"\xff\xff":
                yield row + 1, column, "n", _number(struct.unpack_from("<d", content, 6)[0]), style
            elif content[6] == 0:
                awaits_text = row + 1, column, style
            elif content[6] in (1, 2):
                yield row + 1, column, *_truth_or_error(content[8], content[6] == 2), style
        elif kind == STRING and awaits_text is not None:
            row, column, style = awaits_text
            awaits_text = None
            yield row, column, "text", _text(content, 0, more, plan), style


def _rk(content: bytes, at: int) -> float:
    """A number squeezed into 30 bits: a whole one, or the upper half of a double; perhaps of hundredths."""
    (raw,) = struct.unpack_from("<l", content, at)
    number = float(raw >> 2) if raw & 2 else struct.unpack("<d", struct.pack("<2l", 0, raw & ~3))[0]
    return number / 100 if raw & 1 else number


def _number(number: float) -> str:
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)


def _truth_or_error(value: int, is_error: bool) -> tuple[str, str]:
    return ("text", ERRORS.get(value, "#ERROR!")) if is_error else ("b", "1" if value else "0")
