"""What happens to files on their way: kinds of damage, each with what is right to make of every line it touches.

A kind changes a Paper (a truth file as pieces of text) and says per piece what a reader owes it:

- sound: not touched.  read: touched, but harmlessly: the true value must come out.
- refused: must be set aside, with its line.  either: the true value or set aside, the reader may choose; never another value.
- undetectable: no reader could know that this isn't the truth; the kind's comment argues why.  It is counted and shown.
- nothing: no row of data (a totals line, a repeated header); must not be accepted.
- repeated: says again what another line says; counts once.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from random import Random
from typing import Any, Literal

from tests.pollution.truth import Layout, Row, TruthFile, quoted

Verdict = Literal["sound", "read", "refused", "either", "undetectable", "nothing", "repeated"]
FileVerdict = Literal["landed", "refused", "either"]


@dataclass
class Piece:
    """One line of the file as it is written, the truth it tells of, and what is right to make of it."""

    rows: tuple[Row, ...]
    fields: list[str] = field(default_factory=list)
    """The cells as written, quotes included."""
    text: str | None = None
    """What stands there instead of the joined fields."""
    content: bytes | None = None
    """What stands there instead of the encoded text."""
    verdict: Verdict = "sound"
    end: str | None = None
    """Line end, where it isn't the file's."""
    line: int = 0
    """1-based number of its first line in the file; known once the file is written."""
    lines: int = 1


@dataclass
class Paper:
    """A file of known truth that can be spoilt."""

    truth: TruthFile
    random: Random
    layout: Layout
    above: list[Piece] = field(default_factory=list)
    header: Piece = field(default_factory=lambda: Piece(()))
    pieces: list[Piece] = field(default_factory=list)
    verdict: FileVerdict = "landed"
    shortened: set[object] = field(default_factory=set)
    """Orders of which later lines were cut off: an order's total can't be shared out rightly among the lines that are left."""
    cut: int | None = None
    """Bytes to keep."""

    @classmethod
    def of(cls, truth: TruthFile, random: Random) -> Paper:
        paper = cls(truth, random, truth.layout)
        if truth.layout.encoding in UNNAMED_ENCODINGS:
            paper.verdict = "either"
        paper.header = Piece((), [quoted(text, truth.layout) for text in truth.layout.headers], verdict="nothing")
        paper.pieces = [paper.piece_of(row) for row in truth.rows]
        return paper

    def piece_of(self, row: Row) -> Piece:
        cells = ["" if role is None else row.cells[role] for role in self.layout.roles]
        return Piece((row,), [quoted(cell, self.layout) for cell in cells])

    def text_of(self, piece: Piece) -> str:
        return self.layout.delimiter.join(piece.fields) if piece.text is None else piece.text

    def written(self) -> bytes:
        """The file's bytes; every piece learns its line."""
        wide = self.layout.encoding == "utf-16"
        encoding = "utf-16-le" if wide else self.layout.encoding.removesuffix("-sig")
        parts = [b"\xff\xfe" if wide else b"\xef\xbb\xbf" if self.layout.encoding == "utf-8-sig" else b""]
        line = 1
        for piece in (*self.above, self.header, *self.pieces):
            text = self.text_of(piece)
            end = self.layout.line_end if piece.end is None else piece.end
            piece.line, piece.lines = line, 1 + len(LINE_END.findall(text))
            line += len(LINE_END.findall(text + end))
            parts.append(text.encode(encoding) if piece.content is None else piece.content)
            parts.append(end.encode(encoding))
        return b"".join(parts)[: self.cut]

    def victims(self, at_most: int = 4, where: Callable[[Piece], bool] = lambda _: True) -> list[Piece]:
        """Up to so many pieces to spoil, at least one where there is any, in order of the file."""
        open_to = [at for at, piece in enumerate(self.pieces) if piece.verdict == "sound" and where(piece)]
        chosen = self.random.sample(open_to, min(len(open_to), self.random.randint(1, at_most)))
        return [self.pieces[at] for at in sorted(chosen)]

    def roles_of_kind(self, *kinds: str) -> list[str]:
        return [role for role in self.layout.roles if role and self.layout.kind(role) in kinds]

    def set(self, piece: Piece, role: str, text: str, verdict: Verdict, *, raw: bool = False) -> None:
        """Another text in one cell; `raw`: as it is, without the quotes it would need."""
        piece.fields[self.layout.at(role)] = text if raw else quoted(text, self.layout)
        piece.verdict = verdict


