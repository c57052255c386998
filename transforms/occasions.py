"""Who sends whom a gift on which day: the occasion graph, and when each gift's day comes round again.

A gift names its giver, its recipient and its day; the gifts of several years tell by which calendar that day is kept.
"""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
from borax.calendars.lunardate import LunarDate

from schemas.feasts import FEASTS, Feast

NEAR_FEAST_DAYS = 31
"""A gift this near to the feast that it names was for that feast; farther off, for a day of its own."""
SAME_DAY_WITHIN = 7
"""Flowers for the same day are ordered a few days sooner one year and later the next."""
YEAR_AT_LEAST, YEAR_AT_MOST = 340, 400
"""Days from a day of either calendar, or a moving feast, to the same day of the next year (a lunar year has 353 to 385)."""

EDGE = ["customer_id", "recipient_name", "occasion"]


def lunar_days(first: date, last: date) -> pl.LazyFrame:
    """One row per day and the lunar month and day kept on it: columns `on`, `lunar_month`, `lunar_day`.

    The 30th is kept on the 29th of months that have no 30th; days of a leap month carry the ordinary month's number, as
    what happened in one is kept in the ordinary month, but nothing is kept in a leap month (`is_leap`).
    """
    rows = []
    start = first - timedelta(days=LunarDate.from_solar(first).day - 1)
    while start <= last:  # a month at a time: the library is asked twice a month, not every day
        month = LunarDate.from_solar(start)
        length = 30 if LunarDate.from_solar(start + timedelta(days=29)).day == 30 else 29
        kept = [(start + timedelta(days=step), step + 1) for step in range(length)]
        kept += [(kept[-1][0], 30)] if length == 29 else []
        rows += [(day, month.month, number, bool(month.leap)) for day, number in kept if first <= day <= last]
        start += timedelta(days=length)
    schema = {"on": pl.Date, "lunar_month": pl.Int64, "lunar_day": pl.Int64, "is_leap": pl.Boolean}
    return pl.LazyFrame(rows, schema=schema, orient="row")


def feast_day(feast: Feast, year: int) -> date:
    """The solar day of a feast in a year (of its own calendar)."""
    if feast.rule == "lunar":
        solar: date = LunarDate(year, feast.month, feast.day).to_solar_date()
        return solar
    if feast.rule == "solar":
        return date(year, feast.month, feast.day)
    first = date(year, feast.month, 1)
    return first + timedelta(days=(feast.weekday - first.weekday()) % 7 + 7 * (feast.day - 1))


def feast_days(first: date, last: date) -> pl.LazyFrame:
    """One row per word for a feast and day from `first` to `last` that it falls on: `word`, `feast`, `feast_on`, `is_lunar`."""
    rows = [
        (word, feast.code, on, feast.rule == "lunar", f"{feast.month:02d}-{feast.day:02d}")
        for feast in FEASTS
        for year in range(first.year - 1, last.year + 1)
        if first <= (on := feast_day(feast, year)) <= last
        for word in feast.words
    ]
    schema = {"word": pl.String, "feast": pl.String, "feast_on": pl.Date, "is_lunar": pl.Boolean, "text": pl.String}
    return pl.LazyFrame(rows, schema=schema, orient="row")


def given(gifts: pl.LazyFrame) -> pl.LazyFrame:
    """One row per giver, recipient and day: the gifts with `given_on`, the occasion's day where told, else the order's."""
    return (
        gifts.filter(pl.col("customer_id").is_not_null())
        .with_columns(given_on=pl.coalesce("occasion_date", "business_date"))
        .sort("given_on", "customer_id", "order_id")
        .unique(subset=["customer_id", "recipient_name", "given_on"], keep="first", maintain_order=True)
    )


def without_own_parcels(gifts: pl.LazyFrame, file: pl.LazyFrame) -> pl.LazyFrame:
    """The gifts without the parcels that are as a rule the buyer's own: no occasion, and the recipient is the giver by
    name or phone, or nobody whose name is on file sent them. `file`: one row per customer."""
    own = file.select("customer_id", own_name=pl.col("name").str.strip_chars(), own_phone="phone")
    has_occasion = pl.col("occasion").is_not_null() | pl.col("occasion_date").is_not_null()
    is_other = (pl.col("recipient_name").str.strip_chars() != pl.col("own_name")).fill_null(False) & (
        pl.col("recipient_phone") != pl.col("own_phone")
    ).fill_null(True)
    return (
        gifts.join(own, on="customer_id", how="left", validate="m:1")
        .filter(has_occasion | is_other)
        .drop("own_name", "own_phone")
    )


def calendars(told: pl.LazyFrame, first: date, last: date) -> pl.LazyFrame:
    """One row per giver, recipient and occasion (an edge of the graph) with gifts in two years or more: `calendar`.

    "solar" when every earlier gift fell, within a week, on the same solar day as the latest; "lunar" when that holds for
    the lunar day only; else null. `told`: of `given`, its days from `first` to `last`.
    """
    named = told.filter(pl.col("recipient_name").is_not_null()).select(*EDGE, "given_on")
    latest = named.group_by(EDGE).agg(latest_on=pl.col("given_on").max())
    days = lunar_days(first, last)
    pairs = named.join(latest, on=EDGE, how="inner", nulls_equal=True).filter(
        (pl.col("latest_on") - pl.col("given_on")).dt.total_days() >= YEAR_AT_LEAST - SAME_DAY_WITHIN
    )
    years = pl.col("latest_on").dt.year() - pl.col("given_on").dt.year()
    off = (pl.col("given_on") - pl.col("latest_on").dt.offset_by(pl.format("-{}y", years))).dt.total_days().abs()
    solar = pl.min_horizontal(off, 365 - off)
    lunar = (
        pairs.select("latest_on", "given_on")
        .unique()
        .join(days.rename({"on": "latest_on"}).unique("latest_on", keep="first", maintain_order=True), on="latest_on")
        .join(days.filter(~pl.col("is_leap")).select("on", "lunar_month", "lunar_day"), on=["lunar_month", "lunar_day"])
        .group_by("latest_on", "given_on")
        .agg(lunar_off=(pl.col("given_on") - pl.col("on")).dt.total_days().abs().min())
    )
    return (
        pairs.with_columns(solar_off=solar)
        .join(lunar, on=["latest_on", "given_on"], how="left", validate="m:1")
        .group_by(EDGE)
        .agg(pl.col("solar_off", "lunar_off").max())
        .select(
            *EDGE,
            calendar=pl.when(pl.col("solar_off") <= SAME_DAY_WITHIN)
            .then(pl.lit("solar"))
            .when(pl.col("lunar_off") <= SAME_DAY_WITHIN)
            .then(pl.lit("lunar")),
        )
        .sort(EDGE)
    )


