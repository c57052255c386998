"""Hand-made SVG pictures: sparkline, trend, waterfall, Pareto curve. Lengths in points; no scripts, links or ids.

Every picture works in grey: direction and place carry the message, colour only repeats it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

INK, MUTED, HAIRLINE, WASH = "#1c2127", "#69727d", "#d8dde3", "#eceff2"
ACCENT, ACCENT_LIGHT, WARNING = "#0b5c66", "#8fb8bd", "#b4541a"
GOOD = "#3d6b35"
TONES = {"good": GOOD, "bad": WARNING, "plain": ACCENT}
"""The colour of this month's dot; beyond the usual range it is good or bad news."""
FONT = "Regulars Sans"
SMALL = 6.8
LABEL = 7.4
LABELS = 34.0
"""Room at the left of a trend for its highest and lowest value."""

Numbers = Sequence[float | None]


@dataclass(frozen=True)
class Chart:
    """One picture with its text alternative."""

    svg: str
    alt: str
    width: float
    height: float


@dataclass(frozen=True)
class Step:
    """One bar of a waterfall: a level (opening, closing) or a signed change."""

    label: str
    amount: int
    text: str
    is_level: bool = False


def _chart(width: float, height: float, parts: Sequence[str], alt: str) -> Chart:
    body = "".join(parts)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_n(width)}pt" height="{_n(height)}pt" '
        f'viewBox="0 0 {_n(width)} {_n(height)}" font-family="{FONT}">{body}</svg>'
    )
    return Chart(svg, alt, width, height)


def _n(x: float) -> str:
    """A coordinate with two decimals at most, never an exponent or a negative zero."""
    text = f"{x:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _rectangle(x: float, y: float, width: float, height: float, fill: str) -> str:
    return f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" fill="{fill}"/>'


def _line(x1: float, y1: float, x2: float, y2: float, stroke: str, width: float = 0.5, dash: str = "") -> str:
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<line x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}" '
        f'stroke="{stroke}" stroke-width="{_n(width)}"{dashes}/>'
    )


def _text(
    x: float, y: float, text: str, *, anchor: str = "start", size: float = SMALL, fill: str = MUTED, bold: bool = False
) -> str:
    weight = ' font-weight="700"' if bold else ""
    return (
        f'<text x="{_n(x)}" y="{_n(y)}" text-anchor="{anchor}" font-size="{_n(size)}" fill="{fill}"{weight}>'
        f"{escape(text)}</text>"
    )


def _runs(points: Sequence[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    """The stretches of known points between the gaps."""
    runs: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is not None:
            runs[-1].append(point)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _path(run: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in run)


def _polyline(run: Sequence[tuple[float, float]], stroke: str, width: float) -> str:
    if len(run) == 1:
        x, y = run[0]
        return f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(width * 0.9)}" fill="{stroke}"/>'
    return (
        f'<path d="{_path(run)}" fill="none" stroke="{stroke}" stroke-width="{_n(width)}" '
        f'stroke-linejoin="round" stroke-linecap="round"/>'
    )


def _dot(x: float, y: float, fill: str, radius: float = 1.9) -> str:
    return f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}" fill="{fill}"/>'


def _text_width(text: str, size: float) -> float:
    """About how wide a bold text is: Chinese characters are square, the others a little over half."""
    return sum(size if ord(char) > 0x2E80 else 0.58 * size for char in text)


def sparkline(
    history: Numbers, alt: str, *, low: float | None = None, high: float | None = None,
    tone: str = "plain", width: float = 76, height: float = 20,
) -> Chart:  # fmt: skip
    """The months as a word-sized line on its own scale; the usual range as a band, this month as a dot."""
    known = [value for value in history if value is not None]
    edges = [edge for edge in (low, high) if edge is not None]
    if not known:
        return _chart(width, height, [_line(0, height / 2, width, height / 2, HAIRLINE, 0.6, "1.5 2")], alt)
    bottom, top = min(known + edges), max(known + edges)
    spread = (top - bottom) or 1.0
    inset = 2.4

    def y(value: float) -> float:
        return inset + (height - 2 * inset) * (1 - (value - bottom) / spread) if top > bottom else height / 2

    points = _points(history, inset, width - inset, y)
    parts = []
    if low is not None and high is not None:
        parts.append(_rectangle(0, y(high), width, max(y(low) - y(high), 0.8), WASH))
    parts += [_polyline(run, MUTED, 0.9) for run in _runs(points)]
    if points[-1] is not None:
        parts.append(_dot(*points[-1], TONES[tone]))
    return _chart(width, height, parts, alt)


