"""Tables of an HTML page: many back offices write one and call it .xls.

Read with one regular expression that never looks back: html.parser takes quadratic time on hostile pages (CVE-2025-6069).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

import polars as pl

from flows.reading.containers import LIMITS, MEBIBYTE, Limits
from flows.reading.encodings import UnreadableFile
from flows.reading.wide_tables import WideTable

HTML_BYTES = 64 * MEBIBYTE
TAGS = 3_000_000
SPAN = 1_000

TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*+)([^<>]*+)>|<[^<>]*+>|([^<]+)|<")
SPANS = re.compile(r"\b(col|row)span\s*=\s*[\"']?(\d{1,4})", re.IGNORECASE)
BLANK = re.compile(r"[ \t\r\n\f]+")
SKIPPED = ("style", "script", "head", "title")


def tables(stream: BinaryIO, limits: Limits = LIMITS) -> list[pl.DataFrame]:
    """The outer tables of a page that hold anything, rows and columns numbered as the table has them."""
    content = stream.read(HTML_BYTES + 1)
    if len(content) > HTML_BYTES or content.count(b"<") > TAGS:
        raise UnreadableFile(
            f"is an HTML page of more than {HTML_BYTES // MEBIBYTE} MB or {TAGS:,} tags; save it as XLSX or CSV"
        )
    found = []
    for cells in _tables(_text(content), limits):
        table = WideTable(limits)
        table.add(cells)
        if (frame := table.frame()).height:
            found.append(frame)
    if not found:
        raise UnreadableFile("is an HTML page without a table; export the data as XLSX or CSV")
    return found


def _text(content: bytes) -> str:
    # what a page says of itself is often wrong; bytes that are UTF-8 are hardly ever anything else
    is_wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    encodings = ["utf-16"] if is_wide else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            return content.decode(encoding).replace("\x00", "")
        except UnicodeDecodeError:
            continue
    raise UnreadableFile(f"is an HTML page in no known encoding (tried {', '.join(encodings)}); save it as XLSX")


@dataclass
class _Table:
    """The table being read. `taken`: columns that a rowspan from above covers, with the rows left."""

    rows: list[int] = field(default_factory=list)
    columns: list[int] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    taken: dict[int, int] = field(default_factory=dict)
    row: int = 0
    column: int = 0
    spans: tuple[int, int] = (1, 1)
    text: list[str] | None = None

    def next_row(self) -> None:
        self.end_cell()
        self.taken = {column: left - 1 for column, left in self.taken.items() if left > 1}
        self.row += 1
        self.column = 0

    def begin_cell(self, attributes: str) -> None:
        self.end_cell()
        if self.row == 0:
            self.next_row()
        while self.column in self.taken:
            self.column += 1
        spans = {name.lower(): max(1, min(int(number), SPAN)) for name, number in SPANS.findall(attributes)}
        self.spans = spans.get("row", 1), spans.get("col", 1)
        self.text = []

    def end_cell(self) -> None:
        if self.text is None:
            return
        text = "".join(self.text)
        lines = [line.strip(" \xa0") for line in html.unescape(text).split("\x00")]
        text = "\n".join(lines).strip("\n")
        if text:
            self.rows.append(self.row)
            self.columns.append(self.column)
            self.texts.append(text)
        height, width = self.spans
        if height > 1:
            self.taken.update(dict.fromkeys(range(self.column, self.column + width), height))
        self.column += width
        self.text = None

    def cells(self) -> pl.DataFrame:
        self.end_cell()
        schema = {"row": pl.Int64, "column": pl.Int64, "text": pl.String}
        return pl.DataFrame({"row": self.rows, "column": self.columns, "text": self.texts}, schema=schema)


def _without_comments(page: str) -> Iterator[str]:
    at = 0
    while (start := page.find("<!--", at)) >= 0:
        yield page[at:start]
        end = page.find("-->", start + 4)
        if end < 0:
            return
        at = end + 3
    yield page[at:]


def _tables(page: str, limits: Limits) -> Iterator[pl.DataFrame]:
    """One row per cell that holds anything, of each outer table. A table inside a cell is part of that cell's text."""
    table: _Table | None = None
    depth, skipped = 0, ""
    for found in TAG.finditer("".join(_without_comments(page))):
        closes, name, attributes, text = found[1], (found[2] or "").lower(), found[3], found[4]
        if skipped:
            skipped = "" if closes and name == skipped else skipped
        elif name in SKIPPED and not closes:
            skipped = name
        elif name == "table":
            depth = max(0, depth + (-1 if closes else 1))
            if depth == 1 and not closes:
                table = _Table()
            elif depth == 0 and table is not None:
                yield table.cells()
                table = None
        elif table is None:
            continue
        elif text is not None:
            if table.text is not None:
                table.text.append(BLANK.sub(" ", text))
        elif name in ("br", "p", "div") and table.text and not (closes and name == "br"):
            table.text.append("\x00")
        elif depth > 1:
            continue
        elif name == "tr" and not closes:
            table.next_row()
        elif name in ("td", "th"):
            if closes:
                table.end_cell()
            else:
                table.begin_cell(attributes)
                if table.column >= limits.cells:
                    raise UnreadableFile(f"holds a table of more than {limits.cells:,} cells; export a shorter period")
    if table is not None:
        yield table.cells()
