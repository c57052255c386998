"""Typed files into the lake: held against each other and against what landed before, tallied, appended, committed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import polars as pl

from flows.config import Settings
from flows.errors import RegularsError
from flows.lake import Attempt, Lake, schema_of
from flows.reading.text_tables import as_raw
from flows.typed_files import SET_ASIDE_SCHEMA, TypedFile, is_mended
from schemas.columns import MONEY
from schemas.orders import ADDED_ROW, REFUND_ID, Gifts, OrderLines
from schemas.quarantine import Mended, Quarantine
from schemas.segments import SALES_KINDS
from schemas.source_formats import CUSTOMER_KEYS, INPUT_TABLES, SourceFormat
from transforms import identity, order_heads, orders, versions
from transforms.fingerprint import fingerprint
from transforms.versions import MENDED_FROM, is_sound

RAW_BITS = 40
ZERO = Decimal("0.00")


class LostRows(RegularsError):
    """The rows or the money of a file do not add up: nothing of it lands."""


@dataclass
class Tally:
    """What becomes of one file's rows, summed over its parts."""

    file: TypedFile
    counts: dict[str, int] = field(default_factory=dict)
    amounts: dict[str, Decimal] = field(default_factory=dict)
    first_date: date | None = None
    last_date: date | None = None
    buyers: list[pl.DataFrame] = field(default_factory=list)
    """One row per set of customer keys met so far, in parts that have none in common."""

    def met(self, buyers: pl.DataFrame) -> None:
        """Note the sets of keys (buyer_key and the keys, which it stands for)."""
        for known in self.buyers:
            buyers = buyers.filter(~pl.col("buyer_key").is_in(known["buyer_key"].implode()))
        if buyers.height:
            self.buyers.append(buyers.unique(subset="buyer_key", keep="any"))

    def count(self, name: str, rows: int) -> None:
        self.counts[name] = self.counts.get(name, 0) + rows

    def add(self, name: str, amount: Decimal | None) -> None:
        self.amounts[name] = self.amounts.get(name, ZERO) + (amount or ZERO)

    def saw_dates(self, first: date | None, last: date | None) -> None:
        self.first_date = min(filter(None, (self.first_date, first)), default=None)
        self.last_date = max(filter(None, (self.last_date, last)), default=None)

    def ledger_row(self) -> dict[str, Any]:
        """The file's ledger row. LostRows when its rows or its money do not add up."""
        counted = {
            name: self.counts.get(name, 0)
            for name in ("accepted", "quarantined", "duplicate", "corrected", "withdrawn")
        }
        money = {name: self.amounts.get(name, ZERO) for name in ("in", "accepted", "quarantined", "duplicate")}
        file = self.file
        if file.rows_in != counted["accepted"] + counted["quarantined"] + counted["duplicate"]:
            raise LostRows(
                f"{file.name}: {file.rows_in} rows came in, but {counted} were counted; nothing of it landed"
            )
        if money["in"] != money["accepted"] + money["quarantined"] + money["duplicate"]:
            raise LostRows(f"{file.name}: the amounts of its rows do not add up; nothing of it landed")
        return {
            "file_hash": file.file_hash,
            "file_name": file.name,
            "source": file.source.name,
            "table_name": file.source.table,
            "rows_in": file.rows_in,
            **{f"rows_{name}": rows for name, rows in counted.items()},
            "rows_not_data": file.rows_not_data,
            **{f"amount_{name}": amount for name, amount in money.items()},
            "net_sales": self.amounts.get("net_sales", ZERO),
            "net_sales_taken_back": self.amounts.get("net_sales_taken_back", ZERO),
            "first_date": self.first_date,
            "last_date": self.last_date,
        }


