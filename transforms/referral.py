"""Who brought whom, and who still waits for a thank-you."""

from __future__ import annotations

from datetime import date

import polars as pl


def referred_customers(
    referrals: pl.LazyFrame, file: pl.LazyFrame, customers_by_key: pl.LazyFrame, *, as_of: date
) -> pl.LazyFrame:
    """One row per customer who was brought by another: referrer_id, referred_on (null where only the file says so).

    The referral register counts before the customer file; of several entries the earliest, and of one day the one whose
    referrer is written first in the alphabet (an id would depend on which file landed first). Nobody brings themselves.
    """
    registered = (
        referrals.filter(pl.col("referred_on") <= as_of)
        .join(
            customers_by_key.select(referred_key="buyer_key", customer_id="customer_id"), on="referred_key", how="inner"
        )
        .join(
            customers_by_key.select(referrer_key="buyer_key", referrer_id="customer_id"), on="referrer_key", how="inner"
        )
        .select("customer_id", "referrer_id", "referred_on", "referrer", order=pl.lit(0))
    )
    on_file = file.filter(pl.col("referrer_id").is_not_null()).select(
        "customer_id", "referrer_id", pl.lit(None, pl.Date).alias("referred_on"), "referrer", order=pl.lit(1)
    )
    return (
        pl.concat([registered, on_file])
        .filter(pl.col("customer_id") != pl.col("referrer_id"))
        .sort("customer_id", "order", "referred_on", "referrer", "referrer_id")
        .unique(subset="customer_id", keep="first", maintain_order=True)
        .drop("order", "referrer")
    )


def month_referrals(status: pl.LazyFrame, referred: pl.LazyFrame, contacts: pl.LazyFrame) -> pl.LazyFrame:
    """One row per customer new in the month who was brought: referrer, first purchase, home, and what is still owed.

    `is_thanked`: a contact with the referrer is logged on or after the first purchase; `is_welcomed`: one with the new
    customer after that day.
    """
    latest = contacts.group_by("customer_id").agg(last_contact_on=pl.col("contacted_at").dt.date().max())
    referrer_contact = latest.select(referrer_id="customer_id", referrer_contact_on="last_contact_on")
    return (
        status.filter(pl.col("status") == "new")
        .select("customer_id", "home_store_id", "first_purchase_on")
        .join(referred, on="customer_id", how="inner", validate="1:1")
        .join(referrer_contact, on="referrer_id", how="left", validate="m:1")
        .join(latest, on="customer_id", how="left", validate="1:1")
        .with_columns(
            is_thanked=(pl.col("referrer_contact_on") >= pl.col("first_purchase_on")).fill_null(False),
            is_welcomed=(pl.col("last_contact_on") > pl.col("first_purchase_on")).fill_null(False),
        )
        .drop("referrer_contact_on", "last_contact_on")
        .sort("customer_id")
    )
