"""Find, recognise, read, validate, quarantine, commit: from files in the inbox to visible rows in the lake."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

import polars as pl

from flows.config import Settings, Workspace
from flows.errors import RegularsError, UsageError
from flows.lake import Lake, Landing, schema_of
from flows.sources import sources_of
from flows.text_files import TextTable, UnreadableFile, read_text_table
from schemas.columns import MONEY
from schemas.orders import Gifts, OrderLines
from schemas.quarantine import REASONS, Quarantine
from schemas.source_formats import (
    CUSTOMER_KEYS,
    INPUT_TABLES,
    SourceFormat,
    normalised_header,
    recognise,
    roles_of,
)
from transforms import identity, orders
from transforms.intake import RoleText, typed_rows

ROWS_PER_COMMIT = 1_000_000
LINE_NO_HEADER = "regulars_line_no"
"""Column of quarantine.csv that keeps a mended row's place in its order."""
DAMAGED_LINE_NO = 1_000_000
"""Damaged lines cannot be counted within their order: they are numbered by their line in the file from here on."""

DAYS_A_CORRECTION_MAY_MOVE = timedelta(days=31)
"""Landed lines of the same order are looked for this far around a file's own days."""

Outcome = Literal["landed", "landed_before", "unrecognised", "unreadable"]


@dataclass(frozen=True)
class FileOutcome:
    """What became of one file of the inbox. rows_in = rows_accepted + rows_quarantined + rows_duplicate."""

    file: str
    outcome: Outcome
    source: str | None = None
    table: str | None = None
    rows_in: int = 0
    rows_accepted: int = 0
    rows_quarantined: int = 0
    rows_duplicate: int = 0
    rows_corrected: int = 0
    net_sales: Decimal = Decimal("0.00")
    message: str | None = None


@dataclass(frozen=True)
class IngestReport:
    """One run of ingest: each file, and the sums that must agree."""

    files: list[FileOutcome] = field(default_factory=list)

    def total(self, name: str) -> int:
        return sum(getattr(file, name) for file in self.files)

    @property
    def quarantined_share(self) -> float:
        return self.total("rows_quarantined") / max(self.total("rows_in"), 1)

    @property
    def left_in_inbox(self) -> list[FileOutcome]:
        return [file for file in self.files if file.outcome in ("unrecognised", "unreadable")]

    def as_json(self) -> dict[str, Any]:
        counts = ("rows_in", "rows_accepted", "rows_quarantined", "rows_duplicate", "rows_corrected")
        return {
            **{name: self.total(name) for name in counts},
            "net_sales": sum((file.net_sales for file in self.files), Decimal("0.00")),
            "files": [asdict(file) for file in self.files],
        }


def inbox_files(workspace: Workspace) -> list[Path]:
    """The files to land, in order of name; hidden ones are not ours."""
    if not workspace.inbox.is_dir():
        return []
    return sorted(path for path in workspace.inbox.rglob("*") if path.is_file() and not path.name.startswith("."))


