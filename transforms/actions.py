"""What each associate should do next month: every due thing with its reason, owner, day and value, within capacity."""

from __future__ import annotations

from datetime import date, timedelta
from hashlib import blake2b

import polars as pl

from schemas.columns import MONEY
from schemas.effect import PRIOR_EFFECT
from schemas.rules import Rules

ORDER_OF_KINDS = (
    "answer_complaint", "thank_referrer", "welcome_referred", "visit_top_spender", "call_after_3_days", "birthday",
    "anniversary", "gift_day", "three_months", "ask_vip", "win_back", "long_absent",
)  # fmt: skip
PROMISED = (
    "answer_complaint", "thank_referrer", "welcome_referred", "visit_top_spender", "call_after_3_days", "three_months",
)  # fmt: skip
"""Owed or promised; the others are discretionary: at most one per customer and week."""
SENT_IN_BULK = ("thank_referrer", "birthday", "anniversary")
"""Messages that take no associate's capacity."""
WRITTEN = ("birthday", "anniversary", "long_absent", "thank_referrer")
"""Greetings go by message first, personal words by phone first."""
SPREAD = ("win_back", "long_absent")
"""Words without a day of their own: dealt out over the month, the VIPs and the worth most first."""

ACTION_COLUMNS = {
    "customer_id": pl.String(),
    "kind": pl.String(),
    "trigger_on": pl.Date(),
    "due_on": pl.Date(),
    "value_at_stake": MONEY,
    "reason_code": pl.String(),
    "product": pl.String(),
    "other_customer_id": pl.String(),
    "is_lunar": pl.Boolean(),
    "lunar_text": pl.String(),
    "recipient": pl.String(),
    "occasion": pl.String(),
    "cause": pl.String(),
    "severity": pl.String(),
    "question": pl.String(),
    "rank": pl.Int64(),
    "status": pl.String(),
    "days_since": pl.Int64(),
    "own_gap_days": pl.Float64(),
    "net_sales_before": MONEY,
}
"""Columns of an action candidate: what the row is about, wide; a kind fills those that its reason needs."""


def _candidates(rows: pl.LazyFrame, kind: str) -> pl.LazyFrame:
    present = rows.collect_schema().names()
    return rows.with_columns(
        kind=pl.lit(kind),
        reason_code=pl.lit(kind),
        **{
            name: pl.lit(None, dtype)
            for name, dtype in ACTION_COLUMNS.items()
            if name not in present and name not in ("kind", "reason_code")
        },
    ).select(pl.col(name).cast(dtype) for name, dtype in ACTION_COLUMNS.items())


def from_care(care: pl.LazyFrame) -> pl.LazyFrame:
    """Candidates for the care of the month: calls, wishes, gift reminders, invitations, each on its own day. The message every
    three weeks is sent in bulk and takes no row of a list."""
    kinds = ("call_after_3_days", "birthday", "anniversary", "gift_day", "three_months")
    return pl.concat([_candidates(care.filter(pl.col("kind") == kind).drop("kind"), kind) for kind in kinds])


def from_complaints(open_complaints: pl.LazyFrame, *, first: date) -> pl.LazyFrame:
    """Candidates for open complaints: due on the first day. `days_since`: days open at the end of
    the month before, as the page of the complaints counts them."""
    return _candidates(
        open_complaints.select(
            "customer_id",
            "cause",
            "severity",
            trigger_on=pl.col("received_at").dt.date(),
            due_on=pl.lit(first),
            days_since=(pl.lit(first) - pl.col("received_at").dt.date()).dt.total_days() - 1,
        ),
        "answer_complaint",
    )


