"""Intervals beside what defines them: the shares that a test at 5 % would not reject, and coverage by counting."""

from __future__ import annotations

from math import comb, sqrt

import polars as pl
import pytest

from transforms.intervals import Z_95, newcombe, wilson


def ends(happened: int, n: int) -> tuple[float, float]:
    low, high = wilson(pl.lit(happened), pl.lit(n))
    row: tuple[float, float] = pl.select(low=low, high=high).row(0)
    return row


def not_rejected(happened: int, n: int) -> tuple[float, float]:
    """Brute force: the least and largest p on a fine grid whose score test does not reject `happened` of n."""
    steps = 100_000
    kept = [
        step / steps
        for step in range(steps + 1)
        if abs(happened / n - step / steps) <= Z_95 * sqrt(step / steps * (1 - step / steps) / n) + 1e-12
    ]
    return kept[0], kept[-1]


@pytest.mark.parametrize(
    "happened, n", [(0, 1), (1, 1), (0, 7), (1, 7), (4, 7), (7, 7), (13, 77), (49, 135), (999, 1000)]
)
def test_wilson_is_the_shares_that_a_score_test_does_not_reject(happened: int, n: int):
    assert ends(happened, n) == pytest.approx(not_rejected(happened, n), abs=2e-5)


def test_nothing_of_nobody_has_no_interval():
    assert all(end is None for end in ends(0, 0))


@pytest.mark.parametrize("n", [10, 30, 100])
def test_wilson_covers_the_truth_about_95_times_in_100(n: int):
    intervals = [ends(happened, n) for happened in range(n + 1)]
    shares = [step / 50 for step in range(1, 50)]
    covered = [
        sum(comb(n, k) * p**k * (1 - p) ** (n - k) for k, (low, high) in enumerate(intervals) if low <= p <= high)
        for p in shares
    ]
    assert sum(covered) / len(covered) >= 0.945
    assert min(covered) >= 0.83  # its known worst dips, near 0 and 1


def test_newcombes_own_example():
    """Newcombe 1998, table II, case (a): 56/70 and 48/80 differ by 0.2, 0.0524 to 0.3339 by method 10."""
    first, second = (56 / 70, *ends(56, 70)), (48 / 80, *ends(48, 80))
    assert newcombe(first, second) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)