def ingest(
    workspace: Workspace, settings: Settings, *, now: datetime, progress: Callable[[FileOutcome], None] = lambda _: None
) -> IngestReport:
    """Land everything in the inbox. One file's trouble never stops the others; it stays in the inbox with a clear line.

    `now` is the moment of landing (UTC, naive). Files whose content landed before, under any name, are only moved away.
    """
    lake = Lake(workspace.lake)
    lake.recover()
    formats = sources_of(settings)
    report = IngestReport()
    ledger = lake.ledger()
    landed_hashes = set(ledger["file_hash"].to_list())
    next_landing_no = int(ledger["landing_no"].max() or 0) + 1  # type: ignore[arg-type]
    pending: list[tuple[Path, Landing, FileOutcome]] = []

    def told(outcome: FileOutcome) -> None:
        report.files.append(outcome)
        progress(outcome)

    def commit() -> None:
        nonlocal next_landing_no
        if not pending:
            return
        landings = [landing for _, landing, _ in pending]
        lake.commit(landings, landed_at=now, first_landing_no=next_landing_no)
        next_landing_no += len(landings)
        for path, landing, outcome in pending:
            _write_quarantine_file(workspace, path.name, landing)
            _move_away(workspace, path, now)
            told(outcome)
        pending.clear()

    for path in inbox_files(workspace):
        name = path.relative_to(workspace.inbox).as_posix()
        try:
            content = path.read_bytes()
        except OSError as error:
            told(FileOutcome(name, "unreadable", message=f"{name} cannot be read: {error.strerror}"))
            continue
        file_hash = sha256(content).hexdigest()
        if file_hash in landed_hashes:
            _move_away(workspace, path, now)
            told(
                FileOutcome(
                    name, "landed_before", message=f"{name}: the same content landed before; nothing counted twice"
                )
            )
            continue
        try:
            table = read_text_table(content)
            source = recognised_source(table.header, formats)
            check_currency(source, settings)
            landing = _landing(name, file_hash, table, source, settings, lake, ledger, [item for _, item, _ in pending])
        except UnreadableFile as error:
            told(FileOutcome(name, "unreadable", message=f"{name} {error}"))
            continue
        except UnrecognisedFile as error:
            told(FileOutcome(name, "unrecognised", message=f"{name}: {error}"))
            continue
        landed_hashes.add(file_hash)
        counts = {key: landing.ledger[key] for key in ("rows_in", "rows_accepted", "rows_quarantined", "rows_duplicate",
                                                       "rows_corrected", "net_sales")}  # fmt: skip
        pending.append((path, landing, FileOutcome(name, "landed", source.name, source.table, **counts)))
        if sum(landing.ledger["rows_in"] for _, landing, _ in pending) >= ROWS_PER_COMMIT:
            commit()
            ledger = lake.ledger()
    commit()
    return report


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
        return best
    near = max(formats.values(), key=lambda f: (_likeness(f, list(header)), f.name))
    if _likeness(near, list(header)) >= 0.5:
        found = near.header_of(list(header))
        absent = [" / ".join(near.columns[role].headers) for role in near.required if role not in found]
        raise UnrecognisedFile(
            f"looks like {near.name} ({near.en}), but column {', '.join(absent)} is missing; export it again with that column"
        )
    raise UnrecognisedFile(
        "is no known export; see what it holds with `regulars inspect`, then describe it in chain.toml"
    )


def _likeness(source: SourceFormat, header: list[str]) -> float:
    found = source.header_of(header)
    return sum(role in found for role in source.required) / len(source.required)


def check_currency(source: SourceFormat, settings: Settings) -> None:
    if source.currency and source.currency != settings.currency:
        raise UnrecognisedFile(
            f"{source.name} is in {source.currency}, but the chain counts in {settings.currency}: "
            f'set currency = "{source.currency}" in chain.toml'
        )


# ---- one file