def land(
    files: Sequence[TypedFile],
    lake: Lake,
    ledger: pl.DataFrame,
    settings: Settings,
    *,
    landed_at: datetime,
    first_landing_no: int,
) -> list[dict[str, Any]]:
    """Land these files together; their ledger rows, with `landing_id`. Visible all at once, or (after an error) never."""
    known = _Known(lake, ledger, settings.country)
    tallies = [Tally(file) for file in files]
    with lake.attempt(len(files)) as attempt:
        for some in _rounds(files):
            for number, file, rows in some:
                if file.source.table != "order_lines":
                    _append_plain(attempt, number, rows, tallies[number], known)
            lines = [(number, file, rows) for number, file, rows in some if file.source.table == "order_lines"]
            if lines:
                _append_order_lines(attempt, lines, tallies, known)
        for number, tally in enumerate(tallies):
            _append_damaged(attempt, number, tally, known)
            if tally.buyers:
                attempt.append("buyers", _landed(pl.concat(tally.buyers).sort("buyer_key"), attempt, number))
        ledger_rows = [tally.ledger_row() for tally in tallies]
        attempt.commit(ledger_rows, landed_at, first_landing_no)
    return [
        {**row, "landing_id": landing_id, "landing_no": first_landing_no + step}
        for step, (row, landing_id) in enumerate(zip(ledger_rows, attempt.landing_ids, strict=True))
    ]


def _landed(rows: pl.DataFrame, attempt: Attempt, number: int) -> pl.DataFrame:
    return rows.with_columns(landing_id=pl.lit(attempt.landing_ids[number], pl.Int64))


def _rounds(files: Sequence[TypedFile]) -> Iterator[list[tuple[int, TypedFile, pl.DataFrame]]]:
    """The first parts of all files, then the second …; each is read while the one before is at work."""

    def read() -> list[tuple[int, TypedFile, pl.DataFrame]]:
        told = ((number, file, next(file.parts, None)) for number, file in enumerate(files))
        return [(number, file, part) for number, file, part in told if part is not None]

    with ThreadPoolExecutor(1) as reader:
        ahead = reader.submit(read)
        while some := ahead.result():
            ahead = reader.submit(read)
            yield some


# ---- what the lake knows already


class _Known:
    """The lake as it was when this landing began."""

    def __init__(self, lake: Lake, ledger: pl.DataFrame, country: str) -> None:
        self.lake, self.ledger, self.country = lake, ledger, country
        self.has_lines = not ledger.filter(pl.col("table_name") == "order_lines").is_empty()
        self.has_mended = lake.scan("mended", ledger).select(pl.len()).collect().item() > 0
        self._troubles: dict[str, set[int]] = {}
        self.no_heads = pl.DataFrame(schema={"order_id": pl.String})
        heads = lake.scan("order_lines", ledger).filter(pl.col("line_no") == versions.HEAD_LINE_NO)
        self._has_heads = self.has_lines and heads.select(pl.len()).collect().item() > 0

    def lines_of(self, wanted_orders: pl.DataFrame) -> pl.DataFrame:
        """The current lines of these orders (store_id and order_id, any number of times): landing_id, VERSION_COLUMNS."""
        lines = self.lake.order_lines(self.ledger)
        wanted = ("landing_id", *versions.VERSION_COLUMNS)
        if not self.has_lines or wanted_orders.is_empty():
            return lines.select(wanted).head(0).collect()
        wanted_orders = wanted_orders.unique()
        # the semi join on one column first: most of the lake is left out before the second is compared
        ids = wanted_orders["order_id"].unique().implode()
        return (
            lines.filter(pl.col("order_id").is_in(ids))
            .join(wanted_orders.lazy(), on=["store_id", "order_id"], how="semi")
            .select(wanted)
            .collect()
        )

    def heads_of(self, order_ids: pl.Series) -> pl.DataFrame:
        """One row per order with a landed head: what lines of other files take from it."""
        if not self._has_heads:
            return self.no_heads
        return (
            self.lake.scan("order_lines", self.ledger)
            .filter((pl.col("line_no") == versions.HEAD_LINE_NO) & (pl.col("line_kind") != versions.WITHDRAWN))
            .filter(pl.col("order_id").is_in(order_ids.unique().implode()))
            .sort("landing_no")
            .select("order_id", *(pl.col(name).alias(f"head_{name}") for name in order_heads.FROM_HEAD))
            .unique(subset=["head_store_id", "order_id"], keep="last", maintain_order=True)
            .collect()
        )

    def list_prices(self) -> pl.DataFrame:
        """One row per product: its newest list price."""
        return (
            self.lake.scan("products", self.ledger)
            .sort("landing_no", "source_row")
            .filter(pl.col("list_price").is_not_null())
            .unique(subset="product_id", keep="last", maintain_order=True)
            .select("product_id", "list_price")
            .collect()
        )

    def troubles_of(self, source: SourceFormat) -> set[int]:
        """Fingerprints of this source's rows that lie in the quarantine, or were mended, already."""
        if source.name not in self._troubles:
            own = self.ledger.filter((pl.col("source") == source.name) & (pl.col("rows_quarantined") > 0))
            told = self.lake.scan("quarantine", own).select("raw_hash").collect() if own.height else None
            self._troubles[source.name] = set() if told is None else set(told["raw_hash"].to_list())
        return self._troubles[source.name]