def coming_gift_days(gifts: pl.LazyFrame, *, first: date, last: date) -> pl.LazyFrame:
    """One row per giver, recipient, occasion and day from `first` to `last` on which last year's gift day comes round.

    Where the occasion names a feast, the feast's day; where the gifts of several years keep to the lunar day, that;
    else the same solar day. Columns: customer_id, recipient_name, occasion, product_name, `given_on` (last year),
    `day`, is_lunar, lunar_text ("07-07", null for solar days).
    """
    told = given(gifts).collect().lazy()  # each step rests on earlier ones several times: made once, few rows
    oldest = first - timedelta(days=YEAR_AT_MOST)
    lately = told.filter(pl.col("given_on").is_between(oldest, last - timedelta(days=YEAR_AT_LEAST - NEAR_FEAST_DAYS)))
    columns = ["customer_id", "order_id", "recipient_name", "occasion", "product_name", "given_on"]
    feasts = feast_days(oldest - timedelta(days=NEAR_FEAST_DAYS), last + timedelta(days=1))
    for_feast = (
        lately.with_columns(word=pl.col("occasion").str.strip_chars().str.to_lowercase())
        .join(feasts.select("word", "feast", kept_on="feast_on"), on="word", how="inner")
        .filter((pl.col("kept_on") - pl.col("given_on")).dt.total_days().abs() <= NEAR_FEAST_DAYS)
        .collect()
        .lazy()
    )
    by_feast = (
        for_feast.join(feasts.rename({"feast_on": "day", "text": "lunar_text"}).drop("feast"), on="word", how="inner")
        .filter((pl.col("day") - pl.col("kept_on")).dt.total_days().is_between(YEAR_AT_LEAST, YEAR_AT_MOST))
        .select(*columns, "day", "is_lunar", lunar_text=pl.when("is_lunar").then("lunar_text"))
    )
    own = lately.join(for_feast.select(*EDGE, "given_on"), on=[*EDGE, "given_on"], how="anti", nulls_equal=True)
    # gifts of the years before tell the calendar; only those of givers in question are looked at
    in_question = own.select(EDGE).unique()
    history_from = oldest - timedelta(days=3 * 366)
    years = told.filter(pl.col("given_on").is_between(history_from, last)).join(
        in_question, on=EDGE, how="semi", nulls_equal=True
    )
    kept = (
        own.join(calendars(years, history_from, last), on=EDGE, how="left", nulls_equal=True, validate="m:1")
        .collect()
        .lazy()
    )
    is_lunar = (pl.col("calendar") == "lunar").fill_null(False)
    days = lunar_days(oldest, last)
    by_lunar = (
        kept.filter(is_lunar)
        .join(days.unique("on", keep="first", maintain_order=True).rename({"on": "given_on"}), on="given_on")
        .drop("is_leap")
        .join(
            days.filter(~pl.col("is_leap")).select("lunar_month", "lunar_day", day="on"),
            on=["lunar_month", "lunar_day"],
        )
        .filter((pl.col("day") - pl.col("given_on")).dt.total_days().is_between(YEAR_AT_LEAST, YEAR_AT_MOST))
        .select(
            *columns,
            "day",
            is_lunar=pl.lit(True),
            lunar_text=pl.format(
                "{}-{}",
                pl.col("lunar_month").cast(pl.String).str.zfill(2),
                pl.col("lunar_day").cast(pl.String).str.zfill(2),
            ),
        )
    )
    by_solar = kept.filter(~is_lunar).select(
        *columns,
        day=pl.col("given_on").dt.offset_by("12mo"),
        is_lunar=pl.lit(False),
        lunar_text=pl.lit(None, pl.String),
    )
    return (
        pl.concat([by_feast, by_lunar, by_solar])
        .filter(pl.col("day").is_between(first, last))
        .sort("day", "customer_id", "given_on", "order_id")
        .unique(subset=["customer_id", "recipient_name", "day"], keep="first", maintain_order=True)
        .drop("order_id")
    )


SEASONS = {"立春": "spring", "立夏": "summer", "立秋": "autumn", "立冬": "winter"}
"""The solar terms with which the seasons begin."""


def occasion_of_day(day: date, *, is_chinese: bool) -> str | None:
    """The code of the feast or change of season that is greeted on that day; lunar feasts and solar terms in Chinese only."""
    for feast in FEASTS:
        if (is_chinese or feast.rule != "lunar") and day in (
            feast_day(feast, day.year - 1),
            feast_day(feast, day.year),
        ):
            return feast.code
    return SEASONS.get(LunarDate.from_solar(day).term or "") if is_chinese else None
