"""The associates: who comes back to whom, what people say of them, and who takes over when one leaves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import blake2b

import numpy as np
import polars as pl

from schemas.columns import MONEY

SERVED_AT_LEAST_DAYS = 90
"""A customer first served more recently says little yet about coming back."""
SERVED_AT_MOST_DAYS = 544
"""As the cohort of `repeat_rate_180d`: older first purchases are another time's work."""
COMES_BACK_WITHIN_DAYS = 180
INTERVAL = 0.90

DRAWS = 4000
STORE_MEANS = (np.arange(200) + 0.5) / 200
"""Grid of a store's mean rate, uniform a priori."""
SPREADS = (np.arange(16) + 0.5) / 32
"""Grid of s = 1/√strength, uniform a priori on 0–0.5: from nobody differs (4096 customers' worth) to everybody (4)."""


# ---- what is counted


def first_service(
    order_lines: pl.LazyFrame, customers_by_key: pl.LazyFrame, purchase_facts: pl.LazyFrame, *, since: date
) -> pl.LazyFrame:
    """One row per customer whose first purchase in the chain, not before `since`, was served by a named associate:
    customer_id, associate_id, business_date.

    Of several associates on that day the one with the most sales to them (ties: the smaller id).
    """
    first = purchase_facts.filter((pl.col("purchase_no") == 1) & (pl.col("business_date") >= since))
    return (
        order_lines.filter(
            (pl.col("line_kind") == "sale") & (pl.col("business_date") >= since) & pl.col("associate_id").is_not_null()
        )
        .join(customers_by_key, on="buyer_key", how="inner", validate="m:1")
        .join(first.select("customer_id", "business_date"), on=["customer_id", "business_date"], how="semi")
        .group_by("customer_id", "business_date", "associate_id")
        .agg(pl.col("net_sales").sum().cast(MONEY))
        .sort("customer_id", "net_sales", "associate_id", descending=[False, True, False])
        .unique(subset="customer_id", keep="first", maintain_order=True)
        .select("customer_id", "associate_id", "business_date")
    )


def service_days(order_lines: pl.LazyFrame, customers_by_key: pl.LazyFrame, *, since: date) -> pl.LazyFrame:
    """One row per associate and business date since `since`: `receipts` served, and of these `unnamed_receipts`.

    A receipt with nothing but the shop's own number on it names nobody.
    """
    return (
        order_lines.filter(
            (pl.col("line_kind") == "sale") & (pl.col("business_date") >= since) & pl.col("associate_id").is_not_null()
        )
        .join(customers_by_key, on="buyer_key", how="left", validate="m:1")
        .group_by("associate_id", "business_date", "store_id", "order_id")
        .agg(is_unnamed=pl.col("customer_id").is_null().all())
        .group_by("associate_id", "business_date")
        .agg(receipts=pl.len().cast(pl.Int64), unnamed_receipts=pl.col("is_unnamed").sum().cast(pl.Int64))
        .sort("associate_id", "business_date")
    )


def order_associates(order_lines: pl.LazyFrame, asked_about: pl.LazyFrame) -> pl.LazyFrame:
    """One row per store and order of `asked_about` (store_id, order_id): the associate with the most sales on it.

    What is said about a receipt is said about who served it; without an order number nobody is guessed.
    """
    keys = ["store_id", "order_id"]
    orders = asked_about.select(keys).drop_nulls().unique()
    return (
        order_lines.filter((pl.col("line_kind") == "sale") & pl.col("associate_id").is_not_null())
        .join(orders, on=keys, how="semi")
        .group_by(*keys, "associate_id")
        .agg(pl.col("net_sales").sum().cast(MONEY))
        .sort(*keys, "net_sales", "associate_id", descending=[False, False, True, False])
        .unique(subset=keys, keep="first", maintain_order=True)
        .select(*keys, "associate_id")
    )


def earliest_first_service(as_of: date) -> date:
    """The first day of the cohort of a review as of that day."""
    return as_of - timedelta(days=SERVED_AT_MOST_DAYS)