UNNAMED_ENCODINGS = ("big5", "cp1252")
"""Their bytes are GB18030 too more often than not: a reader may ask for the encoding, but not take one for the other."""
LINE_END = re.compile(r"\r\n|\n|\r")
Kind = Callable[[Paper], Any]
KINDS: dict[str, Kind] = {}
WANTS: dict[str, dict[str, object]] = {}
"""What a kind needs of the layout (a delimiter, an encoding), by its name."""


def kind(**wants: object) -> Callable[[Kind], Kind]:
    """Register a kind of damage under its function's name, spaces for underscores."""

    def register(spoil: Kind) -> Kind:
        name = spoil.__name__.strip("_").replace("_", " ")
        KINDS[name], WANTS[name] = spoil, wants
        return spoil

    return register


# ---- an oracle of its own: could this text be a value of that column?

_NUMBER = {
    "money": re.compile(r"[-+]?[¥¥]?(\d{1,3}(,\d{3})+|\d+)(\.\d{1,2})?"),
    "unit_price": re.compile(r"[-+]?[¥¥]?(\d{1,3}(,\d{3})+|\d+)(\.\d{1,6})?"),
    "quantity": re.compile(r"[-+]?\d+(\.\d{1,3})?"),
    "count": re.compile(r"\d+"),
    "phone": re.compile(r"\+?[\d -]{5,16}"),
    "email": re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"),
    "month_day": re.compile(r"(\d{4}-)?\d{1,2}-\d{1,2}"),
    "bool": re.compile(r"yes|no|y|n|1|0|true|false|t|f", re.IGNORECASE),
}
_NO_ID = re.compile(r'["\x00-\x1f\x7f\u200b-\u200f\ufeff\ufffd]|^\d(\.\d+)?[eE]\+?\d+$|^=')
_MOMENTS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H", "%Y-%m-%d")


def _is_conceivable(text: str, kind: str, required: bool) -> bool:
    text = text.strip()
    if not text:
        return not required
    if kind in ("date", "datetime"):
        return any(_is_moment(text, form) for form in _MOMENTS)
    if kind == "id":
        return not _NO_ID.search(text)
    pattern = _NUMBER.get(kind)
    return pattern is None or bool(pattern.fullmatch(text))


def _is_moment(text: str, form: str) -> bool:
    try:
        return 1900 <= datetime.strptime(text, form).year <= 2200
    except ValueError:
        return False


def by_text(layout: Layout, text: str, row: Row) -> Verdict:
    """What is right to make of one line of text that was `row`: as RFC 4180 reads it, with a value for every column."""
    try:
        records = list(csv.reader(io.StringIO(text, newline=""), delimiter=layout.delimiter, strict=True))
    except csv.Error:
        return "refused"
    if len(records) != 1 or len(records[0]) != layout.width:
        return "refused"
    cells = dict(zip(layout.roles, records[0], strict=True))
    if (
        layout.source == "jd_orders" and not cells["product_id"]
    ):  # JD's own product id stands in where the shop's is empty
        cells["product_id"] = records[0][layout.headers.index("商品ID")]
    if all(cells[role] == row.cells[role] for role in layout.roles if role):
        return "read"
    need: tuple[str, ...] = ("order_id", "ordered_at", "store_id", "product_id", "quantity")
    if layout.table == "order_lines":
        amounts = [role for role in ("net_sales", "unit_price") if role in cells]
        if all(not cells[role].strip() for role in amounts):
            return "refused"
    else:
        need = ()
        if not cells["member_id"].strip() and not any(cells.get(key, "").strip() for key in ("phone", "email")):
            return "refused"
    sound = all(_is_conceivable(cells[role], layout.kind(role), role in need) for role in layout.roles if role)
    return "undetectable" if sound else "refused"


def rewrite(paper: Paper, piece: Piece, text: str) -> None:
    """Another text for one line; what is right of it follows from the text."""
    piece.text = text
    piece.verdict = by_text(paper.layout, text, piece.rows[0])


def has_quotes(paper: Paper) -> Callable[[Piece], bool]:
    return lambda piece: '"' in paper.text_of(piece)


def has_none(paper: Paper) -> Callable[[Piece], bool]:
    return lambda piece: '"' not in paper.text_of(piece)


# ---- nothing at all


@kind()
def _untouched(paper: Paper) -> None:
    pass


@kind(encoding="utf-16")
def untouched_UTF_16(paper: Paper) -> None:  # noqa: N802
    pass


@kind(encoding="big5")
def untouched_Big5(paper: Paper) -> None:  # noqa: N802
    pass


@kind(encoding="cp1252")
def untouched_cp1252(paper: Paper) -> None:
    pass


@kind(quote_all=True)
def every_cell_quoted(paper: Paper) -> None:
    _all_read(paper)


# ---- fields and lines


