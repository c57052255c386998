"""The state of the intake as plain Python says it: what is known after each file, line by line, no polars and no lake.

It is written from the rules (DECISIONS.md, "Which rows speak of the same line"), not from the code, and slow on purpose.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence, Set
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

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

    @property
    def content(self) -> tuple[Hashable, ...]:
        """What a telling of the line says: if a newer one says other things, it is a correction."""
        return (self.product, self.quantity, self.net_sales, self.kind, self.ordered_at, self.member, self.cost,
                self.is_promotion, self.associate, self.occasion)  # fmt: skip

    @property
    def rank(self) -> tuple[Any, ...]:
        """Where it stands among the lines of its product in the order; what is not said comes last."""
        return (self.quantity, self.net_sales, self.kind, self.ordered_at, self.member, self.cost is None, self.cost or 0,
                not self.is_promotion, not self.associate, self.associate)  # fmt: skip


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
    troubles: set[tuple[str, Row]] = field(default_factory=set)
    """Source and cells of every row that was set aside."""

    def land(self, file: File, troubles: Set[tuple[str, Row]]) -> tuple[Told, dict[int, Hashable]]:
        """Land one file that did not land before; also the identities of the rows set aside, by their place in the file.

        `troubles`: those known when the run began; the same bad row sent again is only a repetition.
        """
        aside: dict[int, Hashable] = {}
        duplicates = 0
        fresh: list[tuple[int, Row, Line | None]] = []
        seen: set[Row] = set()
        for place, row in enumerate(file.rows):
            if file.source.drops_repeated_rows and row in seen:
                duplicates += 1
            else:
                fresh.append((place, row, self._as_its_head(file.source, typed(row))))
            seen.add(row)

        identities = self._identities(file, fresh)
        told: dict[tuple[str, str], dict[Hashable, Line]] = {}
        unsure: set[tuple[str, str]] = set()
        for place, row, line in fresh:
            order, identity = (row.store, row.order), identities[place]
            here = told.setdefault(order, {})
            if line is not None and identity not in here:
                here[identity] = line
            elif line is not None and here[identity].content == line.content:
                duplicates += 1
            else:
                unsure.add(order)
                if (file.source.name, row) in troubles:
                    duplicates += 1
                else:
                    aside[place] = identity
                    self.troubles.add((file.source.name, row))

        accepted = 0
        for order, here in told.items():
            if not here:
                continue
            is_head = file.source.is_whole_order_per_row
            news, known = self._land_head(order, here) if is_head else self._land_lines(order, here)
            accepted += news
            duplicates += known
            if file.source.has_whole_orders and file.mends is None and order not in unsure:
                self.lines[order] = {key: line for key, line in self.lines[order].items() if key in here}
        return Told(accepted, len(aside), duplicates), aside

    def _land_head(self, order: tuple[str, str], here: dict[Hashable, Line]) -> tuple[int, int]:
        (head,) = here.values()
        known = self.heads.get(order)
        if self.lines.get(order) or (known is not None and known.content == head.content):
            return 0, 1
        self.heads[order] = head
        return 1, 0

    def _land_lines(self, order: tuple[str, str], here: dict[Hashable, Line]) -> tuple[int, int]:
        known = self.lines.setdefault(order, {})
        news = {key: line for key, line in here.items() if key not in known or known[key].content != line.content}
        known.update(news)
        return len(news), len(here) - len(news)

    def _as_its_head(self, source: Source, line: Line | None) -> Line | None:
        """The line with the buyer and associate of its order's head where it names none; no sale where the head is none."""
        if line is None or source.is_whole_order_per_row or (line.store, line.order) not in self.heads:
            return line
        head = self.heads[line.store, line.order]
        return replace(
            line,
            member=line.member or head.member,
            associate=line.associate or head.associate,
            kind=head.kind if line.kind == "sale" and head.kind == "cancelled" else line.kind,
        )

    def _identities(self, file: File, rows: Sequence[tuple[int, Row, Line | None]]) -> dict[int, Hashable]:
        """Which line of its order each row speaks of: the number the source gives (sales and refunds apart), else the
        product and which of its lines: the one that says the same, else the first that is left, ranked by content, else a
        new one. A bad row without a number is known by its text, also after it was mended: a sound row
        that says just what a mended one says speaks of that one."""
        if file.mends is not None:
            return {place: _of_kind(file.mends[place], line) for place, _, line in rows}
        if file.source.is_whole_order_per_row:
            return {place: 0 for place, _, _ in rows}
        identities: dict[int, Hashable] = {}
        mended = {
            order: [(key, line.content) for key, line in lines.items() if isinstance(key, Row)]
            for order, lines in self.lines.items()
        }
        ranked: dict[tuple[str, str, str, bool], list[tuple[int, Line]]] = {}
        for place, row, line in rows:
            same = [] if line is None else [m for m in mended.get((row.store, row.order), []) if m[1] == line.content]
            if same:
                identities[place] = same[0][0]
                mended[row.store, row.order].remove(same[0])
            elif file.source.has_line_numbers and row.line_no:
                identities[place] = _of_kind((int(row.line_no), False), line)
            elif line is None:
                identities[place] = row
            else:
                ranked.setdefault((row.store, row.order, row.product, line.kind == "refund"), []).append((place, line))
        for (store, order, *product), alike in ranked.items():
            known = {
                key: line
                for key, line in self.lines.get((store, order), {}).items()
                if isinstance(key, tuple) and [*key[:-1]] == product
            }
            left = sorted(known)
            others: list[int] = []
            for place, line in sorted(alike, key=lambda told: told[1].rank):
                same_line = next((key for key in left if known[key].content == line.content), None)
                if same_line is None:
                    others.append(place)
                else:
                    left.remove(same_line)
                    identities[place] = same_line
            fresh = (key for rank in count(1) if (key := (*product, rank)) not in known)
            for place in others:
                identities[place] = left.pop(0) if left else next(fresh)
        return identities

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

    def gifts(self) -> set[tuple[str, str, str]]:
        """Store, order and occasion of every order with an occasion among its current sales."""
        return {
            (line.store, line.order, line.occasion) for line in self.current() if line.kind == "sale" and line.occasion
        }


def _of_kind(identity: Hashable, line: Line | None) -> Hashable:
    """A till's own number, told apart for refunds."""
    is_number = isinstance(identity, tuple) and len(identity) == 2
    return (identity[0], line is not None and line.kind == "refund") if is_number else identity


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
