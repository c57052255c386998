"""The month's counts per scope: the ingredients of every metric, for the month and the twelve before it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from schemas.columns import MONEY
from schemas.metrics import METRICS
from schemas.period import Month, window_start
from schemas.rules import Rules
from schemas.segments import CHAIN, KNOWLEDGE_QUESTIONS
from transforms import attitude, care, people, referral, stocktake, value, vip
from transforms.activity import CustomerDays, purchases
from transforms.facts import HISTORY_MONTHS, Facts


@dataclass(frozen=True)
class MonthCount:
    """Everything counted at one month's end."""

    month: Month
    is_young: bool
    """The chain's history is too short to call anybody new."""
    status: pl.DataFrame
    """One row per customer: status, base and home at both ends, is_vip and is_vip_before."""
    classes: pl.DataFrame
    attitudes: pl.DataFrame
    attitude_mix: pl.DataFrame
    brought: pl.DataFrame
    """One row per new customer of the month who was referred."""
    stated: pl.DataFrame
    stake: pl.DataFrame
    """One row per customer: value_at_stake, of the purchase model where one holds, else what they spent before they fell
    silent (at-risk and lapsed customers only)."""
    care: pl.DataFrame
    """One row per care contact that fell due in the month, gift days aside: the columns of `care_counted`."""
    stocktake_all: pl.DataFrame
    stocktake_vip: pl.DataFrame
    ingredients: pl.DataFrame
    """One row per scope."""


def scopes_of(facts: Facts) -> list[str]:
    """The chain and every store that has a review this month: known by a sale, or open in the store file. A store that
    closed before the month has one only while money still moves there."""
    days = facts.days.by_store
    in_month = days.filter(pl.col("business_date") >= facts.month.first_day)
    seen, moving = (set(facts.days.scopes.gather(rows["scope_no"].unique())) for rows in (days, in_month))
    for row in facts.stores.iter_rows(named=True):
        opened = row["opened_on"] is None or row["opened_on"] <= facts.as_of
        closed = row["closed_on"] is not None and row["closed_on"] < facts.month.first_day
        if opened and not closed:
            seen.add(row["store_id"])
        elif closed and row["store_id"] not in moving:
            seen.discard(row["store_id"])
    return [CHAIN, *sorted(seen)]


