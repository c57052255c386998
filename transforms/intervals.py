"""Means and shares, and their 95 % intervals."""

from __future__ import annotations

import polars as pl

Z_95 = 1.959963984540054
DIGITS = 12
"""Of a sum of floats, those that are the same in whatever order they are added up."""


def steady(summed: pl.Expr) -> pl.Expr:
    """A number that floats were added up for, the same whatever the order of rows and groups was."""
    return summed.round_sig_figs(DIGITS).round(DIGITS)


def steady_mean(values: pl.Expr) -> pl.Expr:
    """The mean of `values` within a group, the same whatever the order of rows and groups."""
    return steady(values.cast(pl.Float64).mean())


def wilson(happened: pl.Expr, n: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Lower and upper end of Wilson's score interval of a share, null where n is 0.

    (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n); Wilson 1927. It never leaves 0–1 and holds its level for small n
    (Brown, Cai & DasGupta 2001), where the textbook's p ± z√(p(1−p)/n) does not.
    """
    k, m = happened.cast(pl.Float64), n.cast(pl.Float64)
    p, z2 = k / m, Z_95**2
    middle = (p + z2 / (2 * m)) / (1 + z2 / m)
    half = Z_95 * (p * (1 - p) / m + z2 / (4 * m**2)).sqrt() / (1 + z2 / m)
    # the ends at 0 and n are exactly 0 and 1; rounding would leave −1e−17
    low = pl.when(m > 0).then(pl.when(k == 0).then(0.0).otherwise(middle - half))
    high = pl.when(m > 0).then(pl.when(k == m).then(1.0).otherwise(middle + half))
    return low, high


def newcombe(first: tuple[float, float, float], second: tuple[float, float, float]) -> tuple[float, float, float]:
    """Difference of two shares and its 95 % interval, from each share and its Wilson ends (share, low, high).

    Newcombe's hybrid score (1998, method 10): low = d − √((p₁ − l₁)² + (u₂ − p₂)²), high = d + √((u₁ − p₁)² + (p₂ − l₂)²).
    """
    (p1, low1, high1), (p2, low2, high2) = first, second
    d = p1 - p2
    return d, d - ((p1 - low1) ** 2 + (high2 - p2) ** 2) ** 0.5, d + ((high1 - p1) ** 2 + (p2 - low2) ** 2) ** 0.5


def wilson_95(successes: int, of: int) -> tuple[float, float]:
    """`wilson` of one share. ValueError unless 0 ≤ successes ≤ of, of > 0."""
    if not 0 <= successes <= of or of == 0:
        raise ValueError(f"{successes} of {of} is no share")
    low, high = wilson(pl.lit(successes), pl.lit(of))
    told: tuple[float, float] = pl.select(low=low, high=high).row(0)
    return told