# ---- order lines


def _append_order_lines(
    attempt: Attempt, files: Sequence[tuple[int, TypedFile, pl.DataFrame]], tallies: Sequence[Tally], known: _Known
) -> None:
    lines = {number: _lines_of_file(file, rows, known) for number, file, rows in files}
    batch = pl.concat(
        rows.filter(is_sound()).select(
            pl.lit(number, pl.Int64).alias("file_no"),
            pl.lit(attempt.landing_ids[number], pl.Int64).alias("landing_id"),
            "source_row",
            "is_made",
            *versions.VERSION_COLUMNS,
        )
        for number, rows in lines.items()
    )
    told = [
        _whole_orders(lines[number], file).with_columns(file_no=pl.lit(number, pl.Int64))
        for number, file, _ in files
        if file.source.has_whole_orders and file.source.grain == "line" and not is_mended(file.table.header)
    ]
    tellings = pl.concat(told) if told else pl.DataFrame(
        schema={"source_row": pl.Int64, "store_id": pl.String, "order_id": pl.String, "file_no": pl.Int64}
    )  # fmt: skip
    spoken_of = pl.concat([batch.select("store_id", "order_id"), tellings.select("store_id", "order_id")])
    landed = known.lines_of(spoken_of)
    renumbered = versions.numbered_as_known(batch, landed, tellings)
    if renumbered.height:
        batch = batch.update(renumbered, on=["file_no", "source_row"])
    changed = versions.versions(batch, landed, tellings)
    for number, rows in lines.items():
        mine = pl.col("file_no") == number
        if renumbered.height:
            rows = rows.update(renumbered.filter(mine).drop("file_no"), on="source_row")
        again = changed.again.filter(mine)["source_row"].implode()
        if changed.again.height:
            rows = rows.with_columns(is_duplicate=pl.col("is_duplicate") | pl.col("source_row").is_in(again))
        superseded, withdrawn = changed.superseded.filter(mine), changed.withdrawn.filter(mine)
        _append_lines(attempt, number, rows, superseded, withdrawn, tallies[number], known)


def _lines_of_file(file: TypedFile, rows: pl.DataFrame, known: _Known) -> pl.DataFrame:
    """Every sound line of the file as an order line; those set aside and repeated ones are still among them, marked."""
    source = file.source
    rows = order_heads.with_heads(rows, known.heads_of(rows["order_id"]) if source.grain == "line" else known.no_heads)
    if source.prices == "products":
        rows = order_heads.with_list_prices(rows, known.list_prices())
    duplicate = pl.lit(False)
    if source.drop_exact_duplicates:
        duplicate = ~pl.struct("row_hash", "row_hash_2").is_first_distinct()
    rows = _with_orders_of_damaged_lines(rows.with_columns(is_duplicate=duplicate), file)
    lines = order_heads.as_their_heads(_completed(orders.order_lines(rows, source, country=known.country)))
    if known.has_mended:
        of_orders = lines.filter(is_sound()).select("store_id", "order_id").unique()
        mended = known.lines_of(of_orders).filter(versions.is_mended_number())
        if not is_mended(file.table.header):
            lines = versions.numbered_as_mended(lines, mended)
    has_own_numbers = "line_no" in lines.columns
    lines = versions.numbered_lines(lines, is_head=source.grain == "order")
    # numbers made from products and repetitions are never told twice
    return versions.told_once(lines) if has_own_numbers or source.grain == "order" else lines


