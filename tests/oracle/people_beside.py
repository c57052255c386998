"""Page 8 of a pipeline's Review beside the oracle's: every difference as one line that says where."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from schemas.review import Review
from tests.oracle.brute_force_people import PeopleExpected


def people_differences(review: Review, expected: PeopleExpected) -> Iterator[str]:
    """One line per table that differs. Whether interval and rank range hold is for tests/transforms/test_staff.py."""
    page = review.people
    if page is None:
        yield "page 8 is not in the review"
        return
    is_chain = review.scope.kind == "chain"
    got: dict[str, Any] = {
        "staff": {row.associate_id: (row.first_served, row.came_back) for row in page.staff},
        "orphans": sorted((row.is_vip, row.last_purchase_on, row.left_name) for row in page.handover),
        "adoption": {
            row.category: (row.a_started, row.a_could, row.others_started, row.others_could) for row in page.adoption
        },
        "together": {(row.category, row.other): row.with_both for row in page.together},
        "picks": {row.product: (row.pickers, row.judged) for row in page.picks},
        "prospects": {row.prospect_kind: (row.people, row.reachable) for row in page.prospects},
        "targets": {row.name: (row.target, row.actual) for row in page.targets},
        "rfm": {row.rfm_group: row.customers for row in page.rfm if row.customers},
    }
    want_rfm = {group: n for group, n in expected.rfm.items() if n >= 10 or not is_chain}
    for name, rows in got.items():
        want = want_rfm if name == "rfm" else getattr(expected, name)
        if rows != want:
            yield f"page 8, {name}: expected {want}, got {rows}"
    for row in page.staff:
        rates = (row.repeat_low, row.repeat_rate, row.repeat_high)
        known = [rate for rate in rates if rate is not None]
        if not (len(known) == 3 and 0 <= known[0] <= known[1] <= known[2] <= 1):
            yield f"page 8, {row.associate_id}: {rates}"