def repeat_counts(
    first_service: pl.LazyFrame, purchase_facts: pl.LazyFrame, *, since: date, until: date, as_of: date
) -> pl.LazyFrame:
    """One row per associate: `first_served_90d` customers first served from `since` to `until` and at least 90 days
    before `as_of`, and `came_back_180d` of these that bought again within 180 days.

    Who was first served less than 180 days ago may still come back: that holds for every associate alike, but an
    associate with young customers only looks worse for it.
    """
    latest = min(until, as_of - timedelta(days=SERVED_AT_LEAST_DAYS))
    second = purchase_facts.filter(pl.col("purchase_no") == 2).select("customer_id", second_on="business_date")
    again = (pl.col("second_on") - pl.col("business_date")).dt.total_days() <= COMES_BACK_WITHIN_DAYS
    return (
        first_service.filter(pl.col("business_date").is_between(since, latest))
        .join(second, on="customer_id", how="left", validate="1:1")
        .group_by("associate_id")
        .agg(
            first_served_90d=pl.len().cast(pl.Int64),
            came_back_180d=again.fill_null(False).sum().cast(pl.Int64),
        )
        .sort("associate_id")
    )


def stranger_counts(
    first_service: pl.LazyFrame,
    service_days: pl.LazyFrame,
    file: pl.LazyFrame,
    reach: pl.LazyFrame,
    *,
    since: date,
    until: date,
) -> pl.LazyFrame:
    """One row per associate with receipts from `since` to `until`: receipts, strangers_served, signed_up, contact_added.

    A stranger is an unnamed receipt or a customer's first purchase; signed up: is on the customer file now; contact
    added: may be reached over a channel with consent now. A regular who shows no card counts as a stranger each time.
    """
    in_period = pl.col("business_date").is_between(since, until)
    met = (
        first_service.filter(in_period)
        .join(file.select("customer_id", on_file=pl.lit(True)), on="customer_id", how="left", validate="1:1")
        .join(reach.select("customer_id", "may_contact"), on="customer_id", how="left", validate="1:1")
        .group_by("associate_id")
        .agg(
            met=pl.len().cast(pl.Int64),
            signed_up=pl.col("on_file").fill_null(False).sum().cast(pl.Int64),
            contact_added=pl.col("may_contact").fill_null(False).sum().cast(pl.Int64),
        )
    )
    served = (
        service_days.filter(in_period)
        .group_by("associate_id")
        .agg(receipts=pl.col("receipts").sum(), unnamed=pl.col("unnamed_receipts").sum())
    )
    return (
        served.join(met, on="associate_id", how="left", validate="1:1")
        .with_columns(pl.col("met", "signed_up", "contact_added").fill_null(0))
        .select(
            "associate_id",
            "receipts",
            "signed_up",
            "contact_added",
            strangers_served=(pl.col("unnamed") + pl.col("met")).cast(pl.Int64),
        )
        .sort("associate_id")
    )


def voices(
    surveys: pl.LazyFrame, complaints: pl.LazyFrame, order_associates: pl.LazyFrame, *, since: date, until: date
) -> pl.LazyFrame:
    """One row per associate somebody spoke about from `since` to `until`: `experiences` answered (0–10), their sum
    `experience_sum`, and `complaints` about receipts they served."""
    keys = ["store_id", "order_id"]
    said = (
        surveys.filter(pl.col("answered_at").dt.date().is_between(since, until) & pl.col("experience").is_not_null())
        .join(order_associates, on=keys, how="inner", validate="m:1")
        .group_by("associate_id")
        .agg(experiences=pl.len().cast(pl.Int64), experience_sum=pl.col("experience").sum().cast(pl.Int64))
    )
    complained = (
        complaints.filter(pl.col("received_at").dt.date().is_between(since, until))
        .join(order_associates, on=keys, how="inner", validate="m:1")
        .group_by("associate_id")
        .agg(complaints=pl.len().cast(pl.Int64))
    )
    return said.join(complained, on="associate_id", how="full", coalesce=True).sort("associate_id")


