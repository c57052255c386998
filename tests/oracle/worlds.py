"""Small random worlds made to sit on the boundaries of the definitions: plain rows, and the same as an inbox."""

from __future__ import annotations

import calendar
import csv
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

CHAIN_TOML = 'name = "Small world"\nkey = "test"\nlocale = "en"\ncurrency = "CNY"\ntime_zone = "Asia/Shanghai"\n[rules]\nrfm_net_sales = 300\n'


@dataclass(frozen=True)
class OrderLine:
    """One row per line of a receipt, as the till's file has it."""

    order_id: str
    line_no: int
    store_id: str
    ordered_at: datetime
    product_id: str
    quantity: int
    net_sales: Decimal
    line_type: str = ""
    status: str = ""
    refund_of: str = ""
    is_promotion: bool = False
    member_id: str = ""
    phone: str = ""
    associate_id: str = ""
    recipient_name: str = ""
    recipient_phone: str = ""
    occasion: str = ""


@dataclass(frozen=True)
class Customer:
    """One row per line of the customer file."""

    member_id: str
    name: str
    phone: str = ""
    email: str = ""
    member_since: date | None = None
    referrer: str = ""
    home_store_id: str = ""
    associate_id: str = ""
    consent_phone: bool | None = None
    consent_wechat: bool | None = None
    consent_sms: bool | None = None
    consent_email: bool | None = None
    do_not_contact: bool | None = None
    wecom_added: bool | None = None
    moved_away_on: date | None = None


@dataclass(frozen=True)
class Product:
    """One row per product of the product file."""

    product_id: str
    name: str
    brand: str = ""
    category: str = ""
    launch_date: date | None = None


@dataclass(frozen=True)
class Store:
    """One row per store of the store file."""

    store_id: str
    name: str
    closed_on: date | None = None
    successor_store: str = ""


@dataclass(frozen=True)
class Associate:
    """One row per associate."""

    associate_id: str
    name: str
    store_id: str
    to_date: date | None = None


@dataclass(frozen=True)
class Target:
    """One row per store and month with a target."""

    store_id: str
    target_month: date
    target_net_sales: Decimal
    target_new_customers: int | None = None


@dataclass(frozen=True)
class Referral:
    """One row per referral; both sides are member ids."""

    referrer: str
    referred: str
    referred_on: date


@dataclass(frozen=True)
class Complaint:
    """One row per complaint."""

    complaint_id: str
    received_at: datetime
    store_id: str
    member_id: str
    competitor: str = ""
    cause: str = ""
    severity: str = ""
    first_answer_at: datetime | None = None
    resolved_at: datetime | None = None


@dataclass(frozen=True)
class Survey:
    """One row per survey answered."""

    answered_at: datetime
    member_id: str
    store_id: str = ""
    share_of_wallet: Decimal | None = None
    competitor: str = ""
    aspect: str = ""
    expectation: int | None = None
    experience: int | None = None
    order_id: str = ""


@dataclass(frozen=True)
class Service:
    """One row per service done."""

    service_id: str
    done_on: date
    store_id: str
    member_id: str
    kind: str
    order_id: str = ""
    experience: int | None = None


@dataclass
class World:
    """The facts of one chain, as rows; `months` are the months worth reviewing (first days), the last one last."""

    seed: int
    months: list[date] = field(default_factory=list)
    order_lines: list[OrderLine] = field(default_factory=list)
    customers: list[Customer] = field(default_factory=list)
    products: list[Product] = field(default_factory=list)
    stores: list[Store] = field(default_factory=list)
    associates: list[Associate] = field(default_factory=list)
    referrals: list[Referral] = field(default_factory=list)
    complaints: list[Complaint] = field(default_factory=list)
    surveys: list[Survey] = field(default_factory=list)
    services: list[Service] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)

    def tables(self) -> dict[str, tuple[type, Sequence[object]]]:
        """File name without .csv → row type and rows. The customer file lands first of those that name customers."""
        return {
            "order_lines": (OrderLine, self.order_lines),
            "customers": (Customer, self.customers),
            "products": (Product, self.products),
            "stores": (Store, self.stores),
            "associates": (Associate, self.associates),
            "referrals": (Referral, self.referrals),
            "register of complaints": (Complaint, self.complaints),
            "surveys": (Survey, self.surveys),
            "services": (Service, self.services),
            "targets": (Target, self.targets),
        }


