"""Where the next sales may come from: what the best start to buy, what goes together, what early adopters pick, who has
never bought, what customers hold, and who the key accounts are.

Every frame is per scope (a store, or the chain) and customers × categories at most: never products × products.
"""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from schemas.columns import MONEY
from schemas.period import Month, window_start
from schemas.rules import Rules
from schemas.segments import CHAIN
from transforms.activity import CustomerDays
from transforms.value import customer_sales, is_cost_known, margin

ADOPTION_MONTHS = 3
LOOK_BACK_MONTHS = 24
"""Who has not bought of a category for so long, and buys of it now, has started to."""
TOGETHER_MONTHS = 12
TOGETHER_AT_LEAST = 10
"""Customers who bought of both categories: below this a pair says nothing."""
Z_95 = 1.959964
PICKED_MONTHS = 6
"""Early adopters' picks: new products launched in so many months."""
JUDGED_MONTHS = 24
"""A pick can be judged a year after its launch; older launches than this are another time's."""
FADED_SHARE = 2
"""A new product has faded when it sells less than one half of its category's median."""
EXPIRES_WITHIN_MONTHS = 2
"""Until the end of the month after next: the coming month's visits can still tell them."""


def category_days(products_bought: pl.LazyFrame, products: pl.LazyFrame) -> pl.LazyFrame:
    """One row per scope, known customer, date and category bought; products without a category are left out."""
    bought = (
        products_bought.filter(pl.col("customer_id").is_not_null())
        .join(products.select("product_id", "category"), on="product_id", how="inner", validate="m:1")
        .filter(pl.col("category").is_not_null())
        .select("store_id", "customer_id", "business_date", "category")
    )
    scoped = [bought.rename({"store_id": "scope"}), bought.with_columns(scope=pl.lit(CHAIN)).drop("store_id")]
    keys = ("scope", "customer_id", "business_date", "category")
    return pl.concat([rows.select(keys) for rows in scoped]).unique().sort(keys)


def adoption(category_days: pl.LazyFrame, classes: pl.LazyFrame, *, as_of: date) -> pl.LazyFrame:
    """One row per scope and category: how many A customers, and how many others, started to buy of it.

    Looked at are customers who bought both in the last 3 months and in the 24 before: new customers start everything.
    Could adopt (`a_could`, `others_could`): those of them without the category in the 24 months; started (`a_started`,
    `others_started`): those who bought of it now. `difference` of the two shares with its 95 % interval (Newcombe,
    Statistics in Medicine 17, 1998, method 10). `classes`: value classes at `as_of`; who has none is no A.
    """
    since = window_start(as_of, ADOPTION_MONTHS)
    back = window_start(as_of, ADOPTION_MONTHS + LOOK_BACK_MONTHS)
    is_now, is_before = pl.col("business_date") >= since, pl.col("business_date").is_between(back, since, closed="left")
    keys = ["scope", "customer_id"]
    by_category = (
        category_days.filter(pl.col("business_date") >= back)
        .group_by(*keys, "category")
        .agg(now=is_now.any(), before=is_before.any())
    )
    stayed = (
        by_category.group_by(keys)
        .agg(now=pl.col("now").any(), before=pl.col("before").any())
        .filter(pl.col("now") & pl.col("before"))
        .join(classes.select(*keys, "value_class"), on=keys, how="left", validate="1:1")
        .select(*keys, is_a=(pl.col("value_class") == "A").fill_null(False))
    )
    people = stayed.group_by("scope").agg(
        a=pl.col("is_a").sum().cast(pl.Int64), others=(~pl.col("is_a")).sum().cast(pl.Int64)
    )
    had, started = pl.col("before"), pl.col("now") & ~pl.col("before")
    is_a = pl.col("is_a")
    counted = (
        by_category.join(stayed, on=keys, how="inner", validate="m:1")
        .group_by("scope", "category")
        .agg(
            a_had=(had & is_a).sum().cast(pl.Int64),
            others_had=(had & ~is_a).sum().cast(pl.Int64),
            a_started=(started & is_a).sum().cast(pl.Int64),
            others_started=(started & ~is_a).sum().cast(pl.Int64),
        )
        .join(people, on="scope", how="left", validate="m:1")
        .select(
            "scope",
            "category",
            "a_started",
            "others_started",
            a_could=pl.col("a") - pl.col("a_had"),
            others_could=pl.col("others") - pl.col("others_had"),
        )
    )
    of_a, a_low, a_high = _wilson("a_started", "a_could")
    of_others, others_low, others_high = _wilson("others_started", "others_could")
    difference = of_a - of_others
    return counted.with_columns(
        a_share=of_a,
        others_share=of_others,
        difference=difference,
        difference_low=difference - ((of_a - a_low) ** 2 + (others_high - of_others) ** 2).sqrt(),
        difference_high=difference + ((a_high - of_a) ** 2 + (of_others - others_low) ** 2).sqrt(),
    ).sort("scope", "difference_low", "category", descending=[False, True, False], nulls_last=True)