def month_count(facts: Facts, month: Month, rules: Rules) -> MonthCount:
    """What is counted at the end of `month` (the review's own, or one of the twelve before it), without a purchase model."""
    as_of = month.last_day
    days = facts.days
    is_young = len(Month.of(facts.history_from).through(month)) <= rules.new_needs_history_months

    status = stocktake.customer_status(
        facts.purchase_facts.lazy(),
        facts.earlier_known.lazy(),
        month=month,
        history_from=facts.history_from,
        successors_now=stocktake.successors_by(facts.stores, as_of),
        successors_before=stocktake.successors_by(facts.stores, month.previous.last_day),
        rules=rules,
    ).collect()
    classes = value.value_classes(days, as_of=as_of, rules=rules).collect()
    classes_before = value.value_classes(days, as_of=month.previous.last_day, rules=rules)
    status = _with_vips(status.lazy(), classes.lazy(), classes_before, facts.file.lazy(), rules).collect()
    since = window_start(as_of, rules.attitude_months)
    stated = vip.stated_views(facts.surveys.lazy(), facts.complaints.lazy(), since=since, as_of=as_of).collect()
    attitudes = attitude.loyalty_attitude(
        status.lazy(),
        days,
        facts.products_bought.lazy().filter(pl.col("business_date") <= as_of),
        facts.products.lazy(),
        facts.new_products.lazy(),
        stated.lazy().select("customer_id", "share_of_wallet", "named_competitor"),
        as_of=as_of,
        rules=rules,
    ).collect()
    mix = attitude.attitude_mix(days, attitudes.lazy(), classes.lazy(), as_of=as_of).collect()
    contacts = facts.contacts.lazy().filter(pl.col("contacted_at").dt.date() <= as_of)
    brought = referral.month_referrals(status.lazy(), facts.referred.lazy(), contacts).collect()
    stake = (
        value.sales_before_silence(days, status.lazy()).rename({"net_sales_before_silence": "value_at_stake"}).collect()
    )
    everybody = stocktake.stocktake(status.lazy().drop("is_vip", "is_vip_before")).collect()
    vips = stocktake.stocktake(status.lazy()).collect()
    cared = care_counted(facts, status.lazy(), contacts, month, rules).collect()

    parts = [
        everybody.lazy().select("scope", *(name for name in stocktake.TERMS if not name.endswith("_vip"))),
        vips.lazy().select("scope", vip_opening_base="opening_base", vip_closing_base="closing_base"),
        _month_sales(days, month),
        _status_counts(status.lazy(), stake.lazy()),
        value.value_ingredients(days, classes.lazy(), facts.first_purchases.lazy(), as_of=as_of),
        value.repeat_cohort(days, facts.first_purchases.lazy(), as_of=as_of),
        mix.lazy()
        .group_by("scope")
        .agg(buyers_12m=pl.col("customers").sum(), serialised_buyers_12m=pl.col("serialised").sum()),
        _referral_counts(brought.lazy()),
        _care_counts(cared.lazy(), status.lazy()),
    ]
    joined = pl.LazyFrame({"scope": scopes_of(facts)}, schema={"scope": pl.String})
    for part in parts:
        # collected one by one: polars plans all of them at once five times as slowly
        joined = joined.join(part.collect().lazy(), on="scope", how="left", validate="1:1")
    names = joined.collect_schema()
    counts = [name for name, dtype in names.items() if dtype == pl.Int64]
    sums = [name for name, dtype in names.items() if isinstance(dtype, pl.Decimal)]
    unknown = pl.lit(None, pl.Int64)
    ingredients = joined.with_columns(
        pl.col(counts).fill_null(0), pl.col(sums).fill_null(pl.lit(0).cast(MONEY))
    ).with_columns(
        new_customers_for_rates=unknown if is_young or facts.referred.is_empty() else pl.col("new_customers"),
        thanks_due=pl.col("thanks_due") if facts.referred.height else unknown,
        care_due=pl.col("care_due") if facts.contacts.height else unknown,
    )
    return MonthCount(
        month, is_young, status, classes, attitudes, mix, brought, stated, stake, cared, everybody, vips,
        ingredients.collect(),
    )  # fmt: skip


def with_stake(count: MonthCount, stake: pl.DataFrame) -> MonthCount:
    """`count` with another value at stake: one row per customer, value_at_stake."""
    counted = _status_counts(count.status.lazy(), stake.lazy()).select("scope", "value_at_stake").collect()
    ingredients = (
        count.ingredients.drop("value_at_stake")
        .join(counted, on="scope", how="left", validate="1:1", maintain_order="left")
        .with_columns(pl.col("value_at_stake").fill_null(pl.lit(0).cast(MONEY)))
    )
    return replace(count, stake=stake, ingredients=ingredients)


def _with_vips(
    status: pl.LazyFrame, classes: pl.LazyFrame, classes_before: pl.LazyFrame, file: pl.LazyFrame, rules: Rules
) -> pl.LazyFrame:
    """`status` with is_vip and is_vip_before: class A on the chain's sales at each end, or a tier that chain.toml names."""

    def class_a(rows: pl.LazyFrame, name: str) -> pl.LazyFrame:
        return rows.filter((pl.col("scope") == CHAIN) & (pl.col("value_class") == "A")).select(
            "customer_id", pl.lit(True).alias(name)
        )

    tiers = file.filter(pl.col("member_tier").is_in(rules.vip_tiers)).select("customer_id", in_tier=pl.lit(True))
    joined = status
    for part in (class_a(classes, "is_a"), class_a(classes_before, "was_a"), tiers):
        joined = joined.join(part, on="customer_id", how="left", validate="1:1")
    return joined.with_columns(
        is_vip=pl.coalesce("is_a", "in_tier").fill_null(False),
        is_vip_before=pl.coalesce("was_a", "in_tier").fill_null(False),
    ).drop("is_a", "was_a", "in_tier")


