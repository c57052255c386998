"""Page 11, "definitions and data": what every figure means, how the till's money became net sales, what came in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from report_templates import data_sentences
from report_templates.comparison import FILE_COUNTS, file_total, known_share
from report_templates.customers_page import bar, is_small
from report_templates.language import UNKNOWN, Language
from schemas.metrics import METRICS
from schemas.review import Review
from schemas.segments import LINE_KIND, STATUS

FILES = 30
"""At most this many files are printed; the rest is in review.json."""

FIELDS: dict[str, Callable[[Language], str]] = {
    "phone": lambda say: say.text("Phone number"),
    "consent": lambda say: say.text("Consent to contact"),
    "birthday": lambda say: say.text("Birthday"),
    "anniversary": lambda say: say.text("Anniversary"),
    "district": lambda say: say.text("District"),
    "occupation": lambda say: say.text("Occupation"),
    "interests": lambda say: say.text("Interests"),
    "associate": lambda say: say.text("Associate"),
    "referrer": lambda say: say.text("Referrer"),
}


def data_page(review: Review, say: Language) -> Mapping[str, object]:
    """What the template of the last page shows; it is never left out."""
    return {
        "title": data_sentences.data_title(
            say, review.scope.kind, file_total(review, "rows_in"), file_total(review, "rows_quarantined")
        ),
        "lede": say.text("What came in, what was counted, and how complete the customer file is."),
        "money": _money(review, say),
        "files": _files(review, say),
        "completeness": _completeness(review, say),
        "facts": _facts(review, say),
        "glossary": _glossary(review, say),
        "completeness_title": _completeness_title(review, say),
        "glossary_title": data_sentences.glossary_title(say, len(_glossary(review, say))),
        "statuses": [(status.label(say.locale), status.meaning(say.locale)) for status in STATUS.values()],
    }


def _money(review: Review, say: Language) -> Mapping[str, object] | None:
    if not review.money:
        return None
    net = review.figures.get("net_sales")
    return {
        "title": data_sentences.money_title(say, review.money),
        "rows": [
            {
                "label": LINE_KIND[row.line_kind].label(say.locale) if row.line_kind in LINE_KIND else row.line_kind,
                "lines": say.count(row.lines), "amount": say.amount(row.amount), "counts": row.counts,
            }
            for row in review.money
        ],
        "net_sales": UNKNOWN if net is None or net.value is None else say.amount(Decimal(net.value)),
    }  # fmt: skip


def _files(review: Review, say: Language) -> Mapping[str, object] | None:
    if not review.files:
        return None
    more = len(review.files) - FILES
    return {
        "title": data_sentences.files_title(say, len(review.files), file_total(review, "rows_quarantined")),
        "caption": data_sentences.files_caption(say, review.scope.kind),
        "rows": [
            {
                "name": row.file_name, "source": row.source,
                "cells": [say.count(getattr(row, name)) for name in FILE_COUNTS],
                "sales": UNKNOWN if row.net_sales is None else say.amount(row.net_sales),
            }
            for row in review.files[:FILES]
        ],
        "total": [say.count(file_total(review, name)) for name in FILE_COUNTS],
        "more": None
        if more <= 0
        else say.plural("And {n} more file in review.json.", "And {n} more files in review.json.", more),
    }  # fmt: skip


def _completeness(review: Review, say: Language) -> list[Mapping[str, object]]:
    if not any(row.known for row in review.completeness):
        return []
    return [
        {
            "label": FIELDS[row.field](say) if row.field in FIELDS else row.field,
            "known": say.count(row.known), "customers": say.count(row.customers),
            "share": UNKNOWN if (share := known_share(row)) is None else say.share(share),
            "bar": bar(row.known, row.customers),
        }
        for row in review.completeness
    ]  # fmt: skip


def _completeness_title(review: Review, say: Language) -> str:
    shares = [(share, row.field) for row in review.completeness if (share := known_share(row)) is not None]
    share, field = min(shares, default=(None, ""))
    return data_sentences.completeness_title(say, FIELDS[field](say) if field in FIELDS else field, share)


def _facts(review: Review, say: Language) -> list[tuple[str, str]]:
    return [
        (say.text("As of"), str(say.full_day(review.as_of))),
        (say.text("Data known at"), f"{say.moment(review.known_at, review.time_zone)} ({review.time_zone})"),
        (say.text("Currency"), review.currency),
        (say.text("Version"), review.version),
        (say.text("Manifest"), review.manifest_id or UNKNOWN),
    ]


def _glossary(review: Review, say: Language) -> list[tuple[str, str, str]]:
    """Label, meaning and name of every metric in the review, in their order; of a handful of customers those with a value."""
    few = is_small(review)
    return [
        (metric.label(say.locale), metric.meaning(say.locale), name)
        for name, metric in METRICS.items()
        if name in review.figures and not (few and review.figures[name].value is None)
    ]
