"""What has been written down so far: order rows, totals, complaints, surveys, contacts, referrals."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from flows.sample_chain.assortment import Product
from flows.sample_chain.people import Customer, Referral
from flows.sample_chain.stores import Associate, Store


@dataclass(slots=True)
class Line:
    """One till line; money in cents."""

    product: Product | None
    quantity: int
    unit: int
    net: int
    discount: int
    cost: int | None
    is_promotion: bool
    kind: str
    product_id: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The head of one till order: where, when, whose (as the cashier was shown), by whom; the order it takes back."""

    store: Store
    day: int
    at: str
    keys: tuple[str, str]
    associate: Associate
    refund_of: str = ""

    @property
    def order_id(self) -> str:
        return self.store.store_id + re.sub(r"\D", "", self.at)[2:]


@dataclass(slots=True)
class Total:
    """Sums of one store and month, in cents; `lines` are the rows in the file."""

    lines: int = 0
    sale_lines: int = 0
    refund_lines: int = 0
    sales: int = 0
    refunds: int = 0
    identified_sales: int = 0
    identified_refunds: int = 0
    friction_lines: int = 0


def yuan(cents: int) -> str:
    """Cents as plain decimal text."""
    sign, size = ("-", -cents) if cents < 0 else ("", cents)
    return f"{sign}{size // 100}.{size % 100:02d}"


@dataclass(slots=True)
class Books:
    """The registers that lives fill."""

    pos_rows: dict[tuple[str, str], list[tuple[str, int, tuple[str, ...]]]] = field(default_factory=dict)
    """(store, month) → time, line number and cells of each row, until the month's file is written."""
    jd_rows: dict[str, list[tuple[str, int, tuple[str, ...]]]] = field(default_factory=dict)
    totals: dict[tuple[str, str], Total] = field(default_factory=dict)
    identified_orders: dict[tuple[int, str], int] = field(default_factory=dict)
    """(store number, month) → orders of people whom the truth knows."""
    complaints: list[tuple[str, ...]] = field(default_factory=list)
    surveys: list[tuple[str, ...]] = field(default_factory=list)
    contacts: list[tuple[str, ...]] = field(default_factory=list)
    referrals: list[Referral] = field(default_factory=list)
    brought: list[tuple[int, Customer]] = field(default_factory=list)
    """Days on which a friend of a customer of the present store could come."""
    effects: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    """(response, state) → calls, would have bought, bought."""
    has_forgotten_one: bool = False
    """Whether the chain has its one complaint, 105–150 days before the end, that nobody ever settled."""
    recipients: int = 0
    order_count: int = 0
    lines_written: int = 0
    files_written: int = 0

    def count(self, store: Store, month: str, line: Line, *, is_identified: bool) -> None:
        """Add one written line to its store's month."""
        total = self.totals.setdefault((store.store_id, month), Total())
        total.lines += 1
        if line.kind == "goods":
            total.sale_lines += 1
            total.sales += line.net
            total.identified_sales += line.net if is_identified else 0
        elif line.kind == "refund":
            total.refund_lines += 1
            total.refunds += line.net
            total.identified_refunds += line.net if is_identified else 0
