"""The definitions read once more, in plain Python: loops, Decimal, Fraction and datetime, from a world's rows.

Written from the metric definitions and the decisions, not from the pipeline. A scope is a store id, or "*" for the
chain. A month is any day of it. Money is Decimal; shares are Fraction; None is "not known".
"""

from __future__ import annotations

import calendar
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache, cached_property
from itertools import pairwise
from typing import Any

from tests.oracle.brute_force_people import PeopleBruteForce, PeopleExpected
from tests.oracle.worlds import Customer, OrderLine, World

CHAIN = "*"
UNASSIGNED = "(unassigned)"
BASE = ("first_seen", "new", "won_back", "active", "at_risk")
STATUSES = ("prospect", "first_seen", "new", "won_back", "lapsed", "at_risk", "active")
ATTITUDES = ("not_seen", "early_adopter", "too_early", "no_loyalty", "loyal", "switcher")
HISTORY = ("net_sales", "buyers", "new_customers", "won_back", "newly_lapsed", "closing_base", "at_risk")
ZERO = Decimal("0.00")


# ---- the calendar


def month_of(day: date) -> date:
    """First day of the month of `day`; it stands for the month."""
    return day.replace(day=1)


def plus_months(month: date, months: int) -> date:
    """First day of the month that many months later."""
    index = month.year * 12 + month.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def end_of(month: date) -> date:
    """Last day of the month."""
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


def year_before(day: date) -> date:
    """The same day of the year before; 29 February becomes 28 February."""
    return date(day.year - 1, 2, 28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)


# ---- small sums


def median(values: Iterable[Fraction]) -> Fraction:
    """The middle value, or the mean of the two middle ones."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def ratio(top: int | Decimal, bottom: int | Decimal) -> Fraction | None:
    """top / bottom, exactly; None where the bottom is not above zero."""
    return Fraction(top) / Fraction(bottom) if bottom > 0 else None


def ceiling(value: Fraction) -> int:
    """The next whole number."""
    return -(-value.numerator // value.denominator)


def total(values: Iterable[Decimal]) -> Decimal:
    """Sum of money."""
    return sum(values, ZERO)


@dataclass(frozen=True)
class Line:
    """An order line as the definitions see it: who (None: nobody known), where, when, what kind, how much."""

    who: str | None
    store: str
    day: date
    at: datetime
    kind: str
    amount: Decimal
    product: str
    promotion: bool


@dataclass
class Stocktake:
    """One stocktake row."""

    opening_base: int = 0
    first_seen: int = 0
    new_customers: int = 0
    won_back: int = 0
    newly_lapsed: int = 0
    moved_in: int = 0
    moved_out: int = 0
    closing_base: int = 0
    became_vip: int = 0
    ceased_vip: int = 0

    def adds_up(self) -> bool:
        """Opening plus inflows minus outflows is closing."""
        flows = self.first_seen + self.new_customers + self.won_back - self.newly_lapsed
        moves = self.moved_in - self.moved_out + self.became_vip - self.ceased_vip
        return self.opening_base + flows + moves == self.closing_base


@dataclass(frozen=True)
class Best:
    """One customer of the year's top ten."""

    who: str
    net_sales: Decimal
    purchases: int
    average_ticket: Fraction | None
    last_purchase_on: date | None
    days_since: int | None
    """Since the last purchase anywhere in the chain, as the status beside it."""
    status: str | None


@dataclass
class Expected:
    """Everything the oracle says of one scope and month."""

    figures: dict[str, Any] = field(default_factory=dict)
    history: dict[str, list[Any]] = field(default_factory=dict)
    n: dict[str, int] = field(default_factory=dict)
    stocktake: dict[str, Stocktake] = field(default_factory=dict)
    statuses: dict[str, dict[str, Any]] = field(default_factory=dict)
    value_classes: dict[str, dict[str, Any]] = field(default_factory=dict)
    value_class_moves: dict[tuple[str, str], int] = field(default_factory=dict)
    attitudes: dict[str, dict[str, Any]] = field(default_factory=dict)
    pareto: dict[Fraction, Fraction] = field(default_factory=dict)
    best: list[Best] = field(default_factory=list)
    """All customers with positive sales this year, the best first: the top ten are its head, ties included."""
    people: PeopleExpected = field(default_factory=PeopleExpected)


