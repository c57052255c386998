"""`regulars compare`: a month as known at two moments, every number that differs, and the files that made it differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import polars as pl
from rich.cells import cell_len

from flows.config import Settings
from flows.errors import UsageError
from flows.lake import Lake
from flows.month import Known, issue_of, known_ledger, month_facts
from schemas.metrics import HEADLINE_FIGURES, METRICS
from schemas.page_values import Value
from schemas.period import Month
from schemas.review import Review
from schemas.segments import SALES_KINDS
from transforms import restatement, review
from transforms.effect import Loop, no_lists
from transforms.facts import Facts
from transforms.versions import SAME_LINE

ROWS_SHOWN_PER_FILE = 8
NOTHING = Decimal("0.00")


@dataclass(frozen=True)
class Difference:
    """One metric of one scope that is not what it was. `difference` is None where one of the two is not known."""

    scope: str
    name: str
    metric: str
    before: Value
    after: Value

    @property
    def difference(self) -> Value:
        if self.before is None or self.after is None:
            return None
        return self.after - self.before  # type: ignore[operator]


@dataclass(frozen=True)
class ChangedRow:
    """One row of a file that changed the month's net sales: what its order line counted before and after."""

    line: int
    store_id: str
    order_id: str
    change: str
    amount_before: Decimal
    amount_after: Decimal
    effect: Decimal


CHANGED_ROW_COLUMNS = {f.name: "source_row" if f.name == "line" else f.name for f in fields(ChangedRow)}


@dataclass(frozen=True)
class FileEffect:
    """One file that landed between the two moments, and what it did to the month and its customers."""

    file: str
    landed_at: datetime
    table: str
    rows_accepted: int
    rows_duplicate: int
    rows_quarantined: int
    rows_of_earlier_days: int
    """Accepted order lines before the month: they bear on its customers, not on its net sales."""
    rows_of_later_days: int
    """Accepted order lines after the month: they change nothing in it."""
    customers_merged: int
    customers_split: int
    effect: Decimal
    rows: tuple[ChangedRow, ...]

    @property
    def bears_on_the_month(self) -> bool:
        is_other_table = self.table != "order_lines" and self.rows_accepted > 0
        return bool(
            self.rows or self.rows_of_earlier_days or self.customers_merged or self.customers_split or is_other_table
        )


@dataclass(frozen=True)
class Restatement:
    """A month as known at two moments (UTC, naive). net_sales_after − net_sales_before = the sum of the files' effects."""

    month: Month
    known_at: tuple[datetime, datetime]
    differences: tuple[Difference, ...]
    net_sales_before: Decimal
    net_sales_after: Decimal
    files: tuple[FileEffect, ...]

    @property
    def effect_of_files(self) -> Decimal:
        return sum((file.effect for file in self.files), NOTHING)


@dataclass(frozen=True)
class _AsKnown:
    known: Known
    facts: Facts
    reviews: list[Review]


def restatement_of(lake: Lake, settings: Settings, month: Month, first: datetime, second: datetime) -> Restatement:
    """The month as known at both moments (UTC, naive). UsageError when it was not known yet at the first."""
    if second < first:
        raise UsageError("the second --known-at is before the first: give the earlier moment first")
    before, after = (_as_known(lake, settings, month, moment) for moment in (first, second))
    then = {scope_id(told): told for told in before.reviews}
    now = {scope_id(told): told for told in after.reviews}
    differences = []
    for scope in [*now, *(scope for scope in then if scope not in now)]:
        name = (now.get(scope) or then[scope]).scope.name
        for metric in METRICS:
            was, is_ = (told[scope].figures[metric].value if scope in told else None for told in (then, now))
            if was != is_:
                differences.append(Difference(scope, name, metric, was, is_))
    return Restatement(
        month,
        (first, second),
        tuple(differences),
        _net_sales(before),
        _net_sales(after),
        tuple(_files(lake, month, before, after)),
    )


def scope_id(told: Review) -> str:
    """ "chain", or the store's id."""
    return told.scope.store_id or "chain"