def from_referrals(brought: pl.LazyFrame, *, first: date) -> pl.LazyFrame:
    """Candidates for the month's referrals: thanks to the referrer, a word to the new customer within 7 days."""
    thanks = brought.filter(~pl.col("is_thanked")).select(
        trigger_on="first_purchase_on",
        due_on=pl.lit(first),
        other_customer_id="customer_id",
        customer_id="referrer_id",
    )
    welcome = brought.filter(~pl.col("is_welcomed")).select(
        "customer_id",
        trigger_on="first_purchase_on",
        due_on=pl.max_horizontal(pl.col("first_purchase_on").dt.offset_by("7d"), pl.lit(first)),
        other_customer_id="referrer_id",
    )
    return pl.concat([_candidates(thanks, "thank_referrer"), _candidates(welcome, "welcome_referred")])


def from_silence(silent: pl.LazyFrame, *, first: date) -> pl.LazyFrame:
    """Candidates for those who stay away: win back the valuable, a greeting for the others at risk.

    `silent`: one row per customer at risk or lapsed within the last year, with `value_at_stake`,
    `net_sales_before_silence` and `is_worth_winning_back`. They have no day of their own: `action_list` deals them out
    over the month.
    """
    told = silent.with_columns(
        due_on=pl.lit(first), trigger_on="last_purchase_on", days_since="days_since_last_purchase"
    ).with_columns(net_sales_before="net_sales_before_silence")
    return pl.concat(
        [
            _candidates(told.filter(pl.col("is_worth_winning_back")), "win_back"),
            _candidates(told.filter(~pl.col("is_worth_winning_back") & (pl.col("status") == "at_risk")), "long_absent"),
        ]
    )


def from_vips(top_ten: pl.LazyFrame, known: pl.LazyFrame, *, first: date) -> pl.LazyFrame:
    """Candidates for the first question that is not answered, one per customer of the year's ten. Due mid-month."""
    questions = ("v2", "v7", "v9", "v8", "v3", "v10")
    question = pl.coalesce(*(pl.when(~pl.col(name)).then(pl.lit(name)) for name in questions))
    return _candidates(
        top_ten.select("customer_id", "rank")
        .join(known, on="customer_id", how="inner", validate="m:1")
        .with_columns(question=question, due_on=pl.lit(first + timedelta(days=14)), trigger_on=pl.lit(first))
        .filter(pl.col("question").is_not_null()),
        "ask_vip",
    )


def from_top_spender(best: pl.LazyFrame, *, first: date, last: date) -> pl.LazyFrame:
    """Candidates for the visit with a gift to the year's highest spender of each store: by the middle of the month.

    `best`: one row per such customer: customer_id, rank, net_sales (of the year). `trigger_on` is 1 January of that year, so
    that the visit has one id all year.
    """
    return _candidates(
        best.select(
            "customer_id",
            "rank",
            trigger_on=pl.lit(date((first - timedelta(days=1)).year, 1, 1)),
            due_on=pl.lit(min(first + timedelta(days=14), last)),
            net_sales_before="net_sales",
        ),
        "visit_top_spender",
    )


def action_id(chain_key: str, customer_id: str, kind: str, trigger_on: date) -> str:
    """Stable id of an action: 16 hexadecimal digits of a hash keyed by the chain."""
    told = "\x1f".join((customer_id, kind, trigger_on.isoformat()))
    return blake2b(told.encode(), digest_size=8, key=chain_key.encode()[:64]).hexdigest()


