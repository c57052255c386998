"""Which word is due on which day: solar and lunar dates, and 0-3-3-3."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from transforms import care


def birthday(text: str, calendar: str = "solar", wedding: date | None = None) -> pl.LazyFrame:
    return pl.LazyFrame(
        {"customer_id": ["a"], "birthday": [text], "birthday_calendar": [calendar], "anniversary": [wedding]},
        schema={
            "customer_id": pl.String,
            "birthday": pl.String,
            "birthday_calendar": pl.String,
            "anniversary": pl.Date,
        },
    )


def due(rows: pl.LazyFrame) -> list[tuple[str, date]]:
    return [(kind, day) for kind, day in rows.select("kind", "due_on").collect().rows()]


@pytest.mark.parametrize(
    ("text", "calendar", "first", "last", "days"),
    [
        ("1985-11-08", "solar", date(2026, 11, 1), date(2026, 11, 30), [date(2026, 11, 8)]),
        ("-02-29", "solar", date(2027, 2, 1), date(2027, 2, 28), [date(2027, 2, 28)]),
        ("-02-29", "solar", date(2028, 2, 1), date(2028, 2, 29), [date(2028, 2, 29)]),
        # tenth lunar month, third day of 2026
        ("1985-10-03", "lunar", date(2026, 11, 1), date(2026, 11, 30), [date(2026, 11, 11)]),
        # the last day of the lunar year 2025 (29 days in its last month) stands for the 30th
        ("-12-30", "lunar", date(2026, 2, 1), date(2026, 2, 28), [date(2026, 2, 16)]),
        ("-12-29", "lunar", date(2026, 2, 1), date(2026, 2, 28), [date(2026, 2, 16)]),
        # 2025 had a leap sixth month: the ordinary one counts, the leap one (from 25 July) does not
        ("-06-05", "lunar", date(2025, 6, 1), date(2025, 8, 31), [date(2025, 6, 29)]),
        ("1985-11-08", "solar", date(2026, 12, 1), date(2026, 12, 31), []),
    ],
)
def test_birthdays_fall_on_their_day_of_either_calendar(text, calendar, first, last, days):
    assert due(care.own_dates(birthday(text, calendar), first=first, last=last)) == [("birthday", day) for day in days]


def test_a_wedding_day_is_an_anniversary_only_in_later_years():
    rows = birthday("-01-01", wedding=date(2026, 11, 8))
    assert due(care.own_dates(rows, first=date(2026, 11, 1), last=date(2026, 11, 30))) == []
    assert due(care.own_dates(rows, first=date(2027, 11, 1), last=date(2027, 11, 30))) == [
        ("anniversary", date(2027, 11, 8))
    ]


def bought(*days: date, lapsed_after: float = 365.0, category: str | None = None) -> pl.LazyFrame:
    return pl.LazyFrame(
        {
            "customer_id": ["a"] * len(days),
            "business_date": days,
            "next_purchase_on": [*days[1:], None],
            "lapsed_after_days": [lapsed_after] * len(days),
            "product": ["ring"] * len(days),
            "category": [category] * len(days),
        },
        schema_overrides={"next_purchase_on": pl.Date, "category": pl.String},
    )


def test_0_3_3_3_of_one_purchase():
    rows = due(care.purchase_clock(bought(date(2026, 9, 30)), first=date(2026, 9, 1), last=date(2026, 12, 31)))
    assert rows == [
        ("thank_you", date(2026, 9, 30)),
        ("call_after_3_days", date(2026, 10, 3)),
        ("three_weeks", date(2026, 10, 21)),
        ("three_weeks", date(2026, 11, 11)),
        ("three_weeks", date(2026, 12, 2)),
        ("three_weeks", date(2026, 12, 23)),
        ("three_months", date(2026, 12, 30)),
    ]


def test_the_three_week_clock_restarts_at_a_purchase_and_the_invitation_falls_away():
    rows = due(
        care.purchase_clock(
            bought(date(2026, 9, 1), date(2026, 10, 10)), first=date(2026, 10, 1), last=date(2026, 12, 31)
        )
    )
    assert ("three_weeks", date(2026, 10, 13)) not in rows
    assert [day for kind, day in rows if kind == "three_weeks"] == [
        date(2026, 10, 31), date(2026, 11, 21), date(2026, 12, 12),
    ]  # fmt: skip
    assert [day for kind, day in rows if kind == "three_months"] == []


def test_messages_stop_at_lapse():
    rows = due(
        care.purchase_clock(bought(date(2026, 9, 1), lapsed_after=30), first=date(2026, 9, 1), last=date(2026, 12, 31))
    )
    assert [day for kind, day in rows if kind == "three_weeks"] == [date(2026, 9, 22)]


def test_a_month_end_purchase_is_invited_at_the_months_end():
    rows = due(care.purchase_clock(bought(date(2026, 11, 30)), first=date(2027, 2, 1), last=date(2027, 2, 28)))
    assert ("three_months", date(2027, 2, 28)) in rows


@pytest.mark.parametrize(("category", "invited"), [("rings", True), ("bouquets", False), (None, False)])
def test_only_what_is_cared_for_is_invited_where_the_chain_names_it(category, invited):
    rows = care.purchase_clock(
        bought(date(2026, 8, 5), category=category),
        first=date(2026, 11, 1),
        last=date(2026, 11, 30),
        cared_for_categories=["rings"],
    )
    assert (("three_months", date(2026, 11, 5)) in due(rows)) is invited


def test_last_years_gift_is_told_a_week_before_its_day():
    gifts = pl.LazyFrame(
        {
            "customer_id": ["a", "a", "b"],
            "order_id": ["1", "2", "3"],
            "business_date": [date(2025, 11, 10), date(2025, 11, 10), date(2025, 11, 3)],
            "occasion_date": [date(2025, 11, 12), date(2025, 11, 12), None],
            "occasion": ["birthday", "birthday", None],
            "recipient_name": ["Mum", "Mum", "Dad"],
            "product_name": ["roses", "card", "tulips"],
        },
        schema_overrides={"occasion_date": pl.Date},
    )
    rows = care.gift_days(gifts, first=date(2026, 11, 1), last=date(2026, 11, 30)).collect()
    assert rows.select("customer_id", "due_on", "trigger_on", "recipient").rows() == [
        ("b", date(2026, 11, 1), date(2025, 11, 3), "Dad"),
        ("a", date(2026, 11, 5), date(2025, 11, 12), "Mum"),
    ]


@pytest.mark.parametrize(("day", "done"), [(2, False), (3, True), (6, True), (7, False)])
def test_care_is_done_from_the_due_day_to_three_days_after(day, done):
    rows = care.purchase_clock(bought(date(2026, 9, 30)), first=date(2026, 10, 3), last=date(2026, 10, 3))
    contacts = pl.LazyFrame({"customer_id": ["a"], "contacted_at": [date(2026, 10, day)]}).with_columns(
        pl.col("contacted_at").cast(pl.Datetime("us"))
    )
    assert care.is_done(rows, contacts).collect()["is_done"].to_list() == [done]
