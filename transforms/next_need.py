"""When a customer will need something next, and what: own rhythm or last year's gift days, own transitions between categories."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from transforms import care, vip

GIFT_HORIZON_DAYS = 90
"""A gift day within the horizon of `buy_again_3m` comes before the own rhythm."""
WEIGHTS = (1, 2, 4, 8, 16, 32, 64)
"""How many purchases of their own the chain's habit may be worth."""
TWELFTHS = 12
"""Own gaps are medians of whole days, blended in thirds: whole twelfths of a day. Counted in them, nothing is rounded twice."""


def next_needs(
    of: pl.LazyFrame, gifts: pl.LazyFrame, products_bought: pl.LazyFrame, products: pl.LazyFrame, *, as_of: date
) -> pl.LazyFrame:
    """One row per customer of `of` (customer_id, last_purchase_on, own_gap_days, purchases): the next need after `as_of`.

    `next_need_on` and `next_need`, where it comes from: gift_day, a gift of a year before whose day comes within 90 days
    (the first of them); else own_rhythm, the next beat of the own gap in whole days counted from the last purchase;
    chain_rhythm where they bought but once and the gap is the chain's.
    `next_need_category` and `next_need_share` (of `next_categories`); on a gift day what was bought then, share null.
    `recipient`, `occasion`, `product`, `last_year_on` of a gift day.
    """
    gap = (
        ((pl.col("own_gap_days") * TWELFTHS).round().cast(pl.Int64) + TWELFTHS // 2) // TWELFTHS
    ).clip(lower_bound=1)  # fmt: skip
    silence = (pl.lit(as_of) - pl.col("last_purchase_on")).dt.total_days()
    beat = pl.col("last_purchase_on") + pl.duration(days=(silence // gap + 1) * gap)
    known = products_bought.filter(pl.col("customer_id").is_not_null())  # strangers are not one customer
    bought = vip.last_products(known, products).select("customer_id", "business_date", "category")
    first_gift = (
        care.gift_days(gifts, first=as_of + timedelta(days=1), last=as_of + timedelta(days=GIFT_HORIZON_DAYS))
        .with_columns(gift_on=pl.col("trigger_on").dt.offset_by("12mo"))
        .sort("customer_id", "gift_on", "recipient", "product", nulls_last=True)
        .unique(subset="customer_id", keep="first", maintain_order=True)
        .join(
            bought.rename({"category": "gift_category"}),
            left_on=["customer_id", "trigger_on"], right_on=["customer_id", "business_date"], how="left", validate="1:1",
        )
        .select("customer_id", "gift_on", "gift_category", "recipient", "occasion", "product", last_year_on="trigger_on")
    )  # fmt: skip
    is_gift = pl.col("gift_on").is_not_null()
    rhythm = pl.when(pl.col("purchases") > 1).then(pl.lit("own_rhythm")).otherwise(pl.lit("chain_rhythm"))
    return (
        of.select("customer_id", "last_purchase_on", "own_gap_days", "purchases")
        .join(first_gift, on="customer_id", how="left", validate="1:1")
        .join(next_categories(of, bought), on="customer_id", how="left", validate="1:1")
        .select(
            "customer_id",
            next_need=pl.when(is_gift).then(pl.lit("gift_day")).otherwise(rhythm),
            next_need_on=pl.when(is_gift).then("gift_on").otherwise(beat),
            next_need_category=pl.when(is_gift).then("gift_category").otherwise("next_category"),
            next_need_share=pl.when(~is_gift).then("next_category_share"),
            recipient="recipient",
            occasion="occasion",
            product="product",
            last_year_on="last_year_on",
        )
        .sort("customer_id")
    )


def next_categories(of: pl.LazyFrame, bought: pl.LazyFrame) -> pl.LazyFrame:
    """One row per customer of `of` with a categorised purchase: `next_category`, and `next_category_share`, its chance.

    `bought`: one row per customer and purchase date, `category` of the dearest piece. After category b a customer's
    chance of c is (own b→c + w · chain's b→c) / (own b→… + w), where the chain's is its share of all that followed b,
    with one purchase of its overall mix added. The weight w is the one of WEIGHTS that would have foretold
    everybody's latest purchase best from what came before it (mean log chance, each without their own last step in the
    chain's shares; equal: the smaller). That is a Dirichlet prior of weight w (Minka 2000). Equal chances: by name.
    """
    steps = (
        bought.filter(pl.col("category").is_not_null())
        .sort("customer_id", "business_date")
        .select("customer_id", "business_date", then="category", after=pl.col("category").shift(1).over("customer_id"))
    )
    moves = steps.filter(pl.col("after").is_not_null())
    mix = steps.group_by("then").agg(of_then=pl.len()).with_columns(mix=pl.col("of_then") / pl.col("of_then").sum())
    chain_pairs = moves.group_by("after", "then").agg(chain_pair=pl.len().cast(pl.Float64))
    chain_after = moves.group_by("after").agg(chain_after=pl.len().cast(pl.Float64))
    weight = _weight(moves, mix, chain_pairs, chain_after)

    last = (
        steps.join(of.select("customer_id"), on="customer_id", how="semi")
        .group_by("customer_id")
        .agg(after=pl.col("then").sort_by("business_date").last())
    )
    own_pairs = moves.group_by("customer_id", "after", "then").agg(own_pair=pl.len().cast(pl.Float64))
    own_after = moves.group_by("customer_id", "after").agg(own_after=pl.len().cast(pl.Float64))
    chain_share = (pl.col("chain_pair").fill_null(0) + pl.col("mix")) / (pl.col("chain_after").fill_null(0) + 1)
    chance = (pl.col("own_pair").fill_null(0) + pl.col("weight") * chain_share) / (
        pl.col("own_after").fill_null(0) + pl.col("weight")
    )
    return (
        last.join(mix.select("then", "mix"), how="cross")
        .join(chain_pairs, on=["after", "then"], how="left", validate="m:1")
        .join(chain_after, on="after", how="left", validate="m:1")
        .join(own_pairs, on=["customer_id", "after", "then"], how="left", validate="1:1")
        .join(own_after, on=["customer_id", "after"], how="left", validate="m:1")
        .join(weight, how="cross")
        .with_columns(chance=chance)
        # equal chances are equal whatever the order of their sums
        .sort("customer_id", pl.col("chance").round(12), "then", descending=[False, True, False])
        .unique(subset="customer_id", keep="first", maintain_order=True)
        .select("customer_id", next_category="then", next_category_share="chance")
        .sort("customer_id")
    )


def _weight(
    moves: pl.LazyFrame, mix: pl.LazyFrame, chain_pairs: pl.LazyFrame, chain_after: pl.LazyFrame
) -> pl.LazyFrame:
    """One row: `weight`, the chain's habit in purchases; the largest while nobody has two steps to learn from."""
    latest = pl.col("business_date") == pl.col("business_date").max().over("customer_id")
    step = moves.with_columns(is_latest=latest)
    told = step.filter("is_latest").select("customer_id", "after", "then")
    before = step.filter(~pl.col("is_latest"))
    own_pair = before.group_by("customer_id", "after", "then").agg(own_pair=pl.len().cast(pl.Float64))
    own_after = before.group_by("customer_id", "after").agg(own_after=pl.len().cast(pl.Float64))
    chain_share = (pl.col("chain_pair") - 1 + pl.col("mix")) / pl.col("chain_after")
    scored = (
        told.join(own_after, on=["customer_id", "after"], how="inner", validate="1:1")
        .join(own_pair, on=["customer_id", "after", "then"], how="left", validate="1:1")
        .join(chain_pairs, on=["after", "then"], how="left", validate="m:1")
        .join(chain_after, on="after", how="left", validate="m:1")
        .join(mix.select("then", "mix"), on="then", how="left", validate="m:1")
    )
    own, of_own = pl.col("own_pair").fill_null(0), pl.col("own_after")
    log_chances = [((own + w * chain_share) / (of_own + w)).log().mean().round(12).alias(str(w)) for w in WEIGHTS]
    return (
        scored.select(log_chances)
        .unpivot(variable_name="weight", value_name="log_chance")
        .with_columns(pl.col("weight").cast(pl.Float64))
        .with_columns(order=pl.when(pl.col("log_chance").is_null()).then(-pl.col("weight")).otherwise("weight"))
        .sort("log_chance", "order", descending=[True, False], nulls_last=True)
        .head(1)
        .select("weight")
    )
