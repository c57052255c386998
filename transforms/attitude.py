"""Loyal, switching or neither: the loyalty attitude of each customer, and the degree of serialisation of a store's base."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from schemas.columns import MONEY, as_cents
from schemas.period import window_start
from schemas.rules import Rules
from schemas.segments import SERIALISED_ATTITUDES
from transforms.activity import CustomerDays
from transforms.value import customer_sales

BASIS_POINTS = 10_000


def product_days(
    order_lines: pl.LazyFrame, customers_by_key: pl.LazyFrame, *, since: date, as_of: date
) -> pl.LazyFrame:
    """One row per store, customer (null: nobody known), date and product sold: sales (Decimal, refunds excluded), quantity."""
    return (
        order_lines.filter(pl.col("business_date").is_between(since, as_of) & (pl.col("line_kind") == "sale"))
        .join(customers_by_key, on="buyer_key", how="left", validate="m:1")
        .group_by("store_id", "customer_id", "business_date", "product_id")
        .agg(
            sales=pl.col("net_sales").sum().cast(MONEY),
            quantity=pl.col("quantity").sum(),
            product_name=pl.col("product_name").drop_nulls().sort().last(),
        )
        .sort("customer_id", "business_date", "store_id", "product_id", nulls_last=True)
    )


def launches(order_lines: pl.LazyFrame, products: pl.LazyFrame, *, history_from: date, rules: Rules) -> pl.LazyFrame:
    """One row per new product: product_id, launched_on (the product file's launch date, else its first sale in the chain).

    Products first sold in the chain's first 90 days of history are not new, whatever the file says.
    """
    first_sold = (
        order_lines.filter(pl.col("line_kind") == "sale")
        .group_by("product_id")
        .agg(sold_from=pl.col("business_date").min())
    )
    return (
        first_sold.filter(pl.col("sold_from") >= history_from + timedelta(days=rules.launch_blind_days))
        .join(products.select("product_id", "launch_date"), on="product_id", how="left", validate="1:1")
        .select("product_id", launched_on=pl.coalesce("launch_date", "sold_from"))
        .sort("product_id")
    )


def loyalty_attitude(
    status: pl.LazyFrame,
    days: CustomerDays,
    products_bought: pl.LazyFrame,
    products: pl.LazyFrame,
    new_products: pl.LazyFrame,
    stated: pl.LazyFrame,
    *,
    as_of: date,
    rules: Rules,
) -> pl.LazyFrame:
    """One row per customer in `status`: attitude (first rule that holds), devotion and what the rules looked at.

    `products_bought`: product_days of the window. `stated`: one row per customer with a survey, complaint or lapse reason
    in the window, `share_of_wallet` (latest) and `named_competitor`.
    Devotion: the top brand's share of spend where the home store sold three or more brands in the window; else the
    stated share of wallet; else 1. Equal brands: the first by name.
    """
    since = window_start(as_of, rules.attitude_months)
    middle = window_start(as_of, rules.attitude_months // 2)
    in_window = pl.col("business_date").is_between(since, as_of)
    cents = as_cents(pl.col("sales"))
    spend = days.named(
        days.chain(since, as_of)
        .filter(pl.col("customer_no").is_not_null())
        .group_by("customer_no")
        .agg(
            purchases_24m=(pl.col("sales_cents") > 0).sum().cast(pl.Int64),
            spent_24m=pl.col("sales_cents").sum().cast(pl.Int128),
            promotion_24m=pl.col("promotion_sales_cents").sum().cast(pl.Int128),
        )
    )
    branded = (
        products_bought.filter(in_window)
        .join(products.select("product_id", "brand"), on="product_id", how="inner", validate="m:1")
        .filter(pl.col("brand").is_not_null())
        .with_columns(cents=cents)
    )
    # also what only strangers buy is sold
    brands_sold = branded.group_by(home_store_id="store_id").agg(brands_sold=pl.col("brand").n_unique().cast(pl.Int64))
    by_brand = branded.group_by("customer_id", "brand").agg(
        spent=pl.col("cents").sum(),
        spent_first=pl.col("cents").filter(pl.col("business_date") < middle).sum(),
        spent_second=pl.col("cents").filter(pl.col("business_date") >= middle).sum(),
    )

    def top_brand(column: str) -> pl.Expr:
        top = pl.col("brand").sort_by(column, "brand", descending=[True, False]).first()
        return pl.when(pl.col(column).max() > 0).then(top)

    brand_facts = by_brand.group_by("customer_id").agg(
        spent_on_top_brand=pl.col("spent").max(),
        top_first=top_brand("spent_first"),
        top_second=top_brand("spent_second"),
    )
    early = (
        products_bought.filter(in_window)
        .join(new_products, on="product_id", how="inner", validate="m:1")
        .filter(
            (pl.col("business_date") >= pl.col("launched_on"))
            & ((pl.col("business_date") - pl.col("launched_on")).dt.total_days() <= rules.early_adoption_days)
        )
        .group_by("customer_id")
        .agg(new_products_early=pl.col("product_id").n_unique().cast(pl.Int64))
    )
    facts = status.select("customer_id", "home_store_id")
    for part in (spend, brand_facts, early, stated):
        facts = facts.join(part, on="customer_id", how="left", validate="1:1")
    facts = facts.join(brands_sold, on="home_store_id", how="left", validate="m:1")
    # shares are compared in whole cents: exactly 60 % is 60 %
    by_brands = pl.col("brands_sold").fill_null(0) >= rules.brands_for_devotion
    on_top_brand = pl.col("spent_on_top_brand").fill_null(0)
    stated_share = pl.coalesce("share_of_wallet", pl.lit(1.0))
    is_devoted = (
        pl.when(by_brands)
        .then(on_top_brand * BASIS_POINTS >= pl.col("spent_24m") * round(rules.devotion_share * BASIS_POINTS))
        .otherwise(stated_share >= rules.devotion_share)
    )
    devotion = (
        pl.when(by_brands)
        .then(on_top_brand.cast(pl.Float64) / pl.col("spent_24m").cast(pl.Float64))
        .otherwise(stated_share)
    )
    attitude = (
        pl.when(pl.col("purchases_24m").fill_null(0) == 0)
        .then(pl.lit("not_seen"))
        .when(pl.col("new_products_early").fill_null(0) >= rules.early_adopter_products)
        .then(pl.lit("early_adopter"))
        .when(pl.col("purchases_24m") < rules.attitude_min_purchases)
        .then(pl.lit("too_early"))
        .when(
            pl.col("promotion_24m") * BASIS_POINTS >= pl.col("spent_24m") * round(rules.promotion_share * BASIS_POINTS)
        )
        .then(pl.lit("no_loyalty"))
        .when(is_devoted)
        .then(pl.lit("loyal"))
        .when(
            (pl.col("top_first") != pl.col("top_second")).fill_null(False) | pl.col("named_competitor").fill_null(False)
        )
        .then(pl.lit("switcher"))
        .otherwise(pl.lit("no_loyalty"))
    )
    return (
        facts.with_columns(devotion=devotion)
        .select("customer_id", "devotion", "new_products_early", "purchases_24m", attitude=attitude)
        .sort("customer_id")
    )


def attitude_mix(days: CustomerDays, attitudes: pl.LazyFrame, classes: pl.LazyFrame, *, as_of: date) -> pl.LazyFrame:
    """One row per scope and attitude: the scope's 12-month buyers, how many of them are serialised, their net sales.

    Who has a purchase there is a buyer, also when more was returned. Serialised: loyal, early adopter, or class A in this
    scope.
    """
    by_number = attitudes.join(days.numbers(), on="customer_id", how="inner", validate="1:1")
    best = classes.filter(pl.col("value_class") == "A").select("scope", "customer_id", is_best=pl.lit(True))
    buyers = (
        customer_sales(days, since=window_start(as_of, 12), until=as_of)
        .filter(pl.col("purchases") > 0)
        .select("scope_no", "customer_no", "net_sales_cents")
        .join(by_number.select("customer_no", "attitude"), on="customer_no", how="left", validate="m:1")
    )
    return (
        days.named(buyers)
        .join(best, on=["scope", "customer_id"], how="left", validate="1:1")
        .with_columns(is_serialised=pl.col("attitude").is_in(SERIALISED_ATTITUDES) | pl.col("is_best").fill_null(False))
        .group_by("scope", "attitude")
        .agg(
            customers=pl.len().cast(pl.Int64),
            serialised=pl.col("is_serialised").sum().cast(pl.Int64),
            net_sales_12m=pl.col("net_sales").sum().cast(MONEY),
        )
        .sort("scope", "attitude")
    )
