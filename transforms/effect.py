"""Did it work? Contacts held out at random, what came of the lists, and the difference the contacts made.

Sources: Newcombe, "Interval estimation for the difference between independent proportions", Statistics in Medicine 17
(1998) 873–890, method 10; Fleiss, "Statistical Methods for Rates and Proportions", for the number of people.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2b
from statistics import NormalDist
from typing import Any, TypeVar

import polars as pl

from schemas.columns import MONEY
from schemas.disclosure import FEWEST_SHOWN
from schemas.effect import (
    CONFIDENCE,
    DONE_RESULTS,
    EFFECT_DAYS,
    HELD_OUT_KINDS,
    HELD_OUT_SHARE,
    KIND_WORDS,
    LIFT_TO_SEE,
    POWER,
    PRIOR_DEVIATION,
    PRIOR_EFFECT,
)
from transforms.actions import action_id
from transforms.contacts import result_code
from transforms.facts import Facts
from transforms.intervals import steady_mean

Number = TypeVar("Number", float, pl.Expr)

LIST_COLUMNS: Mapping[str, Any] = {
    "month": pl.String(),
    "store_id": pl.String(),
    "action_id": pl.String(),
    "customer_id": pl.String(),
    "associate_name": pl.String(),
    "kind": pl.String(),
    "due_on": pl.Date(),
    "value_at_stake": MONEY,
    "is_vip": pl.Boolean(),
    "is_held_out": pl.Boolean(),
    "has_hold_out": pl.Boolean(),
}
"""One row per action that a published review listed or held out; `month` is the one it was to be done in (YYYY-MM).
`has_hold_out`: that review held contacts out, so its listed ones have somebody to be compared with."""

Z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
Z_POWER = NormalDist().inv_cdf(POWER)


@dataclass(frozen=True)
class Loop:
    """What a month must know of the months before it: the chain's key, and every action their published reviews listed."""

    chain_key: str
    lists: pl.DataFrame
    """LIST_COLUMNS; customers as they were called then."""


def no_lists() -> pl.DataFrame:
    """No action was ever listed."""
    return pl.DataFrame(schema=dict(LIST_COLUMNS))


@dataclass(frozen=True)
class Effects:
    """What came of the lists up to a month's end."""

    outcomes: pl.DataFrame
    """One row per action that was listed for the month: done, came_back, not_reached and what was bought; see `outcomes`."""
    by_kind: pl.DataFrame
    """One row per kind and segment: see `effect_by_kind`."""
    is_known: bool
    """Lists were published for the month, and contacts are logged at all."""


def effects_of(facts: Facts, loop: Loop) -> Effects:
    """The outcome of the month's lists, and the effect by kind of all lists so far, as known at the month's end."""
    lists = current_names(loop.lists.lazy(), facts.keys.lazy())
    this_month = lists.filter((pl.col("month") == str(facts.month)) & ~pl.col("is_held_out"))
    chain_days = facts.chain_days()
    came = outcomes(this_month, facts.contacts.lazy(), chain_days, month=str(facts.month)).collect()
    by_kind = effect_by_kind(trials(lists, chain_days, as_of=facts.as_of)).collect()
    return Effects(came, by_kind, came.height > 0 and facts.contacts.height > 0)


# ---- who is held out


def is_held_out(chain_key: str, action: str) -> bool:
    """Whether the contact is left out to compare with: chance, but the same whenever it is asked.

    A hash of its own, keyed by the chain, so that it has nothing to do with the order of the ids.
    """
    drawn = blake2b(action.encode(), digest_size=8, key=chain_key.encode()[:64], person=b"hold-out").digest()
    return int.from_bytes(drawn, "big") < HELD_OUT_SHARE * 2**64