def _points(
    history: Numbers, left: float, right: float, y: Callable[[float], float]
) -> list[tuple[float, float] | None]:
    step = (right - left) / max(len(history) - 1, 1)
    start = left if len(history) > 1 else right
    return [None if value is None else (start + step * place, y(value)) for place, value in enumerate(history)]


def trend(
    history: Numbers, alt: str, *, low: float | None, high: float | None, first_label: str, last_label: str,
    top_text: str, bottom_text: str, tone: str = "plain", width: float = 158, height: float = 37,
) -> Chart:  # fmt: skip
    """One panel of the small multiples: the months from their lowest to their highest, both written at the left.

    The usual range is a band. Where all months are equal the line runs through the middle.
    """
    known = [value for value in history if value is not None]
    left, floor_y, top_y = LABELS, height - 11.5, 5.5
    bottom, top = min(known, default=0.0), max(known, default=0.0)
    edges = [edge for edge in (low, high) if edge is not None and known]
    lowest, highest = min([bottom, *edges]), max([top, *edges])

    def y(value: float) -> float:
        if highest <= lowest:
            return (floor_y + top_y) / 2
        return floor_y - (floor_y - top_y) * (value - lowest) / (highest - lowest)

    points = _points(history, left + 3, width - 4, y)
    parts = []
    if edges:
        parts.append(_rectangle(left, y(edges[-1]), width - left, max(y(edges[0]) - y(edges[-1]), 0.8), WASH))
    parts += [_polyline(run, ACCENT, 1.1) for run in _runs(points)]
    if points and points[-1] is not None:
        parts.append(_dot(*points[-1], TONES[tone], 2.1))
    if known:
        parts.append(_text(left - 4, y(top) + 2.4, top_text, anchor="end"))
    if top > bottom:
        parts.append(_text(left - 4, y(bottom) + 2.4, bottom_text, anchor="end"))
    parts.append(_text(left, height - 1.5, first_label))
    parts.append(_text(width, height - 1.5, last_label, anchor="end"))
    return _chart(width, height, parts, alt)


def on_one_scale(
    history: Numbers,
    alt: str,
    *,
    ceiling: float,
    first_label: str,
    last_label: str,
    width: float = 115,
    height: float = 34,
) -> Chart:
    """One of many panels that share a scale from zero to `ceiling`: stores beside each other."""
    floor_y, top_y = height - 10.5, 3.0

    def y(value: float) -> float:
        return floor_y - (floor_y - top_y) * max(value, 0.0) / (ceiling or 1.0)

    points = _points(history, 2, width - 3, y)
    runs = _runs(points)
    parts = [
        f'<path d="{_path(run)}V{_n(floor_y)}H{_n(run[0][0])}Z" fill="{ACCENT_LIGHT}" fill-opacity="0.45"/>'
        for run in runs
        if len(run) > 1
    ]
    parts.append(_line(0, floor_y, width, floor_y, MUTED, 0.5))
    parts += [_polyline(run, ACCENT, 1.1) for run in runs]
    if points and points[-1] is not None:
        parts.append(_dot(*points[-1], ACCENT, 1.9))
    parts.append(_text(0, height - 2, first_label))
    parts.append(_text(width, height - 2, last_label, anchor="end"))
    return _chart(width, height, parts, alt)


@dataclass(frozen=True)
class Whisker:
    """One row of a dot-and-interval chart: a share with its interval, both written beside it."""

    label: str
    share: float
    low: float
    high: float
    text: str


def whiskers(rows: Sequence[Whisker], alt: str, *, width: float = 178, labels: float = 50) -> Chart:
    """Shares with their intervals, one below the other, on one scale from zero; the interval's ends as ticks."""
    height = 15.0 * len(rows) + 12
    top = max((row.high for row in rows), default=1.0) or 1.0
    left, right = labels, width - 62

    def x(share: float) -> float:
        return left + (right - left) * share / top

    parts = [_line(left, 2, left, height - 10, MUTED, 0.5)]
    for place, row in enumerate(rows):
        y = 10.0 + 15 * place
        parts.append(_text(left - 5, y + 2.5, row.label, anchor="end", size=LABEL, fill=INK))
        parts.append(_line(x(row.low), y, x(row.high), y, ACCENT, 1.1))
        parts += [_line(x(end), y - 2.6, x(end), y + 2.6, ACCENT, 0.9) for end in (row.low, row.high)]
        parts.append(_dot(x(row.share), y, INK, 2.3))
        parts.append(_text(width, y + 2.5, row.text, anchor="end", size=LABEL, fill=INK))
    parts.append(_text(left, height - 2, "0%"))
    parts.append(_text(right, height - 2, f"{top:.0%}", anchor="end"))
    return _chart(width, height, parts, alt)


