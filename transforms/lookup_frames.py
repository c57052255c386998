"""What the look-ups read: the frames of the customer index. Imports nothing heavy, so that an answer comes at once."""

from __future__ import annotations

from dataclasses import dataclass, fields

import polars as pl


@dataclass(frozen=True)
class LookupFrames:
    """One LazyFrame each, all keyed by `customer_id`, as known at one moment. What happened later than a day asked about
    is left out by whoever asks."""

    customers: pl.LazyFrame
    """One row per customer (bought, on file, or was sent a gift), by `customer_id`: the customer file's columns, `is_on_file`,
    `keys` (all their identity keys), `phones`, `pinyin`, `remembered`, net_sales, value_class, is_vip, referrer_id."""
    purchases: pl.LazyFrame
    """One row per customer and chain purchase, by customer and date: sales, rhythm and home as fixed on that day, the dearest
    product with its category, the store and the moment of the day's last receipt."""
    bought: pl.LazyFrame
    """One row per store, customer, date and product of the last 36 months."""
    served: pl.LazyFrame
    """One row per customer, associate and day of the last 24 months."""
    gifts: pl.LazyFrame
    contacts: pl.LazyFrame
    complaints: pl.LazyFrame
    surveys: pl.LazyFrame
    referred: pl.LazyFrame
    """One row per customer who was brought: `referrer_id`, `referred_on`."""
    associates: pl.LazyFrame
    """One row per associate: the newest line of the staff file."""
    stores: pl.LazyFrame
    rain: pl.LazyFrame
    """One row per store and day with rain: `store_id`, `day`."""


FRAMES = tuple(frame.name for frame in fields(LookupFrames))
