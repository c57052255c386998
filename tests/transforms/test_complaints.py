"""The complaint register on a few visible rows: nothing later counts, words become codes, speeds, steps, recurrence."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import polars as pl
import pytest

from schemas.feedback import Complaints
from transforms.complaints import product_of, register

AS_OF = date(2026, 10, 31)
SCHEMA = {name: column.dtype.type for name, column in Complaints.to_schema().columns.items()} | {
    "customer_id": pl.String
}
LINES = pl.LazyFrame(
    {"store_id": ["s"] * 3, "order_id": ["one", "two", "two"], "product_id": ["ring", "ring", "vase"]}
)  # fmt: skip


def told(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    filled = [
        {
            "complaint_id": f"c{number}",
            "store_id": "s",
            "received_at": datetime(2026, 10, 1, 9),
            "landing_id": 1,
            "source_row": number,
        }
        | row
        for number, row in enumerate(rows, 1)
    ]
    return register(pl.LazyFrame(filled, schema=SCHEMA), LINES, as_of=AS_OF).sort("complaint_id").collect().to_dicts()


@pytest.mark.parametrize(
    "resolved, speed",
    [
        (datetime(2026, 10, 2, 9), "day"),
        (datetime(2026, 10, 2, 9, 0, 1), "week"),
        (datetime(2026, 10, 8, 9), "week"),
        (datetime(2026, 10, 8, 9, 0, 1), "later"),
        (datetime(2026, 10, 31, 23, 59), "later"),
        (datetime(2026, 11, 1, 0, 0), "unresolved"),  # next month is not known yet
        (None, "unresolved"),
        (datetime(2026, 9, 30), None),  # ends before it began: not known
    ],
)
def test_speed_at_its_edges(resolved: datetime | None, speed: str | None):
    (row,) = told({"resolved_at": resolved})
    assert row["speed"] == speed


def test_an_open_complaint_counts_with_its_age():
    (row,) = told({"received_at": datetime(2026, 10, 31, 0, 0)})
    assert (row["is_open"], row["resolution_days"], row["answer_hours"]) == (True, 1.0, 24.0)


@pytest.mark.parametrize(
    "cause, code",
    [("质量问题", "product"), (" Service ", "service"), ("smell", "smell"), (None, "unknown"), ("  ", "unknown")],
)
def test_free_words_become_causes_or_stay(cause: str | None, code: str):
    (row,) = told({"cause": cause})
    assert row["cause"] == code


def test_the_first_step_not_ticked_is_the_next_one():
    rows = told({"steps_done": "倾听；道歉"}, {"steps_done": "listen; apologise; record"}, {"steps_done": None})
    assert [(row["missing_step"], row["steps_missing"]) for row in rows] == [
        ("find_cause", 6),
        ("find_cause", 5),
        ("listen", 8),
    ]


def test_a_register_that_ticks_off_nothing_says_nothing_of_steps():
    (row,) = told({})
    assert (row["missing_step"], row["steps_missing"]) == (None, None)


def test_the_same_cause_again_within_90_days_recurs():
    first = {"received_at": datetime(2026, 7, 1, 9), "cause": "service", "customer_id": "a"}
    rows = told(
        first,
        first | {"received_at": datetime(2026, 9, 29, 9)},  # 90 days
        first | {"received_at": datetime(2026, 9, 28), "customer_id": "b"},
        first | {"received_at": datetime(2026, 10, 30), "cause": "price"},
        {"received_at": datetime(2026, 10, 1), "cause": "service"},  # nobody named: nobody's again
        {"received_at": datetime(2026, 10, 2), "cause": "service"},
    )
    assert [row["is_recurring"] for row in rows] == [False, True, False, False, False, False]


def test_on_day_91_it_is_a_new_one():
    first = {"received_at": datetime(2026, 7, 1, 9), "cause": "service", "customer_id": "a"}
    assert not any(row["is_recurring"] for row in told(first, first | {"received_at": datetime(2026, 9, 30)}))


def test_the_same_product_recurs_whoever_complains():
    first = {"received_at": datetime(2026, 9, 1), "cause": "quality", "customer_id": "a", "product_id": "ring"}
    rows = told(
        first, first | {"received_at": datetime(2026, 10, 1), "customer_id": "b", "product_id": None, "order_id": "one"}
    )
    assert [row["is_recurring"] for row in rows] == [False, True]


@pytest.mark.parametrize(
    "by, kept, due, is_kept",
    [
        (date(2026, 10, 20), date(2026, 10, 20), True, True),
        (date(2026, 10, 20), date(2026, 10, 21), True, False),
        (date(2026, 10, 20), None, True, False),
        (date(2026, 10, 31), None, True, False),
        (date(2026, 11, 1), None, False, False),
        (None, date(2026, 10, 1), False, False),
    ],
)
def test_a_promise_is_kept_on_time_or_not_at_all(by: date | None, kept: date | None, due: bool, is_kept: bool):
    (row,) = told({"promised_by": by, "promise_kept_on": kept})
    assert (row["is_promise_due"], row["is_promise_kept"]) == (due, is_kept)


def test_an_order_of_several_products_names_none():
    named = pl.LazyFrame(
        {"store_id": ["s"] * 3, "order_id": ["one", "two", None], "product_id": [None, None, "bag"]},
        schema={"store_id": pl.String, "order_id": pl.String, "product_id": pl.String},
    )
    assert product_of(named, LINES).collect()["product_id"].to_list() == ["ring", None, "bag"]
