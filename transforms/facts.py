"""What a month's review is computed from: the lake's rows as they were known, resolved to customers, nothing later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from schemas.identity import Linking
from schemas.period import Month, window_start
from schemas.rules import Rules
from transforms import (
    activity,
    attitude,
    contacts,
    home_stores,
    occasions,
    people,
    referral,
    referral_trees,
    satisfaction,
    staff,
)
from transforms.activity import CustomerDays
from transforms.identity import Identity, identity_of, net_sales, proposals, recipient_keys
from transforms.value import first_purchases

HISTORY_MONTHS = 13
"""A review looks back this far for its trends: the month, the one before, and the same month of last year."""


@dataclass(frozen=True)
class LandedRows:
    """The lake's tables as landed by `known_at`, one LazyFrame each, with `landing_no`."""

    order_lines: pl.LazyFrame
    activity: pl.LazyFrame
    gifts: pl.LazyFrame
    buyers: pl.LazyFrame
    customers: pl.LazyFrame
    products: pl.LazyFrame
    stores: pl.LazyFrame
    associates: pl.LazyFrame
    referrals: pl.LazyFrame
    complaints: pl.LazyFrame
    surveys: pl.LazyFrame
    contacts: pl.LazyFrame
    services: pl.LazyFrame
    identity_decisions: pl.LazyFrame
    targets: pl.LazyFrame


@dataclass(frozen=True)
class PurchaseHistory:
    """Every customer's days up to a month's end."""

    history_from: date
    """The first day with a sale."""
    days: CustomerDays
    purchase_facts: pl.DataFrame
    """One row per customer and chain purchase: own gap, lapse and overdue thresholds, home store from that day on."""


@dataclass(frozen=True)
class Facts:
    """The month's ground: every frame collected once, sorted, keyed by `customer_id` and cut off at the month's end."""

    month: Month
    history_from: date
    """The chain's first business date with a sale."""
    keys: pl.DataFrame
    identity: Identity
    recipients: pl.DataFrame
    """One row per recipient of a gift who has never bought and is not on file: `customer_id`, `home_store_id`."""
    proposals: pl.DataFrame
    decisions: pl.DataFrame
    net_sales: pl.DataFrame
    """One row per customer: net sales of all that is known, whenever."""
    labels: pl.DataFrame
    """One row per customer: member_id, phone, email as first met on orders or file (for showing who it is)."""
    days: CustomerDays
    purchase_facts: pl.DataFrame
    """Both as of PurchaseHistory."""
    first_purchases: pl.DataFrame
    """`value.first_purchases`."""
    file: pl.DataFrame
    products: pl.DataFrame
    stores: pl.DataFrame
    associates: pl.DataFrame
    products_bought: pl.DataFrame
    """One row per store, customer, date and product of the last 36 months."""
    new_products: pl.DataFrame
    served: pl.DataFrame
    """One row per customer, associate and day of the last 24 months."""
    gifts: pl.DataFrame
    referred: pl.DataFrame
    complaints: pl.DataFrame
    surveys: pl.DataFrame
    contacts: pl.DataFrame
    earlier_known: pl.DataFrame
    month_money: pl.DataFrame
    """One row per store and line kind of the month: lines, amount."""
    store_landings: pl.DataFrame
    """One row per store and landing with rows of the month."""
    referral_errors: pl.DataFrame
    """The referrals that lie on a circle; they are not in `referred`."""
    services: pl.DataFrame
    named_lines: pl.DataFrame
    """One row per sale line of an order that a complaint or survey names."""
    units: pl.DataFrame
    """`satisfaction.units` of the last 12 months."""
    orders: pl.DataFrame
    """`satisfaction.order_ends` of the last 12 months."""
    staff: pl.DataFrame
    """One row per associate on file, those who have left included."""
    first_service: pl.DataFrame
    service_days: pl.DataFrame
    order_associates: pl.DataFrame
    targets: pl.DataFrame
    """One row per store and month with targets."""

    @property
    def as_of(self) -> date:
        return self.month.last_day

    def chain_days(self) -> pl.LazyFrame:
        """One row per known customer and date in the chain, in no order: the columns of `CustomerDays.chain`, named."""
        return self.days.named(self.days.chain().filter(pl.col("customer_no").is_not_null()))

    def chain_purchases(self) -> pl.LazyFrame:
        """One row per customer and purchase in the chain, in no order: the columns of `activity.purchases`, named."""
        return self.days.named(activity.purchases(self.days.chain()))


