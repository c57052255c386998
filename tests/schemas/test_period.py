"""Months and days of the calendar."""

from __future__ import annotations

from datetime import date

import pytest

from schemas.period import Month, same_day_months_later, window_start


@pytest.mark.parametrize("text", ["2026-13", "2026-1", "26-10", "October", "2026-10-01", ""])
def test_what_is_no_month_is_refused_with_the_remedy(text):
    with pytest.raises(ValueError, match="YYYY-MM"):
        Month.parse(text)


def test_months_run_across_years():
    assert [str(m) for m in Month.parse("2025-11").through(Month.parse("2026-02"))] == [
        "2025-11",
        "2025-12",
        "2026-01",
        "2026-02",
    ]
    assert Month(2026, 2).through(Month(2026, 1)) == []
    assert Month(2026, 1).plus(-13) == Month(2024, 12)


def test_twelve_months_end_with_the_month_itself():
    assert window_start(date(2026, 10, 31), 12) == date(2025, 11, 1)


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 8, 15), 3, date(2026, 11, 15)),
    ],
)
def test_the_same_day_is_clipped_to_the_months_end(day, months, later):
    assert same_day_months_later(day, months) == later