def _wilson(successes: str, trials: str) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """A share and its 95 % Wilson interval; null without trials."""
    n = pl.when(pl.col(trials) > 0).then(pl.col(trials).cast(pl.Float64))
    share = pl.col(successes) / n
    middle = (share + Z_95**2 / (2 * n)) / (1 + Z_95**2 / n)
    half = Z_95 / (1 + Z_95**2 / n) * (share * (1 - share) / n + Z_95**2 / (4 * n * n)).sqrt()
    return share, middle - half, middle + half


def bought_together(category_days: pl.LazyFrame, *, as_of: date) -> pl.LazyFrame:
    """One row per scope and pair of categories (`category` < `other` by name) that at least 10 customers bought both of
    in 12 months: with_both, with_category, with_other, customers; lift and its 95 % interval.

    lift = P(both) / (P(category) · P(other)): 1 when one says nothing about the other. The interval is that of log lift
    by the delta method: variance (1/p₁₂ − 1/p₁ − 1/p₂ + 2·lift − 1) / n.
    """
    since = window_start(as_of, TOGETHER_MONTHS)
    keys = ["scope", "customer_id"]
    holds = category_days.filter(pl.col("business_date") >= since).select(*keys, "category").unique()
    buyers = holds.group_by("scope").agg(customers=pl.col("customer_id").n_unique().cast(pl.Int64))
    each = holds.group_by("scope", "category").agg(n=pl.len().cast(pl.Int64))
    # pairs of categories of one customer: categories are few, whatever the number of products
    pairs = (
        holds.join(holds.rename({"category": "other"}), on=keys, how="inner")
        .filter(pl.col("category") < pl.col("other"))
        .group_by("scope", "category", "other")
        .agg(with_both=pl.len().cast(pl.Int64))
        .filter(pl.col("with_both") >= TOGETHER_AT_LEAST)
    )
    n = pl.col("customers")
    p12, p1, p2 = (pl.col(name) / n for name in ("with_both", "with_category", "with_other"))
    spread = Z_95 * ((1 / p12 - 1 / p1 - 1 / p2 + 2 * pl.col("lift") - 1) / n).clip(lower_bound=0).sqrt()
    return (
        pairs.join(each.rename({"n": "with_category"}), on=["scope", "category"], how="left", validate="m:1")
        .join(each.rename({"n": "with_other", "category": "other"}), on=["scope", "other"], how="left", validate="m:1")
        .join(buyers, on="scope", how="left", validate="m:1")
        .with_columns(
            lift=p12 / (p1 * p2),
            with_one=pl.col("with_category") + pl.col("with_other") - 2 * pl.col("with_both"),
        )
        .with_columns(lift_low=pl.col("lift") * (-spread).exp(), lift_high=pl.col("lift") * spread.exp())
        .sort("scope", "lift_low", "category", "other", descending=[False, True, False, False])
    )


# ---- early adopters