def _with_orders_of_damaged_lines(rows: pl.DataFrame, file: TypedFile) -> pl.DataFrame:
    """Typed rows; where amounts are told per order, an order that may have lost a row to damage is set aside whole.

    Such are the orders that a damaged or unreadable row names anywhere in its text, and those whose lines do not come to
    the list total that the order tells.
    """
    has_order_amounts = bool(set(orders.ORDER_AMOUNTS) & set(rows.columns)) and file.source.grain == "line"
    unread = [*file.damaged["raw"], *file.set_aside["raw"]]
    if not has_order_amounts or not (unread or is_mended(file.table.header)):
        return rows
    named = pl.Series(sorted(set().union(*_words_of(unread))), dtype=pl.String)
    is_short = orders.lacks_lines(rows)
    beside = pl.col("order_id").is_in(named.implode()) | pl.col("order_id").is_in(is_short.implode())
    beside = beside.fill_null(False) & pl.col("problem_code").is_null()
    return rows.with_columns(
        problem_code=pl.when(beside).then(pl.lit("order_set_aside")).otherwise("problem_code"),
        problem_role=pl.when(beside).then(pl.lit("order_id")).otherwise("problem_role"),
    )


def _words_of(texts: Sequence[str]) -> list[set[str]]:
    """What each unread line may name: its words."""
    return [set(re.split(r"[^\w-]+", text)) for text in texts]


def _completed(lines: pl.DataFrame) -> pl.DataFrame:
    wanted = {**schema_of(OrderLines), **schema_of(Gifts)}
    return lines.with_columns(
        pl.lit(None, dtype).alias(name) for name, dtype in wanted.items() if name not in (*lines.columns, "line_no")
    )


def _whole_orders(lines: pl.DataFrame, file: TypedFile) -> pl.DataFrame:
    """One row per order of which the file brings every row sound: the first row, store_id, order_id.

    A damaged line may belong to any order that its text names; when it names none of the file's, no order is sure.
    """
    bad = lines.filter(pl.col("problem_code").is_not_null() & ~pl.col("is_duplicate"))
    of_damaged = _words_of(file.damaged["raw"].to_list())
    ids = set(lines["order_id"].drop_nulls().unique().to_list()) if of_damaged else set()
    if bad["order_id"].null_count() or not all(named & ids for named in of_damaged):
        lines = lines.clear()
    unsure = pl.Series("order_id", [*bad["order_id"].unique(), *set().union(*of_damaged)], dtype=pl.String)
    told = (
        lines.filter(pl.col("problem_code").is_null() & ~pl.col("order_id").is_in(unsure.implode()))
        .filter(pl.col("source_row") < ADDED_ROW)
        .group_by("store_id", "order_id")
        .agg(pl.col("source_row").min())
        .select("source_row", "store_id", "order_id")
    )
    # a refund told beside its sale is an order of its own: gone when the sale's row no longer tells of it
    return pl.concat([told, told.with_columns(pl.col("order_id") + REFUND_ID)])


def _append_lines(
    attempt: Attempt,
    number: int,
    rows: pl.DataFrame,
    superseded: pl.DataFrame,
    withdrawn: pl.DataFrame,
    tally: Tally,
    known: _Known,
) -> None:
    """What a part of an orders file adds to the lake: accepted lines, their roll-up (old versions taken back), gifts, buyers."""
    rows = _append_set_aside(attempt, number, rows, tally, known)
    accepted = rows.filter(is_sound())
    is_sales = pl.col("line_kind").is_in(SALES_KINDS)
    for name, frame in (("net_sales", accepted), ("net_sales_taken_back", superseded)):
        tally.add(name, frame.select(pl.col("net_sales").filter(is_sales).sum().cast(MONEY)).item())
    tally.count("corrected", superseded.height - withdrawn.height)
    tally.count("withdrawn", withdrawn.height)
    tally.saw_dates(accepted["business_date"].min(), accepted["business_date"].max())  # type: ignore[arg-type]

    schema = schema_of(OrderLines)
    gone = withdrawn.with_columns(
        pl.lit(None, t).alias(name) for name, t in schema.items() if name not in withdrawn.columns
    )
    lines = pl.concat([frame.select(name for name in schema if name != "landing_id") for frame in (accepted, gone)])
    attempt.append("order_lines", _landed(lines, attempt, number))
    if superseded.height:
        old = superseded.select(
            "store_id", "order_id", "line_no", "business_date", old_landing_id="landing_id",
            net_sales=pl.when(is_sales).then("net_sales").otherwise(pl.lit(0).cast(MONEY)),
        )  # fmt: skip
        attempt.append("superseded", _landed(old, attempt, number))

    needed = [
        "landing_id", "store_id", "buyer_key", "business_date", "line_kind", "net_sales", "cost", "is_promotion", "ordered_at",
    ]  # fmt: skip
    rolled = _landed(accepted, attempt, number).select(needed)
    if superseded.height:
        back = _landed(superseded, attempt, number).with_columns(pl.col("net_sales", "cost").neg())
        rolled = pl.concat([rolled, back.select(needed)])
    attempt.append("activity", orders.activity(rolled.lazy()).collect())
    gifts = orders.gifts(_landed(accepted, attempt, number).lazy()).collect()
    attempt.append("gifts", gifts)
    # a line that has its buyer from its order's head names nobody itself: the head brought the keys
    has_keys = pl.any_horizontal(pl.col(CUSTOMER_KEYS).is_not_null())
    named = accepted.filter(pl.col("buyer_key").is_not_null() & has_keys).select("buyer_key", *CUSTOMER_KEYS)
    tally.met(pl.concat([named, identity.buyers_of_recipients(gifts)]))


