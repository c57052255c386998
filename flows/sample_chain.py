"""A believable, seeded, wholly invented chain: the files its tills and its online shop would write, and the truth.

Nothing here is a random row. Customers have a rhythm, a taste and a purse; they come with the season, bring friends,
and leave for a cause (a price rise, bad service, a competitor, a move …) that happens before they go and often leaves
a trace in the files: a complaint, a survey, a moved-away date, the absence of any contact. `folder/inbox` holds what
Regulars may read; `folder/truth` holds what really happened and never enters the inbox, so that tests can ask how
much of it the reviews recover.

Same arguments, same bytes, on any machine: one `random.Random(seed)`, no clock, no locale, no order of sets.
"""

from __future__ import annotations

import csv
import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Literal

from borax.calendars.lunardate import LunarDate

from flows.sample_names import (
    ASPECT_HURT,
    ASPECT_WEIGHT,
    BIG_SPENDER,
    BRANDS_OF,
    CARE_DONE,
    DEVOTION,
    ITEMS,
    JD_HEADER,
    LIFETIME,
    OCCASION_SHARES,
    ONE_TIMERS,
    ONLINE_SEGMENT_SHARES,
    PROMOTIONS,
    RESPONSES,
    SEASONS,
    SEGMENTS,
    STRANGERS_TASTES,
    TEMPLATE_HEADERS,
    WEEKDAYS,
    WON_BACK_CHANCE,
    WORDS,
    Segment,
    Words,
)  # fmt: skip
from schemas.period import Month, same_day_months_later

NEVER = 10**9
"""A day that does not come."""


@dataclass(frozen=True)
class SampleSummary:
    """What was written: files of the inbox, rows and orders in its order files, people, stores, months."""

    files: int
    order_lines: int
    orders: int
    customers: int
    stores: int
    first_month: str
    last_month: str


def write_sample_chain(
    folder: Path,
    *,
    stores: int = 6,
    months: int = 30,
    customers: int = 5000,
    seed: int = 20261031,
    last_month: str = "2026-10",
    language: Literal["zh", "en"] = "zh",
) -> SampleSummary:
    """Write inbox/, truth/ and chain.toml of a sample chain into `folder`; the last of `stores` is the online shop.

    A chain of one store has no online shop. Files of the same name are replaced; nothing else in `folder` is touched.
    """
    if not 1 <= stores <= 2000 or not 3 <= months <= 60 or customers < 1:
        raise ValueError("a sample chain has 1–2000 stores, 3–60 months and at least one customer")
    if language not in WORDS:
        raise ValueError(f"language {language!r}: the sample speaks zh and en")
    chain = Chain(Random(seed), stores, Month.parse(last_month), months, customers, WORDS[language], language)
    (folder / "inbox").mkdir(parents=True, exist_ok=True)
    chain.live_through(folder / "inbox")
    return chain.write(folder)


# --- time ---------------------------------------------------------------------------------------------------------


def mothers_day(year: int) -> date:
    """Second Sunday of May."""
    first = date(year, 5, 1)
    return first + timedelta(days=(6 - first.weekday()) % 7 + 7)


def festivals(year: int) -> dict[str, date]:
    """The days of a year that fill jewellers and florists."""
    return {
        "new_year": LunarDate(year, 1, 1).to_solar_date(),
        "valentine": date(year, 2, 14),
        "womens_day": date(year, 3, 8),
        "mothers_day": mothers_day(year),
        "five_twenty": date(year, 5, 20),
        "qixi": LunarDate(year, 7, 7).to_solar_date(),
        "teachers_day": date(year, 9, 10),
        "weddings": date(year, 10, 1),
        "double_11": date(year, 11, 11),
        "mid_year": date(year, 6, 18),
        "christmas": date(year, 12, 25),
    }