def early_picks(
    products_bought: pl.LazyFrame, new_products: pl.LazyFrame, attitudes: pl.LazyFrame, *, as_of: date, rules: Rules
) -> pl.LazyFrame:
    """One row per early adopter and new product they took within 60 days of its launch, in the attitude's 24 months:
    customer_id, product_id, launched_on, product_name as the till printed it."""
    days = (pl.col("business_date") - pl.col("launched_on")).dt.total_days()
    since = window_start(as_of, rules.attitude_months)
    return (
        products_bought.filter(pl.col("business_date").is_between(since, as_of))
        .join(new_products, on="product_id", how="inner", validate="m:1")
        .filter(days.is_between(0, rules.early_adoption_days))
        .join(attitudes.filter(pl.col("attitude") == "early_adopter"), on="customer_id", how="semi")
        .group_by("customer_id", "product_id", "launched_on")
        .agg(product_name=pl.col("product_name").drop_nulls().sort().last())
        .sort("customer_id", "product_id")
    )


def faded_products(
    products_bought: pl.LazyFrame, products: pl.LazyFrame, new_products: pl.LazyFrame, *, as_of: date
) -> pl.LazyFrame:
    """One row per new product launched 12 to 24 months before `as_of`: `has_faded`.

    A year on, in the 12 months to `as_of`, it sold (anywhere in the chain, to anybody) less than half of what the median
    product of its category did, among those that sold at all. Products without a category cannot be judged.
    After Anderson, Lin, Simester and Tucker, Harbingers of Failure, Journal of Marketing Research 52 (2015).
    """
    sold = (
        products_bought.filter(pl.col("business_date") >= window_start(as_of, 12))
        .group_by("product_id")
        .agg(sales_12m=pl.col("sales").sum())
        .join(products.select("product_id", "category"), on="product_id", how="inner", validate="1:1")
    )
    median = (
        sold.filter(pl.col("category").is_not_null() & (pl.col("sales_12m") > 0))
        .group_by("category")
        .agg(median_sales_12m=pl.col("sales_12m").median())
    )
    first = window_start(as_of, JUDGED_MONTHS)
    return (
        new_products.filter(pl.col("launched_on").is_between(first, window_start(as_of, 12), closed="left"))
        .join(products.select("product_id", "category"), on="product_id", how="inner", validate="1:1")
        .join(sold.select("product_id", "sales_12m"), on="product_id", how="left", validate="1:1")
        .join(median, on="category", how="inner", validate="m:1")
        .select(
            "product_id",
            has_faded=FADED_SHARE * pl.col("sales_12m").fill_null(0).cast(pl.Float64) < pl.col("median_sales_12m"),
        )
        .sort("product_id")
    )


def harbingers(picks: pl.LazyFrame, faded: pl.LazyFrame) -> pl.LazyFrame:
    """One row per early adopter with picks old enough to judge: picks_judged, picks_faded, harbinger_share of them."""
    return (
        picks.join(faded, on="product_id", how="inner", validate="m:1")
        .group_by("customer_id")
        .agg(picks_judged=pl.len().cast(pl.Int64), picks_faded=pl.col("has_faded").sum().cast(pl.Int64))
        .with_columns(harbinger_share=pl.col("picks_faded") / pl.col("picks_judged"))
        .sort("customer_id")
    )


