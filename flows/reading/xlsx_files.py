"""XLSX, read for what its cells are. The rows' XML is cut into cells by polars, a block of some megabytes at a time.

Why not fastexcel: as text it gives a number and a text of the same digits alike (an 18-digit id from one whose last
digits Excel dropped), starts at the first used row without saying which, gives errors and formulas without a result as
nothing, and takes 31 (yyyy年m月d日) for a plain number. It also has no limits.

Every byte of a sheet's rows must be part of a row, a cell or white space, or the file is refused: a block is cut by
regular expressions, and this is what makes that safe. No entity is ever expanded: a DTD is refused, and what is left are
the five names of XML and character numbers.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, BinaryIO
from xml.parsers import expat

import polars as pl

from flows.reading.cell_values import UNCACHED_FORMULA, FormatKind, Styles, cell_texts, format_kind
from flows.reading.containers import LIMITS, MEBIBYTE, Limits, check_members, damage_as_refusal, opened_zip
from flows.reading.encodings import UnreadableFile
from flows.reading.wide_tables import WideTable

BLOCK_BYTES = 8 * MEBIBYTE
ITEM_BYTES = 64 * MEBIBYTE
"""A row or a text may not be longer: 16 384 cells of 4 kB."""
DEPTH = 64
ELEMENTS = 200_000
"""Of one part that is read whole; Excel allows 65 490 cell formats."""
READ_ELEMENTS = frozenset(
    ("Relationship", "workbookPr", "calcPr", "sheet", "numFmt", "cellXfs", "cellStyleXfs", "cellStyles", "dxfs", "xf")
)
ROWS, COLUMNS = 1_048_576, 16_384
CELL_TYPES = ("n", "s", "str", "inlineStr", "b", "e", "d")
SHEETS_WITHOUT_CELLS = ("chartsheet", "dialogsheet", "xlmacrosheet", "xlintlmacrosheet")

DAMAGED = "is damaged or written in an unusual way; open it in Excel or WPS and save it as XLSX again"


def sheets(stream: BinaryIO, limits: Limits = LIMITS) -> Iterator[tuple[str, bool, pl.DataFrame | None]]:
    """Name, whether it is hidden, and texts of each worksheet, in the workbook's order (chart sheets left out).

    Texts: source_row and one String column per column from A ("0") to the last used one; a row for each row that holds
    anything. None for a hidden sheet, which is not read. UnreadableFile for damage and for what passes a limit.
    """
    with opened_zip(stream, limits) as archive, damage_as_refusal():
        check_members(archive.infolist(), limits)
        package = _Package(archive, limits)
        book = package.workbook()
        styles = Styles(package.styles(book.styles_path), book.is_1904)
        strings: pl.Series | None = None
        for name, is_hidden, sheet_path in book.sheets:
            if is_hidden:
                yield name, True, None
                continue
            if strings is None:
                strings = package.strings(book.strings_path)
            with package.opened(sheet_path) as sheet:
                yield name, False, _grid(sheet, strings, styles, book.is_computed, limits)


@dataclass(frozen=True)
class _Workbook:
    sheets: list[tuple[str, bool, str]]
    styles_path: str | None
    strings_path: str | None
    is_1904: bool
    is_computed: bool
    """False when the writer asked Excel to compute everything on opening: its own zeros are placeholders then."""


class _Package:
    """The parts of a workbook by name."""

    def __init__(self, archive: zipfile.ZipFile, limits: Limits) -> None:
        self._archive, self._limits = archive, limits
        # some writers use \\ in names, and names are compared without case (ECMA-376 part 2, 6.2.2.3)
        self._members = {info.filename.replace("\\", "/").lstrip("/").lower(): info for info in archive.infolist()}

    def opened(self, path: str) -> IO[bytes]:
        info = self._members.get(path.lower())
        if info is None:
            raise UnreadableFile(DAMAGED)
        return self._archive.open(info)

    def workbook(self) -> _Workbook:
        main = [target for _, role, target in self._relations("") if role == "officedocument"]
        path = main[0] if main else "xl/workbook.xml"
        relations = self._relations(path)
        roles = {identity: (role, target) for identity, role, target in relations}
        by_role = {role: target for _, role, target in relations}
        is_1904, is_computed, has_sheets = False, True, False
        found: list[tuple[str, bool, str]] = []
        for name, attributes in self._elements(path):
            if name == "workbookPr":
                is_1904 = _is_true(attributes.get("date1904"))
            elif name == "calcPr":
                is_computed = not _is_true(attributes.get("fullCalcOnLoad"))
            elif name == "sheet":
                if attributes.get("id") not in roles:
                    raise UnreadableFile(DAMAGED)
                role, target = roles[attributes["id"]]
                if role not in ("worksheet", *SHEETS_WITHOUT_CELLS):
                    raise UnreadableFile(DAMAGED)
                has_sheets = True
                if role == "worksheet":
                    is_hidden = attributes.get("state", "visible") != "visible"
                    found.append((attributes.get("name", ""), is_hidden, target))
        if not has_sheets or len({target for *_, target in found}) < len(found):
            raise UnreadableFile(DAMAGED)
        return _Workbook(found, by_role.get("styles"), by_role.get("sharedstrings"), is_1904, is_computed)

    def styles(self, path: str | None) -> list[FormatKind]:
        """The kind of number format of each cell style."""
        if path is None:
            return []
        codes: dict[int, str] = {}
        style_formats: list[int] = []
        is_cell_style = False
        for name, attributes in self._elements(path):
            if name == "numFmt":
                codes[_whole(attributes.get("numFmtId"))] = attributes.get("formatCode", "")
            elif name in ("cellXfs", "cellStyleXfs", "cellStyles", "dxfs"):
                is_cell_style = name == "cellXfs"
            elif name == "xf" and is_cell_style:
                style_formats.append(_whole(attributes.get("numFmtId")))
        kinds = {number: format_kind(number, codes.get(number)) for number in set(style_formats)}
        return [kinds[number] for number in style_formats]

    def strings(self, path: str | None) -> pl.Series:
        """The workbook's text table."""
        if path is None:
            return pl.Series(dtype=pl.String)
        with self.opened(path) as stream:
            blocks = list(_texts(stream, self._limits))
        return pl.concat(blocks) if blocks else pl.Series(dtype=pl.String)

    def _relations(self, path: str) -> list[tuple[str, str, str]]:
        """Id, role and target of what a part refers to."""
        folder, name = posixpath.split(path)
        relations = posixpath.join(folder, "_rels", f"{name}.rels")
        if relations.lower() not in self._members:
            return []
        return [
            (
                attributes.get("Id", ""),
                attributes.get("Type", "").rpartition("/")[2].lower(),
                posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", "")))[1:],
            )
            for element, attributes in self._elements(relations)
            if element == "Relationship"
        ]

    def _elements(self, path: str) -> list[tuple[str, dict[str, str]]]:
        """Start tags of a small part, in order, without prefixes."""
        with self.opened(path) as stream:
            content = stream.read(self._limits.plan_bytes + 1)
        if len(content) > self._limits.plan_bytes:
            raise UnreadableFile(f"holds {path}, which is too large; open it in Excel or WPS and save it again")
        found: list[tuple[str, dict[str, str]]] = []
        depth = 0

        def started(name: str, attributes: dict[str, str]) -> None:
            nonlocal depth
            depth += 1
            if depth > DEPTH:
                raise UnreadableFile(DAMAGED)
            if _local(name) in READ_ELEMENTS:
                found.append((_local(name), {_local(key): value for key, value in attributes.items()}))
            if len(found) > ELEMENTS:
                raise UnreadableFile(DAMAGED)

        def ended(_: str) -> None:
            nonlocal depth
            depth -= 1

        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = _refuse_dtd
        parser.StartElementHandler = started
        parser.EndElementHandler = ended
        try:
            parser.Parse(content, True)
        except (expat.ExpatError, LookupError, ValueError) as error:  # the latter two: an encoding it doesn't know
            raise UnreadableFile(DAMAGED) from error
        return found


