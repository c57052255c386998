"""One figure in words: its change, its place in the usual range, its sample, and why it is empty."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from report_templates.comparison import difference, position, relative
from report_templates.language import UNKNOWN, Language
from schemas.metrics import EMPTY_REASONS, METRICS

if TYPE_CHECKING:  # look-ups use the words without the review
    from schemas.page_values import Value
    from schemas.review import Figure

SMALL_COUNT = 100
"""Below this many people a change is told in people, not in per cent."""
SMALL_SAMPLE = 100
"""A rate over fewer than this many says its n."""


def empty_reason(say: Language, figure: Figure) -> str:
    """Why a figure has no value."""
    if figure.empty_reason is None:
        return say.text("not known")
    zh, en = EMPTY_REASONS[figure.empty_reason]
    return zh if say.is_chinese else en


def change(say: Language, name: str, now: Value, before: Value) -> str | None:
    """The change in the metric's manner: points for shares, per cent for money and large counts, else a number."""
    step = difference(now, before)
    if step is None:
        return None
    if METRICS[name].unit == "share":
        points = say.signed(say.decimal(100 * float(step)), step > 0)
        return say.text("{points} pts", points=points)
    part = None if float(now or 0) < 0 else relative(now, before)  # −124 % of something says nothing
    if part is not None and (METRICS[name].unit == "money" or abs(float(before or 0)) >= SMALL_COUNT):
        return say.signed(say.share(part), part > 0)
    return say.signed(say.value(name, step, short=True), step > 0)


def place(say: Language, figure: Figure) -> str | None:
    """Where the figure stands to its usual range, in words."""
    return {
        "below": say.text("below its usual range"),
        "inside": say.text("in its usual range"),
        "above": say.text("above its usual range"),
        None: None,
    }[position(figure)]


def usual_range(say: Language, figure: Figure) -> str:
    """The usual range as low–high, in full where it would round to the very value that left it; – before there is one."""
    if figure.usual_low is None or figure.usual_high is None:
        return UNKNOWN
    low, high = (_as_value(figure.name, edge) for edge in (figure.usual_low, figure.usual_high))
    brief = [say.plain.value(figure.name, edge, short=True) for edge in (low, high)]
    if position(figure) != "inside" and say.plain.value(figure.name, figure.value, short=True) in brief:
        return " – ".join(say.plain.value(figure.name, edge) for edge in (low, high))
    return " – ".join(brief)


def _as_value(name: str, edge: Value) -> Value:
    """A percentile of counts is a fraction; it prints as the nearest whole one."""
    return edge if METRICS[name].unit in ("share", "index", "money") or edge is None else round(edge)


def sample(say: Language, figure: Figure) -> str | None:
    """n, where the sample is small."""
    if figure.n is None or figure.n >= SMALL_SAMPLE or figure.value is None:
        return None
    return say.text("n = {n}", n=say.count(figure.n))


def figure_alt(say: Language, figure: Figure) -> str:
    """The text alternative of a figure's line."""
    say = say.plain
    label = METRICS[figure.name].label(say.locale)
    known = [value for value in figure.history if value is not None]
    if not known:
        return say.text("{label}: no history yet", label=label)
    return say.text(
        "{label}: {months} months, from {low} to {high}, now {now}; usual range {usual}",
        label=label, months=len(known), low=say.value(figure.name, min(known, key=float)),
        high=say.value(figure.name, max(known, key=float)), now=say.value(figure.name, figure.value),
        usual=usual_range(say, figure),
    )  # fmt: skip


def unusual_title(say: Language, figures: Sequence[Figure]) -> str:
    """How many of the figures left their usual range."""
    judged = [figure for figure in figures if position(figure) is not None]
    if not judged:
        return say.text("Too early to say what is usual")
    outside = [figure for figure in judged if position(figure) != "inside"]
    if not outside:
        return say.text("Nothing left its usual range")
    if len(outside) == 1:
        return say.text(
            "Only one figure left its usual range: {label}", label=METRICS[outside[0].name].label(say.locale)
        )
    return say.text(
        "{n} of {all} figures with a usual range left it", n=say.count(len(outside)), all=say.count(len(judged))
    )
