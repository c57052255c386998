"""The occasion graph: by which calendar a gift's day is kept, and when it comes round."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from borax.calendars.lunardate import LunarDate
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.feasts import FEASTS
from transforms import care, occasions

NEW_YEARS = {
    1949: date(1949, 1, 29), 1985: date(1985, 2, 20), 2000: date(2000, 2, 5), 2014: date(2014, 1, 31), 2020: date(2020, 1, 25),
    2023: date(2023, 1, 22), 2024: date(2024, 2, 10), 2025: date(2025, 1, 29), 2026: date(2026, 2, 17), 2027: date(2027, 2, 6),
    2028: date(2028, 1, 26), 2033: date(2033, 1, 31), 2034: date(2034, 2, 19),
}  # fmt: skip
"""As the Hong Kong Observatory prints them."""
LEAP_MONTHS = {2014: 9, 2017: 6, 2020: 4, 2023: 2, 2025: 6, 2028: 5, 2031: 3, 2033: 11, 2036: 6}
"""Lunar year → its leap month; 2033 is the one that older tables have wrong."""


def gifts(*told: tuple[str, date, str | None, str | None]) -> pl.LazyFrame:
    """Rows (giver, day, recipient, occasion), without a day of their own for the occasion."""
    return pl.LazyFrame(
        [(who, str(n), day, None, recipient, None, occasion, "roses") for n, (who, day, recipient, occasion) in enumerate(told)],
        schema={
            "customer_id": pl.String, "order_id": pl.String, "business_date": pl.Date, "occasion_date": pl.Date,
            "recipient_name": pl.String, "recipient_phone": pl.String, "occasion": pl.String, "product_name": pl.String,
        },
        orient="row",
    )  # fmt: skip


def coming(rows: pl.LazyFrame, first: date, last: date) -> list[tuple[date, bool]]:
    found = occasions.coming_gift_days(rows, first=first, last=last).select("day", "is_lunar").collect()
    return [(day, is_lunar) for day, is_lunar in found.rows()]


@pytest.mark.parametrize("year", NEW_YEARS)
def test_the_lunar_year_begins_when_the_observatory_says(year):
    days = occasions.lunar_days(NEW_YEARS[year], NEW_YEARS[year]).collect()
    assert days.select("lunar_month", "lunar_day", "is_leap").rows() == [(1, 1, False)]


@pytest.mark.parametrize("year", LEAP_MONTHS)
def test_leap_months_are_the_observatorys(year):
    days = occasions.lunar_days(date(year, 3, 1), date(year + 1, 1, 20)).filter("is_leap").collect()
    assert days["lunar_month"].unique().to_list() == [LEAP_MONTHS[year]]


@settings(max_examples=60, deadline=None)
@given(st.dates(date(1905, 1, 1), date(2095, 12, 31)))
def test_a_lunar_birthday_comes_once_in_every_lunar_year(born: date):
    """From one lunar new year's day to the eve of the next it falls on just one day, and on the right lunar day."""
    lunar = LunarDate.from_solar(born)
    file = pl.LazyFrame(
        {"customer_id": ["a"], "birthday": [f"-{lunar.month:02d}-{lunar.day:02d}"], "birthday_calendar": ["lunar"], "anniversary": [None]},
        schema_overrides={"anniversary": pl.Date},
    )  # fmt: skip
    year = lunar.year + 1
    first, last = LunarDate(year, 1, 1).to_solar_date(), LunarDate(year + 1, 1, 1).to_solar_date() - timedelta(days=1)
    found = care.own_dates(file, first=first, last=last).collect()["due_on"].to_list()
    assert len(found) == 1
    on = LunarDate.from_solar(found[0])
    is_short = on.day == 29 and lunar.day == 30 and LunarDate.from_solar(found[0] + timedelta(days=1)).day == 1
    assert (on.month, on.leap) == (lunar.month, 0)
    assert on.day == lunar.day or is_short


