"""Months and days of the calendar."""

from __future__ import annotations

from datetime import date

import pytest

from schemas.period import Month, window_start


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
