"""Page 1, "the month on a page": headline, six figures, three things to do, stocktake, what is unusual, the trend."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from report_templates import data_sentences, figure_sentences, loop_sentences, month_sentences, people_sentences
from report_templates.album import Album, Picture
from report_templates.charts import Chart, Step, sparkline, trend, waterfall
from report_templates.comparison import STOCKTAKE_FLOWS, difference, is_good, of_all, position
from report_templates.language import UNKNOWN, Language
from schemas.metrics import HEADLINE_FIGURES, METRICS, TREND_FIGURES
from schemas.page_values import Value
from schemas.period import Month
from schemas.review import Figure, Review, StocktakeRow

TILES = 6
UNUSUAL_ROWS = 8
ALWAYS_DRAWN = frozenset({"new_customers", "won_back", "newly_lapsed"})
"""Terms of the stocktake that are drawn also when they are zero."""
VIP_FLOWS = (("became_vip", 1), ("ceased_vip", -1))
MARKS = {"above": "▲", "below": "▼"}


@dataclass(frozen=True)
class Tile:
    """One of the six figures: value, line, changes, and whether that is usual."""

    name: str
    label: str
    value: str
    note: str | None
    picture: Picture
    changes: tuple[tuple[str, str, str], ...]
    """What it is held against, the change, and good, bad or plain."""
    place: str | None
    mark: str
    tone: str


def month_page(review: Review, say: Language, album: Album) -> Mapping[str, object]:
    """What the template of page 1 shows."""
    stocktake = of_all(review)
    return {
        "title": month_sentences.month_title(say, review),
        "lede": month_sentences.month_lede(say, review),
        "targets": people_sentences.targets(say, review),
        "tiles": [tile(review.figures[name], say, album) for name in headline_names(review)],
        "things": month_sentences.three_things(say, review),
        "things_title": month_sentences.things_title(say, review),
        "no_things": month_sentences.no_things(say, review),
        "lists_so_far": loop_sentences.lists_so_far(say, review),
        "stocktake": stocktake_block(stocktake, review, say, album) if stocktake and has_people(stocktake) else None,
        "unusual": unusual_block(review, say),
        "trends": trend_block(review, say, album) if has_past(review) else None,
        "absent": data_sentences.absent(say, review.absent_tables),
        "absent_files": data_sentences.absent_files(say, review.absent_tables),
    }


def headline_names(review: Review) -> list[str]:
    """The six figures: those with a value first, in the order of preference, then those without."""
    present = [name for name in HEADLINE_FIGURES if name in review.figures]
    valued = [name for name in present if review.figures[name].value is not None]
    chosen = (valued + [name for name in present if name not in valued])[:TILES]
    return sorted(chosen, key=HEADLINE_FIGURES.index)


def tone(name: str, change: Value) -> str:
    """good, bad or plain: by the metric's own direction."""
    return {True: "good", False: "bad", None: "plain"}[is_good(name, change)]


def place_tone(figure: Figure) -> str:
    """Whether being outside the usual range is good or bad news; plain inside it."""
    return tone(figure.name, {"below": -1, "above": 1}.get(position(figure) or "", 0))


def tile(figure: Figure, say: Language, album: Album) -> Tile:
    where = position(figure)
    return Tile(
        name=figure.name,
        label=METRICS[figure.name].label(say.locale),
        value=say.value(figure.name, figure.value, short=True),
        note=figure_sentences.empty_reason(say, figure)
        if figure.value is None
        else figure_sentences.sample(say, figure),
        picture=album.add(_sparkline(figure, say)),
        changes=tuple(_changes(figure, say)),
        place=figure_sentences.place(say, figure),
        mark=MARKS.get(where or "", ""),
        tone=place_tone(figure),
    )


def _changes(figure: Figure, say: Language) -> list[tuple[str, str, str]]:
    """Against last month and last year; nothing where neither is known."""
    befores = ((say.text("last month"), figure.last_month), (say.text("last year"), figure.last_year))
    if figure.last_month is None and figure.last_year is None:
        return []
    return [
        (
            label,
            figure_sentences.change(say, figure.name, figure.value, before) or UNKNOWN,
            tone(figure.name, difference(figure.value, before)),
        )
        for label, before in befores
    ]


def _numbers(history: tuple[Value, ...]) -> list[float | None]:
    return [None if value is None else float(value) for value in history]


def _edge(value: Value) -> float | None:
    return None if value is None else float(value)


def _sparkline(figure: Figure, say: Language) -> Chart:
    return sparkline(
        _numbers(figure.history), figure_sentences.figure_alt(say, figure),
        low=_edge(figure.usual_low), high=_edge(figure.usual_high), tone=place_tone(figure),
    )  # fmt: skip


def has_people(row: StocktakeRow) -> bool:
    """Whether there is anything to draw: an empty base in which nothing happened is told by the headline alone."""
    return any((row.opening_base, row.closing_base, *(getattr(row, name) for name, _ in STOCKTAKE_FLOWS)))


def stocktake_block(row: StocktakeRow, review: Review, say: Language, album: Album) -> Mapping[str, object]:
    """The waterfall of all customers, and beneath it the same as a table with the VIPs' row."""
    terms = [
        name for name, _ in STOCKTAKE_FLOWS if getattr(row, name) or (name in ALWAYS_DRAWN and is_known(review, name))
    ]
    steps = [
        _level(say, "opening_base", row.opening_base),
        *(_step(say, name, sign * getattr(row, name)) for name, sign in STOCKTAKE_FLOWS if name in terms),
        _level(say, "closing_base", row.closing_base),
    ]
    alt = say.joined(f"{step.label} {step.text}" for step in steps)
    chart, is_broken = waterfall(steps, alt)
    return {
        "title": month_sentences.stocktake_title(say, row),
        "picture": album.add(chart),
        "is_broken": is_broken,
        **_stocktake_table(review, say),
        "has_vips": any(stocktake.population == "vip" for stocktake in review.stocktake),
    }


