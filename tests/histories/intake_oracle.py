"""The state of the intake as plain Python says it: what is known after each file, line by line, no polars and no lake.

It is written from the rules (DECISIONS.md, "Which rows speak of the same line"), not from the code, and slow on purpose.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from decimal import Decimal

BAD = "x"
"""A cell that is no number: the row is quarantined."""


@dataclass(frozen=True)
class Source:
    """What an export says of itself, as far as it matters to what counts."""

    name: str
    stores: tuple[str, ...]
    has_line_numbers: bool = False
    has_whole_orders: bool = False
    drops_repeated_rows: bool = False
    is_whole_order_per_row: bool = False

    def __repr__(self) -> str:
        return self.name.upper()


@dataclass(frozen=True, order=True)
class Row:
    """One row of an export of orders, every cell as text."""

    store: str
    order: str
    product: str
    quantity: str
    net_sales: str
    ordered_at: str
    line_no: str = ""
    member: str = ""
    status: str = ""
    cost: str = ""
    promotion: str = ""
    associate: str = ""
    occasion: str = ""

    def __repr__(self) -> str:
        told = {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name)}
        return f"Row({', '.join(f'{name}={text!r}' for name, text in told.items())})"


@dataclass(frozen=True)
class File:
    """One file as it is dropped: its rows in their order."""

    source: Source
    rows: tuple[Row, ...]
    mends: tuple[Hashable, ...] | None = None
    """Of a mended quarantine file: the identity that each row had when it was set aside."""


@dataclass(frozen=True)
class Line:
    """A sound order line: typed, with its kind."""

    store: str
    order: str
    product: str
    quantity: Decimal
    net_sales: Decimal
    kind: str
    ordered_at: datetime
    member: str
    cost: Decimal | None
    is_promotion: bool
    associate: str
    occasion: str

    @property
    def day(self) -> date:
        return self.ordered_at.date()


@dataclass(frozen=True)
class Told:
    """What became of a file's rows: rows in = accepted + quarantined + duplicate."""

    accepted: int = 0
    quarantined: int = 0
    duplicate: int = 0