# ---- who comes back to whom: shrunken rates and rank ranges


def _log_gamma(z: np.ndarray) -> np.ndarray:
    """log Γ(z) for z > 0, to 1e-12 of its size: Stirling's series (Abramowitz & Stegun 6.1.41) eight steps up."""
    up = z + 8
    tail = 1 / (12 * up) - 1 / (360 * up**3) + 1 / (1260 * up**5) - 1 / (1680 * up**7)
    steps = z * (z + 1) * (z + 2) * (z + 3) * (z + 4) * (z + 5) * (z + 6) * (z + 7)
    return (up - 0.5) * np.log(up) - up + 0.5 * np.log(2 * np.pi) + tail - np.log(steps)


def _log_sum(logs: np.ndarray, axis: int = 0) -> np.ndarray:
    """log Σ exp along the axis, which stays."""
    top = logs.max(axis=axis, keepdims=True)
    return top + np.log(np.exp(logs - top).sum(axis=axis, keepdims=True))


@dataclass(frozen=True)
class RepeatRates:
    """The posterior of every associate's repeat rate."""

    rates: pl.DataFrame
    """One row per associate: repeat_rate (mean), repeat_low, repeat_high (90 %), store_rate."""
    draws: np.ndarray
    """Shape (associates, DRAWS), rows as in `rates`: joint draws, for ranks."""


def repeat_rates(counts: pl.DataFrame) -> RepeatRates:
    """The posterior of the repeat rates: associates of a store are alike, the more so the more alike the chain's are.

    `counts`: one row per associate: associate_id, store_id, first_served_90d (n), came_back_180d (x). Beta-binomial:
    x ~ Binomial(n, θ), θ ~ Beta(m·κ, (1−m)·κ) with the store's mean m and the chain's strength κ, both unknown (uniform
    on m, uniform on κ^(−1/2)) and summed out on a grid (Gelman et al., Bayesian Data Analysis, 3rd ed., section 5.3).
    Given m and κ the mean is (x + m·κ) / (n + κ): with n → 0 the store's rate, with n → ∞ the associate's own. Draws
    are seeded by the store's id, so the same counts give the same numbers whoever else is in the chain's file order.
    """
    counts = counts.sort("store_id", "associate_id")
    strength = 1 / SPREADS**2
    a, b = np.outer(STORE_MEANS, strength), np.outer(1 - STORE_MEANS, strength)
    none = _log_gamma(a) + _log_gamma(b) - _log_gamma(strength)
    stores = counts.partition_by("store_id", maintain_order=True)
    likelihoods = []
    for store in stores:
        # associates with the same counts are the same factor
        cells = store.group_by("first_served_90d", "came_back_180d").agg(n=pl.len()).sort(pl.all())
        n, x, times = (cells[name].to_numpy()[:, None, None] for name in ("first_served_90d", "came_back_180d", "n"))
        both = _log_gamma(x + a) + _log_gamma(n - x + b) - _log_gamma(n + strength)
        likelihoods.append((times * (both - none)).sum(axis=0))
    of_strength = sum((_log_sum(one)[0] for one in likelihoods), np.zeros(len(strength)))
    of_strength = np.exp(of_strength - _log_sum(of_strength))
    # one strength per draw for the whole chain, in order, so that associates of different stores can be compared
    edges = np.cumsum(of_strength)
    places = (np.arange(DRAWS) + 0.5) / DRAWS * edges[-1]
    which = np.minimum(np.searchsorted(edges, places), len(strength) - 1)
    stretches = [(k, slice(*np.searchsorted(which, [k, k + 1]))) for k in np.unique(which)]
    rows, draws = [], []
    for store, likelihood in zip(stores, likelihoods, strict=True):
        n, x = (store[name].to_numpy() for name in ("first_served_90d", "came_back_180d"))
        given = np.exp(likelihood - _log_sum(likelihood))  # of the mean, given the strength
        joint = given * of_strength
        rng = np.random.default_rng(int.from_bytes(blake2b(store["store_id"][0].encode(), digest_size=8).digest()))
        mean_edges, chance = np.cumsum(given, axis=0), rng.random(DRAWS)
        means = np.empty(DRAWS)
        for k, part in stretches:
            places = np.searchsorted(mean_edges[:, k], chance[part] * mean_edges[-1, k])
            means[part] = STORE_MEANS[np.minimum(places, len(given) - 1)]
        alpha, beta = means * strength[which], (1 - means) * strength[which]
        thetas = rng.beta(x[:, None] + alpha, (n - x)[:, None] + beta)
        shrunken = (x[:, None, None] + a) / (n[:, None, None] + strength)
        low, high = np.quantile(thetas, [(1 - INTERVAL) / 2, (1 + INTERVAL) / 2], axis=1)
        rows.append(
            store.select("associate_id", "store_id").with_columns(
                repeat_rate=pl.Series((shrunken * joint).sum(axis=(1, 2))),
                repeat_low=pl.Series(low),
                repeat_high=pl.Series(high),
                store_rate=pl.lit(float((STORE_MEANS[:, None] * joint).sum())),
            )
        )
        draws.append(thetas.astype(np.float32))
    empty = counts.select("associate_id", "store_id").with_columns(
        **{name: pl.lit(None, pl.Float64) for name in ("repeat_rate", "repeat_low", "repeat_high", "store_rate")}
    )
    return RepeatRates(
        pl.concat(rows) if rows else empty, np.concatenate(draws) if draws else np.empty((0, DRAWS), np.float32)
    )


