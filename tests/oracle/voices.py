"""Pages 5 and 6 read once more in plain Python: trees by recursion, repurchase and those alike by loops, gaps by sums."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache, cached_property
from math import floor
from typing import Any

from schemas.metrics import METRICS
from schemas.review import Review
from tests.oracle.brute_force import CHAIN, ZERO, BruteForce, _kind, end_of, month_of, plus_months, ratio, total
from tests.oracle.compare import same
from tests.oracle.worlds import Complaint

CAUSES = {"quality": "product", "service": "service", "Service": "service", "": "unknown", "smell": "smell"}
NINETY = timedelta(days=90)
TOLERANCE = 1e-9


def percentile(values: list[Fraction], share: Fraction) -> Fraction | None:
    """Linear between the neighbours."""
    if not values:
        return None
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


class VoiceOracle:
    """The definitions of both pages for one world and month."""

    def __init__(self, oracle: BruteForce, month: date) -> None:
        self.o, self.world = oracle, oracle.world
        self.month = month_of(month)
        self.end = end_of(self.month)
        self.now = datetime.combine(self.end + timedelta(days=1), time())
        self.year_from, self.two_years_from = plus_months(self.month, -11), plus_months(self.month, -23)
        self.complaints = [c for c in self.world.complaints if c.received_at < self.now]
        self.complainers = {oracle.who(c.member_id) for c in self.complaints}
        self.state = cache(self._state)
        self.services = [s for s in self.world.services if s.done_on <= self.end]

    # ---- referral

    def tree(self, who: str) -> tuple[list[str], Fraction]:
        """Everybody below, and the value brought: own value of the direct ones, half of what they brought."""
        below: list[str] = []
        value = Fraction(0)
        for child, by in self.o.referrers(self.end).items():
            if by == who and self.o.days(child, self.end):
                deeper, brought = self.tree(child)
                below += [child, *deeper]
                value += max(Fraction(0), Fraction(self.o.net_12m(CHAIN, self.month).get(child, ZERO))) + brought / 2
        return below, value

    def at_home(self, who: str, scope: str) -> bool:
        """Who neither bought nor is on file yet has no home."""
        known = bool(self.o.days(who, self.end)) or self.o.on_file(who, self.end)
        return scope == CHAIN or (known and self.o.home(who, self.month) == scope)

    def referral(self, scope: str) -> Iterator[tuple[str, Any]]:
        brought_by = self.o.referrers(self.end)
        known = bool(brought_by)
        by = sorted({by for who, by in brought_by.items() if self.o.days(who, self.end)})
        here = [who for who in by if self.at_home(who, scope)]
        status = self.o.statuses(self.month)
        yield "referrers", len(here) if known else None
        slipping = [who for who in here if status.get(who) in ("at_risk", "lapsed")]
        yield "referrers_slipping", len(slipping) if known else None
        net = self.o.net_12m(scope, self.month)
        whole = total(x.amount for x in self.o.sold_in(scope, self.year_from, self.end))
        share = ratio(total(amount for who, amount in net.items() if who in brought_by), whole)
        yield "referred_sales_share_12m", share if known else None
        for name, is_brought in (("referred", True), ("not_referred", False)):
            cohort = [who for who in self.cohort if self.at_home(who, scope) and (who in brought_by) == is_brought]
            stayed = [who for who in cohort if self.o.days(who, self.end, CHAIN, self.year_from)]
            yield f"retention_12m_{name}", ratio(len(stayed), len(cohort)) if known else None

    @cached_property
    def cohort(self) -> list[str]:
        """New in the 12 months before the last 12."""
        found = []
        for who in self.o.people:
            days = self.o.days(who, self.end)
            if (
                days
                and self.two_years_from <= days[0] < self.year_from
                and self.o.status(who, month_of(days[0])) == "new"
            ):
                found.append(who)
        return found

    # ---- complaints

    def resolved(self, c: Complaint) -> datetime | None:
        return c.resolved_at if c.resolved_at is not None and c.resolved_at < self.now else None

    def age(self, c: Complaint, until: datetime | None) -> Fraction:
        span = (until or self.now) - c.received_at
        return Fraction(span.days * 86_400 + span.seconds, 86_400)

    def speed(self, c: Complaint) -> str:
        if self.resolved(c) is None:
            return "unresolved"
        days = self.age(c, self.resolved(c))
        return "day" if days <= 1 else "week" if days <= 7 else "later"

    def recurs(self, c: Complaint) -> bool:
        cause = CAUSES[c.cause]
        if cause == "unknown":
            return False
        order = sorted(self.complaints, key=lambda x: (x.received_at, x.complaint_id))
        earlier = [
            x
            for x in order[: order.index(c)]
            if CAUSES[x.cause] == cause and self.o.who(x.member_id) == self.o.who(c.member_id)
        ]
        return bool(earlier) and (c.received_at.date() - earlier[-1].received_at.date()).days <= 90

    def bought_after(self, who: str, day: date) -> bool:
        return any(day < other <= day + NINETY for other in self.o.days(who, self.end))

    def _state(self, who: str, day: date) -> tuple[str, int] | None:
        days = self.o.days(who, day)
        if not days:
            return None
        since = (day - days[-1]).days
        overdue, lapsed = self.o.limits(who, days[-1])
        rhythm = "lapsed" if since > lapsed else "at_risk" if since > overdue else "active"
        return rhythm, sum(since > edge for edge in (30, 90, 180, 365))

    def alike(self, who: str, day: date, touched: set[str | None]) -> Fraction | None:
        """What those alike did: status, class and band, at the end of the month before."""
        own = self.state(who, day)
        if own is None:
            return None
        before = month_of(day) - timedelta(days=1)
        letters = self.o.classes(CHAIN, month_of(before))
        same_kind = [
            other for other in self.o.purchases(CHAIN)
            if other not in touched and self.state(other, before) == own
            and letters.get(other, "none") == letters.get(who, "none")
        ]  # fmt: skip
        return ratio(sum(self.bought_after(other, before) for other in same_kind), len(same_kind))

    @cached_property
    def followed(self) -> list[tuple[Complaint, bool, Fraction | None]]:
        """Complaints of 24 months whose 90 days are over: bought again, and those alike."""
        rows = []
        for c in self.complaints:
            who, settled = self.o.who(c.member_id), self.resolved(c)
            anchor = (settled or c.received_at).date()
            if who and anchor >= self.two_years_from and anchor + NINETY <= self.end:
                rows.append((c, self.bought_after(who, anchor), self.alike(who, anchor, set(self.complainers))))
        return rows

    def complaint_figures(self, scope: str) -> Iterator[tuple[str, Any]]:
        known = bool(self.complaints)
        mine = [c for c in self.complaints if scope in (CHAIN, c.store_id)]
        recent = [c for c in mine if c.received_at.date() >= self.year_from]
        yield "complaints_12m", len(recent) if known else None
        yield "complaints_open", len([c for c in mine if self.resolved(c) is None]) if known else None
        orders: dict[tuple[str, str], set[str]] = defaultdict(set)
        for row in self.world.order_lines:
            inside = self.year_from <= row.ordered_at.date() <= self.end and scope in (CHAIN, row.store_id)
            if inside and _kind(row) in ("sale", "cancelled", "unpaid"):
                orders[row.store_id, row.order_id].add(_kind(row))
        sold = sum("sale" in kinds for kinds in orders.values())
        per = ratio(1000 * len(recent), sold)
        yield "complaints_per_1000_orders", per if known else None
        cancelled = sum("sale" not in kinds and "cancelled" in kinds for kinds in orders.values())
        yield "cancelled_share", ratio(cancelled, len(orders))
        yield "unpaid_share", ratio(sum(kinds == {"unpaid"} for kinds in orders.values()), len(orders))
        answers = [
            24 * self.age(c, c.first_answer_at if c.first_answer_at and c.first_answer_at < self.now else None)
            for c in recent
        ]
        days = [self.age(c, self.resolved(c)) for c in recent]
        for share, suffix in ((Fraction(1, 2), ""), (Fraction(9, 10), "_p90")):
            yield f"first_answer_hours{suffix}", percentile(answers, share)
            yield f"resolution_days{suffix}", percentile(days, share)
        yield "recurrence_90d", ratio(sum(self.recurs(c) for c in recent), len(recent))
        yield "silent_dissatisfied", 24 * len({self.o.who(c.member_id) for c in recent}) if known else None
        after = [(c, back) for c, back, _ in self.followed if scope in (CHAIN, c.store_id)]
        yield "repurchase_90d_after_resolution", ratio(sum(back for _, back in after), len(after))
        lines = [
            r
            for r in self.world.order_lines
            if self.year_from <= r.ordered_at.date() <= self.end and scope in (CHAIN, r.store_id)
        ]
        units = sum(r.quantity for r in lines if _kind(r) == "sale")
        yield "returns_per_1000_units", ratio(1000 * sum(abs(r.quantity) for r in lines if _kind(r) == "refund"), units)

    def repurchase_rows(self) -> dict[tuple[str, str], tuple[int, int, Fraction | None]]:
        """(severity, speed) in the chain → n, again, mean share of those alike."""
        cells: dict[tuple[str, str], list[tuple[bool, Fraction | None]]] = defaultdict(list)
        for c, back, alike in self.followed:
            cells[c.severity or "unknown", self.speed(c)].append((back, alike))
        found = {}
        for cell, rows in cells.items():
            shares = [alike for _, alike in rows if alike is not None]
            found[cell] = (
                len(rows),
                sum(back for back, _ in rows),
                sum(shares, Fraction(0)) / len(shares) if shares else None,
            )
        return found

    # ---- satisfaction

    def gaps(self, scope: str) -> list[tuple[date, str, Fraction]]:
        """Per answer: day, person, gap. The answer as a whole counts before its aspects."""
        marks: dict[tuple[datetime, str, str], dict[str, list[int]]] = defaultdict(lambda: {"whole": [], "part": []})
        for s in self.world.surveys:
            if (
                s.expectation is not None
                and s.experience is not None
                and s.answered_at < self.now
                and scope in (CHAIN, s.store_id)
            ):
                part = "part" if s.aspect else "whole"
                marks[s.answered_at, s.store_id, s.member_id][part].append(s.experience - s.expectation)
        found = []
        for (at, _, member), both in marks.items():
            told = both["whole"] or both["part"]
            found.append((at.date(), self.o.who(member) or "", Fraction(sum(told), len(told))))
        return found

    def satisfaction_figures(self, scope: str) -> Iterator[tuple[str, Any]]:
        recent = [gap for day, _, gap in self.gaps(scope) if day >= self.year_from]
        yield "satisfaction_gap", sum(recent, Fraction(0)) / len(recent) if recent else None
        yield "below_expectation_share", ratio(sum(gap <= Fraction(-1, 2) for gap in recent), len(recent))
        mine = [s for s in self.services if scope in (CHAIN, s.store_id) and s.done_on >= self.two_years_from]
        over = [s for s in mine if s.done_on + NINETY <= self.end and self.o.who(s.member_id)]
        back = sum(self.bought_after(self.o.who(s.member_id) or "", s.done_on) for s in over)
        yield "repurchase_90d_after_service", ratio(back, len(over))

    def gap_rows(self, scope: str) -> dict[str, tuple[int, int, int]]:
        """State → answers of 12 months, followed, bought again."""
        rows: Counter[tuple[str, str]] = Counter()
        for day, who, gap in self.gaps(scope):
            state = "below" if gap <= Fraction(-1, 2) else "exceeded" if gap >= Fraction(1, 2) else "met"
            if day < self.two_years_from:
                continue
            rows[state, "seen"] += 1
            rows[state, "answers"] += day >= self.year_from
            if who and day + NINETY <= self.end:
                rows[state, "n"] += 1
                rows[state, "again"] += self.bought_after(who, day)
        states = {state for state, what in rows if what == "seen"}
        return {state: (rows[state, "answers"], rows[state, "n"], rows[state, "again"]) for state in states}


@cache
def _told(oracle: BruteForce, month: date) -> VoiceOracle:
    """One per world and month: its scopes share what is slow."""
    return VoiceOracle(oracle, month)


def voice_differences(review: Review, oracle: BruteForce, scope: str, month: date) -> Iterator[str]:
    """One line per number of pages 5 and 6 that differs: name, expected, got."""
    told = _told(oracle, month)
    for figures in (told.referral(scope), told.complaint_figures(scope), told.satisfaction_figures(scope)):
        for name, want in figures:
            got = review.figures[name].value
            if isinstance(want, Fraction) and isinstance(got, float):
                agrees = abs(float(want) - got) <= TOLERANCE * max(1.0, abs(got))
            else:
                agrees = same(got, want, unit=METRICS[name].unit)
            if not agrees:
                yield f"figure {name}: expected {want!r}, got {got!r}"
    yield from _referrer_differences(review, told, scope)
    if review.voices is None:
        return
    cells = {(row.severity, row.speed): row for row in review.voices.repurchase}
    for cell, (n, again, alike) in told.repurchase_rows().items():
        row = cells.get(cell)
        if row is None or row.chain_n != n:
            yield f"repurchase {cell}: expected n {n}, got {row}"
        elif row.is_suppressed != (n < 10) or (not row.is_suppressed and row.chain_again != again):
            yield f"repurchase {cell}: expected {again} of {n}, got {row}"
        elif not row.is_suppressed and (row.matched_share is None) != (alike is None):
            yield f"repurchase {cell}: expected those alike {alike}, got {row}"
        elif not row.is_suppressed and alike is not None and abs(float(alike) - (row.matched_share or 0)) > TOLERANCE:
            yield f"repurchase {cell}: expected those alike {float(alike)}, got {row.matched_share}"
    got_gaps = {row.state: row for row in review.voices.satisfaction_gaps}
    for state, (answers, n, again) in told.gap_rows(scope).items():
        gap = got_gaps.get(state)
        if gap is None or (gap.answers, gap.n) != (answers, n) or (not gap.is_suppressed and gap.again != again):
            yield f"gap {state}: expected {(answers, n, again)}, got {gap}"


def _referrer_differences(review: Review, told: VoiceOracle, scope: str) -> Iterator[str]:
    """The best referrers: what they brought, as sorted amounts (persons go by other names here)."""
    by = {by for who, by in told.o.referrers(told.end).items() if told.o.days(who, told.end)}
    wanted = sorted(
        ((value, len(below)) for who in by if told.at_home(who, scope) for below, value in [told.tree(who)]),
        reverse=True,
    )[:20]
    rows = review.referral.referrers if review.referral else ()
    got = [(row.brought_value_12m, row.in_tree) for row in rows][: len(wanted)]
    if len(got) < len(wanted):
        yield f"referrers: expected {len(wanted)}, got {len(got)}"
    for (value, people), (brought, in_tree) in zip(wanted, got, strict=False):
        if abs(Fraction(brought) - value) > Fraction(1, 100) or (
            people != in_tree and value == Fraction(Decimal(brought))
        ):
            yield f"referrer: expected {float(value)} by {people}, got {brought} by {in_tree}"