def _as_known(lake: Lake, settings: Settings, month: Month, moment: datetime) -> _AsKnown:
    known = known_ledger(lake, moment)
    facts = month_facts(lake, known, settings, month)
    # what the lists brought is left out: lists are as published, not as known
    numbers = review.month_numbers(facts, settings.rules, Loop(settings.key, no_lists()))
    issue = issue_of(known, settings, manifest_id="-", printed_closings={})
    return _AsKnown(known, facts, review.reviews(numbers, known.ledger, issue, settings.rules))


def _net_sales(told: _AsKnown) -> Decimal:
    value = told.reviews[0].figures["net_sales"].value
    assert isinstance(value, Decimal)
    return value


# ---- the files in between


def _files(lake: Lake, month: Month, before: _AsKnown, after: _AsKnown) -> Iterator[FileEffect]:
    """One per file that landed in between, in order of landing."""
    later = after.known.ledger.join(before.known.ledger, on="landing_id", how="anti").sort("landing_no")
    if later.is_empty():
        return
    versions = _versions(lake, after.known.ledger, later)
    changes = restatement.line_changes(versions.lazy(), month).collect()
    rows: dict[int, list[ChangedRow]] = {}
    for row in changes.iter_rows(named=True):
        told = ChangedRow(**{name: row[column] for name, column in CHANGED_ROW_COLUMNS.items()})
        rows.setdefault(row["landing_no"], []).append(told)
    days = _days(versions, month)
    regrouped = _regrouped(lake, later, before.facts, after.facts)
    for landed in later.iter_rows(named=True):
        number = landed["landing_no"]
        earlier, later_days = days.get(number, (0, 0))
        merged, split = regrouped.get(number, (0, 0))
        of_file = tuple(rows.get(number, ()))
        yield FileEffect(
            landed["file_name"], landed["landed_at"], landed["table_name"], landed["rows_accepted"],
            landed["rows_duplicate"], landed["rows_quarantined"], earlier, later_days, merged, split,
            sum((row.effect for row in of_file), NOTHING), of_file,
        )  # fmt: skip


def _versions(lake: Lake, ledger: pl.DataFrame, later: pl.DataFrame) -> pl.DataFrame:
    """Every landed version of the lines of the orders that a later file speaks of, with is_later and is_mended."""
    mending = lake.scan("mended", later).select("landing_id").unique().collect()
    orders = lake.scan("order_lines", later).select("store_id", "order_id").unique()
    return (
        lake.scan("order_lines", ledger)
        .join(orders, on=["store_id", "order_id"], how="semi")
        .select("landing_no", "landing_id", "source_row", *SAME_LINE, "business_date", "line_kind", "net_sales")
        .with_columns(
            is_later=pl.col("landing_id").is_in(later["landing_id"].implode()),
            is_mended=pl.col("landing_id").is_in(mending["landing_id"].implode()),
        )
        .collect()
    )  # fmt: skip


def _days(versions: pl.DataFrame, month: Month) -> dict[int, tuple[int, int]]:
    """Landing → how many of its rows are of days before the month, and after it."""
    counted = (
        versions.filter("is_later")
        .group_by("landing_no")
        .agg(
            earlier=((pl.col("business_date") < month.first_day) & pl.col("line_kind").is_in(SALES_KINDS)).sum(),
            later=(pl.col("business_date") > month.last_day).sum(),
        )
    )
    return {number: (earlier, later) for number, earlier, later in counted.iter_rows()}


