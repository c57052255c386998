"""A table of text as typed rows, in parts that fit into memory. An order is never divided between two parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from pathlib import Path

import polars as pl

from flows.config import Settings
from flows.reading.text_tables import DAMAGED_SCHEMA, NOT_DATA_SCHEMA, TextBatch, TextTable, as_raw
from flows.recognition import UnrecognisedFile
from schemas.source_formats import CUSTOMER_KEYS, DateOrder, SourceFormat, addressed, normalised_header, roles_of
from transforms.intake import RoleText, cell_text, proven_date_order, typed_rows
from transforms.orders import ORDER_AMOUNTS

LINE_NO_HEADER = "regulars_line_no"
"""Column of a quarantine file that keeps a mended row's place in its order."""
SETTLES_HEADER = "regulars_row"
"""Column of a quarantine file that says which quarantined row a mended one settles."""

ROWS_PER_PART = 800_000
"""A file with more rows than this lands in parts."""
AHEAD = 2
"""Batches that are read and typed at a time."""

SET_ASIDE_SCHEMA = {"source_row": pl.Int64, "value": pl.String, "raw": pl.String}


class OrdersApart(Exception):
    """Lines of one order stand far apart in a large file: its parts must be dealt out by order before any may land."""


@dataclass(frozen=True)
class TypedFile:
    """One table of a file, typed but not yet held against what landed.

    The file of a large table is still being read while its first parts land. What is told of the whole file is complete
    once the last part was taken.
    """

    name: str
    """The file's name in the inbox; with the sheet or member it stands in after a #."""
    file_hash: str
    source: SourceFormat
    table: TextTable
    parts: Iterator[pl.DataFrame]
    """One row per sound line each: typed roles, `problem_code`, `problem_role`, `source_row`; of mended files also `settles`;
    where exact duplicates are dropped also `row_hash`, `row_hash_2`. At least one part. OrdersApart, or an UnreadableFile,
    may come with any but the first."""
    _reader: _Reader

    @property
    def is_large(self) -> bool:
        """Whether there may be more than one part."""
        return self.rows_in >= ROWS_PER_PART

    @property
    def set_aside(self) -> pl.DataFrame:
        """One row per row with a problem, of the parts so far: its value and its cells as they stood."""
        return pl.concat([pl.DataFrame(schema=SET_ASIDE_SCHEMA), *self._reader.set_aside])

    @property
    def damaged(self) -> pl.DataFrame:
        """One row per damaged line."""
        return pl.concat([pl.DataFrame(schema=DAMAGED_SCHEMA), *self._reader.damaged])

    @property
    def rows_in(self) -> int:
        return self._reader.rows_in

    @property
    def rows_not_data(self) -> int:
        return self._reader.rows_not_data

    @property
    def own_width(self) -> int:
        """Columns of the file itself, without those that a quarantine file adds."""
        at = column_of(self.table.header, LINE_NO_HEADER)
        return len(self.table.header) if at is None else at

    def raw_rows(self, source_rows: Sequence[int]) -> dict[int, list[str]]:
        """The cells of these rows as they stand in the file (it is read again for them)."""
        wanted = pl.Series("source_row", source_rows, dtype=pl.Int64).implode()
        cells: dict[int, list[str]] = {}
        for batch in self.table.batches():
            for *row, at in batch.rows.filter(pl.col("source_row").is_in(wanted)).iter_rows():
                cells[at] = row[: self.own_width]
            if len(cells) == len(source_rows):
                break
        return cells


def column_of(header: Sequence[str], name: str) -> int | None:
    names = [normalised_header(text) for text in header]
    return names.index(name) if name in names else None


def is_mended(header: Sequence[str]) -> bool:
    """Whether a table is a quarantine file that comes back: it brings its rows' numbers along."""
    return column_of(header, LINE_NO_HEADER) is not None