# ---- other tables


def _append_plain(attempt: Attempt, number: int, typed: pl.DataFrame, tally: Tally, known: _Known) -> None:
    """What a part of any other file adds: rows of its own table, and the customer keys that it names."""
    source = tally.file.source
    duplicate = (
        ~pl.struct("row_hash", "row_hash_2").is_first_distinct() if source.drop_exact_duplicates else pl.lit(False)
    )
    rows = typed.with_columns(is_duplicate=duplicate, amount=pl.lit(None, MONEY), line_no=pl.lit(None, pl.Int64))
    rows = _append_set_aside(attempt, number, rows, tally, known)
    schema = schema_of(INPUT_TABLES[source.table])
    if "buyer_key" in schema:
        rows = identity.with_buyer_key(identity.with_platform_accounts(rows, source.name))
    rows = rows.with_columns(
        pl.lit(None, dtype).alias(name) for name, dtype in schema.items() if name not in rows.columns
    )
    accepted = rows.filter(is_sound())
    buyers: list[pl.DataFrame] = []
    if "buyer_key" in schema:
        named = accepted.filter(pl.col("buyer_key").is_not_null())
        buyers.append(named.select("buyer_key", *CUSTOMER_KEYS))
    for reference in ("referrer", "referred"):
        if f"{reference}_key" in schema:
            accepted = accepted.with_columns(identity.key_of_reference(accepted[reference]).alias(f"{reference}_key"))
            buyers.append(identity.buyers_of_reference(accepted[reference]))
    attempt.append(source.table, _landed(accepted, attempt, number))
    for met in buyers:
        tally.met(met)


# ---- what is set aside


def _append_set_aside(attempt: Attempt, number: int, rows: pl.DataFrame, tally: Tally, known: _Known) -> pl.DataFrame:
    """Quarantine the rows with a problem, note what mended rows settle, and tally; `rows` with old troubles as duplicates."""
    file = tally.file
    is_bad = pl.col("problem_code").is_not_null() & ~pl.col("is_duplicate")
    is_own = pl.col("source_row") < ADDED_ROW  # refund lines made beside a sale are no rows of the file
    bad = rows.filter(is_bad & is_own)
    if bad.height:
        set_aside = _quarantine_rows(bad, file)
        again = set_aside.filter(pl.col("raw_hash").is_in(list(known.troubles_of(file.source))))
        if again.height:
            rows = rows.with_columns(
                is_duplicate=pl.col("is_duplicate") | pl.col("source_row").is_in(again["source_row"].implode())
            )
            set_aside = set_aside.join(again, on="source_row", how="anti", maintain_order="left")
        attempt.append("quarantine", _landed(set_aside, attempt, number))
        tally.count("quarantined", set_aside.height)
        _append_settled(attempt, number, rows, again["source_row"], known)
    else:
        _append_settled(attempt, number, rows, pl.Series([], dtype=pl.Int64), known)
    told = rows.select(
        whole=pl.col("amount").sum().cast(MONEY),
        accepted=pl.col("amount").filter(is_sound()).sum().cast(MONEY),
        quarantined=pl.col("amount").filter(is_bad).sum().cast(MONEY),
        duplicate=pl.col("amount").filter("is_duplicate").sum().cast(MONEY),
        rows_accepted=(is_sound() & is_own).sum(),
        rows_duplicate=(pl.col("is_duplicate") & is_own).sum(),
    ).row(0, named=True)
    tally.add("in", told["whole"])
    for name in ("accepted", "quarantined", "duplicate"):
        tally.add(name, told[name])
    tally.count("accepted", told["rows_accepted"])
    tally.count("duplicate", told["rows_duplicate"])
    return rows