@pytest.mark.parametrize(
    ("occasion", "last_year", "this_year", "is_lunar"),
    [
        ("七夕", date(2025, 8, 27), date(2026, 8, 19), True),  # Qixi: 29 Aug 2025, 19 Aug 2026
        ("qixi", date(2025, 8, 29), date(2026, 8, 19), True),
        ("中秋节", date(2025, 10, 4), date(2026, 9, 25), True),
        ("Mother's Day", date(2025, 5, 9), date(2026, 5, 10), False),  # 11 May 2025
        ("母亲节", date(2025, 5, 11), date(2026, 5, 10), False),
        ("情人节", date(2025, 2, 13), date(2026, 2, 14), False),
        ("春节", date(2026, 2, 15), date(2027, 2, 6), True),
        # a day that has nothing to do with the feast it names, or with any
        ("七夕", date(2025, 11, 8), date(2026, 11, 8), False),
        ("生日", date(2025, 11, 8), date(2026, 11, 8), False),
        (None, date(2024, 2, 29), date(2025, 2, 28), False),
    ],
)
def test_feasts_move_and_other_days_stay(occasion, last_year, this_year, is_lunar):
    rows = gifts(("a", last_year, "Mum", occasion))
    assert coming(rows, this_year, this_year) == [(this_year, is_lunar)]
    around = coming(rows, this_year - timedelta(days=60), this_year + timedelta(days=60))
    assert around == [(this_year, is_lunar)], "once, and on no other day"


def test_gifts_of_two_years_tell_that_a_lunar_birthday_is_kept():
    """Lunar 10-03: 14 Nov 2023 was 10-02, 3 Nov 2024 10-03; ordered up to three days before. Next: 22 Nov 2025."""
    rows = gifts(("a", date(2023, 11, 14), "Mum", "生日"), ("a", date(2024, 11, 3), "Mum", "生日"))
    assert coming(rows, date(2025, 10, 1), date(2025, 12, 31)) == [(date(2025, 11, 22), True)]
    graph = occasions.calendars(occasions.given(rows), date(2022, 1, 1), date(2025, 12, 31)).collect()
    assert graph.rows() == [("a", "Mum", "生日", "lunar")]


def test_gifts_on_the_same_solar_day_keep_it_and_irregular_ones_have_no_calendar():
    steady = gifts(("a", date(2023, 11, 6), "Mum", "生日"), ("a", date(2024, 11, 8), "Mum", "生日"))
    assert coming(steady, date(2025, 10, 1), date(2025, 12, 31)) == [(date(2025, 11, 8), False)]
    now_and_then = gifts(("a", date(2023, 4, 6), "Mum", "生日"), ("a", date(2024, 11, 8), "Mum", "生日"))
    graph = occasions.calendars(occasions.given(now_and_then), date(2022, 1, 1), date(2025, 12, 31)).collect()
    assert graph["calendar"].to_list() == [None]
    assert coming(now_and_then, date(2025, 10, 1), date(2025, 12, 31)) == [(date(2025, 11, 8), False)]


def test_own_parcels_are_no_gifts():
    file = pl.LazyFrame({"customer_id": ["a", "b"], "name": ["Ann Lee", None], "phone": ["19900000001", None]})
    day = date(2025, 11, 8)
    rows = gifts(
        ("a", day, "Ann Lee", None),
        ("a", day, "Bob Ray", None),
        ("a", day, "Ann Lee", "birthday"),
        ("b", day, "Cy Orr", None),
    )
    kept = occasions.without_own_parcels(rows, file).collect()
    assert kept.select("customer_id", "recipient_name", "occasion").rows() == [
        ("a", "Bob Ray", None),
        ("a", "Ann Lee", "birthday"),
    ]


@pytest.mark.parametrize(
    ("day", "is_chinese", "code"),
    [
        (date(2026, 9, 25), True, "mid_autumn"), (date(2026, 9, 25), False, None), (date(2026, 11, 7), True, "winter"),
        (date(2026, 11, 7), False, None), (date(2026, 5, 10), False, "mothers_day"), (date(2027, 2, 6), True, "spring_festival"),
        (date(2026, 11, 8), True, None),
    ],
)  # fmt: skip
def test_a_holiday_and_a_seasons_first_day_are_greeted(day, is_chinese, code):
    assert occasions.occasion_of_day(day, is_chinese=is_chinese) == code


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(FEASTS), st.integers(1950, 2080), st.integers(-20, 20))
def test_a_gift_for_a_feast_is_told_on_the_next_one(feast, year, off):
    """Whatever the year: the next day told is the feast's own, and nothing else is told in that year."""
    given_on = occasions.feast_day(feast, year) + timedelta(days=off)
    rows = gifts(("a", given_on, "Mum", feast.words[0]))
    on = occasions.feast_day(feast, year + 1)
    found = coming(rows, on - timedelta(days=120), on + timedelta(days=120))
    assert found == [(on, feast.rule == "lunar")]