class Calendar:
    """Days of the period as whole numbers from 0, with each day's demand, promotion and price level."""

    def __init__(self, first: Month, last: Month) -> None:
        self.months = first.through(last)
        self.start = first.first_day
        self.days = (last.last_day - self.start).days + 1
        self.iso = [self.on(day).isoformat() for day in range(self.days)]
        self.month_of = [text[:7] for text in self.iso]
        years = range(self.start.year - 1, last.year + 2)
        self.festival = {year: {name: self.day(on) for name, on in festivals(year).items()} for year in years}
        self.demand = {season: self._demand(peaks) for season, peaks in SEASONS.items()}
        self.promotion = [False] * self.days
        for name, (first_day, last_day, _) in PROMOTIONS.items():
            for day in self._window(name, first_day, last_day):
                self.promotion[day] = True
        rises = (len(self.months) * 11 // 30, len(self.months) * 22 // 30)
        self.price_rises = [self.day(self.months[step].first_day) for step in rises if step > 0]

    def on(self, day: int) -> date:
        """The date of a day."""
        return self.start + timedelta(days=day)

    def day(self, on: date) -> int:
        return (on - self.start).days

    def month_starts(self) -> list[tuple[str, int, int]]:
        """Every month with its first and last day."""
        return [(str(month), self.day(month.first_day), self.day(month.last_day)) for month in self.months]

    def price_level(self, day: int) -> float:
        """Jewellery gets dearer twice; the dates are known, so that leaving over the price has a day."""
        return 1.075 ** bisect_right(self.price_rises, day)

    def next_day(self, season: str, day: int, gap: float) -> int:
        """The day on which `gap` average days' worth of demand has passed since `day`; NEVER when after the period."""
        passed = self.demand[season]
        found = bisect_left(passed, passed[day] + gap)
        return max(found, day + 1) if found < self.days else NEVER

    def busy_day(self, season: str, first: int, chance: float) -> int:
        """A day from `first` on, busy days oftener; `chance` in 0–1 chooses it."""
        passed = self.demand[season]
        target = passed[first] + chance * (passed[self.days] - passed[first])
        return min(max(bisect_right(passed, target) - 1, first), self.days - 1)

    def _window(self, name: str, first: int, last: int) -> Iterable[int]:
        for year in sorted(self.festival):
            at = self.festival[year][name]
            yield from (day for day in range(at + first, at + last + 1) if 0 <= day < self.days)

    def _demand(self, peaks: dict[str, tuple[int, int, float]]) -> list[float]:
        """Demand passed before each day, scaled to one a day on average."""
        weight = [WEEKDAYS[self.on(day).weekday()] for day in range(self.days)]
        for name, (first, last, times) in peaks.items():
            for day in self._window(name, first, last):
                weight[day] *= times
        total = sum(weight)
        return [0.0, *(share * self.days / total for share in accumulate(weight))]


# --- what there is ------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Product:
    """One article; `price` in yuan before any price rise."""

    product_id: str
    name: str
    brand: str
    category: str
    style: str
    launch: int
    price: int
    cost_share: float
    is_flop: bool

    def cents(self, level: float) -> int:
        """Price on a day; only jewellery follows the price level."""
        if self.category in ("flowers", "floral_gift"):
            return self.price * 100
        return round(self.price * level) * 100


@dataclass(slots=True)
class Associate:
    """One who serves. `diligence`: how much of the care that is due gets done; `warmth` keeps customers longer."""

    associate_id: str
    name: str
    start: int
    end: int
    capacity: int
    diligence: float
    warmth: float


@dataclass(slots=True)
class Store:
    """One shop; `bad_service` and `competitor_from` are the episodes that make its customers leave."""

    number: int
    store_id: str
    name: str
    region: str
    district: int
    street: str
    opened: int
    is_online: bool = False
    closed: int = NEVER
    successor: Store | None = None
    bad_service: tuple[int, int] = (NEVER, NEVER)
    competitor_from: int = NEVER
    staff: list[Associate] = field(default_factory=list)
    seconds_used: set[int] = field(default_factory=set)

    def is_open(self, day: int) -> bool:
        return self.opened <= day < self.closed


@dataclass(slots=True)
class Recipient:
    """One to whom a customer sends gifts, for an occasion of the year."""

    name: str
    phone: str
    address: str
    relation: str
    occasion: str
    month_day: tuple[int, int]
    is_lunar: bool


@dataclass(slots=True)
class Customer:
    """One person or firm as they really are; days count from the period's first day."""

    number: int
    segment: Segment
    attitude: str
    kind: str
    store: Store
    name: str
    is_female: bool
    gap: float
    purse: int
    """0 frugal, 1 as most, 2 generous, 3 without limit."""
    brand: str
    response: str
    first_day: int
    phone: str = ""
    account: str = ""
    is_account_on_file: bool = False
    online_share: float = 0.0
    member_id: str = ""
    second_member_id: str = ""
    second_from: int = NEVER
    registered: int = NEVER
    registers_at_visit: int = 1
    is_price_sensitive: bool = False
    near_new_store: bool = False
    consents: tuple[bool, bool, bool] = (False, False, False)
    do_not_contact: bool = False
    associate: Associate | None = None
    is_handed_over: bool = True
    address: str = ""
    district: int = 0
    referrer: Customer | None = None
    noted_referrer: str = ""
    anniversary: date | None = None
    birthday: tuple[str, str] = ("", "")
    recipients: list[Recipient] = field(default_factory=list)
    paid_for_one: int = 0
    """Cents of the last purchase if it was a single piece, else 0."""
    gift_days: list[tuple[int, str, int]] = field(default_factory=list)
    plan: list[tuple[int, str, int]] = field(default_factory=list)
    """Fixed visits: day, for what, which recipient (−1: none)."""
    leaving: tuple[int, str, int] = (NEVER, "", NEVER)
    """The earliest reason to leave so far: day of leaving, cause, day of the cause."""
    left: tuple[int, str, int] | None = None
    last_complaint: int = -NEVER
    taste_changes: int = NEVER
    learned_of_move: int = NEVER
    has_moved_note: bool = False
    visits: int = 0
    purchases: int = 0
    named_purchases: int = 0
    """Purchases on which the customer gave card, phone or account: the only ones that files can know."""
    first_paid: int = NEVER
    last_day: int = -1
    net_cents: int = 0

    def is_registered(self, day: int) -> bool:
        return self.registered <= day

    def cards(self, last: int) -> list[str]:
        """Member ids in use by the end of the period: none, one, or two."""
        if self.registered > last:
            return []
        return [self.member_id, self.second_member_id] if self.second_from <= self.last_day else [self.member_id]

    def may_leave(self, day: int, cause: str, cause_day: int) -> None:
        """Note a reason to leave; the earliest one will be the real one, but nobody goes before having complained."""
        day = max(day, self.last_complaint + 1)
        if day < self.leaving[0]:
            self.leaving = (day, cause, cause_day)


@dataclass(frozen=True, slots=True)
class Referral:
    """One customer who came because of another; `is_noted`: the shop wrote it down."""

    day: int
    referrer: Customer
    referred: Customer
    is_noted: bool


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


def shared_out(total: int, weights: Sequence[float]) -> list[int]:
    """`total` in whole parts by weight, the largest remainders rounded up."""
    whole = sum(weights)
    exact = [total * weight / whole for weight in weights]
    parts = [math.floor(part) for part in exact]
    by_remainder = sorted(range(len(weights)), key=lambda at: (parts[at] - exact[at], at))
    for at in by_remainder[: total - sum(parts)]:
        parts[at] += 1
    return parts


def of_shares(rng: Random, shares: dict[str, float]) -> str:
    """One of the names, by its share."""
    point = rng.random() * sum(shares.values())
    for name, share in shares.items():
        point -= share
        if point < 0:
            return name
    return name


# --- the chain ----------------------------------------------------------------------------------------------------


class Chain:
    """The chain, its customers' lives, and the registers that these lives fill."""

    def __init__(
        self, rng: Random, stores: int, last: Month, months: int, customers: int, words: Words, language: str
    ) -> None:
        self.rng = rng
        self.words = words
        self.language = language
        self.calendar = Calendar(last.plus(1 - months), last)
        self.end = self.calendar.days - 1
        self.people = customers
        self.products = self._products()
        self.shelf, self.by_launch = self._shelf()
        self.stores = self._stores(stores)
        self.physical = [store for store in self.stores if not store.is_online]
        self.online = next((store for store in self.stores if store.is_online), None)
        self.customers: list[Customer] = []
        self.pos_rows: dict[tuple[str, str], list[tuple[str, int, tuple[str, ...]]]] = {}
        self.jd_rows: dict[str, list[tuple[str, int, tuple[str, ...]]]] = {}
        self.totals: dict[tuple[str, str], Total] = {}
        self.order_count = self.lines_written = self.files_written = 0
        self.identified_orders: dict[tuple[int, str], int] = {}
        self.complaints: list[tuple[str, ...]] = []
        self.surveys: list[tuple[str, ...]] = []
        self.contacts: list[tuple[str, ...]] = []
        self.referrals: list[Referral] = []
        self.brought: list[tuple[int, Customer]] = []
        self.effects: dict[tuple[str, str], list[int]] = {}
        self.recipients = 0

    # -- what it is made of

    def _products(self) -> list[Product]:
        """About 100 articles at the start, two or three launches a month, most of them before a busy season."""
        rng = self.rng
        launches = [-rng.randrange(60, 1500) for _ in range(100)]
        for _, first, last in self.calendar.month_starts():
            launches += sorted(rng.randint(first, last) for _ in range(rng.choice((2, 3, 3, 4))))
        return [self._product(at, launch) for at, launch in enumerate(launches)]

    def _product(self, at: int, launch: int) -> Product:
        """The at-th article: the first hundred go round all categories and items, later ones are what sells."""
        rng, words, categories = self.rng, self.words, list(ITEMS)
        if at < 100:
            category = categories[at % len(categories)]
            item, low, high = ITEMS[category][at // len(categories) % len(ITEMS[category])]
        else:
            category = rng.choices(categories, (5, 2, 4, 5, 3, 3, 2))[0]
            item, low, high = rng.choice(ITEMS[category])
        brand, series = rng.choice(BRANDS_OF[category]), rng.choice(words.series)
        return Product(
            product_id=f"P{at + 1:04d}",
            name=words.product_name.format(brand=words.brands[brand], series=series, item=words.items[item]),
            brand=brand,
            category=category,
            style=rng.choice(words.styles),
            launch=launch,
            price=round(low * (high / low) ** rng.random() / 10) * 10 + 8,
            cost_share=0.72 if category == "gold" else rng.uniform(0.38, 0.5),
            is_flop=at >= 100 and rng.random() < 0.3,
        )

    def _shelf(self) -> tuple[dict[tuple[str, str], list[Product]], list[Product]]:
        """(category, brand or "") → products, oldest first; and all launches of the period."""
        shelf: dict[tuple[str, str], list[Product]] = {}
        for product in sorted(self.products, key=lambda entry: (entry.launch, entry.product_id)):
            shelf.setdefault((product.category, ""), []).append(product)
            shelf.setdefault((product.category, product.brand), []).append(product)
        return shelf, sorted(
            (p for p in self.products if p.launch >= 0), key=lambda entry: (entry.launch, entry.product_id)
        )

    def _stores(self, count: int) -> list[Store]:
        """The shops, the last of them online, with the episodes that give customers a cause to leave."""
        words, months = self.words, self.calendar.month_starts()
        width = max(2, len(str(count)))
        stores: list[Store] = []
        for at in range(count):
            store_id = f"S{at + 1:0{width}d}"
            street = words.streets[at % len(words.streets)]
            turn = at // len(words.streets) + 1
            name = (words.store_name if turn == 1 else words.again).format(street=street, n=turn)
            region, district = words.regions[at % 2], at % len(words.districts)
            store = Store(at, store_id, name, region, district, street, opened=-self.rng.randrange(400, 3000))
            if at == count - 1 and count > 1:
                store.name, store.is_online = words.online_store, True
            stores.append(store)
        physical = [store for store in stores if not store.is_online]
        if len(physical) >= 2 and len(months) >= 9:
            first = len(months) // 2 - 2
            physical[1].bad_service = (months[first][1], months[first + 3][2])
        if len(physical) >= 3 and len(months) >= 9:
            physical[2].competitor_from = months[len(months) * 3 // 5][1] + 9
        if len(physical) >= 4 and len(months) >= 12:
            physical[-1].opened = months[7][1] + 5
        if len(stores) >= 8 and len(months) >= 12:
            physical[3].closed, physical[3].successor = months[len(months) * 2 // 3][2] + 1, physical[4]
        for store in physical:
            store.staff = self._staff(store)
        return stores

    def _staff(self, store: Store) -> list[Associate]:
        """Four posts; in about half of them somebody leaves within the period and is replaced."""
        rng = self.rng
        staff: list[Associate] = []
        for _ in range(4):
            start, post_end = store.opened if store.opened >= 0 else -rng.randrange(30, 1500), store.closed
            while start < min(post_end, self.end):
                leaves = max(start, 0) + rng.randrange(90, max(2 * self.end, 180))
                end = leaves if leaves < min(self.end - 20, post_end - 20) else post_end
                number, name = f"A{store.store_id[1:]}{len(staff) + 1:02d}", self._person(rng.random() < 0.8)
                capacity = rng.choice((30, 40, 40, 40, 50, 60))
                diligence, warmth = rng.uniform(0.15, 0.8), rng.uniform(0.8, 1.25)
                staff.append(Associate(number, name, start, end, capacity, diligence, warmth))
                start = end + rng.randrange(3, 30)
        return staff

    # -- people

    def _person(self, is_female: bool) -> str:
        words = self.words
        return words.person(
            self.rng.choice(words.surnames), self.rng.choice(words.given_f if is_female else words.given_m)
        )

    def _address(self, district: int) -> str:
        rng, words = self.rng, self.words
        return words.address.format(
            district=words.districts[district], street=rng.choice(words.streets), house=rng.randint(1, 320),
            block=rng.randint(1, 28), flat=rng.randint(1, 26) * 100 + rng.randint(1, 4),
        )  # fmt: skip

    @staticmethod
    def _phone(prefix: str, number: int) -> str:
        """The number-th invented phone of a range that starts with `prefix`: all different, in no visible order."""
        return f"{prefix}{number // 10_000:04d}{(number % 10_000 * 7919 + 4471) % 10_000:04d}"

    def _customer(self, store: Store, segment: Segment, first_day: int, referrer: Customer | None = None) -> Customer:
        """One new person of a segment: nature, purse, keys, dates; whether and how the shop can know them."""
        rng, words = self.rng, self.words
        number = len(self.customers) + 1
        is_female = rng.random() < (0.66 if segment.name not in ("couple", "gift_giver") else 0.4)
        kind = segment.name if segment.name in ("enterprise", "partner") else "individual"
        if kind == "individual":
            name = self._person(is_female)
        else:
            kinds = words.firm_kinds if kind == "enterprise" else words.partner_kinds
            name = f"{rng.choice(words.firms)}{'' if words.surname_first else ' '}{rng.choice(kinds)}"
        main = next(iter(segment.tastes))
        customer = Customer(
            number, segment, of_shares(rng, segment.attitudes), kind, store, name, is_female,
            gap=segment.gap * rng.lognormvariate(-0.08, 0.4), purse=rng.choices((0, 1, 2), (3, 5, 2))[0],
            brand=rng.choice(BRANDS_OF[main]), response=of_shares(rng, RESPONSES), first_day=first_day,
            referrer=referrer,
        )  # fmt: skip
        if segment is BIG_SPENDER:
            customer.purse = 3
        customer.is_price_sensitive = customer.attitude == "no_loyalty" or (customer.purse == 0 and rng.random() < 0.5)
        customer.district = store.district if rng.random() < 0.6 else rng.randrange(len(words.districts))
        customer.address = self._address(customer.district)
        self._give_keys(customer)
        self._give_dates(customer)
        self.customers.append(customer)
        return customer

    def _give_keys(self, customer: Customer) -> None:
        """How the chain can know this person: card, phone, account, and which of them the file ties together."""
        rng, store = self.rng, customer.store
        word = "".join(rng.choice("abcdefghkmnprstuwxyz") for _ in range(4))
        if store.is_online:
            customer.account = f"jd_{word}{customer.number}"
            customer.online_share = 1.0
            customer.phone = self._phone("199", customer.number)
            customer.registers_at_visit = 1 if rng.random() < 0.4 else NEVER
            customer.is_account_on_file = customer.registers_at_visit == 1
        else:
            customer.phone = self._phone("199", customer.number)
            roll = 0.0 if customer.kind != "individual" or customer.purse == 3 or customer.referrer else rng.random()
            customer.registers_at_visit = 1 if roll < 0.7 else 2 if roll < 0.82 else NEVER
            if self.online and rng.random() < customer.segment.online:
                customer.account = f"jd_{word}{customer.number}"
                customer.online_share = 0.85 if customer.segment.name == "gift_giver" else rng.uniform(0.15, 0.5)
                customer.registers_at_visit = min(customer.registers_at_visit, 2)
                customer.is_account_on_file = rng.random() < 0.8
        if customer.registers_at_visit != NEVER:
            customer.member_id = f"M{customer.number:07d}"
            if not store.is_online and rng.random() < 0.025:
                customer.second_member_id = f"N{customer.number:07d}"
                customer.second_from = rng.randrange(30, self.end + 30)
        customer.consents = (rng.random() < 0.58, rng.random() < 0.64, rng.random() < 0.6)
        customer.do_not_contact = rng.random() < 0.015

    def _give_dates(self, customer: Customer) -> None:
        """Birthday (a third of them lunar in China), wedding, and those to whom gifts go."""
        rng, words = self.rng, self.words
        born = date(rng.randint(1955, 2004), 1, 1) + timedelta(days=rng.randrange(365))
        roll = rng.random()
        is_lunar = rng.random() < (0.35 if self.language == "zh" else 0.05)
        day = LunarDate.from_solar_date(born.year, born.month, born.day) if is_lunar else born
        full = f"{day.year:04d}-{day.month:02d}-{day.day:02d}"
        if customer.kind == "individual" and roll < 0.82:
            customer.birthday = (full if roll < 0.66 else full[5:], words.lunar if is_lunar else words.solar)
        if customer.segment.name == "couple" and customer.first_day < NEVER:
            self._plan_wedding(customer)
        elif customer.kind == "individual" and rng.random() < 0.3:
            customer.anniversary = date(
                rng.randint(1985, self.calendar.start.year - 1), rng.randint(1, 12), rng.randint(1, 28)
            )
        if customer.segment.name == "gift_giver":
            for _ in range(rng.choice((1, 1, 2, 2, 3))):
                self._plan_gifts(customer)
        elif customer.account and rng.random() < 0.35:
            self._plan_gifts(customer)

    def _plan_wedding(self, customer: Customer) -> None:
        """A proposal ring, wedding bands, the three gold pieces; later flowers on the anniversary."""
        rng, calendar = self.rng, self.calendar
        wedding = customer.first_day + rng.randrange(40, 260)
        on = calendar.on(wedding)
        if rng.random() < 0.45:
            on = date(on.year, 10, rng.randint(1, 7))
        elif rng.random() < 0.4:
            on = date(on.year, 5, rng.randint(1, 28))
        wedding = max(calendar.day(on), customer.first_day + 20)
        customer.anniversary = calendar.on(wedding)
        customer.plan += [(max(wedding - rng.randrange(45, 75), customer.first_day + 7), "bands", -1)]
        if rng.random() < 0.6:
            customer.plan += [(max(wedding - rng.randrange(14, 40), customer.first_day + 12), "three_gold", -1)]
        for year in range(1, 6):
            later = calendar.day(same_day_months_later(customer.anniversary, 12 * year)) - rng.randrange(0, 4)
            if later <= self.end and rng.random() < 0.7:
                customer.plan.append((later, "anniversary", -1))

    def _plan_gifts(self, customer: Customer) -> None:
        """The same recipient on the same occasion, year after year, most years."""
        rng, words, calendar = self.rng, self.words, self.calendar
        self.recipients += 1
        occasion = of_shares(rng, OCCASION_SHARES)
        if occasion == "birthday":
            is_female = rng.random() < 0.75
            relation = rng.choice(words.family_f if is_female else words.family_m)
        elif occasion == "mothers_day":
            is_female, relation = True, words.family_f[0]
        else:
            is_female = not customer.is_female
            relation = rng.choice(words.partners_f if is_female else words.partners_m)
        name, phone = self._person(is_female), self._phone("198", self.recipients)
        address = self._address(rng.randrange(len(words.districts)))
        known = self.customers[rng.randrange(len(self.customers))] if self.customers else None
        if known and known.kind == "individual" and known.is_female == is_female and rng.random() < 0.15:
            name, phone, address = known.name, known.phone, known.address
        month_day, is_lunar = (rng.randint(1, 12), rng.randint(1, 28)), self.language == "zh" and rng.random() < 0.3
        if occasion == "anniversary" and customer.anniversary:
            month_day, is_lunar = (customer.anniversary.month, min(customer.anniversary.day, 28)), False
        recipient = Recipient(name, phone, address, relation, occasion, month_day, is_lunar)
        which = len(customer.recipients)
        customer.recipients.append(recipient)
        for year in sorted(calendar.festival):
            day = self._occasion_day(recipient, year) - rng.randrange(1, 6)
            if customer.first_day <= day <= self.end and rng.random() < 0.86:
                customer.plan.append((day, "gift", which))

    def _occasion_day(self, recipient: Recipient, year: int) -> int:
        """The day of a recipient's occasion in a (solar or lunar) year."""
        month, day = recipient.month_day
        if recipient.occasion not in ("birthday", "anniversary"):
            return self.calendar.festival[year][recipient.occasion]
        if recipient.is_lunar:
            return self.calendar.day(LunarDate(year, month, day).to_solar_date())
        return self.calendar.day(date(year, month, day))

    # -- everybody's life

    def live_through(self, inbox: Path) -> None:
        """Let every store's customers live, and write a store's tills as soon as nobody else can come there.

        People also buy up to two stores away, so a store's books close when the store after the next has lived.
        """
        share = [self.rng.uniform(0.75, 1.3) for _ in self.physical]
        for at, store in enumerate(self.physical):
            if store.opened > 0:
                share[at] *= 0.75
        if self.online:
            share.append(sum(share) * 0.16)
        for store, count in zip(self.stores, shared_out(self.people, share), strict=True):
            self._live_store(store, count)
            if not store.is_online and store.number >= 2:
                self._close_books(self.physical[store.number - 2], inbox)
        for store in self.physical[-2:]:
            self._close_books(store, inbox)

    def _close_books(self, store: Store, inbox: Path) -> None:
        """Add the strangers' orders and write a store's files."""
        self._strangers(store)
        for month, _, _ in self.calendar.month_starts():
            rows = self.pos_rows.pop((store.store_id, month), [])
            if rows:
                self._write_till(inbox, store, month, rows)
        store.seconds_used.clear()

    def _live_store(self, store: Store, count: int) -> None:
        """`count` customers: some there before the period, some arriving, about one in twelve brought by another."""
        rng = self.rng
        brought = round(count * 0.09) if count >= 20 and not store.is_online else round(count * 0.04)
        before = 0 if store.opened >= 0 else round((count - brought) * 0.5)
        self.brought = []
        whales = rng.choice((1, 2, 2, 3)) if not store.is_online and count >= 40 else 0
        for at in range(count - brought):
            segment = BIG_SPENDER if at < whales else self._segment(store)
            self._live(self._arrival(store, segment, at < before))
        for share in (0.75, 1.0):
            quota = round(brought * share)
            candidates = sorted(self.brought, key=lambda entry: (entry[0], entry[1].number))
            self.brought = []
            for day, referrer in sorted(
                rng.sample(candidates, min(quota, len(candidates))), key=lambda entry: (entry[0], entry[1].number)
            ):
                self._live_referred(store, day, referrer)
                brought -= 1
        for _ in range(brought):
            self._live(self._arrival(store, self._segment(store), False))

    def _segment(self, store: Store) -> Segment:
        weights = [segment.share for segment in SEGMENTS]
        if store.is_online:
            weights = list(ONLINE_SEGMENT_SHARES)
        return self.rng.choices(SEGMENTS, weights)[0]

    def _arrival(self, store: Store, segment: Segment, was_there: bool) -> Customer:
        """A customer from before the period (somewhere within their rhythm), or one who comes within it."""
        rng, calendar = self.rng, self.calendar
        season = segment.season if segment.season != "promotion" else "jewellery"
        if not was_there:
            return self._customer(store, segment, calendar.busy_day(season, max(store.opened, 0), rng.random()))
        customer = self._customer(store, segment, calendar.next_day(season, 0, rng.random() * segment.gap * 1.1))
        if customer.member_id:
            customer.registered = -rng.randrange(20, min(1500, -store.opened) + 20)
        if customer.first_day == NEVER or (customer.member_id and rng.random() < 0.05):
            customer.first_day = NEVER
            since = customer.registered if customer.member_id else -90
            customer.left = (min(since + 30, -1), "natural", since)
        return customer

    def _live_referred(self, store: Store, day: int, referrer: Customer) -> None:
        """One who comes because a satisfied customer spoke of the shop, and is noted as such most of the time."""
        segment = self._segment(store)
        while segment.name in ("enterprise", "partner", "promotion_hunter"):
            segment = self._segment(store)
        customer = self._customer(store, segment, day, referrer)
        customer.registers_at_visit = 1
        is_noted = referrer.is_registered(day) and self.rng.random() < 0.85
        customer.noted_referrer = referrer.member_id if is_noted else ""
        self.referrals.append(Referral(day, referrer, customer, is_noted))
        self._live(customer)
        own = self._own_associate(referrer, day)
        if is_noted and own and self._may_contact(referrer, day) and self.rng.random() < own.diligence:
            self._contact(referrer, day, "thank_referrer", "reached")
        if is_noted and self._may_contact(customer, day) and self.rng.random() < 0.5:
            self._contact(customer, day + self.rng.randrange(1, 8), "welcome_referred", "reached")

    def _live(self, customer: Customer) -> None:
        """One customer's life in the period: purchase after purchase, until they leave for a cause."""
        if customer.first_day >= self.calendar.days:
            return
        customer.plan.sort()
        day, purpose, recipient = customer.first_day, "", -1
        if customer.segment.name == "gift_giver" and customer.plan and not customer.referrer:
            day, purpose, recipient = customer.plan.pop(0)
            customer.first_day = day
        elif customer.segment.name == "couple":
            purpose = "proposal"
        self._foresee(customer)
        while day <= self.end:
            self._visit(customer, day, purpose, recipient)
            if purpose == "gift":
                customer.gift_days.append((day + 358, purpose, recipient))
            day, purpose, recipient = self._next(customer, day)
        self._wishes(customer)

    def _foresee(self, customer: Customer) -> None:
        """Causes that do not depend on a purchase: nature, a move, the competitor, price rises, a change of taste."""
        rng, first, store = self.rng, customer.first_day, customer.store
        steady = 1.6 if customer.referrer else 1.0
        if customer.kind != "individual" or customer.purse == 3:
            steady = 2.5
        life = rng.expovariate(1 / (LIFETIME[customer.attitude] * steady))
        if rng.random() < ONE_TIMERS[customer.attitude] / steady**2 and first > 0 and not customer.recipients:
            life = 1
        customer.may_leave(first + max(1, int(life)), "natural", first + max(1, int(life)))
        moves = first + int(rng.expovariate(1 / 6500)) + 5
        customer.may_leave(moves, "moved_away", moves)
        if customer.leaving[1] == "moved_away" and rng.random() < 0.65:
            customer.learned_of_move = moves + rng.randrange(3, 60)
            customer.has_moved_note = rng.random() < 0.4
        if store.competitor_from < NEVER and customer.online_share < 0.8:
            chance = {"loyal": 0.1, "early_adopter": 0.15, "switcher": 0.42, "no_loyalty": 0.38}[customer.attitude]
            if first < store.competitor_from and rng.random() < chance:
                customer.may_leave(store.competitor_from + rng.randrange(3, 150), "competitor", store.competitor_from)
        if store.closed < NEVER and rng.random() < 0.35:
            customer.may_leave(store.closed + rng.randrange(0, 30), "natural", store.closed)
        for rise in self.calendar.price_rises:
            is_jewellery = customer.segment.name not in ("flower_regular", "partner")
            if first < rise and is_jewellery and customer.is_price_sensitive and rng.random() < 0.16:
                customer.may_leave(rise + rng.randrange(0, 20), "price", rise)
        turns = first + int(rng.expovariate(1 / 5200)) + 120
        if customer.kind == "individual" and customer.purse < 3:
            gone = turns + int(2.5 * customer.gap) + rng.randrange(10, 60)
            customer.may_leave(gone, "taste", turns)
            customer.taste_changes = turns
        customer.near_new_store = rng.random() < 0.06

    def _next(self, customer: Customer, day: int) -> tuple[int, str, int]:
        """The next purchase by own rhythm or plan; none once they have left, unless a call brings them back."""
        rng, segment = self.rng, customer.segment
        gap = rng.gammavariate(segment.regularity, customer.gap / segment.regularity)
        follows: tuple[int, str, int] = (self.calendar.next_day(segment.season, day, gap), "", -1)
        while customer.plan and customer.plan[0][0] <= day:
            customer.plan.pop(0)
        if customer.plan and customer.plan[0][0] <= follows[0]:
            follows = customer.plan[0]
        if follows[0] > customer.leaving[0]:
            customer.left = customer.leaving if customer.leaving[0] <= self.end else None
            follows = (NEVER, "", -1)
            if customer.left:
                self._parting_word(customer)
        back = self._win_back(customer, day, follows[0])
        if back > customer.leaving[0]:  # put off for so long, or so little looked after, that they have gone by then
            customer.left = customer.leaving if customer.leaving[0] <= self.end else None
            back = NEVER
        return follows if back == follows[0] else (back, "", -1)

    # -- at the counter and online

    def _visit(self, customer: Customer, day: int, purpose: str, recipient: int) -> None:
        """One purchase: where, what, who serves; then the care after it, and what can go wrong or right."""
        rng = self.rng
        customer.visits += 1
        if customer.visits >= customer.registers_at_visit and not customer.is_registered(day):
            customer.registered = day
            customer.second_from = NEVER if customer.second_from <= day else customer.second_from
        online_share = 0.9 if purpose == "gift" and customer.account else customer.online_share
        to = customer.recipients[recipient] if recipient >= 0 else None
        if self.online and customer.account and (customer.store.is_online or rng.random() < online_share):
            store, associate = self.online, None
            order_id = self._online_order(customer, day, purpose, to)
        else:
            store = self._counter(customer, day)
            associate = self._served_by(customer, store, day)
            order_id = self._till_order(store, day, customer, associate, self._basket(customer, day, purpose))
        if order_id:
            customer.first_paid, customer.last_day = min(customer.first_paid, day), day
            customer.purchases += 1
            self._after_purchase(customer, store, associate, day, order_id)

    def _counter(self, customer: Customer, day: int) -> Store:
        """The physical store of this purchase; a closed store's customers go to its successor, or not at all."""
        rng = self.rng
        newest = self.physical[-1]
        is_next_door = customer.store.number == newest.number - 1 and customer.near_new_store
        if is_next_door and newest.opened >= 0 and newest.is_open(day):
            customer.store = newest
        if not customer.store.is_open(day) and customer.store.successor:
            customer.store, customer.associate = customer.store.successor, None
        if rng.random() < 0.035 and len(self.physical) > 1:
            near = range(max(0, customer.store.number - 2), min(len(self.physical), customer.store.number + 3))
            other = self.physical[rng.choice(near)]
            if other.is_open(day):
                return other
        return customer.store

    def _served_by(self, customer: Customer, store: Store, day: int) -> Associate:
        """The customer's own associate if there, else anyone on duty; a first server becomes the own one."""
        rng, own = self.rng, customer.associate
        on_duty = [one for one in store.staff if one.start <= day < one.end] or store.staff[:1]
        if own is not None and own in on_duty and rng.random() < 0.7:
            return own
        served = rng.choice(on_duty)
        if store is customer.store and (own is None or own.end <= day):
            customer.associate = served
            self._foresee_departure(customer, served, day)
        return served

    def _own_associate(self, customer: Customer, day: int) -> Associate | None:
        """Who looks after the customer on a day: the successor where a leaver's customers were handed over."""
        own = customer.associate
        if own is not None and own.end <= day and customer.is_handed_over:
            on_duty = [one for one in customer.store.staff if one.start <= day < one.end]
            if on_duty:
                own = customer.associate = on_duty[customer.number % len(on_duty)]
                self._foresee_departure(customer, own, day)
        return own

    def _foresee_departure(self, customer: Customer, associate: Associate, day: int) -> None:
        """When the own associate leaves and nobody takes the customer over, some customers go for lack of care."""
        rng = self.rng
        customer.is_handed_over = rng.random() < 0.55
        goes = 0.4 if customer.purse < 3 else 0.1  # the very best look for another associate themselves
        if day < associate.end <= self.end and not customer.is_handed_over and rng.random() < goes:
            customer.may_leave(associate.end + rng.randrange(10, 80), "lack_of_care", associate.end)

    def _basket(self, customer: Customer, day: int, purpose: str) -> list[Line]:
        """What this customer takes: by taste, brand, purse and occasion; new things for those who love the new."""
        rng = self.rng
        if customer.kind != "individual":
            return self._firm_basket(customer, day)
        if purpose == "proposal":
            wanted = ["diamond" if rng.random() < 0.5 else "gold"]
        elif purpose == "bands":
            wanted = ["diamond" if rng.random() < 0.35 else "gold"]
        elif purpose == "three_gold":
            wanted = ["gold", "gold", "gold"] if rng.random() < 0.5 else ["gold", "gold"]
        elif purpose in ("gift", "anniversary"):
            wanted = ["flowers" if rng.random() < 0.6 else "floral_gift" if rng.random() < 0.75 else "pearl"]
        else:
            tastes = customer.segment.tastes
            if day >= customer.taste_changes:
                loved_flowers = next(iter(tastes)) == "flowers"
                tastes = {"silver": 0.6, "pearl": 0.4} if loved_flowers else {"flowers": 0.7, "silver": 0.3}
            wanted = [of_shares(rng, tastes)]
            while rng.random() < (0.2 if customer.purse < 3 else 0.4):
                wanted.append(of_shares(rng, tastes))
        return [self._line(self._choose(customer, category, day), 1, day, customer) for category in wanted]

    def _firm_basket(self, customer: Customer, day: int) -> list[Line]:
        """Firms buy few things, many of each: flowers for a reception, gold bars for the best of the year."""
        rng = self.rng
        category = of_shares(rng, customer.segment.tastes)
        product = self._choose(customer, category, day)
        fewest, most = (2, 4) if category == "gold" else (8, 30) if customer.kind == "enterprise" else (3, 12)
        many = rng.randint(fewest, most)
        return [self._line(product, many, day, customer)]

    def _choose(self, customer: Customer | None, category: str, day: int) -> Product:
        """One product on the shelf that day; flops find no buyers once their novelty is over."""
        rng = self.rng
        attitude = customer.attitude if customer else "no_loyalty"
        if attitude == "early_adopter" and rng.random() < 0.5:
            first, last = (bisect_right(self.by_launch, at, key=lambda p: p.launch) for at in (day - 56, day))
            launched = self.by_launch[first:last]
            if launched:
                return rng.choice(launched)
        brand = ""
        if customer and rng.random() < DEVOTION[attitude]:
            brand = customer.brand
            if attitude == "switcher":
                brands = BRANDS_OF[category]
                brand = brands[(customer.number + day // 365) % len(brands)]
        shelf = self.shelf.get((category, brand)) or self.shelf[category, ""]
        there = bisect_right(shelf, day, key=lambda p: p.launch)
        if there == 0:
            shelf = self.shelf[category, ""]
            there = bisect_right(shelf, day, key=lambda p: p.launch)
        purse = customer.purse if customer else rng.choices((0, 1, 2), (4, 5, 1))[0]
        tries = [shelf[rng.randrange(there)] for _ in range((2, 1, 2, 5)[purse])]
        chosen = min(tries, key=lambda p: p.price) if purse == 0 else max(tries, key=lambda p: p.price)
        if chosen.is_flop and day > chosen.launch + 70 and rng.random() < 0.85:
            chosen = shelf[rng.randrange(there)]
        return chosen

    def _line(self, product: Product, quantity: int, day: int, customer: Customer | None) -> Line:
        """One line of goods, with the promotion of the season or a member's discount."""
        rng = self.rng
        unit = product.cents(self.calendar.price_level(day))
        amount, discount, is_promotion = unit * quantity, 0, False
        hunts = customer is not None and customer.segment.name == "promotion_hunter"
        if self.calendar.promotion[day] and rng.random() < (0.95 if hunts else 0.45):
            discount, is_promotion = amount * rng.choice((10, 12, 15, 20)) // 100, True
        elif rng.random() < (0.3 if hunts else 0.04):
            discount, is_promotion = amount * rng.choice((8, 10)) // 100, True
        elif customer is not None and customer.purse >= 2 and rng.random() < 0.3:
            discount = amount * 3 // 100
        cost = round(product.cents(self.calendar.price_level(day)) * product.cost_share) * quantity
        net, name = amount - discount, product.name
        return Line(product, quantity, unit, net, discount, cost, is_promotion, "goods", product.product_id, name)

    def _extras(self, lines: list[Line]) -> list[Line]:
        """Old gold taken in payment, engraving, delivery: none of it is goods sold."""
        rng, words = self.rng, self.words
        first = lines[0].product
        if first is None:
            return []
        extras: list[Line] = []
        if first.category == "gold" and rng.random() < 0.06:
            worth = lines[0].net * rng.randint(25, 70) // 100
            extras.append(Line(None, 1, -worth, -worth, 0, None, False, "trade_in", "OLD-GOLD", words.trade_in))
        if first.category in ("gold", "diamond", "silver") and rng.random() < 0.06:
            extras.append(Line(None, 1, 3000, 3000, 0, None, False, "not_goods", "SVC-ENGRAVE", words.engraving))
        if first.category in ("flowers", "floral_gift") and rng.random() < 0.06:
            extras.append(Line(None, 1, 1500, 1500, 0, None, False, "not_goods", "SVC-DELIVERY", words.delivery))
        return extras

    def _moment(self, store: Store, day: int, busy_from: int = 36000, busy_to: int = 77400) -> tuple[int, str]:
        """A second of the day at which this store writes no other order: (seconds since the start, text)."""
        second = day * 86400 + int(self.rng.triangular(busy_from, busy_to, 61200))
        while second in store.seconds_used:
            second += 1
        store.seconds_used.add(second)
        rest = second % 86400
        return second, f"{self.calendar.iso[day]} {rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}"

    def _shown_keys(self, customer: Customer | None, day: int) -> tuple[str, str]:
        """Member id and phone as the cashier took them: card, card and phone, phone alone, or nothing at all."""
        rng = self.rng
        if customer is None:
            return "", ""
        if not customer.is_registered(day):
            return "", customer.phone if rng.random() < 0.95 else ""
        member = customer.second_member_id if day >= customer.second_from else customer.member_id
        roll = rng.random()
        if roll < 0.66:
            return member, ""
        if roll < 0.86:
            return member, customer.phone
        if roll < 0.9:
            return "", f"{customer.phone[:3]}-{customer.phone[3:7]}-{customer.phone[7:]}"
        if roll < 0.97:
            return "", customer.phone
        return "", ""

    def _till_order(
        self, store: Store, day: int, customer: Customer | None, associate: Associate, lines: list[Line]
    ) -> str:
        """Ring up one order at a till; one line in forty comes back within weeks. Answers the order's id."""
        rng = self.rng
        receipt = Receipt(store, day, self._moment(store, day)[1], self._shown_keys(customer, day), associate)
        self._ring_up(receipt, lines + self._extras(lines))
        if customer:
            customer.paid_for_one = lines[0].net if len(lines) == 1 and lines[0].quantity == 1 else 0
            customer.net_cents += sum(line.net for line in lines)
            customer.named_purchases += any(receipt.keys)
            place = store.number, self.calendar.month_of[day]
            self.identified_orders[place] = self.identified_orders.get(place, 0) + 1
        for line in lines:
            if rng.random() < (0.029 if line.net < 1_000_000 else 0.016):
                self._refund(receipt, day + rng.randrange(1, 25), customer, line)
        return receipt.order_id

    def _refund(self, bought: Receipt, day: int, customer: Customer | None, line: Line) -> None:
        """Take one line back, as it was paid, on the day it came back."""
        store = bought.store
        if day > self.end or not store.is_open(day):
            return
        back = replace(
            line, quantity=-line.quantity, net=-line.net, discount=-line.discount, cost=-(line.cost or 0), kind="refund"
        )
        at = self._moment(store, day)[1]
        self._ring_up(replace(bought, day=day, at=at, refund_of=bought.order_id), [back])
        if customer:
            customer.net_cents -= line.net

    def _ring_up(self, receipt: Receipt, lines: list[Line]) -> None:
        """Write an order's rows to its store and month, and count them."""
        month, words = self.calendar.month_of[receipt.day], self.words
        rows = self.pos_rows.setdefault((receipt.store.store_id, month), [])
        order_id = receipt.order_id
        self.order_count += 1
        for number, line in enumerate(lines, 1):
            row = (
                order_id, str(number), receipt.at, receipt.store.store_id, line.product_id, line.name,
                str(line.quantity), yuan(line.unit), yuan(line.net), yuan(line.discount),
                "" if line.cost is None else yuan(line.cost), *receipt.keys, receipt.associate.associate_id,
                words.yes if line.is_promotion else words.no, words.line_types[line.kind], receipt.refund_of,
            )  # fmt: skip
            rows.append((receipt.at, number, row))
            self._count(receipt.store, month, line, is_identified=any(receipt.keys))

    def _count(self, store: Store, month: str, line: Line, *, is_identified: bool) -> None:
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

    def _online_order(self, customer: Customer, day: int, purpose: str, to: Recipient | None) -> str:
        """One JD order, paid or not; an order that came to nothing is placed again half of the time."""
        rng = self.rng
        lines = self._basket(customer, day, purpose)
        status = of_shares(rng, {"完成": 0.93, "已取消": 0.035, "(删除)等待付款": 0.02, "等待付款": 0.015})
        order_id = self._jd_rows(customer, day, lines, to, status)
        if status == "完成":
            return order_id
        return self._jd_rows(customer, day, lines, to, "完成") if rng.random() < 0.5 else ""

    def _jd_rows(self, customer: Customer, day: int, lines: list[Line], to: Recipient | None, status: str) -> str:
        """Write one JD order: the order's amounts stand on each of its rows, as JD writes them."""
        rng, store, calendar = self.rng, self.online, self.calendar
        assert store is not None
        second, at = self._moment(store, day, 25200, 86399)
        order_id = str(271_000_000_000 + second * 13 + customer.number % 13)
        goods = sum(line.unit * line.quantity for line in lines)
        discount = sum(line.discount for line in lines)
        shipping = 0 if goods - discount >= 29900 else 1200
        due = goods - discount + shipping
        done, is_done = day + rng.randrange(1, 5), status == "完成"
        month = calendar.month_of[day]
        if is_done and (done > self.end or calendar.month_of[done] != month):
            status, done_at = "等待收货", ""
        else:
            done_at = f"{calendar.iso[done]} {rng.randrange(9, 20):02d}:{rng.randrange(60):02d}:00" if is_done else ""
        paid_at = f"{at[:17]}59" if is_done else ""
        remark = self._remark(to, day)
        whom = (to.name, to.address, to.phone) if to else (customer.name, customer.address, customer.phone)
        invoice = ("电子发票", customer.name, "商品明细") if rng.random() < 0.3 else ("不需要发票", "", "")
        customer.paid_for_one = goods - discount if len(lines) == 1 and lines[0].quantity == 1 else 0
        rows = self.jd_rows.setdefault(month, [])
        self.order_count += 1
        for number, line in enumerate(lines, 1):
            row = (
                order_id, f"\t10{line.product_id[1:]}{4471 + int(line.product_id[1:]) * 37}", line.name,
                str(line.quantity), "在线支付", at, yuan(line.unit), yuan(goods), yuan(goods - discount), "0.00",
                yuan(due), status, "SOP", customer.account, *whom, remark, *invoice, "", "", yuan(shipping), paid_at,
                "", line.product_id, done_at, "京东APP" if second % 3 else "微信小程序", "京东商城",
            )  # fmt: skip
            rows.append((at, number, row))
            if is_done:
                self._count(store, month, line, is_identified=True)
                customer.net_cents += line.net
                customer.named_purchases += number == 1
            else:
                total = self.totals.setdefault((store.store_id, month), Total())
                total.lines += 1
                total.friction_lines += 1
        return order_id

    def _remark(self, to: Recipient | None, day: int) -> str:
        """The buyer's remark: occasion, its date and for whom, as the shop asks buyers of gifts to write it."""
        if to is None or self.rng.random() < 0.08:
            return ""
        year = self.calendar.on(day).year
        days = [self._occasion_day(to, at) for at in (year - 1, year, year + 1) if at in self.calendar.festival]
        on = min((at for at in days if at >= day), default=day)
        return f"场合:{self.words.occasions[to.occasion]};日期:{self.calendar.on(on).isoformat()};赠:{to.relation}"

    # -- after the purchase

    def _after_purchase(
        self, customer: Customer, store: Store, associate: Associate | None, day: int, order_id: str
    ) -> None:
        """Care, trouble, a survey, a friend told: what follows a purchase and shapes whether there will be another."""
        rng = self.rng
        is_ordinary = customer.kind == "individual" and customer.purse < 3
        is_cared_for = self._care(customer, day)
        if not is_cared_for and is_ordinary and rng.random() < 0.02:
            customer.may_leave(day + rng.randrange(20, 60), "lack_of_care", day)
        warmth = associate.warmth if associate else 1.0
        if customer.visits == 1 and is_ordinary and warmth < 1 and rng.random() < (1 - warmth) * 0.6:
            customer.may_leave(day + rng.randrange(5, 40), "lack_of_care", day)
        is_bad = store.bad_service[0] <= day <= store.bad_service[1] and rng.random() < 0.42
        trouble = "service" if is_bad else self._trouble(store)
        if trouble:
            self._incident(customer, store, day, order_id, trouble, is_bad)
        if rng.random() < 0.05:
            self._survey(customer, store, min(day + rng.randrange(1, 12), self.end), order_id, trouble)
        tells = {"loyal": 0.06, "early_adopter": 0.05, "switcher": 0.02, "no_loyalty": 0.01}[customer.attitude]
        if not trouble and rng.random() < (tells if customer.referrer else tells * 1.5):
            friend = day + rng.randrange(3, 50)
            if friend <= self.end and customer.store.is_open(friend) and not customer.store.is_online:
                self.brought.append((friend, customer))

    def _trouble(self, store: Store) -> str:
        """The trouble that every shop has now and then."""
        roll = self.rng.random()
        for trouble, chance in (("product", 0.007), ("service", 0.006), ("expectation", 0.005), ("price", 0.003)):
            roll -= chance
            if roll < 0:
                return trouble
        return "delivery" if store.is_online and roll < 0.012 else ""

    def _incident(self, customer: Customer, store: Store, day: int, order_id: str, trouble: str, is_bad: bool) -> None:
        """Something went wrong: some complain, most say nothing; what is done about it decides who stays."""
        rng = self.rng
        received = day + rng.randrange(0, 6 if trouble == "service" else 25)
        if received > self.end or rng.random() < (0.55 if is_bad else 0.25):
            leaves, known = (0.45, day) if is_bad else (0.25, day)
        else:
            known = received
            leaves = self._complaint(customer, store, received, order_id, trouble, is_bad)
        cause = {"product": "product", "service": "bad_service", "price": "price"}.get(trouble, "bad_service")
        if customer.purse < 3 and rng.random() < leaves:
            customer.may_leave(known + rng.randrange(1, 15), cause, day)

    def _complaint(
        self, customer: Customer, store: Store, day: int, order_id: str, trouble: str, is_bad: bool
    ) -> float:
        """Register a complaint, as slowly answered as the store is; answers the chance that the customer leaves."""
        rng, words = self.rng, self.words
        severity = "major" if rng.random() < (0.45 if is_bad else 0.3) else "minor"
        received = day * 86400 + rng.randrange(36000, 75600)
        answer_hours = rng.lognormvariate(3.4 if is_bad else 1.3, 0.9)
        is_open = rng.random() < (0.22 if is_bad else 0.05)
        days = rng.lognormvariate(2.3 if is_bad else 0.7, 0.9)
        resolved = NEVER if is_open else received + int(max(days * 86400, answer_hours * 3600 + 1800))
        answered = received + int(answer_hours * 3600)
        now = (self.end + 1) * 86400
        is_resolved = resolved < now
        customer.last_complaint = max(customer.last_complaint, day)
        if customer.leaving[0] <= day:  # who complains has not gone yet
            customer.leaving = (day + rng.randrange(1, 10), *customer.leaving[1:])
        leaves = 0.75 if is_open else 0.12 if days <= 1 else 0.3 if days <= 7 else 0.55
        leaves = min(0.9, leaves * (1.25 if severity == "major" else 0.85))
        steps = len(words.steps) if is_resolved else (0 if answered >= now else rng.randint(1, 4))
        if is_resolved and rng.random() < 0.35:
            steps -= rng.randint(1, 2)
        keys = self._known_keys(customer, day)
        has_rival = store.competitor_from <= day
        names_rival = rng.random() < (0.35 if has_rival else 0.4 if trouble == "price" else 0.0)
        rival = words.competitors[0 if has_rival else 1] if names_rival else ""
        self.complaints.append((
            self._text(received), store.store_id, order_id, *keys, trouble,
            severity, rng.choice(words.complaint_texts[trouble]), self._text(answered) if answered < now else "",
            self._text(resolved) if is_resolved else "", yuan(rng.randrange(0, 9) * 5000) if is_resolved else "",
            ";".join(words.steps[:steps]),
            (words.yes if rng.random() > leaves else words.no) if is_resolved else "",
            rival,
        ))  # fmt: skip
        if is_resolved and customer.associate and not store.is_online:
            self._contact(customer, resolved // 86400, "answer_complaint", "reached")
        return leaves

    def _survey(
        self, customer: Customer, store: Store, day: int, order_id: str, trouble: str = "", cause: str = ""
    ) -> None:
        """One answered questionnaire: a row for the whole, and one for each of the aspects asked."""
        rng, words = self.rng, self.words
        keys = self._known_keys(customer, day)
        at = self._text(day * 86400 + rng.randrange(36000, 79200))
        hurt = ASPECT_HURT.get(trouble or cause, "")
        aspects = sorted(rng.sample(sorted(words.aspects), 3) + ([hurt] if hurt else []))
        felt: list[int] = []
        for aspect in dict.fromkeys(aspects):
            expected = min(10, max(3, round(rng.gauss(7.9, 1.0))))
            lived = rng.gauss(8.2, 1.1) - (4 if aspect == hurt else 0)
            if aspect == "service" and store.bad_service[0] <= day <= store.bad_service[1]:
                lived -= 1.5
            score = min(10, max(0, round(lived)))
            felt.append(score)
            weight = min(10, max(1, round(rng.gauss(ASPECT_WEIGHT[aspect], 1))))
            self.surveys.append((
                at, store.store_id, order_id, *keys, words.aspects[aspect], str(expected), str(score), str(weight),
                "", "", "", "", "", "",
            ))  # fmt: skip
        wallet = {"loyal": 0.75, "early_adopter": 0.65, "switcher": 0.42, "no_loyalty": 0.3}[customer.attitude]
        share = min(1.0, max(0.05, round(rng.gauss(wallet, 0.12), 2)))
        nearby = words.competitors[0] if store.competitor_from <= day else rng.choice(words.competitors[1:])
        looks_around = 0.4 if customer.attitude == "switcher" else 0.25 if store.competitor_from <= day else 0.0
        rival = nearby if cause == "competitor" or rng.random() < looks_around else ""
        liked = rng.choice(sorted(aspect for aspect in words.aspects if aspect != hurt))
        disliked = hurt or (rng.choice(sorted(words.aspects)) if rng.random() < 0.4 else "")
        if cause == "competitor":
            disliked = "price"
        recommend = min(10, max(0, round(sum(felt) / len(felt) + rng.gauss(0.3, 0.8))))
        expected_price = self._expected_price(customer, order_id, day)
        self.surveys.append((
            at, store.store_id, order_id, *keys, "", "", "", "", rival, expected_price, f"{share:.2f}",
            words.likes[liked], words.dislikes[disliked] if disliked and disliked != liked else "", str(recommend),
        ))  # fmt: skip

    def _expected_price(self, customer: Customer, order_id: str, day: int) -> str:
        """What the customer had thought the piece would cost; the price-sensitive still think of the old prices."""
        if not order_id or not customer.paid_for_one:
            return ""
        old = 1 / self.calendar.price_level(day) ** 0.5 if customer.is_price_sensitive else 1.0
        return yuan(round(customer.paid_for_one * old * self.rng.gauss(1.0, 0.08) / 1000) * 1000)

    def _parting_word(self, customer: Customer) -> None:
        """A third of those who leave over price, a rival or their taste have said so when the shop asked."""
        _, cause, since = customer.left or (NEVER, "", NEVER)
        asked = max(since, customer.last_day + 1) + self.rng.randrange(0, 15)
        if cause in ("price", "competitor", "taste", "bad_service") and asked <= self.end and self.rng.random() < 0.35:
            self._survey(customer, customer.store, asked, "", cause=cause)

    # -- care

    def _known_keys(self, customer: Customer, day: int) -> tuple[str, str, str]:
        """Member id, phone and account by which the shop can name this person on a day: the first one there is."""
        if customer.is_registered(day):
            return customer.member_id, "", ""
        if customer.store.is_online:
            return "", "", customer.account
        return "", customer.phone, ""

    def _may_contact(self, customer: Customer, day: int) -> bool:
        return customer.is_registered(day) and any(customer.consents) and not customer.do_not_contact

    def _contact(self, customer: Customer, day: int, kind: str, result: str) -> bool:
        """Log one contact by the customer's own associate, if employed that day; no log, no contact."""
        rng, own = self.rng, self._own_associate(customer, day)
        if own is None or not own.start <= day < own.end or not 0 <= day <= self.end:
            return False
        phone, wechat, _ = customer.consents
        channel = "wechat" if wechat and rng.random() < 0.65 else "phone" if phone else "wechat" if wechat else "sms"
        note = rng.choice(self.words.contact_notes) if result == "reached" and rng.random() < 0.1 else ""
        at = self._text(day * 86400 + rng.randrange(36000, 72000))
        self.contacts.append((at, *self._known_keys(customer, day), own.associate_id, channel, kind, result, note))
        return True

    def _care(self, customer: Customer, day: int) -> bool:
        """Thanks on the day, a call after three days, an invitation after three months: as far as diligence goes."""
        rng, own = self.rng, self._own_associate(customer, day)
        if own is None or not self._may_contact(customer, day):
            return False
        keen = own.diligence * (1.3 if customer.purse >= 2 else 1.0)
        is_cared_for = False
        for kind, (after, share) in CARE_DONE.items():
            if kind == "three_months":
                after = self.calendar.day(same_day_months_later(self.calendar.on(day), 3)) - day
            if rng.random() < keen * share:
                result = "reached" if kind == "thank_you" or rng.random() < 0.75 else "no_answer"
                late = rng.choice((0, 0, 0, 1, 2)) if after else 0
                is_cared_for |= self._contact(customer, day + after + late, kind, result) and after < 30
        return is_cared_for

    def _wishes(self, customer: Customer) -> None:
        """Birthday and anniversary wishes in the years between first and last purchase."""
        rng, own = self.rng, customer.associate
        if own is None or not any(customer.consents) or customer.registered > self.end:
            return
        last = min(self.end, customer.last_day + 300)
        for day, purpose, _ in customer.gift_days:
            if customer.registered < day <= self.end and purpose == "gift" and rng.random() < own.diligence * 0.4:
                self._contact(customer, day, "gift_day", "reached")
        for year in sorted(self.calendar.festival):
            dates = [
                ("anniversary", self._anniversary_day(customer, year)),
                ("birthday", self._birthday(customer, year)),
            ]
            for kind, day in dates:
                if max(customer.first_day, customer.registered) < day <= last and rng.random() < own.diligence * 0.7:
                    self._contact(customer, day, kind, "reached")

    def _anniversary_day(self, customer: Customer, year: int) -> int:
        on = customer.anniversary
        if on is None or year <= on.year:
            return NEVER
        return self.calendar.day(same_day_months_later(on, 12 * (year - on.year)))

    def _birthday(self, customer: Customer, year: int) -> int:
        text, kind = customer.birthday
        if not text:
            return NEVER
        month, day = int(text[-5:-3]), int(text[-2:])
        if kind == self.words.lunar:
            return self.calendar.day(LunarDate(year, month, min(day, 29)).to_solar_date())
        return self.calendar.day(date(year, month, min(day, 28) if month == 2 else day))

    def _win_back(self, customer: Customer, day: int, follows: int) -> int:
        """Calls to one who is overdue; `follows` is when they would come anyway. Answers when they come.

        Who is called is chance within the associate's diligence, so the truth of what a call does is known exactly:
        those who respond may come sooner, the annoyed put off what they meant to do, for the rest nothing changes.
        """
        rng = self.rng
        overdue = day + max(30, int(1.9 * customer.gap))
        for attempt in range(3):
            at = overdue + rng.randrange(5, 40) + attempt * 90
            if at > self.end or at >= follows or not self._may_contact(customer, at):
                return follows
            own = self._own_associate(customer, at)
            keen = 1.2 if customer.purse >= 2 else 0.85
            if own is None or not own.start <= at < own.end or rng.random() > own.diligence * keen:
                continue
            comes = follows
            if customer.response == "responds" and follows > at + 60:
                cause = customer.left[1] if customer.left else ""
                if rng.random() < WON_BACK_CHANCE[cause]:
                    comes = at + rng.randrange(3, 58)
            elif customer.response == "annoyed" and follows <= at + 60 and rng.random() < 0.6:
                comes = follows + 75
            self._note_effect(customer, at, follows, comes)
            came = comes < follows
            refuses = customer.response == "annoyed" and rng.random() < 0.4
            answer = "reached" if rng.random() < 0.6 else "no_answer"
            result = "came_back" if came else "asked_not_to_call" if refuses else answer
            self._contact(customer, at, "win_back" if customer.net_cents > 200_000 else "long_absent", result)
            customer.do_not_contact = customer.do_not_contact or result == "asked_not_to_call"
            if came and comes <= self.end:
                self._come_back(customer, comes)
            if comes != follows:
                return comes
        return follows

    def _note_effect(self, customer: Customer, at: int, follows: int, comes: int) -> None:
        """Count what would have happened within 60 days without the call, and what did; whole windows only."""
        if at + 60 <= self.end:
            state = "gone" if customer.left else "late"
            tally = self.effects.setdefault((customer.response, state), [0, 0, 0])
            tally[0] += 1
            tally[1] += follows <= at + 60
            tally[2] += comes <= at + 60

    def _come_back(self, customer: Customer, day: int) -> None:
        """A customer won back starts afresh: old reasons are forgotten, new ones may come."""
        customer.left = None
        life = int(self.rng.expovariate(1 / LIFETIME[customer.attitude])) + 20
        customer.leaving = (day + life, "natural", day + life)
        customer.taste_changes = NEVER
        customer.learned_of_move = NEVER

    # -- strangers

    def _strangers(self, store: Store) -> None:
        """Orders of people who leave no name, about one for every six with a name."""
        rng, calendar = self.rng, self.calendar
        for month, first, last in calendar.month_starts():
            first = max(first, store.opened)
            count = round(self.identified_orders.get((store.number, month), 0) * rng.uniform(0.12, 0.19))
            for _ in range(count if first <= last else 0):
                passed = calendar.demand["jewellery"]
                point = passed[first] + rng.random() * (passed[last + 1] - passed[first])
                day = min(max(bisect_right(passed, point) - 1, first), last)
                if not store.is_open(day):
                    continue
                on_duty = [one for one in store.staff if one.start <= day < one.end] or store.staff[:1]
                lines = [self._line(self._choose(None, of_shares(rng, STRANGERS_TASTES), day), 1, day, None)]
                self._till_order(store, day, None, rng.choice(on_duty), lines)

    # -- writing

    def _text(self, seconds: int) -> str:
        """Seconds since the first day as "2026-03-08 14:05:09"."""
        day, rest = divmod(seconds, 86400)
        return f"{self.calendar.on(day).isoformat()} {rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}"

    def _iso(self, day: int) -> str:
        return "" if abs(day) >= NEVER else self.calendar.on(day).isoformat()

    def write(self, folder: Path) -> SampleSummary:
        """Write everything; answers what was written."""
        inbox, truth = folder / "inbox", folder / "truth"
        truth.mkdir(parents=True, exist_ok=True)
        self._write_online(inbox)
        self._write_files(inbox)
        self._write_truth(truth)
        (folder / "chain.toml").write_text(self._chain_toml(), encoding="utf-8", newline="\n")
        months = self.calendar.months
        return SampleSummary(
            files=self.files_written, order_lines=self.lines_written, orders=self.order_count,
            customers=len(self.customers), stores=len(self.stores), first_month=str(months[0]),
            last_month=str(months[-1]),
        )  # fmt: skip

    def _header(self, table: str) -> list[str]:
        columns = TEMPLATE_HEADERS[table]
        return list(columns.values() if self.language == "zh" else columns)

    def _write_till(self, inbox: Path, store: Store, month: str, rows: list[tuple[str, int, tuple[str, ...]]]) -> None:
        """One till file. The second store's old till writes GB18030 with CRLF (in China), the third's a BOM."""
        encoding, end = "utf-8", "\n"
        if store.number == min(1, len(self.physical) - 1) and self.language == "zh":
            encoding, end = "gb18030", "\r\n"
        elif store.number == 2:
            encoding = "utf-8-sig"
        path = inbox / f"pos_{store.store_id}_{month}.csv"
        write_csv(path, self._header("order_lines"), in_order(rows), encoding, end)
        self.files_written += 1
        self.lines_written += len(rows)

    def _write_online(self, inbox: Path) -> None:
        """One JD export per month."""
        for month in sorted(self.jd_rows):
            write_csv(inbox / f"jd_orders_{month}.csv", JD_HEADER, in_order(self.jd_rows[month]))
            self.files_written += 1
            self.lines_written += len(self.jd_rows[month])

    def _write_files(self, inbox: Path) -> None:
        """The other files, one each."""
        tables: dict[str, Sequence[Sequence[str]]] = {
            "customers": self._customer_rows(),
            "products": self._product_rows(),
            "stores": [
                (store.store_id, store.name, store.region, self._iso(store.opened), self._iso(store.closed),
                 store.successor.store_id if store.successor else "")
                for store in self.stores
            ],
            "associates": [
                (one.associate_id, one.name, store.store_id, self._iso(one.start),
                 self._iso(one.end) if one.end <= self.end else "",
                 str(one.capacity))
                for store in self.physical
                for one in store.staff
            ],
            "referrals": self._referral_rows(),
            "complaints": [(f"C{number:06d}", *row) for number, row in enumerate(sorted(self.complaints), 1)],
            "surveys": sorted(self.surveys),
            "contacts": sorted(self.contacts),
        }  # fmt: skip
        for table, rows in tables.items():
            write_csv(inbox / f"{table}.csv", self._header(table), rows)
        self.files_written += len(tables)

    def _customer_rows(self) -> list[tuple[str, ...]]:
        """One row per registered customer; two for those who once took a second card."""
        rows: list[tuple[str, ...]] = []
        for customer in self.customers:
            rows += [self._customer_row(customer, card) for card in customer.cards(self.end)]
        return rows

    def _customer_row(self, customer: Customer, member_id: str) -> tuple[str, ...]:
        rng, words = self.rng, self.words
        own = self._own_associate(customer, self.end)
        phone, wechat, sms = (words.yes if consent else words.no for consent in customer.consents)
        since = customer.second_from if member_id == customer.second_member_id else customer.registered
        is_person = customer.kind == "individual"
        tier = bisect_right((500_000, 2_000_000, 6_000_000), customer.net_cents)
        is_moved = (
            customer.left is not None and customer.left[1] == "moved_away" and customer.learned_of_move <= self.end
        )
        note = rng.choice(words.notes) if rng.random() < 0.12 else ""
        stored = rng.choice((50000, 100000, 200000, 500000)) if rng.random() < 0.05 else 0
        return (
            member_id, customer.phone, customer.account if customer.is_account_on_file else "", customer.name,
            (words.female if customer.is_female else words.male) if is_person else "", *customer.birthday,
            customer.anniversary.isoformat() if customer.anniversary and rng.random() < 0.75 else "",
            words.districts[customer.district] if rng.random() < 0.85 else "",
            customer.address if rng.random() < 0.7 else "",
            rng.choice(words.occupations) if is_person and rng.random() < 0.55 else "",
            rng.choice(words.interests) if is_person and rng.random() < 0.5 else "",
            rng.choice(words.styles) if rng.random() < 0.45 else "",
            customer.kind, self._iso(since), customer.noted_referrer, customer.store.store_id,
            own.associate_id if own else "", phone, wechat, sms,
            words.yes if customer.do_not_contact else words.no,
            words.yes if customer.consents[1] and rng.random() < 0.85 else words.no, words.tiers[tier],
            str(max(customer.net_cents, 0) // 10_000 % 10_000), yuan(stored),
            self._iso(customer.learned_of_move) if is_moved and not customer.has_moved_note else "",
            words.moved_note if is_moved and customer.has_moved_note else note,
        )  # fmt: skip

    def _product_rows(self) -> list[tuple[str, ...]]:
        """Today's price list."""
        level, words = self.calendar.price_level(self.end), self.words
        return [
            (p.product_id, p.name, words.brands[p.brand], words.categories[p.category], p.style, self._iso(p.launch),
             yuan(p.cents(level)), yuan(round(p.cents(level) * p.cost_share)))
            for p in self.products
        ]  # fmt: skip

    def _referral_rows(self) -> list[tuple[str, ...]]:
        rng, words = self.rng, self.words
        return [
            (self._iso(one.day), one.referrer.member_id, one.referred.member_id, rng.choice(words.referral_ways),
             words.referral_reward if rng.random() < 0.6 else "")
            for one in self._by_day()
            if one.is_noted
        ]  # fmt: skip

    def _by_day(self) -> list[Referral]:
        return sorted(self.referrals, key=lambda one: (one.day, one.referred.number))

    def _write_truth(self, truth: Path) -> None:
        """What really happened; never for the inbox."""
        write_csv(
            truth / "customers_truth.csv",
            ["customer_number", "member_ids", "phone", "account", "home_store_id", "segment", "attitude",
             "customer_kind", "mean_gap_days",
             "purchases", "named_purchases", "first_purchase_on", "last_purchase_on", "net_sales_cents",
             "state_at_end", "left_on", "leaving_cause", "cause_on",
             "referrer_number", "response_to_contact", "registered_on", "is_account_on_file"],
            [self._truth_row(customer) for customer in self.customers],
        )  # fmt: skip
        write_csv(
            truth / "referrals_truth.csv",
            ["referred_on", "referrer_number", "referred_number", "is_noted"],
            [
                (
                    self._iso(one.day),
                    str(one.referrer.number),
                    str(one.referred.number),
                    "true" if one.is_noted else "false",
                )
                for one in self._by_day()
            ],
        )
        write_csv(
            truth / "effects_truth.csv",
            ["response_to_contact", "state", "calls", "would_have_bought_60d", "bought_60d", "effect"],
            [
                (response, state, str(n), str(would), str(did), f"{(did - would) / n:.4f}")
                for (response, state), (n, would, did) in sorted(self.effects.items())
            ],
        )
        write_csv(truth / "episodes.csv", ["episode", "store_id", "from_date", "to_date"], self._episodes())
        write_csv(
            truth / "totals.csv",
            ["store_id", "month", "lines", "sale_lines", "refund_lines", "friction_lines", "goods_sales_cents",
             "refunds_cents",
             "net_sales_cents", "identified_sales_cents", "identified_net_sales_cents"],
            [
                (store_id, month, str(t.lines), str(t.sale_lines), str(t.refund_lines), str(t.friction_lines),
                 str(t.sales), str(t.refunds),
                 str(t.sales + t.refunds), str(t.identified_sales), str(t.identified_sales + t.identified_refunds))
                for (store_id, month), t in sorted(self.totals.items())
            ],
        )  # fmt: skip

    def _episodes(self) -> list[tuple[str, ...]]:
        """What happened to the chain: price rises, a store's bad months, a competitor, an opening, a closing."""
        rows: list[tuple[str, ...]] = [("price_rise", "", self._iso(rise), "") for rise in self.calendar.price_rises]
        for store in self.physical:
            episodes = {
                "bad_service": store.bad_service,
                "competitor_opens": (store.competitor_from, NEVER),
                "store_opens": (store.opened if store.opened >= 0 else NEVER, NEVER),
                "store_closes": (store.closed, NEVER),
            }
            rows += [
                (name, store.store_id, self._iso(first), self._iso(last))
                for name, (first, last) in episodes.items()
                if first < NEVER
            ]
        return rows

    def _truth_row(self, customer: Customer) -> tuple[str, ...]:
        left, cause, since = customer.left or (NEVER, "", NEVER)
        return (
            str(customer.number), "|".join(customer.cards(self.end)), customer.phone, customer.account,
            customer.store.store_id, customer.segment.name,
            customer.attitude, customer.kind, f"{customer.gap:.1f}", str(customer.purchases),
            str(customer.named_purchases),
            self._iso(customer.first_paid), self._iso(customer.last_day) if customer.last_day >= 0 else "",
            str(customer.net_cents), "lapsed" if customer.left else "active",
            self._iso(left), cause, self._iso(since), str(customer.referrer.number) if customer.referrer else "",
            customer.response,
            self._iso(customer.registered) if customer.registered <= self.end else "",
            "true" if customer.is_account_on_file else "false",
        )  # fmt: skip

    def _chain_toml(self) -> str:
        words = self.words
        locale = "zh_CN" if self.language == "zh" else "en"
        jd = ""
        if self.online:
            jd = f"""
# The online shop's orders come as JD's own export, which does not say which store it is: say it here.
[sources.jd_orders]
store_id = "{self.online.store_id}"
"""
        return f"""# The sample chain: invented from end to end. These are the settings that a chain must think about.

# As printed at the top of every review.
name = "{words.chain}"

# Keeps the action ids and the hold-out of different chains apart. A real chain's is drawn once; never change it.
key = "regulars-sample-chain-key"

# Language of the reviews: zh_CN or en.
locale = "{locale}"

# Amounts without a currency of their own are in this one, and times are in this time zone.
currency = "CNY"
time_zone = "Asia/Shanghai"

# A run stops before it publishes when a larger share of rows than this could not be used.
quarantine_limit = 0.01
{jd}"""


def in_order(rows: list[tuple[str, int, tuple[str, ...]]]) -> list[tuple[str, ...]]:
    """Rows by time and line number, as a till prints its journal."""
    return [row for _, _, row in sorted(rows, key=lambda entry: entry[:2])]


def write_csv(
    path: Path, header: Sequence[str], rows: Iterable[Sequence[str]], encoding: str = "utf-8", end: str = "\n"
) -> None:
    """Write one CSV with exactly this encoding and line end, on any machine."""
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, lineterminator=end)
        writer.writerow(header)
        writer.writerows(rows)