@dataclass
class Intake:
    """Everything known so far. `lines`: (store, order) → identity of a line → its newest version."""

    lines: dict[tuple[str, str], dict[Hashable, Line]] = field(default_factory=dict)
    heads: dict[tuple[str, str], Line] = field(default_factory=dict)
    customers: dict[str, tuple[str, str]] = field(default_factory=dict)

    def land(self, file: File) -> tuple[Told, dict[int, Hashable]]:
        """Land one file that did not land before; also the identities of the rows set aside, by their place in the file."""
        aside: dict[int, Hashable] = {}
        duplicates = 0
        fresh: list[tuple[int, Row]] = []
        seen: set[Row] = set()
        for place, row in enumerate(file.rows):
            if file.source.drops_repeated_rows and row in seen:
                duplicates += 1
            else:
                fresh.append((place, row))
            seen.add(row)

        identities = _identities(file, fresh)
        told: dict[tuple[str, str], dict[Hashable, Line]] = {}
        unsure: set[tuple[str, str]] = set()
        for place, row in fresh:
            order, identity, line = (row.store, row.order), identities[place], typed(row)
            here = told.setdefault(order, {})
            if line is not None and here.get(identity) == line:
                duplicates += 1
            elif line is None or identity in here:
                aside[place] = identity
                unsure.add(order)
            else:
                here[identity] = line

        accepted = 0
        for order, here in told.items():
            if not here:
                continue
            news, known = (
                self._land_head(order, here) if file.source.is_whole_order_per_row else self._land_lines(order, here)
            )
            accepted += news
            duplicates += known
            is_whole = file.source.has_whole_orders and file.mends is None and order not in unsure
            if is_whole and not file.source.is_whole_order_per_row:
                self.lines[order] = {key: line for key, line in self.lines[order].items() if key in here}
        return Told(accepted, len(aside), duplicates), aside

    def _land_head(self, order: tuple[str, str], here: dict[Hashable, Line]) -> tuple[int, int]:
        (head,) = here.values()
        if self.lines.get(order) or self.heads.get(order) == head:
            return 0, 1
        self.heads[order] = head
        return 1, 0

    def _land_lines(self, order: tuple[str, str], here: dict[Hashable, Line]) -> tuple[int, int]:
        known = self.lines.setdefault(order, {})
        news = {key: line for key, line in here.items() if known.get(key) != line}
        known.update(news)
        return len(news), len(here) - len(news)

    def current(self) -> Iterator[Line]:
        """The order lines that count now."""
        for lines in self.lines.values():
            yield from lines.values()
        for order, head in self.heads.items():
            if not self.lines.get(order):
                yield head

    def roll_up(self) -> dict[tuple[str, str, date], tuple[Decimal, ...]]:
        """Store, member and day → sales, refunds, cost, sales with known cost, promotion sales; days of nothing left out."""
        sums: dict[tuple[str, str, date], list[Decimal]] = {}
        for line in self.current():
            if line.kind not in ("sale", "refund"):
                continue
            to = sums.setdefault((line.store, line.member, line.day), [Decimal(0)] * 5)
            is_sale = line.kind == "sale"
            to[0] += line.net_sales if is_sale else 0
            to[1] -= line.net_sales if not is_sale else 0
            to[2] += line.cost or 0
            to[3] += line.net_sales if line.cost is not None else 0
            to[4] += line.net_sales if is_sale and line.is_promotion else 0
        return {key: tuple(told) for key, told in sums.items() if any(told)}

    def latest_receipts(self) -> dict[tuple[str, str, date], datetime]:
        """Store, member and day → the moment of the last receipt with a sale above zero."""
        latest: dict[tuple[str, str, date], datetime] = {}
        for line in self.current():
            if line.kind == "sale" and line.net_sales > 0:
                key = (line.store, line.member, line.day)
                latest[key] = max(latest.get(key, line.ordered_at), line.ordered_at)
        return latest

    def gifts(self) -> Counter[tuple[str, str, str]]:
        """Store, order and occasion of every order with an occasion among its current sales."""
        orders: dict[tuple[str, str], list[Line]] = {}
        for line in self.current():
            if line.kind == "sale" and line.occasion:
                orders.setdefault((line.store, line.order), []).append(line)
        dearest = {order: max(lines, key=lambda line: line.net_sales) for order, lines in orders.items()}
        return Counter((store, order, line.occasion) for (store, order), line in dearest.items())


def typed(row: Row) -> Line | None:
    """The row's values; None where a cell is no value."""
    if BAD in (row.quantity, row.net_sales):
        return None
    quantity, amount = Decimal(row.quantity), Decimal(row.net_sales)
    if row.status == "cancelled":
        kind = "cancelled"
    elif quantity < 0:
        kind, amount = "refund", -abs(amount)
    else:
        kind = "sale"
    return Line(
        row.store, row.order, row.product, quantity, amount, kind, datetime.fromisoformat(row.ordered_at), row.member,
        Decimal(row.cost) if row.cost else None, row.promotion == "yes", row.associate, row.occasion,
    )  # fmt: skip


def _identities(file: File, rows: Sequence[tuple[int, Row]]) -> dict[int, Hashable]:
    """Which line of its order each row speaks of: the number the source gives, else the product and which of its lines."""
    if file.mends is not None:
        return {place: file.mends[place] for place, _ in rows}
    if file.source.is_whole_order_per_row:
        return {place: 0 for place, _ in rows}
    identities: dict[int, Hashable] = {}
    ranked: dict[tuple[str, str, str], list[tuple[int, Row]]] = {}
    for place, row in rows:
        if file.source.has_line_numbers and row.line_no:
            identities[place] = int(row.line_no)
        else:
            ranked.setdefault((row.store, row.order, row.product), []).append((place, row))
    for (_, _, product), same in ranked.items():
        for rank, (place, _) in enumerate(sorted(same, key=lambda told: _content_order(told[1])), start=1):
            identities[place] = (product, rank)
    return identities


def _content_order(row: Row) -> tuple[Hashable, ...]:
    """How the lines of one product in an order are ranked, whatever their order in the file."""

    def number(text: str) -> tuple[bool, Decimal]:
        return (text != BAD, Decimal(0) if text == BAD else Decimal(text))

    line = typed(replace(row, quantity="1") if row.quantity == BAD else row)
    amount = number(row.net_sales) if line is None else (True, line.net_sales)
    return (number(row.quantity), amount, row.ordered_at, row.status, row.member, row)