class NothingKnown(ValueError):
    """There is no sale up to the month's end."""


def resolved(rows: pl.LazyFrame, keys: pl.LazyFrame) -> pl.LazyFrame:
    """`rows` with the `customer_id` behind their buyer key (null: nobody named)."""
    return rows.join(keys, on="buyer_key", how="left", validate="m:1", maintain_order="left")


def purchase_history(rows: pl.LazyFrame, keys: pl.DataFrame, *, as_of: date, rules: Rules) -> PurchaseHistory:
    """What the customers bought and brought back by `as_of`, from the `activity` table and the customer of each buyer key.

    NothingKnown without a sale.
    """
    days = activity.customer_days(rows.collect(), keys, as_of=as_of)
    history_from = days.by_store["business_date"].filter(days.by_store["sales_cents"] > 0).min()
    if not isinstance(history_from, date):
        raise NothingKnown(str(Month.of(as_of)))
    homes = home_stores.home_by_purchase(days)
    bought = activity.purchase_dates(days).lazy()
    rhythm = activity.rhythm(bought, as_of=as_of, history_from=history_from, rules=rules).collect()
    return PurchaseHistory(history_from, days, home_stores.with_homes(rhythm, homes))


def facts_of(
    rows: LandedRows, month: Month, rules: Rules, linking: Linking | None = None, *, listed: pl.DataFrame | None = None
) -> Facts:
    """The facts for the review of `month`. NothingKnown when no sale is known by its end.

    `listed`: action_id and customer_id of what earlier months put on their lists; without it, a returned list's line that
    has lost its customer's keys is nobody's.
    """
    as_of = month.last_day
    decisions = rows.identity_decisions.collect()
    identity = identity_of(
        rows.buyers.collect(),
        names=rows.customers.select("buyer_key", "name", "landing_no", "source_row").collect(),
        decisions=decisions,
        linking=linking,
    )
    keys = identity.keys
    by_key = keys.lazy()
    history = purchase_history(rows.activity, keys, as_of=as_of, rules=rules)
    was_listed = (
        pl.LazyFrame(schema={"action_id": pl.String, "customer_id": pl.String}) if listed is None else listed.lazy()
    )
    made_contacts = contacts.known_contacts(rows.contacts, by_key, was_listed, as_of=as_of).collect()
    on_file = people.customer_file(rows.customers, by_key, as_of=as_of)
    file = contacts.asked_to_stop(on_file, made_contacts.lazy()).sort("customer_id").collect()
    products = people.newest(rows.products, "product_id").collect()
    known_lines = rows.order_lines.filter(pl.col("business_date") <= as_of)
    since_36m = window_start(as_of, rules.attitude_months + HISTORY_MONTHS - 1)
    in_month = pl.col("business_date").is_between(month.first_day, as_of)
    first_refund = history.days.named(
        history.days.chain()
        .filter(pl.col("customer_no").is_not_null() & (pl.col("refunds_cents") > 0))
        .group_by("customer_no")
        .agg(first_refund_on=pl.col("business_date").min())
    )
    member_since = (
        file.lazy().filter(pl.col("member_since").is_not_null()).select("customer_id", earlier_known_on="member_since")
    )
    brought = referral.referred_customers(rows.referrals, file.lazy(), by_key, as_of=as_of).collect()
    circles = referral_trees.in_circles(brought)
    orders_named = pl.concat([rows.complaints.select("order_id"), rows.surveys.select("order_id")]).unique()
    since_12m = window_start(as_of, 12)
    gifts = people.said_once(rows.gifts.filter(pl.col("business_date") <= as_of)).collect()
    amounts = net_sales(rows.activity, keys)
    since_24m = window_start(as_of, 24)
    complaints = people.newest(rows.complaints.filter(pl.col("received_at").dt.date() <= as_of), "complaint_id")
    surveys = people.said_once(rows.surveys.filter(pl.col("answered_at").dt.date() <= as_of))
    asked_about = pl.concat([rows_of.select("store_id", "order_id") for rows_of in (complaints, surveys)])
    return Facts(
        month=month,
        history_from=history.history_from,
        keys=keys,
        identity=identity,
        recipients=_recipients(gifts.lazy(), by_key, file.lazy(), history.purchase_facts.lazy()).collect(),
        proposals=proposals(identity, rows.customers.collect(), gifts, decisions, amounts),
        decisions=decisions,
        net_sales=amounts,
        labels=_labels(rows.buyers, by_key).collect(),
        days=history.days,
        first_purchases=first_purchases(history.days),
        purchase_facts=history.purchase_facts,
        file=file,
        products=products,
        stores=people.newest(rows.stores, "store_id").collect(),
        associates=people.current_associates(rows.associates, on=month.next.first_day).collect(),
        products_bought=attitude.product_days(known_lines, by_key, since=since_36m, as_of=as_of).collect(),
        new_products=attitude.launches(
            known_lines, products.lazy(), history_from=history.history_from, rules=rules
        ).collect(),
        served=resolved(
            known_lines.filter(
                (pl.col("line_kind") == "sale")
                & pl.col("associate_id").is_not_null()
                & pl.col("buyer_key").is_not_null()
                & (pl.col("business_date") >= window_start(as_of, 24))
            ).select("buyer_key", "associate_id", "business_date"),
            by_key,
        )
        .select("customer_id", "associate_id", "business_date")
        .unique()
        .sort("customer_id", "associate_id", "business_date")
        .collect(),
        referred=brought.join(circles.select("customer_id"), on="customer_id", how="anti"),
        complaints=resolved(complaints, by_key).collect(),
        surveys=resolved(surveys, by_key).collect(),
        gifts=occasions.without_own_parcels(resolved(gifts.lazy(), by_key), file.lazy()).collect(),
        contacts=made_contacts,
        earlier_known=member_since.join(first_refund, on="customer_id", how="full", coalesce=True).collect(),
        month_money=rows.order_lines.filter(in_month)
        .group_by("store_id", "line_kind")
        .agg(lines=pl.len().cast(pl.Int64), amount=pl.col("net_sales").sum())
        .sort("store_id", "line_kind")
        .collect(),
        store_landings=rows.order_lines.filter(in_month)
        .select("store_id", "landing_id")
        .unique()
        .sort("store_id", "landing_id")
        .collect(),
        referral_errors=circles,
        services=resolved(
            people.newest(rows.services.filter(pl.col("done_on") <= as_of), "service_id"), by_key
        ).collect(),
        named_lines=known_lines.filter(pl.col("line_kind") == "sale")
        .join(orders_named, on="order_id", how="semi")
        .select("store_id", "order_id", "line_no", "product_id", "quantity", "net_sales")
        .sort("store_id", "order_id", "line_no")
        .collect(),
        units=satisfaction.units(known_lines, since=since_12m).collect(),
        orders=satisfaction.order_ends(known_lines, since=since_12m, as_of=as_of).collect(),
        staff=people.newest(rows.associates, "associate_id").collect(),
        first_service=staff.first_service(
            known_lines, by_key, history.purchase_facts.lazy(), since=since_24m
        ).collect(),
        service_days=staff.service_days(known_lines, by_key, since=since_24m).collect(),
        order_associates=staff.order_associates(known_lines, asked_about).collect(),
        targets=people.newest_of(rows.targets, "store_id", "target_month").collect(),
    )


def _recipients(gifts: pl.LazyFrame, keys: pl.LazyFrame, file: pl.LazyFrame, purchases: pl.LazyFrame) -> pl.LazyFrame:
    """One row per recipient of a gift who has never bought and is not on file: their home is where it was bought last."""
    return (
        recipient_keys(gifts)
        .select("recipient_key", "business_date", "store_id")
        .join(keys.rename({"buyer_key": "recipient_key"}), on="recipient_key", how="inner", validate="m:1")
        .join(file, on="customer_id", how="anti")
        .join(purchases, on="customer_id", how="anti")
        .sort("customer_id", "business_date", "store_id", descending=[False, True, False])
        .group_by("customer_id", maintain_order=True)
        .agg(home_store_id=pl.col("store_id").first())
    )


def _labels(buyers: pl.LazyFrame, keys: pl.LazyFrame) -> pl.LazyFrame:
    return (
        buyers.join(keys, on="buyer_key", how="inner", validate="m:1")
        .sort("customer_id", "landing_no", "buyer_key")
        .group_by("customer_id", maintain_order=True)
        .agg(pl.col("member_id", "phone", "email", "account").drop_nulls().first())
    )