def _regrouped(lake: Lake, later: pl.DataFrame, before: Facts, after: Facts) -> dict[int, tuple[int, int]]:
    """Landing → customers merged, customers split by it: the first file with a new set of keys of such a customer.

    What no file explains (a decision, a setting) is told at no landing.
    """
    regrouped = restatement.regrouped_customers(before.keys, after.keys)
    if regrouped.is_empty():
        return {}
    fresh = (
        lake.scan("buyers", later)
        .select("buyer_key", "landing_no")
        .collect()
        .join(before.keys, on="buyer_key", how="anti")
        .join(after.keys, on="buyer_key", how="inner")
        .group_by("customer_id")
        .agg(pl.col("landing_no").min())
    )
    told = (
        fresh.join(regrouped, on="customer_id", how="inner").group_by("landing_no").agg(pl.col("merged", "split").sum())
    )
    return {number: (merged, split) for number, merged, split in told.iter_rows()}


# ---- for programs and for people


def as_json(told: Restatement, *, every_metric: bool) -> dict[str, Any]:
    """The restatement as data; without `every_metric` only the main figures."""
    return {
        "month": str(told.month),
        "known_at": [moment.isoformat(timespec="seconds") + "Z" for moment in told.known_at],
        "differences": [
            {
                "scope": difference.scope,
                "metric": difference.metric,
                "before": difference.before,
                "after": difference.after,
                "difference": difference.difference,
            }
            for difference in chosen(told, every_metric=every_metric)
        ],
        "net_sales": {
            "before": told.net_sales_before,
            "after": told.net_sales_after,
            "difference": told.net_sales_after - told.net_sales_before,
            "effect_of_files": told.effect_of_files,
        },
        "files": [
            {
                **vars(file),
                "landed_at": file.landed_at.isoformat(timespec="seconds") + "Z",
                "rows": [vars(row) for row in file.rows],
            }
            for file in told.files
        ],
    }  # fmt: skip


def chosen(told: Restatement, *, every_metric: bool) -> list[Difference]:
    """The differences to show: all of them, or those of the main figures."""
    return [d for d in told.differences if every_metric or d.metric in HEADLINE_FIGURES]


def lines_of(told: Restatement, settings: Settings, *, every_metric: bool) -> Iterator[str]:
    """The restatement as lines for a terminal."""
    first, second = (_local(moment, settings) for moment in told.known_at)
    yield f"{told.month} as known {first} and as known {second} ({settings.time_zone})"
    yield ""
    if not told.differences:
        yield "Every number is the same."
    main = chosen(told, every_metric=every_metric)
    if main:
        yield from _table_of_differences(main)
    if hidden := len(told.differences) - len(main):
        yield f"{_counted(hidden, 'other number')} changed; see --all"
    yield ""
    yield from _file_lines(told, settings, every_row=every_metric)


def _table_of_differences(differences: Sequence[Difference]) -> Iterator[str]:
    rows = [
        (d.scope, METRICS[d.metric].en, shown(d.before, d.metric), shown(d.after, d.metric), _shown_difference(d))
        for d in differences
    ]
    label = max(len(row[1]) for row in rows)
    widths = [max(len(row[at]) for row in rows) for at in (2, 3, 4)]
    names = {d.scope: d.name for d in differences}
    scope = ""
    for row in rows:
        if row[0] != scope:
            scope = row[0]
            yield scope if names[scope] == scope or scope == "chain" else f"{scope}  {names[scope]}"
        numbers = [text.rjust(width) for text, width in zip(row[2:], widths, strict=True)]
        yield f"  {row[1].ljust(label)}  {numbers[0]} → {numbers[1]}   {numbers[2]}".rstrip()


def _file_lines(told: Restatement, settings: Settings, *, every_row: bool) -> Iterator[str]:
    bearing = [file for file in told.files if file.bears_on_the_month]
    idle = len(told.files) - len(bearing)
    if not told.files:
        yield "No file landed in between."
        return
    yield f"{_counted(len(told.files), 'file')} landed in between. What each did to the net sales of {told.month}:"
    sums = [*(_signed(file.effect) for file in bearing), _signed(told.effect_of_files)]
    name = max([cell_len(file.file) for file in bearing] + [24])
    money = max(len(text) for text in sums)
    for file, effect in zip(bearing, sums, strict=False):
        yield f"  {_padded(file.file, name)}  {_local(file.landed_at, settings)}  {effect.rjust(money)}"
        yield from (f"      {text}" for text in _what_it_did(file))
        yield from _row_lines(file, every_row=every_row)
    if idle:
        yield f"  {_counted(idle, 'file')} changed nothing in it (only repetitions, or days after it)"
    width = name + 2 + len("2026-11-02 14:00")
    yield f"  {'sum of the files'.ljust(width)}  {sums[-1].rjust(money)}"
    actual = told.net_sales_after - told.net_sales_before
    told_as = f"= {_number(told.net_sales_after)} − {_number(told.net_sales_before)}"
    yield f"  {'net sales of the chain'.ljust(width)}  {_signed(actual).rjust(money)}  {told_as}"
    if actual != told.effect_of_files:
        yield "  The two do not agree: this is a fault of Regulars, please report it."


