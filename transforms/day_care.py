"""The care that is due on any day: who gets which word, by whom, how, and what has to wait."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import polars as pl

from schemas.contact_rules import ContactRules
from schemas.rules import Rules
from schemas.segments import UNASSIGNED
from transforms import care, occasions, people, stocktake
from transforms.lookup_frames import LookupFrames

ORDER_OF_KINDS = (
    "thank_you", "call_after_3_days", "birthday", "anniversary", "gift_day", "three_months", "long_absent", "three_weeks",
)  # fmt: skip
"""Of several words due to a customer on a day, the first is the one that counts."""
CAPPED = ("long_absent", "three_weeks")
"""Words without a day of their own: they wait when the customer has just had another."""
WRITTEN = ("thank_you", "birthday", "anniversary", "long_absent", "three_weeks")
"""Greetings go by message first, personal words by phone first."""
MESSAGE_EVERY = timedelta(weeks=care.WEEKS_BETWEEN_MESSAGES)


def standing_on(frames: LookupFrames, day: date) -> pl.LazyFrame:
    """One row per customer with a purchase by that day: columns of `stocktake.standing`, `status` (active, at_risk or
    lapsed, as of that day) and `in_base`."""
    successors = stocktake.successors_by(frames.stores.collect(), day)
    is_late = pl.col("days_since_last_purchase") > pl.col("overdue_after_days")
    return stocktake.standing(frames.purchases, day, successors).with_columns(
        status=pl.when("is_lapsed")
        .then(pl.lit("lapsed"))
        .when(is_late)
        .then(pl.lit("at_risk"))
        .otherwise(pl.lit("active")),
        in_base=~pl.col("is_lapsed"),
    )


def on_file(frames: LookupFrames, day: date) -> pl.LazyFrame:
    """The customers who were on file by that day."""
    return frames.customers.filter(
        pl.col("is_on_file") & (pl.col("member_since").is_null() | (pl.col("member_since") <= day))
    )


def homes_on(frames: LookupFrames, standing: pl.LazyFrame, day: date) -> pl.LazyFrame:
    """One row per customer who bought or is on file: `home_store_id` on that day, UNASSIGNED where nothing says it."""
    successors = stocktake.successors_by(frames.stores.collect(), day)
    return people.homes_of_all(on_file(frames, day), standing, successors)


def closest_on(frames: LookupFrames, homes: pl.LazyFrame, day: date) -> pl.LazyFrame:
    """One row per customer with a home: the associate at work on that day who is closest, null when nobody is."""
    served = frames.served.filter(pl.col("business_date") <= day)
    return people.closest_associate(
        served, on_file(frames, day), people.current_associates(frames.associates, on=day), homes
    )


def gift_reminders(gifts: pl.LazyFrame, *, first: date, last: date) -> pl.LazyFrame:
    """Care rows for gift days that come round a week after the days from `first` to `last`, each due just a week before.

    (The month's plan lists a gift day of the month's first week on the month's first day: `care.gift_days`.)
    """
    notice = timedelta(days=care.GIFT_NOTICE_DAYS)
    days = occasions.coming_gift_days(gifts, first=first + notice, last=last + notice)
    return care._care(
        days.select(
            "customer_id",
            "occasion",
            "is_lunar",
            "lunar_text",
            trigger_on="given_on",
            recipient="recipient_name",
            product="product_name",
            due_on=pl.col("day").dt.offset_by(f"-{care.GIFT_NOTICE_DAYS}d"),
        ),
        "gift_day",
    )


def care_on(frames: LookupFrames, day: date, *, rules: Rules, contact: ContactRules) -> pl.LazyFrame:
    """One row per customer, kind and occasion due on `day`, for customers of the base who may be contacted.

    Besides CARE_COLUMNS: `message_no` (of the three-weekly message since the last purchase, 1, 2, …), `came_in_rain` (of
    the thanks, where a weather file says so), `home_store_id`, `associate_id` (null: nobody is close), `channel`,
    `is_vip`, `net_sales`, `not_before` (the earliest moment outside quiet hours, on the chain's clock), `is_done` (a
    contact is logged from the due day to three days after it) and `is_held_back`: a word without a day of its own that
    waits, because the customer had, or was due, another in the last `contact.days_between` days.

    Only what happened by that day counts; on a day to come, as if nobody came in between.
    """
    # several parts of the answer rest on these: made once, and a short plan each (one plan of all took polars 0.2 s)
    standing = standing_on(frames, day).collect().lazy()
    homes = homes_on(frames, standing, day).collect().lazy()
    since = day - timedelta(days=max(contact.days_between, 1) - 1)
    reach = people.reach(on_file(frames, day), on=day).collect().lazy()
    due = _due(frames, standing, reach, first=since, last=day, rules=rules).collect().lazy()
    spoken_to = (
        frames.contacts.select("customer_id", contact_on=pl.col("contacted_at").dt.date())
        .filter(pl.col("contact_on").is_between(since, day, closed="left"))
        .select("customer_id", had_a_word=pl.lit(True))
        .unique()
    )
    weight = pl.col("kind").replace_strict(
        list(ORDER_OF_KINDS), list(range(len(ORDER_OF_KINDS))), return_dtype=pl.Int64
    )
    place = pl.struct(pl.col("due_on"), weight).rank("min").over("customer_id")
    customers = frames.customers.select("customer_id", "is_vip", "net_sales")
    rows = (
        due.with_columns(waits=(place > 1) & pl.col("kind").is_in(CAPPED))
        .filter(pl.col("due_on") == day)
        .join(spoken_to, on="customer_id", how="left", validate="m:1")
        .with_columns(
            is_held_back=pl.col("waits")
            | (pl.col("kind").is_in(CAPPED) & pl.col("had_a_word").fill_null(False) & pl.lit(contact.days_between > 0))
        )
        .drop("waits", "had_a_word")
        .join(reach.drop("may_contact"), on="customer_id", how="left", validate="m:1")
        .join(homes.select("customer_id", "home_store_id"), on="customer_id", how="left", validate="m:1")
        .join(closest_on(frames, homes, day), on="customer_id", how="left", validate="m:1")
        .join(customers, on="customer_id", how="left", validate="m:1")
        .join(_last_receipts(frames, day), on="customer_id", how="left", validate="m:1")
        .with_columns(
            pl.col("home_store_id").fill_null(UNASSIGNED),
            channel=pl.when(pl.col("kind").is_in(WRITTEN)).then("write_by").otherwise("call_by"),
            came_in_rain=(pl.col("kind") == "thank_you") & pl.col("rained").fill_null(False),
            message_no=pl.when(pl.col("kind") == "three_weeks").then(
                (pl.col("due_on") - pl.col("trigger_on")).dt.total_days() // MESSAGE_EVERY.days
            ),
            not_before=_not_before(day, contact),
            kind_order=weight,
        )
        .drop("rained", "last_ordered_at", "call_by", "write_by")
    )
    return care.is_done(rows, frames.contacts.filter(pl.col("contacted_at").dt.date() <= day)).sort(
        "home_store_id", "associate_id", "is_held_back", "kind_order", "is_vip", "net_sales", "customer_id", "recipient",
        "trigger_on", descending=[False, False, False, False, True, True, False, False, False], nulls_last=True,
    ).drop("kind_order")  # fmt: skip


def _due(
    frames: LookupFrames, standing: pl.LazyFrame, reach: pl.LazyFrame, *, first: date, last: date, rules: Rules
) -> pl.LazyFrame:
    """Care rows due from `first` to `last` for who is in the base and may be contacted on `last`.

    The last day's standing serves the days before it, too: who has a capped word due on `last` has not bought for three
    weeks, so nothing changed for them in the days that are looked back on.
    """
    clocked = (
        frames.purchases.filter(pl.col("business_date") <= last)
        .sort("customer_id", "business_date")
        .with_columns(next_purchase_on=pl.col("business_date").shift(-1).over("customer_id"))
        .select("customer_id", "business_date", "next_purchase_on", "lapsed_after_days", "product", "category")
    )
    gifts = frames.gifts.filter(pl.col("business_date") <= last)
    silent = standing.with_columns(
        status=pl.lit("active")
    )  # who becomes overdue in the span, whatever they are by its end
    return (
        pl.concat(
            [
                care.own_dates(on_file(frames, last), first=first, last=last),
                gift_reminders(gifts, first=first, last=last),
                care.purchase_clock(
                    clocked, first=first, last=last, cared_for_categories=rules.cared_for_categories
                ),
                care.long_absent(silent, first=first, last=last),
            ]
        )
        .join(standing.filter("in_base"), on="customer_id", how="semi")
        .join(reach.filter("may_contact"), on="customer_id", how="semi")
    )  # fmt: skip


def _last_receipts(frames: LookupFrames, day: date) -> pl.LazyFrame:
    """One row per customer who bought on `day`: the moment of the last receipt, and whether it `rained` where they bought."""
    rained = frames.rain.filter(pl.col("day") == day).select("store_id", rained=pl.lit(True))
    return (
        frames.purchases.filter(pl.col("business_date") == day)
        .select("customer_id", "store_id", "last_ordered_at")
        .join(rained, on="store_id", how="left", validate="m:1")
        .drop("store_id")
    )


def _not_before(day: date, contact: ContactRules) -> pl.Expr:
    """The earliest moment for the word: from the end of the quiet hours, for thanks not before the purchase; what would
    fall into the evening's quiet hours waits for the next morning."""
    opens = datetime.combine(day, contact.quiet_ends)
    closes = datetime.combine(day, contact.quiet_begins)
    if closes <= opens:  # quiet from after midnight: the evening is open to its end
        closes = datetime.combine(day + timedelta(days=1), contact.quiet_begins)
    after_purchase = pl.when(pl.col("kind") == "thank_you").then("last_ordered_at")
    earliest = pl.max_horizontal(pl.lit(opens), after_purchase)
    return pl.when(earliest < pl.lit(closes)).then(earliest).otherwise(pl.lit(opens + timedelta(days=1)))