def _refuse_dtd(*_: object) -> None:
    raise UnreadableFile("is an XLSX with a document type definition, which no spreadsheet writes; not read")


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _is_true(text: str | None) -> bool:
    return text in ("1", "true", "on")


def _whole(text: str | None) -> int:
    return int(text) if text is not None and re.fullmatch(r"\d{1,9}", text, re.ASCII) else 0


# ---- blocks of XML


def _blocks(stream: IO[bytes], root: str, items: str, item: str, limits: Limits) -> Iterator[tuple[str, str]]:
    """The prefix of the names (`x:` or nothing) and pieces of the XML between `<items>` and `</items>`, each of whole
    items. The stream is read to its end, which is where a ZIP member's checksum is compared."""
    head = b""
    while True:
        piece = stream.read(BLOCK_BYTES)
        head += piece
        start = re.search(rb"<((?:\w+:)?)%s(?:\s[^<>]*?)?(/?)>" % items.encode(), head)
        if start or not piece or len(head) > limits.plan_bytes:
            break
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in head[:4]:
        raise UnreadableFile(DAMAGED)
    before = head if start is None else head[: start.start()]
    if b"<!DOCTYPE" in before:
        _refuse_dtd()
    encoding = re.match(rb"(?:\xef\xbb\xbf)?\s*<\?xml[^>]*\sencoding=[\"']([^\"']*)", before)
    if start is None or (encoding and encoding[1].lower() not in (b"utf-8", b"utf8", b"us-ascii", b"ascii")):
        raise UnreadableFile(DAMAGED)
    if not re.search(rb"<(?:\w+:)?%s[\s>]" % root.encode(), head[: start.end()]):
        raise UnreadableFile(DAMAGED)
    prefix = start[1].decode()
    end_mark = f"</{prefix}{items}".encode()
    cuts = (f"</{prefix}{item}>".encode(), f"<{prefix}{item}".encode())
    rest = head[start.end() :]
    is_over = bool(start[2])
    while not is_over:
        end = rest.find(end_mark)
        is_over = end >= 0
        if is_over:
            yield prefix, _decoded(rest[:end], prefix)
            break
        cut = rest.rfind(cuts[0])
        cut = cut + len(cuts[0]) if cut >= 0 else max(rest.rfind(cuts[1]), 0)
        if cut:
            yield prefix, _decoded(rest[:cut], prefix)
            rest = rest[cut:]
        if len(rest) > ITEM_BYTES:
            raise UnreadableFile("holds a row or text that is too long; open it in Excel or WPS and save it again")
        piece = stream.read(BLOCK_BYTES)
        if not piece:
            raise UnreadableFile(DAMAGED)
        rest += piece
    while stream.read(BLOCK_BYTES):
        pass


