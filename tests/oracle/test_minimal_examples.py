"""One boundary of the definitions each, at most eight receipts: the pipeline beside the oracle."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from flows.config import Workspace, read_settings
from flows.ingest import ingest
from flows.lake import Lake
from schemas.period import Month
from tests.oracle.brute_force import CHAIN, BruteForce
from tests.oracle.compare import differences
from tests.oracle.worlds import Complaint, Customer, Product, Referral, Store, Survey, World, world_of, write_world
from tests.trial_reviews import month_reviews

S1, S2 = Store("s1", "One"), Store("s2", "Two")


def with_products(world: World, *products: str) -> World:
    """The world whose receipts are of these products, in turn."""
    lines = [replace(x, product_id=p) for x, p in zip(world.order_lines, products, strict=True)]
    return replace(world, order_lines=lines)


BRANDS = [
    Product("pa", "A", "Alpha"), Product("pb", "B", "Beta"), Product("pc", "C", "Gamma"), Product("p0", "no brand")
]  # fmt: skip
LITTLE = Survey(datetime(2023, 5, 1, 9), "m", "s1", share_of_wallet=Decimal("0.1"))

EXAMPLES: dict[str, World] = {
    "member later than the month is not on file yet": world_of(
        ("2023-05-05", "s1", "m", "10"),
        customers=[Customer("n", "N", member_since=date(2023, 6, 1), home_store_id="s1")],
    ),
    "moved away later than the month can still be reached": world_of(
        ("2023-05-05", "s1", "m", "10"),
        customers=[Customer("m", "M", "13800000001", consent_phone=True, moved_away_on=date(2023, 6, 1))],
    ),
    "history begins with the first sale, not with a refund before it": world_of(
        ("2022-04-30", "s1", "", "-10"), ("2022-05-05", "s1", "", "10"), ("2023-04-05", "s1", "m", "10"),
        ("2023-05-05", "s1", "", "10"),
    ),
    "a prospect of a closed store belongs to its successor": world_of(
        ("2023-05-05", "s2", "m", "10"), stores=[Store("s1", "One", date(2023, 5, 31), "s2"), S2],
        customers=[Customer("n", "N", home_store_id="s1")],
    ),
    "a prospect of a store closed without successor is unassigned": world_of(
        ("2023-05-05", "s2", "m", "10"), stores=[Store("s1", "One", date(2023, 5, 31)), S2],
        customers=[Customer("n", "N", home_store_id="s1")],
    ),
    "a brand that only strangers buy is a brand that the store sells": with_products(
        world_of(
            ("2023-05-01", "s1", "m", "50"), ("2023-05-02", "s1", "m", "50"), ("2023-05-03", "s1", "m", "10"),
            ("2023-05-04", "s1", "", "10"), products=BRANDS,
        ),
        "pa", "pb", "pb", "pc",
    ),
    "a brand that only strangers buy, against the survey": with_products(
        world_of(
            ("2023-05-01", "s1", "m", "50"), ("2023-05-02", "s1", "m", "40"), ("2023-05-03", "s1", "m", "40"),
            ("2023-05-04", "s1", "", "10"), products=BRANDS, surveys=[LITTLE],
        ),
        "pa", "pb", "pa", "pc",
    ),
    "devotion of exactly 60 % is loyal, in cents that floats do not have": with_products(
        world_of(
            ("2023-05-01", "s1", "m", "5.43"), ("2023-05-02", "s1", "m", "0.13"), ("2023-05-03", "s1", "m", "3.49"),
            products=BRANDS,
        ),
        "pa", "pb", "pc",
    ),
    "what has no brand is spent too": with_products(
        world_of(
            ("2023-05-01", "s1", "m", "40"), ("2023-05-02", "s1", "m", "10"), ("2023-05-03", "s1", "m", "10"),
            ("2023-05-04", "s1", "m", "40"), products=BRANDS,
        ),
        "pa", "pb", "pc", "p0",
    ),
    "promotion of exactly half is no loyalty": world_of(
        ("2023-05-01", "s1", "m", "0.10"), ("2023-05-02", "s1", "m", "0.20"), ("2023-05-03", "s1", "m", "0.30")
    ),
    "a day that comes to less than nothing is no part of the best one's ticket": replace(
        world_of(("2023-05-01", "s1", "m", "100"), ("2023-05-02", "s1", "m", "30")),
        order_lines=[
            *world_of(("2023-05-01", "s1", "m", "100")).order_lines,
            replace(
                world_of(("2023-05-02", "s1", "m", "30")).order_lines[0], order_id="r9", net_sales=Decimal("-30")
            ),
        ],
    ),
    "buyers who took more back than they bought are buyers": world_of(
        ("2023-05-01", "s1", "m", "100"), ("2023-05-02", "s1", "m", "-130"), ("2023-05-03", "s1", "n", "50")
    ),
    "returning in the window with less than nothing": world_of(
        ("2022-05-01", "s1", "m", "100"), ("2023-05-01", "s1", "m", "100"), ("2023-05-02", "s1", "m", "-130"),
        ("2023-05-03", "s1", "n", "50"),
    ),
    "bought before the window, and only returned in it": world_of(
        ("2022-05-01", "s1", "m", "100"), ("2022-06-02", "s1", "m", "-30"), ("2023-05-03", "s1", "n", "50")
    ),
    "same minute in two stores: home is the first by id": world_of(
        ("2023-05-01 12:00", "s2", "m", "10"), ("2023-05-01 12:00", "s1", "m", "10"), stores=[S1, S2]
    ),
    "a return later that day does not make a store the latest": world_of(
        ("2023-05-01 10:00", "s1", "m", "10"), ("2023-05-01 12:00", "s2", "m", "10"),
        ("2023-05-01 18:00", "s1", "m", "-5"), stores=[S1, S2],
    ),
    "home of a leap day": world_of(
        ("2023-02-28", "s1", "m", "10"), ("2023-03-01", "s1", "m", "10"), ("2024-02-28", "s2", "m", "10"),
        ("2024-02-29", "s2", "m", "10"), ("2024-02-29", "s1", "m", "10"), stores=[S1, S2],
    ),
    "a return the same day as the first purchase is not before it": world_of(
        ("2022-04-30", "s1", "", "10"), ("2023-05-05 09:00", "s1", "m", "-5"), ("2023-05-05 10:00", "s1", "m", "10")
    ),
    "a referral on the last day counts, the day after does not": world_of(
        ("2022-04-30", "s1", "", "10"), ("2023-05-05", "s1", "m", "10"), ("2023-05-05", "s1", "n", "10"),
        ("2023-05-05", "s1", "o", "10"), referrals=[
            Referral("x", "m", date(2023, 5, 31)), Referral("x", "n", date(2023, 6, 1)),
        ], customers=[Customer("o", "O", referrer="x")],
    ),
    "oneself under another card is no referrer": world_of(
        ("2022-04-30", "s1", "", "10"), ("2023-05-05", "s1", "m", "10"), ("2023-05-05", "s1", "n", "10"),
        customers=[Customer("m", "M", "13800000001"), Customer("o", "M", "13800000001")],
        referrals=[Referral("o", "m", date(2023, 5, 1))],
    ),
    "a competitor named in a complaint": with_products(
        world_of(
            ("2023-05-01", "s1", "m", "10"), ("2023-05-02", "s1", "m", "10"), ("2023-05-03", "s1", "m", "10"),
            products=BRANDS, complaints=[Complaint("c", datetime(2023, 5, 31, 23, 59), "s1", "m", "Rival")],
        ),
        "pa", "pb", "pc",
    ),
    "a share of wallet told before the window": world_of(
        ("2021-01-31", "s1", "m", "10"), ("2023-05-01", "s1", "m", "10"), ("2023-05-02", "s1", "m", "10"),
        ("2023-05-03", "s1", "m", "10"), surveys=[replace(LITTLE, answered_at=datetime(2021, 2, 1))],
    ),
    "a survey without a store": world_of(
        ("2023-05-01", "s1", "m", "10"), ("2023-05-02", "s1", "m", "10"), ("2023-05-03", "s1", "m", "10"),
        surveys=[replace(LITTLE, store_id="")],
    ),
    "sixty days after launch is early, sixty-one is not": with_products(
        world_of(
            ("2022-01-01", "s1", "", "10"), ("2023-05-01", "s1", "m", "10"), ("2023-05-01", "s1", "m", "10"),
            ("2023-05-01", "s1", "n", "10"), ("2023-05-01", "s1", "n", "10"), ("2023-05-01", "s1", "o", "10"),
            ("2023-05-01", "s1", "o", "10"),
            products=[
                *(Product(f"e{i}", "E", launch_date=date(2023, 5, 1) - timedelta(days=60)) for i in range(2)),
                Product("late", "L", launch_date=date(2023, 5, 1) - timedelta(days=61)),
                Product("soon", "S", launch_date=date(2023, 5, 2)),
            ],
        ),
        "p", "e0", "e1", "e0", "late", "e0", "soon",
    ),
    "first sold on the 90th day of history is old, on the 91st new": with_products(
        world_of(
            ("2023-02-01", "s1", "", "10"), ("2023-05-01", "s1", "m", "10"), ("2023-05-01", "s1", "m", "10"),
            ("2023-05-02", "s1", "n", "10"), ("2023-05-02", "s1", "n", "10"),
        ),
        "p", "e0", "e1", "e2", "e3",
    ),
}  # fmt: skip
"""Each is reviewed in May 2023, but where its last receipt is later."""


@pytest.mark.parametrize("name", EXAMPLES)
def test_example(name: str, tmp_path: Path):
    world = EXAMPLES[name]
    write_world(world, tmp_path)
    workspace = Workspace(tmp_path)
    settings = read_settings(workspace)
    ingest(workspace, settings, now=datetime(2030, 1, 1))
    month = max(x.ordered_at.date() for x in world.order_lines).replace(day=1)
    oracle = BruteForce(world)
    problems = []
    for review in month_reviews(Lake(workspace.lake), settings, Month.of(month)):
        scope = review.scope.store_id or CHAIN
        problems += [f"{scope}: {line}" for line in differences(review, oracle.expected(scope, month))]
    assert not problems, "\n".join(problems)
