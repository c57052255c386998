"""Gaps, quadrants and how orders end, on a few visible rows."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from schemas.feedback import Surveys
from schemas.orders import OrderLines
from transforms.satisfaction import answers, aspects, order_ends, units

AS_OF = date(2026, 10, 31)
SURVEYS = {name: column.dtype.type for name, column in Surveys.to_schema().columns.items()} | {"customer_id": pl.String}
LINES = {name: column.dtype.type for name, column in OrderLines.to_schema().columns.items()}


def surveys(*rows: dict[str, Any]) -> pl.LazyFrame:
    base = {"answered_at": datetime(2026, 10, 1), "store_id": "s", "customer_id": "a", "buyer_key": 1}
    return pl.LazyFrame([base | row for row in rows], schema=SURVEYS)


@pytest.mark.parametrize(
    "marks, gap, state",
    [
        ([("", 8, 8)], 0.0, "met"),
        ([("", 8, 7)], -1.0, "below"),
        ([("service", 8, 9), ("price", 8, 8)], 0.5, "exceeded"),
        ([("service", 8, 7), ("price", 8, 8)], -0.5, "below"),
        ([("service", 8, 7), ("price", 8, 8), ("style", 8, 8)], -1 / 3, "met"),
        ([("", 8, 9), ("price", 8, 2)], 1.0, "exceeded"),  # the survey as a whole counts before its aspects
    ],
)
def test_the_gap_of_an_answer(marks: list[tuple[str, int, int]], gap: float, state: str):
    rows = [{"aspect": aspect or None, "expectation": e, "experience": x} for aspect, e, x in marks]
    (row,) = answers(surveys(*rows)).collect().to_dicts()
    assert (row["gap"], row["state"]) == (pytest.approx(gap), state)


def test_an_answer_without_both_marks_has_no_gap():
    assert answers(surveys({"experience": 9}, {"expectation": 9})).collect().is_empty()


def test_quadrants_compare_with_the_mean_over_the_aspects():
    rows = [("quality", 9, 9), ("service", 8, 5), ("price", 4, 4), ("style", 3, 8)]
    told = aspects(
        surveys(*({"aspect": a, "importance": i, "experience": x} for a, i, x in rows)), as_of=AS_OF
    ).collect()
    chain = {row["aspect"]: row["quadrant"] for row in told.to_dicts() if row["scope"] == "*"}
    assert chain == {"quality": "keep_up", "service": "improve", "price": "watch", "style": "relax"}


def test_an_aspect_whose_importance_nobody_was_asked_has_no_quadrant():
    told = aspects(surveys({"aspect": "quality", "experience": 9}), as_of=AS_OF).collect()
    assert told["quadrant"].to_list() == [None, None]


def lines(*rows: dict[str, Any]) -> pl.LazyFrame:
    base = {"store_id": "s", "order_id": "o", "ordered_at": datetime(2026, 10, 1), "business_date": date(2026, 10, 1),
            "product_id": "p", "quantity": Decimal(1), "net_sales": Decimal(10), "line_kind": "sale"}  # fmt: skip
    return pl.LazyFrame([base | row for row in rows], schema=LINES)


@pytest.mark.parametrize(
    "kinds, end",
    [
        (["sale", "cancelled"], "sold"),
        (["cancelled", "unpaid"], "cancelled"),
        (["unpaid"], "unpaid"),
        (["sale", "refund"], "sold"),
    ],
)
def test_how_an_order_ended(kinds: list[str], end: str):
    told = order_ends(lines(*({"line_kind": kind} for kind in kinds)), since=date(2025, 11, 1), as_of=AS_OF).collect()
    assert told["end"].to_list() == [end]


@pytest.mark.parametrize(
    "delivered, days",
    [(datetime(2026, 10, 3, 12), 2.5), (datetime(2026, 9, 30), None), (datetime(2026, 11, 1), None), (None, None)],
)
def test_days_to_delivery(delivered: datetime | None, days: float | None):
    told = order_ends(lines({"delivered_at": delivered}), since=date(2025, 11, 1), as_of=AS_OF).collect()
    assert told["delivery_days"].to_list() == [days]


def test_refunds_count_without_their_sign():
    rows = [
        {"quantity": Decimal(3)},
        {"line_kind": "refund", "quantity": Decimal(-2)},
        {"line_kind": "refund", "quantity": Decimal(1)},
    ]
    (row,) = units(lines(*rows), since=date(2025, 11, 1)).collect().to_dicts()
    assert (row["units_sold"], row["units_returned"], row["lines_sold"], row["lines_returned"]) == (3, 3, 1, 2)