def _month_sales(days: CustomerDays, month: Month) -> pl.LazyFrame:
    of_month = days.scoped(month.first_day, month.last_day)
    is_identified = pl.col("customer_no").is_not_null()
    money = of_month.group_by("scope_no").agg(
        pl.col("net_sales_cents").sum(),
        pl.col("refunds_cents").sum(),
        identified_net_sales_cents=pl.col("net_sales_cents").filter(is_identified).sum(),
    )  # fmt: skip
    bought = purchases(of_month).group_by("scope_no").agg(
        buyers=pl.col("customer_no").n_unique().cast(pl.Int64),
        purchases=pl.len().cast(pl.Int64),
        purchase_sales_cents=pl.col("sales_cents").sum(),
    )  # fmt: skip
    return days.named(money.join(bought, on="scope_no", how="left", validate="1:1"))


def _with_chain(rows: pl.LazyFrame, sums: list[pl.Expr]) -> pl.LazyFrame:
    """`sums` by home store, and over everybody for the chain."""
    stores = rows.filter(pl.col("home_store_id").is_not_null()).group_by(scope="home_store_id").agg(sums)
    return pl.concat([stores, rows.select(pl.lit(CHAIN).alias("scope"), *sums)])


def _status_counts(status: pl.LazyFrame, stake: pl.LazyFrame) -> pl.LazyFrame:
    joined = status.join(stake, on="customer_id", how="left", validate="1:1")
    counts = [(pl.col("status") == name).sum().cast(pl.Int64).alias(name) for name in ("active", "at_risk", "lapsed")]
    at_stake = pl.col("value_at_stake").filter(pl.col("status") == "at_risk").sum().cast(MONEY)
    return _with_chain(joined, [*counts, at_stake])


def _referral_counts(brought: pl.LazyFrame) -> pl.LazyFrame:
    unthanked = pl.col("referrer_id").filter(~pl.col("is_thanked")).n_unique().cast(pl.Int64)
    return _with_chain(
        brought, [pl.len().cast(pl.Int64).alias("referred_new_customers"), unthanked.alias("thanks_due")]
    )


def _care_counts(cared: pl.LazyFrame, status: pl.LazyFrame) -> pl.LazyFrame:
    """One row per scope: care contacts that fell due in the month for customers who may be contacted, and those done."""
    at_home = cared.join(status.select("customer_id", "home_store_id"), on="customer_id", how="inner")
    return _with_chain(
        at_home, [pl.len().cast(pl.Int64).alias("care_due"), pl.col("is_done").sum().cast(pl.Int64).alias("care_done")]
    )


def care_counted(
    facts: Facts, status: pl.LazyFrame, contacts: pl.LazyFrame, month: Month, rules: Rules
) -> pl.LazyFrame:
    """Care rows due in `month` that the care metrics count (gift days are offers, not duties), with `is_done`."""
    first, last = month.first_day, month.last_day
    own = care.own_dates(facts.file.lazy(), first=first, last=last)
    clock = care.purchase_clock(
        clocked_purchases(facts, until=last), first=first, last=last, cared_for_categories=rules.cared_for_categories
    )
    due = pl.concat([own, clock]).join(_may_be_cared_for(facts, status, month), on="customer_id", how="semi")
    return care.is_done(due.collect().lazy(), contacts)


def _may_be_cared_for(facts: Facts, status: pl.LazyFrame, month: Month) -> pl.LazyFrame:
    """Customers in `status` who may be contacted and are not lapsed before the month."""
    may = people.reach(facts.file.lazy(), on=month.last_day).filter("may_contact").select("customer_id")
    present = status.filter(pl.col("in_base") | pl.col("in_base_before")).select("customer_id")
    return present.join(may, on="customer_id", how="semi")