def typed_file(
    name: str, file_hash: str, table: TextTable, source: SourceFormat, settings: Settings, *, staging: Path, deal: bool
) -> TypedFile:
    """The table's rows, typed; those of a large table in parts.

    With `deal`, a large table is read to its end first and its parts are dealt out by order, in files in `staging`.
    Otherwise they are its rows as they come, and OrdersApart says when that will not do.
    """
    reader = _Reader(table, source, settings)
    stream = _parts(reader)
    if deal or reader.must_be_whole:
        stream = _dealt(stream, _key(source), staging / file_hash)
    else:
        stream = _with_orders_together(stream, _key(source))
    first = next(stream)
    return TypedFile(name, file_hash, source, table, chain([first], stream), reader)


@dataclass(frozen=True)
class _TypedBatch:
    rows: pl.DataFrame
    set_aside: pl.DataFrame
    damaged: pl.DataFrame
    rows_in: int
    rows_not_data: int


@dataclass
class _Reader:
    table: TextTable
    source: SourceFormat
    settings: Settings
    set_aside: list[pl.DataFrame] = field(default_factory=list)
    damaged: list[pl.DataFrame] = field(default_factory=list)
    rows_in: int = 0
    rows_not_data: int = 0

    @property
    def must_be_whole(self) -> bool:
        """Whether a damaged line anywhere in the file bears on the orders of all of it."""
        if self.source.table != "order_lines":
            return False
        return self.source.has_whole_orders or bool(set(ORDER_AMOUNTS) & {role.role for role in self.roles})

    @cached_property
    def roles(self) -> list[RoleText]:
        rows = None
        if self.source.date_order == "proven":  # by all days of the file, so they are looked through first
            found = self.source.header_of(self.table.header)
            moments = {found[role] for role, kind in roles_of(self.source.table).items()
                       if role in found and kind.kind in ("date", "datetime")}  # fmt: skip
            names = [str(at) for at in sorted(moments)]
            rows = pl.concat([self.empty_text(), *(batch.rows.unique(subset=names) for batch in self.table.batches())])
        return roles_read(self.table.header, self.source, self.settings, rows)

    def empty_text(self) -> pl.DataFrame:
        names = [str(at) for at in range(len(self.table.header))]
        return pl.DataFrame(schema={**dict.fromkeys(names, pl.String), "source_row": pl.Int64})

    def empty(self) -> _TypedBatch:
        none = pl.DataFrame(schema=DAMAGED_SCHEMA), pl.DataFrame(schema=NOT_DATA_SCHEMA)
        return self.typed(TextBatch(self.empty_text(), *none))

    def typed(self, batch: TextBatch) -> _TypedBatch:
        text = role_texts(batch.rows, self.table.header, self.source)
        rows = typed_rows(text, self.roles).with_columns(batch.rows["source_row"])
        rows = checked_rows(rows, self.source, self.settings)
        settles = column_of(self.table.header, SETTLES_HEADER)
        if settles is not None:
            rows = rows.with_columns(batch.rows[str(settles)].alias("settles"))
        if self.source.drop_exact_duplicates:
            cells = pl.struct(pl.exclude("source_row"))
            rows = rows.with_columns(batch.rows.select(row_hash=cells.hash(1), row_hash_2=cells.hash(2)))
        return _TypedBatch(
            rows, self._set_aside(rows, text, batch.rows), batch.damaged, batch.rows_in, batch.not_data.height
        )

    def _set_aside(self, rows: pl.DataFrame, text: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
        """What the quarantine will have to show of rows with a problem."""
        bad = rows["problem_code"].is_not_null()
        if not bad.any():
            return pl.DataFrame(schema=SET_ASIDE_SCHEMA)
        width = column_of(self.table.header, LINE_NO_HEADER) or len(self.table.header)
        shown, texts, raw = rows.filter(bad), text.filter(bad), cells.filter(bad)
        values = [
            row.get(role) if role else None
            for role, row in zip(shown["problem_role"], texts.iter_rows(named=True), strict=True)
        ]
        return pl.DataFrame(
            {
                "source_row": shown["source_row"],
                "value": values,
                "raw": [as_raw(row[:width]) for row in raw.drop("source_row").iter_rows()],
            },
            schema=SET_ASIDE_SCHEMA,
        )

    def tally(self, batch: _TypedBatch) -> None:
        self.rows_in += batch.rows_in
        self.rows_not_data += batch.rows_not_data
        if batch.set_aside.height:
            self.set_aside.append(batch.set_aside)
        if batch.damaged.height:
            self.damaged.append(batch.damaged)


# ---- parts


def _key(source: SourceFormat) -> str | None:
    """The column whose equal values must stand in one part."""
    return "order_id" if source.table == "order_lines" else "row_hash" if source.drop_exact_duplicates else None


def _parts(reader: _Reader) -> Iterator[pl.DataFrame]:
    """The rows as they come, in parts; the last order of a part waits for the next, as it may go on there."""
    key = _key(reader.source)
    waiting: list[pl.DataFrame] = []
    with ThreadPoolExecutor(AHEAD) as workers:
        for typed in _in_order(workers, reader.typed, reader.table.batches()):
            reader.tally(typed)
            waiting.append(typed.rows)
            if sum(rows.height for rows in waiting) < ROWS_PER_PART:
                continue
            part = pl.concat(waiting)
            unfinished = 0
            if key is not None:
                is_other = part[key].ne_missing(part[key][-1])
                unfinished = part.height if not is_other.any() else int(is_other.reverse().arg_max() or 0)
            waiting = [part.tail(unfinished)]
            if unfinished < part.height:
                yield part.head(part.height - unfinished)
    yield pl.concat(waiting) if waiting else reader.empty().rows


def _with_orders_together(parts: Iterator[pl.DataFrame], key: str | None) -> Iterator[pl.DataFrame]:
    """`parts`; OrdersApart when a part has a key that stood in an earlier one."""
    seen = pl.Series(dtype=pl.UInt64)
    for part in parts:
        if key is not None:
            here = _hashes(part[key])
            if seen.is_in(here.implode()).any():
                raise OrdersApart
            seen = seen.append(here)
        yield part


def _hashes(keys: pl.Series) -> pl.Series:
    """The keys that stand there, as numbers. Two keys with one number would only be kept together in vain."""
    return keys.filter(keys.ne_missing(keys.shift(1))).drop_nulls().hash(1)


def _dealt(parts: Iterator[pl.DataFrame], key: str | None, staging: Path) -> Iterator[pl.DataFrame]:
    """The rows of all `parts` in as many others, those of a key in one of them. Nothing comes before the last was read."""
    first = next(parts)
    second = next(parts, None)
    if second is None:
        yield first
        return
    staging.mkdir(parents=True)
    written: list[Path] = []
    for part in chain([first, second], parts):
        written.append(staging / f"{len(written)}.arrow")
        part.write_ipc(written[-1])
    if key is None:
        for path in written:
            yield pl.read_ipc(path)
        return
    pieces: dict[int, list[Path]] = {}
    for path in written:
        rows = pl.read_ipc(path).with_columns(_part=pl.col(key).hash(1) % len(written))
        for (number,), some in rows.partition_by("_part", as_dict=True, include_key=False).items():
            piece = path.with_name(f"{path.stem}-{number}.arrow")
            some.write_ipc(piece)
            pieces.setdefault(number, []).append(piece)
        path.unlink()
    for number in sorted(pieces):
        yield pl.concat([pl.read_ipc(piece) for piece in pieces[number]])


def _in_order(
    workers: ThreadPoolExecutor, function: Callable[[TextBatch], _TypedBatch], batches: Iterator[TextBatch]
) -> Iterator[_TypedBatch]:
    """`function` of each batch, in their order, a few at a time; the next one is read meanwhile."""
    waiting: list[Future[_TypedBatch]] = []
    for batch in batches:
        waiting.append(workers.submit(function, batch))
        if len(waiting) >= AHEAD:
            yield waiting.pop(0).result()
    while waiting:
        yield waiting.pop(0).result()


# ---- columns and their roles


def roles_read(
    header: Sequence[str], source: SourceFormat, settings: Settings, rows: pl.DataFrame | None = None
) -> list[RoleText]:
    """The roles that this header (or the source's constants) bring, and how their text is read.

    `rows`: all of the file's rows, where the file itself must prove the order of day and month.
    """
    known = roles_of(source.table)
    found = source.header_of(list(header))
    told_later = (*source.order_roles, *source.constant_where_empty)
    text = role_texts(rows, header, source) if rows is not None and source.date_order == "proven" else None

    def date_order(role: str) -> DateOrder:
        if source.date_order != "proven":
            return source.date_order
        is_moment = known[role].kind in ("date", "datetime")
        return proven_date_order(text[role]) if is_moment and text is not None else "ymd"

    roles = [
        RoleText(
            role,
            known[role].kind,
            (known[role].required or (role == "store_id" and source.table == "order_lines")) and role not in told_later,
            known[role].reserved,
            source.columns[role].strip_suffix,
            source.columns[role].extract,
            date_order=date_order(role),
            decimal_comma=source.decimal_comma,
            time_zone=source.time_zone,
            zone=settings.time_zone,
            country=settings.country,
        )
        for role in known
        if role in found and not (role == "line_no" and is_mended(header))
    ]
    roles += [
        RoleText(role, known[role].kind, known[role].required, known[role].reserved)
        for role in source.constants
        if role not in found
    ]
    if source.table == "order_lines" and is_mended(header):
        roles.append(RoleText("line_no", "count", False))
    return roles


def role_texts(rows: pl.DataFrame, header: Sequence[str], source: SourceFormat) -> pl.DataFrame:
    """One String column per role that the file or the source's constants bring, one row per row of `rows`."""
    positions: dict[str, int] = {}
    for position, name in enumerate(addressed(list(header))):
        positions.setdefault(normalised_header(name), position)
    columns = {
        role: cell_text(rows, positions, source.columns[role]).alias(role) for role in source.header_of(list(header))
    }
    mended = column_of(header, LINE_NO_HEADER)
    if source.table == "order_lines" and mended is not None:
        # the file's own number counts where it has one
        own = columns.get("line_no", pl.Series([""] * rows.height, dtype=pl.String))
        columns["line_no"] = own.zip_with(own.str.strip_chars() != "", rows[str(mended)]).alias("line_no")
    frame = pl.DataFrame(list(columns.values()))
    missing = [pl.lit(text).alias(role) for role, text in source.constants.items() if role not in columns]
    return frame.with_columns(missing)


def checked_rows(typed: pl.DataFrame, source: SourceFormat, settings: Settings) -> pl.DataFrame:
    """Problems that are not a cell's own: another currency, a row that names no customer, somebody who refers themselves."""
    checks: list[tuple[pl.Expr, str, str]] = []
    if "currency" in typed.columns:
        checks.append((pl.col("currency").str.to_uppercase() != settings.currency, "other_currency", "currency"))
    keys = [key for key in CUSTOMER_KEYS if key in typed.columns]
    if source.table == "customers":
        checks.append((pl.all_horizontal(pl.col(keys).is_null()), "no_customer_key", keys[0]))
    if source.table == "referrals":
        checks.append((pl.col("referrer") == pl.col("referred"), "self_referral", "referrer"))
    if source.table == "order_lines":
        check_can_be_counted(typed.columns, source)
    for broken, code, role in checks:
        first = broken.fill_null(False) & pl.col("problem_code").is_null()
        typed = typed.with_columns(
            problem_code=pl.when(first).then(pl.lit(code)).otherwise("problem_code"),
            problem_role=pl.when(first).then(pl.lit(role)).otherwise("problem_role"),
        )
    return typed


def check_can_be_counted(roles: Sequence[str], source: SourceFormat) -> None:
    """UnrecognisedFile when order lines lack their store, or their amounts, and nothing else can bring them."""
    has_head = "ordered_at" not in roles
    if "store_id" not in roles and not has_head:
        raise UnrecognisedFile(
            f'{source.name} names no store: add store_id = "…" under [sources.{source.name}] in chain.toml'
        )
    amounts = {"net_sales", "unit_price", *(("order_paid", "order_goods") if source.grain == "order" else ())}
    if source.prices == "file" and not amounts & set(roles):
        raise UnrecognisedFile(f"{source.name} brings neither net_sales nor unit_price; map one of them")