def rank_ranges(rates: RepeatRates, ranked: pl.DataFrame) -> pl.DataFrame:
    """One row per associate of `ranked` (associate_id, group): rank_best and rank_worst (90 %) in the group, of `ranked_of`.

    Ranks are counted in every draw: those whose rates cannot be told apart share their range. 1 is the best.
    """
    rows = []
    placed = rates.rates.with_row_index("at").join(ranked, on="associate_id", how="inner", validate="1:1")
    for group in placed.sort("group", "associate_id").partition_by("group", maintain_order=True):
        order = np.argsort(-rates.draws[group["at"].to_numpy()], axis=0, kind="stable")
        ranks = np.empty_like(order)
        np.put_along_axis(ranks, order, np.arange(1, group.height + 1)[:, None], axis=0)
        best, worst = np.quantile(ranks, [(1 - INTERVAL) / 2, (1 + INTERVAL) / 2], axis=1, method="nearest")
        rows.append(
            group.select("associate_id").with_columns(
                rank_best=pl.Series(best, dtype=pl.Int64),
                rank_worst=pl.Series(worst, dtype=pl.Int64),
                ranked_of=pl.lit(group.height, pl.Int64),
            )
        )
    names = ("rank_best", "rank_worst", "ranked_of")
    nobody = placed.clear().select("associate_id", **{name: pl.lit(None, pl.Int64) for name in names})
    return pl.concat(rows).sort("associate_id") if rows else nobody


# ---- who takes over