def _landing(
    name: str,
    file_hash: str,
    table: TextTable,
    source: SourceFormat,
    settings: Settings,
    lake: Lake,
    ledger: pl.DataFrame,
    pending: Sequence[Landing],
) -> Landing:
    text = role_texts(table, source)
    roles = roles_read(table, source)
    typed = typed_rows(text, roles).with_columns(table.rows["source_row"])
    typed = checked_rows(typed, source, settings)
    damaged = table.damaged.select(
        "source_row",
        line_no=pl.col("source_row") + DAMAGED_LINE_NO,
        column=pl.lit(None, pl.String),
        value=pl.lit(None, pl.String),
        reason="reason",
        raw="raw",
    )
    duplicate = pl.Series("is_duplicate", [False] * typed.height)
    if source.drop_exact_duplicates and typed.height:
        duplicate = ~table.rows.drop("source_row").select(pl.struct(pl.all()).is_first_distinct()).to_series()
    typed = typed.with_columns(is_duplicate=duplicate)

    if source.table == "order_lines":
        lines = _order_lines(typed, source)
        lines, superseded = _against_landed(lines, lake, ledger, pending)
        tables = _order_tables(lines, superseded)
        rows = lines
    else:
        rows, tables = _plain_tables(typed, source)
        rows = rows.with_columns(amount=pl.lit(None, MONEY))
        superseded = rows.clear()
    bad = rows.filter(pl.col("problem_code").is_not_null() & ~pl.col("is_duplicate"))
    tables["quarantine"] = pl.concat([_quarantined(bad, text, table), damaged]).sort("source_row")
    tables = {key: frame for key, frame in tables.items() if frame.height}

    kept = pl.col("problem_code").is_null() & ~pl.col("is_duplicate")

    def amount(where: pl.Expr) -> Decimal:
        return rows.select(pl.col("amount").filter(where).sum().cast(MONEY)).item()

    accepted = rows.filter(kept)
    is_order = source.table == "order_lines"
    return Landing(
        tables,
        {
            "file_hash": file_hash,
            "file_name": name,
            "source": source.name,
            "table_name": source.table,
            "rows_in": table.rows_in,
            "rows_accepted": accepted.height,
            "rows_quarantined": bad.height + damaged.height,
            "rows_duplicate": rows.height - accepted.height - bad.height,
            "rows_corrected": superseded.height,
            "amount_in": amount(pl.lit(True)),
            "amount_accepted": amount(kept),
            "amount_quarantined": amount(pl.col("problem_code").is_not_null() & ~pl.col("is_duplicate")),
            "amount_duplicate": amount(pl.col("is_duplicate")),
            "net_sales": accepted.filter(pl.col("line_kind").is_in(["sale", "refund"])).select(
                pl.col("net_sales").sum().cast(MONEY)
            ).item() if is_order else Decimal("0.00"),
            "first_date": accepted["business_date"].min() if is_order else None,
            "last_date": accepted["business_date"].max() if is_order else None,
        },
        table.header,
    )  # fmt: skip


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
    lines = typed.with_columns(orders.line_kind(source.rules, typed))
    lines = orders.line_amount(orders.numbered_lines(lines))
    unknown = pl.col("amount").is_null() & pl.col("problem_code").is_null()
    lines = lines.with_columns(
        problem_code=pl.when(unknown).then(pl.lit("missing")).otherwise("problem_code"),
        problem_role=pl.when(unknown)
        .then(pl.lit("net_sales" if "net_sales" in typed.columns else "unit_price"))
        .otherwise("problem_role"),
    )
    lines = lines.with_columns(orders.signed_amount(), business_date=pl.col("ordered_at").dt.date())
    lines = identity.with_buyer_key(lines)
    wanted = {**schema_of(OrderLines), **schema_of(Gifts)}
    return lines.with_columns(
        pl.lit(None, dtype).alias(name) for name, dtype in wanted.items() if name not in lines.columns
    )


_SAME_LINE = ("store_id", "order_id", "line_no")
_SAME_CONTENT = ("product_id", "quantity", "net_sales", "line_kind", "ordered_at", "buyer_key")