# ---- writing


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return str(value)


def write_file(path: Path, row_type: type, rows: Sequence[object]) -> None:
    """One CSV with role names as header."""
    names = [f.name for f in fields(row_type)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        for row in rows:
            writer.writerow([_cell(getattr(row, name)) for name in names])


def write_world(world: World, root: Path) -> None:
    """A workspace: chain.toml and an inbox with one file per table that has rows."""
    inbox = root / "inbox"
    inbox.mkdir(parents=True)
    (root / "chain.toml").write_text(CHAIN_TOML, encoding="utf-8")
    for name, (row_type, rows) in world.tables().items():
        if rows:
            write_file(inbox / f"{name}.csv", row_type, rows)


def write_world_rearranged(world: World, root: Path, rng: Random) -> None:
    """The same facts: other file names, rows shuffled where a row's place says nothing, order lines split over files.

    The tables still land in the same order, since a customer's id is that of the keys which were known first.
    """
    inbox = root / "inbox"
    inbox.mkdir(parents=True)
    (root / "chain.toml").write_text(CHAIN_TOML, encoding="utf-8")
    for name, (row_type, rows) in world.tables().items():
        if not rows:
            continue
        shuffled = list(rows)
        if name != "customers":  # the newest line of a customer counts: place matters there
            rng.shuffle(shuffled)
        parts = rng.randint(2, 3) if name == "order_lines" and world.customers else 1
        for part in range(parts):
            if shuffled[part::parts]:
                write_file(inbox / f"{name} {rng.choice('azm')}{part} (old).csv", row_type, shuffled[part::parts])


# ---- making


def month_end(day: date) -> date:
    """Last day of the month of `day`."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def month_start(day: date, months: int = 0) -> date:
    """First day of the month that many months later."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


SHOP_PHONE = "13900000000"
PRICES = [Decimal(text) for text in ("50.00", "100.00", "100.00", "100.00", "200.00", "300.00", "33.33", "99.90")]


class _Maker:
    """Draws one world from its seed."""

    def __init__(self, seed: int) -> None:
        self.rng = rng = Random(seed)
        self.world = World(seed)
        self.first = month_start(date(2022, 6, 1), rng.randint(0, 20))
        count = rng.randint(14, 30)
        last = month_start(self.first, count - 1)
        self.as_of = month_end(last)
        middle = month_start(self.first, rng.randint(3, count - 2))
        self.world.months = [middle, last]
        self.ends = [self.as_of, month_end(month_start(last, -1)), month_end(middle)]
        self.receipts = 0
        self.store_ids = rng.sample(["s1", "s2", "s3", "web"], rng.randint(1, 4))
        self.products: list[str] = []
        self.new_products: list[tuple[str, date]] = []

    def make(self) -> World:
        self._stores()
        self._products()
        for number in range(self.rng.randint(5, 40)):
            self._person(number)
        self._anonymous()
        self._gifts_and_shop_phone(Random(-1 - self.world.seed))
        self._referrals()
        self._said()
        self._voices(Random(-2 - self.world.seed))
        self._staff_and_categories(Random(-2_000_000 - self.world.seed))
        for name in ("customers", "products", "stores", "referrals", "surveys"):
            if self.rng.random() < 0.06:
                setattr(self.world, name, [])
        return self.world

    # -- places and things

    def _stores(self) -> None:
        rng, stores = self.rng, []
        for store_id in self.store_ids:
            closed_on, successor = None, ""
            if rng.random() < 0.3:
                closed_on = rng.choice([
                    self._day(), self.as_of, self.as_of.replace(day=1), self.as_of + timedelta(days=1),
                    month_end(self.world.months[0]), self.world.months[0],
                ])  # fmt: skip
                if rng.random() < 0.6 and len(self.store_ids) > 1:
                    successor = rng.choice([other for other in self.store_ids if other != store_id])
            stores.append(Store(store_id, f"Store {store_id}", closed_on, successor))
        if rng.random() < 0.1:
            stores.append(Store("s0", "Not yet open"))
        if len(stores) > 1 and rng.random() < 0.1:  # sells, but is not in the store file
            named = {store.successor_store for store in stores}
            stores = stores if stores[-1].store_id in named else stores[:-1]
        self.world.stores = stores
        self.world.associates = [Associate(f"a{i}", f"Anna {i}", rng.choice(self.store_ids)) for i in range(2)]

    def _products(self) -> None:
        rng = self.rng
        brands = ["Alpha", "Beta", "Gamma", "Delta", "Eta"][: rng.randint(2, 5)]
        for number in range(rng.randint(3, 12)):
            product_id = f"p{number:02d}"
            launch: date | None = None
            if rng.random() < 0.5:
                launch = self._day()
                self.new_products.append((product_id, launch))
            elif rng.random() < 0.5:
                after = timedelta(days=rng.choice([88, 89, 90, 91, 200, 300]))
                self.new_products.append((product_id, self.first + after))
            else:
                self.products.append(product_id)
            brand = rng.choice(brands) if rng.random() < 0.9 else ""
            self.world.products.append(Product(product_id, f"Product {number}", brand, "ring", launch))
        self.products = self.products or ["p99"]  # p99 is not in the product file

    # -- time

    def _day(self) -> date:
        """A day of the history, often one that sits on an edge."""
        rng = self.rng
        span = (self.as_of - self.first).days
        day = self.first + timedelta(days=rng.randint(0, span))
        edge = rng.random()
        if edge < 0.15:
            day = min(month_end(day), self.as_of)
        elif edge < 0.25:
            day = day.replace(day=1)
        elif edge < 0.3 and self.first <= date(2024, 2, 29) <= self.as_of:
            day = date(2024, 2, 29)
        return day

    def _moment(self, day: date) -> datetime:
        rng = self.rng
        usual = (rng.randint(8, 21), rng.randint(0, 59))
        hour, minute = rng.choice([(0, 0), (9, 0), (12, 30), (18, 5), (23, 59), usual])
        return datetime(day.year, day.month, day.day, hour, minute)

    # -- receipts

    def _product(self, day: date, taste: list[str]) -> str:
        rng = self.rng
        fresh = [product for product, launch in self.new_products if -5 <= (day - launch).days <= 75]
        if fresh and rng.random() < 0.5:
            return rng.choice(fresh)
        known = self.products + [product for product, launch in self.new_products if launch <= day]
        liked = [product for product in known if product in taste]
        return rng.choice(liked or known)

    def _receipt(
        self, day: date, store: str, keys: tuple[str, str], *, refund: Decimal | None = None, promo: float = 0.2,
        at: datetime | None = None, taste: Sequence[str] = (), amount: Decimal | None = None,
    ) -> None:  # fmt: skip
        """One receipt: a purchase of one to three lines with odd lines among them, or a refund of that amount."""
        rng = self.rng
        self.receipts += 1
        order_id = f"r{self.receipts:05d}"
        at = at or self._moment(day)
        member_id, phone = keys
        lines: list[OrderLine] = []

        def add(product_id: str, quantity: int, money: Decimal, **more: object) -> None:
            lines.append(
                OrderLine(
                    order_id, len(lines) + 1, store, at, product_id, quantity, money, member_id=member_id, phone=phone,
                    associate_id=rng.choice(["", "a0", "a1"]), **more,
                )
            )  # fmt: skip

        if refund is not None:
            product = rng.choice(self.products)
            how = rng.random()
            if how < 0.4:
                add(product, -1, -refund)
            elif how < 0.7:
                add(product, -1, -refund, line_type="refund")
            elif how < 0.85:
                add(product, 1, refund, line_type="return")
            else:
                add(product, -1, -refund, refund_of=f"r{max(self.receipts - 1, 1):05d}")
        else:
            for _ in range(rng.choice([1, 1, 1, 2, 3])):
                money = amount or rng.choice(PRICES)
                product = self._product(day, list(taste))
                add(product, rng.choice([1, 1, 2]), money, is_promotion=rng.random() < promo)
            odd = rng.random()
            if odd < 0.04:
                add(rng.choice(self.products), 1, Decimal("-20.00"), line_type="trade-in")
            elif odd < 0.08:
                add("post", 1, Decimal("12.00"), line_type="shipping")
            elif odd < 0.11:
                add(rng.choice(self.products), 0, Decimal("0.00"))
            elif odd < 0.14:
                add(rng.choice(self.products), -1, -rng.choice(PRICES))  # swapped one piece in the same receipt
            elif odd < 0.17:
                add(rng.choice(self.products), 1, Decimal("0.00"))
            elif odd < 0.19:
                add("coupon", 1, -rng.choice(PRICES))  # a sale line below zero; the receipt may come to nothing
        if rng.random() < 0.02:
            status = rng.choice(["cancelled", "unpaid"])
            lines = [OrderLine(**{**vars(line), "status": status}) for line in lines]
        self.world.order_lines += lines

    # -- people

    def _person(self, number: int) -> None:
        rng = self.rng
        member_id = f"m{number:03d}"
        phone = f"138{number:08d}"
        has_phone = rng.random() < 0.6
        on_file = rng.random() < 0.8
        keys_at_till = [(member_id, "")]
        if not on_file and rng.random() < 0.3:
            keys_at_till = [("", phone)]  # known by phone only
        elif on_file and has_phone and rng.random() < 0.3:
            keys_at_till.append(("", phone))
        elif on_file and has_phone and rng.random() < 0.2:
            keys_at_till.append((f"n{number:03d}", phone))  # a second card, the same phone
        homes = rng.sample(self.store_ids, min(len(self.store_ids), rng.choice([1, 1, 2, 3])))
        brand = rng.choice(["Alpha", "Beta"])
        taste = [product.product_id for product in self.world.products if product.brand == brand]
        promo = rng.choice([0.0, 0.0, 0.2, 0.5, 1.0])
        amount = rng.choice([None, None, Decimal("100.00"), Decimal("200.00")])
        days = self._pattern(number)
        for at_most, day in enumerate(days):
            if not self.first <= day <= self.as_of:
                continue
            store = homes[at_most % len(homes)] if rng.random() < 0.6 else rng.choice(homes)
            keys = rng.choice(keys_at_till)
            self._receipt(day, store, keys, promo=promo, taste=taste, amount=amount)
            if rng.random() < 0.12:  # a second receipt that day, perhaps elsewhere, perhaps the same minute
                same = self.world.order_lines[-1].ordered_at if rng.random() < 0.4 else None
                self._receipt(day, rng.choice(homes), rng.choice(keys_at_till), promo=promo, at=same, amount=amount)
        self._returns(days, homes, keys_at_till)
        if on_file:
            self._file_rows(member_id, phone if has_phone else "", days)

    def _pattern(self, number: int) -> list[date]:
        """Days of purchase of one person: on thresholds, at edges, or anywhere."""
        rng = self.rng
        kind = rng.choice(["rhythm", "rhythm", "rhythm", "single", "anywhere", "anywhere", "fresh", "away", "none"])
        if kind == "none":
            return []
        if kind == "single":
            ago = rng.choice([0, 29, 30, 31, 179, 180, 181, 270, 273, 274, 365, 366, 367, 540, 544, 545])
            return [rng.choice([self._day(), rng.choice(self.ends) - timedelta(days=ago)])]
        if kind == "fresh":
            start = rng.choice(self.world.months)
            return sorted({start + timedelta(days=rng.randint(0, 27)) for _ in range(rng.randint(1, 2))})
        if kind == "away":  # long silence, then back in the reviewed month
            back = rng.choice(self.world.months) + timedelta(days=rng.choice([0, 5, 27]))
            before = back - timedelta(days=rng.choice([364, 365, 366, 380, 400, 500]))
            return [before - timedelta(days=30), before, back]
        if kind == "anywhere":
            return sorted({self._day() for _ in range(rng.randint(2, 9))})
        gap = rng.choice([7, 15, 16, 40, 91, 92, 100, 110, 137, 150])
        count = rng.randint(2, 7)
        lapse = min(730, max(365, 4 * gap))
        overdue = max(30, min(2 * gap, lapse * 3 // 4))
        silence = rng.choice([overdue, overdue, lapse, lapse, 0, gap]) + rng.choice([-1, 0, 0, 1])
        last = rng.choice(self.ends) - timedelta(days=max(silence, 0))
        days = [last - timedelta(days=gap * step) for step in range(count)]
        if rng.random() < 0.3:
            days.append(last - timedelta(days=gap * count + rng.choice([-3, 3])))
        return sorted(days)

    def _returns(self, days: list[date], homes: list[str], keys: list[tuple[str, str]]) -> None:
        rng = self.rng
        inside = [day for day in days if self.first <= day <= self.as_of]
        draw = rng.random()
        if draw < 0.08:  # before the first purchase, or the same day
            day = (inside[0] if inside else self._day()) - timedelta(days=rng.choice([0, 1, 40]))
            self._receipt(max(day, self.first), rng.choice(homes), rng.choice(keys), refund=rng.choice(PRICES))
        elif draw < 0.16 and inside:  # larger than all they bought
            day = min(rng.choice(inside) + timedelta(days=rng.choice([0, 10, 60])), self.as_of)
            self._receipt(day, rng.choice(homes), rng.choice(keys), refund=Decimal("5000.00"))
        elif draw < 0.35 and inside:
            day = min(rng.choice(inside) + timedelta(days=rng.choice([0, 0, 3, 20])), self.as_of)
            self._receipt(day, rng.choice(homes), rng.choice(keys), refund=rng.choice(PRICES))

    def _file_rows(self, member_id: str, phone: str, days: list[date]) -> None:
        rng = self.rng
        first = days[0] if days else self._day()
        since = rng.choice([None, None, first, first.replace(day=1), first.replace(day=1) - timedelta(days=1),
                            first - timedelta(days=400), first + timedelta(days=20)])  # fmt: skip

        def maybe() -> bool | None:
            return rng.choice([True, True, False, None])

        def row(member: str) -> Customer:
            return Customer(
                member, f"Person {member}", phone, rng.choice(["", f"{member}@example.com"]), since,
                rng.choice(["", "", "", "m000", "old1"]) if member_id != "m000" else "",
                rng.choice(["", *self.store_ids]), "", maybe(), maybe(), maybe(), maybe(),
                rng.choice([None, False, False, True]), maybe(),
                rng.choice([None, None, None, None, self._day(), self.as_of, self.as_of + timedelta(days=1)]),
            )  # fmt: skip

        self.world.customers.append(row(member_id))
        if phone and rng.random() < 0.08:  # a second line for the same person: the newest line counts
            self.world.customers.append(row(rng.choice([member_id, f"d{member_id}"])))

    def _anonymous(self) -> None:
        """Sales without a customer, one of them in each month that is reviewed."""
        for month in self.world.months:
            day = month + timedelta(days=self.rng.randint(0, 27))
            self.receipts += 1
            order, at = f"r{self.receipts:05d}", self._moment(day)
            self.world.order_lines.append(
                OrderLine(order, 1, self.store_ids[0], at, self.products[0], 1, self.rng.choice(PRICES))
            )
        for _ in range(self.rng.randint(0, 30)):
            day, store = self._day(), self.rng.choice(self.store_ids)
            refund = self.rng.choice(PRICES) if self.rng.random() < 0.1 else None
            self._receipt(day, store, ("", ""), refund=refund)

    def _gifts_and_shop_phone(self, rng: Random) -> None:
        """Some orders go to somebody else, some of those for an occasion; some receipts have the shop's own number."""
        phones = sorted({line.phone for line in self.world.order_lines if line.phone}) + [
            f"137{n:08d}" for n in range(4)
        ]
        told: dict[str, dict[str, str]] = {}
        for order_id in sorted({line.order_id for line in self.world.order_lines}):
            told[order_id] = {}
            if rng.random() < 0.08:
                told[order_id] = {"recipient_name": "Somebody", "recipient_phone": rng.choice([*phones, "", "at the desk"]),
                                  "occasion": rng.choice(["birthday", "birthday", ""])}  # fmt: skip
            if rng.random() < 0.05:
                told[order_id]["phone"] = SHOP_PHONE
        self.world.order_lines = [
            replace(line, **{k: v for k, v in told[line.order_id].items() if k != "phone" or not line.phone})
            for line in self.world.order_lines
        ]

    def _referrals(self) -> None:
        """The one who refers always has the lower number: no cycles. Some refer themselves (a data error)."""
        rng = self.rng
        members = sorted({line.member_id for line in self.world.order_lines if line.member_id.startswith("m")})
        for number, member in enumerate(members):
            if number and rng.random() < 0.35:
                referrer = member if rng.random() < 0.1 else rng.choice(members[:number])
                day = rng.choice([self._day(), self.as_of, self.as_of + timedelta(days=1)])
                self.world.referrals.append(Referral(referrer, member, day))

    def _said(self) -> None:
        rng = self.rng
        members = sorted({line.member_id for line in self.world.order_lines if line.member_id})
        for number, member in enumerate(members):
            for _ in range(rng.choice([0, 0, 0, 1, 2])):
                wallet = rng.choice([None, *map(Decimal, ("0.6", "0.59", "0.9", "0.2", "1"))])
                at = self._moment(self._day()) + timedelta(seconds=len(self.world.surveys))
                rival = rng.choice(["", "", "", "Other Gems"])
                self.world.surveys.append(Survey(at, member, rng.choice(self.store_ids), wallet, rival))
            if rng.random() < 0.1:
                rival = rng.choice(["", "Rival & Co"])
                at = self._moment(self._day())
                self.world.complaints.append(Complaint(f"c{number}", at, rng.choice(self.store_ids), member, rival))

    def _voices(self, rng: Random) -> None:
        """Causes, severities and settlements on the edges of a day, a week and the month; marks; services; a circle or two."""
        bought = sorted({(line.member_id, line.ordered_at.date()) for line in self.world.order_lines if line.member_id})
        for number, (member, day) in enumerate(bought):
            if rng.random() < 0.12:
                at = self._at(rng, min(day + timedelta(days=rng.choice([0, 1, 5, 40])), self.as_of))
                store = rng.choice(self.store_ids)
                self.world.complaints.append(Complaint(f"v{number}", at, store, member))
            if rng.random() < 0.1:
                done = min(day + timedelta(days=rng.choice([0, 30, 100])), self.as_of)
                kind = rng.choice(["cleaning", "repair"])
                self.world.services.append(Service(f"w{number}", done, rng.choice(self.store_ids), member, kind))
            if rng.random() < 0.12:
                at = self._at(rng, day) + timedelta(seconds=number % 60)
                for aspect in rng.sample(["", "quality", "service", "price"], rng.randint(1, 3)):
                    marks = (rng.randint(3, 9), rng.choice([None, *range(3, 10)]))
                    self.world.surveys.append(
                        Survey(at, member, rng.choice(self.store_ids[:1]), None, "", aspect, *marks)
                    )
        for place, complaint in enumerate(self.world.complaints):
            took = rng.choice([None, timedelta(hours=24), timedelta(hours=25), timedelta(days=7), timedelta(days=7, seconds=1),
                               timedelta(hours=3), timedelta(days=40)])  # fmt: skip
            resolved = None if took is None else complaint.received_at + took
            answered = (
                None if rng.random() < 0.2 else complaint.received_at + timedelta(hours=rng.choice([0, 1, 5, 700]))
            )
            self.world.complaints[place] = replace(
                complaint, cause=rng.choice(["quality", "service", "Service", "", "smell"]), resolved_at=resolved,
                severity=rng.choice(["major", "minor", ""]), first_answer_at=answered,
            )  # fmt: skip
        members = sorted({row.referred for row in self.world.referrals})
        if (
            len(members) > 3 and rng.random() < 0.4
        ):  # the first who was brought is told to have been brought by the last
            self.world.referrals.append(Referral(members[-1], rng.choice(["m000", members[0]]), self._day_of(rng)))

    def _at(self, rng: Random, day: date) -> datetime:
        return datetime(day.year, day.month, day.day, rng.choice([0, 9, 12, 23]), rng.choice([0, 30, 59]))

    def _day_of(self, rng: Random) -> date:
        return self.first + timedelta(days=rng.randint(0, (self.as_of - self.first).days))

    def _staff_and_categories(self, rng: Random) -> None:
        """Categories to start and to combine, associates who leave, ratings of receipts, targets."""
        world = self.world
        world.products = [
            replace(product, category=rng.choice(["ring", "ring", "pearl", "gold", ""])) for product in world.products
        ]
        leaves = [None, None, self._end_of_a_month(rng), self.as_of + timedelta(days=1), self.as_of + timedelta(days=2)]
        world.associates = [
            *(replace(one, to_date=rng.choice(leaves)) for one in world.associates),
            Associate("a2", "Anna 2", rng.choice(self.store_ids)),
        ]
        world.customers = [
            replace(row, associate_id=rng.choice(["", "", "", "a0", "a1", "a2"])) for row in world.customers
        ]
        for line in world.order_lines:
            if line.member_id and rng.random() < 0.15:
                at = line.ordered_at + timedelta(days=rng.choice([0, 1, 40]), seconds=len(world.surveys))
                order = rng.choice([line.order_id, line.order_id, ""])
                world.surveys.append(
                    Survey(at, line.member_id, line.store_id, order_id=order, experience=rng.randint(0, 10))
                )
        for month in world.months:
            for store_id in [*self.store_ids, *rng.choice([[], ["*"]])]:
                if rng.random() < 0.7:
                    aim = Decimal(rng.choice([0, 100, 1000]))
                    world.targets.append(Target(store_id, month, aim, rng.choice([None, 0, 3])))

    def _end_of_a_month(self, rng: Random) -> date:
        return rng.choice([month_end(rng.choice(self.world.months)), self.as_of, self.first + timedelta(days=100)])


def make_world(seed: int) -> World:
    """The world of this seed."""
    return _Maker(seed).make()


def world_of(*receipts: tuple[str, str, str, str], **more: object) -> World:
    """One line per receipt: day (or moment), store, member, amount; a refund where the amount is below zero."""
    lines: list[OrderLine] = []
    for number, (at, store, member, amount) in enumerate(receipts, start=1):
        moment = datetime.fromisoformat(at)
        quantity = -1 if amount.startswith("-") else 1
        lines.append(OrderLine(f"r{number}", 1, store, moment, "p", quantity, Decimal(amount), member_id=member))
    return World(0, order_lines=lines, **more)