def orphans(
    served: pl.LazyFrame, file: pl.LazyFrame, base: pl.LazyFrame, staff: pl.LazyFrame, *, on: date
) -> pl.LazyFrame:
    """One row per customer of `base` (customer_id, home_store_id) whose associate has left the home store by `on`, and
    whom nobody there has taken over: left_id, left_on.

    Whose they were: who served them on most days of the last 24 months among all who ever worked in the home store
    (ties: latest, then id); else the leaver named in the customer file. Taken over: the file names somebody at work
    there, or somebody at work there has served them since the leaver left.
    """
    here = base.select("customer_id", "home_store_id").join(
        staff.select("associate_id", "to_date", home_store_id="store_id"), on="home_store_id", how="inner"
    )
    has_left = (pl.col("to_date") <= on).fill_null(False)
    days = (
        served.group_by("customer_id", "associate_id")
        .agg(days=pl.len(), latest=pl.col("business_date").max())
        .join(here, on=["customer_id", "associate_id"], how="inner")
    )
    closest = days.sort("customer_id", "days", "latest", "associate_id", descending=[False, True, True, False]).unique(
        subset="customer_id", keep="first", maintain_order=True
    )
    named = file.select("customer_id", "associate_id").join(here, on=["customer_id", "associate_id"], how="inner")
    unserved = named.join(closest, on="customer_id", how="anti").select("customer_id", "associate_id", "to_date")
    lost = (
        pl.concat([closest.select("customer_id", "associate_id", "to_date"), unserved])
        .filter(has_left)
        .select("customer_id", left_id="associate_id", left_on="to_date")
    )
    taken_by_file = named.filter(~has_left).select("customer_id")
    taken_by_service = (
        days.filter(~has_left)
        .join(lost, on="customer_id", how="inner", validate="m:1")
        .filter(pl.col("latest") >= pl.col("left_on"))
        .select("customer_id")
    )
    return (
        lost.join(pl.concat([taken_by_file, taken_by_service]), on="customer_id", how="anti")
        .join(base, on="customer_id", how="inner", validate="1:1")
        .sort("customer_id")
    )


def hand_over(orphans: pl.LazyFrame, room: pl.LazyFrame) -> pl.LazyFrame:
    """`orphans` with `new_id`, the associate proposed, and `is_closest`: VIPs first, then by their 12-month sales.

    `orphans`: customer_id, home_store_id, is_vip, net_sales_12m, closest_id (who of those at work there served them
    next most; null: nobody). `room`: one row per associate at work: associate_id, home_store_id, room (contacts a month
    still free). Each customer takes one contact. Those whom the closest one has no room for go to the store's other
    associates in turn, a contact each; when nobody has room left, `new_id` is null.
    """
    first = pl.struct(~pl.col("is_vip"), -pl.col("net_sales_12m").cast(pl.Float64), "customer_id")
    asked = orphans.join(
        room.select(closest_id="associate_id", home_store_id="home_store_id", room="room"),
        on=["closest_id", "home_store_id"],
        how="left",
        validate="m:1",
    ).with_columns(place=first.rank("ordinal").over("home_store_id", "closest_id"))
    is_closest = (pl.col("closest_id").is_not_null() & (pl.col("place") <= pl.col("room"))).fill_null(False)
    asked = asked.with_columns(is_closest=is_closest)
    taken = asked.filter("is_closest").group_by("home_store_id", associate_id="closest_id").agg(taken=pl.len())
    free = (
        room.join(taken, on=["home_store_id", "associate_id"], how="left", validate="1:1")
        .with_columns(left=(pl.col("room") - pl.col("taken").fill_null(0).cast(pl.Int64)).clip(lower_bound=0))
        .with_columns(turn=pl.int_ranges(0, pl.col("left")))
        .explode("turn", empty_as_null=False)
        .sort("home_store_id", "turn", "associate_id")
        .with_columns(place=pl.int_range(1, pl.len() + 1).over("home_store_id").cast(pl.Int64))
        .select("home_store_id", "place", others="associate_id")
    )
    waiting = asked.filter(~pl.col("is_closest")).with_columns(
        place=first.rank("ordinal").over("home_store_id").cast(pl.Int64)
    )
    placed = waiting.join(free, on=["home_store_id", "place"], how="left", validate="1:1")
    return (
        pl.concat(
            [
                asked.filter("is_closest").with_columns(new_id="closest_id").drop("place", "room"),
                placed.with_columns(new_id="others").drop("place", "room", "others"),
            ],
            how="diagonal",
        )
        .sort("home_store_id", "is_vip", "net_sales_12m", "customer_id", descending=[False, True, True, False])
    )  # fmt: skip