def _what_it_did(file: FileEffect) -> Iterator[str]:
    """What a file brought, store by store."""
    per_store: dict[str, dict[str, list[Decimal]]] = {}
    for row in file.rows:
        per_store.setdefault(row.store_id, {}).setdefault(row.change, []).append(row.effect)
    for store, changes in sorted(per_store.items()):
        parts = [
            f"{len(changes[name])} {name} {_signed(sum(changes[name], NOTHING))}"
            for name in restatement.CHANGES
            if name in changes
        ]
        yield f"{store}: {', '.join(parts)}"
    if file.table != "order_lines" and file.rows_accepted:
        yield f"{_counted(file.rows_accepted, 'row')} of {file.table}"
    if file.rows_of_earlier_days:
        yield f"{_counted(file.rows_of_earlier_days, 'row')} of earlier days: who is new, at risk or lapsed hangs on them"
    if file.customers_merged:
        yield f"{_counted(file.customers_merged, 'customer')} fewer: keys in it show that they are the same as others"
    if file.customers_split:
        yield f"{_counted(file.customers_split, 'customer')} more: taken apart"


def _row_lines(file: FileEffect, *, every_row: bool) -> Iterator[str]:
    rows = file.rows if every_row else file.rows[:ROWS_SHOWN_PER_FILE]
    cells = [
        (f"line {row.line}", row.store_id, f"order {row.order_id}", row.change, _number(row.amount_before),
         _number(row.amount_after), _signed(row.effect))
        for row in rows
    ]  # fmt: skip
    widths = [max(cell_len(row[at]) for row in cells) for at in range(7)] if cells else []
    for row in cells:
        told = [
            _padded(text, width) if at < 4 else text.rjust(width)
            for at, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield f"        {'  '.join(told[:4])}  {told[4]} → {told[5]}  {told[6]}"
    if rest := file.rows[len(rows) :]:
        effect = _signed(sum((row.effect for row in rest), NOTHING))
        yield f"        and {_counted(len(rest), 'more row')}, together {effect}; see --all"


def shown(value: Value, metric: str) -> str:
    """A value as people read it."""
    if value is None:
        return "not known"
    if METRICS[metric].unit == "share":
        return f"{float(value):.1%}"
    return _number(value)


def _shown_difference(told: Difference) -> str:
    change = told.difference
    if change is None:
        return ""
    if METRICS[told.metric].unit == "share":
        points = abs(float(change)) * 100
        return f"{'−' if change < 0 else '+'}{points:.{1 if points >= 0.05 else 3}f} points"
    return _signed(change)


def _signed(number: Value) -> str:
    assert number is not None
    return f"{'+' if number > 0 else ''}{_number(number)}"


def _number(number: int | float | Decimal) -> str:
    text = f"{number:,.2f}" if isinstance(number, Decimal | float) else f"{number:,}"
    return text.replace("-", "−")


def _padded(text: str, width: int) -> str:
    """The text and as many spaces as it needs; a Chinese character takes two places."""
    return text + " " * (width - cell_len(text))


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _local(moment: datetime, settings: Settings) -> str:
    return f"{moment.replace(tzinfo=UTC).astimezone(settings.zone):%Y-%m-%d %H:%M}"
