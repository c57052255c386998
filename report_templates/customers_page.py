"""Page 2, "who our customers are": status, value classes and their moves, attitude, concentration, key figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from report_templates import customers_sentences, figure_sentences
from report_templates.album import Album
from report_templates.charts import pareto
from report_templates.comparison import CLASS_ORDER, class_moves, difference, position
from report_templates.language import UNKNOWN, Language
from report_templates.month_page import MARKS, tone
from schemas.metrics import METRICS
from schemas.review import Figure, Review, ValueClassMove
from schemas.segments import ATTITUDE, STATUS, VALUE_CLASS

KEY_FIGURES = (
    "repeat_rate_180d", "serialisation_index", "sales_per_first_time_customer_12m", "sales_per_returning_customer_12m",
    "top10_share_ytd", "top50_share_ytd", "top20pct_share_12m", "customers_12m", "net_sales_12m", "live_base_rate",
)  # fmt: skip
FEW_CUSTOMERS = 10
"""Fewer leave a page half empty and a matrix full of zeros: layout, not disclosure."""


def customers_page(review: Review, say: Language, album: Album) -> Mapping[str, object] | None:
    """What the template of page 2 shows; None when nobody has a status."""
    if not any(row.customers for row in review.statuses) and not any(row.customers for row in review.value_classes):
        return None
    figures = [review.figures[name] for name in KEY_FIGURES if name in review.figures]
    return {
        "title": customers_sentences.customers_title(say, review),
        "lede": customers_sentences.customers_lede(say, review),
        "statuses": _statuses(review, say),
        "classes": _classes(review, say),
        "moves": _moves(review.value_class_moves, say),
        "attitudes": _attitudes(review, say),
        "pareto": _pareto(review, say, album),
        "figures": [_figure_row(figure, say) for figure in figures],
        "figures_title": figure_sentences.unusual_title(say, figures),
    }


def is_small(review: Review) -> bool:
    """Whether so few customers are on file that the pages run on instead of standing half empty."""
    return review.scope.kind == "store" and sum(row.customers for row in review.statuses) < FEW_CUSTOMERS


def bar(value: float, top: float) -> str:
    """The length of a bar in a cell, in per cent of the longest."""
    return f"{100 * value / top:.1f}" if top > 0 and value > 0 else "0"


def _statuses(review: Review, say: Language) -> Mapping[str, object]:
    known = {row.status: row for row in review.statuses}
    order = [
        code for code in ("active", "new", "first_seen", "won_back", "at_risk", "lapsed", "prospect") if code in known
    ]
    top = max((known[code].customers for code in order), default=0)
    return {
        "title": customers_sentences.status_title(
            say, known["at_risk"].customers if "at_risk" in known else 0,
            known["lapsed"].customers if "lapsed" in known else 0,
        ),
        "rows": [
            {
                "label": STATUS[code].label(say.locale), "customers": say.count(known[code].customers),
                "bar": bar(known[code].customers, top), "vips": say.count(known[code].vips),
                "sales": say.amount(known[code].net_sales_12m), "stake": say.amount(known[code].value_at_stake),
                "is_warning": code in ("at_risk", "lapsed"),
            }
            for code in order
        ],
    }  # fmt: skip


def _classes(review: Review, say: Language) -> Mapping[str, object]:
    rows = list(review.value_classes)
    best = next((row for row in rows if row.value_class == "A"), None)
    return {
        "title": customers_sentences.value_class_title(say, best.customers if best else 0, best.share_of_sales if best else None),
        "rows": [
            {
                "label": VALUE_CLASS[row.value_class].label(say.locale), "customers": say.count(row.customers),
                "before": say.count(row.customers_last_quarter), "sales": say.amount(row.net_sales_12m),
                "share_of_customers": UNKNOWN if row.share_of_customers is None else say.share(row.share_of_customers),
                "share_of_sales": UNKNOWN if row.share_of_sales is None else say.share(row.share_of_sales),
                "bar": bar(row.share_of_sales or 0, 1), "thin_bar": bar(row.share_of_customers or 0, 1),
            }
            for row in rows
        ],
    }  # fmt: skip


def _moves(moves: Sequence[ValueClassMove], say: Language) -> Mapping[str, object] | None:
    """The migration matrix: from (rows) to (columns); darker cells hold more people, the diagonal is framed."""
    if sum(move.customers for move in moves) < FEW_CUSTOMERS:
        return None
    count = {(move.from_class, move.to_class): move.customers for move in moves}
    changed = [n for (start, end), n in count.items() if start != end]
    top = max(changed, default=0) or 1
    rank = {code: place for place, code in enumerate(CLASS_ORDER)}
    up, down = class_moves(moves)
    return {
        "title": customers_sentences.moves_title(say, up, down),
        "columns": [VALUE_CLASS[code].label(say.locale) for code in CLASS_ORDER],
        "rows": [
            {
                "label": VALUE_CLASS[start].label(say.locale),
                "cells": [_cell(start, end, count, top, rank, say) for end in CLASS_ORDER],
            }
            for start in CLASS_ORDER
        ],
    }


def _cell(
    start: str, end: str, count: Mapping[tuple[str, str], int], top: int, rank: Mapping[str, int], say: Language
) -> Mapping[str, object]:
    n = count.get((start, end), 0)
    kind = "same" if start == end else ("up" if rank[end] < rank[start] else "down")
    if start == end == "none":
        kind = "void"
    return {
        "text": say.count(n) if n else "·",
        "kind": kind,
        "heat": 0 if start == end or not n else 1 + round(3 * n / top),
    }


def _attitudes(review: Review, say: Language) -> Mapping[str, object]:
    rows = sorted(review.attitudes, key=lambda row: -row.customers)
    top = max((row.share or 0 for row in rows), default=0)
    return {
        "title": customers_sentences.attitude_title(say, rows),
        "rows": [
            {
                "label": ATTITUDE[row.attitude].label(say.locale), "customers": say.count(row.customers),
                "share": UNKNOWN if row.share is None else say.share(row.share), "bar": bar(row.share or 0, top),
                "sales": say.amount(row.net_sales_12m),
            }
            for row in rows
        ],
    }  # fmt: skip


def _pareto(review: Review, say: Language, album: Album) -> Mapping[str, object] | None:
    if len(review.pareto) < 2 or is_small(review):
        return None
    fifth = review.figures.get("top20pct_share_12m")
    share = None if fifth is None or fifth.value is None else float(fifth.value)
    label = "" if share is None else say.text("Top 20%: {share} of sales", share=say.share(share))
    chart = pareto(
        [(point.customers_share, point.sales_share) for point in review.pareto],
        label or say.text("Cumulative share of sales by customers"),
        mark=None if share is None else (0.2, share), mark_label=label,
        x_label=say.text("customers, by spend"), y_label=say.text("share of sales"),
    )  # fmt: skip
    return {"title": customers_sentences.pareto_title(say, review), "picture": album.add(chart)}


def _figure_row(figure: Figure, say: Language) -> Mapping[str, object]:
    where = position(figure)
    change = figure_sentences.change(say, figure.name, figure.value, figure.last_month)
    year = figure_sentences.change(say, figure.name, figure.value, figure.last_year)
    return {
        "label": METRICS[figure.name].label(say.locale),
        "value": say.value(figure.name, figure.value),
        "note": figure_sentences.empty_reason(say, figure)
        if figure.value is None
        else figure_sentences.sample(say, figure) or "",
        "month": change or UNKNOWN,
        "month_tone": tone(figure.name, difference(figure.value, figure.last_month)),
        "year": year or UNKNOWN,
        "year_tone": tone(figure.name, difference(figure.value, figure.last_year)),
        "usual": figure_sentences.usual_range(say, figure),
        "mark": MARKS.get(where or "", ""),
    }