@kind()
def field_too_many_in_the_middle(paper: Paper) -> None:
    for piece in paper.victims():
        piece.fields.insert(paper.random.randrange(1, len(piece.fields)), paper.random.choice(("", "7", "x")))
        piece.verdict = "refused"


@kind()
def field_too_many_at_the_end(paper: Paper) -> None:
    for piece in paper.victims():
        piece.fields.append(paper.random.choice(("", "7", "x")))
        piece.verdict = "refused"


@kind()
def field_too_few_in_the_middle(paper: Paper) -> None:
    for piece in paper.victims():
        del piece.fields[paper.random.randrange(1, len(piece.fields) - 1)]
        piece.verdict = "refused"


@kind()
def field_too_few_at_the_end(paper: Paper) -> None:
    for piece in paper.victims():
        del piece.fields[-1]
        piece.verdict = "refused"


@kind()
def two_lines_glued(paper: Paper) -> None:
    for piece in paper.victims(3):
        at = next((i for i, other in enumerate(paper.pieces) if other is piece), -1)
        if at < 0:  # glued to the one before
            continue
        after = paper.pieces[at + 1] if at + 1 < len(paper.pieces) else None
        if after is None or after.verdict != "sound" or after.rows[0].key[:1] == piece.rows[0].key[:1]:
            continue
        piece.text = paper.text_of(piece) + paper.text_of(after)
        piece.rows += after.rows
        piece.verdict = "refused"
        del paper.pieces[at + 1]


@kind()
def line_broken_in_two(paper: Paper) -> None:
    """Broken in its first or last cell, one half has all fields and the other one only: the half that is whole to the eye
    may hold a shortened id or name, and the one-field line beside it doesn't say whose it is: undetectable."""
    for piece in paper.victims(3, has_none(paper)):
        text = paper.text_of(piece)
        cut = paper.random.randrange(1, len(text))
        at = next(i for i, other in enumerate(paper.pieces) if other is piece)
        halves = [Piece(piece.rows, text=part) for part in (text[:cut], text[cut:])]
        for half in halves:
            rewrite(paper, half, str(half.text))
            if half.verdict == "read":  # the other half was empty of fields but for a line end
                half.verdict = "either"
        paper.pieces[at : at + 1] = halves


@kind()
def stray_quote_opens_a_cell(paper: Paper) -> None:
    for piece in paper.victims(2, has_none(paper)):
        at = paper.random.randrange(len(piece.fields))
        piece.fields[at] = '"' + piece.fields[at]
        piece.verdict = "refused"


@kind()
def stray_quote_closes_a_cell(paper: Paper) -> None:
    """A quote inside an unquoted cell is part of it (as csv-spectrum's location_coordinates has it): 5" is five inches.
    In a column of free text that is undetectable; no number, date, id or key has one."""
    _stray_quote(paper, lambda cell: len(cell))


@kind()
def stray_quote_in_a_cell(paper: Paper) -> None:
    """See stray quote closes a cell."""
    _stray_quote(paper, lambda cell: paper.random.randrange(1, max(len(cell), 2)))


def _stray_quote(paper: Paper, where: Callable[[str], int]) -> None:
    for piece in paper.victims(2, has_none(paper)):
        full = [at for at, cell in enumerate(piece.fields) if cell and paper.layout.roles[at]]
        at = paper.random.choice(full)
        cell = piece.fields[at]
        piece.fields[at] = cell[: where(cell)] + '"' + cell[where(cell) :] if len(cell) > 1 else cell + '"'
        is_text = paper.layout.kind(paper.layout.roles[at] or "") == "text"
        piece.verdict = "undetectable" if is_text else "refused"


def _named(paper: Paper) -> str:
    """The role of a column of free text."""
    return next(role for role in ("product_name", "name") if role in paper.layout.roles)


@kind()
def unescaped_quotes_in_a_quoted_cell(paper: Paper) -> None:
    for piece in paper.victims(2):
        paper.set(piece, _named(paper), '"a "fine" ring"', "refused", raw=True)


@kind()
def quotes_escaped_with_backslashes(paper: Paper) -> None:
    """`"a \\"fine\\" ring"`: who knows the habit reads it right, who doesn't sees quotes that don't match."""
    for piece in paper.victims(2, lambda piece: '"' in piece.rows[0].cells[_named(paper)]):
        told = piece.rows[0].cells[_named(paper)].replace('"', '\\"')
        paper.set(piece, _named(paper), f'"{told}"', "either", raw=True)