def _quarantine_rows(bad: pl.DataFrame, file: TypedFile) -> pl.DataFrame:
    """One row per row with a problem: where it stands, the value, the whole line as JSON."""
    told = bad.select("source_row", "line_no", column="problem_role", reason="problem_code")
    told = told.join(file.set_aside, on="source_row", how="left", maintain_order="left", validate="1:1")
    late = told.filter(pl.col("raw").is_null())
    if late.height:  # problems that show only beside other rows: their text is looked up in the file
        positions = file.source.header_of(list(file.table.header))
        cells = file.raw_rows(late["source_row"].to_list())
        values = {
            row: cells[row][positions[column]] if positions.get(column, file.own_width) < file.own_width else None
            for row, column in late.select("source_row", "column").iter_rows()
        }
        found = pl.DataFrame(
            {
                "source_row": list(cells),
                "value": [values[row] for row in cells],
                "raw": [as_raw(cells[row]) for row in cells],
            },
            schema=SET_ASIDE_SCHEMA,
        )
        told = told.update(found, on="source_row", how="left")
    return _with_raw_hash(told)


def _with_raw_hash(told: pl.DataFrame) -> pl.DataFrame:
    """Quarantine rows complete: a row without a number of its own gets one from its text, should its file have none either."""
    nth = pl.int_range(pl.len(), dtype=pl.Int64).over("raw")  # halves of torn lines can look alike
    number = MENDED_FROM + fingerprint(pl.col("raw"), RAW_BITS) + nth
    own = pl.when(pl.col("line_no") >= 0).then("line_no")  # a head has no number to keep
    told = told.with_columns(raw_hash=fingerprint(pl.col("raw")), line_no=pl.coalesce(own, number))
    return told.select(name for name in schema_of(Quarantine) if name != "landing_id")


def _append_damaged(attempt: Attempt, number: int, tally: Tally, known: _Known) -> None:
    damaged = tally.file.damaged
    if damaged.is_empty():
        return
    told = _with_raw_hash(
        damaged.select(
            "source_row", "reason", "raw", line_no=pl.lit(None, pl.Int64), column=pl.lit(None, pl.String),
            value=pl.lit(None, pl.String),
        )
    )  # fmt: skip
    fresh = told.filter(~pl.col("raw_hash").is_in(list(known.troubles_of(tally.file.source))))
    attempt.append("quarantine", _landed(fresh, attempt, number))
    tally.count("quarantined", fresh.height)
    tally.count("duplicate", told.height - fresh.height)


def _append_settled(attempt: Attempt, number: int, rows: pl.DataFrame, unmended: pl.Series, known: _Known) -> None:
    """Of a mended quarantine file: which quarantined rows its rows settle (not those that came back as they were)."""
    if "settles" not in rows.columns:
        return
    pointed = (
        rows.filter(~pl.col("source_row").is_in(unmended.implode()))["settles"]
        .str.extract_groups(r"^r(?<landing>[0-9a-f]+)-(?<row>\d+)$")
        .struct.unnest()
    )
    pairs = [
        (int(landing, 16), int(row)) for landing, row in pointed.drop_nulls().unique(maintain_order=True).iter_rows()
    ]
    asked = pl.DataFrame(pairs, schema={"settled_landing_id": pl.Int64, "settled_row": pl.Int64}, orient="row")
    settled = asked.join(
        known.lake.scan("quarantine", known.ledger)
        .select("raw_hash", settled_landing_id="landing_id", settled_row="source_row")
        .collect(),
        on=["settled_landing_id", "settled_row"],
        how="inner",
        maintain_order="left",
    )
    attempt.append("mended", _landed(settled, attempt, number).select(list(schema_of(Mended))))
