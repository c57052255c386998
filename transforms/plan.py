"""Next month's plan: the care that falls due, and who does what."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from schemas.rules import Rules
from schemas.segments import CHAIN
from transforms import actions, care, effect, lapse, people, value
from transforms.facts import Facts
from transforms.figures import MonthCount, all_homes, clocked_purchases, vip_knowledge


@dataclass(frozen=True)
class Plan:
    """The coming month: care rows (with `is_missed` for the past month's), actions, and each customer's owner."""

    owners: pl.DataFrame
    """One row per customer in reach of an action: home_store_id, associate_id, call_by, write_by, is_vip, may_contact."""
    care: pl.DataFrame
    """One row per customer, kind and due day of the coming month, and the missed thanks and calls of this one."""
    actions: pl.DataFrame
    held_out: pl.DataFrame
    """The rows that chance left off the lists, to compare with; they have an `action_id`."""


def month_plan(facts: Facts, count: MonthCount, rules: Rules, loop: effect.Loop, effects: effect.Effects) -> Plan:
    """What is due in the month after `facts.month`, and who should do it."""
    coming = facts.month.next
    first, last = coming.first_day, coming.last_day
    status = count.status.lazy()
    homes = all_homes(facts, count).select("customer_id", "home_store_id")
    owners = _owners(facts, count, homes).collect()
    file = facts.file.lazy()

    in_base = status.filter("in_base").select("customer_id")
    may = people.reach(file, on=facts.as_of).filter("may_contact").select("customer_id")
    due = pl.concat(
        [
            care.own_dates(file, first=first, last=last),
            care.gift_days(facts.gifts.lazy(), first=first, last=last),
            care.purchase_clock(
                clocked_purchases(facts, until=facts.as_of),
                first=first,
                last=last,
                cared_for_categories=rules.cared_for_categories,
            ),
            care.long_absent(status, first=first, last=last),
        ]
    ).join(in_base, on="customer_id", how="semi").join(may, on="customer_id", how="semi")  # fmt: skip
    missed = (
        count.care.lazy()
        .filter(pl.col("kind").is_in(["thank_you", "call_after_3_days"]) & ~pl.col("is_done"))
        .filter(pl.col("due_on").dt.offset_by("3d") <= facts.as_of)
        .drop("is_done")
    )
    if facts.contacts.is_empty():  # nothing is logged at all: "missed" would be said of everything
        missed = missed.clear()
    calendar = pl.concat(
        [due.with_columns(is_missed=pl.lit(False)), missed.with_columns(is_missed=pl.lit(True))]
    ).collect()

    candidates = pl.concat(
        [
            actions.from_care(calendar.lazy().filter(~pl.col("is_missed"))),
            actions.from_complaints(
                facts.complaints.lazy().filter(
                    pl.col("customer_id").is_not_null()
                    & (pl.col("resolved_at").is_null() | (pl.col("resolved_at").dt.date() > facts.as_of))
                ),
                first=first,
            ),
            actions.from_referrals(count.brought.lazy(), first=first),
            actions.from_silence(_silent(facts, count, rules), first=first),
            actions.from_top_spender(_to_visit(facts, rules), first=first, last=last),
            actions.from_vips(
                value.top_of_year(facts.days, as_of=facts.as_of, most=10)
                .filter(pl.col("scope") != CHAIN)
                .sort("rank", "scope")
                .unique(subset="customer_id", keep="first", maintain_order=True),
                vip_knowledge(facts, count, status.select("customer_id")),
                first=first,
            ),
        ]
    )
    listed = actions.action_list(
        candidates,
        owners.lazy(),
        facts.associates.lazy().select("associate_id", "capacity"),
        first=first,
        last=last,
        rules=rules,
        effects=effect.ranking(effects.by_kind.lazy()),
    ).collect()
    return Plan(owners, calendar, *effect.with_hold_out(listed, loop.chain_key))


def _owners(facts: Facts, count: MonthCount, homes: pl.LazyFrame) -> pl.LazyFrame:
    file, status = facts.file.lazy(), count.status.lazy()
    closest = people.closest_associate(facts.served.lazy(), file, facts.associates.lazy(), homes)
    # without a customer file nothing is known of consent: the word waits until they come in
    return (
        homes.join(closest, on="customer_id", how="left", validate="1:1")
        .join(people.reach(file, on=facts.as_of), on="customer_id", how="left", validate="1:1")
        .join(status.select("customer_id", "is_vip"), on="customer_id", how="left", validate="1:1")
        .join(count.stake.lazy(), on="customer_id", how="left", validate="1:1")
        .with_columns(
            pl.col("call_by", "write_by").fill_null("in_store"), pl.col("may_contact", "is_vip").fill_null(False)
        )
        .sort("customer_id")
    )


def _to_visit(facts: Facts, rules: Rules) -> pl.LazyFrame:
    """One row per store's highest spender of the year, in the months in which they are visited; else no row."""
    best = (
        value.top_of_year(facts.days, as_of=facts.as_of, most=1)
        .filter(pl.col("scope") != CHAIN)
        .sort("net_sales", "customer_id", descending=[True, False])
        .unique(subset="customer_id", keep="first", maintain_order=True)
    )
    return best if f"{facts.month.next.month:02d}" in rules.top_spender_visit_months else best.clear()


def _silent(facts: Facts, count: MonthCount, rules: Rules) -> pl.LazyFrame:
    """One row per customer at risk, or lapsed within the last 12 months and not let go; worth winning back: spent as much
    in the 12 months to the last purchase as the least of the home store's class B does now."""
    entry = (
        count.classes.lazy()
        .filter(pl.col("value_class").is_in(["A", "B"]))
        .group_by(home_store_id="scope")
        .agg(entry_sales=pl.col("net_sales_12m").min())
    )
    status = count.status.lazy()
    silent = lapse.silent_customers(status, facts.chain_purchases())
    let_go = lapse.let_go(silent, facts.file.lazy(), facts.contacts.lazy(), as_of=facts.as_of, rules=rules)
    spent = value.sales_before_silence(facts.days, status)
    return (
        status.join(lapse.recently_silent(status, as_of=facts.as_of), on="customer_id", how="semi")
        .join(let_go, on="customer_id", how="anti")
        .join(count.stake.lazy(), on="customer_id", how="inner", validate="1:1")
        .join(spent, on="customer_id", how="inner", validate="1:1")
        .join(entry, on="home_store_id", how="left", validate="m:1")
        .with_columns(
            is_worth_winning_back=(pl.col("net_sales_before_silence") >= pl.col("entry_sales")).fill_null(False)
            & (pl.col("net_sales_before_silence") > 0)
        )
    )