def is_known(review: Review, name: str) -> bool:
    """False where the figure has no value: who is new cannot be told in the first twelve months, and none is not zero."""
    return name not in review.figures or review.figures[name].value is not None


def _level(say: Language, name: str, amount: int) -> Step:
    return Step(short_term(say, name), amount, say.count(amount), is_level=True)


def _step(say: Language, name: str, amount: int) -> Step:
    return Step(short_term(say, name), amount, say.signed(say.count(amount), amount > 0))


def short_term(say: Language, name: str) -> str:
    """The stocktake's terms in one or two words, for the foot of a bar and the head of a column."""
    return {
        "opening_base": say.text("Opening"),
        "first_seen": say.text("First seen"),
        "new_customers": say.text("New"),
        "won_back": say.text("Won back"),
        "newly_lapsed": say.text("Lapsed"),
        "moved_in": say.text("Moved in"),
        "moved_out": say.text("Moved out"),
        "became_vip": say.text("Into VIP"),
        "ceased_vip": say.text("Out of VIP"),
        "closing_base": say.text("Closing"),
    }[name]


def _stocktake_table(review: Review, say: Language) -> Mapping[str, object]:
    """All customers and VIPs below each other; terms that are zero for both have no column."""
    flows = [name for name, _ in (*STOCKTAKE_FLOWS, *VIP_FLOWS) if any(getattr(row, name) for row in review.stocktake)]
    names = ["opening_base", *flows, "closing_base"]
    return {
        "head": [short_term(say, name) for name in names],
        "rows": [
            {
                "label": say.text("VIPs") if row.population == "vip" else say.text("All"),
                "cells": [_cell(row, name, say) for name in names],
            }
            for row in review.stocktake
        ],
    }


def _cell(row: StocktakeRow, name: str, say: Language) -> str:
    """A level as it is, a term with its sign; blank where a term is only the VIPs'."""
    signs = dict((*STOCKTAKE_FLOWS, *VIP_FLOWS))
    if name not in signs:
        return say.count(getattr(row, name))
    if row.population == "all" and name in dict(VIP_FLOWS):
        return ""
    amount = signs[name] * getattr(row, name)
    return say.signed(say.count(amount), amount > 0)


def unusual_block(review: Review, say: Language) -> Mapping[str, object]:
    """The figures with a usual range: first those that left it, then the others."""
    names = list(dict.fromkeys((*TREND_FIGURES, *HEADLINE_FIGURES)))
    figures = [review.figures[name] for name in names if name in review.figures]
    judged = [figure for figure in figures if position(figure) is not None]
    ordered = sorted(judged, key=lambda figure: position(figure) == "inside")
    return {
        "title": figure_sentences.unusual_title(say, figures),
        "rows": [_unusual_row(figure, say) for figure in ordered[:UNUSUAL_ROWS]],
        "unjudged": [] if judged else [_unjudged_row(figure, say) for figure in figures[:UNUSUAL_ROWS]],
    }


def _unusual_row(figure: Figure, say: Language) -> Mapping[str, object]:
    where = position(figure) or "inside"
    return {
        "label": METRICS[figure.name].label(say.locale),
        "value": say.value(figure.name, figure.value, short=True),
        "usual": figure_sentences.usual_range(say, figure),
        "mark": MARKS.get(where, ""),
        "tone": place_tone(figure),
        "is_outside": where != "inside",
    }


def _unjudged_row(figure: Figure, say: Language) -> Mapping[str, object]:
    return {
        "label": METRICS[figure.name].label(say.locale),
        "value": say.value(figure.name, figure.value, short=True),
        "note": figure_sentences.empty_reason(say, figure) if figure.value is None else "",
    }


def has_past(review: Review) -> bool:
    """Whether any figure has an earlier month to be drawn beside this one."""
    return any(value is not None for figure in review.figures.values() for value in figure.history[:-1])


def trend_block(review: Review, say: Language, album: Album) -> Mapping[str, object]:
    """The small multiples: each figure's months over zero, on a scale of its own."""
    month = Month.parse(review.month)
    panels = []
    for name in TREND_FIGURES:
        figure = review.figures.get(name)
        if figure is None:
            continue
        first = month.plus(1 - len(figure.history)) if figure.history else month
        chart = trend(
            _numbers(figure.history), figure_sentences.figure_alt(say, figure),
            low=_edge(figure.usual_low), high=_edge(figure.usual_high), tone=place_tone(figure),
            first_label=month_label(first, say) if first != month else "", last_label=month_label(month, say),
            top_text=_extreme(figure, max, say), bottom_text=_extreme(figure, min, say),
        )  # fmt: skip
        panels.append({
            "label": METRICS[name].label(say.locale),
            "value": say.value(name, figure.value, short=True),
            "note": figure_sentences.empty_reason(say, figure) if figure.value is None else "",
            "picture": album.add(chart),
        })  # fmt: skip
    drawn = [review.figures[name] for name in TREND_FIGURES if name in review.figures]
    return {"title": month_sentences.trend_title(say, drawn), "panels": panels}


def _extreme(figure: Figure, choose: Callable[..., Value], say: Language) -> str:
    """The highest (max) or the lowest (min) month, for the left of a panel."""
    known = [value for value in figure.history if value is not None]
    return say.plain.value(figure.name, choose(known, key=float), short=True) if known else ""


def month_label(month: Month, say: Language) -> str:
    """A month with its year, for the end of an axis: 2025-10."""
    return f"{say.month_letter(month)} {month.year}" if not say.is_chinese else f"{month.year}年{month.month}月"