def _decoded(block: bytes, prefix: str) -> str:
    """A block as text, with XML's line ends, and with CDATA (some hand-made writers use it) as plain text."""
    try:
        text = block.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableFile(DAMAGED) from error
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "<!" in text:
        text = "".join(_without_markup(text))
    if "\x00" in text:
        raise UnreadableFile(DAMAGED)
    return text


def _without_markup(text: str) -> Iterator[str]:
    """The text without comments, and with what stands in CDATA escaped."""
    at = 0
    while (start := text.find("<!", at)) >= 0:
        yield text[at:start]
        opening, closing = ("<!--", "-->") if text.startswith("<!--", start) else ("<![CDATA[", "]]>")
        end = text.find(closing, start + len(opening))
        if end < 0 or not text.startswith(opening, start):
            raise UnreadableFile(DAMAGED)
        if opening == "<![CDATA[":
            held = text[start + len(opening) : end]
            yield held.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        at = end + len(closing)
    yield text[at:]


def _element(name: str) -> str:
    """Pattern of an element with what it holds, which is no other of its name: so a search never goes over bytes twice."""
    inside = "".join(rf"|</?{name[:at]}[^{name[at]}/]" for at in range(len(name)))
    return rf"<{name}(?:\s[^<>]*)?(?:/>|>(?:[^<]{inside}|</?{name}[A-Za-z])*</{name}>)"