def calibration(
    bins: Sequence[tuple[float, float, int]], alt: str, *, x_label: str, y_label: str, width: float = 105,
    height: float = 96,
) -> Chart:  # fmt: skip
    """What was foretold against what came, one dot for each (predicted, observed, people), larger for more people;
    on the dotted diagonal both agree."""
    left, right, top, bottom = 24.0, width - 5, 11.0, height - 21
    most = max((n for *_, n in bins), default=1) or 1
    edge = max((max(predicted, observed) for predicted, observed, _ in bins), default=1.0) or 1.0
    edge = min(1.0, -(-edge // 0.1) * 0.1)

    def at(predicted: float, observed: float) -> tuple[float, float]:
        return left + (right - left) * predicted / edge, bottom - (bottom - top) * observed / edge

    parts = [_line(left, bottom, right, bottom, MUTED, 0.5), _line(left, top, left, bottom, MUTED, 0.5)]
    parts.append(_line(*at(0, 0), *at(edge, edge), MUTED, 0.6, "1.5 2"))
    for predicted, observed, n in bins:
        parts.append(_dot(*at(predicted, observed), ACCENT, 1.4 + 2.0 * (n / most) ** 0.5))
    parts.append(_text(left - 3, bottom + 2.4, "0", anchor="end"))
    parts.append(_text(left - 3, top + 2.4, f"{edge:.0%}", anchor="end"))
    parts.append(_text(right, bottom + 8.5, f"{edge:.0%}", anchor="end"))
    parts.append(_text(right, height - 3, x_label, anchor="end"))
    parts.append(_text(left, top - 5, y_label))
    return _chart(width, height, parts, alt)


def waterfall(steps: Sequence[Step], alt: str, *, width: float = 292, height: float = 94) -> tuple[Chart, bool]:
    """Opening to closing as bars that hang on each other; and whether the axis had to be broken to show the steps.

    The axis starts at zero, unless the largest change would then be under a twelfth of the height.
    """
    levels = _levels(steps)
    top = max((max(pair) for pair in levels), default=1) or 1
    changes = [abs(step.amount) for step in steps if not step.is_level]
    is_broken = bool(changes) and 0 < max(changes) < top / 12
    moving = [min(pair) for pair, step in zip(levels, steps, strict=True) if not step.is_level]
    reach = top - min(moving, default=0)
    base = max(0.0, min(moving, default=0) - 0.7 * reach) if is_broken else 0.0
    floor_y, top_y = height - 13.0, 12.0

    def y(value: float) -> float:
        return floor_y - (floor_y - top_y) * (value - base) / ((top - base) or 1)

    slot = width / max(len(steps), 1)
    bar = slot * 0.66
    parts = [_line(0, floor_y, width, floor_y, MUTED, 0.6)]
    previous_end: tuple[float, float] | None = None
    for place, (step, (start, end)) in enumerate(zip(steps, levels, strict=True)):
        x = place * slot + (slot - bar) / 2
        upper = y(max(start, end))
        lower = floor_y if step.is_level else y(min(start, end))
        fill = INK if step.is_level else (ACCENT if step.amount >= 0 else WARNING)
        if previous_end is not None:
            parts.append(_line(previous_end[0], previous_end[1], x, y(start if not step.is_level else end), MUTED, 0.4))
        parts.append(_rectangle(x, upper, bar, max(lower - upper, 0.8), fill))
        if is_broken and step.is_level:
            parts.append(_break_mark(x, floor_y - 9, bar))
        parts.append(_text(x + bar / 2, upper - 3.2, step.text, anchor="middle", size=8, fill=INK, bold=True))
        parts.append(_text(x + bar / 2, height - 3, step.label, anchor="middle", size=LABEL))
        previous_end = (x + bar, y(end))
    return _chart(width, height, parts, alt), is_broken


def _levels(steps: Sequence[Step]) -> list[tuple[int, int]]:
    """From and to of each bar on the running total."""
    levels, running = [], 0
    for step in steps:
        if step.is_level:
            running = step.amount
            levels.append((0, running))
        else:
            levels.append((running, running + step.amount))
            running += step.amount
    return levels


def _break_mark(x: float, y: float, width: float) -> str:
    """A white slanted cut through a bar: the axis does not start at zero."""
    shape = f"M{_n(x - 1)} {_n(y + 2)}L{_n(x + width + 1)} {_n(y - 3)}V{_n(y)}L{_n(x - 1)} {_n(y + 5)}Z"
    return f'<path d="{shape}" fill="#ffffff"/>'


def pareto(
    points: Sequence[tuple[float, float]], alt: str, *, mark: tuple[float, float] | None, mark_label: str,
    x_label: str, y_label: str, width: float = 187, height: float = 122,
) -> Chart:  # fmt: skip
    """Cumulative share of sales over customers sorted by spend, with the best fifth marked."""
    left, right, top, bottom = 24.0, width - 4, 8.0, height - 22

    def at(point: tuple[float, float]) -> tuple[float, float]:
        return left + (right - left) * point[0], bottom - (bottom - top) * point[1]

    curve = [at(point) for point in sorted({(0.0, 0.0), *points})]
    parts = []
    if mark is not None:
        fifth = [point for point in curve if point[0] <= at(mark)[0]] + [at(mark)]
        area = f"{_path(fifth)}V{_n(bottom)}H{_n(left)}Z"
        parts.append(f'<path d="{area}" fill="{ACCENT_LIGHT}" fill-opacity="0.55"/>')
    for share in (0.0, 0.5, 1.0):
        grid_y = at((0, share))[1]
        parts.append(_line(left, grid_y, right, grid_y, HAIRLINE if share else MUTED, 0.5))
        parts.append(_text(left - 4, grid_y + 2.4, f"{share:.0%}", anchor="end"))
    parts.append(_line(*at((0, 0)), *at((1, 1)), MUTED, 0.5, "1.5 2"))
    parts.append(_polyline(curve, ACCENT, 1.4))
    for share, anchor in ((0.0, "start"), (0.2, "middle"), (1.0, "end")):
        parts.append(_text(at((share, 0))[0], bottom + 9, f"{share:.0%}", anchor=anchor))
    parts.append(_text(right, height - 3, x_label, anchor="end"))
    parts.append(_text(left, top - 2, y_label))
    if mark is not None:
        x, y = at(mark)
        parts.append(_dot(x, y, INK, 2.2))
        below = y + 13 if y < bottom - 30 else y - 6
        parts.append(_rectangle(x + 5.5, below - 7.5, _text_width(mark_label, 8) + 3, 10, "#ffffff"))
        parts.append(_text(x + 7, below, mark_label, size=8, fill=INK, bold=True))
    return _chart(width, height, parts, alt)


INTERVAL_WIDTH, INTERVAL_HEIGHT = 88.0, 9.0


def interval(low: float, value: float, high: float, mean: float, scale: tuple[float, float], alt: str) -> Chart:
    """A rate as a dot on its interval, beside the mean of all (a thin upright line); every row on the same `scale`."""
    first, last = scale
    span = (last - first) or 1.0

    def at(rate: float) -> float:
        return 2 + (INTERVAL_WIDTH - 4) * min(max((rate - first) / span, 0.0), 1.0)

    middle = INTERVAL_HEIGHT / 2
    parts = [
        _line(at(mean), 0, at(mean), INTERVAL_HEIGHT, MUTED, 0.6),
        _line(at(low), middle, at(high), middle, ACCENT_LIGHT, 2.2),
        f'<circle cx="{_n(at(value))}" cy="{_n(middle)}" r="2" fill="{ACCENT}"/>',
    ]
    return _chart(INTERVAL_WIDTH, INTERVAL_HEIGHT, parts, alt)


def effect_interval(effect: float, low: float, high: float, edge: float, alt: str, *, width: float = 74) -> Chart:
    """An estimate with its interval on the scale −edge to +edge: a line, a dot, and where nothing would be."""
    height, inset = 9.0, 2.4
    middle = height / 2

    def x(value: float) -> float:
        return inset + (width - 2 * inset) * (value / (2 * edge) + 0.5) if edge else width / 2

    is_clear = low > 0 or high < 0
    colour = (ACCENT if low > 0 else WARNING) if is_clear else MUTED
    parts = [
        _line(x(0), 0, x(0), height, INK, 0.5, "1 1.2"),
        _line(x(low), middle, x(high), middle, colour, 1.4),
        _dot(x(effect), middle, colour, 2.1),
    ]
    return _chart(width, height, parts, alt)
