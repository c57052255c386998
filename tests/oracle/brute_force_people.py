"""Page 8 read once more in plain Python: associates, orphans, what is started and combined, picks, prospects, RFM."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from math import exp, log, sqrt
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.oracle.brute_force import BruteForce

CHAIN = "*"


@dataclass
class PeopleExpected:
    """What the oracle says of page 8 of one scope."""

    figures: dict[str, Any] = field(default_factory=dict)
    n: dict[str, int] = field(default_factory=dict)
    staff: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Associate at work → customers first served, came back. Only in a store."""
    orphans: list[tuple[bool, date, str]] = field(default_factory=list)
    """VIP or not, last purchase, who left; sorted. Only in a store."""
    adoption: dict[str, tuple[int, int, int, int]] = field(default_factory=dict)
    together: dict[tuple[str, str], int] = field(default_factory=dict)
    picks: dict[str, tuple[int, int]] = field(default_factory=dict)
    prospects: dict[str, tuple[int, int]] = field(default_factory=dict)
    rfm: dict[str, int] = field(default_factory=dict)
    targets: dict[str, tuple[Any, Any]] = field(default_factory=dict)


class PeopleBruteForce:
    """Page 8 of an oracle's world."""

    def __init__(self, oracle: BruteForce) -> None:
        self.oracle, self.world = oracle, oracle.world
        self.rows = list(zip(oracle.world.order_lines, oracle.lines, strict=True))

    def expected(self, scope: str, month: date) -> PeopleExpected:
        out = PeopleExpected()
        self._associates(out, scope, month)
        self._orphans(out, scope, month)
        self._adoption(out, scope, month)
        self._together(out, scope, month)
        self._picks(out, scope, month)
        self._prospects(out, scope, month)
        self._profit(out, scope, month)
        self._rfm(out, scope, month)
        self._targets(out, scope, month)
        return out

    # ---- the calendar of the oracle

    def end(self, month: date) -> date:
        from tests.oracle.brute_force import end_of

        return end_of(month)

    def back(self, month: date, months: int) -> date:
        from tests.oracle.brute_force import plus_months

        return plus_months(month, 1 - months)

    # ---- associates

    def first_server(self, who: str, end: date) -> tuple[str, date] | None:
        """Who sold them most on the day of their first purchase, and that day."""
        days = self.oracle.days(who, end)
        if not days:
            return None
        sold: dict[str, Decimal] = defaultdict(Decimal)
        for row, line in self.rows:
            if line.who == who and line.day == days[0] and line.kind == "sale" and row.associate_id:
                sold[row.associate_id] += line.amount
        return (min(sold, key=lambda one: (-sold[one], one)), days[0]) if sold else None

    def _associates(self, out: PeopleExpected, scope: str, month: date) -> None:
        end, window = self.end(month), self.back(month, 12)
        firsts = {who: first for who in self.oracle.people if (first := self.first_server(who, end))}
        totals: Counter[str] = Counter()
        for one in self.world.associates:
            if scope not in (CHAIN, one.store_id):
                continue
            mine = {who: day for who, (by, day) in firsts.items() if by == one.associate_id}
            served = {who: day for who, day in mine.items() if 90 <= (end - day).days <= 544}
            back = [
                who for who, day in served.items()
                if any(day < later <= day + timedelta(days=180) for later in self.oracle.days(who, end))
            ]  # fmt: skip
            met = [who for who, day in mine.items() if day >= window]
            receipts: dict[tuple[str, str, date], set[str | None]] = defaultdict(set)
            for row, line in self.rows:
                if row.associate_id == one.associate_id and line.kind == "sale" and window <= line.day <= end:
                    receipts[line.store, row.order_id, line.day].add(line.who)
            unnamed = sum(1 for people in receipts.values() if people == {None})
            ratings = [s.experience for s in self.rated(one.associate_id, window, end) if s.experience is not None]
            totals["served"] += len(served)
            totals["back"] += len(back)
            totals["strangers"] += unnamed + len(met)
            totals["signed"] += sum(1 for who in met if self.oracle.on_file(who, end))
            totals["added"] += sum(1 for who in met if self.reachable(who, end))
            totals["ratings"] += len(ratings)
            totals["rated"] += sum(ratings)
            if scope != CHAIN and (one.to_date is None or one.to_date > end + timedelta(days=1)):
                out.staff[one.associate_id] = (len(served), len(back))
        for name, top, bottom in (
            ("first_served_repeat_rate", "back", "served"), ("sign_up_rate", "signed", "strangers"),
            ("reachable_rate", "added", "strangers"), ("stated_satisfaction", "rated", "ratings"),
        ):  # fmt: skip
            out.figures[name] = Fraction(totals[top], totals[bottom]) if totals[bottom] else None
            out.n[name] = totals[bottom]

    def rated(self, associate: str, first: date, last: date) -> list[Any]:
        """Surveys about receipts on which this associate sold most."""
        found = []
        for survey in self.world.surveys:
            if not survey.order_id or not first <= survey.answered_at.date() <= last:
                continue
            sold: dict[str, Decimal] = defaultdict(Decimal)
            for row, line in self.rows:
                is_it = (row.order_id, row.store_id) == (survey.order_id, survey.store_id)
                if is_it and line.kind == "sale" and row.associate_id and line.day <= last:
                    sold[row.associate_id] += line.amount
            if sold and min(sold, key=lambda one: (-sold[one], one)) == associate:
                found.append(survey)
        return found

    def reachable(self, who: str, end: date) -> bool:
        """A channel with consent, not refused, not moved away."""
        if not self.oracle.on_file(who, end):
            return False
        row = self.oracle.file[who]
        by_phone = row.phone and (row.consent_phone or row.consent_sms)
        elsehow = (row.email and row.consent_email) or (row.wecom_added and row.consent_wechat)
        moved = row.moved_away_on is not None and row.moved_away_on <= end
        return bool(by_phone or elsehow) and not row.do_not_contact and not moved

    def _orphans(self, out: PeopleExpected, scope: str, month: date) -> None:
        end, window = self.end(month), self.back(month, 24)
        found = []
        for who in self.oracle.based(month):
            home = self.oracle.home(who, month)
            if scope not in (CHAIN, home):
                continue
            here = {one.associate_id: one for one in self.world.associates if one.store_id == home}
            gone = {key for key, one in here.items() if one.to_date and one.to_date <= end + timedelta(days=1)}
            days: dict[str, set[date]] = defaultdict(set)
            for row, line in self.rows:
                if line.who == who and line.kind == "sale" and row.associate_id in here and window <= line.day <= end:
                    days[row.associate_id].add(line.day)
            file = self.oracle.file[who] if self.oracle.on_file(who, end) else None
            named = file.associate_id if file and file.associate_id in here else None
            theirs = min(days, key=lambda one: (-len(days[one]), -max(days[one]).toordinal(), one), default=named)
            if theirs is None or theirs not in gone or (named is not None and named not in gone):
                continue
            left_on = here[theirs].to_date
            assert left_on is not None
            if any(max(days[one]) >= left_on for one in days if one not in gone):
                continue
            last = self.oracle.days(who, end)[-1]
            found.append((who in self.oracle.vips(month), last, here[theirs].name))
        known = bool(self.world.associates)
        out.figures["orphaned_customers"] = len(found) if known else None
        out.figures["orphaned_vips"] = sum(is_vip for is_vip, _, _ in found) if known else None
        out.orphans = [] if scope == CHAIN else sorted(found)

    # ---- categories

    def categories(self) -> dict[str, str]:
        return {product.product_id: product.category for product in self.world.products if product.category}

    def bought(self, scope: str, first: date, last: date) -> dict[str, set[str]]:
        """Person → categories of which they bought there from `first` to `last`."""
        of = self.categories()
        found: dict[str, set[str]] = defaultdict(set)
        for line in self.oracle.lines:
            known = line.kind == "sale" and line.who and line.product in of and scope in (CHAIN, line.store)
            if known and line.who and first <= line.day <= last:
                found[line.who].add(of[line.product])
        return found

    def _adoption(self, out: PeopleExpected, scope: str, month: date) -> None:
        start = self.back(month, 3)
        now = self.bought(scope, start, self.end(month))
        before = self.bought(scope, self.back(month, 27), start - timedelta(days=1))
        classes = self.oracle.classes(scope, month)
        stayed = [who for who in now if who in before]
        for category in {c for who in stayed for c in now[who] | before[who]}:
            could = [who for who in stayed if category not in before[who]]
            best = [who for who in could if classes.get(who) == "A"]
            others = [who for who in could if classes.get(who) != "A"]
            started = [sum(category in now[who] for who in of) for of in (best, others)]
            if scope != CHAIN or min(len(best), len(others)) >= 10:
                out.adoption[category] = (started[0], len(best), started[1], len(others))

    def _together(self, out: PeopleExpected, scope: str, month: date) -> None:
        held = self.bought(scope, self.back(month, 12), self.end(month))
        n = len(held)
        alone = Counter(c for of in held.values() for c in of)
        both = Counter(pair for of in held.values() for pair in combinations(sorted(of), 2))
        for (one, other), times in both.items():
            lift = times * n / alone[one] / alone[other]
            variance = (n / times - n / alone[one] - n / alone[other] + 2 * lift - 1) / n
            if times >= 10 and exp(log(lift) - 1.959964 * sqrt(max(variance, 0))) > 1:
                out.together[one, other] = times

    # ---- early adopters

    def _picks(self, out: PeopleExpected, scope: str, month: date) -> None:
        from tests.oracle.brute_force import median

        end, of = self.end(month), self.categories()
        launches = {
            product: day for product, day in self.oracle.launches.items()
            if any(x.kind == "sale" and x.product == product and x.day <= end for x in self.oracle.sold)
        }  # fmt: skip
        sold: dict[str, Decimal] = defaultdict(Decimal)
        for line in self.oracle.lines:
            if line.kind == "sale" and self.back(month, 12) <= line.day <= end:
                sold[line.product] += line.amount
        judged: dict[str, bool] = {}
        for product, day in launches.items():
            if product not in of or not self.back(month, 24) <= day < self.back(month, 12):
                continue
            rivals = [Fraction(x) for other, x in sold.items() if of.get(other) == of[product] and x > 0]
            if rivals:
                judged[product] = 2 * Fraction(sold.get(product, Decimal(0))) < median(rivals)
        picks: dict[str, set[str]] = {}
        for who in self.oracle.people:
            if self.oracle.statuses(month).get(who) and self.oracle.attitude(who, month) == "early_adopter":
                picks[who] = {
                    x.product for x in self.oracle.lines
                    if x.who == who and x.kind == "sale" and self.back(month, 24) <= x.day <= end
                    and x.product in launches and 0 <= (x.day - launches[x.product]).days <= 60
                }  # fmt: skip
        here = [who for who in picks if scope in (CHAIN, self.oracle.home(who, month))]
        verdicts = [judged[product] for who in here for product in picks[who] if product in judged]
        out.figures["harbinger_share"] = Fraction(sum(verdicts), len(verdicts)) if verdicts else None
        out.n["harbinger_share"] = len(verdicts)
        out.figures["launch_fade_share"] = Fraction(sum(judged.values()), len(judged)) if judged else None
        names = {product.product_id: product.name for product in self.world.products}
        for product, day in launches.items():
            pickers = [who for who in here if product in picks[who]]
            if pickers and day >= self.back(month, 6):
                known = [who for who in pickers if picks[who] & set(judged)]
                out.picks[names.get(product, product)] = (len(pickers), len(known))

    # ---- the others

    def _prospects(self, out: PeopleExpected, scope: str, month: date) -> None:
        end = self.end(month)
        found: dict[str, list[bool]] = defaultdict(list)
        for who in self.oracle.at_home(scope, month):
            if self.oracle.statuses(month)[who] == "prospect":
                referred = self.oracle.referred(who, end)
                kind = "referred" if referred else "on_file" if self.oracle.on_file(who, end) else "recipient"
                found[kind].append(self.reachable(who, end))
        out.prospects = {kind: (len(of), sum(of)) for kind, of in found.items()}

    def _profit(self, out: PeopleExpected, scope: str, month: date) -> None:
        end, window = self.end(month), self.back(month, 12)
        net = self.oracle.net_12m(scope, month)
        means: list[Fraction | None] = []
        days = {who: self.oracle.days(who, end, scope) for who in self.oracle.purchases(scope)}
        for is_first in (False, True):
            of = [who for who, d in days.items() if d and d[-1] >= window and (d[0] >= window) == is_first]
            means.append(Fraction(sum(net[who] for who in of)) / len(of) if of else None)
        returning, first = means
        known = returning is not None and first is not None and first > 0
        out.figures["returning_profit_ratio_12m"] = (
            returning / first if known and returning is not None and first else None
        )
        out.figures["unprofitable_customers"] = None  # these worlds know no cost

    def _rfm(self, out: PeopleExpected, scope: str, month: date) -> None:
        end, window = self.end(month), self.back(month, 24)
        net = self.oracle.net_by_customer(scope, window, end)
        counted: Counter[str] = Counter()
        for who in self.oracle.purchases(scope):
            days = self.oracle.days(who, end, scope, window)
            if days:
                high = ((end - days[-1]).days <= 180, len(days) >= 3, net[who] >= 300)
                counted["".join("h" if one else "l" for one in high)] += 1
        out.rfm = dict(counted)

    def _targets(self, out: PeopleExpected, scope: str, month: date) -> None:
        newest = {(t.store_id, t.target_month): t for t in self.world.targets}
        all_of = {store: t for (store, at), t in newest.items() if at == month}
        mine = [all_of[scope]] if scope in all_of else list(all_of.values()) if scope == CHAIN else []
        sales = [t.target_net_sales for t in mine]
        new = [t.target_new_customers for t in mine if t.target_new_customers is not None]
        actual = self.oracle.month_figures(scope, month)
        if sales:
            out.targets["net_sales"] = (sum(sales, Decimal("0.00")), actual["net_sales"])
        if new:
            out.targets["new_customers"] = (sum(new), actual["new_customers"])