def clocked_purchases(facts: Facts, *, until: date) -> pl.LazyFrame:
    """One row per customer and chain purchase up to `until`, with the next one's date and the dearest product."""
    products = vip.last_products(facts.products_bought.lazy(), facts.products.lazy())
    return (
        facts.purchase_facts.lazy()
        .filter(pl.col("business_date") <= until)
        .sort("customer_id", "business_date")
        .with_columns(next_purchase_on=pl.col("business_date").shift(-1).over("customer_id"))
        .join(products, on=["customer_id", "business_date"], how="left", validate="1:1")
        .select("customer_id", "business_date", "next_purchase_on", "lapsed_after_days", "product", "category")
    )


def only_this_month(facts: Facts, count: MonthCount, actions: pl.LazyFrame) -> pl.LazyFrame:
    """One row per scope: the ingredients that have no history. Null where there is no customer file."""
    bought_since = window_start(facts.as_of, 24)
    homes = all_homes(facts, count)
    base = people.live_base(facts.file.lazy(), homes, on=facts.as_of, bought_since=bought_since)
    live = _with_chain(
        base,
        [
            pl.len().cast(pl.Int64).alias("file_customers"),
            pl.col("is_live").sum().cast(pl.Int64).alias("live_customers"),
        ],
    )
    top = value.top_of_year(facts.days, as_of=facts.as_of, most=10)
    known = vip_knowledge(facts, count, top.select("customer_id").unique())
    answered = pl.sum_horizontal(pl.col(KNOWLEDGE_QUESTIONS).cast(pl.Int64))
    answers = (
        top.select("scope", "customer_id")
        .join(known, on="customer_id", how="left", validate="m:1")
        .group_by("scope")
        .agg(
            vip_answers_known=answered.sum(),
            vip_answers_asked=pl.len().cast(pl.Int64) * len(KNOWLEDGE_QUESTIONS),
        )
    )
    listed = actions.filter(~pl.col("is_beyond"))
    counted = _with_chain(listed, [pl.len().cast(pl.Int64).alias("actions")])
    scopes = pl.LazyFrame({"scope": scopes_of(facts)}, schema={"scope": pl.String})
    joined = scopes
    for part in (live, answers, counted):
        joined = joined.join(part, on="scope", how="left", validate="1:1")
    return joined.with_columns(pl.col("actions").fill_null(0))


def all_homes(facts: Facts, count: MonthCount) -> pl.LazyFrame:
    """One row per customer who bought or is on file: last purchase, and the home at the month's end."""
    successors = stocktake.successors_by(facts.stores, facts.as_of)
    return people.homes_of_all(facts.file.lazy(), count.status.lazy(), successors)


def vip_knowledge(facts: Facts, count: MonthCount, customers: pl.LazyFrame) -> pl.LazyFrame:
    """One row per customer of `customers`: which of the questions are answered."""
    favourite = vip.favourites(_last_24_months(facts), facts.products.lazy())
    return vip.knowledge(facts.file.lazy(), favourite, count.stated.lazy(), customers)


def _last_24_months(facts: Facts) -> pl.LazyFrame:
    return facts.products_bought.lazy().filter(pl.col("business_date") >= window_start(facts.as_of, 24))


def history_months(facts: Facts) -> list[Month]:
    """The month and those before it that lie in the chain's history, at most 13, oldest first."""
    first = max(facts.month.plus(1 - HISTORY_MONTHS), Month.of(facts.history_from))
    return first.through(facts.month)


def metric_values(ingredients: pl.LazyFrame, *, is_young: bool) -> pl.LazyFrame:
    """One row per scope: every metric of the dictionary by its formula; null where an ingredient is missing."""
    present = set(ingredients.collect_schema().names())
    formulas = [
        metric.expression() if set(metric.ingredients) <= present else pl.lit(None).alias(metric.name)
        for metric in METRICS.values()
    ]
    sizes = [
        pl.col(metric.n).alias(f"{metric.name}__n") for metric in METRICS.values() if metric.n and metric.n in present
    ]
    values = ingredients.select("scope", *formulas, *sizes)
    return values.with_columns(new_customers=pl.lit(None, pl.Int64)) if is_young else values
