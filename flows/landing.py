"""From one file's text to the rows that land: typed, checked, set aside, and held against what landed before."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import polars as pl

from flows.config import Settings
from flows.errors import RegularsError
from flows.lake import Lake, Landing, schema_of
from flows.sources import misses_a_better_one, nearest_format
from flows.text_files import TextTable
from schemas.columns import MONEY
from schemas.orders import Gifts, OrderLines
from schemas.quarantine import Quarantine
from schemas.segments import SALES_KINDS
from schemas.source_formats import (
    CUSTOMER_KEYS,
    INPUT_TABLES,
    SourceFormat,
    normalised_header,
    recognise,
    roles_of,
)
from transforms import identity, orders, versions
from transforms.intake import RoleText, typed_rows

LINE_NO_HEADER = "regulars_line_no"
"""Column of quarantine.csv that keeps a mended row's place in its order."""
DAMAGED_LINE_NO = 1_000_000
"""Damaged lines cannot be counted within their order: they are numbered by their line in the file from here on."""
DAYS_A_CORRECTION_MAY_MOVE = timedelta(days=31)
"""Landed lines of the same order are looked for this far around a file's own days."""


@dataclass(frozen=True)
class FileRows:
    """One file's rows before they are held against what landed: every sound line typed, its problem or duplicate marked."""

    file_name: str
    file_hash: str
    source: SourceFormat
    header: Sequence[str]
    rows_in: int
    rows: pl.DataFrame
    """One row per sound line: typed roles, `problem_code`, `problem_role`, `is_duplicate`, `amount`."""
    quarantine: pl.DataFrame
    """One row per line that is set aside, damaged ones included."""


class UnrecognisedFile(RegularsError):
    """No known export, and not described in chain.toml: it stays in the inbox."""


def recognised_source(header: Sequence[str], formats: dict[str, SourceFormat]) -> SourceFormat:
    """The one source this header belongs to; UnrecognisedFile says which column the nearest one misses."""
    matches = recognise(list(header), formats)
    if matches:
        best = matches[0]
        if len(matches) > 1 and len(best.header_of(list(header))) == len(matches[1].header_of(list(header))):
            raise UnrecognisedFile(
                f"could be {best.name} or {matches[1].name}; describe it in chain.toml under [sources.…]"
            )
        if not misses_a_better_one(list(header), best, formats):
            return best
    if near := nearest_format(list(header), formats):
        source, absent = near
        raise UnrecognisedFile(
            f"looks like {source.name} ({source.en}), but column {', '.join(absent)} is missing; export it again with that "
            "column, or see what else it can be with `regulars inspect`"
        )
    raise UnrecognisedFile("is no known export; `regulars inspect` proposes a mapping for it, and --save keeps it")


def check_currency(source: SourceFormat, settings: Settings) -> None:
    if source.currency and source.currency != settings.currency:
        raise UnrecognisedFile(
            f"{source.name} is in {source.currency}, but the chain counts in {settings.currency}: "
            f'set currency = "{source.currency}" in chain.toml'
        )


# ---- one file


def file_rows(name: str, file_hash: str, table: TextTable, source: SourceFormat, settings: Settings) -> FileRows:
    """The file's rows, typed and checked by themselves."""
    text = role_texts(table, source)
    typed = typed_rows(text, roles_read(table, source)).with_columns(table.rows["source_row"])
    typed = checked_rows(typed, source, settings)
    duplicate = pl.Series("is_duplicate", [False] * typed.height)
    if source.drop_exact_duplicates and typed.height:
        duplicate = ~table.rows.drop("source_row").select(pl.struct(pl.all()).is_first_distinct()).to_series()
    rows = typed.with_columns(is_duplicate=duplicate)
    if source.table == "order_lines":
        rows = versions.told_once(_order_lines(rows, source))
    else:
        rows = rows.with_columns(amount=pl.lit(None, MONEY))
    bad = rows.filter(pl.col("problem_code").is_not_null() & ~pl.col("is_duplicate"))
    damaged = table.damaged.select(
        "source_row",
        line_no=pl.col("source_row") + DAMAGED_LINE_NO,
        column=pl.lit(None, pl.String),
        value=pl.lit(None, pl.String),
        reason="reason",
        raw="raw",
    )
    quarantine = pl.concat([_quarantined(bad, text, table), damaged]).sort("source_row")
    return FileRows(name, file_hash, source, table.header, table.rows_in, rows, quarantine)


def landings(files: Sequence[FileRows], lake: Lake, ledger: pl.DataFrame) -> list[Landing]:
    """What lands of each file, in order: rows that landed before (in the lake, or in an earlier file) are duplicates when
    they say the same, corrections when they don't."""
    superseded: dict[int, pl.DataFrame] = {}
    repeated: dict[int, pl.DataFrame] = {}
    lines = [
        file.rows.filter(pl.col("problem_code").is_null() & ~pl.col("is_duplicate")).select(
            pl.lit(number, pl.Int64).alias("file_no"), "source_row", *versions.VERSION_COLUMNS
        )
        for number, file in enumerate(files)
        if file.source.table == "order_lines"
    ]
    if lines:
        batch = pl.concat(lines)
        duplicates, corrected = versions.versions(batch, _landed_before(batch, lake, ledger))
        repeated = {key[0]: rows for key, rows in duplicates.partition_by("file_no", as_dict=True).items()}
        superseded = {key[0]: rows for key, rows in corrected.partition_by("file_no", as_dict=True).items()}
    return [_landing(file, repeated.get(number), superseded.get(number)) for number, file in enumerate(files)]


