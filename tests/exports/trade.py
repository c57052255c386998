"""What really happened at an invented shop: orders, and the order lines that a right reading of any export must give.

Nothing here knows the product: expected amounts are exact fractions of a cent, worked out order by order.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Literal

Fate = Literal["kept", "refunded", "refunded in part", "cancelled", "unpaid"]
FATES: tuple[Fate, ...] = ("kept", "refunded", "refunded in part", "cancelled", "unpaid")


@dataclass(frozen=True)
class Person:
    first: str
    last: str
    name_zh: str
    phone: str
    email: str
    account: str
    street: str


@dataclass(frozen=True)
class Line:
    """One product in an order; amounts in cents, `discount` the line's own."""

    product_id: str
    name: str
    quantity: int
    unit: int
    discount: int = 0

    @property
    def listed(self) -> int:
        return self.quantity * self.unit - self.discount


@dataclass(frozen=True)
class Order:
    """One order; amounts in cents. `refunded` is what was paid back of goods (and of the tax on them)."""

    number: int
    at: datetime
    store: str
    clerk: str
    buyer: Person | None
    recipient: Person | None
    lines: tuple[Line, ...]
    discount: int
    shipping: int
    fate: Fate
    refunded: int
    refunded_at: datetime

    @property
    def listed(self) -> int:
        return sum(line.listed for line in self.lines)

    @property
    def goods(self) -> int:
        """What was paid for the goods, after all discounts."""
        return self.listed - self.discount

    @property
    def paid(self) -> int:
        return self.goods + self.shipping

    def part(self, line: Line) -> Fraction:
        """What was paid for one line: its share of the goods, in cents and exactly."""
        return Fraction(self.goods * line.listed, self.listed)


@dataclass(frozen=True)
class Expected:
    """One order line as it must land; `net` in cents, within one cent of it where an amount had to be shared out."""

    order_id: str
    product_id: str
    quantity: Fraction
    kind: str
    net: Fraction
    at: datetime
    store: str
    refund_of: str | None = None
    keys: dict[str, str] = field(default_factory=dict, hash=False)


SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"
GIVEN = "安宁静远明慧思齐若水清和云舒子衿"
FIRST = ("Anna", "Ben", "Clara", "Dee", "Emil", "Fay", "Gus", "Hana", "Ivo", "June")
LAST = ("Ashby", "Brook", "Carver", "Dale", "Elm", "Finch", "Grove", "Hale")
GOODS = (
    "雨花石手链",
    "银杏书签",
    "Speckled Mug",
    "Fern Print, large",
    "云锦小包",
    'Teapot "Dawn"',
    "龙井 50g",
    "Linen towel",
)


def person(rng: random.Random, number: int) -> Person:
    """An invented person: phone numbers of ranges that belong to nobody."""
    first, last = rng.choice(FIRST), rng.choice(LAST)
    return Person(
        first, last, rng.choice(SURNAMES) + "".join(rng.sample(GIVEN, 2)), f"199{number:08d}",
        f"{first}.{last}.{number}@example.com".lower(), f"tb_{first.lower()}{number:04d}", f"{number} Sample Lane",
    )  # fmt: skip


def orders(seed: int, count: int = 120, first: int = 1001, start: datetime = datetime(2026, 10, 1)) -> list[Order]:
    """`count` orders of one month: one to four lines, discounts, shipping, gifts, strangers, and every fate."""
    rng = random.Random(seed)
    people = [person(rng, seed * 1000 + number) for number in range(count // 3)]
    products = [(f"SKU{100 + at:05d}", name, rng.randrange(500, 30000)) for at, name in enumerate(GOODS)]
    made = []
    for step in range(count):
        at = start + timedelta(seconds=rng.randrange(28 * 86400) // 60 * 60)
        lines = tuple(
            Line(code, name, rng.choice((1, 1, 1, 2, 3)), unit)
            for code, name, unit in rng.sample(products, rng.choice((1, 1, 2, 3, 4)))
        )
        listed = sum(line.listed for line in lines)
        fate = FATES[step] if step < len(FATES) else rng.choices(FATES, (75, 6, 9, 5, 5))[0]
        discount = rng.choice((0, 0, listed // 10, listed // 7))
        goods = listed - discount
        buyer = None if rng.random() < 0.1 else rng.choice(people)
        made.append(
            Order(
                first + step, at, rng.choice(("Harbour", "Old Town")), rng.choice(("Mia", "Tom")), buyer,
                rng.choice(people) if buyer and rng.random() < 0.15 else None, lines, discount,
                rng.choice((0, 800, 1250)), fate,
                {"refunded": goods, "refunded in part": max(1, goods * rng.randrange(1, 90) // 100)}.get(fate, 0),
                at + timedelta(days=rng.randrange(1, 9), hours=1),
            )
        )  # fmt: skip
    return made


def money(cents: int) -> str:
    """1234 → "12.34"."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"