class BruteForce:
    """The oracle of one world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.shared = _shared_phones(world)
        self._names = _joined(world, self.shared)
        self.lines = [self._line(row) for row in world.order_lines]
        self.sold = [line for line in self.lines if line.kind in ("sale", "refund")]
        self.statuses = cache(self._statuses)
        self.home = cache(self._home)
        self.chain_gap = cache(self._chain_gap)
        self.limits = cache(self._limits)
        self.classes = cache(self._classes)
        self.attitude = cache(self._attitude)
        self.purchases = cache(self._purchases)
        self.referrers = cache(self._referrers)
        self.net_by_customer = cache(self._net_by_customer)

    # ---- people

    def who(self, member_id: str = "", phone: str = "", email: str = "") -> str | None:
        """The person whom these keys name."""
        for key in (("member", member_id), ("phone", phone), ("email", email)):
            if key[1] and key not in self.shared:
                return self._names[key]
        return None

    @cached_property
    def gifts(self) -> dict[str, list[tuple[date, str]]]:
        """Person → the days on which somebody sent them a gift for an occasion, and the stores where."""
        found: dict[str, list[tuple[date, str]]] = defaultdict(list)
        for row in self.world.order_lines:
            if _is_gift(row) and (who := self.who(phone=row.recipient_phone)):
                found[who].append((row.ordered_at.date(), row.store_id))
        return dict(found)

    def gifts_by(self, who: str, end: date) -> list[tuple[date, str]]:
        """Those up to that day."""
        return [gift for gift in self.gifts.get(who, []) if gift[0] <= end]

    @cached_property
    def file(self) -> dict[str, Customer]:
        """Person → their newest line of the customer file."""
        newest: dict[str, Customer] = {}
        for row in self.world.customers:
            who = self.who(row.member_id, row.phone, row.email)
            assert who is not None
            newest[who] = row
        return newest

    def on_file(self, who: str, day: date) -> bool:
        """Whether the customer file had them by that day, as far as we can tell."""
        row = self.file.get(who)
        return row is not None and (row.member_since is None or row.member_since <= day)

    # ---- lines

    def _line(self, row: OrderLine) -> Line:
        return Line(
            self.who(row.member_id, row.phone), row.store_id, row.ordered_at.date(), row.ordered_at, _kind(row),
            -abs(row.net_sales) if _kind(row) == "refund" else row.net_sales, row.product_id, row.is_promotion,
        )  # fmt: skip

    def sold_in(self, scope: str, first: date, last: date) -> list[Line]:
        """Sales and refunds of the scope from `first` to `last`, both included."""
        return [x for x in self.sold if first <= x.day <= last and scope in (CHAIN, x.store)]

    @cached_property
    def first_sale(self) -> date | None:
        """The day of the chain's first sale: somebody's (or the strangers') sales at a store came to more than 0."""
        sums: dict[tuple[str, str | None, date], Decimal] = defaultdict(lambda: ZERO)
        for x in self.sold:
            if x.kind == "sale":
                sums[x.store, x.who, x.day] += x.amount
        return min((day for (_, _, day), amount in sums.items() if amount > 0), default=None)

    def _purchases(self, scope: str) -> dict[str, dict[date, Decimal]]:
        """Person → day of purchase in the scope, in order → its sales before refunds."""
        sums: dict[tuple[str, date], Decimal] = defaultdict(lambda: ZERO)
        for x in self.sold:
            if x.who and x.kind == "sale" and scope in (CHAIN, x.store):
                sums[x.who, x.day] += x.amount
        found: dict[str, dict[date, Decimal]] = defaultdict(dict)
        for (who, day), amount in sorted(sums.items()):
            if amount > 0:
                found[who][day] = amount
        return dict(found)

    def days(self, who: str, last: date, scope: str = CHAIN, first: date = date.min) -> list[date]:
        """Their purchase days in the scope, in order."""
        return [day for day in self.purchases(scope).get(who, {}) if first <= day <= last]

    @cached_property
    def people(self) -> list[str]:
        """Everybody who ever bought, returned something, or is on file."""
        return sorted({x.who for x in self.sold if x.who} | set(self.file) | set(self.gifts))

    # ---- rhythm and status

    @staticmethod
    def own_gaps(days: list[date]) -> list[Fraction]:
        """Days between one purchase and the next."""
        return [Fraction((b - a).days) for a, b in pairwise(days)]

    def _chain_gap(self, end: date) -> Fraction:
        gaps = [self.own_gaps(self.days(who, end)) for who in self.purchases(CHAIN)]
        medians = [median(g) for g in gaps if g]
        return median(medians) if medians else Fraction(90)

    def _limits(self, who: str, last_purchase: date) -> tuple[Fraction, Fraction]:
        """(overdue_after, lapsed_after), fixed at that purchase."""
        gaps = self.own_gaps(self.days(who, last_purchase))
        n = len(gaps)
        own = median(gaps) if gaps else Fraction(0)
        if n < 3:
            chain = self.chain_gap(month_of(last_purchase) - timedelta(days=1))
            own = (n * own + (3 - n) * chain) / 3
        lapsed = min(Fraction(730), max(Fraction(365), 4 * own))
        overdue = max(Fraction(30), min(2 * own, lapsed * 3 / 4))
        return overdue, lapsed

    def lapsed_at(self, who: str, end: date) -> bool:
        """Whether they had bought, and not for longer than `lapsed_after`."""
        days = self.days(who, end)
        return bool(days) and (end - days[-1]).days > self.limits(who, days[-1])[1]

    def young_chain(self, month: date) -> bool:
        """Whether the month lies in the chain's first 12 calendar months of history."""
        return self.first_sale is None or month < plus_months(month_of(self.first_sale), 12)

    def status(self, who: str, month: date) -> str | None:
        """Status at the end of the month; None for those who are not customers yet."""
        end = end_of(month)
        days = self.days(who, end)
        if not days:
            return "prospect" if self.on_file(who, end) or self.gifts_by(who, end) else None
        if days[0] >= month:
            returned = any(x.who == who and x.kind == "refund" and x.day < days[0] for x in self.sold)
            since = self.file[who].member_since if who in self.file else None
            member = since is not None and since < month and since < days[0]
            return "first_seen" if self.young_chain(month) or returned or member else "new"
        if days[-1] >= month and self.lapsed_at(who, month - timedelta(days=1)):
            return "won_back"
        overdue, lapsed = self.limits(who, days[-1])
        silence = (end - days[-1]).days
        return "lapsed" if silence > lapsed else "at_risk" if silence > overdue else "active"

    def _statuses(self, month: date) -> dict[str, str]:
        found = {who: self.status(who, month) for who in self.people}
        return {who: status for who, status in found.items() if status}

    def based(self, month: date) -> set[str]:
        """The base at the end of the month."""
        return {who for who, status in self.statuses(month).items() if status in BASE}

    # ---- home

    def _home(self, who: str, month: date) -> str:
        """The home store at the end of the month."""
        end = end_of(month)
        days = self.days(who, end)
        if days:
            last = days[-1]
            count: Counter[str] = Counter()
            for store in {x.store for x in self.sold}:
                count[store] = len([d for d in self.days(who, last, store) if d > year_before(last)])
            latest: dict[str, datetime] = {}
            for x in self.sold:
                if x.who == who and x.kind == "sale" and x.day in self.days(who, last, x.store):
                    latest[x.store] = max(latest.get(x.store, x.at), x.at)
            top = max(count.values())
            tied = [store for store in count if count[store] == top]
            newest = max(latest[store] for store in tied)
            home = min(store for store in tied if latest[store] == newest)
        elif not self.on_file(who, end) and self.gifts_by(who, end):
            latest_gift = max(day for day, _ in self.gifts_by(who, end))
            home = min(store for day, store in self.gifts_by(who, end) if day == latest_gift)
        else:
            home = (self.file[who].home_store_id if who in self.file else "") or UNASSIGNED
        return self.kept_by(home, month)

    def kept_by(self, store_id: str, month: date) -> str:
        """The store itself, or who has its customers once it is closed."""
        stores = {store.store_id: store for store in self.world.stores}
        seen = set()
        while store_id in stores:
            closed = stores[store_id].closed_on
            if closed is None or month_of(closed) > month:
                return store_id
            if store_id in seen:
                return UNASSIGNED
            seen.add(store_id)
            store_id = stores[store_id].successor_store or UNASSIGNED
        return store_id

    def at_home(self, scope: str, month: date) -> set[str]:
        """Whose home is the scope, of all who have a status."""
        return {who for who in self.statuses(month) if scope == CHAIN or self.home(who, month) == scope}

    # ---- value

    def _net_by_customer(self, scope: str, first: date, last: date) -> dict[str, Decimal]:
        net: dict[str, Decimal] = defaultdict(lambda: ZERO)
        for x in self.sold_in(scope, first, last):
            if x.who:
                net[x.who] += x.amount
        return dict(net)

    def net_12m(self, scope: str, month: date) -> dict[str, Decimal]:
        """Person → net sales of the 12 months in the scope."""
        return self.net_by_customer(scope, plus_months(month, -11), end_of(month))

    def _classes(self, scope: str, month: date) -> dict[str, str]:
        """Person → A, B or C on the scope's own 12-month sales; others are not in it."""
        net = {who: amount for who, amount in self.net_12m(scope, month).items() if amount > 0}
        whole = Fraction(total(net.values()))
        most = ceiling(Fraction(len(net), 5))
        found = {}
        for who, amount in net.items():
            better = [other for other in net.values() if other > amount]
            before = Fraction(total(better))
            if before < whole * Fraction(80, 100) and len(better) < most:
                found[who] = "A"
            else:
                found[who] = "B" if before < whole * Fraction(95, 100) else "C"
        return found

    def vips(self, month: date) -> set[str]:
        """Class A on the chain's sales at that month's end."""
        return {who for who, c in self.classes(CHAIN, month).items() if c == "A"}

    def stake(self, who: str, month: date) -> Decimal:
        """Net sales of the 12 months to the last purchase, that day included; never below zero."""
        last = self.days(who, end_of(month))[-1]
        return max(ZERO, total(x.amount for x in self.sold if x.who == who and year_before(last) < x.day <= last))

    # ---- the stocktake

    def stocktake(self, scope: str, month: date, vips_only: bool = False) -> Stocktake:
        """One row: `scope` may be a store, "(unassigned)" or the chain."""
        before = plus_months(month, -1)
        opening, closing = self.based(before), self.based(month)
        vip_then = self.vips(before) if vips_only else set(self.people)
        vip_now = self.vips(month) if vips_only else set(self.people)
        status_then, status = self.statuses(before), self.statuses(month)
        row = Stocktake()

        def here(who: str, at: date) -> bool:
            return scope == CHAIN or self.home(who, at) == scope

        for who in self.people:
            opened = who in opening and who in vip_then
            closed = who in closing and who in vip_now
            row.opening_base += opened and here(who, before)
            row.closing_base += closed and here(who, month)
            if closed and here(who, month):
                row.first_seen += status[who] == "first_seen"
                row.new_customers += status[who] == "new"
                row.won_back += status[who] == "won_back"
            if opened and here(who, before):
                row.newly_lapsed += status.get(who) == "lapsed"
            if who in opening and who in closing and who in vip_then and who in vip_now:
                moved = self.home(who, before) != self.home(who, month)
                if scope != CHAIN:  # nobody moves into or out of the chain
                    row.moved_in += moved and here(who, month)
                    row.moved_out += moved and here(who, before)
            if who in opening and who in closing:
                row.became_vip += who in vip_now and who not in vip_then and here(who, month)
                row.ceased_vip += who in vip_then and who not in vip_now and here(who, before)
        assert all(who in status for who in status_then), "a status is never lost"
        return row

    # ---- attitude

    @cached_property
    def brands(self) -> dict[str, str]:
        """Product → brand, where the product file has one."""
        return {p.product_id: p.brand for p in self.world.products if p.brand}

    @cached_property
    def launches(self) -> dict[str, date]:
        """New products → launch: the product file's date, else the first sale in the chain."""
        first_sold: dict[str, date] = {}
        for x in self.sold:
            if x.kind == "sale":
                first_sold[x.product] = min(first_sold.get(x.product, x.day), x.day)
        told = {p.product_id: p.launch_date for p in self.world.products if p.launch_date}
        start = self.first_sale
        assert start is not None or not first_sold
        return {
            product: told.get(product, day)
            for product, day in first_sold.items()
            if start is not None and (day - start).days >= 90
        }

    def top_brand(self, lines: Iterable[Line]) -> tuple[str | None, Decimal]:
        """The brand they spent most on, with how much."""
        spent: dict[str, Decimal] = defaultdict(lambda: ZERO)
        for x in lines:
            if x.product in self.brands:
                spent[self.brands[x.product]] += x.amount
        most = max(spent.values(), default=ZERO)
        if most <= 0:
            return None, ZERO
        return min(brand for brand, amount in spent.items() if amount == most), most

    def _attitude(self, who: str, month: date) -> str:
        """Loyalty attitude on the chain-wide history of 24 months."""
        first, end = plus_months(month, -23), end_of(month)
        days = self.days(who, end, CHAIN, first)
        if not days:
            return "not_seen"
        lines = [x for x in self.sold_in(CHAIN, first, end) if x.who == who and x.kind == "sale"]
        early = {
            x.product for x in lines
            if x.product in self.launches and 0 <= (x.day - self.launches[x.product]).days <= 60
        }  # fmt: skip
        if len(early) >= 2:
            return "early_adopter"
        if len(days) < 3:
            return "too_early"
        spend = total(x.amount for x in lines)
        promoted = total(x.amount for x in lines if x.promotion)
        if 2 * promoted >= spend:
            return "no_loyalty"
        if self.devotion(who, month, lines, spend) >= Fraction(60, 100):
            return "loyal"
        half = plus_months(month, -11)
        earlier, _ = self.top_brand(x for x in lines if x.day < half)
        later, _ = self.top_brand(x for x in lines if x.day >= half)
        if earlier and later and earlier != later:
            return "switcher"
        if self.competitor_named(who, first, end):
            return "switcher"
        return "no_loyalty"

    def devotion(self, who: str, month: date, lines: list[Line], spend: Decimal) -> Fraction:
        """Share of the top brand where the store sells three brands; else stated share of wallet; else 1."""
        first, end = plus_months(month, -23), end_of(month)
        home = self.home(who, month)
        sells = {self.brands.get(x.product) for x in self.sold_in(home, first, end) if x.kind == "sale"} - {None}
        if len(sells) >= 3:
            return Fraction(self.top_brand(lines)[1]) / Fraction(spend)
        told = [
            (s.answered_at, s.share_of_wallet) for s in self.world.surveys
            if s.share_of_wallet is not None and first <= s.answered_at.date() <= end and self.who(s.member_id) == who
        ]  # fmt: skip
        return Fraction(max(told)[1]) if told else Fraction(1)

    def competitor_named(self, who: str, first: date, end: date) -> bool:
        """In a survey or complaint of the window."""
        said = [(s.answered_at, s.member_id, s.competitor) for s in self.world.surveys]
        said += [(c.received_at, c.member_id, c.competitor) for c in self.world.complaints]
        return any(rival and first <= at.date() <= end and self.who(member) == who for at, member, rival in said)

    # ---- referral and contact

    def referred(self, who: str, end: date) -> bool:
        """Whether we know who brought them: a referral up to that day, or the customer file. Oneself is nobody."""
        return who in self.referrers(end)

    def _referrers(self, end: date) -> dict[str, str]:
        """Person → who brought them, as known that day; without those on a circle."""
        told: dict[str, tuple[tuple[int, date, str], str]] = {}
        for row in sorted(self.world.customers, key=lambda row: row.member_id):
            who = self.who(row.member_id, row.phone, row.email)
            by = self.who(self.file[who].referrer) if who and self.on_file(who, end) else None
            if who and by and by != who:
                told[who] = ((1, date.min, by), by)
        for referral in self.world.referrals:
            who, by = self.who(referral.referred), self.who(referral.referrer)
            if who and by and by != who and referral.referred_on <= end:
                rank = (0, referral.referred_on, referral.referrer)
                told[who] = min(told.get(who, (rank, by)), (rank, by))
        brought_by = {who: by for who, (_, by) in told.items()}
        found = {}
        for who, by in brought_by.items():
            above, steps = by, 0
            while above in brought_by and above != who and steps <= len(brought_by):
                above, steps = brought_by[above], steps + 1
            if above != who:
                found[who] = by
        return found

    def live(self, who: str, month: date) -> bool:
        """A contact that may be used, and a purchase in the 24 months."""
        row, end = self.file[who], end_of(month)
        contact = (
            (row.phone and (row.consent_phone or row.consent_sms))
            or (row.email and row.consent_email)
            or (row.wecom_added and row.consent_wechat)
        )
        moved = row.moved_away_on is not None and row.moved_away_on <= end
        bought = bool(self.days(who, end, CHAIN, plus_months(month, -23)))
        return bool(contact) and not row.do_not_contact and not moved and bought

    # ---- figures

    def store_ids(self) -> list[str]:
        """Every store that is on file or has sales."""
        return sorted({s.store_id for s in self.world.stores} | {x.store for x in self.sold})

    def reviewed(self, month: date) -> list[str]:
        """The stores with a review: known by the month's end, and not closed before it unless money still moves there."""
        on_file = {s.store_id: s.closed_on for s in self.world.stores}
        known = set(on_file) | {x.store for x in self.sold_in(CHAIN, date.min, end_of(month))}
        moving = {x.store for x in self.sold_in(CHAIN, month, end_of(month))}
        closed = {store_id for store_id, day in on_file.items() if day is not None and day < month}
        return sorted(known - (closed - moving))

    def month_figures(self, scope: str, month: date) -> dict[str, Any]:
        """The figures of one month that have a history."""
        end = end_of(month)
        sold = self.sold_in(scope, month, end)
        net = total(x.amount for x in sold)
        bought = {
            who: [amount for day, amount in days.items() if month <= day <= end]
            for who, days in self.purchases(scope).items()
        }
        count = sum(len(amounts) for amounts in bought.values())
        sales = total(amount for amounts in bought.values() for amount in amounts)
        row = self.stocktake(scope, month)
        status = Counter(self.statuses(month)[who] for who in self.at_home(scope, month))
        young = self.young_chain(month)
        return {
            "net_sales": net,
            "refunds": -total(x.amount for x in sold if x.kind == "refund"),
            "identified_share": ratio(total(x.amount for x in sold if x.who), net),
            "buyers": sum(1 for amounts in bought.values() if amounts),
            "purchases": count,
            "average_ticket": ratio(sales, count),
            "first_seen": row.first_seen,
            "new_customers": None if young else row.new_customers,
            "won_back": row.won_back,
            "newly_lapsed": row.newly_lapsed,
            "moved_in": row.moved_in,
            "moved_out": row.moved_out,
            "opening_base": row.opening_base,
            "closing_base": row.closing_base,
            "active": status["active"],
            "at_risk": status["at_risk"],
            "lapsed": status["lapsed"],
        }

    def expected(self, scope: str, month: date) -> Expected:
        """Everything about one scope and month."""
        month = month_of(month)
        end = end_of(month)
        year, window = date(end.year, 1, 1), plus_months(month, -11)
        out = Expected(figures=self.month_figures(scope, month))
        figures = out.figures
        out.stocktake = {
            "all": self.stocktake(scope, month),
            "vip": self.stocktake(scope, month, vips_only=True),
        }
        for name in HISTORY:
            out.history[name] = []
        for step in range(-12, 1):
            at = plus_months(month, step)
            known = self.first_sale is not None and at >= month_of(self.first_sale)
            told = self.month_figures(scope, at) if known else {}
            for name in HISTORY:
                out.history[name].append(told.get(name))
        self._referral_figures(out, scope, month)
        figures["vip_opening_base"] = out.stocktake["vip"].opening_base
        figures["vip_closing_base"] = out.stocktake["vip"].closing_base

        figures["net_sales_12m"] = total(x.amount for x in self.sold_in(scope, window, end))
        figures["net_sales_ytd"] = total(x.amount for x in self.sold_in(scope, year, end))
        net = {who: amount for who, amount in self.net_12m(scope, month).items() if amount > 0}
        ranked = sorted(net.values(), reverse=True)
        self._value_classes(out, scope, month, net)
        figures["customers_12m"] = len(net)
        figures["top20pct_share_12m"] = ratio(total(ranked[: ceiling(Fraction(len(net), 5))]), total(ranked))
        out.n["top20pct_share_12m"] = len(net)
        for step in range(1, 21):
            share = Fraction(step, 20)
            if ranked:
                best = ranked[: ceiling(share * len(ranked))]
                out.pareto[share] = Fraction(total(best)) / Fraction(total(ranked))

        self._year_to_date(out, scope, month)
        self._repeats(out, scope, month)

        buyers = [who for who in self.purchases(scope) if self.days(who, end, scope, window)]
        classes = self.classes(scope, month)
        serial = [
            who for who in buyers
            if self.attitude(who, month) in ("loyal", "early_adopter") or classes.get(who) == "A"
        ]  # fmt: skip
        figures["serialisation_index"] = ratio(len(serial), len(buyers))
        out.n["serialisation_index"] = len(buyers)
        net_all = self.net_12m(scope, month)
        for attitude in ATTITUDES:
            of = [who for who in buyers if self.attitude(who, month) == attitude]
            out.attitudes[attitude] = {
                "customers": len(of),
                "share": ratio(len(of), len(buyers)),
                "net_sales_12m": total(net_all[who] for who in of),
            }

        filed = [who for who in self.file if who in self.at_home(scope, month) and self.on_file(who, end)]
        figures["live_base_rate"] = ratio(sum(1 for who in filed if self.live(who, month)), len(filed))
        out.n["live_base_rate"] = len(filed)

        home = self.at_home(scope, month)
        chain_net = self.net_12m(CHAIN, month)
        for status in STATUSES:
            of = [who for who in home if self.statuses(month)[who] == status]
            out.statuses[status] = {
                "customers": len(of),
                "vips": len([who for who in of if who in self.vips(month)]),
                "net_sales_12m": total(chain_net.get(who, ZERO) for who in of),
                "value_at_stake": total(self.stake(who, month) for who in of)
                if status in ("at_risk", "lapsed") else ZERO,
            }  # fmt: skip
        figures["value_at_stake"] = out.statuses["at_risk"]["value_at_stake"]
        out.people = PeopleBruteForce(self).expected(scope, month)
        figures |= out.people.figures
        out.n |= out.people.n
        return out

    def _referral_figures(self, out: Expected, scope: str, month: date) -> None:
        new = [who for who in self.at_home(scope, month) if self.statuses(month)[who] == "new"]
        brought = [who for who in new if self.referred(who, end_of(month))]
        told = any(self.referred(who, end_of(month)) for who in self.people)
        known = told and not self.young_chain(month)
        out.figures["referral_rate"] = ratio(len(brought), len(new)) if known else None
        if known:
            out.n["referral_rate"] = len(new)

    def _value_classes(self, out: Expected, scope: str, month: date, net: dict[str, Decimal]) -> None:
        now, then = self.classes(scope, month), self.classes(scope, plus_months(month, -3))
        for name in ("A", "B", "C"):
            of = [who for who, c in now.items() if c == name]
            amount = total(net[who] for who in of)
            out.figures[f"customers_{name.lower()}"] = len(of)
            out.value_classes[name] = {
                "customers": len(of),
                "customers_last_quarter": sum(1 for c in then.values() if c == name),
                "net_sales_12m": amount,
                "share_of_customers": ratio(len(of), len(net)),
                "share_of_sales": ratio(amount, total(net.values())),
            }
        for who in set(now) | set(then):
            pair = (then.get(who, "none"), now.get(who, "none"))
            out.value_class_moves[pair] = out.value_class_moves.get(pair, 0) + 1

    def _year_to_date(self, out: Expected, scope: str, month: date) -> None:
        end = end_of(month)
        year = date(end.year, 1, 1)
        net = {who: amount for who, amount in self.net_by_customer(scope, year, end).items() if amount > 0}
        ranked = sorted(net, key=lambda who: (-net[who], who))
        whole = out.figures["net_sales_ytd"]
        out.figures["top10_share_ytd"] = ratio(total(net[who] for who in ranked[:10]), whole)
        out.figures["top50_share_ytd"] = ratio(total(net[who] for who in ranked[:50]), whole)
        for who in ranked:
            amounts = [amount for day, amount in self.purchases(scope).get(who, {}).items() if year <= day <= end]
            days = self.days(who, end)
            out.best.append(
                Best(
                    who, net[who], len(amounts), ratio(total(amounts), len(amounts)),
                    days[-1] if days else None, (end - days[-1]).days if days else None, self.statuses(month).get(who),
                )
            )  # fmt: skip

    def _repeats(self, out: Expected, scope: str, month: date) -> None:
        end, window = end_of(month), plus_months(month, -11)
        cohort = again = 0
        fresh: list[str] = []
        returning: list[str] = []
        for who in self.purchases(scope):
            days = self.days(who, end, scope)
            if not days:
                continue
            if 180 <= (end - days[0]).days <= 544:
                cohort += 1
                again += any(0 < (day - days[0]).days <= 180 for day in days)
            if days[0] >= window:
                fresh.append(who)
            elif days[-1] >= window:
                returning.append(who)
        net = self.net_12m(scope, month)
        out.figures["repeat_rate_180d"] = ratio(again, cohort)
        out.n["repeat_rate_180d"] = cohort
        for name, of in (("first_time", fresh), ("returning", returning)):
            figure = f"sales_per_{name}_customer_12m"
            out.figures[figure] = ratio(total(net[who] for who in of), len(of))
            out.n[figure] = len(of)


def _kind(row: OrderLine) -> str:
    """What a template line is."""
    if row.status == "cancelled" or row.status == "unpaid":
        return row.status
    if row.line_type == "trade-in":
        return "trade_in"
    if row.line_type == "shipping":
        return "not_goods"
    if row.line_type in ("refund", "return") or row.refund_of or row.quantity < 0:
        return "refund"
    return "no_charge" if row.quantity == 0 else "sale"


def _is_gift(row: OrderLine) -> bool:
    """A sale for an occasion that goes to a telephone number."""
    return _kind(row) == "sale" and bool(row.occasion) and row.recipient_phone.isdigit()


def _shared_phones(world: World) -> set[tuple[str, str]]:
    """Phones that stand beside more than three member ids: they are nobody's own."""
    beside: dict[str, set[str]] = defaultdict(set)
    told = [(row.phone, row.member_id) for row in world.order_lines]
    told += [(row.phone, row.member_id) for row in world.customers]
    for phone, member_id in told:
        if phone and member_id:
            beside[phone].add(member_id)
    return {("phone", phone) for phone, members in beside.items() if len(members) > 3}


def _joined(world: World, shared: set[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Every customer key → the person: keys that stand together in a row belong together, and so on."""
    leader: dict[tuple[str, str], tuple[str, str]] = {}

    def find(key: tuple[str, str]) -> tuple[str, str]:
        leader.setdefault(key, key)
        while leader[key] != key:
            key = leader[key]
        return key

    rows: list[list[tuple[str, str]]] = []
    rows += [[("member", x.member_id), ("phone", x.phone)] for x in world.order_lines]
    rows += [[("member", x.member_id), ("phone", x.phone), ("email", x.email)] for x in world.customers]
    rows += [[("member", x.referrer)] for x in world.customers]
    rows += [[("member", x.member_id)] for x in world.surveys]
    rows += [[("member", x.member_id)] for x in world.complaints]
    rows += [[("member", x.member_id)] for x in world.services]
    rows += [[("member", key)] for x in world.referrals for key in (x.referrer, x.referred)]
    rows += [[("phone", x.recipient_phone)] for x in world.order_lines if _is_gift(x)]
    for row in rows:
        keys = [key for key in row if key[1] and key not in shared]
        for key in keys:
            first, other = sorted((find(keys[0]), find(key)))
            leader[other] = first
    return {key: find(key)[1] for key in leader}
