"""Who brought whom: circles, trees and what they are worth, on a few visible rows and against plain recursion."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from random import Random

import polars as pl
import pytest

from schemas.columns import MONEY
from transforms.referral_trees import brought, descendants, in_circles


def edges(*pairs: str) -> pl.DataFrame:
    """ "a>b": a brought b."""
    rows = [pair.split(">") for pair in pairs]
    return pl.DataFrame(
        {"customer_id": [row[1] for row in rows], "referrer_id": [row[0] for row in rows]},
        schema={"customer_id": pl.String, "referrer_id": pl.String},
    )


def values(**amounts: str) -> pl.LazyFrame:
    return pl.LazyFrame(
        {"customer_id": list(amounts), "own_value_12m": [Decimal(text) for text in amounts.values()]},
        schema={"customer_id": pl.String, "own_value_12m": MONEY},
    )


@pytest.mark.parametrize(
    "told, circle",
    [
        ((), []),
        (("a>b", "b>c", "a>d"), []),
        (("a>b", "b>a"), ["a", "b"]),
        (("a>b", "b>c", "c>a", "c>x", "x>y"), ["a", "b", "c"]),  # who hangs below a circle stays
        (("a>b", "b>a", "p>q", "q>r", "r>p", "s>t"), ["a", "b", "p", "q", "r"]),
    ],
)  # fmt: skip
def test_referrals_on_a_circle_are_found_and_nothing_else(told: tuple[str, ...], circle: list[str]):
    assert in_circles(edges(*told))["customer_id"].to_list() == circle


def test_circles_are_found_in_a_thousand_random_worlds():
    for seed in range(1000):
        rng = Random(seed)
        people = [f"p{n}" for n in range(rng.randint(1, 12))]
        by = {one: rng.choice(people) for one in people if rng.random() < 0.8}
        by = {one: other for one, other in by.items() if one != other}
        expected = []
        for one in by:
            above = by[one]
            for _ in by:
                if above == one or above not in by:
                    break
                above = by[above]
            if above == one:
                expected.append(one)
        told = edges(*(f"{other}>{one}" for one, other in by.items()))
        assert in_circles(told)["customer_id"].to_list() == sorted(expected), seed


def test_what_is_brought_counts_in_full_then_half_then_a_quarter():
    trees = descendants(edges("a>b", "a>c", "b>d", "d>e"))
    told = brought(trees.lazy(), values(a="999.00", b="100.00", c="10.00", d="40.00", e="8.00")).collect()
    rows = {row["customer_id"]: row for row in told.iter_rows(named=True)}
    assert rows["a"]["brought_value_12m"] == Decimal("132.00")  # 100 + 10 + 40/2 + 8/4, not a's own 999
    assert (rows["a"]["brought_directly"], rows["a"]["in_tree"], rows["a"]["generations"]) == (2, 4, 3)
    assert rows["b"]["brought_value_12m"] == Decimal("44.00")
    assert "c" not in rows


def test_nobody_brought_brings_nothing():
    assert brought(descendants(edges()).lazy(), values()).collect().is_empty()


def test_trees_agree_with_recursion():
    for seed in range(200):
        rng = Random(seed)
        people = [f"p{n:02d}" for n in range(rng.randint(2, 15))]
        by = {one: rng.choice(people[:n]) for n, one in enumerate(people) if n and rng.random() < 0.8}
        own = {one: Decimal(rng.randint(0, 99999)) / 100 for one in people}

        def worth(one: str, by: dict[str, str] = by, own: dict[str, Decimal] = own) -> Fraction:
            return sum(
                (Fraction(own[child]) + worth(child, by, own) / 2 for child, up in by.items() if up == one), Fraction(0)
            )

        trees = descendants(edges(*(f"{other}>{one}" for one, other in by.items())))
        told = brought(trees.lazy(), values(**{one: str(amount) for one, amount in own.items()})).collect()
        assert sorted(told["customer_id"].to_list()) == sorted(set(by.values()))
        for row in told.iter_rows(named=True):
            assert abs(Fraction(row["brought_value_12m"]) - worth(row["customer_id"])) <= Fraction(1, 100), seed
