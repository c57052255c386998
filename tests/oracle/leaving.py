"""Why they stay away and what they will need, read once more in plain Python: loops, Fraction and dates over small worlds.

Written from the metric definitions and the decisions, not from transforms/lapse.py and transforms/next_need.py.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import log, sqrt
from random import Random
from typing import Any

AS_OF = date(2024, 12, 31)
FIRST = date(2022, 6, 1)
CATEGORIES = ("gold", "pearl", "silver")
REASONS = ("outside_our_hands", "product_or_service", "price", "competitor", "taste", "lack_of_care")


@dataclass
class SmallWorld:
    """A few customers with all that may be known of them; rows are plain dicts."""

    customers: list[dict[str, Any]] = field(default_factory=list)
    """customer_id, home_store_id, status, overdue_after_days, own_gap_days and what the file says."""
    bought: list[dict[str, Any]] = field(default_factory=list)
    """customer_id, business_date, product_id, sales, quantity, is_promotion: one row per product and day."""
    products: dict[str, str | None] = field(default_factory=dict)
    complaints: list[dict[str, Any]] = field(default_factory=list)
    surveys: list[dict[str, Any]] = field(default_factory=list)
    contacts: list[dict[str, Any]] = field(default_factory=list)
    gifts: list[dict[str, Any]] = field(default_factory=list)


def small_world(seed: int) -> SmallWorld:
    """Random, with days on the edges of the definitions."""
    rng = Random(seed)
    world = SmallWorld()
    span = (AS_OF - FIRST).days
    world.products = {f"p{n:02d}": rng.choice([*CATEGORIES, *CATEGORIES, None]) for n in range(20)}
    price = {product: rng.choice([50, 99, 100, 320]) for product in world.products}
    risen = {category: FIRST.replace(day=1) + timedelta(days=rng.randrange(200, span)) for category in CATEGORIES}

    def buy(customer_id: str | None, day: date, product: str, is_promotion: bool) -> None:
        level = Fraction(108, 100) if day >= risen.get(world.products[product] or "", AS_OF) else Fraction(1)
        amount = Decimal(int(price[product] * level * 100 * (Fraction(8, 10) if is_promotion else 1))) / 100
        quantity = rng.choice([1, 1, 2])
        world.bought.append({
            "customer_id": customer_id, "business_date": day, "product_id": product, "quantity": Decimal(quantity),
            "sales": amount * quantity, "is_promotion": is_promotion,
        })  # fmt: skip

    for product in world.products:  # strangers show what things cost, most months
        for month in range(30):
            if rng.random() < 0.7:
                buy(None, FIRST + timedelta(days=30 * month + rng.randrange(28)), product, rng.random() < 0.2)
    for number in range(14):
        customer_id = f"c{number:02d}"
        days = sorted({FIRST + timedelta(days=rng.randrange(span - 40)) for _ in range(rng.choice([1, 2, 4, 8, 12]))})
        hunts, turns = rng.random() < 0.35, rng.choice([0, 0, 2, 3, 4])
        liked = rng.sample(CATEGORIES, 2)
        for place, day in enumerate(days):
            wanted = liked[0] if rng.random() < 0.85 else liked[1]
            if len(days) - place <= turns:
                wanted = next(category for category in CATEGORIES if category not in liked)
            of_it = [p for p, category in world.products.items() if category == wanted] or list(world.products)
            products = rng.sample(of_it, min(len(of_it), rng.choice([1, 1, 2])))
            for product in products:
                buy(customer_id, day, product, hunts or rng.random() < 0.1)
        after = rng.choice([30.0, 45.5, 60 + 2 / 3, 120.25])
        overdue = days[-1] + timedelta(days=int(after) + 1)
        edges = [overdue - timedelta(days=n) for n in (-1, 0, 1, 89, 90, 91, 364, 365, 366, 367)]

        def some_day(edges: list[date] = edges, days: list[date] = days) -> date:
            return min(AS_OF, rng.choice([*edges, *days, FIRST + timedelta(days=rng.randrange(span))]))

        world.customers.append({
            "customer_id": customer_id, "home_store_id": rng.choice(["s1", "s2"]), "last_purchase_on": days[-1],
            "status": rng.choice(["at_risk", "lapsed"]), "overdue_after_days": after, "purchases": len(days),
            "own_gap_days": rng.choice([7.0, 30.5, 121 / 3, 91.25, 45.5]),
            "moved_away_on": some_day() if rng.random() < 0.12 else None,
            "note": rng.choice([None, None, None, None, "likes pearls", "moved to another city", "已搬离本市"]),
            "do_not_contact": rng.choice([None, False, False, True]), "may_contact": rng.random() < 0.7,
        })  # fmt: skip
        for _ in range(rng.choice([0, 0, 1, 2])):
            received = datetime.combine(some_day(), datetime.min.time()) + timedelta(hours=rng.randrange(24))
            took = rng.choice(
                [None, timedelta(days=1), timedelta(days=7), timedelta(days=7, seconds=1), timedelta(days=50)]
            )
            world.complaints.append({
                "customer_id": customer_id, "received_at": received, "resolved_at": None if took is None else received + took,
                "cause": rng.choice([None, "service", "price", "product", "价格太贵"]),
                "satisfied": rng.choice([None, True, False]), "competitor": rng.choice([None, None, "Rival"]),
            })  # fmt: skip
        for _ in range(rng.choice([0, 0, 1, 3])):
            world.surveys.append({
                "customer_id": customer_id, "answered_at": datetime.combine(some_day(), datetime.min.time()),
                "aspect": rng.choice([None, "service", "价格", "style", "quality"]),
                "expectation": rng.choice([None, 8, 9]), "experience": rng.choice([None, 5, 6, 7, 9]),
                "competitor": rng.choice([None, None, None, "Other Gems"]),
            })  # fmt: skip
        for _ in range(rng.choice([0, 1, 3])):
            world.contacts.append({
                "customer_id": customer_id, "contacted_at": datetime.combine(some_day(), datetime.min.time()),
                "contact_kind": rng.choice(["win_back", "win_back", "birthday"]),
                "result": rng.choice([None, "no_answer", "no_answer", "reached", "asked_not_to_call"]),
            })  # fmt: skip
        for _ in range(rng.choice([0, 0, 1, 2])):
            world.gifts.append({
                "customer_id": customer_id, "order_id": f"g{len(world.gifts)}",
                "business_date": rng.choice([*days, AS_OF - timedelta(days=rng.choice([275, 276, 364, 365, 366, 300]))]),
                "recipient_name": rng.choice(["Mum", "Ann"]), "occasion": "birthday",
                "occasion_date": None, "product_name": rng.choice(["ring", "vase"]),
            })  # fmt: skip
    for number in range(6):  # somebody the shop does speak to, so that contacts are logged from early on
        day = FIRST + timedelta(days=rng.choice([0, 0, 300, 600]))
        world.contacts.append({"customer_id": f"c{number:02d}", "contacted_at": datetime.combine(day, datetime.min.time()),
                               "contact_kind": "birthday", "result": "reached"})  # fmt: skip
    return world


class LeavingOracle:
    """What the definitions say of one small world."""

    def __init__(self, world: SmallWorld) -> None:
        self.world = world
        self.by_id = {row["customer_id"]: row for row in world.customers}
        self.days: dict[str, list[date]] = {
            who: sorted({row["business_date"] for row in world.bought if row["customer_id"] == who})
            for who in self.by_id
        }

    def overdue_on(self, who: str) -> date:
        row = self.by_id[who]
        return row["last_purchase_on"] + timedelta(days=int(row["overdue_after_days"]) + 1)

    def counts(self, who: str, day: date) -> bool:
        """Said within the year before they became overdue, and they bought at most once after it."""
        overdue = self.overdue_on(who)
        year = 1 if (overdue.month, overdue.day) != (2, 29) else 0
        start = overdue.replace(year=overdue.year - 1) if year else date(overdue.year - 1, 2, 28)
        return start <= day < overdue and sum(bought > day for bought in self.days[who]) <= 1

    def reason(self, who: str) -> str:
        for reason in REASONS:
            if getattr(self, f"is_{reason}")(who):
                return reason
        return "unknown"

    def is_outside_our_hands(self, who: str) -> bool:
        row = self.by_id[who]
        moved = row["moved_away_on"] is not None and row["moved_away_on"] < self.overdue_on(who)
        return moved or row["note"] in ("moved to another city", "已搬离本市")

    def _grievances(self, who: str) -> list[str]:
        """The subject of each complaint that went badly, and of each survey's widest gap of two points or more."""
        found = []
        for row in self.world.complaints:
            if row["customer_id"] != who or not self.counts(who, row["received_at"].date()):
                continue
            settled = row["resolved_at"]
            went_badly = (
                settled is None
                or settled.date() >= self.overdue_on(who)
                or settled - row["received_at"] > timedelta(days=7)
                or row["satisfied"] is False
            )
            if went_badly:
                found.append("price" if row["cause"] in ("price", "价格太贵") else "product_or_service")
        widest: dict[date, tuple[int, int, str]] = {}
        for row in self.world.surveys:
            day = row["answered_at"].date()
            if (
                row["customer_id"] != who
                or None in (row["expectation"], row["experience"])
                or not self.counts(who, day)
            ):
                continue
            gap = row["expectation"] - row["experience"]
            if gap >= 2:
                key = (-gap, int(row["aspect"] is None), row["aspect"] or "")
                widest[day] = min(widest.get(day, key), key)
        about = {"价格": "price", "style": "taste"}
        return found + [about.get(aspect, "product_or_service") for _, _, aspect in widest.values()]

    def is_product_or_service(self, who: str) -> bool:
        return "product_or_service" in self._grievances(who)

    def is_price(self, who: str) -> bool:
        if "price" in self._grievances(who):
            return True
        last = self.days[who][-3:]
        rows = [row for row in self.world.bought if row["customer_id"] == who and row["business_date"] in last]
        if len(last) < 3 or not all(row["is_promotion"] for row in rows):
            return False
        categories = {self.world.products[row["product_id"]] or "" for row in rows}
        return any(
            category in categories and last[-1] < month < self.overdue_on(who) for category, month in self.dearer()
        )

    def dearer(self) -> set[tuple[str, date]]:
        """(category, month) in which three of four of its products cost 2 % more than when they were sold last."""
        highest: dict[tuple[str, date], float] = {}
        for row in self.world.bought:
            key = (row["product_id"], row["business_date"].replace(day=1))
            highest[key] = max(highest.get(key, 0.0), float(row["sales"]) / float(row["quantity"]))
        rises: dict[tuple[str, date], list[float]] = defaultdict(list)
        for product, category in self.world.products.items():
            months = sorted(month for p, month in highest if p == product)
            for before, month in pairwise(months):
                rises[category or "", month].append(highest[product, month] / highest[product, before] - 1)
        return {key for key, of in rises.items() if len(of) >= 5 and sorted(of)[(len(of) - 1) // 4] >= 0.02}

    def is_competitor(self, who: str) -> bool:
        said = [(row["answered_at"], row) for row in self.world.surveys] + [
            (row["received_at"], row) for row in self.world.complaints
        ]
        return any(row["customer_id"] == who and row["competitor"] and self.counts(who, at.date()) for at, row in said)

    def is_taste(self, who: str) -> bool:
        if "taste" in self._grievances(who):
            return True
        visits: dict[date, set[str]] = defaultdict(set)
        for row in self.world.bought:
            category = self.world.products[row["product_id"]]
            if row["customer_id"] == who and category is not None:
                visits[row["business_date"]].add(category)
        ordered = [visits[day] for day in sorted(visits)]
        return any(_drifted(ordered[:-k], ordered[-k:]) for k in (2, 3, 4, 5) if len(ordered) >= k + 3)

    def is_lack_of_care(self, who: str) -> bool:
        row, overdue = self.by_id[who], self.overdue_on(who)
        home = {
            other["customer_id"] for other in self.world.customers if other["home_store_id"] == row["home_store_id"]
        }
        logged = [contact["contacted_at"].date() for contact in self.world.contacts if contact["customer_id"] in home]
        own = [contact["contacted_at"].date() for contact in self.world.contacts if contact["customer_id"] == who]
        start = overdue - timedelta(days=90)
        return (
            row["may_contact"]
            and any(day <= start for day in logged)
            and not any(start <= day < overdue for day in own)
        )

    def is_let_go(self, who: str) -> bool:
        row = self.by_id[who]
        if row["status"] != "lapsed":
            return False
        since = [
            c
            for c in self.world.contacts
            if c["customer_id"] == who and c["contacted_at"].date() > row["last_purchase_on"]
        ]
        unanswered = [
            c for c in since
            if c["contact_kind"] == "win_back" and c["result"] == "no_answer" and c["contacted_at"].date() >= self.overdue_on(who)
        ]  # fmt: skip
        return (
            bool(row["do_not_contact"])
            or len(unanswered) >= 3
            or any(c["result"] == "asked_not_to_call" for c in since)
        )

    # ---- next need

    def category_days(self) -> dict[str, list[tuple[date, str]]]:
        """Who → (day, category of the dearest product with a name first by it), in order; days without a category left out."""
        found: dict[str, list[tuple[date, str]]] = defaultdict(list)
        for who, days in self.days.items():
            for day in days:
                rows = [r for r in self.world.bought if r["customer_id"] == who and r["business_date"] == day]
                best = min(rows, key=lambda row: (-row["sales"], row["product_id"]))
                category = self.world.products[best["product_id"]]
                if category is not None:
                    found[who].append((day, category))
        return found

    def next_category(self, who: str) -> str | None:
        """The likeliest next category: own steps, and the chain's at the weight that foretells latest steps best."""
        sequences = {other: [category for _, category in of] for other, of in self.category_days().items()}
        if not sequences.get(who):
            return None
        overall = Counter(category for of in sequences.values() for category in of)
        mix = {category: Fraction(n, sum(overall.values())) for category, n in overall.items()}
        steps = {other: list(pairwise(of)) for other, of in sequences.items()}
        pairs = Counter(step for of in steps.values() for step in of)
        after = Counter(a for of in steps.values() for a, _ in of)
        scores: dict[int, float] = {}
        for weight in (1, 2, 4, 8, 16, 32, 64):
            logs = []
            for of in steps.values():
                if not of or not any(a == of[-1][0] for a, _ in of[:-1]):
                    continue
                a, b = of[-1]
                chain = (pairs[a, b] - 1 + mix[b]) / after[a]
                own, of_own = of[:-1].count((a, b)), sum(x == a for x, _ in of[:-1])
                logs.append(log((own + weight * chain) / (of_own + weight)))
            if logs:
                scores[weight] = round(sum(logs) / len(logs), 12)
        weight = max(scores, key=lambda w: (scores[w], -w)) if scores else 64
        last, own_steps = sequences[who][-1], Counter(steps[who])
        of_own = sum(n for (a, _), n in own_steps.items() if a == last)

        def chance(category: str) -> Fraction:
            chain = (pairs[last, category] + mix[category]) / (after[last] + 1)
            return (own_steps[last, category] + weight * chain) / (of_own + weight)

        return min(mix, key=lambda category: (-chance(category), category))

    def next_day(self, who: str) -> tuple[str, date]:
        """Where the next need's day comes from, and the day."""
        gift_days = []
        for gift in self.world.gifts:
            day = gift["business_date"]
            again = date(day.year + 1, 2, 28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year + 1)
            if gift["customer_id"] == who and AS_OF < again <= AS_OF + timedelta(days=90):
                gift_days.append(again)
        if gift_days:
            return "gift_day", min(gift_days)
        row = self.by_id[who]
        gap = int(Fraction(row["own_gap_days"]).limit_denominator(12) + Fraction(1, 2))
        day = row["last_purchase_on"]
        while day <= AS_OF:
            day += timedelta(days=gap)
        return "own_rhythm" if row["purchases"] > 1 else "chain_rhythm", day


def _drifted(before: list[set[str]], now: list[set[str]]) -> bool:
    """Whether the shares of categories differ beyond 1.25 % (G test, Wilson and Hilferty), with another one on top."""
    counts = [Counter(category for visit in visits for category in sorted(visit)) for visits in (before, now)]
    everything = sorted(counts[0] | counts[1])
    if len(everything) < 2:
        return False
    tops = [min(of, key=lambda category: (-of[category], category)) for of in counts]
    if tops[0] == tops[1]:
        return False
    whole = sum(sum(of.values()) for of in counts)
    g = 2 * sum(
        of[c] * log(of[c] / (sum(of.values()) * (counts[0][c] + counts[1][c]) / whole))
        for of in counts for c in everything if of[c]
    )  # fmt: skip
    df = len(everything) - 1
    spread = 2 / (9 * df)
    return ((g / df) ** (1 / 3) - (1 - spread)) / sqrt(spread) > 2.2414