@kind()
def nested_quotes(paper: Paper) -> None:
    '''Quoted by two programs in turn: """P1""" is the text "P1" with its quotes. No id has any; a name may.'''
    for piece in paper.victims(2):
        role = paper.random.choice(
            ("product_id", _named(paper)) if paper.layout.table == "order_lines" else ("member_id",)
        )
        cell = piece.rows[0].cells[role].replace('"', "")
        verdict: Verdict = "undetectable" if role == _named(paper) else "either"
        paper.set(piece, role, '"""' + cell + '"""', verdict, raw=True)


@kind(delimiter=",")
def other_delimiter_in_some_lines(paper: Paper) -> None:
    for piece in paper.victims(3, has_none(paper)):
        piece.text = ";".join(piece.fields)
        piece.verdict = "refused"


@kind(delimiter=",")
def delimiter_changed_half_way(paper: Paper) -> None:
    """Two exports under one header. Each line has one field in the file's delimiter: refused, or read by who looks again."""
    for piece in paper.pieces[len(paper.pieces) // 2 :]:
        piece.text = ";".join(piece.fields)
        piece.verdict = "either"


@kind()
def lines_shifted_by_a_cell(paper: Paper) -> None:
    """A cell dropped and an empty one added at the end. When every cell still is a value of the column it moved to (an
    associate's id in the column of the original order), the line looks as good as any: undetectable."""
    for piece in paper.victims():
        gone = paper.random.randrange(len(piece.fields))
        rewrite(paper, piece, paper.layout.delimiter.join([*piece.fields[:gone], *piece.fields[gone + 1 :], ""]))


@kind()
def cells_swapped_in_a_line(paper: Paper) -> None:
    """Two ids or two amounts that changed places are both still an id and an amount: undetectable."""
    for piece in paper.victims():
        one, other = paper.random.sample(range(len(piece.fields)), 2)
        fields = list(piece.fields)
        fields[one], fields[other] = fields[other], fields[one]
        rewrite(paper, piece, paper.layout.delimiter.join(fields))


# ---- encodings and line ends


@kind(encoding="utf-8")
def a_GBK_line_in_a_UTF_8_file(paper: Paper) -> None:  # noqa: N802
    for piece in _victims_among_foreign_lines(paper):
        row = _renamed(paper, piece.rows[0], "珍珠项链")
        piece.rows, piece.fields = (row,), paper.piece_of(row).fields
        piece.content = paper.text_of(piece).encode("gb18030")
        piece.verdict = "either"


def _victims_among_foreign_lines(paper: Paper) -> list[Piece]:
    """Up to two lines, and three sound ones that show what the file is in."""
    for piece in paper.pieces[:3]:
        row = _renamed(paper, piece.rows[0], "足金手镯")
        piece.rows, piece.fields = (row,), paper.piece_of(row).fields
    return paper.victims(2, lambda piece: not any(piece is sound for sound in paper.pieces[:3]))


def _renamed(paper: Paper, row: Row, name: str) -> Row:
    role = _named(paper)
    return replace(row, cells={**row.cells, role: name}, values={**row.values, role: name})


@kind(encoding="utf-8")
def a_cp1252_byte_in_a_UTF_8_file(paper: Paper) -> None:  # noqa: N802
    for piece in _victims_among_foreign_lines(paper):
        row = _renamed(paper, piece.rows[0], "Café spoon")
        piece.rows, piece.fields = (row,), paper.piece_of(row).fields
        piece.content = paper.text_of(piece).encode("cp1252", errors="xmlcharrefreplace")
        piece.verdict = "either" if b"&#" not in piece.content else "refused"


@kind(encoding="utf-8")
def a_character_cut_in_the_middle(paper: Paper) -> None:
    for piece in _victims_among_foreign_lines(paper):
        row = _renamed(paper, piece.rows[0], "足金手镯")
        piece.rows, piece.fields = (row,), paper.piece_of(row).fields
        piece.content = paper.text_of(piece).encode().replace("镯".encode(), "镯".encode()[:-1], 1)
        piece.verdict = "refused"


@kind()
def lone_CR_line_ends(paper: Paper) -> None:  # noqa: N802
    paper.layout = replace(paper.layout, line_end="\r")
    _all_read(paper)


@kind()
def mixed_line_ends(paper: Paper) -> None:
    for piece in (paper.header, *paper.pieces):
        piece.end = paper.random.choice(("\n", "\r\n", "\r"))
    _all_read(paper)


@kind()
def no_line_end_after_the_last_line(paper: Paper) -> None:
    paper.pieces[-1].end = ""
    paper.pieces[-1].verdict = "read"


def _all_read(paper: Paper) -> None:
    for piece in paper.pieces:
        piece.verdict = "read"


# ---- cut off


@kind()
def cut_off_in_a_line(paper: Paper) -> None:
    """What came after the cut left no trace. A last cell cut short may still be a value of its column (12.50 → 12):
    a file may end without a line end, so undetectable."""
    _cut(paper, lambda text: paper.random.randrange(1, len(text)))


@kind()
def cut_off_in_the_last_cell(paper: Paper) -> None:
    """See cut off in a line."""
    _cut(paper, lambda text: len(text) - 1)


def _cut_after(paper: Paper, at: int) -> None:
    paper.shortened = {row.values.get("order_id") for piece in paper.pieces[at + 1 :] for row in piece.rows}
    del paper.pieces[at + 1 :]


def _cut(paper: Paper, where: Callable[[str], int]) -> None:
    at = paper.random.randrange(max(len(paper.pieces) // 2, 1), len(paper.pieces))
    _cut_after(paper, at)
    last = paper.pieces[at]
    text = paper.text_of(last)
    if len(text) > 1:
        rewrite(paper, last, text[: where(text)])
    last.end = ""


@kind()
def cut_off_in_a_quoted_cell(paper: Paper) -> None:
    at = paper.random.randrange(len(paper.pieces) // 2, len(paper.pieces))
    _cut_after(paper, at)
    last = paper.pieces[at]
    column = paper.layout.at(_named(paper))
    last.text = paper.layout.delimiter.join([*last.fields[:column], '"a fine ri'])
    last.end, last.verdict = "", "refused"


# ---- around and between the rows


@kind()
def header_repeated_in_the_middle(paper: Paper) -> None:
    paper.pieces.insert(
        paper.random.randrange(1, len(paper.pieces)), Piece((), list(paper.header.fields), verdict="nothing")
    )


@kind()
def lines_above_the_header(paper: Paper) -> None:
    for text in paper.random.sample(
        ("Sales by line", "printed 2026-11-01", "Shop: all", ""), paper.random.randint(1, 3)
    ):
        paper.above.append(Piece((), text=text, verdict="nothing"))
    _all_read(paper)


@kind()
def merged_title_row(paper: Paper) -> None:
    paper.above.append(Piece((), ["Sales October 2026", *[""] * (paper.layout.width - 1)], verdict="nothing"))
    _all_read(paper)


@kind()
def totals_at_the_bottom(paper: Paper) -> None:
    word = paper.random.choice(("Total", "Grand total", "合计", "总计", "TOTAL:"))
    word = word if _fits(word, paper.layout.encoding) else "Total"
    fields = [""] * paper.layout.width
    for role in paper.roles_of_kind("money", "quantity"):
        fields[paper.layout.at(role)] = "1234"
    first = next((at for at, text in enumerate(fields) if not text), 0)
    fields[first] = word
    paper.pieces.append(Piece((), fields, verdict="nothing"))


@kind()
def count_at_the_bottom(paper: Paper) -> None:
    word = paper.random.choice(("共 123 条", "Page 1 of 1", "123 rows"))
    paper.pieces.append(Piece((), text=word if _fits(word, paper.layout.encoding) else "123 rows", verdict="nothing"))


def _fits(text: str, encoding: str) -> bool:
    return text.isascii() or encoding.startswith(("utf", "gb"))


@kind()
def blank_lines_and_lines_of_delimiters(paper: Paper) -> None:
    for _ in range(4):
        text = paper.random.choice(("", "   ", paper.layout.delimiter * (paper.layout.width - 1)))
        paper.pieces.insert(paper.random.randrange(len(paper.pieces) + 1), Piece((), text=text, verdict="nothing"))


@kind()
def lines_twice(paper: Paper) -> None:
    """With a line number the second says again what the first said. Without one, the same product may well stand twice in
    an order: undetectable (and JD's order has another whole). (Two equal lines of one customer are one customer.)"""
    is_numbered = paper.layout.table == "customers" or "line_no" in paper.layout.roles
    for piece in paper.victims(2):
        again = replace(piece, fields=list(piece.fields), verdict="repeated" if is_numbered else "undetectable")
        paper.pieces.insert(paper.random.randrange(len(paper.pieces) + 1), again)
        if paper.layout.table != "customers":
            piece.verdict = again.verdict  # which of the two counts is the reader's choice
        if paper.layout.source == "jd_orders":
            for other in paper.pieces:
                if other.rows[0].key[0] == piece.rows[0].key[0]:
                    other.verdict = "undetectable"


@kind()
def lines_in_another_order(paper: Paper) -> None:
    paper.random.shuffle(paper.pieces)
    _all_read(paper)


# ---- the header and the columns


@kind()
def header_in_capitals_with_spaces_and_quotes(paper: Paper) -> None:
    paper.header.fields = [f'"  {text.strip(chr(34)).upper()} "' for text in paper.header.fields]
    _all_read(paper)


@kind(encoding="utf-8")
def header_with_a_BOM_inside_quotes(paper: Paper) -> None:  # noqa: N802
    paper.header.fields[0] = f'"\ufeff{paper.layout.headers[0]}"'
    _all_read(paper)


@kind()
def columns_in_another_order(paper: Paper) -> None:
    order = list(range(paper.layout.width))
    paper.random.shuffle(order)
    for piece in (paper.header, *paper.pieces):
        piece.fields = [piece.fields[at] for at in order]
    _relayout(paper, [(paper.layout.headers[at], paper.layout.roles[at]) for at in order])
    _all_read(paper)


@kind()
def further_columns(paper: Paper) -> None:
    at = paper.random.randrange(paper.layout.width)
    for n, piece in enumerate((paper.header, *paper.pieces)):
        piece.fields[at:at] = ["Cashier", "Till"] if not n else ["x", paper.random.choice(("", "3"))]
    columns = list(zip(paper.layout.headers, paper.layout.roles, strict=True))
    columns[at:at] = [("Cashier", None), ("Till", None)]
    _relayout(paper, columns)
    _all_read(paper)


@kind()
def ten_thousand_columns(paper: Paper) -> None:
    """More columns than any till has: the file may be refused as a whole, else it is read right."""
    kept = 3
    while kept < len(paper.pieces) and paper.pieces[kept].rows[0].key[0] == paper.pieces[kept - 1].rows[0].key[0]:
        kept += 1  # an order's total is told once for all of its lines
    del paper.pieces[kept:]
    more = [f"x{n}" for n in range(10_000)]
    for n, piece in enumerate((paper.header, *paper.pieces)):
        piece.fields += more if not n else ["1"] * len(more)
    columns = list(zip(paper.layout.headers, paper.layout.roles, strict=True))
    _relayout(paper, [*columns, *((name, None) for name in more)])
    _all_read(paper)
    paper.verdict = "either"


def _relayout(paper: Paper, columns: list[tuple[str, str | None]]) -> None:
    headers, roles = zip(*columns, strict=True)
    paper.layout = replace(paper.layout, headers=headers, roles=roles)


# ---- whole files


@kind()
def empty_file(paper: Paper) -> None:
    paper.cut, paper.pieces, paper.verdict = 0, [], "refused"


@kind()
def header_only(paper: Paper) -> None:
    """No rows is not an error; a reader may say so instead of landing nothing."""
    paper.pieces, paper.verdict = [], "either"


@kind()
def all_on_one_line(paper: Paper) -> None:
    """Every line end lost: there is no header that any source would know."""
    for piece in (paper.header, *paper.pieces):
        piece.end, piece.verdict = "", "refused"
    paper.verdict = "refused"


# ---- in the cells


@kind()
def phones_as_1_99E10(paper: Paper) -> None:  # noqa: N802
    _in_kind(paper, ("phone",), lambda text: f"{Decimal(text):.2E}", "refused")


@kind()
def ids_as_6_9E15(paper: Paper) -> None:  # noqa: N802
    _in_kind(paper, ("id",), lambda _: paper.random.choice(("6.9E+15", "6.90123E+12", "1E+05")), "refused")


def _in_kind(
    paper: Paper,
    kinds: tuple[str, ...],
    spoil: Callable[[str], str],
    verdict: Verdict,
    *,
    raw: bool = False,
    where: Callable[[str], bool] = bool,
) -> None:
    """Some cells of one column of these kinds spoilt; a cell that the spoiling leaves alone stays sound."""
    roles = [role for role in paper.roles_of_kind(*kinds) if any(where(row.cells[role]) for row in paper.truth.rows)]
    if not roles:
        return
    role = paper.random.choice(roles)
    for piece in paper.victims(where=lambda piece: where(piece.rows[0].cells[role])):
        told = piece.rows[0].cells[role]
        if (spoilt := spoil(told)) != told:
            paper.set(piece, role, spoilt, verdict, raw=raw)


@kind()
def days_that_never_were(paper: Paper) -> None:
    days = ("2026-02-30", "2026-13-01", "0026-10-03", "2026-00-10", "2026-10-00", "2026-10-03 25:61:00", "2025-02-29 10:00:00",
            "0000-00-00 00:00:00", "9999-12-31")  # fmt: skip
    _in_kind(paper, ("date", "datetime"), lambda _: paper.random.choice(days), "refused")


@kind()
def days_written_otherwise(paper: Paper) -> None:
    """Year first is unmistakable, whatever stands between."""
    forms: tuple[str, ...] = ("%Y/%m/%d %H:%M:%S", "%Y年%m月%d日 %H:%M:%S", "%Y-%m-%dT%H:%M:%S")
    forms = forms if _fits("年", paper.layout.encoding) else (forms[0], forms[2])

    def other(text: str) -> str:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").strftime(paper.random.choice(forms))

    _in_kind(paper, ("datetime",), other, "read")


@kind()
def days_that_could_be_two(paper: Paper) -> None:
    """03/10/2026 without a word on which way round. Also 46298.5, a spreadsheet's count of days."""
    forms = ("%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M", "%d.%m.%Y", "%d-%m-%y", "46298.5", "46298")

    def other(text: str) -> str:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").strftime(paper.random.choice(forms))

    _in_kind(paper, ("datetime",), other, "refused")


@kind()
def thousands_separated_and_quoted(paper: Paper) -> None:
    _in_kind(paper, ("money", "unit_price"), lambda text: f"{Decimal(text):,.2f}", "read")


@kind(delimiter=",")
def thousands_separated_without_quotes(paper: Paper) -> None:
    _in_kind(paper, ("money", "unit_price"), lambda text: f"{Decimal(text):,.2f}", "refused", raw=True)


@kind()
def decimal_commas(paper: Paper) -> None:
    """12,50. (1,234 could be either, but no amount here has three places.)"""

    def comma(text: str) -> str:
        return f"{Decimal(text):,.2f}".translate(str.maketrans(",.", ".,"))

    _in_kind(paper, ("money", "unit_price"), comma, "refused")


@kind()
def wrong_grouping(paper: Paper) -> None:
    _in_kind(
        paper,
        ("money", "unit_price"),
        lambda text: f"{paper.random.choice(('12,34', '1,2345', '1,23,4'))}.00",
        "refused",
    )


@kind(encoding="utf-8")
def signs_of_the_currency(paper: Paper) -> None:
    """The chain counts in CNY."""
    sign = paper.random.choice("\u00a5\uffe5")

    def with_sign(text: str) -> str:
        return f"-{sign}{text[1:]}" if _is_negative(text) else sign + text

    _in_kind(paper, ("money", "unit_price"), with_sign, "read")


@kind()
def signs_of_another_currency(paper: Paper) -> None:
    """The chain counts in CNY, the truth is in CNY and the sign is wrong: not worth a refusal, but never another amount."""
    _in_kind(paper, ("money", "unit_price"), lambda text: f"${text}", "either")


@kind()
def letters_for_digits(paper: Paper) -> None:
    def typed(text: str) -> str:
        return paper.random.choice((text.replace("0", "O"), text.replace("1", "l"), text.replace(".", "..")))

    _in_kind(paper, ("money", "unit_price", "quantity", "datetime", "count"), typed, "refused")


@kind()
def amounts_with_a_unit(paper: Paper) -> None:
    """12.50 元 may be read, 12.50 kg not; "3 pcs" is no quantity."""
    _in_kind(
        paper,
        ("money", "unit_price", "quantity"),
        lambda text: f"{text} {paper.random.choice(('kg', 'x', '?', '%'))}",
        "refused",
    )


def _is_negative(text: str) -> bool:
    return text.startswith("-")


@kind()
def signs_at_the_end(paper: Paper) -> None:
    """12.50- is −12.50, or no number; never 12.50."""
    _in_kind(paper, ("money", "unit_price", "quantity"), lambda text: f"{text[1:]}-", "either", where=_is_negative)


@kind()
def amounts_in_parentheses(paper: Paper) -> None:
    """(12.50) is −12.50, or no number; never 12.50."""
    _in_kind(paper, ("money", "quantity"), lambda text: f"({text[1:]})", "either", where=_is_negative)


@kind(encoding="utf-8")
def zero_bytes(paper: Paper) -> None:
    """A cell with a zero byte in it: set aside, or read without."""
    _in_kind(paper, ("id", "money", "unit_price", "datetime"), lambda text: text[:1] + "\x00" + text[1:], "either")


@kind()
def control_characters(paper: Paper) -> None:
    """In ids, keys and numbers they are never meant. (A text is as it stands, they included: the naughty strings.)"""
    sign = paper.random.choice("\x01\x02\x08\x1a\x1b\x7f")
    _in_kind(paper, ("id", "phone", "email", "money", "unit_price"), lambda text: text[:1] + sign + text[1:], "either")


@kind(encoding="utf-8")
def a_BOM_in_the_middle(paper: Paper) -> None:  # noqa: N802
    """Files joined with `cat`: the second one's mark stands before a line."""
    for piece in paper.victims(2):
        piece.text = "\ufeff" + paper.text_of(piece)
        piece.verdict = "either" if piece.fields[0].startswith('"') else "read"


@kind(encoding="utf-8")
def spaces_of_no_width_in_ids(paper: Paper) -> None:
    sign = paper.random.choice("\u200b\u200c\u200d\u2060\ufeff\u00ad\u202d\u200e")

    def with_sign(text: str) -> str:
        at = paper.random.choice((0, 1, len(text)))
        return text[:at] + sign + text[at:]

    _in_kind(paper, ("id", "phone", "email"), with_sign, "either")


@kind(encoding="utf-8")
def full_width_digits(paper: Paper) -> None:
    """１２ is 12, or no number."""
    wide = {ord(sign): ord(sign) + 0xFEE0 for sign in "0123456789.-"}
    _in_kind(
        paper,
        ("phone", "money", "unit_price", "quantity", "count", "datetime", "id"),
        lambda text: text.translate(wide),
        "either",
    )


@kind(encoding="utf-8")
def digits_of_other_scripts(paper: Paper) -> None:
    """Digits to Unicode, to no till: ١٢ and १२."""
    other = str.maketrans("0123456789", paper.random.choice(("٠١٢٣٤٥٦٧٨٩", "०१२३४५६७८९", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗")))
    _in_kind(
        paper,
        ("phone", "money", "unit_price", "quantity", "count", "datetime"),
        lambda text: text.translate(other),
        "either",
    )


@kind()
def blanks_around_cells(paper: Paper) -> None:
    delimiter = paper.layout.delimiter
    blanks = [" ", "   ", *(["\t"] if delimiter != "\t" else [])]

    def padded(text: str) -> str:
        return paper.random.choice(("", *blanks)) + text + paper.random.choice(blanks)

    _in_kind(paper, ("id", "phone", "money", "unit_price", "quantity", "datetime", "date", "bool"), padded, "read")


@kind()
def an_apostrophe_before_ids(paper: Paper) -> None:
    _in_kind(paper, ("id", "phone"), lambda text: f"'{text}", "read")


@kind()
def ids_between_apostrophes(paper: Paper) -> None:
    _in_kind(paper, ("id", "phone"), lambda text: f"'{text}'", "either")


@kind()
def errors_of_a_spreadsheet(paper: Paper) -> None:
    words = ("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "########")
    _in_kind(paper, ("id", "phone", "money", "unit_price", "quantity", "datetime", "text", "count", "bool"),
             lambda _: paper.random.choice(words), "refused")  # fmt: skip


@kind()
def ids_as_a_formula(paper: Paper) -> None:
    """="0123", the trick that keeps a spreadsheet from taking an id for a number."""
    is_raw = paper.random.random() < 0.5
    _in_kind(paper, ("id", "phone"), lambda text: f'="{text}"', "read", raw=is_raw)


@kind()
def required_cells_empty(paper: Paper) -> None:
    need = ("order_id", "ordered_at", "product_id", "quantity") if paper.layout.table == "order_lines" else ()
    for piece in paper.victims():
        if need:
            paper.set(piece, paper.random.choice(need), paper.random.choice(("", "  ")), "refused")


@kind()
def a_very_long_cell(paper: Paper) -> None:
    """A megabyte in a cell of text: read as it is, or set aside."""
    for piece in paper.victims(1):
        name = "long " * 200_000 + "end"
        row = _renamed(paper, piece.rows[0], name)
        piece.rows, piece.fields = (row,), paper.piece_of(row).fields
        piece.verdict = "either"
        if paper.random.random() < 0.5:
            piece.fields[paper.layout.at(_named(paper))] = f'"{name}"'


def settle_jd_orders(paper: Paper) -> None:
    """JD states what was paid per order, on each line: while one line of an order is in doubt, the shares of the others are
    not known, so a reader may set these aside with it (never give them the damaged line's money)."""
    if paper.layout.source != "jd_orders":
        return
    doubtful = {row.key[0] for piece in paper.pieces for row in piece.rows if piece.verdict not in ("sound", "read")}
    for piece in paper.pieces:
        if piece.verdict == "sound" and piece.rows and piece.rows[0].key[0] in doubtful:
            piece.verdict = "either"


def spoilt(kind_name: str, make: Callable[..., TruthFile], number: int) -> Paper:
    """File `number` of truth, spoilt in this way; the same every time."""
    random = Random(f"{kind_name}/{number}")
    paper = Paper.of(make(number, random, **WANTS[kind_name]), random)
    KINDS[kind_name](paper)
    settle_jd_orders(paper)
    return paper
