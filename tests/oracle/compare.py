"""A pipeline's Review beside the oracle's Expected: every difference as one line that says where."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

from schemas.metrics import METRICS
from schemas.review import Review
from schemas.segments import ATTITUDE, STATUS
from tests.oracle.brute_force import HISTORY, Expected
from tests.oracle.people_beside import people_differences

SHARE_TOLERANCE = Fraction(1, 10**9)
CENT = Fraction(1, 100)
STOCKTAKE_TERMS = (
    "opening_base", "first_seen", "new_customers", "won_back", "newly_lapsed", "moved_in", "moved_out", "closing_base",
    "became_vip", "ceased_vip",
)  # fmt: skip


def same(got: Any, expected: Any, *, unit: str = "") -> bool:
    """Exact, but for shares (floats, to 1e-9) and money that is a quotient (to a cent). None only equals None."""
    if got is None or expected is None:
        return got is None and expected is None
    if isinstance(expected, Fraction):
        if unit == "money":
            return isinstance(got, Decimal) and abs(Fraction(got) - expected) <= CENT
        return abs(Fraction(got) - expected) <= SHARE_TOLERANCE
    if isinstance(expected, Decimal):
        return isinstance(got, Decimal) and got == expected
    return type(got) is type(expected) and bool(got == expected)


def differences(review: Review, expected: Expected) -> Iterator[str]:
    """One line per number that differs: metric, expected, got."""

    def told(name: str, want: Any, got: Any, unit: str = "") -> Iterator[str]:
        if not same(got, want, unit=unit):
            shown = f"{want} ({float(want):.6f})" if isinstance(want, Fraction) else f"{want!r}"
            yield f"{name}: expected {shown}, got {got!r}"

    for name, want in expected.figures.items():
        if name not in review.figures:
            yield f"figure {name}: expected {want!r}, is not in the review"
            continue
        figure = review.figures[name]
        yield from told(f"figure {name}", want, figure.value, METRICS[name].unit)
        if name in expected.n and want is not None:
            yield from told(f"n of {name}", expected.n[name], figure.n)
    for name in HISTORY:
        if name not in review.figures:
            continue
        figure = review.figures[name]
        want_history = expected.history[name]
        if all(want is None for want in want_history[:-1]):  # one month alone is no history
            want_history = [None] * 13
        got_history = [None] * (13 - len(figure.history)) + list(figure.history)
        for step, (want, got) in enumerate(zip(want_history, got_history, strict=True)):
            yield from told(f"history of {name}, {12 - step} months ago", want, got)
        yield from told(f"last month's {name}", want_history[-2], figure.last_month)
        yield from told(f"last year's {name}", want_history[0], figure.last_year)

    rows = {row.population: row for row in review.stocktake}
    if len(rows) != len(review.stocktake) or set(rows) != {"all", "vip"}:
        yield f"stocktake: populations {[row.population for row in review.stocktake]}"
    for population, row in rows.items():
        for term in STOCKTAKE_TERMS:
            want = getattr(expected.stocktake[population], term)
            if population == "all" and term in ("became_vip", "ceased_vip"):
                want = 0
            yield from told(f"stocktake {population} {term}", want, getattr(row, term))

    statuses = {row.status: row for row in review.statuses}
    for status in STATUS:
        for name, want in expected.statuses[status].items():
            zero: Any = Decimal("0.00") if isinstance(want, Decimal) else 0
            yield from told(f"status {status} {name}", want, getattr(statuses.get(status), name, zero))

    classes = {row.value_class: row for row in review.value_classes}
    for value_class, values in expected.value_classes.items():
        if value_class not in classes:
            yield f"value class {value_class} is not in the review"
            continue
        for name, want in values.items():
            yield from told(f"class {value_class} {name}", want, getattr(classes[value_class], name))
    moves = {(row.from_class, row.to_class): row.customers for row in review.value_class_moves}
    for pair in sorted(set(moves) | set(expected.value_class_moves)):
        yield from told(f"moves {pair[0]} to {pair[1]}", expected.value_class_moves.get(pair, 0), moves.get(pair, 0))

    attitudes = {row.attitude: row for row in review.attitudes}
    for attitude in ATTITUDE:
        for name, want in expected.attitudes[attitude].items():
            attitude_row = attitudes.get(attitude)
            if attitude_row is None and expected.attitudes[attitude]["customers"] == 0:
                continue
            yield from told(f"attitude {attitude} {name}", want, getattr(attitude_row, name, None))

    points = {Fraction(round(point.customers_share * 20), 20): point.sales_share for point in review.pareto}
    if len(points) != len(review.pareto):
        yield f"pareto: not at 5 % steps: {[point.customers_share for point in review.pareto]}"
    points.pop(Fraction(0), None)
    for share in sorted(set(points) | set(expected.pareto)):
        yield from told(f"pareto at {float(share):.2f}", expected.pareto.get(share), points.get(share))

    yield from best_differences(review, expected)
    yield from people_differences(review, expected.people)


def best_differences(review: Review, expected: Expected) -> Iterator[str]:
    """The top ten: equal spend may stand in any order, and any of the tied may be the tenth."""
    wanted = expected.best[:10]
    if len(review.vips) != len(wanted):
        yield f"top ten: expected {len(wanted)} rows, got {len(review.vips)}"
        return
    left = list(expected.best)
    for want, got in zip(wanted, review.vips, strict=True):
        matching = [
            best for best in left
            if best.net_sales == got.net_sales_ytd == want.net_sales
            and best.purchases == got.purchases_ytd
            and same(got.average_ticket_ytd, best.average_ticket, unit="money")
            and best.last_purchase_on == got.last_purchase_on
            and best.days_since == got.days_since_last_purchase
            and best.status == got.status
        ]  # fmt: skip
        if not matching:
            yield f"top ten, rank {got.rank}: expected {want}, got {got}"
        else:
            left.remove(matching[0])
    if [row.rank for row in review.vips] != list(range(1, len(wanted) + 1)):
        yield f"top ten: ranks {[row.rank for row in review.vips]}"