def _against_landed(
    lines: pl.DataFrame, lake: Lake, ledger: pl.DataFrame, pending: Sequence[Landing]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The lines with those that landed before marked as duplicates, and the landed lines that the others correct.

    The same line of the same order with the same content is a duplicate; with other content it supersedes the older one.
    """
    days = lines.select(first=pl.col("business_date").min(), last=pl.col("business_date").max()).row(0, named=True)
    if days["first"] is None:
        return lines, lines.clear()
    candidates = [
        landing.tables["order_lines"].with_columns(landing_no=pl.lit(10**15 + step, pl.Int64))
        for step, landing in enumerate(pending)
        if "order_lines" in landing.tables
    ]
    columns = [*_SAME_LINE, *_SAME_CONTENT, "business_date", "cost", "is_promotion", "landing_no"]
    if ledger.filter(pl.col("table_name") == "order_lines").height:
        around = pl.col("business_date").is_between(
            days["first"] - DAYS_A_CORRECTION_MAY_MOVE, days["last"] + DAYS_A_CORRECTION_MAY_MOVE
        )
        candidates.append(lake.scan("order_lines", ledger).filter(around).select(columns).collect())
    keys = lines.select("store_id", "order_id").unique()
    landed = [part.select(columns).join(keys, on=["store_id", "order_id"], how="semi") for part in candidates]
    landed = [part for part in landed if part.height]
    if not landed:
        return lines, lines.clear()
    newest = pl.concat(landed).sort("landing_no").unique(subset=_SAME_LINE, keep="last", maintain_order=True)
    joined = lines.join(
        newest.select(*_SAME_LINE, *(pl.col(name).alias(f"landed_{name}") for name in _SAME_CONTENT), was_landed=pl.lit(True)),
        on=_SAME_LINE, how="left", maintain_order="left",
    )  # fmt: skip
    same = pl.all_horizontal(pl.col(name).eq_missing(pl.col(f"landed_{name}")) for name in _SAME_CONTENT)
    joined = joined.with_columns(is_duplicate=pl.col("is_duplicate") | (pl.col("was_landed").fill_null(False) & same))
    corrected = joined.filter(pl.col("was_landed") & ~pl.col("is_duplicate") & pl.col("problem_code").is_null())
    superseded = newest.join(corrected.select(_SAME_LINE), on=_SAME_LINE, how="semi")
    return joined.select(lines.columns), superseded


def _order_tables(lines: pl.DataFrame, superseded: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """What an orders file adds to the lake: its accepted lines, their roll-up (corrections taken back), gifts, buyers."""
    accepted = lines.filter(pl.col("problem_code").is_null() & ~pl.col("is_duplicate")).with_columns(
        landing_id=pl.lit(0, pl.Int64)
    )
    taken_back = superseded.with_columns(
        pl.col("net_sales", "cost").neg() if superseded.height else pl.col("net_sales", "cost"),
        landing_id=pl.lit(0, pl.Int64),
    )
    needed = [
        "landing_id", "store_id", "buyer_key", "business_date", "line_kind", "net_sales", "cost", "is_promotion", "ordered_at",
    ]  # fmt: skip
    rolled = pl.concat([accepted.select(needed), taken_back.select(needed)])
    return {
        "order_lines": accepted.select(name for name in schema_of(OrderLines) if name != "landing_id"),
        "activity": orders.activity(rolled.lazy()).collect().drop("landing_id"),
        "gifts": orders.gifts(accepted.lazy()).collect().drop("landing_id"),
        "buyers": accepted.filter(pl.col("buyer_key").is_not_null())
        .select("buyer_key", *CUSTOMER_KEYS)
        .unique(maintain_order=True),
    }


def _plain_tables(typed: pl.DataFrame, source: SourceFormat) -> tuple[pl.DataFrame, dict[str, pl.DataFrame]]:
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
    return rows, tables


# ---- what is set aside, and where files go


FORMULA_SIGNS = ("=", "+", "-", "@")


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


def _write_quarantine_file(workspace: Workspace, name: str, landing: Landing) -> None:
    """quarantine/NAME: the set-aside rows in the file's own layout, to be mended in a spreadsheet and dropped in again."""
    if "quarantine" not in landing.tables:
        return
    workspace.quarantine.mkdir(parents=True, exist_ok=True)
    width = len(landing.header)
    path = workspace.quarantine / f"{Path(name).stem}.quarantine.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*landing.header, LINE_NO_HEADER, "line", "column", "value", "reason", "remedy"])
        for row in landing.tables["quarantine"].iter_rows(named=True):
            reason = REASONS[row["reason"]]
            cells = [str(cell or "") for cell in json.loads(row["raw"])]
            fitted = [*cells[: width - 1], ",".join(cells[width - 1 :])] + [""] * (width - len(cells))
            told = (row["line_no"], row["source_row"], row["column"], row["value"], reason.en, reason.remedy_en)
            writer.writerow([_as_plain_text(cell) for cell in (*fitted, *told)])


def _as_plain_text(cell: object) -> object:
    """A cell that a spreadsheet would take for a formula, with the apostrophe that says it is text; intake removes it."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in FORMULA_SIGNS and not cell[1:2].isdigit() else cell


def _move_away(workspace: Workspace, path: Path, now: datetime) -> None:
    """From inbox/ to landed/YYYY-MM-DD/, under a free name."""
    folder = workspace.landed / now.date().isoformat()
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / path.name
    step = 1
    while target.exists():
        step += 1
        target = folder / f"{path.stem} ({step}){path.suffix}"
    path.rename(target)


def check_inbox_not_empty(workspace: Workspace) -> None:
    """UsageError when there is nothing to land."""
    if not inbox_files(workspace):
        raise UsageError(f"{workspace.inbox} is empty: drop the till's or shop's export files there and run it again")
