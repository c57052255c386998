"""The customer file as it stands, how each customer may be reached, and who looks after whom."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl

from schemas.segments import UNASSIGNED


def newest(rows: pl.LazyFrame, key: str) -> pl.LazyFrame:
    """One row per `key`: the line that landed last (within a file, the lowest line)."""
    return (
        rows.filter(pl.col(key).is_not_null())
        .sort("landing_no", "source_row")
        .unique(subset=[key], keep="last", maintain_order=True)
        .sort(key)
    )


def newest_of(rows: pl.LazyFrame, *keys: str) -> pl.LazyFrame:
    """One row per combination of `keys`: the line that landed last (within a file, the lowest line)."""
    return rows.sort("landing_no", "source_row").unique(subset=keys, keep="last", maintain_order=True).sort(keys)


def said_once(rows: pl.LazyFrame) -> pl.LazyFrame:
    """`rows` without those that a later file only repeats (registers are often exported in full every month)."""
    told = [name for name in rows.collect_schema().names() if name not in ("landing_id", "landing_no", "source_row")]
    return rows.sort("landing_no", "source_row").unique(subset=told, keep="first", maintain_order=True)


def customer_file(customers: pl.LazyFrame, customers_by_key: pl.LazyFrame, *, as_of: date) -> pl.LazyFrame:
    """One row per customer on file by `as_of`, by `customer_id`: the newest line.

    Nothing later counts: who became a member later is not on file yet, a later move is not known yet. `referrer_id` is
    the customer behind `referrer`.
    """
    referrers = customers_by_key.select(referrer_key="buyer_key", referrer_id="customer_id")
    return (
        newest(customers.join(customers_by_key, on="buyer_key", how="inner", validate="m:1"), "customer_id")
        .filter(pl.col("member_since").is_null() | (pl.col("member_since") <= as_of))
        .with_columns(moved_away_on=pl.when(pl.col("moved_away_on") <= as_of).then("moved_away_on"))
        .join(referrers, on="referrer_key", how="left", validate="m:1")
        .sort("customer_id")
    )


def _usable(address: str, *consents: str) -> pl.Expr:
    asked = pl.any_horizontal(pl.col(name).fill_null(False) for name in consents)
    return (
        pl.col(address).is_not_null() & asked if address != "wecom_added" else pl.col(address).fill_null(False) & asked
    )


def reach(file: pl.LazyFrame, *, on: date) -> pl.LazyFrame:
    """One row per customer on file: on that day `call_by` for a personal word, `write_by` for a greeting, `may_contact`.

    A channel counts when the address is there and its consent is given. Nobody who asked not to be contacted, or has
    moved away, may be contacted; the channel is then "in_store", as it is for those without a usable one.
    """
    moved = (pl.col("moved_away_on") <= on).fill_null(False)
    may = ~pl.col("do_not_contact").fill_null(False) & ~moved
    phone, sms = _usable("phone", "consent_phone"), _usable("phone", "consent_sms")
    wechat, email = _usable("wecom_added", "consent_wechat"), _usable("email", "consent_email")

    def first_of(*channels: tuple[str, pl.Expr]) -> pl.Expr:
        chosen = pl.lit("in_store")
        for name, usable in reversed(channels):
            chosen = pl.when(usable & may).then(pl.lit(name)).otherwise(chosen)
        return chosen

    return file.select(
        "customer_id",
        call_by=first_of(("phone", phone), ("wechat", wechat), ("sms", sms), ("email", email)),
        write_by=first_of(("wechat", wechat), ("sms", sms), ("email", email), ("phone", phone)),
        may_contact=may & (phone | sms | wechat | email),
    )


def current_associates(associates: pl.LazyFrame, *, on: date) -> pl.LazyFrame:
    """One row per associate at work on that day: associate_id, name, store_id, capacity (null: the chain's default)."""
    return newest(associates, "associate_id").filter(
        (pl.col("from_date").is_null() | (pl.col("from_date") <= on)) & (pl.col("to_date").is_null() | (pl.col("to_date") > on))
    ).select("associate_id", "name", "store_id", "capacity")  # fmt: skip


def closest_associate(
    served: pl.LazyFrame, file: pl.LazyFrame, current: pl.LazyFrame, homes: pl.LazyFrame
) -> pl.LazyFrame:
    """One row per customer with a home: `associate_id` of the one who is closest, null when nobody is.

    Of those now at work in the home store: who served the customer on most days (ties: most recently, then by id);
    else the associate named in the customer file, if at work there. `served`: one row per customer, associate and day.
    """
    at_home = homes.join(current.select("associate_id", home_store_id="store_id"), on="home_store_id", how="inner")
    by_service = (
        served.group_by("customer_id", "associate_id")
        .agg(days=pl.len(), latest=pl.col("business_date").max())
        .join(at_home.select("customer_id", "associate_id"), on=["customer_id", "associate_id"], how="semi")
        .sort("customer_id", "days", "latest", "associate_id", descending=[False, True, True, False])
        .group_by("customer_id", maintain_order=True)
        .agg(served_by=pl.col("associate_id").first())
    )
    named = file.select("customer_id", "associate_id").join(
        at_home.select("customer_id", "associate_id"), on=["customer_id", "associate_id"], how="semi"
    )
    return (
        homes.select("customer_id")
        .join(by_service, on="customer_id", how="left", validate="1:1")
        .join(named.rename({"associate_id": "named"}), on="customer_id", how="left", validate="1:1")
        .select("customer_id", associate_id=pl.coalesce("served_by", "named"))
        .sort("customer_id")
    )


def homes_of_all(file: pl.LazyFrame, status: pl.LazyFrame, successors: Mapping[str, str]) -> pl.LazyFrame:
    """One row per customer who bought or is on file: home store by purchases, else the file's; of a closed store, where
    its base went (`successors`). UNASSIGNED where neither says."""
    return (
        file.select("customer_id", file_home=pl.col("home_store_id").replace(dict(successors)))
        .join(
            status.select("customer_id", "last_purchase_on", home="home_store_id"),
            on="customer_id",
            how="full",
            coalesce=True,
        )
        .select("customer_id", "last_purchase_on", home_store_id=pl.coalesce("home", "file_home", pl.lit(UNASSIGNED)))
        .sort("customer_id")
    )


def live_base(file: pl.LazyFrame, homes: pl.LazyFrame, *, on: date, bought_since: date) -> pl.LazyFrame:
    """One row per customer on file: `home_store_id` (of `homes_of_all`), `is_live` and `is_prospect`.

    Live: may be contacted over a usable channel with consent on that day, and bought in the 24 months (not before
    `bought_since`). A prospect has never bought.
    """
    return (
        file.select("customer_id")
        .join(reach(file, on=on), on="customer_id", how="left", validate="1:1")
        .join(homes, on="customer_id", how="left", validate="1:1")
        .select(
            "customer_id",
            "home_store_id",
            is_live=pl.col("may_contact") & (pl.col("last_purchase_on") >= bought_since).fill_null(False),
            is_prospect=pl.col("last_purchase_on").is_null(),
        )
        .sort("customer_id")
    )
