"""The ten VIP questions: what each of the year's best customers likes, and what is still not known about them."""

from __future__ import annotations

from datetime import date

import polars as pl


def favourites(products_bought: pl.LazyFrame, products: pl.LazyFrame) -> pl.LazyFrame:
    """One row per customer: `favourite_product` and `favourite_style`, by sales in the window; ties by name.

    `products_bought`: `attitude.product_days`. A product without a name shows its id.
    """
    named = products_bought.join(
        products.select("product_id", "name", "style"), on="product_id", how="left", validate="m:1"
    ).with_columns(label=pl.coalesce("name", "product_name", "product_id"))

    def best(column: str, alias: str) -> pl.LazyFrame:
        return (
            named.filter(pl.col(column).is_not_null())
            .group_by("customer_id", column)
            .agg(pl.col("sales").sum())
            .sort("customer_id", "sales", column, descending=[False, True, False])
            .group_by("customer_id", maintain_order=True)
            .agg(pl.col(column).first().alias(alias))
        )

    return best("label", "favourite_product").join(
        best("style", "favourite_style"), on="customer_id", how="left", validate="1:1"
    ).sort("customer_id")  # fmt: skip


def last_products(products_bought: pl.LazyFrame, products: pl.LazyFrame) -> pl.LazyFrame:
    """One row per customer and date: `product`, the dearest thing bought that day (ties by name), and its `category`."""
    return (
        products_bought.join(
            products.select("product_id", "name", "category"), on="product_id", how="left", validate="m:1"
        )
        .with_columns(label=pl.coalesce("name", "product_name", "product_id"))
        .sort("customer_id", "business_date", "sales", "label", descending=[False, False, True, False])
        .group_by("customer_id", "business_date", maintain_order=True)
        .agg(product=pl.col("label").first(), category=pl.col("category").first())
    )


def stated_views(surveys: pl.LazyFrame, complaints: pl.LazyFrame, *, since: date, as_of: date) -> pl.LazyFrame:
    """One row per customer who said something in the window: the latest likes, dislikes, share of wallet, competitor.

    `said_on` is the day of the latest word. A complaint's cause stands as a dislike where no survey names one.
    """
    day = pl.col("answered_at").dt.date()
    latest = {
        name: pl.col(name).sort_by("answered_at", "source_row").drop_nulls().last()
        for name in ("likes", "dislikes", "share_of_wallet", "competitor")
    }
    told = (
        surveys.filter(day.is_between(since, as_of) & pl.col("customer_id").is_not_null())
        .group_by("customer_id")
        .agg(**latest, said_on=day.max())
    )
    complained = (
        complaints.filter(
            pl.col("received_at").dt.date().is_between(since, as_of) & pl.col("customer_id").is_not_null()
        )
        .group_by("customer_id")
        .agg(
            complaint_cause=pl.col("cause").sort_by("received_at", "complaint_id").drop_nulls().last(),
            complaint_competitor=pl.col("competitor").sort_by("received_at", "complaint_id").drop_nulls().last(),
            complained_on=pl.col("received_at").dt.date().max(),
        )
    )
    return (
        told.join(complained, on="customer_id", how="full", coalesce=True)
        .select(
            "customer_id",
            "likes",
            "share_of_wallet",
            dislikes=pl.coalesce("dislikes", "complaint_cause"),
            competitor=pl.coalesce("competitor", "complaint_competitor"),
            said_on=pl.max_horizontal("said_on", "complained_on"),
        )
        .with_columns(named_competitor=pl.col("competitor").is_not_null())
        .sort("customer_id")
    )


def knowledge(
    file: pl.LazyFrame, favourite: pl.LazyFrame, stated: pl.LazyFrame, customers: pl.LazyFrame
) -> pl.LazyFrame:
    """One row per customer of `customers`: for each of V2, V3, V7, V8, V9, V10 whether it is answered.

    V2: where they live (district or address), occupation and interests are all on file. V3: a favourite product is
    known from the receipts. V7, V8, V9: likes, share of wallet, dislikes were stated. V10: not before there is evidence.
    """
    lives = pl.col("district").is_not_null() | pl.col("address").is_not_null()
    return (
        customers.select("customer_id")
        .join(file, on="customer_id", how="left", validate="1:1")
        .join(favourite, on="customer_id", how="left", validate="1:1", suffix="_bought")
        .join(stated, on="customer_id", how="left", validate="1:1")
        .select(
            "customer_id",
            v2=lives & pl.col("occupation").is_not_null() & pl.col("interests").is_not_null(),
            v3=pl.col("favourite_product").is_not_null(),
            v7=pl.col("likes").is_not_null(),
            v8=pl.col("share_of_wallet").is_not_null(),
            v9=pl.col("dislikes").is_not_null(),
            v10=pl.lit(False),
        )
        .sort("customer_id")
    )
