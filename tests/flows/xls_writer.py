"""A small writer of XLS files (BIFF8, BIFF5), since no library here writes them: records, then the compound file around them."""

from __future__ import annotations

import struct

SECTOR = 512
END, FREE, FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def compound_file(streams: dict[str, bytes]) -> bytes:
    """An OLE compound file of one table sector and one directory sector: at most three streams of together 60 kB."""
    padded = {
        name: content.ljust(4096, b"\x00") + b"\x00" * (-max(len(content), 4096) % SECTOR)
        for name, content in streams.items()
    }
    table = [FAT, END]  # sector 0 is the table itself, sector 1 the directory
    entries = [_entry("Root Entry", 5, END, 0, child=1)]
    body = b""
    for number, (name, content) in enumerate(padded.items(), start=1):
        start, sectors = len(table), len(content) // SECTOR
        table += [*range(start + 1, start + sectors), END]
        sibling = number + 1 if number < len(padded) else FREE
        entries.append(_entry(name, 2, start, len(content), right=sibling))
        body += content
    assert len(table) <= 128
    table += [FREE] * (128 - len(table))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 16
    header += struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + b"\x00" * 6
    header += struct.pack("<9L", 0, 1, 1, 0, 4096, END, 0, END, 0) + struct.pack("<109L", 0, *[FREE] * 108)
    directory = b"".join(entries).ljust(SECTOR, b"\x00")
    return header + struct.pack("<128L", *table) + directory + body


def _entry(name: str, kind: int, start: int, size: int, *, child: int = FREE, right: int = FREE) -> bytes:
    stored = name.encode("utf-16-le") + b"\x00\x00"
    entry = stored.ljust(64, b"\x00") + struct.pack("<HBB3L", len(stored), kind, 1, FREE, right, child)
    return entry + b"\x00" * 36 + struct.pack("<LQ", start, size)


def record(kind: int, content: bytes = b"") -> bytes:
    return struct.pack("<2H", kind, len(content)) + content


def short_text(text: str) -> bytes:
    """A name of a sheet in BIFF8: length in a byte, wide characters."""
    return struct.pack("<2B", len(text), 1) + text.encode("utf-16-le")


def long_text(text: str) -> bytes:
    return struct.pack("<HB", len(text), 1) + text.encode("utf-16-le")


def shared_strings(*contents: bytes, count: int) -> bytes:
    """The text table; each further content goes into a CONTINUE record."""
    first = record(0xFC, struct.pack("<2L", count, count) + contents[0])
    return first + b"".join(record(0x3C, content) for content in contents[1:])


def number(row: int, column: int, value: float, style: int = 0) -> bytes:
    return record(0x203, struct.pack("<3Hd", row, column, style, value))


def rk(value: int, *, hundredths: bool = False) -> int:
    return value << 2 | 2 | hundredths


def workbook(
    sheets: dict[str, bytes], *, globals_: bytes = b"", formats: tuple[int, ...] = (0,), is_biff8: bool = True, state: int = 0
) -> bytes:
    """A workbook of sheets given by their cell records. `formats`: the number format of each cell style."""
    version = 0x600 if is_biff8 else 0x500
    begin = record(0x809, struct.pack("<4H", version, 5, 0, 0) + b"\x00" * (8 if is_biff8 else 0))
    styles = b"".join(record(0xE0, struct.pack("<2H", 0, number) + b"\x00" * (16 if is_biff8 else 12)) for number in formats)
    names = [short_text(name) if is_biff8 else struct.pack("<B", len(name.encode("gbk"))) + name.encode("gbk") for name in sheets]
    length = len(begin + globals_ + styles) + sum(4 + 6 + len(name) for name in names) + 4
    head, bodies = begin + globals_ + styles, b""
    for name, cells in zip(names, sheets.values(), strict=True):
        head += record(0x85, struct.pack("<L2B", length + len(bodies), state, 0) + name)
        kind = record(0x809, struct.pack("<4H", version, 0x10, 0, 0) + b"\x00" * (8 if is_biff8 else 0))
        bodies += kind + cells + record(0x0A)
    content = head + record(0x0A) + bodies
    return compound_file({"Workbook" if is_biff8 else "Book": content})
