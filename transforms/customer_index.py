"""The frames that look-ups read, from the facts of the latest month: made once, read many times."""

from __future__ import annotations

from datetime import date

import polars as pl

from schemas.columns import MONEY
from schemas.rules import Rules
from schemas.source_formats import CUSTOMER_KEYS
from transforms import activity, contacts, people, value, vip
from transforms.facts import Facts, LandedRows, resolved
from transforms.identity import recipient_keys, with_platform
from transforms.lookup_frames import LookupFrames
from transforms.pinyin import spelled

SEPARATOR = "\x1f"
"""Stands between the values of a text that holds several."""


def lookup_frames(
    facts: Facts, rows: LandedRows, weather: pl.LazyFrame, rules: Rules, *, listed: pl.DataFrame
) -> LookupFrames:
    """The frames of the customer index. `weather`: landed rows of the weather table with `landing_no`. `listed`: as of
    `facts_of`.

    The facts end with the month of the last sale. The registers may know more of the days since: who moved away, became a
    member, complained, or asked to be left alone. Each question leaves out what came after its own day.
    """
    keys = facts.keys.lazy()
    made = contacts.known_contacts(rows.contacts, keys, listed.lazy(), as_of=date.max).collect()
    file = contacts.asked_to_stop(people.customer_file(rows.customers, keys, as_of=date.max), made.lazy()).collect()
    complaints = resolved(people.newest(rows.complaints, "complaint_id"), keys).collect()
    surveys = resolved(people.said_once(rows.surveys), keys).collect()
    return LookupFrames(
        customers=_customers(facts, file, rows.buyers, rules),
        purchases=_purchases(facts),
        bought=_bought(facts),
        served=facts.served.lazy(),
        gifts=facts.gifts.lazy().drop("buyer_key", "landing_no", "landing_id", "source_row"),
        contacts=_said(made),
        complaints=_said(complaints.filter(pl.col("customer_id").is_not_null())),
        surveys=_said(surveys.filter(pl.col("customer_id").is_not_null())),
        referred=facts.referred.lazy(),
        associates=people.newest(rows.associates, "associate_id"),
        stores=facts.stores.lazy().sort("store_id"),
        rain=_rain(weather),
    )


def _said(rows: pl.DataFrame) -> pl.LazyFrame:
    return rows.lazy().drop("buyer_key", "landing_no", "landing_id", "source_row").sort("customer_id")


def _rain(weather: pl.LazyFrame) -> pl.LazyFrame:
    return (
        weather.sort("landing_no", "source_row")
        .unique(subset=["store_id", "day"], keep="last", maintain_order=True)
        .filter("rain")
        .select("store_id", "day")
        .sort("store_id", "day")
    )


def _purchases(facts: Facts) -> pl.LazyFrame:
    """One row per customer and chain purchase, with what the look-ups need of it."""
    at_store = (
        facts.days.named(activity.purchases(facts.days.stores()))
        .rename({"scope": "store_id"})
        .sort("customer_id", "business_date", "last_ordered_at", "store_id", nulls_last=False)
        .group_by("customer_id", "business_date", maintain_order=True)
        .agg(pl.col("store_id", "last_ordered_at").last(), sales=pl.col("sales").sum().cast(MONEY))
    )
    products = vip.last_products(facts.products_bought.lazy(), facts.products.lazy())
    on = ["customer_id", "business_date"]
    return (
        facts.purchase_facts.lazy()
        .join(at_store, on=on, how="left", validate="1:1")
        .join(products, on=on, how="left", validate="1:1")
        .sort(on)
    )


def _bought(facts: Facts) -> pl.LazyFrame:
    products = facts.products.lazy().select("product_id", "name", "style")
    return (
        facts.products_bought.lazy()
        .join(products, on="product_id", how="left", validate="m:1")
        .sort("customer_id", "business_date")
    )


def _customers(facts: Facts, on_file: pl.DataFrame, buyers: pl.LazyFrame, rules: Rules) -> pl.LazyFrame:
    """One row per customer who bought, is on file or was sent a gift."""
    keys = facts.keys.lazy()
    told_keys = (
        with_platform(buyers.collect(), facts.identity.account_platform)
        .lazy()
        .join(keys, on="buyer_key", how="inner", validate="m:1")
        .sort("customer_id", "landing_no", "buyer_key")
        .group_by("customer_id", maintain_order=True)
        .agg(
            *(pl.col(key).drop_nulls().unique(maintain_order=True).alias(f"{key}s") for key in CUSTOMER_KEYS),
        )
    )
    classes = (
        value.value_classes(facts.days, as_of=facts.as_of, rules=rules, chain_only=True)
        .select("customer_id", "value_class", "net_sales_12m")
    )  # fmt: skip
    received = (
        recipient_keys(facts.gifts.lazy().drop("customer_id"))
        .join(keys.rename({"buyer_key": "recipient_key"}), on="recipient_key", how="inner", validate="m:1")
        .filter(pl.col("recipient_name").is_not_null())
        .sort("business_date", "order_id")
        .group_by("customer_id", maintain_order=True)
        .agg(received_as=pl.col("recipient_name").last())
    )
    sends_to = (
        facts.gifts.lazy()
        .filter(pl.col("recipient_name").is_not_null() & pl.col("customer_id").is_not_null())
        .group_by("customer_id")
        .agg(sends_to=pl.col("recipient_name").unique().sort().str.join(" "))
    )
    file = on_file.lazy().drop("landing_id", "source_row", "buyer_key", "landing_no", "referrer_key", "account")
    joined = file.with_columns(is_on_file=pl.lit(True)).join(told_keys, on="customer_id", how="full", coalesce=True)
    for part in (classes, received, sends_to, facts.net_sales.lazy()):
        joined = joined.join(part, on="customer_id", how="left", validate="1:1")
    text = ["district", "address", "occupation", "interests", "favourite_style", "note", "sends_to"]
    frame = (
        joined.drop("referrer_id")
        .join(facts.referred.lazy().select("customer_id", "referrer_id"), on="customer_id", how="left", validate="1:1")
        .with_columns(
            pl.col("is_on_file").fill_null(False),
            pl.col("net_sales").fill_null(0).cast(MONEY),
            pl.col("value_class").fill_null("none"),
            name=pl.coalesce("name", "received_as"),
            member_id=pl.coalesce("member_id", pl.col("member_ids").list.first()),
            any_phone=pl.coalesce("phone", pl.col("phones").list.first()),
            any_email=pl.coalesce("email", pl.col("emails").list.first()),
            remembered=pl.concat_str(text, separator=SEPARATOR, ignore_nulls=True).str.to_lowercase(),
            is_vip=(pl.col("value_class") == "A") | pl.col("member_tier").is_in(rules.vip_tiers).fill_null(False),
            **{f"{key}s": pl.col(f"{key}s").list.join(SEPARATOR) for key in CUSTOMER_KEYS},
        )
        .with_columns(pl.col("is_vip").fill_null(False))
        .drop("received_as", "sends_to")
        .sort("customer_id")
        .collect()
    )
    return frame.with_columns(spelled(frame["name"])).lazy()


def known_from(facts: Facts) -> date:
    """The last day with a sale."""
    last = facts.days.by_store.filter(pl.col("sales_cents") > 0)["business_date"].max()
    assert isinstance(last, date)
    return last
