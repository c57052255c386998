"""Intervals of shares."""

from __future__ import annotations

from math import sqrt

Z_95 = 1.959963984540054
"""Normal quantile of 97.5 %."""


def wilson_95(successes: int, of: int) -> tuple[float, float]:
    """The Wilson score interval of a share at 95 % (Wilson 1927), within 0–1. ValueError unless 0 ≤ successes ≤ of, of > 0."""
    if not 0 <= successes <= of or of == 0:
        raise ValueError(f"{successes} of {of} is no share")
    share, z2 = successes / of, Z_95**2
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = Z_95 / (1 + z2 / of) * sqrt(share * (1 - share) / of + z2 / (4 * of**2))
    return max(0.0, middle - half), min(1.0, middle + half)
