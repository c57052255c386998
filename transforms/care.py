"""Which word is due to whom on which day: birthdays (solar and lunar), anniversaries, gift days, and 0-3-3-3."""

from __future__ import annotations

from calendar import isleap
from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl

from transforms import occasions

CARE_COLUMNS = {
    "customer_id": pl.String(),
    "kind": pl.String(),
    "due_on": pl.Date(),
    "trigger_on": pl.Date(),
    "is_lunar": pl.Boolean(),
    "lunar_text": pl.String(),
    "recipient": pl.String(),
    "occasion": pl.String(),
    "product": pl.String(),
}
"""Columns of a care frame: one row per customer, kind and due day. `trigger_on` is the day it goes back to."""

WEEKS_BETWEEN_MESSAGES = 3
GIFT_NOTICE_DAYS = 7


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=step) for step in range((last - first).days + 1)]


def _solar_days(first: date, last: date) -> pl.LazyFrame:
    """One row per day and the month-day that is celebrated on it; 29 February on the 28th of common years."""
    rows = [(day, day.month, day.day) for day in _days(first, last)]
    rows += [(day, 2, 29) for day in _days(first, last) if (day.month, day.day) == (2, 28) and not isleap(day.year)]
    return pl.LazyFrame(rows, schema={"due_on": pl.Date, "month": pl.Int64, "day": pl.Int64}, orient="row")


def _lunar_days(first: date, last: date) -> pl.LazyFrame:
    """One row per day and the lunar month-day celebrated on it; the 30th on the 29th of short months, leap months left out."""
    return (
        occasions.lunar_days(first, last)
        .filter(~pl.col("is_leap"))
        .select(due_on="on", month="lunar_month", day="lunar_day")
    )


def _care(rows: pl.LazyFrame, kind: str) -> pl.LazyFrame:
    """`rows` with all CARE_COLUMNS, in their order."""
    present = rows.collect_schema().names()
    return rows.with_columns(
        pl.lit(kind).alias("kind"),
        *(pl.lit(None, dtype).alias(name) for name, dtype in CARE_COLUMNS.items() if name not in (*present, "kind")),
    ).select(pl.col(name).cast(dtype) for name, dtype in CARE_COLUMNS.items())


def own_dates(file: pl.LazyFrame, *, first: date, last: date) -> pl.LazyFrame:
    """Care rows for birthdays and wedding anniversaries from `first` to `last`; `trigger_on` is the day itself, for an
    anniversary the wedding day."""
    birthdays = file.filter(pl.col("birthday").is_not_null()).select(
        "customer_id",
        month=pl.col("birthday").str.extract(r"-(\d\d)-\d\d$").cast(pl.Int64),
        day=pl.col("birthday").str.extract(r"-(\d\d)$").cast(pl.Int64),
        is_lunar=(pl.col("birthday_calendar") == "lunar").fill_null(False),
        lunar_text=pl.when(pl.col("birthday_calendar") == "lunar").then(
            pl.col("birthday").str.extract(r"-(\d\d-\d\d)$")
        ),
    )
    solar = birthdays.filter(~pl.col("is_lunar")).join(_solar_days(first, last), on=["month", "day"], how="inner")
    lunar = birthdays.filter(pl.col("is_lunar")).join(_lunar_days(first, last), on=["month", "day"], how="inner")
    weddings = (
        file.filter(pl.col("anniversary").is_not_null())
        .select(
            "customer_id",
            trigger_on="anniversary",
            month=pl.col("anniversary").dt.month().cast(pl.Int64),
            day=pl.col("anniversary").dt.day().cast(pl.Int64),
        )
        .join(_solar_days(first, last), on=["month", "day"], how="inner")
        .filter(pl.col("trigger_on") < pl.col("due_on"))
    )
    return pl.concat(
        [
            _care(pl.concat([solar, lunar]).with_columns(trigger_on="due_on"), "birthday"),
            _care(weddings, "anniversary"),
        ]
    ).sort("due_on", "customer_id", "kind")