def _landed_before(batch: pl.DataFrame, lake: Lake, ledger: pl.DataFrame) -> pl.DataFrame:
    """The newest landed version of every line of the orders in `batch`."""
    nothing = batch.select(versions.VERSION_COLUMNS).clear()
    if batch.is_empty() or ledger.filter(pl.col("table_name") == "order_lines").is_empty():
        return nothing
    days = batch.select(first=pl.col("business_date").min(), last=pl.col("business_date").max()).row(0, named=True)
    around = pl.col("business_date").is_between(
        days["first"] - DAYS_A_CORRECTION_MAY_MOVE, days["last"] + DAYS_A_CORRECTION_MAY_MOVE
    )
    keys = batch.select("store_id", "order_id").unique()
    return (
        lake.scan("order_lines", ledger)
        .filter(around)
        .join(keys.lazy(), on=["store_id", "order_id"], how="semi")
        .sort("landing_no", "source_row")
        .unique(subset=versions.SAME_LINE, keep="last", maintain_order=True)
        .select(versions.VERSION_COLUMNS)
        .collect()
    )


def _landing(file: FileRows, repeated: pl.DataFrame | None, superseded: pl.DataFrame | None) -> Landing:
    rows = file.rows
    if repeated is not None:
        again = pl.col("source_row").is_in(repeated["source_row"].to_list())
        rows = rows.with_columns(is_duplicate=pl.col("is_duplicate") | again)
    is_order = file.source.table == "order_lines"
    tables = _order_tables(rows, superseded) if is_order else _plain_tables(rows, file.source)
    tables["quarantine"] = file.quarantine
    kept = pl.col("problem_code").is_null() & ~pl.col("is_duplicate")

    def amount(where: pl.Expr) -> Decimal:
        return rows.select(pl.col("amount").filter(where).sum().cast(MONEY)).item()

    accepted = rows.filter(kept)
    bad = rows.filter(pl.col("problem_code").is_not_null() & ~pl.col("is_duplicate"))
    sold = accepted.filter(pl.col("line_kind").is_in(SALES_KINDS)) if is_order else None
    return Landing(
        {key: frame for key, frame in tables.items() if frame.height},
        {
            "file_hash": file.file_hash,
            "file_name": file.file_name,
            "source": file.source.name,
            "table_name": file.source.table,
            "rows_in": file.rows_in,
            "rows_accepted": accepted.height,
            "rows_quarantined": file.quarantine.height,
            "rows_duplicate": rows.height - accepted.height - bad.height,
            "rows_corrected": 0 if superseded is None else superseded.height,
            "amount_in": amount(pl.lit(True)),
            "amount_accepted": amount(kept),
            "amount_quarantined": amount(pl.col("problem_code").is_not_null() & ~pl.col("is_duplicate")),
            "amount_duplicate": amount(pl.col("is_duplicate")),
            "net_sales": Decimal("0.00") if sold is None else sold.select(pl.col("net_sales").sum().cast(MONEY)).item(),
            "first_date": accepted["business_date"].min() if is_order else None,
            "last_date": accepted["business_date"].max() if is_order else None,
        },
        file.header,
    )


def roles_read(table: TextTable, source: SourceFormat) -> list[RoleText]:
    known = roles_of(source.table)
    found = source.header_of(table.header)
    roles = [
        RoleText(
            role,
            known[role].kind,
            known[role].required or (role == "store_id" and source.table == "order_lines"),
            source.columns[role].strip_suffix,
            source.columns[role].extract,
        )
        for role in known
        if role in found and not (role == "line_no" and _mended_at(table) is not None)
    ]
    roles += [RoleText(role, known[role].kind, known[role].required) for role in source.constants if role not in found]
    if source.table == "order_lines" and _mended_at(table) is not None:
        roles.append(RoleText("line_no", "count", False))
    return roles


def role_texts(table: TextTable, source: SourceFormat) -> pl.DataFrame:
    """One String column per role that the file or the source's constants bring, one row per sound line."""
    columns = {role: table.rows[str(position)].alias(role) for role, position in source.header_of(table.header).items()}
    mended = _mended_at(table)
    if source.table == "order_lines" and mended is not None:
        columns["line_no"] = table.rows[str(mended)].alias("line_no")
    frame = pl.DataFrame(list(columns.values()))
    missing = [pl.lit(text).alias(role) for role, text in source.constants.items() if role not in columns]
    return frame.with_columns(missing)