def picked_lately(
    picks: pl.LazyFrame, harbingers: pl.LazyFrame, homes: pl.LazyFrame, products: pl.LazyFrame, *, as_of: date
) -> pl.LazyFrame:
    """One row per scope and new product launched in the last 6 months that early adopters at home there took:
    pickers, `judged` of them with picks that can be judged, and `harbinger_share` over all of those picks.

    Without a name in the product file it has the one the till printed."""
    lately = (
        picks.filter(pl.col("launched_on") >= window_start(as_of, PICKED_MONTHS))
        .join(harbingers, on="customer_id", how="left", validate="m:1")
        .join(homes.select("customer_id", "home_store_id"), on="customer_id", how="inner", validate="m:1")
    )
    everywhere = pl.concat([lately.with_columns(scope="home_store_id"), lately.with_columns(scope=pl.lit(CHAIN))])
    judged = pl.col("picks_judged").sum()
    return (
        everywhere.group_by("scope", "product_id", "launched_on")
        .agg(
            product_name=pl.col("product_name").drop_nulls().sort().last(),
            pickers=pl.len().cast(pl.Int64),
            judged=pl.col("picks_judged").is_not_null().sum().cast(pl.Int64),
            harbinger_share=pl.when(judged > 0).then(pl.col("picks_faded").sum() / judged),
        )
        .join(products.select("product_id", "name", "category"), on="product_id", how="left", validate="m:1")
        .with_columns(name=pl.coalesce("name", "product_name"))
        .drop("product_name")
        .sort("scope", "pickers", "product_id", descending=[False, True, False])
    )


# ---- people who have not bought, things not yet spent


def prospects(
    file: pl.LazyFrame, recipients: pl.LazyFrame, referred: pl.LazyFrame, homes: pl.LazyFrame, reach: pl.LazyFrame
) -> pl.LazyFrame:
    """One row per person who is known and has never bought: home_store_id, `prospect_kind` (first that holds: referred,
    recipient, on_file) and `may_contact`.

    `homes`: one row per customer who bought or is on file, `last_purchase_on` null for those who never did.
    `recipients`: of gifts, never bought and not on file; nothing is known of their consent, the giver has to be asked.
    """
    on_file = (
        homes.filter(pl.col("last_purchase_on").is_null())
        .join(file.select("customer_id"), on="customer_id", how="semi")
        .select("customer_id", "home_store_id", kind=pl.lit("on_file"))
    )
    return (
        pl.concat([on_file, recipients.select("customer_id", "home_store_id", kind=pl.lit("recipient"))])
        .join(referred.select("customer_id", is_referred=pl.lit(True)), on="customer_id", how="left", validate="1:1")
        .join(reach.select("customer_id", "may_contact"), on="customer_id", how="left", validate="1:1")
        .select(
            "customer_id",
            "home_store_id",
            prospect_kind=pl.when(pl.col("is_referred").fill_null(False)).then(pl.lit("referred")).otherwise("kind"),
            may_contact=pl.col("may_contact").fill_null(False),
        )
        .sort("customer_id")
    )


def expiring(file: pl.LazyFrame, *, as_of: date, rules: Rules) -> pl.LazyFrame:
    """One row per customer on file with points or stored value: `points_expire_on`, `stored_value_expire_on`, and
    `expiring_points`, `expiring_stored_value` (0 when not by the end of the month after next).

    The day of the points is the file's, else the next day on which chain.toml clears them (`points_expire_every`, "12-31").
    """
    cleared = next_day_of_year(rules.points_expire_every, after=as_of)
    last = Month.of(as_of).plus(EXPIRES_WITHIN_MONTHS).last_day
    points, value = pl.col("points").fill_null(0), pl.col("stored_value").fill_null(0).cast(MONEY)
    soon = {
        name: pl.col(name).is_between(as_of, last, closed="right").fill_null(False)
        for name in ("points_expire_on", "stored_value_expire_on")
    }
    return (
        file.filter((points > 0) | (value > 0))
        .with_columns(points_expire_on=pl.coalesce("points_expire_on", pl.lit(cleared, pl.Date)))
        .select(
            "customer_id",
            "points_expire_on",
            "stored_value_expire_on",
            points=points,
            stored_value=value,
            expiring_points=pl.when(soon["points_expire_on"]).then(points).otherwise(0),
            expiring_stored_value=pl.when(soon["stored_value_expire_on"])
            .then(value)
            .otherwise(pl.lit(0).cast(MONEY))
            .cast(MONEY),
        )
        .sort("customer_id")
    )


