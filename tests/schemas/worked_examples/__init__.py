"""Worked examples: tiny chains whose numbers were worked out by hand, so that every metric is shown on rows one can see.

One module per group of metrics, so that nobody edits a neighbour's file: any module of this package with an `EXAMPLES`
tuple is found. A metric needs three worked values in all, one of them empty (test_worked_examples.py says which lack them).
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TypeAlias

import polars as pl

from flows.config import Settings, Workspace, read_settings
from flows.ingest import ingest
from flows.lake import Lake
from flows.month import issue_of, known_ledger, month_facts
from schemas.metrics import METRICS
from schemas.past_lists import LIST_COLUMNS
from schemas.period import Month
from schemas.review import Review
from transforms import review
from transforms.effect import Loop, no_lists

Told: TypeAlias = str | int | None
"""A value as worked out: "1040.00" (money), "3/7" (a share), 5 (a count), None (empty)."""
Row: TypeAlias = Mapping[str, object]

CHAIN_TOML = 'name = "Worked example"\nkey = "test"\nlocale = "en"\ncurrency = "CNY"\ntime_zone = "Asia/Shanghai"\n'


@dataclass(frozen=True)
class Example:
    """One tiny chain, the month that is reviewed, and what that month's numbers are, worked out by hand.

    `inbox`: table (order_lines, customers, stores, referrals, complaints, surveys, contacts …) → rows by column role.
    `says`: scope ("chain" or a store id) → metric → value.
    """

    title: str
    month: str
    inbox: Mapping[str, Sequence[Row]]
    says: Mapping[str, Mapping[str, Told]]
    printed_closings: Mapping[str, int] = field(default_factory=dict)
    """Scope ("*" for the chain) → closing base that last month's review printed."""
    settings: str = ""
    """More lines of chain.toml."""
    lists: Sequence[Row] = ()
    """What earlier reviews listed: rows of schemas.past_lists.LIST_COLUMNS."""


def receipts(*lines: str) -> list[Row]:
    """Order lines from "day store customer amount [product [associate]]": one receipt each, customer - for nobody.

    An amount below zero is a refund; product p unless named.
    """
    rows: list[Row] = []
    for number, line in enumerate(lines, start=1):
        day, store, customer, amount, *more = line.split()
        product, associate = (*more, "p", "")[:2] if more else ("p", "")
        rows.append({
            "order_id": f"r{number}", "line_no": 1, "store_id": store, "ordered_at": f"{day} 12:00:00",
            "product_id": product, "quantity": -1 if amount.startswith("-") else 1, "net_sales": Decimal(amount),
            "member_id": "" if customer == "-" else customer, "associate_id": associate,
        })  # fmt: skip
    return rows


def examples() -> list[Example]:
    """Every worked example of this package, in the order of its modules' names."""
    found: list[Example] = []
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda module: module.name):
        found += importlib.import_module(f"{__name__}.{module.name}").EXAMPLES
    return found


def cell(value: object) -> str:
    """A cell of the example's file."""
    if value is None or isinstance(value, bool):
        return {None: "", True: "yes", False: "no"}[value]
    text = str(value)
    return f'"{text}"' if "," in text else text


def landed(example: Example, root: Path) -> tuple[Lake, Settings]:
    """The example's files in a workspace, landed; every row must have been accepted."""
    workspace = Workspace(root)
    workspace.inbox.mkdir(parents=True)
    workspace.chain_toml.write_text(CHAIN_TOML + example.settings, encoding="utf-8")
    # a number in front keeps the customer file the first that names customers, and complaints apart from orders
    for number, (table, rows) in enumerate(sorted(example.inbox.items(), key=lambda item: item[0] != "customers")):
        header = list(dict.fromkeys(name for row in rows for name in row))
        lines = [",".join(header), *(",".join(cell(row.get(name)) for name in header) for row in rows)]
        (workspace.inbox / f"{number}-{table}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    settings = read_settings(workspace)
    ingest(workspace, settings, now=datetime(2030, 1, 1))
    lake = Lake(workspace.lake)
    ledger = lake.ledger(None)
    lost = ledger.filter(ledger["rows_accepted"] != ledger["rows_in"])
    assert ledger.height == len(example.inbox) and lost.is_empty(), f"{example.title}: rows or files did not land"
    return lake, settings


def reviewed(example: Example, root: Path) -> dict[str, Review]:
    """Scope → the review of the example's month."""
    lake, settings = landed(example, root)
    known = known_ledger(lake, None)
    facts = month_facts(lake, known, settings, Month.parse(example.month))
    lists = pl.DataFrame(list(example.lists), schema=dict(LIST_COLUMNS)) if example.lists else no_lists()
    numbers = review.month_numbers(facts, settings.rules, Loop(settings.key, lists))
    issue = issue_of(known, settings, manifest_id="-", printed_closings=example.printed_closings)
    made = review.reviews(numbers, known.ledger, issue, settings.rules)
    return {one.scope.store_id or "chain": one for one in made}


def is_empty(metric: str, told: Told) -> bool:
    """Whether a worked value is the metric's empty case: unknown, or nothing counted where it can always be counted."""
    return told is None if METRICS[metric].empty else told is None or Fraction(told) == 0


def difference(made: Review, metric: str, told: Told) -> str | None:
    """What is wrong with the review's value beside the worked one; None when they agree (shares to 1e-9, money to the cent)."""
    figure = made.figures[metric]
    if told is None or figure.value is None:
        if told is None and figure.value is None:
            return None if figure.empty_reason else f"{metric}: empty without a reason"
        return f"{metric}: worked out {told!r}, got {figure.value!r} ({figure.empty_reason})"
    worked, got = Fraction(told), Fraction(figure.value)
    margin = Fraction(1, 10**9) if isinstance(figure.value, float) else 0
    return None if abs(worked - got) <= margin else f"{metric}: worked out {told!r}, got {figure.value!r}"
