"""Who is who: the keys by which rows name a customer, and the customers that those keys belong to."""

from __future__ import annotations

from hashlib import blake2b

import polars as pl

from schemas.source_formats import CUSTOMER_KEYS

_CHINESE_MOBILE = r"^1\d{10}$"


def buyer_key(member_id: str | None, phone: str | None, email: str | None, account: str | None) -> int:
    """A stable 63-bit number for one set of customer keys; the same on every machine and version."""
    told = "\x1f".join(part or "" for part in (member_id, phone, email, account))
    return int.from_bytes(blake2b(told.encode(), digest_size=8).digest()) >> 1


def with_buyer_key(frame: pl.DataFrame) -> pl.DataFrame:
    """`frame` with `buyer_key`, null where a row names nobody. Keys that the frame lacks count as empty."""
    frame = frame.with_columns(pl.lit(None, pl.String).alias(key) for key in CUSTOMER_KEYS if key not in frame.columns)
    named = frame.select(CUSTOMER_KEYS).unique().filter(pl.any_horizontal(pl.col(CUSTOMER_KEYS).is_not_null()))
    keys = pl.Series("buyer_key", [buyer_key(*row) for row in named.iter_rows()], dtype=pl.Int64)
    return frame.join(
        named.with_columns(keys), on=CUSTOMER_KEYS, how="left", nulls_equal=True, maintain_order="left", validate="m:1"
    )


def key_of_reference(references: pl.Series) -> pl.Series:
    """Buyer keys of free references to a person (a referrer's member id or mobile number), null where empty."""
    named = references.drop_nulls().unique()
    mobile = named.str.contains(_CHINESE_MOBILE)
    keys = [
        buyer_key(None, text, None, None) if is_mobile else buyer_key(text, None, None, None)
        for text, is_mobile in zip(named.to_list(), mobile.to_list(), strict=True)
    ]
    return references.replace_strict(named, keys, default=None, return_dtype=pl.Int64)


def buyers_of_reference(references: pl.Series) -> pl.DataFrame:
    """One row per distinct reference: its buyer key and the key columns it stands for."""
    named = references.drop_nulls().unique(maintain_order=True)
    mobile = named.str.contains(_CHINESE_MOBILE)
    return pl.DataFrame(
        {
            "buyer_key": key_of_reference(named),
            "member_id": named.set(mobile, None),
            "phone": named.set(~mobile, None),
            "email": pl.Series([None] * len(named), dtype=pl.String),
            "account": pl.Series([None] * len(named), dtype=pl.String),
        }
    )


def customers_by_key(buyers: pl.DataFrame) -> pl.DataFrame:
    """One row per buyer key: the `customer_id` it belongs to.

    `buyers` has one row per landing and set of keys (`buyer_key`, the four keys, `landing_no`). Sets that share a member
    id, phone, e-mail or account are the same customer, and so on through any chain of them. A customer's id is that of
    the set that was known first, so it stays when more keys become known later.
    """
    sets = (
        buyers.group_by("buyer_key")
        .agg(pl.col("landing_no").min(), pl.col(CUSTOMER_KEYS).first())
        .sort("landing_no", "buyer_key")
        .with_row_index("place")
    )
    # every set points at the earliest set it shares a key with; pointing on until nothing changes joins whole chains
    links = pl.concat(
        [
            sets.filter(pl.col(key).is_not_null()).select("place", mark=pl.format("{}\x1f{}", pl.lit(key), pl.col(key)))
            for key in CUSTOMER_KEYS
        ]
    )
    group = sets["place"].alias("group")
    while True:
        joined = links.with_columns(group=group.gather(links["place"]))
        lowest = (
            joined.with_columns(lowest=pl.col("group").min().over("mark")).group_by("place").agg(pl.col("lowest").min())
        )
        fresh = sets.select("place").join(lowest, on="place", how="left", maintain_order="left")["lowest"]
        fresh = fresh.fill_null(sets["place"])
        fresh = fresh.gather(fresh)
        if fresh.equals(group):
            break
        group = fresh.alias("group")
    earliest = sets["buyer_key"].gather(group)
    return sets.select("buyer_key").with_columns(
        customer_id=pl.Series("customer_id", [f"c{key:016x}" for key in earliest.to_list()], dtype=pl.String)
    )