def _dealt_out(first: date, last: date) -> pl.Expr:
    """The due day, for SPREAD kinds dealt out evenly over the month among as many as the associate has room for."""
    place = (
        pl.struct(~pl.col("is_vip"), -pl.col("expected_gain"), "customer_id", "kind_order")
        .rank("ordinal")
        .over("home_store_id", "associate_id", pl.col("kind").is_in(SPREAD))
        .cast(pl.Int64)
        - 1
    )
    room = pl.col("capacity").clip(lower_bound=1)
    span = (last - first).days - 1
    dealt = pl.lit(first) + pl.duration(days=1 + pl.min_horizontal(place, room - 1) * span // room)
    return pl.when(pl.col("kind").is_in(SPREAD)).then(dealt).otherwise("due_on")


def action_list(
    candidates: pl.LazyFrame, owners: pl.LazyFrame, capacity: pl.LazyFrame, *, first: date, last: date, rules: Rules,
    effects: pl.LazyFrame | None = None,
) -> pl.LazyFrame:  # fmt: skip
    """One row per action of the coming month, per home store, in the order of each associate's list, and `is_beyond`.

    `owners`: one row per customer who may get an action: home_store_id, associate_id (null: nobody), call_by, write_by,
    is_vip, value_at_stake, may_contact. `capacity`: associate_id, capacity.
    Customers who must not be contacted get only what they are owed, in store. A due day outside the month is moved to
    its nearest end. Of several discretionary actions for a customer in a week the first by kind stays. Promised first,
    then VIPs, then `expected_gain` (the kind's effect so far × value at stake); what exceeds the associate's capacity of
    personal contacts is marked `is_beyond`, promised ones never.
    `effects`: kind, is_vip, gain, is_left_alone (transforms.effect.ranking); kinds that are not in it have the prior's
    effect, and whom calling drives away is on no list. None: nothing was ever listed.
    """
    if effects is None:
        effects = pl.LazyFrame(
            schema={"kind": pl.String, "is_vip": pl.Boolean, "gain": pl.Float64, "is_left_alone": pl.Boolean}
        )
    kind_order = pl.col("kind").replace_strict(
        list(ORDER_OF_KINDS), list(range(len(ORDER_OF_KINDS))), return_dtype=pl.Int64
    )
    week = (pl.col("due_on") - pl.lit(first)).dt.total_days() // 7
    promised = pl.col("kind").is_in(PROMISED)
    rows = (
        candidates.join(owners, on="customer_id", how="inner", validate="m:1", suffix="_owner")
        .filter(pl.col("may_contact") | pl.col("kind").is_in(["answer_complaint", "win_back"]))
        .with_columns(
            due_on=pl.col("due_on").clip(first, last),
            value_at_stake=pl.coalesce("value_at_stake", "value_at_stake_owner").fill_null(0).cast(MONEY),
            kind_order=kind_order,
            is_promised=promised,
            uses_capacity=~pl.col("kind").is_in(SENT_IN_BULK),
            channel=pl.when(pl.col("kind").is_in(WRITTEN)).then("write_by").otherwise("call_by"),
        )
        .join(effects, on=["kind", "is_vip"], how="left", validate="m:1")
        .filter(pl.col("is_promised") | ~pl.col("is_left_alone").fill_null(False))
        .with_columns(expected_gain=pl.col("value_at_stake").cast(pl.Float64) * pl.col("gain").fill_null(PRIOR_EFFECT))
        .join(capacity, on="associate_id", how="left", validate="m:1")
        .with_columns(pl.col("capacity").fill_null(rules.capacity))
        .with_columns(due_on=_dealt_out(first, last))
        .sort("customer_id", "kind_order", "trigger_on", "due_on")
        # one action per customer, kind and day it goes back to: its id says so
        .unique(subset=["customer_id", "kind", "trigger_on"], keep="first", maintain_order=True)
        .with_columns(week=week)
        .with_columns(turn=pl.int_range(0, pl.len()).over("customer_id", "week", "is_promised"))
        .filter(pl.col("is_promised") | (pl.col("turn") == 0))
    )
    owner = ["home_store_id", "associate_id"]
    return (
        rows.sort(
            "home_store_id", "associate_id", "is_promised", "is_vip", "expected_gain", "kind_order", "customer_id", "trigger_on",
            descending=[False, False, True, True, True, False, False, False], nulls_last=True,
        )
        .with_columns(taken=pl.col("uses_capacity").cum_sum().over(owner))
        .with_columns(
            is_beyond=pl.col("uses_capacity") & ~pl.col("is_promised") & (pl.col("taken") > pl.col("capacity"))
        )
        .sort(*owner, "due_on", "kind_order", "value_at_stake", "customer_id", "trigger_on",
              descending=[False, False, False, False, True, False, False], nulls_last=True)
        .drop("turn", "taken", "week", "value_at_stake_owner", "gain", "is_left_alone")
    )  # fmt: skip