def _tokens(block: str, pattern: str) -> pl.Series:
    """What matches, in order. UnreadableFile unless that is the whole block."""
    tokens = pl.Series("token", [block]).str.extract_all(rf"\s*(?:{pattern})").explode()
    length = tokens.str.len_bytes().sum()
    # the white space before the end is no part of a token
    if length != len(block.encode()) and length != len(block.rstrip().encode()):
        raise UnreadableFile(DAMAGED)
    return tokens.drop_nulls().str.strip_chars_start()


ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}


def _unescaped(texts: pl.Series) -> pl.Series:
    """Texts without XML's escapes (&lt; &#10;) and Excel's own (_x000D_)."""
    is_escaped = texts.str.contains(r"&|_x[0-9A-Fa-f]{4}_").fill_null(False)
    if not is_escaped.any():
        return texts
    escaped = texts.filter(is_escaped).unique()
    return texts.replace(escaped, pl.Series([_plain_text(text) for text in escaped], dtype=pl.String))


def _plain_text(text: str) -> str:
    return re.sub(r"_x([0-9A-Fa-f]{4})_", _excel_character, re.sub(r"&([^;]{0,12});?", _character, text))


def _character(found: re.Match[str]) -> str:
    name = found[1]
    if found[0].endswith(";") and name in ENTITIES:
        return ENTITIES[name]
    number = re.fullmatch(r"#(?:x([0-9A-Fa-f]{1,6})|([0-9]{1,7}))", name)
    if not found[0].endswith(";") or number is None:
        raise UnreadableFile(DAMAGED)
    code = int(number[1], 16) if number[1] else int(number[2])
    if not 0 < code < 0x110000 or 0xD800 <= code < 0xE000:
        raise UnreadableFile(DAMAGED)
    return chr(code)