def _mended_at(table: TextTable) -> int | None:
    names = [normalised_header(text) for text in table.header]
    return names.index(LINE_NO_HEADER) if LINE_NO_HEADER in names else None


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
    if source.table == "order_lines" and "store_id" not in typed.columns:
        raise UnrecognisedFile(
            f'{source.name} names no store: add store_id = "…" under [sources.{source.name}] in chain.toml'
        )
    if source.table == "order_lines" and not {"net_sales", "unit_price"} & set(typed.columns):
        raise UnrecognisedFile(f"{source.name} brings neither net_sales nor unit_price; map one of them")
    for broken, code, role in checks:
        first = broken.fill_null(False) & pl.col("problem_code").is_null()
        typed = typed.with_columns(
            problem_code=pl.when(first).then(pl.lit(code)).otherwise("problem_code"),
            problem_role=pl.when(first).then(pl.lit(role)).otherwise("problem_role"),
        )
    return typed


def _order_lines(typed: pl.DataFrame, source: SourceFormat) -> pl.DataFrame:
    """Every sound line of the file as an order line; quarantined and duplicate ones are still among them, marked."""
    lines = orders.order_lines(typed, source)
    wanted = {**schema_of(OrderLines), **schema_of(Gifts)}
    return lines.with_columns(
        pl.lit(None, dtype).alias(name) for name, dtype in wanted.items() if name not in lines.columns
    )


def _order_tables(lines: pl.DataFrame, superseded: pl.DataFrame | None) -> dict[str, pl.DataFrame]:
    """What an orders file adds to the lake: its accepted lines, their roll-up (corrections taken back), gifts, buyers."""
    accepted = lines.filter(pl.col("problem_code").is_null() & ~pl.col("is_duplicate")).with_columns(
        landing_id=pl.lit(0, pl.Int64)
    )
    needed = [
        "landing_id", "store_id", "buyer_key", "business_date", "line_kind", "net_sales", "cost", "is_promotion", "ordered_at",
    ]  # fmt: skip
    rolled = accepted.select(needed)
    if superseded is not None:
        taken_back = superseded.with_columns(pl.col("net_sales", "cost").neg(), landing_id=pl.lit(0, pl.Int64))
        rolled = pl.concat([rolled, taken_back.select(needed)])
    return {
        "order_lines": accepted.select(name for name in schema_of(OrderLines) if name != "landing_id"),
        "activity": orders.activity(rolled.lazy()).collect().drop("landing_id"),
        "gifts": orders.gifts(accepted.lazy()).collect().drop("landing_id"),
        "buyers": accepted.filter(pl.col("buyer_key").is_not_null())
        .select("buyer_key", *CUSTOMER_KEYS)
        .unique(maintain_order=True),
    }


def _plain_tables(typed: pl.DataFrame, source: SourceFormat) -> dict[str, pl.DataFrame]:
    """What any other file adds: its own table, and the customer keys that it names."""
    rows, buyers = typed, []
    schema = schema_of(INPUT_TABLES[source.table])
    if "buyer_key" in schema:
        rows = identity.with_buyer_key(rows)
    rows = rows.with_columns(
        pl.lit(None, dtype).alias(name) for name, dtype in schema.items() if name not in rows.columns
    )
    accepted = rows.filter(pl.col("problem_code").is_null() & ~pl.col("is_duplicate"))
    if "buyer_key" in schema:
        named = accepted.filter(pl.col("buyer_key").is_not_null())
        buyers.append(named.select("buyer_key", *CUSTOMER_KEYS).unique(maintain_order=True))
    for reference in ("referrer", "referred"):
        if f"{reference}_key" in schema:
            accepted = accepted.with_columns(identity.key_of_reference(accepted[reference]).alias(f"{reference}_key"))
            buyers.append(identity.buyers_of_reference(accepted[reference]))
    tables = {source.table: accepted.select(name for name in schema if name != "landing_id")}
    if buyers:
        tables["buyers"] = pl.concat(buyers).unique(maintain_order=True)
    return tables


def _quarantined(bad: pl.DataFrame, text: pl.DataFrame, table: TextTable) -> pl.DataFrame:
    """One quarantine row per bad row: its first problem, with the value as it stood and the whole line as JSON."""
    header = [str(position) for position in range(len(table.header))]
    cells = table.rows.with_row_index("at").join(bad.select("source_row"), on="source_row", how="semi")
    raw = {
        row["source_row"]: json.dumps([row[name] for name in header], ensure_ascii=False)
        for row in cells.iter_rows(named=True)
    }
    at = dict(cells.select("source_row", "at").iter_rows())
    line_no = "line_no" if "line_no" in bad.columns else pl.lit(None, pl.Int64).alias("line_no")
    records = [
        {
            "source_row": row,
            "line_no": line_no,
            "column": role,
            "value": text[role][at[row]] if role in text.columns else None,
            "reason": code,
            "raw": raw[row],
        }
        for row, line_no, role, code in bad.select("source_row", line_no, "problem_role", "problem_code").iter_rows()
    ]
    return pl.DataFrame(records, schema={name: t for name, t in schema_of(Quarantine).items() if name != "landing_id"})