def with_hold_out(listed: pl.DataFrame, chain_key: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows of `action_list` that go on the lists, and those held out of them (with their `action_id`).

    Drawn last, among what would have been on a list: a held-out contact keeps its place and its due day, nobody moves
    up, so that both groups are alike but for the contact.
    """
    may = ~pl.col("is_beyond") & ~pl.col("is_promised") & pl.col("kind").is_in(HELD_OUT_KINDS)
    eligible = listed.select("customer_id", "kind", "trigger_on").filter(listed.select(may).to_series())
    drawn = [key for key in eligible.iter_rows() if is_held_out(chain_key, action_id(chain_key, *key))]
    held = pl.DataFrame(
        [(*key, action_id(chain_key, *key)) for key in drawn], orient="row",
        schema={"customer_id": pl.String, "kind": pl.String, "trigger_on": pl.Date, "action_id": pl.String},
    )  # fmt: skip
    key = ["customer_id", "kind", "trigger_on"]
    return (
        listed.join(held, on=key, how="anti", maintain_order="left"),
        listed.join(held, on=key, how="inner", maintain_order="left", validate="1:1"),
    )


# ---- what became of the lists


def current_names(lists: pl.LazyFrame, keys: pl.LazyFrame) -> pl.LazyFrame:
    """`lists` with the `customer_id` that the customer goes by today: an id is that of their first key, and may have become
    part of an older one since."""
    first_key = pl.col("customer_id").str.strip_prefix("c").str.to_integer(base=16, dtype=pl.Int64, strict=False)
    return (
        lists.with_columns(buyer_key=first_key)
        .join(keys.rename({"customer_id": "customer_now"}), on="buyer_key", how="left", validate="m:1")
        .with_columns(customer_id=pl.coalesce("customer_now", "customer_id"))
        .drop("buyer_key", "customer_now")
    )


def outcomes(lists: pl.LazyFrame, contacts: pl.LazyFrame, chain_days: pl.LazyFrame, *, month: str) -> pl.LazyFrame:
    """One row per listed action of `lists`, all of `month` (YYYY-MM): LIST_COLUMNS, `result` (null: nothing known),
    `contacted_on`, is_done, is_not_reached, came_back, `bought_on` and `net_sales` from the day of the contact on (what
    follows several contacts with a customer is the latest one's).

    A contact that names the action counts for it (the last told, when a list came back twice); one that names none counts
    for what the customer's list had of its kind, or for all of it where the register tells no kind, when made in the month.
    `chain_days`: one row per customer and day, up to the month's end.
    """
    told = contacts.with_columns(result_told=result_code(), contacted_on=pl.col("contacted_at").dt.date())
    newest = ["landing_no", "contacted_at", "source_row"]
    by_id = (
        told.filter(pl.col("action_id").is_not_null())
        .sort(newest)
        .group_by("action_id", maintain_order=True)
        .agg(result_by_id=pl.col("result_told").last(), day_by_id=pl.col("contacted_on").last())
    )
    loose = told.filter(
        pl.col("action_id").is_null() & (pl.col("contacted_on").dt.strftime("%Y-%m") == month)
    ).select(
        "customer_id", "contacted_on", "result_told", is_of_no_kind=pl.col("contact_kind").is_null(),
        kind_told=pl.col("contact_kind").str.strip_chars().str.to_lowercase().replace_strict(KIND_WORDS, default=None),
    )  # fmt: skip
    # the best result of those that fit: reached once is reached
    by_customer = (
        lists.select("action_id", "customer_id", "kind")
        .join(loose, on="customer_id", how="inner")
        .filter(pl.col("is_of_no_kind") | (pl.col("kind_told") == pl.col("kind")))
        .with_columns(is_reached=pl.col("result_told").is_in(DONE_RESULTS))
        .sort("is_reached", "contacted_on", "result_told", descending=[True, False, False])
        .group_by("action_id", maintain_order=True)
        .agg(result_loose=pl.col("result_told").first(), day_loose=pl.col("contacted_on").first())
    )
    known = (
        lists.join(by_id, on="action_id", how="left", validate="m:1")
        .join(by_customer, on="action_id", how="left", validate="m:1")
        .with_columns(
            result=pl.coalesce("result_by_id", "result_loose"),
            contacted_on=pl.when(pl.col("result_by_id").is_not_null()).then("day_by_id").otherwise("day_loose"),
        )
        .with_columns(is_done=pl.col("result").is_in(DONE_RESULTS).fill_null(False))
    )
    bought = (
        known.filter("is_done")
        .select("action_id", "customer_id", "contacted_on")
        .join(chain_days, on="customer_id", how="inner")
        .filter(pl.col("business_date") >= pl.col("contacted_on"))
        # a day's purchase follows one contact, the latest before it: no sale is told twice
        .sort("customer_id", "business_date", "contacted_on", "action_id")
        .unique(["customer_id", "business_date"], keep="last", maintain_order=True)
        .group_by("action_id")
        .agg(
            bought_on=pl.col("business_date").filter(pl.col("sales") > 0).min(),
            spent=pl.col("net_sales").sum().cast(MONEY),
        )
    )
    return (
        known.join(bought, on="action_id", how="left", validate="m:1")
        .with_columns(
            is_not_reached=pl.col("result").is_not_null() & ~pl.col("is_done"),
            came_back=pl.col("bought_on").is_not_null(),
        )
        .with_columns(net_sales=pl.when("came_back").then("spent").otherwise(pl.lit(0).cast(MONEY)).cast(MONEY))
        .drop("result_by_id", "day_by_id", "result_loose", "day_loose", "spent")
        .sort("store_id", "due_on", "action_id")
    )


# ---- the difference it made


def trials(lists: pl.LazyFrame, chain_days: pl.LazyFrame, *, as_of: object) -> pl.LazyFrame:
    """One row per contact that could have been held out: kind, is_vip, is_held_out, bought (in 60 days from the due day) and
    `net_sales` then. Only those whose 60 days are over at `as_of`.

    An action that several months listed (the same silence goes on) is one trial, from its first due day: what came after
    is part of having been listed, or of having been left alone.
    """
    window = timedelta(days=EFFECT_DAYS - 1)
    started = (
        lists.filter(pl.col("kind").is_in(HELD_OUT_KINDS) & pl.col("has_hold_out"))
        .sort("due_on", "month", "action_id")
        .unique(subset="action_id", keep="first", maintain_order=True)
        .with_columns(until=pl.col("due_on") + window)
        .filter(pl.col("until") <= pl.lit(as_of))
    )
    bought = (
        started.select("action_id", "customer_id", "due_on", "until")
        .join(chain_days, on="customer_id", how="inner")
        .filter(pl.col("business_date").is_between(pl.col("due_on"), pl.col("until")))
        .group_by("action_id")
        .agg(has_bought=(pl.col("sales") > 0).any(), spent=pl.col("net_sales").sum().cast(MONEY))
    )
    return (
        started.join(bought, on="action_id", how="left", validate="1:1")
        .select(
            "action_id", "kind", "is_vip", "is_held_out",
            bought=pl.col("has_bought").fill_null(False), net_sales=pl.col("spent").fill_null(pl.lit(0).cast(MONEY)),
        )
        .sort("action_id")
    )  # fmt: skip


def people_per_arm(share: Number, raised_to: Number) -> Number:
    """How many people each of two equal arms needs to tell the two shares apart (Fleiss, without continuity correction).

    20 → 24 % needs 1 682, 20 → 30 % 293, 10 → 12 % 3 841.
    """
    middle = (share + raised_to) / 2
    under_null = (2 * middle * (1 - middle)) ** 0.5
    spread = (share * (1 - share) + raised_to * (1 - raised_to)) ** 0.5
    return ((Z * under_null + Z_POWER * spread) / (raised_to - share)) ** 2


def _wilson(bought: pl.Expr, people: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    share = bought / people
    middle = share + Z**2 / (2 * people)
    half = Z * (share * (1 - share) / people + Z**2 / (4 * people**2)).sqrt()
    return (middle - half) / (1 + Z**2 / people), (middle + half) / (1 + Z**2 / people)


def newcombe(bought_1: pl.Expr, people_1: pl.Expr, bought_2: pl.Expr, people_2: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """The 95 % interval of the difference of two shares, first minus second (Newcombe's method 10: two Wilson intervals).

    Closed, never beyond ±1, and good with few people and shares near 0, where a control arm of 5 % lives.
    """
    share_1, share_2 = bought_1 / people_1, bought_2 / people_2
    (low_1, high_1), (low_2, high_2) = _wilson(bought_1, people_1), _wilson(bought_2, people_2)
    difference = share_1 - share_2
    return (
        difference - ((share_1 - low_1) ** 2 + (high_2 - share_2) ** 2).sqrt(),
        difference + ((high_1 - share_1) ** 2 + (share_2 - low_2) ** 2).sqrt(),
    )


def effect_by_kind(trial: pl.LazyFrame) -> pl.LazyFrame:
    """One row per kind and segment (all, vip, other) that was listed: people and buyers per arm, the difference of shares
    with its 95 % interval, that of net sales per customer with its own, people and people_needed, the verdict, and `gain`,
    the effect drawn towards the prior by how sure it is.

    "Too early" goes by the number of people and the share that bought in both arms together, never by the difference: so
    what is said later is not picked out for being large. Effect and sales are null where an arm is empty.
    """
    segments = pl.concat(
        [
            trial.with_columns(segment=pl.lit("all")),
            trial.with_columns(segment=pl.when("is_vip").then(pl.lit("vip")).otherwise(pl.lit("other"))),
        ]
    )
    sales = pl.col("net_sales").cast(pl.Float64)
    held, called = pl.col("is_held_out"), ~pl.col("is_held_out")
    counted = segments.group_by("kind", "segment").agg(
        treated=called.sum().cast(pl.Int64),
        control=held.sum().cast(pl.Int64),
        buyers_treated=pl.col("bought").filter(called).sum().cast(pl.Int64),
        buyers_control=pl.col("bought").filter(held).sum().cast(pl.Int64),
        mean_treated=steady_mean(sales.filter(called)),
        mean_control=steady_mean(sales.filter(held)),
        mean_both=steady_mean(sales),
        mean_square_both=steady_mean(sales**2),
    )
    return effect_of_counts(counted).sort("kind", "segment")


def effect_of_counts(counted: pl.LazyFrame) -> pl.LazyFrame:
    """`counted` (one row per kind and segment, see `effect_by_kind`) with what it says."""
    treated, control = pl.col("treated").cast(pl.Float64), pl.col("control").cast(pl.Float64)
    buyers_treated, buyers_control = pl.col("buyers_treated"), pl.col("buyers_control")
    low, high = newcombe(buyers_treated, treated, buyers_control, control)
    # half a buyer more in each cell: an arm without buyers is not without doubt
    p_1, p_2 = (buyers_treated + 0.5) / (treated + 1), (buyers_control + 0.5) / (control + 1)
    p_both = (buyers_treated + buyers_control + 1) / (treated + control + 2)
    square_error = p_both * (1 - p_both) * (1 / treated + 1 / control)
    weight = PRIOR_DEVIATION**2 / (PRIOR_DEVIATION**2 + square_error)
    both = (treated > 0) & (control > 0)

    def sales_variance(share: pl.Expr) -> pl.Expr:
        """Of one customer's net sales in an arm where `share` bought: what buyers spend is learned from both arms, since
        a few hundred people tell too little of the dear purchases that make the variance (Welch's interval, with each
        arm's own, held the truth in 90 % instead of 95 %)."""
        return pl.col("mean_square_both") * share / p_both - (pl.col("mean_both") * share / p_both) ** 2

    sales_margin = Z * (sales_variance(p_1) / treated + sales_variance(p_2) / control).clip(0).sqrt()
    sales_effect = pl.col("mean_treated") - pl.col("mean_control")
    return (
        counted.with_columns(
            bought_treated=pl.when(treated > 0).then(buyers_treated / treated),
            bought_control=pl.when(control > 0).then(buyers_control / control),
            # the number of people is asked of shares that can still rise by half
            bought=((buyers_treated + buyers_control) / (treated + control)).clip(0.01, 0.6),
            people=pl.when(both).then(2 / (1 / treated + 1 / control)).otherwise(0.0).floor().cast(pl.Int64),
            effect=pl.when(both).then(buyers_treated / treated - buyers_control / control),
            low=pl.when(both).then(low),
            high=pl.when(both).then(high),
            gain=pl.when(both)
            .then(PRIOR_EFFECT + weight * (buyers_treated / treated - buyers_control / control - PRIOR_EFFECT))
            .otherwise(PRIOR_EFFECT),
            sales_effect=pl.when(both).then(sales_effect),
            sales_low=pl.when(both).then(sales_effect - sales_margin),
            sales_high=pl.when(both).then(sales_effect + sales_margin),
        )
        .with_columns(
            people_needed=people_per_arm(pl.col("bought"), pl.col("bought") * (1 + LIFT_TO_SEE)).round().cast(pl.Int64)
        )
        .with_columns(
            verdict=pl.when((pl.col("people") < pl.col("people_needed")) | (pl.col("control") < FEWEST_SHOWN))
            .then(pl.lit("too_early"))
            .when(pl.col("low") > 0)
            .then(pl.lit("brings_back"))
            .when(pl.col("high") < 0)
            .then(pl.lit("drives_away"))
            .otherwise(pl.lit("no_difference")),
        )
        .drop("bought")
    )


def ranking(by_kind: pl.LazyFrame) -> pl.LazyFrame:
    """One row per kind and `is_vip` with something to say of it: `gain` (the kind's effect so far), `is_left_alone` (a clear
    harm was seen for the kind, or for these of it)."""
    kinds = by_kind.filter(pl.col("segment") == "all").select("kind", "gain", kind_verdict="verdict")
    harm = pl.col("verdict") == "drives_away"
    parts = by_kind.filter(pl.col("segment") != "all").select(
        "kind", is_vip=pl.col("segment") == "vip", is_harmful=harm
    )
    both = pl.LazyFrame({"is_vip": [True, False]})
    return (
        kinds.join(both, how="cross")
        .join(parts, on=["kind", "is_vip"], how="left", validate="1:1")
        .select(
            "kind",
            "is_vip",
            "gain",
            is_left_alone=(pl.col("kind_verdict") == "drives_away") | pl.col("is_harmful").fill_null(False),
        )
        .sort("kind", "is_vip")
    )
