"""Small pictures of pages 5 and 6: a referrer's tree, intervals on one scale, states of expectation left and right of zero."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from report_templates.charts import (
    ACCENT,
    ACCENT_LIGHT,
    HAIRLINE,
    INK,
    MUTED,
    WARNING,
    Chart,
    _chart,
    _dot,
    _line,
    _n,
    _rectangle,
)

STEP = 5.6
"""Between two customers of a generation."""
GENERATION = 17.0


@dataclass(frozen=True)
class Branch:
    """One customer of a tree: own id, whose branch, and whether they still are a customer."""

    key: str
    parent: str
    is_lost: bool


def tree(root: str, branches: Sequence[Branch], alt: str, *, most_rows: int = 7) -> Chart:
    """The one who recommends at the left, those brought to the right, a column per generation; hollow: at risk or lapsed.

    Every leaf has a row of its own; beyond `most_rows` the rows stand closer.
    """
    children: dict[str, list[Branch]] = {}
    for branch in branches:
        children.setdefault(branch.parent, []).append(branch)
    places: dict[str, tuple[float, float]] = {}
    next_row = 0

    def settle(key: str, depth: int) -> float:
        nonlocal next_row
        rows = [settle(child.key, depth + 1) for child in children.get(key, [])]
        if rows:
            row = (rows[0] + rows[-1]) / 2
        else:
            row, next_row = float(next_row), next_row + 1
        places[key] = (float(depth), row)
        return row

    settle(root, 0)
    step = STEP if next_row <= most_rows else STEP * most_rows / next_row
    height = max(next_row, 1) * step + 2.4
    width = GENERATION * max(depth for depth, _ in places.values()) + 8

    def at(key: str) -> tuple[float, float]:
        depth, row = places[key]
        return 4 + depth * GENERATION, 1.2 + step / 2 + row * step

    parts = []
    for branch in branches:
        if branch.parent in places and branch.key in places:
            (x1, y1), (x2, y2) = at(branch.parent), at(branch.key)
            middle = x1 + GENERATION / 2
            parts.append(
                f'<path d="M{_n(x1)} {_n(y1)}H{_n(middle)}V{_n(y2)}H{_n(x2)}" fill="none" stroke="{MUTED}" stroke-width="0.6"/>'
            )
    radius = min(2.0, step * 0.38)
    parts.append(_dot(*at(root), INK, radius * 1.15))
    for branch in branches:
        if branch.key in places:
            x, y = at(branch.key)
            parts.append(
                f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}" fill="#ffffff" stroke="{WARNING}" stroke-width="0.9"/>'
                if branch.is_lost
                else _dot(x, y, ACCENT, radius)
            )
    return _chart(width, height, parts, alt)


def interval(
    share: float | None, low: float | None, high: float | None, alt: str, *, beside: float | None = None,
    width: float = 150, height: float = 9,
) -> Chart:  # fmt: skip
    """A share as a dot with its interval as a line, on 0–100 %; `beside`: what those alike did, as an upright mark."""
    middle = height / 2

    def x(value: float) -> float:
        return 3 + (width - 6) * value

    parts = [_line(x(0), middle, x(1), middle, HAIRLINE, 0.5)]
    parts += [_line(x(mark), middle - 2, x(mark), middle + 2, HAIRLINE, 0.5) for mark in (0.0, 0.25, 0.5, 0.75, 1.0)]
    if low is not None and high is not None:
        parts.append(_line(x(low), middle, x(high), middle, ACCENT, 1.6))
    if beside is not None:
        parts.append(_line(x(beside), middle - 3.8, x(beside), middle + 3.8, WARNING, 1.3))
    if share is not None:
        parts.append(_dot(x(share), middle, ACCENT, 2.3))
    return _chart(width, height, parts, alt)


def states(
    below: int, met: int, exceeded: int, reach: float, alt: str, *, width: float = 150, height: float = 9
) -> Chart:
    """Below to the left, exceeded to the right, met astride the middle; `reach`: the largest share on either side."""
    whole = below + met + exceeded
    scale = (width / 2) / (reach or 1)
    middle = width / 2
    half_met, left, right = (part / whole * scale if whole else 0.0 for part in (met / 2, below, exceeded))
    parts = [
        _rectangle(middle - half_met - left, 1.2, left, height - 2.4, WARNING),
        _rectangle(middle - half_met, 1.2, 2 * half_met, height - 2.4, "#e2e6ea"),
        _rectangle(middle + half_met, 1.2, right, height - 2.4, ACCENT_LIGHT),
        _line(middle, 0, middle, height, INK, 0.5),
    ]
    return _chart(width, height, parts, alt)