def next_day_of_year(month_day: str, *, after: date) -> date | None:
    """The next day "12-31" falls on after a day (29 February: on the 28th of common years); None for ""."""
    if not month_day:
        return None
    month, day = (int(part) for part in month_day.split("-"))
    days = [min(Month(year, month).first_day + timedelta(days=day - 1), Month(year, month).last_day)
            for year in (after.year, after.year + 1)]  # fmt: skip
    return next(found for found in days if found > after)


# ---- segments that the trade expects


def key_accounts(classes: pl.LazyFrame, file: pl.LazyFrame) -> pl.LazyFrame:
    """One row per scope and class A customer: net_sales_12m, rank and `customer_kind` (individual where the file is silent)."""
    return (
        classes.filter(pl.col("value_class") == "A")
        .join(file.select("customer_id", "customer_kind"), on="customer_id", how="left", validate="m:1")
        .with_columns(pl.col("customer_kind").fill_null("individual"))
        .sort("scope", "rank", "customer_id")
    )


def rfm(days: CustomerDays, *, as_of: date, rules: Rules) -> pl.LazyFrame:
    """One row per scope and customer with a purchase in 24 months: `rfm_group`, of the eight by three fixed cuts.

    High is: last purchase at most `rfm_recency_days` ago; at least `rfm_purchases` purchases; net sales of at least
    `rfm_net_sales` (all in the scope, in 24 months). Equal customers get equal groups: no quantiles.
    """
    since = window_start(as_of, rules.attitude_months)
    recent = (pl.lit(as_of) - pl.col("last_purchase_on")).dt.total_days() <= rules.rfm_recency_days
    often = pl.col("purchases") >= rules.rfm_purchases
    much = pl.col("net_sales") >= rules.rfm_net_sales
    letters = [pl.when(is_high).then(pl.lit("h")).otherwise(pl.lit("l")) for is_high in (recent, often, much)]
    return (
        days.named(customer_sales(days, since=since, until=as_of).filter(pl.col("purchases") > 0))
        .select("scope", "customer_id", "net_sales", rfm_group=pl.concat_str(letters))
        .sort("scope", "customer_id")
    )


# ---- profit


def profit(days: CustomerDays, firsts: pl.LazyFrame, *, as_of: date) -> pl.LazyFrame:
    """One row per scope: profit per returning and per first-time customer of the 12 months, and how many customers'
    lifetime margin is below zero.

    Profit is `value.margin` where cost is known for at least 95 % of the sales in the window, else net sales:
    `is_margin`. First-time: first purchase in the scope within the window. `unprofitable_customers` is null where the
    lifetime's cost is not known so far. `firsts`: `value.first_purchases`.
    """
    since = window_start(as_of, 12)
    lifetime = (
        days.named(customer_sales(days, since=None, until=as_of))
        .group_by("scope")
        .agg(
            is_costed=is_cost_known(),
            # a line without its cost must not turn a customer's margin: a loss is one with such lines and without them
            below=(pl.max_horizontal("net_sales", "costed_net_sales") < pl.col("cost")).sum().cast(pl.Int64),
        )
        .select("scope", unprofitable_customers=pl.when("is_costed").then("below"))
    )
    is_first = pl.col("first_purchase_on") >= since
    year = (
        days.named(
            customer_sales(days, since=since, until=as_of)
            .filter(pl.col("purchases") > 0)
            .join(firsts, on=["scope_no", "customer_no"], how="inner", validate="1:1")
        )
        .with_columns(is_margin=is_cost_known().over("scope"))
        .with_columns(profit=pl.when("is_margin").then(margin()).otherwise("net_sales"))
    )

    def each(is_theirs: pl.Expr) -> pl.Expr:
        people = is_theirs.sum()
        total = pl.col("profit").filter(is_theirs).sum().cast(pl.Float64)
        return pl.when(people > 0).then(total / people)

    return (
        year.group_by("scope")
        .agg(
            profit_per_returning_customer_12m=each(~is_first),
            profit_per_first_time_customer_12m=each(is_first),
            is_margin=pl.col("is_margin").first(),
        )
        .join(lifetime, on="scope", how="full", coalesce=True)
        .sort("scope")
    )