def _excel_character(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    return found[0] if code == 0 or 0xD800 <= code < 0xE000 else chr(code)


# ---- texts


def _texts(stream: IO[bytes], limits: Limits) -> Iterator[pl.Series]:
    read = 0
    for prefix, block in _blocks(stream, "sst", "sst", "si", limits):
        read += len(block)
        if read > limits.strings_bytes:
            raise UnreadableFile(f"holds more than {limits.strings_bytes // MEBIBYTE} MB of texts; split it")
        si = f"{prefix}si"
        tokens = _tokens(block, f"{_element(si)}|{_element(f'{prefix}extLst')}")
        tokens = tokens.filter(tokens.str.starts_with(f"<{si}"))
        yield _unescaped(_string_items(tokens, prefix))


def _string_items(items: pl.Series, prefix: str) -> pl.Series:
    """The text of `<si>` and `<is>` elements: of their `<t>`, or of those of their runs; readings (`rPh`) left out."""
    t = f"{prefix}t"
    plain = rf"^<[^<>]*>\s*<{t}(?:\s[^<>]*)?>([^<]*)</{t}>\s*</[^<>]*>$"
    texts = items.str.extract(plain)
    if texts.null_count():
        others = items.filter(texts.is_null()).unique()
        rich = pl.Series([_rich_text(item, prefix) for item in others], dtype=pl.String)
        texts = pl.select(pl.when(texts.is_null()).then(items.replace(others, rich)).otherwise(texts)).to_series()
    return texts


def _rich_text(item: str, prefix: str) -> str:
    p = re.escape(prefix)
    if re.search(rf"<{p}(si|is|c|row)\b", item[1:]):
        raise UnreadableFile(DAMAGED)
    text, *readings = re.split(rf"<{p}rPh\b", item)
    for reading in readings:
        _, end, after = reading.partition(f"</{prefix}rPh>")
        if not end:
            raise UnreadableFile(DAMAGED)
        text += after
    return "".join(re.findall(rf"<{p}t(?:\s[^<>]*)?(?<!/)>([^<]*)</{p}t>", text))


# ---- cells


def _grid(stream: IO[bytes], strings: pl.Series, styles: Styles, is_computed: bool, limits: Limits) -> pl.DataFrame:
    """One row per row of the sheet that holds anything: source_row and the texts of its columns."""
    last_row = 0
    table = WideTable(limits)
    for prefix, block in _blocks(stream, "worksheet", "sheetData", "row", limits):
        cells, last_row = _cells(_tokens(block, _row_pattern(prefix)), prefix, last_row)
        if cells.select(
            (~pl.col("style").is_between(0, max(len(styles.kinds) - 1, 0))).any()
        ).item():  # which may hide a date
            raise UnreadableFile(DAMAGED)
        table.add(cell_texts(_with_values(cells, prefix, strings, is_computed), styles))
    return table.frame()


def _row_pattern(prefix: str) -> str:
    row = f"{prefix}row"
    return rf"<{row}(?:\s[^<>]*)?>|</{row}\s*>|{_element(f'{prefix}c')}"


def _cells(tokens: pl.Series, prefix: str, last_row: int) -> tuple[pl.DataFrame, int]:
    """One row per cell element: row and column (from 0), type, style and `token`; and the number of the last row.

    Rows and cells may leave out their reference; they then follow the one before.
    """
    attribute = r"""^[^>]*?\s{}=["']({})["']"""
    has_reference = pl.col("token").str.contains(r"^[^>]*?\sr=")
    frame = tokens.to_frame().with_columns(
        is_row=pl.col("token").str.starts_with(f"<{prefix}row"), is_end=pl.col("token").str.starts_with("</")
    )
    is_open = pl.col("is_row") & ~pl.col("token").str.ends_with("/>")
    frame = frame.with_columns(
        depth=is_open.cum_sum().cast(pl.Int64) - pl.col("is_end").cum_sum().cast(pl.Int64),
        row_at=pl.col("is_row").cum_sum().cast(pl.Int64) - 1,
    )
    wanted_depth = (is_open | ~(pl.col("is_row") | pl.col("is_end"))).cast(pl.Int64)
    if frame.select((pl.col("depth") != wanted_depth).any() | (pl.col("depth").last() != 0)).item():
        raise UnreadableFile(DAMAGED)
    frame = frame.filter(~pl.col("is_end"))
    if frame.is_empty():
        return _NO_CELLS, last_row
    rows = frame.filter("is_row").select(
        "row_at", has_reference=has_reference, told=pl.col("token").str.extract(attribute.format("r", r"[0-9]{1,7}"))
    )
    rows = rows.with_columns(pl.col("told").cast(pl.Int64))
    start = (pl.col("told") - pl.col("row_at")).forward_fill().fill_null(last_row + 1)
    rows = rows.with_columns(row=start + pl.col("row_at"))
    unread = pl.col("has_reference") & pl.col("told").is_null()
    goes_back = pl.col("row") <= pl.col("row").shift(1, fill_value=last_row)
    if rows.select((unread | goes_back | (pl.col("row") > ROWS)).any()).item():
        raise UnreadableFile(DAMAGED)

    cells = frame.filter(~pl.col("is_row")).select(
        "token",
        "row_at",
        reference=pl.col("token").str.extract(attribute.format("r", r"[A-Z]{1,3}[0-9]{1,7}")),
        type=pl.col("token").str.extract(attribute.format("t", r"[^\"']*")).fill_null("n"),
        style=pl.col("token")
        .str.extract(attribute.format("s", r"[^\"']*"))
        .fill_null("0")
        .cast(pl.Int64, strict=False),
    )
    cells = cells.with_columns(
        row=rows["row"].gather(cells["row_at"]),
        letters=pl.col("reference").str.strip_chars_end("0123456789"),
        told_row=pl.col("reference").str.strip_chars_start("ABCDEFGHIJKLMNOPQRSTUVWXYZ").cast(pl.Int64),
    )
    cells = cells.with_columns(column=_column_numbers(cells["letters"]))
    if cells["column"].null_count():
        if cells.filter(pl.col("column").is_null()).select(has_reference.any()).item():
            raise UnreadableFile(DAMAGED)
        in_row = pl.int_range(pl.len(), dtype=pl.Int64)
        start = (pl.col("column") - in_row).forward_fill().fill_null(0)
        cells = cells.with_columns(column=(start + in_row).over("row_at"))
    unread = pl.col("style").is_null() | ~pl.col("type").is_in(CELL_TYPES)
    if cells.select(unread.any()).item():
        raise UnreadableFile(DAMAGED)
    misplaced = (pl.col("told_row") != pl.col("row")) | (pl.col("column") >= COLUMNS)
    goes_back = (pl.col("column").diff() <= 0) & (pl.col("row_at").diff() == 0)
    if cells.select(misplaced.any()).item():
        raise UnreadableFile(DAMAGED)
    if cells.select(goes_back.any()).item() and cells.select("row", "column").is_duplicated().any():
        raise UnreadableFile(DAMAGED)
    return cells.select(_NO_CELLS.columns), int(rows["row"][-1])


_NO_CELLS = pl.DataFrame(
    schema={"row": pl.Int64, "column": pl.Int64, "token": pl.String, "type": pl.String, "style": pl.Int64}
)


def _column_numbers(letters: pl.Series) -> pl.Series:
    """Positions from 0 of column names (A, B, … XFD); null stays null."""
    names = letters.drop_nulls().unique()
    numbers = [sum((ord(c) - 64) * 26**power for power, c in enumerate(reversed(name))) - 1 for name in names]
    return letters.replace_strict(names, pl.Series(numbers, dtype=pl.Int64), default=None, return_dtype=pl.Int64)


def _with_values(cells: pl.DataFrame, prefix: str, strings: pl.Series, is_computed: bool) -> pl.DataFrame:
    """row, column, style, `kind` and `value` as cell_texts wants them; empty cells left out."""
    v = f"{prefix}v"
    token = pl.col("token")
    cells = cells.filter(~token.str.ends_with("/>")).with_columns(
        value=token.str.extract(rf"<{v}(?:\s[^<>]*)?>([^<]*)</{v}>"),
        has_formula=token.str.contains(rf"<{prefix}f[\s/>]"),
    )
    inline = cells.filter(pl.col("type") == "inlineStr")
    parts = []
    if inline.height:
        item = rf"(<{prefix}is(?:\s[^<>]*)?>(?s:.*)</{prefix}is>)"
        items = inline["token"].str.extract(item).fill_null(f"<{prefix}is></{prefix}is>")
        texts = _unescaped(_string_items(items, prefix))
        parts.append(inline.with_columns(value=texts, kind=pl.lit("text")))
        cells = cells.filter(pl.col("type") != "inlineStr")
    _check_contents(cells, prefix)
    # a text may be empty (<v></v>); anything else without a value was never computed
    no_result = pl.col("value").is_null() | ((pl.col("value") == "") & (pl.col("type") != "str"))
    if not is_computed:
        no_result |= (pl.col("type") == "n") & (pl.col("value") == "0")
    no_result &= pl.col("has_formula")
    shared = cells.filter((pl.col("type") == "s") & pl.col("value").is_not_null())
    if shared.height:
        at = shared["value"].str.strip_chars().cast(pl.Int64, strict=False)
        if at.null_count() or not at.is_between(0, strings.len() - 1).all():
            raise UnreadableFile(DAMAGED)
        parts.append(shared.with_columns(value=strings.gather(at), kind=pl.lit("text")))
        cells = cells.filter(pl.col("type") != "s")
    kind = pl.col("type").replace({"str": "text", "e": "text"})
    value = pl.when(no_result).then(pl.lit(UNCACHED_FORMULA)).otherwise("value")
    cells = cells.with_columns(value=value, kind=pl.when(no_result).then(pl.lit("text")).otherwise(kind))
    cells = cells.filter(pl.col("value").is_not_null())
    parts.append(cells.with_columns(value=_unescaped(cells["value"])))
    return pl.concat([part.select("row", "column", "kind", "value", "style") for part in parts])


def _check_contents(cells: pl.DataFrame, prefix: str) -> None:
    """UnreadableFile for a cell that holds more than a formula, a value and an extension."""
    formula, value = (rf"(?:<{prefix}{name}(?:\s[^<>]*)?(?:/>|>[^<]*</{prefix}{name}>)\s*)?" for name in "fv")
    extension = rf"(?:{_element(f'{prefix}extLst')}\s*)?"
    if not cells["token"].str.contains(rf"^<[^<>]*>\s*{formula}{value}{extension}</{prefix}c>$").all():
        raise UnreadableFile(DAMAGED)