def gift_days(gifts: pl.LazyFrame, *, first: date, last: date) -> pl.LazyFrame:
    """Care rows for gifts whose day comes round from `first` to `last`: due a week before the day, not before `first`.

    `gifts`: one row per gift order with `customer_id`. The day is `occasions.coming_gift_days`' (feasts and lunar days
    move). One row per customer, recipient and day.
    """
    return _care(
        occasions.coming_gift_days(gifts, first=first, last=last).select(
            "customer_id",
            "occasion",
            "is_lunar",
            "lunar_text",
            trigger_on="given_on",
            recipient="recipient_name",
            product="product_name",
            due_on=pl.max_horizontal(pl.col("day").dt.offset_by(f"-{GIFT_NOTICE_DAYS}d"), pl.lit(first)),
        ),
        "gift_day",
    ).sort("due_on", "customer_id", "trigger_on", "recipient")


def purchase_clock(
    purchases: pl.LazyFrame, *, first: date, last: date, cared_for_categories: Sequence[str] = ()
) -> pl.LazyFrame:
    """Care rows of 0-3-3-3 due from `first` to `last`: thanks on the day, a call after 3 days, a message every 3 weeks,
    an invitation after 3 months (the same day, clipped to the month's end).

    `purchases`: one row per customer and chain purchase date, with `next_purchase_on` (null for the last),
    `lapsed_after_days`, `product` and its `category`. The three-week clock restarts at each purchase and stops at lapse;
    the invitation falls away when the customer buys before it, and goes only to `cared_for_categories` where any are named.
    """
    bought = purchases.rename({"business_date": "trigger_on"})
    weeks = 7 * WEEKS_BETWEEN_MESSAGES
    until = pl.min_horizontal(
        pl.col("next_purchase_on").dt.offset_by("-1d"),
        pl.col("trigger_on") + pl.duration(days=pl.col("lapsed_after_days").floor().cast(pl.Int64)),
    )
    due = pl.col("due_on").is_between(first, last)
    on_the_day = bought.with_columns(due_on="trigger_on").filter(due)
    after_3_days = bought.with_columns(due_on=pl.col("trigger_on").dt.offset_by("3d")).filter(due)
    after_3_months = bought.with_columns(due_on=pl.col("trigger_on").dt.offset_by("3mo")).filter(
        due & (pl.col("due_on") <= until)
    )
    if cared_for_categories:
        after_3_months = after_3_months.filter(pl.col("category").is_in(list(cared_for_categories)))
    # the first message due on or after `first`, and those that follow it within the span
    to_first = (pl.lit(first) - pl.col("trigger_on")).dt.total_days()
    skipped = pl.max_horizontal(pl.lit(1), (to_first + weeks - 1) // weeks)
    in_span = (last - first).days // weeks + 1
    messages = pl.concat(
        [
            bought.with_columns(due_on=pl.col("trigger_on") + pl.duration(days=(skipped + step) * weeks)).filter(
                due & (pl.col("due_on") <= until)
            )
            for step in range(in_span)
        ]
    )
    return pl.concat(
        [
            _care(on_the_day, "thank_you"),
            _care(after_3_days, "call_after_3_days"),
            _care(messages, "three_weeks"),
            _care(after_3_months, "three_months"),
        ]
    ).sort("due_on", "customer_id", "kind")


def long_absent(status: pl.LazyFrame, *, first: date, last: date) -> pl.LazyFrame:
    """Care rows for base customers who become overdue from `first` to `last` if they don't come: a warm word that day."""
    overdue_on = pl.col("last_purchase_on") + pl.duration(days=pl.col("overdue_after_days").floor().cast(pl.Int64) + 1)
    return _care(
        status.filter(pl.col("in_base") & (pl.col("status") != "at_risk"))
        .select("customer_id", trigger_on="last_purchase_on", due_on=overdue_on)
        .filter(pl.col("due_on").is_between(first, last)),
        "long_absent",
    ).sort("due_on", "customer_id")


def is_done(care: pl.LazyFrame, contacts: pl.LazyFrame) -> pl.LazyFrame:
    """`care` with `is_done`: a contact with the customer is logged from the due day to three days after it."""
    keys = ["customer_id", "kind", "due_on", "trigger_on"]
    contact_days = contacts.select("customer_id", contact_on=pl.col("contacted_at").dt.date()).unique()
    done = (
        care.select(keys)
        .unique()
        .join(contact_days, on="customer_id", how="inner")
        .filter(
            (pl.col("contact_on") >= pl.col("due_on")) & (pl.col("contact_on") <= pl.col("due_on").dt.offset_by("3d"))
        )
        .select(keys)
        .unique()
        .with_columns(is_done=pl.lit(True))
    )
    return care.join(done, on=keys, how="left", nulls_equal=True).with_columns(pl.col("is_done").fill_null(False))
